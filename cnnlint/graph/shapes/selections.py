"""Operations that pick elements, or lay them out anew: take, gather, slice, diagonals, patches."""

from __future__ import annotations

from typing import Any

from cnnlint.graph.shapes.axes import broadcast, plus
from cnnlint.graph.shapes.convolutions import window_length
from cnnlint.graph.shapes.operations import Made, put, unknown_like
from cnnlint.graph.shapes.registry import Call, ShapeError, as_integer, normal_axis, product, register, show
from cnnlint.graph.values import Batch, Dimension, Sizes


@register("Take", every_axis=True)
def take(call: Call) -> Made:
    """Elements along an axis by their places, in the places' own shape."""
    sizes, axis = call.full, call.integer("axis")
    given = call.operands[1] if len(call.operands) > 1 else _shape_of(call.get("indices"))
    if sizes is None or given is None:
        return None, 0
    if axis is None:
        return (given, 0) if call.values.get("axis", 0) is None else (None, 0)
    shared = call.values.get("batch_dims", 0)
    place = normal_axis(axis, len(sizes), call.kind)
    size = sizes[place]
    if isinstance(size, int) and any(not -size <= one < size for one in _whole(call.get("indices"))):
        raise ShapeError(f"axis {place} of {show(call.shape or ())} has {size} elements, and one beyond it is taken")
    if not isinstance(shared, int):
        return None, 0
    # TensorFlow: with `batch_dims` and no axis it is the first one behind those that are shared
    place = max(place, shared)
    return (*sizes[:place], *given[shared:], *sizes[place + 1 :]), 0


def _shape_of(indices: Any) -> Sizes | None:
    if as_integer(indices) is not None:
        return ()
    if not isinstance(indices, (tuple, list)):
        return None
    inner = {_shape_of(one) for one in indices}
    behind = inner.pop() if len(inner) == 1 else None
    return None if behind is None else (len(indices), *behind)


def _whole(indices: Any) -> list[int]:
    """The whole numbers in nested sequences."""
    if isinstance(indices, (tuple, list)):
        return [number for one in indices for number in _whole(one)]
    number = as_integer(indices)
    return [] if number is None else [number]


@register("TakeAlong", every_axis=True)
def take_along(call: Call) -> Made:
    """An element for each place, which the places' other axes name as well."""
    sizes, axis = call.full, call.integer("axis")
    given = call.operands[1] if len(call.operands) > 1 else _shape_of(call.get("indices"))
    if sizes is None or axis is None or given is None or len(given) != len(sizes):
        return None, 0
    place = normal_axis(axis, len(sizes), call.kind)
    laid = broadcast(put(sizes, place, 1), put(given, place, 1))
    return (None, 0) if laid is None else (put(laid, place, given[place]), 0)


@register("GatherNd", every_axis=True)
def gather_nd(call: Call) -> Made:
    """Elements or parts by the places along the first axes, which the last axis of the indices lists."""
    sizes = call.full
    given = call.operands[1] if len(call.operands) > 1 else _shape_of(call.get("indices"))
    if sizes is None or not given or call.values.get("batch_dims", 0) != 0:
        return None, 0
    depth = given[-1]
    if not isinstance(depth, int):
        return None, 0
    if depth > len(sizes):
        raise ShapeError(f"GatherNd is given {depth} places along the {len(sizes)} axes of {show(call.shape or ())}")
    return (*given[:-1], *sizes[depth:]), 0


@register("Slice", every_axis=True)
def cut(call: Call) -> Made:
    """`size` elements of each axis from `begin` on; -1 takes what is left."""
    sizes, begin, wanted = call.full, call.get("begin"), call.get("size")
    if not isinstance(wanted, (tuple, list)):
        return unknown_like(sizes), 0
    starts = list(begin) if isinstance(begin, (tuple, list)) else []
    if sizes is not None and len(wanted) != len(sizes):
        raise ShapeError(f"{len(wanted)} sizes are asked of the {len(sizes)} axes of {show(call.shape or ())}")
    found: list[Dimension] = []
    for place, asked in enumerate(wanted):
        whole = sizes[place] if sizes is not None else None
        count: Dimension = asked if isinstance(asked, Batch) else as_integer(asked)
        start = as_integer(starts[place]) if place < len(starts) else (0 if not starts and begin is not None else None)
        if count == -1:
            count = whole if start == 0 else plus((whole, -start)) if isinstance(whole, int) and start else None
        elif isinstance(count, int) and isinstance(whole, int) and start is not None and start + count > whole:
            raise ShapeError(f"axis {place} of {show(call.shape or ())} has fewer than {start + count} elements")
        found.append(count)
    return tuple(found), 0


@register("Diagonal", "Trace", every_axis=True)
def diagonal(call: Call) -> Made:
    """The diagonal of two axes, which comes to stand last, or its sum."""
    sizes = call.full
    if sizes is None:
        return None, 0
    one, other = (
        0 if (axis := call.values.get(name, default)) is None else as_integer(axis)
        for name, default in (("axis1", 0), ("axis2", 1))
    )
    if one is None or other is None:
        return None, 0
    first, second = normal_axis(one, len(sizes), call.kind), normal_axis(other, len(sizes), call.kind)
    rest = tuple(size for place, size in enumerate(sizes) if place not in (first, second))
    if call.kind == "Trace":
        return rest, 0
    both = (sizes[first], sizes[second])
    whole = min(size for size in both if isinstance(size, int)) if all(isinstance(s, int) for s in both) else None
    return (*rest, whole if call.values.get("offset", 0) == 0 else None), 0


@register("Diff", every_axis=True)
def difference(call: Call) -> Made:
    """The differences of neighbours along an axis, `n` times."""
    sizes, count, axis = call.full, call.integer("n"), call.integer("axis")
    if sizes is None or axis is None:
        return unknown_like(sizes), 0
    place = normal_axis(axis, len(sizes), call.kind)
    size = sizes[place]
    return put(sizes, place, max(size - count, 0) if isinstance(size, int) and count is not None else None), 0


@register("Glu", every_axis=True)
def gated(call: Call) -> Made:
    """One half of an axis times the sigmoid of the other."""
    sizes, axis = call.full, call.integer("axis")
    if sizes is None or axis is None:
        return unknown_like(sizes), 0
    place = normal_axis(axis, len(sizes), call.kind)
    size = sizes[place]
    if isinstance(size, int) and size % 2:
        raise ShapeError(f"axis {axis} of {show(call.shape or ())} has {size} elements and cannot be halved")
    return put(sizes, place, size // 2 if isinstance(size, int) else None), 0


@register("Rot90", every_axis=True)
def quarter_turns(call: Call) -> Made:
    """Two axes turned by quarters: an odd number of them lays one in the other's place."""
    sizes, turns, axes = call.full, call.values.get("k", 1), call.get("axes")
    if sizes is None or not isinstance(turns, int) or not isinstance(axes, (tuple, list)) or len(axes) != 2:
        return unknown_like(sizes), 0
    one, other = (normal_axis(axis, len(sizes), call.kind) for axis in axes)
    return (put(put(sizes, one, sizes[other]), other, sizes[one]) if turns % 2 else sizes), 0


@register("ExtractPatches")
def patches(call: Call) -> Made:
    """The windows of a picture, each of them laid out along the channels; TensorFlow lists all four axes."""
    shape = call.shape
    if shape is None or len(shape) not in (3, 4) or call.channel_axis(4) != 3:
        return None, 0
    size, stride, dilation = (_spatial(call.get(name)) for name in ("size", "strides", "dilation_rate"))
    if call.values.get("strides") is None:
        stride = size
    padding = call.text("padding")
    lengths = [
        window_length(shape[len(shape) - 3 + place], size[place], stride[place], padding, dilation[place])
        for place in (0, 1)
    ]
    return (*shape[:-3], *lengths, product((*size, shape[-1]))), 0


def _spatial(value: Any) -> tuple[int | None, int | None]:
    whole = as_integer(value)
    if whole is not None or not isinstance(value, (tuple, list)) or len(value) not in (2, 4):
        return whole, whole
    inner = value if len(value) == 2 else value[1:3]
    return as_integer(inner[0]), as_integer(inner[1])


@register("Recolour")
def recolour(call: Call) -> Made:
    """A picture with another number of channels."""
    shape = call.shape
    if shape is None or call.channel_axis(len(shape)) != len(shape) - 1:
        return unknown_like(call.full), 0
    return (*shape[:-1], call.integer("channels")), 0


@register("CentralCrop")
def central_crop(call: Call) -> Made:
    """The middle of a picture (tensorflow: image_ops_impl.py: central_crop)."""
    shape, fraction = call.shape, call.get("central_fraction")
    if shape is None or len(shape) not in (3, 4) or not isinstance(fraction, (int, float)):
        return unknown_like(call.full), 0
    sides = [None if side is None else side - 2 * int((side - side * fraction) / 2) for side in shape[-3:-1]]
    return (*shape[:-3], *sides, shape[-1]), 0
