"""Operators over abstract values: arithmetic, comparison, and what they mean on tensors and arrays."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

import libcst as cst

from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    LARGEST,
    LARGEST_BITS,
    MISSING,
    Abstract,
    ArrayValue,
    DictValue,
    ListValue,
    Symbol,
    Unknown,
    Value,
    is_constant,
    is_number,
)
from cnnlint.readers.python.values import token as token

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
COMPARISON: dict[str, Callable[[Any, Any], bool]] = {
    "Equal": operator.eq,
    "NotEqual": operator.ne,
    "LessThan": operator.lt,
    "LessThanEqual": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
}
#: a width or precision in a format that is not worth following
WIDE = re.compile(r"\d{4}")


def binary(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
    """`left op right`, where `name` is the libcst operator's class name."""
    found = run.libraries.binary(name, left, right, node)
    if found is not MISSING:
        return found
    if isinstance(left, ListValue) or isinstance(right, ListValue):
        return _sequences(run, name, left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and name == "Add":
        return left + right if len(left) + len(right) <= LARGEST else Unknown("long tuple")
    if isinstance(left, tuple) and isinstance(right, int) and name == "Multiply":
        return left * right if len(left) * right <= LARGEST else Unknown("long tuple")
    if isinstance(left, str) and name == "Modulo":
        return _percent(left, right)
    if is_constant(left) and is_constant(right):
        return _constants(name, left, right)
    return Unknown(name, (name, token(left), token(right)))


def power(left: Any, right: Any) -> bool:
    """Whether a power is small enough to be worked out."""
    return not (is_number(left) and is_number(right) and (abs(right) > 64 or abs(left) > 1e6))


def _constants(name: str, left: Any, right: Any) -> Value:
    function = ARITHMETIC.get(name)
    if function is None or left is None or right is None:
        return Unknown(name)
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
    except Exception:
        return Unknown(name)
    if isinstance(result, int) and result.bit_length() > LARGEST_BITS:
        return Unknown("large number")
    if isinstance(result, (str, bytes, tuple)) and len(result) > LARGEST:
        return Unknown("long sequence")
    return result


def _percent(left: str, right: Value) -> Value:
    values = right if isinstance(right, tuple) else (right,)
    plain = all(isinstance(value, (int, float, str)) for value in values)
    if plain and "*" not in left and len(left) < LARGEST and not WIDE.search(left):
        try:
            result = left % values
        except (TypeError, ValueError, OverflowError):
            return Unknown("format")
        return result if len(result) < LARGEST else Unknown("format")
    return Unknown("format")


def _sequences(run: Run, name: str, left: Value, right: Value) -> Value:
    if name == "Add":
        first, first_open = run.iterate(left)
        second, second_open = run.iterate(right)
        if isinstance(left, ListValue) and isinstance(right, ListValue):
            items = [*(first or []), *(second or [])]
            return ListValue(items[:LARGEST], first_open or second_open or len(items) > LARGEST)
        return ListValue(list((first if isinstance(left, ListValue) else second) or []), True)
    if name == "Multiply":
        repeated, times = (left, right) if isinstance(left, ListValue) else (right, left)
        if isinstance(times, int) and isinstance(repeated, ListValue) and len(repeated.items) * times <= LARGEST:
            return ListValue(repeated.items * times, repeated.open)
        return ListValue(list(repeated.items) if isinstance(repeated, ListValue) else [], True)
    return Unknown(name, (name, token(left), token(right)))


def unary(run: Run, name: str, value: Value, node: cst.CSTNode) -> Value:
    """`op value`."""
    if name == "Not":
        known = run.truth(value)
        return (not known) if known is not None else Unknown("not", ("Not", token(value)))
    found = run.libraries.unary(name, value, node)
    if found is not MISSING:
        return found
    if isinstance(value, (int, float)):
        if name == "Minus":
            return -value
        if name == "Plus":
            return value
        if name == "BitInvert" and isinstance(value, int):
            return ~value
    return Unknown(name, (name, token(value)))


def compare(run: Run, name: str, left: Value, right: Value) -> Value:
    """`left op right` for a comparison, or an unknown."""
    found = run.libraries.compare(name, left, right)
    if found is not MISSING:
        return found
    unknown = Unknown(name, (name, token(left), token(right)))
    if name in ("Equal", "NotEqual") and (isinstance(left, ArrayValue) or isinstance(right, ArrayValue)):
        return unknown  # one answer for each element, a mask
    if name in ("Is", "IsNot", "Equal", "NotEqual"):
        same = _identical(left, right)
        if same is None:
            return _negated(unknown, name, left, right)
        return same if name in ("Is", "Equal") else not same
    if name in ("In", "NotIn"):
        inside = _contains(run, right, left)
        if inside is None:
            return unknown
        return inside if name == "In" else not inside
    if is_constant(left) and is_constant(right):
        try:
            return bool(COMPARISON[name](left, right))
        except TypeError:
            return unknown
    return unknown


def _negated(unknown: Unknown, name: str, left: Value, right: Value) -> Unknown:
    # `x != y` asks what `x == y` asks, so that both are answered consistently
    if name in ("NotEqual", "IsNot"):
        return Unknown(name, ("Not", ("Equal", token(left), token(right))))
    return Unknown(name, ("Equal", token(left), token(right)))


def _identical(left: Value, right: Value) -> bool | None:
    if is_constant(left) and is_constant(right):
        return bool(left == right)
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return left == right if left == right else None
    for one, other in ((left, right), (right, left)):
        named = isinstance(one, Symbol) and one.name.startswith(("tf.nn", "keras.", "slim."))
        if named or (isinstance(one, Abstract) and one.is_object):
            if other is None or isinstance(other, (str, int, float)):
                return False
            if one is other:
                return True
            return None
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) != len(right):
        return False
    if isinstance(left, tuple) and (right is None or isinstance(right, (str, int))):
        return False
    return None


def _contains(run: Run, container: Value, value: Value) -> bool | None:
    if isinstance(container, str):
        return value in container if isinstance(value, str) else None
    if not is_constant(value) and not isinstance(value, Symbol):
        return None
    if isinstance(container, DictValue):
        return True if value in container.items else (None if container.open else False)
    items, is_open = run.iterate(container)
    if items is None:
        return None
    if any(is_constant(i) and i == value for i in items):
        return True
    return False if not is_open and all(is_constant(i) for i in items) else None
