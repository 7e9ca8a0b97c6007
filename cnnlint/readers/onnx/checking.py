"""What ONNX itself forbids: operators and attributes that do not exist, values nothing defines, circles, cut data.

A runtime that loads such a file refuses it. onnx's checker stops at the first mistake; here every operator is asked
about where the model as a whole does not pass, so that all of them can be told.
"""

from __future__ import annotations

import math
import posixpath
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from typing import Any

import onnx
from google.protobuf.message import Error as ProtobufError
from msgspec import Struct

from cnnlint.readers.onnx.functions import circle as circle_of_functions
from cnnlint.readers.onnx.functions import domain_of, graphs
from cnnlint.readers.onnx.lowering import MICROSOFT
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.optimised import SHARED

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

KNOWN_TYPES = frozenset(range(max(onnx.TensorProto.DataType.values()) + 9))
"""TensorProto's numbers of types; there may be some more in a few years."""

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


class Refusal(Struct, frozen=True):
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
        if node.op_type != "Constant" and called[node.name] > 1:
            yield Refusal(f"{called.pop(node.name)} operators are called `{node.name}`", operation)
    for name, count in Counter(value.name for value in graph.input).items():
        if count > 1:
            yield Refusal(f"{count} of the model's inputs are called `{name}`")
    for value in graph.input:
        if value.type.WhichOneof("value") is None:
            yield Refusal(f"the model's input `{value.name}` has no type")
        elif value.type.tensor_type.elem_type not in KNOWN_TYPES:
            yield Refusal(f"the model's input `{value.name}` has a type of elements that there is not")
    for (_, name, _), count in Counter((one.domain, one.name, one.overload) for one in model.functions).items():
        if count > 1:
            yield Refusal(f"{count} of its functions are called `{name}`")
    if not graph.output:
        yield Refusal("it has no outputs")
    if around := circle_of_functions(model):
        named = " and ".join(f"`{name}`" for name in sorted(set(around))[:4])
        yield Refusal(
            f"its function {named} calls itself" if len(around) == 2 else f"its functions {named} call each other"
        )
    yield from _versions(model)
    for operation in operations:
        if operation.domain == MICROSOFT and onnx.defs.has(operation.kind) and operation.kind not in SHARED:
            yield Refusal(f"`{MICROSOFT}` has no operator {operation.kind}", operation)
    for output in graph.output:
        if output.name not in given and output.name not in made:
            yield Refusal(f"nothing defines the model's output `{output.name}`")


MOST_AHEAD = 10
"""Versions that a file may be ahead of the onnx package that reads it: there are one or two a year."""


def _versions(model: Any) -> Iterator[Refusal]:
    """Versions of ONNX that there are not."""
    newest = onnx.defs.onnx_opset_version()
    for entry in model.opset_import:
        if domain_of(entry.domain) == "" and entry.version > newest + MOST_AHEAD:
            yield Refusal(f"it is for version {entry.version} of ONNX's operators, of which the newest is {newest}")
    if model.ir_version > onnx.IR_VERSION + MOST_AHEAD:
        yield Refusal(f"it is in version {model.ir_version} of ONNX's format, of which the newest is {onnx.IR_VERSION}")


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


def operators(model: Any) -> Iterator[tuple[int, str]]:
    """The index of each operator that its operator set does not have, or whose inputs or attributes that does not
    allow, and what is wrong with it, or with one in the graphs within it."""
    checker = _Checker(model)
    for index, node in enumerate(model.graph.node):
        reason = next(checker.objections(node), None)
        if reason is not None:
            yield index, reason


class _Checker:
    """onnx's checker, asked about operators one by one."""

    def __init__(self, model: Any) -> None:
        self._imported = {domain_of(entry.domain): entry.version for entry in model.opset_import}
        self._own = {(function.domain, function.name) for function in model.functions}
        self._context = onnx.checker.C.CheckerContext()
        self._context.ir_version = model.ir_version or 3
        self._context.opset_imports = self._imported

    def objections(self, node: Any) -> Iterator[str]:
        """What is wrong with an operator, or with those in the graphs within it."""
        domain = domain_of(node.domain)
        if domain not in self._imported:
            if domain == MICROSOFT:  # onnxruntime has it in any case
                return
            yield f"the file does not say which version of the operator set `{node.domain}` it uses"
        elif (node.domain, node.op_type) not in self._own and not (domain == "" and self._runs(node)):
            reason = _checked(_plain(node), self._context)
            if reason is not None:
                yield reason
        for graph in graphs(node):
            for inner in graph.node:
                for reason in self.objections(inner):
                    yield f"{reason} (of {inner.op_type} within it)"

    def _runs(self, node: Any) -> bool:
        """Whether onnxruntime has an operator of its own for it, or a function stands in the place of an old one."""
        version = self._imported[""]
        try:
            schema = onnx.defs.get_schema(node.op_type, version, "")
        except onnx.defs.SchemaError:
            return node.op_type in RUNTIMES_OWN
        return bool(schema.deprecated and (schema.has_function or schema.has_context_dependent_function))


def _plain(node: Any) -> Any:
    """The operator as one of the domain's short name, with nothing in the graphs within it: these read values that the
    checker would not know."""
    if node.domain != "ai.onnx" and not any(True for _ in graphs(node)):
        return node
    bare = onnx.NodeProto()
    bare.CopyFrom(node)
    bare.domain = domain_of(node.domain)
    for graph in graphs(bare):
        graph.CopyFrom(onnx.GraphProto(name="g"))
    return bare


def _checked(node: Any, context: Any) -> str | None:
    try:
        onnx.checker.check_node(node, context)
    except (onnx.checker.ValidationError, ProtobufError, ValueError, TypeError, RuntimeError) as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0].partition("==>")[0].strip()
    return None


def stored(graph: Any) -> Iterator[Refusal]:
    """Weights and constants that hold less, or more, data than their sizes say."""
    for sparse in graph.sparse_initializer:
        yield from _sparse(sparse)
    for tensor in _tensors(graph):
        width = STORED.get(tensor.data_type)
        if tensor.data_type == onnx.TensorProto.UNDEFINED:
            yield Refusal(f"the weight `{tensor.name}` has no type")
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            yield from _stored_elsewhere(tensor, width)
            continue
        if width is None:
            continue
        count = math.prod(tensor.dims)
        if any(size < 0 for size in tensor.dims):
            yield Refusal(f"the weight `{tensor.name}` has the sizes {list(tensor.dims)}")
        elif tensor.raw_data:
            if len(tensor.raw_data) != count * width:
                held = f"{len(tensor.raw_data):,} bytes where {count * width:,} are needed"
                yield Refusal(f"the weight `{tensor.name}` holds {held}")
        elif (listed := len(getattr(tensor, onnx.helper.tensor_dtype_to_field(tensor.data_type)))) != count:
            yield Refusal(f"the weight `{tensor.name}` holds {listed:,} numbers where {count:,} are needed")


def _stored_elsewhere(tensor: Any, width: int | None) -> Iterator[Refusal]:
    """What is said of where data lies; whether it is there is not looked at here."""
    stated = {entry.key: entry.value for entry in tensor.external_data}
    place = stated.get("location", "")
    if not place:
        yield Refusal(f"the data of the weight `{tensor.name}` is in another file, which is not named")
    elif posixpath.normpath(place.replace("\\", "/")).split("/")[0] in ("", ".."):
        yield Refusal(f"the data of the weight `{tensor.name}` lies outside of the model's folder")
    numbers = {key: stated[key] for key in ("offset", "length") if stated.get(key)}
    for key, value in numbers.items():
        if len(value) > 20 or not value.isascii() or not value.isdigit():
            yield Refusal(f'the {key} of the data of the weight `{tensor.name}` is no number: "{value[:40]}"')
            return
    length = int(numbers.get("length", 0))
    if width is not None and length and all(size >= 0 for size in tensor.dims):
        needed = math.prod(tensor.dims) * width
        if length != needed:
            yield Refusal(
                f"the weight `{tensor.name}` is to take {length:,} bytes of another file where {needed:,} are needed"
            )


def _sparse(tensor: Any) -> Iterator[Refusal]:
    """A weight that is stored by the places of what is not 0: a column of places, or a row for each."""
    name, indices, count = tensor.values.name, tensor.indices, len(tensor.dims)
    numbers = tuple(tensor.values.dims)
    if any(size <= 0 for size in tensor.dims) or not count:
        yield Refusal(f"the sparse weight `{name}` has the sizes {list(tensor.dims)}")
    elif indices.data_type != onnx.TensorProto.INT64 and numbers != (0,):
        yield Refusal(f"the places of the sparse weight `{name}` are no whole numbers of 64 bits")
    elif tuple(indices.dims) not in (numbers, (*numbers, count)):
        yield Refusal(f"the sparse weight `{name}` has {list(numbers)} numbers and {list(indices.dims)} places")
    elif len(indices.dims) == 1 and len(indices.int64_data) <= MOST_PLACES:
        largest = max(math.prod(tensor.dims), 1)
        if any(not 0 <= place < largest for place in indices.int64_data):
            yield Refusal(f"a place of the sparse weight `{name}` is beyond its sizes {list(tensor.dims)}")


MOST_PLACES = 100_000
"""Places of a sparse weight that are looked at."""


def _tensors(graph: Any) -> Iterator[Any]:
    """The weights of a graph, the constants in its operators, and those of the graphs within them."""
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                yield attribute.t
        for inner in graphs(node):
            yield from _tensors(inner)
