"""What onnx's inference is given in the place of operators of which it knows nothing, onnxruntime's own for the most
part: operators of ONNX's own set whose results have the same shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx
from msgspec.structs import replace

from cnnlint.readers.onnx.lowering import MICROSOFT, MOVED, SWAP, lowered
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import BLOCKED, EMBEDDED, PACKED
from cnnlint.readers.onnx.sizes import NUMBERED_CHANNELS

SIZED = frozenset(
    {
        *("Conv", "Gemm", "MatMul", "Add", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "Slice"),
        *("Constant", "Transpose", "Identity"),
    }
)
"""Operators that give other shapes than they read; of the rest that operators are lowered to, none does."""

ATTENTION = frozenset({"MultiHeadAttention", "GroupQueryAttention", "RotaryEmbedding", "GroupNorm", "SkipGroupNorm"})
"""Operators whose first result has the shape of their first input."""

ELEMENTWISE = frozenset({"QLinearAdd", "QLinearMul", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax"})
"""Quantised operators that keep the shape, and the type of the elements; the first two repeat what is too short."""


TURNED = {"QLinearConv": "QLinearConv", "NhwcMaxPool": "MaxPool"}
"""Operators of which ONNX has its own, whose channels do not come last."""


def substitutes(operation: Operation) -> list[Any]:
    """Nodes to infer shapes of instead of an operator; none where it is to stay as it is."""
    if operation.domain == "" and operation.kind == "GroupNormalization" and operation.opset < NUMBERED_CHANNELS:
        return [_same(operation)]
    if operation.domain not in (MICROSOFT, BLOCKED):
        return []
    if operation.kind in ELEMENTWISE:
        return _elementwise(operation)
    if operation.kind in ("QuantizeLinear", "DequantizeLinear"):
        return _of_type(operation)
    if operation.kind in TURNED:
        return _turned(operation)
    if operation.kind == "QLinearWhere":
        inputs = [operation.input(index) for index in (0, 1, 4)]
        return [onnx.helper.make_node("Where", inputs, operation.outputs[:1])]
    if operation.kind == "QLinearGlobalAveragePool":
        return _pooled(operation)
    if operation.kind.startswith(("Q", "Dynamic", "MatMulInteger")) and operation.kind != "QuickGelu":
        return []
    parts = lowered(operation)
    if parts[0].kind == EMBEDDED and operation.input(2):
        words = onnx.helper.make_node("Gather", [operation.input(2), operation.input(0)], parts[0].outputs)
        return [words, _same(parts[1])]
    if operation.kind == "Upsample":
        return _enlarged(operation)
    if any(part.kind == PACKED for part in parts):
        return []
    if parts == [operation]:
        return [_same(operation)] if operation.kind in ATTENTION else []
    if operation.kind == "Attention":  # queries, keys and values have the size of what they are made from
        parts = [*parts[:-1], operation] if "qkv_hidden_sizes" not in operation.attributes else parts[:-1]
    return [_node(part) if part.kind in SIZED or part.kind == SWAP else _same(part) for part in parts]


def _turned(operation: Operation) -> list[Any]:
    """ONNX's own operator, between two that turn its data. MaxPool, which has not always taken whole numbers, is given
    floats, and its result's shape to numbers of the type that there was."""
    parts = lowered(operation)
    ends = [_node(part) for part in (parts[0], parts[-1]) if part.kind == MOVED]
    inputs, outputs = list(operation.inputs), operation.outputs[:1]
    if ends:
        inputs[:1], outputs = parts[0].outputs, parts[-1].inputs
    own = {name: value for name, value in operation.attributes.items() if name != "channels_last"}
    made = onnx.helper.make_node(TURNED[operation.kind], inputs, outputs, **own)
    if operation.kind != "NhwcMaxPool":
        return [*ends[:1], made, *ends[1:]]
    floats, pooled = f"{operation.outputs[0]}/float", f"{operation.outputs[0]}/pooled"
    ends[0].input[0] = floats
    ends[1].output[0] = pooled
    cast = onnx.helper.make_node("Cast", operation.inputs[:1], [floats], to=onnx.TensorProto.FLOAT)
    return [cast, ends[0], made, ends[1], *_like(operation, operation.input(0), pooled)]


def _pooled(operation: Operation) -> list[Any]:
    """The shape of what is pooled, as numbers of the type that there was."""
    floats, pooled = f"{operation.outputs[0]}/float", f"{operation.outputs[0]}/done"
    asked = replace(operation, inputs=(floats, *operation.inputs[1:]), outputs=(pooled,))
    parts = [part for part in lowered(asked) if part.kind in (MOVED, "GlobalAveragePool")]
    nodes = [_node(part) for part in parts]
    if len(nodes) == 3:
        nodes[2].input[0] = nodes[1].output[0]
    else:
        nodes[0].output[0] = pooled
    cast = onnx.helper.make_node("Cast", operation.inputs[:1], [floats], to=onnx.TensorProto.FLOAT)
    return [cast, *nodes, *_like(operation, operation.input(0), pooled)]


def _of_type(operation: Operation) -> list[Any]:
    """One number of the scale, or of the zero point where it is quantised, repeated to the shape of what is read."""
    like = operation.input(1 if operation.kind == "DequantizeLinear" else 2)
    return _like(operation, like, operation.input(0)) if like else []


def _like(operation: Operation, like: str, shaped: str) -> list[Any]:
    """Nodes for the operator's result: numbers of the type of one value in the shape of another."""
    row, first, listed, one, shape = (f"{operation.outputs[0]}/{part}" for part in ("-1", "0", "row", "one", "shape"))
    make, whole = onnx.helper.make_node, onnx.TensorProto.INT64
    return [
        make("Constant", [], [row], value=onnx.helper.make_tensor("", whole, [1], [-1])),
        make("Constant", [], [first], value=onnx.helper.make_tensor("", whole, [], [0])),
        make("Reshape", [like, row], [listed]),
        make("Gather", [listed, first], [one]),
        make("Shape", [shaped], [shape]),
        make("Expand", [one, shape], operation.outputs[:1]),
    ]


def _enlarged(operation: Operation) -> list[Any]:
    """A repetition that gives the shape of an Upsample whose factors are an attribute, in any operator set."""
    factors, name = operation.attributes.get("scales"), f"{operation.outputs[0]}/times"
    if not isinstance(factors, tuple) or not all(isinstance(factor, int) and factor > 0 for factor in factors):
        return []
    held = onnx.helper.make_tensor("", onnx.TensorProto.INT64, [len(factors)], factors)
    return [
        onnx.helper.make_node("Constant", [], [name], value=held),
        onnx.helper.make_node("Tile", [operation.input(0), name], operation.outputs[:1]),
    ]


def _elementwise(operation: Operation) -> list[Any]:
    """Something that takes any type, in any operator set that quantises."""
    if operation.kind not in ("QLinearAdd", "QLinearMul"):
        return [_same(operation)]
    some = f"{operation.outputs[0]}/some"
    held = onnx.helper.make_tensor("", onnx.TensorProto.BOOL, [], [True])
    return [
        onnx.helper.make_node("Constant", [], [some], value=held),
        onnx.helper.make_node("Where", [some, operation.input(0), operation.input(3)], operation.outputs[:1]),
    ]


def _same(operation: Operation) -> Any:
    return onnx.helper.make_node("Identity", operation.inputs[:1], operation.outputs[:1])


def _node(operation: Operation) -> Any:
    if operation.kind == MOVED:
        how = "ab...->a...b" if operation.integer("back", 0) else "a...b->ab..."
        return onnx.helper.make_node("Einsum", operation.inputs[:1], operation.outputs[:1], equation=how)
    if operation.kind == SWAP:
        how = "i...j->...ij" if operation.integer("first", 0) else "...ij->...ji"
        return onnx.helper.make_node("Einsum", operation.inputs[:1], operation.outputs[:1], equation=how)
    if operation.kind == "Constant" and isinstance(numbers := operation.attributes.get("value_ints"), tuple):
        held = onnx.helper.make_tensor("", onnx.TensorProto.INT64, [len(numbers)], numbers)  # `value_ints` came with 12
        return onnx.helper.make_node("Constant", (), operation.outputs, value=held)
    if operation.kind == "Constant" and isinstance(number := operation.attributes.get("value_float"), float):
        held = onnx.helper.make_tensor("", onnx.TensorProto.FLOAT, [], [number])
        return onnx.helper.make_node("Constant", (), operation.outputs, value=held)
    return onnx.helper.make_node(operation.kind, operation.inputs, operation.outputs, **dict(_attributes(operation)))


def _attributes(operation: Operation) -> Iterator[tuple[str, Any]]:
    known = onnx.defs.get_schema(operation.kind).attributes
    return (
        (name, value)
        for name, value in operation.attributes.items()
        if name in known and isinstance(value, (int, float, str, tuple))
    )
