"""`collections` and `copy`."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.readers.python.arrays import tables
from cnnlint.readers.python.language.builtins import make_dict
from cnnlint.readers.python.language.classes import special
from cnnlint.readers.python.language.iteration import contents
from cnnlint.readers.python.language.methods import dicts
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    ArrayValue,
    CallSite,
    DictValue,
    FieldsTuple,
    InstanceValue,
    ListValue,
    Passed,
    SetValue,
    Unknown,
    Value,
    among,
    is_small,
    token,
)

Handler = Callable[[Run, CallSite], Value]


def _ordered(run: Run, site: CallSite) -> Value:
    made = make_dict(run, site)
    if isinstance(made, DictValue):
        made.kind = "OrderedDict"
    return made


def _default(run: Run, site: CallSite) -> Value:
    factory = site.value(0)
    inner = CallSite(None, site.positional[1:], site.keywords, site.open)
    made = make_dict(run, inner)
    if isinstance(made, DictValue):
        made.kind, made.factory = "defaultdict", factory
    return made


def _counter(run: Run, site: CallSite) -> Value:
    made = DictValue(open=site.open, kind="Counter")
    if site.positional:
        dicts.counted(run, made, site.value(0))
    for name, passed in site.keywords.items():
        dicts.counted(run, made, DictValue({name: passed.value}))
    return made


def _deque(run: Run, site: CallSite) -> Value:
    found, longest = contents(run, site.value(0, "iterable", default=())), site.value(1, "maxlen")
    if not (longest is None or isinstance(longest, int)):
        return ListValue([], True, False, "deque")
    made = ListValue(found.items or [], found.open or found.items is None, found.ordered, "deque", longest)
    if longest is not None and len(made.items) > longest:
        made.items = made.items[len(made.items) - longest :]
    return made


def _chain_map(run: Run, site: CallSite) -> Value:
    """Several dictionaries as one, which shows and makes changes of each: not followed."""
    return among("a chain of dictionaries", ("chain map", tuple(map(token, site.values()))), site.values())


def _copy(run: Run, site: CallSite) -> Value:
    return _copied(run, site.value(0, "x"), 0, {})


def _deepcopy(run: Run, site: CallSite) -> Value:
    value = site.value(0, "x")
    return _copied(run, value, 8, {}) if is_small(value) else Unknown("a deep copy")


def _copied(run: Run, value: Value, depth: int, done: dict[int, Value]) -> Value:
    """A container or instance anew; with `depth` left, what it holds as well. Other values are shared."""
    if id(value) in done:
        return done[id(value)]

    def inner(item: Value) -> Value:
        return _copied(run, item, depth - 1, done) if depth else item

    made: Value = value
    if isinstance(value, ListValue):
        made = done[id(value)] = ListValue([], value.open, value.ordered, value.kind, value.longest)
        made.items += [inner(item) for item in value.items]
    elif isinstance(value, DictValue):
        made = done[id(value)] = DictValue({}, value.open, dict(value.sources), value.kind, value.factory)
        made.items.update({key: inner(item) for key, item in value.items.items()})
    elif isinstance(value, SetValue):
        made = done[id(value)] = SetValue(dict(value.items), value.open, value.frozen)
    elif isinstance(value, FieldsTuple):
        made = FieldsTuple.of(value.cls, [inner(item) for item in value])
    elif isinstance(value, tuple):
        made = tuple(inner(item) for item in value)
    elif isinstance(value, slice) and depth:
        made = slice(inner(value.start), inner(value.stop), inner(value.step))
    elif isinstance(value, InstanceValue):
        made = _instance(run, value, depth, done, inner)
    elif isinstance(value, ArrayValue):
        made = done[id(value)] = tables.copied(value)
    return made


def _instance(
    run: Run, value: InstanceValue, depth: int, done: dict[int, Value], inner: Callable[[Value], Value]
) -> Value:
    if value.role or value.cls.flavour == "enum":
        return value
    method = special(value, "__deepcopy__" if depth else "__copy__")
    if method is not MISSING:
        return run.call(method, CallSite(None, [Passed(DictValue())] if depth else []))
    if not value.cls.plain:
        return value
    made = done[id(value)] = InstanceValue(value.cls)
    made.attributes.update({name: inner(item) for name, item in value.attributes.items()})
    return made


HANDLERS: dict[str, Handler] = {
    "collections.OrderedDict": _ordered,
    "collections.defaultdict": _default,
    "collections.Counter": _counter,
    "collections.deque": _deque,
    "collections.ChainMap": _chain_map,
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
}
