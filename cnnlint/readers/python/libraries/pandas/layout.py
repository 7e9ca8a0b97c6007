"""Which rows and columns a pandas table has: what leaves some out, adds some, and calls them otherwise."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays import tables
from cnnlint.readers.python.libraries.pandas.changes import column_of, forgotten, in_place
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    DictValue,
    Table,
    Unknown,
    Value,
    elements,
    is_constant,
    is_number,
    token,
)


def drop(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.drop("a", axis=1)`, `df.drop(columns=...)`, `df.drop(index)`."""
    names, axis, frame = bound["labels"], bound["axis"], tables.frame_of(value)
    if bound.given("columns"):
        names, axis = bound["columns"], 1
    if bound.given("columns") and bound.given("index"):
        return tables.rows(tables.selected(run, value, ("drop", "both"), None, several=True), None)
    if axis not in (1, "columns") or frame.series or bound.given("index"):
        return tables.rows(value, None)
    listed = elements(names)
    dropped = listed if listed is not None else [names]
    known = all(is_constant(one) for one in dropped)
    if frame.whole and known:
        return tables.columns(run, value, [key for key in frame.columns if key not in dropped])
    width = tables.width(value)
    exact = known and not frame.repeated and bound["errors"] == "raise" and len(set(map(repr, dropped))) == len(dropped)
    count = width - len(dropped) if width is not None and exact else None
    made = tables.selected(run, value, ("drop", *(token(one) for one in dropped)), count, several=True)
    kept = {key: tables.copied(one) for key, one in frame.columns.items() if known and key not in dropped}
    made.frame = Table(dict(kept), index=frame.index, repeated=frame.repeated)
    return made


def pop(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.pop("label")`: the column, and a table without it."""
    key, frame = bound["item"], tables.frame_of(value)
    if not is_constant(key) or frame.series:
        forgotten(value, rows=frame.series, width=True)
        return None
    taken = tables.copied(tables.column(run, value, key))
    width = tables.width(value)
    if frame.whole:
        rest = tables.columns(run, value, [one for one in frame.columns if one != key])
    else:
        left = width - 1 if width is not None and not frame.repeated else None
        rest = tables.selected(run, value, ("drop", token(key)), left, several=True)
        inner = {one: tables.copied(held) for one, held in frame.columns.items() if one != key}
        rest.frame = Table(dict(inner), index=frame.index, repeated=frame.repeated)
    in_place(run, value, rest)
    return taken


def insert(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.insert(loc, column, value)`, in place."""
    key, place, frame = bound["column"], bound["loc"], tables.frame_of(value)
    width = tables.width(value)
    made = tables.copied(value)
    made.facts = replace(
        made.facts,
        shape=(value.facts.samples, width + 1 if width is not None else None),
        dtype=None,
        low=None,
        high=None,
        encoding=None,
        classes=None,
    )
    twice = key in frame.columns or bound.given("allow_duplicates")
    if is_constant(key) and isinstance(place, int) and frame.whole and made.frame is not None and not twice:
        inner = list(made.frame.columns.items())
        inner.insert(place, (key, column_of(run, value, bound["value"])))
        made.frame = Table(dict(inner), True, index=frame.index)
        tables.summed_up(made)
    else:
        made.frame = Table(index=frame.index, repeated=frame.repeated or twice)
    in_place(run, value, made)
    return Unknown("None", ("nothing",))


def fewer(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """Methods that leave rows out: which, is not known."""
    return tables.rows(value, None)


def complete(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.dropna()`: rows with something missing are left out; with an axis, it may be columns."""
    return None if bound.given("axis") else tables.rows(value, None)


def sample(run: Run, value: ArrayValue, bound: Arguments) -> Value:
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


def ends(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.head(n=5)`, `df.tail(n=5)`."""
    count, samples = bound["n"], value.facts.samples
    left = min(count, samples) if isinstance(count, int) and count >= 0 and samples is not None else None
    return tables.rows(value, left, every=left is not None and left == samples)


def sorted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """Rows in another order."""
    made = tables.rows(value, value.facts.samples, every=True, kind="shuffle")
    for one in (made, *(made.frame.columns.values() if made.frame is not None else ())):
        one.mixed = False
    return made


def renumbered(run: Run, value: ArrayValue, bound: Arguments) -> Value:
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
    blank = {"dtype": None, "low": None, "high": None, "encoding": None, "classes": None}
    facts = replace(value.facts, shape=(samples, None), **blank)
    return ArrayValue(facts, frame=Table(index=index, repeated=frame.repeated))


def labelled(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.set_index("a")`: a column becomes the labels of the rows."""
    key, width, frame = bound["keys"], tables.width(value), tables.frame_of(value)
    single = isinstance(key, str) and bound["drop"] is True and not bound.given("append")
    if single and frame.whole and key in frame.columns:
        made = tables.columns(run, value, [one for one in frame.columns if one != key])
    else:
        made = tables.copied(value)
        made.facts = replace(
            made.facts,
            shape=(value.facts.samples, width - 1 if single and width else None),
            low=None,
            high=None,
            dtype=None,
        )
        made.frame = Table(repeated=frame.repeated)
    if made.frame is not None:
        made.frame.index = None
        for one in made.frame.columns.values():
            if one.frame is not None:
                one.frame.index = None
    return made


def renamed(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`df.rename(columns={...})`."""
    made, names = tables.copied(value), bound["columns"]
    frame = tables.frame_of(made)
    if frame.series:
        return made
    if bound.given("index") or bound.given("mapper"):
        made.frame = Table(repeated=frame.repeated)
        return made
    if not isinstance(names, DictValue) or names.open:
        made.frame = Table(index=frame.index, repeated=frame.repeated)
        return made
    inner: dict[Value, ArrayValue] = {}
    for key, one in frame.columns.items():
        new = names.items.get(key, key)
        if not is_constant(new) or new in inner:
            made.frame = Table(index=frame.index, repeated=True)
            return made
        inner[new] = one
    made.frame = replace(frame, columns=inner)
    return made


def same(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    return tables.copied(value)
