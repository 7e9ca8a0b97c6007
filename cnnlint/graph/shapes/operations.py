"""Operations that Keras has no layer for."""

from __future__ import annotations

from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    normal_axis,
    product,
    register,
    replaced,
    show,
)
from cnnlint.graph.values import UNKNOWN, Shape


@register("Transpose")
def transpose(call: Call) -> tuple[Shape | None, int | None]:
    """The axes in another order, the batch included; reversed where no order is given."""
    shape, order = call.shape, call.either("axes", "perm")
    if order is None:
        return None if shape is None else shape[::-1], 0
    if not isinstance(order, (tuple, list)) or any(as_integer(axis) is None for axis in order):
        return None if shape is None else (None,) * len(shape), 0
    if shape is None:
        return (None,) * len(order), 0
    axes = [axis % len(shape) if -len(shape) <= axis < len(shape) else axis for axis in order]
    if sorted(axes) != list(range(len(shape))):
        raise ShapeError(f"{show(tuple(order))} is no order of the {len(shape)} axes of {show(shape)}")
    return tuple(shape[axis] for axis in axes), 0


@register("ReduceMean", "ReduceMax", "ReduceMin", "ReduceSum", "ReduceProd", "Moments")
def reduce(call: Call) -> tuple[Shape | None, int | None]:
    """Axes summed up: those named, or all."""
    shape, axis, keep = call.shape, call.get("axis"), call.flag("keepdims")
    if shape is None or axis is UNKNOWN or keep is None:
        return None, 0
    named = range(len(shape)) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    gone: set[int] = set()
    for one in named:
        place = as_integer(one)
        if place is None:
            return (None,) * len(shape) if keep else None, 0
        gone.add(normal_axis(place, len(shape), call.kind))
    if keep:
        return tuple(1 if place in gone else size for place, size in enumerate(shape)), 0
    return tuple(size for place, size in enumerate(shape) if place not in gone), 0


@register("ArgMax", "GatherLast")
def gather(call: Call) -> tuple[Shape | None, int | None]:
    """One element along an axis, whose place is gone: `axis` for ArgMax, the steps for GatherLast."""
    shape = call.shape
    axis = 1 if call.kind == "GatherLast" else call.integer("axis")
    if shape is None:
        return None, 0
    if axis is None:
        return (None,) * (len(shape) - 1), 0
    gone = normal_axis(axis, len(shape), call.kind)
    return tuple(size for place, size in enumerate(shape) if place != gone), 0


@register("FlattenAll")
def flatten_all(call: Call) -> tuple[Shape | None, int | None]:
    """All axes in one, the batch included."""
    return (None if call.shape is None else product(call.shape),), 0


@register("L2Loss")
def scalar(call: Call) -> tuple[Shape | None, int | None]:
    """One number."""
    return (), 0


@register("CRelu")
def concatenated_relu(call: Call) -> tuple[Shape | None, int | None]:
    """The positive and the negative part one behind the other."""
    shape, axis = call.shape, call.integer("axis")
    if shape is None or axis is None:
        return None if shape is None else (None,) * len(shape), 0
    place = normal_axis(axis, len(shape), call.kind)
    return replaced(shape, {place: product((2, shape[place]))}), 0


@register("OneHot")
def one_hot(call: Call) -> tuple[Shape | None, int | None]:
    """A new axis with a place for every class."""
    shape, axis = call.shape, call.integer("axis")
    if shape is None:
        return None, 0
    if axis is None:
        return (None,) * (len(shape) + 1), 0
    place = normal_axis(axis, len(shape) + 1, call.kind)
    return (*shape[:place], call.integer("num_classes"), *shape[place:]), 0


@register("Pad")
def pad(call: Call) -> tuple[Shape | None, int | None]:
    """Values before and after every axis, the batch included: `pad_width` is one pair for each."""
    shape, paddings = call.shape, call.either("pad_width", "paddings")
    if not isinstance(paddings, (tuple, list)):
        return None if shape is None else (None,) * len(shape), 0
    if shape is None:
        return (None,) * len(paddings), 0
    if len(paddings) != len(shape):
        raise ShapeError(f"Pad is given {len(paddings)} pairs for the {len(shape)} dimensions of {show(shape)}")
    result: list[Dimension] = []
    for size, pair in zip(shape, paddings, strict=True):
        known = isinstance(pair, (tuple, list)) and len(pair) == 2
        before, after = map(as_integer, pair) if known else (None, None)
        result.append(None if size is None or before is None or after is None else size + before + after)
    return tuple(result), 0


@register("Tile")
def tile(call: Call) -> tuple[Shape | None, int | None]:
    """Every axis `repeats` times."""
    shape, multiples = call.shape, call.either("repeats", "multiples")
    if shape is None or not isinstance(multiples, (tuple, list)) or len(multiples) != len(shape):
        return None if shape is None else (None,) * len(shape), 0
    times = list(map(as_integer, multiples))
    return tuple(
        None if size is None or time is None else size * time for size, time in zip(shape, times, strict=True)
    ), 0
