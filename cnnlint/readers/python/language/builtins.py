"""Python's builtin functions over abstract values."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from cnnlint.readers.python.language import operators
from cnnlint.readers.python.language.attributes import assign_attribute, attribute
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    ArrayValue,
    CallSite,
    ClassValue,
    DatasetValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    MethodValue,
    PartialValue,
    Passed,
    RangeValue,
    SuperValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    integers,
    is_constant,
    is_number,
    length,
)


def super_value(run: Run) -> Value:
    """`super()` in the current method."""
    for frame in reversed(run.frames):
        if frame.owner is not None:
            return SuperValue(frame.owner, frame.receiver)
    return Unknown("super()")


def _range(run: Run, site: CallSite) -> Value:
    bounds = integers(site.values())
    if not bounds:
        return RangeValue(None)
    try:
        result = range(*bounds)
    except (TypeError, ValueError):
        return RangeValue(None)
    try:
        length = len(result)
    except OverflowError:
        return RangeValue(None, result[0])
    if length > run.meter.limits.items:
        return RangeValue(length, result[0])
    return ListValue(list(result))


def _len(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    known = length(value)
    return known if known is not None else Unknown("len()", ("len", operators.token(value)))


def _plain(function: Callable[..., Any]) -> Callable[[Run, CallSite], Value]:
    def call(run: Run, site: CallSite) -> Value:
        values = site.values()
        if site.open or site.keywords or not all(is_constant(value) for value in values):
            return Unknown(f"{function.__name__}()", (function.__name__, tuple(map(operators.token, values))))
        try:
            result: Value = function(*values)
        except Exception:
            return Unknown(f"{function.__name__}()")
        if isinstance(result, str) and len(result) > LARGEST:
            return Unknown(f"{function.__name__}()")
        return result

    return call


def _pow(run: Run, site: CallSite) -> Value:
    values = site.values()
    if len(values) == 2 and not site.keywords and not site.open:
        return operators.binary(run, "Power", values[0], values[1], site.node or cst.Pass())
    return Unknown("pow()")


def _round(run: Run, site: CallSite) -> Value:
    digits = site.value(1, "ndigits")
    if isinstance(digits, int) and abs(digits) > 30:
        return Unknown("round()")
    return _plain(round)(run, site)


def _int(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, (int, float, str)):
        try:
            number = int(value)
        except (ValueError, OverflowError):
            return Unknown("int()")
        return number if number.bit_length() <= LARGEST_BITS else Unknown("int()")
    return value if isinstance(value, Unknown) else Unknown("int()", ("int", operators.token(value)))


def _float(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, (int, float, str)):
        try:
            return float(value)
        except (ValueError, OverflowError):
            return Unknown("float()")
    return value if isinstance(value, (Unknown, ArrayValue)) else Unknown("float()")


def _list(run: Run, site: CallSite) -> Value:
    if not site.positional:
        return ListValue()
    value = site.value(0)
    if isinstance(value, (ArrayValue, DatasetValue)):
        return value
    items, is_open = run.iterate(value)
    return ListValue(items or [], is_open or items is None)


def _set(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    return run.libraries.distinct(value) if isinstance(value, ArrayValue) else _list(run, site)


def _next(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, DatasetValue):
        return run.libraries.element(value)
    return Unknown("next()", ("next", operators.token(value)))


def _tuple(run: Run, site: CallSite) -> Value:
    value = site.value(0, default=())
    items, is_open = run.iterate(value)
    if items is None or is_open:
        return ListValue(items or [], True)
    return tuple(items)


def _dict(run: Run, site: CallSite) -> Value:
    result = DictValue(open=site.open)
    if site.positional:
        first = site.value(0)
        if isinstance(first, DictValue):
            result = DictValue(dict(first.items), first.open, dict(first.sources))
        else:
            items, is_open = run.iterate(first)
            result.open = is_open or items is None
            for pair in items or []:
                parts = elements(pair)
                if parts is not None and len(parts) == 2 and is_constant(parts[0]):
                    result.items[parts[0]] = parts[1]
                else:
                    result.open = True
    for key, passed in site.keywords.items():
        result.items[key] = passed.value
        if passed.node is not None:
            result.sources[key] = passed.node
    return result


def _zip(run: Run, site: CallSite) -> Value:
    columns = [run.iterate(p.value) for p in site.positional]
    if any(items is None for items, _ in columns):
        firsts = [
            items[:1] if items else [run.element(p.value)]
            for p, (items, _) in zip(site.positional, columns, strict=True)
        ]
        one = tuple(first[0] for first in firsts)
        return ListValue([one], True)
    return ListValue(list(zip(*(items or [] for items, _ in columns), strict=False)), any(o for _, o in columns))


def _enumerate(run: Run, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    start = site.value(1, "start", default=0)
    if items is None or not isinstance(start, int):
        token = operators.token(site.value(0))
        return ListValue([(Unknown("index", ("enumerate", token)), run.element(site.value(0)))], True)
    return ListValue([(index, item) for index, item in enumerate(items, start)], is_open)


def _reversed(run: Run, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    return ListValue(list(reversed(items or [])), is_open or items is None)


def _sorted(run: Run, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(0))
    if items is not None and not is_open and not site.keywords and all(is_constant(item) for item in items):
        try:
            return ListValue(sorted(items))  # type: ignore[type-var]
        except TypeError:
            pass
    return ListValue(items or [], True)


def _map(run: Run, site: CallSite) -> Value:
    items, is_open = run.iterate(site.value(1))
    if items is None or len(items) > 256:
        return ListValue([], True)
    return ListValue([run.call(site.value(0), CallSite(site.node, [Passed(item)])) for item in items], is_open)


def _filter(run: Run, site: CallSite) -> Value:
    items, _ = run.iterate(site.value(1))
    return ListValue(items or [], True)


def _reduction(function: Callable[..., Any]) -> Callable[[Run, CallSite], Value]:
    def call(run: Run, site: CallSite) -> Value:
        values = site.values()
        if len(values) == 1:
            items, is_open = run.iterate(values[0])
            if items is None or is_open:
                return Unknown(f"{function.__name__}()")
            values = items
        if function is sum and any(isinstance(value, TensorValue) for value in values):
            total = values[0]
            for value in values[1:]:
                total = run.building.operate("Add", total, value, site.node)
            return total
        if values and all(is_number(value) or isinstance(value, bool) for value in values):
            try:
                result: Value = function(values)
                return result
            except OverflowError:
                return Unknown(f"{function.__name__}()")
        return Unknown(f"{function.__name__}()", (function.__name__, tuple(map(operators.token, values))))

    return call


def _isinstance(run: Run, site: CallSite) -> Value:
    value, kinds = site.value(0), site.value(1)
    candidates = list(kinds) if isinstance(kinds, tuple) else [kinds]
    if isinstance(value, InstanceValue) and any(
        isinstance(kind, ClassValue) and kind in value.cls.lineage() for kind in candidates
    ):
        return True
    answers = [_is_instance(value, kind) for kind in candidates]
    if True in answers:
        return True
    if all(answer is False for answer in answers):
        return False
    return Unknown("isinstance()", ("isinstance", operators.token(value)))


def _is_instance(value: Value, kind: Value) -> bool | None:
    name = kind.name if isinstance(kind, Native) else (kind.last if isinstance(kind, Symbol) else None)
    if isinstance(value, LayerValue) and isinstance(kind, Symbol):
        if value.opaque:
            return None
        return value.kind == kind.last if kind.name.startswith("keras.layers.") and kind.last != "Layer" else None
    types = {"int": int, "float": float, "str": str, "bool": bool, "tuple": tuple, "list": ListValue, "dict": DictValue}
    if name in types:
        if isinstance(value, Unknown):
            return None
        if name == "int" and isinstance(value, bool):
            return True
        return isinstance(value, types[name])
    if is_constant(value) and isinstance(kind, Symbol):
        return False if kind.name.startswith(("keras", "tf.")) else None
    return None


def _getattr(run: Run, site: CallSite) -> Value:
    name = site.value(1)
    if not isinstance(name, str):
        return Unknown("getattr()")
    found = attribute(run, site.value(0), name)
    if isinstance(found, Unknown) and len(site.positional) > 2 and isinstance(site.value(0), InstanceValue):
        return site.value(2)
    return found


def _eval(run: Run, site: CallSite) -> Value:
    """`eval("layers.ReLU")`: what a dotted name stands for; any other text is left alone."""
    text = site.value(0)
    if not isinstance(text, str) or len(site.positional) != 1 or not DOTTED.fullmatch(text.strip()):
        return Unknown("the result of `eval`", ("eval", operators.token(text)))
    first, *rest = text.strip().split(".")
    value = run.evaluate(cst.Name(first))
    for name in rest:
        value = attribute(run, value, name)
    return value


DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)


def _hasattr(run: Run, site: CallSite) -> Value:
    target, name = site.value(0), site.value(1)
    if isinstance(target, InstanceValue) and isinstance(name, str):
        if name in target.attributes or target.cls.find(name) is not MISSING:
            return True
        return False if not target.cls.external_bases() else Unknown("hasattr()", ("hasattr", name))
    return Unknown("hasattr()", ("hasattr", operators.token(target), operators.token(name)))


def _setattr(run: Run, site: CallSite) -> Value:
    name = site.value(1)
    if isinstance(name, str):
        assign_attribute(run, site.value(0), name, site.value(2))
    return None


def _callable(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, (FunctionValue, MethodValue, Native, ClassValue, LayerValue, PartialValue)):
        return True
    if is_constant(value):
        return False
    return Unknown("callable()")


def _none(run: Run, site: CallSite) -> Value:
    return None


def _type(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    return value.cls if isinstance(value, InstanceValue) else Unknown("type()", ("type", operators.token(value)))


def _input(run: Run, site: CallSite) -> Value:
    return Unknown("input()", ("input",))


def _exit(run: Run, site: CallSite) -> Value:
    run.raised()
    return None


def _globals(run: Run, site: CallSite) -> Value:
    return DictValue(dict(run.scope.module().names.items()), True)


def _sum(run: Run, site: CallSite) -> Value:
    return _reduction(sum)(run, site)


def _abs(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    return abs(value) if is_number(value) else Unknown("abs()")


def _array_or(function: Callable[..., Any]) -> Callable[[Run, CallSite], Value]:
    plain = _reduction(function)

    def call(run: Run, site: CallSite) -> Value:
        first = site.value(0)
        if len(site.positional) == 1 and isinstance(first, ArrayValue):
            return run.libraries.extreme(first, function.__name__)
        return plain(run, site)

    return call


FUNCTIONS: dict[str, Callable[[Run, CallSite], Value]] = {
    "range": _range, "xrange": _range, "len": _len, "int": _int, "float": _float, "str": _plain(str),
    "bool": _plain(bool), "round": _round, "abs": _abs, "min": _array_or(min), "max": _array_or(max),
    "sum": _sum, "pow": _pow, "divmod": _plain(divmod), "list": _list, "tuple": _tuple, "set": _set,
    "frozenset": _set, "dict": _dict, "zip": _zip, "enumerate": _enumerate, "reversed": _reversed,
    "sorted": _sorted, "map": _map, "filter": _filter, "isinstance": _isinstance, "getattr": _getattr,
    "hasattr": _hasattr, "setattr": _setattr, "callable": _callable, "print": _none, "type": _type,
    "input": _input, "raw_input": _input, "exit": _exit, "quit": _exit, "globals": _globals, "super": _none,
    "eval": _eval,
    "id": _input, "open": _input, "vars": _input, "iter": _list, "next": _next, "all": _plain(all), "any": _plain(any),
    "repr": _plain(repr), "chr": _plain(chr), "ord": _plain(ord), "object": _none, "display": _none,
}  # fmt: skip
BUILTINS = {name: Native(name, function) for name, function in FUNCTIONS.items()}
