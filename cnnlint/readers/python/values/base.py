"""What an expression of the program may evaluate to while it is read.

Numbers, strings, booleans, None and tuples stand for themselves; everything else is an `Abstract`. What a kind of value
does not say of itself is not known: `Abstract` answers every question with "unknown", and a kind opts in to knowing.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from functools import lru_cache
from types import EllipsisType
from typing import TypeAlias, TypeGuard

from msgspec import Struct

from cnnlint.graph.qualified import denotes_object

birth = itertools.count(1).__next__
"""A number for each mutable value, in the order of their making: loops ask which of them are older than a pass."""

LARGEST = 10_000
"""Results beyond this many characters or items are not worth keeping."""
LARGEST_BITS = 256
"""The same for whole numbers."""


class Abstract:
    """A value that does not stand for itself. Each answer is None, or (None, True), unless the kind knows better."""

    __slots__ = ()

    def truth(self) -> bool | None:
        """What `bool(value)` is."""
        return None

    def length(self) -> int | None:
        """What `len(value)` is."""
        return None

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """The items it yields, and whether there may be more; None for items when not even one is known."""
        return None, True

    def equals(self, other: Value) -> bool | None:
        """What `value == other` is."""
        return None

    def as_text(self) -> str | None:
        """What `str(value)` is, of a library's objects."""
        return None

    def traced(self) -> object:
        """What identifies it in the token of an unknown that is derived from it."""
        return type(self).__name__

    @property
    def is_object(self) -> bool:
        """Whether it is surely neither None nor a number, a string or another constant."""
        return False


class Thing(Abstract):
    """What is true whatever it holds, and no constant: a function, a class, a layer, a model."""

    __slots__ = ()

    def truth(self) -> bool | None:
        """It is true."""
        return True

    @property
    def is_object(self) -> bool:
        """It is."""
        return True


class Missing(Abstract):
    """What a look-up answers where there is nothing: no such attribute, an operator that does not apply."""

    __slots__ = ()


MISSING = Missing()

Constant: TypeAlias = "bool | int | float | complex | str | bytes | EllipsisType | None"
Value: TypeAlias = "Constant | slice | tuple[Value, ...] | Abstract"
"""Whatever an expression may be worth."""


class Unknown(Abstract):
    """A value that could not be worked out.

    `token` says what it is the value of, in a form that is the same in every run over the same file: two
    unknowns with the same token are the same value, so a condition is decided alike wherever it is asked.
    """

    __slots__ = ("token", "why")

    def __init__(self, why: str, token: object = None) -> None:
        self.why = why
        self.token = compact(token) if token is not None else why

    def __repr__(self) -> str:
        return f"<unknown: {self.why}>"


class Failed(Unknown):
    """What an operation is worth that surely raises an exception of this kind."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        super().__init__(f"what raises {kind}")
        self.kind = kind


class Chosen(Unknown):
    """One of several values, which a search over models tries one after the other."""

    __slots__ = ("usual",)

    def __init__(self, why: str, token: object, usual: Value) -> None:
        super().__init__(why, token)
        #: the one that it begins with
        self.usual = usual


#: words in tokens of what a program is given, or of what a library makes: nothing in the file says what these are
GIVEN = frozenset(
    {
        "argv",
        "array",
        "array element",
        "batch",
        "batch size",
        "call",
        "columns",
        "dtype",
        "element",
        "enumerate",
        "env",
        "environment",
        "field",
        "fit",
        "flag",
        "get",
        "import",
        "input",
        "layer",
        "loop",
        "method",
        "model",
        "module",
        "name",
        "ndim",
        "number",
        "numpy",
        "object",
        "param",
        "parameter",
        "placeholder",
        "placeholder with default",
        "predictions",
        "random integer",
        "random number",
        "session",
        "shape",
        "size",
        "size of",
        "statistic",
        "std",
        "stream",
        "tensor",
        "training",
        "value",
        "word_index",
        "ArrayValue",
        "DatasetValue",
        "HistoryValue",
        "FiguresValue",
        "LayerValue",
        "ModelValue",
        "ObjectValue",
        "TensorValue",
        "VariableValue",
    }
)


def is_given(token: object) -> bool:
    """Whether what a token stands for depends on what the program is given, rather than on the program alone.

    A reader that models all of Python would know the others.
    """
    if isinstance(token, tuple):
        if token[:1] == ("digest",):
            return token[-1] is True
        if len(token) == 3 and token[0] == "attribute":  # whatever the attribute is called
            return is_given(token[1])
        return token[:1] == ("value",) or any(map(is_given, token))
    return isinstance(token, str) and token in GIVEN


def compact(token: object) -> object:
    """A token of bounded size: those that are derived from many others would grow without end.

    The token of a negation keeps what it negates, so that both are answered alike.
    """
    if not isinstance(token, tuple):
        return token
    if len(token) == 2 and token[0] == "Not":
        return ("Not", compact(token[1]))
    try:
        digest = _digest(token)
    except TypeError:  # something in it has no hash
        digest = _digest.__wrapped__(token)
    return token if digest is None else ("digest", digest, is_given(token))


@lru_cache(maxsize=4096)
def _digest(token: tuple[object, ...]) -> str | None:
    """Of a long token; a short one stands for itself, and not for another that equals it (0 for 0.0)."""
    text = repr(token)
    return None if len(text) <= 400 else hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


class Symbol(Abstract, Struct, frozen=True):
    """A name of an outside library by its canonical qualified name, for instance "keras.layers.Conv2D"."""

    name: str

    @property
    def last(self) -> str:
        """The part behind the last dot."""
        return self.name.rpartition(".")[2]

    @property
    def is_object(self) -> bool:
        """Functions, classes and modules are; the constants and flags of a library may be anything."""
        return denotes_object(self.name)

    def truth(self) -> bool | None:
        """What is an object is true."""
        return True if self.is_object else None


def truth(value: Value) -> bool | None:
    """What `bool(value)` is, or None when that is not known."""
    return value.truth() if isinstance(value, Abstract) else bool(value)


def length(value: Value) -> int | None:
    """What `len(value)` is, or None when that is not known or there is no such thing."""
    if isinstance(value, Abstract):
        return value.length()
    return len(value) if isinstance(value, (str, bytes, tuple)) else None


def iterated(value: Value) -> tuple[list[Value] | None, bool]:
    """The items a value yields, and whether there may be more; (None, True) when not even one is known."""
    if isinstance(value, Abstract):
        items, more = value.iterated()
        return (None if items is None else list(items)), more
    return (list(value), False) if isinstance(value, (tuple, str)) else (None, True)


def token(value: Value) -> object:
    """What identifies a value in the token of an unknown derived from it."""
    if isinstance(value, Unknown):
        return value.token
    if isinstance(value, Symbol) and not value.is_object:
        return ("module", value.name)  # a version, a flag, the command line: the installed library says what it is
    if is_constant(value) or isinstance(value, Symbol):
        return repr(value)
    return value.traced() if isinstance(value, Abstract) else type(value).__name__


def is_number(value: Value) -> TypeGuard[int | float]:
    """Whether the value is a known int or float (a bool is not)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def numbers(values: Sequence[Value] | None) -> list[int | float] | None:
    """The values if every one of them is a number (bools too), else None."""
    if values is None:
        return None
    found = [value for value in values if isinstance(value, (int, float))]
    return found if len(found) == len(values) else None


def integers(values: Sequence[Value] | None) -> list[int] | None:
    """The values if every one of them is a whole number (bools too), else None."""
    if values is None:
        return None
    found = [value for value in values if isinstance(value, int)]
    return found if len(found) == len(values) else None


def strings(values: Sequence[Value] | None) -> list[str] | None:
    """The values if every one of them is a string, else None."""
    if values is None:
        return None
    found = [value for value in values if isinstance(value, str)]
    return found if len(found) == len(values) else None


def is_constant(value: Value) -> bool:
    """Whether the value is a plain constant, or a tuple of such."""
    if not isinstance(value, tuple):
        return value is None or isinstance(value, (bool, int, float, complex, str, bytes))
    pending, seen = [value], 0
    while pending:
        items = pending.pop()
        seen += len(items)
        if seen > LARGEST:
            return False  # tuples of tuples may be far larger than the program that makes them
        for item in items:
            if isinstance(item, tuple):
                pending.append(item)
            elif not (item is None or isinstance(item, (bool, int, float, complex, str, bytes))):
                return False
    return True
