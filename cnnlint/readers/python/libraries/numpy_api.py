"""numpy's functions over arrays, by name: those that arrays have as methods, those of each element, and the rest."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import arithmetic, joining, making, methods, ranges, shapes, statistics
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of
from cnnlint.readers.python.libraries import random_numbers
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
    elements,
    is_number,
    numbers,
    tensors_in,
    token,
)

Function = Callable[[Run, CallSite], Value]


def call(run: Run, name: str, site: CallSite) -> Value:
    """Call `numpy.name`."""
    if any(isinstance(value, TensorValue) for value in site.values()):
        return run.building.opaque(f"numpy.{name}", [t for v in site.values() for t in tensors_in(v)], site.node)
    if name.startswith("random."):
        return random_numbers.call(run, name[len("random.") :], site)
    name = name.removeprefix("lib.").removeprefix("linalg.").removeprefix("ma.")
    result = apply(run, name, site)
    if result is not None:
        return result
    first = site.value(0)
    if is_number(first) and name in NUMBERS and len(site.positional) == 1:
        try:
            number: Value = NUMBERS[name](first)
            return number
        except (ValueError, OverflowError):
            return Unknown(name)
    for value in site.values():
        if isinstance(value, ArrayValue):
            run.event("array-passed", site.node, facts=value.facts, function=f"numpy.{name}")
    return Unknown(f"numpy.{name}()", ("numpy", name, tuple(token(v) for v in site.values())))


def apply(run: Run, name: str, site: CallSite) -> Value | None:
    """What a function of numpy's makes of data; None where it is not known or nothing is known of what it is given."""
    function = FUNCTIONS.get(name)
    if function is not None:
        return function(run, site)
    if name in OPERATORS and len(site.positional) >= 2 and any(isinstance(v, ArrayValue) for v in site.values()):
        return _operator(run, name, site)
    first = site.value(0, "a", "x", "input", "tensor", "input_tensor", "arr", "m")
    transformed = statistics.transformed(first, name)
    if transformed is not None:
        return transformed
    if name not in KNOWN or isinstance(first, ObjectValue):
        return None
    array = lifted(run, first)
    if array is None:
        return None
    if name in statistics.NAMES:
        return statistics.reduce(run, array, name, site, 1)
    if name in METHODS:
        return METHODS[name](run, array, _rest(site))
    if name in CASTS:
        return methods.cast(run, array, name.rstrip("_"), site)
    if name in ("maximum", "minimum"):
        return _bounded(run, array, name, site)
    if not isinstance(first, ArrayValue) and name in NUMBERS:
        return None
    return methods.applied(run, array, name, site)


def _rest(site: CallSite) -> CallSite:
    """The same call without its first argument, as the method of an array is called."""
    first = ("a", "x", "input", "tensor", "input_tensor", "arr", "m")
    keywords = {key: passed for key, passed in site.keywords.items() if key not in first}
    named = any(key in site.keywords for key in first)
    return CallSite(site.node, site.positional if named else site.positional[1:], keywords, site.open, site.callee,
                    site.api, site.placement)  # fmt: skip


def _moved(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`np.moveaxis(x, source, target)`, `np.rollaxis(x, axis, start)`."""
    source, target = site.value(0, "source", "axis"), site.value(1, "destination", "start", default=0)
    shape = value.facts.shape
    if site.api.endswith("rollaxis") and shape is not None and isinstance(source, int) and isinstance(target, int):
        place = shapes.positive(source, len(shape))
        target = target - 1 if place is not None and target > place else target
    moved = shapes.moved(shape, source, target) if isinstance(source, int) and isinstance(target, int) else None
    return methods.rearranged(run, value, moved, site)


def _turned(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`np.flip`, `np.roll`, `np.sort`: the same values in other places."""
    return ArrayValue(value.facts.with_step(Step("augment", None, origin_of(run, site))), value.exact, value.frame)


def _product(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return methods.dot(run, value, site)


def _mask(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return ArrayValue(arithmetic.compared(value.facts, origin_of(run, site)))


def _shape(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return methods.attribute(run, value, "shape")


def _rank(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return methods.attribute(run, value, "ndim")


def _size(run: Run, value: ArrayValue, site: CallSite) -> Value:
    axis = site.value(0, "axis")
    shape = value.facts.shape
    if axis is None:
        return methods.attribute(run, value, "size")
    place = shapes.positive(axis, len(shape)) if isinstance(axis, int) and shape is not None else None
    size = shape[place] if place is not None and shape is not None else None
    return size if size is not None else Unknown("size", ("size", value.facts.root, value.facts.name, axis))


def _unique(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`np.unique(labels)`: as many as there are classes."""
    facts = value.facts
    found = ArrayValue(ArrayFacts((facts.classes,) if facts.encoding != "one_hot" else (2,), facts.dtype, facts.low,
                                  facts.high))  # fmt: skip
    asked = [key for key in ("return_index", "return_inverse", "return_counts") if key in site.keywords]
    more = (ArrayValue(ArrayFacts((facts.classes,), "int64")) for _ in asked)
    return (found, *more) if asked or site.positional else found


def _cumulative(run: Run, value: ArrayValue, site: CallSite) -> Value:
    return ArrayValue(arithmetic.unknown(value.facts, origin_of(run, site)))


METHODS: dict[str, methods.Method] = {
    "reshape": methods.reshape,
    "expand_dims": methods.expand,
    "squeeze": methods.squeeze,
    "transpose": methods.transpose,
    "swapaxes": methods.swapaxes,
    "moveaxis": _moved,
    "rollaxis": _moved,
    "argmax": methods.argmax,
    "argmin": methods.argmin,
    "clip": methods.clip,
    "clip_by_value": methods.clip,
    "copy": methods.copied,
    "ravel": methods.flatten,
    "repeat": methods.repeat,
    "dot": _product,
    "matmul": _product,
    "flip": _turned,
    "fliplr": _turned,
    "flipud": _turned,
    "roll": _turned,
    "sort": _turned,
    "isnan": _mask,
    "isin": _mask,
    "in1d": _mask,
    "isinf": _mask,
    "isfinite": _mask,
    "logical_not": _mask,
    "shape": _shape,
    "ndim": _rank,
    "size": _size,
    "unique": _unique,
    "cumsum": _cumulative,
    "nan_to_num": methods.same,
    "convert_to_tensor": methods.same,
}
CASTS = frozenset({"float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "uint16", "bool_"})
KNOWN = frozenset(
    {
        *METHODS,
        *CASTS,
        *statistics.NAMES,
        *ranges.RISING,
        "square",
        "abs",
        "absolute",
        "fabs",
        "sin",
        "cos",
        "maximum",
        "minimum",
    }
)
NUMBERS: dict[str, Callable[[Any], Any]] = {
    "sqrt": math.sqrt,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "exp": math.exp,
    "ceil": lambda x: float(math.ceil(x)),
    "floor": lambda x: float(math.floor(x)),
    "round": lambda x: float(round(x)),
    "rint": lambda x: float(round(x)),
    "abs": abs,
    "square": lambda x: x * x,
    "float32": float,
    "float64": float,
    "int32": int,
    "int64": int,
    "uint8": int,
    "sin": math.sin,
    "cos": math.cos,
    "float": float,
    "int": int,
    "absolute": abs,
    "mean": lambda x: x,
    "sum": lambda x: x,
}
OPERATORS = {
    "add": "Add",
    "subtract": "Subtract",
    "multiply": "Multiply",
    "divide": "Divide",
    "true_divide": "Divide",
    "truediv": "Divide",
    "div": "Divide",
    "realdiv": "Divide",
    "div_no_nan": "Divide",
    "power": "Power",
    "pow": "Power",
    "mod": "Modulo",
    "remainder": "Modulo",
    "floormod": "Modulo",
    "floor_divide": "FloorDivide",
    "floordiv": "FloorDivide",
    "equal": "Equal",
    "not_equal": "NotEqual",
    "greater": "GreaterThan",
    "greater_equal": "GreaterThanEqual",
    "less": "LessThan",
    "less_equal": "LessThanEqual",
    "logical_and": "BitAnd",
    "logical_or": "BitOr",
    "logical_xor": "BitXor",
    "scalar_mul": "Multiply",
}


def _operator(run: Run, name: str, site: CallSite) -> Value:
    """`np.add(a, b)` is `a + b`; with `out=` it is done in place."""
    made = arithmetic.binary(run, OPERATORS[name], site.value(0), site.value(1), site.node)
    out = site.value(None, "out", default=None)
    if isinstance(out, ArrayValue) and isinstance(made, ArrayValue):
        from cnnlint.readers.python.arrays import statements

        return statements.updated(run, out, made, site.node)
    return made


def _bounded(run: Run, array: ArrayValue, name: str, site: CallSite) -> Value:
    """`np.maximum(x, 0)`: values are cut off."""
    level = site.value(1, "x2", "y")
    step = Step("clip", None, origin_of(run, site))
    low, high = ranges.NOTHING
    if is_number(level):
        cut = (float(level), None) if name == "maximum" else (None, float(level))
        low, high = ranges.clipped((array.facts.low, array.facts.high), *cut)
    return ArrayValue(array.facts.with_step(step, low=low, high=high))


def _where(run: Run, site: CallSite) -> Value:
    """`np.where(condition)` and `np.where(condition, a, b)`."""
    condition = site.value(0, "condition")
    asked = condition.facts if isinstance(condition, ArrayValue) else None
    if len(site.positional) < 3:
        return (ArrayValue(ArrayFacts((None,), "int64")),)
    chosen = [site.value(1), site.value(2)]
    arrays = [value for value in chosen if isinstance(value, ArrayValue)]
    if asked is None and not arrays:
        return None
    shape = asked.shape if asked is not None else None
    bounds = []
    for value in chosen:
        number = float(value) if is_number(value) or isinstance(value, bool) else None
        bounds.append((value.facts.low, value.facts.high) if isinstance(value, ArrayValue) else (number, number))
    low, high = ranges.joined(bounds)
    encoding: Encoding | None = None
    whole = all(isinstance(value, int) for value in chosen)
    if set(map(str, chosen)) <= {"0", "1", "True", "False", "0.0", "1.0"}:
        columns = shape is not None and len(shape) > 1 and shape[-1] != 1
        encoding = "multi_hot" if columns else "binary"
    base = arrays[0].facts if arrays else asked
    assert base is not None
    for array in arrays:
        shape = shapes.broadcast(shape, array.facts.shape) if asked is not None else array.facts.shape
    step = Step("compare" if not arrays else "opaque", None, origin_of(run, site))
    made = base.with_step(step, shape=shape, low=low, high=high, encoding=encoding, image=base.image and bool(arrays),
                          classes=2 if encoding == "binary" else None,
                          dtype="int64" if whole else base.dtype if arrays else "float64")  # fmt: skip
    return ArrayValue(made)


def _multiplied(run: Run, site: CallSite) -> Value:
    """np.product of numbers."""
    items = numbers(elements(site.value(0)))
    return math.prod(items) if items else None


def _counted(run: Run, site: CallSite) -> Value:
    items = numbers(elements(site.value(0)))
    if items:
        return sum(items)
    array = lifted(run, site.value(0, "a"))
    return statistics.reduce(run, array, "sum", site, 1) if array is not None else None


def _grid(run: Run, site: CallSite) -> Value:
    """`np.meshgrid(x, y)`."""
    arrays = [lifted(run, p.value) for p in site.positional]
    sizes = [array.facts.samples if array is not None else None for array in arrays]
    if len(sizes) == 2:
        sizes.reverse()
    indexing = site.value(None, "indexing", default="xy")
    shape = tuple(sizes) if indexing == "xy" and len(sizes) == 2 else None
    return ListValue([ArrayValue(replace(array.facts, shape=shape) if array is not None else ArrayFacts(shape))
                      for array in arrays])  # fmt: skip


def _product_of_all(run: Run, site: CallSite) -> Value:
    return ArrayValue(ArrayFacts(root=fresh_root(run)))


def _digits(run: Run, site: CallSite) -> Value:
    """`np.digitize(x, bins)`: the number of the bin of each element."""
    value = lifted(run, site.value(0, "x"))
    if value is None:
        return None
    return ArrayValue(
        value.facts.with_step(
            Step("opaque", None, origin_of(run, site)), dtype="int64", low=None, high=None, encoding=None, classes=None
        )
    )


FUNCTIONS: dict[str, Function] = {
    **making.FUNCTIONS,
    "concatenate": joining.concatenate, "concat": joining.concatenate, "vstack": joining.stack_rows,
    "row_stack": joining.stack_rows, "hstack": joining.stack_columns, "column_stack": joining.stack_columns,
    "stack": joining.stack, "dstack": joining.stack, "append": joining.append, "tile": joining.tile, "pad": joining.pad,
    "split": joining.split, "array_split": joining.split, "delete": joining.delete, "where": _where,
    "prod": _multiplied, "product": _multiplied, "sum": _counted, "meshgrid": _grid, "outer": _product_of_all,
    "kron": _product_of_all, "einsum": _product_of_all, "digitize": _digits,
}  # fmt: skip
