"""Constants of which it is not known which one is meant: the number of a class, the name of a folder."""

from __future__ import annotations

from typing import TypeAlias

from cnnlint.readers.python.values.base import Unknown, Value, token
from cnnlint.readers.python.values.containers import Container

Options: TypeAlias = frozenset[int] | frozenset[str]
"""All that something may be: whole numbers, or texts."""

MOST = 1000
"""As many as are kept apart."""


class OneOf(Unknown):
    """A number: one of these where they are known, taken from a container as it was then."""

    __slots__ = ("of", "options", "whole")

    def __init__(
        self,
        why: str,
        token: object,
        options: Options | None = None,
        of: Container | None = None,
        whole: bool = True,
    ) -> None:
        super().__init__(why, token)
        self.options, self.of, self.whole = options, of, whole


def options_of(values: object) -> Options | None:
    """Constants as options: whole numbers alone, or texts alone."""
    items = list(values) if isinstance(values, (list, tuple, set, frozenset)) else []
    if not items or len(items) > MOST:
        return None
    if all(isinstance(one, int) and not isinstance(one, bool) for one in items):
        return frozenset(items)
    return frozenset(items) if all(isinstance(one, str) for one in items) else None


def joined(one: Options | None, other: Options | None) -> Options | None:
    """What is among the one or the other."""
    return options_of([*one, *other]) if one is not None and other is not None else None


def as_number(value: Value, made_by: str, whole: bool) -> Unknown:
    """What `int(value)` or `float(value)` is where it could not be worked out: the same, and surely a number."""
    if isinstance(value, OneOf) and value.whole == whole:
        return value
    if isinstance(value, Unknown):
        return OneOf(value.why, value.token, whole=whole) if type(value) in (Unknown, OneOf) else value
    return OneOf(f"{made_by}()", (made_by, token(value)), whole=whole)


def one_of(why: str, token: object, values: list[Value], of: Container | None = None) -> Unknown:
    """One of these values, where all of them are whole numbers."""
    options = options_of(values)
    whole = options is not None and all(isinstance(one, int) for one in options)
    return OneOf(why, token, options, of) if whole else Unknown(why, token)
