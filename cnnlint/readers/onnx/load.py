"""Bytes to a list of operators with attributes, constants and shapes. Nothing is run, and no weight is unpacked.

What ONNX forbids, and what onnx's inference finds contradictory, is listed with the operator that it is about.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy
import onnx
from google.protobuf.message import Error as ProtobufError

from cnnlint.graph import Origin, Shape
from cnnlint.readers.onnx import checking
from cnnlint.readers.onnx.checking import Refusal
from cnnlint.readers.onnx.inference import infer, shape_of
from cnnlint.readers.onnx.operation import Operation, rendering
from cnnlint.readers.onnx.sizes import Sizes
from cnnlint.readers.onnx.values import MAX_RANK, Array, Constant
from cnnlint.readers.onnx.written import written

SMALL = 4096
"""Constants of up to so many whole numbers are unpacked: shapes and axes."""

SMALL_FLOATS = 64
"""Constants of up to so many floats are: scales, bounds, slopes. The rest are weights."""

MAX_OPERATORS = 40_000
"""20,000 convolutions took 12 seconds to read on a busy machine, 99,000 activations 20."""

MAX_WEIGHTS = 200_000


DTYPES = {2: "uint8", 3: "int8", 4: "uint16", 5: "int16", 6: "int32", 7: "int64", 1: "float32", 10: "float16",
          11: "float64", 16: "bfloat16"}  # fmt: skip
"""TensorProto's numbers of types, and numpy's names."""


class NotAModel(Exception):
    """The bytes are no ONNX model; the message says what is missing."""


class TooLarge(Exception):
    """The graph has more operators than are read."""


@dataclass(slots=True)
class Loaded:
    """What the reader needs of an ONNX model."""

    name: str
    operations: list[Operation]
    constants: dict[str, Constant]
    #: names and shapes of the inputs that are no weights
    inputs: list[tuple[str, Shape | None]]
    outputs: list[str]
    #: shapes of values in ONNX's order of axes
    shapes: dict[str, Shape]
    #: what a runtime refuses about the file as such
    refusals: list[Refusal] = field(default_factory=list)
    #: names of operators whose sizes do not go together -> why
    contradictions: dict[str, str] = field(default_factory=dict)
    #: why shapes could not be inferred, if so
    obstacle: str | None = None
    #: the tool that wrote the file
    producer: str = ""
    #: names of functions that the file defines for itself
    functions: frozenset[tuple[str, str]] = field(default_factory=frozenset)


def load(data: bytes) -> Loaded:
    """Read the bytes of a model.

    Raises:
        NotAModel: they are something else, or damaged.
        TooLarge: there are more operators than are read.
    """
    try:
        model = onnx.ModelProto.FromString(data)
        return _loaded(model)
    except ProtobufError as error:
        raise NotAModel("it is not an ONNX file, or a damaged one: it is no protocol buffer") from error
    except (UnicodeError, ValueError) as error:
        raise NotAModel(f"it is not an ONNX file, or a damaged one: {error}") from error


def _loaded(model: Any) -> Loaded:
    graph = model.graph
    if not graph.node or not model.opset_import:
        raise NotAModel("it is not an ONNX model: it has no operators" if model.opset_import else
                        "it is not an ONNX model: it does not say which operator set it uses")  # fmt: skip
    if len(graph.node) > MAX_OPERATORS:
        raise TooLarge(f"its graph has {len(graph.node):,} operators; up to {MAX_OPERATORS:,} are read")
    if len(graph.initializer) + len(graph.value_info) + len(graph.input) + len(graph.output) > MAX_WEIGHTS:
        raise TooLarge(f"its graph lists more than {MAX_WEIGHTS:,} weights and values")
    versions = {_domain(entry.domain): entry.version for entry in model.opset_import}
    constants = {_text(tensor.name): _constant(tensor, tensor.name) for tensor in graph.initializer}
    for sparse in graph.sparse_initializer:
        constants[_text(sparse.values.name)] = Constant(_sizes(sparse.dims), name=sparse.values.name)
    producer = _text(model.producer_name)
    operations = [_operation(node, index, versions, producer) for index, node in enumerate(graph.node)]
    inputs = [(_text(value.name), shape_of(value)) for value in graph.input if value.name not in constants]
    outputs = [_text(value.name) for value in graph.output]
    stated = {value.name: shape_of(value) for value in (*graph.value_info, *graph.output)}
    shapes = {name: shape for name, shape in stated.items() if shape is not None}
    order, stuck = checking.ordered(operations)
    refusals = [*checking.names(model, operations), *checking.stored(graph.initializer)]
    if (round_trip := checking.circle(stuck)) is not None:
        refusals.append(round_trip)
    found = infer(model, constants, operations, {id(one.operation) for one in refusals}, {id(one) for one in stuck})
    for name, listed in found.shapes.items():
        shapes[name] = _merged(shapes.get(name), tuple(listed))
    refusals.extend(Refusal(message, operations[index]) for index, message in found.refusals)
    functions = frozenset((_domain(function.domain), function.name) for function in model.functions)
    loaded = Loaded(_text(graph.name), order, constants, inputs, outputs, shapes, refusals,
                    obstacle=found.obstacle, producer=producer, functions=functions)  # fmt: skip
    loaded.contradictions = _contradictions(
        loaded, {operations[index].name: reason for index, reason in found.contradictions.items()}
    )
    return loaded


def _contradictions(loaded: Loaded, inferred: dict[str, str]) -> dict[str, str]:
    """What onnx's inference found, in better words where there are any, and what only a run would find."""
    known = {**loaded.shapes, **{name: shape for name, shape in loaded.inputs if shape is not None}}
    sizes = Sizes(known, loaded.constants)
    refused = {id(refusal.operation) for refusal in loaded.refusals}
    sound = [operation for operation in loaded.operations if id(operation) not in refused]
    own = {operation.name: sizes.contradiction(operation) for operation in sound}
    return {**inferred, **{name: reason for name, reason in own.items() if reason is not None}}


def _merged(first: Shape | None, second: Shape) -> Shape:
    if first is None or len(first) != len(second):
        return second
    return tuple(one if one is not None else other for one, other in zip(first, second, strict=True))


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else _text(name)


def _text(value: str | bytes) -> str:
    """A name; protobuf gives those that are not UTF-8 as bytes."""
    if isinstance(value, bytes):
        raise ValueError("a name in it is not UTF-8")
    return value


def _sizes(dims: Iterable[int]) -> Shape | None:
    sizes = tuple(dims)
    return sizes if len(sizes) <= MAX_RANK and all(size >= 0 for size in sizes) else None


def _constant(tensor: Any, name: str) -> Constant:
    """A TensorProto; its elements are unpacked if they are few and stored in the file itself."""
    dims = _sizes(tensor.dims)
    known = Constant(dims, name=name, dtype=DTYPES.get(tensor.data_type, ""))
    stored_elsewhere = tensor.data_location == onnx.TensorProto.EXTERNAL
    if dims is not None and not stored_elsewhere and known.dtype.startswith("float"):
        known.read = functools.partial(_array, tensor, dims)
    most = SMALL_FLOATS if known.dtype.startswith("float") else SMALL
    if dims is None or known.size is None or known.size > most or stored_elsewhere:
        return known
    if tensor.data_type not in checking.STORED:
        return known
    known.unpack = functools.partial(_elements, tensor, dims)
    return known


def _elements(tensor: Any, dims: Shape) -> Array | None:
    array = _array(tensor, dims)
    return _objects(array) if array is not None else None


def _array(tensor: Any, dims: Shape) -> Array | None:
    """The elements of a tensor; None where they are not what its sizes and type say."""
    try:
        array = onnx.numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, NotImplementedError, MemoryError):
        return None
    return array if array.shape == dims and array.dtype.kind in "biuf" else None


def _objects(array: Any) -> Any:
    """The same elements as plain Python numbers."""
    result = numpy.empty(array.shape, dtype=object)
    if array.size:
        result.reshape(-1)[:] = array.reshape(-1).tolist()
    return result


def _operation(node: Any, index: int, versions: dict[str, int], producer: str) -> Operation:
    attributes: dict[str, Any] = {}
    captured: list[str] = []
    for attribute in node.attribute:
        attributes[_text(attribute.name)] = _attribute(attribute, captured)
    kind, inputs, outputs = _text(node.op_type), tuple(map(_text, node.input)), tuple(map(_text, node.output))
    name = _text(node.name) or next((output for output in outputs if output), f"{kind}_{index}")
    domain = _domain(node.domain)
    origin = Origin(text=rendering(kind, inputs, attributes), onnx_node=name, onnx_op=kind,
                    written=written(node, producer))  # fmt: skip
    return Operation(kind, name, domain, inputs, outputs, attributes, tuple(dict.fromkeys(captured)),
                     versions.get(domain, 1), origin)  # fmt: skip


def _attribute(attribute: Any, captured: list[str]) -> Any:
    """An attribute as a plain value or Constant; of subgraphs only the names they use are kept (in `captured`)."""
    kinds = onnx.AttributeProto
    if attribute.type == kinds.INT:
        return int(attribute.i)
    if attribute.type == kinds.FLOAT:
        return float(attribute.f)
    if attribute.type == kinds.STRING:
        return attribute.s.decode("utf-8", "replace")
    if attribute.type == kinds.INTS:
        return tuple(map(int, attribute.ints))
    if attribute.type == kinds.FLOATS:
        return tuple(map(float, attribute.floats))
    if attribute.type == kinds.STRINGS:
        return tuple(text.decode("utf-8", "replace") for text in attribute.strings)
    if attribute.type == kinds.TENSOR:
        return _constant(attribute.t, attribute.t.name)
    if attribute.type == kinds.SPARSE_TENSOR:
        return Constant(_sizes(attribute.sparse_tensor.dims))
    if attribute.type in (kinds.GRAPH, kinds.GRAPHS):
        pending = [attribute.g] if attribute.type == kinds.GRAPH else list(attribute.graphs)
        while pending:
            graph = pending.pop()
            captured.extend(_text(output.name) for output in graph.output)
            for node in graph.node:
                captured.extend(map(_text, node.input))
                for inner in node.attribute:
                    if inner.type == kinds.GRAPH:
                        pending.append(inner.g)
                    pending.extend(inner.graphs)
    return None
