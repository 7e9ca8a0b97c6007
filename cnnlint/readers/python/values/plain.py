"""Values of the program as the graph holds them."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN
from cnnlint.readers.python.values.base import Value, is_constant
from cnnlint.readers.python.values.containers import elements, is_small


def plain(value: Value) -> Any:
    """The value as graph arguments hold it: constants and tuples as they are, lists as tuples, else UNKNOWN."""
    if is_constant(value):
        return value
    if not is_small(value):
        return UNKNOWN
    items = elements(value)
    if items is not None:
        return tuple(plain(item) for item in items)
    return UNKNOWN
