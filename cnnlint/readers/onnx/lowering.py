"""Quantised and fused operators, in terms of the plain ones that they stand for.

`QLinearConv` is a Conv whose result is quantised; onnxruntime's optimiser writes Conv and Relu as one FusedConv. What
quantising does to values is left to `QuantizeLinear`, whose zero point may hide a relu.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from cnnlint.readers.onnx.operation import Operation

MICROSOFT = "com.microsoft"

MOVED = "MoveChannels"
"""No operator of ONNX: the last axis becomes the second, however many there are; with `back`, the second the last."""

SWAP = "SwapLastAxes"
"""No operator of ONNX: a Transpose of the last two axes, however many there are; with `first`, the first axis is
brought before the last instead."""

Lowering = Callable[[Operation], "list[Operation]"]

LOWERINGS: dict[tuple[str, str], Lowering] = {}
"""Domain and name of an operator -> the operators that compute the same."""


def lowered(operation: Operation) -> list[Operation]:
    """The plain operators that an operator stands for; itself where it is one."""
    lowering = LOWERINGS.get((operation.domain, operation.kind))
    return lowering(operation) if lowering is not None else [operation]


def lowers(*kinds: str, domain: str = "") -> Callable[[Lowering], Lowering]:
    """Make a function responsible for these operators."""

    def enter(function: Lowering) -> Lowering:
        LOWERINGS.update(dict.fromkeys(((domain, kind) for kind in kinds), function))
        return function

    return enter


def plain_part(
    operation: Operation, kind: str, inputs: tuple[str, ...], output: str, attributes: Mapping[str, Any] | None = None
) -> Operation:
    """A part of the operator; it keeps its name and its origin."""
    while inputs and not inputs[-1]:
        inputs = inputs[:-1]
    return replace(
        operation,
        kind=kind,
        domain="",
        inputs=inputs,
        outputs=(output,),
        attributes=operation.attributes if attributes is None else attributes,
    )


def _quantised(
    operation: Operation,
    kind: str,
    inputs: tuple[str, ...],
    scale: str,
    zero: str,
    attributes: Mapping[str, Any] | None = None,
) -> list[Operation]:
    """A plain operator, and the quantisation of what it gives."""
    between = f"{operation.outputs[0]}/exact"
    made = plain_part(operation, kind, inputs, between, attributes)
    return [made, plain_part(operation, "QuantizeLinear", (between, scale, zero), operation.outputs[0], {})]


@lowers("QLinearConv")
def qlinear_conv(operation: Operation) -> list[Operation]:
    """x, its scale and zero, w, its scale and zero, y's scale and zero, bias."""
    get = operation.input
    return _quantised(operation, "Conv", (get(0), get(3), get(8)), get(6), get(7))


@lowers("QLinearMatMul")
def qlinear_matmul(operation: Operation) -> list[Operation]:
    """a, its scale and zero, b, its scale and zero, y's scale and zero."""
    get = operation.input
    return _quantised(operation, "MatMul", (get(0), get(3)), get(6), get(7))


@lowers("QGemm", domain=MICROSOFT)
def qgemm(operation: Operation) -> list[Operation]:
    """a, its scale and zero, b, its scale and zero, c, y's scale and zero; the result is a float without these."""
    get = operation.input
    if not get(7):
        return [plain_part(operation, "Gemm", (get(0), get(3), get(6)), operation.outputs[0])]
    return _quantised(operation, "Gemm", (get(0), get(3), get(6)), get(7), get(8))


@lowers("QLinearAdd", "QLinearMul", domain=MICROSOFT)
def qlinear_binary(operation: Operation) -> list[Operation]:
    """a, its scale and zero, b, its scale and zero, c's scale and zero."""
    get = operation.input
    exact = tuple(f"{operation.outputs[0]}/operand{index}" for index in (0, 1))
    return [
        plain_part(operation, "DequantizeLinear", (get(0), get(1), get(2)), exact[0], {}),
        plain_part(operation, "DequantizeLinear", (get(3), get(4), get(5)), exact[1], {}),
        *_quantised(operation, operation.kind.removeprefix("QLinear"), exact, get(6), get(7)),
    ]


@lowers(
    "QLinearGlobalAveragePool",
    "QLinearAveragePool",
    "QLinearSigmoid",
    "QLinearLeakyRelu",
    "QLinearSoftmax",
    "QLinearReduceMean",
    domain=MICROSOFT,
)
def qlinear_unary(operation: Operation) -> list[Operation]:
    """x, its scale and zero, y's scale and zero."""
    if operation.attributes.get("channels_last"):
        return channels_turned(operation)
    get, version = operation.input, operation.attributes.get("opset")
    if isinstance(version, int):  # QLinearSoftmax says which version's Softmax it is
        operation = replace(operation, opset=version)
    return _quantised(operation, operation.kind.removeprefix("QLinear"), (get(0),), get(3), get(4))


@lowers("QLinearWhere", domain=MICROSOFT)
def qlinear_where(operation: Operation) -> list[Operation]:
    """The condition, a, its scale and zero, b, its scale and zero, c's scale and zero."""
    get = operation.input
    exact = tuple(f"{operation.outputs[0]}/operand{index}" for index in (0, 1))
    return [
        plain_part(operation, "DequantizeLinear", (get(1), get(2), get(3)), exact[0], {}),
        plain_part(operation, "DequantizeLinear", (get(4), get(5), get(6)), exact[1], {}),
        *_quantised(operation, "Where", (get(0), *exact), get(7), get(8)),
    ]


def channels_turned(operation: Operation) -> list[Operation]:
    """An operator of what has its channels last, as one of what has them second: its data is turned before and behind
    it."""
    before, behind = (f"{operation.outputs[0]}/{name}" for name in ("first", "last"))
    own = {name: value for name, value in operation.attributes.items() if name != "channels_last"}
    return [
        plain_part(operation, MOVED, operation.inputs[:1], before, {}),
        *lowered(replace(operation, attributes=own, inputs=(before, *operation.inputs[1:]), outputs=(behind,))),
        plain_part(operation, MOVED, (behind,), operation.outputs[0], {"back": 1}),
    ]


@lowers("QLinearConcat", domain=MICROSOFT)
def qlinear_concat(operation: Operation) -> list[Operation]:
    """y's scale and zero, then each input with its own."""
    return _quantised(operation, "Concat", operation.inputs[2::3], operation.input(0), operation.input(1))


@lowers("ConvInteger", "MatMulInteger")
def integer(operation: Operation) -> list[Operation]:
    """x, w, and their zero points; the result is scaled by what stands behind."""
    kind = operation.kind.removesuffix("Integer")
    return [plain_part(operation, kind, operation.inputs[:2], operation.outputs[0])]


@lowers("MatMulIntegerToFloat", "DynamicQuantizeMatMul", domain=MICROSOFT)
def integer_to_float(operation: Operation) -> list[Operation]:
    """Both end with the bias, behind the scales and zero points."""
    bias = operation.input(6 if operation.kind == "MatMulIntegerToFloat" else 4)
    return added(operation, "MatMul", operation.inputs[:2], bias, {})


def added(
    operation: Operation, kind: str, inputs: tuple[str, ...], summand: str, attributes: Mapping[str, Any]
) -> list[Operation]:
    """A plain operator, and what is added to its result if anything is."""
    if not summand:
        return [plain_part(operation, kind, inputs, operation.outputs[0], attributes)]
    between = f"{operation.outputs[0]}/exact"
    made = plain_part(operation, kind, inputs, between, attributes)
    return [made, plain_part(operation, "Add", (between, summand), operation.outputs[0], {})]


@lowers("FusedConv", "FusedGemm", domain=MICROSOFT)
def fused(operation: Operation) -> list[Operation]:
    """A convolution, a tensor that is added (the fourth input), and the activation behind it."""
    function = operation.attributes.get("activation")
    inputs, summand = operation.inputs[:3], operation.input(3) if operation.kind == "FusedConv" else ""
    own = {name: value for name, value in operation.attributes.items() if not name.startswith("activation")}
    if not isinstance(function, str) or not function:
        return added(operation, operation.kind.removeprefix("Fused"), inputs, summand, own)
    linear = replace(operation, outputs=(f"{operation.outputs[0]}/linear",))
    parts = added(linear, operation.kind.removeprefix("Fused"), inputs, summand, own)
    settings = dict(_settings(operation, function))
    return [*parts, plain_part(operation, function, linear.outputs, operation.outputs[0], settings)]


def _settings(operation: Operation, function: str) -> Iterator[tuple[str, Any]]:
    """The activation's own attributes, which a fused operator lists in order or by name."""
    names = {"Clip": ("min", "max"), "LeakyRelu": ("alpha",), "HardSigmoid": ("alpha", "beta"), "Elu": ("alpha",)}
    listed = operation.attributes.get("activation_params")
    for index, name in enumerate(names.get(function, ())):
        if f"activation_{name}" in operation.attributes:
            yield name, operation.attributes[f"activation_{name}"]
        elif isinstance(listed, tuple) and index < len(listed):
            yield name, listed[index]


@lowers("FusedMatMul", "TransposeMatMul", domain=MICROSOFT)
def fused_matmul(operation: Operation) -> list[Operation]:
    """A product whose operands may be turned, the first axis brought before the last one first, and which may be
    scaled."""
    output, alpha = operation.outputs[0], operation.attributes.get("alpha", 1.0)
    parts, operands = [], list(operation.inputs[:2])
    turns: tuple[tuple[int, str, dict[str, Any]], ...] = (
        *((0, "transBatchA", {"first": 1}), (1, "transBatchB", {"first": 1})),
        *((0, "transA", {}), (1, "transB", {})),
    )
    for index, flag, how in turns:
        if operation.attributes.get(flag) and operation.input(index):
            turned = f"{output}/{flag}"
            parts.append(plain_part(operation, SWAP, (operands[index],), turned, how))
            operands[index] = turned
    between = output if alpha == 1.0 else f"{output}/exact"
    parts.append(plain_part(operation, "MatMul", tuple(operands), between, {}))
    if between != output:
        scale = f"{output}/alpha"
        parts.append(plain_part(operation, "Constant", (), scale, {"value_float": alpha}))
        parts.append(plain_part(operation, "Mul", (between, scale), output, {}))
    return parts


@lowers("FusedMatMulActivation", domain=MICROSOFT)
def activated_matmul(operation: Operation) -> list[Operation]:
    """A FusedMatMul and the activation behind it."""
    function = operation.attributes.get("activation")
    if not isinstance(function, str) or not function:
        return [operation]
    linear = fused_matmul(replace(operation, outputs=(f"{operation.outputs[0]}/linear",)))
    settings = dict(_settings(operation, function))
    return [*linear, plain_part(operation, function, linear[-1].outputs, operation.outputs[0], settings)]


@lowers("BiasGelu", "FastGelu", "Gelu", domain=MICROSOFT)
def gelu(operation: Operation) -> list[Operation]:
    """gelu, of a sum where there is a second input."""
    if not operation.input(1):
        return [plain_part(operation, "Gelu", operation.inputs[:1], operation.outputs[0], {})]
    between = f"{operation.outputs[0]}/exact"
    return [
        plain_part(operation, "Add", operation.inputs[:2], between, {}),
        plain_part(operation, "Gelu", (between,), operation.outputs[0], {}),
    ]


@lowers("QuickGelu", domain=MICROSOFT)
def quick_gelu(operation: Operation) -> list[Operation]:
    """x · sigmoid(αx)."""
    alpha = operation.attributes.get("alpha", 1.702)
    return [plain_part(operation, "Swish", operation.inputs, operation.outputs[0], {"alpha": alpha})]


@lowers("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", domain=MICROSOFT)
def skip_layer_normalization(operation: Operation) -> list[Operation]:
    """x, what is added, scale, offset (but for the simplified one), bias; of the further outputs, the sum is read."""
    get, output = operation.input, operation.outputs[0]
    if any(operation.outputs[1:3]):
        return [operation]
    simplified = operation.kind == "SkipSimplifiedLayerNormalization"
    offset, bias = ("", get(3)) if simplified else (get(3), get(4))
    total = operation.outputs[3] if len(operation.outputs) > 3 and operation.outputs[3] else f"{output}/sum"
    own = {name: value for name, value in operation.attributes.items() if name == "epsilon"}
    between = f"{output}/added" if bias else total
    return [
        plain_part(operation, "Add", (get(0), get(1)), between, {}),
        *([plain_part(operation, "Add", (between, bias), total, {})] if bias else []),
        plain_part(
            operation, "RMSNormalization" if simplified else "LayerNormalization", (total, get(2), offset), output, own
        ),
    ]


@lowers("SimplifiedLayerNormalization")
def simplified_layer_normalization(operation: Operation) -> list[Operation]:
    """Normalisation by the root of the mean square, under the name that onnxruntime has for it in ONNX's own set."""
    return [plain_part(operation, "RMSNormalization", operation.inputs[:2], operation.outputs[0])]


@lowers("SoftmaxCrossEntropyLoss")
def cross_entropy(operation: Operation) -> list[Operation]:
    """Scores, labels and weights of classes; it gives the loss, and the logarithms of the probabilities if asked."""
    logarithms = operation.outputs[1] if len(operation.outputs) > 1 and operation.outputs[1] else ""
    between = logarithms or f"{operation.outputs[0]}/logarithms"
    classes = plain_part(operation, "LogSoftmax", operation.inputs[:1], between, {"axis": 1})
    inputs = (between, *operation.inputs[1:])
    return [
        replace(classes, opset=max(operation.opset, 13)),
        plain_part(operation, "NegativeLogLikelihoodLoss", inputs, operation.outputs[0]),
    ]


@lowers("QuantizeLinear", "DequantizeLinear", domain=MICROSOFT)
def quantising(operation: Operation) -> list[Operation]:
    """The same as ONNX's own, which had no 16 bits before operator set 21."""
    return [replace(operation, domain="")]
