"""CNN316."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Step
from cnnlint.graph.outputs import EXCLUSIVE, Head, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ScaledClassLabels(Rule):
    """Class numbers that are divided as if they were pixels.

    ## What it does
    Finds labels that number the classes, were multiplied or divided by something, and meet a cross-entropy over
    classes: usually the line that scales the images scales `y_train` as well.

    ## Why is this bad
    A class number is a name, not a quantity. Divided by 255 and taken as a whole number again, every label is 0: the
    loss falls to nothing within an epoch, accuracy is perfect, and the model answers class 0 to everything.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train, y_train = x_train / 255, y_train / 255
    model = Sequential([
        layers.Input((28, 28)),
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
    x_train = x_train / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Regression losses may want scaled targets. Labels that are shifted (`y - 1`) keep their distances, and those that
    are not known to number classes are left alone.

    ## References
    - [Keras 3: SparseCategoricalCrossentropy](
      https://keras.io/api/losses/probabilistic_losses/#sparsecategoricalcrossentropy-class): integer labels
    - Wardat, Le, Rajan: [DeepLocalize](https://arxiv.org/abs/2103.03376) (2021), where a program from Stack Overflow
      divides both arrays by 255
    """

    code = "CNN316"
    name = "scaled-class-labels"
    severity = Severity.ERROR
    summary = "Class numbers are scaled as if they were pixels"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 layers"
    experiment = NotTestable("the labels are at fault, and the probe data brings labels of its own")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose labels were scaled."""
        for head in heads(model):
            step = scaling(head) if head.loss.name in EXCLUSIVE else None
            if step is None or step.factor is None or head.labels is None:
                continue
            factor = f"{step.factor:g}" if step.factor >= 1 else f"1/{1 / step.factor:g}"
            yield Finding(
                f"{head.labels.name or 'the labels'} number {head.labels.classes} classes, and are multiplied by "
                f"{factor} before {describe(head.place)} is trained on them",
                step.origin or head.loss.origin,
                model,
                head.place,
                help="scale the features alone",
            )


def scaling(head: Head) -> Step | None:
    """The step that scales the class numbers, if they are class numbers and stay scaled."""
    labels = head.labels
    if labels is None or labels.role not in ("labels", None) or labels.classes is None or labels.encoding is not None:
        return None
    scaled = [step for step in labels.steps if step.kind == "scale" and step.factor not in (None, 0.0, 1.0)]
    others = {"opaque", "encode", "compare", "modulo", "one_hot", "binarize", "scale"}
    single = len(scaled) == 1 and sum(step.kind in others for step in labels.steps) == 1
    return scaled[0] if single and scaled[0].factor is not None and scaled[0].factor > 0 else None
