"""pandas: its functions by name, and what its tables and columns are asked.

Most tables hold what a file says, but what is selected from what is known all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import dtypes, methods, tables
from cnnlint.readers.python.arrays.elements import known, told
from cnnlint.readers.python.arrays.identity import derived_root, fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.joining import joined, parts_of
from cnnlint.readers.python.arrays.methods import cast, dtype_name
from cnnlint.readers.python.libraries import pandas_changes as changes
from cnnlint.readers.python.libraries.pandas_methods import METHODS, codes, frame_attribute
from cnnlint.readers.python.libraries.pandas_selection import LOCATED
from cnnlint.readers.python.libraries.rows import Row, handlers, method_of, unknown
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    ListValue,
    ObjectValue,
    Table,
    Unknown,
    Value,
    elements,
    is_constant,
    is_number,
)

# --- making -----------------------------------------------------------------------------------------------------


def read_file(run: Run, site: CallSite) -> Value:
    """`pd.read_csv(path)`: a table of unknown columns."""
    path = next((passed.value for passed in site.positional[:1]), None)
    root = fresh_root(run)
    facts = ArrayFacts((None, None), source=path if isinstance(path, str) else None, root=root,
                       origin=origin_of(run, site))  # fmt: skip
    return ArrayValue(facts, frame=Table(index=("root", root)), mixed=True)


def _counted(count: int | None, root: int | None) -> object:
    """The labels of rows that are numbered from 0."""
    return ("range", count) if count is not None else ("root", root)


def data_frame(run: Run, bound: Arguments) -> Value:
    """`pd.DataFrame(data, index=None, columns=None)`: of a dictionary of columns, of rows, or of an array."""
    data, root, origin = bound["data"], fresh_root(run), origin_of(run, bound.site)
    plain = not any(bound.given(name) for name in ("index", "dtype"))
    if isinstance(data, DictValue) and not bound.given("columns"):
        return _of_columns(run, data, root, plain, bound)
    names = elements(bound["columns"]) if bound.given("columns") else None
    array = lifted(run, data)
    if array is None or isinstance(data, DictValue):
        rows = elements(data)
        count = len(rows) if rows and all(isinstance(row, (DictValue, tuple, ListValue)) for row in rows) else None
        width = len(names) if names is not None else None
        facts = ArrayFacts((count if plain else None, width), root=root, origin=origin)
        return ArrayValue(facts, frame=Table(index=_counted(count, root) if plain else None))
    if array.frame is not None:
        if names is not None and not array.frame.series:
            known = not array.frame.whole or all(is_constant(one) and one in array.frame.columns for one in names)
            lost = ArrayFacts((array.facts.samples, len(names)), root=root)  # columns that there are not hold NaN
            return tables.columns(run, array, names) if known else ArrayValue(lost, frame=Table())
        made = tables.copied(array)
        shape = (array.facts.samples, 1) if array.frame.series else array.facts.shape
        shape = shape if not bound.given("columns") else None
        made.facts = replace(made.facts, shape=shape, encoding=None, classes=None)
        made.frame = Table(index=array.frame.index) if array.frame.series else made.frame
        return made if plain else ArrayValue(ArrayFacts(root=root), frame=Table())
    return _of_array(run, array, data, names, root, bound, plain)


def _of_array(run: Run, array: ArrayValue, data: Value, names: list[Value] | None, root: int,
              bound: Arguments, plain: bool) -> ArrayValue:  # fmt: skip
    """A table of an array with two axes, or of one column."""
    facts = array.facts
    shape: Shape | None = facts.shape
    if shape is not None:
        empty = shape == (0,) and not isinstance(data, ArrayValue)  # no rows, so no columns either
        shape = (shape[0], 0 if empty else 1) if len(shape) == 1 else shape if len(shape) == 2 else None
    width = shape[1] if shape is not None else len(names) if names is not None else None
    rows = shape[0] if shape is not None else None
    uniform = isinstance(data, ArrayValue) or facts.dtype == "int64" or _all_floats(data)
    own = facts.root if facts.root is not None else root
    dtype = facts.dtype if uniform and rows != 0 and not bound.given("dtype") else None
    made = replace(facts, shape=(rows, width), root=own, dtype=dtype, encoding=None, classes=None, name=None)
    result = ArrayValue(made, array.exact, Table(index=_counted(rows, root) if plain else None), mixed=array.mixed)
    if names is not None and all(is_constant(name) for name in names):
        result.frame = Table(
            {
                name: tables.nth(array, tables.selected(run, result, ("at", place), None), place)
                for place, name in enumerate(names)
            },
            True,
            index=result.frame and result.frame.index,
        )
    elif width is not None and width <= tables.WIDEST and not bound.given("columns"):
        one: dict[Value, ArrayValue] = {
            place: tables.nth(array, tables.selected(run, result, ("at", place), None), place) for place in range(width)
        }
        result.frame = Table(one, True, index=result.frame and result.frame.index)
    return result


def _all_floats(data: Value) -> bool:
    rows = elements(data)
    if rows is None:
        return isinstance(data, float)
    return all(_all_floats(row) for row in rows)


def _of_columns(run: Run, data: DictValue, root: int, plain: bool, bound: Arguments) -> ArrayValue:
    """A table of a dictionary: columns of one length, and numbers that fill a column."""
    arrays: dict[Value, ArrayValue | None] = {}
    spread: dict[Value, Value] = {}
    for key, value in data.items.items():
        if is_number(value) or isinstance(value, (str, bool)):
            spread[key] = value
            arrays[key] = None
        else:
            arrays[key] = lifted(run, value)
    held = [one for key, one in arrays.items() if one is not None]
    counts = {one.facts.samples for one in held}
    rows = counts.pop() if len(counts) == 1 and plain else None
    indices = {one.frame.index for one in held if one.frame is not None}
    aligned = plain and (not indices or (len(indices) == 1 and None not in indices and
                                         all(one.frame is not None for one in held)))  # fmt: skip
    index = (indices.pop() if indices else _counted(rows, root)) if aligned else None
    whole = not data.open and plain
    facts = ArrayFacts((rows if aligned else None, None), root=root, origin=origin_of(run, bound.site))
    base = ArrayValue(facts, frame=Table(index=index))

    columns: dict[Value, ArrayValue] = {}
    for key, one in arrays.items():
        if key in spread:
            columns[key] = changes.column_of(run, base, spread[key])
        elif one is None or not aligned:
            columns[key] = tables.unknown_column(facts.samples, derived_root(run, root, ("column", key)), index)
        else:
            own = one.facts.root if one.facts.root is not None else derived_root(run, root, ("column", key))
            fitting = replace(one.facts, root=own, shape=(rows,))
            own_column = tables.series(fitting, index, exact=one.exact, mixed=one.mixed, gapless=one.gapless)
            columns[key] = told(own_column, known(one))
    made = replace(facts, shape=(facts.samples, len(columns) if whole else None))
    return tables.table(made, columns, whole, index)


def series(run: Run, bound: Arguments) -> Value:
    """`pd.Series(data)`."""
    array, root = lifted(run, bound["data"]), fresh_root(run)
    plain = not bound.given("index")
    if array is None or (array.facts.shape is not None and len(array.facts.shape) != 1):
        return tables.series(ArrayFacts((None,), root=root))
    dtype = dtype_name(bound["dtype"]) if bound.given("dtype") else None
    facts = replace(array.facts, root=array.facts.root if array.facts.root is not None else root)
    made = tables.series(facts, _counted(facts.samples, root) if array.frame is None and plain else
                         array.frame.index if array.frame is not None and plain else None,
                         exact=array.exact, mixed=array.mixed, gapless=array.gapless)  # fmt: skip
    if plain:
        told(made, known(array))
    else:
        made.facts = replace(facts, shape=(None,), dtype=None, low=None, high=None, encoding=None, classes=None)
    return cast(run, made, dtype, bound.site) if bound.given("dtype") else made


# --- functions --------------------------------------------------------------------------------------------------


def get_dummies(run: Run, bound: Arguments) -> Value:
    """`pd.get_dummies(labels)`: one-hot rows of a column; of a table, columns in the place of its texts."""
    value = bound["data"]
    array = lifted(run, value)
    if array is None:
        array = ArrayValue(ArrayFacts((None,) if _is_column(value) else (None, None), root=fresh_root(run)))
    facts = array.facts
    flat = facts.shape is not None and len(facts.shape) == 1
    index = array.frame.index if array.frame is not None else None
    dtype = dtype_name(bound["dtype"])  # bool, and uint8 before pandas 2
    plain = not any(bound.given(name) for name in ("columns", "drop_first", "dummy_na", "sparse"))
    if not flat or not plain:
        made = facts.with_step(Step("opaque"), shape=(facts.samples, None), low=None, high=None, encoding=None,
                               classes=None, dtype=dtype if flat else None)  # fmt: skip
        return ArrayValue(made, frame=Table(index=index))
    step = Step("one_hot", None, origin_of(run, bound.site))
    several = (facts.classes or 2) > 1
    made = facts.with_step(step, shape=(facts.samples, facts.classes), low=0.0 if several else None, high=1.0,
                           encoding="one_hot", role="labels", dtype=dtype)  # fmt: skip
    return ArrayValue(made, frame=Table(index=index), gapless=facts.classes is not None)


def _is_column(value: Value) -> bool:
    """Whether something unknown is one column of a table: `frame["label"]`."""
    found = value.token if isinstance(value, Unknown) else None
    if not isinstance(found, tuple) or len(found) != 3 or found[0] != "item" or not isinstance(found[2], tuple):
        return False
    return len(found[2]) == 1 and isinstance(found[2][0], str) and found[2][0][:1] in "'\""


def concat(run: Run, bound: Arguments) -> Value:
    """`pd.concat([a, b], axis=0)`: rows under rows, or tables side by side where their rows have the same labels."""
    arrays = parts_of(run, bound["objs"])
    axis = {"index": 0, "columns": 1, 0: 0, 1: 1}.get(bound["axis"]) if is_constant(bound["axis"]) else None
    odd = any(bound.given(name) for name in ("keys", "levels", "join"))
    frames = [one.frame for one in arrays or () if one.frame is not None]
    if arrays is None or axis is None or odd or len(frames) != len(arrays):
        return ArrayValue(ArrayFacts((None, None), root=fresh_root(run)), frame=Table())
    return _under(run, arrays, frames, bound) if axis == 0 else _beside(run, arrays, frames, bound)


def _under(run: Run, arrays: list[ArrayValue], frames: list[Table], bound: Arguments) -> ArrayValue:
    samples = [one.facts.samples for one in arrays]
    rows = sum(one for one in samples if one is not None) if None not in samples else None
    index = _counted(rows, fresh_root(run)) if bound["ignore_index"] is True else None
    if all(frame.series for frame in frames):
        made = joined(run, arrays, 0, bound.site)
        made.frame = Table(series=True, index=index)
        return made
    first = list(frames[0].columns)
    alike = all(frame.whole and not frame.series and list(frame.columns) == first for frame in frames)
    if not alike:
        return ArrayValue(ArrayFacts((rows, None), root=fresh_root(run)), frame=Table(index=index))
    columns: dict[Value, ArrayValue] = {}
    for key in first:
        one = joined(run, [frame.columns[key] for frame in frames], 0, bound.site)
        one.frame = Table(series=True, index=index)
        columns[key] = one
    facts = replace(arrays[0].facts, shape=(rows, len(first)), name=None)
    return tables.table(facts, columns, True, index)


def _beside(run: Run, arrays: list[ArrayValue], frames: list[Table], bound: Arguments) -> ArrayValue:
    indices = {frame.index for frame in frames}
    index = indices.pop() if len(indices) == 1 else None
    widths = [1 if frame.series else tables.width(one) for one, frame in zip(arrays, frames, strict=True)]
    width = sum(one for one in widths if one is not None) if None not in widths else None
    samples = {one.facts.samples for one in arrays}
    rows = samples.pop() if len(samples) == 1 and index is not None else None
    facts = ArrayFacts((rows, width), root=fresh_root(run), steps=(Step("concat"),))
    columns: dict[Value, ArrayValue] = {}
    whole = index is not None and all(frame.whole for frame in frames) and not any(frame.series for frame in frames)
    if whole:
        for frame in frames:
            columns.update({key: tables.copied(one) for key, one in frame.columns.items()})
        whole = len(columns) == width
    made = tables.table(facts, columns if whole else {}, whole, index)
    tables.frame_of(made).repeated = not whole
    return made


def factorize(run: Run, bound: Arguments) -> Value:
    """`pd.factorize(labels)`: class numbers and the classes."""
    array = lifted(run, bound["values"])
    facts = array.facts if array is not None else ArrayFacts((None,))
    step = Step("encode", None, origin_of(run, bound.site))
    made = ArrayValue(codes(facts, step, "int64"), mixed=array is not None and array.mixed)
    made.gapless = facts.classes is not None
    if not _complete(array):
        made.facts = replace(made.facts, encoding=None)  # what is missing is -1
    return (made, ArrayValue(ArrayFacts((facts.classes,))))


def _complete(value: ArrayValue | None) -> bool:
    """Whether nothing is missing among labels: no NaN, no None. The columns of a file are taken to have no gaps."""
    if value is None:
        return False
    facts = value.facts
    known = facts.classes is not None or facts.dtype in dtypes.WHOLE or facts.dtype == "str"
    return known or (value.mixed and facts.dtype not in dtypes.FLOATS)


def to_numeric(run: Run, bound: Arguments) -> Value:
    """`pd.to_numeric(series)`: the same values."""
    array = lifted(run, bound["arg"])
    if array is None or array.facts.dtype not in dtypes.NUMERIC or bound.given("downcast"):
        shape = array.facts.shape if array is not None else None
        root = array.facts.root if array is not None else None
        frame = array.frame if array is not None else None
        return ArrayValue(ArrayFacts(shape, root=root), frame=frame)
    return tables.copied(array)


# --- attributes and methods -------------------------------------------------------------------------------------


def attribute(run: Run, value: ArrayValue, name: str) -> Value:
    """An attribute or method of a table or column; what neither has is a column of that name."""
    frame = tables.frame_of(value)
    if name in ("iloc", "loc", "ix", "at", "iat"):
        return ObjectValue(LOCATED, CallSite(None), {"table": value, "how": "loc" if name == "ix" else name})
    found = methods.size(value, name) if name != "dtype" or frame.series else None
    if found is not None:
        return found
    if name == "columns" and not frame.series:
        return ListValue(list(frame.columns)) if frame.whole else Unknown("columns", ("columns", value.facts.root))
    if name == "index":
        return ArrayValue(ArrayFacts((value.facts.samples,)))
    if name == "cat" and frame.series:
        kind = "int8" if (value.facts.classes or 128) < 128 else None
        labels = ArrayValue(codes(value.facts, Step("encode"), kind), frame=Table(series=True, index=frame.index))
        return ObjectValue("pandas.cat", CallSite(None), {"codes": labels})
    held = frame_attribute(value, name)
    if held is not None:
        return held
    row = METHODS.get(name)
    if row is not None:
        return Native(name, method_of(f"pandas.{name}", row, value))
    if name in frame.columns:
        return tables.column(run, value, name)
    if frame.series or frame.whole or name in OTHER_ATTRIBUTES:
        return Native(name, lambda run, site: _not_followed(run, value, name, site))
    return tables.column(run, value, name)


def _not_followed(run: Run, value: ArrayValue, name: str, site: CallSite) -> Value:
    """A method of which nothing is known; what it may change of its own table is forgotten."""
    if name == "update" or site.value(None, "inplace", default=False) is not False:
        resized = name not in ("update", "where", "mask")
        changes.forgotten(value, rows=resized, width=resized)
    return unknown(run, f"pandas.{name}", site)


OTHER_ATTRIBUTES = frozenset({
    "groupby", "merge", "join", "corr", "hist", "plot", "iterrows", "itertuples", "items", "to_csv", "value_counts",
    "boxplot", "keys", "describe", "info", "agg", "aggregate", "transform", "pivot", "pivot_table", "melt", "stack",
    "unstack", "explode", "rolling", "resample", "apply", "applymap", "to_dict", "to_json", "to_excel", "to_pickle",
    "style", "dtypes", "empty", "axes", "attrs", "memory_usage", "filter", "where", "mask", "eval", "idxmax", "idxmin",
    "mode", "quantile", "cov", "count", "any", "all", "equals", "align", "update", "combine", "combine_first",
    "nlargest", "nsmallest", "to_string", "to_html", "to_sql", "to_parquet", "pipe", "squeeze", "truncate", "str", "dt",
})  # fmt: skip
"""What tables have that is not followed, so that it is no column of theirs."""

ROWS: dict[str, Row] = {
    "DataFrame": Row("data=None, index=None, columns=None, dtype=None, copy=None", data_frame),
    "DataFrame.from_dict": Row("data, orient='columns', dtype=None, columns=None, index=None",
                               lambda run, bound: data_frame(run, bound) if not bound.given("orient") else None),
    "Series": Row("data=None, index=None, dtype=None, name=None, copy=None, fastpath=False", series),
    "get_dummies": Row("data, prefix=None, prefix_sep='_', dummy_na=False, columns=None, sparse=False, "
                       "drop_first=False, dtype=None", get_dummies),
    "concat": Row("objs, axis=0, join='outer', ignore_index=False, keys=None, levels=None, names=None, "
                  "verify_integrity=False, sort=False, copy=None", concat),
    "factorize": Row("values, sort=False, use_na_sentinel|na_sentinel=True, size_hint=None", factorize),
    "to_numeric": Row("arg, errors='raise', downcast=None, dtype_backend=None", to_numeric),
}  # fmt: skip
READERS = ("read_csv", "read_table", "read_excel", "read_json", "read_pickle", "read_hdf", "read_sql", "read_parquet",
           "read_feather", "read_fwf", "read_sql_query", "read_stata")  # fmt: skip
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **handlers("pandas", ROWS),
    **{f"pandas.{name}": read_file for name in READERS},
}
