"""Tables of named columns: what is known of the whole from its columns, and of columns and rows from the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import elements, ranges
from cnnlint.readers.python.arrays.identity import derived_root, view
from cnnlint.readers.python.arrays.items import enough
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Table, Value, birth, is_constant, token

#: tables of more columns are not followed column by column
WIDEST = 256


def frame_of(value: ArrayValue) -> Table:
    """The frame of a table or series."""
    assert value.frame is not None
    return value.frame


def width(value: ArrayValue) -> int | None:
    """How many columns a table has."""
    shape = value.facts.shape
    return shape[1] if shape is not None and len(shape) == 2 else None


def series(
    facts: ArrayFacts, index: object = None, *, exact: bool = False, mixed: bool = False, gapless: bool = False
) -> ArrayValue:
    """A column."""
    return ArrayValue(facts, exact, Table(series=True, index=index), mixed=mixed, gapless=gapless)


def table(
    facts: ArrayFacts,
    columns: dict[Value, ArrayValue],
    whole: bool,
    index: object = None,
    repeated: bool = False,
) -> ArrayValue:
    """A table; where all of its columns are known, its range and type are theirs."""
    made = ArrayValue(facts, frame=Table(columns, whole, index=index, repeated=repeated))
    return summed_up(made)


def summed_up(value: ArrayValue) -> ArrayValue:
    """Work out the facts of a table of which every column is known, from these; the value itself changes."""
    frame = frame_of(value)
    held = list(frame.columns.values())
    if not frame.whole or frame.series:
        return value
    facts = [one.facts for one in held]
    low, high = ranges.joined((one.low, one.high) for one in facts)
    kinds = {one.dtype for one in facts}
    steps = {one.steps for one in facts}
    value.exact, value.mixed, value.gapless = all(one.exact for one in held) and bool(held), False, False
    value.facts = replace(
        value.facts,
        shape=(value.facts.samples, len(held)),
        low=low,
        high=high,
        encoding=None,
        classes=None,
        dtype=kinds.pop() if len(kinds) == 1 else None,
        steps=steps.pop() if len(steps) == 1 else (*value.facts.steps[:0], Step("opaque")),
    )
    return value


def unknown_column(rows: int | None, root: int | None, index: object, steps: tuple[Step, ...] = ()) -> ArrayValue:
    """A column of which no more is known than its length."""
    return series(ArrayFacts((rows,), root=root, steps=steps), index)


# --- columns ----------------------------------------------------------------------------------------------------


def column(run: Run, value: ArrayValue, key: Value) -> ArrayValue:
    """One column of a table, by name: a source of its own, the same whenever it is selected.

    What is done to it in place was done to the table before pandas 3, and is not since.
    """
    known = frame_of(value).columns.get(key)
    if known is not None and not frame_of(value).repeated:
        return view(value, copied(known))
    if frame_of(value).repeated:
        return ArrayValue(ArrayFacts(root=derived_root(run, value.facts.root, ("column", key))), frame=Table())
    return selected(run, value, ("column", key), None)


def selected(run: Run, value: ArrayValue, key: object, count: int | None, several: bool = False) -> ArrayValue:
    """Some columns of a table, or one (a series)."""
    facts, frame = value.facts, frame_of(value)
    constant = value.exact and facts.low is not None and facts.low == facts.high
    low, high = (facts.low, facts.high) if constant or value.mixed else (None, None)
    made = replace(
        facts,
        # of what may be a column itself, an element
        shape=None if facts.shape is None else (facts.samples, count) if several else (facts.samples,),
        dtype=facts.dtype if count or value.mixed or not several else None,  # a table without columns has none
        root=derived_root(run, facts.root, key),
        low=low,
        high=high,
        encoding=None,
        classes=None,
        name=None,
        role=None,
    )
    result = ArrayValue(
        made, constant, Table(series=not several, index=frame.index, repeated=frame.repeated), mixed=value.mixed
    )
    return view(value, result)


def nth(value: ArrayValue, made: ArrayValue, place: int) -> ArrayValue:
    """A column that was selected from a table, with its elements where those of the table are known."""
    found = elements.known(value)
    if found is None or len(found.shape) > 2 or place >= (*found.shape, 1)[1]:
        return made
    one = elements.chosen(found, 1, [place]) if len(found.shape) == 2 else found
    return elements.told(made, elements.reshaped(one, one.shape[:1]))


def repeats(names: Sequence[Value] | None) -> bool:
    """Whether one of some names of columns comes up twice."""
    return names is not None and len(set(map(token, names))) < len(names)


def columns(run: Run, value: ArrayValue, names: list[Value]) -> ArrayValue:
    """Several columns of a table, a copy."""
    frame = frame_of(value)
    chosen = {name: frame.columns.get(name) for name in names if is_constant(name)}
    held = {name: one for name, one in chosen.items() if one is not None}
    count = None if frame.repeated else len(names)
    made = selected(run, value, ("columns", *(token(name) for name in names)), count, several=True)
    repeated = frame.repeated or repeats(names)
    whole = len(held) == len(names) and not repeated
    if not whole and any(one.facts.steps != value.facts.steps for one in held.values()):
        made.facts = made.facts.with_step(Step("opaque"))
    own: dict[Value, ArrayValue] = {name: copied(one) for name, one in held.items()}
    made.frame = Table(own, whole, index=frame.index, repeated=repeated)
    return summed_up(made)


def copied(value: ArrayValue) -> ArrayValue:
    """A table, series or array of its own, with what is known of it."""
    frame = value.frame
    own = None
    if frame is not None:
        inner: dict[Value, ArrayValue] = {key: copied(one) for key, one in frame.columns.items()}
        own = replace(frame, columns=inner)
    made = ArrayValue(value.facts, value.exact, own, value.statistic, mixed=value.mixed, gapless=value.gapless)
    made.listed, made.tensor = value.listed, value.tensor
    return elements.carried(value, made)


def changed(value: ArrayValue, change: Callable[[ArrayValue], ArrayValue], facts: ArrayFacts) -> ArrayValue:
    """A table with something done to each of its columns; `facts` are those of the whole."""
    frame = frame_of(value)
    inner: dict[Value, ArrayValue] = {}
    for key, one in frame.columns.items():
        made = change(one)
        made.frame = Table(series=True, index=frame.index)
        inner[key] = made
    return table(facts, inner, frame.whole, frame.index, frame.repeated)


# --- rows -------------------------------------------------------------------------------------------------------


def rows(
    value: ArrayValue,
    count: int | None,
    *,
    even: bool = False,
    every: bool = False,
    kind: str = "slice",
    index: object = None,
    places: Sequence[int] | None = None,
) -> ArrayValue:
    """Some rows of a table or series: `even` where they are drawn at random, `every` where they only change places.

    `places` are the numbers of the rows, where these are known.
    """
    count = len(places) if places is not None else count
    index = index if index is not None else ("rows", birth())
    facts, frame, step = value.facts, frame_of(value), Step(kind)

    def fewer(one: ArrayValue) -> ArrayValue:
        before = one.facts
        kept = every or ((one.mixed or even) and count is not None and before.samples == count)
        constant = one.exact and before.low is not None and before.low == before.high and count != 0
        mixed = one.mixed
        labelled = before.encoding in ("integer", "binary", None)
        enough_left = every or (mixed and enough((count,), before.classes))
        low, high = (before.low, before.high) if kept or constant or mixed else (None, None)
        classes = before.classes if not labelled or kept or enough_left else None
        steps = before.steps_with(step)
        shape = (count, *before.shape[1:]) if before.shape is not None else None
        made = replace(before, shape=shape, steps=steps, low=low, high=high, classes=classes, name=None)
        part = ArrayValue(
            made,
            (every and one.exact) or constant,
            Table(series=True, index=index),
            mixed=mixed,
            gapless=one.gapless and every,
        )
        found = elements.known(one) if places is not None else None
        if found is None or places is None:
            return part
        return elements.told(part, elements.worked_out(lambda: elements.chosen(found, 0, places)))

    if frame.series:
        return fewer(value)
    inner: dict[Value, ArrayValue] = {key: fewer(one) for key, one in frame.columns.items()}
    whole = fewer(value)
    made = replace(whole.facts, steps=facts.steps_with(step))
    result = ArrayValue(made, whole.exact, replace(frame, columns=inner, index=index), mixed=whole.mixed)
    return summed_up(result)
