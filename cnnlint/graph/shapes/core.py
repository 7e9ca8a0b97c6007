"""Layers on any rank: Input, Dense, Embedding, activations, dropout, reshaping."""

from __future__ import annotations

from collections.abc import Sequence

from cnnlint.graph.shapes.axes import times
from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    as_integer,
    optional,
    product,
    register,
    show,
    total,
)
from cnnlint.graph.values import OPEN, UNKNOWN, Batch, Shape, Sizes


@register("Input", "InputLayer")
def model_input(call: Call) -> tuple[Shape | None, int | None]:
    """The shape as given: `batch_shape`, or `shape` behind the batch size."""
    whole = call.get("batch_shape")
    if isinstance(whole, (tuple, list)):
        return tuple(map(as_integer, whole)), 0
    sample = call.get("shape")
    if isinstance(sample, (tuple, list)):
        return (call.integer("batch_size"), *map(as_integer, sample)), 0
    return None, 0


@register("Dense")
def dense(call: Call) -> tuple[Shape | None, int | None]:
    """A matrix over the last axis."""
    units, shape = call.positive("units", "units"), call.shape
    if shape is None:
        return None, None
    if len(shape) < 2:
        raise ShapeError(f"Dense needs at least 2 dimensions (batch, features); it is given {show(shape)}")
    call.settled(-1)
    weights = product((shape[-1], units))
    return (*shape[:-1], units), total((weights, optional(call.flag("use_bias"), units)))


@register("Embedding")
def embedding(call: Call) -> tuple[Shape | None, int | None]:
    """A row of a table for every integer."""
    rows, columns = call.positive("input_dim", "rows"), call.positive("output_dim", "columns")
    shape = call.shape
    return None if shape is None else (*shape, columns), product((rows, columns))


@register("TextVectorization")
def text_vectorization(call: Call) -> tuple[Shape | None, int | None]:
    """The numbers of a text's words, as many as it is told; a column for each word where it counts them."""
    mode, ragged = call.get("output_mode"), call.get("ragged")
    if mode not in (None, "int") or ragged not in (None, False):
        return None, 0
    return ((call.shape or (None,))[0], call.integer("output_sequence_length")), 0


@register(
    "Activation",
    "ReLU",
    "LeakyReLU",
    "ELU",
    "Dropout",
    "AlphaDropout",
    "GaussianDropout",
    "GaussianNoise",
    "ActivityRegularization",
    "Masking",
    "Identity",
    "Rescaling",
    "LocalResponseNormalization",
    "Cast",
    "Abs",
    "Clip",
    "Exp",
    "Log",
    "Negative",
    "Rsqrt",
    "Sign",
    "Sqrt",
    "Square",
    "StochasticDepth",
    "StopGradient",
    "Elementwise",
    "RandomBrightness",
    "RandomColorJitter",
    "RandomContrast",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomGaussianBlur",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomSharpness",
    "RandomShear",
    "RandAugment",
    "AugMix",
    "AutoContrast",
    "Equalization",
    "Solarization",
    every_axis=True,
)
def unchanged(call: Call) -> tuple[Sizes | None, int | None]:
    """Layers that leave the shape alone and have no weights."""
    return call.full, 0


@register("Softmax", every_axis=True)
def softmax(call: Call) -> tuple[Sizes | None, int | None]:
    """Shares along an axis that the data must have."""
    axis, shape = call.integer("axis"), call.full
    if axis is not None and shape is not None and not -len(shape) <= axis < len(shape):
        raise ShapeError(f"Softmax over axis {axis} needs data with that axis; it is given {show(call.shape or ())}")
    return shape, 0


@register("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def spatial_dropout(call: Call) -> tuple[Shape | None, int | None]:
    """Dropout of whole channels."""
    rank = int(call.kind[-2]) + 2
    call.ranked(rank, "batch, places, channels")
    return call.shape, 0


@register("PReLU")
def prelu(call: Call) -> tuple[Shape | None, int | None]:
    """A learned slope for every place that is not shared."""
    shape, shared = call.shape, call.get("shared_axes")
    if shape is None or shared is UNKNOWN:
        return shape, None
    axes = (
        [] if shared is None else [as_integer(a) for a in (shared if isinstance(shared, (tuple, list)) else (shared,))]
    )
    if None in axes:
        return shape, None
    # Keras counts from the axis behind the samples, and takes a place before it for one from the end
    if any(axis is not None and not 2 - len(shape) <= axis < len(shape) for axis in axes):
        raise ShapeError(f"PReLU shares slopes along axes {axes}, which {show(shape)} does not have")
    for axis in range(1, len(shape)):
        if axis not in axes:
            call.settled(axis)
    places = {(axis - 1) % (len(shape) - 1) + 1 for axis in axes if axis is not None} if len(shape) > 1 else set()
    slopes: list[Dimension] = [1 if axis in places else size for axis, size in enumerate(shape) if axis]
    return shape, product(slopes)


@register("Flatten", every_axis=True)
def flatten(call: Call) -> tuple[Sizes | None, int | None]:
    """All axes but the batch in one."""
    sizes = call.full
    if sizes is None:
        return (None, None), 0
    if not sizes:
        raise ShapeError("Flatten needs at least 1 dimension, the batch; it is given ()")
    return (sizes[0], times(sizes[1:])), 0


@register("Reshape")
def reshape(call: Call) -> tuple[Sizes | None, int | None]:
    """Another shape behind the batch; one -1 takes what is left."""
    target, shape = call.get("target_shape"), call.shape
    if not isinstance(target, (tuple, list)):
        return None, 0
    made: Sizes = _reshaped(tuple(map(as_integer, target)), shape)
    if OPEN in (call.full or ())[1:]:
        # what the program leaves open stays so
        made = tuple(OPEN if asked == -1 else size for asked, size in zip(target, made, strict=True))
    return (shape[0] if shape else None, *made), 0


def _reshaped(target: Shape, shape: Shape | None) -> Shape:
    if any(size is not None and size < -1 for size in target) or target.count(-1) > 1:
        raise ShapeError(f"{show(target)} is no shape to reshape to: sizes are positive, and at most one is -1")
    available = None if shape is None else product(shape[1:])
    asked = product(size for size in target if size != -1)
    if available is None or asked is None or shape is None:
        return tuple(None if size == -1 else size for size in target)
    if -1 not in target and asked != available:
        raise ShapeError(
            f"{show(shape[1:])} holds {available} values and cannot be reshaped to {show(target)}, which holds {asked}"
        )
    if -1 in target and (not asked or available % asked):
        raise ShapeError(
            f"{show(shape[1:])} holds {available} values, which {show(target)} cannot divide evenly (by {asked})"
        )
    return tuple(available // asked if size == -1 else size for size in target)


@register("Permute", every_axis=True)
def permute(call: Call) -> tuple[Sizes | None, int | None]:
    """The axes behind the batch in another order, counted from 1."""
    dims = call.get("dims")
    if not isinstance(dims, (tuple, list)) or any(as_integer(axis) is None for axis in dims):
        return None if call.shape is None else (None,) * len(call.shape), 0
    if sorted(dims) != list(range(1, len(dims) + 1)):
        raise ShapeError(f"{show(tuple(dims))} is no order of the axes 1 to {len(dims)}")
    shape = call.ranked(len(dims) + 1, f"batch and the {len(dims)} axes to permute")
    sizes = call.full or shape
    return (sizes[0], *(sizes[axis] for axis in dims)), 0


@register("RepeatVector")
def repeat_vector(call: Call) -> tuple[Shape | None, int | None]:
    """The same vector n times."""
    shape = call.ranked(2, "batch, features")
    return (shape[0], call.integer("n"), shape[1]), 0


@register("EinsumDense")
def einsum_dense(call: Call) -> tuple[Sizes | None, int | None]:
    """A dense layer by its einsum equation; sizes come from the input or from `output_shape`, letter by letter."""
    equation, wanted, shape = call.text("equation"), call.get("output_shape"), call.shape
    if equation is None or shape is None or "->" not in equation or equation.count(",") != 1:
        return None, None
    operands, result = (part.strip() for part in call.values["equation"].split("->"))
    source, kernel = (part.strip() for part in operands.split(","))
    for letters, others, what in ((kernel, source + result, "weights"), (result, source + kernel, "output")):
        alone = next((one for one in letters if one not in others), None)
        if alone is not None:
            raise ShapeError(f"'{equation}' names an axis {alone} of the {what} that nothing else has")
    before, _, after = source.partition("...")
    for letter in kernel:
        if letter in before + after:
            call.settled(before.index(letter) if letter in before else after.index(letter) - len(after))
    if not isinstance(wanted, (tuple, list)):
        wanted = (wanted,)
    named = result if "..." not in source and len(wanted) + 1 == len(result) else ""
    if "..." not in source:
        if len(source) > len(shape):
            raise ShapeError(f"'{equation}' reads {len(source)} axes; it is given {len(shape)}: {show(shape)}")
        if call.get("output_shape") is not UNKNOWN and len(wanted) + 1 < len(result):
            raise ShapeError(f"output_shape says {len(wanted)} of the {len(result) - 1} sizes behind the samples")
        if call.get("output_shape") is not UNKNOWN and not named:
            return None, None  # the sizes are those of other axes then
    for letter, size in zip(named[1:], wanted, strict=False):
        given = shape[source.index(letter)] if letter in source else None
        if letter in source and None not in (given, as_integer(size)) and given != size:
            raise ShapeError(f"axis {letter} of '{equation}' has {given} elements, and output_shape says {size}")
        if size is None and letter in kernel and letter not in source:
            raise ShapeError(f"output_shape leaves axis {letter} open, for which '{equation}' makes weights")
    lengths = _einsum_lengths(source, result, shape, tuple(map(as_integer, wanted)))
    if lengths is None:
        return None, None
    sizes, output = lengths
    bias_axes = call.get("bias_axes")
    if bias_axes is None:
        bias: Dimension = 0
    else:
        bias = product(sizes.get(letter) for letter in bias_axes) if isinstance(bias_axes, str) else None
        if isinstance(bias_axes, str) and not set(bias_axes) <= set(result):
            raise ShapeError(f"'{bias_axes}' are no axes of the output of '{equation}'")
    return _left_open(call, wanted, output), total((product(sizes.get(letter) for letter in kernel), bias))


def _einsum_lengths(source: str, result: str, shape: Shape, wanted: Shape) -> tuple[dict[str, Dimension], Shape] | None:
    """The size of every letter and the output's shape; None where the equation does not fit the input."""
    before, dots, after = source.partition("...")
    if (len(before) + len(after) > len(shape)) or (not dots and len(before) != len(shape)):
        return None
    middle = shape[len(before) : len(shape) - len(after)]
    sizes: dict[str, Dimension] = dict(zip(before, shape, strict=False))
    sizes.update(zip(after, shape[len(shape) - len(after) :], strict=True))
    front, _, back = result.partition("...")
    letters = [*front, *back]
    # `output_shape` leaves out the batch, and with an ellipsis in front everything that it stands for
    named = letters[len(letters) - len(wanted) :] if len(wanted) <= len(letters) else []
    for letter, size in zip(named, wanted, strict=False):
        if size is not None:
            sizes[letter] = size
    output = (*(sizes.get(letter) for letter in front), *middle, *(sizes.get(letter) for letter in back))
    return sizes, output if dots else tuple(sizes.get(letter) for letter in letters)


def _left_open(call: Call, wanted: Sequence[object], output: Shape) -> Sizes:
    """The output's shape as Keras tells it of a symbolic tensor: what `output_shape` leaves open is not looked up.

    Within the `call` of a class TensorFlow does: a size that the input has is not known here, it hangs on the place.
    """
    if not (call.full and isinstance(call.full[0], Batch)):
        return output
    left = [place for place, size in enumerate(wanted, len(output) - len(wanted)) if size is None]
    return tuple((OPEN if size is None else None) if place in left else size for place, size in enumerate(output))
