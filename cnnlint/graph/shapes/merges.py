"""Layers and operators with several inputs: element-wise, Concatenate, Stack."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph.shapes.axes import broadcast, never, plus, times
from cnnlint.graph.shapes.operations import Made, unknown_like
from cnnlint.graph.shapes.registry import Call, ShapeError, normal_axis, register, show
from cnnlint.graph.values import Batch, Dimension, Sizes, shape_of_sizes

#: kinds that Keras has a merging layer for
LAYERS = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"})


@register(
    "Add",
    "Subtract",
    "Multiply",
    "Average",
    "Maximum",
    "Minimum",
    "Divide",
    "Pow",
    "Compare",
    "Pairwise",
    "Where",
    every_axis=True,
)
def elementwise(call: Call) -> Made:
    """One element for each of the inputs' elements, sizes of 1 repeated as needed.

    Keras's merging layers lay the samples of tensors of different rank over each other (`merging` is True), operators
    align all axes at the end. Where it is not known which of the two it is, only what both refuse is refused.
    """
    shapes = list(call.operands)
    merging = call.flag("merging") if call.kind in LAYERS else False
    if call.kind == "Subtract" and merging is not False and len(shapes) not in (0, 2):
        raise ShapeError(f"Subtract takes two inputs; it is given {len(shapes)}")
    if not shapes or any(shape is None for shape in shapes):
        return None, 0
    known = [shape for shape in shapes if shape is not None]
    batches = {shape[0] for shape in known if shape and isinstance(shape[0], int)}
    if merging is True and len(batches) > 1:
        raise ShapeError(f"{call.kind} cannot merge batches of different sizes: {listed_shapes(known)}")
    aligned = _all(known) if merging is not True else None
    batched = _all(_deepened(known), guess=False) if merging is not False else None
    if aligned is None and batched is None:
        raise ShapeError(f"{call.kind} cannot merge {listed_shapes(known)}: the sizes differ and neither is 1")
    if merging is not None or aligned is None or batched is None:
        return aligned if aligned is not None else batched, 0
    return tuple(one if one == other else None for one, other in zip(aligned, batched, strict=True)), 0


def _all(shapes: list[Sizes], *, guess: bool = True) -> Sizes | None:
    result = shapes[0]
    for shape in shapes[1:]:
        merged = broadcast(result, shape, guess=guess)
        if merged is None:
            return None
        result = merged
    return result


def _deepened(shapes: list[Sizes]) -> list[Sizes]:
    """The shapes with axes of size 1 put in behind the samples until all have the same rank."""
    rank = max(map(len, shapes))
    return [(*shape[:1], *(1,) * (rank - len(shape)), *shape[1:]) if shape else shape for shape in shapes]


@register("Concatenate", every_axis=True)
def concatenate(call: Call) -> Made:
    """The inputs one behind the other along an axis."""
    shapes = [shape for shape in call.operands if shape is not None]
    axis = call.integer("axis")
    if not shapes:
        return None, 0
    rank = len(shapes[0])
    if any(len(shape) != rank for shape in shapes):
        raise ShapeError(
            f"Concatenate needs inputs with the same number of dimensions; it is given {listed_shapes(shapes)}"
        )
    if len(shapes) < len(call.operands) or axis is None:
        return (None,) * rank, 0
    if rank == 1 and call.get("stacking") in ("vertical", "horizontal"):
        return ((plus([shape[0] for shape in shapes]),), 0) if axis else (None, 0)  # keras.ops.hstack, vstack
    place = normal_axis(axis, rank, "Concatenate")
    result: list[Dimension] = []
    for position in range(rank):
        sizes = [shape[position] for shape in shapes]
        if position == place:
            result.append(plus(sizes))
            continue
        known = {size for size in sizes if isinstance(size, int)}
        batches = {size for size in sizes if isinstance(size, Batch)}
        if len(known) > 1 or len(batches) > 1:
            raise ShapeError(
                f"Concatenate along axis {place} needs inputs that agree on every other axis; "
                f"axis {position} differs in {listed_shapes(shapes)}"
            )
        result.append(next(iter(known), sizes[0] if len(set(sizes)) == 1 else None))
    return tuple(result), 0


@register("Append", every_axis=True)
def append(call: Call) -> Made:
    """Two tensors one behind the other, laid out in one row where no axis is given."""
    if len(call.operands) < 2:
        return None, 0  # what stands behind the tensor is no tensor
    if call.get("axis") is not None:
        return concatenate(call)
    return (plus([None if sizes is None else times(sizes) for sizes in call.operands]),), 0


@register("SameShape", every_axis=True)
def same_shape(call: Call) -> Made:
    """Targets beside outputs of the very same shape: an element for each, or for each row of the last axis."""
    shapes = [sizes for sizes in call.operands if sizes is not None]
    for other in shapes[1:]:
        if len(other) != len(shapes[0]) or any(map(never, shapes[0], other)):
            raise ShapeError(f"targets and outputs have other shapes: {listed_shapes(shapes)}")
    if len(shapes) < len(call.operands) or not shapes:
        return None, 0
    return shapes[0][:-1] if call.flag("rows") else shapes[0], 0


def listed_shapes(shapes: Sequence[Sizes]) -> str:
    """Shapes as messages write them."""
    return " and ".join(show(shape_of_sizes(shape) or ()) for shape in shapes)


@register("Stack", every_axis=True)
def stack(call: Call) -> Made:
    """The inputs one beside the other along a new axis; one that is not known may stand for several."""
    sizes, axis = call.full, call.integer("axis")
    if sizes is None:
        return None, 0
    shapes = [shape for shape in call.operands if shape is not None]
    for shape in shapes[1:]:
        fits = len(shape) == len(sizes) and all(
            a == b
            or not ((isinstance(a, int) and isinstance(b, int)) or (isinstance(a, Batch) and isinstance(b, Batch)))
            for a, b in zip(sizes, shape, strict=False)
        )
        if not fits:
            raise ShapeError(f"Stack needs inputs of one shape; it is given {listed_shapes(shapes)}")
    if axis is None:
        return unknown_like(sizes, 1), 0
    place = normal_axis(axis, len(sizes) + 1, "Stack")
    count = len(shapes) if len(shapes) == len(call.operands) else None
    return (*sizes[:place], count, *sizes[place:]), 0
