"""Tensors of TensorFlow and Keras that are data: where they are not what an array of numpy's is."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays.dtypes import WHOLE
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


def item(made: ArrayValue, index: list[Value]) -> ArrayValue:
    """What `x[index]` takes: in TensorFlow a list is a position along each axis, in other libraries rows."""
    if any(isinstance(one, ListValue) for one in index):
        return ArrayValue(ArrayFacts(root=made.facts.root), tensor=True)
    made.tensor = True
    return made
