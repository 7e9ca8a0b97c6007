"""Each edit of a remedy as changes to the text: one small function for each type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from cnnlint.fixes import layers, objectives
from cnnlint.fixes.apis import Place, default, locate, written
from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.imports import sibling
from cnnlint.fixes.patches import Patch
from cnnlint.fixes.writing import NN_FUNCTIONS, literal
from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.graph.node import ACTIVATION_LAYERS
from cnnlint.graph.vocabulary import canonical_activation
from cnnlint.rule.remedies import (
    DropArgument,
    InsertAfter,
    NameOperands,
    NamePositional,
    Reconnect,
    RemoveNode,
    RenameKeyword,
    ReplaceNode,
    RespellString,
    SetArgument,
    SetLearningRate,
    SetLoss,
)


@singledispatch
def write(edit: object, patch: Patch) -> None:
    """Write one edit of a remedy into the patch; NoFix where it has no precise form in the text.

    What changes the data (its scale, the encoding of labels) has none: where in a program that belongs is its
    author's to say.
    """
    raise NoFix(f"{type(edit).__name__} is not written into sources")


@write.register
def _set_argument(edit: SetArgument, patch: Patch) -> None:
    node = edit.node
    if edit.name == "activation" and node.fused_into is not None:
        _set(patch, node.fused_into, "activation", edit.value, node.arguments.get("activation"))
    elif edit.name == "activation" and _is_function(node):
        _set_function(patch, node, edit.value)
    elif edit.name == "activation" and node.kind in ACTIVATION_LAYERS:
        _replace_layer(ReplaceNode(node, "Activation", {"activation": edit.value}), patch)
    else:
        _set(patch, node, edit.name, edit.value, node.arguments.get(edit.name))


def _is_function(node: Node) -> bool:
    """Whether the callee itself names the activation: `tf.nn.relu(x)`."""
    return node.kind == "Activation" and canonical_activation(node.placement.callee.rpartition(".")[2]) is not None


def _set_function(patch: Patch, node: Node, value: Any) -> None:
    module, _, _ = node.placement.callee.rpartition(".")
    if not module or value not in NN_FUNCTIONS:
        raise NoFix(f"{node.placement.callee} has no sibling for {value}")
    patch.call(node.placement.call).set_function(f"{module}.{value}")


def _set(patch: Patch, node: Node, name: str, value: Any, argument: Argument | None) -> None:
    """Give a layer's argument another value: in its call, or where the call's expression comes from."""
    placement = node.placement
    call = patch.call(placement.call)
    elsewhere = _outside(patch, call, argument)
    if elsewhere is not None:
        text = written(name, value, Place(None, None), call, placement.api, placement.callee, patch.text)
        patch.replace(*elsewhere, text)
        return
    place = locate(call, placement.api, name, argument, node.arguments)
    if place.parts:
        if not isinstance(value, tuple) or len(value) != len(place.parts):
            raise NoFix(f"{name} is passed as {len(place.parts)} arguments")
        for index, part in zip(place.parts, value, strict=True):
            call.set(index, literal(part))
        return
    text = written(name, value, place, call, placement.api, placement.callee, patch.text)
    if place.index is not None:
        call.set(place.index, text)
    elif place.parameter is not None:
        call.add(place.parameter, text)


def _outside(patch: Patch, call: CallText, argument: Argument | None) -> tuple[int, int] | None:
    """Where an argument's expression stands, if that is outside the call (in a dict that is passed by `**`)."""
    if argument is None or not argument.given or argument.origin is None or argument.origin.span is None:
        return None
    start, end = patch.range(argument.origin)
    inside = call.start <= start and end <= call.start + len(call.text)
    # only where the call passes it by `**`: a constructor bound to a name has arguments of its own
    return None if inside or not call.open_ended else (start, end)


@write.register
def _drop_argument(edit: DropArgument, patch: Patch) -> None:
    node, name = edit.node, edit.name
    argument = node.arguments.get(name)
    if name == "activation" and node.fused_into is not None:
        node = node.fused_into
    _drop(patch, node, name, argument)


def _drop(patch: Patch, node: Node, name: str, argument: Argument | None) -> None:
    """Leave an argument to its default; in the midst of positional ones the default is written in its place."""
    placement = node.placement
    call = patch.call(placement.call)
    place = locate(call, placement.api, name, argument, node.arguments)
    if place.index is None or place.parts:
        raise NoFix(f"the call does not pass {name} in one argument")
    passed = call.arguments[place.index]
    followed = any(later.keyword is None for later in call.arguments[place.index + 1 :])
    if passed.keyword is not None or not followed:
        call.drop(place.index)
        return
    value = default(place.spec, name)
    if value is UNKNOWN:
        raise NoFix(f"the default of {name} is not known")
    call.set(place.index, written(name, value, place, call, placement.api, placement.callee, patch.text))


@write.register
def _remove_node(edit: RemoveNode, patch: Patch) -> None:
    node = edit.node
    if node.fused_into is None:
        layers.remove(patch, node)
    else:
        drop_activation(patch, node)


def drop_activation(patch: Patch, fused: Node) -> None:
    """Leave a layer without its activation, also where the API has one by default."""
    host, argument = fused.fused_into, fused.arguments.get("activation")
    assert host is not None
    call = patch.call(host.placement.call)
    place = locate(call, host.placement.api, "activation", argument, host.arguments)
    usual = default(place.spec, "activation")
    if usual is UNKNOWN and place.spec is not None:
        raise NoFix(f"the activation that {host.placement.api} has by default is not known")
    if usual in (None, "linear", UNKNOWN):
        _drop(patch, host, "activation", argument)
    elif place.index is not None:
        call.set(place.index, "None")
    elif place.parameter is not None:
        call.add(place.parameter, "None")


@write.register
def _insert_after(edit: InsertAfter, patch: Patch) -> None:
    node = edit.node
    host = node.fused_into or node
    if edit.kind == "Activation" and not node.is_activation and _takes_activation(patch, node, edit.arguments):
        _set(patch, node, "activation", edit.arguments.get("activation"), None)
        return
    if node is host and not node.is_activation and _has_activation(patch, node):
        raise NoFix("the new layer would have to stand between a layer and its own activation")
    layers.insert(patch, host, edit.kind, edit.arguments)


def _activation_place(patch: Patch, node: Node) -> Place | None:
    try:
        return locate(patch.call(node.placement.call), node.placement.api, "activation", None, node.arguments)
    except NoFix:
        return None


def _takes_activation(patch: Patch, node: Node, values: Mapping[str, Any]) -> bool:
    """Whether the layer's API has an activation argument that is free, or was given this value just now."""
    place = _activation_place(patch, node)
    if place is None:
        return False
    call, placement = patch.call(node.placement.call), node.placement
    given = call.added(place.parameter or "")
    if given is not None and given != "None":
        value = values.get("activation")
        return given == written("activation", value, place, call, placement.api, placement.callee, patch.text)
    return not _has_activation(patch, node)


def _has_activation(patch: Patch, node: Node) -> bool:
    place = _activation_place(patch, node)
    if place is None:
        return False
    call = patch.call(node.placement.call)
    value = call.added(place.parameter or "") if place.index is None else call.value(place.index)
    if value is None:
        return default(place.spec, "activation") not in (None, "linear")
    return value.strip("'\"") not in ("None", "linear")


@write.register
def _replace_node(edit: ReplaceNode, patch: Patch) -> None:
    node = edit.node
    if node.fused_into is not None:
        if edit.kind == "Activation":
            value = edit.arguments.get("activation")
            _set(patch, node.fused_into, "activation", value, node.arguments.get("activation"))
        else:
            drop_activation(patch, node)
            layers.insert(patch, node.fused_into, edit.kind, edit.arguments)
        return
    if edit.kind == "Activation" and _is_function(node):
        _set_function(patch, node, edit.arguments.get("activation"))
        return
    _replace_layer(edit, patch)


def _replace_layer(edit: ReplaceNode, patch: Patch) -> None:
    """Another class in the constructor, with the arguments that carry over and those that are new."""
    placement = edit.node.placement
    if placement.spelling == "function":
        layers.replace_function(patch, edit.node, edit.kind, edit.arguments, edit.keep)
        return
    if not placement.api.startswith("keras.layers."):
        raise NoFix(f"{placement.api or 'the callee'} is no class of Keras")
    call = patch.call(placement.call)
    if call.open_ended:
        raise NoFix("the call hides some of its arguments")
    kept: dict[int, str] = {}
    for name in edit.keep:
        place = locate(call, placement.api, name, edit.node.arguments.get(name), edit.node.arguments)
        if place.parts:
            raise NoFix(f"{name} is passed as {len(place.parts)} arguments")
        if place.index is not None:
            kept[place.index] = name
    for name, value in edit.arguments.items():
        layers.give(call, edit.kind, name, value, kept)
    for index, argument in enumerate(call.arguments):
        if index not in kept:
            call.drop(index)
        elif argument.keyword is None:
            layers.name_if_moved(call, edit.kind, index, kept)
        elif argument.keyword != kept[index]:
            call.name(index, kept[index])
    call.set_function(sibling(patch, call.function, edit.kind))


@write.register
def _reconnect(edit: Reconnect, patch: Patch) -> None:
    layers.reconnect(patch, edit.consumer, edit.old, edit.new)


@write.register
def _set_loss(edit: SetLoss, patch: Patch) -> None:
    objectives.set_loss(patch, edit.loss, edit.name, edit.from_logits)


@write.register
def _name_operands(edit: NameOperands, patch: Patch) -> None:
    objectives.name_operands(patch, edit.loss)


@write.register
def _set_learning_rate(edit: SetLearningRate, patch: Patch) -> None:
    objectives.set_learning_rate(patch, edit.optimizer, edit.value)


@write.register
def _rename_keyword(edit: RenameKeyword, patch: Patch) -> None:
    call = patch.call(edit.call)
    found = [index for index, argument in enumerate(call.arguments) if argument.keyword == edit.old]
    if len(found) != 1 or any(argument.keyword == edit.new for argument in call.arguments):
        raise NoFix(f"{edit.old} does not stand in the call, or {edit.new} does too")
    call.name(found[0], edit.new)


@write.register
def _respell_string(edit: RespellString, patch: Patch) -> None:
    start, end = patch.range(edit.place)
    found = list(re.finditer(rf"(?<=['\"]){re.escape(edit.old)}(?=['\"])", patch.text[start:end]))
    if len(found) != 1:
        raise NoFix(f"{edit.old!r} does not stand there once")
    patch.replace(start + found[0].start(), start + found[0].end(), edit.new)


@write.register
def _name_positional(edit: NamePositional, patch: Patch) -> None:
    call = patch.call(edit.call)
    for position, name in enumerate(edit.names):
        index = call.positional(position)
        if index is None or call.keyword(name) is not None:
            raise NoFix(f"{name} cannot be passed by name")
        call.name(index, name)
