"""Methods and operators of sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.comparing import hashable, key_of
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import MISSING, CallSite, SetValue, Unknown, Value, compact, token


def made(run: Run, value: Value, frozen: bool = False) -> SetValue:
    """`set(value)`."""
    found = contents(run, value)
    return of_items(run, found.items or [], found.open or found.items is None, frozen, token(value))


def of_items(run: Run, items: Iterable[Value], is_open: bool, frozen: bool = False, of: object = None) -> SetValue:
    """A set of items, taken from what `of` is the token of; open where one of them can't be told from others."""
    result = SetValue({}, is_open, frozen, of=of)
    for item in items:
        key = key_of(run, item)
        if key is MISSING:
            result.open = True
        else:
            result.items.setdefault(key)
    return result


def combined(name: str, left: SetValue, right: SetValue) -> SetValue:
    """`left op right`, by the name of the operator."""
    one, other = left.items, right.items
    is_open = left.open or right.open
    of = compact(("changed", token(left), token(right)))
    if is_open and name != "BitOr":
        return SetValue({}, True, left.frozen, of=of)
    found = {
        "BitOr": [*one, *other],
        "BitAnd": [key for key in one if key in other],
        "Subtract": [key for key in one if key not in other],
        "BitXor": [*(key for key in one if key not in other), *(key for key in other if key not in one)],
    }[name]
    return SetValue(dict.fromkeys(found), is_open, left.frozen, of=of)


OPERATORS = ("BitOr", "BitAnd", "Subtract", "BitXor")


def _with_all(name: str) -> Callable[..., Value]:
    def method(run: Run, value: SetValue, site: CallSite) -> Value:
        result = SetValue(dict(value.items), value.open, value.frozen, of=value.of)
        for one in site.positional:
            result = combined(name, result, made(run, one.value))
        return result

    return method


def _in_place(name: str) -> Callable[..., Value]:
    def method(run: Run, value: SetValue, site: CallSite) -> Value:
        others = [made(run, one.value) for one in site.positional]
        changed(run, value)
        for other in others:
            replace(value, combined(name, value, other))
        return None

    return method


def replace(value: SetValue, by: SetValue) -> None:
    """Put the items of one set in the place of another's."""
    value.items, value.open = dict(by.items), value.open or by.open


def _add(run: Run, value: SetValue, site: CallSite) -> Value:
    changed(run, value)
    key = hashable(site.value(0))
    if key is MISSING:
        value.open = True
        run.building.escape(site.value(0))
    else:
        value.items.setdefault(key)
    return None


def _discard(run: Run, value: SetValue, site: CallSite) -> Value:
    changed(run, value)
    key = hashable(site.value(0))
    if key is MISSING:
        value.forget()
    else:
        value.items.pop(key, None)
    return None


def _remove(run: Run, value: SetValue, site: CallSite) -> Value:
    key = hashable(site.value(0))
    if key is not MISSING and key not in value.items and not value.open:
        return fail(run, "KeyError", key)
    return _discard(run, value, site)


def _pop(run: Run, value: SetValue, site: CallSite) -> Value:
    changed(run, value)
    if not value.open and len(value.items) == 1:
        return value.items.popitem()[0]
    if not value.open and not value.items:
        return fail(run, "KeyError", "pop from an empty set")
    value.forget()
    return Unknown("`.pop()`")


def _clear(run: Run, value: SetValue, site: CallSite) -> Value:
    value.items, value.open = {}, False
    changed(run, value)
    return None


def _copy(run: Run, value: SetValue, site: CallSite) -> Value:
    return SetValue(dict(value.items), value.open, value.frozen, of=value.of)


def compared(name: str, left: SetValue, right: SetValue) -> bool | None:
    """`left op right` for an order of sets, by the name of the operator."""
    if left.open or right.open:
        return None
    one, other = left.items.keys(), right.items.keys()
    return {
        "LessThan": one < other,
        "LessThanEqual": one <= other,
        "GreaterThan": one > other,
        "GreaterThanEqual": one >= other,
    }.get(name)


def _relation(name: str) -> Callable[..., Value]:
    def method(run: Run, value: SetValue, site: CallSite) -> Value:
        answer = compared(name, value, made(run, site.value(0)))
        return Unknown("a relation of sets") if answer is None else answer

    return method


def _disjoint(run: Run, value: SetValue, site: CallSite) -> Value:
    other = made(run, site.value(0))
    common = value.items.keys() & other.items.keys()
    if common and not other.open:
        return False if not value.open else Unknown("`.isdisjoint()`")
    return Unknown("`.isdisjoint()`") if value.open or other.open else not common


Method = Callable[..., Value]
FROZEN: dict[str, Method] = {
    "union": _with_all("BitOr"),
    "intersection": _with_all("BitAnd"),
    "difference": _with_all("Subtract"),
    "symmetric_difference": _with_all("BitXor"),
    "copy": _copy,
    "issubset": _relation("LessThanEqual"),
    "issuperset": _relation("GreaterThanEqual"),
    "isdisjoint": _disjoint,
}
SET: dict[str, Method] = {
    **FROZEN,
    "add": _add,
    "discard": _discard,
    "remove": _remove,
    "pop": _pop,
    "clear": _clear,
    "update": _in_place("BitOr"),
    "intersection_update": _in_place("BitAnd"),
    "difference_update": _in_place("Subtract"),
    "symmetric_difference_update": _in_place("BitXor"),
}
