"""numpy's constructors: arrays whose shape, range and type the call itself says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnlint.graph import ArrayFacts, Shape
from cnnlint.readers.python.arrays.identity import derived_root, fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.methods import cast, dtype_name, size_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    ObjectValue,
    Unknown,
    Value,
    elements,
    is_number,
    numbers,
    token,
)

Function = Callable[[Run, CallSite], Value]


def shape_from(value: Value) -> Shape | None:
    """A shape argument as a shape."""
    items = elements(value)
    if items is not None:
        return tuple(size_of(item) for item in items)
    size = size_of(value)
    return (size,) if size is not None else None


def array(run: Run, site: CallSite) -> Value:
    """`np.array(...)`, `np.asarray(...)`: nested lists, pictures and other arrays."""
    value = site.value(0, "object", "a", "value", "values", "data")
    dtype = dtype_name(site.value(1, "dtype"))
    if isinstance(value, ObjectValue):
        from cnnlint.readers.python.arrays import pictures

        value = pictures.as_array(value) or value
    found = lifted(run, value)
    origin = origin_of(run, site)
    if found is None:
        if isinstance(value, ListValue):
            return ArrayValue(ArrayFacts(dtype=dtype, root=fresh_root(run), origin=origin))
        return Unknown("array", ("array", token(value)))
    root = found.facts.root if found.facts.root is not None else fresh_root(run)
    made = ArrayValue(replace(found.facts, origin=found.facts.origin or origin, root=root), found.exact)
    if found is value and site.api.endswith(("asarray", "asanyarray", "ascontiguousarray")) and dtype is None:
        return ArrayValue(made.facts, found.exact) if found.frame is not None else found
    return cast(run, made, dtype, site) if dtype is not None and dtype != made.facts.dtype else made


def filled(number: float | None) -> Function:
    """`np.zeros`, `np.ones`, and `np.full` where the number is the call's own (None)."""

    def make(run: Run, site: CallSite) -> Value:
        level = number
        if level is None:
            value = site.value(1, "fill_value")
            level = float(value) if is_number(value) else None
        dtype = dtype_name(site.value(1 if number is not None else 2, "dtype"), "float64")
        facts = ArrayFacts(shape_from(site.value(0, "shape", "dims")), dtype, level, level, root=fresh_root(run),
                           origin=origin_of(run, site))  # fmt: skip
        return ArrayValue(facts, exact=level is not None)

    return make


def like(number: float | None) -> Function:
    """`np.zeros_like`, `np.ones_like`, `np.full_like`."""

    def make(run: Run, site: CallSite) -> Value:
        value = site.value(0, "a")
        level = number
        if level is None:
            given = site.value(1, "fill_value")
            level = float(given) if is_number(given) else None
        shape = value.facts.shape if isinstance(value, ArrayValue) else None
        dtype = value.facts.dtype if isinstance(value, ArrayValue) else None
        facts = ArrayFacts(shape, dtype_name(site.value(None, "dtype"), dtype), level, level, root=fresh_root(run))
        return ArrayValue(facts, exact=level is not None)

    return make


def empty(run: Run, site: CallSite) -> Value:
    """`np.empty(shape)`: what is in it nobody knows."""
    value = site.value(0, "shape", "prototype")
    shape = value.facts.shape if isinstance(value, ArrayValue) else shape_from(value)
    return ArrayValue(ArrayFacts(shape, dtype_name(site.value(1, "dtype"), "float64"), root=fresh_root(run)))


def arange(run: Run, site: CallSite) -> Value:
    """`np.arange(start, stop, step)`."""
    given = [site.value(position, name) for position, name in enumerate(("start", "stop", "step"))]
    if given[1] is None:
        given[:2] = [0, given[0]]
    given[0] = 0 if given[0] is None else given[0]
    given[2] = 1 if given[2] is None else given[2]
    bounds = numbers(given)
    dtype = dtype_name(site.value(3, "dtype"))
    if bounds is None or not bounds[2]:
        return ArrayValue(ArrayFacts((None,), dtype or "int64", root=fresh_root(run)))
    start, stop, step = bounds
    count = max(0, int(-(-(stop - start) // step)))
    whole = all(isinstance(n, int) for n in bounds)
    last = start + step * (count - 1)
    low, high = (float(min(start, last)), float(max(start, last))) if count else (None, None)
    return ArrayValue(ArrayFacts((count,), dtype or ("int64" if whole else "float64"), low, high,
                                 None if whole else "continuous", root=fresh_root(run), origin=origin_of(run, site)),
                      exact=True)  # fmt: skip


def linspace(run: Run, site: CallSite) -> Value:
    """`np.linspace(start, stop, num)`."""
    start, stop, count = site.value(0, "start"), site.value(1, "stop"), site.value(2, "num", default=50)
    bounds = numbers([start, stop])
    low, high = (float(min(bounds)), float(max(bounds))) if bounds is not None else (None, None)
    whole = site.value(3, "endpoint", default=True) is True
    return ArrayValue(ArrayFacts((size_of(count),), "float64", low, high, "continuous", root=fresh_root(run),
                                 origin=origin_of(run, site)), exact=bounds is not None and whole)  # fmt: skip


def eye(run: Run, site: CallSite) -> Value:
    """`np.eye(n)`, `np.identity(n)`: every row is one-hot."""
    rows, columns = size_of(site.value(0, "N", "n", "num_rows")), site.value(1, "M", "num_columns")
    count = rows if columns is None or site.api.endswith("identity") else size_of(columns)
    return ArrayValue(ArrayFacts((rows, count), "float64", 0.0, 1.0, "one_hot" if count == rows else None, count,
                                 root=fresh_root(run)), exact=count == rows)  # fmt: skip


def loaded(run: Run, site: CallSite) -> Value:
    """`np.load(path)`, `np.loadtxt(path)`: a file's numbers, of which nothing is known but that they are one source."""
    path = site.value(0, "file", "fname")
    run_root = fresh_root(run)
    name = path if isinstance(path, str) else None
    table = site.api.endswith(("loadtxt", "genfromtxt")) and "delimiter" in site.keywords
    several = (
        site.value(None, "unpack", default=None) is not None or site.value(None, "usecols", default=None) is not None
    )
    shape = (None, None) if table and not several else None
    return ArrayValue(ArrayFacts(shape, None, source=name, root=run_root, origin=origin_of(run, site)))


def decoded(run: Run, site: CallSite) -> Value:
    """`np.frombuffer(bytes, dtype)`: numbers in a row."""
    dtype = dtype_name(site.value(1, "dtype"), "float64")
    return ArrayValue(ArrayFacts((None,), dtype, root=fresh_root(run), origin=origin_of(run, site)))


def selection(run: Run, value: ArrayValue, key: object) -> int | None:
    """The number of a selection from an array's source."""
    return derived_root(run, value.facts.root, key)


FUNCTIONS: dict[str, Function] = {
    "array": array, "asarray": array, "asanyarray": array, "ascontiguousarray": array, "float_array": array,
    "zeros": filled(0.0), "ones": filled(1.0), "full": filled(None), "empty": empty, "empty_like": empty,
    "zeros_like": like(0.0), "ones_like": like(1.0), "full_like": like(None), "arange": arange, "linspace": linspace,
    "eye": eye, "identity": eye, "load": loaded, "loadtxt": loaded, "genfromtxt": loaded, "fromfile": decoded,
    "frombuffer": decoded, "fromstring": decoded, "fromiter": decoded,
}  # fmt: skip
