"""The methods of pandas' tables and series, one row each, with the signatures of its reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, labels, ranges, shapes, tables
from cnnlint.readers.python.arrays.arithmetic import compared
from cnnlint.readers.python.arrays.identity import origin_of, view
from cnnlint.readers.python.arrays.methods import cast, dtype_name, number_of
from cnnlint.readers.python.arrays.statistics import NAMES, extreme
from cnnlint.readers.python.libraries.pandas_changes import column_of, in_place
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
    elements,
    is_constant,
    is_number,
    token,
)

Method = Callable[[Run, ArrayValue, Arguments], Value]


def codes(facts: ArrayFacts, step: Step, dtype: str | None) -> ArrayFacts:
    """The facts of class numbers that pandas gives labels; what is missing would be -1."""
    count = facts.classes
    encoding: Encoding = "binary" if count is not None and count <= 2 else "integer"
    return facts.with_step(step, encoding=encoding, dtype=dtype, low=0.0 if count else None, role="labels",
                           high=float(count - 1) if count else None)  # fmt: skip


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


def frame_attribute(value: ArrayValue, name: str) -> Value:
    """`values`, `T` and other attributes that hold the data; None for what is none."""
    frame = tables.frame_of(value)
    if name in ("values", "array"):
        return view(value, ArrayValue(value.facts, value.exact, mixed=value.mixed, gapless=value.gapless))
    if name == "T":
        if frame.series:
            return value
        after = shapes.transposed(value.facts.shape, None)
        step = Step("transpose", before=value.facts.shape, after=after)
        return view(value, ArrayValue(value.facts.with_step(step, shape=after), value.exact, Table()))
    return None


# --- columns and rows -------------------------------------------------------------------------------------------


def _drop(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.drop("a", axis=1)`, `df.drop(columns=...)`, `df.drop(index)`."""
    names, axis, frame = bound["labels"], bound["axis"], tables.frame_of(value)
    if bound.given("columns"):
        names, axis = bound["columns"], 1
    if axis not in (1, "columns") or frame.series or bound.given("index"):
        return tables.rows(value, None)
    listed = elements(names)
    dropped = listed if listed is not None else [names]
    known = all(is_constant(one) for one in dropped)
    if frame.whole and known:
        return tables.columns(run, value, [key for key in frame.columns if key not in dropped])
    width = tables.width(value)
    exact = known and bound["errors"] == "raise" and len(set(map(repr, dropped))) == len(dropped)
    count = width - len(dropped) if width is not None and exact else None
    made = tables.selected(run, value, ("drop", *(token(one) for one in dropped)), count, several=True)
    kept = {key: tables.copied(one) for key, one in frame.columns.items() if known and key not in dropped}
    made.frame = Table(dict(kept), index=frame.index)
    return made


def _pop(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.pop("label")`: the column, and a table without it."""
    key, frame = bound["item"], tables.frame_of(value)
    if not is_constant(key) or frame.series:
        from cnnlint.readers.python.libraries.pandas_changes import forgotten

        forgotten(value, rows=frame.series, width=True)
        return None
    taken = tables.copied(tables.column(run, value, key))
    width = tables.width(value)
    if frame.whole:
        rest = tables.columns(run, value, [one for one in frame.columns if one != key])
    else:
        rest = tables.selected(run, value, ("drop", token(key)), width - 1 if width is not None else None, several=True)
        inner = {one: tables.copied(held) for one, held in frame.columns.items() if one != key}
        rest.frame = Table(dict(inner), index=frame.index)
    in_place(run, value, rest)
    return taken


def _insert(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.insert(loc, column, value)`, in place."""
    key, place, frame = bound["column"], bound["loc"], tables.frame_of(value)
    width = tables.width(value)
    made = tables.copied(value)
    made.facts = replace(made.facts, shape=(value.facts.samples, width + 1 if width is not None else None), dtype=None,
                         low=None, high=None, encoding=None, classes=None)  # fmt: skip
    if is_constant(key) and isinstance(place, int) and frame.whole and made.frame is not None:
        inner = list(made.frame.columns.items())
        inner.insert(place, (key, column_of(run, value, bound["value"])))
        made.frame = Table(dict(inner), True, index=frame.index)
        tables.summed_up(made)
    else:
        made.frame = Table(index=frame.index)
    in_place(run, value, made)
    return Unknown("None", ("nothing",))


def _fewer(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """Methods that leave rows out: which, is not known."""
    return tables.rows(value, None)


def _sample(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.sample(n)`, `df.sample(frac=0.5)`: rows drawn at random."""
    number, share, samples = bound["n"], bound["frac"], value.facts.samples
    count = number if isinstance(number, int) else None
    if number is None and share is None:
        count = 1
    elif share is not None:
        count = round(samples * share) if samples is not None and is_number(share) else None
    if bound.given("axis"):
        return None
    every = count is not None and count == samples and bound["replace"] is False
    return tables.rows(value, count, every=every, kind="shuffle" if every else "slice")


def _ends(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.head(n=5)`, `df.tail(n=5)`."""
    count, samples = bound["n"], value.facts.samples
    left = min(count, samples) if isinstance(count, int) and count >= 0 and samples is not None else None
    return tables.rows(value, left, every=left is not None and left == samples)


def _sorted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """Rows in another order."""
    made = tables.rows(value, value.facts.samples, every=True, kind="shuffle")
    for one in (made, *(made.frame.columns.values() if made.frame is not None else ())):
        one.mixed = False
    return made


def _renumbered(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.reset_index()`: the labels of rows become a column, unless they are dropped."""
    made, samples, frame = tables.copied(value), value.facts.samples, tables.frame_of(value)
    index = ("range", samples) if samples is not None else None
    if bound["drop"] is True and made.frame is not None:
        made.frame.index = index
        for one in made.frame.columns.values():
            if one.frame is not None:
                one.frame.index = index
        return made
    if frame.series:
        return ArrayValue(ArrayFacts((samples, None)), frame=Table(index=index))
    facts = replace(value.facts, shape=(samples, None), dtype=None, low=None, high=None)
    return ArrayValue(facts, frame=Table(index=index))


def _labelled(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.set_index("a")`: a column becomes the labels of the rows."""
    key, width, frame = bound["keys"], tables.width(value), tables.frame_of(value)
    single = isinstance(key, str) and bound["drop"] is True and not bound.given("append")
    if single and frame.whole and key in frame.columns:
        made = tables.columns(run, value, [one for one in frame.columns if one != key])
    else:
        made = tables.copied(value)
        made.facts = replace(made.facts, shape=(value.facts.samples, width - 1 if single and width else None),
                             low=None, high=None, dtype=None)  # fmt: skip
        made.frame = Table()
    if made.frame is not None:
        made.frame.index = None
        for one in made.frame.columns.values():
            if one.frame is not None:
                one.frame.index = None
    return made


def _renamed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.rename(columns={...})`."""
    made, names = tables.copied(value), bound["columns"]
    frame = tables.frame_of(made)
    if frame.series:
        return made
    if bound.given("index") or bound.given("mapper"):
        made.frame = Table()
        return made
    if not isinstance(names, DictValue) or names.open:
        made.frame = Table(index=frame.index)
        return made
    inner: dict[Value, ArrayValue] = {}
    for key, one in frame.columns.items():
        new = names.items.get(key, key)
        if not is_constant(new) or new in inner:
            made.frame = Table(index=frame.index)
            return made
        inner[new] = one
    made.frame = Table(inner, frame.whole, index=frame.index)
    return made


def _same(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    return tables.copied(value)


# --- values -----------------------------------------------------------------------------------------------------


def _other(dtype: str | None = None, shaped: bool = True) -> Method:
    """Other values in the same shape."""

    def method(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        step = Step("opaque", None, origin_of(run, bound.site))
        made = value.facts.with_step(step, low=None, high=None, encoding=None, classes=None, dtype=dtype,
                                     shape=value.facts.shape if shaped else None)  # fmt: skip
        frame = tables.frame_of(value)
        inner = {
            key: tables.unknown_column(one.facts.samples, one.facts.root, frame.index, (*one.facts.steps, step))
            for key, one in frame.columns.items()
        }
        return ArrayValue(made, frame=Table(dict(inner) if shaped else {}, frame.whole and shaped, frame.series,
                                            frame.index))  # fmt: skip

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
        made = facts.with_step(step, low=limits[0], high=limits[1], encoding=None, classes=None,
                               dtype=facts.dtype if known and not mixed else None)  # fmt: skip
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
            made.frame = Table(index=made.frame.index)
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
    bare = ArrayValue(value.facts, value.exact, mixed=value.mixed, gapless=value.gapless)
    if bound.given("dtype"):
        return cast(run, bare, dtype_name(bound["dtype"]), bound.site)
    return view(value, bare)


def _reduced(name: str) -> Method:
    """`df.mean()`: a number for each column; of a series, one."""
    which = NAMES.get(name, name)

    def method(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts, frame, axis = value.facts, tables.frame_of(value), bound["axis"]
        statistic = Statistic(which, facts.root, facts.split)
        if frame.series:
            if which in ("max", "min"):
                return extreme(value, which)
            return Unknown("statistic", ("statistic", statistic))
        across = axis in (1, "columns")
        if not across and axis not in (None, 0, "index"):
            return None
        numeric = facts.dtype in dtypes.NUMERIC or (
            frame.whole and all(one.facts.dtype in dtypes.NUMERIC for one in frame.columns.values())
        )
        count = facts.samples if across else tables.width(value)
        dtype = _reduced_type(which, facts.dtype)
        made = ArrayFacts((count,) if numeric or (across and facts.dtype is None) else (None,), dtype, root=facts.root,
                          split=facts.split, steps=(*facts.steps, Step("opaque")))  # fmt: skip
        each = replace(statistic, each=across)
        return ArrayValue(made, frame=Table(series=True, index=frame.index if across else None), statistic=each)

    return method


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
    if tables.frame_of(value).series:
        return _count(value)
    return ArrayValue(ArrayFacts((tables.width(value),), "int64"), frame=Table(series=True))


def _counts(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`series.value_counts()`."""
    if not tables.frame_of(value).series:
        return None
    return tables.series(ArrayFacts((_count(value),), "int64" if not bound.given("normalize") else "float64"))


def _numeric(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.select_dtypes(include=...)`: which columns, is not known."""
    made = tables.selected(run, value, ("of type", id(bound)), None, several=True)
    made.facts = replace(made.facts, dtype=None)
    return made


def _together(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.corr()`: of each column with each."""
    width = tables.width(value)
    known = value.facts.dtype in dtypes.NUMERIC
    return ArrayValue(ArrayFacts((width, width) if known else None, "float64" if known else None), frame=Table())


REDUCE = "self, axis=None, skipna=True, numeric_only=False, min_count=0, ddof=1"
METHODS: dict[str, Row] = {
    "drop": Row("self, labels=None, axis=0, index=None, columns=None, level=None, inplace=False, errors='raise'",
                _on(_drop, True)),
    "pop": Row("self, item", _on(_pop)),
    "insert": Row("self, loc, column, value, allow_duplicates=False", _on(_insert)),
    "dropna": Row("self, axis=0, how='any', thresh=None, subset=None, inplace=False, ignore_index=False",
                  _on(lambda run, value, bound: None if bound.given("axis") else _fewer(run, value, bound), True)),
    "drop_duplicates": Row("self, subset=None, keep='first', inplace=False, ignore_index=False", _on(_fewer, True)),
    "query": Row("self, expr, inplace=False", _on(_fewer, True)),
    "sample": Row("self, n=None, frac=None, replace=False, weights=None, random_state=None, axis=None, "
                  "ignore_index=False", _on(_sample)),
    "head": Row("self, n=5", _on(_ends)),
    "tail": Row("self, n=5", _on(_ends)),
    "sort_values": Row("self, by=None, axis=0, ascending=True, inplace=False, kind='quicksort', na_position='last', "
                       "ignore_index=False, key=None", _on(_sorted, True)),
    "sort_index": Row("self, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', na_position='last', "
                      "sort_remaining=True, ignore_index=False, key=None", _on(_sorted, True)),
    "reset_index": Row("self, level=None, drop=False, inplace=False, col_level=0, col_fill='', allow_duplicates=False, "
                       "names=None", _on(_renumbered, True)),
    "set_index": Row("self, keys, drop=True, append=False, inplace=False, verify_integrity=False",
                     _on(_labelled, True)),
    "rename": Row("self, mapper=None, index=None, columns=None, axis=None, copy=None, inplace=False, level=None, "
                  "errors='ignore'", _on(_renamed, True)),
    "copy": Row("self, deep=True", _on(_same)),
    "infer_objects": Row("self, copy=None", _on(_other())),
    "fillna": Row("self, value=None, method=None, axis=None, inplace=False, limit=None, downcast=None",
                  _on(_filled, True)),
    **{name: Row("self, axis=None, inplace=False, limit=None, limit_area=None, downcast=None", _on(_filled, True))
       for name in ("ffill", "bfill")},
    "interpolate": Row("self, method='linear', axis=0, limit=None, inplace=False", _on(_other(), True)),
    **{name: Row("self", _on(_tested)) for name in ("isnull", "isna", "notnull", "notna")},
    "clip": Row("self, lower=None, upper=None, axis=None, inplace=False", _on(_clip, True)),
    "map": Row("self, arg|func, na_action=None", _on(_map)),
    "replace": Row("self, to_replace=None, value=None, inplace=False, limit=None, regex=False, method=None",
                   _on(_replace, True)),
    "apply": Row("self, func, axis=0, raw=False, result_type=None, args=(), by_row='compat'", _on(_applied)),
    "applymap": Row("self, func, na_action=None", _on(_other())),
    "abs": Row("self", _on(_other())),
    "round": Row("self, decimals=0", _on(_other())),
    "shift": Row("self, periods=1, freq=None, axis=0, fill_value=None", _on(_other())),
    "diff": Row("self, periods=1, axis=0", _on(_other())),
    "cumsum": Row("self, axis=None, skipna=True", _on(_other())),
    "astype": Row("self, dtype, copy=None, errors='raise'", _on(_astype)),
    "to_numpy": Row("self, dtype=None, copy=False, na_value=None", _on(_array)),
    **{name: Row("self", _on(_array)) for name in ("as_matrix", "tolist", "to_list")},
    **{name: Row(REDUCE, _on(_reduced(name)))
       for name in ("mean", "std", "var", "max", "min", "sum", "median", "prod")},
    "unique": Row("self", _on(_distinct)),
    "nunique": Row("self, axis=0, dropna=True", _on(_different)),
    "value_counts": Row("self, normalize=False, sort=True, ascending=False, bins=None, dropna=True", _on(_counts)),
    "select_dtypes": Row("self, include=None, exclude=None", _on(_numeric)),
    "corr": Row("self, method='pearson', min_periods=1, numeric_only=False", _on(_together)),
}  # fmt: skip
