"""Methods of lists, tuples and deques."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.language import steady
from cnnlint.readers.python.language.changing import changed, taken
from cnnlint.readers.python.language.comparing import Undecided, equal, ordered
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    LARGEST,
    CallSite,
    ListValue,
    Passed,
    Unknown,
    Value,
    integers,
    one_of,
    token,
)


def _append(run: Run, value: ListValue, site: CallSite) -> Value:
    options = steady.appended(run, value, site)
    changed(run, value)
    if value.open:
        value.ordered, value.options = False, options
    if len(value.items) < run.meter.limits.items:
        value.items.append(site.value(0))
        _cut(value, from_left=True)
    else:
        value.open = True
    return None


def _cut(value: ListValue, from_left: bool) -> None:
    """Keep a deque within its length."""
    if value.longest is not None and len(value.items) > value.longest:
        surplus = len(value.items) - value.longest
        value.items[:] = value.items[surplus:] if from_left else value.items[:-surplus]


def _append_left(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    value.items.insert(0, site.value(0))
    _cut(value, from_left=False)
    return None


def extend(run: Run, value: ListValue, site: CallSite) -> Value:
    """`value.extend(more)`."""
    found = contents(run, site.value(0))
    changed(run, value)
    more = found.items or []
    room = LARGEST - len(value.items)
    if (value.open and more) or not found.ordered:
        value.ordered = False
    value.items.extend(more[:room])
    if found.open or found.items is None or len(more) > room:
        value.grows(token(site.value(0)))
    _cut(value, from_left=True)
    return None


def _extend_left(run: Run, value: ListValue, site: CallSite) -> Value:
    found = contents(run, site.value(0))
    changed(run, value)
    if found.whole is None:
        value.forget()
    for item in found.items or []:
        value.items.insert(0, item)
    _cut(value, from_left=False)
    return None


def _insert(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    index = site.value(0)
    if (
        isinstance(index, int)
        and len(value.items) < LARGEST
        and not (value.open and not 0 <= index <= len(value.items))
    ):
        value.items.insert(max(min(index, LARGEST), -LARGEST), site.value(1))
    else:
        value.items.append(site.value(1))
        value.ordered = False
        value.open = value.open or len(value.items) >= LARGEST
    return None


def _pop(run: Run, value: ListValue, site: CallSite) -> Value:
    index = site.value(0, default=-1)
    changed(run, value)
    if value.whole and isinstance(index, int):
        if -len(value.items) <= index < len(value.items):
            return value.items.pop(index)
        return fail(run, "IndexError", "pop from empty list" if not value.items else "pop index out of range")
    if value.open and value.ordered and isinstance(index, int) and 0 <= index < len(value.items):
        return value.items.pop(index)
    value.forget()
    return Unknown("`.pop()`")


def _pop_left(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    if value.ordered and value.items:
        return value.items.pop(0)
    if value.whole:
        return fail(run, "IndexError", "pop from an empty deque")
    value.forget()
    return Unknown("`.popleft()`")


def _remove(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    place = _place(run, value, site.value(0))
    if place is None:
        value.forget()
        return None
    if place < 0:
        return fail(run, "ValueError", "list.remove(x): x not in list")
    del value.items[place]
    return None


def _place(run: Run, value: ListValue | tuple[Value, ...], sought: Value) -> int | None:
    """Where an item stands first; -1 for nowhere, None where that is not known."""
    if isinstance(value, ListValue) and not value.ordered:
        return None
    for place, item in enumerate(value.items if isinstance(value, ListValue) else value):
        same = item is sought or equal(run, item, sought)
        if same:
            return place
        if same is None:
            return None
    return None if isinstance(value, ListValue) and value.open else -1


def _index(run: Run, value: ListValue | tuple[Value, ...], site: CallSite) -> Value:
    place = _place(run, value, site.value(0)) if len(site.positional) == 1 else None
    if place is None:
        items = value if isinstance(value, tuple) else value.items if value.whole else ()
        places = list(range(len(items))) if len(site.positional) == 1 else []
        of = value if isinstance(value, ListValue) else None
        return one_of("`.index()`", ("place", token(value), token(site.value(0))), [*places], of)
    return place if place >= 0 else fail(run, "ValueError", "x not in list")


def _count(run: Run, value: ListValue | tuple[Value, ...], site: CallSite) -> Value:
    items = value.items if isinstance(value, ListValue) else value
    if isinstance(value, ListValue) and value.open:
        return Unknown("`.count()`")
    answers = [item is site.value(0) or equal(run, item, site.value(0)) for item in items]
    return Unknown("`.count()`") if None in answers else answers.count(True)


def _reverse(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    if value.open:
        value.ordered = False
    value.items.reverse()
    return None


def _sort(run: Run, value: ListValue, site: CallSite) -> Value:
    if site.positional:
        fail(run, "TypeError")
    changed(run, value)
    made = in_order(run, value.items, site) if not value.open and not site.positional else None
    if made is None:
        value.ordered = False
        taken(run, site.value(None, "key"))
    else:
        value.items[:], value.ordered = made, True
    return None


def in_order(run: Run, items: list[Value], site: CallSite) -> list[Value] | None:
    """Items sorted by the `key` and `reverse` of a call; None where their order is not known."""
    key, reverse = site.value(None, "key"), run.truth(site.value(None, "reverse", default=False))
    if reverse is None or site.open:
        taken(run, key)
        return None
    keys = items if key is None else [run.call(key, CallSite(site.node, [Passed(item)])) for item in items]
    try:
        return ordered(run, items, keys, reverse)
    except Undecided:
        return None


def _copy(run: Run, value: ListValue, site: CallSite) -> Value:
    return ListValue(
        list(value.items), value.open, value.ordered, value.kind, value.longest, of=value.of, options=value.options
    )


def _clear(run: Run, value: ListValue, site: CallSite) -> Value:
    value.items.clear()
    value.open, value.ordered = False, True
    changed(run, value)
    return None


def _rotate(run: Run, value: ListValue, site: CallSite) -> Value:
    changed(run, value)
    steps = site.value(0, default=1)
    if not value.whole or not isinstance(steps, int):
        value.forget()
    elif value.items:
        cut = -steps % len(value.items)
        value.items[:] = value.items[cut:] + value.items[:cut]
    return None


def _as_list(run: Run, value: tuple[Value, ...], site: CallSite) -> Value:
    return ListValue(list(value))


def _num_elements(run: Run, value: tuple[Value, ...], site: CallSite) -> Value:
    total = 1
    sizes = integers(value)
    if sizes is None:
        return Unknown("number of elements")
    for item in sizes:
        total *= item
    return total


Method = Callable[..., Value]
LIST: dict[str, Method] = {
    "append": _append,
    "extend": extend,
    "insert": _insert,
    "pop": _pop,
    "remove": _remove,
    "index": _index,
    "count": _count,
    "reverse": _reverse,
    "sort": _sort,
    "copy": _copy,
    "clear": _clear,
}
DEQUE: dict[str, Method] = {
    **{name: method for name, method in LIST.items() if name not in ("sort",)},
    "appendleft": _append_left,
    "popleft": _pop_left,
    "extendleft": _extend_left,
    "rotate": _rotate,
}
#: `as_list` and `num_elements` are what TensorFlow's shapes have besides
TUPLE: dict[str, Method] = {"index": _index, "count": _count, "as_list": _as_list, "num_elements": _num_elements}
TABLES: dict[str, dict[str, Method]] = {"list": LIST, "deque": DEQUE, "view": {}}
