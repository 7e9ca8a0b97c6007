"""What is built of a graph, and what building keeps on the way."""

from __future__ import annotations

import math
from typing import Any

from msgspec import Struct, field

from cnnlint.confirm.data.specs import InputSpec
from cnnlint.confirm.models.shrink import Plan
from cnnlint.confirm.models.trained import Trained
from cnnlint.confirm.models.weights import Weight
from cnnlint.graph import Model, Node

UNANSWERED = "there is no probe data with as many answers in a sample as the model's output has"


class NotBuildable(Exception):
    """The model cannot be built from what was read; the text says why."""


class AsksForData(NotBuildable):
    """What made data show of the model would be dishonest evidence; the text says why."""


class Built(Struct):
    """A Keras model built from a graph.

    `tensors` and `layers` go by id of the node; `probes` describes the inputs; `notes` says what was assumed and
    shrunk. `signature` is equal for models that were built alike from equal nodes.
    """

    model: Any
    output: Node
    inputs: tuple[InputSpec, ...]
    tensors: dict[int, Any]
    layers: dict[int, Any]
    weights: list[Weight]
    notes: list[str]
    signature: str
    plan: Plan
    #: for each input the shape of a sample in the program (None: not known), and the one it is given before it shrinks
    asked: tuple[tuple[tuple[int | None, ...], tuple[int, ...]], ...] = ()

    @property
    def output_shape(self) -> tuple[int | None, ...]:
        """The shape of the output that is trained, the batch first."""
        return tuple(self.tensors[id(self.output)].shape)

    @property
    def parameters(self) -> int:
        """The number of trainable weights."""
        return sum(math.prod(variable.shape) for variable in self.model.trainable_variables)


class Builder(Struct):
    model: Model
    plan: Plan
    keys: dict[int, str]
    extra: tuple[Node, ...]
    sample: tuple[int, ...] | None = None
    trained: Trained | None = None
    asked: list[tuple[tuple[int | None, ...], tuple[int, ...]]] = field(default_factory=list)
    tensors: dict[int, Any] = field(default_factory=dict)
    layers: dict[int, Any] = field(default_factory=dict)
    shared: dict[tuple[int, str], Any] = field(default_factory=dict)
    weights: list[Weight] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    inputs: list[InputSpec] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)
    #: nodes that are built as nothing at all
    skipped: set[int] = field(default_factory=set)
