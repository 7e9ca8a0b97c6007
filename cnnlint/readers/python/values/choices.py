"""Values of which it is not known which one is meant."""

from __future__ import annotations

from collections.abc import Iterable

from cnnlint.readers.python.values.base import Abstract, Symbol, Unknown, Value
from cnnlint.readers.python.values.containers import ListValue, inside
from cnnlint.readers.python.values.data import ArrayValue
from cnnlint.readers.python.values.models import LayerValue, ModelValue, TensorValue


class Among(Unknown):
    """One of several values of the program, or what belongs to one of them: what is done to it may be done to each."""

    __slots__ = ("values",)

    def __init__(self, why: str, token: object, values: tuple[Value, ...]) -> None:
        super().__init__(why, token)
        self.values = values


#: values that nothing changes, or that are kept apart anyway
STEADY = (Symbol, TensorValue, ArrayValue, LayerValue, ModelValue)


def among(why: str, token: object, values: Iterable[Value]) -> Unknown:
    """One of these values, or of what they hold; only those count that change, or do something when they are called."""
    held: list[Value] = []
    for value in values:
        if isinstance(value, Among):
            held += value.values
        elif _counts(value):
            held.append(value)
    return Among(why, token, tuple(held)) if held else Unknown(why, token)


def items_of(value: Value) -> list[Value]:
    """What an item of which no more is known is one of: what a sequence holds, or what any of several values do."""
    if isinstance(value, Among):
        return [held for one in value.values for held in (inside(one) or [one])]
    return inside(value) if isinstance(value, (tuple, ListValue)) else []


def _counts(value: Value) -> bool:
    """Whether a value changes or does something, or is a tuple that holds one that does."""
    if isinstance(value, tuple):
        return any(isinstance(one, Among) or _counts(one) for one in value)
    return isinstance(value, Abstract) and not isinstance(value, (Unknown, *STEADY))
