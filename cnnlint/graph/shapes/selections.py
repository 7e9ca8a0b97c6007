"""Operations that pick elements, or lay them out anew: take, gather, slice, diagonals, patches."""

from __future__ import annotations

from typing import Any

from cnnlint.graph.kinds import COLOURING
from cnnlint.graph.shapes.axes import broadcast, never, plus
from cnnlint.graph.shapes.convolutions import window_length
from cnnlint.graph.shapes.merges import listed_shapes
from cnnlint.graph.shapes.operations import Made, put, unknown_like
from cnnlint.graph.shapes.registry import Call, ShapeError, as_integer, normal_axis, product, register, show
from cnnlint.graph.values import UNKNOWN, Batch, Dimension, Sizes, shape_of_sizes


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
        if call.values.get("square") and never(sizes[first], sizes[second]):
            raise ShapeError(f"a determinant needs square matrices; it is given {show(call.shape or ())}")
        return rest, 0
    rows, columns, offset = sizes[first], sizes[second], as_integer(call.values.get("offset", 0))
    if not isinstance(rows, int) or not isinstance(columns, int) or offset is None:
        return (*rest, None), 0
    return (*rest, max(min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns), 0) or None), 0


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
    if any(length is not None and length <= 0 for length in lengths):
        raise ShapeError(f"no window of {size[0]}×{size[1]} fits into pictures of {show(shape)}")
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
    colours(call)
    return (*shape[:-1], call.integer("channels")), 0


@register(
    "Recoloured",
    "RandomHue",
    "RandomSaturation",
    "RandomGrayscale",
    "RandomColorDegeneration",
    every_axis=True,
)
def colours(call: Call) -> Made:
    """What takes a picture's colours for red, green and blue: those kinds that take grey ones as well say so."""
    shape = call.shape
    if call.kind in COLOURING:
        if shape is not None and len(shape) not in (3, 4):
            raise ShapeError(f"{call.kind} needs one picture or a batch of them; it is given {show(shape)}")
        if call.values.get("within"):
            return call.full, 0  # in a `call` it leaves pictures alone unless it is told that the model trains
    counts = call.values.get("of", (1, 3) if call.kind == "RandomGrayscale" else (3,))
    axis = call.channel_axis(len(shape)) if shape else None
    size = shape[axis] if shape and axis is not None and -len(shape) <= axis < len(shape) else None
    if size is not None and size not in counts:
        wanted = " or ".join(map(str, counts))
        raise ShapeError(f"{call.kind} needs pictures of {wanted} channels; it is given {show(shape or ())}")
    return call.full, 0


@register("SquareMatrix", every_axis=True)
def square_matrix(call: Call) -> Made:
    """What works on square matrices and keeps their shape."""
    sizes = call.full
    if sizes is not None and (len(sizes) < 2 or never(sizes[-1], sizes[-2])):
        raise ShapeError(f"{call.kind} needs square matrices; it is given {show(call.shape or ())}")
    return sizes, 0


@register("Cross", every_axis=True)
def cross(call: Call) -> Made:
    """The product of vectors of three, or the one number of it that vectors of two leave."""
    one, other = (call.operands[0], call.operands[-1]) if call.operands else (None, None)
    if not one or not other or any(call.values.get(name, default) != default for name, default in CROSS.items()):
        return None, 0
    for sizes in (one, other):
        if isinstance(sizes[-1], int) and sizes[-1] not in (2, 3):
            raise ShapeError(f"Cross takes vectors of 2 or 3; it is given {show(shape_of_sizes(sizes) or ())}")
    leading = broadcast(one[:-1], other[:-1])
    if leading is None:
        raise ShapeError(f"Cross of {listed_shapes([one, other])}: the axes before the last do not fit")
    if not isinstance(one[-1], int) or not isinstance(other[-1], int):
        return None, 0
    return leading if one[-1] == other[-1] == 2 else (*leading, 3), 0


#: how `cross` is called where the last axes are the vectors
CROSS = {"axisa": -1, "axisb": -1, "axisc": -1, "axis": None}


@register("MultiHot", every_axis=True)
def multi_hot(call: Call) -> Made:
    """A place for every class instead of the classes (keras: src/ops/nn.py: MultiHot.compute_output_spec)."""
    sizes, axis, classes = call.full, call.integer("axis"), call.integer("num_classes")
    if sizes is None or axis is None:
        return None, 0
    if axis != -1 and not 0 <= axis < len(sizes):
        raise ShapeError(f"MultiHot is given axis {axis} of {show(call.shape or ())}")
    whole = (*sizes, classes) if axis == -1 else (*sizes[:axis], classes, *sizes[axis:])
    return whole[-1:] if len(whole) == 2 else (whole[0], *whole[2:]), 0


@register("StridedSlice", every_axis=True)
def strided_slice(call: Call) -> Made:
    """`begin:end:strides` of each of the first axes, where no mask says otherwise."""
    sizes, cuts = call.full, [call.get(name) for name in ("begin", "end", "strides")]
    if sizes is None or any(call.values.get(name, 0) != 0 for name in MASKS):
        return None, 0
    if cuts[2] is None and isinstance(cuts[0], (tuple, list)):
        cuts[2] = (1,) * len(cuts[0])
    if not all(isinstance(one, (tuple, list)) and len(one) <= len(sizes) for one in cuts):
        return unknown_like(sizes), 0
    found = list(sizes)
    for place, bounds in enumerate(zip(*cuts, strict=False)):
        size, known = sizes[place], all(as_integer(bound) is not None for bound in bounds)
        found[place] = len(range(size)[slice(*bounds)]) if isinstance(size, int) and known and bounds[2] else None
    return tuple(found), 0


MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")


@register("BooleanMask", every_axis=True)
def boolean_mask(call: Call) -> Made:
    """What a mask picks out, in one axis instead of the mask's."""
    mask = call.operands[1] if len(call.operands) > 1 else _shape_of(call.get("mask"))
    if call.full is None or mask is None or call.values.get("axis") not in (None, 0):
        return None, 0
    if len(mask) > len(call.full):
        raise ShapeError(f"a mask of {len(mask)} axes is laid over {show(call.shape or ())}")
    return (None, *call.full[len(mask) :]), 0


@register("CropImages", "PadImages", every_axis=True)
def bounded_images(call: Call) -> Made:
    """Pictures cut or padded to a target size, or by so many pixels at each side."""
    sizes = call.full
    if sizes is None or len(sizes) not in (3, 4) or call.channel_axis(len(sizes)) != len(sizes) - 1:
        return unknown_like(sizes), 0
    sign, found = (-1 if call.kind == "CropImages" else 1), list(sizes)
    for place, (before, behind, target) in zip((-3, -2), SIDES, strict=True):
        size = sizes[place]
        wanted = call.integer(target)
        first, last = call.integer(before), call.integer(behind)
        if wanted is None:
            known = isinstance(size, int) and first is not None and last is not None
            found[place] = plus((size, sign * (first or 0), sign * (last or 0))) if known else None
            continue
        found[place] = wanted
        small, large = (wanted, size) if sign < 0 else (size, wanted)
        if isinstance(small, int) and isinstance(large, int) and small + (first or 0) > large:
            raise ShapeError(f"{call.kind}: {wanted} pixels are asked of the {size} along axis {place}")
    return tuple(found), 0


#: what is cut or put before and behind, and the size to come to, for each of the two sides
SIDES = (("top", "bottom", "target_height"), ("left", "right", "target_width"))


@register("Diagonals", every_axis=True)
def on_diagonals(call: Call) -> Made:
    """The last axis laid along a diagonal: `diag` of TensorFlow; Keras's takes vectors, or the diagonal of a matrix."""
    sizes = call.full
    if not sizes or call.values.get("k", 0) != 0:
        return None, 0
    if not call.flag("whole") or len(sizes) == 1:
        return (*sizes, sizes[-1]), 0
    if len(sizes) > 2:
        raise ShapeError(f"Diagonals takes a vector or a matrix; it is given {show(call.shape or ())}")
    one, other = sizes
    return (min(one, other) if isinstance(one, int) and isinstance(other, int) else None,), 0


@register("ScaleAndTranslate", every_axis=True)
def scaled(call: Call) -> Made:
    """Pictures laid anew into a canvas; their number is their own."""
    target = call.get("output_shape")
    if not isinstance(target, (tuple, list)) or not call.full:
        return unknown_like(call.full), 0
    return (call.full[0] if len(target) == 4 else as_integer(target[0]), *map(as_integer, target[1:])), 0


def _vocabulary(call: Call) -> Dimension:
    """The places of a lookup: those of its words, and of what is none of them (keras: index_lookup.py)."""
    words, others = call.get("vocabulary"), call.integer("num_oov_indices")
    if call.get("pad_to_max_tokens") is True:
        return call.integer("max_tokens")
    if call.get("pad_to_max_tokens") is not False or not isinstance(words, (tuple, list)) or others is None:
        return None
    known = all(isinstance(word, (str, int)) for word in words) and not {call.get("oov_token"), ""} & set(words)
    return len(words) + others if known and len(set(words)) == len(words) else None


@register("CategoryEncoding", "Discretization", "StringLookup", "IntegerLookup")
def categories(call: Call) -> Made:
    """Categories as a place for each (keras: src/layers/preprocessing/category_encoding.py, discretization.py)."""
    shape, mode, bounds = call.shape, call.text("output_mode"), call.get("bin_boundaries")
    if call.kind.endswith("Lookup"):
        if mode == "int":
            return shape, 0
        # what older modes count of a mask is another matter
        count: Dimension = _vocabulary(call) if mode in ("one_hot", "multi_hot") else None
    elif call.kind == "Discretization":
        if mode == "int":
            return shape, 0 if bounds not in (None, UNKNOWN) else None
        count = len(bounds) + 1 if isinstance(bounds, (tuple, list)) else None
    else:
        count = call.integer("num_tokens")
    if shape is None or mode is None:
        return None, 0
    if mode == "one_hot":
        last = shape[-1] if shape else None
        if last is None:
            return None, 0
        return (*shape[:-1], count) if last == 1 else (*shape, count), 0
    return (*shape[:1], *(None,) * (len(shape) - 2), count) if len(shape) > 1 else None, 0


@register("CentralCrop")
def central_crop(call: Call) -> Made:
    """The middle of a picture (tensorflow: image_ops_impl.py: central_crop)."""
    shape, fraction = call.shape, call.get("central_fraction")
    if shape is None or len(shape) not in (3, 4) or not isinstance(fraction, (int, float)):
        return unknown_like(call.full), 0
    sides = [None if side is None else side - 2 * int((side - side * fraction) / 2) for side in shape[-3:-1]]
    return (*shape[:-3], *sides, shape[-1]), 0
