"""Subscripts of arrays whose elements are known: which elements they name, by numpy's rules."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from types import EllipsisType

from msgspec import Struct

from cnnlint.readers.python.arrays.elements import MOST, Number, broadcast, fitted, known, strides, worked_out
from cnnlint.readers.python.arrays.identity import lifted
from cnnlint.readers.python.arrays.shapes import broadcast as common
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Elements, ListValue, Value


class Picks(Struct, frozen=True):
    """An index that is an array of positions."""

    found: Elements


Part = int | slice | Picks | None


def taken(run: Run, value: ArrayValue, index: Sequence[Value]) -> Elements | None:
    """The elements of `value[index]`, if they are known."""
    found = known(value)
    if found is None:
        return None

    def work() -> Elements:
        shape, places = _places(found.shape, [_part(run, one) for one in index])
        return Elements(shape, tuple(found.items[place] for place in places))

    return worked_out(work)


def written(run: Run, value: ArrayValue, index: Sequence[Value], other: Value) -> Elements | None:
    """The elements of `value` after `value[index] = other`, if they are known."""
    found = known(value)
    new = known(lifted(run, other) or other)
    if found is None or new is None:
        return None

    def work() -> Elements | None:
        shape, places = _places(found.shape, [_part(run, one) for one in index])
        spread = new if len(new.shape) <= len(shape) else Elements(new.shape[len(new.shape) - len(shape) :], new.items)
        numbers = fitted(broadcast(spread, shape).items, value.facts.dtype, cut=True)
        if numbers is None:
            return None
        items = list(found.items)
        for place, number in zip(places, numbers, strict=True):
            items[place] = number
        return Elements(found.shape, tuple(items))

    return worked_out(work)


def _part(run: Run, index: Value) -> Part | EllipsisType | Elements:
    """One part of a subscript; a mask is its elements."""
    if index is None or isinstance(index, EllipsisType):
        return index
    if isinstance(index, slice):
        bounds = (index.start, index.stop, index.step)
        ends = [bound if bound is None or isinstance(bound, int) else _whole(bound) for bound in bounds]
        return slice(*ends)
    if isinstance(index, int) and not isinstance(index, bool):
        return index
    array = lifted(run, index) if isinstance(index, (ListValue, ArrayValue)) else None
    found = known(array) if array is not None else None
    if array is None or found is None or array.facts.dtype is None or array.facts.dtype.startswith("float"):
        raise ValueError
    if array.facts.dtype == "bool":
        return found
    return int(found.items[0]) if found.shape == () else Picks(found)


def _whole(value: Value) -> int:
    found = known(value)
    if found is None or found.shape != () or not isinstance(found.items[0], int):
        raise ValueError
    return found.items[0]


def _places(
    shape: tuple[int, ...], index: Sequence[Part | EllipsisType | Elements]
) -> tuple[tuple[int, ...], list[int]]:
    """The shape of what a subscript takes, and the place of each of its elements."""
    if len(index) == 1 and isinstance(index[0], Elements) and index[0].shape == shape:
        places = [place for place, taken_ in enumerate(index[0].items) if taken_]
        return (len(places),), places
    parts = _spelled(shape, index)
    steps = strides(shape)
    advanced = [at for at, part in enumerate(parts) if isinstance(part, Picks)]
    if advanced:  # numbers are positions beside others
        advanced = [at for at, part in enumerate(parts) if isinstance(part, (Picks, int)) and part is not None]
    groups: list[tuple[list[int], list[int]]] = []  # sizes of the axes that a part makes, and offsets of each
    picked: tuple[int | None, ...] | None = ()
    axis = 0
    together: list[tuple[Elements, int, int]] = []
    for at, part in enumerate(parts):
        if part is None:
            groups.append(([1], [0]))
            continue
        size, step = shape[axis], steps[axis]
        axis += 1
        if isinstance(part, slice):
            chosen = range(*part.indices(size))
            groups.append(([len(chosen)], [one * step for one in chosen]))
        elif at in advanced:
            found = part.found if isinstance(part, Picks) else Elements((), (part,))
            picked = common(picked, found.shape)
            together.append((found, size, step))
            groups.append(([], [0]))
        elif isinstance(part, int):
            groups.append(([], [_inside(part, size) * step]))
    if advanced:
        sizes = [size for size in picked or () if size is not None]
        if picked is None:
            raise IndexError
        offsets = [0] * math.prod(sizes)
        for found, size, step in together:
            for place, one in enumerate(broadcast(found, sizes).items):
                offsets[place] += _inside(one, size) * step
        consecutive = advanced == list(range(advanced[0], advanced[0] + len(advanced)))
        if consecutive:
            groups[advanced[0]] = (sizes, offsets)
        else:
            groups.insert(0, (sizes, offsets))
    places = [0]
    for _, offsets in groups:
        places = [place + one for place in places for one in offsets]
        if len(places) > 8 * MOST:
            raise OverflowError
    return tuple(itertools.chain.from_iterable(sizes for sizes, _ in groups)), places


def _inside(place: Number, size: int) -> int:
    if not -size <= place < size:
        raise IndexError
    return int(place) % size


def _spelled(shape: tuple[int, ...], index: Sequence[Part | EllipsisType | Elements]) -> list[Part]:
    """A part for each axis: the ellipsis written out, masks of one axis as positions."""
    used = sum(part is not None and not isinstance(part, EllipsisType) for part in index)
    dots = sum(isinstance(part, EllipsisType) for part in index)
    if used > len(shape) or dots > 1:
        raise IndexError
    whole: list[Part] = [slice(None)] * (len(shape) - used)
    parts: list[Part] = []
    for part in index if dots else (*index, ...):
        if isinstance(part, EllipsisType):
            parts += whole
        elif isinstance(part, Elements):
            axis = sum(one is not None for one in parts)
            if part.shape != (shape[axis],):
                raise IndexError
            positions = tuple(place for place, taken_ in enumerate(part.items) if taken_)
            parts.append(Picks(Elements((len(positions),), positions)))
        else:
            parts.append(part)
    return parts
