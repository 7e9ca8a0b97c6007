"""Which of Python's own types a value is of."""

from __future__ import annotations

import collections

from cnnlint.readers.python.values import DictValue, DictView, ListValue, SetValue, Value

#: the Python type whose attributes a kind of sequence has
KINDS: dict[str, type] = {
    "list": list,
    "tuple": tuple,
    "range": range,
    "dict": dict,
    "deque": collections.deque,
}
VIEWS: dict[str, type] = {"keys": type({}.keys()), "values": type({}.values()), "items": type({}.items())}


def type_of(value: Value) -> type | None:
    """The Python type of a container or constant, where there is just one that it can be."""
    if isinstance(value, DictView):
        return VIEWS[value.part]
    if isinstance(value, ListValue):
        return KINDS.get(value.kind)
    if isinstance(value, DictValue):
        return getattr(collections, value.kind, dict)
    if isinstance(value, SetValue):
        return frozenset if value.frozen else set
    if isinstance(value, (tuple, str, bytes, int, float, complex)) or value is None:
        return type(value)
    return None
