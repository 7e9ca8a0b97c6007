"""What onnx's inference is given in the place of operators of which it knows nothing, onnxruntime's own for the most
part: operators of ONNX's own set whose results have the same shapes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import onnx

from cnnlint.readers.onnx.lowering import MICROSOFT, SWAP, lowered
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


def _of_type(operation: Operation) -> list[Any]:
    """One number of the scale, or of the zero point where it is quantised, repeated to the shape of what is read."""
    like = operation.input(1 if operation.kind == "DequantizeLinear" else 2)
    if not like:
        return []
    row, first, listed, one, shape = (f"{operation.outputs[0]}/{part}" for part in ("-1", "0", "row", "one", "shape"))
    make, whole = onnx.helper.make_node, onnx.TensorProto.INT64
    return [
        make("Constant", [], [row], value=onnx.helper.make_tensor("", whole, [1], [-1])),
        make("Constant", [], [first], value=onnx.helper.make_tensor("", whole, [], [0])),
        make("Reshape", [like, row], [listed]),
        make("Gather", [listed, first], [one]),
        make("Shape", operation.inputs[:1], [shape]),
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
