"""CNN206."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.experiments import Proof
from cnnlint.graph import Model, Shape
from cnnlint.graph.walks import describe, spell
from cnnlint.rule import Finding, Rule

VERBS = {"fit": "trained on", "train_on_batch": "trained on", "evaluate": "evaluated on", "predict": "asked about"}


class WrongInputShape(Rule):
    """Data whose samples do not have the shape that the model declares.

    ## What it does
    Compares the shape of the arrays that are passed to `fit`, `evaluate` and `predict` with the model's input.

    ## Why is this bad
    Keras refuses the data. Where the sizes happen to be compatible, a model would read axes that mean something else.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train.reshape(60000, 784) / 255

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train.reshape(60000, 28, 28, 1) / 255

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Keras adds and takes away a last axis of length 1 by itself; unknown sizes are compared with nothing; models
    with several inputs are left alone.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    - Chollet: Deep Learning with Python, 2nd edition (2021), section 2.2, data representations
    """

    code = "CNN206"
    name = "wrong-input-shape"
    severity = Severity.ERROR
    summary = "Data of another shape than the model's input"
    experiment = Proof("framework-refuses", "Keras refuses the data")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that passes data of another shape."""
        shape = model.inputs[0].shape if len(model.inputs) == 1 else None
        if shape is None or model.is_part:
            return
        for feed in model.training.feeds:
            given = feed.x.shape if feed.x is not None else None
            if given is None or feed.x is None or fits(given, shape):
                continue
            if feed.kind == "predict" and len(given) == len(shape) - 1:
                continue  # predict-missing-batch-dim
            verb = VERBS.get(feed.kind, "given")
            yield Finding(
                f"the model is {verb} samples of {spell(given[1:]) or 'one number'}, "
                f"and its input {describe(model.inputs[0])} is declared as {spell(shape[1:])}",
                feed.origin,
                model,
                model.inputs[0],
                help=f"reshape {feed.x.name or 'the data'} to samples of {spell(shape[1:])}",
            )


def fits(given: Shape, declared: Shape) -> bool:
    """Whether Keras takes an array of shape `given` for an input of shape `declared`, as far as is known."""
    if len(given) == len(declared) + 1 and given[-1] in (1, None):
        given = given[:-1]
    elif len(given) == len(declared) - 1 and declared[-1] in (1, None):
        given = (*given, 1)
    if len(given) != len(declared):
        return False
    return all(a is None or b is None or a == b for a, b in zip(given[1:], declared[1:], strict=True))
