"""`model.layers` of a functional model: its layers in the order that Keras keeps them in."""

from __future__ import annotations

from cnnlint.graph import Node, NotThere
from cnnlint.graph.walks import order
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import MISSING, LayerValue, ModelValue, Value

#: what stands beside the output of a layer, and is no layer itself
BESIDE = frozenset({"state", "attention scores"})


def listed(run: Run, model: ModelValue) -> list[LayerValue] | None:
    """The layers of a functional model; None where not all that it is made of are layers, each known by itself.

    Keras orders them by how far they are from the outputs, and those that are as far by when a walk from the outputs
    meets them (keras 3.15: src/ops/function.py: map_graph; keras 2.3: engine/network.py: _map_graph_network).
    """
    if model.kind != "functional" or not model.outputs or model.unread:
        return None
    nodes = order([output.node for output in model.outputs])
    own = {id(node): _owner(node) for node in nodes}
    if any(id(tensor.node) not in own for tensor in model.inputs):
        return None  # Keras lists an input that nothing reads, too
    heads = [node for node in nodes if own[id(node)] is node]
    if not all(_is_layer(node) and id(node) not in run.building.inside for node in heads):
        return None
    met, finished = _walk(model, own)
    depths: dict[int, int] = {}
    distances: dict[int, int] = {}
    for node in reversed(finished):
        depth = max(distances.get(id(node), 0), depths.get(node.layer_id, 0))
        depths[node.layer_id] = distances[id(node)] = depth
        for source in node.inputs:
            before = own[id(source)]
            distances[id(before)] = max(depth + 1, distances.get(id(before), 0))
    made = {number: layer_of([node for node in nodes if own[id(node)].layer_id == number], own) for number in met}
    return [made[number] for number in sorted(met, key=lambda number: (-depths[number], met[number]))]


def _owner(node: Node) -> Node:
    """The node of the layer that a node is a part of: a fused activation's, a state's."""
    if node.fused_into is not None:
        return node.fused_into
    return _owner(node.inputs[0]) if node.note in BESIDE and len(node.inputs) == 1 else node


def _is_layer(node: Node) -> bool:
    """Whether a node is all of a layer: functions and operators are none, or one in some versions only."""
    whole = not (node.opaque or node.scope or node.kind == "Application")
    return whole and (node.kind == "Input" or node.placement.api.startswith("keras.layers."))


def _walk(model: ModelValue, own: dict[int, Node]) -> tuple[dict[int, int], list[Node]]:
    """When each layer is met first on the way from the outputs, and the nodes in the order in which that is done."""
    met: dict[int, int] = {}
    finished: list[Node] = []
    done: set[int] = set()
    inputs = {id(tensor.node) for tensor in model.inputs}
    for output in model.outputs:
        pending = [(own[id(output.node)], False)]
        while pending:
            node, expanded = pending.pop()
            if expanded:
                finished.append(node)
            elif id(node) not in done:
                done.add(id(node))
                met.setdefault(node.layer_id, len(met))
                pending.append((node, True))
                sources = [] if id(node) in inputs else [own[id(source)] for source in reversed(node.inputs)]
                pending += [(source, False) for source in sources]
    return met, finished


def layer_of(nodes: list[Node], own: dict[int, Node] | None = None) -> LayerValue:
    """The layer whose uses made these nodes: its own, those of its fused activation, and what stands beside them."""
    node = nodes[0]
    layer = LayerValue(node.kind, node.arguments, node.placement, node.layer_id, node.name or None)
    layer.trainable, layer.opaque, layer.note = node.trainable, node.opaque, node.note
    layer.nodes += [one for one in nodes if one is node or one.kind == node.kind or one.fused_into is not None]
    fused = next((one for one in nodes if one.fused_into is not None), None)
    if fused is not None:
        layer.activation = fused.arguments.get("activation")
    return layer


def beyond(run: Run, model: ModelValue, count: int, place: int) -> Value:
    """Tell the rules of a layer that is asked for by a number that no layer of the model has."""
    if not (model.unread or run.trying or run.frame.conditions or model.instance is not None):
        problem = f"the model has {count} layer{'s' * (count != 1)}, and none is number {place}"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem))
    return MISSING


def no_sequence(run: Run, model: ModelValue, name: str) -> None:
    """Tell the rules of a model of tensors that is asked for what a Sequential alone has."""
    functional = model.kind == "application" or (model.kind == "functional" and model.outputs and not model.unread)
    if functional and model.instance is None and not (run.trying or run.frame.conditions):
        problem = f"model.{name} is not there: only a Sequential has it, and this is a model of tensors"
        advice = "Sequential([model, …]), or call the next layer on model.output"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem, advice=advice))
