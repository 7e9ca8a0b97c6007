"""Arrays whose every element is known, since the program writes them down: what numpy makes of these, worked out.

Numbers are Python's, of the type that the facts name; what would not fit into it (and wrap around in numpy), or what
Python refuses to work out, makes the elements unknown again. Facts follow from the elements: their range, how many
different ones there are, and whether what is said of labels is true.
"""

from __future__ import annotations

import itertools
import math
import operator
import struct
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, shapes
from cnnlint.readers.python.values import ArrayValue, Elements, Statistic, Unknown, Value
from cnnlint.readers.python.values.comparing import COMPARISON

Number = int | float
MOST = 1000
"""Arrays of more elements are not worked out one by one: an operation on so many takes a fraction of a millisecond."""
PACKED = {"float32": "f", "float16": "e"}


def known(value: Value) -> Elements | None:
    """The elements of an array, or a number as an array without axes."""
    if isinstance(value, (bool, int, float)):
        return Elements((), (value,))
    if isinstance(value, Unknown) and isinstance(value.token, tuple) and isinstance(value.token[-1], Statistic):
        number = value.token[-1].number
        return Elements((), (number,)) if number is not None else None
    if not isinstance(value, ArrayValue):
        return None
    facts = value.facts
    size = shapes.product(facts.shape)
    if value.elements is not None or size is None or facts.shape is None or facts.dtype not in dtypes.NUMERIC:
        return value.elements
    level = facts.low if value.exact and facts.low == facts.high and size <= MOST else None
    items = fitted([level] * size, facts.dtype) if level is not None else None
    return Elements(tuple(one for one in facts.shape if one is not None), items) if items is not None else None


def scalar(number: Number, dtype: str) -> ArrayValue:
    """A number of numpy's, which has a type: an array without axes."""
    items = fitted([number], dtype, cut=True)
    level = float(items[0]) if items is not None and math.isfinite(items[0]) else None
    made = ArrayValue(ArrayFacts((), dtype, level, level), exact=level is not None)
    return keep(made, Elements((), items)) if items is not None else made


def fitted(items: Iterable[Number], dtype: str | None, cut: bool = False) -> tuple[Number, ...] | None:
    """Numbers as a type holds them, `cut` off behind the point if that is asked for; None if one does not fit."""
    made: list[Number] = []
    low, high = dtypes.limits(dtype)
    for item in items:
        if isinstance(item, complex) or dtype not in dtypes.NUMERIC:
            return None
        if dtype == "bool":
            made.append(bool(item))
        elif dtype in dtypes.FLOATS:
            packing = PACKED.get(dtype)
            if packing is None or not math.isfinite(item):
                made.append(float(item))
            elif abs(item) > high:
                return None
            else:
                made.append(float(struct.unpack(packing, struct.pack(packing, item))[0]))
        else:
            if not math.isfinite(item) or (item != int(item) and not cut) or not low <= int(item) <= high:
                return None
            made.append(int(item))
    return tuple(made)


def keep(value: ArrayValue, elements: Elements) -> ArrayValue:
    """The array, of which these are the elements."""
    value.held = (value.facts, elements)
    return value


def carried(source: ArrayValue, made: ArrayValue) -> ArrayValue:
    """An array of the same elements as another, whatever else is said of it."""
    return keep(made, source.elements) if source.elements is not None else made


def told(made: ArrayValue, found: Elements | None, cut: bool = False) -> ArrayValue:
    """An array with its elements, and with what follows from them; unchanged where these cannot be its own."""
    if found is None or len(found.items) > MOST:
        return made
    facts = made.facts
    items = fitted(found.items, facts.dtype, cut)
    if facts.dtype is None and set(found.items) <= {0, 1}:
        items = found.items  # which are the same in every type
    fits = facts.shape is None or (
        len(facts.shape) == len(found.shape)
        and all(size in (None, real) for size, real in zip(facts.shape, found.shape, strict=True))
    )
    if items is None or not fits:
        return made
    low, high = bounds(items)
    encoding = _encoding(facts.encoding, items, found.shape)
    flat = math.prod(found.shape) == (found.shape[0] if found.shape else 0)
    # of numbers with a last digit, or that were worked out from such, it is not sure which are the same
    whole = facts.dtype not in dtypes.FLOATS or encoding in ("integer", "binary")
    counted = flat and whole and encoding in (None, "integer", "binary")
    counted = counted and all(float(item).is_integer() for item in items)
    classes = len(set(items)) if counted and low is not None else None
    if encoding in ("one_hot", "multi_hot"):
        classes = found.shape[-1]
    made.facts = replace(facts, shape=found.shape, low=low, high=high, encoding=encoding, classes=classes)
    made.exact = low is not None
    made.gapless = (
        low is not None
        and high is not None
        and all(float(one).is_integer() for one in items)
        and (len(set(items)) == high - low + 1)
    )
    return keep(made, Elements(found.shape, items))


def bounds(items: Sequence[Number]) -> tuple[float | None, float | None]:
    """The least and the most of some numbers; None where there are none, or one of them is none."""
    if not items or not all(math.isfinite(item) for item in items):
        return None, None
    return float(min(items)), float(max(items))


def _encoding(said: Encoding | None, items: Sequence[Number], shape: tuple[int, ...]) -> Encoding | None:
    """What was said of labels, if it is true of the elements."""
    if said in ("one_hot", "multi_hot"):
        width = shape[-1] if shape else 0
        rows = [items[at : at + width] for at in range(0, len(items), width)] if width else []
        true = set(items) <= {0, 1} and (said == "multi_hot" or all(sum(row) == 1 for row in rows))
        return said if true and width > 1 else None
    if said == "signs":
        return said if set(items) <= {-1, 1} else None
    if said == "binary":
        return said if set(items) <= {0, 1} else None
    return said if said != "integer" or all(item >= 0 and float(item).is_integer() for item in items) else None


# --- places -----------------------------------------------------------------------------------------------------


def strides(shape: Sequence[int]) -> list[int]:
    """How far apart two neighbours along each axis lie."""
    return [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]


def gathered(found: Elements, parts: Sequence[Sequence[int]], steps: Sequence[int]) -> Elements:
    """The elements at the given places along each axis, an axis being `steps` apart."""
    places = [0]
    for part, step in zip(parts, steps, strict=True):
        places = [place + one * step for place in places for one in part]
        if len(places) > 64 * MOST:
            raise OverflowError
    return Elements(tuple(len(part) for part in parts), tuple(found.items[place] for place in places))


def chosen(found: Elements, axis: int, places: Sequence[int]) -> Elements:
    """The elements at some places along one axis."""
    size = found.shape[axis]
    if any(not -size <= place < size for place in places):
        raise IndexError
    parts: list[Sequence[int]] = [range(one) for one in found.shape]
    parts[axis] = [place % size for place in places]
    return gathered(found, parts, strides(found.shape))


def reshaped(found: Elements, shape: Sequence[int | None] | None) -> Elements | None:
    """The same elements in another shape, read row by row."""
    sizes = [size for size in shape or () if size is not None]
    if shape is None or len(sizes) != len(shape) or math.prod(sizes) != len(found.items):
        return None
    return Elements(tuple(sizes), found.items)


def transposed(found: Elements, axes: Sequence[int] | None = None) -> Elements:
    """The axes in another order, by default reversed."""
    order = [axis % len(found.shape) for axis in axes] if axes is not None else list(range(len(found.shape)))[::-1]
    steps = strides(found.shape)
    return gathered(found, [range(found.shape[axis]) for axis in order], [steps[axis] for axis in order])


def broadcast(found: Elements, shape: Sequence[int]) -> Elements:
    """The elements repeated along axes of length 1, and along new axes in front."""
    own = (1,) * (len(shape) - len(found.shape)) + found.shape
    if len(own) != len(shape) or any(one not in (1, size) for one, size in zip(own, shape, strict=True)):
        raise ValueError
    steps = [step if one == size else 0 for step, one, size in zip(strides(own), own, shape, strict=True)]
    return gathered(found, [range(size) for size in shape], steps)


def joined(parts: Sequence[Elements], axis: int) -> Elements:
    """Arrays joined along an axis that they have."""
    first = parts[0].shape
    axis = range(len(first))[axis]
    if any(one.shape[:axis] + one.shape[axis + 1 :] != first[:axis] + first[axis + 1 :] for one in parts):
        raise ValueError
    items: list[Number] = []
    blocks = [math.prod(one.shape[axis:]) for one in parts]
    for row in range(math.prod(first[:axis])):
        for one, block in zip(parts, blocks, strict=True):
            items += one.items[row * block : (row + 1) * block]
    return Elements((*first[:axis], sum(one.shape[axis] for one in parts), *first[axis + 1 :]), tuple(items))


def stacked(parts: Sequence[Elements], axis: int) -> Elements:
    """Arrays of one shape joined along a new axis."""
    axis = range(len(parts[0].shape) + 1)[axis]
    return joined([Elements((*p.shape[:axis], 1, *p.shape[axis:]), p.items) for p in parts], axis)


def along(found: Elements, axis: int, function: Callable[[list[Number]], Sequence[Number]]) -> Elements:
    """A function of each line along an axis, which may make lines of another length."""
    axis = range(len(found.shape))[axis]
    order = [one for one in range(len(found.shape)) if one != axis]
    turned = transposed(found, [*order, axis])
    size = found.shape[axis]
    lines = [function(list(turned.items[at : at + size])) for at in range(0, len(turned.items), size or 1)]
    length = len(lines[0]) if lines else 0
    made = Elements((*(found.shape[one] for one in order), length), tuple(itertools.chain.from_iterable(lines)))
    back = sorted(range(len(found.shape)), key=[*order, axis].__getitem__)
    return transposed(made, back) if back else made


# --- operators --------------------------------------------------------------------------------------------------


def power(base: Number, exponent: Number) -> Number:
    """`base ** exponent`, of numbers that are small enough to be worked out."""
    if isinstance(base, int) and abs(exponent) > 64:
        raise OverflowError
    made: Number = base**exponent
    return made


OPERATORS: dict[str, Callable[[Number, Number], Number]] = {
    "Add": operator.add,
    "Subtract": operator.sub,
    "Multiply": operator.mul,
    "Divide": operator.truediv,
    "FloorDivide": operator.floordiv,
    "Modulo": operator.mod,
    "Power": power,
    **COMPARISON,
    "BitAnd": operator.and_,
    "BitOr": operator.or_,
    "BitXor": operator.xor,
}


def mapped(function: Callable[..., Number], *sides: Elements) -> Elements:
    """A function of the elements of arrays that are broadcast against each other."""
    shape: tuple[int | None, ...] | None = ()
    for side in sides:
        shape = shapes.broadcast(shape, side.shape)
    sizes = [size for size in shape or () if size is not None]
    if shape is None or math.prod(sizes) > MOST:
        raise ValueError
    columns = [broadcast(side, sizes).items if side.shape != tuple(sizes) else side.items for side in sides]
    return Elements(tuple(sizes), tuple(function(*row) for row in zip(*columns, strict=True)))


def worked_out(function: Callable[[], Elements | None]) -> Elements | None:
    """What a computation gives; None where Python refuses what numpy may do all the same."""
    try:
        return function()
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError, struct.error):
        return None


def operated(name: str, left: Value, right: Value, made: ArrayValue) -> ArrayValue:
    """`left op right`, where `made` is what is known of it without looking at the elements."""
    first, second = known(left), known(right)
    function = OPERATORS.get(name)
    arrays = [side for side in (left, right) if isinstance(side, ArrayValue)]
    frames = [side.frame for side in arrays if side.frame is not None]
    aligned = len(frames) == len(arrays) and len({frame.index for frame in frames}) == 1 and frames[0].index is not None
    lined_up = len(arrays) == 1 or not frames or (aligned and all(frame.series for frame in frames))
    if first is None or second is None or function is None or not lined_up:
        return made
    if len(arrays) == 1 and arrays[0].facts.dtype in PACKED:  # a number of Python's becomes one of the array's type
        dtype = arrays[0].facts.dtype
        narrow = [fitted(side.items, dtype) for side in (first, second)]
        if narrow[0] is None or narrow[1] is None:
            return made
        first, second = Elements(first.shape, narrow[0]), Elements(second.shape, narrow[1])
    return told(made, worked_out(lambda: mapped(function, first, second)))


def of_rows(rows: Sequence[ArrayValue], made: ArrayValue) -> ArrayValue:
    """An array of rows that are all known."""
    parts = [known(row) for row in rows]
    sure = [part for part in parts if part is not None]
    if len(sure) < len(parts) or sum(len(part.items) for part in sure) > MOST:
        return made
    return told(made, worked_out(lambda: stacked(sure, 0)))


def of_table(value: Value) -> Elements | None:
    """The elements of an array, or of a table by its columns."""
    if not isinstance(value, ArrayValue) or value.frame is None or value.frame.series:
        return known(value)
    parts = [known(column) for column in value.frame.columns.values()]
    sure = [part for part in parts if part is not None]
    if not value.frame.whole or not sure or len(sure) < len(parts):
        return None
    return worked_out(lambda: stacked(sure, 1))
