"""Methods of Python's own types: strings, numbers, lists, dictionaries."""

from __future__ import annotations

import re
from collections.abc import Callable

from cnnlint.readers.python.language.operators import WIDE
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    CallSite,
    DictValue,
    ListValue,
    Unknown,
    Value,
    is_constant,
    strings,
)

NESTED = re.compile(r"\{[^{}]*\{")
STRING_METHODS = frozenset({"lower", "upper", "strip", "lstrip", "rstrip", "split", "rsplit", "replace", "startswith",
                            "endswith", "capitalize", "title", "zfill", "rpartition", "partition", "isdigit",
                            "removeprefix", "removesuffix", "count", "find", "splitlines", "swapcase"})  # fmt: skip


def method(value: Value, name: str) -> Native | None:
    """The method of that name, bound to a value; None if there is none that is understood."""
    if isinstance(value, str):
        if name in STRING_METHODS:
            return Native(name, lambda run, site: _string(value, name, site))
        if name == "join":
            return Native(name, lambda run, site: _join(run, value, site))
        if name == "format":
            return Native(name, lambda run, site: _format(value, site))
    table: dict[str, Callable[..., Value]] = {}
    if isinstance(value, ListValue):
        table = LIST_METHODS
    elif isinstance(value, DictValue):
        table = DICT_METHODS
    elif isinstance(value, tuple):
        table = TUPLE_METHODS
    function = table.get(name)
    return None if function is None else Native(name, lambda run, site: function(run, value, site))


def _string(value: str, name: str, site: CallSite) -> Value:
    arguments = [p.value for p in site.positional]
    if site.keywords or site.open or not all(isinstance(a, (str, int)) or _strings(a) for a in arguments):
        return Unknown(f"`.{name}()`")
    if _grows(value, name, arguments):
        return Unknown(f"`.{name}()`")
    try:
        result = getattr(value, name)(*arguments)
    except (TypeError, ValueError, OverflowError):
        return Unknown(f"`.{name}()`")
    return ListValue(result) if isinstance(result, list) else result


def _grows(value: str, name: str, arguments: list[Value]) -> bool:
    """Whether the result would be longer than is worth keeping."""
    if name == "zfill":
        return any(isinstance(argument, int) and argument > LARGEST for argument in arguments)
    if name == "replace" and len(arguments) > 1 and isinstance(arguments[0], str) and isinstance(arguments[1], str):
        return len(value) + value.count(arguments[0]) * len(arguments[1]) > LARGEST
    return False


def _strings(value: Value) -> bool:
    return isinstance(value, tuple) and all(isinstance(item, str) for item in value)


def _join(run: Run, value: str, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    parts = strings(items)
    if parts is None or is_open or sum(map(len, parts)) + len(value) * len(parts) > LARGEST:
        return Unknown("`.join()`")
    return value.join(parts)


def _format(value: str, site: CallSite) -> Value:
    arguments = [p.value for p in site.positional]
    keywords = {key: p.value for key, p in site.keywords.items()}
    plain = all(isinstance(a, (str, int, float)) for a in [*arguments, *keywords.values()])
    if site.open or not plain or len(value) > 2_000 or ("{" in value and _digs(value)):
        return Unknown("`.format()`")
    try:
        result = value.format(*arguments, **keywords)
        return result if len(result) <= LARGEST else Unknown("`.format()`")
    except (IndexError, KeyError, ValueError, AttributeError, TypeError, MemoryError, OverflowError):
        return Unknown("`.format()`")


def _digs(value: str) -> bool:
    # attribute or item access and large widths inside the braces are not worth the risk
    if WIDE.search(value) or NESTED.search(value):
        return True
    inside = [part.split("}")[0] for part in value.split("{")[1:]]
    return any("[" in part or "." in part.split(":")[0] or len(part) > 12 for part in inside)


def _append(run: Run, value: ListValue, site: CallSite) -> Value:
    run.touch(value)
    if len(value.items) < run.meter.limits.items:
        value.items.append(site.value(0))
    else:
        value.open = True
    value.open = value.open or run.grows_without_end(value)
    return None


def _extend(run: Run, value: ListValue, site: CallSite) -> Value:
    run.touch(value)
    items, is_open = run.iterate(site.value(0))
    room = LARGEST - len(value.items)
    value.items.extend((items or [])[:room])
    value.open = value.open or is_open or items is None or run.grows_without_end(value) or len(items) > room
    return None


def _insert(run: Run, value: ListValue, site: CallSite) -> Value:
    run.touch(value)
    index = site.value(0)
    if isinstance(index, int) and abs(index) <= LARGEST and len(value.items) < LARGEST:
        value.items.insert(index, site.value(1))
    else:
        value.open = True
    value.open = value.open or run.grows_without_end(value)
    return None


def _pop(run: Run, value: ListValue, site: CallSite) -> Value:
    run.touch(value)
    index = site.value(0, default=-1)
    if value.open or not isinstance(index, int) or not -len(value.items) <= index < len(value.items):
        value.open = True
        return Unknown("`.pop()`")
    if run.grows_without_end(value):
        value.open = True
    return value.items.pop(index)


def _reverse(run: Run, value: ListValue, site: CallSite) -> Value:
    value.items.reverse()
    return None


def _index(run: Run, value: ListValue | tuple[Value, ...], site: CallSite) -> Value:
    items = value.items if isinstance(value, ListValue) else list(value)
    sought = site.value(0)
    if is_constant(sought) and all(is_constant(item) for item in items) and sought in items:
        return items.index(sought)
    return Unknown("`.index()`")


def _copy(run: Run, value: ListValue, site: CallSite) -> Value:
    return ListValue(list(value.items), value.open)


def _clear(run: Run, value: ListValue, site: CallSite) -> Value:
    value.items.clear()
    return None


def _forget(run: Run, value: ListValue, site: CallSite) -> Value:
    value.open = True
    return None


def _get(run: Run, value: DictValue, site: CallSite) -> Value:
    key = site.value(0)
    if is_constant(key) and key in value.items:
        return value.items[key]
    if value.open or not is_constant(key):
        return Unknown("`.get()`", ("get", repr(key)))
    return site.value(1)


def _items(run: Run, value: DictValue, site: CallSite) -> Value:
    return ListValue([(key, item) for key, item in value.items.items()], value.open)


def _keys(run: Run, value: DictValue, site: CallSite) -> Value:
    return ListValue(list(value.items), value.open)


def _values(run: Run, value: DictValue, site: CallSite) -> Value:
    return ListValue(list(value.items.values()), value.open)


def _update(run: Run, value: DictValue, site: CallSite) -> Value:
    run.touch(value)
    other = site.value(0)
    if isinstance(other, DictValue):
        value.items.update(other.items)
        value.sources.update(other.sources)
        value.open = value.open or other.open
    elif other is not None:
        value.open = True
    for key, passed in site.keywords.items():
        value.items[key] = passed.value
    return None


def _dict_pop(run: Run, value: DictValue, site: CallSite) -> Value:
    key = site.value(0)
    if is_constant(key) and key in value.items:
        return value.items.pop(key)
    if value.open or not is_constant(key):
        return Unknown("`.pop()`")
    return site.value(1)


def _setdefault(run: Run, value: DictValue, site: CallSite) -> Value:
    key = site.value(0)
    if is_constant(key) and not value.open:
        return value.items.setdefault(key, site.value(1))
    return Unknown("`.setdefault()`")


def _dict_copy(run: Run, value: DictValue, site: CallSite) -> Value:
    return DictValue(dict(value.items), value.open, dict(value.sources))


def _as_list(run: Run, value: tuple[Value, ...], site: CallSite) -> Value:
    return ListValue(list(value))


def _num_elements(run: Run, value: tuple[Value, ...], site: CallSite) -> Value:
    total = 1
    for item in value:
        if not isinstance(item, int):
            return Unknown("number of elements")
        total *= item
    return total


LIST_METHODS: dict[str, Callable[..., Value]] = {
    "append": _append, "extend": _extend, "insert": _insert, "pop": _pop, "reverse": _reverse, "index": _index,
    "copy": _copy, "clear": _clear, "remove": _forget, "sort": _forget, "add": _append, "update": _extend,
}  # fmt: skip
DICT_METHODS: dict[str, Callable[..., Value]] = {
    "get": _get, "items": _items, "keys": _keys, "values": _values, "update": _update, "pop": _dict_pop,
    "setdefault": _setdefault, "copy": _dict_copy, "iteritems": _items, "has_key": _get,
}  # fmt: skip
TUPLE_METHODS: dict[str, Callable[..., Value]] = {
    "index": _index, "as_list": _as_list, "num_elements": _num_elements,
}  # fmt: skip
