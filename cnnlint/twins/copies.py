"""A copy of a model at work: nodes taken out, put in and connected anew, then brought into order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.graph import Feed, Loss, Model, Node, Optimizer
from cnnlint.twins.errors import RemedyError
from cnnlint.twins.inference import arguments, infer_again


class Copy(Struct):
    """A copy at work: which object stands for which of the original's, and what was touched."""

    model: Model
    #: id of the original -> its copy
    counterparts: dict[int, Node]
    losses: dict[int, Loss]
    feeds: dict[int, Feed]
    optimizers: dict[int, Optimizer]
    #: ids of the nodes that contributed to an output before any edit
    alive: frozenset[int]
    #: ids of the nodes whose arguments were edited
    edited: set[int] = field(default_factory=set)
    #: ids of the nodes that were given an input of another shape
    refed: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, model: Model) -> Copy:
        """A copy of the model, nothing edited yet."""
        nodes = {id(node): _shell(node) for node in _all_nodes(model)}
        for copied in nodes.values():
            copied.inputs = [nodes[id(source)] for source in copied.inputs]
            if copied.fused_into is not None:
                copied.fused_into = nodes[id(copied.fused_into)]
        training = replace(model.training)
        losses = {id(loss): replace(loss, arguments=dict(loss.arguments)) for loss in training.losses}
        for loss in losses.values():
            loss.output = nodes.get(id(loss.output))
        feeds = {id(feed): replace(feed, arguments=dict(feed.arguments)) for feed in training.feeds}
        optimizers: dict[int, Optimizer] = {}
        if model.training.optimizer is not None:
            training.optimizer = optimizers[id(model.training.optimizer)] = replace(model.training.optimizer)
        training.losses, training.feeds = list(losses.values()), list(feeds.values())
        training.metrics, training.arguments = list(training.metrics), dict(training.arguments)
        twin = replace(
            model,
            nodes=[nodes[id(node)] for node in model.nodes],
            inputs=[nodes[id(node)] for node in model.inputs],
            outputs=[nodes[id(node)] for node in model.outputs],
            dead=[nodes[id(node)] for node in model.dead],
            uncalled=[nodes[id(node)] for node in model.uncalled],
            unread=list(model.unread),
            unsettled=list(model.unsettled),
            training=training,
        )
        twin.forget_consumers()
        alive = frozenset(id(node) for node in _ancestors(twin.outputs))
        return cls(twin, nodes, losses, feeds, optimizers, alive)

    def node(self, original: Node) -> Node:
        """The copy of a node."""
        found = self.counterparts.get(id(original))
        if found is None:
            raise RemedyError(f"{original.name} is not part of the model, or an edit before this one removed it")
        return found

    def loss(self, original: Loss) -> Loss:
        """The copy of a loss."""
        found = self.losses.get(id(original))
        if found is None:
            raise RemedyError("the loss is not one of this model's")
        return found

    def feed(self, original: Feed) -> Feed:
        """The copy of a feed."""
        found = self.feeds.get(id(original))
        if found is None:
            raise RemedyError(f"the call of {original.kind} is not one of this model's")
        return found

    def uses(self, node: Node) -> list[Node]:
        """The node and every other use of the same layer."""
        if not node.layer_id:
            return [node]
        return [
            other for other in _all_nodes(self.model) if other.layer_id == node.layer_id and other.kind == node.kind
        ]

    def rewire(self, old: Node, new: Node, *, but: Node | None = None) -> None:
        """Let everything that reads `old` read `new`, outputs and losses included, `but` one node."""
        for consumer in _all_nodes(self.model):
            if consumer is not but and any(source is old for source in consumer.inputs):
                self.feed_node(consumer, old, new)
        self.model.outputs = [new if output is old else output for output in self.model.outputs]
        for loss in self.losses.values():
            if loss.output is old:
                loss.output = new
        self.model.forget_consumers()

    def feed_node(self, consumer: Node, old: Node, new: Node) -> None:
        """Let one node read `new` instead of `old`."""
        consumer.inputs = [new if source is old else source for source in consumer.inputs]
        if new.shape != old.shape:
            self.refed.add(id(consumer))

    def remove(self, node: Node) -> None:
        """Take a node with one input out of its chain."""
        if len(node.inputs) != 1:
            raise RemedyError(f"{node.name} has {len(node.inputs)} inputs and cannot be taken out of a chain")
        source = node.inputs[0]
        source.escapes = source.escapes or node.escapes
        self.rewire(node, source)
        for other in _all_nodes(self.model):
            if other.fused_into is node:
                other.fused_into = None
        for nodes in (self.model.nodes, self.model.dead, self.model.uncalled):
            nodes[:] = [other for other in nodes if other is not node]
        for original, copied in list(self.counterparts.items()):
            if copied is node:
                del self.counterparts[original]

    def insert(self, after: Node, new: Node) -> None:
        """Put a new node behind another one."""
        place = next((i for i, node in enumerate(self.model.nodes) if node is after), None)
        if place is None:
            raise RemedyError(f"{after.name} does not contribute to the model's output")
        new.inputs, new.shape = [after], after.shape
        new.escapes, after.escapes = after.escapes, False
        self.rewire(after, new, but=new)
        self.model.nodes.insert(place + 1, new)
        self.model.forget_consumers()
        self.edited.add(id(new))

    def new_node(self, kind: str, values: Mapping[str, Any], like: Node) -> Node:
        """A node of its own, with defaults and a name that no other node has."""
        stem = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower()
        names = {node.name for node in _all_nodes(self.model)}
        number = 1
        while f"{stem}_{number}" in names:
            number += 1
        return Node(kind, f"{stem}_{number}", arguments=arguments(kind, values), scope=like.scope)

    def settle(self) -> None:
        """Bring the nodes into order, sort the living from the dead, and bring shapes up to date."""
        model = self.model
        alive = {id(node) for node in _ancestors(model.outputs)}
        listed = {id(node) for node in model.nodes}
        model.nodes += [node for node in model.dead if id(node) in alive and id(node) not in listed]
        model.dead = [node for node in model.dead if id(node) not in alive]
        fallen = {id(node) for node in model.nodes if id(node) in self.alive - alive and not node.escapes}
        model.dead += [node for node in model.nodes if id(node) in fallen]
        model.nodes = _in_order([node for node in model.nodes if id(node) not in fallen])
        model.forget_consumers()
        listed = {id(node) for node in model.nodes}
        infer_again([*model.nodes, *(node for node in model.dead if id(node) not in listed)], self.edited, self.refed)


def _shell(node: Node) -> Node:
    return replace(node, arguments=dict(node.arguments))


def _all_nodes(model: Model) -> Iterator[Node]:
    """Every node that the model refers to, each once."""
    pending = [*model.nodes, *model.inputs, *model.outputs, *model.dead, *model.uncalled]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        pending.extend(node.inputs)
        if node.fused_into is not None:
            pending.append(node.fused_into)


def _ancestors(outputs: Iterable[Node]) -> Iterator[Node]:
    pending = list(outputs)
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            pending.extend(node.inputs)


def _in_order(nodes: list[Node]) -> list[Node]:
    """The nodes with inputs before their consumers, otherwise as they were; an error where they form a cycle."""
    members = {id(node) for node in nodes}
    placed: set[int] = set()
    ordered: list[Node] = []
    for start in nodes:
        stack, opened = [start], set[int]()
        while stack:
            node = stack[-1]
            waiting = [source for source in node.inputs if id(source) in members and id(source) not in placed]
            if id(node) in placed or not waiting:
                stack.pop()
                if id(node) not in placed:
                    placed.add(id(node))
                    ordered.append(node)
                continue
            if id(node) in opened:
                raise RemedyError(f"{node.name} would depend on its own output")
            opened.add(id(node))
            stack.extend(reversed(waiting))
    return ordered
