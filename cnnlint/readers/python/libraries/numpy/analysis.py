"""numpy's functions of linear algebra, statistics, signals and sets: what shape and type they give."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import dtypes, shapes
from cnnlint.readers.python.arrays.arithmetic import dtype_of_two
from cnnlint.readers.python.arrays.identity import fresh_root, is_scalar, keeps_shape, lifted, origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.libraries.numpy.shapes import sizes_in
from cnnlint.readers.python.libraries.rows import SAME, ArrayEffect, Effect, Row, moved, on, opaque
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, ListValue, Unknown, Value, elements, is_number

BINARY = "x1, x2, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True"
Sizes = Callable[[Shape], list[Shape] | None]


def _float(dtype: str | None) -> str | None:
    """The type in which linear algebra is done: 32 bits for what has 32, else 64."""
    return dtype if dtype == "float32" else "float64" if dtype in dtypes.NUMERIC and dtype != "float16" else None


def _made(run: Run, value: ArrayValue, shape: Shape | None, dtype: str | None, bound: Arguments) -> ArrayValue:
    facts = value.facts
    steps = facts.steps_with(Step("opaque", None, origin_of(run, bound.site)))
    return ArrayValue(ArrayFacts(shape, dtype, root=fresh_root(run), steps=steps))


# --- statistics -------------------------------------------------------------------------------------------------


def covariance(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.cov(m)`, `np.corrcoef(x)`: of each variable with each; of one variable a number."""
    shape = value.facts.shape
    if shape is None or len(shape) != 2 or bound.given("y", "fweights", "aweights", "dtype"):
        return None
    if value.frame is not None or bound["rowvar"] not in (True, False):
        return None
    count = shape[0] if bound["rowvar"] is True else shape[1]
    if count in (None, 0, 1):
        return None
    return _made(run, value, (count, count), "float64" if value.facts.dtype in dtypes.NUMERIC else None, bound)


def histogram(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.histogram(a, bins=10)`: how many lie between two edges, and the edges."""
    bins, edges = bound["bins"], elements(bound["bins"])
    count = bins if isinstance(bins, int) and not isinstance(bins, bool) else None
    if count is None and edges is not None:
        count = len(edges) - 1
    whole = not bound.given("density", "weights")
    density = bound["density"] is True and not bound.given("weights")
    counts = ArrayValue(ArrayFacts((count,), "int64" if whole else "float64" if density else None))
    own = value.facts.dtype
    kind = "float64" if edges is None and (own == "float64" or (own in dtypes.WHOLE and own != "bool")) else None
    return (counts, ArrayValue(ArrayFacts((count + 1 if count is not None else None,), kind)))


# --- several operands -------------------------------------------------------------------------------------------


def of_two(floats: bool = False, answers: bool = False) -> Effect:
    """A function of two operands, element by element, that gives what it is made of, floats, or answers."""

    def effect(run: Run, bound: Arguments) -> Value:
        names = [name for name in bound.defaults if name in ("x1", "x2", "a", "b")]
        sides = [bound[name] if is_scalar(bound[name]) else lifted(run, bound[name]) for name in names]
        arrays = [side for side in sides if isinstance(side, ArrayValue)]
        if not arrays or any(side is None for side in sides) or any(one.frame is not None for one in arrays):
            return None
        shape, dtype = arrays[0].facts.shape, arrays[0].facts.dtype
        if len(arrays) == 2:
            shape = shapes.broadcast(shape, arrays[1].facts.shape)
            dtype = dtype_of_two("Add", arrays[0].facts, arrays[1].facts)
        else:
            other = next(side for side in sides if not isinstance(side, ArrayValue))
            dtype = dtypes.with_number(dtype, other) if is_number(other) else None
            shape = shape if keeps_shape(arrays[0].facts, other) else None
        if dtype == "bool" and not answers:
            dtype = None
        kind = "bool" if answers else dtypes.floating(dtype) if floats else dtype
        return _made(run, arrays[0], shape, kind, bound)

    return effect


def along_axis(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.take_along_axis(arr, indices, axis)`: as many as there are indices."""
    picks = lifted(run, bound["indices"])
    own, axis = value.facts.shape, bound["axis"]
    sizes = picks.facts.shape if picks is not None else None
    if own is None or sizes is None or len(own) != len(sizes) or not isinstance(axis, int):
        return None
    place = shapes.positive(axis, len(own))
    if place is None:
        return None
    beside = shapes.broadcast((*own[:place], 1, *own[place + 1 :]), (*sizes[:place], 1, *sizes[place + 1 :]))
    if beside is None:
        return None
    return _made(run, value, (*beside[:place], sizes[place], *beside[place + 1 :]), value.facts.dtype, bound)


def convolution(default: str) -> Effect:
    """`np.convolve(a, v, mode)`, `np.correlate`: of two rows."""

    def effect(run: Run, bound: Arguments) -> Value:
        one, other = lifted(run, bound["a"]), lifted(run, bound["v"])
        if one is None or other is None or one.frame is not None or other.frame is not None:
            return None
        a, b = one.facts.samples, other.facts.samples
        mode = bound["mode"] if bound.given("mode") else default
        size = None
        if a is not None and b is not None:
            sizes = {"full": a + b - 1, "same": max(a, b), "valid": max(a, b) - min(a, b) + 1}
            size = sizes.get(mode) if isinstance(mode, str) and a and b else None
        return _made(run, one, (size,), dtype_of_two("Add", one.facts, other.facts), bound)

    return effect


# --- sets and places --------------------------------------------------------------------------------------------


def some(dtype: str | None = SAME) -> ArrayEffect:
    """Elements in a row, of which it is not known how many there are."""
    return opaque(lambda facts, bound: (None,), dtype)


def trimmed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.trim_zeros(filt)`: of a row, what stands between the zeros at its ends; of more axes since NumPy 2.2."""
    shape = value.facts.shape
    return some(None)(run, value, bound) if shape is not None and len(shape) == 1 else None


def interpolated(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.interp(x, xp, fp)`: floats, unless what is between them is complex."""
    heights = lifted(run, bound["fp"])
    known = heights is not None and heights.facts.dtype in dtypes.NUMERIC
    return opaque(lambda facts, bound: facts.shape, "float64" if known else None)(run, value, bound)


def steps_between(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    """`np.ediff1d(ary)`."""
    total = shapes.product(facts.shape)
    return None if bound.given("to_end", "to_begin") or total is None else (max(0, total - 1),)


def as_three(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.atleast_3d(a)`: axes are put on both sides."""
    shape = value.facts.shape
    if shape is not None and len(shape) < 3:
        shape = [(1, 1, 1), (1, *shape, 1), (*shape, 1)][len(shape)]
    return moved(run, value, "reshape", shape, bound)


def windows(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`sliding_window_view(x, window_shape, axis)`: a window at every place, its axes behind the others."""
    shape, axis = value.facts.shape, bound["axis"]
    sizes = sizes_in(bound["window_shape"])
    if shape is None or sizes is None:
        return None
    places = list(range(len(shape))) if axis is None else [axis]
    if len(places) != len(sizes) or not all(isinstance(one, int) for one in places):
        return None
    rest = list(shape)
    for one, size in zip(places, sizes, strict=True):
        place = shapes.positive(one, len(shape)) if isinstance(one, int) else None
        held = rest[place] if place is not None else None
        if place is None or (held is not None and size is not None and size > held):
            return None
        rest[place] = held - size + 1 if held is not None and size is not None else None
    return moved(run, value, "reshape", (*rest, *sizes), bound)


def resized(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    """`np.resize(a, new_shape)`: elements again and again."""
    sizes = sizes_in(bound["new_shape"])
    return tuple(sizes) if sizes is not None else None


# --- making -----------------------------------------------------------------------------------------------------


def grid(run: Run, bound: Arguments) -> Value:
    """`np.indices(dimensions)`: the indices along each axis."""
    sizes = sizes_in(bound["dimensions"])
    if sizes is None or bound.given("dtype", "sparse"):
        return None
    return ArrayValue(ArrayFacts((len(sizes), *sizes), "int64", root=fresh_root(run)))


def crossed(run: Run, bound: Arguments) -> Value:
    """`np.ix_(rows, columns)`: indices, each along an axis of its own."""
    found = [lifted(run, passed.value) for passed in bound.rest]
    flat = [one for one in found if one is not None and one.facts.shape is not None and len(one.facts.shape) == 1]
    if len(flat) < len(found) or any(one.facts.dtype == "bool" for one in flat):
        return Unknown("ix_()", ("array", "ix_"))
    sizes = [one.facts.samples for one in flat]
    return tuple(
        ArrayValue(ArrayFacts(tuple(size if axis == place else 1 for axis, size in enumerate(sizes)), "int64"))
        for place in range(len(sizes))
    )


def triangle(run: Run, bound: Arguments) -> Value:
    """`np.tri(N, M)`: ones below the diagonal."""
    rows = size_of(bound["N"])
    columns = rows if bound["M"] is None else size_of(bound["M"])
    return None if bound.given("dtype") else ArrayValue(ArrayFacts((rows, columns), "float64", root=fresh_root(run)))


def powers(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.vander(x, N)`: a row of powers for each number."""
    shape, count = value.facts.shape, bound["N"]
    if shape is None or len(shape) != 1:
        return None
    columns = shape[0] if count is None else size_of(count)
    dtype = value.facts.dtype if value.facts.dtype in ("int64", "float64") else None
    return _made(run, value, (shape[0], columns), dtype, bound)


# --- linear algebra ---------------------------------------------------------------------------------------------


def matrices(sizes: Sizes, exact: bool = False) -> ArrayEffect:
    """A function of matrices by the shapes that it gives; None for what it does not take."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        shape = value.facts.shape
        found = sizes(shape) if shape is not None and len(shape) >= 2 else None
        if found is None or value.frame is not None:
            return None
        dtype = _float(value.facts.dtype) if not exact else None
        made = [_made(run, value, one, dtype, bound) for one in found]
        return made[0] if len(made) == 1 else tuple(made)

    return effect


def solved(run: Run, bound: Arguments) -> Value:
    """`np.linalg.solve(a, b)` of one matrix: of the shape of b."""
    one, other = lifted(run, bound["a"]), lifted(run, bound["b"])
    if one is None or other is None or one.facts.shape is None or len(one.facts.shape) != 2:
        return None
    shape = other.facts.shape
    dtype = _float(dtype_of_two("Add", one.facts, other.facts))
    return _made(run, other, shape, dtype, bound) if shape is not None and len(shape) in (1, 2) else None


def decomposed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.linalg.svd(a)`: two bases and the factors between them."""
    shape, full, both = value.facts.shape, bound["full_matrices"], bound["compute_uv"]
    if shape is None or len(shape) != 2 or None in shape or both is not True or full not in (True, False):
        return None
    rows, columns = shape[0] or 0, shape[1] or 0
    least = min(rows, columns)
    sizes: list[Shape] = [
        (rows, rows if full is True else least),
        (least,),
        (columns if full is True else least, columns),
    ]
    return tuple(_made(run, value, one, _float(value.facts.dtype), bound) for one in sizes)


def spectrum(halved: bool) -> ArrayEffect:
    """`np.fft.fft(a)` and, `halved`, `np.fft.rfft(a)`: complex numbers along the last axis."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        shape = value.facts.shape
        if not shape or bound.given("n", "axis", "norm", "s", "axes") or value.frame is not None:
            return None
        last = shape[-1] // 2 + 1 if halved and shape[-1] is not None else shape[-1] if not halved else None
        return _made(run, value, (*shape[:-1], last), None, bound)

    return effect


def slopes(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.gradient(f)`: along the only axis, or along one that is named."""
    shape = value.facts.shape
    if shape is None or bound.rest or bound.given("edge_order") or value.frame is not None:
        return None
    dtype = value.facts.dtype if value.facts.dtype in ("float32", "float64") else None
    dtype = "float64" if value.facts.dtype == "int64" else dtype
    made = [_made(run, value, shape, dtype, bound) for _ in shape]
    if len(shape) == 1 or isinstance(bound["axis"], int):
        return made[0]
    return ListValue(list(made), True) if bound["axis"] is None else None


FFT = "a, n=None, axis=-1, norm=None, out=None"
ROWS: dict[str, Row] = {
    "cov": Row(
        "m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, dtype=None",
        on("m", covariance),
    ),
    "corrcoef": Row(
        "m|x, y=None, rowvar=True, bias=None, ddof=None, *, dtype=None, fweights=None, aweights=None",
        on("m", covariance),
    ),
    "histogram": Row("a, bins=10, range=None, density=None, weights=None", on("a", histogram)),
    **{name: Row(BINARY, of_two(floats=True)) for name in ("hypot", "arctan2", "copysign", "logaddexp", "logaddexp2")},
    **{name: Row(BINARY, of_two()) for name in ("fmax", "fmin", "fmod")},
    "isclose": Row("a, b, rtol=1e-05, atol=1e-08, equal_nan=False", of_two(answers=True)),
    "take_along_axis": Row("arr, indices, axis=-1", on("arr", along_axis)),
    "convolve": Row("a, v, mode='full'", convolution("full")),
    "correlate": Row("a, v, mode='valid'", convolution("valid")),
    "flatnonzero": Row("a", on("a", some("int64"))),
    "setdiff1d": Row("ar1, ar2, assume_unique=False", on("ar1", some())),
    "union1d": Row("ar1, ar2", on("ar1", some(None))),
    "trim_zeros": Row("filt, trim='fb', axis=None", on("filt", trimmed)),
    "extract": Row("condition, arr", on("arr", some())),
    "ediff1d": Row("ary, to_end=None, to_begin=None", on("ary", opaque(steps_between))),
    "atleast_3d": Row("a", on("a", as_three)),
    "resize": Row("a, new_shape", on("a", opaque(resized, SAME))),
    **{
        f"{module}sliding_window_view": Row(
            "x, window_shape, axis=None, *, subok=False, writeable=False", on("x", windows)
        )
        for module in ("stride_tricks.", "")
    },
    "indices": Row("dimensions, dtype=None, sparse=False", grid),
    "interp": Row("x, xp, fp, left=None, right=None, period=None", on("x", interpolated)),
    "ix_": Row("*args", crossed),
    "tri": Row("N, M=None, k=0, dtype=None, *, like=None", triangle),
    "vander": Row("x, N=None, increasing=False", on("x", powers)),
    "gradient": Row("f, *varargs, axis=None, edge_order=1", on("f", slopes)),
    "linalg.inv": Row("a", on("a", matrices(lambda shape: [shape]))),
    "linalg.matrix_power": Row("a, n", on("a", matrices(lambda shape: [shape], exact=True))),
    "linalg.cholesky": Row("a, /, *, upper=False", on("a", matrices(lambda shape: [shape]))),
    "linalg.pinv": Row(
        "a, rcond=None, hermitian=False, *, rtol=None",
        on("a", matrices(lambda shape: [(*shape[:-2], shape[-1], shape[-2])])),
    ),
    "linalg.eigh": Row("a, UPLO='L'", on("a", matrices(lambda shape: [shape[:-1], shape]))),
    "linalg.eigvalsh": Row("a, UPLO='L'", on("a", matrices(lambda shape: [shape[:-1]]))),
    "linalg.eig": Row("a", on("a", matrices(lambda shape: [shape[:-1], shape], exact=True))),
    "linalg.svd": Row("a, full_matrices=True, compute_uv=True, hermitian=False", on("a", decomposed)),
    "linalg.solve": Row("a, b", solved),
    "fft.fft": Row(FFT, on("a", spectrum(False))),
    "fft.ifft": Row(FFT, on("a", spectrum(False))),
    "fft.rfft": Row(FFT, on("a", spectrum(True))),
    "fft.fft2": Row("a, s=None, axes=(-2, -1), norm=None, out=None", on("a", spectrum(False))),
}
