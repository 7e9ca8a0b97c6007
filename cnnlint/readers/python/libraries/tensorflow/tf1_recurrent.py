"""Recurrent networks as TensorFlow 1 writes them: a cell, and a function that runs it along the steps.

A cell is kept as it was made; what runs it makes the layers of Keras that compute the same, one for each cell
(tensorflow 1.15: python/ops/rnn.py and python/ops/rnn_cell_impl.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.graph.shapes.recurrent import states
from cnnlint.readers.python.libraries.tensorflow.tensor_functions import by_name
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    ListValue,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
    elements,
    tensors_in,
)

#: the layer that runs each cell along the steps
LAYERS = {
    "BasicLSTMCell": "LSTM",
    "LSTMCell": "LSTM",
    "LSTMBlockCell": "LSTM",
    "CudnnCompatibleLSTMCell": "LSTM",
    "GRUCell": "GRU",
    "GRUBlockCell": "GRU",
    "BasicRNNCell": "SimpleRNN",
}
#: cells that hold another one and change no shape; what they drop is dropped in training alone
AROUND = frozenset({"DropoutWrapper", "DeviceWrapper"})
#: arguments that change what a cell computes
OTHERWISE = ("num_proj", "use_peepholes")


def _cells(value: Value) -> list[ObjectValue] | None:
    """The cells that a cell is made of, one behind the other; None where one of them is not known."""
    if not isinstance(value, ObjectValue):
        return None
    last = value.name.rpartition(".")[2]
    if last in AROUND:
        return _cells(value.site.value(0, "cell"))
    if last == "MultiRNNCell":
        inner = value.site.value(0, "cells")
        items = None if isinstance(inner, ListValue) and inner.open else elements(inner)
        found = [_cells(item) for item in items or ()]
        return [cell for one in found for cell in one or ()] if found and None not in found else None
    plain = not any(value.site.value(None, name) for name in OTHERWISE)
    return [value] if last in LAYERS and plain and not value.site.open else None


def _along(run: Run, cells: list[ObjectValue], node: Node, site: CallSite) -> tuple[Node, list[Value]]:
    """The outputs for every step, and the state of each cell."""
    held: list[Value] = []
    for cell in cells:
        kind = LAYERS[cell.name.rpartition(".")[2]]
        units, function = cell.site.value(0, "num_units", "units"), cell.site.value(None, "activation")
        arguments = {
            "units": Argument(units if isinstance(units, int) else UNKNOWN, True),
            "return_sequences": Argument(True),
            "use_bias": Argument(True),
            "activation": Argument("tanh" if function is None else UNKNOWN),
            "reset_after": Argument(False),
        }
        placement = run.building.placement(site, "function", site.api)
        number = cell.state.setdefault("layer", run.building.next_id())
        node = run.building.node(kind, [node], arguments, placement=placement, layer_id=number)
        values = {name: argument.value for name, argument in arguments.items()}
        found = [
            run.building.opaque("state", [TensorValue(node)], site.node, shape=sizes, weights=0)
            for sizes in states(kind, values, node.followed)
        ]
        held.append(found[0] if len(found) == 1 else by_name(run, "LSTMStateTuple", ("c", "h"), found[::-1]))
    return node, held


def _together(cells: Value, held: list[Value]) -> Value:
    several = isinstance(cells, ObjectValue) and cells.name.endswith("MultiRNNCell")
    return tuple(held) if several or len(held) > 1 else held[0]


def _dynamic(run: Run, site: CallSite) -> Value:
    """`tf.nn.dynamic_rnn(cell, inputs)`: the outputs for every step, and the state after the last."""
    cell, tensors = site.value(0, "cell"), tensors_in(site.value(1, "inputs"))
    found = _cells(cell)
    if found is None or len(tensors) != 1 or site.value(None, "time_major") not in (None, False):
        return _unknown(run, site)
    node, held = _along(run, found, tensors[0].node, site)
    return (TensorValue(node), _together(cell, held))


def _static(run: Run, site: CallSite) -> Value:
    """`tf.nn.static_rnn(cell, inputs)`: the same of a list with a tensor for each step."""
    cell, given = site.value(0, "cell"), site.value(1, "inputs")
    tensors, found = tensors_in(given), _cells(cell)
    if found is None or not tensors or len(tensors) != len(elements(given) or ()):
        return _unknown(run, site)
    whole = {id(one.node.inputs[0]): one.node.inputs[0] for one in tensors if one.node.inputs}
    parts = {(one.node.kind, one.node.value("axis")) for one in tensors}
    if len(whole) == 1 and parts == {("Unstack", 1)}:
        start = next(iter(whole.values()))
    else:
        start = run.building.node("Stack", [one.node for one in tensors], {"axis": Argument(1)})
    node, held = _along(run, found, start, site)
    sizes = (node.followed[0], *node.followed[2:]) if node.followed else None
    steps: list[Value] = [
        run.building.opaque("item", [TensorValue(node)], site.node, shape=sizes, weights=0) for _ in tensors
    ]
    return (ListValue(steps), _together(cell, held))


def _both_ways(run: Run, site: CallSite) -> Value:
    """`tf.nn.bidirectional_dynamic_rnn(cell_fw, cell_bw, inputs)`: outputs and states of each direction."""
    cells, tensors = (site.value(0, "cell_fw"), site.value(1, "cell_bw")), tensors_in(site.value(2, "inputs"))
    found = [_cells(cell) for cell in cells]
    if None in found or len(tensors) != 1 or site.value(None, "time_major") not in (None, False):
        return _unknown(run, site)
    made = [_along(run, one, tensors[0].node, site) for one in found if one is not None]
    outputs = tuple(TensorValue(node) for node, _ in made)
    return (outputs, tuple(_together(cell, held) for cell, (_, held) in zip(cells, made, strict=True)))


def _unknown(run: Run, site: CallSite) -> Value:
    tensors = [tensor for value in site.values() for tensor in tensors_in(value)]
    return run.building.opaque(site.api, tensors, site.node) if tensors else Unknown(f"`{site.api}()`")


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "tf.nn.dynamic_rnn": _dynamic,
    "tf.nn.bidirectional_dynamic_rnn": _both_ways,
    **dict.fromkeys(("tf.nn.static_rnn", "tf.contrib.rnn.static_rnn", "tf.nn.rnn"), _static),
}
