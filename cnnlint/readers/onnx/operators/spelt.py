"""Activations that exports spell out in arithmetic, recognised by what they compute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from cnnlint.graph import Node
from cnnlint.readers.onnx.builder import Builder
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.values import Tensor

GATES = {"sigmoid": "silu", "hard_sigmoid": "hard_silu"}
"""x · gate(x) by the name of the gate."""


def gated(builder: Builder, operation: Operation, first: Tensor, second: Tensor) -> bool:
    """Replace x · sigmoid(x) and x · tanh(softplus(x)) by the activation; whether it was one."""
    for one, other in ((first, second), (second, first)):
        source, parts, function = _gate(builder, one.node, other.node)
        if source is None or one.axes is None or one.axes != other.axes:
            continue
        builder.discard(*parts)
        builder.emit("Activation", operation, [source], one.axes, {"activation": operation.argument(function)})
        return True
    return False


def _gate(builder: Builder, source: Node, gate: Node) -> tuple[Node | None, list[Node], str]:
    if not builder.single(gate):
        return None, [], ""
    if gate.activation in GATES and gate.inputs[0] is source:
        return source, [gate], GATES[gate.activation]
    if gate.activation == "tanh" and gate.inputs[0].activation == "softplus" and builder.single(gate.inputs[0]):
        inner = gate.inputs[0]
        if inner.inputs[0] is source:
            return source, [gate, inner], "mish"
    return None, [], ""


def scaled(builder: Builder, operation: Operation, tensor: Tensor, scale: Any, offset: Any) -> bool:
    """Replace relu6(x + 3) / 6 by the activation; whether it was one."""
    node = tensor.node
    if offset != 0 or not isinstance(scale, float) or not builder.single(node):
        return False
    if node.activation == "relu6" and _close(scale, 1 / 6):
        shifted = node.inputs[0]
        alone = shifted.kind == "Rescaling" and builder.single(shifted)
        if alone and shifted.value("scale") == 1 and shifted.value("offset") == 3:
            return _replaced(builder, operation, tensor, [node, shifted], shifted.inputs[0], "hard_sigmoid")
    return False


def _replaced(builder: Builder, operation: Operation, tensor: Tensor, parts: list[Node], base: Node, name: str) -> bool:
    builder.discard(*parts)
    builder.emit("Activation", operation, [base], tensor.axes, {"activation": operation.argument(name)})
    return True


def leaky(builder: Builder, operation: Operation, tensors: Sequence[Tensor]) -> bool:
    """Replace max(a·x, x) with 0 < a < 1 by LeakyReLU; whether it was one."""
    if len(tensors) != 2 or tensors[0].axes != tensors[1].axes:
        return False
    for one, other in (tensors, tensors[::-1]):
        slope = _scale(other.node)
        if slope is None or not 0 < slope < 1 or other.node.value("offset") != 0:
            continue
        if other.node.inputs[0] is one.node and builder.single(other.node):
            builder.discard(other.node)
            arguments = {"negative_slope": operation.argument(slope)}
            builder.emit("LeakyReLU", operation, [one.node], one.axes, arguments)
            return True
    return False


def _scale(node: Node) -> float | None:
    """The factor of a Rescaling node, None for others and for unknown ones."""
    return node.value("scale") if node.kind == "Rescaling" else None


def _close(one: float | None, other: float) -> bool:
    return one is not None and math.isclose(one, other, rel_tol=1e-3)
