"""Streams that never end, given to a model that is not told how many batches make an epoch."""

from __future__ import annotations

from collections.abc import Mapping

from cnnlint.readers.python.run import Frame
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, walk
from cnnlint.readers.python.values import DatasetValue, IteratorValue, Passed, Value

#: what says how many batches are taken of each stream, by the argument that is the stream
STEPS = {"x": ("steps_per_epoch", "samples"), "validation_data": ("validation_steps", "validation_samples")}
#: the same of the methods that do not train
ASKING = {"x": ("steps", "val_samples")}


def unbounded(passed: Mapping[str, Passed], trains: bool) -> tuple[str, ...]:
    """The arguments that a call lacks to come to an end: `steps_per_epoch` beside a pipeline that repeats."""
    lacking = []
    for stream, bounds in (STEPS if trains else ASKING).items():
        given = passed.get(stream)
        bound = any(name in passed and passed[name].value is not None for name in bounds)
        if given is not None and not bound and _endless(given.value):
            lacking.append(bounds[0])
    return tuple(lacking)


def _endless(value: Value) -> bool:
    if isinstance(value, DatasetValue):
        return value.endless
    frame = getattr(value.source, "frame", None) if isinstance(value, IteratorValue) else None
    function = frame.function if isinstance(frame, Frame) else None
    node = function.node if function is not None else None
    return isinstance(node, cst.FunctionDef) and any(map(_forever, node.body.body))


def _forever(statement: cst.CSTNode) -> bool:
    """Whether a statement is `while True:` with no way out but an exception."""
    if not isinstance(statement, cst.While) or not isinstance(statement.test, (cst.Name, cst.Integer)):
        return False
    within = tuple(walk(statement.body, around=SCOPES))
    leaves = any(isinstance(node, (cst.Break, cst.Return, cst.Raise)) for node in within)
    return statement.test.value in ("True", "1") and any(isinstance(n, cst.Yield) for n in within) and not leaves
