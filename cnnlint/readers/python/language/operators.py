"""Operators over abstract values: arithmetic, comparison, and what they mean on tensors and arrays."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.language import comparing, texts
from cnnlint.readers.python.language.changing import changed
from cnnlint.readers.python.language.classes import may_define, through
from cnnlint.readers.python.language.failing import fail, of_python
from cnnlint.readers.python.language.methods import dicts, lists, sets
from cnnlint.readers.python.run import RaiseSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    Abstract,
    ArrayValue,
    CallSite,
    DictValue,
    DictView,
    InstanceValue,
    IteratorValue,
    ListValue,
    Passed,
    SetValue,
    Symbol,
    Unknown,
    Value,
    compact,
    is_constant,
    is_number,
    iterated,
)
from cnnlint.readers.python.values import token as token
from cnnlint.readers.python.values.comparing import COMPARISON as COMPARISON

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "FloorDivide": operator.floordiv,
    "Modulo": operator.mod,
    "Power": operator.pow,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
    "LeftShift": operator.lshift,
    "RightShift": operator.rshift,
}
#: a width or precision in a format that is not worth following
WIDE = re.compile(r"\d{4}")


#: the special methods of each operator
SPECIAL = {
    "Add": "add",
    "Subtract": "sub",
    "Multiply": "mul",
    "Divide": "truediv",
    "FloorDivide": "floordiv",
    "Modulo": "mod",
    "Power": "pow",
    "BitAnd": "and",
    "BitOr": "or",
    "BitXor": "xor",
    "LeftShift": "lshift",
    "RightShift": "rshift",
    "MatrixMultiply": "matmul",
}
NOT_IMPLEMENTED = Symbol("NotImplemented")


def binary(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
    """`left op right`, where `name` is the operator's."""
    if not isinstance(left, (Abstract, tuple)) and not isinstance(right, (Abstract, tuple)):
        return (
            _percent(run, left, right)
            if isinstance(left, str) and name == "Modulo"
            else _constants(run, name, left, right)
        )
    found = run.libraries.binary(name, left, right, node)
    if found is not MISSING:
        return found
    unknown = Unknown(name, (name, token(left), token(right)))
    if isinstance(left, InstanceValue) or isinstance(right, InstanceValue):
        return _special(run, name, left, right, unknown)
    if name in sets.OPERATORS:
        one, other = comparing.as_set(left), comparing.as_set(right)
        if isinstance(one, SetValue) and isinstance(other, SetValue):
            return sets.combined(name, one, other)
    if isinstance(left, (ListValue, IteratorValue)) or isinstance(right, (ListValue, IteratorValue)):
        return _sequences(run, name, left, right)
    if isinstance(left, DictValue) and isinstance(right, DictValue):
        return _dicts(run, name, left, right, unknown)
    if isinstance(left, tuple) and isinstance(right, tuple) and name == "Add":
        return (*left, *right) if len(left) + len(right) <= LARGEST else Unknown("long tuple")
    if isinstance(left, tuple) and isinstance(right, int) and name == "Multiply":
        return tuple(left) * right if len(left) * right <= LARGEST else Unknown("long tuple")
    if isinstance(left, str) and name == "Modulo":
        return _percent(run, left, right)
    if is_constant(left) and is_constant(right):
        return _constants(run, name, left, right)
    return unknown


def _special(run: Run, name: str, left: Value, right: Value, unknown: Unknown) -> Value:
    word, refused = SPECIAL.get(name, ""), isinstance(left, InstanceValue)
    for one, other, method in ((left, right, f"__{word}__"), (right, left, f"__r{word}__")):
        answer = through(run, one, method, other)
        if answer is not MISSING and answer != NOT_IMPLEMENTED:
            return answer
        sure = not may_define(one, method) if isinstance(one, InstanceValue) else is_constant(one)
        refused = refused and (answer is not MISSING or sure)
    if refused:
        return fail(run, "TypeError")
    one, other = _number(left), _number(right)
    return _constants(run, name, one, other) if is_number(one) and is_number(other) else unknown


def _number(value: Value) -> Value:
    """What a member of an `IntEnum` is in arithmetic; other values are what they are."""
    if not isinstance(value, InstanceValue) or value.cls.flavour != "enum":
        return value
    bases = {base.name for base in value.cls.external_bases()}
    return value.attributes.get("value") if bases == {"enum.IntEnum"} else None


def _dicts(run: Run, name: str, left: DictValue, right: DictValue, unknown: Unknown) -> Value:
    if left.kind == right.kind == "Counter" and name in ("Add", "Subtract"):
        result = DictValue(dict(left.items), left.open, kind="Counter")
        dicts.counted(run, result, right, 1 if name == "Add" else -1)
        result.items = {key: number for key, number in result.items.items() if is_number(number) and number > 0}
        result.open = result.open or right.open
        return result
    if left.kind == right.kind == "Counter" and name in ("BitAnd", "BitOr") and not (left.open or right.open):
        counts = [(key, left.items.get(key, 0), right.items.get(key, 0)) for key in {**left.items, **right.items}]
        kept: dict[Value, Value] = {}
        for key, one, other in counts:
            if not is_number(one) or not is_number(other):
                return unknown
            number = min(one, other) if name == "BitAnd" else max(one, other)
            kept.update({key: number} if number > 0 else {})
        return DictValue(kept, kind="Counter")
    if name != "BitOr" or "Counter" in (left.kind, right.kind):
        return unknown
    result = dicts.copied(left)
    dicts.merge(run, result, right)
    return result


def augmented(run: Run, name: str, left: Value, right: Value, node: cst.AugAssign) -> Value:
    """`left op= right`: containers change in place."""
    run.reached(run.span(node))
    if isinstance(left, ListValue) and name == "Add" and left.kind in ("list", "deque"):
        lists.extend(run, left, CallSite(None, [Passed(right)]))
        return left
    if isinstance(left, ListValue) and name == "Multiply" and left.kind == "list":
        made = _sequences(run, name, left, right)
        changed(run, left)
        if isinstance(made, ListValue):
            left.items[:], left.open, left.ordered = made.items, left.open or made.open, left.ordered and made.ordered
        return left
    if isinstance(left, SetValue) and not left.frozen and isinstance(right, SetValue) and name in sets.OPERATORS:
        changed(run, left)
        sets.replace(left, sets.combined(name, left, right))
        return left
    if isinstance(left, DictValue) and name == "BitOr" and left.kind != "Counter":
        changed(run, left)
        dicts.merge(run, left, right)
        return left
    if isinstance(left, InstanceValue):
        answer = through(run, left, f"__i{SPECIAL.get(name, '')}__", right)
        if answer is not MISSING and answer != NOT_IMPLEMENTED:
            return answer
    return run.libraries.updated(left, binary(run, name, left, right, node), node)


def power(left: Any, right: Any) -> bool:
    """Whether a power is small enough to be worked out."""
    return not (is_number(left) and is_number(right) and (abs(right) > 64 or abs(left) > 1e6))


def _constants(run: Run, name: str, left: Any, right: Any) -> Value:
    function = ARITHMETIC.get(name)
    if function is None:
        return fail(run, "TypeError")
    if name == "Power" and not power(left, right):
        return Unknown("large power")
    if name == "LeftShift" and isinstance(right, int) and right > 64:
        return Unknown("large shift")
    if name == "Multiply" and isinstance(left, (str, bytes, tuple)) and isinstance(right, int):
        left, right = right, left
    if (
        name == "Multiply"
        and isinstance(right, (str, bytes, tuple))
        and (not isinstance(left, int) or len(right) * left > LARGEST)
    ):
        return Unknown("long sequence")
    try:
        result: Value = function(left, right)
    except Exception as error:
        return fail(run, of_python(error), str(error))
    if isinstance(result, int) and result.bit_length() > LARGEST_BITS:
        return Unknown("large number")
    if isinstance(result, (str, bytes, tuple)) and len(result) > LARGEST:
        return Unknown("long sequence")
    return result


def _percent(run: Run, left: str, right: Value) -> Value:
    if isinstance(right, DictValue):
        named = {key: texts.formattable(run, value) for key, value in right.items.items()}
        known = "%(" in left and not right.open and None not in named.values()
        values: object = named if known else None
    else:
        shown = tuple(texts.formattable(run, value) for value in (right if isinstance(right, tuple) else (right,)))
        values = None if None in shown else shown
    if values is None:
        return Unknown("format")
    if "*" not in left and len(left) < LARGEST and not WIDE.search(left):
        try:
            result = left % values
        except (TypeError, ValueError, OverflowError, KeyError) as error:
            return fail(run, of_python(error), str(error))
        return result if len(result) < LARGEST else Unknown("format")
    return Unknown("format")


CALLED = (("call",), ("method",))
"""How tokens begin of what functions give of which nothing is known."""


def _sequences(run: Run, name: str, left: Value, right: Value) -> Value:
    if name == "Add":
        if isinstance(left, ListValue) and isinstance(right, ListValue):
            if left.kind != right.kind and {left.kind, right.kind} <= {"list", "range", "view", "deque"}:
                return fail(run, "TypeError")
            items = [*left.items, *right.items]
            ordered = left.ordered and right.ordered and not (left.open and right.items)
            is_open = left.open or right.open or len(items) > LARGEST
            of = compact(("changed", *(one.of for one in (left, right) if one.open)))
            return ListValue(items[:LARGEST], is_open, ordered, left.kind, of=of)
        if isinstance(left, (ListValue, tuple)) and isinstance(right, (ListValue, tuple)):
            known = left if isinstance(left, ListValue) else right
            if isinstance(known, ListValue) and known.kind == "list":
                return fail(run, "TypeError")
        listed, other = (left, right) if isinstance(left, ListValue) else (right, left)
        numbers = isinstance(listed, ListValue) and all(isinstance(one, (int, float)) for one in listed.items)
        if isinstance(other, Unknown) and numbers:
            return Unknown(name, (name, token(left), token(right)))  # of an array it is the sum
        of = compact(("changed", token(left), token(right)))
        return ListValue(list(listed.items) if isinstance(listed, ListValue) else [], True, False, of=of)
    if name == "Multiply":
        repeated, times = (left, right) if isinstance(left, ListValue) else (right, left)
        if isinstance(times, int) and isinstance(repeated, ListValue) and len(repeated.items) * times <= LARGEST:
            return ListValue(
                repeated.items * times, repeated.open, repeated.ordered and not repeated.open, repeated.kind
            )
        if times is None or isinstance(times, (float, str, tuple, ListValue)):
            return fail(run, "TypeError")
        called = isinstance(times, Unknown) and isinstance(times.token, tuple) and times.token[:1] in CALLED
        if called and isinstance(repeated, ListValue) and all(is_number(one) for one in repeated.items):
            return Unknown(name, (name, token(left), token(right)))  # of an array it is the product
        of = ("times", token(times))
        return ListValue(list(repeated.items) if isinstance(repeated, ListValue) else [], True, False, of=of)
    return Unknown(name, (name, token(left), token(right)))


def unary(run: Run, name: str, value: Value, node: cst.CSTNode) -> Value:
    """`op value`."""
    if name == "Not":
        known = run.truth(value)
        return (not known) if known is not None else Unknown("not", ("Not", token(value)))
    found = run.libraries.unary(name, value, node)
    if found is not MISSING:
        return found
    if isinstance(value, InstanceValue):
        answer = through(run, value, {"Minus": "__neg__", "Plus": "__pos__", "BitInvert": "__invert__"}.get(name, ""))
        return Unknown(name) if answer is MISSING else answer
    if isinstance(value, (int, float)):
        if name == "Minus":
            return -value
        if name == "Plus":
            return +value
        if name == "BitInvert" and isinstance(value, int):
            return ~int(value)
    return Unknown(name, (name, token(value)))


def compare(run: Run, name: str, left: Value, right: Value) -> Value:
    """`left op right` for a comparison, or an unknown."""
    found = run.libraries.compare(name, left, right)
    if found is not MISSING:
        return found
    unknown = Unknown(name, (name, token(left), token(right)))
    if name in ("Equal", "NotEqual") and (isinstance(left, ArrayValue) or isinstance(right, ArrayValue)):
        return unknown  # one answer for each element, a mask
    answered = _by_method(run, name, left, right)
    if answered is not MISSING:
        return answered if answered != NOT_IMPLEMENTED else unknown
    if name in ("Is", "IsNot", "Equal", "NotEqual"):
        same = comparing.identical(left, right) if name in ("Is", "IsNot") else comparing.equal(run, left, right)
        if same is None:
            return _negated(unknown, name, left, right)
        return same if name in ("Is", "Equal") else not same
    if name in ("In", "NotIn"):
        inside = comparing.contains(run, right, left)
        if inside is None:
            among = ("In", token(left), _sought_in(right))
            return Unknown(name, among if name == "In" else ("Not", among))
        return inside if name == "In" else not inside
    return unknown if (answer := _order(run, name, left, right)) is None else answer


def _sought_in(container: Value) -> object:
    """What identifies a container that something is looked up in: its constants, where it holds nothing else."""
    items, more = iterated(container) if isinstance(container, (tuple, ListValue, SetValue)) else (None, True)
    return token(container) if items is None or more or not is_constant(tuple(items)) else repr(tuple(items))


def _by_method(run: Run, name: str, left: Value, right: Value) -> Value:
    """What the special method of a comparison answers, which may be anything; MISSING where neither side has one."""
    answer: Value = MISSING
    for one, other, method in ((left, right, COMPARING.get(name)), (right, left, COMPARING.get(TURNED.get(name, "")))):
        if method is not None and isinstance(one, InstanceValue) and answer in (MISSING, NOT_IMPLEMENTED):
            found = comparing.asked_of(run, one, method, other)
            answer = answer if found is MISSING else found
    return answer


def _order(run: Run, name: str, left: Value, right: Value) -> bool | None:
    left, right = comparing.as_set(left), comparing.as_set(right)
    if isinstance(left, SetValue) and isinstance(right, SetValue):
        return sets.compared(name, left, right)
    if isinstance(left, DictView) or isinstance(right, DictView):
        return None
    if is_constant(left) and is_constant(right):
        try:
            return bool(COMPARISON[name](left, right))
        except TypeError:
            fail(run, "TypeError")
            return None
    if name.endswith("Equal") and (isinstance(left, InstanceValue) or isinstance(right, InstanceValue)):
        return None
    lower, higher = (left, right) if name.startswith("LessThan") else (right, left)
    try:
        if not name.endswith("Equal"):
            return comparing.less(run, lower, higher, name)
        answer = comparing.less(run, higher, lower, name)
        return None if answer is None else not answer
    except RaiseSignal:
        if run.trying:
            raise
        return None


COMPARING = {
    "Equal": "__eq__",
    "NotEqual": "__ne__",
    "LessThan": "__lt__",
    "LessThanEqual": "__le__",
    "GreaterThan": "__gt__",
    "GreaterThanEqual": "__ge__",
}
#: what is asked of the other side where the first has no answer
TURNED = {
    "Equal": "Equal",
    "NotEqual": "NotEqual",
    "LessThan": "GreaterThan",
    "LessThanEqual": "GreaterThanEqual",
    "GreaterThan": "LessThan",
    "GreaterThanEqual": "LessThanEqual",
}


def _negated(unknown: Unknown, name: str, left: Value, right: Value) -> Unknown:
    # `x != y` asks what `x == y` asks, so that both are answered consistently
    if name in ("NotEqual", "IsNot"):
        return Unknown(name, ("Not", ("Equal", token(left), token(right))))
    return Unknown(name, ("Equal", token(left), token(right)))
