"""Methods of Python's own types. What is not modelled forgets its receiver, and what it was given."""

from __future__ import annotations

from types import GeneratorType

from cnnlint.readers.python.language.changing import changed, forgotten
from cnnlint.readers.python.language.kinds import type_of
from cnnlint.readers.python.language.methods import dicts, iterators, lists, numbers, sets, strings
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    DictValue,
    IteratorValue,
    ListValue,
    SetValue,
    Unknown,
    Value,
)


def method(value: Value, name: str) -> Native | None:
    """The method of that name, bound to a value; None if its type has none of that name."""
    if isinstance(value, str):
        return strings.method(value, name)
    if isinstance(value, ListValue):
        table = lists.TABLES.get(value.kind, lists.TUPLE)
    elif isinstance(value, DictValue):
        table = dicts.TABLES.get(value.kind, dicts.DICT)
    elif isinstance(value, SetValue):
        table = sets.FROZEN if value.frozen else sets.SET
    elif isinstance(value, tuple):
        table = lists.TUPLE
    elif isinstance(value, IteratorValue):
        return _of_iterator(value, name)
    else:
        return numbers.method(value, name)
    function = table.get(name)
    if function is not None:
        return Native(name, lambda run, site: function(run, value, site), value)
    if has(value, name) and callable(getattr(type_of(value), name)):
        return Native(name, lambda run, site: _not_modelled(run, value, name, site), value)
    return None


def part(value: Value, name: str) -> Value:
    """An attribute of a number or of a slice that is no method; MISSING for everything else."""
    known = isinstance(value, slice) and name in ("start", "stop", "step")
    known = known or (isinstance(value, (int, float, complex)) and name in numbers.PARTS and hasattr(value, name))
    found: Value = getattr(value, name) if known else MISSING
    return found


#: what every iterator and generator of Python has
OF_ITERATORS = frozenset(name for name in dir(GeneratorType) if callable(getattr(GeneratorType, name)))


def _of_iterator(value: IteratorValue, name: str) -> Native | None:
    if name not in OF_ITERATORS:
        return None
    table = iterators.GENERATOR if value.kind == "generator" else iterators.ITERATOR
    function = table.get(name)
    if function is not None:
        return Native(name, lambda run, site: function(run, value, site), value)
    return Native(name, lambda run, site: _not_modelled(run, value, name, site), value)


def has(value: Value, name: str) -> bool | None:
    """Whether a value of one of Python's own types has an attribute of that name; None where its type is not known."""
    kind = type_of(value)
    # a class itself has more: it can be called, and has a name
    return any(name in vars(base) for base in kind.__mro__) if kind is not None else None


def _not_modelled(run: Run, value: Value, name: str, site: CallSite) -> Value:
    for one in (value, *site.values()):
        if isinstance(one, (ListValue, DictValue, SetValue, IteratorValue)):
            changed(run, one)
        forgotten(one)
    return run.building.unknown_call(Unknown(f"`.{name}()`"), site)
