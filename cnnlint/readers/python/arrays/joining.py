"""Arrays made of several arrays, and cut into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import ranges, shapes
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.literals import from_items
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    ListValue,
    Unknown,
    Value,
    elements,
    integers,
)


def joined(run: Run, arrays: Sequence[ArrayValue], axis: int | None, site: CallSite) -> ArrayValue:
    """Arrays joined along an axis they have."""
    facts = [array.facts for array in arrays]
    first = facts[0]
    shape = shapes.concatenated([one.shape for one in facts], axis)
    low, high = ranges.joined((one.low, one.high) for one in facts)
    rows = axis == 0
    encoding = _shared_encoding(facts) if rows else ("continuous" if first.encoding == "continuous" else None)
    classes = first.classes if encoding and all(one.classes == first.classes for one in facts) else None
    if encoding == "integer" and classes is None and None not in (low, high) and low == 0 and high is not None:
        classes = int(high) + 1
    elif encoding == "binary":
        classes = 2
    common = all(one.steps == first.steps for one in facts)
    values = [[(s.kind, s.factor) for s in one.steps if s.kind not in ("concat", "slice", "stack")] for one in facts]
    alike = all(one == values[0] for one in values)
    step = Step("concat", None, origin_of(run, site))
    steps = (*first.steps, step) if common or alike else (Step("opaque"), step)
    return ArrayValue(replace(
        first, shape=shape, low=low, high=high, encoding=encoding, classes=classes, steps=steps, name=None,
        dtype=first.dtype if all(one.dtype == first.dtype for one in facts) else None,
        split=first.split if all(one.split == first.split for one in facts) else None,
        root=first.root if all(one.root == first.root for one in facts) else _root(run, facts, axis),
        source=first.source if all(one.source == first.source for one in facts) else None,
        role=first.role if all(one.role == first.role for one in facts) else None,
        image=all(one.image for one in facts),
    ))  # fmt: skip


def _root(run: Run, facts: Sequence[ArrayFacts], axis: int | None) -> int | None:
    """The number of a source that is put together from several, the same whenever these are put together."""
    from cnnlint.readers.python.arrays.identity import derived_root

    roots = tuple(one.root for one in facts)
    return derived_root(run, roots[0], ("joined", axis, roots)) if None not in roots else None


def _shared_encoding(facts: Sequence[ArrayFacts]) -> Encoding | None:
    """Class numbers of several arrays together: constants 0 and 1 in turn are labels too."""
    kinds = {one.encoding for one in facts}
    if len(kinds) == 1 and None not in kinds:
        kind = kinds.pop()
        return kind if kind not in ("one_hot", "multi_hot") or len({one.classes for one in facts}) == 1 else None
    if kinds <= {"integer", "binary"}:
        return "integer"
    levels = [one.low if one.low is not None and one.low == one.high else None for one in facts]
    flat = all(one.shape is not None and (len(one.shape) == 1 or one.shape[1:] == (1,)) for one in facts)
    if flat and None not in levels and len(set(levels)) == len(levels) > 1:
        numbers = sorted(level for level in levels if level is not None)
        if numbers == [float(i) for i in range(len(numbers))]:
            return "binary" if len(numbers) == 2 else "integer"
    return None


def parts_of(run: Run, value: Value) -> list[ArrayValue] | None:
    """The arrays in a sequence, or None if not all of them are such."""
    items = elements(value)
    if items is None:
        return None
    arrays = [lifted(run, item) for item in items]
    return [array for array in arrays if array is not None] if None not in arrays and arrays else None


def concatenate(run: Run, site: CallSite) -> Value:
    """`np.concatenate([a, b], axis)`, `tf.concat([a, b], axis)`."""
    given = site.value(0, "arrays", "values", "objs")
    arrays = parts_of(run, given)
    axis = site.value(1, "axis", default=0)
    if arrays is None:
        return _open(run, given, axis if isinstance(axis, int) else None, site)
    return joined(run, arrays, axis if isinstance(axis, int) else None, site)


def _open(run: Run, given: Value, axis: int | None, site: CallSite) -> Value:
    """What is known of a join whose parts are not all known."""
    if isinstance(given, ListValue) and given.open and given.items:
        found = from_items(run, given)
        if found is not None:
            rows = found.facts.shape[1:] if found.facts.shape is not None else None
            shape = (None, *rows[1:]) if rows and axis == 0 else None
            return ArrayValue(replace(found.facts, shape=shape))
    return ArrayValue(ArrayFacts()) if isinstance(given, (tuple, ListValue)) else Unknown("concatenate()")


def stack_rows(run: Run, site: CallSite) -> Value:
    """`np.vstack`: arrays with one axis become rows."""
    arrays = parts_of(run, site.value(0, "tup"))
    if arrays is None:
        return _open(run, site.value(0, "tup"), 0, site)
    return joined(run, [_row(array) for array in arrays], 0, site)


def _row(array: ArrayValue) -> ArrayValue:
    shape = array.facts.shape
    return ArrayValue(replace(array.facts, shape=(1, *shape))) if shape is not None and len(shape) == 1 else array


def stack_columns(run: Run, site: CallSite) -> Value:
    """`np.hstack`, `np.column_stack`: side by side, arrays with one axis end to end or as columns."""
    arrays = parts_of(run, site.value(0, "tup"))
    if arrays is None:
        return _open(run, site.value(0, "tup"), None, site)
    flat = all(array.facts.shape is not None and len(array.facts.shape) == 1 for array in arrays)
    if flat and not site.api.endswith("column_stack"):
        return joined(run, arrays, 0, site)
    columns = [_column(array) for array in arrays] if site.api.endswith("column_stack") else arrays
    return joined(run, columns, 1, site)


def _column(array: ArrayValue) -> ArrayValue:
    shape = array.facts.shape
    return ArrayValue(replace(array.facts, shape=(*shape, 1))) if shape is not None and len(shape) == 1 else array


def stack(run: Run, site: CallSite) -> Value:
    """`np.stack(arrays, axis)`, `np.dstack(arrays)`: along a new axis."""
    given = site.value(0, "arrays", "tup", "values")
    axis = site.value(1, "axis", default=0)
    arrays = parts_of(run, given)
    if arrays is None:
        found = from_items(run, given) if axis == 0 else None
        return found if found is not None else (_open(run, given, None, site))
    if site.api.endswith("dstack"):
        flat = all(array.facts.shape is not None and len(array.facts.shape) == 2 for array in arrays)
        return _stacked(run, arrays, 2, site) if flat else joined(run, arrays, 2, site)
    return _stacked(run, arrays, axis if isinstance(axis, int) else None, site)


def _stacked(run: Run, arrays: Sequence[ArrayValue], axis: int | None, site: CallSite) -> ArrayValue:
    made = joined(run, arrays, None, site).facts
    shape = shapes.stacked([array.facts.shape for array in arrays], axis)
    steps = (*made.steps[:-1], Step("stack", None, origin_of(run, site)))
    return ArrayValue(replace(made, shape=shape, encoding="continuous" if made.encoding == "continuous" else None,
                              classes=None, steps=steps))  # fmt: skip


def append(run: Run, site: CallSite) -> Value:
    """`np.append(a, b, axis)`: flattened without an axis."""
    arrays = parts_of(run, (site.value(0, "arr"), site.value(1, "values")))
    axis = site.value(2, "axis")
    if arrays is None:
        return ArrayValue(ArrayFacts())
    if axis is None:
        totals = [shapes.product(array.facts.shape) for array in arrays]
        flat = [ArrayValue(replace(array.facts, shape=(total,))) for array, total in zip(arrays, totals, strict=True)]
        return joined(run, flat, 0, site)
    return joined(run, arrays, axis if isinstance(axis, int) else None, site)


def tile(run: Run, site: CallSite) -> Value:
    """`np.tile(a, reps)`."""
    value, times = lifted(run, site.value(0, "A", "input")), site.value(1, "reps", "multiples")
    if value is None:
        return None
    items = elements(times)
    counts = [size_of(item) for item in items] if items is not None else [size_of(times)]
    known = items is not None or isinstance(times, int)
    facts = value.facts
    shape = shapes.tiled(facts.shape, counts) if known else None
    flat = facts.encoding in ("integer", "binary", "continuous")
    return ArrayValue(facts.with_step(Step("concat", None, origin_of(run, site)), shape=shape,
                                      encoding=facts.encoding if flat else None))  # fmt: skip


def pad(run: Run, site: CallSite) -> Value:
    """`np.pad(a, widths, mode)`; zeros around it are part of its range."""
    value, widths = lifted(run, site.value(0, "array", "tensor")), site.value(1, "pad_width", "paddings")
    if value is None:
        return None
    facts = value.facts
    shape = None
    if facts.shape is not None:
        pairs = _pairs(widths, len(facts.shape))
        shape = shapes.padded(facts.shape, pairs) if pairs is not None else None
    mode = site.value(2, "mode", default="constant")
    zeros = mode == "constant" and "constant_values" not in site.keywords and len(site.positional) < 4
    inside = facts.low is not None and facts.high is not None and (facts.low <= 0 <= facts.high)
    low, high = (facts.low, facts.high) if not zeros or inside else (None, None)
    return ArrayValue(facts.with_step(Step("resize", None, origin_of(run, site)), shape=shape, low=low, high=high,
                                      encoding=None, classes=None))  # fmt: skip


def _pairs(value: Value, rank: int) -> list[tuple[int | None, int | None]] | None:
    if isinstance(value, int):
        return [(value, value)] * rank
    items = elements(value)
    if items is None:
        return None
    both = integers(items) if len(items) == 2 else None
    if both is not None and rank != 2:
        return [(both[0], both[1])] * rank
    pairs = [elements(item) for item in items]
    if len(pairs) == 1 and rank > 1:
        pairs = pairs * rank
    if any(pair is None or len(pair) != 2 for pair in pairs) or len(pairs) != rank:
        return [(both[0], both[1])] * rank if both is not None else None
    return [(size_of(pair[0]), size_of(pair[1])) for pair in pairs if pair is not None]


def split(run: Run, site: CallSite) -> Value:
    """`np.split(a, n)` and `np.split(a, [i, j])`: parts of an array."""
    value, given = (
        lifted(run, site.value(0, "ary", "value")),
        site.value(1, "indices_or_sections", "num_or_size_splits"),
    )
    axis = site.value(2, "axis", default=0)
    if value is None or axis != 0:
        return None
    samples = value.facts.samples
    cuts = elements(given)
    sizes: list[int | None]
    if isinstance(given, int) and 0 < given <= 1000:
        sizes = [samples // given if samples is not None and samples % given == 0 else None] * given
    elif cuts is not None:
        ends = [size_of(cut) for cut in cuts]
        borders = [0, *ends, samples]
        sizes = [b - a if a is not None and b is not None and 0 <= a <= b else None
                 for a, b in itertools.pairwise(borders)]  # fmt: skip
    else:
        return None
    step = Step("slice", None, origin_of(run, site))
    parts: list[Value] = []
    for size in sizes:
        shape = (size, *value.facts.shape[1:]) if value.facts.shape is not None else None
        parts.append(ArrayValue(replace(value.facts, shape=shape, steps=(*value.facts.steps, step), name=None)))
    return ListValue(parts)


def delete(run: Run, site: CallSite) -> Value:
    """`np.delete(a, positions, axis)`: fewer rows, or another selection of columns."""
    value, axis = lifted(run, site.value(0, "arr")), site.value(2, "axis")
    if value is None:
        return None
    facts = value.facts
    rows = axis == 0 and facts.shape is not None
    shape = (None, *facts.shape[1:]) if rows and facts.shape is not None else None
    if axis == 1 and facts.shape is not None:
        shape = (facts.shape[0], None, *facts.shape[2:])
    step = Step("slice", None, origin_of(run, site))
    return ArrayValue(replace(facts, shape=shape, steps=(*facts.steps, step), name=None, classes=None,
                              root=facts.root if rows else None))  # fmt: skip
