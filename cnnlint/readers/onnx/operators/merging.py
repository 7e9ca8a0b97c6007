"""Merges of several tensors, which first need the same order of axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cnnlint.graph import Node
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.values import Axes, Tensor, channels_first, identity


def merge(builder: Builder, operation: Operation, kind: str, tensors: Sequence[Tensor]) -> None:
    """An element-wise merge; ONNX aligns the shapes at the end and repeats sizes of 1."""
    nodes, axes = aligned(builder, operation, tensors)
    builder.emit(kind, operation, nodes, axes)


def aligned(builder: Builder, operation: Operation, tensors: Sequence[Tensor]) -> tuple[list[Node], Axes | None]:
    """Nodes with the same order of axes, and the layout of what is computed from them element by element."""
    if any(tensor.axes is None for tensor in tensors):
        return [builder.natural(tensor, operation) for tensor in tensors], None
    rank = max(len(tensor.axes or ()) for tensor in tensors)
    padded = [tensor.laid((*(None,) * (rank - len(tensor.axes or ())), *(tensor.axes or ()))) for tensor in tensors]
    kept = [axis for axis in range(rank) if any((tensor.axes or ())[axis] is not None for tensor in padded)]
    small = [tensor.laid(tuple((tensor.axes or ())[axis] for axis in kept)) for tensor in padded]
    target = _common(small, len(kept))
    nodes = [builder.place(tensor, target, operation) for tensor in small]
    output: list[int | None] = [None] * rank
    for axis, place in zip(kept, target, strict=True):
        output[axis] = place
    return nodes, tuple(output)


def _common(tensors: Sequence[Tensor], rank: int) -> tuple[int, ...]:
    """The layout that most of the tensors have; of those with phantoms, one they fit into."""
    whole = [tensor.real_axes for tensor in tensors if len(tensor.real_axes) == rank]
    if whole:
        return Counter(whole).most_common(1)[0][0]
    first = channels_first(rank)
    return first if all(_fits(tensor, first) for tensor in tensors) else identity(rank)


def _fits(tensor: Tensor, layout: tuple[int, ...]) -> bool:
    order = [axis for _, axis in sorted(zip(layout, tensor.axes or (), strict=True)) if axis is not None]
    return order == sorted(order)


@operator("Concat")
def concat(builder: Builder, operation: Operation) -> None:
    """Concatenate along whatever axis that is in the nodes' order."""
    values = [builder.value(name) for name in operation.inputs]
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values) or not tensors:
        builder.opaque(operation)
        return
    axes = tensors[0].axes
    if any(tensor.axes is None or axes is None or len(tensor.axes) != len(axes) for tensor in tensors) or axes is None:
        builder.opaque(operation)
        return
    axis = operation.integer("axis", 1)
    if not -len(axes) <= axis < len(axes):
        raise Malformed(f"axis {axis} of Concat does not exist: its inputs have {len(axes)} axes")
    axis %= len(axes)
    if any((tensor.axes or ())[axis] is None for tensor in tensors):
        layout = channels_first(len(axes))
        tensors = [Tensor(builder.place(tensor, layout, operation), layout) for tensor in tensors]
    nodes, output = aligned(builder, operation, tensors)
    if len(nodes) == 1:
        builder.define(operation.outputs[0], nodes[0], output)
        return
    place = output[axis] if output is not None else None
    count = len([one for one in output or () if one is not None])
    argument = operation.argument(-1 if place == count - 1 else place, "axis")
    builder.emit("Concatenate", operation, nodes, output, {"axis": argument})
