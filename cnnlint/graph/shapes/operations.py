"""Operations that Keras has no layer for: they work on every axis, the batch's included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnlint.graph.shapes.axes import broadcast, never, plus, reshaped, times
from cnnlint.graph.shapes.registry import Call, ShapeError, as_integer, normal_axis, register, show
from cnnlint.graph.values import UNKNOWN, Batch, Dimension, Sizes

Made = tuple[Sizes | None, int | None]


def unknown_like(sizes: Sizes | None, more: int = 0) -> Sizes | None:
    """As many axes (and `more`), none of which is known."""
    return None if sizes is None else (None,) * (len(sizes) + more)


def listed(value: Any) -> Sequence[Any]:
    """An argument that is one thing or several, as several."""
    return value if isinstance(value, (tuple, list)) else (value,)


def put(sizes: Sizes, place: int, size: Dimension) -> Sizes:
    """The shape with one axis changed."""
    return (*sizes[:place], size, *sizes[place + 1 :])


@register("Transpose", every_axis=True)
def transpose(call: Call) -> Made:
    """The axes in another order, the batch included; reversed where no order is given."""
    sizes, order = call.full, call.either("axes", "perm")
    if order is None:
        return None if sizes is None else sizes[::-1], 0
    if not isinstance(order, (tuple, list)) or any(as_integer(axis) is None for axis in order):
        return unknown_like(sizes), 0
    if sizes is None:
        return (None,) * len(order), 0
    axes = [axis % len(sizes) if -len(sizes) <= axis < len(sizes) else axis for axis in order]
    if sorted(axes) != list(range(len(sizes))):
        raise ShapeError(f"{show(tuple(order))} is no order of the {len(sizes)} axes of {show(call.shape or ())}")
    return tuple(sizes[axis] for axis in axes), 0


@register("MoveAxis", every_axis=True)
def move_axis(call: Call) -> Made:
    """One axis or several taken to other places."""
    sizes = call.full
    sources, targets = listed(call.get("source")), listed(call.get("destination"))
    if sizes is None or len(sources) != len(targets) or None in map(as_integer, [*sources, *targets]):
        return unknown_like(sizes), 0
    rank = len(sizes)
    taken = [normal_axis(axis, rank, call.kind) for axis in sources]
    placed = [normal_axis(axis, rank, call.kind) for axis in targets]
    if len(set(taken)) < len(taken) or len(set(placed)) < len(placed):
        raise ShapeError(f"MoveAxis is given one axis of {show(call.shape or ())} twice")
    order = [axis for axis in range(rank) if axis not in taken]
    for place, axis in sorted(zip(placed, taken, strict=True)):
        order.insert(place, axis)
    return tuple(sizes[axis] for axis in order), 0


@register("SwapAxes", "SwapLast", every_axis=True)
def swap_axes(call: Call) -> Made:
    """Two axes in each other's place."""
    sizes, first, second = call.full, call.integer("axis1"), call.integer("axis2")
    if sizes is None or first is None or second is None:
        return unknown_like(sizes), 0
    one, other = (normal_axis(axis, len(sizes), call.kind) for axis in (first, second))
    return put(put(sizes, one, sizes[other]), other, sizes[one]), 0


@register(
    "ReduceMean",
    "ReduceMax",
    "ReduceMin",
    "ReduceSum",
    "ReduceProd",
    "ReduceStd",
    "ReduceVariance",
    "ReduceAny",
    "ReduceAll",
    "LogSumExp",
    "Norm",
    "Moments",
    "Reduce",
    every_axis=True,
)
def reduce(call: Call) -> Made:
    """Axes summed up: those named, or all."""
    sizes, axis, keep = call.full, call.get("axis"), call.flag("keepdims")
    several = call.values.get("q")  # quantiles: one, or a list of them, which comes to stand first
    if sizes is None or axis is UNKNOWN or keep is None or several is UNKNOWN:
        return None, 0
    front = (len(several),) if isinstance(several, (tuple, list)) else ()
    named = range(len(sizes)) if axis is None else listed(axis)
    if call.kind == "Norm":
        _check_norm(call, len(named))
    gone: set[int] = set()
    for one in named:
        place = as_integer(one)
        if place is None:
            return unknown_like(sizes, len(front)) if keep else None, 0
        where = normal_axis(place, len(sizes), call.kind)
        if where in gone:
            raise ShapeError(f"{call.kind} is given axis {place} of {show(call.shape or ())} twice")
        gone.add(where)
    if keep:
        return (*front, *(1 if place in gone else size for place, size in enumerate(sizes))), 0
    return (*front, *(size for place, size in enumerate(sizes) if place not in gone)), 0


def _check_norm(call: Call, axes: int) -> None:
    """Norms of vectors go by one axis, those of matrices by two, and have names and orders of their own."""
    order = call.values.get("ord")
    whole = call.get("axis") is None and "symbolic" not in call.values  # TensorFlow lays all of it out in one row
    if axes > 2 and order not in (None, "euclidean", UNKNOWN) and not whole:
        raise ShapeError(f"a norm of order {order!r} goes by one axis or two; it is given {axes}")
    if order in ("nuc", "fro") and axes == 1:
        raise ShapeError(f"a vector has no norm of order {order!r}; it takes two axes")


@register("ArgMax", "ArgMin", "GatherLast", every_axis=True)
def choose(call: Call) -> Made:
    """One element along an axis, whose place is gone: `axis` for ArgMax, the steps for GatherLast."""
    sizes = call.full
    axis = 1 if call.kind == "GatherLast" else call.integer("axis")
    if sizes is None:
        return None, 0
    if axis is None:
        return ((), 0) if call.get("axis") is None else ((None,) * (len(sizes) - 1), 0)
    gone = normal_axis(axis, len(sizes), call.kind)
    if call.flag("keepdims"):
        return put(sizes, gone, 1), 0
    return (*sizes[:gone], *sizes[gone + 1 :]), 0


@register("TopK", every_axis=True)
def top_k(call: Call) -> Made:
    """The largest of the last axis."""
    sizes, count = call.full, call.integer("k")
    if sizes is None:
        return None, 0
    if not sizes:
        raise ShapeError("TopK needs an axis to choose from; it is given ()")
    last = sizes[-1]
    if isinstance(last, int) and count is not None and count > last:
        raise ShapeError(f"there are not {count} values along the last axis of {show(call.shape or ())}")
    return (*sizes[:-1], count), 0


@register("FlattenAll", every_axis=True)
def flatten_all(call: Call) -> Made:
    """All axes in one, the batch included."""
    return (None if call.full is None else times(call.full),), 0


@register("WholeReshape", every_axis=True)
def whole_reshape(call: Call) -> Made:
    """The whole tensor in another shape, its samples where they come to lie."""
    target = call.get("shape")
    if not isinstance(target, (tuple, list)):
        return None, 0
    if any(size is None for size in target):
        raise ShapeError("None is no size to reshape to")
    sizes = [size if isinstance(size, Batch) else as_integer(size) for size in target]
    return reshaped(call.full, sizes), 0


@register("BroadcastTo", every_axis=True)
def broadcast_to(call: Call) -> Made:
    """Repeated along axes of size 1 until it has a shape."""
    target = call.get("shape")
    if not isinstance(target, (tuple, list)):
        return None, 0
    if any(size is None for size in target):
        raise ShapeError("None is no size to be repeated to")
    wanted: Sizes = tuple(map(as_integer, target))
    laid = broadcast(call.full, wanted) if call.full is not None else wanted
    if laid is None or len(laid) > len(wanted) or any(map(never, laid, wanted)):
        raise ShapeError(f"{show(call.shape or ())} cannot be repeated until it is {show(tuple(target))}")
    return wanted, 0


@register("EnsureShape", every_axis=True)
def ensure_shape(call: Call) -> Made:
    """The tensor as it is, where it has the shape that it is said to have."""
    sizes, target = call.full, call.get("shape")
    if not isinstance(target, (tuple, list)):
        return sizes, 0
    wanted = [as_integer(size) for size in target]
    if sizes is None:
        return tuple(wanted), 0
    both = zip(sizes, wanted, strict=False)
    if len(wanted) != len(sizes) or any(isinstance(one, int) and other not in (None, one) for one, other in both):
        raise ShapeError(f"{show(call.shape or ())} is said to be {show(tuple(target))}")
    return tuple(size if other is None else other for size, other in zip(sizes, wanted, strict=True)), 0


@register("L2Loss", every_axis=True)
def scalar(call: Call) -> Made:
    """One number."""
    return (), 0


@register("CRelu", every_axis=True)
def concatenated_relu(call: Call) -> Made:
    """The positive and the negative part one behind the other."""
    sizes, axis = call.full, call.integer("axis")
    if sizes is None or axis is None:
        return unknown_like(sizes), 0
    place = normal_axis(axis, len(sizes), call.kind)
    return put(sizes, place, times((2, sizes[place]))), 0


@register("OneHot", every_axis=True)
def one_hot(call: Call) -> Made:
    """A new axis with a place for every class."""
    sizes, axis = call.full, call.integer("axis")
    if sizes is None:
        return None, 0
    if axis is None:
        return unknown_like(sizes, 1), 0
    place = normal_axis(axis, len(sizes) + 1, call.kind)
    return (*sizes[:place], call.integer("num_classes"), *sizes[place:]), 0


@register("SequenceMask", every_axis=True)
def sequence_mask(call: Call) -> Made:
    """A new last axis with a place for every step; without `maxlen` as many as the longest has."""
    sizes = call.full
    return ((*sizes, call.integer("maxlen")) if sizes is not None else None), 0


@register("ExpandDims", every_axis=True)
def expand_dims(call: Call) -> Made:
    """A new axis of size 1."""
    sizes, places = call.full, [as_integer(axis) for axis in listed(call.get("axis"))]
    if sizes is None or call.get("axis") is UNKNOWN:
        return unknown_like(sizes, 1), 0
    rank = len(sizes) + len(places)
    if None in places:
        return (None,) * rank, 0
    new = {normal_axis(place, rank, "ExpandDims") for place in places if place is not None}
    if len(new) < len(places):
        if call.flag("symbolic") is False:
            return (None,) * rank, 0  # TensorFlow makes one after the other
        raise ShapeError(f"ExpandDims cannot make one axis twice: {tuple(places)} of {rank}")
    rest = iter(sizes)
    return tuple(1 if place in new else next(rest) for place in range(len(sizes) + len(new))), 0


@register("Squeeze", every_axis=True)
def squeeze(call: Call) -> Made:
    """Axes of size 1 taken out: those named, or all."""
    sizes, axis = call.full, call.get("axis")
    if sizes is None or axis is UNKNOWN:
        return None, 0
    if axis is None or axis in ((), []):
        # a batch of one sample would lose its axis as well
        known = all(isinstance(size, int) for size in sizes[1:])
        return tuple(size for size in sizes if size != 1) if known else None, 0
    places = set()
    for one in map(as_integer, listed(axis)):
        if one is None:
            return None, 0
        place = normal_axis(one, len(sizes), "Squeeze")
        size = sizes[place]
        if isinstance(size, int) and size != 1:
            raise ShapeError(f"axis {one} of {show(call.shape or ())} has {size} elements and cannot be squeezed away")
        places.add(place)
    return tuple(size for place, size in enumerate(sizes) if place not in places), 0


@register("Pad", every_axis=True)
def pad(call: Call) -> Made:
    """Values before and after every axis, the batch included: `pad_width` is one pair for each."""
    sizes, paddings = call.full, call.either("pad_width", "paddings")
    if not isinstance(paddings, (tuple, list)):
        return unknown_like(sizes), 0
    if sizes is None:
        return (None,) * len(paddings), 0
    if len(paddings) != len(sizes):
        raise ShapeError(
            f"Pad is given {len(paddings)} pairs for the {len(sizes)} dimensions of {show(call.shape or ())}"
        )
    result: list[Dimension] = []
    mirrored = call.values.get("mode") in ("reflect", "REFLECT")
    for size, pair in zip(sizes, paddings, strict=True):
        known = isinstance(pair, (tuple, list)) and len(pair) == 2
        before, after = map(as_integer, pair) if known else (None, None)
        if mirrored and isinstance(size, int) and max(before or 0, after or 0) >= size:
            raise ShapeError(f"Pad cannot mirror {max(before or 0, after or 0)} values of an axis that has {size}")
        if before == after == 0:
            result.append(size)
        else:
            result.append(plus((size, before, after)) if isinstance(size, int) else None)
    return tuple(result), 0


@register("Tile", every_axis=True)
def tile(call: Call) -> Made:
    """Every axis `repeats` times."""
    sizes, multiples = call.full, call.either("repeats", "multiples")
    if sizes is None or multiples is UNKNOWN:
        return None, 0
    counts = list(listed(multiples))
    if "multiples" in call.values and len(counts) != len(sizes):
        raise ShapeError(f"Tile is given {len(counts)} multiples for the {len(sizes)} axes of {show(call.shape or ())}")
    rank = max(len(sizes), len(counts))
    whole: Sizes = (*(1,) * (rank - len(sizes)), *sizes)
    counts = [1] * (rank - len(counts)) + counts
    return tuple(times((size, as_integer(one))) for size, one in zip(whole, counts, strict=True)), 0


@register("Repeat", every_axis=True)
def repeat(call: Call) -> Made:
    """Every element of an axis several times."""
    sizes, count, axis = call.full, call.integer("repeats"), call.integer("axis")
    if sizes is None:
        return None, 0
    if axis is None:
        return ((times((*sizes, count)),), 0) if call.get("axis") is None else (unknown_like(sizes), 0)
    place = normal_axis(axis, len(sizes), call.kind)
    given = call.get("repeats")
    if isinstance(given, (tuple, list)) and len(given) == 1:
        count, given = as_integer(given[0]), given[0]
    if isinstance(given, (tuple, list)):  # one count for each element
        size = sizes[place]
        if isinstance(size, int) and size != len(given):
            raise ShapeError(f"Repeat is given {len(given)} counts for the {size} elements of axis {place}")
        return put(sizes, place, plus(list(map(as_integer, given)))), 0
    return put(sizes, place, times((sizes[place], count))), 0


@register("Split", "Unstack", every_axis=True)
def part(call: Call) -> Made:
    """One of the parts that a tensor is split into: `part` is its size along the axis, 0 where the axis goes."""
    sizes, axis, size = call.full, call.integer("axis"), call.get("part")
    if sizes is None or axis is None:
        return unknown_like(sizes, -1 if call.kind == "Unstack" and sizes else 0), 0
    place = normal_axis(axis, len(sizes), call.kind)
    if call.kind == "Unstack":
        return (*sizes[:place], *sizes[place + 1 :]), 0
    return put(sizes, place, size if isinstance(size, Batch) else as_integer(size)), 0


@register("Flip", "Roll", "CumSum", "CumProd", "Sort", "ArgSort", "Normalize", every_axis=True)
def along(call: Call) -> Made:
    """What works along an axis and keeps the shape."""
    axis = call.get("axis") if "axis" in call.values else None
    found: set[int] = set()
    for one in map(as_integer, listed(axis)):
        if one is not None and call.full is not None:
            place = normal_axis(one, len(call.full), call.kind)
            if place in found and call.kind == "Flip":
                raise ShapeError(f"Flip is given axis {one} of {show(call.shape or ())} twice")
            found.add(place)
    if axis is None and call.kind in ("CumSum", "CumProd"):
        return (None if call.full is None else times(call.full),), 0
    return call.full, 0
