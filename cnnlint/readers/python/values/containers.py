"""Containers of the program: lists and other sequences, dictionaries, sets, ranges, iterators.

Two things may be unknown of a container: whether it holds more than what is listed (`open`), and at which places
(`ordered` is false). An open list that is ordered begins with its items; one that is not may hold them, or may not: it
was changed in a way that was not followed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field

from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values.base import LARGEST, Abstract, Unknown, Value, birth, compact


class OpenEnd(Exception):
    """What an iterator yields next is not known, nor whether it yields anything."""


@dataclasses.dataclass(eq=False, slots=True)
class ListValue(Abstract):
    """A list, or another sequence that is no tuple: `kind` is "list", "deque", "range", "view", or "tuple" if open."""

    items: list[Value] = dataclasses.field(default_factory=list)
    open: bool = False
    ordered: bool = True
    kind: str = "list"
    #: the longest that a deque gets
    longest: int | None = None
    #: of an open list: what stands at a place that is not listed, MISSING where that is not known
    elsewhere: Callable[[int], Value] | None = None
    #: of an open list: the token of what its items were taken from
    of: object = None
    #: of an open list: constants that all its items are among, listed or not
    options: frozenset[int] | frozenset[str] | None = None
    #: of an open list that nothing was done to: the item at hand that all are like, and how many there are
    each: tuple[Value, int | None] | None = None
    born: int = dataclasses.field(default_factory=birth)

    def alike(self) -> tuple[bool, int | None]:
        """Whether all that it holds is like its only item at hand, and how many there are."""
        same = self.open and self.each is not None and len(self.items) == 1 and self.items[0] is self.each[0]
        return (True, self.each[1]) if same and self.each is not None else (False, None)

    @property
    def is_object(self) -> bool:
        """It is a list."""
        return True

    @property
    def whole(self) -> bool:
        """Whether all its items and their places are known."""
        return self.ordered and not self.open

    def truth(self) -> bool | None:
        """It is true if it holds anything."""
        if self.open:
            return True if self.ordered and self.items else None
        return bool(self.items)

    def length(self) -> int | None:
        """How many items it has, if all are known."""
        return None if self.open else len(self.items)

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its items, in order."""
        return self.items, self.open or not (self.ordered or len(self.items) < 2)

    def traced(self) -> object:
        """What its items were taken from, where they are not all known."""
        return ("list", self.of) if self.open and self.of is not None else "ListValue"

    def grows(self, by: object) -> None:
        """There may be more, for all that `by` says."""
        self.of = _changed(self, by)
        self.open, self.options, self.each = True, None, None

    def forget(self, by: object = None) -> None:
        """It was changed in a way that was not followed, by what `by` says; the items stay as what it may hold."""
        self.of = _changed(self, by)
        self.open, self.ordered, self.elsewhere, self.options, self.each = True, False, None, None, None


class SetValue(Abstract, Struct, eq=False):
    """A set: its items, in no order."""

    items: dict[Value, None] = field(default_factory=dict)
    open: bool = False
    frozen: bool = False
    born: int = field(default_factory=birth)
    #: of an open set: the token of what its items were taken from
    of: object = None

    def __hash__(self) -> int:
        return hash(frozenset(self.items)) if self.frozen and not self.open else id(self)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same key of a dictionary: frozen sets are by what they hold."""
        if self is other or not isinstance(other, SetValue):
            return self is other
        known = self.frozen and other.frozen and not self.open and not other.open
        return known and self.items.keys() == other.items.keys()

    @property
    def is_object(self) -> bool:
        """It is a set."""
        return True

    def truth(self) -> bool | None:
        """It is true if it holds anything."""
        return None if self.open else bool(self.items)

    def length(self) -> int | None:
        """How many items it has, if all are known."""
        return None if self.open else len(self.items)

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its items; known to be all and in order only where there is one at most."""
        return list(self.items), self.open or len(self.items) > 1

    def traced(self) -> object:
        """What its items were taken from, where they are not all known."""
        return ("set", self.of) if self.open and self.of is not None else "SetValue"

    def forget(self, by: object = None) -> None:
        """It was changed in a way that was not followed, by what `by` says."""
        self.of = _changed(self, by)
        self.items, self.open = {}, True


class DictValue(Abstract, Struct, eq=False):
    """A dictionary with known keys. `open` when there may be others, and these are in no known order."""

    items: dict[Value, Value] = field(default_factory=dict)
    open: bool = False
    #: the expression of each value, for the origins of `**kwargs`
    sources: dict[Value, cst.CSTNode] = field(default_factory=dict)
    #: "dict", "OrderedDict", "defaultdict", "Counter"
    kind: str = "dict"
    #: what makes the value of a missing key, for a defaultdict
    factory: Value = None
    born: int = field(default_factory=birth)
    #: of an open dictionary: the token of what its keys were taken from
    of: object = None

    @property
    def is_object(self) -> bool:
        """It is a dictionary."""
        return True

    def truth(self) -> bool | None:
        """It is true if it holds anything."""
        return True if self.items else (None if self.open else False)

    def length(self) -> int | None:
        """How many keys it has, if all are known."""
        return None if self.open else len(self.items)

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its keys, in order."""
        return list(self.items), self.open

    def traced(self) -> object:
        """What its keys were taken from, where they are not all known."""
        return ("dict", self.of) if self.open and self.of is not None else "DictValue"

    def grows(self, by: object) -> None:
        """There may be more, for all that `by` says."""
        self.of = _changed(self, by)
        self.open = True

    def forget(self, by: object = None) -> None:
        """It was changed in a way that was not followed, by what `by` says."""
        self.of = _changed(self, by)
        self.items, self.open = {}, True


class DictView(ListValue):
    """`d.keys()`, `d.values()` or `d.items()`: what the dictionary holds whenever it is asked."""

    __slots__ = ("_listed", "_of", "part")

    def __init__(self, of: DictValue, part: str, listed: Callable[[], list[Value]]) -> None:
        self._of, self._listed, self.of = of, listed, None
        self.part = part
        self.ordered, self.kind, self.longest, self.options, self.born = True, "view", None, None, birth()

    @property
    def items(self) -> list[Value]:
        """What the dictionary holds now."""
        return self._listed()

    @items.setter
    def items(self, items: list[Value]) -> None:
        """A view is not written to."""

    @property
    def open(self) -> bool:
        """Whether the dictionary may hold more."""
        return self._of.open

    @open.setter
    def open(self, more: bool) -> None:
        """Nothing is added through a view."""

    def grows(self, by: object) -> None:
        """Nothing is added through a view."""

    def forget(self, by: object = None) -> None:
        """Nothing is changed through a view."""

    def traced(self) -> object:
        """What the dictionary's keys were taken from."""
        return self._of.traced()


def _changed(container: ListValue | SetValue | DictValue, by: object) -> object:
    """What a container holds that was changed by something: not known where it was not before."""
    if by is None or (container.open and container.of is None):
        return None
    of = container.of
    if of is None or of == by:
        return by
    return of if isinstance(of, tuple) and by in of else compact(("changed", of, by))


class RangeValue(Abstract, Struct, frozen=True):
    """A `range` that is too long to be unrolled, or whose length is not known (None)."""

    count: int | None
    first: int | None = None

    def truth(self) -> bool | None:
        """It is true if it is not empty."""
        return None if self.count is None else self.count > 0

    def length(self) -> int | None:
        """How many numbers it yields."""
        return self.count


@runtime_checkable
class Resumable(Protocol):
    """The body of a generator, as far as what drives it needs to know."""

    #: whose body it is
    @property
    def function(self) -> Abstract | None: ...

    #: it may as well yield other values than it does
    @property
    def unsure(self) -> bool: ...

    def send(self, value: Any, /) -> Value: ...
    def throw(self, signal: Any, /) -> Value: ...


class IteratorValue(Abstract, Struct, eq=False):
    """What yields values one by one, each once: a generator, `zip(...)`, `iter(...)`."""

    #: ends with StopIteration where there is surely nothing more, with OpenEnd where that is not known
    source: Iterator[Value]
    #: what a value is like where the values themselves are not known
    like: Callable[[], Value] = lambda: Unknown("loop variable")
    kind: str = "iterator"
    lost: bool = False
    #: all of it at once, where that tells more than one after the other: the items of a set have no order
    everything: Callable[[], ListValue] | None = None
    #: what was taken from it to be looked at, and is still to be yielded
    ahead: list[Value] = field(default_factory=list)
    #: how many values it has yielded
    taken: int = 0
    #: the token of what its values are taken from
    of: object = None
    #: what taking values from it does to others, any number of times
    effects: Callable[[], None] | None = None
    born: int = field(default_factory=birth)

    @property
    def is_object(self) -> bool:
        """It is an object."""
        return True

    def truth(self) -> bool | None:
        """It is true, whatever it yields."""
        return True

    @property
    def unsure(self) -> bool:
        """Whether it may as well yield other values than it did."""
        return isinstance(self.source, Resumable) and self.source.unsure

    def traced(self) -> object:
        """What its values are taken from."""
        return ("iterator", self.of) if self.of is not None else "IteratorValue"

    def pull(self) -> Value:
        """The next value. StopIteration at the end, OpenEnd where that is not known."""
        self.everything = None
        if self.ahead:
            return self.ahead.pop(0)
        return self._step(lambda: next(self.source))

    def send(self, value: Value) -> Value:
        """The next value of a generator whose `yield` is worth this one; like `pull` otherwise."""
        if self.ahead or not isinstance(self.source, Resumable):
            raise OpenEnd
        return self._step(partial(self.source.send, value))

    def throw(self, signal: Exception) -> Value:
        """The next value of a generator whose `yield` raises this; like `pull` otherwise."""
        if self.ahead or not isinstance(self.source, Resumable):
            raise OpenEnd
        return self._step(partial(self.source.throw, signal))

    def _step(self, step: Callable[[], Value]) -> Value:
        if self.lost:
            raise OpenEnd
        try:
            value = step()
        except OpenEnd:
            self.forget()
            raise
        self.taken += 1
        return value

    def forget(self) -> None:
        """Some of it was taken, or all."""
        self.lost = True
        self.ahead.clear()
        effects, self.effects = self.effects, None
        if effects is not None:
            effects()


Container = ListValue | SetValue | DictValue | IteratorValue


def inside(value: Value) -> list[Value]:
    """What a tuple, list or set, or the values of a dictionary, are known to hold; nothing for all else."""
    if isinstance(value, DictValue):
        return list(value.items.values())
    if isinstance(value, (ListValue, SetValue)):
        return list(value.items)
    return list(value) if isinstance(value, tuple) else []


def is_small(value: Value) -> bool:
    """Whether a value and all that its tuples, lists and dictionaries hold can be visited in a moment."""
    pending, seen = [value], 0
    while pending:
        current = pending.pop()
        if not isinstance(current, (tuple, ListValue, DictValue, SetValue)):
            continue
        inner = inside(current)
        seen += 1 + len(inner)
        if seen > LARGEST * 4:
            return False
        pending += [item for item in inner if isinstance(item, (tuple, ListValue, DictValue))]
    return True


def over(value: Value, change: Callable[[Value], Value]) -> Value:
    """A structure of tuples, lists and dictionaries with each of its parts changed."""
    if isinstance(value, tuple):
        return tuple(over(part, change) for part in value)
    if isinstance(value, ListValue):
        return ListValue([over(part, change) for part in value.items], value.open, value.ordered)
    if isinstance(value, DictValue):
        return DictValue({key: over(part, change) for key, part in value.items.items()}, value.open)
    return change(value)


def elements(value: Value) -> list[Value] | None:
    """The items of a tuple or of a list that is known whole, else None."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, ListValue) and value.whole:
        return value.items
    return None
