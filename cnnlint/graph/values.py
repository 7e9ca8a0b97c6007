"""Known or unknown: the one marker for a value that could not be worked out."""

from __future__ import annotations

from typing import Final


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
