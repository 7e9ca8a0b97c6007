"""onnx's own inference of shapes and types, given the graph without its weights, and what it objects to.

The inference may crash on operators that onnx's checker does not accept, so these are left out of what it is given;
and it may crash, or take all memory, on sizes that make no sense, so it runs in a child process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from typing import Any

import msgspec
import onnx
from google.protobuf.message import Error as ProtobufError

from cnnlint.graph import Shape
from cnnlint.readers import child
from cnnlint.readers.onnx import checking
from cnnlint.readers.onnx.functions import graphs
from cnnlint.readers.onnx.lowering import MICROSOFT
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.substitutes import substitutes
from cnnlint.readers.onnx.values import MAX_RANK, Constant

FAILURES = (
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    ProtobufError,
    ValueError,
    RuntimeError,
    TypeError,
    OverflowError,
    MemoryError,
)

MESSAGE = re.compile(r"\(op_type:[^,()]*, node name: (\d+)\): (?:\[\w+\] )?(.*)")
"""A line of the inference's objections; nodes are named by their index."""

WITHIN = re.compile(r"Inference error\(s\): \(op_type:([^,()]*)(?:, node name: )?\): (?:\[\w+\] )?")
"""What stands before an objection to an operator in a graph within another."""

CONSEQUENCE = "but instead is null"
"""What the inference says of operators whose inputs it could not infer."""

FORM = re.compile(r"\b(axis|axes|perm|[Aa]ttribute|type)\b")
"""Objections to how an operator is written rather than to the sizes of what it reads."""

MOST_MEMORY = 500_000_000
"""Bytes that the inference may take; sizes that are written as data make it list them element by element."""

MOST_SECONDS = 6.0
"""Seconds of processor time that it may take; DenseNet-121 needs a fifth of one, 100,000 operators 2."""

PROPAGATED = 65_536
"""Elements of a computed shape; a file that repeats one more often than this is inferred without such values."""

WHOLE_CONSTANTS = 9
"""The first operator set that allows a Constant to be of whole numbers; runtimes always did, and torch wrote them."""

EINSUM = 12
"""The operator set that Einsum came with."""

MOST_TYPE_ERRORS = 10
"""The inference stops at a wrong type of element; so many are found one after the other."""


class Inference(msgspec.Struct):
    """What came of it: shapes by name, and objections by the index of the operator they are about."""

    shapes: dict[str, list[int | None]] = msgspec.field(default_factory=dict)
    #: what a runtime refuses about how an operator is written
    refusals: list[tuple[int, str]] = msgspec.field(default_factory=list)
    #: sizes that do not go together
    contradictions: dict[int, str] = msgspec.field(default_factory=dict)
    #: why nothing was inferred, if so
    obstacle: str | None = None


def infer(
    model: Any,
    constants: Mapping[str, Constant],
    operations: Sequence[Operation],
    ordered: Sequence[Operation],
    wrong: Set[int],
) -> Inference:
    """Ask onnx about a model, whose operators stand in `ordered` each behind those whose results it reads; `wrong` are
    the ids of those already known to be refused."""
    left_out = {index for index, operation in enumerate(operations) if id(operation) in wrong}
    propagate = _longest(constants, operations) <= PROPAGATED

    places = {id(operation): index for index, operation in enumerate(operations)}
    order = [places[id(operation)] for operation in ordered]

    def question() -> bytes:
        return msgspec.msgpack.encode(_inferred(model, constants, operations, order, left_out, propagate))

    try:
        return msgspec.msgpack.decode(child.ask(question, seconds=MOST_SECONDS, memory=MOST_MEMORY), type=Inference)
    except child.Died:
        return Inference(obstacle="onnx's own inference fails on it, or takes more time or memory than it is given")


def _inferred(
    model: Any,
    constants: Mapping[str, Constant],
    operations: Sequence[Operation],
    order: Sequence[int],
    left_out: set[int],
    propagate: bool,
) -> Inference:
    result = Inference()
    bare = _bare(model, constants, order)
    if left_out or (obstacle := _obstacle(bare)) is not None:
        result.obstacle = None if left_out else obstacle
        result.refusals = list(checking.operators(model))
        left_out = left_out | {index for index, _ in result.refusals}
        left_out |= {index for index, operation in enumerate(operations) if operation.bodies}
    for index, node in zip(order, bare.graph.node, strict=True):
        node.name = str(index)  # names may be missing or repeated
        if operations[index].bodies:
            _unname(node)
    version = min((entry.version for entry in bare.opset_import if entry.domain in ("", "ai.onnx")), default=EINSUM)
    _substitute(bare.graph, operations, old=version < EINSUM)
    if version < WHOLE_CONSTANTS:
        _store_constants(bare.graph)
    _infer(bare, left_out, propagate, result)
    return result


def _substitute(graph: Any, operations: Sequence[Operation], *, old: bool) -> None:
    """Give the inference something that it knows in the place of operators that it does not know; `old` is an operator
    set that had no Einsum."""
    if not any(operation.domain or operation.kind == "GroupNormalization" for operation in operations):
        return
    found = [substitutes(operations[int(node.name)]) for node in graph.node]
    if old:
        found = [[] if any(one.op_type == "Einsum" for one in known) else known for known in found]
    nodes = []
    for node, known in zip(graph.node, found, strict=True):
        for substitute in known:
            substitute.name = node.name
        nodes.extend(known or [node])
    kept = onnx.GraphProto(node=nodes)
    del graph.node[:]
    graph.node.extend(kept.node)


def _store_constants(graph: Any) -> None:
    """Make initializers of the constants that operators hold."""
    kept = []
    for node in graph.node:
        single = node.op_type == "Constant" and len(node.attribute) == len(node.output) == 1
        held = node.attribute[0] if single else None
        if held is None or held.type != onnx.AttributeProto.TENSOR:
            kept.append(node)
        else:
            graph.initializer.append(held.t)
            graph.initializer[-1].name = node.output[0]
    rest = onnx.GraphProto(node=kept)
    del graph.node[:]
    graph.node.extend(rest.node)


def _unname(node: Any) -> None:
    """Take the names from the operators in the graphs within one: they are not those of the model's own."""
    for graph in graphs(node):
        for inner in graph.node:
            inner.name = ""
            _unname(inner)


def _longest(constants: Mapping[str, Constant], operations: Sequence[Operation]) -> int:
    """How many elements a value may have that the inference computes: of Range any number, of Concat all together."""
    longest = 0
    lengths: dict[str, int] = {}
    for operation in operations:
        if operation.kind == "Range":
            return PROPAGATED + 1
        sizes = [
            lengths.get(name, constants[name].size or 0 if name in constants else MAX_RANK) for name in operation.inputs
        ]
        length = min(sum(sizes) if operation.kind == "Concat" else max(sizes, default=0), PROPAGATED + 1)
        if operation.kind == "Concat":
            longest = max(longest, length)
        lengths.update(dict.fromkeys(operation.outputs, length))
    return longest


def _bare(model: Any, constants: Mapping[str, Constant], order: Sequence[int]) -> Any:
    """The model without weights, which become inputs of the same shape."""
    bare = onnx.ModelProto(ir_version=model.ir_version)
    bare.opset_import.extend(model.opset_import)
    if MICROSOFT not in {entry.domain for entry in model.opset_import}:  # onnxruntime has it in any case
        bare.opset_import.append(onnx.helper.make_opsetid(MICROSOFT, 1))
    graph, source = bare.graph, model.graph
    graph.name = source.name or "graph"
    graph.node.extend(source.node[index] for index in order)
    graph.output.extend(value for value in source.output if value.type.tensor_type.elem_type)
    for output in graph.output:
        output.type.tensor_type.shape.SetInParent()  # the checker wants outputs to have shapes
    small = {name for name, constant in constants.items() if constant.small}
    weights = [tensor for tensor in source.initializer if tensor.name not in small]
    graph.initializer.extend(tensor for tensor in source.initializer if tensor.name in small)
    graph.input.extend(source.input)
    present = {value.name for value in source.input}
    for tensor in (*weights, *(sparse.values for sparse in source.sparse_initializer)):
        dims = constants[tensor.name].dims
        if tensor.name not in present and dims is not None:
            graph.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, dims))
    return bare


def _obstacle(bare: Any) -> str | None:
    """Why onnx's checker does not accept a model; None if it does."""
    try:
        onnx.checker.check_model(bare)
    except FAILURES as error:
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return None


FLATTENED = "Invalid rank for "
"""How onnx objects to sums of numbers that it follows, all of which it takes for rows (1.23: onnx/defs/math/utils.h,
MathOpDataPropagator): a 3×1 and a 35 that broadcast are 3 numbers and 35 to it. Of shapes it says something else."""


UNFILLED = "(op_type:Constant): [ShapeInferenceError] One and only one of the attributes"
"""How onnx objects to its own definition of an operator of which an attribute is left at its default, such as the axes
of MeanVarianceNormalization; to a constant of the file that has no value the checker objects itself."""


def _infer(bare: Any, left_out: set[int], propagate: bool, result: Inference) -> None:
    for output in bare.graph.output:  # a runtime goes by what it infers, not by what is declared
        output.type.tensor_type.ClearField("shape")
    nodes = list(bare.graph.node)
    for _ in range(MOST_TYPE_ERRORS):
        if left_out:
            del bare.graph.node[:]
            bare.graph.node.extend(node for node in nodes if int(node.name) not in left_out)
        try:
            strictly = {"check_type": True, "strict_mode": True, "data_prop": propagate}
            _take(onnx.shape_inference.infer_shapes(bare, **strictly), result)
            return
        except FAILURES as error:
            text = str(error)
        if propagate and FLATTENED in text:
            propagate = False
            continue
        objections = [one for one in MESSAGE.findall(text) if CONSEQUENCE not in one[1] and UNFILLED not in one[1]]
        found = [(int(index), _within_it(reason.strip())) for index, reason in objections]
        for index, reason in found:
            if FORM.search(reason):
                result.refusals.append((index, reason))
            else:
                result.contradictions.setdefault(index, reason[:1].lower() + reason[1:])
        if "Inference error(s)" in text or not found:
            break
        left_out = left_out | {index for index, _ in found}
    try:
        _take(onnx.shape_inference.infer_shapes(bare, data_prop=propagate), result)
    except FAILURES as error:
        result.obstacle = (str(error).strip().splitlines() or [type(error).__name__])[0]


def _within_it(reason: str) -> str:
    """The objection, with the kinds of the operators around the one that it is about."""
    kinds = []
    while (wrapped := WITHIN.match(reason)) is not None:
        kinds.append(wrapped[1])
        reason = reason[wrapped.end() :]
    return f"{reason} (in its {', in its '.join(kinds)})" if kinds else reason


def _take(inferred: Any, result: Inference) -> None:
    own = ((value.name, value) for value in (*inferred.graph.value_info, *inferred.graph.output))
    within = (found for node in inferred.graph.node for found in _within(node, f"{node.name}."))
    for name, value in chain(own, within):
        shape = shape_of(value)
        if shape is not None:
            result.shapes[name] = list(shape)


def _within(node: Any, place: str) -> Iterator[tuple[str, Any]]:
    """What was inferred of values in the graphs within an operator, by the names that the reader gives these."""
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            prefix, graph = f"{place}{attribute.name}/", attribute.g
            yield from ((f"{prefix}{value.name}", value) for value in (*graph.value_info, *graph.output))
            for index, inner in enumerate(graph.node):
                yield from _within(inner, f"{prefix}{index}.")


def shape_of(value: Any) -> Shape | None:
    """The shape of a ValueInfoProto; None where the rank is not known (or the value is no tensor)."""
    tensor = value.type.tensor_type
    dimensions = tensor.shape.dim if tensor.HasField("shape") else None
    return tuple(map(_size_of, dimensions)) if dimensions is not None and len(dimensions) <= MAX_RANK else None


def _size_of(dimension: Any) -> int | None:
    size: int = dimension.dim_value
    return size if size > 0 or (size == 0 and dimension.HasField("dim_value")) else None
