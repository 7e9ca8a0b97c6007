"""A call, and what is passed in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from cnnlint.graph import Placement
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values.base import Abstract, Thing, Unknown, Value


class Passed(Struct, frozen=True):
    """An argument as it is passed: its value, its expression, and its keyword or position in the call."""

    value: Value
    node: cst.CSTNode | None = None
    keyword: str | None = None
    position: int | None = None


class CallSite(Struct):
    """A call with its arguments evaluated."""

    node: cst.Call | None
    positional: list[Passed] = field(default_factory=list)
    keywords: dict[str, Passed] = field(default_factory=dict)
    #: there is an unknown `*args` or `**kwargs`: what is not passed here may be passed all the same
    open: bool = False
    #: what stands behind the stars of such
    behind: list[Value] = field(default_factory=list)
    callee: str = ""
    api: str = ""
    placement: Placement = field(default_factory=Placement)

    def hide(self, value: Value, what: bool = True) -> None:
        """A star stands before a value, which hides arguments if so."""
        if what:
            self.open = True
            self.behind.append(value)

    def spread(self, value: Value, items: Sequence[Value], whole: bool, most: int) -> None:
        """A star stands before a value that has these items, and no more if it is `whole`: so many arguments that
        nobody writes them are hidden."""
        many = len(self.positional) + len(items) > most
        self.hide(value, many or not whole)
        if not many:
            self.positional += [Passed(one, None, None, place) for place, one in enumerate(items, len(self.positional))]

    def passed(self, position: int | None, *names: str) -> Passed | None:
        """The argument at a position or under one of the names."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def value(self, position: int | None, *names: str, default: Value = None) -> Value:
        """The value at a position or under one of the names; `default` if it is not passed."""
        passed = self.passed(position, *names)
        if passed is not None:
            return passed.value
        return Unknown("argument behind * or **") if self.open else default

    def values(self) -> list[Value]:
        """All values passed, positional first."""
        return [p.value for p in self.positional] + [p.value for p in self.keywords.values()]


class PartialValue(Thing, Struct, frozen=True):
    """`functools.partial(function, ...)`."""

    function: Value
    positional: tuple[Passed, ...]
    keywords: dict[str, Passed]


class ObjectValue(Abstract, Struct, eq=False):
    """An object of an outside class: an optimizer, an initialiser, a data generator. Its call is kept as it was."""

    name: str
    site: CallSite
    #: what methods have learnt about it (a scaler's split, a generator's facts)
    state: dict[str, Any] = field(default_factory=dict)
    #: whether what it is hangs on nothing but what it was made with
    of_arguments: bool = False

    def truth(self) -> bool | None:
        """What a library knows of it."""
        return True if self.state.get("true") is True else None

    def traced(self) -> object:
        """Its class, where the program alone decides what it is."""
        return ("made", self.name) if self.of_arguments else "ObjectValue"

    @property
    def is_object(self) -> bool:
        """It is an object."""
        return True
