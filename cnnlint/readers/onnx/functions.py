"""Functions that a file defines for itself, written out where they are called: torch's dynamo exports have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

import onnx

DEEPEST = 32
"""Calls within calls that are written out; torch's exports have 3."""

MOST_BYTES = 64_000_000
"""Bytes of operators that functions may become: constants in a function are repeated with every call."""

Key = tuple[str, str, str]


class TooMany(Exception):
    """Written out, the functions have more operators than are read."""


def inline(model: Any, most: int) -> None:
    """Replace the calls of the model's own functions by what they stand for, in place.

    A call stays as it is where the function is written for another version of an operator set than the model, or
    calls itself.

    Raises:
        TooMany: there are more than `most` operators then.
    """
    versions = {domain_of(entry.domain): entry.version for entry in model.opset_import}
    usable: dict[Key, Any] = {}
    for function in model.functions:
        wanted = {domain_of(entry.domain): entry.version for entry in function.opset_import}
        if all(versions.get(domain, version) == version for domain, version in wanted.items()):
            versions.update(wanted)
            usable[function.domain, function.name, function.overload] = function
    if not usable:
        return
    _Inliner(usable, most, model.graph.node).write_out(model.graph)
    del model.opset_import[:]
    model.opset_import.extend(onnx.helper.make_opsetid(domain, version) for domain, version in versions.items())


def circle(model: Any) -> list[str]:
    """Names of functions that call each other in a circle, the first again at the end; empty without any."""
    keys = {(function.domain, function.name, function.overload) for function in model.functions}
    calls = {
        (function.domain, function.name, function.overload): keys.intersection(_called(function.node))
        for function in model.functions
    }
    try:
        TopologicalSorter(calls).prepare()
    except CycleError as error:
        return [name for _, name, _ in error.args[1]]
    return []


def _called(nodes: Iterable[Any]) -> Iterator[Key]:
    for node in nodes:
        yield node.domain, node.op_type, node.overload
        for graph in graphs(node):
            yield from _called(graph.node)


def domain_of(name: str) -> str:
    """The name of an operator set; ONNX's own has none."""
    return "" if name == "ai.onnx" else name


class _Inliner:
    """Counts what it writes, so that functions that double with every level come to an end."""

    def __init__(self, functions: dict[Key, Any], most: int, nodes: Iterable[Any]) -> None:
        self._functions = functions
        self._most = most
        self._bytes = MOST_BYTES
        self._calls = 0
        self._taken = {node.name for node in nodes if node.name}
        #: how often a name was already given anew
        self._again: Counter[str] = Counter()

    def write_out(self, graph: Any, chain: tuple[Key, ...] = ()) -> None:
        """Replace the calls in a graph and in the graphs within it."""
        nodes = list(self._expanded(graph.node, chain))
        del graph.node[:]
        graph.node.extend(nodes)

    def _expanded(self, nodes: Iterable[Any], chain: tuple[Key, ...]) -> Iterator[Any]:
        for node in nodes:
            self._most -= 1
            if self._most < 0:
                raise TooMany
            key = (node.domain, node.op_type, node.overload)
            function = self._functions.get(key)
            if function is not None and key not in chain and len(chain) < DEEPEST:
                yield from self._expanded(self._body(node, function), (*chain, key))
                continue
            for graph in graphs(node):
                self.write_out(graph, chain)
            yield node

    def _body(self, call: Any, function: Any) -> Iterator[Any]:
        """Copies of a function's operators that work on the values of a call."""
        self._calls += 1
        scope = _Scope(call, function, f"{function.name}.{self._calls}/", self._spend)
        for inner in function.node:
            self._spend(inner)
            node = onnx.NodeProto()
            node.CopyFrom(inner)
            scope.enter(node)
            node.name = self._named(f"{call.name or function.name}/{inner.name or inner.op_type}")
            if not node.metadata_props:
                node.metadata_props.extend(call.metadata_props)
            yield node
        for formal, actual in zip(function.output, call.output, strict=False):
            if formal in function.input and actual:
                name = self._named(f"{call.name}/{formal}")
                yield onnx.helper.make_node("Identity", [scope.value(formal)], [actual], name)

    def _spend(self, message: Any) -> None:
        """Count the bytes of something that is copied."""
        self._bytes -= message.ByteSize()
        if self._bytes < 0:
            raise TooMany

    def _named(self, name: str) -> str:
        """A name that no operator has yet."""
        if name in self._taken:
            name = f"{name}.{self._calls}"
            base = name
            while name in self._taken:
                self._again[base] += 1
                name = f"{base}_{self._again[base]}"
        self._taken.add(name)
        return name


class _Scope:
    """What the names and attributes within a function mean at one of its calls."""

    def __init__(self, call: Any, function: Any, prefix: str, spend: Callable[[Any], None]) -> None:
        self._prefix = prefix
        self._spend = spend
        self._values = {formal: actual for formal, actual in zip(function.output, call.output, strict=False) if actual}
        self._values.update(dict.fromkeys(function.input, ""))
        self._values.update(zip(function.input, call.input, strict=False))
        self._attributes = {attribute.name: attribute for attribute in function.attribute_proto}
        self._attributes.update((attribute.name, attribute) for attribute in call.attribute)

    def value(self, name: str) -> str:
        """A value's name outside of the function."""
        return self._values.get(name, f"{self._prefix}{name}") if name else ""

    def enter(self, node: Any) -> None:
        """Let an operator of the function, and the graphs within it, speak of the call's values."""
        node.input[:] = [self.value(name) for name in node.input]
        node.output[:] = [self.value(name) for name in node.output]
        listed = []
        for attribute in node.attribute:
            if attribute.ref_attr_name:
                given = self._attributes.get(attribute.ref_attr_name)
                if given is None:
                    continue
                name = attribute.name
                self._spend(given)
                attribute.CopyFrom(given)
                attribute.name = name
            listed.append(attribute)
        if len(listed) < len(node.attribute):
            kept = onnx.NodeProto(attribute=listed)
            del node.attribute[:]
            node.attribute.extend(kept.attribute)
        for graph in graphs(node):
            for value in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
                value.name = self.value(value.name)
            for inner in graph.node:
                self.enter(inner)


def graphs(node: Any) -> Iterator[Any]:
    """The graphs that an operator has as attributes."""
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            yield attribute.g
        elif attribute.type == onnx.AttributeProto.GRAPHS:
            yield from attribute.graphs
