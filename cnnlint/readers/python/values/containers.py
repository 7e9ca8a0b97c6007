"""Containers of the program: lists, dictionaries, ranges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import libcst as cst

from cnnlint.readers.python.values.base import LARGEST, Abstract, Value, birth


@dataclass(eq=False, slots=True)
class ListValue(Abstract):
    """A list, or another mutable sequence. `open` when it may hold more than `items` tell."""

    items: list[Value] = field(default_factory=list)
    open: bool = False
    #: what a generator function yields
    generated: bool = False
    born: int = field(default_factory=birth)

    @property
    def is_object(self) -> bool:
        """It is a list."""
        return True

    def truth(self) -> bool | None:
        """It is true if it holds anything."""
        return True if self.items else (None if self.open else False)

    def length(self) -> int | None:
        """How many items it has, if all are known."""
        return None if self.open else len(self.items)

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its items, in order."""
        return self.items, self.open


@dataclass(eq=False, slots=True)
class DictValue(Abstract):
    """A dictionary with known keys. `open` when there may be others."""

    items: dict[Value, Value] = field(default_factory=dict)
    open: bool = False
    #: the expression of each value, for the origins of `**kwargs`
    sources: dict[Value, cst.CSTNode] = field(default_factory=dict)
    born: int = field(default_factory=birth)

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


@dataclass(frozen=True, slots=True)
class RangeValue(Abstract):
    """A `range` that is too long to be unrolled, or whose length is not known (None)."""

    count: int | None
    first: int | None = None

    def truth(self) -> bool | None:
        """It is true if it is not empty."""
        return None if self.count is None else self.count > 0

    def length(self) -> int | None:
        """How many numbers it yields."""
        return self.count


class NamedTuple(DictValue):
    """An object of a `namedtuple` class: fields by name, in order."""

    __slots__ = ()

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """Its fields, in order."""
        return list(self.items.values()), self.open


def is_small(value: Value) -> bool:
    """Whether a value and all that its tuples, lists and dictionaries hold can be visited in a moment."""
    pending, seen = [value], 0
    while pending:
        current = pending.pop()
        if isinstance(current, (ListValue, DictValue)):
            items: Iterable[Value] = current.items if isinstance(current, ListValue) else current.items.values()
        elif isinstance(current, tuple):
            items = current
        else:
            continue
        inner = list(items)
        seen += 1 + len(inner)
        if seen > LARGEST * 4:
            return False
        pending += [item for item in inner if isinstance(item, (tuple, ListValue, DictValue))]
    return True


def elements(value: Value) -> list[Value] | None:
    """The items of a tuple or of a list that is known whole, else None."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, ListValue) and not value.open:
        return value.items
    return None
