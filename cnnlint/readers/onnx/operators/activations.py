"""Activation functions. Every one is a node of its own: ONNX fuses nothing."""

from __future__ import annotations

import math

import numpy

from cnnlint.graph import OPAQUE, Argument, ExportedInTraining
from cnnlint.readers.onnx.builder import Builder, agreed, operator
from cnnlint.readers.onnx.fusing import NEGATED
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.quantizing import unclamped
from cnnlint.readers.onnx.values import Constant, Tensor
from cnnlint.readers.onnx.weights import learn

PLAIN = {
    "Relu": "relu",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Mish": "mish",
    "HardSwish": "hard_silu",
    "Exp": "exponential",
}
"""Operators that are one of Keras's activations, whatever their attributes."""


@operator(*PLAIN)
def plain(builder: Builder, operation: Operation) -> None:
    """An Activation node."""
    apply(builder, operation, PLAIN[operation.kind])


def apply(builder: Builder, operation: Operation, function: str) -> None:
    """Let the operator's output be an activation of its first input."""
    builder.same("Activation", operation, unclamped(builder, operation), {"activation": operation.argument(function)})


@operator("LeakyRelu")
def leaky_relu(builder: Builder, operation: Operation) -> None:
    """LeakyReLU; the slope is 0.01 where it is not given."""
    slope = operation.argument(operation.number("alpha", 0.01), "alpha")
    builder.same("LeakyReLU", operation, unclamped(builder, operation), {"negative_slope": slope})


@operator("PRelu")
def prelu(builder: Builder, operation: Operation) -> None:
    """PReLU; the slope is learned."""
    slope = builder.value(operation.input(1))
    parameters = slope.size if isinstance(slope, Constant) else None
    tensor, arguments = builder.tensor(operation), {}
    rank = len(tensor.real_axes)
    if rank > 2 and isinstance(slope, Constant) and tensor.node.shape and slope.size == tensor.node.shape[-1]:
        arguments["shared_axes"] = operation.argument(tuple(range(1, rank - 1)))
    node = builder.same("PReLU", operation, tensor, arguments, parameters=parameters)
    learn(builder, node, operation, 1, layout=numpy.negative if NEGATED in operation.attributes else None)


@operator("ThresholdedRelu")
def thresholded_relu(builder: Builder, operation: Operation) -> None:
    """ReLU above a threshold."""
    threshold = operation.argument(operation.number("alpha", 1.0), "alpha")
    builder.same("ReLU", operation, builder.tensor(operation), {"threshold": threshold})


@operator("Elu", "Celu")
def elu(builder: Builder, operation: Operation) -> None:
    """The activation "elu", or the layer ELU where its alpha is not 1. Celu with an alpha of 1 is the same function."""
    alpha = operation.number("alpha", 1.0)
    if alpha == 1.0:
        apply(builder, operation, "elu")
    elif operation.kind == "Elu":
        builder.same("ELU", operation, builder.tensor(operation), {"alpha": operation.argument(alpha, "alpha")})
    else:
        apply(builder, operation, "celu")


@operator("HardSigmoid")
def hard_sigmoid(builder: Builder, operation: Operation) -> None:
    """A line cut at 0 and 1: Keras 3's with slope 1/6, Keras 1's and 2's with slope 0.2."""
    slope, middle = operation.number("alpha", 0.2), operation.number("beta", 0.5)
    if middle == 0.5 and (slope == 0.2 or math.isclose(slope, 1 / 6, rel_tol=1e-3)):
        apply(builder, operation, "hard_sigmoid")
    else:
        keep_axes(builder, operation)


@operator("Gelu")
def gelu(builder: Builder, operation: Operation) -> None:
    """Exact or approximated by tanh."""
    apply(builder, operation, "gelu")


@operator("Swish")
def swish(builder: Builder, operation: Operation) -> None:
    """x · sigmoid(αx), Keras's silu where α is 1."""
    if operation.number("alpha", 1.0) == 1.0:
        apply(builder, operation, "silu")
    else:
        keep_axes(builder, operation)


@operator("Clip")
def clip(builder: Builder, operation: Operation) -> None:
    """Bounds are attributes in older operator sets and inputs in newer ones; from 0 on it is a relu."""
    low = builder.scalar(operation, "min", 1, None)
    high = builder.scalar(operation, "max", 2, None)
    if high is not None and high > 1e30:
        high = None
    if low == 0 and high is None:
        apply(builder, operation, "relu")
    elif low == 0 and high == 6:
        apply(builder, operation, "relu6")
    elif low == 0:
        builder.same("ReLU", operation, builder.tensor(operation), {"max_value": operation.argument(high)})
    elif (low, high) == (-1, 1):
        apply(builder, operation, "hard_tanh")
    else:
        keep_axes(builder, operation)


@operator("Softmax", "LogSoftmax")
def softmax(builder: Builder, operation: Operation) -> None:
    """Over one axis; before operator set 13 over `axis` and all behind it together."""
    tensor = builder.tensor(operation)
    default = -1 if operation.opset >= 13 else 1
    axis = operation.integer("axis", default)
    axes = tensor.axes
    chosen: int | tuple[int, ...] = axis
    if axes is not None:
        rank = len(axes)
        if not -rank <= axis < rank:
            raise Malformed(f"axis {axis} of {operation.kind} does not exist: its input has {rank} axes")
        axis %= rank
        covered = [axes[axis]] if operation.opset >= 13 else list(axes[axis:])
        shape = tensor.node.shape
        real = [a for a in covered if a is not None and (len(covered) == 1 or shape is None or shape[a] != 1)]
        real = real or [a for a in covered if a is not None]
        if not real:
            tensor = Tensor(builder.natural(tensor, operation), tuple(range(rank)))
            real = [axis]
        last = len([a for a in tensor.axes or () if a is not None]) - 1
        places = tuple(-1 if place == last else place for place in sorted(real))
        chosen = places[0] if len(places) == 1 else places
    if operation.kind == "LogSoftmax":
        arguments = {"activation": operation.argument("log_softmax"), "axis": operation.argument(chosen, "axis")}
        builder.same("Activation", operation, tensor, arguments)
    else:
        builder.same("Softmax", operation, tensor, {"axis": operation.argument(chosen, "axis")})


KEEPS_AXES = (
    *("Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Bernoulli", "BitwiseNot", "Ceil", "Cos", "Cosh"),
    *("CumProd", "CumSum", "Erf", "Floor", "Hardmax", "IsInf", "IsNaN", "Log", "Not", "RandomNormalLike"),
    *("RandomUniformLike", "Reciprocal", "Round", "Shrink", "Sign", "Sin", "Sinh", "Sqrt", "Tan"),
)


@operator(*KEEPS_AXES)
def keep_axes(builder: Builder, operation: Operation) -> None:
    """Functions that Keras has no layer for; what they read keeps its order of axes."""
    tensor = builder.tensor(operation)
    node = builder.same(OPAQUE, operation, tensor)
    node.note = operation.kind
    node.shape = agreed(node.shape, tensor.node.shape)
    builder.define(operation.outputs[0], node, tensor.axes)


@operator("Dropout")
def dropout(builder: Builder, operation: Operation) -> None:
    """Dropout, which most exporters leave out; the mask it may give as well is not read."""
    rate = builder.scalar(operation, "ratio", 1, 0.5)
    node = builder.same("Dropout", operation, builder.tensor(operation), {"rate": operation.argument(rate)})
    flag = builder.value(operation.input(2))
    if operation.opset >= 12 and isinstance(flag, Constant) and flag.scalar and rate:
        builder.events.append(ExportedInTraining(origin=node.origin, model=builder.model, node=node))
    for name in operation.outputs[1:]:
        if name:
            builder.values[name] = Constant(builder.loaded.shapes.get(name))


@operator("Identity", "Cast", "CastLike")
def pass_on(builder: Builder, operation: Operation) -> None:
    """Another name, or another type, for the same values; what was computed stays what it is as a float."""
    tensor = builder.tensor(operation)
    computed = tensor.node.kind != "Input" and not tensor.node.opaque
    if operation.kind == "Identity" or (computed and operation.integer("to", 0) in FLOATS):
        builder.define(operation.outputs[0], tensor.node, tensor.axes)
        return
    arguments = {"dtype": Argument(TYPES[code])} if (code := operation.integer("to", 0)) in TYPES else {}
    builder.same("Cast", operation, tensor, arguments)


FLOATS = (1, 10, 11, 16)
"""TensorProto's numbers of the floating point types."""

TYPES = {
    1: "float32",
    2: "uint8",
    3: "int8",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    16: "bfloat16",
}
"""TensorProto's numbers of the types that Keras has."""
