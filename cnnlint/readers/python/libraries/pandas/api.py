"""pandas: its functions by name, and what its tables and columns are asked.

Most tables hold what a file says, but what is selected from what is known all the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.readers.python.arrays import methods, tables
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import known, told
from cnnlint.readers.python.arrays.identity import derived_root, fresh_root, lifted, origin_of, view
from cnnlint.readers.python.arrays.methods import cast
from cnnlint.readers.python.libraries.pandas import changes
from cnnlint.readers.python.libraries.pandas.functions import concat, counted, factorize, get_dummies, to_numeric
from cnnlint.readers.python.libraries.pandas.methods import METHODS, codes, frame_attribute
from cnnlint.readers.python.libraries.pandas.selection import LOCATED
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
    token,
)

#: settings that leave the columns of a file as many as are asked for
AS_MANY = frozenset(
    {
        *("usecols", "sep", "delimiter", "header", "skiprows", "nrows", "encoding", "engine", "dtype", "skipfooter"),
        *("na_values", "low_memory", "decimal", "thousands", "comment"),
    }
)

# --- making -----------------------------------------------------------------------------------------------------


def read_file(run: Run, site: CallSite) -> Value:
    """`pd.read_csv(path)`: a table of unknown columns, of so many as `usecols` lists."""
    path = next((passed.value for passed in site.positional[:1]), None)
    listed = elements(site.value(None, "usecols")) if site.keywords.keys() <= AS_MANY and not site.open else None
    plain = listed is not None and len(site.positional) == 1 and all(map(is_constant, listed))
    width = len(listed) if listed is not None and plain and len({*listed}) == len(listed) else None
    root = fresh_root(run)
    facts = ArrayFacts(
        (None, width), source=path if isinstance(path, str) else None, root=root, origin=origin_of(run, site)
    )
    return ArrayValue(facts, frame=Table(index=("root", root)), mixed=True)


def data_frame(run: Run, bound: Arguments) -> Value:
    """`pd.DataFrame(data, index=None, columns=None)`: of a dictionary of columns, of rows, or of an array."""
    data, root, origin = bound["data"], fresh_root(run), origin_of(run, bound.site)
    plain = not bound.given("index", "dtype")
    if isinstance(data, DictValue) and not bound.given("columns"):
        return _of_columns(run, data, root, plain, bound)
    names = elements(bound["columns"]) if bound.given("columns") else None
    rows = elements(data) if names is None and not bound.given("columns") else None
    if rows and all(isinstance(row, DictValue) and not row.open and row.kind == "dict" for row in rows):
        return _of_columns(run, _turned(rows), root, plain, bound)
    array = lifted(run, data)
    if array is None or isinstance(data, DictValue):
        rows = elements(data)
        count = len(rows) if rows and all(isinstance(row, (DictValue, tuple, ListValue)) for row in rows) else None
        width = len(names) if names is not None else None
        facts = ArrayFacts((count if plain else None, width), root=root, origin=origin)
        frame = Table(index=counted(count, root) if plain else None, repeated=tables.repeats(names))
        return ArrayValue(facts, frame=frame)
    if array.frame is not None:
        if names is not None and not array.frame.series:
            known = not array.frame.whole or all(is_constant(one) and one in array.frame.columns for one in names)
            lost = ArrayFacts((array.facts.samples, len(names)), root=root)  # columns that there are not hold NaN
            strange = Table(repeated=tables.repeats(names))
            return tables.columns(run, array, names) if known else ArrayValue(lost, frame=strange)
        made = tables.copied(array)
        shape = (array.facts.samples, 1) if array.frame.series else array.facts.shape
        shape = shape if not bound.given("columns") else None
        made.facts = replace(made.facts, shape=shape, encoding=None, classes=None)
        made.frame = Table(index=array.frame.index) if array.frame.series else made.frame
        return made if plain else ArrayValue(ArrayFacts(root=root), frame=Table(repeated=array.frame.repeated))
    return _of_array(run, array, data, names, root, bound, plain)


def _of_array(
    run: Run, array: ArrayValue, data: Value, names: list[Value] | None, root: int, bound: Arguments, plain: bool
) -> ArrayValue:
    """A table of an array with two axes, or of one column."""
    facts = array.facts
    shape: Shape | None = facts.shape
    if shape is not None and len(shape) > 2:  # its cells are lists
        index = counted(shape[0], root) if plain else None
        return ArrayValue(ArrayFacts(shape[:2], "object", root=root), frame=Table(index=index))
    if shape is not None:
        listed = not isinstance(data, ArrayValue) or bool(data.listed)
        empty = shape == (0,) and listed  # no rows, so no columns but those that are named
        none = 0 if not bound.given("columns") else len(names) if names is not None else None
        shape = (shape[0], none if empty else 1) if len(shape) == 1 else shape if len(shape) == 2 else None
    width = shape[1] if shape is not None else len(names) if names is not None else None
    rows = shape[0] if shape is not None else None
    uniform = isinstance(data, ArrayValue) or facts.dtype == "int64" or _all_floats(data)
    own = facts.root if facts.root is not None else root
    dtype = facts.dtype if uniform and rows != 0 and width != 0 and not bound.given("dtype") else None
    made = replace(facts, shape=(rows, width), root=own, dtype=dtype, encoding=None, classes=None, name=None)
    result = ArrayValue(made, array.exact, Table(index=counted(rows, root) if plain else None), mixed=array.mixed)
    if tables.repeats(names):
        result.frame = Table(index=result.frame and result.frame.index, repeated=True)
    elif names is not None and all(is_constant(name) for name in names):
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


def _turned(rows: Sequence[Value]) -> DictValue:
    """Columns of rows that are dictionaries; what a row leaves out is no number."""
    held = [row for row in rows if isinstance(row, DictValue)]
    keys = dict.fromkeys(key for row in held for key in row.items)
    return DictValue({key: ListValue([row.items.get(key, math.nan) for row in held]) for key in keys})


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
    labelled = bound.given("index") and not bound.given("dtype") and all(one.frame is None for one in held)
    if labelled and None not in arrays.values():  # lists, which stay as they are under the labels that are given
        plain, labels = True, elements(bound["index"])  # lists of labels are those of several levels
        counts = {len(labels) if labels is not None and all(isinstance(one, str | int) for one in labels) else None}
    rows = counts.pop() if len(counts) == 1 and plain else None
    indices = {one.frame.index for one in held if one.frame is not None}
    aligned = plain and (
        not indices or (len(indices) == 1 and None not in indices and all(one.frame is not None for one in held))
    )
    index = (indices.pop() if indices else counted(rows, root)) if aligned and not bound.given("index") else None
    whole = not data.open and plain
    facts = ArrayFacts((rows if aligned else None, None), root=root, origin=origin_of(run, bound.site))
    base = ArrayValue(facts, frame=Table(index=index))

    columns: dict[Value, ArrayValue] = {}
    for key, one in arrays.items():
        if key in spread:
            columns[key] = changes.column_of(run, base, spread[key])
        elif one is None or not aligned or len(one.facts.shape or ()) > 1:  # rows are objects
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
    plain, data = not bound.given("index"), bound["data"]
    if isinstance(data, DictValue) and not data.open and plain and not bound.given("dtype"):  # its keys are the labels
        found = lifted(run, ListValue(list(data.items.values())))
        flat = found is not None and found.exact and found.facts.shape == (len(data.items),)
        facts = found.facts if flat and found is not None else ArrayFacts((len(data.items),))
        return tables.series(replace(facts, root=root))
    if array is None:
        return tables.series(ArrayFacts((None,), root=root))
    if array.facts.shape is not None and len(array.facts.shape) != 1:  # its cells are lists
        return tables.series(ArrayFacts(root=root, steps=(Step("opaque"),)))
    dtype = dtype_name(bound["dtype"]) if bound.given("dtype") else None
    none = array.facts.shape == (0,) and not isinstance(bound["data"], ArrayValue)  # of objects since pandas 2
    own = array.facts.dtype if not none else None
    facts = replace(array.facts, root=array.facts.root if array.facts.root is not None else root, dtype=own)
    made = tables.series(
        facts,
        counted(facts.samples, root)
        if array.frame is None and plain
        else array.frame.index
        if array.frame is not None and plain
        else None,
        exact=array.exact,
        mixed=array.mixed,
        gapless=array.gapless,
    )
    if plain:
        told(made, known(array))
    else:
        made.facts = replace(facts, shape=(None,), dtype=None, low=None, high=None, encoding=None, classes=None)
    made = cast(run, made, dtype, bound.site) if bound.given("dtype") else made
    return view(array, made) if isinstance(bound["data"], ArrayValue) and not array.listed else made


# --- functions --------------------------------------------------------------------------------------------------


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
    if name == "empty" and value.facts.shape is not None and (0 in value.facts.shape or None not in value.facts.shape):
        return 0 in value.facts.shape
    held = frame_attribute(value, name)
    if held is not None:
        return held
    if name in PROPERTIES and name not in frame.columns:
        return Unknown(name, ("attribute", token(value), name))
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
    if name in ("update", "isetitem") or site.value(None, "inplace", default=False) is not False:
        resized = name not in ("update", "isetitem", "where", "mask")
        changes.forgotten(value, rows=resized, width=resized)
    return unknown(run, f"pandas.{name}", site)


#: what tables, columns and indices have that is no method, so that it may be false
PROPERTIES = frozenset(
    {
        *("array", "attrs", "axes", "dtypes", "empty", "flags", "has_duplicates", "hasnans", "is_monotonic_decreasing"),
        *("is_monotonic_increasing", "is_unique", "nbytes", "nlevels", "style"),
    }
)
OTHER_ATTRIBUTES = frozenset(
    {
        "groupby",
        "merge",
        "join",
        "corr",
        "hist",
        "plot",
        "iterrows",
        "itertuples",
        "items",
        "to_csv",
        "value_counts",
        "boxplot",
        "keys",
        "describe",
        "info",
        "agg",
        "aggregate",
        "transform",
        "pivot",
        "pivot_table",
        "melt",
        "stack",
        "unstack",
        "explode",
        "rolling",
        "resample",
        "apply",
        "applymap",
        "to_dict",
        "to_json",
        "to_excel",
        "to_pickle",
        "style",
        "dtypes",
        "empty",
        "axes",
        "attrs",
        "memory_usage",
        "filter",
        "where",
        "mask",
        "eval",
        "idxmax",
        "idxmin",
        "mode",
        "quantile",
        "cov",
        "count",
        "any",
        "all",
        "equals",
        "align",
        "update",
        "combine",
        "combine_first",
        "nlargest",
        "nsmallest",
        "to_string",
        "to_html",
        "to_sql",
        "to_parquet",
        "pipe",
        "squeeze",
        "truncate",
        "str",
        "dt",
    }
)
"""What tables have that is not followed, so that it is no column of theirs."""

ROWS: dict[str, Row] = {
    "DataFrame": Row("data=None, index=None, columns=None, dtype=None, copy=None", data_frame),
    "DataFrame.from_dict": Row(
        "data, orient='columns', dtype=None, columns=None, index=None",
        lambda run, bound: data_frame(run, bound) if not bound.given("orient") else None,
    ),
    "Series": Row("data=None, index=None, dtype=None, name=None, copy=None, fastpath=False", series),
    "get_dummies": Row(
        "data, prefix=None, prefix_sep='_', dummy_na=False, columns=None, sparse=False, drop_first=False, "
        "kind|dtype=None",
        get_dummies,
    ),
    "concat": Row(
        "objs, axis=0, join='outer', ignore_index=False, keys=None, levels=None, names=None, "
        "verify_integrity=False, sort=False, copy=None",
        concat,
    ),
    "factorize": Row("values, sort=False, use_na_sentinel|na_sentinel=True, size_hint=None", factorize),
    "to_numeric": Row("arg, errors='raise', downcast=None, dtype_backend=None", to_numeric),
}
READERS = (
    "read_csv",
    "read_table",
    "read_excel",
    "read_json",
    "read_pickle",
    "read_hdf",
    "read_sql",
    "read_parquet",
    "read_feather",
    "read_fwf",
    "read_sql_query",
    "read_stata",
)
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **handlers("pandas", ROWS),
    **{f"pandas.{name}": read_file for name in READERS},
}
