"""What onnxruntime's optimiser makes of attention, embeddings and blocked convolutions, in terms of plain operators.

Its highest level, which is the default, lets convolutions work on blocks of channels (`com.microsoft.nchwc`): the
operators are ONNX's own, with an activation that was put into them, between ReorderInput and ReorderOutput.
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.readers.onnx.lowering import MICROSOFT, added, channels_turned, fused, lowered, lowers, plain_part
from cnnlint.readers.onnx.operation import Operation

BLOCKED = "com.microsoft.nchwc"

UNCHECKED = frozenset({"DynamicQuantizeLSTM"})
"""Operators whose weights have another order of axes than those of the ones that they are lowered to."""

FILLED = "filled"
"""No attribute of ONNX: the kernel's elements lie in blocks, the last of which zeros may fill up."""

SHARED = frozenset(
    {
        *("Attention", "CausalConvWithState", "DequantizeLinear", "GatherND", "Gelu", "GridSample", "LinearAttention"),
        *("Pad", "QLinearConv", "QuantizeLinear", "Range", "RotaryEmbedding", "SwiGLU", "Trilu", "Unique"),
    }
)
"""Names of ONNX's own operators that onnxruntime 1.32 has operators of its own for."""


@lowers("Conv", domain=BLOCKED)
def blocked_conv(operation: Operation) -> list[Operation]:
    """Data, kernel, bias, summand; the activation is an attribute, as FusedConv's is."""
    parts = fused(replace(operation, kind="FusedConv"))
    return [replace(parts[0], attributes={**parts[0].attributes, FILLED: 1}), *parts[1:]]


@lowers("MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Upsample", domain=BLOCKED)
def blocked_pool(operation: Operation) -> list[Operation]:
    """The same under ONNX's name."""
    return [replace(operation, domain="")]


@lowers("ReorderInput", domain=BLOCKED)
def reorder_input(operation: Operation) -> list[Operation]:
    """Into blocks, which changes what lies where; data whose channels come last is turned."""
    if operation.attributes.get("channels_last"):
        return [plain_part(operation, "Transpose", operation.inputs[:1], operation.outputs[0], {"perm": (0, 3, 1, 2)})]
    return [plain_part(operation, "Identity", operation.inputs[:1], operation.outputs[0], {})]


@lowers("ReorderOutput", domain=BLOCKED)
def reorder_output(operation: Operation) -> list[Operation]:
    """Out of blocks; what filled up the last one is in no kernel any more."""
    if operation.attributes.get("channels_last"):
        return [plain_part(operation, "Transpose", operation.inputs[:1], operation.outputs[0], {"perm": (0, 2, 3, 1)})]
    return [plain_part(operation, "Identity", operation.inputs[:1], operation.outputs[0], {})]


@lowers("QLinearConv", domain=MICROSOFT)
def turned_conv(operation: Operation) -> list[Operation]:
    """ONNX's own, whose channels may come last; its kernel has them where ONNX's has."""
    own = replace(operation, domain="")
    return channels_turned(own) if operation.attributes.get("channels_last") else lowered(own)


@lowers("NhwcMaxPool", domain=MICROSOFT)
def turned_pool(operation: Operation) -> list[Operation]:
    """MaxPool of what has its channels last."""
    return channels_turned(replace(operation, kind="MaxPool", domain=""))


@lowers("Attention", "QAttention", domain=MICROSOFT)
def attention(operation: Operation) -> list[Operation]:
    """A dense layer that gives queries, keys and values side by side, and what is made of these."""
    between = f"{operation.outputs[0]}/projected"
    projected = replace(operation, outputs=(between,))
    rest = operation.inputs[5:] if operation.kind == "QAttention" else operation.inputs[3:]
    return [
        *added(projected, "MatMul", operation.inputs[:2], operation.input(2), {}),
        replace(operation, kind="Attention", inputs=(between, *rest)),
    ]


EMBEDDED = "SumOfEmbeddings"
"""No operator of ONNX: words, places and segments by number, from a table each, and their sum."""


@lowers("EmbedLayerNormalization", domain=MICROSOFT)
def embedding(operation: Operation) -> list[Operation]:
    """Numbers of words and segments, three tables, scale and offset; a mask and what else is given are left."""
    if any(operation.outputs[1:]):
        return [operation]
    between = f"{operation.outputs[0]}/embedded"
    own = {name: value for name, value in operation.attributes.items() if name == "epsilon"}
    return [
        replace(operation, kind=EMBEDDED, inputs=operation.inputs[:5], outputs=(between,)),
        plain_part(
            operation,
            "LayerNormalization",
            (between, operation.input(5), operation.input(6)),
            operation.outputs[0],
            {"epsilon": 1e-12, **own},
        ),
    ]


@lowers("DynamicQuantizeLSTM", domain=MICROSOFT)
def lstm(operation: Operation) -> list[Operation]:
    """x, kernels, bias, lengths, states, peepholes, and then the scales and zero points of the kernels."""
    return [replace(operation, kind="LSTM", domain="", inputs=operation.inputs[:8])]


@lowers("BiasAdd", domain=MICROSOFT)
def bias_add(operation: Operation) -> list[Operation]:
    """x, bias and what is added to both."""
    return added(operation, "Add", operation.inputs[:2], operation.input(2), {})


@lowers("BiasSoftmax", domain=MICROSOFT)
def bias_softmax(operation: Operation) -> list[Operation]:
    """Softmax of a sum."""
    between = f"{operation.outputs[0]}/exact"
    return [
        plain_part(operation, "Add", operation.inputs[:2], between, {}),
        plain_part(
            operation, "Softmax", (between,), operation.outputs[0], {"axis": operation.attributes.get("axis", -1)}
        ),
    ]


@lowers("GemmFastGelu", domain=MICROSOFT)
def gemm_gelu(operation: Operation) -> list[Operation]:
    """gelu of a product, to which a bias may be added."""
    between = f"{operation.outputs[0]}/exact"
    linear = replace(operation, outputs=(between,))
    return [
        *added(linear, "MatMul", operation.inputs[:2], operation.input(2), {}),
        plain_part(operation, "Gelu", (between,), operation.outputs[0], {}),
    ]


@lowers("RotaryEmbedding", "GemmaRotaryEmbedding", domain=MICROSOFT)
def rotary(operation: Operation) -> list[Operation]:
    """x and positions; the tables of sines and cosines are no weights."""
    return [replace(operation, inputs=operation.inputs[:2])]


@lowers("MatMulNBits", "MatMulBnb4", domain=MICROSOFT)
def packed_matmul(operation: Operation) -> list[Operation]:
    """A product with packed weights, whose sizes are attributes, and a bias that may be added."""
    bias = operation.input(5) if operation.kind == "MatMulNBits" else ""
    columns, rows = (operation.attributes.get(name) for name in ("N", "K"))
    own = {"N": columns, "K": rows}
    return added(operation, PACKED, operation.inputs[:2], bias, own)


PACKED = "PackedMatMul"
"""No operator of ONNX: a product with N·K weights that are packed."""
