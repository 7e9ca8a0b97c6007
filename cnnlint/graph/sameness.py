"""Whether two models are the same graph: kinds, arguments, connections and training, not places and names."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, Feed, Loss, Model, Node, Training
from cnnlint.graph.node import ACTIVATION_LAYERS
from cnnlint.graph.vocabulary import initializer_name

_NOT_COMPUTED = frozenset({"name", "activation", "dtype", "input_shape", "batch_input_shape", "input_dim"})
"""Arguments that say nothing about what a layer computes, or that the graph says by nodes of their own."""


def same(one: Model, other: Model) -> bool:
    """Whether both models compute and train the same, as far as they are known."""
    return (
        len(one.outputs) == len(other.outputs)
        and len(one.dead) == len(other.dead)
        and _same_nodes(list(zip(one.outputs, other.outputs, strict=True)))
        and _count(one) == _count(other)
        and _same_training(one.training, other.training)
    )


def _count(model: Model) -> int:
    """Nodes that do something."""
    return sum(not _is_linear(node) for node in model.nodes)


def _same_nodes(pending: list[tuple[Node, Node]]) -> bool:
    """Whether pairs of nodes, and everything they depend on, correspond one to one."""
    counterpart: dict[int, Node] = {}
    origin: dict[int, Node] = {}
    while pending:
        node, other = map(_visible, pending.pop())
        if id(node) in counterpart or id(other) in origin:
            if counterpart.get(id(node)) is not other or origin.get(id(other)) is not node:
                return False
            continue
        counterpart[id(node)], origin[id(other)] = other, node
        if not _same_layer(node, other) or len(node.inputs) != len(other.inputs):
            return False
        pending.extend(zip(node.inputs, other.inputs, strict=True))
    return True


def _is_linear(node: Node) -> bool:
    return node.activation == "linear" and len(node.inputs) == 1


def _visible(node: Node) -> Node:
    """The node itself, or what a linear activation reads: writing none and writing linear is the same."""
    while _is_linear(node):
        node = node.inputs[0]
    return node


def _same_layer(node: Node, other: Node) -> bool:
    return (
        _kind(node) == _kind(other)
        and node.shape == other.shape
        and bool(node.trainable) == bool(other.trainable)
        and _same_arguments(node.arguments, other.arguments)
    )


def _kind(node: Node) -> str:
    """The kind, and for activations their function: `ReLU()` and `Activation("relu")` are the same."""
    if node.kind == "Activation" or node.kind in ACTIVATION_LAYERS:
        return f"activation {node.activation}"
    return f"{node.kind} {node.note}"


def _same_arguments(one: dict[str, Argument], other: dict[str, Argument]) -> bool:
    """Whether the arguments that both have agree; a layer put in by a remedy need not spell out its defaults."""
    names = (one.keys() & other.keys()) - _NOT_COMPUTED
    return all(_same_value(_meaning(name, one[name].value), _meaning(name, other[name].value)) for name in names)


def _meaning(name: str, value: Any) -> Any:
    """A value by what it amounts to: a variance scaling by its usual name, the default layout by its own."""
    if name.endswith("_initializer") and isinstance(value, dict) and isinstance(value.get("name"), str):
        settings = {key: setting for key, setting in value.items() if key != "name"}
        found = initializer_name(value["name"], settings)
        if found is not None and found != value["name"]:
            return {"name": found}
    return "channels_last" if name == "data_format" and value is None else value


def _same_value(one: Any, other: Any) -> bool:
    if one is UNKNOWN or other is UNKNOWN:
        return one is other
    if isinstance(one, float) or isinstance(other, float):
        try:
            return bool(abs(one - other) <= 1e-9 * max(abs(one), abs(other)))
        except TypeError:
            return False
    if isinstance(one, (tuple, list)) and isinstance(other, (tuple, list)):
        return len(one) == len(other) and all(map(_same_value, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same_value(one[key], other[key]) for key in one)
    return bool(one == other)


def _same_training(one: Training, other: Training) -> bool:
    rates = [t.optimizer.learning_rate if t.optimizer is not None else None for t in (one, other)]
    return (
        len(one.losses) == len(other.losses)
        and all(map(_same_loss, one.losses, other.losses))
        and _same_value(*rates)
        and len(one.feeds) == len(other.feeds)
        and all(map(_same_feed, one.feeds, other.feeds))
    )


def _same_loss(one: Loss, other: Loss) -> bool:
    return (one.name, one.from_logits, one.swapped) == (other.name, other.from_logits, other.swapped) and _same_facts(
        one.labels, other.labels
    )


def _same_feed(one: Feed, other: Feed) -> bool:
    arrays = ("x", "y", "validation_x", "validation_y")
    facts = all(_same_facts(getattr(one, name), getattr(other, name)) for name in arrays)
    return facts and one.kind == other.kind and one.updates == other.updates


_FACTS = ("shape", "low", "high", "encoding", "classes")


def _same_facts(one: ArrayFacts | None, other: ArrayFacts | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(_same_value(getattr(one, name), getattr(other, name)) for name in _FACTS)
