"""keras.ops on tensors, which are saved with their operands instead of a configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.vocabulary import canonical_activation

MERGES = {
    "Add": "Add",
    "Subtract": "Subtract",
    "Multiply": "Multiply",
    "Divide": "Divide",
    "Maximum": "Maximum",
    "Minimum": "Minimum",
    "Matmul": "MatMul",
    "TrueDivide": "Divide",
    "Power": "Power",
}
REDUCTIONS = {"Mean": "ReduceMean", "Max": "ReduceMax", "Min": "ReduceMin", "Sum": "ReduceSum", "Prod": "ReduceProd"}
SHAPING = {
    "Squeeze": ("Squeeze", "axis"),
    "ExpandDims": ("ExpandDims", "axis"),
    "Transpose": ("Transpose", "perm"),
    "Concatenate": ("Concatenate", "axis"),
    "Stack": ("Stack", "axis"),
}
SETTINGS = {"axis": "axis", "axes": "perm", "keepdims": "keepdims"}
"""keras.ops' names of arguments, and the graph's."""


class Operation(Struct, frozen=True):
    """What an operation is in the graph; `kind` is None where the graph has no word for it."""

    kind: str | None
    arguments: dict[str, Argument]


def operation(
    class_name: str, config: Mapping[str, Any], operands: Sequence[Any], tensors: int, settings: Mapping[str, Any]
) -> Operation:
    """Read an operation by its class, its saved configuration, its positional operands that are no tensors
    (TENSOR stands for those that are), the number of its tensors, and its keyword arguments."""
    given = {
        SETTINGS[key]: Argument(_plain(value), given=True)
        for key, value in {**config, **settings}.items()
        if key in SETTINGS
    }
    function = canonical_activation(class_name)
    if function is not None and tensors == 1:
        axis = {"axis": given["axis"]} if "axis" in given else {}
        return Operation("Activation", {"activation": Argument(function, given=True), **axis})
    if class_name in MERGES:
        if tensors == 2:
            return Operation(MERGES[class_name], {})
        scaled = _scaled(class_name, operands)
        return Operation(None, {}) if scaled is None else Operation("Rescaling", scaled)
    if class_name in REDUCTIONS and tensors == 1:
        given.setdefault("axis", Argument(_plain(operands[1]) if len(operands) > 1 else None))
        given.setdefault("keepdims", Argument(False))
        return Operation(REDUCTIONS[class_name], given)
    if class_name in SHAPING:
        kind, name = SHAPING[class_name]
        if name in given:
            return Operation(kind, {name: given[name]})
    return Operation(None, {})


TENSOR = object()
"""Stands for a tensor among the operands."""


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_plain, value))
    return value if value is None or isinstance(value, (int, float, str)) else UNKNOWN


def _scaled(class_name: str, operands: Sequence[Any]) -> dict[str, Argument] | None:
    """A sum or product of a tensor and a number as the arguments of Rescaling."""
    if len(operands) != 2:
        return None
    left = operands[0] is TENSOR
    number = operands[1] if left else operands[0]
    if not isinstance(number, (int, float)) or isinstance(number, bool):
        return None
    if class_name == "Multiply":
        factor, summand = float(number), 0.0
    elif class_name in ("Divide", "TrueDivide") and left and number:
        factor, summand = 1.0 / number, 0.0
    elif class_name == "Add":
        factor, summand = 1.0, float(number)
    elif class_name == "Subtract":
        factor, summand = (1.0, -float(number)) if left else (-1.0, float(number))
    else:
        return None
    return {"scale": Argument(factor, given=True), "offset": Argument(summand, given=True)}
