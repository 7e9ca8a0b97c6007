"""Activations that the program writes itself: which of Keras's they are, and whether what they do could be followed."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN
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
)

PROBE = (None, 8)
"""What it is tried on: an activation works element by element, or along the last axis."""


def followed(run: Run, value: Value) -> tuple[Any, bool]:
    """The canonical name of what a function does, or UNKNOWN, and whether that is opaque."""
    if not isinstance(value, (FunctionValue, PartialValue)):
        return UNKNOWN, out_of_reach.unknown_operand(value) or not isinstance(value, Unknown)
    begun = len(run.building.nodes)
    start = run.building.node("Input", [], {}, shape=PROBE)
    result = run.attempt(value, CallSite(None, [Passed(TensorValue(start))]))
    made = run.building.nodes[begun:]
    del run.building.nodes[begun:]
    if not isinstance(result, TensorValue) or result.node.shape != PROBE:
        return UNKNOWN, True
    if any(node.opaque and node.shape is None for node in made):
        return UNKNOWN, True
    alone = result.node.activation if result.node.inputs == [start] else None
    return (alone if alone is not None else UNKNOWN), False
