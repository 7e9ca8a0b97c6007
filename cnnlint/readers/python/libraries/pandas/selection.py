"""Selecting from pandas tables: columns by name and by place, rows by slice and by mask."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import items, shapes, statements, tables
from cnnlint.readers.python.arrays.elements import keep
from cnnlint.readers.python.arrays.elements import known as elements_of
from cnnlint.readers.python.arrays.identity import view
from cnnlint.readers.python.arrays.items import part_of
from cnnlint.readers.python.arrays.shapes import Stretch
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    ArrayValue,
    ListValue,
    Table,
    Unknown,
    Value,
    elements,
    integers,
    is_constant,
    token,
)

#: what `.iloc` and `.loc` are: subscripts by position and by name
LOCATED = "pandas.located"


def item(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`df["x"]`, `df[["x", "y"]]`, `df[mask]`, `df[:100]`; the same of a series."""
    frame = tables.frame_of(value)
    first = index[0] if len(index) == 1 else None
    if isinstance(first, slice):
        return _sliced(run, value, first)
    if isinstance(first, ArrayValue) and first.facts.dtype == "bool":
        if len(first.facts.shape or ()) == 2 and not frame.series:  # what is not chosen is missing
            facts = ArrayFacts(value.facts.shape, root=value.facts.root)
            return ArrayValue(facts, frame=Table(index=frame.index, repeated=frame.repeated))
        return tables.rows(value, None, places=_true(value, first))
    if frame.series:
        return _of_series(value, index)
    names = elements(first)
    if names is not None and not isinstance(first, tuple):
        if names and all(isinstance(one, bool) for one in names):
            return tables.rows(value, None, places=[place for place, one in enumerate(names) if one])
        return tables.columns(run, value, names)
    if is_constant(first) and first is not None:
        return tables.column(run, value, first)
    if isinstance(first, ListValue):  # names that are not all known
        return tables.selected(run, value, ("columns", "unknown", id(first)), None, several=True)
    made = tables.selected(run, value, ("unknown", token(first)), None)
    return ArrayValue(replace(made.facts, shape=None, low=None, high=None), frame=Table())


def _true(value: ArrayValue, mask: ArrayValue) -> list[int] | None:
    """The rows that a mask chooses, where it is known and has one answer for each row of the table, in its order."""
    found = elements_of(mask)
    own = mask.frame is None or (mask.frame.index is not None and mask.frame.index == tables.frame_of(value).index)
    if found is None or not own or found.shape != (value.facts.samples,):
        return None
    return [place for place, one in enumerate(found.items) if one]


def _of_series(value: ArrayValue, index: list[Value]) -> Value:
    """A part of a series: one element, or rows of which the number is not known."""
    first = index[0] if len(index) == 1 else None
    if isinstance(first, (int, str)) or (isinstance(first, Unknown) and items.is_count(first)):
        return Unknown("item", ("item", ("element", value.facts.root), token(first)))
    if isinstance(first, (ListValue, ArrayValue)):
        return tables.rows(value, None)
    return Unknown("item", ("array", "item", value.facts.root, token(first)))


def _sliced(run: Run, value: ArrayValue, part: slice) -> ArrayValue:
    """Rows by a slice of positions."""
    stretch = part_of(run, part)
    if not isinstance(stretch, Stretch):
        return tables.rows(value, None)
    if stretch.whole:
        return view(value, tables.copied(value))
    turned = stretch == Stretch(None, None, -1)
    count, samples = shapes.sliced(value.facts.samples, stretch), value.facts.samples
    places = range(samples)[part] if count is not None and samples is not None else None
    return tables.rows(value, count, every=turned, places=places)


def located(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode, name: str = "iloc") -> Value:
    """`df.iloc[rows, columns]` by position and `df.loc[rows, columns]` by label."""
    part = _located(run, value, index, name)
    if isinstance(part, ArrayValue) and part.frame is not None and part is not value:
        part.frame = replace(part.frame, cut_of=value)
    return part


def _located(run: Run, value: ArrayValue, index: list[Value], name: str) -> Value:
    rows: Value = index[0] if index else slice(None)
    name = {"at": "loc", "iat": "iloc"}.get(name, name)
    if tables.frame_of(value).series:
        part: Value = value
        if len(index) > 1:
            return Unknown("item", ("array", "item", value.facts.root))
    else:
        part = _columns(run, value, index[1], name) if len(index) > 1 else value
    if not isinstance(part, ArrayValue):
        return part
    if isinstance(rows, slice):
        whole = rows == slice(None)
        if name == "iloc" or whole:
            return _sliced(run, part, rows) if not whole or part is value else part
        return tables.rows(part, None)
    mask = isinstance(rows, ArrayValue) and rows.facts.dtype == "bool"
    picked = elements(rows) if isinstance(rows, ListValue) else None
    mask = mask or any(isinstance(one, bool) for one in picked or ())
    if isinstance(rows, (int, str)) and not isinstance(rows, bool):
        return _row(part, unique=name == "iloc")
    if isinstance(rows, (ListValue, ArrayValue)):
        split = rows.facts.split if isinstance(rows, ArrayValue) else None
        positions = rows.facts.samples if isinstance(rows, ArrayValue) and rows.facts.shape is not None else None
        count = None if mask or name != "iloc" else positions if isinstance(rows, ArrayValue) else None
        if picked is not None and name == "iloc" and not mask and all(isinstance(one, int) for one in picked):
            count = len(picked)
        listed = integers(picked) if name == "iloc" and not mask else None
        samples = part.facts.samples
        inside = samples is not None and all(-samples <= one < samples for one in listed or ())
        places = _true(part, rows) if mask and isinstance(rows, ArrayValue) else listed if inside else None
        made = tables.rows(part, count, places=places)
        kept = made.elements
        made.facts = replace(made.facts, split=split or made.facts.split)
        return keep(made, kept) if kept is not None else made
    return Unknown("item", ("array", "item", part.facts.root, token(rows)))


def _row(part: ArrayValue, unique: bool) -> Value:
    """One row: a series of a table's, an element of a series'."""
    if tables.frame_of(part).series:
        return Unknown("item", ("item", ("element", part.facts.root))) if unique else Unknown("item", ("array", "item"))
    shape = (tables.width(part),) if unique else None
    dtype = part.facts.dtype
    low, high = (part.facts.low, part.facts.high) if part.mixed else (None, None)
    made = replace(part.facts, shape=shape, dtype=dtype, low=low, high=high, encoding=None, classes=None, name=None)
    return view(part, ArrayValue(made, frame=Table(series=True)))


def _columns(run: Run, value: ArrayValue, chosen: Value, name: str) -> Value:
    frame = tables.frame_of(value)
    if isinstance(chosen, slice):
        return _stretch(run, value, chosen, name)
    names = elements(chosen) if isinstance(chosen, ListValue) else None
    if names is not None and name == "iloc" and not any(isinstance(one, bool) for one in names):
        keys = list(frame.columns)
        places = [one for one in names if isinstance(one, int) and -len(keys) <= one < len(keys)]
        if frame.whole and len(places) == len(names):
            return tables.columns(run, value, [keys[place] for place in places])
        key = ("places", *(token(one) for one in names))
        return tables.selected(run, value, key, len(names), several=True)
    if names is not None:
        if any(isinstance(one, bool) for one in names):
            return tables.selected(run, value, ("columns", "mask"), None, several=True)
        return tables.columns(run, value, names)
    if isinstance(chosen, str):
        return tables.column(run, value, chosen)
    if isinstance(chosen, int) and not isinstance(chosen, bool):
        return _by_place(run, value, chosen) if name == "iloc" else tables.column(run, value, chosen)
    made = tables.selected(run, value, ("unknown", token(chosen)), None)
    return ArrayValue(replace(made.facts, shape=None), frame=Table())


def _by_place(run: Run, value: ArrayValue, place: int) -> ArrayValue:
    frame = tables.frame_of(value)
    if frame.whole and -len(frame.columns) <= place < len(frame.columns):
        return view(value, tables.copied(list(frame.columns.values())[place]))
    return tables.selected(run, value, ("at", place), None)


def _stretch(run: Run, value: ArrayValue, part: slice, name: str) -> ArrayValue:
    """Columns from one to another: by position, or by name, which includes the last."""
    stretch = part_of(run, part) if name == "iloc" else Stretch("unknown")
    if part == slice(None):
        return view(value, tables.copied(value))
    frame = tables.frame_of(value)
    keys = list(frame.columns)
    if frame.whole and name == "iloc":
        known = all(bound is None or isinstance(bound, int) for bound in (part.start, part.stop, part.step))
        if known and part.step != 0:
            return tables.columns(run, value, keys[part])
    if frame.whole and name == "loc" and part.step is None:
        ends = [keys.index(end) if end in keys else None for end in (part.start, part.stop) if end is not None]
        if None not in ends:
            first = keys.index(part.start) if part.start is not None else 0
            last = keys.index(part.stop) if part.stop is not None else len(keys) - 1
            return tables.columns(run, value, keys[first : last + 1])
    # a file is taken to have the columns that the program takes of it
    count = shapes.sliced(tables.width(value), stretch, value.mixed) if isinstance(stretch, Stretch) else None
    key = (":", *(token(bound) for bound in (part.start, part.stop, part.step)))
    made = tables.selected(run, value, key, count, several=True)
    if isinstance(stretch, Stretch) and frame.columns and not frame.whole:
        made.facts = replace(made.facts, steps=made.facts.steps)
    return made


# --- assignment -------------------------------------------------------------------------------------------------


def assigned(run: Run, value: ArrayValue, index: list[Value], other: Value, name: str) -> None:
    """`df.loc[rows, column] = ...`, `df.iloc[...] = ...`, `df.at[...] = ...`."""
    from cnnlint.readers.python.libraries.pandas import changes

    frame = tables.frame_of(value)
    rows: Value = index[0] if index else slice(None)
    chosen = index[1] if len(index) > 1 else None
    grows = name in ("loc", "at") and not isinstance(rows, slice)
    grows = grows and not (isinstance(rows, ArrayValue) and rows.facts.dtype == "bool")
    key = chosen
    if (
        name in ("iloc", "iat")
        and isinstance(chosen, int)
        and frame.whole
        and -len(frame.columns) <= chosen < 0 + len(frame.columns)
    ):
        key = list(frame.columns)[chosen]
    elif name in ("iloc", "iat"):
        key = None
    if frame.series or not isinstance(key, str):
        changes.forgotten(value, rows=grows, width=not frame.series and chosen is not None and name == "loc")
        return
    unknown = Unknown("assigned in part", ("array", "part"))
    statements.shared(value)
    before = frame.columns.get(key)
    changes.with_item(run, value, [key], other if rows == slice(None) and name == "loc" else unknown)
    after = tables.frame_of(value).columns.get(key)
    if before is not None and after is not None and before.facts.dtype != after.facts.dtype:
        after.facts = replace(after.facts, dtype=None)  # what fits into the column is put into it as it is
        tables.summed_up(value)
    if grows:
        changes.forgotten(value, rows=True, width=False)


__all__ = ["LOCATED", "ArrayFacts", "assigned", "item", "located"]
