"""Activations that the program writes itself: which of Keras's they are, and whether what they do could be followed."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.readers.python.building import out_of_reach
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    PartialValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    is_constant,
)

PROBE = (None, 8)
"""What it is tried on: an activation works element by element, or along the last axis."""
SERIES = (None, 5, 8)
"""What those are tried on besides that work along an axis."""
ALONG = frozenset({"softmax", "log_softmax"})


def followed(run: Run, value: Value) -> tuple[Any, bool]:
    """The canonical name of what a function does, or UNKNOWN, and whether that is opaque."""
    if not isinstance(value, (FunctionValue, PartialValue)):
        return UNKNOWN, out_of_reach.unknown_operand(value) or not isinstance(value, Unknown)
    alone, opaque = _tried(run, value, PROBE)
    if alone in ALONG and _tried(run, value, SERIES) != (alone, False):
        return UNKNOWN, False  # of a series it takes the steps together: which of them it is given is not known here
    return (alone if alone is not None else UNKNOWN), opaque


def _tried(run: Run, value: Value, shape: tuple[int | None, ...]) -> tuple[Any, bool]:
    """What a function does to an input of this shape: the one activation, if it is one along the last axis."""
    begun = len(run.building.nodes)
    start = run.building.node("Input", [], {}, shape=shape)
    result = run.attempt(value, CallSite(None, [Passed(TensorValue(start))]))
    made = run.building.nodes[begun:]
    del run.building.nodes[begun:]
    if not isinstance(result, TensorValue) or result.node.shape != shape:
        return None, True
    if any(node.opaque and node.shape is None for node in made):
        return None, True
    alone = result.node.activation if result.node.inputs == [start] else None
    along = result.node.value("axis") if alone in ALONG and result.node.known("axis") else -1
    return (alone if along in (-1, len(shape) - 1) else None), False


def of_maximum(run: Run, kind: str, left: Value, right: Value, site: CallSite) -> Value:
    """`tf.maximum(alpha * x, x)` is a leaky relu, `tf.maximum(x, 0)` a relu."""
    for one, other in ((left, right), (right, left)):
        if not isinstance(one, TensorValue):
            continue
        if kind == "Maximum" and is_constant(other) and other in (0, 0.0):
            node = run.building.node(
                "Activation",
                [one.node],
                {"activation": Argument("relu", True)},
                placement=run.building.placement(site, "function", site.api),
            )
            return TensorValue(node)
        if kind == "Maximum" and isinstance(other, TensorValue):
            scaled = other.node
            factor = scaled.kind in ("Rescaling", "Multiply") or scaled.note in ("Multiply", "Divide")
            if factor and one.node in scaled.inputs and scaled.shape in (None, one.node.shape):
                scale = scaled.value("scale")
                node = run.building.node(
                    "LeakyReLU",
                    [one.node],
                    {"negative_slope": Argument(scale if scale is not None else UNKNOWN, True)},
                    placement=run.building.placement(site, "function", site.api),
                )
                if scaled.kind == "Rescaling":
                    run.building.nodes.remove(scaled)
                return TensorValue(node)
    return None
