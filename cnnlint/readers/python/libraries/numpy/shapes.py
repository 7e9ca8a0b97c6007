"""What numpy's functions do to shapes: reshaping, moving axes, repeating, cutting off; most give views."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, CallRefused, Shape, Step
from cnnlint.graph.walks import spell
from cnnlint.readers.python.arrays import ranges, shapes
from cnnlint.readers.python.arrays.identity import is_scalar, origin_of, view
from cnnlint.readers.python.arrays.items import enough, reaching
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.language.failing import fail
from cnnlint.readers.python.libraries.rows import ArrayEffect, flat, moved
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, ListValue, Unknown, Value, elements, integers

Axes = list[int | None]


def sizes_in(value: Value) -> Axes | None:
    """A shape that is passed as one number or as a sequence of them; None if not even its rank is known."""
    items = elements(value)
    if items is not None:
        return [size_of(item) for item in items] if Ellipsis not in items else None  # left for the reader to fill in
    if isinstance(value, (ArrayValue, ListValue)) or not is_scalar(value):
        return None
    size = size_of(value)
    # one unknown may be a number or a whole shape
    return [size] if size is not None else None


def sizes_spread(bound: Arguments, name: str) -> Axes | None:
    """A shape that a method is passed as several numbers, or as one sequence."""
    if bound.site.open:
        return None
    if bound.rest:
        values = [bound[name], *(passed.value for passed in bound.rest)]
        return [size_of(value) for value in values]
    return sizes_in(bound[name]) if name in bound.bound else []


def axes_in(value: Value) -> tuple[Axes | None, bool]:
    """The axes that an argument names (None for all), and whether they are known."""
    if value is None:
        return None, True
    if isinstance(value, int) and not isinstance(value, bool):
        return [value], True
    items = integers(elements(value))
    return (list(items), True) if items is not None else (None, False)


def axis_in(value: Value) -> int | None:
    """An axis that is one number."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# --- reshaping --------------------------------------------------------------------------------------------------


def reshape(names: str, spread: bool = False) -> ArrayEffect:
    """`reshape`, with its target in one argument, or in several."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        target = sizes_spread(bound, names) if spread else sizes_in(bound[names])
        shape = shapes.reshaped(value.facts.shape, target) if target is not None else None
        held, wanted = shapes.product(value.facts.shape), shapes.product(shape)
        if target is not None and held is not None and _has_no_place(held, target):
            problem = f"{held:,} numbers of shape {spell(value.facts.shape or ())} have no shape {spell(tuple(target))}"
            origin = run.origin(bound.site.node)
            run.event(CallRefused(origin=origin, problem=problem, advice="make the sizes agree"))
        if held is not None and wanted is not None and held != wanted:
            return fail(run, "ValueError")
        if run.trying and (held is None or wanted is None):
            shape = None  # where it may be refused, what comes of it may be what a handler makes
        plain = not bound.given("order") or bound["order"] in ("C", "A")
        return as_shape(run, value, shape, bound, plain)

    return effect


def _has_no_place(held: int, target: Sequence[int | None]) -> bool:
    """Whether so many numbers cannot be laid out as a reshape asks for: every size is told, but for one of -1."""
    known = [size for size in target if size is not None and size >= 0]
    rest, left = math.prod(known), target.count(-1)
    if len(known) + left != len(target):
        return False
    return left > 1 or (rest != held if left == 0 else rest > 0 and held % rest != 0)


def as_shape(
    run: Run,
    value: ArrayValue,
    shape: Shape | None,
    bound: Arguments,
    plain: bool = True,
) -> ArrayValue:
    """An array in another shape: rows of one-hot labels stay such where their length does."""
    facts = value.facts
    before = facts.shape
    same_rows = before is not None and shape and shape[-1] == before[-1:][0] if before else False
    rows = plain and bool(same_rows) and shape is not None and shape[-1] is not None
    return moved(run, value, "reshape", shape, bound, rows=rows)


def flatten(shared: bool) -> ArrayEffect:
    """`flatten`, `ravel`."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        return moved(run, value, "flatten", (shapes.product(value.facts.shape),), bound, shared=shared)

    return effect


def expand(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.expand_dims(a, axis)`."""
    axes, known = axes_in(bound["axis"])
    shape = shapes.expanded(value.facts.shape, axes) if known and axes is not None else None
    rank = len(value.facts.shape) if value.facts.shape is not None else None
    behind = rank is None or axes is None or any(axis in (-1, rank) for axis in axes)
    return moved(run, value, "expand_dims", shape, bound, rows=not behind)


def squeeze(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.squeeze(a, axis=None)`."""
    if value.frame is not None:
        return None  # pandas has its own
    axes, known = axes_in(bound["axis"])
    shape = shapes.squeezed(value.facts.shape, axes) if known else None
    kept = shape is not None and value.facts.shape is not None and shape[-1:] == value.facts.shape[-1:] != (1,)
    return moved(run, value, "squeeze", shape, bound, rows=kept)


# --- moving axes ------------------------------------------------------------------------------------------------


def transpose(spread: bool) -> ArrayEffect:
    """`transpose(axes)`, and as a method `transpose(1, 0)`."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        axes = None
        if bound.rest:
            axes = sizes_spread(bound, "axes")
        elif bound["axes"] is not None:
            items = elements(bound["axes"])
            if items is None and not (spread and isinstance(bound["axes"], int)):
                return moved(run, value, "transpose", None, bound)
            axes = [size_of(item) for item in items] if items is not None else [size_of(bound["axes"])]
        return moved(run, value, "transpose", shapes.transposed(value.facts.shape, axes), bound)

    return effect


def swapaxes(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.swapaxes(a, axis1, axis2)`."""
    after = shapes.swapped(value.facts.shape, axis_in(bound["axis1"]), axis_in(bound["axis2"]))
    return moved(run, value, "transpose", after, bound)


def moveaxis(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.moveaxis(a, source, destination)`."""
    source, target = axis_in(bound["source"]), axis_in(bound["destination"])
    return moved(run, value, "transpose", shapes.moved(value.facts.shape, source, target), bound)


def rollaxis(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.rollaxis(a, axis, start=0)`: the axis comes to stand before `start`."""
    axis, start, shape = axis_in(bound["axis"]), axis_in(bound["start"]), value.facts.shape
    after = None
    if shape is not None and axis is not None and start is not None:
        place, rank = shapes.positive(axis, len(shape)), len(shape)
        start = start + rank if start < 0 else start
        if place is not None and 0 <= start <= rank:
            after = shapes.moved(shape, place, start - 1 if start > place else start)
    return moved(run, value, "transpose", after, bound)


def rotated(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.rot90(m, k=1)`: the first two axes change places for an odd number of turns."""
    shape, turns = value.facts.shape, bound["k"]
    after = None
    if shape is not None and isinstance(turns, int) and not bound.given("axes") and len(shape) >= 2:
        after = (shape[1], shape[0], *shape[2:]) if turns % 2 else shape
    return moved(run, value, "transpose", after, bound)


# --- more of it, or less ----------------------------------------------------------------------------------------


def repeat(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.repeat(a, repeats, axis=None)`."""
    axes, known = axes_in(bound["axis"])
    times, shape = size_of(bound["repeats"]), None
    if known:
        shape = shapes.repeated(value.facts.shape, times, axes[0] if axes else None)
    elif value.facts.shape is not None:
        shape = (None,) * len(value.facts.shape)
    return _more(run, value, shape, bound, None if shape is None or times in (None, 0) else times)


def _more(run: Run, value: ArrayValue, shape: Shape | None, bound: Arguments, times: int | None) -> Value:
    facts = value.facts
    encoding = flat(facts)
    step = Step("concat", None, origin_of(run, bound.site))
    if times is None and not value.mixed:  # some may be left out
        made = facts.with_step(step, shape=shape, encoding=encoding, low=None, high=None, classes=None)
        return ArrayValue(made)
    made = facts.with_step(step, shape=shape, encoding=encoding, classes=facts.classes if encoding else None)
    return ArrayValue(made, value.exact, mixed=value.mixed, gapless=value.gapless)


def tile(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.tile(A, reps)`."""
    counts = sizes_in(bound["reps"])
    shape = shapes.tiled(value.facts.shape, counts) if counts is not None else None
    times = 1 if counts is not None and None not in counts and 0 not in counts else None
    return _more(run, value, shape, bound, times)


def pad(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.pad(array, pad_width, mode="constant")`; zeros around it are part of its range."""
    facts, mode = value.facts, bound["mode"]
    pairs = widths(bound["pad_width"], len(facts.shape)) if facts.shape is not None else None
    shape = shapes.padded(facts.shape, pairs) if pairs is not None else None
    bounds: ranges.Bounds = ranges.NOTHING
    if mode == "constant" and not bound.given("constant_values"):
        inside = facts.low is not None and facts.high is not None and facts.low <= 0 <= facts.high
        bounds = (facts.low, facts.high) if inside else ranges.NOTHING
    elif mode in ("edge", "reflect", "symmetric", "wrap") and not bound.given("reflect_type"):
        bounds = (facts.low, facts.high)
    step = Step("resize", None, origin_of(run, bound.site))
    return ArrayValue(facts.with_step(step, shape=shape, low=bounds[0], high=bounds[1], encoding=None, classes=None))


def widths(value: Value, rank: int) -> list[tuple[int | None, int | None]] | None:
    """The widths before and behind each axis, by numpy's broadcasting of `pad_width` to (rank, 2)."""
    if isinstance(value, int):
        return [(value, value)] * rank
    items = elements(value)
    if items is None or not items:
        return None
    inner = [elements(item) for item in items]
    if all(pair is None for pair in inner):
        numbers = [size_of(item) for item in items]
        if len(numbers) > 2:
            return None
        return [(numbers[0], numbers[-1])] * rank
    pairs = [(size_of(pair[0]), size_of(pair[-1])) for pair in inner if pair is not None and 1 <= len(pair) <= 2]
    if len(pairs) != len(items):
        return None
    return pairs * rank if len(pairs) == 1 else pairs if len(pairs) == rank else None


def split(even: bool, along: int | None = None) -> ArrayEffect:
    """`np.split`, `np.array_split`, and `np.vsplit` and its kin, whose axis is `along`: parts along an axis."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        given, shape = bound["indices_or_sections"], value.facts.shape
        axis = axis_in(bound["axis"]) if along is None else along
        if along == 1 and (shape is None or len(shape) == 1):  # a row is taken apart along its only axis
            axis = 0 if shape is not None else None
        place = shapes.positive(axis, len(shape)) if axis is not None and shape is not None else None
        length = shape[place] if place is not None and shape is not None else None
        sizes = _parts(length, given, even)
        if sizes is None:
            return None
        step = Step("slice", None, origin_of(run, bound.site))
        parts: list[Value] = []
        for size in sizes:
            after = (*shape[:place], size, *shape[place + 1 :]) if shape is not None and place is not None else None
            parts.append(part_of(value, after, step))
        return ListValue(parts)

    return effect


def part_of(value: ArrayValue, shape: Shape | None, step: Step) -> ArrayValue:
    """A part of an array: of what stands in no order, what is known of the whole holds for it."""
    facts = value.facts
    constant = value.exact and facts.low is not None and facts.low == facts.high
    encoding = flat(facts)
    even = (value.mixed or facts.image) and reaching(shape)
    low, high = (facts.low, facts.high) if even or constant else ranges.NOTHING
    classes = facts.classes if value.mixed and encoding and enough(shape, facts.classes) else None
    made = replace(
        facts,
        shape=shape,
        steps=facts.steps_with(step),
        name=None,
        low=low,
        high=high,
        encoding=encoding,
        classes=classes,
    )
    return view(value, ArrayValue(made, constant, mixed=value.mixed))


def _parts(length: int | None, given: Value, even: bool) -> Axes | None:
    if isinstance(given, int) and 0 < given <= 1000:
        if length is None or (even and length % given):
            return [None] * given
        return [length // given + (index < length % given) for index in range(given)]
    cuts = elements(given)
    if cuts is None:
        return None
    ends = [size_of(cut) for cut in cuts]
    if length is None or any(end is None or end < 0 for end in ends):
        return [None] * (len(ends) + 1)
    borders = [0, *(min(end, length) for end in ends if end is not None), length]
    return [max(0, b - a) for a, b in itertools.pairwise(borders)]


def delete(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.delete(arr, obj, axis=None)`: fewer of them."""
    facts, axis, given = value.facts, bound["axis"], bound["obj"]
    shape = _without(facts.shape, axis, given)
    step = Step("slice", None, origin_of(run, bound.site))
    made = part_of(value, shape, step)
    root = facts.root if axis == 0 else None
    return ArrayValue(replace(made.facts, root=root, classes=None), mixed=made.mixed)


def _without(shape: Shape | None, axis: Value, given: Value) -> Shape | None:
    count = 1 if isinstance(given, int) else None
    items = elements(given)
    if items is not None and all(isinstance(item, int) and item >= 0 for item in items):
        count = len(set(items))
    if axis is None:
        total = shapes.product(shape)
        return (total - count if total is not None and count is not None else None,)
    place = shapes.positive(axis, len(shape)) if isinstance(axis, int) and shape is not None else None
    if place is None or shape is None:
        return None
    size = shape[place]
    fewer = size - count if size is not None and count is not None else None
    return (*shape[:place], fewer, *shape[place + 1 :])


def broadcast_to(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.broadcast_to(array, shape)`."""
    sizes = sizes_in(bound["shape"])
    return moved(run, value, "concat", tuple(sizes) if sizes is not None else None, bound)


def at_least(rank: int) -> ArrayEffect:
    """`np.atleast_1d`, `np.atleast_2d`: axes are put in front."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        shape = value.facts.shape
        after = (*(1,) * max(0, rank - len(shape)), *shape) if shape is not None else None
        return moved(run, value, "reshape", after, bound)

    return effect


def diagonal(shared: bool) -> ArrayEffect:
    """`np.diagonal(a)`, and `np.diag(v)`, which makes a square of one axis."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts, shape = value.facts, value.facts.shape
        step = Step("slice", None, origin_of(run, bound.site))
        plain = not bound.given("k", "offset", "axis1", "axis2")
        after: Shape | None = None
        if shape is not None and plain:
            if len(shape) == 2:
                after = (min(shape) if None not in shape else None,)  # type: ignore[type-var]
            elif len(shape) == 1 and not shared:
                after = (shape[0], shape[0])
        made = ArrayFacts(after, facts.dtype, root=facts.root, steps=facts.steps_with(step))
        return view(value, ArrayValue(made)) if shared else ArrayValue(made)

    return effect


def grid(run: Run, bound: Arguments) -> Value:
    """`np.meshgrid(x, y)`: with "xy" the first two axes change places."""
    from cnnlint.readers.python.arrays.identity import lifted

    arrays = [lifted(run, passed.value) for passed in bound.rest]
    sizes = [shapes.product(array.facts.shape) if array is not None else None for array in arrays]
    if len(sizes) >= 2 and bound["indexing"] == "xy":
        sizes[0], sizes[1] = sizes[1], sizes[0]
    known = bound["indexing"] in ("xy", "ij") and not bound.given("sparse") and not bound.site.open
    shape = tuple(sizes) if known else None
    made: Sequence[Value] = [
        ArrayValue(replace(array.facts, shape=shape, encoding=None, classes=None, name=None), array.exact)
        if array is not None
        else ArrayValue(ArrayFacts(shape))
        for array in arrays
    ]
    return ListValue(list(made)) if not bound.site.open else Unknown("meshgrid()")
