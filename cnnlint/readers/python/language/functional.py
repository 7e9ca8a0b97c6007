"""Builtin functions over what other values yield: `zip`, `map`, `sorted`, `sum` and their kin."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

from cnnlint.readers.python.language import comparing
from cnnlint.readers.python.language.changing import repeatedly, taken
from cnnlint.readers.python.language.classes import through
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.iteration import advance, contents, element, iterator, live
from cnnlint.readers.python.language.methods.lists import in_order
from cnnlint.readers.python.language.operators import binary, token
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    DatasetValue,
    IteratorValue,
    ListValue,
    OpenEnd,
    Passed,
    TensorValue,
    Unknown,
    Value,
    is_number,
)


def _zip(run: Run, site: CallSite) -> Value:
    columns = [passed.value for passed in site.positional]
    strict = site.value(None, "strict", default=False)

    def steps() -> Iterator[Value]:
        sources = [live(run, column) for column in columns]
        while sources:
            row: list[Value] = []
            for place, source in enumerate(sources):
                try:
                    row.append(next(source))
                except StopIteration:
                    if strict is False:  # the others are not asked
                        return
                    longer = place > 0 or any(next(other, MISSING) is not MISSING for other in sources[1:])
                    if longer and run.truth(strict) is None:
                        raise OpenEnd from None
                    if longer and run.truth(strict):
                        fail(run, "ValueError")
                    return
            yield tuple(row)

    made = IteratorValue(
        steps(), lambda: tuple(element(run, column) for column in columns), "zip", of=tuple(map(token, columns))
    )
    made.effects = lambda: taken(run, *columns)
    if site.open:
        made.lost = True
    return made


def _enumerate(run: Run, site: CallSite) -> Value:
    value, start = site.value(0, "iterable"), site.value(1, "start", default=0)

    def steps() -> Iterator[Value]:
        if not isinstance(start, int):
            raise OpenEnd
        yield from enumerate(live(run, value), start)

    index = Unknown("index", ("enumerate", token(value)))
    return IteratorValue(
        steps(), lambda: (index, element(run, value)), "enumerate", of=token(value), effects=lambda: taken(run, value)
    )


def _reversed(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    made = through(run, value, "__reversed__")
    if made is not MISSING:
        return made
    found = contents(run, value)

    def steps() -> Iterator[Value]:
        if found.whole is None:
            raise OpenEnd
        yield from reversed(found.whole)

    return IteratorValue(steps(), lambda: element(run, value), "reversed", of=token(value))


def _map(run: Run, site: CallSite) -> Value:
    function, columns = site.value(0), [passed.value for passed in site.positional[1:]]

    def applied(items: list[Value]) -> Value:
        return run.call(
            function, CallSite(site.node, [Passed(item, None, None, place) for place, item in enumerate(items)])
        )

    def steps() -> Iterator[Value]:
        sources = [live(run, column) for column in columns]
        while sources:
            row: list[Value] = []
            for source in sources:
                try:
                    row.append(next(source))
                except StopIteration:
                    return
            yield applied(row)

    def sample() -> Value:
        with repeatedly(run):
            return applied([element(run, column) for column in columns])

    made = IteratorValue(steps(), sample, "map", effects=lambda: taken(run, function, *columns))
    made.of = tuple(map(token, columns))
    if len(columns) == 1:
        made.everything = lambda: _each(run, columns[0], lambda item: [applied([item])])
    return made


def _each(run: Run, value: Value, change: Callable[[Value], list[Value] | None]) -> ListValue:
    """What becomes of each item, all at once; None for an item that may stay or go."""
    found = contents(run, value)
    result = ListValue([], found.all is None, found.ordered, of=token(value))
    with contextlib.nullcontext() if found.all is not None else repeatedly(run):
        if not found.items and found.all is None:
            for made in change(element(run, value)) or ():
                run.building.escape(made)  # it is among what the result may hold
        for item in found.items or []:
            changed = change(item)
            result.items += [item] if changed is None else changed
            if changed is None:
                result.open, result.ordered = True, False
    return result


def _filter(run: Run, site: CallSite) -> Value:
    function, value = site.value(0), site.value(1)

    def keeps(item: Value) -> bool | None:
        return run.truth(
            item if function is None else run.call(function, CallSite(site.node, [Passed(item, None, None, 0)]))
        )

    def steps() -> Iterator[Value]:
        for item in live(run, value):
            answer = keeps(item)
            if answer is None:
                raise OpenEnd
            if answer:
                yield item

    def chosen(item: Value) -> list[Value] | None:
        answer = keeps(item)
        return None if answer is None else ([item] if answer else [])

    made = IteratorValue(steps(), lambda: element(run, value), "filter", of=token(value))
    made.effects = lambda: taken(run, function, value)
    made.everything = lambda: _each(run, value, chosen)
    return made


def _iter(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, DatasetValue) or len(site.positional) > 1:
        return value if len(site.positional) == 1 else Unknown("iter()")
    return iterator(run, value)


def _next(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, DatasetValue):
        return run.libraries.element(value)
    try:
        return advance(run, value)
    except StopIteration as end:
        returned = () if end.value is None else (end.value,)
        return site.value(1) if len(site.positional) > 1 else fail(run, "StopIteration", *returned)
    except OpenEnd:
        if isinstance(value, IteratorValue):
            value.forget()
            return value.like() if len(site.positional) == 1 else Unknown("next()")
        return Unknown("next()", ("next", token(value)))


def _sorted(run: Run, site: CallSite) -> Value:
    found = contents(run, site.value(0))
    made = (
        in_order(run, found.all, site) if found.all is not None and (found.ordered or _total(site, found.all)) else None
    )
    if made is not None:
        return ListValue(made)
    if found.all is None:
        taken(run, site.value(None, "key"))
    return ListValue(found.items or [], found.all is None, False, of=token(site.value(0)))


def _total(site: CallSite, items: list[Value]) -> bool:
    """Whether items that are the same to the order are the same altogether: it does not matter which came first."""
    return "key" not in site.keywords and not any(isinstance(item, (float, bool)) for item in items)


def _extreme(function: Callable[..., Any]) -> Callable[[Run, CallSite], Value]:
    name = function.__name__

    def call(run: Run, site: CallSite) -> Value:
        first = site.value(0)
        if len(site.positional) == 1 and isinstance(first, ArrayValue) and "key" not in site.keywords:
            return run.libraries.extreme(first, name)
        unknown = Unknown(f"{name}()", (name, tuple(map(token, site.values()))))
        found = contents(run, first) if len(site.positional) == 1 else None
        items = [passed.value for passed in site.positional] if found is None else found.all
        if items is None or site.open:
            taken(run, site.value(None, "key"))
            return unknown
        if not items:
            return site.keywords["default"].value if "default" in site.keywords else fail(run, "ValueError")
        if found is not None and not found.ordered and not _total(site, items):
            return unknown
        key = site.value(None, "key")
        if key is None and all(isinstance(item, (int, float, str)) for item in items):
            try:
                result: Value = function(items)
                return result
            except (TypeError, OverflowError):
                return fail(run, "TypeError")
        keys = items if key is None else [run.call(key, CallSite(site.node, [Passed(item)])) for item in items]
        return _best(run, items, keys, name == "max", unknown)

    return call


def _best(run: Run, items: list[Value], keys: list[Value], largest: bool, unknown: Unknown) -> Value:
    best = 0
    for place in range(1, len(items)):
        lower, higher = (keys[best], keys[place]) if largest else (keys[place], keys[best])
        answer = comparing.less(run, lower, higher, "GreaterThan" if largest else "LessThan")
        if answer is None:
            return unknown
        best = place if answer else best
    return items[best]


def _sum(run: Run, site: CallSite) -> Value:
    found, start = contents(run, site.value(0)), site.value(1, "start", default=0)
    values = found.all
    if values is None or site.open:
        return Unknown("sum()", ("sum", token(site.value(0))))
    if any(isinstance(value, TensorValue) for value in values) and start == 0 and site.node is not None:
        total = values[0]
        for value in values[1:]:
            total = run.building.operate("Add", total, value, site.node)
        return total
    if all(is_number(value) or isinstance(value, bool) for value in values) and isinstance(start, (int, float)):
        if not found.ordered and any(isinstance(value, float) for value in values):
            return Unknown("sum()")  # the last digit depends on the order
        return sum(values, start)  # type: ignore[arg-type]
    if not found.ordered or len(values) > 256 or site.node is None:
        return Unknown("sum()", ("sum", tuple(map(token, values))))
    total = start
    for place, value in enumerate(values):
        if isinstance(total, ListValue) and place == 0:
            total = ListValue(list(total.items), total.open, total.ordered)
        total = binary(run, "Add", total, value, site.node)
    return total


QUESTIONS = 8
"""As many conditions as `any` and `all` are about for them to be asked one by one."""


def _quantified(stops: bool) -> Callable[[Run, CallSite], Value]:
    """`any` (which stops at something true) and `all` (which stops at something false)."""

    def call(run: Run, site: CallSite) -> Value:
        value = site.value(0)
        word = "any" if stops else "all"
        if isinstance(value, IteratorValue):
            everything, taken = value.everything, value.taken
            answer = _stepwise(run, value, stops)
            if answer is not None or everything is None or value.taken > taken:
                return Unknown(f"{word}()") if answer is None else answer
            value = everything()  # not even the first is known: they may all be alike
        found = contents(run, value)
        answers = [run.truth(item) for item in found.items or []]
        sure = not (isinstance(value, ListValue) and value.open and not value.ordered)
        if stops in answers and sure and not (found.open and isinstance(value, IteratorValue)):
            return stops
        if not found.open and found.items is not None and None in answers[:QUESTIONS] and len(answers) <= QUESTIONS:
            open_ones = [token(item) for item, answer in zip(found.items, answers, strict=True) if answer is None]
            joined = functools.reduce(lambda one, other: ("or" if stops else "and", one, other), open_ones)
            return Unknown(f"{word}()", joined)
        if found.open or found.items is None or None in answers:
            return Unknown(f"{word}()", (word, token(value), tuple(map(token, found.items or []))))
        return not stops

    return call


def _stepwise(run: Run, value: IteratorValue, stops: bool) -> bool | None:
    try:
        for item in live(run, value):
            answer = run.truth(item)
            if answer is None:
                value.forget()
                return None
            if answer is stops:
                return stops
    except OpenEnd:
        return None
    return not stops


FUNCTIONS: dict[str, Callable[[Run, CallSite], Value]] = {
    "zip": _zip,
    "enumerate": _enumerate,
    "reversed": _reversed,
    "map": _map,
    "filter": _filter,
    "iter": _iter,
    "next": _next,
    "sorted": _sorted,
    "min": _extreme(min),
    "max": _extreme(max),
    "sum": _sum,
    "any": _quantified(True),
    "all": _quantified(False),
}
