"""CNN502."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, Miswritten, Model, Node, Program
from cnnlint.graph.kinds import SCALE_KEEPING
from cnnlint.graph.walks import consumers, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, RemoveNode, ScaleInputs

#: pictures whose values end up below this have been scaled twice
FAINT = 0.05
#: steps that change no value
STILL = frozenset(
    {"cast", "reshape", "expand_dims", "squeeze", "stack", "concat", "slice", "split", "shuffle", "batch"}
)
#: families of keras.applications whose models scale 0..255 by themselves
SELF_SCALING = ("EfficientNet", "ConvNeXt", "MobileNetV3", "RegNet")


class DoubleNormalization(Rule):
    """Inputs that are scaled twice.

    ## What it does
    Finds pictures that are divided by 255 and then once more, by code, by a generator's `rescale`, by a Rescaling layer
    or by a `keras.applications` model that scales by itself.

    ## Why is this bad
    Values of 0 to 0.004 are as good as black to a network whose weights are made for inputs around 1: it starts from
    constant answers and learns slowly. A pretrained model sees nothing of what it was trained on.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), _ = cifar10.load_data()
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Standardising after scaling (subtracting a mean, dividing by a deviation) is common and right. Features that are
    not pictures may be small by nature.

    ## References
    - [Keras 3: Rescaling](https://keras.io/api/layers/preprocessing_layers/image_preprocessing/rescaling/)
    - [Keras 3: EfficientNet](https://keras.io/api/applications/efficientnet/): expects 0 to 255
    """

    code = "CNN502"
    name = "double-normalization"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "The inputs are scaled twice"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.05, steps=200)

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each model that prepares what is prepared already, beside those of each model."""
        yield from super().check(program)
        for event in program.events_of(Miswritten):
            if event.why == "prepared twice":
                problem = f"{event.what} stands in the model, and is mapped over the data that it is trained on as well"
                yield Finding(problem, event.origin, event.model, help="prepare the data in one of the two places")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first call that trains on inputs scaled twice."""
        for feed, entry, x in model.fed():
            if not feed.trains or not is_picture(x):
                continue
            scaler = scaling_layer(model, entry)
            if x.high is None and scaler is not None and scaler.kind == "Rescaling" and divides(x):
                problem = f"{x.name or 'the pictures'} are divided by 255, and {describe(scaler)} divides them again"
                yield Finding(problem, feed.origin, model, scaler, help="leave one of the two out")
                return
            if x.high is None or not 0 < x.high <= 1.5:
                continue
            if x.high < FAINT and times_scaled(x) > 1:
                problem = f"{x.name or 'the pictures'} have been scaled {times_scaled(x)} times and end at {x.high:.2g}"
                edit: ScaleInputs | RemoveNode = ScaleInputs(feed, 1 / x.high)
            elif scaler is not None and scaler.kind == "Rescaling":
                problem = (
                    f"{x.name or 'the pictures'} end at {x.high:g} already, and {describe(scaler)} scales them again"
                )
                edit = RemoveNode(scaler)
            elif scaler is not None and times_scaled(x):
                problem = f"{describe(scaler)} scales 0..255 by itself, and {x.name or 'the data'} ends at {x.high:g}"
                edit = ScaleInputs(feed, 255 / x.high)
            else:
                continue
            advice = "which of the steps may go depends on who else reads the data"
            remedy = Remedy("scale once", (edit,), advice=advice if isinstance(edit, ScaleInputs) else None)
            yield Finding(problem, feed.origin, model, scaler, remedy=remedy)
            return


def is_picture(x: ArrayFacts) -> bool:
    """Whether samples are pictures: by where they come from, or maps that were divided by 255 or so."""
    maps = x.shape is not None and len(x.shape) == 4 and x.shape[-1] in (1, 3, 4)
    return x.image or (maps and times_scaled(x) > 0)


def divides(x: ArrayFacts) -> bool:
    """Whether all that was done to the values of an array of unknown range is one division by 255 or so."""
    changed = [step for step in x.steps if step.kind not in STILL]
    return len(changed) == 1 and changed[0].kind == "scale" and 0 < (changed[0].factor or 0) < 1 / 200


def times_scaled(x: ArrayFacts) -> int:
    """How often an array was multiplied by a factor below a tenth."""
    scales = [step for step in x.steps if step.kind in ("scale", "convert")]
    return sum(step.factor is not None and abs(step.factor) < 0.1 for step in scales)


def scaling_layer(model: Model, entry: Node) -> Node | None:
    """What scales pictures of 0..255 behind an input, if anything does."""
    for node in consumers(model, entry, through=SCALE_KEEPING):
        factor = node.value("scale")
        if node.kind == "Rescaling" and isinstance(factor, (int, float)) and abs(factor) < 0.02:
            return node
        name = str(node.value("name") or "")
        if node.kind == "Application" and name.startswith(SELF_SCALING):
            # EfficientNet B0 to B7 scale always; the others by an argument
            always = name.startswith("EfficientNetB")
            return node if always or node.value("include_preprocessing") is True else None
    return None
