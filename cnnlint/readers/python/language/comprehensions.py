"""Comprehensions and generator expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cnnlint.readers.python.language import steady, varying
from cnnlint.readers.python.language.changing import repeatedly
from cnnlint.readers.python.language.comparing import key_of
from cnnlint.readers.python.language.iteration import contents, element, live
from cnnlint.readers.python.language.methods import sets
from cnnlint.readers.python.run import Frame, Pass, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    MISSING,
    DictValue,
    IteratorValue,
    ListValue,
    OpenEnd,
    Scope,
    Value,
    birth,
    length,
    token,
)

#: steps that one comprehension may take, with all that stand in it
STEPS = 20_000


class Course(Struct):
    """What going through the loops of a comprehension has shown so far."""

    started: int
    #: there may be more items than were met
    open: bool = False
    ordered: bool = True
    #: whether the item at hand surely passes the conditions
    sure: bool = True


def _walk(run: Run, loop: cst.CompFor, iterable: Value, course: Course, sure: bool = True) -> Iterator[None]:
    """Each time that the innermost loop reaches the element; what is not known is met once, as a sample."""
    short = isinstance(iterable, ListValue) and len(iterable.items) <= run.meter.limits.unroll
    if isinstance(iterable, ListValue) and short and iterable.ordered and not iterable.open:
        yield from _each(run, loop, live(run, iterable), course, sure)
        return
    found = contents(run, iterable)
    items = found.items
    course.ordered = course.ordered and found.ordered
    if items is None or (found.open and not items):
        items = [element(run, iterable)]
    limit = run.meter.limits.unroll
    cut = found.open or found.items is None or len(items) > limit
    if cut:
        course.open, items = True, items[:limit]
    # what the element does to something else, it does an unknown number of times
    if not cut:
        yield from _each(run, loop, items, course, sure)
        return
    with repeatedly(run):
        yield from _each(run, loop, items, course, sure)


def _each(run: Run, loop: cst.CompFor, items: Iterable[Value], course: Course, sure: bool) -> Iterator[None]:
    for place, value in enumerate(items):
        if run.meter.steps - course.started > STEPS or place >= run.meter.limits.unroll:
            course.open = True
            return
        run.assign(loop.target, value)
        answer = _passes(run, loop)
        if answer is False:
            continue
        course.open, course.sure = course.open or answer is None, sure and answer is True
        if loop.inner_for_in is None:
            yield
        else:
            yield from _walk(run, loop.inner_for_in, run.evaluate(loop.inner_for_in.iter), course, course.sure)


class _Asking:
    """What is asked within is asked for each item anew: `varies` says whether that may be answered otherwise."""

    def __init__(self, run: Run, node: cst.CSTNode) -> None:
        self.run, self.node, self.varies = run, node, False

    def __enter__(self) -> _Asking:
        self.whole = Pass(birth(), len(self.run.building.nodes))
        self.run.passes.append(self.whole)
        return self

    def __exit__(self, *error: object) -> None:
        self.run.passes.remove(self.whole)
        self.varies = bool(self.whole.asked) and varying.settle(self.run, self.whole, self.node)


def _passes(run: Run, loop: cst.CompFor) -> bool | None:
    """Whether an item passes a loop's conditions."""
    undecided = False
    for condition in loop.ifs:
        answer = run.truth(run.evaluate(condition.test))
        if answer is False:
            return False
        undecided = undecided or answer is None
    return None if undecided else True


def _lazily(run: Run, loop: cst.CompFor, iterable: Value) -> Iterator[None]:
    """The same one at a time, as a generator expression does; OpenEnd where it is not known how it goes on."""
    for value in live(run, iterable):
        run.assign(loop.target, value)
        answer = _passes(run, loop)
        if answer is None:
            raise OpenEnd
        if not answer:
            continue
        if loop.inner_for_in is None:
            yield
        else:
            yield from _lazily(run, loop.inner_for_in, run.evaluate(loop.inner_for_in.iter))


def listed(run: Run, node: cst.BaseSimpleComp, iterable: Value) -> ListValue:
    """The list that a comprehension makes."""
    items: list[Value] = []
    course, answered = Course(run.meter.steps), run.answered
    with _Within(run):
        with _Asking(run, node) as asking:
            for _ in _walk(run, node.for_in, iterable, course):
                items.append(run.evaluate(node.elt))
        if asking.varies and len(items) > 1:
            items = [varying.other(one, "an item") for one in items]
        options = steady.comprehended(run, node.elt, items) if course.open else None
    ordered = not course.open and (course.ordered or len(items) < 2)
    made = ListValue(items, course.open, ordered, of=token(iterable), options=options)
    plain = not node.for_in.ifs and node.for_in.inner_for_in is None
    if course.open and plain and len(items) == 1 and run.answered == answered:
        made.each = items[0], length(iterable)
    return made


class _Within:
    """A scope of its own for a comprehension within the current call."""

    def __init__(self, run: Run) -> None:
        self.frame = run.frame
        self.outer = self.frame.scope

    def __enter__(self) -> None:
        self.frame.scope = Scope(self.outer, "comprehension")

    def __exit__(self, *error: object) -> None:
        self.frame.scope = self.outer


def list_comp(run: Run, node: cst.ListComp) -> Value:
    """`[... for ... in ...]`."""
    return listed(run, node, run.evaluate(node.for_in.iter))


def set_comp(run: Run, node: cst.SetComp) -> Value:
    """`{... for ... in ...}`."""
    made = listed(run, node, run.evaluate(node.for_in.iter))
    return sets.of_items(run, made.items, made.open, of=made.of)


def dict_comp(run: Run, node: cst.DictComp) -> Value:
    """`{...: ... for ... in ...}`."""
    iterable = run.evaluate(node.for_in.iter)
    result = DictValue(of=token(iterable))
    course = Course(run.meter.steps)
    with _Within(run), _Asking(run, node) as asking:
        for _ in _walk(run, node.for_in, iterable, course):
            key = key_of(run, run.evaluate(node.key))
            value = run.evaluate(node.value)
            if key is MISSING:
                result.open = True
            elif course.sure or key in result.items:
                result.items[key] = value if course.sure else varying.other(value, "an item")
    if asking.varies and len(result.items) > 1:
        result.items = {key: varying.other(value, "an item") for key, value in result.items.items()}
    result.open = result.open or course.open or (not course.ordered and len(result.items) > 1)
    return result


def generator(run: Run, node: cst.GeneratorExp) -> Value:
    """`(... for ... in ...)`: nothing but the first iterable is read before something asks for it."""
    iterable = run.evaluate(node.for_in.iter)
    frame = Frame(
        run.frame.function, Scope(run.scope, "comprehension"), run.frame.unit, run.frame.receiver, run.frame.owner
    )

    def one_by_one() -> Iterator[Value]:
        steps = _lazily(run, node.for_in, iterable)
        while True:
            with run.enter(frame):
                try:
                    next(steps)
                except StopIteration:
                    return
                value = run.evaluate(node.elt)
            yield value

    def everything() -> ListValue:
        with run.enter(frame):
            return listed(run, node, iterable)

    def effects() -> None:
        with repeatedly(run):
            everything()

    made = IteratorValue(one_by_one(), effects=effects, of=token(iterable))
    made.everything = everything
    made.like = lambda: (everything().items or [element(run, ListValue())])[0]
    return made
