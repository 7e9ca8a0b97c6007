"""MatMul and Gemm: dense layers where one operand is a weight, products of tensors elsewhere."""

from __future__ import annotations

import numpy

from cnnlint.graph import UNKNOWN
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import PACKED
from cnnlint.readers.onnx.values import Constant, Tensor, identity
from cnnlint.readers.onnx.weights import learn, tell_of_kernel


def _dense(
    builder: Builder, operation: Operation, tensor: Tensor, weights: Constant, units: int | None, bias: int | None
) -> None:
    """A Dense node; `bias` is the number of its elements, 0 without one, None where that is not known."""
    rank = len(tensor.axes) if tensor.axes is not None else None
    arguments = {
        "units": operation.argument(UNKNOWN if units is None else units),
        "use_bias": operation.argument(bias != 0),
    }
    parameters = None if weights.size is None or bias is None else weights.size + bias
    node = builder.natural(tensor, operation)
    axes = None if rank is None else identity(rank)
    made = builder.emit("Dense", operation, [node], axes, arguments, parameters=parameters)
    turned = bool(operation.integer("transB", 0))
    tell_of_kernel(builder, made, operation, 1, columns=not turned)
    learn(builder, made, operation, 1, layout=numpy.transpose if turned else None)
    learn(builder, made, operation, 2)


@operator("MatMul")
def matmul(builder: Builder, operation: Operation) -> None:
    """A product with a matrix of weights from the right is a Dense without bias; the bias is added by an Add behind."""
    first, second = (builder.value(operation.input(index)) for index in (0, 1))
    if isinstance(first, Tensor) and isinstance(second, Constant):
        if second.dims is not None and len(second.dims) == 2:
            _dense(builder, operation, first, second, second.dims[1], 0)
            return
    elif isinstance(first, Tensor) and isinstance(second, Tensor):
        nodes = [builder.natural(first, operation), builder.natural(second, operation)]
        shape = builder.loaded.shapes.get(operation.outputs[0])
        ranks = (first.rank, second.rank)
        known = ranks[0] if None not in ranks and ranks[0] == ranks[1] else len(shape) if shape is not None else None
        builder.emit("MatMul", operation, nodes, None if known is None else identity(known))
        return
    builder.opaque(operation)


@operator(PACKED)
def packed(builder: Builder, operation: Operation) -> None:
    """A Dense layer whose weights are packed, several into a byte."""
    columns, rows = operation.integer("N", 0), operation.integer("K", 0)
    weights = Constant((max(rows, 0), max(columns, 0)))
    _dense(builder, operation, builder.tensor(operation), weights, columns, 0)


@operator("Gemm")
def gemm(builder: Builder, operation: Operation) -> None:
    """A Dense layer, as PyTorch exports it."""
    first, second = (builder.value(operation.input(index)) for index in (0, 1))
    bias = builder.value(operation.input(2))
    scaled = operation.number("alpha", 1.0) != 1.0 or operation.number("beta", 1.0) != 1.0
    if scaled or operation.integer("transA", 0) or isinstance(bias, Tensor):
        builder.opaque(operation)
        return
    if not isinstance(first, Tensor) or not isinstance(second, Constant):
        builder.opaque(operation)
        return
    units = None
    if second.dims is not None and len(second.dims) == 2:
        units = second.dims[0 if operation.integer("transB", 0) else 1]
    _dense(builder, operation, first, second, units, 0 if bias is None else bias.size)
