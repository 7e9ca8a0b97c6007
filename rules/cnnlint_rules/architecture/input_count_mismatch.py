"""CNN215."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class InputCountMismatch(Rule):
    """Another number of arrays than the model has inputs.

    ## What it does
    Compares how many arrays `fit`, `evaluate` and `predict` are given with how many inputs the model declares.

    ## Why is this bad
    Keras refuses: "Layer expects 2 input(s), but it received 1 input tensors".

    ## Example
    ```python
    import numpy as np
    from keras import Input, Model, layers

    table, text = np.zeros((100, 10)), np.zeros((100, 4))
    first, second = Input((10,)), Input((4,))
    joined = layers.Concatenate()([layers.Dense(8, activation="relu")(first), second])
    model = Model([first, second], layers.Dense(1)(joined))
    model.compile("adam", "mse")
    model.fit(table, np.zeros((100, 1)))
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Input, Model, layers

    table, text = np.zeros((100, 10)), np.zeros((100, 4))
    first, second = Input((10,)), Input((4,))
    joined = layers.Concatenate()([layers.Dense(8, activation="relu")(first), second])
    model = Model([first, second], layers.Dense(1)(joined))
    model.compile("adam", "mse")
    model.fit([table, text], np.zeros((100, 1)))
    ```

    ## Exceptions
    Dictionaries, streams and lists whose length is not known are compared with nothing, and so is what a class of the
    program does with its inputs. Keras 1 and 2 feed nothing into an `Input(tensor=…)`. A Sequential model of Keras 3
    takes several arrays, and reads the first alone: a warning.

    ## References
    - [Keras 3: functional models with several inputs and outputs](https://keras.io/guides/functional_api/)
    """

    code = "CNN215"
    name = "input-count-mismatch"
    severity = Severity.ERROR
    summary = "Another number of arrays than the model has inputs"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras counts the arrays before it asks the model")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that passes another number."""
        declared = len(model.inputs)
        told = declared == 1 and model.inputs[0].shape is not None  # the first layer may take a list of its own
        if model.kind == "sequential" and told and not model.unread and not model.is_part:
            for feed in model.training.feeds:
                if feed.arrays is not None and feed.arrays > 1:
                    yield Finding(
                        f"{feed.kind} is given a list of {feed.arrays} arrays, one for each input, and the model has 1",
                        feed.origin,
                        model,
                        help="make one array of them, along the axis of the samples: np.concatenate([…], axis=0)",
                        severity=Severity.WARNING,
                    )
        if model.kind != "functional" or not declared or model.unread or model.is_part or model.draws:
            return
        for feed in model.training.feeds:
            if feed.arrays is not None and feed.arrays != declared:
                yield Finding(
                    f"{feed.kind} is given {count(feed.arrays, 'array')}, and the model has {count(declared, 'input')}",
                    feed.origin,
                    model,
                    help="pass a list with one array for each input, in the order of the model's inputs",
                )


def count(number: int, noun: str) -> str:
    """A number and its noun."""
    return f"{number} {noun}{'s' * (number != 1)}"
