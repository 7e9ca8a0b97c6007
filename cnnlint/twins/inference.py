"""Shapes and weights of an edited graph, and the arguments of new nodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnlint.graph import Argument, Node
from cnnlint.graph.shapes import Inferred, infer
from cnnlint.graph.vocabulary import canonical_initializer, layer_spec
from cnnlint.twins.errors import RemedyError

WINDOWS = frozenset({"kernel_size", "pool_size", "strides", "dilation_rate"})
"""Arguments with one size for each spatial axis."""


def infer_again(nodes: list[Node], edited: set[int], refed: set[int]) -> None:
    """Infer the edited nodes and all whose inputs' shapes changed; `nodes` has inputs before consumers."""
    changed: set[int] = set()
    for node in nodes:
        new_input = id(node) in refed or any(id(source) in changed for source in node.inputs)
        if id(node) not in edited and not new_input:
            continue
        before = node.shape
        inferred = _inferred(node, keep=not new_input)
        if inferred.error is not None and node.shape_error is None:
            raise RemedyError(f"{node.name} could not be built: {inferred.error}")
        node.shape, node.shape_error, node.parameters = inferred.shape, inferred.error, inferred.parameters
        if node.shape != before:
            changed.add(id(node))


def _inferred(node: Node, keep: bool) -> Inferred:
    """What inference says; where it says nothing and the inputs are as they were, what was known before."""
    values = {**defaults(node.kind), **{name: argument.value for name, argument in node.arguments.items()}}
    inferred = infer(node.kind, values, [source.shape for source in node.inputs])
    if keep and inferred.shape is None and inferred.error is None:
        return Inferred(node.shape, None, node.parameters if inferred.parameters is None else inferred.parameters)
    return inferred


def defaults(kind: str) -> dict[str, Any]:
    """The canonical defaults of a kind."""
    spec = layer_spec(kind)
    return {} if spec is None else {name: canonical(kind, name, v) for name, v in spec.canonical_defaults.items()}


def canonical(kind: str, name: str, value: Any) -> Any:
    """A value in the graph's conventions: initialisers as dicts, a size for each axis, the data format spelled out."""
    if name.endswith("_initializer") and isinstance(value, str):
        return {"name": canonical_initializer(value) or value}
    if name == "data_format" and value is None:
        return "channels_last"
    rank = re.search(r"(\d)D", kind)
    if name in WINDOWS and isinstance(value, int) and rank is not None:
        return (value,) * int(rank[1])
    return value


def given(kind: str, values: Mapping[str, Any]) -> dict[str, Argument]:
    """Values that an edit gives."""
    return {name: Argument(canonical(kind, name, value), given=True) for name, value in values.items()}


def arguments(kind: str, values: Mapping[str, Any]) -> dict[str, Argument]:
    """Arguments of a new node, with the defaults of its kind."""
    made = {**{name: Argument(value) for name, value in defaults(kind).items()}, **given(kind, values)}
    follow_window(made)
    return made


def follow_window(made: dict[str, Argument]) -> None:
    """Let pooling step by its window, unless its strides are given."""
    strides = made.get("strides")
    if "pool_size" in made and (strides is None or not strides.given or strides.value is None):
        made["strides"] = Argument(made["pool_size"].value)
