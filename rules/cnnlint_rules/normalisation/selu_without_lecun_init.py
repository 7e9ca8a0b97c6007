"""CNN403."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import CONVOLUTIONS, TRANSPOSED
from cnnlint.graph.walks import describe, initializer, sole_consumer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof, Trial
from cnnlint.rule.remedies import Remedy, SetArgument

LAYERS = CONVOLUTIONS | TRANSPOSED | {"Dense"}

DRIFT = Proof("variance-drift", "the variance of the activations drifts from 1 with depth")


class SeluWithoutLecunInit(Rule):
    """Selu layers that do not start with LeCun's weights.

    ## What it does
    Finds Dense and convolutional layers followed by selu whose kernel initialiser is known and is not LeCun's.

    ## Why is this bad
    Selu keeps activations at mean 0 and variance 1 by itself, on the condition that weights start with variance
    1/fan_in. With Glorot's or He's scale the variance drifts from layer to layer, and selu is no better than elu. In
    a net of a few layers the harm is small.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="selu"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="selu", kernel_initializer="lecun_normal"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    `tf.variance_scaling_initializer()` of TensorFlow 1 is LeCun's (contrib's is He's). An initialiser that could not be
    worked out keeps the rule silent, and so does batch norm in between.

    ## References
    - Klambauer and others: [Self-normalizing neural networks](https://arxiv.org/abs/1706.02515) (2017)
    - [Keras 3: selu](https://keras.io/api/layers/activations/#selu-function): to be used with lecun_normal
    """

    code = "CNN403"
    name = "selu-without-lecun-init"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Selu layer without LeCun's initial weights"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, proof=DRIFT)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for layer in model:
            start = initializer(layer) if layer.kind in LAYERS else None
            if start is None or is_lecun(layer) or not feeds_selu(model, layer):
                continue
            by_default = "" if layer.given("kernel_initializer") else " by default"
            yield Finding(
                f"{describe(layer)} feeds selu and starts with {start} weights{by_default}; "
                "selu keeps its variance with lecun_normal alone",
                layer.origin,
                model,
                layer,
                remedy=Remedy(
                    'kernel_initializer="lecun_normal"',
                    (SetArgument(layer, "kernel_initializer", {"name": "lecun_normal"}),),
                ),
            )


def feeds_selu(model: Model, layer: Node) -> bool:
    """Whether selu is what reads the layer."""
    reader = sole_consumer(model, layer)
    return reader is not None and reader.activation == "selu"


def is_lecun(layer: Node) -> bool:
    """Whether the kernel starts with variance 1/fan_in, or could for all that is known."""
    value = layer.value("kernel_initializer")
    if initializer(layer) in ("lecun_normal", "lecun_uniform"):
        return True
    if not isinstance(value, dict) or value.get("name") not in (
        "variance_scaling",
        "random_normal",
        "truncated_normal",
    ):
        return False
    if value["name"] != "variance_scaling":
        return "stddev" in value  # a deviation of one's own choice
    return bool(value.get("scale", 1.0) == 1.0 and value.get("mode", "fan_in") == "fan_in")
