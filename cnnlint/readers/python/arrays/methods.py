"""Attributes and methods of arrays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import arithmetic, ranges, shapes, statistics
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.statistics import NAMES, WHOLE
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Symbol,
    Unknown,
    Value,
    elements,
    is_number,
)

Method = Callable[[Any, ArrayValue, CallSite], Value]


def attribute(run: Run, value: ArrayValue, name: str) -> Value:
    """An attribute or method of an array."""
    if value.frame is not None:
        from cnnlint.readers.python.libraries import pandas_api

        found = pandas_api.attribute(run, value, name)
        if found is not None:
            return found
    facts = value.facts
    if name == "shape":
        if facts.shape is None:
            return Unknown("shape", ("shape", facts.root, facts.name))
        return tuple(size if size is not None else Unknown("size", ("size", facts.root, facts.name, i))
                     for i, size in enumerate(facts.shape))  # fmt: skip
    if name == "size":
        total = shapes.product(facts.shape)
        return total if total is not None else Unknown("size", ("size of", facts.root, facts.name))
    if name == "ndim":
        return len(facts.shape) if facts.shape is not None else Unknown("ndim", ("ndim", facts.root, facts.name))
    if name == "T":
        after = shapes.transposed(facts.shape, None)
        step = Step("transpose", before=facts.shape, after=after)
        return ArrayValue(facts.with_step(step, shape=after, encoding=_flat(facts), classes=None))
    if name in ("values", "array", "flat"):
        return ArrayValue(facts)
    if name == "dtype":
        return facts.dtype if facts.dtype is not None else Unknown("dtype", ("dtype", facts.root))
    if name in NAMES:
        return Native(name, lambda run, site: statistics.reduce(run, value, name, site))
    function = METHODS.get(name)
    if function is not None:
        return Native(name, lambda run, site: function(run, value, site))
    return Native(name, lambda run, site: Unknown(f"array.{name}()", ("array", name, facts.root, facts.name)))


def of_unknown(run: Run, value: Unknown, name: str) -> Value | None:
    """A method by which something unknown shows that it is an array: `x_train.reshape(...)`, `.astype("float32")`."""
    if name not in ("reshape", "astype"):
        return None
    array = lifted(run, value)
    return attribute(run, array, name) if array is not None else None


def _flat(facts: ArrayFacts) -> Encoding | None:
    """The encoding of labels that are one number each, which no change of shape touches."""
    return facts.encoding if facts.encoding in ("integer", "binary", "continuous") else None


def _classes(facts: ArrayFacts, encoding: Encoding | None) -> int | None:
    """The number of different labels, which a change of shape leaves as it is unless rows are taken apart."""
    return facts.classes if encoding == facts.encoding else None


# --- shape ------------------------------------------------------------------------------------------------------


def sizes_of(run: Run, site: CallSite, *names: str) -> list[int | None] | None:
    """A target shape that is passed as one sequence or as several numbers; None if not even its rank is known."""
    first = site.value(0, *names)
    items = elements(first)
    if items is None:
        if isinstance(first, ArrayValue) or site.open:
            return None
        if len(site.positional) < 2 and isinstance(first, Unknown):
            return None  # one unknown may be a number or a whole shape
        items = [first, *(p.value for p in site.positional[1:])]
    return [size_of(item) for item in items]


def size_of(value: Value) -> int | None:
    """A size as a number, if it is one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def reshape(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.reshape(...)`."""
    target = sizes_of(run, site, "shape", "newshape")
    origin = origin_of(run, site)
    if target is None:
        step = Step("reshape", None, origin, before=value.facts.shape)
        return ArrayValue(value.facts.with_step(step, shape=None, encoding=_flat(value.facts)))
    return ArrayValue(reshaped(value.facts, target, origin), exact=value.exact)


def reshaped(facts: ArrayFacts, target: list[int | None], origin: Origin | None) -> ArrayFacts:
    """The facts after `reshape`."""
    after = shapes.reshaped(facts.shape, target)
    same_rows = facts.shape is not None and len(after) == 2 and after[-1] == facts.shape[-1] and after[-1] is not None
    encoding: Encoding | None = _flat(facts) if len(after) <= 2 or facts.encoding == "continuous" else None
    if same_rows and facts.encoding in ("one_hot", "multi_hot"):
        encoding = facts.encoding
    step = Step("reshape", None, origin, before=facts.shape, after=after)
    return facts.with_step(step, shape=after, encoding=encoding, classes=_classes(facts, encoding))


def flatten(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.flatten()`."""
    total = shapes.product(value.facts.shape)
    step = Step("flatten", None, origin_of(run, site), before=value.facts.shape, after=(total,))
    facts = value.facts
    encoding = _flat(facts)
    return ArrayValue(facts.with_step(step, shape=(total,), encoding=encoding, classes=_classes(facts, encoding)),
                      exact=value.exact)  # fmt: skip


def transpose(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.transpose(...)`."""
    first = site.value(0, "axes", "perm", "dims")
    items = elements(first)
    if items is None:
        items = [p.value for p in site.positional] if first is not None else None
    axes = [size_of(one) for one in items] if items is not None else None
    return rearranged(run, value, shapes.transposed(value.facts.shape, axes), site)


def rearranged(run: Run, value: ArrayValue, after: Any, site: CallSite) -> Value:
    """An array whose axes changed places."""
    facts = value.facts
    step = Step("transpose", None, origin_of(run, site), before=facts.shape, after=after)
    return ArrayValue(facts.with_step(step, shape=after, encoding=_flat(facts), classes=None))


def swapaxes(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.swapaxes(a, b)`."""
    first, second = size_of(site.value(0, "axis1")), size_of(site.value(1, "axis2"))
    return rearranged(run, value, shapes.swapped(value.facts.shape, first, second), site)


def squeeze(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.squeeze(axis)`."""
    axes, known = statistics.axes_of(site)
    facts = value.facts
    after = shapes.squeezed(facts.shape, axes) if known else None
    encoding = _flat(facts)
    step = Step("squeeze", None, origin_of(run, site), before=facts.shape, after=after)
    return ArrayValue(facts.with_step(step, shape=after, encoding=encoding, classes=_classes(facts, encoding)))


def expand(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`np.expand_dims(x, axis)`."""
    axes, known = statistics.axes_of(site)
    facts = value.facts
    after = shapes.expanded(facts.shape, axes) if known and axes is not None else None
    encoding = _flat(facts)
    step = Step("expand_dims", None, origin_of(run, site), before=facts.shape, after=after)
    return ArrayValue(facts.with_step(step, shape=after, encoding=encoding, classes=_classes(facts, encoding)),
                      exact=value.exact)  # fmt: skip


def repeat(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.repeat(times, axis)`."""
    axis = site.value(1, "axis")
    times = size_of(site.value(0, "repeats"))
    shape = shapes.repeated(value.facts.shape, times, axis) if axis is None or isinstance(axis, int) else None
    facts = value.facts
    step = Step("concat", None, origin_of(run, site))
    return ArrayValue(facts.with_step(step, shape=shape, encoding=facts.encoding if axis == 0 else _flat(facts)))


# --- values -----------------------------------------------------------------------------------------------------


def dtype_name(value: Value, default: str | None = None) -> str | None:
    """A dtype as numpy calls it."""
    if isinstance(value, str):
        name: str | None = {"f4": "float32", "f8": "float64", "u1": "uint8", "i4": "int32", "i8": "int64"}.get(
            value, value
        )
    elif isinstance(value, Symbol):
        name = value.last
    else:
        name = value.name if isinstance(value, Native) else None
    if name is None:
        return default
    return {
        "float": "float64",
        "float_": "float64",
        "int": "int64",
        "int_": "int64",
        "bool_": "bool",
        "double": "float64",
        "single": "float32",
        "str_": "str",
        "floatx": None,
    }.get(name, name)


def astype(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.astype(dtype)`."""
    return cast(run, value, dtype_name(site.value(0, "dtype")), site)


def cast(run: Run, value: ArrayValue, dtype: str | None, site: CallSite) -> ArrayValue:
    """An array with elements of another type; whole numbers cut off what is behind the point."""
    facts = value.facts
    step = Step("cast", None, origin_of(run, site))
    frame = value.frame
    if (
        dtype in WHOLE
        and facts.dtype not in WHOLE
        and facts.encoding not in ("integer", "binary", "one_hot", "multi_hot")
    ):
        low, high = facts.low, facts.high
        whole = all(bound is None or float(bound).is_integer() for bound in (low, high))
        if dtype == "bool":
            made = arithmetic.compared(facts, origin_of(run, site))
            return ArrayValue(replace(made, steps=(*facts.steps, step)), frame=frame)
        made = facts.with_step(
            step, dtype=dtype, encoding=None, low=low if whole else None, high=high if whole else None
        )
        return ArrayValue(made, frame=frame)
    return ArrayValue(facts.with_step(step, dtype=dtype), exact=value.exact, frame=frame)


def copied(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """The same data in an array of its own."""
    return ArrayValue(value.facts, value.exact, value.frame)


def same(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """The array itself."""
    return value


def clip(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.clip(low, high)`."""
    low, high = site.value(0, "min", "a_min", "clip_value_min"), site.value(1, "max", "a_max", "clip_value_max")
    facts = value.facts
    bounds = ranges.NOTHING
    if (low is None or is_number(low)) and (high is None or is_number(high)):
        bounds = ranges.clipped((facts.low, facts.high), low, high)
    step = Step("clip", None, origin_of(run, site))
    return ArrayValue(facts.with_step(step, low=bounds[0], high=bounds[1]))


def applied(run: Run, value: ArrayValue, function: str, site: CallSite) -> ArrayValue:
    """`np.exp(x)` and other functions of each element."""
    facts = value.facts
    low, high = ranges.applied((facts.low, facts.high), function)
    rounded = function in ("round", "rint", "around", "floor", "ceil", "trunc")
    kept = facts.encoding if function in ("nan_to_num", "abs", "round") or facts.encoding == "continuous" else None
    dtype = facts.dtype if facts.dtype not in WHOLE or rounded or function in ("abs", "square") else "float64"
    step = Step("opaque", None, origin_of(run, site))
    if function == "nan_to_num":
        return value
    return ArrayValue(facts.with_step(step, low=low, high=high, dtype=dtype, encoding=None if rounded else kept,
                                      classes=facts.classes if kept else None))  # fmt: skip


def dot(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.dot(w)`."""
    other = lifted(run, site.value(0, "b", "other"))
    facts = value.facts
    shape = shapes.multiplied(facts.shape, other.facts.shape) if other is not None else None
    continuous = facts.encoding == "continuous" or (other is not None and other.facts.encoding == "continuous")
    return ArrayValue(
        facts.with_step(
            Step("opaque", None, origin_of(run, site)),
            shape=shape,
            low=None,
            high=None,
            encoding="continuous" if continuous else None,
            classes=None,
            image=False,
        )
    )


def argmax(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.argmax(axis)`: class numbers where x is one-hot; of predictions it is an event for the rules."""
    axis = site.value(0, "axis", "dimension")
    facts = value.facts
    shape = None
    if axis is None or isinstance(axis, int):
        shape = shapes.reduced(facts.shape, None if axis is None else [axis], False)
    if facts.source == "predictions" and facts.shape != ():
        size = shapes.product(facts.shape) if axis is None else None
        place = shapes.positive(axis, len(facts.shape)) if isinstance(axis, int) and facts.shape is not None else None
        if place is not None and facts.shape is not None:
            size = facts.shape[place]
        details: dict[str, Any] = {"axis": axis} if axis is None or isinstance(axis, int) else {}
        if size is not None:
            details["size"] = size
        run.event("argmax", site.node, of="predictions", facts=facts, **details)
    rows = facts.encoding == "one_hot" and axis in (-1, len(facts.shape) - 1 if facts.shape else -1)
    return ArrayValue(
        facts.with_step(
            Step("argmax", None, origin_of(run, site)),
            shape=shape,
            dtype="int64",
            low=0.0 if rows else None,
            high=float(facts.classes - 1) if rows and facts.classes else None,
            encoding="integer" if rows else None,
            classes=facts.classes if rows else None,
            image=False,
            source=facts.source if facts.source != "predictions" else None,
        )
    )


def argmin(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.argmin(axis)`: positions."""
    axes, known = statistics.axes_of(site)
    shape = shapes.reduced(value.facts.shape, axes, False) if known else None
    return ArrayValue(ArrayFacts(shape, "int64"))


def fill(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.fill(number)`, in place."""
    number = site.value(0, "value")
    level = float(number) if is_number(number) else None
    steps = (*value.facts.steps, Step("opaque"))
    value.facts = replace(value.facts, low=level, high=level, encoding=None, classes=None, steps=steps)
    return None


def item(run: Run, value: ArrayValue, site: CallSite) -> Value:
    """`x.item()`."""
    return Unknown("item()", ("array element", value.facts.root, value.facts.name))


METHODS: dict[str, Method] = {
    "reshape": reshape, "astype": astype, "flatten": flatten, "ravel": flatten, "copy": copied, "to_numpy": copied,
    "numpy": copied, "as_matrix": copied, "tolist": copied, "toarray": copied, "todense": copied, "to_list": copied,
    "get": copied, "transpose": transpose, "swapaxes": swapaxes, "squeeze": squeeze, "repeat": repeat, "clip": clip,
    "dot": dot, "argmax": argmax, "argmin": argmin, "fill": fill, "item": item, "view": copied, "eval": copied,
    "round": lambda run, value, site: applied(run, value, "round", site), "sort": lambda run, value, site: None,
}  # fmt: skip
