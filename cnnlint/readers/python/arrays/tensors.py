"""Tensors of TensorFlow and Keras that are data: where they are not what an array of numpy's is."""

from __future__ import annotations

import re

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, CallRefused
from cnnlint.readers.python.arrays.dtypes import WHOLE
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import ArrayValue, ListValue, Value
from cnnlint.readers.python.values.comparing import COMPARISON

BOOLEAN = frozenset({*COMPARISON, "BitAnd", "BitOr", "BitXor"})


def of_operation(name: str, left: Value, right: Value, made: Value) -> Value:
    """What `left op right` makes: a tensor where one side is one, of that side's type; what divides whole numbers is
    of another type with each library."""
    sides = [side for side in (left, right) if isinstance(side, ArrayValue) and side.tensor]
    if not sides or not isinstance(made, ArrayValue):
        return made
    made.tensor = True
    types = {side.facts.dtype for side in sides}
    dtype = types.pop() if len(types) == 1 else None
    dtype = None if name == "Divide" and dtype in WHOLE else dtype
    if name not in BOOLEAN and made.facts.dtype != dtype:
        made.facts = replace(made.facts, dtype=dtype)
    return made


REAL = frozenset({"float16", "float32", "float64"})
#: operators that TensorFlow takes for numbers of one type
ARITHMETIC = frozenset({"Add", "Subtract", "Multiply", "Divide", "FloorDivide", "Modulo", "Power"})
#: what lets it take several, as numpy does
PROMOTING = re.compile(r"enable_numpy_behavior|keras\.ops|\bops\.|tf\.experimental\.numpy|enable_numpy_style")


def mixed(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> None:
    """Tell the rules of a tensor of TensorFlow beside a number or a tensor of another type (asked of TensorFlow 2.21).

    A number of Python's becomes one of the tensor's type, and so does an array of numpy's, which stays a real number.
    """
    sides = [one for one in (left, right) if isinstance(one, ArrayValue) and one.tensor and not one.listed]
    types = [one.facts.dtype for one in sides]
    if node is None or name not in ARITHMETIC or run.trying or run.frame.conditions or None in types or not sides:
        return
    real = any(isinstance(one, float) for one in (left, right)) and types[0] in WHOLE
    if not (real or len(set(types)) > 1) or PROMOTING.search(run.frame.unit.parsed.text):
        return
    other = "a real number" if real else types[1]
    problem = f"TensorFlow does not put a tensor of {types[0]} and {other} together"
    run.event(CallRefused(origin=run.origin(node), problem=problem, advice="tf.cast(…, tf.float32)"))


def unassigned(run: Run, container: ArrayValue) -> None:
    """Tell the rules of `tensor[...] = value`."""
    if container.tensor and container.frame is None and not (container.numpy or run.trying or run.frame.conditions):
        problem = "nothing can be written into a tensor of TensorFlow"
        advice = "tf.tensor_scatter_nd_update, a tf.Variable, or an array of numpy"
        run.event(CallRefused(origin=run.origin(run.statement), problem=problem, advice=advice))


def item(made: ArrayValue, index: list[Value]) -> ArrayValue:
    """What `x[index]` takes: in TensorFlow a list is a position along each axis, in other libraries rows."""
    if any(isinstance(one, ListValue) for one in index):
        return ArrayValue(ArrayFacts(root=made.facts.root), tensor=True)
    made.tensor = True
    return made
