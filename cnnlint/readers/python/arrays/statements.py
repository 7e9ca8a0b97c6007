"""What statements do to arrays that were made before them: changes in place, results that nobody keeps."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from cnnlint.graph import Span, Step
from cnnlint.readers.python.arrays import arithmetic
from cnnlint.readers.python.arrays.statistics import WHOLE
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Value

#: steps by which an expression makes a new array; a method that changes its own array makes none
COMPUTED = frozenset(
    {
        "scale",
        "shift",
        "standardize",
        "normalize",
        "fit-scaler",
        "preprocess",
        "clip",
        "modulo",
        "reshape",
        "flatten",
        "expand_dims",
        "squeeze",
        "transpose",
        "one_hot",
        "encode",
        "cast",
    }
)


def updated(run: Run, value: ArrayValue, made: Value, node: cst.CSTNode | None) -> Value:
    """`x /= 255`: the array itself changes, under all of its names.

    In a loop that does it an unknown number of times to the same array, what comes out is unknown.
    """
    if not isinstance(made, ArrayValue):
        return made
    facts = made.facts
    if _again(run, value):
        facts = arithmetic.unknown(value.facts, run.origin(node) if node is not None else None)
    for other in value.family or [value]:
        other.facts = replace(facts, name=other.facts.name)
        other.frame = made.frame
        other.exact = made.exact and other.exact
        other.statistic = None
    value.facts = replace(facts, name=value.facts.name)
    return value


def _again(run: Run, value: ArrayValue) -> bool:
    """Whether the statement is repeated on an array that is older than the pass of the loop."""
    oldest = min((other.born for other in value.family), default=value.born)
    return run.in_open_loop and any(oldest < one.began for one in run.passes)


def expression(run: Run, node: cst.BaseExpression, value: Value) -> None:
    """An expression that stands alone: a new array that it computes is lost."""
    if not isinstance(value, ArrayValue) or not isinstance(node, (cst.BinaryOperation, cst.Call)):
        return
    step = value.facts.steps[-1] if value.facts.steps else None
    if step is None or step.kind not in COMPUTED or any(bound is value for bound in run.scope.names.values()):
        return
    if step.kind == "preprocess" and value.facts.dtype not in WHOLE:
        return  # Keras's preprocess_input changes arrays of floating point in place
    place, whole = step.origin.span if step.origin is not None else None, run.span(node)
    if place is None or whole is None or not (_start(whole) <= _start(place) and _end(place) <= _end(whole)):
        return  # the step was taken before; this statement does something else to the array
    before = replace(value.facts, steps=value.facts.steps[:-1], low=None, high=None)
    source = next(
        (
            facts
            for facts in reversed(run.arrays)
            if facts.steps == before.steps
            and facts.root == before.root
            and facts.root is not None
            and facts.name == before.name
        ),
        before,
    )
    run.event("discarded-array", node, facts=source, step=step)


def _start(span: Span) -> tuple[int, int]:
    return span.start_row, span.start_column


def _end(span: Span) -> tuple[int, int]:
    return span.end_row, span.end_column


def passed_on(run: Run, value: ArrayValue) -> None:
    """An array leaves what is read: it may be used there."""
    run.event("array-passed", None, facts=value.facts)


__all__ = ["COMPUTED", "Step", "expression", "passed_on", "updated"]
