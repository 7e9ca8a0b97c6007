"""What operators make of the kinds of numbers that their operands hold, and what they refuse."""

from __future__ import annotations

from cnnlint.graph import Node
from cnnlint.graph.dtypes import SHOWN, outcome, promoted
from cnnlint.readers.python.building.layers.placeholders import is_placeholder, refuse
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import TensorValue, Value

#: operators by the function that does the same, in keras.ops and in TensorFlow
FUNCTIONS = {
    "Add": ("add", "tf.add"),
    "Subtract": ("subtract", "tf.subtract"),
    "Multiply": ("multiply", "tf.multiply"),
    "Divide": ("divide", "tf.divide"),
    "Power": ("power", "tf.pow"),
    "FloorDivide": ("floor_divide", "tf.math.floordiv"),
    "Modulo": ("mod", "tf.math.floormod"),
    "MatrixMultiply": ("matmul", "tf.matmul"),
    "LessThan": ("less", "tf.less"),
    "LessThanEqual": ("less_equal", "tf.less_equal"),
    "GreaterThan": ("greater", "tf.greater"),
    "GreaterThanEqual": ("greater_equal", "tf.greater_equal"),
    "BitAnd": ("bitwise_and", ""),
    "BitOr": ("bitwise_or", ""),
}
ADVICE = "cast one to the type of the other"


def _kind(value: Value) -> str | None:
    if isinstance(value, TensorValue):
        return value.node.dtype
    return "bool" if isinstance(value, bool) else {int: "int32", float: "float"}.get(type(value))


def typed(run: Run, made: Node, name: str, left: Value, right: Value) -> None:
    """Note what kind of numbers `left op right` gives, and whether it is refused."""
    if name not in FUNCTIONS:
        return
    keras, tensorflow = FUNCTIONS[name]
    kinds = [_kind(left), _kind(right)]
    tensors = [value.node for value in (left, right) if isinstance(value, TensorValue)]
    if not tensors or None in kinds:
        made.dtype = "bool" if name.startswith(("Less", "Greater")) else None
        return
    if is_placeholder(run, tensors[0]):
        made.dtype, refused = outcome(f"keras.ops.{keras}", promoted(kinds))
        refuse(made, (refused, ADVICE) if refused else None)
    elif run.building.by_framework and run.versions.keras == 3:
        # a number beside a tensor becomes one of the tensor's type
        own = tensors[0].dtype
        if name == "Multiply" and own == kinds[0] == "bool" and len(tensors) == 1:
            made.dtype = "bool"  # the one operator that takes any number for a truth, on its right
        elif len(tensors) == 2 and len(set(kinds)) > 1:
            mixed = " and ".join(SHOWN[kind or "bool"] for kind in kinds)
            refuse(made, (f"an operator of TensorFlow takes one type; it is given {mixed}", ADVICE))
        elif len(tensors) == 1 and promoted(kinds) != own:
            refuse(made, (f"a number beside {SHOWN[own or 'bool']} has to be one of them", ADVICE))
        else:
            made.dtype, refused = outcome(tensorflow, own)
            refuse(made, (refused, ADVICE) if refused else None)
