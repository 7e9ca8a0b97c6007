"""Tile, and the upsampling that it is a part of: a new axis is repeated, and merged with the one before it."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph import Argument
from cnnlint.readers.onnx.builder import Builder, Repeat, operator
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.values import Axes, Constant, Tensor, identity


@operator("Tile")
def tile(builder: Builder, operation: Operation) -> None:
    """Every axis several times."""
    tensor = builder.tensor(operation)
    repeats = builder.value(operation.input(1))
    times = repeats.integers() if isinstance(repeats, Constant) else None
    axes = tensor.axes
    if times is None or axes is None or len(times) != len(axes):
        builder.opaque(operation)
        return
    built = len(builder.model.nodes)
    node = builder.natural(tensor, operation)
    made = builder.emit("Tile", operation, [node], identity(len(axes)), {"multiples": operation.argument(times)})
    repeated = [axis for axis, count in enumerate(times) if count != 1]
    if len(repeated) == 1 and axes[repeated[0]] is None and axes.count(None) == 1:
        builder.repeats[id(made)] = Repeat(tensor, times[repeated[0]], tuple(builder.model.nodes[built:]))


def upsampled(builder: Builder, operation: Operation, tensor: Tensor, merged: Sequence[int]) -> bool:
    """Turn a Tile of a new axis, which Reshape merges with the one before it, into upsampling; whether it was one.

    `merged` are the ONNX axes that become one. `numpy.repeat` and Keras's UpSampling are exported so.
    """
    repeat = builder.repeats.get(id(tensor.node))
    if repeat is None or tensor.axes is None or not builder.single(tensor.node):
        return False
    # the axes of the tiled node are those of the tensor before it, in ONNX's order
    axes: Axes = tuple(None if axis is None else (repeat.source.axes or ())[axis] for axis in tensor.axes)
    node = repeat.source.node
    first, second = merged
    place, rank = axes[first], len(node.shape or ())
    if axes[second] is not None or place is None or not 1 <= place < rank - 1 or not 3 <= rank <= 5:
        return False
    layout = tuple(axis for position, axis in enumerate(axes) if position != second)
    builder.discard(*repeat.parts)
    size = [repeat.times if axis == place else 1 for axis in range(1, rank - 1)]
    kind = f"UpSampling{rank - 2}D"
    if node.kind == kind and builder.single(node) and node.value("interpolation") == "nearest":
        before = node.value("size")  # the other axis has been repeated already
        size = [a * b for a, b in zip(size, before if isinstance(before, tuple) else (before,), strict=True)]
        builder.discard(node)
        node = node.inputs[0]
    arguments = {
        "size": operation.argument(tuple(size) if rank > 3 else size[0]),
        "interpolation": operation.argument("nearest"),
        "data_format": Argument("channels_last"),
    }
    builder.emit(kind, operation, [node], layout, arguments)
    return True
