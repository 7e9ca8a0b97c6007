"""Adding and multiplying: biases, scales written out, merges of branches, and activations that are spelt in arithmetic.

What an exporter takes apart is put together again where nothing else reads the parts: MatMul and Add are a Dense,
Mul and Add behind a batch normalisation belong to it, x · sigmoid(x) is silu.
"""

from __future__ import annotations

import math
from typing import Any

from cnnlint.graph import OPAQUE, UNKNOWN, Argument, Node
from cnnlint.graph.kinds import CONVOLUTIONS, DEPTHWISE, TRANSPOSED
from cnnlint.readers.onnx.builder import Builder, agreed, operator
from cnnlint.readers.onnx.operation import Malformed, Operation, plain
from cnnlint.readers.onnx.operators import spelt
from cnnlint.readers.onnx.operators.activations import apply, keep_axes
from cnnlint.readers.onnx.operators.merging import merge
from cnnlint.readers.onnx.operators.quantizing import unscaled
from cnnlint.readers.onnx.values import Constant, Tensor
from cnnlint.readers.onnx.weights import flat, learn

BIASED = CONVOLUTIONS | DEPTHWISE | TRANSPOSED | {"Dense"}
"""Layers that take a bias."""

MERGES = {"Add": "Add", "Sub": "Subtract", "Mul": "Multiply", "Div": "Divide", "Pow": "Power"}


@operator("Add", "Sub", "Mul", "Div", "Pow")
def binary(builder: Builder, operation: Operation) -> None:
    """A merge of two tensors, or a constant that is added to, or multiplied with, one."""
    first, second = (builder.value(operation.input(index)) for index in (0, 1))
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        if operation.kind != "Mul" or not spelt.gated(builder, operation, first, second):
            merge(builder, operation, MERGES[operation.kind], [first, second])
    elif isinstance(first, Tensor) and isinstance(second, Constant):
        _affine(builder, operation, first, second, swapped=False)
    elif isinstance(first, Constant) and isinstance(second, Tensor):
        _affine(builder, operation, second, first, swapped=True)
    else:
        raise Malformed(f"{operation.kind} needs two inputs")


@operator("Neg")
def negative(builder: Builder, operation: Operation) -> None:
    """A scale of -1."""
    tensor = builder.tensor(operation)
    _rescale(builder, operation, tensor, -1.0, 0.0)


@operator("Sum", "Mean", "Max", "Min")
def variadic(builder: Builder, operation: Operation) -> None:
    """A merge of any number of tensors; the maximum of a tensor and 0 is a relu."""
    values = [builder.value(name) for name in operation.inputs]
    tensors = [value for value in values if isinstance(value, Tensor)]
    if len(tensors) < len(values):
        constants = [value for value in values if isinstance(value, Constant)]
        if operation.kind == "Max" and len(values) == 2 and constants[0].scalar == 0 and values[0] is tensors[0]:
            apply(builder, operation, "relu")
        else:
            builder.opaque(operation)
        return
    if len(tensors) == 1:
        builder.define(operation.outputs[0], tensors[0].node, tensors[0].axes)
        return
    kind = {"Sum": "Add", "Mean": "Average", "Max": "Maximum", "Min": "Minimum"}[operation.kind]
    if kind != "Maximum" or not spelt.leaky(builder, operation, tensors):
        merge(builder, operation, kind, tensors)


def _affine(builder: Builder, operation: Operation, tensor: Tensor, constant: Constant, *, swapped: bool) -> None:
    """One tensor and a constant that is the same everywhere, or has one element for each channel."""
    if unscaled(builder, operation, tensor, constant):
        return
    channels = _channels(operation, tensor, constant)
    if channels is None or operation.kind == "Pow" or (operation.kind == "Div" and swapped):
        if tensor.axes is not None and constant.size == 1 and not swapped:
            keep_axes(builder, operation)
        elif _repeats(tensor, constant):
            node = builder.same(OPAQUE, operation, tensor, parameters=constant.learned)
            node.note = operation.kind
            node.shape = agreed(node.shape, tensor.node.shape)
        else:
            builder.opaque(operation)
        return
    host = tensor.node
    vector = channels == 1 or constant.size == channels
    if vector and constant.size and builder.single(host):
        added = operation.kind == "Add" or (operation.kind == "Sub" and not swapped)
        if added and _takes_bias(host):
            host.arguments["use_bias"] = operation.argument(True)
            learn(builder, host, operation, 0 if swapped else 1, layout=flat)
            _absorb(builder, operation, tensor, constant)
            return
        if host.kind == "BatchNormalization":
            _absorb(builder, operation, tensor, constant)
            return
    if operation.kind == "Mul" and vector and _of_batch_norm(operation, constant):
        arguments = {"axis": operation.argument(-1), "epsilon": Argument(UNKNOWN)}
        builder.same("BatchNormalization", operation, tensor, arguments, parameters=constant.size)
        return
    value: Any = UNKNOWN if constant.scalar is None else plain(float(constant.scalar))
    if operation.kind == "Mul":
        scale, offset = value, 0.0
    elif operation.kind == "Div":
        scale, offset = (UNKNOWN if value is UNKNOWN or value == 0 else 1 / value), 0.0
    elif operation.kind == "Add":
        scale, offset = 1.0, value
    else:
        negated = UNKNOWN if value is UNKNOWN else -value
        scale, offset = (-1.0, value) if swapped else (1.0, negated)
    _rescale(builder, operation, tensor, scale, offset, learned=constant.learned)


def _repeats(tensor: Tensor, constant: Constant) -> bool:
    """Whether the constant is repeated to the tensor's shape, which is then that of the result."""
    sizes, dims = tensor.onnx_shape, constant.dims
    if sizes is None or dims is None or len(dims) > len(sizes) or tensor.axes is None or None in tensor.axes:
        return False
    return all(one in (1, size) and one is not None for one, size in zip(dims[::-1], sizes[::-1], strict=False))


def _channels(operation: Operation, tensor: Tensor, constant: Constant) -> int | None:
    """The number of channels if the constant is the same for all places and samples; 0 if it is a scalar for many.

    None where it is neither, or where the shapes are not known.
    """
    axes, dims = tensor.axes, constant.dims
    if constant.scalar is not None and axes is None:
        return 0
    if axes is None or dims is None:
        return None
    behind = operation.integer("axis", len(axes) - len(dims)) if operation.integer("broadcast", 0) else None
    if behind is not None and 0 <= behind <= len(axes) - len(dims):  # before operator set 7
        dims = (*dims, *(1,) * (len(axes) - len(dims) - behind))
    if len(dims) > len(axes):
        return None
    last = len(tensor.real_axes) - 1
    size = tensor.node.shape[-1] if tensor.node.shape else None
    for axis, length in zip(axes[len(axes) - len(dims) :], dims, strict=True):
        if length != 1 and (axis is None or axis != last or axis == 0 or length != size):
            return None
    return size if size is not None else 0


def _takes_bias(node: Node) -> bool:
    return node.kind in BIASED and node.arguments["use_bias"].value is False


def _absorb(builder: Builder, operation: Operation, tensor: Tensor, constant: Constant) -> None:
    """Let the operator be a part of the layer before it, whose weights the constant joins."""
    node = tensor.node
    if node.parameters is not None and constant.size is not None:
        node.parameters += constant.size
    if node.kind == "BatchNormalization" or operation.kind == "Sub":
        builder.learned.pop(id(node), None)  # what it computes is no longer what its own variables say
    builder.define(operation.outputs[0], node, tensor.axes)


def _of_batch_norm(operation: Operation, constant: Constant) -> bool:
    """Whether the operator comes from tf.nn.batch_normalization, which names the scope of its arithmetic."""
    return "batchnorm" in operation.name.split("/") or "batchnorm" in constant.name.split("/")


def _rescale(
    builder: Builder, operation: Operation, tensor: Tensor, scale: Any, offset: Any, *, learned: int = 0
) -> None:
    """A Rescaling node with `learned` weights; one that nothing else reads takes the further factor or summand in."""
    host = tensor.node
    if spelt.scaled(builder, operation, tensor, scale, offset):
        return
    if host.kind == "Add" and offset == 0 and isinstance(scale, float) and _averaged(builder, host, scale):
        builder.define(operation.outputs[0], host, tensor.axes)
        return
    if host.kind == "Rescaling" and builder.single(host):
        before, summand = host.arguments["scale"].value, host.arguments["offset"].value
        host.arguments["scale"] = operation.argument(_times(before, scale))
        host.arguments["offset"] = operation.argument(_plus(_times(summand, scale), offset))
        host.parameters = (host.parameters or 0) + learned
        builder.define(operation.outputs[0], host, tensor.axes)
        return
    arguments = {"scale": operation.argument(scale), "offset": operation.argument(offset)}
    builder.same("Rescaling", operation, tensor, arguments, parameters=learned)


MOST = 64
"""Values in one sum that are looked through."""


def _averaged(builder: Builder, host: Node, scale: float) -> bool:
    """Make a sum that nothing else reads, and that is divided by how many it is of, an average; whether it was one."""
    parts: list[Node] = []
    sums, pending = [], [host]
    while pending and len(parts) < MOST:
        sums.append(pending.pop())
        for source in sums[-1].inputs:
            inner = source.kind == "Add" and source.shape == host.shape and builder.single(source)
            (pending if inner else parts).append(source)
    if pending or not builder.single(host) or not math.isclose(scale * len(parts), 1, rel_tol=1e-6):
        return False
    builder.discard(*sums[1:])
    host.kind, host.inputs = "Average", parts
    return True


def _times(one: Any, other: Any) -> Any:
    if one is UNKNOWN or other is UNKNOWN:
        return UNKNOWN
    return plain(one * other)


def _plus(one: Any, other: Any) -> Any:
    return UNKNOWN if one is UNKNOWN or other is UNKNOWN else plain(one + other)


COMPARED = ("And", "Or", "Xor", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Mod", "Where")
OF_BITS = ("BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor")


@operator(*COMPARED, *OF_BITS)
def compared(builder: Builder, operation: Operation) -> None:
    """Comparisons and choices: opaque, in the order of axes that their operands share."""
    tensors = [value for name in operation.inputs if isinstance(value := builder.value(name), Tensor)]
    layouts = {tensor.axes for tensor in tensors}
    constants = [value for name in operation.inputs if isinstance(value := builder.value(name), Constant)]
    if len(layouts) != 1 or any(constant.size != 1 for constant in constants):
        builder.opaque(operation)
        return
    node = builder.emit(OPAQUE, operation, [tensor.node for tensor in tensors], layouts.pop())
    node.note = operation.kind
    shapes = {tensor.node.shape for tensor in tensors}
    if node.shape is None and len(shapes) == 1:
        node.shape = shapes.pop()
