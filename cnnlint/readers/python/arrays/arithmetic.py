"""Arithmetic and comparisons with arrays: what becomes of their range, their encoding, and of what they are."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import ranges, shapes
from cnnlint.readers.python.arrays.identity import lifted
from cnnlint.readers.python.arrays.statistics import WHOLE, fitted_on, statistic_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    ListValue,
    Statistic,
    Table,
    TensorValue,
    Value,
    is_number,
)

COMPARISONS = ("Equal", "NotEqual", "LessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual")
LOGICAL = ("BitAnd", "BitOr", "BitXor")


def binary(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
    """`left op right` where one side is an array; `name` is the libcst operator's class name."""
    if isinstance(left, TensorValue) or isinstance(right, TensorValue):
        return run.building.operate(name, left, right, node)
    if isinstance(left, (ListValue, tuple)) or isinstance(right, (ListValue, tuple)):
        left, right = lifted(run, left) or left, lifted(run, right) or right
    origin = run.origin(node) if node is not None else None
    array, other = (left, right) if isinstance(left, ArrayValue) else (right, left)
    if not isinstance(array, ArrayValue):
        array = ArrayValue(ArrayFacts())
    return operated(name, array, other, origin, reflected=array is not left)


def operated(name: str, array: ArrayValue, other: Value, origin: Origin | None, reflected: bool) -> ArrayValue:
    """An array after `array op other`, or `other op array` where it is `reflected`."""
    statistic = statistic_of(other)
    if isinstance(other, ArrayValue) and statistic is None:
        if other is array or _same(other.facts, array.facts):
            return ArrayValue(_with_itself(name, array.facts, origin))
        constant = _constant(other)
        if constant is None:
            return _two(name, array, other, origin, reflected)
        shape = shapes.broadcast(array.facts.shape, other.facts.shape)
        made = operated(name, array, constant, origin, reflected)
        return ArrayValue(replace(made.facts, shape=shape))
    if is_number(other) or isinstance(other, bool):
        facts = with_number(array.facts, name, float(other), origin, reflected)
    elif statistic is not None and not reflected and name in ("Subtract", "Divide"):
        facts = centred(array.facts, name, statistic, origin)
    elif name in LOGICAL or name in COMPARISONS:
        facts = compared(array.facts, origin)
    else:
        facts = unknown(array.facts, origin)
    exact = array.exact and is_number(other) and name in ("Add", "Subtract", "Multiply", "Divide")
    return ArrayValue(facts, exact=exact, frame=_framed(name, array, other, origin, reflected))


def _same(one: ArrayFacts, other: ArrayFacts) -> bool:
    return one.root is not None and replace(one, name=None) == replace(other, name=None)


def _framed(name: str, array: ArrayValue, other: Value, origin: Origin | None, reflected: bool) -> Table | None:
    frame = array.frame
    if frame is None:
        return None
    if isinstance(other, ArrayValue):
        return Table(series=frame.series)
    columns = {key: operated(name, column, other, origin, reflected) for key, column in frame.columns.items()}
    return Table(columns, frame.whole, frame.series)


def _constant(value: ArrayValue) -> float | None:
    """The number that an array holds in every place, if it is one."""
    facts = value.facts
    return facts.low if value.exact and facts.low is not None and facts.low == facts.high else None


def with_number(facts: ArrayFacts, name: str, number: float, origin: Origin | None, reflected: bool) -> ArrayFacts:
    """The facts after an operation with a number."""
    bounds = (facts.low, facts.high)
    if name == "Multiply":
        return scaled(facts, number, origin)
    if name == "Divide" and not reflected:
        return scaled(facts, 1 / number, origin) if number else unknown(facts, origin)
    if name == "Divide":
        low, high = ranges.inverted(bounds, number)
        return _values(facts, Step("opaque", None, origin), low, high, _floating(facts.dtype))
    if name == "Add":
        return shifted(facts, number, origin)
    if name == "Subtract":
        if not reflected:
            return shifted(facts, -number, origin)
        # 1 - y swaps the classes 0 and 1
        turned = shifted(scaled(facts, -1.0, origin), number, origin)
        if facts.encoding == "binary" and number == 1:
            return replace(turned, encoding="binary", classes=facts.classes, dtype=facts.dtype)
        return replace(turned, dtype=_result(facts.dtype, number))
    if name == "Modulo" and not reflected and number:
        return remainder(facts, number, origin)
    if name == "Power" and not reflected:
        low, high = ranges.powered(bounds, number)
        return _values(facts, Step("opaque", None, origin), low, high, _result(facts.dtype, number))
    if name == "FloorDivide" and not reflected:
        low, high = ranges.floored(bounds, number)
        return _values(facts, Step("opaque", None, origin), low, high, facts.dtype, None)
    if name in LOGICAL or name in COMPARISONS:
        return compared(facts, origin)
    return unknown(facts, origin)


def scaled(facts: ArrayFacts, factor: float, origin: Origin | None) -> ArrayFacts:
    """The facts after multiplication by a number."""
    low, high = ranges.scaled((facts.low, facts.high), factor)
    if factor == 1:
        return replace(facts, dtype=_floating(facts.dtype))
    made = _values(facts, Step("scale", factor, origin), low, high, _floating(facts.dtype))
    # there are as many different labels as before, though they number classes no longer
    return replace(made, classes=facts.classes) if factor else made


def shifted(facts: ArrayFacts, offset: float, origin: Origin | None) -> ArrayFacts:
    """The facts after adding a number; class numbers stay class numbers."""
    low, high = ranges.shifted((facts.low, facts.high), offset)
    made = _values(facts, Step("shift", offset, origin), low, high, _result(facts.dtype, offset))
    if facts.encoding in ("integer", "binary") and float(offset).is_integer() and offset:
        known = facts.low is not None and facts.low + offset >= 0
        return replace(made, encoding="integer" if known else None, classes=facts.classes if known else None)
    return replace(made, classes=facts.classes, encoding=made.encoding if offset else facts.encoding)


def remainder(facts: ArrayFacts, number: float, origin: Origin | None) -> ArrayFacts:
    """The facts of `x % number`: class numbers become fewer."""
    whole = facts.dtype in WHOLE or facts.encoding in ("integer", "binary")
    low, high = ranges.modulo((facts.low, facts.high), number, whole)
    made = _values(facts, Step("modulo", number, origin), low, high, facts.dtype, None)
    if facts.encoding in ("integer", "binary") and number >= 2 and number.is_integer():
        classes = int(number) if facts.classes is None or facts.classes >= number else facts.classes
        return replace(made, encoding="binary" if classes == 2 else "integer", classes=classes)
    return made


def compared(facts: ArrayFacts, origin: Origin | None, shape: object = None) -> ArrayFacts:
    """The facts of a comparison: true or false for each element."""
    labelled = facts.role == "labels" or facts.encoding in ("integer", "binary")
    columns = len(facts.shape) > 1 and facts.shape[-1] != 1 if facts.shape is not None else False
    encoding: Encoding = "multi_hot" if columns else "binary"
    return facts.with_step(
        Step("compare", None, origin),
        dtype="bool",
        low=0.0,
        high=1.0,
        encoding=encoding,
        classes=None if columns else 2,
        role="labels" if labelled else facts.role,
        image=False,
    )


def centred(facts: ArrayFacts, name: str, statistic: Statistic, origin: Origin | None) -> ArrayFacts:
    """`x - x.mean()`, `x / x.std()`, `x / x.max()`: the data's own statistics are taken out."""
    own = statistic.root is not None and statistic.root == facts.root and statistic.split == facts.split
    fitted = fitted_on(facts) if own else fitted_on(statistic)
    dtype = _floating(facts.dtype)
    if statistic.each or statistic.which in ("max", "min", "range", "norm", "sum"):
        low, high = _unit(facts, name, statistic, own)
        step = Step("normalize", None, origin)
    elif statistic.which in ("mean", "std"):
        low, high = None, None
        step = Step("standardize", None, origin, fitted=fitted)
    else:
        return unknown(facts, origin)
    made = _values(facts, step, low, high, dtype)
    last = facts.steps[-1] if facts.steps else None
    if name == "Divide" and last is not None and last.kind == step.kind and last.fitted == step.fitted:
        return replace(made, steps=facts.steps)  # the second half of (x - mean) / std
    return made


def _unit(facts: ArrayFacts, name: str, statistic: Statistic, own: bool) -> ranges.Bounds:
    """The range after `x / max`, `x - min` and `(x - min) / (max - min)`; of `each` nothing is known."""
    if statistic.each or not own:
        return ranges.NOTHING
    if name == "Subtract":
        return (0.0, None) if statistic.which == "min" else ranges.NOTHING
    if statistic.which == "range":
        return (0.0, 1.0) if facts.low == 0 else ranges.NOTHING
    if statistic.which != "max" or (facts.high is not None and facts.high <= 0):
        return ranges.NOTHING
    known = facts.low is not None and facts.high is not None
    return (facts.low / facts.high if known else None, 1.0)  # type: ignore[operator]


def unknown(facts: ArrayFacts, origin: Origin | None, **changes: object) -> ArrayFacts:
    """The facts after something was done to the values that is not understood."""
    return _values(facts, Step("opaque", None, origin), None, None, _floating(facts.dtype), None, **changes)


def _values(facts: ArrayFacts, step: Step, low: float | None, high: float | None, dtype: str | None,
            encoding: Encoding | str | None = "continuous", **changes: object) -> ArrayFacts:  # fmt: skip
    """The facts with other values; quantities stay quantities unless `encoding` says otherwise."""
    kept = facts.encoding if facts.encoding == encoding else None
    return facts.with_step(step, low=low, high=high, dtype=dtype, encoding=kept, classes=None, **changes)


def _with_itself(name: str, facts: ArrayFacts, origin: Origin | None) -> ArrayFacts:
    if name == "Multiply":
        return with_number(facts, "Power", 2.0, origin, False)
    if name == "Add":
        return scaled(facts, 2.0, origin)
    return compared(facts, origin) if name in (*COMPARISONS, *LOGICAL) else unknown(facts, origin)


def _two(name: str, one: ArrayValue, other: ArrayValue, origin: Origin | None, reflected: bool) -> ArrayValue:
    """An operation on two different arrays."""
    a, b = (other.facts, one.facts) if reflected else (one.facts, other.facts)
    shape = shapes.broadcast(a.shape, b.shape)
    if name in COMPARISONS or name in LOGICAL:
        return ArrayValue(replace(compared(a, origin), shape=shape))
    low, high = ranges.combined(name, (a.low, a.high), (b.low, b.high))
    kept = b if shape is not None and shape != a.shape and shape == b.shape else a
    # noise on labels makes no quantity of them
    continuous = {a.encoding, b.encoding} in ({"continuous"}, {"continuous", None})
    dtype = a.dtype if a.dtype == b.dtype and name != "Divide" else "float64"
    facts = kept.with_step(Step("opaque", None, origin), shape=shape, low=low, high=high, classes=None,
                           encoding="continuous" if continuous else None, dtype=dtype)  # fmt: skip
    frame = Table(series=one.frame.series) if one.frame is not None else None
    return ArrayValue(facts, frame=frame)


def _floating(dtype: str | None) -> str | None:
    return "float64" if dtype in WHOLE else dtype


def _result(dtype: str | None, number: float) -> str | None:
    return dtype if dtype not in WHOLE or float(number).is_integer() else "float64"


def compare(run: Run, name: str, left: Value, right: Value) -> ArrayValue:
    """`left op right` for a comparison where one side is an array."""
    array, other = (left, right) if isinstance(left, ArrayValue) else (right, left)
    assert isinstance(array, ArrayValue)
    made = compared(array.facts, None)
    if isinstance(other, ArrayValue):
        made = replace(made, shape=shapes.broadcast(array.facts.shape, other.facts.shape))
    return ArrayValue(made, frame=Table(series=True) if array.frame is not None and array.frame.series else None)
