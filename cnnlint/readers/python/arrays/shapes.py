"""How operations change an array's shape.

Sizes that are not known are None, and so is a shape whose rank is not known. None of these functions raises: what
numpy would refuse has an unknown shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import EllipsisType

from msgspec import Struct

from cnnlint.graph import Shape

Size = int | None


class Picked(Struct, frozen=True):
    """An index that is an array: positions, or a mask of booleans. `shape` is its own shape.

    Positions are `chosen` where they may come of what the array holds, as `where` and `argsort` find them.
    """

    shape: Shape | None
    mask: bool = False
    chosen: bool = False


class Free:
    """An index of which nothing is known but that it takes one element of its axis."""


class Stretch(Struct, frozen=True):
    """A slice; bounds that are not known are the string "unknown"."""

    start: int | str | None = None
    stop: int | str | None = None
    step: int | str | None = None

    @property
    def whole(self) -> bool:
        """Whether it is `:`."""
        return self.start is None and self.stop is None and self.step is None


Index = int | Free | Stretch | Picked | None
"""One part of a subscript; None is a new axis. An ellipsis has been written out by `spread`."""


def product(shape: Shape | None) -> Size:
    """The number of elements."""
    if shape is None or None in shape:
        return None
    return math.prod(size for size in shape if size is not None)


def broadcast(a: Shape | None, b: Shape | None) -> Shape | None:
    """The shape of an elementwise operation."""
    if a is None or b is None:
        return None
    rank = max(len(a), len(b))
    first = (1,) * (rank - len(a)) + a
    second = (1,) * (rank - len(b)) + b
    sizes: list[Size] = []
    for x, y in zip(first, second, strict=True):
        if x == 1 or y == 1:
            sizes.append(y if x == 1 else x)
        elif x is None or y is None:
            sizes.append(y if x is None else x)  # which is 1, or the same
        elif x != y:
            return None
        else:
            sizes.append(x)
    return tuple(sizes)


def reshaped(shape: Shape | None, target: Sequence[Size]) -> Shape:
    """The shape after `reshape(target)`; None in the target is a size that is not known, -1 the one left open."""
    total = product(shape)
    sizes: list[Size] = [size if size is None or size >= 0 else None for size in target]
    open_at = [i for i, size in enumerate(target) if size == -1]
    unknown = [i for i, size in enumerate(target) if size is None]
    at = (open_at or unknown) if len(open_at) + len(unknown) == 1 else []
    if at and total is not None:
        rest = math.prod(size for i, size in enumerate(sizes) if i != at[0] and size is not None)
        if rest and total % rest == 0:
            sizes[at[0]] = total // rest
    return tuple(sizes)


def transposed(shape: Shape | None, axes: Sequence[Size] | None) -> Shape | None:
    """The shape after `transpose(axes)`; None for the reversal of all axes."""
    if shape is None:
        return None
    if axes is None:
        return tuple(reversed(shape))
    places = [positive(axis, len(shape)) for axis in axes]
    if None in places or sorted(p for p in places if p is not None) != list(range(len(shape))):
        return None
    return tuple(shape[p] for p in places if p is not None)


def moved(shape: Shape | None, source: Size, target: Size) -> Shape | None:
    """The shape after `moveaxis(source, target)`."""
    if shape is None:
        return None
    start, end = positive(source, len(shape)), positive(target, len(shape))
    if start is None or end is None:
        return None
    sizes = list(shape)
    sizes.insert(end, sizes.pop(start))
    return tuple(sizes)


def swapped(shape: Shape | None, first: Size, second: Size) -> Shape | None:
    """The shape after `swapaxes(first, second)`."""
    if shape is None:
        return None
    a, b = positive(first, len(shape)), positive(second, len(shape))
    if a is None or b is None:
        return None
    sizes = list(shape)
    sizes[a], sizes[b] = sizes[b], sizes[a]
    return tuple(sizes)


def expanded(shape: Shape | None, axes: Sequence[Size]) -> Shape | None:
    """The shape after `expand_dims(axes)`."""
    if shape is None:
        return None
    rank = len(shape) + len(axes)
    places = {positive(axis, rank) for axis in axes}
    if None in places or len(places) != len(axes):
        return None
    rest = iter(shape)
    return tuple(1 if i in places else next(rest) for i in range(rank))


def squeezed(shape: Shape | None, axes: Sequence[Size] | None) -> Shape | None:
    """The shape after `squeeze(axes)`; None for every axis of length 1, which takes that all sizes are known."""
    if shape is None:
        return None
    if axes is None:
        return None if None in shape else tuple(size for size in shape if size != 1)
    places = {positive(axis, len(shape)) for axis in axes}
    if None in places or any(shape[place] not in (1, None) for place in places if place is not None):
        return None  # refused; by a series it is not
    return tuple(size for i, size in enumerate(shape) if i not in places)


def reduced(shape: Shape | None, axes: Sequence[Size] | None, keep: bool) -> Shape | None:
    """The shape after a reduction (`sum`, `mean`, `max`, `argmax`) over some axes, or over all (None)."""
    if shape is None:
        return None
    places = set(range(len(shape))) if axes is None else {positive(axis, len(shape)) for axis in axes}
    if None in places:
        return None
    if keep:
        return tuple(1 if i in places else size for i, size in enumerate(shape))
    return tuple(size for i, size in enumerate(shape) if i not in places)


def concatenated(shapes: Sequence[Shape | None], axis: Size) -> Shape | None:
    """The shape after joining arrays along an axis that they have."""
    known = [shape for shape in shapes if shape is not None]
    if not known or len(known) != len(shapes) or len({len(shape) for shape in known}) != 1:
        return None
    place = positive(axis, len(known[0]))
    if place is None:
        return None
    sizes: list[Size] = []
    for i, column in enumerate(zip(*known, strict=True)):
        given = [size for size in column if size is not None]
        if i == place:
            sizes.append(sum(given) if len(given) == len(column) else None)
        elif len(set(given)) > 1:
            return None
        else:
            sizes.append(given[0] if given else None)
    return tuple(sizes)


def stacked(shapes: Sequence[Shape | None], axis: Size) -> Shape | None:
    """The shape after joining arrays of one shape along a new axis."""
    widened = [expanded(shape, [axis]) for shape in shapes]
    return concatenated(widened, axis)


def repeated(shape: Shape | None, times: Size, axis: Size) -> Shape | None:
    """The shape after `repeat(times, axis)`; without an axis the array is flattened first."""
    if shape is None:
        return None
    if axis is None:
        total = product(shape)
        return (total * times if total is not None and times is not None else None,)
    place = positive(axis, len(shape))
    if place is None:
        return None
    size = shape[place]
    longer = size * times if size is not None and times is not None else None
    return (*shape[:place], longer, *shape[place + 1 :])


def tiled(shape: Shape | None, times: Sequence[Size]) -> Shape | None:
    """The shape after `tile(times)`."""
    if shape is None:
        return None
    rank = max(len(shape), len(times))
    sizes = (1,) * (rank - len(shape)) + shape
    counts = (1,) * (rank - len(times)) + tuple(times)
    return tuple(s * c if s is not None and c is not None else None for s, c in zip(sizes, counts, strict=True))


def padded(shape: Shape | None, widths: Sequence[tuple[Size, Size]]) -> Shape | None:
    """The shape after `pad(widths)`, one pair for each axis."""
    if shape is None or len(widths) != len(shape):
        return None
    return tuple(
        size + before + after if size is not None and before is not None and after is not None else None
        for size, (before, after) in zip(shape, widths, strict=True)
    )


def multiplied(a: Shape | None, b: Shape | None) -> Shape | None:
    """The shape of a matrix product: matrices in the last two axes, the axes before them broadcast."""
    if not a or not b:
        return None
    if len(a) == 1 and len(b) == 1:
        return ()
    if len(a) == 1:
        return (*b[:-2], b[-1])
    if len(b) == 1:
        return a[:-1]
    front = broadcast(a[:-2], b[:-2])
    return (*front, a[-2], b[-1]) if front is not None else None


# --- subscripts -------------------------------------------------------------------------------------------------


def sliced(size: Size, part: Stretch, long: bool = False) -> Size:
    """How many elements a slice takes of an axis; one of unknown length may be known to be `long` enough."""
    start, stop, step = part.start, part.stop, part.step
    if isinstance(start, str) or isinstance(stop, str) or isinstance(step, str):
        return None
    if part.whole:
        return size
    if size is None:
        if not long or not isinstance(stop, int) or stop < 0 or (start or 0) < 0 or step not in (None, 1):
            return None
        return max(0, stop - (start or 0))
    return None if step == 0 else len(range(*slice(start, stop, step).indices(size)))


def spread(parts: Sequence[Index | EllipsisType], rank: int) -> list[Index] | None:
    """A subscript with one part for each axis: the ellipsis and what is left out are whole slices."""
    taken = 0
    for part in parts:
        if isinstance(part, Picked) and part.mask:
            if part.shape is None:
                return None
            taken += len(part.shape)
        elif part is not None and not isinstance(part, EllipsisType):
            taken += 1
    dots = sum(isinstance(part, EllipsisType) for part in parts)
    if dots > 1 or taken > rank:
        return None
    whole: list[Index] = [Stretch()] * (rank - taken)
    result: list[Index] = []
    for part in parts:
        result += whole if isinstance(part, EllipsisType) else [part]
    return result if dots else result + whole


def indexed(shape: Shape | None, parts: Sequence[Index | EllipsisType], long: bool = False) -> Shape | None:
    """The shape of `array[parts]`, by numpy's rules for slices, positions and masks.

    With `long`, an axis behind the first whose length is not known is long enough for what is taken of it.
    """
    if shape is None:
        return None
    spelled = spread(parts, len(shape))
    if spelled is None:
        return None
    advanced = any(isinstance(part, Picked) for part in spelled)
    result: list[Size] = []
    picks: list[Shape | None] = []
    places: list[int] = []
    at = 0
    sizes = list(shape)
    for position, part in enumerate(spelled):
        if part is None:
            result.append(1)
            continue
        if isinstance(part, Stretch):
            result.append(sliced(sizes.pop(0), part, long and len(sizes) < len(shape) - 1))
            continue
        if advanced:
            at = len(result) if not places else at
            places.append(position)
        if isinstance(part, Picked) and part.mask:
            del sizes[: len(part.shape or ())]
            picks.append((None,))
        else:
            sizes.pop(0)
            if isinstance(part, Picked):
                picks.append(part.shape)
    if not advanced:
        return tuple(result)
    picked: Shape | None = ()
    for pick in picks:
        picked = broadcast(picked, pick)
    if picked is None:
        return None
    together = places == list(range(places[0], places[0] + len(places)))
    where = at if together else 0
    return (*result[:where], *picked, *result[where:])


def positive(axis: Size, rank: int) -> int | None:
    """An axis counted from the front, or None if it is not known or there is none such."""
    if axis is None or not -rank <= axis < rank:
        return None
    return axis + rank if axis < 0 else axis
