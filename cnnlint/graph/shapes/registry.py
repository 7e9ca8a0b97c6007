"""The table of kinds, and what the functions in it are given: a call with its arguments and input shapes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnnlint.graph.values import OPEN, UNKNOWN, Batch, Open, Shape, Sizes, shape_of_sizes

Dimension = int | None


class Inferred(Struct, frozen=True):
    """What is known about a layer's output: its shape, why it cannot be built, and the number of its weights.

    `parameters` counts like Keras's `count_params`: trainable and other weights, no random state. `sizes` is the
    shape with the axis of the samples marked, where it is known.
    """

    shape: Shape | None
    error: str | None = None
    parameters: int | None = None
    sizes: Sizes | None = None


UNKNOWABLE = Inferred(None)


OPERATIONS = frozenset({"Resize", "DepthToSpace", "SpaceToDepth", "BiasAdd"})
"""Kinds with a data format that no Keras layer stands for, so that no table gives its default."""


class ShapeError(Exception):
    """Keras would refuse to build the layer; the message says why, with the numbers."""


class Call(Struct, frozen=True):
    """A layer's arguments and the shapes it is applied to, with accessors that turn nonsense into unknown."""

    kind: str
    values: Mapping[str, Any]
    #: the shapes of the inputs with the axes of their samples marked
    operands: Sequence[Sizes | None]

    @property
    def inputs(self) -> list[Shape | None]:
        """The shapes of the inputs; an axis of samples is one of unknown size."""
        return [shape_of_sizes(sizes) for sizes in self.operands]

    @property
    def full(self) -> Sizes | None:
        """The first input's shape with the axes of its samples marked."""
        return self.operands[0] if self.operands else None

    def get(self, name: str) -> Any:
        """The argument's value, or UNKNOWN."""
        return self.values.get(name, UNKNOWN)

    def either(self, name: str, older: str) -> Any:
        """An argument that has two names."""
        return self.values[name] if name in self.values else self.get(older)

    def integer(self, name: str) -> int | None:
        """The argument as an int; None where it is unknown, None or not an int."""
        return as_integer(self.get(name))

    def positive(self, name: str, what: str) -> int | None:
        """A size that Keras wants positive: `what` names it in the error."""
        value = self.integer(name)
        if value is not None and value <= 0:
            raise ShapeError(f"{self.kind} needs a positive number of {what}; it is given {value}")
        return value

    def flag(self, name: str) -> bool | None:
        """The argument's truth; None where it is unknown."""
        value = self.get(name)
        return bool(value) if isinstance(value, (bool, int)) else None

    def text(self, name: str) -> str | None:
        """The argument in lower case if it is a string."""
        value = self.get(name)
        return value.lower() if isinstance(value, str) else None

    def sizes(self, name: str, count: int) -> tuple[Dimension, ...]:
        """An int or a sequence of `count` ints, as a tuple of that length; None for each that is unknown."""
        value = self.get(name)
        if isinstance(value, (tuple, list)):
            if len(value) == count:
                return tuple([as_integer(one) for one in value])
            if len(value) == 1:
                return (as_integer(value[0]),) * count
            return (None,) * count
        return (as_integer(value),) * count

    @property
    def shape(self) -> Shape | None:
        """The shape of the first input."""
        return shape_of_sizes(self.full)

    def ranked(self, rank: int, axes: str) -> Shape:
        """The first input's shape, which has to have exactly this rank; `axes` names the axes in the error."""
        shape = self.shape
        if shape is None:
            return (None,) * rank
        if len(shape) != rank:
            raise ShapeError(f"{self.kind} needs {rank} dimensions ({axes}); it is given {len(shape)}: {show(shape)}")
        return shape

    def settled(self, axis: int, operand: int = 0) -> None:
        """Make sure that the program does not leave the size of an axis open that weights are made for."""
        full = self.operands[operand] if operand < len(self.operands) and not self.values.get("held") else None
        if full is None or not -len(full) <= axis < len(full):
            return
        if isinstance(full[axis], Open) or (isinstance(full[axis], Batch) and not self.flag("batch_given")):
            why = "is left open" if full[axis] is OPEN else "the samples lie along"
            shown = show(self.inputs[operand] or ())
            raise ShapeError(f"{self.kind} makes weights for axis {axis} of {shown}, which {why}")

    def channel_axis(self, rank: int) -> int | None:
        """The axis of the channels for inputs of this rank; None where the data format is unknown.

        Operations that are no Keras layers are channels-last where they do not have the argument.
        """
        value = self.values.get("data_format", None if self.kind in OPERATIONS else UNKNOWN)
        if value is None or value == "channels_last":
            return rank - 1
        return 1 if value == "channels_first" else None


ShapeFunction = Callable[[Call], tuple[Sizes | None, int | None]]
"""Gives the output shape and the number of weights, or raises ShapeError.

A layer's answer has its samples along the first axis, like its input, and need not say so; an operation that is
registered with `every_axis` says itself where they lie.
"""

_FUNCTIONS: dict[str, ShapeFunction] = {}
_EVERY_AXIS: set[str] = set()


def register(*names: str, every_axis: bool = False) -> Callable[[ShapeFunction], ShapeFunction]:
    """Make a function responsible for these kinds."""
    if every_axis:
        _EVERY_AXIS.update(names)

    def enter(function: ShapeFunction) -> ShapeFunction:
        for name in names:
            assert name not in _FUNCTIONS, name
            _FUNCTIONS[name] = function
        return function

    return enter


def knows(kind: str) -> bool:
    """Whether a function is responsible for this kind."""
    return kind in _FUNCTIONS


def infer_kind(kind: str, values: Mapping[str, Any], inputs: Sequence[Sizes | None]) -> Inferred:
    """Ask the function that is responsible for a kind."""
    function = _FUNCTIONS.get(kind)
    if function is None:
        return UNKNOWABLE
    try:
        sizes, parameters = function(Call(kind, values, inputs))
    except ShapeError as error:
        return Inferred(None, str(error))
    given = inputs[0] if inputs else None
    if given is None and values.get("any_rank"):
        sizes = None  # the function works on any number of axes, and which is not known
    if kind not in _EVERY_AXIS and given and sizes and sizes[0] is None and isinstance(given[0], Batch):
        sizes = (given[0], *sizes[1:])
    if (
        kind not in _EVERY_AXIS
        and kind != "Reshape"
        and given
        and OPEN in given
        and sizes
        and len(given) == len(sizes)
        and len(inputs) == 1
    ):
        # what the program leaves open stays so
        pairs = zip(given, sizes, strict=True)
        sizes = tuple(OPEN if after is None and before is OPEN else after for before, after in pairs)
    return Inferred(shape_of_sizes(sizes), None, parameters, sizes)


def as_integer(value: Any) -> int | None:
    """The value if it is an int (and not a bool), else None."""
    return value if type(value) is int or (isinstance(value, int) and not isinstance(value, bool)) else None


def product(factors: Iterable[Dimension]) -> Dimension:
    """The product, None if a factor is unknown."""
    total = 1
    for factor in factors:
        if factor is None:
            return None
        total *= factor
    return total


def total(terms: Iterable[Dimension]) -> Dimension:
    """The sum, None if a term is unknown."""
    result = 0
    for term in terms:
        if term is None:
            return None
        result += term
    return result


def optional(present: bool | None, count: Dimension) -> Dimension:
    """`count` weights if they are there, 0 if they are not, None if that is unknown."""
    if present is None:
        return None
    return count if present else 0


def replaced(shape: Shape, changes: Mapping[int, Dimension]) -> Shape:
    """The shape with some of its axes changed."""
    return tuple(changes.get(axis, dimension) for axis, dimension in enumerate(shape))


def normal_axis(axis: int, rank: int, what: str) -> int:
    """A possibly negative axis counted from the front; an error where there is no such axis."""
    if not -rank <= axis < rank:
        raise ShapeError(f"{what} works on axis {axis}, but its input has only {rank} dimensions")
    return axis % rank


def show(shape: Shape) -> str:
    """A shape as messages write it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def by(sizes: Sequence[Dimension]) -> str:
    """Sizes of a window as messages write them: 3×3; a single one stands alone."""
    return "×".join("?" if size is None else str(size) for size in sizes)
