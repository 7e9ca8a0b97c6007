"""Protocol buffers to operators, constants and the graphs within operators. Weights are not unpacked."""

from __future__ import annotations

import functools
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any

import numpy
import onnx

from cnnlint.graph import Origin, Shape
from cnnlint.readers.onnx import checking
from cnnlint.readers.onnx.functions import domain_of
from cnnlint.readers.onnx.inference import shape_of
from cnnlint.readers.onnx.lowering import lowered
from cnnlint.readers.onnx.operation import Body, Operation, rendering
from cnnlint.readers.onnx.values import MAX_RANK, Array, Constant
from cnnlint.readers.onnx.written import counts_calls, written

SMALL = 4096
"""Constants of up to so many whole numbers are unpacked: shapes and axes."""

SMALL_FLOATS = 64
"""Constants of up to so many floats are: scales, bounds, slopes. The rest are weights."""

MAX_OPERATORS = 100_000
"""Half of them convolutions, they took 8.8 seconds of processor time to lint, onnx's inference among them, and 400 MB;
convolutions, normalisation and relu over a picture of unknown size 9.9 on a machine with six times as much to do."""

DTYPES = {
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    1: "float32",
    10: "float16",
    11: "float64",
    16: "bfloat16",
}
"""TensorProto's numbers of types, and numpy's names."""


class TooLarge(Exception):
    """The graph has more operators than are read."""


class Unpacker:
    """Reads the operators of a model. `constants` and `shapes` take in what the graphs within operators hold."""

    def __init__(self, versions: Mapping[str, int], producer: str) -> None:
        self._versions = versions
        self._producer = producer
        self._numbered = True
        self._count = 0
        self.constants: dict[str, Constant] = {}
        self.shapes: dict[str, Shape] = {}

    def operations(self, nodes: Iterable[Any]) -> list[Operation]:
        """The operators of the model's own graph.

        Raises:
            TooLarge: there are too many in all graphs together.
            ValueError: a name is no text.
        """
        listed = list(nodes)
        self._numbered = self._producer != "tf2onnx" or counts_calls(text(node.name) for node in listed)
        return [self._operation(node, index, f"{index}.", {}) for index, node in enumerate(listed)]

    def _operation(self, node: Any, index: int, place: str, known: MutableMapping[str, str]) -> Operation:
        """An operator; `known` gives the values of the graphs that it is in the names that they have in the model."""
        self._count += 1
        if self._count > MAX_OPERATORS:
            raise TooLarge(f"its graph has more than {MAX_OPERATORS:,} operators")
        attributes: dict[str, Any] = {}
        graphs: list[tuple[str, Any]] = []
        for attribute in node.attribute:
            attributes[text(attribute.name)] = _attribute(attribute)
            if attribute.type == onnx.AttributeProto.GRAPH:
                graphs.append((attribute.name, attribute.g))
        kind, inputs, outputs = text(node.op_type), tuple(map(text, node.input)), tuple(map(text, node.output))
        name = text(node.name) or next((output for output in outputs if output), f"{kind}_{index}")
        origin = Origin(
            text=rendering(kind, inputs, attributes),
            onnx_node=name,
            onnx_op=kind,
            written=written(node, self._producer, numbered=self._numbered),
        )
        if known:
            inputs, outputs = (tuple(known.get(one, one) for one in names) for names in (inputs, outputs))
        domain = text(domain_of(node.domain))
        made = Operation(
            kind,
            name,
            domain,
            inputs,
            outputs,
            attributes,
            self._versions.get(domain, 1),
            origin,
            scope=place if known else "",
        )
        if not graphs:
            return made
        return made.around({label: self._body(graph, f"{place}{label}/", known) for label, graph in graphs})

    def _body(self, graph: Any, prefix: str, known: MutableMapping[str, str]) -> Body:
        """A graph within an operator; the values it defines get names that no other graph's have."""
        own: dict[str, str] = {}
        scope = ChainMap(own, known)
        for name in _defined(graph):
            own[text(name)] = f"{prefix}{name}"
        for tensor in graph.initializer:
            self.constants[scope[tensor.name]] = constant_of(tensor, text(tensor.name))
        for sparse in graph.sparse_initializer:
            self.constants[scope[sparse.values.name]] = Constant(sizes_of(sparse.dims), name=sparse.values.name)
        for value in (*graph.value_info, *graph.output, *graph.input):
            shape = shape_of(value)
            if shape is not None and value.name in own:
                self.shapes[own[value.name]] = shape
        operations = [
            part
            for index, node in enumerate(graph.node)
            for part in lowered(self._operation(node, index, f"{prefix}{index}.", scope))
        ]
        entries = tuple((own[value.name], _type(value)) for value in graph.input)
        results = tuple(scope.get(text(value.name), value.name) for value in graph.output)
        made = (name for operation in operations for name in operation.outputs)  # lowering adds values between
        return Body(entries, results, tuple(operations), frozenset(own.values()).union(made))


def _defined(graph: Any) -> Iterator[str]:
    for value in graph.input:
        yield value.name
    for tensor in graph.initializer:
        yield tensor.name
    for sparse in graph.sparse_initializer:
        yield sparse.values.name
    for node in graph.node:
        yield from (name for name in node.output if name)


def _type(value: Any) -> str:
    return DTYPES.get(value.type.tensor_type.elem_type, "")


def text(value: str | bytes) -> str:
    """A name; protobuf gives those that are not UTF-8 as bytes."""
    if isinstance(value, bytes):
        raise ValueError("a name in it is not UTF-8")
    return value


def sizes_of(dims: Iterable[int]) -> Shape | None:
    sizes = tuple(dims)
    return sizes if len(sizes) <= MAX_RANK and all(size >= 0 for size in sizes) else None


def constant_of(tensor: Any, name: str) -> Constant:
    """A TensorProto; its elements are unpacked if they are few and stored in the file itself."""
    dims = sizes_of(tensor.dims)
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


def _attribute(attribute: Any) -> Any:
    """An attribute as a plain value or Constant; graphs are read elsewhere."""
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
        return constant_of(attribute.t, attribute.t.name)
    if attribute.type == kinds.SPARSE_TENSOR:
        return Constant(sizes_of(attribute.sparse_tensor.dims))
    return None
