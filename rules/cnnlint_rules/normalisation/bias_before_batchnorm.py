"""CNN405."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, SEPARABLE, TRANSPOSED
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetArgument

LAYERS = CONVOLUTIONS | DEPTHWISE | SEPARABLE | TRANSPOSED | {"Dense"}


class BiasBeforeBatchnorm(Rule):
    """A bias that batch norm subtracts again. Opt-in.

    ## What it does
    Notes layers with a bias whose output goes straight into batch normalisation.

    ## Why is this bad
    Batch norm takes the mean out and adds an offset of its own: the bias changes nothing, costs one parameter a channel
    and some time. It does no harm either; Keras's own ResNet50 has it.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Only the layer directly before counts, and only if batch norm has an offset of its own and normalises over the
    same axis. A helper that is called many times is named once.

    ## References
    - Ioffe, Szegedy: [Batch normalization](https://arxiv.org/abs/1502.03167) (2015), section 3.2: the bias can be
    ignored
    - [Keras 3: BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/)
    """

    code = "CNN405"
    name = "bias-before-batchnorm"
    severity = Severity.INFO
    fix = "unsafe"
    summary = "Batch norm subtracts the bias of the layer before it"
    default = False
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("the bias is cancelled exactly: there is nothing to measure but its parameters")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for norm in model:
            layer = norm.inputs[0] if norm.kind == "BatchNormalization" and len(norm.inputs) == 1 else None
            if layer is None or layer.kind not in LAYERS or layer.value("use_bias") is not True:
                continue
            if norm.value("center") is False or len(model.consumers(layer)) != 1:
                continue
            yield Finding(
                f"{describe(norm)} subtracts the bias of {describe(layer)} again{counted(layer)}",
                layer.origin,
                model,
                layer,
                remedy=Remedy(f"use_bias=False in {describe(layer)}", (SetArgument(layer, "use_bias", False),)),
            )


def counted(layer: Node) -> str:
    """How many parameters that is, where it is known."""
    count = layer.value("units") if "units" in layer.arguments else layer.value("filters")
    return f" ({count} parameters)" if isinstance(count, int) else ""
