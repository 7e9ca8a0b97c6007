"""What ONNX itself forbids: operators and attributes that do not exist, values nothing defines, circles, cut data.

A runtime that loads such a file refuses it. onnx's checker stops at the first mistake; here every operator is asked
about where the model as a whole does not pass, so that all of them can be told.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import onnx
from google.protobuf.message import Error as ProtobufError

from cnnlint.readers.onnx.operation import Operation

STORED = {
    onnx.TensorProto.FLOAT: 4,
    onnx.TensorProto.DOUBLE: 8,
    onnx.TensorProto.FLOAT16: 2,
    onnx.TensorProto.BFLOAT16: 2,
    onnx.TensorProto.INT8: 1,
    onnx.TensorProto.UINT8: 1,
    onnx.TensorProto.INT16: 2,
    onnx.TensorProto.UINT16: 2,
    onnx.TensorProto.INT32: 4,
    onnx.TensorProto.UINT32: 4,
    onnx.TensorProto.INT64: 8,
    onnx.TensorProto.UINT64: 8,
    onnx.TensorProto.BOOL: 1,
}
"""Bytes of an element in `raw_data`."""


RUNTIMES_OWN = frozenset(
    {
        "Affine",
        "Crop",
        "DynamicSlice",
        "GRUUnit",
        "GivenTensorFill",
        "ImageScaler",
        "LayerNormalization",
        "MeanVarianceNormalization",
        "ParametricSoftplus",
        "Scale",
        "ScaledTanh",
        "SimplifiedLayerNormalization",
        "ThresholdedRelu",
    }
)
"""Operators that onnxruntime has in ONNX's own set, in every version of it: its optimiser writes some of them."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that a runtime refuses, and the operator that it is about."""

    message: str
    operation: Operation | None = None


def names(model: Any, operations: Sequence[Operation]) -> Iterator[Refusal]:
    """Values that nothing defines, that are defined twice, and names that two operators have."""
    graph = model.graph
    given = {value.name for value in graph.input}
    given.update(tensor.name for tensor in graph.initializer)
    given.update(sparse.values.name for sparse in graph.sparse_initializer)
    made: Counter[str] = Counter(name for operation in operations for name in operation.outputs if name)
    called = Counter(node.name for node in graph.node if node.name and node.op_type != "Constant")
    for operation, node in zip(operations, graph.node, strict=True):
        for name in dict.fromkeys((*operation.inputs, *operation.captured)):
            if name and name not in given and name not in made:
                yield Refusal(f"it reads `{name}`, which nothing defines", operation)
        for name in operation.outputs:
            if name and (name in given or made[name] > 1):
                yield Refusal(f"`{name}` is defined more than once", operation)
        if called[node.name] > 1 and node.op_type != "Constant":
            yield Refusal(f"{called[node.name]} operators are called `{node.name}`", operation)
    for output in graph.output:
        if output.name not in given and output.name not in made:
            yield Refusal(f"nothing defines the model's output `{output.name}`")


def ordered(operations: Sequence[Operation]) -> tuple[list[Operation], list[Operation]]:
    """The operators, each behind those whose results it reads; and those that run in circles or behind these."""
    maker = {name: index for index, operation in enumerate(operations) for name in operation.outputs if name}
    waiting = [0] * len(operations)
    readers: dict[int, list[int]] = {}
    for index, operation in enumerate(operations):
        sources = {maker[name] for name in (*operation.inputs, *operation.captured) if name in maker}
        waiting[index] = len(sources)
        for source in sources:
            readers.setdefault(source, []).append(index)
    if all(maker[name] < index for index, o in enumerate(operations) for name in o.inputs if name in maker):
        return list(operations), []
    ready = deque(index for index, count in enumerate(waiting) if count == 0)
    order: list[int] = []
    while ready:
        index = ready.popleft()
        order.append(index)
        for reader in readers.get(index, ()):
            waiting[reader] -= 1
            if waiting[reader] == 0:
                ready.append(reader)
    stuck = [operation for index, operation in enumerate(operations) if waiting[index]]
    return [operations[index] for index in order] + stuck, stuck


def circle(stuck: Sequence[Operation]) -> Refusal | None:
    """The circle among operators that cannot be put in order; None without any."""
    maker = {name: operation for operation in stuck for name in operation.outputs if name}
    seen: dict[str, Operation] = {}
    current = stuck[0] if stuck else None
    while current is not None and current.name not in seen:
        seen[current.name] = current
        current = next((maker[name] for name in (*current.inputs, *current.captured) if name in maker), None)
    if current is None:
        return None
    listed = list(seen)
    members = listed[listed.index(current.name) :]
    around = ", ".join(f"`{name}`" for name in members[:4]) + (" and others" if len(members) > 4 else "")
    return Refusal(f"it depends on its own result: {around} run in a circle", current)


def operators(model: Any, operations: Sequence[Operation]) -> Iterator[tuple[int, str]]:
    """The index of each operator that its operator set does not have, or whose inputs or attributes that does not
    allow, and what is wrong with it."""
    imported = {entry.domain: entry.version for entry in model.opset_import}
    own = {(function.domain, function.name) for function in model.functions}
    context = onnx.checker.C.CheckerContext()
    context.ir_version = model.ir_version or 3
    context.opset_imports = imported
    for index, (operation, node) in enumerate(zip(operations, model.graph.node, strict=True)):
        if node.domain not in imported and not (operation.domain == "" and "" in imported):
            yield index, f"the file does not say which version of the operator set `{node.domain}` it uses"
        elif (node.domain, node.op_type) not in own and not operation.bodies:
            if operation.domain == "" and node.op_type in RUNTIMES_OWN and not _is_in_set(node, imported):
                continue
            reason = _checked(node, context)
            if reason is not None:
                yield index, reason


def _is_in_set(node: Any, imported: Mapping[str, int]) -> bool:
    """Whether the version of ONNX's own set that a file uses has an operator."""
    try:
        onnx.defs.get_schema(node.op_type, imported.get(node.domain, 1), "")
    except onnx.defs.SchemaError:
        return False
    return True


def _checked(node: Any, context: Any) -> str | None:
    try:
        onnx.checker.check_node(node, context)
    except (onnx.checker.ValidationError, ProtobufError, ValueError, TypeError, RuntimeError) as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0].partition("==>")[0].strip()
    return None


def stored(tensors: Iterable[Any]) -> Iterator[Refusal]:
    """Weights that hold less, or more, data than their sizes say."""
    for tensor in tensors:
        width = STORED.get(tensor.data_type)
        if width is None or tensor.data_location == onnx.TensorProto.EXTERNAL or not tensor.raw_data:
            continue
        count = 1
        for size in tensor.dims:
            count *= size
        if count >= 0 and len(tensor.raw_data) != count * width:
            held = f"{len(tensor.raw_data):,} bytes where {count * width:,} are needed"
            yield Refusal(f"the weight `{tensor.name}` holds {held}")
