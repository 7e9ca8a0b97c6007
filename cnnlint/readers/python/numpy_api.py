"""numpy's functions, and TensorFlow's where they are applied to data, over facts about arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.readers.python import arrays
from cnnlint.readers.python.operators import token
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
    tensors_in,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.interpreter import Interpreter

Function = Callable[["Interpreter", CallSite], Value]


def call(run: Interpreter, name: str, site: CallSite) -> Value:
    """Call `numpy.name`."""
    if any(isinstance(value, TensorValue) for value in site.values()):
        return run.building.opaque(f"numpy.{name}", [t for v in site.values() for t in tensors_in(v)], site.node)
    function = FUNCTIONS.get(name)
    if function is not None:
        result = function(run, site)
        if result is not None:
            return result
    if name in ("square", "power") and isinstance(site.value(0), ArrayValue):
        exponent = 2 if name == "square" else site.value(1, "x2")
        if is_number(exponent):
            return arrays.binary(run, "Power", site.value(0), exponent, site.node)
    if name in ELEMENTWISE and isinstance(site.value(0), ArrayValue):
        return _changed(run, site, "opaque")
    if name in ("sqrt", "log", "exp", "ceil", "floor", "round", "abs") and is_number(site.value(0)):
        import math

        try:
            return float(getattr(math, name)(site.value(0))) if hasattr(math, name) else abs(site.value(0))
        except (ValueError, OverflowError):
            return Unknown(name)
    for value in site.values():
        if isinstance(value, ArrayValue) and name in ("mean", "std", "var", "median", "max", "min", "amax", "amin"):
            return Unknown("statistic", ("statistic", value.facts.name))
    if name.startswith("random.") and "." not in name[7:] and name[7:8].isupper():
        return ObjectValue(f"numpy.{name}", site)
    return Unknown(f"numpy.{name}()", ("numpy", name, tuple(token(v) for v in site.values())))


ELEMENTWISE = frozenset({"log", "exp", "sqrt", "abs", "absolute", "sin", "cos", "tanh", "square", "power", "log1p",
                         "round", "floor", "ceil", "nan_to_num"})  # fmt: skip


def _origin(run: Interpreter, site: CallSite) -> Origin | None:
    return run.origin(site.node) if site.node is not None else None


def _changed(run: Interpreter, site: CallSite, kind: str, **changes: Any) -> Value:
    value = site.value(0)
    assert isinstance(value, ArrayValue)
    return ArrayValue(value.facts.with_step(Step(kind, None, _origin(run, site)), low=None, high=None, encoding=None,
                                            **changes))  # fmt: skip


def _array(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "object", "a", "value", "values")
    dtype = arrays.dtype_name(site.value(1, "dtype"))
    found = value if isinstance(value, ArrayValue) else arrays.from_literal(value)
    if isinstance(value, ListValue) and found is None:
        return ArrayValue(ArrayFacts(dtype=dtype))
    if found is None:
        return Unknown("array", ("array", token(value)))
    facts = replace(found.facts, dtype=dtype or found.facts.dtype, origin=found.facts.origin or _origin(run, site))
    return ArrayValue(facts)


def _filled(low: float | None) -> Function:
    def make(run: Interpreter, site: CallSite) -> Value:
        number = low
        if number is None:
            value = site.value(1, "fill_value")
            number = float(value) if is_number(value) else None
        dtype = arrays.dtype_name(site.value(1 if low is not None else 2, "dtype"), "float64")
        return ArrayValue(ArrayFacts(arrays.shape_from(site.value(0, "shape")), dtype, number, number, source="constant",
                                     origin=_origin(run, site)))  # fmt: skip

    return make


def _like(low: float) -> Function:
    def make(run: Interpreter, site: CallSite) -> Value:
        value = site.value(0)
        shape = value.facts.shape if isinstance(value, ArrayValue) else None
        return ArrayValue(ArrayFacts(shape, "float64", low, low, source="constant"))

    return make


def _arange(run: Interpreter, site: CallSite) -> Value:
    numbers = [p.value for p in site.positional]
    if not numbers or not all(is_number(n) for n in numbers):
        return ArrayValue(ArrayFacts(shape=(None,), dtype=None))
    start, stop, step = (
        (0, numbers[0], 1) if len(numbers) == 1 else (*numbers[:2], numbers[2] if len(numbers) > 2 else 1)
    )
    count = max(0, int(-(-(stop - start) // step))) if step else 0
    whole = all(isinstance(n, int) for n in numbers)
    return ArrayValue(ArrayFacts((count,), "int64" if whole else "float64", float(min(start, stop)),
                                 float(max(start, stop) - (step if whole and step > 0 else 0)),
                                 None if whole else "continuous", source="numpy.arange", origin=_origin(run, site)))  # fmt: skip


def _linspace(run: Interpreter, site: CallSite) -> Value:
    start, stop, count = site.value(0, "start"), site.value(1, "stop"), site.value(2, "num", default=50)
    low = float(min(start, stop)) if is_number(start) and is_number(stop) else None
    high = float(max(start, stop)) if is_number(start) and is_number(stop) else None
    return ArrayValue(ArrayFacts((count if isinstance(count, int) else None,), "float64", low, high, "continuous",
                                 source="numpy.linspace", origin=_origin(run, site)))  # fmt: skip


def _eye(run: Interpreter, site: CallSite) -> Value:
    size = site.value(0, "N")
    count = size if isinstance(size, int) else None
    return ArrayValue(ArrayFacts((count, count), "float64", 0.0, 1.0, "one_hot", count, source="numpy.eye"))


def _uniform(low: float | None, high: float | None, spread: bool) -> Function:
    """rand(d0, d1), random(size), randn(d0, d1): `spread` when the sizes are positional numbers."""

    def make(run: Interpreter, site: CallSite) -> Value:
        if spread:
            shape: Any = tuple(p.value if isinstance(p.value, int) else None for p in site.positional)
        else:
            shape = arrays.shape_from(site.value(0, "size"))
        return ArrayValue(ArrayFacts(shape, "float64", low, high, "continuous", source="random numbers",
                                     origin=_origin(run, site)))  # fmt: skip

    return make


def _between(run: Interpreter, site: CallSite) -> Value:
    low, high = site.value(0, "low", default=0.0), site.value(1, "high", default=1.0)
    return ArrayValue(ArrayFacts(arrays.shape_from(site.value(2, "size")), "float64",
                                 float(low) if is_number(low) else None, float(high) if is_number(high) else None,
                                 "continuous", source="random numbers", origin=_origin(run, site)))  # fmt: skip


def _normal(run: Interpreter, site: CallSite) -> Value:
    return ArrayValue(ArrayFacts(arrays.shape_from(site.value(2, "size")), "float64", encoding="continuous",
                                 source="random numbers", origin=_origin(run, site)))  # fmt: skip


def _randint(run: Interpreter, site: CallSite) -> Value:
    low, high = site.value(0, "low"), site.value(1, "high")
    if high is None:
        low, high = 0, low
    size = site.value(2, "size")
    if size is None:
        return Unknown("random number", ("random", run.building._place(site)))
    known = isinstance(low, int) and isinstance(high, int)
    classes = high - low if known and low == 0 else None
    encoding: Any = ("binary" if high == 2 else "integer") if classes is not None else None
    return ArrayValue(ArrayFacts(arrays.shape_from(size), "int64", float(low) if known else None,
                                 float(high - 1) if known else None, encoding, classes, source="random integers",
                                 origin=_origin(run, site)))  # fmt: skip


def _reshape(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0, "a", "tensor", "array")
    if isinstance(value, ListValue):
        found = arrays.from_literal(value)
        value = found if found is not None else value
    if not isinstance(value, ArrayValue):
        return Unknown("reshape()", ("reshape", token(value)))
    target = site.value(1, "newshape", "shape")
    items = elements(target)
    if items is None:
        items = [target] if isinstance(target, int) else None
    if items is None:
        return ArrayValue(value.facts.with_step(Step("reshape"), shape=None, encoding=None))
    return ArrayValue(arrays.reshaped(value.facts, items, _origin(run, site)))


def _expand(run: Interpreter, site: CallSite) -> Value:
    value, axis = site.value(0, "a", "input"), site.value(1, "axis")
    if not isinstance(value, ArrayValue):
        return None
    before = value.facts.shape
    after = None
    if before is not None and isinstance(axis, int):
        position = axis if axis >= 0 else len(before) + 1 + axis
        after = (*before[:position], 1, *before[position:])
    keep = value.facts.encoding if value.facts.encoding in ("integer", "binary", "continuous") else None
    return ArrayValue(value.facts.with_step(Step("expand_dims", None, _origin(run, site), before=before, after=after),
                                            shape=after, encoding=keep))  # fmt: skip


def _squeeze(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    if not isinstance(value, ArrayValue):
        return None
    before = value.facts.shape
    after = tuple(s for s in before if s != 1) if before is not None and None not in before[1:] else None
    return ArrayValue(value.facts.with_step(Step("squeeze", before=before, after=after), shape=after))


def _transpose(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    if not isinstance(value, ArrayValue):
        return None
    axes = elements(site.value(1, "axes", "perm")) or []
    return ArrayValue(arrays.transposed(value.facts, axes, _origin(run, site)))


def _moveaxis(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    if not isinstance(value, ArrayValue):
        return None
    return ArrayValue(value.facts.with_step(Step("transpose", before=value.facts.shape), shape=None))


def _joined(run: Interpreter, site: CallSite) -> Value:
    items = elements(site.value(0))
    known = [i.facts for i in items or [] if isinstance(i, ArrayValue)]
    if not known or items is None or len(known) != len(items):
        return ArrayValue(ArrayFacts()) if known else Unknown("concatenate()")
    first = known[0]
    axis = site.value(1, "axis", default=1 if site.api.endswith(("hstack", "column_stack")) else 0)
    shape = None
    if all(k.shape is not None and len(k.shape) == len(first.shape or ()) for k in known) and first.shape:
        position = 0 if len(first.shape) == 1 else axis
        if isinstance(position, int) and -len(first.shape) <= position < len(first.shape):
            sizes = [k.shape[position] for k in known if k.shape is not None]
            listed = list(first.shape)
            listed[position] = sum(s for s in sizes if s is not None) if None not in sizes else None
            shape = tuple(listed)
    same = all(k.encoding == first.encoding and k.classes == first.classes for k in known)
    lows, highs = [k.low for k in known], [k.high for k in known]
    return ArrayValue(replace(
        first, shape=shape, encoding=first.encoding if same and axis == 0 else None,
        low=min(x for x in lows if x is not None) if None not in lows else None,
        high=max(x for x in highs if x is not None) if None not in highs else None,
        steps=(*first.steps, Step("concat", None, _origin(run, site))),
        split=first.split if all(k.split == first.split for k in known) else None,
    ))  # fmt: skip


def _stacked(run: Interpreter, site: CallSite) -> Value:
    items = elements(site.value(0))
    known = [i.facts for i in items or [] if isinstance(i, ArrayValue)]
    if not known or items is None or len(known) != len(items):
        return ArrayValue(ArrayFacts()) if known else Unknown("stack()")
    axis = site.value(1, "axis", default=0)
    shape = known[0].shape
    after = None
    if shape is not None and isinstance(axis, int) and all(k.shape == shape for k in known):
        position = axis if axis >= 0 else len(shape) + 1 + axis
        after = (*shape[:position], len(known), *shape[position:])
    return ArrayValue(replace(known[0], shape=after, encoding=None, steps=(*known[0].steps, Step("stack"))))


def _argmax(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    return arrays.argmax(run, value, site) if isinstance(value, ArrayValue) else None


def _clip(run: Interpreter, site: CallSite) -> Value:
    value, low, high = site.value(0), site.value(1), site.value(2)
    if not isinstance(value, ArrayValue):
        return None
    return ArrayValue(value.facts.with_step(Step("clip", None, _origin(run, site)),
                                            low=float(low) if is_number(low) else None,
                                            high=float(high) if is_number(high) else None))  # fmt: skip


def _unique(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, ArrayValue) and value.facts.classes is not None:
        return ArrayValue(ArrayFacts((value.facts.classes,), value.facts.dtype))
    return Unknown("unique()")


def _dtype(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    name = site.api.rpartition(".")[2]
    if isinstance(value, ArrayValue):
        return ArrayValue(value.facts.with_step(Step("cast"), dtype=name))
    return value if is_number(value) else Unknown(name)


def _same(run: Interpreter, site: CallSite) -> Value:
    value = site.value(0)
    return value if isinstance(value, ArrayValue) else None


def _prod(run: Interpreter, site: CallSite) -> Value:
    items = elements(site.value(0))
    if items is None or not all(is_number(i) for i in items):
        return Unknown("prod()")
    total: Any = 1
    for i in items:
        total *= i
    return total


def _loaded(run: Interpreter, site: CallSite) -> Value:
    return Unknown("a file's contents", ("load", run.building._place(site)))


FUNCTIONS: dict[str, Function] = {
    "array": _array, "asarray": _array, "asanyarray": _array, "ascontiguousarray": _array,
    "zeros": _filled(0.0), "ones": _filled(1.0), "full": _filled(None), "empty": lambda run, site: ArrayValue(
        ArrayFacts(arrays.shape_from(site.value(0, "shape")), "float64")),
    "zeros_like": _like(0.0), "ones_like": _like(1.0), "arange": _arange, "linspace": _linspace, "eye": _eye,
    "identity": _eye, "random.rand": _uniform(0.0, 1.0, True), "random.random": _uniform(0.0, 1.0, False),
    "random.random_sample": _uniform(0.0, 1.0, False), "random.randn": _uniform(None, None, True),
    "random.uniform": _between, "random.normal": _normal, "random.randint": _randint,
    "random.default_rng": lambda run, site: ObjectValue("numpy.random.Generator", site),
    "random.RandomState": lambda run, site: ObjectValue("numpy.random.Generator", site),
    "reshape": _reshape, "expand_dims": _expand, "squeeze": _squeeze, "transpose": _transpose, "moveaxis": _moveaxis,
    "swapaxes": _moveaxis, "rollaxis": _moveaxis, "concatenate": _joined, "vstack": _joined, "hstack": _joined,
    "append": lambda run, site: ArrayValue(ArrayFacts()), "stack": _stacked, "dstack": _moveaxis, "argmax": _argmax,
    "clip": _clip, "unique": _unique, "float32": _dtype, "float64": _dtype, "int32": _dtype, "uint8": _dtype,
    "int64": _dtype, "copy": _same, "ravel": lambda run, site: arrays._flatten(run, site.value(0), site) if isinstance(
        site.value(0), ArrayValue) else None, "prod": _prod, "load": _loaded, "loadtxt": _loaded, "genfromtxt": _loaded,
    "flip": _same, "fliplr": _same, "roll": _same, "squeeze_": _squeeze,
}  # fmt: skip


# --- TensorFlow on data -----------------------------------------------------------------------------------------


def tensorflow(run: Interpreter, name: str, site: CallSite) -> Value:
    """`tf.name(array, ...)`."""
    last = name.rpartition(".")[2]
    value = site.value(0)
    if last in ("cast", "to_float", "convert_to_tensor", "identity", "constant", "as_dtype") and isinstance(
        value, ArrayValue
    ):
        return ArrayValue(value.facts.with_step(Step("cast")))
    if last == "convert_image_dtype" and isinstance(value, ArrayValue):
        return ArrayValue(value.facts.with_step(Step("convert", None, _origin(run, site)), low=0.0, high=1.0))
    if last == "one_hot" and isinstance(value, ArrayValue):
        return arrays.pipelines.one_hot(run, value, site.value(1, "depth", "num_classes"), site)
    table: dict[str, Function] = {"reshape": _reshape, "expand_dims": _expand, "squeeze": _squeeze, "argmax": _argmax,
                                  "transpose": _transpose, "concat": _joined, "stack": _stacked}  # fmt: skip
    function = table.get(last)
    if function is not None:
        result = function(run, site)
        if result is not None:
            return result
    if last in ("divide", "multiply", "subtract", "add", "truediv") and len(site.positional) == 2:
        operator = {
            "divide": "Divide",
            "truediv": "Divide",
            "multiply": "Multiply",
            "subtract": "Subtract",
            "add": "Add",
        }
        return arrays.binary(run, operator[last], site.value(0), site.value(1), site.node)
    if isinstance(value, ArrayValue):
        keeps = last.startswith(("random_flip", "adjust", "random_brightness", "random_contrast"))
        return value if keeps else ArrayValue(ArrayFacts(name=value.facts.name))
    return Unknown(f"tf.{last}()")
