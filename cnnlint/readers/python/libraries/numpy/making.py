"""numpy's constructors: arrays whose shape, range and type the call itself says."""

from __future__ import annotations

import math

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, pictures
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import carried, known, scalar, told
from cnnlint.readers.python.arrays.identity import fresh_root, is_scalar, lifted, origin_of, view
from cnnlint.readers.python.arrays.methods import cast, number_of, size_of
from cnnlint.readers.python.libraries.numpy.shapes import sizes_in
from cnnlint.readers.python.libraries.rows import Effect, copied
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Elements,
    ListValue,
    ObjectValue,
    OneOf,
    Unknown,
    Value,
    elements,
    is_number,
    numbers,
    token,
)


def shape_in(value: Value) -> Shape | None:
    """A shape argument as a shape; sizes below 0 are refused."""
    sizes = sizes_in(value)
    return tuple(sizes) if sizes is not None and not any(size is not None and size < 0 for size in sizes) else None


def asked(bound: Arguments, default: str | None) -> tuple[str | None, bool]:
    """The type that a call asks for, `default` where it asks for none; and whether it asks."""
    if not bound.given("dtype") or bound["dtype"] is None:
        return default, False
    return dtype_name(bound["dtype"]), True


def array(fresh: bool) -> Effect:
    """`np.array(object)`, and `np.asarray(a)`, which hands an array on as it is."""

    def effect(run: Run, bound: Arguments) -> Value:
        value = bound["object"]
        dtype, cut = asked(bound, None)
        if isinstance(value, ObjectValue):
            value = pictures.as_array(value) or value
        found = lifted(run, value)
        origin = origin_of(run, bound.site)
        if found is None and number_of(value) is not None and bound.given("ndmin"):
            return ArrayValue(ArrayFacts(root=fresh_root(run), origin=origin))
        if found is None:
            if isinstance(value, ListValue):
                return ArrayValue(ArrayFacts(dtype=dtype, root=fresh_root(run), origin=origin))
            number = number_of(value)
            if number is not None:
                whole = "bool" if isinstance(value, bool) else "int64" if isinstance(value, int) else "float64"
                level = float(number) if math.isfinite(number) else None
                made = ArrayValue(ArrayFacts((), whole, level, level, root=fresh_root(run)), exact=True)
                return cast(run, made, dtype, bound.site) if cut else made
            return Unknown("array", ("array", token(value)))
        records = cut and dtype is None and _of_tuples(value)
        if records:  # of a type with fields each tuple is one element
            return ArrayValue(ArrayFacts(root=fresh_root(run), origin=origin))
        if bound.given("ndmin"):
            least, sizes = bound["ndmin"], found.facts.shape
            wide: Shape | None = None
            if isinstance(least, int) and sizes is not None and 0 <= least <= 8:
                wide = (*(1 for _ in range(least - len(sizes))), *sizes)
            found = ArrayValue(replace(found.facts, shape=wide), mixed=found.mixed)
        if not fresh and isinstance(value, ArrayValue) and not cut and found.frame is None and not value.listed:
            return found if found.facts.dtype is not None else view(found, copied(found))  # what is a matrix is another
        root = found.facts.root if found.facts.root is not None else fresh_root(run)
        facts = replace(found.facts, origin=found.facts.origin or origin, root=root)
        facts = facts if facts.shape != () else replace(facts, classes=None)
        made = ArrayValue(facts, found.exact, mixed=found.mixed, gapless=found.gapless)
        made = carried(found, made) if facts.shape is not None and found.facts.shape == facts.shape else made
        made = cast(run, made, dtype, bound.site) if cut and dtype != facts.dtype else made
        shared = not fresh or bound.given("copy")
        return view(found, made) if shared and isinstance(value, ArrayValue) and not value.listed else made

    return effect


def _of_tuples(value: Value) -> bool:
    """Whether a list holds tuples, at whatever depth."""
    items = elements(value) if isinstance(value, ListValue) else None
    return items is not None and len(items) > 0 and (isinstance(items[0], tuple) or _of_tuples(items[0]))


def filled(number: float | None, dtype: str | None = "float64") -> Effect:
    """`np.zeros`, `np.ones`, and `np.full` where the number is the call's own (None)."""

    def effect(run: Run, bound: Arguments) -> Value:
        given = bound["fill_value"] if number is None else number
        return _level(run, bound, shape_in(bound["shape"]), given, dtype if number is not None else None)

    return effect


def _level(run: Run, bound: Arguments, shape: Shape | None, given: Value, dtype: str | None) -> ArrayValue:
    """An array that holds one number everywhere."""
    if isinstance(given, Unknown) and (whole := known(given)) is not None:
        given = whole.items[0]  # the mean of what is written down
    number = number_of(given)
    own = "int64" if isinstance(given, int) and dtypes.holds("int64", given, given) else None
    own = "bool" if isinstance(given, bool) else "float64" if isinstance(given, float) else own
    own = given.facts.dtype if isinstance(given, ArrayValue) else own
    kind, cut = asked(bound, dtype or own)
    level: float | None = float(number) if number is not None and math.isfinite(number) else None
    if cut and kind in dtypes.WHOLE and level is not None:
        level = float(bool(level)) if kind == "bool" else float(int(level))
    level = level if kind in dtypes.NUMERIC and dtypes.holds(kind, level, level) else None
    made = ArrayFacts(shape, kind, level, level, root=fresh_root(run), origin=origin_of(run, bound.site))
    return ArrayValue(made, exact=level is not None)


def like(number: float | None) -> Effect:
    """`np.zeros_like`, `np.ones_like`, `np.full_like`."""

    def effect(run: Run, bound: Arguments) -> Value:
        value = lifted(run, bound["a"])
        facts = value.facts if value is not None else ArrayFacts()
        given = bound["fill_value"] if number is None else number
        kind = asked(bound, facts.dtype)[0]
        shape = shape_in(bound["shape"]) if bound.given("shape") else facts.shape
        made = _level(run, bound, shape, given, None)
        level = made.facts.low
        if level is not None and kind in dtypes.WHOLE:
            level = float(bool(level)) if kind == "bool" else float(math.trunc(level))
        level = level if kind in dtypes.NUMERIC and dtypes.holds(kind, level, level) else None
        frame = value.frame if value is not None else None
        if frame is not None:
            return ArrayValue(ArrayFacts(shape))
        return ArrayValue(replace(made.facts, dtype=kind, low=level, high=level), exact=level is not None)

    return effect


def empty(run: Run, bound: Arguments) -> Value:
    """`np.empty(shape)`: what is in it nobody knows."""
    return ArrayValue(ArrayFacts(shape_in(bound["shape"]), asked(bound, "float64")[0], root=fresh_root(run)))


def empty_like(run: Run, bound: Arguments) -> Value:
    """`np.empty_like(prototype)`."""
    value = lifted(run, bound["prototype"])
    facts = value.facts if value is not None else ArrayFacts()
    shape = facts.shape if not bound.given("shape") else None
    return ArrayValue(ArrayFacts(shape, asked(bound, facts.dtype)[0], root=fresh_root(run)))


def arange(run: Run, bound: Arguments) -> Value:
    """`np.arange(start, stop, step)`."""
    start, stop, step = bound["start"], bound["stop"], bound["step"]
    if not bound.given("stop") or stop is None:
        start, stop = 0, start
    ends = numbers([0 if start is None else start, stop, 1 if step is None else step])
    root, origin = fresh_root(run), origin_of(run, bound.site)
    if ends is None or not all(math.isfinite(end) for end in ends) or not ends[2]:
        counts = "int64" if all(map(_is_whole, (start, stop, step))) else None
        return ArrayValue(ArrayFacts((None,), asked(bound, counts)[0], root=root, origin=origin))
    whole = all(isinstance(end, int) for end in ends)
    dtype, cut = asked(bound, "int64" if whole else "float64")
    count = max(0, -(-(ends[1] - ends[0]) // ends[2]) if whole else math.ceil((ends[1] - ends[0]) / ends[2]))
    last = ends[0] + ends[2] * (count - 1)
    low, high = (float(min(ends[0], last)), float(max(ends[0], last))) if count else (None, None)
    if (cut and not whole and dtype in dtypes.WHOLE) or not dtypes.holds(dtype, low, high) or dtype == "bool":
        low = high = None
    encoding: Encoding | None = None if whole else "continuous"
    counting = whole and abs(ends[2]) == 1 and low is not None
    counted_ = counting and low == 0 and dtype in dtypes.WHOLE
    facts = ArrayFacts(
        (int(count),),
        dtype,
        low,
        high,
        encoding if dtype in dtypes.FLOATS else None,
        int(count) if counted_ else None,
        root=root,
        origin=origin,
    )
    return ArrayValue(facts, exact=low is not None, gapless=counting)


def _is_whole(value: Value) -> bool:
    """Whether a bound of `arange` is a whole number, or left out: `len(x)` is one."""
    if isinstance(value, OneOf):
        return value.whole
    length = isinstance(value, Unknown) and isinstance(value.token, tuple) and value.token[:1] == ("len",)
    return length or value is None or isinstance(value, int)


def linspace(run: Run, bound: Arguments) -> Value:
    """`np.linspace(start, stop, num=50)`."""
    start, stop, count = bound["start"], bound["stop"], size_of(bound["num"])
    ends = numbers([start, stop]) if bound["endpoint"] is True else None
    flat = is_scalar(start) and is_scalar(stop) and not bound.given("axis")
    if bound.given("retstep"):
        return None
    low, high = (float(min(ends)), float(max(ends))) if ends is not None else (None, None)
    if count == 1 and ends is not None:
        low = high = float(ends[0])
    dtype = asked(bound, "float64")[0] if flat else None
    if dtype not in dtypes.FLOATS or count == 0:
        low = high = None
    facts = ArrayFacts(
        (count,) if flat else None,
        dtype,
        low,
        high,
        "continuous" if dtype in dtypes.FLOATS else None,
        root=fresh_root(run),
        origin=origin_of(run, bound.site),
    )
    return ArrayValue(facts, exact=low is not None)


def logspace(run: Run, bound: Arguments) -> Value:
    """`np.logspace(start, stop, num=50, base=10.0)`: powers of the base."""
    count = size_of(bound["num"])
    flat = all(is_number(bound[name]) for name in ("start", "stop")) and not bound.given("axis")
    dtype = asked(bound, "float64")[0] if flat else None
    return ArrayValue(
        ArrayFacts((count,) if flat else None, dtype, root=fresh_root(run), origin=origin_of(run, bound.site))
    )


def eye(run: Run, bound: Arguments) -> Value:
    """`np.eye(N, M=None)`, `np.identity(n)`: every row is one-hot."""
    rows = size_of(bound["N"])
    columns = rows if "M" not in bound.defaults or bound["M"] is None else size_of(bound["M"])
    plain = not bound.given("k") or bound["k"] == 0
    square = columns == rows and rows is not None and rows > 0 and plain
    low = 0.0 if square and rows != 1 else None
    facts = ArrayFacts(
        (rows, columns),
        asked(bound, "float64")[0],
        low,
        1.0 if low is not None else None,
        "one_hot" if square else None,
        columns if square else None,
        root=fresh_root(run),
    )
    return ArrayValue(facts, exact=low is not None, gapless=square)


def loaded(run: Run, bound: Arguments) -> Value:
    """`np.load(path)`, `np.loadtxt(path)`: a file's numbers, of which nothing is known but that they are one source.

    Text of one line or one column has one axis.
    """
    path = next((value for value in bound.values()[:1] if isinstance(value, str)), None)
    table = "ndmin" in bound.defaults and bound["ndmin"] == 2
    made = from_file(run, path, bound.site, (None, None) if table else None)
    made.text = "delimiter" in bound.defaults
    return made


def from_file(run: Run, path: Value, site: CallSite | None, shape: Shape | None = None) -> ArrayValue:
    """The numbers of a file."""
    source = path if isinstance(path, str) else None
    facts = ArrayFacts(shape, source=source, root=fresh_root(run), origin=origin_of(run, site))
    return ArrayValue(facts, mixed=True)


def listed(run: Run, bound: Arguments) -> Value:
    """`np.fromiter(iterable, dtype)`: numbers in a row, as many as there are."""
    items = bound["iter"]
    found = lifted(run, items) if isinstance(items, (ArrayValue, ListValue)) else None
    if found is None or found.facts.shape is None or len(found.facts.shape) != 1 or bound.given("count"):
        return decoded(run, bound)
    return cast(run, found, asked(bound, "float64")[0], bound.site)


def contiguous(run: Run, bound: Arguments) -> Value:
    """`np.ascontiguousarray(a)`: with one axis at least."""
    made = array(False)(run, bound)
    if not isinstance(made, ArrayValue):
        return made
    if made.facts.shape != ():
        return view(made, copied(made)) if made is bound["object"] else made  # a column is copied, a row is not
    found = known(made)
    row = ArrayValue(replace(made.facts, shape=(1,)), made.exact)
    return view(made, told(row, Elements((1,), found.items)) if found is not None else row)


def decoded(run: Run, bound: Arguments) -> Value:
    """`np.frombuffer(bytes, dtype)`: numbers in a row."""
    dtype, cut = asked(bound, "float64")
    shape = (None,) if dtype is not None or not cut else None  # a type may hold a row of numbers
    return ArrayValue(ArrayFacts(shape, dtype, root=fresh_root(run), origin=origin_of(run, bound.site)), mixed=True)


def as_type(dtype: str) -> Effect:
    """`np.float32(x)` of an array or a list, or of a number."""

    def effect(run: Run, bound: Arguments) -> Value:
        value = bound["x"]
        if is_number(value) or isinstance(value, bool):
            try:
                if dtype in dtypes.WHOLE and dtype != "bool" and not dtypes.holds(dtype, int(value), int(value)):
                    return None
                return scalar(value, dtype)
            except (ValueError, OverflowError):
                return None
        if isinstance(value, Unknown):
            from cnnlint.readers.python.arrays import statistics

            return statistics.transformed(value, dtype)
        found = lifted(run, value)
        if found is None:
            return None
        made = cast(run, found, dtype, bound.site)
        own = isinstance(value, ArrayValue) and not value.listed and found.facts.dtype in (dtype, None)
        return view(found, made) if own else made  # what is of this type already may be handed on as it is

    return effect


def triangle(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.triu`, `np.tril`: zeros on one side."""
    facts = value.facts
    shape = facts.shape if facts.shape is not None and len(facts.shape) >= 2 else None
    return ArrayValue(ArrayFacts(shape, facts.dtype, root=facts.root))
