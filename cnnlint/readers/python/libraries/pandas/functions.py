"""pandas' functions on tables and columns."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import dtypes, tables
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.arrays.joining import joined, parts_of
from cnnlint.readers.python.libraries.pandas.methods import codes
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    Table,
    Unknown,
    Value,
    is_constant,
)


def counted(count: int | None, root: int | None) -> object:
    """The labels of rows that are numbered from 0."""
    return ("range", count) if count is not None else ("root", root)


def get_dummies(run: Run, bound: Arguments) -> Value:
    """`pd.get_dummies(labels)`: one-hot rows of a column; of a table, columns in the place of its texts."""
    value = bound["data"]
    array = lifted(run, value)
    complete = _complete(array) if array is not None else not _computed(value)
    if array is None:
        array = ArrayValue(ArrayFacts((None,) if _is_column(value) else (None, None), root=fresh_root(run)))
    facts = array.facts
    flat = facts.shape is not None and len(facts.shape) == 1
    index = array.frame.index if array.frame is not None else None
    dtype = dtype_name(bound["kind"])  # bool, and uint8 before pandas 2
    plain = not bound.given("columns", "drop_first", "dummy_na", "sparse")
    if not flat or not plain:
        made = facts.with_step(
            Step("opaque"),
            shape=(facts.samples, None),
            low=None,
            high=None,
            encoding=None,
            classes=None,
            dtype=dtype if flat else None,
        )
        return ArrayValue(made, frame=Table(index=index, repeated=array.frame is not None and array.frame.repeated))
    step = Step("one_hot", None, origin_of(run, bound.site))
    several = (facts.classes or 2) > 1
    made = facts.with_step(
        step,
        shape=(facts.samples, facts.classes),
        low=0.0 if several else None,
        high=1.0,
        # what is missing has a row of zeros
        encoding="one_hot" if complete else None,
        role="labels",
        dtype=dtype,
    )
    return ArrayValue(made, frame=Table(index=index), gapless=facts.classes is not None)


def _computed(value: Value) -> bool:
    """Whether something unknown is a column of what numpy makes of a table, in which values may be missing."""
    of = value.token[1] if _is_column(value) and isinstance(value, Unknown) else None  # type: ignore[index]
    return isinstance(of, tuple) and of[0] == "call" and str(of[1]).startswith("numpy.")


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
    odd = bound.given("keys", "levels", "join")
    frames = [one.frame for one in arrays or () if one.frame is not None]
    flat = [one.facts.shape is None and not (one.frame and one.frame.columns) for one in arrays or ()]
    known = arrays is not None and len(frames) == len(arrays) and not all(flat)
    if axis == 0 and not known and not any(frame.columns for frame in frames):
        return ArrayValue(ArrayFacts(root=fresh_root(run)), frame=Table())  # columns under one another, or tables
    if arrays is None or axis is None or odd or not known:
        wide = axis == 1 or any(frame.columns for frame in frames)
        facts = ArrayFacts((None, None) if wide else None, root=fresh_root(run))
        return ArrayValue(facts, frame=Table(repeated=axis != 0))
    return _under(run, arrays, frames, bound) if axis == 0 else _beside(run, arrays, frames, bound)


def _under(run: Run, arrays: list[ArrayValue], frames: list[Table], bound: Arguments) -> ArrayValue:
    samples = [one.facts.samples for one in arrays]
    rows = sum(one for one in samples if one is not None) if None not in samples else None
    index = counted(rows, fresh_root(run)) if bound["ignore_index"] is True else None
    if all(frame.series for frame in frames):
        made = joined(run, arrays, 0, bound.site)
        made.frame = Table(series=True, index=index)
        return made
    first = list(frames[0].columns)
    alike = all(frame.whole and not frame.series and list(frame.columns) == first for frame in frames)
    if not alike:
        repeated = any(frame.repeated for frame in frames)
        return ArrayValue(ArrayFacts((rows, None), root=fresh_root(run)), frame=Table(index=index, repeated=repeated))
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
