"""CNN203."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import kernel, spatial, strides
from cnnlint.graph.kinds import CHAIN, MERGES, UPSAMPLING
from cnnlint.graph.walks import ancestors, describe, producer, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetArgument


class EvenKernelSize(Rule):
    """An even kernel in a plain chain of convolutions.

    ## What it does
    Notes two-dimensional convolutions of stride 1 with an even, square kernel above 1, in networks without merges or
    upsampling.

    ## Why is this bad
    An even kernel has no centre: with "same" padding it pads one side more than the other and shifts the map by half
    a pixel, layer after layer. Odd sizes avoid that at no cost. It is a convention.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(64, 4, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Conv2D(64, 5, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Strided even kernels (GANs, pix2pix and its PatchGAN discriminator, DQN), patch embedding, U-Net's 2×2
    up-convolutions, and a kernel as large as its map (a dense layer in disguise).

    ## References
    - Wu and others: [Convolution with even-sized kernels and symmetric padding](https://arxiv.org/abs/1903.08385)
      (2019), which names the shift and a cure
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    code = "CNN203"
    name = "even-kernel-size"
    severity = Severity.INFO
    fix = "unsafe"
    summary = "Even kernel in a plain chain of convolutions"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = NotTestable("a convention: what half a pixel of shift costs is below what a short run can show")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each even kernel."""
        convolutions = [node for node in model if node.kind == "Conv2D"]
        if len(convolutions) < 2 or any(node.kind in UPSAMPLING for node in model):
            return
        if any(node.kind in MERGES for node in ancestors(*convolutions)):
            return
        if any(is_even(node) and max(strides(node) or (1,)) > 1 for node in convolutions):
            return
        for conv in convolutions:
            window = kernel(conv)
            if window is None or not is_even(conv) or strides(conv) != (1, 1) or not chained(model, conv):
                continue
            size = spatial(conv, conv.inputs[0].shape) if conv.inputs else None
            if size == window:
                continue
            larger = tuple(side + 1 for side in window)
            yield Finding(
                f"{describe(conv)} has an even {spell(window)} kernel, which has no centre",
                conv.origin,
                model,
                conv,
                remedy=Remedy(f"use a {spell(larger)} kernel", (SetArgument(conv, "kernel_size", larger),)),
            )


def is_even(conv: Node) -> bool:
    """Whether the kernel is square and even."""
    window = kernel(conv)
    return window is not None and len(set(window)) == 1 and window[0] % 2 == 0


def chained(model: Model, conv: Node) -> bool:
    """Whether the convolution reads, through a plain chain, another convolution or the model's input."""
    before = producer(conv, through=CHAIN)
    return before is not None and before.kind in ("Conv2D", "Input")
