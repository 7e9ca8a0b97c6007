"""What statements do to arrays that were made before them: changes in place, results that nobody keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, ArrayPassed, DiscardedArray, Origin, Span, Step, WrongKind
from cnnlint.readers.python.arrays import arithmetic, elements
from cnnlint.readers.python.arrays.dtypes import FLOATS, NUMERIC, WHOLE, holds
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.walks import loads
from cnnlint.readers.python.values import ArrayValue, Table, Unknown, Value, is_number

if TYPE_CHECKING:
    from cnnlint.readers.python.libraries.signatures import Arguments

#: steps by which an expression makes a new array; a method that changes its own array makes none
COMPUTED = frozenset(
    {
        "scale",
        "shift",
        "standardize",
        "normalize",
        "fit-scaler",
        "preprocess",
        "clip",
        "modulo",
        "reshape",
        "flatten",
        "expand_dims",
        "squeeze",
        "transpose",
        "one_hot",
        "encode",
        "cast",
    }
)


def updated(run: Run, value: ArrayValue, made: Value, node: cst.CSTNode | None) -> Value:
    """`x /= 255`: the array itself changes, under all of its names; what shares its memory is no longer known.

    In a loop that does it an unknown number of times to the same array, or where it is not known whether it is done at
    all, what comes out is unknown.
    """
    if not isinstance(made, ArrayValue) or (value.frame is not None and made.frame is None):
        overwritten(run, value)
        return value
    if value.tensor:
        made.tensor = True
        return made
    if value.facts.shape == ():
        # a number of numpy's is another one then, and takes the type that comes out; an array without axes changes
        overwritten(run, value)
        kept = made.facts.dtype if made.facts.dtype == value.facts.dtype else None
        return ArrayValue(replace(made.facts, dtype=kept))
    frame = value.frame
    facts, exact = made.facts, made.exact
    own = value.facts.dtype
    if frame is None and own in WHOLE and facts.dtype in FLOATS and node is not None and not undecided(run, value):
        run.event(WrongKind(origin=run.origin(node), why="whole"))
    if frame is None and own is not None and (facts.dtype is None or (facts.dtype in FLOATS and own in FLOATS)):
        # the result is cast to the type of the array; numpy refuses to put real numbers among whole ones
        facts, exact = replace(facts, dtype=own), exact and facts.dtype == own
    if frame is None and value.facts.shape is not None:
        facts = replace(facts, shape=value.facts.shape)
    unsure = undecided(run, value)
    if unsure:
        facts, exact = arithmetic.unknown(value.facts, run.origin(node) if node is not None else None), False
        facts = replace(facts, dtype=value.facts.dtype)
    for other in value.family or [value]:
        other.facts = replace(facts, name=other.facts.name)
        other.frame = made.frame if frame is not None else None
        if unsure and other.frame is not None:
            for column in other.frame.columns.values():
                _forget(column)
        other.exact, other.mixed = exact, made.mixed and exact is made.exact
        other.gapless = made.gapless and exact
        other.statistic = None
        if made.elements is not None and not unsure and frame is None:
            elements.told(other, made.elements)
    shared(value)
    if run.passes:
        run.passes[-1].written.append(value)
    return value


def overwritten(run: Run | None, value: ArrayValue, keep: bool = False) -> None:
    """Something was written into an array, under all of its names; with `keep` its elements only changed places."""
    if run is not None and run.passes:
        run.passes[-1].written.append(value)
    for other in value.family or [value]:
        if not keep:
            _forget(other)
        elif other.facts.encoding in ("one_hot", "multi_hot"):
            other.facts, other.mixed = _blank(other.facts), False
        else:
            other.mixed, other.held = False, None
    shared(value)


def changing(run: Run, value: ArrayValue) -> None:
    """Something is written into an array, or a table: loops that are not read to their end will ask for it."""
    if run.passes:
        run.passes[-1].written.append(value)


def unfinished(arrays: list[ArrayValue]) -> None:
    """What a loop wrote that was not read to its end: only of pictures it is taken to go on in the same way."""
    for value in arrays:
        if value.frame is not None and not value.frame.series:
            overwritten(None, value)
            widened(value)
        elif not value.facts.image:
            overwritten(None, value)


def widened(value: ArrayValue) -> None:
    """Columns may have been added to a table, under all of its names."""
    for other in value.family or [value]:
        frame = other.frame or Table()
        other.facts = replace(other.facts, shape=(other.facts.samples, None))
        other.frame = Table(index=frame.index, repeated=frame.repeated)


def shared(value: ArrayValue) -> None:
    """Forget the values of arrays that share the memory of one that was written into."""
    kept = {id(value), *map(id, value.family)}
    for other in tuple(value.memory or ()):
        if id(other) not in kept and not _is_forgotten(other):
            _forget(other)


def _is_forgotten(value: ArrayValue) -> bool:
    """Whether there is nothing more to forget of it: in loops, many parts of an array are written one by one."""
    if value.facts is not value.blank:
        return False
    return not (value.exact or value.mixed or value.gapless or value.statistic is not None or value.frame is not None)


def _forget(value: ArrayValue) -> None:
    value.facts = value.blank = _blank(value.facts)
    value.exact = value.mixed = value.gapless = False
    value.statistic = None
    if value.frame is not None:
        value.facts = replace(value.facts, dtype=None)
        for column in value.frame.columns.values():
            _forget(column)


def _blank(facts: ArrayFacts) -> ArrayFacts:
    step = Step("opaque")
    known = facts.steps[-1:] == (step,)
    if known and not any(one is not None for one in (facts.low, facts.high, facts.encoding, facts.classes)):
        return facts
    steps = facts.steps if known else facts.steps_with(step)
    return replace(facts, low=None, high=None, encoding=None, classes=None, steps=steps)


def filled(run: Run, value: ArrayValue, number: Value) -> None:
    """`x.fill(number)`: one number in every place."""
    overwritten(run, value)
    if not is_number(number) or undecided(run, value) or value.facts.dtype is None:
        return
    level = float(int(number)) if value.facts.dtype in WHOLE and value.facts.dtype != "bool" else float(number)
    numeric = value.facts.dtype in NUMERIC and value.facts.dtype != "bool"
    if not numeric or not holds(value.facts.dtype, level, level):
        return
    for other in value.family or [value]:
        other.facts, other.exact = replace(other.facts, low=level, high=level), True


def resized(run: Run, bound: Arguments) -> Value:
    """`x.resize(shape)`: in place."""
    value = bound["a"]
    if isinstance(value, ArrayValue):
        overwritten(run, value)
        for other in value.family or [value]:
            other.facts = replace(other.facts, shape=None)
    return Unknown("None", ("nothing",))


def undecided(run: Run, value: ArrayValue) -> bool:
    """Whether the statement may be run any number of times, or not at all, on an array that is older than it."""
    oldest = min((other.born for other in value.family), default=value.born)
    return run.frame.conditions > 0 or (run.in_open_loop and any(oldest < one.began for one in run.passes))


def expression(run: Run, node: cst.BaseExpression, value: Value) -> None:
    """An expression that stands alone: a new array that it computes is lost."""
    if not isinstance(value, ArrayValue) or not isinstance(node, (cst.BinaryOperation, cst.Call)):
        return
    step = value.facts.steps[-1] if value.facts.steps else None
    if step is None or step.kind not in COMPUTED or any(bound is value for bound in run.scope.names.values()):
        return
    if step.kind == "preprocess" and value.facts.dtype not in WHOLE:
        return  # Keras's preprocess_input changes arrays of floating point in place
    if _fits(run, node):
        return
    place, whole = step.origin.span if step.origin is not None else None, run.span(node)
    if place is None or whole is None or not (_start(whole) <= _start(place) and _end(place) <= _end(whole)):
        return  # the step was taken before; this statement does something else to the array
    if any(one.kind in ("opaque", "compare") for one in value.facts.steps[:-1]):
        return  # a share or a statistic, looked at in a notebook
    before = replace(value.facts, steps=value.facts.steps[:-1], low=None, high=None)
    source = next(
        (
            facts
            for facts in reversed(run.arrays)
            if facts.steps == before.steps
            and facts.root == before.root
            and facts.root is not None
            and facts.name == before.name
        ),
        before,
    )
    run.event(DiscardedArray(origin=run.origin(node), facts=source, step=step))


def _fits(run: Run, node: cst.BaseExpression) -> bool:
    """Whether `scaler.fit_transform(x)` is there for its fitting: the scaler is asked for more elsewhere."""
    func = node.func if isinstance(node, cst.Call) else None
    if (
        not isinstance(func, cst.Attribute)
        or not isinstance(func.value, cst.Name)
        or func.attr.value != "fit_transform"
    ):
        return False
    return loads(run.frame.unit.parsed).get(func.value.value, 0) > 1


def _start(span: Span) -> tuple[int, int]:
    return span.start_row, span.start_column


def _end(span: Span) -> tuple[int, int]:
    return span.end_row, span.end_column


def passed_on(run: Run, value: ArrayValue) -> None:
    """An array leaves what is read: it may be used there."""
    run.event(ArrayPassed(origin=Origin(), facts=value.facts))
