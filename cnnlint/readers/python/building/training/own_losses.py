"""Losses that functions of the program compute, or the `call` of a class that derives from Keras's `Loss`."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import ArrayFacts, GradientStopped, Loss, Node, Origin, Placement
from cnnlint.graph.walks import ancestors
from cnnlint.readers.python.building.training.similarities import is_similarity
from cnnlint.readers.python.building.training.slopes import is_filled, stopped
from cnnlint.readers.python.building.training.written_losses import losses_in
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    FunctionValue,
    InstanceValue,
    LossTensor,
    MethodValue,
    Passed,
    TensorValue,
    Value,
    tensors_in,
)


def computed_by(value: Value) -> FunctionValue | MethodValue | None:
    """The function of the program that computes a loss: itself, or the `call` of a class of losses."""
    if isinstance(value, FunctionValue):
        return value
    if not isinstance(value, InstanceValue):
        return None
    own = any(base.name == "keras.losses.Loss" for base in value.cls.external_bases())
    method = value.cls.find("call")
    if not own or not isinstance(method, FunctionValue) or value.cls.find("__call__") is not MISSING:
        return None
    return MethodValue(method, value)


def own_loss(run: Run, called: FunctionValue | MethodValue, passed: Passed, output: TensorValue) -> Loss:
    """What a function of the program computes of labels and this output, where that is one loss of the output itself.

    What it builds is taken back: it is no part of the model.
    """
    building = run.building
    function = called.function if isinstance(called, MethodValue) else called
    made: tuple[list[Any], ...] = (building.nodes, building.losses, building.minimized, run.events)
    before = [len(one) for one in made]
    escapes = output.node.escapes
    labels = TensorValue(building.node("Input", [], {}, note="not read"))
    taken: list[tuple[Node, Origin]] = []
    building.taken = taken
    result = run.attempt(called, CallSite(None, [Passed(labels), Passed(output)]))
    building.taken = None
    found = losses_in(run, result) if isinstance(result, (LossTensor, TensorValue)) else []
    flat = None
    if isinstance(result, TensorValue) and not is_filled(result.node):  # zeros stand in for what a layer adds
        flat = stopped(result.node, lambda node: node is output.node)
    if flat is None and not found and result is not None and not _reaches(result, output.node):
        of_output = (origin for node, origin in taken if output.node in ancestors(node))
        flat = next((GradientStopped(origin=origin, operation="`numpy()`") for origin in of_output), None)
    for one, length in zip(made, before, strict=True):
        del one[length:]
    output.node.escapes = escapes
    if flat is not None:
        run.event(flat)
    loss = found[0] if len(found) == 1 and found[0].output is output.node else Loss()
    loss.inverted = loss.inverted or (loss.name is None and is_similarity(function))
    if loss.labels_node is not labels.node:
        loss.labels, loss.recast = ArrayFacts(), True
    loss.inverted = loss.inverted or (isinstance(result, LossTensor) and result.negated and loss.name is not None)
    if loss.name is None or not (loss.swapped or loss.inverted):
        loss.origin = run.origin(passed.node) if passed.node is not None else Origin()
    loss.placement, loss.labels_node, loss.own = Placement(), None, True
    return loss


def _reaches(result: Value, output: Node) -> bool:
    """Whether a tensor hangs on an output other than through numbers that were taken out of it."""
    return any(output in ancestors(tensor.node) for tensor in tensors_in(result))
