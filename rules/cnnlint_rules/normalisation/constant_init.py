"""CNN401."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features
from cnnlint.graph.kinds import CHAIN, CONVOLUTIONS, DROPOUT, SEPARABLE, TRANSPOSED
from cnnlint.graph.walks import describe, initializer, next_weights
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof, Trial
from cnnlint.rule.remedies import DropArgument, Remedy

LAYERS = CONVOLUTIONS | TRANSPOSED | SEPARABLE | {"Dense"}
CONSTANT = frozenset({"zeros", "ones", "constant"})
THROUGH = CHAIN | {"GlobalAveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling1D", "GlobalMaxPooling1D"}


class ConstantInit(Rule):
    """Weights of a hidden layer that all start with the same value.

    ## What it does
    Finds trainable hidden layers whose kernel starts at zeros, ones or another constant.

    ## Why is this bad
    Units with equal weights compute the same thing. Starting from zeros under relu nothing at all flows, and no
    gradient comes back; where the next layer's weights are equal, too, every unit gets the same gradient, and 512 units
    do the work of one for good: these are errors. Random weights behind the layer tell its units apart, slowly, and
    along one line to begin with: a warning.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_initializer="zeros"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    An output layer may start at zero (logistic regression, policy heads), and so may the last layer of a residual
    branch, a frozen filter, a localisation head, a layer with one unit, and one that is given an array of weights; a
    model that the program gives weights (`set_weights`) starts from those.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.4: initial weights must break symmetry
    - Zhang, Dauphin, Ma: [Fixup initialization](https://arxiv.org/abs/1901.09321) (2019), for the residual exception
    - [Keras 3: initializers](https://keras.io/api/layers/initializers/)
    """

    code = "CNN401"
    name = "constant-init"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "All weights of a hidden layer start equal"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("symmetric-units", "after any number of steps the units of the layer are still equal")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for layer in () if model.training.given else model:
            start = initializer(layer) if layer.kind in LAYERS and layer.trainable is True else None
            if start not in CONSTANT or features(layer) == 1 or not is_hidden(model, layer):
                continue
            value = layer.value("kernel_initializer")
            number = value.get("value", 0) if isinstance(value, dict) else 0
            if not isinstance(number, (int, float)):
                continue  # an array, for instance weights of an earlier run
            same = f"the constant {number:g}" if start == "constant" else start
            count = f"the {features(layer)} units" if features(layer) else "all units"
            forever = stays_dead(model, layer, start, number) or meets_equals(model, layer)
            yield Finding(
                f"the kernel of {describe(layer)} starts at {same}: {count} {'stay' if forever else 'start as'} copies "
                "of each other",
                layer.origin,
                model,
                layer,
                severity=Severity.ERROR if forever else Severity.WARNING,
                experiment=None if forever else SLOWER,
                remedy=Remedy("leave the kernel to its random default", (DropArgument(layer, "kernel_initializer"),)),
            )


SLOWER = Trial("accuracy", "higher", margin=0.1, steps=200, also=("validation loss",))


def stays_dead(model: Model, layer: Node, start: str | None, number: float) -> bool:
    """Whether a relu reads nothing but zeros of the layer, and so hands no gradient back to it."""
    zeros = start == "zeros" or (start == "constant" and number == 0)
    unbiased = layer.value("use_bias") is False or initializer(layer, "bias_initializer") in ("zeros", None)
    return zeros and unbiased and all(reader.activation == "relu" for reader in model.consumers(layer))


def meets_equals(model: Model, layer: Node) -> bool:
    """Whether the weights that read the layer are equal, too, with nothing random in between."""
    behind = next_weights(model, layer, through=THROUGH - DROPOUT)
    return bool(behind) and all(one.kind in LAYERS and initializer(one) in CONSTANT for one in behind)


def is_hidden(model: Model, layer: Node) -> bool:
    """Whether further weights, and no merge before them, read the layer."""
    return bool(next_weights(model, layer, through=THROUGH))
