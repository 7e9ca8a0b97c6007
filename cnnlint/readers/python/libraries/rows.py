"""How a library is written down: one row for each function, with its true signature and its effect.

An effect is what a call does, given its arguments by the names of the parameters. The effects below make most rows;
functions of their own say what these cannot. A function without a row is unknown.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, ArrayPassed, Shape, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, ranges, reached, statements
from cnnlint.readers.python.arrays.arithmetic import WIDE, framed
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import PACKED, carried, fitted, known, reshaped, told, worked_out
from cnnlint.readers.python.arrays.identity import lifted, origin_of, view
from cnnlint.readers.python.arrays.methods import cast
from cnnlint.readers.python.libraries.signatures import Arguments, signature
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Elements,
    Passed,
    TensorValue,
    Unknown,
    Value,
    tensors_in,
    token,
)

Effect = Callable[[Run, Arguments], Value]
ArrayEffect = Callable[[Run, ArrayValue, Arguments], Value]


class Row(Struct, frozen=True):
    """A function: how it is called, and what it does."""

    signature: str
    effect: Effect
    #: what it makes of arrays whose every element is known
    fold: Callable[[Run, Arguments], Elements | None] | None = None

    def call(self, run: Run, name: str, site: CallSite) -> Value:
        """Call it; a call that it would refuse, or of which nothing comes, is unknown."""
        held = [value for value in site.values() if isinstance(value, TensorValue)]
        if held:
            return run.building.opaque(name, [t for v in site.values() for t in tensors_in(v)], site.node)
        bound = signature(self.signature).bind(site)
        made = self.effect(run, bound) if bound is not None else None
        if made is None or bound is None:
            return unknown(run, name, site)
        if self.fold is not None and isinstance(made, ArrayValue) and not made.facts.image:
            fold = functools.partial(self.fold, run, bound)
            made = told(made, worked_out(fold) if "where" not in bound.bound and not site.open else None)
        return _delivered(run, bound, made)


def _delivered(run: Run, bound: Arguments, made: Value) -> Value:
    """What a call gives where it is told a type or an array for its result."""
    if isinstance(made, ArrayValue) and "dtype" in bound.defaults and bound["dtype"] is not None:
        asked = dtype_name(bound["dtype"])
        if asked != made.facts.dtype:  # what has no code of its own for it: in this type they may be other numbers
            made.facts = replace(made.facts, dtype=asked, low=None, high=None, encoding=None, classes=None)
            made.exact = made.gapless = False
    out = bound.bound.get("out")
    if out is not None and isinstance(out.value, ArrayValue):
        written = made if isinstance(made, ArrayValue) else ArrayValue(ArrayFacts(steps=(Step("opaque"),)))
        target = out.value.facts
        fitted = cast(run, written, target.dtype, bound.site) if target.dtype is not None else written
        facts = replace(fitted.facts, shape=target.shape, dtype=target.dtype)
        final = told(ArrayValue(facts, fitted.exact), fitted.elements)
        return statements.updated(run, out.value, final, bound.site.node)
    if "where" in bound.bound and isinstance(made, ArrayValue):
        return ArrayValue(replace(made.facts, low=None, high=None, encoding=None, classes=None))
    return made


def unknown(run: Run, name: str, site: CallSite) -> Unknown:
    """What a call gives of which nothing is known."""
    for value in site.values():
        run.building.captured(value)
        if isinstance(value, ArrayValue):
            run.event(ArrayPassed(origin=run.origin(site.node), facts=value.facts))
            if not reached.leaves(name, site):
                reached.reached(run, value)
    return Unknown(f"{name}()", ("call", name, tuple(token(value) for value in site.values())))


def method_of(name: str, row: Row, receiver: Value) -> Callable[[Run, CallSite], Value]:
    """A row as a method: its first parameter is the object that it is called on."""

    def call(run: Run, site: CallSite) -> Value:
        whole = replace(site, positional=[Passed(receiver), *site.positional])
        return row.call(run, name, whole)

    return call


def handlers(root: str, rows: dict[str, Row]) -> dict[str, Callable[[Any, CallSite], Value]]:
    """The functions of a library by qualified name."""

    def called(name: str, row: Row) -> Callable[[Any, CallSite], Value]:
        return lambda run, site: row.call(run, name, site)

    return {f"{root}.{name}": called(f"{root}.{name}", row) for name, row in rows.items()}


# --- effects ----------------------------------------------------------------------------------------------------


def on(parameter: str, effect: ArrayEffect) -> Effect:
    """An effect on the array that is passed for a parameter; unknown where it is none."""

    def call(run: Run, bound: Arguments) -> Value:
        array = lifted(run, bound[parameter])
        return effect(run, array, bound) if array is not None else None

    return call


def flat(facts: ArrayFacts) -> Encoding | None:
    """The encoding of labels that are one number each, which no change of shape touches."""
    return facts.encoding if facts.encoding in ("integer", "binary", "continuous") else None


def moved(
    run: Run,
    value: ArrayValue,
    kind: str,
    shape: Shape | None,
    bound: Arguments,
    *,
    rows: bool = False,
    shared: bool = True,
) -> ArrayValue:
    """The same elements in another shape; a view unless it is surely not `shared`. With `rows` none is taken apart."""
    facts = value.facts
    encoding = facts.encoding if rows else flat(facts)
    step = Step(kind, None, origin_of(run, bound.site), before=facts.shape, after=shape)
    # as many different values in another shape, and rows are no values
    kept = (encoding is not None or facts.encoding is None) and facts.shape != ()
    made = facts.with_step(step, shape=shape, encoding=encoding, classes=facts.classes if kept else None)
    result = ArrayValue(made, value.exact, mixed=value.mixed, gapless=value.gapless)
    found = known(value) if kind != "transpose" and not made.image else None
    if found is not None and not (bound.given("order") and bound["order"] != "C"):
        result = told(result, reshaped(found, shape))
    return view(value, result) if shared else result


def same(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """A copy."""
    return copied(value)


def copied(value: ArrayValue) -> ArrayValue:
    """The same data in an array of its own."""
    made = ArrayValue(value.facts, value.exact, value.frame, mixed=value.mixed, gapless=value.gapless)
    return carried(value, made)


def reordered(kind: str, mixed: bool | None = None, shared: bool = False) -> ArrayEffect:
    """The same elements in another order along an axis: all of them, in the same shape."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        if shared and value.frame is not None:
            return None  # a series stays one, with its labels turned round
        facts = value.facts
        row = facts.shape is not None and len(facts.shape) == 1
        step = Step("shuffle" if row else kind, None, origin_of(run, bound.site))
        whole = flat(facts) if facts.shape is None or len(facts.shape) != 1 else facts.encoding
        made = facts.with_step(step, encoding=whole, classes=facts.classes if whole else None)
        result = ArrayValue(made, value.exact, mixed=value.mixed if mixed is None else mixed, gapless=value.gapless)
        return view(value, result) if shared else result

    return effect


def each(function: str) -> ArrayEffect:
    """`np.exp(x)` and other functions of each element."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts = value.facts
        low, high = ranges.applied((facts.low, facts.high), function)
        dtype = facts.dtype if function in KEEPING_TYPE else dtypes.floating(facts.dtype)
        if function in ("floor", "ceil", "trunc") and facts.dtype in dtypes.WHOLE:
            dtype = None  # float64 before NumPy 2.1
        if facts.dtype == "bool" and function in ("square", "sign", "round", "round to digits"):
            dtype = None
        if not value.exact and not facts.image and not (facts.source is not None and not facts.steps):
            low, high = ranges.reached(function, (facts.low, facts.high), (low, high))
        wide = low is not None and high is not None and high - low >= WIDE
        if not dtypes.holds(dtype, low, high) or (function in ROUNDING and not value.exact and not wide):
            low, high = ranges.NOTHING  # the ends of real numbers are hardly ever reached
        rounded = fitted([low, high], dtype) if dtype in PACKED and low is not None and high is not None else None
        low, high = rounded if rounded is not None else (low, high)
        kept = facts.encoding if facts.encoding == "continuous" and function not in ROUNDING else None
        step = Step("opaque", None, origin_of(run, bound.site))
        made = facts.with_step(step, low=low, high=high, dtype=dtype, encoding=kept, classes=None)
        asked = dtype_name(bound["dtype"]) if bound.given("dtype") else None
        result = ArrayValue(made, value.exact and low is not None, framed(value), mixed=value.mixed)
        return cast(run, result, asked, bound.site) if asked is not None else result

    return effect


ROUNDING = frozenset({"rint", "floor", "ceil", "trunc", "round", "sign"})
KEEPING_TYPE = frozenset(
    {
        "absolute",
        "square",
        "sign",
        "floor",
        "ceil",
        "trunc",
        "round",
        "round to digits",
        "conjugate",
        "positive",
        "negative",
    }
)


def tested(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """True or false for each element."""
    from cnnlint.readers.python.arrays.comparisons import compared

    made = compared(value.facts, origin_of(run, bound.site))
    if value.facts.dtype not in dtypes.NUMERIC:
        made = replace(made, dtype=None)  # of objects each answers for itself
    return ArrayValue(made, frame=framed(value))


SAME = "same"
"""In the place of a type: that of the array."""


def opaque(
    shape: Callable[[ArrayFacts, Arguments], Shape | None] | None = None,
    dtype: str | None = None,
) -> ArrayEffect:
    """Other values, of which no more is known than a shape and a type."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts = value.facts
        after = shape(facts, bound) if shape is not None else None
        kind = facts.dtype if dtype == SAME else dtype
        made = ArrayFacts(
            after,
            kind,
            root=facts.root,
            origin=facts.origin,
            split=facts.split,
            steps=facts.steps_with(Step("opaque", None, origin_of(run, bound.site))),
        )
        return ArrayValue(made)

    return effect
