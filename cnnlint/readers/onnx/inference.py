"""onnx's own inference of shapes and types, given the graph without its weights, and what it objects to.

The inference may crash on operators that onnx's checker does not accept, so these are left out of what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

import onnx
from google.protobuf.message import Error as ProtobufError

from cnnlint.readers.onnx import checking
from cnnlint.readers.onnx.checking import Refusal
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.values import Constant

FAILURES = (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ProtobufError, ValueError, RuntimeError,
            TypeError, OverflowError, MemoryError)  # fmt: skip

MESSAGE = re.compile(r"\(op_type:[^,()]*, node name: (\d+)\): (?:\[\w+\] )?(.*)")
"""A line of the inference's objections; nodes are named by their index."""

CONSEQUENCE = "but instead is null"
"""What the inference says of operators whose inputs it could not infer."""

FORM = re.compile(r"\b(axis|axes|perm|[Aa]ttribute|type)\b")
"""Objections to how an operator is written rather than to the sizes of what it reads."""

MOST_TYPE_ERRORS = 10
"""The inference stops at a wrong type of element; so many are found one after the other."""


@dataclass(slots=True)
class Inference:
    """What came of it: ValueInfoProtos by name, and objections."""

    values: dict[str, Any] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    #: names of operators whose sizes do not go together -> why
    contradictions: dict[str, str] = field(default_factory=dict)
    #: why nothing was inferred, if so
    obstacle: str | None = None


def infer(model: Any, constants: Mapping[str, Constant], operations: Sequence[Operation], wrong: Set[int],
          stuck: Set[int]) -> Inference:  # fmt: skip
    """Ask onnx about a model; `wrong` and `stuck` are the ids of operators already known to be refused."""
    result = Inference()
    bare = _bare(model, constants)
    left_out = {index for index, operation in enumerate(operations) if id(operation) in wrong | stuck}
    if left_out or (obstacle := _obstacle(bare)) is not None:
        result.obstacle = None if left_out else obstacle
        result.refusals = list(checking.operators(model, operations))
        refused = {id(refusal.operation) for refusal in result.refusals}
        left_out.update(index for index, one in enumerate(operations) if id(one) in refused or one.captured)
    for index, node in enumerate(bare.graph.node):
        node.name = str(index)  # names may be missing or repeated
    _infer(bare, operations, left_out, result)
    return result


def _bare(model: Any, constants: Mapping[str, Constant]) -> Any:
    """The model without weights, which become inputs of the same shape."""
    bare = onnx.ModelProto(ir_version=model.ir_version)
    bare.opset_import.extend(model.opset_import)
    bare.functions.extend(model.functions)
    graph, source = bare.graph, model.graph
    graph.name = source.name or "graph"
    graph.node.extend(source.node)
    # the checker wants outputs to have shapes; values that are not outputs are inferred just the same
    graph.output.extend(value for value in source.output if value.type.tensor_type.HasField("shape"))
    weights = [tensor for tensor in source.initializer if constants[tensor.name].data is None]
    graph.initializer.extend(tensor for tensor in source.initializer if constants[tensor.name].data is not None)
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


def _infer(bare: Any, operations: Sequence[Operation], left_out: set[int], result: Inference) -> None:
    for output in bare.graph.output:  # a runtime goes by what it infers, not by what is declared
        output.type.tensor_type.ClearField("shape")
    nodes = list(bare.graph.node)
    for _ in range(MOST_TYPE_ERRORS):
        if left_out:
            del bare.graph.node[:]
            bare.graph.node.extend(node for index, node in enumerate(nodes) if index not in left_out)
        try:
            _take(onnx.shape_inference.infer_shapes(bare, check_type=True, strict_mode=True, data_prop=True), result)
            return
        except FAILURES as error:
            text = str(error)
        found = [(int(index), reason) for index, reason in MESSAGE.findall(text) if CONSEQUENCE not in reason]
        for index, reason in found:
            _object(operations[index], reason.strip(), result)
        if "Inference error(s)" in text or not found:
            break
        left_out = left_out | {index for index, _ in found}
    try:
        _take(onnx.shape_inference.infer_shapes(bare, data_prop=True), result)
    except FAILURES as error:
        result.obstacle = (str(error).strip().splitlines() or [type(error).__name__])[0]


def _take(inferred: Any, result: Inference) -> None:
    result.values = {value.name: value for value in (*inferred.graph.value_info, *inferred.graph.output)}


def _object(operation: Operation, reason: str, result: Inference) -> None:
    if FORM.search(reason):
        result.refusals.append(Refusal(reason, operation))
    else:
        result.contradictions.setdefault(operation.name, reason[:1].lower() + reason[1:])
