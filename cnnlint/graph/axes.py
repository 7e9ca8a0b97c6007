"""The axes of a layer: in which order they are, and how large what it reads and puts out is along them."""

from __future__ import annotations

from cnnlint.graph.kinds import CONVOLUTIONS, POOLING, RECURRENT, SAME_SHAPE, TRANSPOSED
from cnnlint.graph.model import Model
from cnnlint.graph.node import Node
from cnnlint.graph.values import Shape


def data_format(node: Node) -> str | None:
    """The order that a layer's axes are in; None where it is not known.

    A layer that leaves it open has Keras's default, channels_last: a reader that sees the default changed says so in
    the argument.
    """
    if not node.known("data_format"):
        return None
    return str(node.value("data_format") or "channels_last")


def channels_axis(node: Node) -> int:
    """The axis of the channels of a convolution's or pooling's output: 1 for channels-first, else the last."""
    return 1 if node.value("data_format") == "channels_first" else -1


def features(node: Node) -> int | None:
    """How many features or channels a weighted layer puts out (units, filters), if known."""
    value = node.value("units") if "units" in node.arguments else node.value("filters")
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    axis = channels_axis(node)
    return node.shape[axis] if node.shape and len(node.shape) > 1 else None


def input_features(node: Node) -> int | None:
    """How many features or channels a weighted layer reads, if known."""
    if len(node.inputs) != 1 or not node.inputs[0].shape or len(node.inputs[0].shape) < 2:
        return None
    return node.inputs[0].shape[channels_axis(node)]


def widens(node: Node, reader: Node) -> bool:
    """Whether a layer is known to give more features than it reads, and more than what reads it gives."""
    own, before, after = features(node), input_features(node), features(reader)
    return own is not None and before is not None and after is not None and own > before and own > after


def spatial(node: Node, shape: Shape | None) -> tuple[int | None, ...] | None:
    """The spatial dimensions of a map that convolution or pooling reads or writes; None where its order is unknown."""
    if shape is None or len(shape) < 3 or data_format(node) is None:
        return None
    return shape[2:] if channels_axis(node) == 1 else shape[1:-1]


def window_beyond(node: Node) -> bool:
    """Whether an unpadded convolution or pooling window is larger than the map it reads, all sizes known."""
    window, rates = kernel(node), node.value("dilation_rate")
    area = spatial(node, node.inputs[0].shape) if len(node.inputs) == 1 else None
    if window is None or area is None or node.value("padding") != "valid" or len(window) != len(area):
        return False
    known = isinstance(rates, tuple) and len(rates) == len(window) and all(isinstance(one, int) for one in rates)
    dilation: tuple[int, ...] = rates if known else (1,) * len(window)
    return any(s is not None and (w - 1) * d + 1 > s for w, d, s in zip(window, dilation, area, strict=True))


def declared_size(node: Node) -> int | None:
    """The units or filters behind an output of unknown shape: they do not depend on what the layer reads."""
    current = node
    while current.is_activation or current.kind in SAME_SHAPE:
        if len(current.inputs) != 1:
            return None
        current = current.inputs[0]
    has_size = current.kind == "Dense" or current.kind in CONVOLUTIONS | TRANSPOSED
    return features(current) if has_size and channels_axis(current) == -1 else None


def units(node: Node | None) -> int | None:
    """The size of the last axis of a node's output, if known (channels-last convention of outputs)."""
    if node is None or not node.shape:
        return None
    return node.shape[-1]


def kernel(node: Node) -> tuple[int, ...] | None:
    """A convolution's or pooling's window, one size for each spatial dimension, or None when unknown."""
    value = node.value("kernel_size") if "kernel_size" in node.arguments else node.value("pool_size")
    return value if isinstance(value, tuple) and all(isinstance(size, int) for size in value) else None


def strides(node: Node) -> tuple[int, ...] | None:
    """A convolution's or pooling's strides, one for each spatial dimension, or None when unknown."""
    value = node.value("strides")
    if value is None and node.kind in POOLING and node.known("strides"):
        return kernel(node)
    return value if isinstance(value, tuple) and all(isinstance(size, int) for size in value) else None


#: how many steps of a sequence are folded into one at most (a pyramid of recurrent layers takes two)
FOLDED = 4


def reshapes(model: Model, node: Node) -> bool:
    """Whether a Reshape may mix up axes. Between layers that go through a sequence, a few steps that become one, with
    all of their features side by side, are left in their order: 128×64 to 64×128."""
    if node.kind != "Reshape" or not node.inputs:
        return False
    before, after = node.inputs[0].shape or (), node.shape or ()
    source = node.inputs[0]
    while source.kind in SAME_SHAPE and len(source.inputs) == 1:
        source = source.inputs[0]
    around = {source.kind, *(one.kind for one in model.consumers(node))}
    if len(before) != 3 or len(after) != 3 or around.isdisjoint(RECURRENT | SEQUENTIAL):
        return True
    steps, folded = before[1], after[1]
    return not (steps and folded and 1 < steps // folded <= FOLDED and steps % folded == 0)


#: layers beside recurrent ones that read one step after the other
SEQUENTIAL = frozenset({"Conv1D", "Embedding", "Bidirectional", "TimeDistributed", "MultiHeadAttention"})
