"""Where nothing with a derivative leads from what is minimised to what it is a loss of."""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.graph import GradientStopped, Node
from cnnlint.readers.python.run import Run

#: kinds whose derivative is none, or zero everywhere
STEPS = frozenset({"ArgMax", "ArgMin", "ArgSort", "Compare", "ReduceAny", "ReduceAll", "OneHot", "StopGradient"})
#: functions of every element of which the same is true (TensorFlow registers no gradient, or zero)
ROUNDING = frozenset({"round", "rint", "floor", "ceil"})
WHOLE = ("int", "uint", "bool")
#: operators that compare, as the reader notes them
COMPARISONS = frozenset({"GreaterThan", "GreaterThanEqual", "LessThan", "LessThanEqual", "Equal", "NotEqual"})
#: how many operations are looked at
LARGEST = 200


def step_of(node: Node) -> str:
    """What a node does, where no gradient passes it; "" for all others."""
    if node.kind == "Cast":
        return "a cast to whole numbers" if str(node.value("dtype")).rpartition(".")[2].startswith(WHOLE) else ""
    if node.opaque and node.note in COMPARISONS:
        return "a comparison"
    function = node.placement.api.rpartition(".")[2]
    if node.kind == "Elementwise":
        return function if function in ROUNDING else ""
    return (function or node.kind) if node.kind in STEPS else ""


def stopped(run: Run, node: Node, goal: Callable[[Node], bool]) -> GradientStopped | None:
    """The event to tell of, where every path from a node to its goals goes through a step, and there is such a path."""
    steps, open_paths = _front([node], goal, through=False)
    if open_paths:
        return None
    behind = [step for step in steps if _front(list(step.inputs), goal, through=True)[1]]
    if not behind:
        return None
    return GradientStopped(origin=behind[0].origin, operation=step_of(behind[0]))


def _front(start: list[Node], goal: Callable[[Node], bool], *, through: bool) -> tuple[list[Node], bool]:
    """The steps that stand before everything else on the way back, and whether a goal was met; gives up as met."""
    pending, seen, steps = list(start), set[int](), list[Node]()
    while pending:
        current = pending.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if len(seen) > LARGEST or goal(current):
            return steps, True
        if not through and step_of(current):
            steps.append(current)
            continue
        pending += current.inputs
    return steps, False
