"""What a runtime refuses of the graphs within operators: values that are made twice or out of themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import onnx

from cnnlint.readers.onnx.checking import Refusal
from cnnlint.readers.onnx.functions import graphs
from cnnlint.readers.onnx.operation import Operation


def within(nodes: Sequence[Any], operations: Sequence[Operation]) -> Iterator[Refusal]:
    """Refusals of the graphs within a model's operators, each with the operator of the model that it is within."""
    for node, operation in zip(nodes, operations, strict=True):
        if operation.bodies:
            yield from (Refusal(reason, operation) for reason in dict.fromkeys(_objections(node)))


def _objections(node: Any) -> Iterator[str]:
    pending = [node]
    while pending:
        current = pending.pop()
        if current.op_type == "Loop":
            yield from _of_loop(current)
        for graph in graphs(current):
            yield from _of_names(graph)
            pending.extend(graph.node)


def _of_names(graph: Any) -> Iterator[str]:
    stored = Counter(tensor.name for tensor in graph.initializer)
    for name, count in stored.items():
        if count > 1:
            yield f"`{name}` is stored {count} times in a graph within it"
    given = {value.name for value in graph.input} | set(stored)
    made = Counter(name for inner in graph.node for name in inner.output if name)
    for name, count in made.items():
        if count > 1 or name in given:
            yield f"`{name}` is defined more than once in a graph within it"
    if (name := _own_result(graph, made)) is not None:
        yield f"`{name}`, in a graph within it, depends on itself"


def _own_result(graph: Any, made: Counter[str]) -> str | None:
    """A value that is computed from itself; None where the operators can be put in order."""
    waiting = [len({name for name in inner.input if name in made}) for inner in graph.node]
    readers: dict[str, list[int]] = {}
    for index, inner in enumerate(graph.node):
        for name in set(inner.input) & made.keys():
            readers.setdefault(name, []).append(index)
    ready = [index for index, count in enumerate(waiting) if count == 0]
    seen: set[str] = set()
    while ready:
        for name in graph.node[ready.pop()].output:
            for index in readers.get(name, ()) if name not in seen else ():
                waiting[index] -= 1
                if waiting[index] == 0:
                    ready.append(index)
            seen.add(name)
    stuck = (inner for inner, count in zip(graph.node, waiting, strict=True) if count)
    return next((name for inner in stuck for name in inner.output if name), None)


def _of_loop(node: Any) -> Iterator[str]:
    """The body's first result says whether to go on."""
    for attribute in node.attribute:
        if attribute.name == "body" and attribute.type == onnx.AttributeProto.GRAPH and attribute.g.output:
            stated = attribute.g.output[0].type.tensor_type.elem_type
            if stated not in (onnx.TensorProto.UNDEFINED, onnx.TensorProto.BOOL):
                yield "what says whether its body is run again is no truth value"
