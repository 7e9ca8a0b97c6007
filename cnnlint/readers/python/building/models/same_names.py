"""Layers of one model that the program gives the same name: Keras refuses the model, in every version."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.graph import CallRefused, Node, Origin
from cnnlint.graph.walks import order
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import LayerValue, ModelValue

#: layers that are given another name behind their call
RENAMED = re.compile(r"\._?name\s*=(?!=)|setattr\(")


def among_tensors(run: Run, model: ModelValue) -> None:
    """Tell of two layers of one name that a functional model reads."""
    started = {id(tensor.node) for tensor in model.inputs}
    nodes = order([tensor.node for tensor in model.outputs])
    behind = [node for node in nodes if id(node) not in started]
    if not model.unread and not model.gaps and not any(node.unread or node.kind == "Opaque" for node in behind):
        _tell(run, ((node.name, node.layer_id, node.placement.call) for node in behind if _named(run, node)))


def among_layers(run: Run, model: ModelValue) -> None:
    """Tell of the last layer of a Sequential where one before it has its name."""
    layers = [layer for layer in model.layers if isinstance(layer, LayerValue)]
    if (
        layers
        and not model.unread
        and not any(layer.unread for layer in layers)
        and _of_keras(layers[-1].placement.api)
    ):
        named = [layer for layer in layers if layer.name == layers[-1].name and layer.name is not None]
        _tell(run, ((layer.name or "", layer.layer_id, layer.placement.call) for layer in named))


def _named(run: Run, node: Node) -> bool:
    """Whether a node stands for a layer that the program names itself, and that is no part of another one."""
    within = node.scope or node.fused_into is not None or id(node) in run.building.of_parts
    return bool(node.name) and not within and _of_keras(node.placement.api)


def _of_keras(api: str) -> bool:
    return api.startswith("keras.layers.") and api.rpartition(".")[2][:1].isupper()


def _tell(run: Run, layers: Iterator[tuple[str, int, Origin | None]]) -> None:
    first: dict[str, int] = {}
    for name, number, origin in layers:
        other = first.setdefault(name, number) != number
        if other and origin is not None and not RENAMED.search(run.frame.unit.parsed.text):
            problem = f"two layers of the model are called {name!r}"
            run.event(CallRefused(origin=origin, problem=problem, advice="give each a name of its own"))
            return
