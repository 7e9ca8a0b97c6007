"""numpy's functions that make one number of many: sums, means, extremes, positions of extremes."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import Argmax, ArrayFacts, Step
from cnnlint.readers.python.arrays import dtypes, shapes
from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import Number, told
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.methods import cast
from cnnlint.readers.python.arrays.statistics import NAMES, extreme
from cnnlint.readers.python.libraries.numpy import elements
from cnnlint.readers.python.libraries.numpy.shapes import axes_in
from cnnlint.readers.python.libraries.rows import ArrayEffect, Effect, on
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.libraries.sklearn.prepared import quantile
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Elements, Statistic, Unknown, Value, is_number, numbers
from cnnlint.readers.python.values import elements as items_of


def reduced(name: str) -> ArrayEffect:
    """`x.mean(axis=...)` and its kin: a statistic; where every sample keeps a value of its own, an array of them."""
    which = NAMES[name]

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts = value.facts
        axes, known = axes_in(bound["axis"])
        keep = bound["keepdims"] if bound.given("keepdims") else False
        odd = any(name in bound.defaults and bound.given(name) for name in ("mean", "where", "initial", "weights"))
        if axes is None and known and which in ("max", "min") and keep is False and not odd:
            return extreme(value, which)
        each = axes is not None and 0 not in axes and (facts.shape is None or -len(facts.shape) not in axes)
        own = known and not odd
        statistic = Statistic(which, facts.root, facts.split, each) if own else Statistic(which, None)
        plain = len(bound.bound) == 1 and not bound.site.open
        if axes is None and plain and facts.dtype in ("int64", "float64", "bool"):
            statistic = replace(statistic, number=elements.number(name, value))
        if (axes is None and keep is False) or not known:
            return Unknown("statistic", ("statistic", statistic)) if known else None
        after = shapes.reduced(facts.shape, axes, keep is True) if isinstance(keep, bool) else None
        # the mean of the channels of a picture runs as far as the channels do
        colours = facts.image and facts.shape is not None and len(facts.shape) > 2 and facts.shape[-1] in (1, 3, 4)
        grey = colours and which == "mean" and axes in ([-1], [len(facts.shape or ()) - 1])
        step = Step("opaque", None, origin_of(run, bound.site))
        within = (
            which in ("max", "min", "mean")
            and not odd
            and value.exact
            and facts.low is not None
            and facts.low == facts.high
        )
        low, high = (facts.low, facts.high) if grey or within else (None, None)
        dtype = _dtype(which, facts.dtype)
        continuous = facts.encoding == "continuous" and dtype in dtypes.FLOATS
        made = ArrayFacts(
            after,
            dtype,
            low,
            high,
            "continuous" if continuous else None,
            source=facts.source,
            role=None,
            split=facts.split,
            steps=facts.steps if grey else facts.steps_with(step),
            root=facts.root,
            image=grey,
            origin=facts.origin,
        )
        result = ArrayValue(made, statistic=statistic)
        asked = dtype_name(bound["dtype"]) if bound.given("dtype") else None
        return cast(run, result, asked, bound.site) if asked is not None else result

    return effect


def _dtype(which: str, dtype: str | None) -> str | None:
    if which in ("max", "min", "range"):
        return dtype if which != "range" or dtype != "bool" else None
    if which in ("sum", "product"):
        return dtypes.summed(dtype)
    return dtypes.averaged(dtype)


def total(name: str) -> Effect:
    """`np.sum` and `np.prod`, also of numbers that the program itself holds."""
    whole = on("a", reduced(name))

    def effect(run: Run, bound: Arguments) -> Value:
        items = numbers(items_of(bound["a"]))
        if items and len(bound.bound) == 1:
            return sum(items) if name == "sum" else math.prod(items)
        return whole(run, bound)

    return effect


def number(name: str, function: Any) -> Effect:
    """A reduction of one number of Python's: the number itself."""
    whole = on("a", reduced(name))

    def effect(run: Run, bound: Arguments) -> Value:
        value = bound["a"]
        return function(value) if is_number(value) and len(bound.bound) == 1 else whole(run, bound)

    return effect


def tested(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.any`, `np.all`."""
    axes, known = axes_in(bound["axis"])
    keep = bound["keepdims"] if bound.given("keepdims") else False
    if axes is None and known and keep is False:
        name = bound.site.api.rpartition(".")[2]
        answer = elements.number(name, value) if name in ("any", "all") and len(bound.bound) == 1 else None
        return bool(answer) if answer is not None else Unknown("any()", ("statistic", Statistic("any", None)))
    after = shapes.reduced(value.facts.shape, axes, keep is True) if known and isinstance(keep, bool) else None
    step = Step("compare", None, origin_of(run, bound.site))
    return ArrayValue(ArrayFacts(after, "bool", root=value.facts.root, steps=value.facts.steps_with(step)))


def _asked_for(run: Run, facts: ArrayFacts) -> bool:
    """Whether the text asks how many columns predictions have: `if len(scores[0]) > 1: …`."""
    name = re.escape(facts.name or "")
    return bool(name) and re.search(rf"\b{name}(?:\[0\]\)|\.shape\b)", run.frame.unit.parsed.text) is not None


def argmax(run: Run, value: ArrayValue, bound: Arguments, along: int | None = None) -> Value:
    """`x.argmax(axis)`: class numbers where x is one-hot; of predictions it is an event for the rules. Where no axis is
    named it is `along` one, or over all numbers."""
    axis, facts = bound["axis"] if bound["axis"] is not None else along, value.facts
    axes, known = axes_in(axis)
    keep = bound["keepdims"] if bound.given("keepdims") else False
    shape = shapes.reduced(facts.shape, axes, keep is True) if known and isinstance(keep, bool) else None
    place = shapes.positive(axis, len(facts.shape)) if isinstance(axis, int) and facts.shape is not None else None
    column = facts.role == "labels" and place is not None and facts.shape is not None and facts.shape[place] == 1
    if (facts.source == "predictions" or column) and facts.shape != ():
        # the place of the largest of all may be asked for, and is told by its row and column then
        places = "unravel_index" in run.frame.unit.parsed.text
        size = shapes.product(facts.shape) if axis is None and not places else None
        if place is not None and facts.shape is not None:
            size = facts.shape[place]
        along = axis if isinstance(axis, int) else None
        if size is not None or not _asked_for(run, facts):
            run.event(Argmax(origin=run.origin(bound.site.node), axis=along, size=size, facts=facts))
    step = Step("argmax", None, origin_of(run, bound.site), before=facts.shape, after=shape)
    rows = facts.encoding == "one_hot" and axis in (-1, len(facts.shape) - 1 if facts.shape else -1)
    if axis is None and keep is False:
        return Unknown("argmax()", ("statistic", Statistic("argmax", None)))
    made = facts.with_step(
        step,
        shape=shape,
        dtype="int64",
        low=None,
        high=float(facts.classes - 1) if rows and facts.classes else None,
        encoding="integer" if rows else None,
        classes=None,
        image=False,
        source=facts.source if facts.source != "predictions" else None,
    )
    if rows and facts.classes and value.gapless:
        # one-hot rows that were made of labels with every class among them
        made = replace(made, low=0.0, classes=facts.classes)
    return ArrayValue(made, mixed=value.mixed)


def argmin(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`x.argmin(axis)`: positions."""
    axes, known = axes_in(bound["axis"])
    if axes is None and known and not bound.given("keepdims"):
        return Unknown("argmin()", ("statistic", Statistic("argmin", None)))
    shape = shapes.reduced(value.facts.shape, axes, False) if known and not bound.given("keepdims") else None
    return ArrayValue(ArrayFacts(shape, "int64"))


def unique(run: Run, bound: Arguments) -> Value:
    """`np.unique(labels)`: as many as there are classes."""
    array = lifted(run, bound["ar"])
    facts = array.facts if array is not None else ArrayFacts()
    count = None
    if array is not None and facts.encoding not in ("one_hot", "multi_hot"):
        exact_constant = array.exact and facts.low is not None and facts.low == facts.high
        count = facts.classes if facts.classes is not None else 1 if exact_constant and facts.shape != () else None
        if array.gapless and facts.low is not None and facts.high is not None:
            count = int(facts.high - facts.low) + 1
    if shapes.product(facts.shape) == 0:
        count = 0
    if bound["axis"] is not None:
        return None
    found = ArrayValue(
        ArrayFacts((count,), facts.dtype, facts.low, facts.high, root=facts.root), array is not None and array.exact
    )
    known = core.known(array) if array is not None else None
    # of numbers with a last digit it is not sure which are the same
    sound = known is not None and all(float(one).is_integer() for one in known.items)
    values = sorted(set(known.items)) if known is not None and sound else None
    if values is not None:
        told(found, elements.row(values))
        count = len(values)
    made: list[Value] = [found]
    for name in ("return_index", "return_inverse", "return_counts"):
        if bound[name] is True:
            inverse = name == "return_inverse"
            flat = facts.shape is not None and len(facts.shape) == 1
            shape = ((facts.samples,) if flat else None) if inverse else (count,)
            beside = ArrayValue(ArrayFacts(shape, "int64"))
            if inverse and flat and count:  # each of the different values is met
                top = float(count - 1)
                beside = ArrayValue(ArrayFacts(shape, "int64", 0.0, top, classes=count), exact=True, gapless=True)
            if known is not None and values is not None and (flat or not inverse):
                told(beside, elements.row(_beside(name, known.items, values)))
            made.append(beside)
        elif bound[name] is not False:
            return None
    return tuple(made) if len(made) > 1 else found


def _beside(name: str, items: Sequence[Number], values: list[Number]) -> list[Number]:
    """What `np.unique` gives beside the different values: where each stands first, and which it is, and how often."""
    if name == "return_inverse":
        place = {value: at for at, value in enumerate(values)}
        return [place[item] for item in items]
    return [items.index(value) if name == "return_index" else items.count(value) for value in values]


def cumulative(name: str) -> ArrayEffect:
    """`np.cumsum`, `np.cumprod`: flattened without an axis."""

    def effect(run: Run, value: ArrayValue, bound: Arguments) -> Value:
        facts, axis = value.facts, bound["axis"]
        if value.frame is not None:
            return None
        flat = axis is None or facts.shape == ()
        shape = (shapes.product(facts.shape),) if flat else facts.shape if isinstance(axis, int) else None
        dtype = dtypes.summed(facts.dtype) if not bound.given("dtype") else dtype_name(bound["dtype"])
        step = Step("opaque", None, origin_of(run, bound.site))
        return ArrayValue(
            facts.with_step(step, shape=shape, dtype=dtype, low=None, high=None, encoding=None, classes=None)
        )

    return effect


def quantiles(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.percentile(a, q, axis)`, `np.quantile(a, q, axis)`: between neighbours in proportion."""
    facts, share = value.facts, bound["q"]
    axes, known = axes_in(bound["axis"])
    plain = not bound.given("method", "weights", "out", "keepdims") and is_number(share)
    if value.frame is not None or not known or not plain or facts.dtype not in ("int64", "float64"):
        return None
    made = ArrayValue(
        ArrayFacts(
            shapes.reduced(facts.shape, axes, False),
            "float64",
            root=facts.root,
            steps=facts.steps_with(Step("opaque", None, origin_of(run, bound.site))),
        )
    )
    found, part = core.known(value), float(share) if is_number(share) else 0.0
    part = part / 100 if "percentile" in bound.site.api else part
    if found is None or not found.items or not all(math.isfinite(one) for one in found.items) or not 0 <= part <= 1:
        return made
    rank = len(found.shape)
    places = list(range(rank)) if axes is None else [range(rank)[axis] for axis in axes if axis is not None]
    rest = [axis for axis in range(rank) if axis not in places]
    turned, size = core.transposed(found, [*rest, *places]), math.prod(found.shape[axis] for axis in places)
    items = [quantile(turned.items[at : at + size], part) for at in range(0, len(turned.items), size or 1)]
    return told(made, Elements(tuple(found.shape[axis] for axis in rest), tuple(items)))


def counted(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.count_nonzero(a)`."""
    found = core.known(value)
    if found is None or bound.given("axis") or bound.given("keepdims"):
        return None
    return sum(1 for one in found.items if one)


def equal(run: Run, bound: Arguments) -> Value:
    """`np.array_equal(a1, a2)`: whether both have one shape and the same elements."""
    sides = [lifted(run, bound[name]) for name in ("a1", "a2")]
    found = [core.known(side) if side is not None else None for side in sides]
    one, other = found
    if one is None or other is None or bound.given("equal_nan"):
        return None
    return one.shape == other.shape and all(a == b for a, b in zip(one.items, other.items, strict=True))
