"""Calls of Python's own functions and methods that surely raise: Python is asked, with copies of plain values."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from cnnlint.readers.python.language.failing import of_python, throw
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import CallSite, DictValue, ListValue, SetValue, Value

ASKED = frozenset(
    {
        *("abs", "all", "any", "bin", "bool", "bytes", "callable", "chr", "complex", "dict", "divmod", "enumerate"),
        *("filter", "float", "format", "frozenset", "hash", "hex", "id", "int", "isinstance", "iter", "len", "list"),
        *("map", "max", "min", "ord", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple"),
        "zip",
    }
)
"""Builtins that neither read nor change anything but what they are passed."""
SMALL = 1000
"""No number beyond it is passed on: it may be the length of what is made."""
DEEP = 4


class _NotPlain(Exception):
    """A value that is not known to the last item, or of no type of Python's own."""


def refuse(run: Run, function: Native, site: CallSite) -> None:
    """Raise in the program what a call of a builtin, or of a method of a container or text, raises in Python."""
    if site.open:
        return
    try:
        asked = _function(run, function)
        arguments = [_plain(passed.value) for passed in site.positional]
        keywords = {name: _plain(passed.value) for name, passed in site.keywords.items()}
    except _NotPlain:
        return
    try:
        result = asked(*arguments, **keywords)
        if function.receiver is None and function.name in ("map", "filter", "zip"):
            list(result)  # type: ignore[call-overload]
    except Exception as error:
        throw(of_python(error), str(error))


def _function(run: Run, function: Native) -> Callable[..., object]:
    if run.builtins.get(function.name) is function:
        if function.name in ASKED:
            return getattr(builtins, function.name)  # type: ignore[no-any-return]
    elif isinstance(function.receiver, (str, ListValue, DictValue, SetValue, tuple)):
        return getattr(_plain(function.receiver), function.name)  # type: ignore[no-any-return]
    raise _NotPlain


def _plain(value: Value, depth: int = DEEP) -> object:
    """A copy of a value as Python's own."""
    if value is None or isinstance(value, (bool, float, complex)):
        return value
    if isinstance(value, int) and abs(value) <= SMALL:
        return value
    if isinstance(value, (str, bytes)) and len(value) <= SMALL:
        return value
    if not depth:
        raise _NotPlain
    if isinstance(value, tuple) and type(value) is tuple and len(value) <= SMALL:
        return tuple(_plain(one, depth - 1) for one in value)
    if isinstance(value, ListValue) and value.whole and value.kind == "list" and len(value.items) <= SMALL:
        return [_plain(one, depth - 1) for one in value.items]
    if isinstance(value, DictValue) and not value.open and value.kind == "dict" and len(value.items) <= SMALL:
        return {_plain(key, depth - 1): _plain(one, depth - 1) for key, one in value.items.items()}
    if isinstance(value, SetValue) and not value.open and len(value.items) <= SMALL:
        made = {_plain(one, depth - 1) for one in value.items}
        return frozenset(made) if value.frozen else made
    raise _NotPlain
