"""Functions of Python's standard library that programs build models with: copy, itertools, collections."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from cnnlint.readers.python.language.values import (
    LARGEST,
    CallSite,
    DictValue,
    ListValue,
    Native,
    Passed,
    Unknown,
    Value,
    is_small,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter


def _copy(run: Interpreter, site: CallSite) -> Value:
    return _copied(site.value(0, "x"), 0)


def _deepcopy(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "x")
    return _copied(value, 8) if is_small(value) else Unknown("a deep copy")


def _copied(value: Value, depth: int) -> Value:
    """A list or dictionary anew; with `depth` left, what it holds as well. Other values are shared."""

    def inner(item: Value) -> Value:
        return _copied(item, depth - 1) if depth else item

    if isinstance(value, ListValue):
        return ListValue([inner(item) for item in value.items], value.open)
    if isinstance(value, DictValue):
        return DictValue({key: inner(item) for key, item in value.items.items()}, value.open, dict(value.sources))
    if isinstance(value, tuple):
        return tuple(inner(item) for item in value)
    return value


def _chain(run: Interpreter, site: CallSite) -> Value:
    return _joined(run, site.values(), site.open)


def _chain_from_iterable(run: Interpreter, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    return _joined(run, items or [], is_open or items is None)


def _joined(run: Interpreter, parts: Iterable[Value], is_open: bool) -> Value:
    result = ListValue([], is_open)
    for part in parts:
        items, more = run.iterate(part)
        result.items += items or []
        result.open = result.open or more or items is None
        if len(result.items) > LARGEST:
            return ListValue(result.items[:LARGEST], True)
    return result


def _product(run: Interpreter, site: CallSite) -> Value:
    columns = [run.iterate(passed.value) for passed in site.positional]
    repeat = site.value(None, "repeat", default=1)
    total = 1
    for items, is_open in columns:
        total *= len(items) if items is not None and not is_open else LARGEST + 1
    if not isinstance(repeat, int) or not 0 <= repeat <= 8 or site.open or total**repeat > LARGEST:
        return Unknown("itertools.product()")
    return ListValue(list(itertools.product(*[items or [] for items, _ in columns], repeat=repeat)))


def _repeat(run: Interpreter, site: CallSite) -> Value:
    times = site.value(1, "times")
    if isinstance(times, int) and 0 <= times <= run.meter.limits.items:
        return ListValue([site.value(0, "object")] * times)
    return ListValue([site.value(0, "object")], True)


def _ordered(run: Interpreter, site: CallSite) -> Value:
    from cnnlint.readers.python.language.builtins import BUILTINS

    return BUILTINS["dict"].call(run, site)


def _namedtuple(run: Interpreter, site: CallSite) -> Value:
    """A class of tuples with named fields: its objects are dictionaries, whose items are read as attributes."""
    names = site.value(1, "field_names")
    if isinstance(names, str):
        fields: list[Value] = list(names.replace(",", " ").split())
    else:
        items, is_open = run.iterate(names)
        if items is None or is_open or not all(isinstance(item, str) for item in items):
            return Unknown("namedtuple()")
        fields = items

    def make(run: Interpreter, inner: CallSite) -> Value:
        given: dict[str, Passed] = dict(zip(fields, inner.positional, strict=False))
        given.update(inner.keywords)
        return NamedTuple({name: p.value for name, p in given.items()}, inner.open or len(given) < len(fields))

    return Native("namedtuple", make)


class NamedTuple(DictValue):
    """An object of a `namedtuple` class: fields by name, in order."""

    __slots__ = ()


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from_iterable,
    "itertools.product": _product,
    "itertools.repeat": _repeat,
    "collections.OrderedDict": _ordered,
    "collections.namedtuple": _namedtuple,
}
