"""What the call of a layer returns: its output, and the states or scores that it is asked for beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnlint.graph import Node
from cnnlint.graph.kinds import RECURRENT
from cnnlint.graph.shapes.recurrent import CELLS, chain, states
from cnnlint.graph.values import Sizes
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, LayerValue, ListValue, TensorValue, Value

#: layers that return scores where their call asks for them
SCORED = ("MultiHeadAttention", "Attention", "AdditiveAttention")


def returned(run: Run, layer: LayerValue, node: Node, site: CallSite) -> Value:
    """The layer's output, and with it what it is asked to return."""
    output = TensorValue(node)
    if layer.kind in CELLS:
        made = [_more(run, "state", node, one, site) for one in states(layer.kind, _values(layer), node.followed)]
        return (output, made[0] if len(made) == 1 else ListValue(list(made)))
    if "return_attention_scores" in site.keywords and layer.kind in SCORED:
        if site.keywords["return_attention_scores"].value is False:
            return output
        return (output, _more(run, "attention scores", node, _scores(layer, node), site))
    inner = layer.inner if layer.kind == "Bidirectional" else layer
    if not isinstance(inner, LayerValue):
        return output
    outputs: list[Value] = [output]
    mode = layer.arguments.get("merge_mode")
    if layer.kind == "Bidirectional" and mode is not None and mode.value is None:
        outputs = [_more(run, "item", node, node.followed, site) for _ in range(2)]
    asked = inner.arguments.get("return_state")
    cells = chain(_values(inner).get("cell")) if inner.kind == "RNN" else None
    two = cells is not None and len(cells) > 1 and any(kind == "LSTMCell" for kind, _ in cells)
    if asked is not None and asked.value is True and two and run.versions.keras != 3:
        return ListValue([output], True)  # the two states of a cell are one item, or two, by version
    if asked is not None and asked.value is True and inner.kind in RETURNING:
        held = _states(run, inner, node, site)
        outputs += held if layer is inner else [*held, *_states(run, inner, node, site)]
    return output if len(outputs) == 1 else tuple(outputs)


#: layers that return their states where they are made to
RETURNING = RECURRENT - {"Bidirectional"}


def _states(run: Run, inner: LayerValue, node: Node, site: CallSite) -> list[Value]:
    """The states of a recurrent layer, those of each cell together where there are several."""
    before = (node.inputs[0].followed if node.inputs else None) or node.followed
    every = inner.arguments.get("return_sequences")
    if "ConvLSTM" in inner.kind:
        sizes = node.followed
        kept = None if sizes is None or every is None or not every.known else sizes
        state = kept if kept is None or every is None or not every.value else (*kept[:1], *kept[2:])
        return [_more(run, "state", node, state, site) for _ in range(2)]
    values = _values(inner)
    if inner.kind != "RNN":
        return [_more(run, "state", node, one, site) for one in states(inner.kind, values, before)]
    cells = chain(values.get("cell"))
    if cells is None:
        return [run.building.opaque("states", [TensorValue(node)], site.node, weights=0)]
    found: list[Value] = []
    for kind, cell in cells:
        made = [_more(run, "state", node, one, site) for one in states(kind, cell, before)]
        if len(cells) == 1:
            found += made
        else:
            found.append(made[0] if len(made) == 1 else ListValue(list(made)))
    return found


def beside(run: Run, node: Node) -> list[Node]:
    """The states that a recurrent layer returned with this output, as it was made to."""
    asked = node.arguments.get("return_state")
    if node.kind not in RETURNING or asked is None or asked.value is not True:
        return []
    count = 2 if "LSTM" in node.kind else 1
    made = [one for one in run.building.nodes if one.note == "state" and one.inputs[:1] == [node]]
    return made[:count] if node.kind != "RNN" else made


def _more(run: Run, what: str, node: Node, sizes: Sizes | None, site: CallSite) -> TensorValue:
    return run.building.opaque(what, [TensorValue(node)], site.node, shape=sizes, weights=0)


def _values(layer: LayerValue) -> Mapping[str, Any]:
    return {name: argument.value for name, argument in layer.arguments.items()}


def _scores(layer: LayerValue, node: Node) -> Sizes | None:
    """The shape of the scores: for each of a query's steps one for each of the keys' steps, by head."""
    query = node.inputs[0].followed
    keys = node.inputs[-1].followed
    if layer.kind == "Attention" and query and keys and len(query) == len(keys):
        return (*query[:-1], keys[-2])
    if query is None or keys is None or len(query) != 3 or len(keys) != 3:
        return None
    if layer.kind != "MultiHeadAttention":
        return (query[0], query[1], keys[1])
    heads = layer.arguments["num_heads"].value
    return (query[0], heads if isinstance(heads, int) else None, query[1], keys[1])
