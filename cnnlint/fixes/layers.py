"""Layers taken out, put in and connected anew, in the style of the program: statements, elements, calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cnnlint.fixes.apis import locate
from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.imports import sibling, tensorflow_alias
from cnnlint.fixes.patches import Patch
from cnnlint.fixes.statements import (
    Range,
    delete_element,
    delete_statement,
    insert_element,
    insert_statement,
    statement_range,
    target,
)
from cnnlint.fixes.writing import constructor, literal, tensorflow
from cnnlint.graph import Node, Origin
from cnnlint.graph.calls import FunctionSpec
from cnnlint.graph.vocabulary import call_spec, layer_spec


def remove(patch: Patch, node: Node) -> None:
    """Take a layer that stands by itself out of the program."""
    spelling = node.placement.spelling
    if spelling == "add":
        statement, application = _statement(patch, node), patch.range(node.placement.application)
        if statement != application:
            raise NoFix("the layer is not added by a statement of its own")
        delete_statement(patch, statement)
    elif spelling == "element":
        call, application = patch.range(node.placement.call), patch.range(node.placement.application)
        if not (application[0] <= call[0] and call[1] <= application[1]):
            raise NoFix("the layer does not stand in the list itself")
        delete_element(patch, call)
    elif spelling in ("call", "function"):
        _bypass(patch, node)
    else:
        raise NoFix("there is no telling how the layer is used")


def _bypass(patch: Patch, node: Node) -> None:
    """Write the argument in place of the application: `y = relu(x)` becomes `y = x`, and `x = x` nothing."""
    application = patch.range(node.placement.application)
    argument = _input(patch, node)
    statement = _statement(patch, node)
    if target(patch, statement, application) == argument:
        delete_statement(patch, statement)
    elif re.fullmatch(r"[\w.]+(\[[\w'\"]+\])?|[\w.]*\(.*\)(\(.*\))*", argument, re.DOTALL):
        patch.replace(*application, argument)
    else:
        patch.replace(*application, f"({argument})")


def _input(patch: Patch, node: Node) -> str:
    """The expression of the tensor that a layer is applied to."""
    call = patch.call(node.placement.application)
    index = _input_index(call, node)
    if index is None:
        raise NoFix("there is no telling what the layer is applied to")
    return call.arguments[index].value


def _input_index(call: CallText, node: Node) -> int | None:
    if node.placement.spelling == "function":
        spec = call_spec(node.placement.api, keywords=call.keywords)
        if isinstance(spec, FunctionSpec) and spec.input is not None:
            by_keyword = call.keyword(spec.input)
            if by_keyword is not None:
                return by_keyword
            return call.positional(spec.parameters.index(spec.input)) if spec.input in spec.parameters else None
        return None
    by_keyword = call.keyword("inputs")
    return call.positional(0) if by_keyword is None else by_keyword


def _statement(patch: Patch, node: Node) -> Range:
    return statement_range(patch, patch.range(node.placement.statement))


def insert(patch: Patch, node: Node, kind: str, values: Mapping[str, Any]) -> None:
    """Write a new layer behind one that is there (behind its fused activation, if it has one)."""
    spelling = node.placement.spelling
    if spelling == "add":
        added = patch.call(node.placement.application)
        statement = _statement(patch, node)
        if statement != patch.range(node.placement.application):
            raise NoFix("the layer is not added by a statement of its own")
        insert_statement(patch, statement, f"{added.function}({_new(patch, node, kind, values)})")
    elif spelling == "element":
        insert_element(patch, patch.range(node.placement.call), _new(patch, node, kind, values))
    elif spelling in ("call", "function"):
        application, statement = patch.range(node.placement.application), _statement(patch, node)
        name = target(patch, statement, application)
        if node.placement.api.startswith("tf.nn.") and node.value("use_bias"):
            name, statement = _biased(patch, statement, application, name)
        if name is None:
            raise NoFix("the layer's output has no name of its own")
        applied = f"{_new(patch, node, kind, values)}({name})" if spelling == "call" else ""
        insert_statement(patch, statement, f"{name} = {applied or _function(patch, node, kind, values, name)}")
    else:
        raise NoFix("there is no telling how the layer is used")


def _biased(patch: Patch, statement: Range, application: Range, name: str | None) -> tuple[str | None, Range]:
    """The name and the statement of a raw operation with the bias that is added to it, there or right behind it."""
    operation = re.escape(name) if name else re.escape(patch.slice(application))
    added = rf"([A-Za-z_]\w*)\s*=\s*(?:[\w.]*\b(?:bias_add|add)\(\s*{operation}\s*,[^()]*\)|{operation}\s*\+[^()]+)"
    if name is None:
        match = re.fullmatch(added, patch.slice(statement))
        return (match[1], statement) if match else (None, statement)
    start = patch.lines.next_line(statement[1])
    end = patch.lines.line_end(start)
    line = patch.text[start:end]
    match = re.fullmatch(rf"\s*{added}\s*(?:#.*)?", line)
    return (match[1], (start, end)) if match else (None, statement)


def replace_function(patch: Patch, node: Node, kind: str, values: Mapping[str, Any], keep: tuple[str, ...]) -> None:
    """Write a layer of `tf.keras` in the place of a function of `tf.layers`, applied to the same tensor."""
    placement = node.placement
    if not placement.api.startswith("tf.layers."):
        raise NoFix(f"no layer for {placement.api}")
    call = patch.call(placement.call)
    index = _input_index(call, node)
    if index is None or call.open_ended:
        raise NoFix("there is no telling what the layer is applied to")
    kept = {name: node.value(name) for name in keep if node.known(name)}
    if len(kept) < len(keep):
        raise NoFix("an argument that carries over is not known")
    texts = {name: call.arguments[i].value for name in kept if (i := _passed(call, placement.api, name)) is not None}
    alias = tensorflow_alias(placement.api, placement.callee, patch.text)
    layer = constructor(f"{alias}.keras.layers.{kind}", kind, {**kept, **values}, call.near, texts)
    mode = call.keyword("training")
    flag = "" if mode is None else f", training={call.arguments[mode].value}"
    patch.replace(*patch.range(placement.call), f"{layer}({call.arguments[index].value}{flag})")


def _passed(call: CallText, api: str, name: str) -> int | None:
    return locate(call, api, name, None).index


def _new(patch: Patch, node: Node, kind: str, values: Mapping[str, Any]) -> str:
    """A constructor beside the node's own."""
    callee = patch.call(node.placement.call).function
    return constructor(sibling(patch, callee, kind), kind, values, patch.call(node.placement.call).near)


def _function(patch: Patch, node: Node, kind: str, values: Mapping[str, Any], name: str) -> str:
    """A function of TensorFlow that applies an activation."""
    if kind != "Activation" or set(values) != {"activation"}:
        raise NoFix(f"no function for {kind}")
    function = tensorflow("activation", values["activation"], node.placement.api, node.placement.callee, patch.text)
    return f"{function}({name})"


def reconnect(patch: Patch, consumer: Node, old: Node, new: Node) -> None:
    """Let a layer's call read another name."""
    before, after = _name(patch, old), _name(patch, new)
    if before == after:
        raise NoFix("both outputs have the same name")
    call = patch.call(consumer.placement.application)
    indices = [index for index, argument in enumerate(call.arguments) if argument.value == before]
    if len(indices) == 1:
        call.set(indices[0], after)
        return
    nested = [i for i, a in enumerate(call.arguments) if len(re.findall(_word(before), a.value)) == 1]
    if indices or len(nested) != 1 or not call.arguments[nested[0]].value.startswith(("[", "(")):
        raise NoFix(f"the call does not read {before} in one place")
    value = call.arguments[nested[0]].value
    call.set(nested[0], re.sub(_word(before), lambda _: after, value))


def _word(name: str) -> str:
    return rf"(?<![\w.]){re.escape(name)}(?![\w.(\[])"


def _name(patch: Patch, node: Node) -> str:
    """The name that a node's output is bound to."""
    host = node.fused_into or node
    application: Origin | None = host.placement.application or host.placement.call
    name = target(patch, _statement(patch, host), patch.range(application))
    if name is None:
        raise NoFix(f"the output of {node.name} has no name of its own")
    return name


# --- another class in a constructor -----------------------------------------------------------------------------


def give(call: CallText, kind: str, name: str, value: Any, kept: dict[int, str]) -> None:
    """Pass an argument to the new class: by the keyword it has, or as one more."""
    spec = layer_spec(kind)
    if spec is None or not spec.accepts(name):
        raise NoFix(f"{kind} takes no {name}")
    if isinstance(value, dict):
        raise NoFix("an initialiser")
    index = call.keyword(name)
    if index is None and call.arguments and spec.parameters[0] == name and call.positional(0) == 0 and 0 not in kept:
        index = 0
    text = literal(value, call.near)
    if index is None:
        call.add(name, text, first=spec.parameters[:1] == (name,))
    else:
        call.set(index, text)
        kept[index] = name


def name_if_moved(call: CallText, kind: str, index: int, kept: Mapping[int, str]) -> None:
    """Pass a positional argument by keyword where its parameter stands elsewhere in the new class."""
    spec = layer_spec(kind)
    if spec is None or not spec.accepts(kept[index]):
        raise NoFix(f"{kind} takes no {kept[index]}")
    stays = all(earlier in kept for earlier in range(index))
    if not stays or index >= len(spec.parameters) or spec.parameters[index] != kept[index]:
        call.name(index, kept[index])
