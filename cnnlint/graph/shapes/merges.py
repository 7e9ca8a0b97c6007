"""Layers and operators with several inputs: element-wise, Concatenate, Dot, Stack."""

from __future__ import annotations

from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    normal_axis,
    register,
    show,
    total,
)
from cnnlint.graph.values import Shape


@register("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Divide", "Pow")
def elementwise(call: Call) -> tuple[Shape | None, int | None]:
    """One element for each of the inputs' elements, sizes of 1 repeated as needed."""
    shapes = list(call.inputs)
    if not shapes or any(shape is None for shape in shapes):
        return None, 0
    result = shapes[0]
    for shape in shapes[1:]:
        assert result is not None
        assert shape is not None
        merged = _broadcast(result, shape)
        if merged is None:
            listed = " and ".join(show(one) for one in shapes if one is not None)
            raise ShapeError(f"{call.kind} cannot merge {listed}: the sizes differ and neither is 1")
        result = merged
    return result, 0


def _broadcast(first: Shape, second: Shape) -> Shape | None:
    """The merged shape, or None where the two do not fit.

    Keras's merging layers put the batch dimensions of tensors of different rank above each other, operators align
    all axes at the end; an operator and a layer are the same kind, so only what both refuse is refused.
    """
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    if not shorter:
        return longer
    missing = len(longer) - len(shorter)
    aligned = _merge(longer, (*(1 for _ in range(missing)), *shorter), known_wins=missing > 0)
    if not missing:
        return aligned
    batched = _merge(longer, (shorter[0], *(1 for _ in range(missing)), *shorter[1:]))
    if aligned is None or batched is None:
        return batched or aligned
    return tuple(one if one == other else None for one, other in zip(aligned, batched, strict=True))


def _merge(first: Shape, second: Shape, known_wins: bool = False) -> Shape | None:
    """Both shapes, of the same rank, merged axis by axis; None where they do not fit.

    Of a known and an unknown size only the known one can come out, unless it is 1. Keras's layers do not use this
    (except for the batch), and what they call unknown stays unknown: `known_wins` is for operators.
    """
    merged: list[Dimension] = []
    for axis, (one, other) in enumerate(zip(first, second, strict=True)):
        if one is None or other is None:
            known = one if other is None else other
            merged.append(known if axis == 0 or (known_wins and known != 1) else None)
        elif one == 1 or other == 1 or one == other:
            merged.append(max(one, other) if 0 not in (one, other) else 0)
        else:
            return None
    return tuple(merged)


@register("Concatenate")
def concatenate(call: Call) -> tuple[Shape | None, int | None]:
    """The inputs one behind the other along an axis."""
    shapes = [shape for shape in call.inputs if shape is not None]
    axis = call.integer("axis")
    if not shapes:
        return None, 0
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        raise ShapeError(f"Concatenate needs inputs with the same number of dimensions; it is given {_listed(shapes)}")
    if len(shapes) < len(call.inputs) or axis is None:
        return (None,) * rank, 0
    place = normal_axis(axis, rank, "Concatenate")
    result: list[Dimension] = []
    for position in range(rank):
        sizes = [shape[position] for shape in shapes]
        if position == place:
            result.append(total(sizes))
            continue
        known = {size for size in sizes if size is not None}
        if len(known) > 1:
            raise ShapeError(
                f"Concatenate along axis {place} needs inputs that agree on every other axis; "
                f"axis {position} differs in {_listed(shapes)}"
            )
        result.append(next(iter(known), None))
    return tuple(result), 0


def _listed(shapes: list[Shape]) -> str:
    return " and ".join(map(show, shapes))


@register("Stack")
def stack(call: Call) -> tuple[Shape | None, int | None]:
    """The inputs one beside the other along a new axis."""
    shape, axis = call.shape, call.integer("axis")
    if shape is None:
        return None, 0
    if axis is None:
        return (None,) * (len(shape) + 1), 0
    place = normal_axis(axis, len(shape) + 1, "Stack")
    return (*shape[:place], len(call.inputs), *shape[place:]), 0


@register("Dot")
def dot(call: Call) -> tuple[Shape | None, int | None]:
    """The product of two tensors, summed over one axis of each."""
    axes = call.get("axes")
    if len(call.inputs) != 2:
        return None, 0
    first, second = call.inputs
    if first is None or second is None:
        return None, 0
    named = [as_integer(axis) for axis in (axes if isinstance(axes, (tuple, list)) else (axes, axes))]
    if len(named) != 2 or named[0] is None or named[1] is None:
        return None, 0
    left, right = normal_axis(named[0], len(first), "Dot"), normal_axis(named[1], len(second), "Dot")
    if first[left] is not None and second[right] is not None and first[left] != second[right]:
        raise ShapeError(
            f"Dot sums axis {left} of {show(first)} ({first[left]}) against axis {right} of {show(second)} "
            f"({second[right]}); the sizes differ"
        )
    rest = [size for axis, size in enumerate(first) if axis != left]
    rest += [size for axis, size in enumerate(second) if axis not in (0, right)]
    return (*rest, 1) if len(rest) == 1 else tuple(rest), 0


@register("MatMul")
def matmul(call: Call) -> tuple[Shape | None, int | None]:
    """The matrix product of two tensors' last two axes."""
    if len(call.inputs) != 2:
        return None, 0
    first, second = call.inputs
    if first is None or second is None or len(first) < 2 or len(second) < 2:
        return None, 0
    first, second = _turned(call, first, "transpose_a"), _turned(call, second, "transpose_b")
    if first[-1] is not None and second[-2] is not None and first[-1] != second[-2]:
        raise ShapeError(
            f"MatMul of {show(first)} and {show(second)}: the inner sizes {first[-1]} and {second[-2]} differ"
        )
    longer, shorter = (first, second) if len(first) >= len(second) else (second, first)
    leading = longer[:-2]
    if len(shorter) > 2:
        merged = _merge(longer[:-2], (*(1 for _ in range(len(longer) - len(shorter))), *shorter[:-2]), known_wins=True)
        if merged is None:
            raise ShapeError(f"MatMul of {show(first)} and {show(second)}: the axes before the last two do not fit")
        leading = merged
    return (*leading, first[-2], second[-1]), 0


def _turned(call: Call, shape: Shape, name: str) -> Shape:
    if name not in call.values or call.flag(name) is False:
        return shape
    if call.flag(name):
        return (*shape[:-2], shape[-1], shape[-2])
    return (*shape[:-2], None, None)
