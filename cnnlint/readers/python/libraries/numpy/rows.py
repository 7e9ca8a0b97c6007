"""numpy: its functions and the methods of its arrays, one row each, with the signatures of numpy.org's reference."""

from __future__ import annotations

import math

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape
from cnnlint.readers.python.arrays import shapes, statements
from cnnlint.readers.python.arrays.elements import scalar
from cnnlint.readers.python.arrays.identity import is_scalar, lifted
from cnnlint.readers.python.arrays.statistics import transformed
from cnnlint.readers.python.libraries.numpy import analysis, rarer
from cnnlint.readers.python.libraries.numpy import elements as of_elements
from cnnlint.readers.python.libraries.numpy import joining as join
from cnnlint.readers.python.libraries.numpy import making as make
from cnnlint.readers.python.libraries.numpy import places as of_places
from cnnlint.readers.python.libraries.numpy import reductions as reduce
from cnnlint.readers.python.libraries.numpy import shapes as shape
from cnnlint.readers.python.libraries.numpy.products import dot, einsum, matmul, outer
from cnnlint.readers.python.libraries.rows import SAME, Effect, Row, each, on, opaque, reordered, same, tested
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Unknown, Value, is_number

UFUNC = "x, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True"
REDUCE = "a, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True"
EXTREME = "a, axis=None, out=None, keepdims=False, initial=None, where=True"
SPREAD = "a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=0"
MIDDLE = "a, axis=None, out=None, overwrite_input=False, keepdims=False"
CAST = "x=0, /"


def numeric(function: str) -> Effect:
    """A function of each element, also of one number of Python's, and of a statistic."""
    whole = on("x", each(function))

    def effect(run: Run, bound: Arguments) -> Value:
        value = bound["x"]
        known = transformed(value, function)
        if known is not None:
            return known
        if is_number(value):
            try:
                number = NUMBERS[function](value) if function in NUMBERS else None
                # what is not rounded is a number of numpy's, which makes large floats of small ones
                return scalar(number, "float64") if isinstance(number, float) and function not in ROUNDED else number
            except (ValueError, OverflowError):
                return None
        return whole(run, bound)

    return effect


NUMBERS = {
    "sqrt": math.sqrt,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "ceil": lambda x: x if isinstance(x, int) else float(math.ceil(x)),
    "floor": lambda x: x if isinstance(x, int) else float(math.floor(x)),
    "rint": lambda x: float(round(x)),
    "absolute": abs,
    "square": lambda x: x * x,
    "tanh": math.tanh,
}


ROUNDED = frozenset({"ceil", "floor", "rint", "absolute"})
"""Functions whose numbers are taken for sizes."""


def _rounded(run: Run, bound: Arguments) -> Value:
    """`np.round(a, decimals=0)`."""
    value, digits = bound["a"], bound["decimals"]
    if is_number(value) and isinstance(digits, int):
        return round(value, digits) if isinstance(value, int) else float(round(value, digits))
    array = lifted(run, value)
    if array is None:
        return None
    made = each("round" if digits == 0 else "round to digits")(run, array, bound)
    low, high = array.facts.low, array.facts.high
    if isinstance(made, ArrayValue) and isinstance(digits, int) and digits > 0 and low is not None and high is not None:
        made.facts = replace(made.facts, low=round(low, digits), high=round(high, digits))
    return made


def _filled(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.nan_to_num(x)`: what is not a number becomes 0."""
    kept = bound["copy"] is False and value.facts.shape != ()  # of one number comes a number
    return value if kept else same(run, value, bound)


def _size(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    from cnnlint.readers.python.arrays.methods import size

    axis, sizes = bound["axis"], value.facts.shape
    if axis is None:
        return size(value, "size")
    place = shapes.positive(axis, len(sizes)) if isinstance(axis, int) and sizes is not None else None
    length = sizes[place] if place is not None and sizes is not None else None
    return length if length is not None else Unknown("size", ("size", value.facts.root, value.facts.name, axis))


def _asked(name: str) -> Effect:
    from cnnlint.readers.python.arrays.methods import size

    return on("a", lambda run, value, bound: size(value, name))


def _difference(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    axis, times = bound["axis"], bound["n"]
    place = shapes.positive(axis, len(facts.shape)) if isinstance(axis, int) and facts.shape else None
    plain = not bound.given("prepend") and not bound.given("append")
    if place is None or facts.shape is None or not plain or not isinstance(times, int):
        return None
    size = facts.shape[place]
    return (*facts.shape[:place], max(0, size - times) if size is not None else None, *facts.shape[place + 1 :])


def _differences(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.diff(a)`; what is put before or behind it may be of another type."""
    plain = not bound.given("prepend") and not bound.given("append")
    return opaque(_difference, SAME if plain else None)(run, value, bound)


def _like(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    """The same shape; a row where it is asked to go through all axes at once."""
    flat = facts.shape == () or ("axis" in bound.bound and bound["axis"] is None)
    return (shapes.product(facts.shape),) if flat else facts.shape


def _sorted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.sort(a, axis=-1)`."""
    made = reordered("augment", False)(run, value, bound)
    if isinstance(made, ArrayValue):
        made.facts = replace(made.facts, shape=_like(value.facts, bound))
    return made


def _inserted(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    axis, place = bound["axis"], bound["obj"]
    if not isinstance(place, int) or not is_scalar(bound["values"]):
        return None
    if axis is None:
        total = shapes.product(facts.shape)
        return (total + 1 if total is not None else None,)
    at = shapes.positive(axis, len(facts.shape)) if isinstance(axis, int) and facts.shape is not None else None
    if at is None or facts.shape is None:
        return None
    size = facts.shape[at]
    return (*facts.shape[:at], size + 1 if size is not None else None, *facts.shape[at + 1 :])


def _taken(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.take(a, indices, axis=None)`."""
    picks = lifted(run, bound["indices"])
    inner = picks.facts.shape if picks is not None else () if isinstance(bound["indices"], int) else None
    axis, sizes = bound["axis"], value.facts.shape
    after = None
    if axis is None:
        after = inner
    elif isinstance(axis, int) and sizes is not None and inner is not None:
        at = shapes.positive(axis, len(sizes))
        after = (*sizes[:at], *inner, *sizes[at + 1 :]) if at is not None else None
    if after == ():
        return None
    return ArrayValue(ArrayFacts(after, value.facts.dtype, root=value.facts.root, image=value.facts.image))


def in_place(parameter: str, keep: bool = False) -> Effect:
    """A function that writes into the array that it is given; with `keep` it only moves the elements about."""

    def effect(run: Run, bound: Arguments) -> Value:
        target = bound[parameter]
        if isinstance(target, ArrayValue):
            statements.overwritten(run, target, keep)
        return Unknown("None", ("nothing",))

    return effect


def _counted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.bincount(x)`: how often each number comes up."""
    dtype = "float64" if bound["weights"] is not None else "int64"
    return opaque(lambda facts, bound: (None,), dtype)(run, value, bound)


EACH = {
    "exp": "exp",
    "exp2": "exp2",
    "expm1": "expm1",
    "log": "log",
    "log2": "log2",
    "log10": "log10",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "cbrt": "cbrt",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "arctan": "arctan",
    "arcsin": "arcsin",
    "arccos": "arccos",
    "square": "square",
    "absolute": "absolute",
    "abs": "absolute",
    "negative": "negative",
    "fabs": "fabs",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "trunc": "trunc",
    "rint": "rint",
    "deg2rad": "deg2rad",
    "radians": "deg2rad",
    "rad2deg": "rad2deg",
    "degrees": "rad2deg",
}
OPERATORS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "divide": "Divide",
    "true_divide": "Divide",
    "power": "Power",
    "mod": "Modulo",
    "remainder": "Modulo",
    "floor_divide": "FloorDivide",
    "equal": "Equal",
    "not_equal": "NotEqual",
    "greater": "GreaterThan",
    "greater_equal": "GreaterThanEqual",
    "less": "LessThan",
    "less_equal": "LessThanEqual",
    "logical_and": "BitAnd",
    "logical_or": "BitOr",
    "logical_xor": "BitXor",
}
CASTS = ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def _places(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    """One row of indices for each element that is not 0."""
    return (None, len(facts.shape)) if facts.shape is not None else None


ROWS: dict[str, Row] = {
    # making
    "array": Row("object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, like=None", make.array(True)),
    "asarray": Row("object|a, dtype=None, order=None, *, device=None, copy=None, like=None", make.array(False)),
    "asanyarray": Row("object|a, dtype=None, order=None, *, device=None, copy=None, like=None", make.array(False)),
    "ascontiguousarray": Row("object|a, dtype=None, *, like=None", make.contiguous),
    "require": Row("object|a, dtype=None, requirements=None, *, like=None", make.array(False)),
    "asfarray": Row("object|a, dtype='float64'", make.array(False)),
    "copy": Row("a, order='K', subok=False", on("a", same)),
    "zeros": Row("shape, dtype=None, order='C', *, device=None, like=None", make.filled(0.0)),
    "ones": Row("shape, dtype=None, order='C', *, device=None, like=None", make.filled(1.0)),
    "full": Row("shape, fill_value, dtype=None, order='C', *, device=None, like=None", make.filled(None)),
    "empty": Row("shape, dtype=None, order='C', *, device=None, like=None", make.empty),
    "ndarray": Row("shape, dtype=None, buffer=None, offset=0, strides=None, order=None", make.empty),
    "zeros_like": Row("a, dtype=None, order='K', subok=True, shape=None, *, device=None", make.like(0.0)),
    "ones_like": Row("a, dtype=None, order='K', subok=True, shape=None, *, device=None", make.like(1.0)),
    "full_like": Row("a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None", make.like(None)),
    "empty_like": Row("prototype, dtype=None, order='K', subok=True, shape=None, *, device=None", make.empty_like),
    "arange": Row("start, stop=None, step=None, dtype=None, *, device=None, like=None", make.arange),
    "linspace": Row(
        "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None", make.linspace
    ),
    "logspace": Row("start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0", make.logspace),
    "eye": Row("N, M=None, k=0, dtype=None, order='C', *, device=None, like=None", make.eye),
    "identity": Row("N|n, dtype=None, *, like=None", make.eye),
    "load": Row(
        "file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding='ASCII', *, max_header_size=0",
        make.loaded,
    ),
    "loadtxt": Row(
        "fname, dtype=None, comments='#', delimiter=None, converters=None, skiprows=0, usecols=None, "
        "unpack=False, ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None",
        make.loaded,
    ),
    "genfromtxt": Row(
        "fname, dtype=None, comments='#', delimiter=None, skip_header=0, skip_footer=0, converters=None, "
        "missing_values=None, filling_values=None, usecols=None, names=None, excludelist=None, "
        "deletechars='', replace_space='_', autostrip=False, case_sensitive=True, defaultfmt='f%i', "
        "unpack=None, usemask=False, loose=True, invalid_raise=True, max_rows=None, encoding=None, *, "
        "ndmin=0, like=None",
        make.loaded,
    ),
    "fromfile": Row("file, dtype=None, count=-1, sep='', offset=0, *, like=None", make.decoded),
    "frombuffer": Row("buffer, dtype=None, count=-1, offset=0, *, like=None", make.decoded),
    "fromstring": Row("string, dtype=None, count=-1, *, sep='', like=None", make.decoded),
    "fromiter": Row("iter|iterable, dtype, count=-1, *, like=None", make.listed),
    "meshgrid": Row("*xi, copy=True, sparse=False, indexing='xy'", shape.grid),
    # each element
    **{name: Row(UFUNC, numeric(function)) for name, function in EACH.items()},
    **{name: Row(analysis.BINARY, join.operator(function)) for name, function in OPERATORS.items()},
    **{name: Row(CAST, make.as_type(name)) for name in CASTS},
    "double": Row(CAST, make.as_type("float64")),
    "single": Row(CAST, make.as_type("float32")),
    "bool_": Row(CAST, make.as_type("bool")),
    "round": Row("a, decimals=0, out=None", _rounded),
    "around": Row("a, decimals=0, out=None", _rounded),
    "argwhere": Row("a", on("a", opaque(_places, "int64"))),
    "nan_to_num": Row("x, copy=True, nan=0.0, posinf=None, neginf=None", on("x", _filled)),
    "maximum": Row(analysis.BINARY, join.bounded("maximum")),
    "minimum": Row(analysis.BINARY, join.bounded("minimum")),
    "clip": Row("a, a_min|min=None, a_max|max=None, out=None, *, dtype=None, where=True", join.clip("a_min", "a_max")),
    "nonzero": Row("a", on("a", join.nonzero)),
    "where": Row("condition, x=None, y=None, /", join.where),
    **{name: Row(UFUNC, on("x", tested)) for name in ("isnan", "isinf", "isfinite", "logical_not")},
    "isin": Row("x|element, test_elements, assume_unique=False, invert=False, *, kind=None", on("x", tested)),
    "in1d": Row(
        "x|ar1, test_elements|ar2, assume_unique=False, invert=False, *, kind=None",
        on("x", opaque(lambda facts, bound: (shapes.product(facts.shape),), "bool")),
    ),
    "digitize": Row("x, bins, right=False", on("x", opaque(_like, "int64"))),
    "searchsorted": Row("a, v, side='left', sorter=None", on("v", opaque(_like, "int64"))),
    # shapes
    "reshape": Row("a, shape|newshape, order='C', *, copy=None", on("a", shape.reshape("shape"))),
    "ravel": Row("a, order='C'", on("a", shape.flatten(True))),
    "expand_dims": Row("a, axis", on("a", shape.expand)),
    "squeeze": Row("a, axis=None", on("a", shape.squeeze)),
    "transpose": Row("a, axes=None", on("a", shape.transpose(False))),
    "permute_dims": Row("a, axes=None", on("a", shape.transpose(False))),
    "swapaxes": Row("a, axis1, axis2", on("a", shape.swapaxes)),
    "moveaxis": Row("a, source, destination", on("a", shape.moveaxis)),
    "rollaxis": Row("a, axis, start=0", on("a", shape.rollaxis)),
    "rot90": Row("m, k=1, axes=(0, 1)", on("m", shape.rotated)),
    "repeat": Row("a, repeats, axis=None", on("a", shape.repeat)),
    "tile": Row("A, reps", on("A", shape.tile)),
    "pad": Row(
        "array, pad_width, mode='constant', constant_values=0, *, stat_length=None, end_values=0, reflect_type='even'",
        on("array", shape.pad),
    ),
    "split": Row("ary, indices_or_sections, axis=0", on("ary", shape.split(True))),
    "array_split": Row("ary, indices_or_sections, axis=0", on("ary", shape.split(False))),
    "vsplit": Row("ary, indices_or_sections", on("ary", shape.split(True, 0))),
    "hsplit": Row("ary, indices_or_sections", on("ary", shape.split(True, 1))),
    "dsplit": Row("ary, indices_or_sections", on("ary", shape.split(True, 2))),
    "delete": Row("arr, obj, axis=None", on("arr", shape.delete)),
    "insert": Row("arr, obj, values, axis=None", on("arr", opaque(_inserted, SAME))),
    "broadcast_to": Row("array, shape, subok=False", on("array", shape.broadcast_to)),
    "atleast_1d": Row("a", on("a", shape.at_least(1))),
    "atleast_2d": Row("a", on("a", shape.at_least(2))),
    "diag": Row("v, k=0", on("v", shape.diagonal(False))),
    "diagonal": Row("a, offset=0, axis1=0, axis2=1", on("a", shape.diagonal(True))),
    "triu": Row("m, k=0", on("m", make.triangle)),
    "tril": Row("m, k=0", on("m", make.triangle)),
    # order
    "flip": Row("m, axis=None", on("m", reordered("augment", shared=True))),
    "fliplr": Row("m", on("m", reordered("augment", shared=True))),
    "flipud": Row("m", on("m", reordered("augment", shared=True))),
    "roll": Row("a, shift, axis=None", on("a", reordered("augment"))),
    "sort": Row("a, axis=-1, kind=None, order=None, *, stable=None", on("a", _sorted)),
    "argsort": Row("a, axis=-1, kind=None, order=None, *, stable=None", on("a", opaque(_like, "int64"))),
    "argpartition": Row("a, kth, axis=-1, kind='introselect', order=None", on("a", opaque(_like, "int64"))),
    "partition": Row("a, kth, axis=-1, kind='introselect', order=None", on("a", _sorted)),
    "take": Row("a, indices, axis=None, out=None, mode='raise'", on("a", _taken)),
    "unique": Row(
        "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, sorted=True",
        reduce.unique,
    ),
    "bincount": Row("x, /, weights=None, minlength=0", on("x", _counted)),
    # several
    "concatenate": Row(
        "arrays, /, axis=0, out=None, *, dtype=None, casting='same_kind'", join.of_many("arrays", join.concatenate)
    ),
    "vstack": Row("tup, *, dtype=None, casting='same_kind'", join.of_many("tup", join.vstack)),
    "hstack": Row("tup, *, dtype=None, casting='same_kind'", join.of_many("tup", join.hstack)),
    "dstack": Row("tup", join.of_many("tup", join.dstack)),
    "column_stack": Row("tup", join.of_many("tup", join.column_stack)),
    "stack": Row("arrays, axis=0, out=None, *, dtype=None, casting='same_kind'", join.of_many("arrays", join.stack)),
    "append": Row("arr, values, axis=None", join.append),
    "dot": Row("a, b, out=None", dot),
    "matmul": Row("a|x1, b|x2, /, out=None, *, casting='same_kind', order='K', dtype=None, subok=True", matmul),
    "outer": Row("a, b, out=None", outer),
    "kron": Row("a, b", outer),
    "einsum": Row("subscripts, *operands, out=None, optimize=False", einsum),
    # one number of many
    "sum": Row(REDUCE, reduce.total("sum")),
    "prod": Row(REDUCE, reduce.total("prod")),
    "mean": Row("a, axis=None, dtype=None, out=None, keepdims=False, *, where=True", reduce.number("mean", float)),
    "average": Row("a, axis=None, weights=None, returned=False, *, keepdims=False", on("a", reduce.reduced("average"))),
    **{name: Row(SPREAD, on("a", reduce.reduced(name))) for name in ("std", "var", "nanstd")},
    **{
        name: Row(EXTREME, on("a", reduce.reduced(name))) for name in ("max", "min", "amax", "amin", "nanmax", "nanmin")
    },
    "nanmean": Row(
        "a, axis=None, dtype=None, out=None, keepdims=False, *, where=True", on("a", reduce.reduced("nanmean"))
    ),
    "nansum": Row(REDUCE, on("a", reduce.reduced("nansum"))),
    "median": Row(MIDDLE, on("a", reduce.reduced("median"))),
    "ptp": Row("a, axis=None, out=None, keepdims=False", on("a", reduce.reduced("ptp"))),
    "any": Row("a, axis=None, out=None, keepdims=False, *, where=True", on("a", reduce.tested)),
    "all": Row("a, axis=None, out=None, keepdims=False, *, where=True", on("a", reduce.tested)),
    "argmax": Row("a, axis=None, out=None, *, keepdims=False", on("a", reduce.argmax)),
    "argmin": Row("a, axis=None, out=None, *, keepdims=False", on("a", reduce.argmin)),
    "cumsum": Row("a, axis=None, dtype=None, out=None", on("a", reduce.cumulative("cumsum"))),
    "cumprod": Row("a, axis=None, dtype=None, out=None", on("a", reduce.cumulative("cumprod"))),
    "nancumsum": Row("a, axis=None, dtype=None, out=None", on("a", reduce.cumulative("cumsum"))),
    "diff": Row("a, n=1, axis=-1, prepend=None, append=None", on("a", _differences)),
    "linalg.norm": Row("a|x, ord=None, axis=None, keepdims=False", on("a", reduce.reduced("norm"))),
    # what is asked
    "shape": Row("a", _asked("shape")),
    "ndim": Row("a", _asked("ndim")),
    "size": Row("a, axis=None", on("a", _size)),
    **{
        name: Row(
            "a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, weights=None",
            on("a", reduce.quantiles),
        )
        for name in ("percentile", "quantile")
    },
    "count_nonzero": Row("a, axis=None, *, keepdims=False", on("a", reduce.counted)),
    "array_equal": Row("a1, a2, equal_nan=False", reduce.equal),
    # in place
    "put": Row("a, ind, v, mode='raise'", in_place("a")),
    "place": Row("arr, mask, vals", in_place("arr")),
    "putmask": Row("a, mask, values", in_place("a")),
    "copyto": Row("dst, src, casting='same_kind', where=True", in_place("dst")),
    "fill_diagonal": Row("a, val, wrap=False", in_place("a")),
    "put_along_axis": Row("arr, indices, values, axis", in_place("arr")),
}
ROWS.update(analysis.ROWS)
ROWS.update(rarer.ROWS)
#: other names of the same functions
ROWS.update(
    {
        "concat": ROWS["concatenate"],
        "row_stack": ROWS["vstack"],
        "product": ROWS["prod"],
        "int": Row(CAST, make.as_type("int64")),
        "float": Row(CAST, make.as_type("float64")),
        "float_": ROWS["float64"],
        "int_": ROWS["int64"],
        "round_": ROWS["round"],
    }
)


FOLDED = {**of_elements.FOLDS, **of_places.FOLDS, **rarer.FOLDS}
ROWS.update({name: replace(row, fold=FOLDED.get(name)) for name, row in ROWS.items()})
