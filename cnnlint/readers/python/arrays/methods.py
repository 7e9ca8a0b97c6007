"""What is asked of every array: its sizes, its type, a cast."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Origin, Step
from cnnlint.readers.python.arrays import arithmetic, comparisons, dtypes, elements, shapes
from cnnlint.readers.python.arrays.element_types import ElementType
from cnnlint.readers.python.arrays.identity import origin_of, view
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Unknown, Value, of_scalar


def number_of(value: Value) -> int | float | None:
    """A number of Python's, if it is one; True and False are numbers here."""
    if isinstance(value, Unknown) or (isinstance(value, ArrayValue) and value.facts.shape == ()):
        found = elements.known(value)
        return found.items[0] if found is not None else None
    return value if isinstance(value, (int, float)) else None


def size_of(value: Value) -> int | None:
    """A size as a number, if it is one."""
    if isinstance(value, ArrayValue):
        value = of_scalar(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def size(value: ArrayValue, name: str) -> Value:
    """`shape`, `size`, `ndim` and `dtype` of an array; None for other attributes."""
    facts = value.facts
    if name == "shape":
        if facts.shape is None:
            return Unknown("shape", ("shape", facts.root, facts.name))
        return tuple(
            size if size is not None else Unknown("size", ("size", facts.root, facts.name, i))
            for i, size in enumerate(facts.shape)
        )
    if name == "size":
        total = shapes.product(facts.shape)
        return total if total is not None else Unknown("size", ("size of", facts.root, facts.name))
    if name == "ndim":
        return len(facts.shape) if facts.shape is not None else Unknown("ndim", ("ndim", facts.root, facts.name))
    if name == "dtype":
        if facts.dtype is None:
            return Unknown("dtype", ("dtype", facts.root))
        return ElementType(facts.dtype, value.numpy or value.frame is not None)
    return None


def transposed(value: ArrayValue) -> ArrayValue:
    """`x.T`."""
    facts = value.facts
    after = shapes.transposed(facts.shape, None)
    encoding = facts.encoding if facts.encoding in ("integer", "binary", "continuous") else None
    step = Step("transpose", before=facts.shape, after=after)
    made = facts.with_step(step, shape=after, encoding=encoding, classes=facts.classes if encoding else None)
    mixed = value.mixed and facts.role != "features"  # each of which has a range of its own
    turned = ArrayValue(made, value.exact, mixed=mixed, gapless=value.gapless)
    found = elements.known(value)
    return view(value, elements.told(turned, elements.transposed(found) if found is not None else None))


def reshaped(facts: ArrayFacts, target: Sequence[int | None], origin: Origin | None) -> ArrayFacts:
    """The facts after `reshape`."""
    after = shapes.reshaped(facts.shape, target)
    step = Step("reshape", None, origin, before=facts.shape, after=after)
    encoding = facts.encoding if facts.encoding in ("integer", "binary", "continuous") else None
    kept = encoding is not None or facts.encoding is None  # as many different values in another shape
    return facts.with_step(step, shape=after, encoding=encoding, classes=facts.classes if kept else None)


def cast(run: Run, value: ArrayValue, dtype: str | None, site: CallSite) -> ArrayValue:
    """A copy with elements of another type; whole numbers cut off what is behind the point, and wrap around."""
    made = _cast(run, value, dtype, site)
    return made if made.facts.image else elements.told(made, elements.known(value), cut=True)


def _cast(run: Run, value: ArrayValue, dtype: str | None, site: CallSite) -> ArrayValue:
    facts = value.facts
    origin = origin_of(run, site)
    step = Step("cast", None, origin, of=facts.dtype or "")
    frame = value.frame
    if dtype is None:  # what comes of the values is not known
        made = facts.with_step(step, dtype=None, low=None, high=None, encoding=None, classes=None)
        return ArrayValue(made, frame=frame)
    if dtype == "bool" and facts.dtype != "bool" and facts.encoding not in ("binary", "one_hot", "multi_hot"):
        made = comparisons.compared(facts, origin)
        constant = value.exact and facts.low is not None and facts.low == facts.high
        level = float(bool(facts.low)) if constant else None
        return ArrayValue(replace(made, low=level, high=level, steps=facts.steps_with(step)), constant, frame)
    if dtype not in dtypes.NUMERIC:
        width = facts.encoding in ("one_hot", "multi_hot")  # which is not how many different texts there are
        classes = None if width else facts.classes
        made = facts.with_step(step, dtype=dtype, low=None, high=None, encoding=None, classes=classes)
        return ArrayValue(made, frame=frame)
    if facts.dtype not in dtypes.NUMERIC:  # texts that are read as numbers
        kept = facts.encoding if facts.dtype is None and facts.encoding != "continuous" else None
        low, high = (facts.low, facts.high) if facts.dtype is None and dtype in dtypes.FLOATS else (None, None)
        made = facts.with_step(
            step, dtype=dtype, low=low, high=high, encoding=kept, classes=facts.classes if kept else None
        )
        if facts.dtype is None and dtype in dtypes.FLOATS:
            made = replace(made, encoding=facts.encoding, classes=facts.classes)
        return ArrayValue(made, frame=frame, mixed=value.mixed)
    hot = facts.encoding in ("one_hot", "multi_hot", "binary")
    if not hot and not dtypes.holds(dtype, facts.low, facts.high):
        fits = dtypes.promoted(facts.dtype, dtype) == dtype or (facts.encoding == "integer" and facts.high is not None)
        kept = facts.encoding if fits and facts.encoding == "integer" else None
        low, high = (facts.low, facts.high) if fits else (None, None)
        made = facts.with_step(
            step, dtype=dtype, low=low, high=high, encoding=kept, classes=facts.classes if kept else None
        )
        return ArrayValue(made, frame=frame, mixed=value.mixed and fits)
    if dtype in dtypes.WHOLE and facts.dtype not in dtypes.WHOLE and facts.encoding not in ("integer",) and not hot:
        low, high = facts.low, facts.high
        # the ends of real numbers are hardly ever reached, so that what they are cut off to is one less
        wide = low is not None and high is not None and high - low >= arithmetic.WIDE
        whole = all(bound is None or float(bound).is_integer() for bound in (low, high)) and (value.exact or wide)
        made = facts.with_step(
            step, dtype=dtype, encoding=None, classes=None, low=low if whole else None, high=high if whole else None
        )
        return ArrayValue(made, value.exact and whole, frame=frame, mixed=value.mixed)
    return ArrayValue(facts.with_step(step, dtype=dtype), value.exact, frame, mixed=value.mixed, gapless=value.gapless)
