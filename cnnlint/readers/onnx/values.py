"""The values that flow between ONNX operators: tensors with their layout, and constants.

ONNX keeps the channels in axis 1, the graph keeps them last, and exporters put Transpose operators between the two.
Instead of nodes for these, a tensor remembers which axis of its node each of its ONNX axes is. An axis of size 1
that Unsqueeze or a global pooling leaves is a *phantom*: the tensor has it, the node does not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy
from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import Node, Shape

MAX_RANK = 64
"""Tensors of a higher rank are nonsense (numpy, which has the same limit, would refuse them)."""

FLOATS = frozenset({"float32", "float16", "float64", "bfloat16"})
"""numpy's names of the types that weights have."""

MADE_UP = ("val_", "onnx::", "zeros", "ones", "full")
"""How the names begin that torch's exporters give to what was computed, or made by the functions that fill an array."""

SAMPLE = 64
"""Elements that are looked at before all are."""

MASKED = -1e4
"""What is added to the scores of places that attention is not to look at is no more than this."""

Array: TypeAlias = "numpy.ndarray[Any, numpy.dtype[Any]]"

Axes = tuple[int | None, ...]
"""For each ONNX axis the axis of the node that it is, or None for a phantom."""


class Symbol:
    """A size that is not known. It is equal to itself alone, and stays itself when multiplied by 1."""

    __slots__ = ()

    def _with(self, other: object, neutral: int) -> Symbol:
        return self if not isinstance(other, Symbol) and other == neutral else Symbol()

    def __add__(self, other: object) -> Symbol:
        return self._with(other, 0)

    def __mul__(self, other: object) -> Symbol:
        return self._with(other, 1)

    __radd__, __rmul__, __sub__ = __add__, __mul__, __add__
    __truediv__ = __floordiv__ = __mul__

    def __rsub__(self, other: object) -> Symbol:
        return Symbol()

    def __rtruediv__(self, other: object) -> Symbol:
        return Symbol()

    __rfloordiv__ = __mod__ = __rmod__ = __rtruediv__

    def __neg__(self) -> Symbol:
        return Symbol()


BATCH = Symbol()
"""The number of samples, wherever axis 0 of a node is not known."""


class Tensor(Struct, frozen=True):
    """The output of a node as ONNX sees it. `axes` is None when not even the rank is known."""

    node: Node
    axes: Axes | None

    @property
    def rank(self) -> int | None:
        """The number of ONNX axes, phantoms included."""
        return None if self.axes is None else len(self.axes)

    @property
    def onnx_shape(self) -> Shape | None:
        """The shape in ONNX's order."""
        if self.axes is None or self.node.shape is None:
            return None
        return tuple(1 if axis is None else self.node.shape[axis] for axis in self.axes)

    @property
    def real_axes(self) -> tuple[int, ...]:
        """The axes without the phantoms."""
        return tuple(axis for axis in self.axes or () if axis is not None)

    def laid(self, axes: Axes | None) -> Tensor:
        """The same values under other ONNX axes."""
        return replace(self, axes=axes)


class Constant(Struct):
    """A value that does not depend on the model's inputs: a weight, a literal, or computed from shapes.

    `data` is there for small constants alone: an object array of numbers and symbols.
    """

    dims: Shape | None
    known: Array | None = None
    name: str = ""
    #: numpy's name of the elements' type; empty where it is not known
    dtype: str = ""
    #: a factor of quantisation, which changes what values are called and not what they are
    scale: bool = False
    #: gives the array of a weight that is stored in the file, however large
    read: Callable[[], Array | None] | None = None
    #: unpacks the elements when somebody asks for them
    unpack: Callable[[], Array | None] | None = None
    #: how many weights are behind what was computed from such, where elements were repeated
    behind: int | None = None

    @property
    def small(self) -> bool:
        """Whether the elements are there, or can be unpacked."""
        return self.known is not None or self.unpack is not None

    @property
    def data(self) -> Array | None:
        """The elements, None where they are not known."""
        if self.unpack is not None:
            self.known, self.unpack = self.unpack(), None
        return self.known

    @property
    def size(self) -> int | None:
        """The number of elements, None where it is not known."""
        total = 1
        for size in self.dims if self.dims is not None else (None,):
            if size is None:
                return None
            total *= size
        return total

    @property
    def made_up(self) -> bool:
        """Whether an exporter made up the name, or there is none: parameters have names that somebody gave them."""
        return not self.name or self.name.startswith(MADE_UP) or "Constant" in self.name

    @property
    def literal(self) -> bool:
        """Whether an export states the elements and nobody learned them: one number throughout, or a mask."""
        if not self.made_up:
            return False
        array = self.data if self.data is not None else self.read() if self.read is not None else None
        if array is None or array.size < 2 or array.dtype.kind not in "fiuO":
            return False
        flat = array.reshape(-1)
        first = flat[:SAMPLE]
        if any(isinstance(one, Symbol) for one in first.tolist()):
            return False
        masked = self.dtype in FLOATS and bool((first <= MASKED).any())
        return bool(masked or ((first == flat[0]).all() and (flat == flat[0]).all()))

    @property
    def learned(self) -> int:
        """How many weights it holds: the elements of a tensor of floats; a single one is a literal."""
        if self.dtype not in FLOATS or self.literal:
            return 0
        count = min(self.size or 0, self.size or 0 if self.behind is None else self.behind)
        return count if count > 1 else 0

    @property
    def scalar(self) -> float | None:
        """The value if there is exactly one and it is known."""
        if self.data is None or self.data.size != 1:
            return None
        value = self.data.reshape(-1)[0]
        return value if isinstance(value, (int, float)) else None

    def items(self) -> list[Any] | None:
        """The elements of a scalar or vector, symbols among them; None where they are not known."""
        return None if self.data is None or self.data.ndim > 1 else self.data.reshape(-1).tolist()

    def integers(self) -> tuple[int, ...] | None:
        """The elements of a scalar or vector of whole numbers, all of them known."""
        items = self.items()
        if items is None or not all(isinstance(item, (int, float)) and item == int(item) for item in items):
            return None
        return tuple(map(int, items))


Value = Tensor | Constant


def constant(array: Array, name: str = "") -> Constant:
    """A constant whose elements are known."""
    return Constant(tuple(map(int, array.shape)), array, name)


def identity(rank: int) -> tuple[int, ...]:
    """The layout of a tensor whose node has the same order of axes."""
    return tuple(range(rank))


def channels_first(rank: int) -> tuple[int, ...]:
    """The layout of an ONNX tensor (batch, channels, places ...) of a node (batch, places ..., channels)."""
    return (0, rank - 1, *range(1, rank - 1)) if rank > 2 else identity(rank)


def size_of(dimension: int | None, axis: int) -> int | Symbol:
    """A dimension for arithmetic: an unknown one becomes a symbol, the batch's always the same."""
    if dimension is not None:
        return dimension
    return BATCH if axis == 0 else Symbol()


def dimension_of(size: Any) -> int | None:
    """A symbol or number back as a dimension; negative sizes are nonsense and unknown."""
    return size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None
