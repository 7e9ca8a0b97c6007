"""numpy's functions that put several arrays together, or choose among them."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import arithmetic, comparisons, dtypes, ranges, shapes
from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.identity import fresh_root, is_scalar, keeps_shape, lifted, origin_of
from cnnlint.readers.python.arrays.joining import joined, parts_of, stacked
from cnnlint.readers.python.arrays.literals import from_items
from cnnlint.readers.python.arrays.methods import cast, number_of
from cnnlint.readers.python.libraries.numpy.shapes import axis_in
from cnnlint.readers.python.libraries.rows import Effect
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Elements, ListValue, Table, Value, is_number

Join = Callable[[Run, list[ArrayValue], Arguments], Value]


def of_many(parameter: str, join: Join) -> Effect:
    """A function of a sequence of arrays; of one whose length is not known its parts tell the type at most."""

    def effect(run: Run, bound: Arguments) -> Value:
        given = bound[parameter]
        arrays = parts_of(run, given)
        if arrays is None:
            return _open(run, given, join, bound)
        made = join(run, arrays, bound)
        dtype = dtype_name(bound["dtype"]) if bound.given("dtype") else None
        return cast(run, made, dtype, bound.site) if dtype is not None and isinstance(made, ArrayValue) else made

    return effect


def _open(run: Run, given: Value, join: Join, bound: Arguments) -> Value:
    """What is known of a join whose parts are not all known."""
    if isinstance(given, ArrayValue):
        return ArrayValue(ArrayFacts(None, given.facts.dtype, root=given.facts.root, image=given.facts.image))
    if isinstance(given, ListValue) and given.open and given.items:
        found = from_items(run, given)
        if found is not None and found.facts.shape is not None and len(found.facts.shape) > 1:
            rows, shape = found.facts.shape[1:], None
            if join is vstack:
                shape = (None, *(rows if len(rows) == 1 else rows[1:]))
            elif (join is concatenate and bound["axis"] == 0) or (join is hstack and len(rows) == 1):
                shape = (None, *rows[1:])
            elif join is stack and bound["axis"] == 0:
                shape = found.facts.shape
            return ArrayValue(replace(found.facts, shape=shape, encoding=None, classes=None))
    return ArrayValue(ArrayFacts(root=fresh_root(run)))


def concatenate(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.concatenate([a, b], axis=0)`."""
    if bound["axis"] is None:
        return joined(run, [_flat(array) for array in arrays], 0, bound.site)
    return joined(run, arrays, axis_in(bound["axis"]), bound.site)


def _flat(array: ArrayValue) -> ArrayValue:
    shape = (shapes.product(array.facts.shape),)
    return replace(array, facts=replace(array.facts, shape=shape, encoding=None, classes=None), frame=None)


def vstack(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.vstack`: arrays with one axis become rows."""
    return joined(run, [_as_row(array) for array in arrays], 0, bound.site)


def _as_row(array: ArrayValue) -> ArrayValue:
    shape = array.facts.shape
    if shape is None or len(shape) > 1:
        return array
    row = (1, *shape) if shape else (1, 1)
    return replace(array, facts=replace(array.facts, shape=row, encoding=None, classes=None), frame=None)


def hstack(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.hstack`: along the second axis, arrays with one axis end to end."""
    known = all(array.facts.shape is not None for array in arrays)
    flat = known and all(len(array.facts.shape or ()) <= 1 for array in arrays)
    return joined(run, arrays, (0 if flat else 1) if known else None, bound.site)


def column_stack(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.column_stack`: arrays with one axis become columns."""
    return joined(run, [_as_column(array) for array in arrays], 1, bound.site)


def _as_column(array: ArrayValue) -> ArrayValue:
    shape = array.facts.shape
    if shape is None or len(shape) != 1:
        return array
    return replace(array, facts=replace(array.facts, shape=(*shape, 1)), frame=None)


def dstack(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.dstack`: along the third axis."""
    widened: list[ArrayValue] = []
    for array in arrays:
        shape = array.facts.shape
        if shape is not None and len(shape) <= 2:
            shape = (*shape, 1) if len(shape) == 2 else (1, *shape, 1)
        widened.append(replace(array, facts=replace(array.facts, shape=shape, encoding=None, classes=None), frame=None))
    return joined(run, widened, 2, bound.site)


def stack(run: Run, arrays: list[ArrayValue], bound: Arguments) -> Value:
    """`np.stack(arrays, axis=0)`: along a new axis."""
    return stacked(run, arrays, axis_in(bound["axis"]), bound.site)


def append(run: Run, bound: Arguments) -> Value:
    """`np.append(arr, values, axis=None)`: flattened without an axis."""
    first, second = lifted(run, bound["arr"]), _scalar(run, bound["values"])
    if first is None or second is None:
        return ArrayValue(ArrayFacts((None,) if bound["axis"] is None and not bound.site.open else None))
    if bound["axis"] is None:
        return joined(run, [_flat(first), _flat(second)], 0, bound.site)
    return joined(run, [first, second], axis_in(bound["axis"]), bound.site)


def _scalar(run: Run, value: Value) -> ArrayValue | None:
    """A number as an array of one element; anything else as it is lifted."""
    if is_number(value):
        dtype = "int64" if isinstance(value, int) else "float64"
        return ArrayValue(ArrayFacts((1,), dtype, float(value), float(value)), exact=True)
    return lifted(run, value)


# --- choosing ---------------------------------------------------------------------------------------------------


def where(run: Run, bound: Arguments) -> Value:
    """`np.where(condition)` and `np.where(condition, x, y)`."""
    condition = lifted(run, bound["condition"])
    asked = condition.facts if condition is not None else None
    if not bound.given("x") and not bound.given("y"):
        rank = len(asked.shape) if asked is not None and asked.shape else None
        return found_places(condition, rank)
    chosen = [lifted(run, value) if not is_scalar(value) else value for value in (bound["x"], bound["y"])]
    arrays = [value for value in chosen if isinstance(value, ArrayValue)]
    if asked is None and not arrays:
        return None
    shape = asked.shape if asked is not None else None
    bounds: list[ranges.Bounds] = []
    for value in chosen:
        number = number_of(value)
        level = float(number) if number is not None else None
        bounds.append((value.facts.low, value.facts.high) if isinstance(value, ArrayValue) else (level, level))
    low, high = ranges.joined(bounds)
    numbers = [number_of(value) for value in chosen]
    both = condition is not None and condition.gapless and asked is not None and (asked.low, asked.high) == (0, 1)
    if not _agree(bounds) and not (both and not arrays):
        low = high = None  # which of the values are left is not known, nor whether the condition comes out both ways
    encoding: Encoding | None = None
    if None not in numbers and set(numbers) <= {0, 1}:
        columns = shape is not None and len(shape) > 1 and shape[-1] != 1
        encoding = None if columns else "binary"
    elif set(numbers) == {-1, 1}:
        encoding = "signs"
    base = arrays[0].facts if arrays else asked
    assert base is not None
    for array in arrays:
        shape = shapes.broadcast(shape, array.facts.shape) if asked is not None else None
    if any(value is None for value in chosen):
        shape = None
    step = Step("compare" if not arrays else "opaque", None, origin_of(run, bound.site))
    made = base.with_step(
        step,
        shape=shape,
        low=low,
        high=high,
        encoding=encoding,
        image=base.image and bool(arrays),
        classes=len(set(numbers)) if both and encoding else None,
        dtype=_chosen_dtype(chosen),
    )
    counted = both and encoding == "binary" and low != high
    return ArrayValue(
        made, exact=both and not arrays, mixed=both and condition is not None and condition.mixed, gapless=counted
    )


def found_places(value: ArrayValue | None, rank: int | None) -> Value:
    """Where an array is not zero: the positions along each axis."""
    if rank is None or value is None:
        return None
    known = core.known(value)
    made = [ArrayValue(ArrayFacts((None,), "int64")) for _ in range(rank)]
    if known is not None:
        places = [place for place, one in enumerate(known.items) if one]
        for axis, step in enumerate(core.strides(known.shape)):
            along = tuple(place // step % known.shape[axis] for place in places)
            core.told(made[axis], Elements((len(along),), along))
    return tuple(made)


def nonzero(run: Run, value: ArrayValue, bound: Arguments) -> Value:
    """`np.nonzero(a)`."""
    return found_places(value, len(value.facts.shape) if value.facts.shape else None)


def _agree(bounds: list[ranges.Bounds]) -> bool:
    return len(set(bounds)) == 1


def _chosen_dtype(chosen: list[Value]) -> str | None:
    first, second = chosen
    if isinstance(first, ArrayValue) and isinstance(second, ArrayValue):
        return arithmetic.dtype_of_two("Add", first.facts, second.facts)
    if isinstance(first, ArrayValue):
        return dtypes.with_number(first.facts.dtype, second)
    if isinstance(second, ArrayValue):
        return dtypes.with_number(second.facts.dtype, first)
    kinds = {type(value) for value in chosen}
    if kinds <= {int, bool, float}:
        return "float64" if float in kinds else "int64" if int in kinds else "bool"
    return "str" if kinds == {str} else None


def bounded(name: str) -> Effect:
    """`np.maximum(x1, x2)`, `np.minimum(x1, x2)`: values are cut off."""

    def effect(run: Run, bound: Arguments) -> Value:
        first, second = bound["x1"], bound["x2"]
        array, level = (first, second) if not is_number(first) else (second, first)
        found = lifted(run, array)
        if found is None:
            return None
        step = Step("clip", None, origin_of(run, bound.site))
        facts = found.facts
        if is_number(level):
            cut = (float(level), None) if name == "maximum" else (None, float(level))
            low, high = ranges.clipped((facts.low, facts.high), cut[0], cut[1], found.exact)
            table = found.frame is not None and not found.frame.series  # of which pandas makes float64
            dtype = dtypes.with_number(facts.dtype, level) if not table else None
            fits = dtypes.holds(dtype, low, high)
            return ArrayValue(
                facts.with_step(
                    step,
                    low=low if fits else None,
                    high=high if fits else None,
                    dtype=dtype,
                    encoding=_quantity(facts, dtype),
                    classes=None,
                ),
                found.exact and fits,
                frame=arithmetic.framed(found),
                mixed=found.mixed,
            )
        other = lifted(run, level) if not is_scalar(level) else None
        shape = facts.shape if keeps_shape(facts, level) else None
        dtype = None
        if other is not None:
            shape = shapes.broadcast(facts.shape, other.facts.shape)
            dtype = arithmetic.dtype_of_two("Add", facts, other.facts)
        tabled = found.frame is not None or (other is not None and other.frame is not None)
        made = facts.with_step(step, low=None, high=None, shape=shape, dtype=dtype, encoding=None, classes=None)
        return ArrayValue(made) if not tabled else ArrayValue(ArrayFacts(root=facts.root), frame=Table())

    return effect


def _quantity(facts: ArrayFacts, dtype: str | None) -> Encoding | None:
    """Quantities stay such where they are cut off."""
    return "continuous" if facts.encoding == "continuous" and dtype in dtypes.FLOATS else None


def operator(name: str) -> Effect:
    """`np.add(x1, x2)` is `x1 + x2`."""

    def effect(run: Run, bound: Arguments) -> Value:
        first, second = bound["x1"], bound["x2"]
        sides = [lifted(run, side) or side if not is_scalar(side) else side for side in (first, second)]
        if not any(isinstance(side, ArrayValue) for side in sides):
            return None
        made = arithmetic.binary(run, name, sides[0], sides[1], bound.site.node)
        if name in arithmetic.LOGICAL and isinstance(made, ArrayValue):  # np.logical_and makes booleans of numbers
            facts = next(side.facts for side in sides if isinstance(side, ArrayValue))
            if any(isinstance(side, ArrayValue) and side.facts.dtype not in dtypes.NUMERIC for side in sides):
                return ArrayValue(replace(arithmetic.unknown(facts, None), shape=made.facts.shape))
            made = ArrayValue(replace(comparisons.compared(facts, None), shape=made.facts.shape, classes=None))
        dtype = dtype_name(bound["dtype"]) if bound.given("dtype") else None
        if dtype is None or not isinstance(made, ArrayValue):
            return made
        if "casting" in bound.bound:  # both sides are cast before anything is worked out
            return ArrayValue(arithmetic.unknown(made.facts, None, dtype=dtype))
        return cast(run, made, dtype, bound.site)

    return effect


def clip(low: str, high: str) -> Effect:
    """`np.clip(a, a_min, a_max)` and `x.clip(min, max)`."""

    def effect(run: Run, bound: Arguments) -> Value:
        value = lifted(run, bound["a"])
        if value is None:
            return None
        least, most = bound[low], bound[high]
        facts, limits = value.facts, (number_of(least), number_of(most))
        known = limits == (least, most)
        bounds = ranges.clipped((facts.low, facts.high), limits[0], limits[1], value.exact) if known else ranges.NOTHING
        dtype = facts.dtype if facts.dtype != "bool" or value.frame is None else None  # pandas makes objects of truths
        for limit in (least, most):
            dtype = dtypes.with_number(dtype, limit) if limit is not None else dtype
        shape = facts.shape if all(keeps_shape(facts, limit) for limit in (least, most)) else None
        step = Step("clip", None, origin_of(run, bound.site))
        fits = dtypes.holds(dtype, *bounds)
        made = facts.with_step(
            step,
            low=bounds[0] if fits else None,
            high=bounds[1] if fits else None,
            dtype=dtype,
            shape=shape,
            encoding=_quantity(facts, dtype),
            classes=None,
        )
        return ArrayValue(made, value.exact and fits, frame=arithmetic.framed(value), mixed=value.mixed)

    return effect
