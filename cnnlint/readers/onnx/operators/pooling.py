"""Pooling over windows and over all places."""

from __future__ import annotations

from cnnlint.graph import OPAQUE, UNKNOWN, Argument
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.windows import Placed, prepared, window
from cnnlint.readers.onnx.values import Axes, Tensor, channels_first


@operator("MaxPool", "AveragePool")
def pool(builder: Builder, operation: Operation) -> None:
    """MaxPooling1D to 3D and AveragePooling1D to 3D."""
    kernel = operation.integers("kernel_shape")
    if not kernel:
        raise Malformed(f"{operation.kind} has no kernel_shape")
    placed = prepared(builder, operation, builder.tensor(operation), window(operation, kernel))
    arguments = {
        "pool_size": operation.argument(placed.window.kernel, "kernel_shape"),
        "strides": operation.argument(placed.window.strides, "strides"),
        "padding": _padding(builder, operation, placed),
        "data_format": Argument("channels_last"),
    }
    family = "Max" if operation.kind == "MaxPool" else "Average"
    node = builder.emit(f"{family}Pooling{placed.rank}D", operation, [placed.node], placed.axes, arguments)
    for name in operation.outputs[1:]:  # where the maxima were
        if name:
            places = builder.node(OPAQUE, operation, [node], shape=node.shape, suffix=":indices")
            places.note = "places of the maxima"
            builder.define(name, places, placed.axes)


def _padding(builder: Builder, operation: Operation, placed: Placed) -> Argument:
    """ "same" where there are as many places as it gives, "valid" where nothing is added, else unknown.

    Keras has no padding for pooling besides these two; a window that starts a pixel earlier is taken for "same".
    """
    window = placed.window
    if window.auto in ("SAME_UPPER", "SAME_LOWER"):
        return operation.argument("same", "auto_pad")
    if operation.integer("ceil_mode", 0):
        wanted = builder.expected(operation.outputs[0], placed.axes)
        if wanted is None or None in placed.sizes or any(size != 1 for size in window.dilations):
            return operation.argument(UNKNOWN, "pads")
        sizes = [(size or 0, stride) for size, stride in zip(placed.sizes, window.strides, strict=True)]
        if not window.padded and list(wanted[1:-1]) == [
            (size - kernel) // stride + 1 for (size, stride), kernel in zip(sizes, window.kernel, strict=True)
        ]:
            return operation.argument("valid", "pads")
        kept = list(wanted[1:-1]) == [-(-size // stride) for size, stride in sizes]
        return operation.argument("same" if kept else UNKNOWN, "ceil_mode")
    if not window.padded:
        return operation.argument("valid", "pads")
    return operation.argument("same" if window.keeps(placed.sizes) else UNKNOWN, "pads")


@operator("GlobalAveragePool", "GlobalMaxPool")
def global_pool(builder: Builder, operation: Operation) -> None:
    """Global pooling; the axes of size 1 that ONNX keeps are phantoms."""
    tensor = builder.tensor(operation)
    if tensor.axes is None or len(tensor.axes) < 3:
        raise Malformed(f"the rank of what {operation.kind} reads is not known, or below 3")
    family = "Average" if operation.kind == "GlobalAveragePool" else "Max"
    pool_places(builder, operation, tensor, family, range(2, len(tensor.axes)), keep=True)


def pool_places(
    builder: Builder, operation: Operation, tensor: Tensor, family: str, places: range | list[int], *, keep: bool
) -> None:
    """A global pooling over the ONNX axes `places`, which are all but the batch and the channels."""
    assert tensor.axes is not None
    rank = len(tensor.axes)
    real = [axis for axis in range(rank) if axis not in places or tensor.axes[axis] is not None]
    pooled = [axis for axis in real if axis in places]
    kept = [axis for axis in real if axis not in places]
    if len(kept) != 2 or None in (tensor.axes[axis] for axis in kept) or not 1 <= len(pooled) <= 3:
        node = builder.place(tensor, channels_first(rank), operation)
        pooled, kept = list(range(2, rank)), [0, 1]
    else:
        small = tensor.laid(tuple(tensor.axes[axis] for axis in real))
        target = [0] * len(real)
        for index, axis in enumerate(real):
            target[index] = pooled.index(axis) + 1 if axis in pooled else 0 if axis == kept[0] else len(real) - 1
        node = builder.place(small, tuple(target), operation)
    if not 1 <= len(pooled) <= 3:
        raise Malformed(f"{operation.kind} pools over {len(pooled)} axes; Keras pools over 1 to 3")
    axes: Axes = tuple(kept.index(axis) if axis in kept else None for axis in range(rank) if keep or axis not in places)
    arguments = {"keepdims": Argument(False), "data_format": Argument("channels_last")}
    builder.emit(f"Global{family}Pooling{len(pooled)}D", operation, [node], axes, arguments)
