"""Events about exported graphs: the weights that lie in them, and operators that were left in training."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from cnnlint.graph.events import Event
from cnnlint.graph.node import Node

if TYPE_CHECKING:
    import numpy

    Array: TypeAlias = numpy.ndarray[Any, Any]


class ExportedInTraining(Event, frozen=True, kw_only=True, eq=False):
    """An exported graph has an operator that does in it what it does in training."""

    node: Node


class UnusedWeights(Event, frozen=True, kw_only=True, eq=False):
    """Weights that an exported graph holds and nothing in it reads."""

    names: tuple[str, ...]
    #: the numbers in all of them
    elements: int


class Weights(Event, frozen=True, kw_only=True, eq=False):
    """A tensor of weights in an exported graph."""

    name: str
    #: gives the array, or None where it is not in the file
    read: Callable[[], Array | None]
    #: the layer, where it is the kernel of a convolution or dense layer
    node: Node | None = None
    #: the same kernel with one row for each filter or unit
    filters: Callable[[], Array | None] | None = None
    bias: Callable[[], Array | None] | None = None


class Learned(Event, frozen=True, kw_only=True, eq=False):
    """What a layer of an exported graph has learned: its variables in Keras's order and layout of axes.

    Each gives its array, or None where that is not in the file.
    """

    node: Node
    variables: tuple[Callable[[], Array | None], ...]


class WeightsRead(Event, frozen=True, kw_only=True, eq=False):
    """`load_weights` of a file that the program itself wrote, with `save_weights` of other models than this one."""

    path: str
    #: the models that wrote it; before the program was put together, whatever stands for them
    writers: tuple[Any, ...] = ()
    reader: Any = None
