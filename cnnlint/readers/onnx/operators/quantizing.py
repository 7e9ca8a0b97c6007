"""Quantising and its reverse: the same values to the graph, but for what a zero point at an end of the range clamps."""

from __future__ import annotations

import math

from cnnlint.graph import Node
from cnnlint.graph.kinds import DROPOUT, GLOBAL_POOLING, PADDING, POOLING, RESHAPING
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.values import Constant, Tensor

ENDS = {"int8": (-128, 127), "uint8": (0, 255), "int16": (-32768, 32767), "uint16": (0, 65535)}
"""The range of each type that activations are quantised to."""

NOT_NEGATIVE = frozenset({"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax", "softplus", "exponential"})
"""Activations whose results a relu leaves as they are."""

KEEPS_SIGN = RESHAPING | DROPOUT | POOLING | GLOBAL_POOLING | PADDING | {"Concatenate", "Add", "Maximum", "Average"}


@operator("QuantizeLinear", "DequantizeLinear")
def quantize(builder: Builder, operation: Operation) -> None:
    """No node, or the relu that quantising to non-negative values alone amounts to."""
    tensor = builder.tensor(operation)
    function = _clamp(builder, operation) if operation.kind == "QuantizeLinear" else None
    # of one number for each sample, such as a price, all that were seen in calibrating may well have been positive
    single = tensor.node.shape is not None and all(size == 1 for size in tensor.node.shape[1:])
    done = tensor.node.activation not in (None, "linear")  # nobody puts a relu behind an activation
    if function is None or single or done or _not_negative(tensor.node):
        builder.define(operation.outputs[0], tensor.node, tensor.axes)
    else:
        clamp = builder.same("Activation", operation, tensor, {"activation": operation.argument(function)})
        builder.clamped[id(clamp)] = tensor


def unclamped(builder: Builder, operation: Operation) -> Tensor:
    """The first input; where nothing else reads the relu that quantising amounts to, what that reads.

    In calibrating, all values may well have been positive: an activation behind says that no relu was meant.
    """
    tensor = builder.tensor(operation)
    before = builder.clamped.get(id(tensor.node))
    if before is None or not builder.single(tensor.node) or before.axes != tensor.axes:
        return tensor
    builder.discard(tensor.node)
    return before


def _clamp(builder: Builder, operation: Operation) -> str | None:
    """What the range of the quantised values does to those outside of it: relu, relu6, or nothing that is meant."""
    scale, zero = (builder.value(operation.input(index)) for index in (1, 2))
    if not isinstance(scale, Constant) or not isinstance(zero, Constant) or scale.scalar is None:
        return None
    ends = ENDS.get(zero.dtype)
    if ends is None or zero.scalar is None or zero.scalar != ends[0]:
        return None
    highest = (ends[1] - ends[0]) * scale.scalar
    return "relu6" if math.isclose(highest, 6.0, rel_tol=1e-4) else "relu"


def _not_negative(node: Node) -> bool:
    """Whether all of a node's values are known to be 0 or more."""
    pending, seen = [node], {id(node)}
    while pending:
        current = pending.pop()
        if current.activation in NOT_NEGATIVE:
            continue
        if current.kind not in KEEPS_SIGN or not current.inputs:
            return False
        for source in current.inputs:
            if id(source) not in seen:
                seen.add(id(source))
                pending.append(source)
    return True


@operator("DynamicQuantizeLinear")
def dynamic(builder: Builder, operation: Operation) -> None:
    """The values as they are; the scale and the zero point that are computed for them change nothing."""
    tensor = builder.tensor(operation)
    builder.define(operation.outputs[0], tensor.node, tensor.axes)
    for name in operation.outputs[1:]:
        if name:
            builder.values[name] = Constant((), scale=True)


def unscaled(builder: Builder, operation: Operation, tensor: Tensor, constant: Constant) -> bool:
    """Take a product with a scale of quantisation for what it multiplies; whether it was one."""
    if operation.kind == "Mul" and constant.scale:
        builder.define(operation.outputs[0], tensor.node, tensor.axes)
        return True
    return False
