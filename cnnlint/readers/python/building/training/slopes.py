"""Where nothing with a derivative leads from what is minimised to what it is a loss of."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from cnnlint.graph import GradientStopped, Node
from cnnlint.graph.walks import ancestors, stops_gradient
from cnnlint.readers.python.values.comparing import COMPARISON

#: functions of every element whose derivative is none, or zero everywhere (TensorFlow registers no gradient, or zero)
ROUNDING = frozenset({"round", "rint", "floor", "ceil"})
#: functions that take the shape of what they are given, and nothing else of it
FILLED = frozenset({"zeros_like", "ones_like"})
#: how many operations are looked at
LARGEST = 200


def is_filled(node: Node) -> bool:
    """Whether a node holds one constant, in the shape of another."""
    return node.kind == "Elementwise" and node.placement.api.rpartition(".")[2] in FILLED


def step_of(node: Node) -> str:
    """What a node does, where no gradient passes it; "" for all others."""
    if node.opaque and node.note in COMPARISON:
        return "a comparison"
    function = node.placement.api.rpartition(".")[2]
    if node.kind == "Elementwise":
        return function if function in ROUNDING | FILLED else ""
    if not stops_gradient(node):
        return ""
    return "a cast to whole numbers" if node.kind == "Cast" else function or node.kind


def stopped(node: Node, goal: Callable[[Node], bool]) -> GradientStopped | None:
    """The event to tell of, where every path from a node to its goals goes through a step, and there is such a path."""
    steps = _front(node, goal)
    step = next((one for one in steps if any(map(goal, islice(ancestors(*one.inputs), LARGEST)))), None)
    return None if step is None else GradientStopped(origin=step.origin, operation=step_of(step))


def _front(node: Node, goal: Callable[[Node], bool]) -> list[Node]:
    """The steps that stand before everything else on the way back; none where a goal is met first, or may be."""
    pending, seen, steps = [node], set[int](), list[Node]()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if len(seen) > LARGEST or goal(current):
            return []
        if step_of(current):
            steps.append(current)
        else:
            pending += current.inputs
    return steps
