"""Normalisation layers: the shape stays, the weights follow the normalised axes."""

from __future__ import annotations

from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    normal_axis,
    optional,
    product,
    register,
    show,
    total,
)
from cnnlint.graph.values import UNKNOWN, Shape, Sizes


def axis_size(call: Call, name: str = "axis") -> Dimension:
    """The number of elements along the axis or axes that the argument names."""
    value, shape = call.get(name), call.shape
    if shape is None or value is UNKNOWN:
        return None
    axes = [as_integer(axis) for axis in (value if isinstance(value, (tuple, list)) else (value,))]
    places = [axis % len(shape) for axis in axes if axis is not None and -len(shape) <= axis < len(shape)]
    for place in places:
        call.settled(place)
    if len(set(places)) < len(places):
        raise ShapeError(f"{call.kind} is given one axis twice: {show(tuple(axes))} of {show(shape)}")
    return product(None if axis is None else shape[normal_axis(axis, len(shape), call.kind)] for axis in axes)


@register("BatchNormalization")
def batch_normalization(call: Call) -> tuple[Shape | None, int | None]:
    """Moving mean and variance, and a factor and an offset where asked for."""
    size = axis_size(call)
    learned = (optional(call.flag("scale"), size), optional(call.flag("center"), size))
    return call.shape, total((*learned, size, size))


@register("LayerNormalization")
def layer_normalization(call: Call) -> tuple[Shape | None, int | None]:
    """A factor and an offset where asked for."""
    size, scaled = axis_size(call), call.flag("scale")
    # with `rms_scaling` there is a factor, whatever `scale` says, and no offset
    rms = call.flag("rms_scaling") if "rms_scaling" in call.values else False
    if rms is None:
        return call.shape, None
    return call.shape, size if rms else total((optional(scaled, size), optional(call.flag("center"), size)))


@register("GroupNormalization")
def group_normalization(call: Call) -> tuple[Shape | None, int | None]:
    """Like LayerNormalization, over groups of channels."""
    size, groups = axis_size(call), call.integer("groups")
    if size is not None and groups is not None and groups != -1 and (groups > size or groups <= 0 or size % groups):
        raise ShapeError(f"{size} channels cannot be divided into {groups} groups")
    return call.shape, total((optional(call.flag("scale"), size), optional(call.flag("center"), size)))


@register("InstanceNormalization")
def instance_normalization(call: Call) -> tuple[Shape | None, int | None]:
    """A factor and an offset for every channel, or one of each where no axis is named."""
    size = axis_size(call) if call.values.get("axis") is not None else 1
    learned = (call.flag(name) if name in call.values else True for name in ("scale", "center"))
    return call.shape, total(optional(one, size) for one in learned)


@register("UnitNormalization", every_axis=True)
def unit_normalization(call: Call) -> tuple[Sizes | None, int | None]:
    """Every vector along the axes divided by its length; the axes have to be there, each of them once."""
    sizes, value = call.full, call.get("axis")
    axes = [as_integer(axis) for axis in (value if isinstance(value, (tuple, list)) else (value,))]
    if sizes is not None:
        places = [normal_axis(axis, len(sizes), call.kind) for axis in axes if axis is not None]
        if len(set(places)) < len(places):
            raise ShapeError(f"{call.kind} is given one axis twice: {show(tuple(axes))} of {show(call.shape or ())}")
    return sizes, 0


@register("RMSNormalization")
def rms_normalization(call: Call) -> tuple[Shape | None, int | None]:
    """A factor for every element of the normalised axes, laid over the last ones."""
    size, axis = axis_size(call), call.integer("axis")
    last = call.shape[-1] if call.shape else None
    if axis is not None and size is not None and last is not None and size != last and 1 not in (size, last):
        raise ShapeError(f"RMSNormalization lays {size} factors along the last axis of {show(call.shape or ())}")
    # a single feature is laid out along the factors
    return (call.shape if last != 1 or size == 1 else None), size


@register("Normalization")
def normalization(call: Call) -> tuple[Shape | None, int | None]:
    """Mean, variance and count, unless the first two are given as arguments."""
    if call.get("mean") is UNKNOWN:
        return call.shape, None
    if call.get("mean") is not None:
        return call.shape, 0
    size = 1 if call.get("axis") is None else axis_size(call)
    return call.shape, total((size, size, 1))


@register("BiasAdd")
def bias_add(call: Call) -> tuple[Shape | None, int | None]:
    """An offset for every channel, held by the operation itself."""
    shape = call.shape
    if shape is None:
        return None, None
    axis = call.channel_axis(len(shape))
    if len(call.inputs) > 1:
        return shape, 0
    return shape, None if axis is None or not 0 <= axis < len(shape) else shape[axis]
