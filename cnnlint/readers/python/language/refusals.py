"""Calls of Python's own functions and methods that surely raise: Python is asked, with copies of plain values."""

from __future__ import annotations

import builtins
import collections
import functools
import inspect
from collections.abc import Callable, Sequence

from cnnlint.readers.python.language.failing import KINDS, fail, of_python, throw
from cnnlint.readers.python.language.kinds import type_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    CallSite,
    DictValue,
    ListValue,
    SetValue,
    Unknown,
    Value,
    is_constant,
    token,
)

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
MAPPINGS: dict[str, type] = {"dict": dict, "OrderedDict": collections.OrderedDict, "Counter": collections.Counter}


class NotPlain(Exception):
    """A value that is not known to the last item, or of no type of Python's own."""


def refuse(run: Run, function: Native, site: CallSite) -> None:
    """Raise in the program what a call of a builtin, or of a method of a container or text, raises in Python."""
    if site.open:
        return
    try:
        asked = _function(run, function)
        arguments, keywords = plain_arguments(site)
    except NotPlain:
        if function.receiver is not None and _misfits(function, site):
            throw("TypeError")
        return
    try:
        result = asked(*arguments, **keywords)
        if function.receiver is None and function.name in ("map", "filter", "zip"):
            list(result)  # type: ignore[call-overload]
    except Exception as error:
        throw(of_python(error), str(error))


#: methods of containers that do not tell Python how many arguments they take
TAKING = {
    **dict.fromkeys(("clear", "copy", "items", "keys", "popitem", "popleft", "reverse", "values"), 0),
    **dict.fromkeys(("add", "append", "appendleft", "discard", "extend", "extendleft", "remove"), 1),
}


def _misfits(function: Native, site: CallSite) -> bool:
    """Whether a method of a container or text takes no such number of arguments, or none of these names."""
    kind = type_of(function.receiver)
    if kind is None or kind.__module__ not in ("builtins", "collections"):
        return False
    if function.name in TAKING:
        return bool(site.keywords) or len(site.positional) != TAKING[function.name]
    signature = _signature(kind, function.name)
    if signature is None:
        return False
    try:
        signature.bind(None, *site.positional, **site.keywords)
    except TypeError:
        return True
    return False


@functools.lru_cache(maxsize=512)
def _signature(kind: type, name: str) -> inspect.Signature | None:
    """What a method of one of Python's own types takes; None for one that is written in C, and does not tell."""
    try:
        return inspect.signature(getattr(kind, name))
    except (ValueError, AttributeError):
        return None


def _function(run: Run, function: Native) -> Callable[..., object]:
    if run.builtins.get(function.name) is function:
        if function.name in ASKED:
            return getattr(builtins, function.name)  # type: ignore[no-any-return]
    elif isinstance(function.receiver, (str, ListValue, DictValue, SetValue, tuple)):
        own = getattr(as_python(function.receiver), function.name, None)
        if own is not None:  # shapes of TensorFlow are tuples here, and have methods of their own
            return own  # type: ignore[no-any-return]
    raise NotPlain


def as_python(value: Value, depth: int = DEEP) -> object:
    """A copy of a value as Python's own."""
    if value is None or isinstance(value, (bool, float, complex)):
        return value
    if isinstance(value, int) and abs(value) <= SMALL:
        return value
    if isinstance(value, (str, bytes)) and len(value) <= SMALL:
        return value
    if not depth:
        raise NotPlain
    if isinstance(value, tuple) and type(value) is tuple and len(value) <= SMALL:
        return tuple(as_python(one, depth - 1) for one in value)
    if isinstance(value, ListValue) and value.whole and value.kind == "list" and len(value.items) <= SMALL:
        return [as_python(one, depth - 1) for one in value.items]
    if isinstance(value, DictValue) and not value.open and len(value.items) <= SMALL and value.kind in MAPPINGS:
        items = {as_python(key, depth - 1): as_python(one, depth - 1) for key, one in value.items.items()}
        return items if value.kind == "dict" else MAPPINGS[value.kind](items)
    if isinstance(value, SetValue) and not value.open and len(value.items) <= SMALL:
        made = {as_python(one, depth - 1) for one in value.items}
        return frozenset(made) if value.frozen else made
    raise NotPlain


def plain_arguments(site: CallSite) -> tuple[list[object], dict[str, object]]:
    """What a call passes by place and by name, as Python's own; NotPlain where that is not known."""
    if site.open:
        raise NotPlain
    keywords = {name: as_python(passed.value) for name, passed in site.keywords.items()}
    return [as_python(passed.value) for passed in site.positional], keywords


def outcome(
    run: Run, function: Callable[..., object], arguments: Sequence[object], keywords: dict[str, object]
) -> Value:
    """What a function of Python answers; NotPlain where that is no plain value, or too large to keep."""
    try:
        result = function(*arguments, **keywords)
    except Exception as error:
        if type(error).__name__ not in KINDS:
            raise NotPlain from error
        return fail(run, of_python(error), str(error))
    return _value(result)


def _value(result: object) -> Value:
    if isinstance(result, (list, tuple)) and type(result) in (list, tuple) and len(result) <= LARGEST:
        items = [_value(item) for item in result]
        return ListValue(items) if isinstance(result, list) else tuple(items)
    small = not isinstance(result, int) or result.bit_length() <= LARGEST_BITS
    short = not isinstance(result, (str, bytes)) or len(result) <= LARGEST
    if not (is_constant(result) and small and short):  # type: ignore[arg-type]
        raise NotPlain
    return result  # type: ignore[return-value]


def computed(function: Callable[..., object]) -> Callable[[Run, CallSite], Value]:
    """A function of Python that answers from plain arguments; unknown for all else."""
    name = getattr(function, "__name__", "")

    def call(run: Run, site: CallSite) -> Value:
        try:
            return outcome(run, function, *plain_arguments(site))
        except NotPlain:
            return Unknown(f"`.{name}()`", (name, *map(token, site.values())))

    return call
