"""Whether a model can be computed on samples of another shape than its input declares."""

from __future__ import annotations

from cnnlint.graph.model import Model
from cnnlint.graph.shapes import infer
from cnnlint.graph.values import Shape, agree


def takes(model: Model, given: Shape) -> bool:
    """Whether a model can be computed on another shape: of a Sequential one Keras 3 checks the rank alone, of others no
    last axis that is declared as 1 (keras 3.15: src/layers/input_spec.py: allow_last_axis_squeeze)."""
    declared = model.inputs[0].shape or ()
    squeezable = len(model.inputs) == 1 and declared[-1:] == (1,) and agree(given[:-1], declared[:-1])
    if len(given) != len(declared) or not (model.kind in ("sequential", "subclass") or squeezable):
        return False
    shapes: dict[int, Shape | None] = {id(model.inputs[0]): given}
    for node in [one for one in model if one is not model.inputs[0]]:
        values = {name: argument.value for name, argument in node.arguments.items()}
        same = node.note in ("Add", "Subtract", "Multiply", "Divide") and {node.shape} == {s.shape for s in node.inputs}
        inferred = infer(node.kind, values, [shapes.get(id(source)) for source in node.inputs])
        if inferred.error is not None or len({node.parameters, inferred.parameters} - {None}) > 1:
            return False
        shapes[id(node)] = shapes.get(id(node.inputs[0])) if same else inferred.shape
    return True
