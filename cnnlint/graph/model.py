"""The model graph: the one language that readers write and rules read.

A `Node` is one use of a layer or operation; a `Model` is a directed acyclic graph of nodes with its training
set-up. Kinds and argument names are Keras 3's. A fused
activation (`Conv2D(..., activation="relu")`) is a node of its own whose `fused_into` is the convolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from msgspec import Struct, field

from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.node import Node
from cnnlint.graph.origins import Origin
from cnnlint.graph.training import Feed, Training

T = TypeVar("T")


class Unread(Struct, frozen=True):
    """Something that could not be read: what, and where."""

    what: str
    origin: Origin | None = None


class Model(Struct, eq=False):
    """A directed acyclic graph of nodes, in an order in which inputs come before their consumers."""

    name: str
    #: "sequential", "functional", "subclass", "tf.layers" (call style of TensorFlow 1), "onnx", "application"
    kind: str
    nodes: list[Node] = field(default_factory=list)
    inputs: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    training: Training = field(default_factory=Training)
    origin: Origin = field(default_factory=Origin)
    #: layers, connections and ways that could not be read: what is built may be another network
    unread: list[Unread] = field(default_factory=list)
    #: arguments of layers that are there which could not be worked out
    unsettled: list[Unread] = field(default_factory=list)
    #: nodes that are built beside the model and never contribute to any output
    dead: list[Node] = field(default_factory=list)
    #: layers kept on `self` and never called
    uncalled: list[Node] = field(default_factory=list)
    #: nodes of models kept on `self`, called or not: Keras counts their weights as the model's own
    kept: list[Node] = field(default_factory=list)
    #: outputs that another model computes with, while no loss asks for them: attention weights, features
    taps: list[Node] = field(default_factory=list)
    #: whether it is used as a model of its own (compiled, fitted, returned), not only as a part of another
    is_part: bool = False
    #: it is no model of its own: what a training step computes with layers of models that stand in the program
    #: already, or what a layer of the program's own is made of
    unlisted: bool = False
    _consumers: dict[int, list[Node]] | None = None
    #: what was worked out about the model as a whole, by the name of what works it out
    _facts: dict[str, Any] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether all of it was read: every layer, every connection, and what the program alone says of their sizes.

        What the program is given (a parameter that nothing passes, data, the command line) it leaves open itself.
        """
        return not self.unread and not self.unsettled

    @property
    def gaps(self) -> list[Unread]:
        """All that is not known of it."""
        return [*self.unread, *self.unsettled]

    def consumers(self, node: Node) -> list[Node]:
        """The nodes that read this node's output."""
        if self._consumers is None:
            table: dict[int, list[Node]] = {}
            for consumer in self.nodes:
                for source in consumer.inputs:
                    table.setdefault(id(source), []).append(consumer)
            self._consumers = table
        return self._consumers.get(id(node), [])

    def forget_consumers(self) -> None:
        """Drop the cached consumers, and what was worked out from them, after the graph was edited."""
        self._consumers = None
        self._facts = {}

    def fact(self, work_out: Callable[[Model], T]) -> T:
        """What a function of the model gives, worked out once: rules ask it for every finding."""
        name = f"{work_out.__module__}.{work_out.__qualname__}"
        if name not in self._facts:
            self._facts[name] = work_out(self)
        found: T = self._facts[name]
        return found

    def fed(self) -> Iterator[tuple[Feed, Node, ArrayFacts]]:
        """What each input is known to be given, call by call."""
        for feed in () if self.draws else self.training.feeds:
            given = feed.inputs if len(feed.inputs) == len(self.inputs) > 1 else (feed.x,)
            if len(given) == len(self.inputs):
                yield from ((feed, node, x) for node, x in zip(self.inputs, given, strict=True) if x is not None)

    @property
    def draws(self) -> bool:
        """Whether an input stands for a tensor that the program has: Keras 1 and 2 feed nothing into it."""
        return any(node.given("tensor") if node.kind == "Input" else not node.inputs for node in self.inputs)

    def validated(self) -> Iterator[tuple[Feed, Node, ArrayFacts]]:
        """The same of what calls that train are given to validate on in batches, for models of one input."""
        for feed in self.training.feeds if len(self.inputs) == 1 else ():
            if feed.validation_x is not None and not feed.unbatched:
                yield feed, self.inputs[0], feed.validation_x

    def is_output(self, node: Node) -> bool:
        """Whether the node is one of the model's outputs."""
        if len(self.outputs) <= FEW:
            return any(node is output for output in self.outputs)
        return id(node) in self.fact(_outputs)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)


FEW = 8
"""So many outputs are looked through, of more a set is made."""


def _outputs(model: Model) -> frozenset[int]:
    return frozenset(map(id, model.outputs))
