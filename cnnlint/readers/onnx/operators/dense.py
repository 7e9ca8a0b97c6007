"""MatMul, Gemm and Einsum: dense layers where one operand is a weight, products of tensors elsewhere."""

from __future__ import annotations

import numpy

from cnnlint.graph import UNKNOWN
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import PACKED
from cnnlint.readers.onnx.values import Array, Constant, Tensor, identity
from cnnlint.readers.onnx.weights import Layout, learn, tell_of_kernel


def _dense(
    builder: Builder,
    operation: Operation,
    tensor: Tensor,
    weights: Constant,
    units: int | None,
    bias: int | None,
    *,
    factors: tuple[float, float] = (1.0, 1.0),
) -> None:
    """A Dense node; `bias` is the number of its elements, 0 without one, None where that is not known.

    `factors` are what an operator multiplies the weights and the bias by.
    """
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
    if factors == (1.0, 1.0):
        tell_of_kernel(builder, made, operation, 1, columns=not turned)
    learn(builder, made, operation, 1, layout=_scaled(factors[0], turned=turned))
    learn(builder, made, operation, 2, layout=_scaled(factors[1]))


def _scaled(factor: float, *, turned: bool = False) -> Layout | None:
    if factor == 1.0:
        return numpy.transpose if turned else None

    def layout(array: Array) -> Array:
        return (array.T if turned else array) * factor

    return layout


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
    factors = operation.number("alpha", 1.0), operation.number("beta", 1.0)
    if 0.0 in factors or operation.integer("transA", 0) or isinstance(bias, Tensor):
        builder.opaque(operation)
        return
    if not isinstance(first, Tensor) or not isinstance(second, Constant):
        builder.opaque(operation)
        return
    units = None
    if second.dims is not None and len(second.dims) == 2:
        units = second.dims[0 if operation.integer("transB", 0) else 1]
    _dense(builder, operation, first, second, units, 0 if bias is None else bias.size, factors=factors)


@operator("Einsum")
def einsum(builder: Builder, operation: Operation) -> None:
    """A Dense or EinsumDense layer where the last axes are summed up with weights, else the sum of products."""
    values = [builder.value(name) for name in operation.inputs]
    tensors = [value for value in values if isinstance(value, Tensor)]
    weights = [value for value in values if isinstance(value, Constant)]
    equation = operation.text("equation", "").replace(" ", "")
    shape = builder.loaded.shapes.get(operation.outputs[0])
    axes = None if shape is None else identity(len(shape))
    nodes = [builder.natural(tensor, operation) for tensor in tensors]
    arguments = {"equation": operation.argument(equation, "equation")}
    if not weights and len(tensors) == len(values):
        builder.emit("Einsum", operation, nodes, axes, arguments)
        return
    terms = _of_a_layer(equation, first=isinstance(values[0] if values else None, Constant))
    if terms is None or len(tensors) != 1 or len(values) != 2:
        builder.opaque(operation)
        return
    source, kernel, result = terms
    place = values.index(weights[0])
    if len(kernel) == 2:
        units = weights[0].dims[kernel.index(result[-1])] if weights[0].dims else None
        arguments = {
            "units": operation.argument(UNKNOWN if units is None else units),
            "use_bias": operation.argument(False),
        }
        made = builder.emit("Dense", operation, nodes, axes, arguments, parameters=weights[0].size)
        learn(builder, made, operation, place, layout=numpy.transpose if kernel[0] == result[-1] else None)
        return
    arguments["equation"] = operation.argument(f"{source},{kernel}->{result}", "equation")
    arguments["output_shape"] = operation.argument(UNKNOWN if shape is None else shape[1:])
    made = builder.emit("EinsumDense", operation, nodes, axes, arguments, parameters=weights[0].size)
    learn(builder, made, operation, place)


def _of_a_layer(equation: str, *, first: bool) -> tuple[str, str, str] | None:
    """What an equation says of the data, the weights (which come `first` or second) and the result, if it sums up the
    last axes of the data and puts axes of the weights there."""
    before, arrow, result = equation.partition("->")
    terms = before.split(",")
    if not arrow or len(terms) != 2 or "." in equation:
        return None
    kernel, source = terms if first else terms[::-1]
    summed = [letter for letter in source if letter not in result]
    left = source[: len(source) - len(summed)]
    made = result[len(left) :]
    once = all(len(set(term)) == len(term) for term in (source, kernel, result))
    fits = source == left + "".join(summed) and result == left + made and set(kernel) == {*summed, *made}
    return (source, kernel, result) if once and fits and left and summed and made else None
