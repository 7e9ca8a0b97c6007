"""Iteration: what values yield, one by one or all at once, and what an element is like where none is known."""

from __future__ import annotations

from collections.abc import Iterator, Sized
from typing import NamedTuple

from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.failing import throw
from cnnlint.readers.python.run import RaiseSignal, Run
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    ClassValue,
    DatasetValue,
    DictValue,
    ExceptionValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    OpenEnd,
    Passed,
    RangeValue,
    SetValue,
    Unknown,
    Value,
    is_constant,
    iterated,
    token,
)


class Contents(NamedTuple):
    """What a value yields: None for items when not even one is known."""

    items: list[Value] | None
    #: there may be more
    open: bool
    #: their order is known
    ordered: bool = True

    @property
    def whole(self) -> list[Value] | None:
        """All items in order, or None."""
        return self.items if self.ordered and not self.open else None

    @property
    def all(self) -> list[Value] | None:
        """All items, in whatever order; or None."""
        return None if self.open else self.items


def contents(run: Run, value: Value) -> Contents:
    """What a value yields, all of it; an iterator is used up."""
    if isinstance(value, ListValue):
        return Contents(list(value.items), value.open, value.ordered or len(value.items) < 2)
    if isinstance(value, SetValue):
        return Contents(list(value.items), value.open, len(value.items) < 2)
    if isinstance(value, (str, tuple, DictValue)):
        return Contents(*iterated(value))
    if isinstance(value, bytes):
        return Contents(list(value), False)
    if isinstance(value, ClassValue) and value.flavour == "enum":
        return Contents(list(value.fields.values()), False)
    if isinstance(value, (IteratorValue, InstanceValue)):
        return _drained(run, value)
    if isinstance(value, ArrayValue) and value.frame is None and value.facts.samples == 1:
        return Contents([element(run, value)], False)
    found = Contents(*iterated(value))
    if found.items is None and run.trying:
        if has_no_items(value):
            throw("TypeError")
        run.doubts += 1
    return found


def has_no_items(value: Value) -> bool:
    """Whether a value is None or a number: neither goes through a loop, nor has an item."""
    return value is None or isinstance(value, (int, float))


def _drained(run: Run, value: IteratorValue | InstanceValue) -> Contents:
    if isinstance(value, IteratorValue) and value.everything is not None:
        made, value.everything, value.source = value.everything(), None, iter(())
        return contents(run, made)
    items: list[Value] = []
    limit = run.meter.limits.items
    try:
        for item in live(run, value):
            items.append(item)
            generated = not isinstance(value, IteratorValue) or value.kind == "generator"
            if len(items) > limit or (generated and _alike(items)):
                if isinstance(value, IteratorValue):
                    value.forget()
                return Contents(items, True)
    except OpenEnd:
        sure = not (isinstance(value, IteratorValue) and value.unsure)
        return Contents(items, True, sure) if items else Contents(None, True)
    unsure = isinstance(value, IteratorValue) and value.unsure
    return Contents(items, unsure, not unsure)


def _alike(items: list[Value]) -> bool:
    """Whether these are batches of data, which are all alike: a few of them are enough."""
    if len(items) < 3:
        return False
    last = items[-1]
    return any(isinstance(part, (ArrayValue, Unknown)) for part in (last if isinstance(last, tuple) else (last,)))


def iterate(run: Run, value: Value) -> tuple[list[Value] | None, bool]:
    """The items a value yields, and whether there may be more or in another order; (None, True) for not even one."""
    found = contents(run, value)
    return found.items, found.open or not found.ordered


def live(run: Run, value: Value) -> Iterator[Value]:
    """A value's items as a loop over it meets them, changes on the way included. OpenEnd where it is not known."""
    if isinstance(value, ListValue):
        place = 0
        while True:
            if not value.ordered and (value.open or len(value.items) > 1):
                raise OpenEnd
            if place >= len(value.items):
                break
            yield value.items[place]
            place += 1
        if value.open:
            raise OpenEnd
    elif isinstance(value, IteratorValue):
        while True:
            try:
                item = value.pull()
            except StopIteration:
                return
            yield item
    elif isinstance(value, InstanceValue):
        yield from _of_instance(run, value)
    else:
        found = contents(run, value)
        if found.items is None or not found.ordered:
            raise OpenEnd
        held: Sized = value.items if isinstance(value, (DictValue, SetValue)) else ()
        size, last = len(held), len(found.items) - 1
        # an ordered one looks first whether it is at its end
        first = isinstance(value, DictValue) and value.kind == "OrderedDict"
        for place, item in enumerate(found.items):
            yield item
            if len(held) != size and run.trying and not (first and place == last):
                throw("RuntimeError")
        if found.open:
            raise OpenEnd


def _of_instance(run: Run, value: InstanceValue) -> Iterator[Value]:
    method = special(value, "__iter__")
    if method is not MISSING:
        yield from pulled(run, run.call(method, CallSite(None)), value)
        return
    method = special(value, "__getitem__")
    if method is MISSING and value.cls.plain and not value.role and run.trying:
        throw("TypeError")
    if method is MISSING or not value.cls.plain:
        raise OpenEnd
    for index in range(run.meter.limits.items):
        try:
            item = caught(run, method, index)
        except RaiseSignal as signal:
            if isinstance(signal.value, ExceptionValue) and signal.value.kind in ("IndexError", "StopIteration"):
                return
            raise
        if isinstance(item, Unknown):
            raise OpenEnd
        yield item
    raise OpenEnd


def pulled(run: Run, iterator: Value, owner: Value = None) -> Iterator[Value]:
    """What an iterator of the program yields: a value that was read, or an object with `__next__`."""
    if not isinstance(iterator, InstanceValue):
        yield from live(run, iterator)
        return
    method = special(iterator, "__next__")
    if method is MISSING:
        if iterator is owner:
            raise OpenEnd
        yield from _of_instance(run, iterator)
        return
    for _ in range(run.meter.limits.items):
        try:
            item = caught(run, method)
        except RaiseSignal as signal:
            if isinstance(signal.value, ExceptionValue) and signal.value.kind == "StopIteration":
                return
            raise
        yield item
    raise OpenEnd


def caught(run: Run, function: Value, *arguments: Value) -> Value:
    """Call something whose exceptions are handled here: whatever surely fails in it raises RaiseSignal."""
    run.trying += 1
    try:
        return run.call(function, CallSite(None, [Passed(argument) for argument in arguments]))
    finally:
        run.trying -= 1


def iterator(run: Run, value: Value) -> Value:
    """`iter(value)`."""
    if isinstance(value, IteratorValue):
        return value
    if isinstance(value, InstanceValue):
        method = special(value, "__iter__")
        if method is not MISSING:
            return run.call(method, CallSite(None))
    return IteratorValue(live(run, value), lambda: element(run, value), of=token(value))


def advance(run: Run, value: Value) -> Value:
    """`next(value)`: raises StopIteration at the end, OpenEnd where it is not known."""
    if isinstance(value, IteratorValue):
        return value.pull()
    if isinstance(value, InstanceValue):
        method = special(value, "__next__")
        if method is not MISSING:
            try:
                return caught(run, method)
            except RaiseSignal as signal:
                if isinstance(signal.value, ExceptionValue) and signal.value.kind == "StopIteration":
                    raise StopIteration from None
                raise
    elif isinstance(value, (ListValue, DictValue, SetValue, tuple, str, int)):
        throw("TypeError")
    raise OpenEnd


def element(run: Run, value: Value) -> Value:
    """What one element of a value is like, when the elements themselves are not known."""
    if isinstance(value, RangeValue):
        return Unknown("loop variable", ("element", value.count))
    if isinstance(value, (ArrayValue, DatasetValue)):
        return run.libraries.element(value)
    if isinstance(value, ListValue) and value.items:
        lost = value.open and not value.ordered and is_constant(value.items[0])
        return Unknown("loop variable", ("item", token(value))) if lost else value.items[0]
    if isinstance(value, IteratorValue):
        if value.ahead:
            return value.ahead[0]
        try:
            value.ahead.append(value.pull())
        except StopIteration as end:
            if end.value is not None:
                value.forget()  # what it returns is told once
            return value.like()
        except OpenEnd:
            return value.like()
        return value.ahead[0]
    return Unknown("loop variable", ("element", token(value)))
