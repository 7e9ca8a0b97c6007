"""Facts about arrays: how numpy-like operations change shape, range, encoding and scale."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from cnnlint.graph import ArrayFacts, Origin, Shape, Step
from cnnlint.readers.python import pipelines
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DatasetValue,
    ListValue,
    Native,
    ObjectValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    is_number,
    is_small,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.interpreter import Interpreter

INTEGERS = ("int", "uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "uint64", "bool")


# --- from literals ----------------------------------------------------------------------------------------------


def from_literal(value: Value) -> ArrayValue | None:
    """Nested lists of numbers as an array, or None if the value is not such a list."""
    items = elements(value)
    if not items or not is_small(value):
        return None
    if all(is_number(item) or isinstance(item, bool) for item in items):
        numbers = [float(item) for item in items]
        whole = all(isinstance(item, (int, bool)) for item in items)
        distinct = set(numbers)
        encoding: Any = None
        if whole and min(numbers) >= 0:
            encoding = "binary" if distinct <= {0.0, 1.0} else "integer"
        elif not whole:
            encoding = "continuous" if not distinct <= {0.0, 1.0} else "binary"
        return ArrayValue(ArrayFacts((len(items),), "int64" if whole else "float64", min(numbers), max(numbers), encoding,
                                     classes=len(distinct) if encoding in ("binary", "integer") else None,
                                     source="literal"))  # fmt: skip
    rows = [item.facts if isinstance(item, ArrayValue) else _facts(from_literal(item)) for item in items]
    known = [row for row in rows if row is not None]
    if len(known) != len(items):
        return None
    shapes = {row.shape for row in known}
    shape = shapes.pop() if len(shapes) == 1 else None
    lows = [row.low for row in known if row.low is not None]
    highs = [row.high for row in known if row.high is not None]
    sure = len(lows) == len(known)
    encoding = _encoding_of_rows(known, items)
    whole = all(row.dtype == "int64" for row in known)
    classes = shape[-1] if encoding == "one_hot" and shape else None
    return ArrayValue(ArrayFacts((len(items), *shape) if shape is not None else None, "int64" if whole else "float64",
                                 min(lows) if sure and lows else None, max(highs) if sure and highs else None,
                                 encoding, classes, source="literal"))  # fmt: skip


def _facts(value: ArrayValue | None) -> ArrayFacts | None:
    return value.facts if value is not None else None


def _encoding_of_rows(rows: list[ArrayFacts], items: list[Value]) -> Any:
    if not all(row.shape is not None and len(row.shape) == 1 and row.low is not None for row in rows):
        return None
    if all(row.shape == (1,) for row in rows):
        kinds = {row.encoding for row in rows}
        return "binary" if kinds <= {"binary"} else ("integer" if kinds <= {"binary", "integer"} else "continuous")
    sums = [sum(float(x) for x in (elements(item) or [])) for item in items]
    if all(row.low is not None and row.low >= 0 and row.high is not None and row.high <= 1 for row in rows) and all(
        row.encoding == "binary" for row in rows
    ):
        return "one_hot" if all(total == 1.0 for total in sums) else "multi_hot"
    return "continuous" if any(row.encoding == "continuous" for row in rows) else None


# --- arithmetic -------------------------------------------------------------------------------------------------


def binary(run: Interpreter, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
    """`array op other` and `other op array`."""
    if isinstance(left, ArrayValue) and isinstance(right, ArrayValue):
        return _both(run, name, left, right, node)
    array, other = (left, right) if isinstance(left, ArrayValue) else (right, left)
    assert isinstance(array, ArrayValue)
    facts = array.facts
    if isinstance(other, TensorValue):
        return run.building.operate(name, left, right, node)
    origin = run.origin(node) if node is not None else None
    if is_number(other):
        if name == "Multiply":
            return ArrayValue(scaled(facts, float(other), origin))
        if name == "Divide" and array is left and other:
            return ArrayValue(scaled(facts, 1.0 / float(other), origin))
        if name == "Add":
            return ArrayValue(shifted(facts, float(other), origin))
        if name == "Subtract" and array is left:
            return ArrayValue(shifted(facts, -float(other), origin))
        if name == "Power" and array is left:
            return ArrayValue(raised(facts, other, origin))
        if name == "Modulo":
            high = float(other) - 1 if facts.dtype in INTEGERS else float(other)
            return ArrayValue(facts.with_step(Step("modulo", float(other), origin), low=0.0, high=high, encoding=None))
    if name in ("Subtract", "Divide") and array is left and not is_number(other):
        # (x - mean) / std: the statistics are unknown numbers; what comes out is centred
        statistic = isinstance(other, Unknown) and isinstance(other.token, tuple) and other.token[:1] == ("statistic",)
        kind = "standardize" if statistic else "opaque"
        return ArrayValue(
            facts.with_step(Step(kind, None, origin), low=None, high=None, encoding=None, dtype="float64")
        )
    return ArrayValue(facts.with_step(Step("opaque", None, origin), low=None, high=None, encoding=None))


def scaled(facts: ArrayFacts, factor: float, origin: Origin | None) -> ArrayFacts:
    """The facts after multiplication by a number."""
    bounds = [b * factor if b is not None else None for b in (facts.low, facts.high)]
    low, high = bounds if factor >= 0 else reversed(bounds)
    return facts.with_step(Step("scale", factor, origin), low=low, high=high, dtype="float64",
                           encoding=facts.encoding if facts.encoding == "continuous" else None)  # fmt: skip


def raised(facts: ArrayFacts, exponent: float, origin: Origin | None) -> ArrayFacts:
    """The facts after taking a power; bounds stay known for whole, positive exponents."""
    low = high = None
    if exponent in (1, 2, 3, 4, 5, 6) and facts.low is not None and facts.high is not None:
        ends = (facts.low**exponent, facts.high**exponent)
        low = 0.0 if exponent % 2 == 0 and facts.low < 0.0 < facts.high else min(ends)
        high = max(ends)
    return facts.with_step(Step("opaque", None, origin), low=low, high=high, encoding=None)


def shifted(facts: ArrayFacts, offset: float, origin: Origin | None) -> ArrayFacts:
    """The facts after adding a number."""
    low = facts.low + offset if facts.low is not None else None
    high = facts.high + offset if facts.high is not None else None
    encoding = facts.encoding if facts.encoding in ("integer", "continuous") else None
    return facts.with_step(Step("shift", offset, origin), low=low, high=high, encoding=encoding)


def _both(run: Interpreter, name: str, left: ArrayValue, right: ArrayValue, node: cst.CSTNode | None) -> Value:
    a, b = left.facts, right.facts
    origin = run.origin(node) if node is not None else None
    shape = broadcast(a.shape, b.shape)
    bounded = None not in (a.low, a.high, b.low, b.high)
    low = high = None
    if bounded:
        assert a.low is not None and a.high is not None and b.low is not None and b.high is not None
        if name == "Add":
            low, high = a.low + b.low, a.high + b.high
        elif name == "Subtract":
            low, high = a.low - b.high, a.high - b.low
        elif name == "Multiply":
            products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high]
            low, high = min(products), max(products)
        elif name == "Modulo" and b.low == b.high:
            low, high = 0.0, b.high - 1
    if name in ("Subtract", "Divide") and b.source == "statistic":
        return ArrayValue(a.with_step(Step("standardize", None, origin), low=None, high=None, encoding=None))
    kept = a if shape == a.shape else b
    return ArrayValue(kept.with_step(Step("opaque", None, origin), shape=shape, low=low, high=high, encoding=None,
                                     classes=None))  # fmt: skip


def broadcast(a: Shape | None, b: Shape | None) -> Shape | None:
    """The shape of an elementwise operation, or None."""
    if a is None or b is None:
        return None
    rank = max(len(a), len(b))
    first = (1,) * (rank - len(a)) + a
    second = (1,) * (rank - len(b)) + b
    return tuple(y if x == 1 else x if y == 1 else (x if x == y else None) for x, y in zip(first, second, strict=True))


def extreme(value: ArrayValue, which: str) -> Value:
    """`x.max()` or `x.min()`: known where the bounds are exact, as for literals; else a statistic."""
    facts = value.facts
    bound = facts.high if which == "max" else facts.low
    if bound is not None and facts.source in ("literal", "constant") and not facts.steps:
        return int(bound) if facts.dtype in INTEGERS else bound
    return Unknown(f"{which}()", ("statistic", which))


# --- shapes -----------------------------------------------------------------------------------------------------


def product(shape: Shape | None) -> int | None:
    """The number of elements, or None."""
    if shape is None or None in shape:
        return None
    return math.prod(size for size in shape if size is not None)


def reshaped(facts: ArrayFacts, target: list[Value], origin: Origin | None) -> ArrayFacts:
    """The facts after `reshape`."""
    sizes = [size if isinstance(size, int) and not isinstance(size, bool) else None for size in target]
    total = product(facts.shape)
    shape: list[int | None] = [size if size is None or size >= 0 else None for size in sizes]
    if sizes.count(-1) == 1 and None not in sizes and total is not None:
        rest = math.prod(size for size in sizes if size is not None and size != -1)
        if rest and total % rest == 0:
            shape[sizes.index(-1)] = total // rest
    elif sizes.count(None) == 1 and -1 not in sizes and total is not None:
        rest = math.prod(size for size in sizes if size is not None)
        if rest and total % rest == 0:
            shape[sizes.index(None)] = total // rest
    after = tuple(shape)
    encoding = facts.encoding if facts.encoding in ("integer", "binary", "continuous") and len(after) <= 2 else None
    return facts.with_step(
        Step("reshape", None, origin, before=facts.shape, after=after), shape=after, encoding=encoding
    )


def attribute(run: Interpreter, value: ArrayValue, name: str) -> Value:
    """An attribute or method of an array."""
    facts = value.facts
    if name == "shape":
        if facts.shape is None:
            return Unknown("shape", ("shape", facts.name))
        return tuple(size if size is not None else Unknown("size", ("size", facts.name, i))
                     for i, size in enumerate(facts.shape))  # fmt: skip
    if name == "size":
        total = product(facts.shape)
        return total if total is not None else Unknown("size")
    if name == "ndim":
        return len(facts.shape) if facts.shape is not None else Unknown("ndim")
    if name == "T":
        return ArrayValue(replace(facts, shape=tuple(reversed(facts.shape)) if facts.shape else None, encoding=None))
    if name == "values":
        return value
    if name == "dtype":
        return facts.dtype if facts.dtype is not None else Unknown("dtype")
    function = METHODS.get(name)
    if function is not None:
        return Native(name, lambda run, site: function(run, value, site))
    return Native(name, lambda run, site: _opaque(run, value, site, name))


def _opaque(run: Interpreter, value: ArrayValue, site: CallSite, name: str) -> Value:
    return Unknown(f"array.{name}()", ("array", name))


def _reshape(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    first = site.value(0, "shape", "newshape")
    target = elements(first)
    if target is None:
        if len(site.positional) == 1 and isinstance(first, Unknown) and not isinstance(first.token, int):
            target_list = [p.value for p in site.positional]
            if isinstance(first.token, tuple) and first.token[:1] == ("shape",):
                return ArrayValue(value.facts.with_step(Step("reshape"), shape=None, encoding=None))
        target_list = [p.value for p in site.positional]
    else:
        target_list = target
    origin = run.origin(site.node) if site.node is not None else None
    return ArrayValue(reshaped(value.facts, target_list, origin))


def _astype(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    kind = site.value(0, "dtype")
    name = kind if isinstance(kind, str) else (kind.last if isinstance(kind, (Symbol,)) else None)
    if isinstance(kind, Native):
        name = kind.name
    return ArrayValue(value.facts.with_step(Step("cast"), dtype=name))


def _flatten(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    total = product(value.facts.shape)
    return ArrayValue(value.facts.with_step(Step("flatten", before=value.facts.shape, after=(total,)), shape=(total,)))


def _same(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    return value


def _transpose(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    axes = elements(site.value(0, "axes")) or [p.value for p in site.positional]
    return ArrayValue(transposed(value.facts, axes, run.origin(site.node) if site.node is not None else None))


def transposed(facts: ArrayFacts, axes: list[Value], origin: Origin | None) -> ArrayFacts:
    """The facts after `transpose`."""
    shape = None
    if facts.shape is not None:
        if not axes:
            shape = tuple(reversed(facts.shape))
        elif len(axes) == len(facts.shape) and all(isinstance(a, int) and -len(axes) <= a < len(axes) for a in axes):
            shape = tuple(facts.shape[a] for a in axes)
    return facts.with_step(Step("transpose", None, origin, before=facts.shape, after=shape), shape=shape)


def _statistic(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    return Unknown("statistic", ("statistic", value.facts.name))


def _maximum(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    return extreme(value, "max")


def _argmax(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    return argmax(run, value, site)


def argmax(run: Interpreter, value: ArrayValue, site: CallSite) -> Value:
    """`np.argmax(x, axis)`: class numbers where x is one-hot; of predictions it is an event for the rules."""
    axis = site.value(1 if site.api.startswith("numpy") else 0, "axis")
    facts = value.facts
    if facts.source == "predictions":
        size = None
        if facts.shape is not None and isinstance(axis, int) and -len(facts.shape) <= axis < len(facts.shape):
            size = facts.shape[axis]
        run.event("argmax", site.node, axis=axis if not isinstance(axis, Unknown) else None, of="predictions",
                  **({"size": size} if size is not None else {}))  # fmt: skip
    shape = facts.shape[:-1] if facts.shape is not None and axis in (-1, len(facts.shape) - 1) else None
    encoding: Any = "integer" if facts.encoding == "one_hot" else None
    return ArrayValue(
        facts.with_step(Step("argmax"), shape=shape, dtype="int64", low=None, high=None, encoding=encoding)
    )


METHODS: dict[str, Callable[[Any, ArrayValue, CallSite], Value]] = {
    "reshape": _reshape,
    "astype": _astype,
    "flatten": _flatten,
    "ravel": _flatten,
    "copy": _same,
    "to_numpy": _same,
    "numpy": _same,
    "as_matrix": _same,
    "tolist": _same,
    "toarray": _same,
    "todense": _same,
    "transpose": _transpose,
    "mean": _statistic,
    "std": _statistic,
    "max": _maximum,
    "min": lambda run, value, site: extreme(value, "min"),
    "argmax": _argmax,
    "head": _same,
}


# --- items ------------------------------------------------------------------------------------------------------


def item(run: Interpreter, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`array[...]`."""
    facts = value.facts
    if facts.shape is None:
        whole = replace(facts, encoding=facts.encoding if len(index) == 1 else None, classes=facts.classes)
        return (
            ArrayValue(replace(whole, name=None))
            if isinstance(index[0], slice)
            else ArrayValue(replace(facts, shape=None, encoding=None, classes=None, name=None))
        )
    shape: list[int | None] = []
    remaining = list(facts.shape)
    known = True
    for part in index:
        if part is None:
            shape.append(1)
            continue
        if part is Ellipsis or not remaining:
            known = False
            break
        size = remaining.pop(0)
        if isinstance(part, slice):
            shape.append(sliced(size, part))
        elif isinstance(part, int) and not isinstance(part, bool):
            continue
        elif isinstance(part, ArrayValue) or elements(part) is not None:
            items = elements(part)
            shape.append(
                len(items) if items is not None else part.facts.samples if isinstance(part, ArrayValue) else None
            )
        else:
            known = isinstance(part, Unknown) and False
            break
    result = (*shape, *remaining) if known else None
    keeps = result is not None and len(result) == len(facts.shape)
    encoding = facts.encoding if keeps and (len(index) == 1 or facts.encoding not in ("one_hot", "multi_hot")) else None
    if result is None and len(index) == 1 and not isinstance(index[0], (int, slice)):
        # a boolean mask or an array of positions keeps what a sample is like; it may leave classes out
        classes = None if isinstance(index[0], Unknown) else facts.classes
        return ArrayValue(replace(facts, shape=(None, *facts.shape[1:]), classes=classes, name=None))
    return ArrayValue(replace(facts, shape=result, encoding=encoding, name=None,
                              classes=facts.classes if encoding else None))  # fmt: skip


def sliced(size: int | None, part: slice) -> int | None:
    """How many elements a slice takes of an axis."""
    if any(not (bound is None or isinstance(bound, int)) for bound in (part.start, part.stop, part.step)):
        return None
    if part.start is None and part.stop is None and part.step is None:
        return size
    if size is None:
        if part.start in (None, 0) and isinstance(part.stop, int) and part.stop >= 0 and part.step in (None, 1):
            return part.stop
        return None
    try:
        return len(range(*part.indices(size)))
    except ValueError:
        return None


def with_item(container: ArrayValue, index: list[Value], value: Value) -> ArrayValue:
    """An array after `array[...] = value`: its shape stands, its values are no longer known."""
    return ArrayValue(container.facts.with_step(Step("opaque"), low=None, high=None, encoding=None, classes=None))


def element(value: ArrayValue) -> Value:
    """One element of an array that is iterated over."""
    facts = value.facts
    if facts.shape is not None and len(facts.shape) == 1:
        return Unknown("element", ("element", facts.name))
    return ArrayValue(replace(facts, shape=facts.shape[1:] if facts.shape else None, name=None, encoding=None))


def batch(run: Interpreter, value: DatasetValue) -> Value:
    """One batch of a stream: features and labels."""
    x = ArrayValue(value.x) if value.x is not None else Unknown("batch of features")
    y = ArrayValue(value.y) if value.y is not None else Unknown("batch of labels")
    return (x, y)


# --- making arrays ----------------------------------------------------------------------------------------------


def dtype_name(value: Value, default: str | None = None) -> str | None:
    """A dtype as its name."""
    if isinstance(value, str):
        return value
    if isinstance(value, Symbol):
        return value.last
    return value.name if isinstance(value, Native) else default


def shape_from(value: Value) -> Shape | None:
    """A shape argument as a shape."""
    if isinstance(value, int):
        return (value,)
    items = elements(value)
    if items is None:
        return None
    return tuple(size if isinstance(size, int) and not isinstance(size, bool) else None for size in items)


def call_numpy(run: Interpreter, name: str, site: CallSite) -> Value:
    """Call a function of numpy."""
    from cnnlint.readers.python import numpy_api

    return numpy_api.call(run, name, site)


def tensorflow(run: Interpreter, name: str, site: CallSite) -> Value:
    """A function of TensorFlow applied to data."""
    from cnnlint.readers.python import numpy_api

    return numpy_api.tensorflow(run, name, site)


def preprocess(run: Interpreter, site: CallSite, name: str) -> Value:
    """`keras.applications.*.preprocess_input(x)`."""
    value = site.value(0, "x")
    if isinstance(value, ArrayValue):
        step = Step("preprocess", None, run.origin(site.node) if site.node is not None else None)
        return ArrayValue(value.facts.with_step(step, low=None, high=None))
    if isinstance(value, TensorValue):
        return run.building.opaque("preprocess_input", [value], site.node, shape=value.node.shape)
    return Unknown("preprocess_input()")


def method(run: Interpreter, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of a scaler, encoder, generator or dataset; None for other objects."""
    return pipelines.method(run, value, name, site)


def dataset_attribute(run: Interpreter, value: DatasetValue, name: str) -> Value:
    """An attribute or method of a stream of batches."""
    return pipelines.attribute(run, value, name)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {}
HANDLERS.update(pipelines.HANDLERS)

__all__ = ["ListValue", "from_literal"]
