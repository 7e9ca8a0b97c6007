"""Known or unknown: the one marker for a value that could not be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from msgspec import Struct


class UnknownType:
    """The type of `UNKNOWN`. It is neither true nor false and equal to nothing but itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = UnknownType()

Shape = tuple[int | None, ...]
"""A tensor's shape; None is a dimension that is not known (the batch, most often)."""


class Batch(Struct, frozen=True):
    """The size of an axis that the samples of a batch lie along: `times` the number of samples.

    An input has one sample to a row; windows that are cut out of its pictures and laid behind each other have many.
    """

    times: Fraction = Fraction(1)

    def __repr__(self) -> str:
        return "batch" if self.times == 1 else f"{self.times}*batch"


class Open(Struct, frozen=True):
    """The size of an axis that the program leaves open (`Input((None, 3))`): not even the framework knows it."""


OPEN: Final = Open()

Dimension = int | Batch | Open | None
"""The size of one axis: known, a multiple of the batch's, left open, or not known here."""
Sizes = tuple[Dimension, ...]
"""A shape that says along which of its axes the samples lie, where that is known."""


def shape_of_sizes(sizes: Sequence[Dimension] | None) -> Shape | None:
    """The sizes as numbers: those that follow the batch's are not known."""
    return None if sizes is None else tuple([size if isinstance(size, int) else None for size in sizes])


def size(shape: Shape | None) -> int | None:
    """The number of elements apart from the batch dimension, or None if any of the sizes is unknown."""
    if shape is None:
        return None
    total = 1
    for dimension in shape[1:]:
        if dimension is None:
            return None
        total *= dimension
    return total


def agree(first: Shape, second: Shape) -> bool:
    """Whether two shapes can be the same, as far as they are known."""
    return len(first) == len(second) and all(
        a is None or b is None or a == b for a, b in zip(first, second, strict=True)
    )


def squeezed(given: Shape, declared: Shape) -> Shape:
    """The shape of an array after Keras added or took away a last axis of length 1."""
    if len(given) == len(declared) - 1 and declared[-1] in (1, None):
        return (*given, 1)
    return given[:-1] if len(given) == len(declared) + 1 and given[-1] in (1, None) else given
