"""Bytes to a list of operators with attributes, constants and shapes. Nothing is run, and no weight is unpacked.

What ONNX forbids, and what onnx's inference finds contradictory, is listed with the operator that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
import onnx
from google.protobuf.message import Error as ProtobufError

from cnnlint.graph import Shape
from cnnlint.readers.onnx import bounds, checking, functions, inner  # noqa: F401  (bounds registers what it knows)
from cnnlint.readers.onnx.blocks import unfill
from cnnlint.readers.onnx.checking import Refusal
from cnnlint.readers.onnx.functions import domain_of
from cnnlint.readers.onnx.inference import infer, shape_of
from cnnlint.readers.onnx.lowering import lowered
from cnnlint.readers.onnx.operation import Operation, every
from cnnlint.readers.onnx.optimised import BLOCKED, UNCHECKED
from cnnlint.readers.onnx.sizes import Sizes
from cnnlint.readers.onnx.unpacking import (
    MAX_OPERATORS,
    TooLarge,
    Unpacker,
    constant_of,
    sizes_of,
    text,
)
from cnnlint.readers.onnx.values import Constant, constant
from cnnlint.readers.onnx.words import unknown_words

MAX_WEIGHTS = 200_000
"""Weights and values that a file may list."""


class NotAModel(Exception):
    """The bytes are no ONNX model; the message says what is missing."""


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
    #: keys of operators whose sizes do not go together -> why
    contradictions: dict[str, str] = field(default_factory=dict)
    #: why shapes could not be inferred, if so
    obstacle: str | None = None
    #: the tool that wrote the file
    producer: str = ""
    #: other files that hold weights, as the model names them
    elsewhere: tuple[str, ...] = ()
    #: names of functions that the file defines for itself
    functions: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    #: `shapes` and those of the inputs
    known: dict[str, Shape] = field(init=False)

    def __post_init__(self) -> None:
        self.known = {**self.shapes, **{name: shape for name, shape in self.inputs if shape is not None}}


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
        raise NotAModel(
            "it is not an ONNX model: it has no operators"
            if model.opset_import
            else "it is not an ONNX model: it does not say which operator set it uses"
        )
    if len(graph.node) > MAX_OPERATORS:
        raise TooLarge(f"its graph has {len(graph.node):,} operators; up to {MAX_OPERATORS:,} are read")
    if len(graph.initializer) + len(graph.value_info) + len(graph.input) + len(graph.output) > MAX_WEIGHTS:
        raise TooLarge(f"its graph lists more than {MAX_WEIGHTS:,} weights and values")
    try:
        functions.inline(model, MAX_OPERATORS)
    except functions.TooMany as error:
        raise TooLarge("its functions, written out where they are called, are larger than what is read") from error
    if not any(domain_of(entry.domain) == "" for entry in model.opset_import):  # onnxruntime takes the newest then
        model.opset_import.append(onnx.helper.make_opsetid("", onnx.defs.onnx_opset_version()))
    versions = {text(domain_of(entry.domain)): entry.version for entry in model.opset_import}
    constants = {text(tensor.name): constant_of(tensor, tensor.name) for tensor in graph.initializer}
    for sparse in graph.sparse_initializer:
        constants[text(sparse.values.name)] = Constant(sizes_of(sparse.dims), name=sparse.values.name)
    producer = text(model.producer_name)
    unpacker = Unpacker(versions, producer)
    operations = unpacker.operations(graph.node)
    constants.update(unpacker.constants)
    inputs = [(text(value.name), shape_of(value)) for value in graph.input if value.name not in constants]
    outputs = [text(value.name) for value in graph.output]
    stated = {value.name: shape_of(value) for value in (*graph.value_info, *graph.output)}
    shapes = unpacker.shapes
    shapes.update((name, shape) for name, shape in stated.items() if shape is not None)
    order, stuck = checking.ordered(operations)
    if any(operation.domain == BLOCKED for operation in order):
        unfill(order, constants)
    refusals = [*checking.names(model, operations), *unknown_words(operations), *checking.stored(graph)]
    refusals.extend(inner.within(graph.node, operations))
    if (round_trip := checking.circle(stuck)) is not None:
        refusals.append(round_trip)
    wrong = {id(one.operation) for one in refusals} | {id(one) for one in stuck}
    found = infer(model, constants, operations, order, wrong)
    for name, listed in found.shapes.items():
        shapes[name] = _merged(tuple(listed), shapes.get(name))
    refusals.extend(Refusal(message, operations[index]) for index, message in found.refusals)
    left = frozenset((text(domain_of(function.domain)), function.name) for function in model.functions)
    loaded = Loaded(
        text(graph.name),
        order,
        constants,
        inputs,
        outputs,
        shapes,
        refusals,
        obstacle=found.obstacle,
        producer=producer,
        functions=left,
        elsewhere=tuple(dict.fromkeys(_elsewhere(graph))),
    )
    told = ((operations[index], reason) for index, reason in found.contradictions.items())
    # how many channels there are in blocks is said in part alone
    inferred = {operation.key: reason for operation, reason in told if operation.domain != BLOCKED}
    loaded.contradictions = _contradictions(loaded, operations, inferred)
    return loaded


def _elsewhere(graph: Any) -> Iterator[str]:
    for tensor in graph.initializer:
        yield from (text(entry.value) for entry in tensor.external_data if entry.key == "location")


def _contradictions(loaded: Loaded, operations: Sequence[Operation], inferred: dict[str, str]) -> dict[str, str]:
    """What onnx's inference found, in better words where there are any, and what only a run would find."""
    whole = list(every(loaded.operations))
    written = {
        operation.outputs[0]: value
        for operation in whole
        if operation.kind == "Constant" and (value := _written(operation)) is not None
    }
    sizes = Sizes(loaded.known, {**written, **loaded.constants})
    refused = {id(refusal.operation) for refusal in loaded.refusals}
    sound = [operation for operation in whole if id(operation) not in refused]
    plain = (one for one in sound if one.domain != BLOCKED and one.kind not in UNCHECKED)
    own = ((operation.key, sizes.contradiction(part)) for operation in plain for part in lowered(operation))
    told = {key: reason for key, reason in own if reason is not None}
    within = {operation.scope.partition(".")[0] for operation in whole if operation.key in told} if told else set()
    around = {operations[int(index)].key for index in within if index and not _doubtful(operations[int(index)], loaded)}
    return {**{key: reason for key, reason in inferred.items() if key not in around}, **told}


def _written(operation: Operation) -> Constant | None:
    """What a Constant operator holds: a tensor, or whole numbers."""
    value = operation.attributes.get("value")
    if isinstance(value, Constant):
        return value
    for name in ("value_int", "value_ints"):
        if name in operation.attributes:
            return constant(numpy.array(operation.attributes[name], dtype=object))
    return None


def _doubtful(operation: Operation, loaded: Loaded) -> bool:
    """Whether an operator has branches of which it is not known which one is taken: a runtime infers both."""
    return operation.kind == "If" and operation.input(0) not in loaded.constants


def _merged(inferred: Shape, stated: Shape | None) -> Shape:
    """What was inferred; what the file states, which may be out of date, where nothing was."""
    if stated is None or len(stated) != len(inferred):
        return inferred
    return tuple(one if one is not None else other for one, other in zip(inferred, stated, strict=True))
