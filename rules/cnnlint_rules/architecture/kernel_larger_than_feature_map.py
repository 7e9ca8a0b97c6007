"""CNN204."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import kernel, spatial, window_beyond
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, SEPARABLE
from cnnlint.graph.program import ORDERED
from cnnlint.graph.walks import describe, order_conflict, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Remedy, SetArgument

#: layers that slide a kernel over a map
SLIDING = CONVOLUTIONS | DEPTHWISE | SEPARABLE


class KernelLargerThanFeatureMap(Rule):
    """A convolution whose kernel does not fit into the map that it reads.

    ## What it does
    Finds convolutions with "valid" padding whose kernel (dilation included) is larger than the map, where all of the
    sizes are known.

    ## Why is this bad
    No position is left for the kernel: Keras refuses to build the layer ("negative dimension size"). Poolings and
    valid convolutions before it made the map smaller than the author thought, or the input's axes are in the
    wrong order.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(4),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.MaxPooling2D(4),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    With "same" padding a large kernel is wasteful, not wrong. Sizes that are not known keep the rule silent. Pooling
    windows that do not fit are reported by collapsed-feature-map. Behind a layer that takes rows for channels no size
    is what was meant, and channel-order-mismatch has the word.

    ## References
    - Dumoulin, Visin: [A guide to convolution arithmetic for deep learning](https://arxiv.org/abs/1603.07285) (2016)
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    code = "CNN204"
    name = "kernel-larger-than-feature-map"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Convolution kernel larger than the map it reads"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    every_way = True
    experiment = Proof("framework-refuses", "Keras refuses to build the layer")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each kernel that does not fit, and where axes are in the wrong order, for none after it.

        The sizes after a layer that takes rows for channels are not what the author meant; the layer itself is refused.
        """
        beyond = [conv for conv in model if conv.kind in SLIDING and window_beyond(conv)]
        wrong = order_conflict(model) if beyond else None
        for conv in beyond:
            if wrong is not None and conv is not wrong[0]:
                continue
            window, size = kernel(conv) or (), spatial(conv, conv.inputs[0].shape) or ()
            yield Finding(
                f"the {spell(window)} kernel of {describe(conv)} does not fit into the {spell(size)} map that it reads",
                conv.origin,
                model,
                conv,
                remedy=pad(conv) if wrong is None else None,
                proved=None if wrong is None else ORDERED,
                help=None if wrong is None else f'reorder the axes, or data_format="{wrong[2]}" in {describe(conv)}',
            )


def pad(conv: Node) -> Remedy:
    """The remedy where the sizes are what the author meant."""
    return Remedy(f'pad the map of {describe(conv)}: padding="same"', (SetArgument(conv, "padding", "same"),))
