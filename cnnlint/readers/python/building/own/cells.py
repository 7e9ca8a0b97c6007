"""`RNN(cell)` with cells of the program's own: what one step of a cell computes tells the units and the weights."""

from __future__ import annotations

from cnnlint.graph import Argument, Node
from cnnlint.graph.shapes import infer
from cnnlint.graph.shapes.recurrent import CELLS
from cnnlint.graph.values import shape_of_sizes
from cnnlint.graph.walks import ancestors
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    InstanceValue,
    LayerValue,
    ListValue,
    Passed,
    TensorValue,
    Value,
    elements,
    integers,
    tensors_in,
)


def settle(run: Run, layer: LayerValue, node: Node) -> None:
    """Give the node of an RNN its shape and its weights, where one of its cells is the program's own."""
    cells = elements(layer.inner) or [layer.inner]
    given = node.inputs[0].followed if node.inputs else None
    if given is None or len(given) != 3 or not any(isinstance(cell, InstanceValue) for cell in cells):
        return
    features = given[2] if isinstance(given[2], int) else None
    total: int | None = 0
    for cell in cells:
        features, weights = _step(run, cell, features)
        total = total + weights if total is not None and weights is not None else None
    node.parameters = total
    every = layer.arguments.get("return_sequences", Argument()).value
    if isinstance(every, bool) and layer.arguments.get("time_major", Argument(False)).value is False:
        node.sizes = (given[0], given[1], features) if every else (given[0], features)
        node.shape = shape_of_sizes(node.sizes)


def _step(run: Run, cell: Value, features: int | None) -> tuple[int | None, int | None]:
    """The units of a cell and the weights that it holds."""
    if isinstance(cell, LayerValue) and cell.kind in CELLS:
        values = {name: argument.value for name, argument in cell.arguments.items()}
        found = infer("RNN", {"cell": (cell.kind, values), "return_sequences": False}, [(None, None, features)])
        return found.shape[-1] if found.shape else None, found.parameters
    sizes = cell.attributes.get("state_size") if isinstance(cell, InstanceValue) else None
    widths = integers([sizes] if isinstance(sizes, int) else elements(sizes))
    if not isinstance(cell, InstanceValue) or widths is None:
        return None, None
    begun = len(run.building.nodes)
    start = TensorValue(run.building.node("Input", [], {}, shape=(None, features)))
    states = [TensorValue(run.building.node("Input", [], {}, shape=(None, width))) for width in widths]
    result = run.attempt(cell, CallSite(None, [Passed(start), Passed(ListValue(list(states)))]))
    del run.building.nodes[begun:]
    made = [node for node in ancestors(*(tensor.node for tensor in tensors_in(result))) if node.fused_into is None]
    held = {node.layer_id: node.parameters for node in made if node.kind != "Input"}
    known = [weights for weights in held.values() if weights is not None]
    answer = (elements(result) or [None])[0]
    output = answer.node.shape if isinstance(answer, TensorValue) else None
    return output[-1] if output else None, sum(known) if held and len(known) == len(held) else None
