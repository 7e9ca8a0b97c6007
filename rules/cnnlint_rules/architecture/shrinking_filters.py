"""CNN201."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features, kernel, units
from cnnlint.graph.kinds import CHAIN, CONVOLUTIONS, WEIGHTED
from cnnlint.graph.outputs import CROSSENTROPY, heads, is_dense_head
from cnnlint.graph.walks import descendants, describe, is_decoder, is_plain_chain, output_activation, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument


class ShrinkingFilters(Rule):
    """A convolution with at most half as many filters as the one before it.

    ## What it does
    In a classifier, finds two convolutions in one plain chain where the later has at most half the filters.

    ## Why is this bad
    Deeper layers see larger parts of the picture and have more different things to tell apart, while pooling makes
    their maps smaller: networks that work well widen with depth. It is a convention; on small problems a shrinking
    network of equal size often does as well, and `--confirm` says so.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(256, 3, activation="relu"),
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
        layers.Input((32, 32, 3)),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(256, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    1×1 bottlenecks, projections and squeeze layers, transitions, decoders, U-Nets and super-resolution (anything with
    upsampling), branches and merges, separable convolutions, a reduction by less than half (AlexNet's 384 to 256),
    a last convolution whose channels are the classes, and a stem that is wider than the first stage of a network which
    grows beyond it (MobileNetV2, EfficientNetV2).

    ## References
    - Simonyan, Zisserman: [Very deep convolutional networks for large-scale image recognition](
      https://arxiv.org/abs/1409.1556) (2014), whose widths double from 64 to 512
    - [Keras 3: Conv2D](https://keras.io/api/layers/convolution_layers/convolution2d/)
    """

    code = "CNN201"
    name = "shrinking-filters"
    severity = Severity.INFO
    fix = "unsafe"
    summary = "A convolution has at most half the filters of the one before it"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial(
        "accuracy", "higher", margin=0.1, steps=100, extra_arm="equal-parameters", shrinkable=False, capacity=True
    )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each convolution that narrows."""
        if is_decoder(model) or not classifies(model):
            return
        for second in model:
            first = producer(second, through=CHAIN) if is_wide(second) else None
            if first is None or not is_wide(first) or not is_plain_chain(model, first, second):
                continue
            before, after = features(first), features(second)
            if before is None or after is None or after * 2 > before or not feeds_weights(model, second):
                continue
            if is_stem(model, first) and grows(model, second, beyond=before):
                continue
            yield Finding(
                f"{describe(second)} has {after} filters, {describe(first)} before it {before}: "
                "deeper convolutions usually have more",
                second.origin,
                model,
                second,
                remedy=Remedy(
                    f"let the filters grow with depth: {after} in {describe(first)}, {before} in {describe(second)}",
                    (SetArgument(first, "filters", after), SetArgument(second, "filters", before)),
                ),
            )


def is_wide(node: Node) -> bool:
    """Whether the node is a plain convolution with a kernel above 1 in every dimension."""
    window = kernel(node) if node.kind in CONVOLUTIONS and node.value("groups") in (None, 1) else None
    return window is not None and min(window) > 1


def is_stem(model: Model, node: Node) -> bool:
    """Whether the node is the model's first convolution."""
    return next((other for other in model if other.kind in CONVOLUTIONS), None) is node


def grows(model: Model, node: Node, beyond: int) -> bool:
    """Whether no convolution behind the node is narrower than it, and one is at least twice as wide as `beyond`."""
    behind = [features(later) or 0 for later in descendants(model, node) if is_wide(later)]
    return bool(behind) and min(behind) >= (features(node) or 0) and max(behind) >= 2 * beyond


def feeds_weights(model: Model, node: Node) -> bool:
    """Whether further layers with weights follow: the last convolution's filters may be the classes."""
    return any(later.kind in WEIGHTED for later in descendants(model, node))


def classifies(model: Model) -> bool:
    """Whether the model answers with one row of classes for each sample, by its activation or its loss."""
    if any(head.loss.name in CROSSENTROPY and is_dense_head(head) for head in heads(model)):
        return True
    rows = [output for output in model.outputs if output.shape is not None and len(output.shape) == 2]
    if model.kind == "onnx" and any(output.kind == "Dense" and (units(output) or 0) > 2 for output in rows):
        return True  # exports leave the softmax to the loss; up to two numbers may be a regression's
    return any(output_activation(output)[1] in ("softmax", "sigmoid") for output in rows)
