"""Values of the program as the graph holds them."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN
from cnnlint.readers.python.values.base import Value, is_constant
from cnnlint.readers.python.values.containers import elements, is_small
from cnnlint.readers.python.values.data import ArrayValue


def of_scalar(value: Value) -> int | float | None:
    """The number that an array without axes holds, as numpy's numbers are; None for anything else."""
    found = value.elements if isinstance(value, ArrayValue) and value.facts.shape == () else None
    return found.items[0] if found is not None else None


def plain(value: Value) -> Any:
    """The value as graph arguments hold it: constants and tuples as they are, lists as tuples, else UNKNOWN."""
    if is_constant(value):
        return value
    number = of_scalar(value)
    if number is not None:
        return number
    if not is_small(value):
        return UNKNOWN
    items = elements(value)
    if items is not None:
        return tuple(plain(item) for item in items)
    return UNKNOWN
