"""CNN411."""

from __future__ import annotations

import math
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import input_features
from cnnlint.graph.kinds import CONVOLUTIONS, NORMALIZATION, TRANSPARENT
from cnnlint.graph.walks import describe, initializer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import DropArgument, Remedy

LAYERS = CONVOLUTIONS | {"Dense"}
#: functions that are flat far from zero
FLAT = frozenset({"tanh", "sigmoid", "softmax", "hard_sigmoid", "softsign"})
#: a deviation that nobody starts from, and how wide the sums are that it makes of inputs of 1, from which on it is told
DEVIATION, WIDTH = 3, 30


class OversizedInit(Rule):
    """Weights that start so large that the activation behind them is flat.

    ## What it does
    Finds trainable dense and convolutional layers in front of a `tanh`, `sigmoid` or `softmax` whose kernel starts
    from a deviation of 3 or more, where the sums that it makes of inputs of about 1 are some 30 wide or wider.

    ## Why is this bad
    At 30 a sigmoid is 1, and its gradient nothing: the units answer the same whatever comes, and a softmax is sure of
    one class before it has seen a label. Keras's own deviations make sums of about 1 (Glorot, He). `stddev=10` is
    mostly meant for 0.1 or 0.01.

    ## Example
    ```python
    from keras import Sequential, initializers, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="tanh", kernel_initializer=initializers.RandomNormal(stddev=10)),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="tanh"),
        layers.Dense(3, activation="softmax"),
    ])
    ```

    ## Exceptions
    Frozen layers (random features), activations of the program's own (a sine), kernels with a normalization behind
    them, inputs that something may divide, layers whose number of inputs is not known, and models that the program
    gives weights are left alone.

    ## References
    - Glorot, Bengio: [Understanding the difficulty of training deep feedforward neural networks](
      https://proceedings.mlr.press/v9/glorot10a.html) (AISTATS 2010)
    - [Keras 3: initializers](https://keras.io/api/layers/initializers/)
    """

    code = "CNN411"
    name = "oversized-init"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Weights start so large that the activation behind them is flat"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, also=("validation loss",))

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for layer in model if not model.training.given else ():
            spread = deviation(layer) if layer.kind in LAYERS and layer.trainable is True else None
            read = fan_in(layer) if spread is not None and spread >= DEVIATION else None
            functions = {reader.activation for reader in model.consumers(layer)}
            if spread is None or read is None or len(functions) != 1 or not functions <= FLAT or rescaled(layer):
                continue
            width = spread * math.sqrt(read)
            if width >= WIDTH:
                problem = (
                    f"the kernel of {describe(layer)} starts from a deviation of {spread:g}: {functions.pop()} is flat "
                    f"where it is given sums some {width:.0f} wide"
                )
                yield Finding(
                    problem,
                    layer.origin,
                    model,
                    layer,
                    remedy=Remedy("leave the kernel to its default", (DropArgument(layer, "kernel_initializer"),)),
                )


def rescaled(layer: Node) -> bool:
    """Whether something may divide what the layer reads."""
    while layer.inputs and (layer := layer.inputs[0]).kind in TRANSPARENT:
        pass
    plain = layer.kind == "Input" or layer.kind in NORMALIZATION or layer.is_activation
    return not plain or (layer.is_activation and layer.activation not in FLAT | {"relu", "elu", "gelu", "linear"})


def deviation(layer: Node) -> float | None:
    """The standard deviation that a kernel starts from, where it is written out."""
    start, value = initializer(layer), layer.value("kernel_initializer")
    if not isinstance(value, dict):
        return None
    number = value.get("stddev") if start in ("random_normal", "truncated_normal") else None
    if start == "random_uniform":
        low, high = value.get("minval"), value.get("maxval")
        both = isinstance(low, (int, float)) and isinstance(high, (int, float))
        number = (high - low) / math.sqrt(12) if both else None  # type: ignore[operator]
    return number if isinstance(number, (int, float)) else None


def fan_in(layer: Node) -> int | None:
    """How many numbers each unit sums."""
    read, window = input_features(layer), layer.value("kernel_size")
    if layer.kind == "Dense" or read is None:
        return read
    sizes = window if isinstance(window, tuple) else ()
    return read * math.prod(sizes) if sizes and all(isinstance(one, int) for one in sizes) else None
