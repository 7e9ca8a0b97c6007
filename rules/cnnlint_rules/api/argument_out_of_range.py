"""CNN711."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, Program
from cnnlint.graph.domains import refused
from cnnlint.graph.library_calls import Call
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class Range(Struct, frozen=True):
    """What a parameter may be: from `low` to `high`, the ends among them or not; `position` in the call."""

    position: int | None
    low: float
    high: float | None = None
    with_low: bool = True  # the ends themselves are taken
    with_high: bool = True
    runs: Callable[[float], bool] = lambda value: False  # outside of it all the same, which is a warning then

    def holds(self, value: float) -> bool:
        """Whether a value is in the range."""
        above = value >= self.low if self.with_low else value > self.low
        return above and (self.high is None or (value <= self.high if self.with_high else value < self.high))


RATE = {"rate": Range(0, 0.0, 1.0)}
UNITS, FILTERS = {"units": (COUNT := Range(0, 0.0, with_low=False))}, {"filters": COUNT}
#: the layers that refuse what is outside (keras/src/layers of Keras 3.15)
LAYERS = {
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"), RATE),
    **dict.fromkeys(("Dense", "LSTM", "GRU", "SimpleRNN"), UNITS),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D", "Conv2DTranspose", "SeparableConv2D"), FILTERS),
}
#: what makes 0 / 0 in the step of a weight that had no gradient yet (keras/src/optimizers/adam.py: update_step)
DECAY, EPSILON = Range(None, 0.0, 1.0, with_high=False), Range(None, 0.0, with_low=False)
DIVISORS = ("epsilon", "beta_1", "beta1")
MOMENTS, SQUARES = {"beta_1": DECAY, "epsilon": EPSILON}, {"epsilon": EPSILON}
DIVIDED = {
    **dict.fromkeys(("Adam", "AdamW", "Adamax", "Nadam"), MOMENTS),
    **dict.fromkeys(("RMSprop", "Adadelta", "Adagrad", "RMSPropOptimizer", "AdadeltaOptimizer"), SQUARES),
    "AdamOptimizer": {"beta1": DECAY, "epsilon": EPSILON},
}
#: keras/src/callbacks/reduce_lr_on_plateau.py: "does not support a factor >= 1.0"
CALLBACKS = {"ReduceLROnPlateau": {"factor": Range(1, 0.0, 1.0, with_high=False, runs=lambda value: value < 0)}}
#: no epochs are run as they are written, and samples are cut at a place outside of them, but not at their end
EPOCHS = Range(3, 0.0, with_low=False, runs=lambda value: True)
SHARE = Range(None, 0.0, 1.0, with_high=False, runs=lambda value: value != 1)
#: Keras by itself and the first tf.keras took a share of 1 or more for none (keras 2.3.1: engine/training.py: fit)
PROVED = {"validation_split": frozenset({"3", "tf"})}
FIT = {"epochs": EPOCHS, "nb_epoch": EPOCHS, "validation_split": SHARE, "validation_batch_size": Range(None, 0.0)}
BATCH, STEPS = {"batch_size": Range(2, 0.0)}, {"steps_per_epoch": Range(None, 0.0, with_low=False, runs=EPOCHS.runs)}
METHODS = {"fit": BATCH | FIT | STEPS, "evaluate": BATCH, "predict": {"batch_size": Range(1, 0.0)}}
#: networks whose weights for ImageNet are for one size of picture, and that size (keras/src/applications)
WHOLE = dict.fromkeys(("VGG16", "VGG19", "ResNet50", "ResNet101", "ResNet152", "DenseNet121", "DenseNet201"), 224)
WHOLE |= dict.fromkeys(("InceptionV3", "InceptionResNetV2", "Xception"), 299)


class ArgumentOutOfRange(Rule):
    """A number that the argument cannot be.

    ## What it does
    Finds dropout rates and momentums outside of 0..1, layers of no units or filters, a `validation_split` that leaves
    nothing to train on, a plateau's `factor` that lowers no rate, negative batches, and classes, channels or sizes that
    the weights of a network for ImageNet are not for; and, as a warning, what Keras runs with: no epochs, a
    `validation_split` below 0 or above 1, an optimizer whose `epsilon` is 0 or whose average never moves (`beta_1=1`).

    ## Why is this bad
    Keras refuses most of them. A percentage where a share is meant (`Dropout(50)`) is the usual cause. No epochs are
    taken without a word, and nothing is learnt. Without an epsilon the step of a weight whose gradient is still 0 (a
    relu that is off, a pixel that is always black) is 0 / 0: it is NaN from then on, and soon all the others are.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(50),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Exceptions
    Values that could not be worked out keep the rule silent. Rates that are too high are excessive-dropout's business.

    ## References
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/): "float between 0 and 1"
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method)
    """

    code = "CNN711"
    name = "argument-out-of-range"
    severity = Severity.ERROR
    summary = "A number that the argument cannot be"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the number is refused before there is a model to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for call in program.calls:
            for parameter, allowed in ranges(call).items():
                argument = call.argument(allowed.position, parameter)
                value, divided = argument.value if argument is not None else None, parameter in DIVISORS
                if isinstance(value, (int, float)) and not isinstance(value, bool) and not allowed.holds(value):
                    problem = f"{parameter} cannot be {value:g}" + (": a step divides 0 by 0" if divided else "")
                    severity = Severity.WARNING if divided or allowed.runs(value) else None
                    advised, proved = advice(parameter, value, allowed), PROVED.get(parameter)
                    where = (argument.origin if argument is not None else None) or call.origin
                    yield Finding(problem, where, help=advised, severity=severity, proved=proved)
            for argument, problem, other in of_imagenet(call):
                yield Finding(problem, argument.origin or call.origin, help=other)
        for call, one in refused(program):
            if one.number and ((known := ranges(call).get(one.parameter)) is None or known.holds(one.argument.value)):
                yield Finding(one.problem, one.origin, help=one.advice, proved=one.proved)


def ranges(call: Call) -> dict[str, Range]:
    """The parameters of a call whose range is known."""
    module, _, name = call.api.removeprefix("tf.").rpartition(".")
    if module == "keras.layers":
        return LAYERS.get(name, {})
    if module == "keras.optimizers" or call.api.startswith("tf.train."):
        return DIVIDED.get(name, {})
    if module == "keras.callbacks":
        return CALLBACKS.get(name, {})
    return METHODS.get(name, {}) if module == "keras.models.Model" else {}


def of_imagenet(call: Call) -> Iterator[tuple[Argument, str, str]]:
    """What a published network is told that its weights do not fit (applications/imagenet_utils.py)."""
    name, weights, top = call.api.rpartition(".")[2], call.argument(1, "weights"), call.argument(0, "include_top")
    classes, shape = call.argument(None, "classes"), call.argument(None, "input_shape")
    of_it = call.api.startswith("keras.applications.") and not call.hidden and name[:1].isupper()
    if not of_it or (weights is not None and weights.value != "imagenet"):
        return
    whole = top is None or top.value is True
    if whole and classes is not None and isinstance(classes.value, int) and classes.value != 1000:
        advised = "include_top=False, and a Dense of your own behind it"
        yield classes, "the weights for ImageNet know 1000 classes", advised
    sizes = shape.value if shape is not None and isinstance(shape.value, tuple) and len(shape.value) == 3 else (3,)
    if shape is None or sizes[0] == 3 or not all(isinstance(size, int) for size in sizes):
        return
    if sizes[-1] != 3:
        yield shape, f"the weights for ImageNet read 3 channels, not {sizes[-1]}", "repeat the channel, or weights=None"
    elif whole and WHOLE.get(name, sizes[0]) != sizes[0]:
        yield shape, f"with its classifier {name} reads {WHOLE[name]}×{WHOLE[name]} pictures alone", "include_top=False"


def advice(parameter: str, value: float, allowed: Range) -> str:
    """What it may be."""
    if parameter in DIVISORS:
        return f"leave {parameter} to its default"
    if allowed.high == 1.0 and 1 < value <= 100:
        return f"{parameter} is a share: {value / 100:g}"
    return "it is a number from 0 to 1" if allowed.high is not None else "it is a number above 0"
