"""pandas: tables and columns. Most hold what a file says, but what is selected from what is known all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import arithmetic, joining, labels, statistics
from cnnlint.readers.python.arrays.identity import derived_root, fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.methods import cast, dtype_name
from cnnlint.readers.python.libraries.pandas_selection import LOCATED, column, column_at, columns, rows_of, selected
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    FunctionValue,
    ListValue,
    ObjectValue,
    Table,
    Unknown,
    Value,
    elements,
    is_constant,
    token,
)

Handler = Callable[[Run, CallSite], Value]


# --- making -----------------------------------------------------------------------------------------------------


def read_file(run: Run, site: CallSite) -> Value:
    """`pd.read_csv(path)`: a table of unknown columns."""
    path = site.value(0, "filepath_or_buffer", "io", "path")
    facts = ArrayFacts((None, None), source=path if isinstance(path, str) else None, root=fresh_root(run),
                       origin=origin_of(run, site))  # fmt: skip
    return ArrayValue(facts, frame=Table())


def data_frame(run: Run, site: CallSite) -> Value:
    """`pd.DataFrame(data, columns=...)`: of a dictionary of columns, of rows, or of an array."""
    data = site.value(0, "data", default=None)
    origin, root = origin_of(run, site), fresh_root(run)
    if isinstance(data, DictValue):
        columns: dict[Value, ArrayValue] = {}
        for key, value in data.items.items():
            array = lifted(run, value)
            facts = array.facts if array is not None else ArrayFacts((None,))
            own = facts.root if facts.root is not None else derived_root(run, root, ("column", key))
            columns[key] = ArrayValue(replace(facts, root=own), array is not None and array.exact, Table(series=True))
        counts = {column.facts.samples for column in columns.values()}
        rows = counts.pop() if len(counts) == 1 else None
        facts = ArrayFacts((rows, len(columns) if not data.open else None), root=root, origin=origin)
        return ArrayValue(facts, frame=Table(columns, not data.open))
    array = lifted(run, data)
    if array is None:
        return ArrayValue(ArrayFacts((None, None), root=root, origin=origin), frame=Table())
    facts = replace(array.facts, root=array.facts.root if array.facts.root is not None else root)
    names = elements(site.value(1 if "index" in site.keywords else 2, "columns", default=None))
    made = ArrayValue(facts, array.exact, Table())
    if names is not None and facts.shape is not None and len(facts.shape) == 2 and made.frame is not None:
        for place, name in enumerate(names):
            if is_constant(name):
                made.frame.columns[name] = column_at(run, made, place)
        made.frame.whole = True
    return made


def series(run: Run, site: CallSite) -> Value:
    """`pd.Series(data)`."""
    array = lifted(run, site.value(0, "data"))
    if array is None:
        return ArrayValue(ArrayFacts((None,), root=fresh_root(run)), frame=Table(series=True))
    return ArrayValue(array.facts, array.exact, Table(series=True))


def get_dummies(run: Run, site: CallSite) -> Value:
    """`pd.get_dummies(labels)`: one-hot rows of a column; of a table, columns in the place of its texts."""
    value = site.value(0, "data")
    array = lifted(run, value)
    if array is None:
        array = ArrayValue(ArrayFacts((None,) if _is_column(value) else (None, None), root=fresh_root(run)))
    facts = array.facts
    flat = facts.shape is not None and len(facts.shape) == 1
    step = Step("one_hot", None, origin_of(run, site))
    if not flat or "columns" in site.keywords or site.value(None, "drop_first", default=False) is not False:
        shape = (facts.samples, None)
        return ArrayValue(
            facts.with_step(Step("opaque"), shape=shape, low=None, high=None, encoding=None, classes=None),
            frame=Table(),
        )
    return ArrayValue(facts.with_step(step, shape=(facts.samples, facts.classes), low=0.0, high=1.0, encoding="one_hot",
                                      role="labels", dtype="bool"), frame=Table())  # fmt: skip


def _is_column(value: Value) -> bool:
    """Whether something unknown is one column of a table: `frame["label"]`."""
    found = value.token if isinstance(value, Unknown) else None
    if not isinstance(found, tuple) or len(found) != 3 or found[0] != "item" or not isinstance(found[2], tuple):
        return False
    return len(found[2]) == 1 and isinstance(found[2][0], str) and found[2][0][:1] in "'\""


def concat(run: Run, site: CallSite) -> Value:
    """`pd.concat([a, b], axis)`."""
    arrays = joining.parts_of(run, site.value(0, "objs"))
    axis = site.value(1, "axis", default=0)
    if arrays is None:
        return ArrayValue(ArrayFacts((None, None), root=fresh_root(run)), frame=Table())
    place = {"index": 0, "columns": 1, 0: 0, 1: 1}.get(axis) if isinstance(axis, (str, int)) else None
    made = joining.joined(run, arrays, place, site)
    return ArrayValue(
        made.facts, frame=Table(series=all(a.frame is not None and a.frame.series for a in arrays) and place == 0)
    )


def factorize(run: Run, site: CallSite) -> Value:
    """`pd.factorize(labels)`: class numbers and the classes."""
    array = lifted(run, site.value(0, "values"))
    facts = array.facts if array is not None else ArrayFacts((None,))
    codes = _codes(facts, Step("encode", None, origin_of(run, site)))
    return (ArrayValue(codes), ArrayValue(ArrayFacts((facts.classes,))))


def _codes(facts: ArrayFacts, step: Step) -> ArrayFacts:
    classes = facts.classes
    return facts.with_step(
        step,
        encoding="binary" if classes == 2 else "integer",
        dtype="int64",
        low=0.0,
        role="labels",
        high=float(classes - 1) if classes else None,
    )


def to_array(run: Run, site: CallSite) -> Value:
    """`pd.to_numeric(series)`: the same values."""
    return lifted(run, site.value(0, "arg")) or Unknown("to_numeric()")


# --- attributes and methods -------------------------------------------------------------------------------------


def attribute(run: Run, value: ArrayValue, name: str) -> Value | None:
    """What a table or column has that an array has not; None to look it up as an array's."""
    frame = value.frame
    assert frame is not None
    if name in ("iloc", "loc", "ix"):
        return ObjectValue(LOCATED, CallSite(None), {"table": value})
    if name == "columns":
        if frame.whole:
            return ListValue(list(frame.columns))
        return Unknown("columns", ("columns", value.facts.root))
    if name == "index":
        return ArrayValue(ArrayFacts((value.facts.samples,)))
    if name == "cat":
        return ObjectValue(
            "pandas.cat", CallSite(None), {"codes": ArrayValue(_codes(value.facts, Step("encode")), frame=frame)}
        )
    if name in ("str", "dt", "plot"):
        return Unknown(name, ("attribute", value.facts.root, name))
    method = METHODS.get(name)
    if method is not None:
        return Native(name, lambda run, site: method(run, value, site))
    if name in statistics.NAMES and not frame.series:
        return Native(name, lambda run, site: statistics.reduce(run, value, name, site))
    known = frame.columns.get(name)
    if known is not None:
        return known
    return None if frame.series or name in ARRAY_ATTRIBUTES else column(run, value, name)


ARRAY_ATTRIBUTES = frozenset(
    {
        "shape",
        "size",
        "ndim",
        "T",
        "values",
        "array",
        "dtype",
        "dtypes",
        "reshape",
        "astype",
        "to_numpy",
        "as_matrix",
        "tolist",
        "copy",
        "mean",
        "std",
        "max",
        "min",
        "sum",
        "var",
        "median",
        "argmax",
        "clip",
        "round",
        "dot",
        "transpose",
        "head",
        "describe",
        "info",
        "groupby",
        "isnull",
        "isna",
        "notnull",
        "corr",
        "hist",
        "plot",
        "iterrows",
        "itertuples",
        "items",
        "to_csv",
        "nunique",
        "unique",
        "value_counts",
        "set_index",
        "boxplot",
        "keys",
        "apply",
        "merge",
        "join",
    }
)
Method = Callable[[Run, ArrayValue, CallSite], Value]


def _drop(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`df.drop(columns=...)`; with `inplace=True` the table itself changes."""
    names = site.value(0, "labels", default=None)
    axis = site.value(1, "axis", default=0)
    if "columns" in site.keywords:
        names, axis = site.keywords["columns"].value, 1
    dropped = elements(names)
    dropped = dropped if dropped is not None else [names]
    if axis in (1, "columns"):
        frame = value.frame
        if frame is not None and frame.whole and all(is_constant(one) for one in dropped):
            made = columns(run, value, [key for key in frame.columns if key not in dropped])
        else:
            width = value.facts.shape[1] if value.facts.shape is not None and len(value.facts.shape) > 1 else None
            count = width - len(dropped) if width is not None and elements(names) is not None else None
            made = selected(run, value, ("drop", *(token(one) for one in dropped)), count, table=True)
            kept = {key: one for key, one in (frame.columns if frame is not None else {}).items() if key not in dropped}
            made = ArrayValue(made.facts, frame=Table(kept))
    else:
        made = rows_of(run, value, None)
    return _in_place(value, made, site)


def _in_place(value: ArrayValue, made: ArrayValue, site: CallSite) -> Value:
    if site.value(None, "inplace", default=False) is False:
        return made
    value.facts, value.frame = replace(made.facts, name=value.facts.name), made.frame
    return None


def _pop(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`df.pop("label")`: the column, and a table without it."""
    key = site.value(0, "item")
    if not is_constant(key):
        return Unknown("pop()")
    taken = column(run, value, key)
    rest = _drop(run, value, CallSite(None, [], {"columns": site.positional[0]})) if site.positional else value
    if isinstance(rest, ArrayValue):
        value.facts, value.frame = replace(rest.facts, name=value.facts.name), rest.frame
    return taken


def _kept(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """Methods that change which rows there are, or what they are called, but not what is in them."""
    return _in_place(value, rows_of(run, value, None), site)


def _same(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return _in_place(value, ArrayValue(replace(value.facts, name=None), value.exact, value.frame), site)


def _changed(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """Methods that may change any value: replace, apply, fillna."""
    frame = Table(series=value.frame.series) if value.frame is not None else Table()
    made = ArrayValue(arithmetic.unknown(value.facts, origin_of(run, site)), frame=frame)
    return _in_place(value, made, site)


def _map(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`series.map(table)`, `series.replace(table)`, `series.apply(function)`."""
    table = site.value(0, "arg", "to_replace", "func")
    if isinstance(table, DictValue) and value.frame is not None and value.frame.series:
        return labels.mapped(run, value, table, site)
    if isinstance(table, FunctionValue):
        return _changed(run, value, site)
    return _changed(run, value, site)


def _astype(run: Run, value: ArrayValue, site: CallSite) -> Value:
    name = dtype_name(site.value(0, "dtype"))
    return cast(run, value, name if name != "category" else None, site)


def _head(run: Run, value: ArrayValue, site: CallSite) -> Value:
    count = site.value(0, "n", default=None)
    return rows_of(run, value, slice(None, count, None) if isinstance(count, int) else None)


METHODS: dict[str, Method] = {
    "drop": _drop,
    "pop": _pop,
    "dropna": _kept,
    "drop_duplicates": _kept,
    "sample": _kept,
    "sort_values": _same,
    "sort_index": _same,
    "reset_index": _same,
    "rename": _same,
    "head": _head,
    "tail": _head,
    "copy": _same,
    "fillna": _same,
    "interpolate": _changed,
    "applymap": _changed,
    "apply": _map,
    "map": _map,
    "replace": _map,
    "astype": _astype,
    "query": _kept,
    "shuffle": _same,
    "infer_objects": _same,
    "ffill": _same,
    "bfill": _same,
    "set_index": _same,
    "select_dtypes": _changed,
}


def with_item(run: Run, value: ArrayValue, index: list[Value], other: Value) -> None:
    """`df["x"] = ...`: the table holds another column under this name."""
    assert value.frame is not None
    key = index[0] if len(index) == 1 else None
    names = elements(key)
    array = lifted(run, other)
    if value.frame.series or (not is_constant(key) and names is None):
        value.facts = replace(value.facts.with_step(Step("opaque")), low=None, high=None, encoding=None, classes=None)
        value.frame = Table(series=value.frame.series)
        return
    for name in names if names is not None else [key]:
        facts = array.facts if array is not None else ArrayFacts((value.facts.samples,), steps=(Step("opaque"),))
        if names is not None or (facts.shape is not None and len(facts.shape) != 1):
            facts = replace(facts, shape=(value.facts.samples,), low=None, high=None)
        if is_constant(name):
            value.frame.columns[name] = ArrayValue(facts, array is not None and array.exact, Table(series=True))
    value.facts = replace(value.facts.with_step(Step("opaque")), low=None, high=None)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{f"pandas.{name}": read_file for name in (
        "read_csv", "read_table", "read_excel", "read_json", "read_pickle", "read_hdf", "read_sql", "read_parquet",
        "read_feather", "read_fwf", "read_sql_query", "read_stata")},
    "pandas.DataFrame": data_frame, "pandas.DataFrame.from_dict": data_frame, "pandas.Series": series,
    "pandas.get_dummies": get_dummies, "pandas.concat": concat, "pandas.factorize": factorize,
    "pandas.to_numeric": to_array,
}  # fmt: skip
