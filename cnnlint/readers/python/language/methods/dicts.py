"""Methods of dictionaries and of their kin in `collections`."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.language import choosing
from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.comparing import hashable, key_of
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    DictValue,
    DictView,
    ListValue,
    Unknown,
    Value,
    among,
    elements,
    is_constant,
    is_number,
    one_of,
    tensors_in,
    token,
)


def look_up(run: Run, value: DictValue, key: Value) -> Value:
    """`value[key]`."""
    known = key_of(run, key)
    if known is not MISSING and known in value.items:
        return value.items[known]
    unknown = among("item", ("item", _identity(value), (token(key),)), value.items.values() if known is MISSING else ())
    makes = value.kind == "defaultdict" and value.factory is not None
    if makes and known is MISSING:
        changed(run, value)
        _any_key(run, value, key)  # it may be a new one
    if known is MISSING and type(unknown) is Unknown and not (value.open or makes or value.kind == "Counter"):
        return one_of(unknown.why, unknown.token, list(value.items.values()), value)
    if value.open or known is MISSING:
        return unknown
    if value.kind == "Counter":
        return 0
    if makes:
        changed(run, value)
        made = run.call(value.factory, CallSite(None))
        value.items[known] = made
        return made
    failed = fail(run, "KeyError", key)
    return unknown if failed.token == failed.why else failed


def _identity(value: DictValue) -> object:
    """What tells a dictionary from others that are asked for the same key."""
    known = not value.open and all(map(is_constant, value.items.values()))
    return ("dict", repr(tuple(value.items.items()))) if known else token(value)


def put(run: Run, value: DictValue, key: Value, item: Value) -> None:
    """`value[key] = item`."""
    changed(run, value)
    known = key_of(run, key)
    if known is not MISSING:
        value.items[known] = item
        value.sources.pop(known, None)
        run.building.kept.update(id(tensor.node) for tensor in tensors_in(item))
    else:
        _any_key(run, value, key)
        run.building.escape(item)


def _any_key(run: Run, value: DictValue, key: Value) -> None:
    """Some key was set, which is not known: any of the values may be another one now."""
    value.grows(token(key))
    run.building.escape(value)
    value.forget(token(key))


def remove(run: Run, value: DictValue, key: Value) -> None:
    """`del value[key]`."""
    changed(run, value)
    known = key_of(run, key)
    if known is MISSING:
        _any_key(run, value, key)
    elif known in value.items:
        del value.items[known]
    elif not value.open and value.kind != "Counter":  # what a Counter does not hold it counts as 0
        fail(run, "KeyError", key)


def _get(run: Run, value: DictValue, site: CallSite) -> Value:
    key = hashable(site.value(0))
    if key is not MISSING and key in value.items:
        return value.items[key]
    found = choosing.chosen(run, value, site.value(0), site.value(1, "default"), site.node) if key is MISSING else key
    if key is MISSING and found is not MISSING:
        return found
    if value.open or key is MISSING:
        held = [*value.items.values(), site.value(1, "default")]
        return among("`.get()`", ("get", token(site.value(0))), held if key is MISSING else ())
    return site.value(1, "default")


def _has_key(run: Run, value: DictValue, site: CallSite) -> Value:
    key = hashable(site.value(0))
    if key is not MISSING and key in value.items:
        return True
    return Unknown("`.has_key()`") if value.open or key is MISSING else False


def _items(run: Run, value: DictValue, site: CallSite) -> Value:
    return DictView(value, "items", lambda: [(key, item) for key, item in value.items.items()])


def _keys(run: Run, value: DictValue, site: CallSite) -> Value:
    return DictView(value, "keys", lambda: list(value.items))


def _values(run: Run, value: DictValue, site: CallSite) -> Value:
    return DictView(value, "values", lambda: list(value.items.values()))


def merge(run: Run, value: DictValue, other: Value) -> None:
    """Take in another dictionary, or pairs."""
    if isinstance(other, DictValue):
        if other.open:
            _overridden(run, value, other)
        value.items.update(other.items)
        for key in other.items:
            value.sources.pop(key, None)
        value.sources.update(other.sources)
        if other.open:
            value.grows(other.of)
        return
    found = contents(run, other)
    if found.whole is None:
        _any_key(run, value, other)
        return
    for pair in found.whole:
        parts = elements(pair) if not isinstance(pair, str) else list(pair)
        key = hashable(parts[0]) if parts is not None and len(parts) == 2 else MISSING
        if parts is None or key is MISSING:
            _any_key(run, value, parts[0] if parts else pair)
            return
        value.items[key] = parts[1]
        value.sources.pop(key, None)


def _overridden(run: Run, value: DictValue, by: DictValue) -> None:
    """Keys that another dictionary may have as well no longer have a known value."""
    for key, item in value.items.items():
        if key not in by.items:
            run.building.escape(item)
            value.items[key] = Unknown("item", ("item", token(by), (token(key),)))


def _update(run: Run, value: DictValue, site: CallSite) -> Value:
    changed(run, value)
    if site.open:
        value.open = True
    if site.positional:
        merge(run, value, site.value(0))
    for name, passed in site.keywords.items():
        value.items[name] = passed.value
        value.sources.pop(name, None)
        if passed.node is not None:
            value.sources[name] = passed.node
    return None


def _pop(run: Run, value: DictValue, site: CallSite) -> Value:
    changed(run, value)
    key = hashable(site.value(0))
    if key is not MISSING and key in value.items:
        value.sources.pop(key, None)
        return value.items.pop(key)
    held = list(value.items.values())
    if key is MISSING:
        run.building.escape(value)
        value.forget()
    if value.open or key is MISSING:
        return among("`.pop()`", None, held if key is MISSING else ())
    return site.value(1, "default") if len(site.positional) > 1 or site.keywords else fail(run, "KeyError", key)


def _pop_item(run: Run, value: DictValue, site: CallSite) -> Value:
    changed(run, value)
    last = run.truth(site.value(0, "last", default=True))
    if value.open or last is None:
        value.forget()
        return Unknown("`.popitem()`")
    if not value.items:
        return fail(run, "KeyError", "dictionary is empty")
    key = next(reversed(value.items)) if last else next(iter(value.items))
    return (key, value.items.pop(key))


def _set_default(run: Run, value: DictValue, site: CallSite) -> Value:
    key = hashable(site.value(0))
    if key is not MISSING and key in value.items:
        return value.items[key]
    changed(run, value)
    if key is MISSING or value.open:
        run.building.escape(site.value(1, "default"))
        value.open = True
        return Unknown("`.setdefault()`")
    return value.items.setdefault(key, site.value(1, "default"))


def copied(value: DictValue) -> DictValue:
    """A dictionary of the same kind with the same items."""
    return DictValue(dict(value.items), value.open, dict(value.sources), value.kind, value.factory, of=value.of)


def _copy(run: Run, value: DictValue, site: CallSite) -> Value:
    return copied(value)


def _clear(run: Run, value: DictValue, site: CallSite) -> Value:
    changed(run, value)
    value.items.clear()
    value.sources.clear()
    value.open = any(one.open and value.born < one.began for one in run.passes)
    return None


def from_keys(run: Run, site: CallSite) -> Value:
    """`dict.fromkeys(keys, value)`."""
    found = contents(run, site.value(0))
    of = token(site.value(0))
    result = DictValue(open=found.open or found.items is None or not found.ordered, of=of)
    for item in found.items or []:
        key = hashable(item)
        if key is MISSING:
            return DictValue(open=True, of=of)
        result.items[key] = site.value(1)
    return result


def _move_to_end(run: Run, value: DictValue, site: CallSite) -> Value:
    changed(run, value)
    key, last = hashable(site.value(0)), run.truth(site.value(1, "last", default=True))
    if value.open or key is MISSING or last is None:
        value.forget()
    elif key not in value.items:
        return fail(run, "KeyError", key)
    else:
        item = value.items.pop(key)
        rest = dict(value.items)
        value.items.clear()
        value.items.update({**rest, key: item} if last else {key: item, **rest})
    return None


# --- Counter ----------------------------------------------------------------------------------------------------


def counted(run: Run, value: DictValue, given: Value, sign: int = 1) -> None:
    """Count what is given: items, or numbers of a mapping."""
    changed(run, value)
    if isinstance(given, DictValue):
        pairs = None if given.open else list(given.items.items())
    else:
        whole = contents(run, given).whole
        pairs = None if whole is None else [(item, 1) for item in whole]
    for item, number in pairs if pairs is not None else [(MISSING, 0)]:
        key = hashable(item)
        before = value.items.get(key, 0) if key is not MISSING else None
        if isinstance(before, (int, float)) and isinstance(number, (int, float)):
            value.items[key] = before + sign * number
        else:
            value.forget(token(given))
            return


def _count_more(run: Run, value: DictValue, site: CallSite) -> Value:
    if site.positional:
        counted(run, value, site.value(0))
    for name, passed in site.keywords.items():
        counted(run, value, DictValue({name: passed.value}))
    return None


def _count_less(run: Run, value: DictValue, site: CallSite) -> Value:
    counted(run, value, site.value(0), -1)
    return None


def _most_common(run: Run, value: DictValue, site: CallSite) -> Value:
    many = site.value(0, "n")
    if (
        value.open
        or not all(is_number(number) for number in value.items.values())
        or not (many is None or isinstance(many, int))
    ):
        return ListValue([], True, False, of=token(value))
    pairs: list[Value] = [*sorted(value.items.items(), key=lambda pair: pair[1], reverse=True)]  # type: ignore[arg-type,return-value]
    return ListValue(pairs if many is None else pairs[: max(many, 0)])


def _elements(run: Run, value: DictValue, site: CallSite) -> Value:
    found = [
        key
        for key, number in value.items.items()
        for _ in range(number if isinstance(number, int) and number < 1000 else 0)
    ]
    return ListValue(found, value.open or not all(isinstance(number, int) for number in value.items.values()))


def _total(run: Run, value: DictValue, site: CallSite) -> Value:
    numbers = [number for number in value.items.values() if isinstance(number, (int, float))]
    return sum(numbers) if not value.open and len(numbers) == len(value.items) else Unknown("`.total()`")


Method = Callable[..., Value]
DICT: dict[str, Method] = {
    "get": _get,
    "items": _items,
    "keys": _keys,
    "values": _values,
    "update": _update,
    "pop": _pop,
    "popitem": _pop_item,
    "setdefault": _set_default,
    "copy": _copy,
    "clear": _clear,
    "iteritems": _items,
    "itervalues": _values,
    "has_key": _has_key,
    "fromkeys": lambda run, value, site: from_keys(run, site),
}
TABLES: dict[str, dict[str, Method]] = {
    "OrderedDict": {**DICT, "move_to_end": _move_to_end},
    "Counter": {
        **DICT,
        "update": _count_more,
        "subtract": _count_less,
        "most_common": _most_common,
        "elements": _elements,
        "total": _total,
    },
}
