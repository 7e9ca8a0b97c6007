"""What a run carries with it: files, frames of calls, passes of loops, answers to conditions, and what leaves them."""

from __future__ import annotations

from dataclasses import dataclass, field

from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.values import (
    ClassValue,
    FunctionValue,
    ListValue,
    Scope,
    Value,
)


class ReturnSignal(Exception):
    """A `return` was reached."""

    def __init__(self, value: Value) -> None:
        self.value = value


class BreakSignal(Exception):
    """A `break` was reached."""


class ContinueSignal(Exception):
    """A `continue` was reached."""


class RaiseSignal(Exception):
    """A `raise` or an exit was reached."""


@dataclass(eq=False, slots=True)
class Unit:
    """One file that is being read: its tree, positions, and the scope of its module."""

    filename: str
    parsed: Parsed
    positions: Positions
    scope: Scope
    #: whether it is the file asked for, not one that it imports
    main: bool = True


@dataclass(slots=True)
class Frame:
    """One call on the stack."""

    function: FunctionValue | None
    scope: Scope
    unit: Unit
    #: the receiver and class of the method, for `super()`
    receiver: Value = None
    owner: ClassValue | None = None
    #: loops of unknown length around the current statement
    open_loops: int = 0
    loops: int = 0
    #: arms of undecided or decided conditions around the current statement, since the innermost loop began
    conditions: int = 0
    #: what a generator has yielded so far
    yielded: ListValue | None = None


@dataclass(slots=True)
class Pass:
    """One pass of a loop: when it began (as births count), how many nodes there were, and whether it left a mark."""

    began: int
    nodes: int
    touched: bool = False


@dataclass(slots=True)
class Decisions:
    """Answers to the conditions that could not be decided: given beforehand, and noted as they come up."""

    given: dict[object, bool] = field(default_factory=dict)
    asked: dict[object, bool] = field(default_factory=dict)

    def answer(self, token: object, default: bool = True) -> bool:
        """The answer for a token; the same token is always answered alike."""
        if isinstance(token, tuple) and len(token) == 2 and token[0] == "Not":
            return not self.answer(token[1], not default)
        if token in self.given:
            return self.given[token]
        return self.asked.setdefault(token, default)
