"""What changes a pandas table in place: columns set, taken out and renamed, `inplace=True`."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import statements, tables
from cnnlint.readers.python.arrays.identity import is_scalar, lifted
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Table, Value, elements, is_constant, is_number


def _becomes(value: ArrayValue, made: ArrayValue) -> None:
    """A table becomes another, under all of its names."""
    for other in value.family or [value]:
        other.facts = replace(made.facts, name=other.facts.name)
        other.frame, other.exact = made.frame, made.exact
        other.mixed, other.gapless, other.statistic = made.mixed, made.gapless, None


def in_place(run: Run, value: ArrayValue, made: ArrayValue) -> None:
    """`df.drop(..., inplace=True)`: the table itself changes, or may."""
    statements.changing(run, value)
    if made.facts.shape == value.facts.shape:  # its values may be other ones, where its memory was lent out
        made = tables.copied(made)
        statements.shared(value)
    if statements.undecided(run, value):
        width = tables.width(value) != tables.width(made)
        forgotten(value, rows=value.facts.samples != made.facts.samples, width=width)
    else:
        _becomes(value, made)


def forgotten(value: ArrayValue, *, rows: bool, width: bool) -> None:
    """Something of a table was changed: its values are not known, nor its number of rows or columns, as is said."""
    facts, frame = value.facts, tables.frame_of(value)
    shape = facts.shape
    if shape is not None:
        shape = (None if rows else shape[0], *((None if width else size) for size in shape[1:]))
    made = facts.with_step(Step("opaque"), shape=shape, dtype=None, low=None, high=None, encoding=None, classes=None)
    index = None if rows else frame.index
    inner = {} if width else {key: tables.unknown_column(made.samples, None, index) for key in frame.columns}
    statements.shared(value)
    kept = replace(frame, columns=dict(inner), whole=frame.whole and not width, index=index)
    _becomes(value, ArrayValue(made, frame=kept))


def column_of(run: Run, value: ArrayValue, other: Value) -> ArrayValue:
    """What a column holds that something is assigned to: it has the rows of its table."""
    frame, samples = tables.frame_of(value), value.facts.samples
    if is_number(other) or isinstance(other, (bool, str)):
        dtype = "bool" if isinstance(other, bool) else "int64" if isinstance(other, int) else "float64"
        level = None if isinstance(other, str) else float(other)
        facts = ArrayFacts((samples,), "str" if isinstance(other, str) else dtype, level, level)
        whole = level is not None and level.is_integer()
        return tables.series(facts, frame.index, exact=level is not None and samples != 0, gapless=whole)
    array = lifted(run, other) if not is_scalar(other) else None
    if array is None:
        return tables.unknown_column(samples, None, frame.index, (Step("opaque"),))
    facts = array.facts
    one = array.frame
    lined_up = one is None or (one.series and one.index == frame.index and one.index is not None)
    if not lined_up or facts.shape is None or len(facts.shape) != 1:
        lost = replace(facts, shape=(samples,), dtype=None, low=None, high=None, encoding=None, classes=None)
        return tables.series(lost, frame.index)
    return tables.series(
        replace(facts, shape=(samples if samples is not None else facts.samples,)),
        frame.index,
        exact=array.exact,
        mixed=array.mixed,
        gapless=array.gapless,
    )


def with_item(run: Run, value: ArrayValue, index: list[Value], other: Value) -> None:
    """`df["x"] = ...`: the table holds another column under this name."""
    statements.changing(run, value)
    frame = tables.frame_of(value)
    key = index[0] if len(index) == 1 else None
    names = elements(key) if not isinstance(key, tuple) else None
    if frame.series or (names is None and (not isinstance(key, (str, int)) or isinstance(key, bool))):
        mask = isinstance(key, ArrayValue) and key.facts.dtype == "bool"
        forgotten(value, rows=frame.series and not mask and not isinstance(key, slice), width=not mask)
        return
    if (names is not None and not all(is_constant(name) for name in names)) or statements.undecided(run, value):
        forgotten(value, rows=False, width=True)
        return
    inner: dict[Value, ArrayValue] = dict(frame.columns)
    count = tables.width(value)
    samples = value.facts.samples
    made = column_of(run, value, other) if names is None else None
    for name in names if names is not None else [key]:
        own = made if made is not None else tables.unknown_column(samples, None, frame.index, (Step("opaque"),))
        if name not in inner:
            count = count + 1 if count is not None and frame.whole else None
        inner[name] = own
    if samples is None and frame.whole and not frame.columns and made is not None:
        samples = made.facts.samples
    facts = value.facts.with_step(
        Step("opaque"), shape=(samples, count), dtype=None, low=None, high=None, encoding=None, classes=None
    )
    _becomes(value, tables.table(facts, inner, frame.whole, frame.index, frame.repeated))


def without_item(run: Run, value: ArrayValue, index: list[Value]) -> None:
    """`del df["x"]`: the table holds no such column any longer."""
    frame, key = tables.frame_of(value), index[0] if len(index) == 1 else None
    if frame.series or not frame.whole or not is_constant(key) or key not in frame.columns:
        statements.changing(run, value)
        forgotten(value, rows=frame.series, width=True)
        return
    in_place(run, value, tables.columns(run, value, [one for one in frame.columns if one != key]))


def with_attribute(run: Run, value: ArrayValue, name: str, other: Value) -> None:
    """`df.column = ...` sets a column that there is; `df.columns = [...]` names them anew."""
    frame = tables.frame_of(value)
    if name == "columns" and not frame.series:
        names = elements(other)
        inner: dict[Value, ArrayValue] = {}
        same = names is not None and frame.whole and len(names) == len(frame.columns)
        if same and names is not None and all(is_constant(one) for one in names):
            inner = dict(zip(names, frame.columns.values(), strict=True))
        repeated = tables.repeats(names)
        same = same and not repeated
        inner = inner if same else {}
        samples = value.facts.samples
        flat = names is not None and not any(elements(one) is not None for one in names)  # others name levels
        facts = replace(value.facts, shape=(samples, len(names) if names is not None and flat else tables.width(value)))
        named = Table(inner, same, index=frame.index, repeated=repeated)
        _becomes(value, ArrayValue(facts, value.exact, named, mixed=value.mixed))
    elif name == "index":
        frame.index = None
    elif name in frame.columns:
        with_item(run, value, [name], other)
    elif not frame.whole:
        forgotten(value, rows=False, width=False)
