"""The methods of pandas' tables and series, one row each, with the signatures of its reference."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, elements, labels, ranges, shapes, tables
from cnnlint.readers.python.arrays.comparisons import compared
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.identity import origin_of, view
from cnnlint.readers.python.arrays.lists import listed
from cnnlint.readers.python.arrays.methods import cast, number_of
from cnnlint.readers.python.arrays.statistics import NAMES, extreme
from cnnlint.readers.python.libraries.numpy import elements as numpy_elements
from cnnlint.readers.python.libraries.pandas import layout
from cnnlint.readers.python.libraries.pandas.changes import in_place
from cnnlint.readers.python.libraries.rows import Effect, Row
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    DictValue,
    Statistic,
    Table,
    Unknown,
    Value,
)
from cnnlint.readers.python.values import elements as items_of

Method = Callable[[Run, ArrayValue, Arguments], Value]


def codes(facts: ArrayFacts, step: Step, dtype: str | None) -> ArrayFacts:
    """The facts of class numbers that pandas gives labels; what is missing would be -1."""
    count = facts.classes
    encoding: Encoding = "binary" if count is not None and count <= 2 else "integer"
    return facts.with_step(
        step,
        encoding=encoding,
        dtype=dtype,
        low=0.0 if count else None,
        role="labels",
        high=float(count - 1) if count else None,
    )


def _on(method: Method, changes: bool = False) -> Effect:
    """A method; with `changes` one that may be asked to change the table itself."""

    def effect(run: Run, bound: Arguments) -> Value:
        value = bound["self"]
        if not isinstance(value, ArrayValue):
            return None
        made = method(run, value, bound)
        if changes and bound["inplace"] is not False and isinstance(made, ArrayValue):
            in_place(run, value, made)
            return Unknown("None", ("nothing",))
        return made

    return effect


def _bare(value: ArrayValue) -> ArrayValue:
    """The array in a table or series."""
    made = ArrayValue(value.facts, value.exact, mixed=value.mixed, gapless=value.gapless)
    frame = tables.frame_of(value)
    return elements.carried(value, made) if frame.series else elements.told(made, elements.of_table(value))


def _shared(value: ArrayValue, bare: ArrayValue) -> ArrayValue:
    """The array that is in a table or series: it may lie in the memory of all that these were cut out of."""
    part = value
    while (of := part.frame.cut_of if part.frame is not None else None) is not None:
        for one in tuple(part.memory or (part,)):
            view(of, one)
        part = of
    return view(value, bare)


def frame_attribute(value: ArrayValue, name: str) -> Value:
    """`values`, `T` and other attributes that hold the data; None for what is none."""
    frame = tables.frame_of(value)
    if name in ("values", "array"):
        return _shared(value, _bare(value))
    if name == "T":
        if frame.series:
            return value
        after = shapes.transposed(value.facts.shape, None)
        step = Step("transpose", before=value.facts.shape, after=after)
        turned = Table(repeated=not (isinstance(frame.index, tuple) and frame.index[0] == "range"))
        return view(value, ArrayValue(value.facts.with_step(step, shape=after), value.exact, turned))
    return None


# --- values -----------------------------------------------------------------------------------------------------


def _other(dtype: str | None = None, shaped: bool = True) -> Method:
    """Other values in the same shape."""

    def method(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        if "periods" in bound.defaults and items_of(bound["periods"]) is not None:
            return None  # columns for each of several periods
        step = Step("opaque", None, origin_of(run, bound.site))
        made = value.facts.with_step(
            step,
            low=None,
            high=None,
            encoding=None,
            classes=None,
            dtype=dtype,
            shape=value.facts.shape if shaped else None,
        )
        frame = tables.frame_of(value)
        inner = {
            key: tables.unknown_column(one.facts.samples, one.facts.root, frame.index, one.facts.steps_with(step))
            for key, one in frame.columns.items()
        }
        known = dict(inner) if shaped else {}
        return ArrayValue(made, frame=replace(frame, columns=known, whole=frame.whole and shaped))

    return method


def _filled(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.fillna(0)`: where nothing is missing, the same."""
    known = value.facts.low is not None and value.facts.dtype is not None
    made = tables.copied(value)
    if not known:
        made.facts = replace(made.facts, dtype=None)
    return made


def _tested(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.isnull()` and its kin."""

    def change(one: ArrayValue) -> ArrayValue:
        return ArrayValue(replace(compared(one.facts, None), encoding=None, classes=None))

    facts = change(value).facts
    if tables.frame_of(value).series:
        return tables.series(facts, tables.frame_of(value).index)
    facts = facts if tables.width(value) else replace(facts, dtype=None)  # a table without columns has no type
    return tables.changed(value, change, facts)


def _clip(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.clip(lower, upper)`."""
    low, high = number_of(bound["lower"]), number_of(bound["upper"])
    known = [low, high] == [bound["lower"], bound["upper"]]

    def change(one: ArrayValue) -> ArrayValue:
        facts = one.facts
        limits = ranges.clipped((facts.low, facts.high), low, high) if known else ranges.NOTHING
        mixed = any(isinstance(limit, float) for limit in (low, high)) and facts.dtype in dtypes.WHOLE
        step = Step("clip", None, origin_of(run, bound.site))
        made = facts.with_step(
            step,
            low=limits[0],
            high=limits[1],
            encoding=None,
            classes=None,
            dtype=facts.dtype if known and not mixed else None,
        )
        return ArrayValue(made, mixed=one.mixed)

    if tables.frame_of(value).series:
        made = change(value)
        made.frame = Table(series=True, index=tables.frame_of(value).index)
        return made
    return tables.changed(value, change, change(value).facts)


def _map(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.map({"cat": 0, "dog": 1})`."""
    table = bound["arg"]
    frame = tables.frame_of(value)
    if isinstance(table, DictValue) and frame.series:
        made = labels.mapped(run, value, table, bound.site)
        made.frame = Table(series=True, index=frame.index)
        return made
    return _other()(run, value, bound)


def _replace(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.replace({...})`: labels that are not in the table stay as they are."""
    table = bound["to_replace"]
    frame = tables.frame_of(value)
    unknown = value.facts.classes is None and value.facts.dtype is None
    if isinstance(table, DictValue) and frame.series and unknown and all(isinstance(key, str) for key in table.items):
        made = labels.mapped(run, value, table, bound.site)
        made.frame = Table(series=True, index=frame.index)
        return made
    return _other()(run, value, bound)


def _applied(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    return _other(shaped=False)(run, value, bound)


def _astype(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.astype(dtype)`, `df.astype({"a": int})`."""
    given = bound["dtype"]
    if given == "category" or isinstance(given, DictValue):
        made = tables.copied(value)
        made.facts = replace(made.facts, dtype=None)
        if isinstance(given, DictValue) and made.frame is not None:
            made.frame = Table(index=made.frame.index, repeated=made.frame.repeated)
        return made
    name = dtype_name(given)
    frame = tables.frame_of(value)
    made = cast(run, value, name, bound.site)
    if frame.series:
        made.frame = Table(series=True, index=frame.index)
        return made
    return tables.changed(value, lambda one: cast(run, one, name, bound.site), made.facts)


def _array(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.to_numpy(dtype=None)`."""
    bare = _bare(value)
    if bound.given("dtype"):
        return cast(run, bare, dtype_name(bound["dtype"]), bound.site)
    return _shared(value, bare)


def _reduced(name: str) -> Method:
    """`df.mean()`: a number for each column; of a series, one."""
    which = NAMES.get(name, name)

    def method(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts, frame, axis = value.facts, tables.frame_of(value), bound["axis"]
        statistic = Statistic(which, facts.root, facts.split)
        if frame.series:
            if which in ("max", "min"):
                return extreme(value, which)
            if name in ("mean", "sum", "median", "prod") and len(bound.bound) == 1 and facts.dtype in SURE:
                statistic = replace(statistic, number=numpy_elements.number(name, value))
            return Unknown("statistic", ("statistic", statistic))
        across = axis in (1, "columns")
        if not across and axis not in (None, 0, "index"):
            return None
        numeric = facts.dtype in dtypes.NUMERIC or (
            frame.whole and all(one.facts.dtype in dtypes.NUMERIC for one in frame.columns.values())
        )
        count = facts.samples if across else tables.width(value)
        dtype = _reduced_type(which, facts.dtype)
        made = ArrayFacts(
            (count,) if numeric or (across and facts.dtype is None) else (None,),
            dtype,
            root=facts.root,
            split=facts.split,
            steps=facts.steps_with(Step("opaque")),
        )
        each = replace(statistic, each=across)
        return ArrayValue(made, frame=Table(series=True, index=frame.index if across else None), statistic=each)

    return method


SURE = ("int64", "float64")
"""Types of which a statistic is a number that behaves as Python's."""


def _reduced_type(which: str, dtype: str | None) -> str | None:
    if which in ("max", "min"):
        return dtype if dtype != "bool" else None
    if which in ("sum", "product"):
        return dtypes.summed(dtype)
    return dtypes.averaged(dtype)


def _distinct(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.unique()`: as many as there are classes."""
    facts = value.facts
    return ArrayValue(ArrayFacts((_count(value),), facts.dtype, facts.low, facts.high, root=facts.root), value.exact)


def _count(value: ArrayValue) -> int | None:
    facts = value.facts
    if value.gapless and facts.low is not None and facts.high is not None:
        return int(facts.high - facts.low) + 1
    constant = value.exact and facts.low is not None and facts.low == facts.high
    return facts.classes if facts.classes is not None else 1 if constant else None


def _different(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.nunique()`, `df.nunique()`."""
    if bound.given("axis"):
        return None
    if tables.frame_of(value).series:
        return _count(value)
    return ArrayValue(ArrayFacts((tables.width(value),), "int64"), frame=Table(series=True))


def _counts(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.value_counts()`."""
    if not tables.frame_of(value).series:
        return None
    count = None if bound.given("bins") else _count(value)
    return tables.series(ArrayFacts((count,), "int64" if not bound.given("normalize") else "float64"))


def _numeric(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.select_dtypes(include=...)`: which columns, is not known."""
    made = tables.selected(run, value, ("of type", id(bound)), None, several=True)
    made.facts = replace(made.facts, dtype=None)
    return made


def _together(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.corr()`: of each column with each."""
    width = tables.width(value)
    known = value.facts.dtype in dtypes.NUMERIC
    return ArrayValue(
        ArrayFacts((width, width) if known else None, "float64" if known else None),
        frame=Table(repeated=tables.frame_of(value).repeated),
    )


REDUCE = "self, axis=None, skipna=True, numeric_only=False, min_count=0, ddof=1"
METHODS: dict[str, Row] = {
    "drop": Row(
        "self, labels=None, axis=0, index=None, columns=None, level=None, inplace=False, errors='raise'",
        _on(layout.drop, True),
    ),
    "pop": Row("self, item", _on(layout.pop)),
    "insert": Row("self, loc, column, value, allow_duplicates=False", _on(layout.insert)),
    "dropna": Row(
        "self, axis=0, how='any', thresh=None, subset=None, inplace=False, ignore_index=False",
        _on(layout.complete, True),
    ),
    "drop_duplicates": Row(
        "self, subset=None, keep='first', inplace=False, ignore_index=False", _on(layout.fewer, True)
    ),
    "query": Row("self, expr, inplace=False", _on(layout.fewer, True)),
    "sample": Row(
        "self, n=None, frac=None, replace=False, weights=None, random_state=None, axis=None, ignore_index=False",
        _on(layout.sample),
    ),
    "head": Row("self, n=5", _on(layout.ends)),
    "tail": Row("self, n=5", _on(layout.ends)),
    "sort_values": Row(
        "self, by=None, axis=0, ascending=True, inplace=False, kind='quicksort', na_position='last', "
        "ignore_index=False, key=None",
        _on(layout.sorted, True),
    ),
    "sort_index": Row(
        "self, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', na_position='last', "
        "sort_remaining=True, ignore_index=False, key=None",
        _on(layout.sorted, True),
    ),
    "reset_index": Row(
        "self, level=None, drop=False, inplace=False, col_level=0, col_fill='', allow_duplicates=False, names=None",
        _on(layout.renumbered, True),
    ),
    "set_index": Row(
        "self, keys, drop=True, append=False, inplace=False, verify_integrity=False", _on(layout.labelled, True)
    ),
    "rename": Row(
        "self, mapper=None, index=None, columns=None, axis=None, copy=None, inplace=False, level=None, errors='ignore'",
        _on(layout.renamed, True),
    ),
    "copy": Row("self, deep=True", _on(layout.same)),
    "infer_objects": Row("self, copy=None", _on(_other())),
    "fillna": Row(
        "self, value=None, method=None, axis=None, inplace=False, limit=None, downcast=None", _on(_filled, True)
    ),
    **{
        name: Row("self, axis=None, inplace=False, limit=None, limit_area=None, downcast=None", _on(_filled, True))
        for name in ("ffill", "bfill")
    },
    "interpolate": Row("self, method='linear', axis=0, limit=None, inplace=False", _on(_other(), True)),
    **{name: Row("self", _on(_tested)) for name in ("isnull", "isna", "notnull", "notna")},
    "clip": Row("self, lower=None, upper=None, axis=None, inplace=False", _on(_clip, True)),
    "map": Row("self, arg|func, na_action=None", _on(_map)),
    "replace": Row(
        "self, to_replace=None, value=None, inplace=False, limit=None, regex=False, method=None", _on(_replace, True)
    ),
    "apply": Row("self, func, axis=0, raw=False, result_type=None, args=(), by_row='compat'", _on(_applied)),
    "applymap": Row("self, func, na_action=None", _on(_other())),
    "abs": Row("self", _on(_other())),
    "round": Row("self, decimals=0", _on(_other())),
    "shift": Row("self, periods=1, freq=None, axis=0, fill_value=None", _on(_other())),
    "diff": Row("self, periods=1, axis=0", _on(_other())),
    "cumsum": Row("self, axis=None, skipna=True", _on(_other())),
    "astype": Row("self, dtype, copy=None, errors='raise'", _on(_astype)),
    "to_numpy": Row("self, dtype=None, copy=False, na_value=None", _on(_array)),
    "as_matrix": Row("self", _on(_array)),
    **{name: Row("self", _on(lambda run, value, bound: listed(value))) for name in ("tolist", "to_list")},
    **{
        name: Row(REDUCE, _on(_reduced(name))) for name in ("mean", "std", "var", "max", "min", "sum", "median", "prod")
    },
    "unique": Row("self", _on(_distinct)),
    "nunique": Row("self, axis=0, dropna=True", _on(_different)),
    "value_counts": Row("self, normalize=False, sort=True, ascending=False, bins=None, dropna=True", _on(_counts)),
    "select_dtypes": Row("self, include=None, exclude=None", _on(_numeric)),
    "corr": Row("self, method='pearson', min_periods=1, numeric_only=False", _on(_together)),
}
