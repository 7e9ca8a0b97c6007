"""Selecting from pandas tables: columns by name and by place, rows by slice and by mask."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from cnnlint.graph import Step
from cnnlint.readers.python.arrays import shapes
from cnnlint.readers.python.arrays.identity import derived_root
from cnnlint.readers.python.arrays.shapes import Stretch
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    ListValue,
    Table,
    Value,
    elements,
    is_constant,
    token,
)


def column(run: Run, value: ArrayValue, key: Value) -> ArrayValue:
    """One column of a table, by name: a source of its own, the same whenever it is selected."""
    assert value.frame is not None
    known = value.frame.columns.get(key)
    if known is not None:
        return known
    return selected(run, value, ("column", key), None)


def column_at(run: Run, value: ArrayValue, place: int) -> ArrayValue:
    return selected(run, value, ("at", place), None)


def selected(run: Run, value: ArrayValue, key: object, count: int | None, table: bool = False) -> ArrayValue:
    """Some columns of a table, or one (a series)."""
    facts = value.facts
    shape = (facts.samples, count) if table else (facts.samples,)
    # the range of the whole is not that of each of its columns
    made = replace(
        facts,
        shape=shape,
        root=derived_root(run, facts.root, key),
        low=None,
        high=None,
        encoding=None,
        classes=None,
        name=None,
        role=None,
    )
    return ArrayValue(made, frame=Table(series=not table))


def columns(run: Run, value: ArrayValue, names: list[Value]) -> ArrayValue:
    """Several columns of a table."""
    assert value.frame is not None
    chosen = [value.frame.columns.get(name) if is_constant(name) else None for name in names]
    made = selected(run, value, ("columns", *(token(name) for name in names)), len(names), table=True)
    known = [array for array in chosen if array is not None]
    facts = made.facts
    if known and len(known) == len(chosen):
        from cnnlint.readers.python.arrays import ranges

        low, high = ranges.joined((array.facts.low, array.facts.high) for array in known)
        facts = replace(
            facts,
            low=low,
            high=high,
            steps=known[0].facts.steps if len({a.facts.steps for a in known}) == 1 else (*facts.steps, Step("opaque")),
        )
    elif any(array.facts.steps != value.facts.steps for array in known):
        facts = facts.with_step(Step("opaque"))
    inner = {name: array for name, array in zip(names, chosen, strict=True) if array is not None and is_constant(name)}
    return ArrayValue(facts, frame=Table(inner, len(inner) == len(names)))


def item(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`df["x"]`, `df[["x", "y"]]`, `df[mask]`, `df[:100]`."""
    assert value.frame is not None
    first = index[0] if len(index) == 1 else None
    names = elements(first)
    if value.frame.series or first is None:
        from cnnlint.readers.python.arrays import items

        bare = ArrayValue(value.facts, value.exact)
        found = items.item(run, bare, index, node)
        return ArrayValue(found.facts, found.exact, Table(series=True)) if isinstance(found, ArrayValue) else found
    if isinstance(first, slice) or (isinstance(first, ArrayValue) and first.facts.dtype == "bool"):
        return rows_of(run, value, first)
    if names is not None:
        return columns(run, value, names)
    if is_constant(first):
        return column(run, value, first)
    if isinstance(first, ListValue):  # names that are not all known
        return selected(run, value, ("columns", "unknown", id(first)), None, table=True)
    key = token(first)
    return ArrayValue(replace(selected(run, value, ("unknown", key), None).facts, shape=None), frame=Table())


def rows_of(run: Run, value: ArrayValue, index: Value) -> ArrayValue:
    """Some rows of a table."""
    facts = value.facts
    count = None
    if isinstance(index, slice):
        from cnnlint.readers.python.arrays.items import part_of

        part = part_of(run, index)
        count = shapes.sliced(facts.samples, part) if isinstance(part, Stretch) else None
    rest = facts.shape[1:] if facts.shape is not None else ()
    step = Step("slice")
    made = replace(facts, shape=(count, *rest), steps=(*facts.steps, step), name=None)
    frame = value.frame
    inner: dict[Value, ArrayValue] = {}
    for key, array in (frame.columns if frame is not None else {}).items():
        one = array.facts
        labelled = one.encoding in ("integer", "binary")
        inner[key] = ArrayValue(
            replace(
                one,
                shape=(count,),
                steps=(*one.steps, step),
                classes=None if labelled else one.classes,
                low=None if array.exact else one.low,
                high=None if array.exact else one.high,
            ),
            frame=Table(series=True),
        )
    return ArrayValue(made, frame=Table(inner, frame is not None and frame.whole, frame is not None and frame.series))


#: what `.iloc` and `.loc` are: subscripts by position and by name
LOCATED = "pandas.located"


def located(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`df.iloc[rows, columns]` and `df.loc[rows, columns]`."""
    rows: Value = index[0] if index else slice(None)
    part = value
    if len(index) > 1:
        chosen = index[1]
        names = elements(chosen)
        if isinstance(chosen, slice):
            part = _stretch(run, value, chosen)
        elif names is not None:
            part = columns(run, value, names)
        elif isinstance(chosen, (str, int)):
            part = column(run, value, chosen) if isinstance(chosen, str) else _by_place(run, value, chosen)
        else:
            part = ArrayValue(
                replace(selected(run, value, ("unknown", token(chosen)), None).facts, shape=None), frame=Table()
            )
    if isinstance(rows, slice) and rows == slice(None):
        return part
    if isinstance(rows, int) and not isinstance(rows, bool):
        return ArrayValue(
            replace(part.facts, shape=part.facts.shape[1:] if part.facts.shape else None), frame=Table(series=True)
        )
    split = rows.facts.split if isinstance(rows, ArrayValue) else None
    made = rows_of(run, part, rows)
    return ArrayValue(replace(made.facts, split=split or made.facts.split), frame=made.frame)


def _by_place(run: Run, value: ArrayValue, place: int) -> ArrayValue:
    frame = value.frame
    if frame is not None and frame.whole and -len(frame.columns) <= place < len(frame.columns):
        return list(frame.columns.values())[place]
    return column_at(run, value, place)


def _stretch(run: Run, value: ArrayValue, part: slice) -> ArrayValue:
    from cnnlint.readers.python.arrays.items import part_of

    stretch = part_of(run, part)
    if isinstance(stretch, Stretch) and stretch.whole:
        return value
    frame, facts = value.frame, value.facts
    if frame is not None and frame.whole and isinstance(stretch, Stretch) and not isinstance(stretch.start, str):
        try:
            names = list(frame.columns)[part]
        except TypeError:
            names = None
        if names:
            return columns(run, value, list(names))
    width = facts.shape[1] if facts.shape is not None and len(facts.shape) > 1 else None
    count = shapes.sliced(width, stretch) if isinstance(stretch, Stretch) else None
    key = (":", *(token(bound) for bound in (part.start, part.stop, part.step)))
    return selected(run, value, key, count, table=True)
