"""Layers that change the size of pictures: padding, cropping, upsampling, resizing, moving blocks into channels."""

from __future__ import annotations

from cnnlint.graph.shapes.convolutions import axes_of, spatial_rank
from cnnlint.graph.shapes.registry import Call, Dimension, ShapeError, as_integer, product, register, replaced, show
from cnnlint.graph.values import Shape, Sizes

Pair = tuple[Dimension, Dimension]


def pairs(call: Call, name: str, rank: int) -> list[Pair]:
    """An int, one int for each axis, or one pair for each axis, as pairs (before, after)."""
    value = call.get(name)
    if rank == 1 and isinstance(value, (tuple, list)) and len(value) == 2:
        return [(as_integer(value[0]), as_integer(value[1]))]
    if not isinstance(value, (tuple, list)):
        return [(as_integer(value),) * 2] * rank
    if len(value) != rank:
        return [(None, None)] * rank
    result: list[Pair] = []
    for entry in value:
        if isinstance(entry, (tuple, list)):
            result.append((as_integer(entry[0]), as_integer(entry[1])) if len(entry) == 2 else (None, None))
        else:
            result.append((as_integer(entry),) * 2)
    return result


def _spatial(call: Call, rank: int) -> tuple[Shape, list[int] | None]:
    axis = call.channel_axis(rank + 2) if rank > 1 or "data_format" in call.values else rank + 1
    shape = call.ranked(rank + 2, axes_of(rank, axis))
    if axis is None:
        return (shape[0], *(None for _ in shape[1:])), None
    return shape, [position for position in range(1, rank + 2) if position != axis]


@register("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(call: Call) -> tuple[Shape | None, int | None]:
    """Zeros around the picture."""
    rank = spatial_rank(call.kind)
    shape, axes = _spatial(call, rank)
    changes: dict[int, Dimension] = {}
    for axis, (before, after) in zip(axes or (), pairs(call, "padding", rank), strict=bool(axes)):
        size = shape[axis]
        changes[axis] = None if size is None or before is None or after is None else size + before + after
    return replaced(shape, changes), 0


@register("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(call: Call) -> tuple[Shape | None, int | None]:
    """Rows and columns cut off."""
    rank = spatial_rank(call.kind)
    shape, axes = _spatial(call, rank)
    changes: dict[int, Dimension] = {}
    for axis, (before, after) in zip(axes or (), pairs(call, "cropping", rank), strict=bool(axes)):
        size = shape[axis]
        if size is None or before is None or after is None:
            changes[axis] = None
            continue
        if size - before - after <= 0:
            raise ShapeError(f"cropping {before} and {after} leaves nothing of {size} (axis {axis} of {show(shape)})")
        changes[axis] = size - before - after
    return replaced(shape, changes), 0


@register("UpSampling1D", "UpSampling2D", "UpSampling3D")
def upsampling(call: Call) -> tuple[Shape | None, int | None]:
    """Every place several times."""
    rank = spatial_rank(call.kind)
    shape, axes = _spatial(call, rank)
    factors = call.sizes("size", rank)
    changes = {axis: product((shape[axis], factor)) for axis, factor in zip(axes or (), factors, strict=bool(axes))}
    return replaced(shape, changes), 0


def _pictures(call: Call) -> None:
    """What works on a picture, or a batch of them, refuses every other rank."""
    shape = call.shape
    if shape is not None and len(shape) not in (3, 4):
        raise ShapeError(f"{call.kind} needs pictures (batch, height, width, channels); it is given {show(shape)}")


@register("RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", every_axis=True)
def moved(call: Call) -> tuple[Sizes | None, int | None]:
    """Pictures turned, shifted and stretched, of the size that they were."""
    _pictures(call)
    return call.full, 0


@register("Resizing", "CenterCrop", "RandomCrop", "Resize")
def resizing(call: Call) -> tuple[Shape | None, int | None]:
    """A picture of a given height and width, with or without a batch dimension."""
    shape = call.shape
    if shape is None:
        return None, 0
    _pictures(call)
    axis = call.channel_axis(4)
    if axis is None:
        return (None,) * len(shape), 0
    first = len(shape) - 3 if axis == 3 else len(shape) - 2
    if "size" in call.values:
        height, width = call.sizes("size", 2)
    else:
        height, width = call.integer("height"), call.integer("width")
    if call.values.get("preserve_aspect_ratio", False) is not False:
        height = width = None  # as large as fits into what is asked for
    sides = zip(shape[first : first + 2], (height, width), strict=True)
    if call.kind == "RandomCrop" and any(None in (side, wanted) or side < wanted for side, wanted in sides):  # type: ignore[operator]
        return replaced(shape, {first: None, first + 1: None}), 0  # what is too small is not always enlarged
    return replaced(shape, {first: height, first + 1: width}), 0


@register("DepthToSpace", "SpaceToDepth")
def blocks(call: Call) -> tuple[Shape | None, int | None]:
    """Blocks of pixels from or into the channels."""
    axis = call.channel_axis(4)
    shape, block = call.ranked(4, axes_of(2, axis)), call.integer("block_size")
    if axis is None or block is None or block <= 0:
        return (shape[0], None, None, None), 0
    spatial = [1, 2] if axis == 3 else [2, 3]
    divided, multiplied = ([axis], spatial) if call.kind == "DepthToSpace" else (spatial, [axis])
    channel_factor = block * block
    changes: dict[int, Dimension] = {}
    for position in multiplied:
        changes[position] = product((shape[position], channel_factor if position == axis else block))
    for position in divided:
        size, factor = shape[position], channel_factor if position == axis else block
        if size is not None and size % factor:
            raise ShapeError(f"{call.kind} divides axis {position} of {show(shape)} by {factor}; {size} is no multiple")
        changes[position] = None if size is None else size // factor
    return replaced(shape, changes), 0
