"""What programs build models with from Python's standard library: copy, itertools, functools, math, argparse."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    CallSite,
    DictValue,
    ListValue,
    NamedTuple,
    ObjectValue,
    PartialValue,
    Passed,
    Unknown,
    Value,
    is_small,
    strings,
)


def _copy(run: Run, site: CallSite) -> Value:
    return _copied(site.value(0, "x"), 0)


def _deepcopy(run: Run, site: CallSite) -> Value:
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


def _chain(run: Run, site: CallSite) -> Value:
    return _joined(run, site.values(), site.open)


def _chain_from_iterable(run: Run, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    return _joined(run, items or [], is_open or items is None)


def _joined(run: Run, parts: Iterable[Value], is_open: bool) -> Value:
    result = ListValue([], is_open)
    for part in parts:
        items, more = run.iterate(part)
        result.items += items or []
        result.open = result.open or more or items is None
        if len(result.items) > LARGEST:
            return ListValue(result.items[:LARGEST], True)
    return result


def _product(run: Run, site: CallSite) -> Value:
    columns = [run.iterate(passed.value) for passed in site.positional]
    repeat = site.value(None, "repeat", default=1)
    total = 1
    for items, is_open in columns:
        total *= len(items) if items is not None and not is_open else LARGEST + 1
    if not isinstance(repeat, int) or not 0 <= repeat <= 8 or site.open or total**repeat > LARGEST:
        return Unknown("itertools.product()")
    return ListValue(list(itertools.product(*[items or [] for items, _ in columns], repeat=repeat)))


def _repeat(run: Run, site: CallSite) -> Value:
    times = site.value(1, "times")
    if isinstance(times, int) and 0 <= times <= run.meter.limits.items:
        return ListValue([site.value(0, "object")] * times)
    return ListValue([site.value(0, "object")], True)


def _ordered(run: Run, site: CallSite) -> Value:
    from cnnlint.readers.python.language.builtins import BUILTINS

    return BUILTINS["dict"].call(run, site)


def _namedtuple(run: Run, site: CallSite) -> Value:
    """A class of tuples with named fields: its objects are dictionaries, whose items are read as attributes."""
    names = site.value(1, "field_names")
    if isinstance(names, str):
        fields = names.replace(",", " ").split()
    else:
        items, is_open = run.iterate(names)
        known = strings(items)
        if known is None or is_open:
            return Unknown("namedtuple()")
        fields = known

    def make(run: Run, inner: CallSite) -> Value:
        given: dict[str, Passed] = dict(zip(fields, inner.positional, strict=False))
        given.update(inner.keywords)
        return NamedTuple({name: p.value for name, p in given.items()}, inner.open or len(given) < len(fields))

    return Native("namedtuple", make)


def _partial(run: Run, site: CallSite) -> Value:
    if not site.positional:
        return Unknown("partial()")
    return PartialValue(site.positional[0].value, tuple(site.positional[1:]), dict(site.keywords))


def _reduce(run: Run, site: CallSite) -> Value:
    function, (items, is_open) = site.value(0), run.iterate(site.value(1))
    if items is None or is_open or len(items) > 256:
        return Unknown("reduce()")
    values = [site.value(2), *items] if len(site.positional) > 2 else list(items)
    if not values:
        return Unknown("reduce()")
    current = values[0]
    for item in values[1:]:
        current = run.call(function, CallSite(site.node, [Passed(current), Passed(item)]))
    return current


def _math(function: Callable[..., float]) -> Callable[[Any, CallSite], Value]:
    def call(run: Run, site: CallSite) -> Value:
        values = site.values()
        if all(isinstance(value, (int, float)) for value in values):
            try:
                return function(*values)
            except (ValueError, OverflowError, TypeError, ZeroDivisionError):
                pass
        return Unknown(site.api)

    return call


def _add_argument(run: Run, value: ObjectValue, site: CallSite) -> Value:
    if not value.name.endswith("ArgumentParser"):
        return None
    names = [p.value for p in site.positional if isinstance(p.value, str)]
    default = site.value(None, "default", default=None)
    if "dest" in site.keywords and isinstance(site.keywords["dest"].value, str):
        names = [site.keywords["dest"].value]
    action = site.value(None, "action")
    if action == "store_true" and "default" not in site.keywords:
        default = False
    if names and ("default" in site.keywords or action == "store_true"):
        run.flags[names[-1].lstrip("-").replace("-", "_")] = default
    return value


def _parse_args(run: Run, value: ObjectValue, site: CallSite) -> Value:
    return value if value.name.endswith("ArgumentParser") else None


def _group(run: Run, value: ObjectValue, site: CallSite) -> Value:
    return value


#: methods of its objects
METHODS: dict[str, Callable[[Any, ObjectValue, CallSite], Value]] = {
    "add_argument": _add_argument,
    "parse_args": _parse_args,
    "add_argument_group": _group,
    "add_mutually_exclusive_group": _group,
}
#: functions by qualified name
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "sys.exit": lambda run, site: run.raised(),
    **{
        name: lambda run, site: site.value(0, "iterable")
        for name in ("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "tqdm.tqdm_notebook")
    },
    "os.getenv": lambda run, site: Unknown("environment", ("env",)),
    **{
        f"math.{name}": _math(getattr(math, name))
        for name in ("ceil", "floor", "sqrt", "log", "log2", "exp", "pow", "log10")
    },
    "copy.copy": _copy,
    "copy.deepcopy": _deepcopy,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from_iterable,
    "itertools.product": _product,
    "itertools.repeat": _repeat,
    "collections.OrderedDict": _ordered,
    "collections.namedtuple": _namedtuple,
}
