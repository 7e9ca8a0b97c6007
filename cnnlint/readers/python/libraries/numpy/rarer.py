"""numpy's rarer functions: positions of triangles, bits, sets, choices, and what ufuncs do beside being called."""

from __future__ import annotations

import math
from collections.abc import Callable

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import arithmetic, dtypes, shapes
from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.elements import Number, mapped, told
from cnnlint.readers.python.arrays.identity import fresh_root, is_scalar, lifted, origin_of, view
from cnnlint.readers.python.arrays.literals import from_literal
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.libraries.numpy import elements
from cnnlint.readers.python.libraries.numpy import reductions as reduce
from cnnlint.readers.python.libraries.numpy.analysis import BINARY, of_two, some
from cnnlint.readers.python.libraries.rows import SAME, ArrayEffect, Effect, Row, copied, on, opaque, tested
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Elements, ListValue, Value
from cnnlint.readers.python.values import elements as items_of

UFUNC = "x, /, out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True"


# --- positions --------------------------------------------------------------------------------------------------


def _positions(rows: list[int], columns: list[int]) -> Value:
    made: list[Value] = []
    for places in (rows, columns):
        found = ArrayValue(ArrayFacts((len(places),), "int64"))
        made.append(told(found, elements.row(places)))
    return tuple(made)


LARGEST = 400
"""Triangles of more rows are not gone through."""


def _triangle(upper: bool, rows: int | None, columns: int | None, k: Value) -> Value:
    if rows is None or columns is None or not isinstance(k, int) or isinstance(k, bool) or not 0 <= rows <= LARGEST:
        both = [ArrayValue(ArrayFacts((None,), "int64")) for _ in range(2)]
        return tuple(both)
    inside: list[tuple[int, int]] = [
        (i, j) for i in range(rows) for j in range(min(columns, LARGEST)) if (j - i >= k if upper else j - i <= k)
    ]
    if columns > LARGEST:
        return None
    return _positions([i for i, _ in inside], [j for _, j in inside])


def triangle(upper: bool) -> Effect:
    """`np.triu_indices(n, k=0, m=None)`: rows and columns of what lies on one side of a diagonal."""

    def effect(run: Run, bound: Arguments) -> Value:
        rows = size_of(bound["n"])
        return _triangle(upper, rows, rows if bound["m"] is None else size_of(bound["m"]), bound["k"])

    return effect


def triangle_of(upper: bool) -> ArrayEffect:
    """`np.triu_indices_from(arr, k=0)`."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        sizes = value.facts.shape
        return _triangle(upper, sizes[0], sizes[1], bound["k"]) if sizes is not None and len(sizes) == 2 else None

    return effect


def diagonal(run: Run, bound: Arguments) -> Value:
    """`np.diag_indices(n)`."""
    count = size_of(bound["n"])
    if count is None or bound.given("ndim") or not 0 <= count <= core.MOST:
        return None
    return _positions(list(range(count)), list(range(count)))


def sorted_by(run: Run, bound: Arguments) -> Value:
    """`np.lexsort(keys)`: as many positions as each key is long."""
    keys = [lifted(run, key) for key in items_of(bound["keys"]) or ()]
    sizes = {key.facts.shape for key in keys if key is not None}
    return ArrayValue(ArrayFacts(sizes.pop(), "int64")) if len(sizes) == 1 and None not in keys else None


# --- each element -----------------------------------------------------------------------------------------------


def _kept(facts: ArrayFacts, bound: Arguments) -> Shape | None:
    return facts.shape


def typed(choose: Callable[[str | None], str | None]) -> ArrayEffect:
    """A function of each element, by the type that it makes of a type."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        return opaque(_kept, choose(value.facts.dtype))(run, value, bound) if value.frame is None else None

    return effect


def _float(dtype: str | None) -> str | None:
    return dtype if dtype in dtypes.FLOATS else None


def own(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.real(x)`, `np.conj(x)`: real numbers as they are."""
    return view(value, copied(value)) if value.facts.dtype in dtypes.NUMERIC and value.facts.dtype != "bool" else None


def inverted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.invert(x)` is `~x`."""
    return arithmetic.inverted(value) if value.facts.dtype in dtypes.WHOLE else None


def parts(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.modf(x)`: what is behind the point, and what is before it."""
    kind = dtypes.floating(value.facts.dtype)
    return tuple(opaque(_kept, kind)(run, value, bound) for _ in range(2)) if value.frame is None else None


def divided(run: Run, bound: Arguments) -> Value:
    """`np.divmod(x1, x2)`."""
    sides = [lifted(run, bound[name]) or bound[name] for name in ("x1", "x2")]
    if not any(isinstance(side, ArrayValue) for side in sides):
        return None
    return tuple(arithmetic.binary(run, name, sides[0], sides[1], None) for name in ("FloorDivide", "Modulo"))


# --- choosing ---------------------------------------------------------------------------------------------------


def together(run: Run, bound: Arguments) -> Value:
    """`np.union1d(ar1, ar2)`, `np.intersect1d`: a row of what is in one or both."""
    one, other = lifted(run, bound["ar1"]), lifted(run, bound["ar2"])
    if one is None or other is None or bound.given("return_indices"):
        return None
    return some(arithmetic.dtype_of_two("Add", one.facts, other.facts))(run, one, bound)


def compressed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.compress(condition, a, axis=None)`."""
    axis, sizes = bound["axis"], value.facts.shape
    place = shapes.positive(axis, len(sizes)) if isinstance(axis, int) and sizes is not None else None
    after: Shape | None = (None,) if axis is None else None
    if place is not None and sizes is not None:
        after = (*sizes[:place], None, *sizes[place + 1 :])
    return opaque(lambda facts, bound: after, SAME)(run, value, bound)


def selected(run: Run, bound: Arguments) -> Value:
    """`np.select(conditions, choices, default=0)`."""
    conditions = [lifted(run, one) for one in items_of(bound["condlist"]) or ()]
    choices = items_of(bound["choicelist"])
    default = bound["default"]
    arrays = [one for one in conditions if one is not None]
    if not choices or len(arrays) < len(conditions) or not arrays or not is_scalar(default):
        return None
    shape, kinds = arrays[0].facts.shape, set[str | None]()
    for one in arrays[1:]:
        shape = shapes.broadcast(shape, one.facts.shape)
    numbers = [one for one in (*choices, default) if isinstance(one, (int, float))]
    for choice in choices:
        if isinstance(choice, ArrayValue) and choice.frame is None:
            shape = shapes.broadcast(shape, choice.facts.shape)
            kinds.add(choice.facts.dtype)
        elif choice not in numbers:
            return None
    dtype = kinds.pop() if len(kinds) == 1 else None
    if len(numbers) == len(choices) + 1 and not any(isinstance(one, bool) for one in numbers):
        dtype = "float64" if any(isinstance(one, float) for one in numbers) else "int64"
    elif default != 0 or len(numbers) > 1 or dtype not in dtypes.FLOATS:
        dtype = None
    steps = arrays[0].facts.steps_with(Step("opaque", None, origin_of(run, bound.site)))
    return ArrayValue(ArrayFacts(shape, dtype, root=fresh_root(run), steps=steps))


def repeated(run: Run, bound: Arguments) -> Value:
    """`np.repeat(a, repeats)`, also of one number."""
    from cnnlint.readers.python.libraries.numpy.shapes import repeat

    value = bound["a"]
    array = from_literal((value,)) if isinstance(value, (int, float)) else lifted(run, value)
    return repeat(run, array, bound) if array is not None else None


def beside(run: Run, index: list[Value]) -> Value:
    """`np.c_[a, b]`: columns side by side."""
    from cnnlint.readers.python.libraries.numpy.joining import column_stack

    arrays = [lifted(run, one) if isinstance(one, (ArrayValue, ListValue)) else None for one in index]
    known = [one for one in arrays if one is not None and one.frame is None and one.facts.shape]
    if len(known) < len(arrays) or any(len(one.facts.shape or ()) > 2 for one in known):
        return None
    made = column_stack(run, known, Arguments(CallSite(None)))
    found = [core.known(one) for one in known]
    columns = [
        Elements((len(one.items), 1), one.items) if len(one.shape) == 1 else one for one in found if one is not None
    ]
    whole = isinstance(made, ArrayValue) and len(columns) == len(known)
    return told(made, core.worked_out(lambda: core.joined(columns, 1))) if whole else made  # type: ignore[arg-type]


# --- ufuncs -----------------------------------------------------------------------------------------------------


def outer(name: str) -> Effect:
    """`np.add.outer(a, b)`: each with each."""

    def effect(run: Run, bound: Arguments) -> Value:
        one, other = lifted(run, bound["a"]), lifted(run, bound["b"])
        if one is None or other is None or one.facts.shape is None or other.facts.shape is None:
            return None
        shape = (*one.facts.shape, *(1 for _ in other.facts.shape))
        wide = ArrayValue(replace(one.facts, shape=shape, encoding=None, classes=None), one.exact)
        found = core.known(one)
        wide = told(wide, core.reshaped(found, shape)) if found is not None else wide
        return arithmetic.binary(run, name, wide, other, None)

    return effect


def accumulated(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.maximum.accumulate(a, axis=0)`."""
    return opaque(_kept, SAME)(run, value, bound) if value.frame is None else None


def _two(function: Callable[[Number, Number], Number]) -> elements.Fold:
    return lambda run, bound: mapped(function, elements.given(run, bound["x1"]), elements.given(run, bound["x2"]))


def _set(choose: Callable[[set[Number], set[Number]], set[Number]]) -> elements.Fold:
    def fold(run: Run, bound: Arguments) -> Elements | None:
        elements.plain(bound, "assume_unique", "return_indices")
        one, other = (set(elements.given(run, bound[name]).items) for name in ("ar1", "ar2"))
        whole = all(float(item).is_integer() for item in (*one, *other))
        return elements.row(sorted(choose(one, other))) if whole else None

    return fold


def _flat(run: Run, bound: Arguments) -> Elements | None:
    found = elements.given(run, bound["a"])
    return elements.row([place for place, one in enumerate(found.items) if one])


def _compressed(run: Run, bound: Arguments) -> Elements | None:
    found, kept = elements.given(run, bound["a"]), elements.given(run, bound["condition"])
    if bound["axis"] is None:
        found = Elements((len(found.items),), found.items)
    axis = 0 if bound["axis"] is None else elements.whole(bound["axis"])
    return core.chosen(found, axis, [place for place, one in enumerate(kept.items) if one])


FOLDS: dict[str, elements.Fold] = {
    "fmax": _two(max),
    "fmin": _two(min),
    "hypot": _two(math.hypot),
    "arctan2": _two(math.atan2),
    "copysign": _two(math.copysign),
    "flatnonzero": _flat,
    "compress": _compressed,
    "union1d": _set(set.union),
    "intersect1d": _set(set.intersection),
    "setdiff1d": _set(set.difference),
}
OUTER = {"add": "Add", "subtract": "Subtract", "multiply": "Multiply", "equal": "Equal", "greater": "GreaterThan"}
ROWS: dict[str, Row] = {
    "triu_indices": Row("n, k=0, m=None", triangle(True)),
    "tril_indices": Row("n, k=0, m=None", triangle(False)),
    "triu_indices_from": Row("arr, k=0", on("arr", triangle_of(True))),
    "tril_indices_from": Row("arr, k=0", on("arr", triangle_of(False))),
    "diag_indices": Row("n, ndim=2", diagonal),
    "lexsort": Row("keys, axis=-1", sorted_by),
    "reciprocal": Row(UFUNC, on("x", typed(lambda kind: kind if kind != "bool" else None))),
    "sinc": Row("x", on("x", typed(_float))),
    "fix": Row("x, out=None", on("x", typed(_float))),
    "signbit": Row(UFUNC, on("x", tested)),
    "real": Row("val", on("val", own)),
    **{name: Row(UFUNC, on("x", own)) for name in ("conj", "conjugate")},
    **{name: Row(UFUNC, on("x", inverted)) for name in ("invert", "bitwise_not")},
    "modf": Row("x, /, out=None", on("x", parts)),
    "divmod": Row("x1, x2, /", divided),
    "heaviside": Row(BINARY, of_two(floats=True)),
    **{
        name: Row(BINARY, of_two())
        for name in ("gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")
    },
    "intersect1d": Row("ar1, ar2, assume_unique=False, return_indices=False", together),
    "union1d": Row("ar1, ar2", together),
    "compress": Row("condition, a, axis=None, out=None", on("a", compressed)),
    "select": Row("condlist, choicelist, default=0", selected),
    "piecewise": Row("x, condlist, funclist, *args", on("x", opaque(_kept, SAME))),
    "repeat": Row("a, repeats, axis=None", repeated),
    **{f"{name}.outer": Row("a, b, /", outer(function)) for name, function in OUTER.items()},
    **{f"{name}.accumulate": Row("a, axis=0", on("a", accumulated)) for name in ("maximum", "minimum")},
    "add.reduce": Row("a, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True", reduce.total("sum")),
    **{
        f"{name}.reduce": Row("a, axis=0, dtype=None, out=None, keepdims=False", on("a", reduce.reduced(which)))
        for name, which in (("maximum", "max"), ("minimum", "min"))
    },
}
