"""Arrays made of several arrays."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, ranges, shapes
from cnnlint.readers.python.arrays.identity import derived_root, lifted, origin_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Value, elements

Labels = tuple["Encoding | None", int | None]


def joined(run: Run, arrays: Sequence[ArrayValue], axis: int | None, site: CallSite) -> ArrayValue:
    """Arrays joined along an axis they have; None for one that is not known."""
    facts = [array.facts for array in arrays]
    first = facts[0]
    shape = shapes.concatenated([one.shape for one in facts], axis)
    low, high = ranges.joined((one.low, one.high) for one in facts)
    encoding, classes = _labels(arrays) if axis == 0 else (_quantity(facts), None)
    common = all(one.steps == first.steps for one in facts)
    values = [[(s.kind, s.factor) for s in one.steps if s.kind not in ("concat", "slice", "stack")] for one in facts]
    alike = all(one == values[0] for one in values)
    step = Step("concat", None, origin_of(run, site))
    steps = first.steps_with(step) if common or alike else (Step("opaque"), step)
    made = replace(
        first,
        shape=shape,
        low=low,
        high=high,
        encoding=encoding,
        classes=classes,
        steps=steps,
        name=None,
        dtype=functools.reduce(dtypes.promoted, [one.dtype for one in facts]),
        split=first.split if all(one.split == first.split for one in facts) else None,
        root=first.root if all(one.root == first.root for one in facts) else _root(run, facts, axis),
        source=first.source if all(one.source == first.source for one in facts) else None,
        role=first.role if all(one.role == first.role for one in facts) else None,
        image=all(one.image for one in facts),
    )
    even = all((one.low, one.high, one.classes) == (first.low, first.high, first.classes) for one in facts)
    return ArrayValue(
        made,
        all(array.exact for array in arrays),
        mixed=even and all(array.mixed for array in arrays),
        gapless=_gapless(arrays) is not None,
    )


def stacked(run: Run, arrays: Sequence[ArrayValue], axis: int | None, site: CallSite) -> ArrayValue:
    """Arrays of one shape joined along a new axis."""
    made = joined(run, arrays, None, site)
    shape = shapes.stacked([array.facts.shape for array in arrays], axis)
    step = Step("stack", None, origin_of(run, site))
    made.facts = replace(made.facts, shape=shape, steps=(*made.facts.steps[:-1], step))
    return made


def _root(run: Run, facts: Sequence[ArrayFacts], axis: int | None) -> int | None:
    """The number of a source that is put together from several, the same whenever these are put together."""
    roots = tuple(one.root for one in facts)
    return derived_root(run, roots[0], ("joined", axis, roots)) if None not in roots else None


def _quantity(facts: Sequence[ArrayFacts]) -> Encoding | None:
    return "continuous" if all(one.encoding == "continuous" for one in facts) else None


def _labels(arrays: Sequence[ArrayValue]) -> Labels:
    """How labels of several arrays together are written: constants 0 and 1 in turn are labels too."""
    facts = [array.facts for array in arrays]
    kinds = {one.encoding for one in facts}
    if len(kinds) == 1 and kinds <= {"one_hot", "multi_hot", "continuous"}:
        kind = facts[0].encoding
        same = len({one.classes for one in facts}) == 1 and all(len(one.shape or (0, 0)) > 1 for one in facts)
        return (kind, facts[0].classes) if same or kind == "continuous" else (None, None)
    flat = all(one.shape is not None and (len(one.shape) == 1 or one.shape[1:] == (1,)) for one in facts)
    whole = _gapless(arrays)
    if flat and whole is not None and whole[0] == 0 and whole[1] > 0:
        return ("binary" if whole[1] == 1 else "integer"), whole[1] + 1
    if None not in kinds and kinds <= {"integer", "binary"}:
        return ("binary" if kinds == {"binary"} else "integer"), None
    return None, None


def _gapless(arrays: Sequence[ArrayValue]) -> tuple[int, int] | None:
    """The least and the largest of whole numbers that are all there; None where one may be missing."""
    held: set[int] = set()
    for array in arrays:
        low, high = array.facts.low, array.facts.high
        level = array.exact and low is not None and low == high and low.is_integer()
        if low is None or high is None or high - low > 10_000 or not (array.gapless or level):
            return None
        held.update(range(int(low), int(high) + 1))
    least, most = min(held), max(held)
    return (least, most) if len(held) == most - least + 1 else None


def parts_of(run: Run, value: Value) -> list[ArrayValue] | None:
    """The arrays in a sequence, or None if not all of them are such."""
    items = elements(value)
    if not items:
        return None
    arrays = [lifted(run, item) for item in items]
    return [array for array in arrays if array is not None] if None not in arrays else None
