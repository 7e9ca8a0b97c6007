"""Arithmetic of sizes that may follow the batch: products, sums, broadcasting, reshapes of a whole tensor."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from cnnlint.graph.shapes.registry import ShapeError, show
from cnnlint.graph.values import OPEN, Batch, Dimension, Sizes, shape_of_sizes


def times(sizes: Iterable[Dimension]) -> Dimension:
    """The product; None where a factor is not known, or two of them follow the batch."""
    factors = list(sizes)
    if OPEN in factors:
        return None if None in factors else OPEN
    known, batch = Fraction(1), False
    for size in factors:
        if not isinstance(size, (int, Batch)) or (isinstance(size, Batch) and batch):
            return None
        batch = batch or isinstance(size, Batch)
        known *= size.times if isinstance(size, Batch) else size
    return _sized(known, batch)


def _sized(known: Fraction, batch: bool) -> Dimension:
    if batch:
        return Batch(known) if known else 0
    return int(known) if known.denominator == 1 else None


def plus(sizes: Sequence[Dimension]) -> Dimension:
    """The sum; None unless all are numbers, or all follow the batch."""
    if sizes and all(isinstance(size, Batch) for size in sizes):
        return Batch(sum((size.times for size in sizes if isinstance(size, Batch)), Fraction(0)))
    total = 0
    for size in sizes:
        if not isinstance(size, int):
            return None
        total += size
    return total


def divided(whole: Dimension, part: Dimension) -> Dimension:
    """`whole / part`; None where that is not known or leaves a rest."""
    if not isinstance(whole, (int, Batch)) or not isinstance(part, (int, Batch)) or part == 0:
        return None
    if isinstance(part, Batch):
        return _sized(whole.times / part.times, False) if isinstance(whole, Batch) else None
    if isinstance(whole, Batch):
        return Batch(whole.times / part)
    return whole // part if whole % part == 0 else None


def broadcast(first: Sizes, second: Sizes, *, guess: bool = True) -> Sizes | None:
    """Two shapes laid over each other from their last axes on; None where they cannot be.

    Of a known and an unknown size only the known one can come out, unless it is 1. Keras's operators say so, its
    layers do not: without `guess` what is not known stays so, the samples' axis aside.
    """
    rank = max(len(first), len(second))
    one: Sizes = (*(1,) * (rank - len(first)), *first)
    other: Sizes = (*(1,) * (rank - len(second)), *second)
    merged: list[Dimension] = []
    for place, (left, right) in enumerate(zip(one, other, strict=True)):
        if place and not guess and not (isinstance(left, (int, Batch)) and isinstance(right, (int, Batch))):
            merged.append(OPEN if OPEN in (left, right) else None)
        elif left == right or right == 1:
            merged.append(left)
        elif left == 1:
            merged.append(right)
        elif (isinstance(left, int) and isinstance(right, int)) or misfit(left, right):
            return None
        elif isinstance(left, int) or isinstance(right, int):
            # whatever the other is, it has to be 1 or this
            merged.append(left if isinstance(left, int) else right)
        else:
            merged.append(None)
    return tuple(merged)


def misfit(one: Dimension, other: Dimension) -> bool:
    """Whether two sizes can neither be equal nor one of them 1, for any size of the batch."""
    return _never(one, other) or _never(other, one)


def never(one: Dimension, other: Dimension) -> bool:
    """Whether two sizes are unequal for every size of the batch."""
    if isinstance(one, int) and isinstance(other, int):
        return one != other
    if isinstance(one, Batch) and isinstance(other, Batch):
        return one != other
    if isinstance(other, Batch):
        one, other = other, one
    return isinstance(one, Batch) and isinstance(other, int) and (other / one.times).denominator != 1


def _never(batch: Dimension, size: Dimension) -> bool:
    """Whether a multiple of the batch is neither this size nor 1 for any batch."""
    if isinstance(batch, Batch) and isinstance(size, Batch) and batch.times and size.times:
        return batch != size and (1 / batch.times).denominator != 1 != (1 / size.times).denominator
    if not isinstance(batch, Batch) or not isinstance(size, int) or not batch.times:
        return False
    return (size / batch.times).denominator != 1 and (1 / batch.times).denominator != 1


def reshaped(sizes: Sizes | None, target: Sequence[Dimension]) -> Sizes:
    """A whole tensor in another shape: one -1, or the one size that is not known, takes what is left.

    Raises ShapeError where no size of the batch would do.
    """
    wanted = [None if size == -1 else size for size in target]
    if any(isinstance(size, int) and size < -1 for size in target) or list(target).count(-1) > 1:
        raise ShapeError(f"{_spelt(target)} is no shape to reshape to: sizes are positive, and at most one is -1")
    whole = None if sizes is None else times(sizes)
    if not isinstance(whole, (int, Batch)) or sizes is None:
        return tuple(wanted)
    open_places = [place for place, size in enumerate(wanted) if size is None]
    asked = times(size for size in wanted if size is not None)
    if len(open_places) == 1:
        rest = divided(whole, asked)
        if rest is None and isinstance(whole, int) and isinstance(asked, int):
            raise ShapeError(
                f"{_spelt(sizes)} holds {whole} values, which {_spelt(target)} cannot divide evenly (by {asked})"
            )
        wanted[open_places[0]] = rest
    elif not open_places and not _equal(whole, asked):
        per = f"{whole.times} values for each sample" if isinstance(whole, Batch) else f"{whole} values"
        raise ShapeError(f"{_spelt(sizes)} holds {per} and cannot be reshaped to {_spelt(target)}, which holds {asked}")
    return tuple(wanted)


def _equal(whole: Dimension, asked: Dimension) -> bool:
    """Whether two numbers of values can be the same."""
    if whole is None or asked is None:
        return True
    if isinstance(whole, Batch) and isinstance(asked, int):
        return asked == 0 or (Fraction(asked) / whole.times).denominator == 1
    if isinstance(whole, int) and isinstance(asked, Batch):
        return whole == 0 or (Fraction(whole) / asked.times).denominator == 1
    return whole == asked


def _spelt(sizes: Sequence[Dimension]) -> str:
    return show(shape_of_sizes(sizes) or ())
