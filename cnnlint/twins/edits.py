"""Each edit of a remedy, applied to the copy: one small function for each type."""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, ArrayFacts, Node, Shape, Step
from cnnlint.graph.node import ACTIVATION_LAYERS
from cnnlint.graph.vocabulary import layer_spec
from cnnlint.rule.remedies import (
    DropArgument,
    EncodeLabels,
    InsertAfter,
    NameOperands,
    Reconnect,
    RemoveNode,
    ReplaceInput,
    ReplaceNode,
    ScaleInputs,
    SetArgument,
    SetLearningRate,
    SetLoss,
)
from cnnlint.twins.copies import Copy
from cnnlint.twins.errors import RemedyError
from cnnlint.twins.inference import arguments, canonical, follow_window, given

APART = 10
"""Arrays of which one has values so many times larger are not prepared alike."""


@singledispatch
def apply(edit: object, copy: Copy) -> None:
    """Apply one edit to the copy; raises RemedyError where it does not apply."""
    raise RemedyError(f"{type(edit).__name__} is not an edit")


def _fused(copy: Copy, host: Node) -> Node | None:
    """The activation that is fused into a layer."""
    return next((node for node in copy.model.nodes if node.fused_into is host), None)


@apply.register
def _set_argument(edit: SetArgument, copy: Copy) -> None:
    for node in copy.uses(copy.node(edit.node)):
        if edit.name == "activation" and not node.is_activation:
            _set_fused(copy, node, edit.value)
            continue
        if edit.name == "activation" and node.kind in ACTIVATION_LAYERS:
            node.kind, node.arguments = "Activation", {}
        old = node.arguments.get(edit.name, Argument())
        node.arguments[edit.name] = replace(old, value=canonical(node.kind, edit.name, edit.value), given=True)
        follow_window(node.arguments)
        copy.edited.add(id(node))


def _set_fused(copy: Copy, host: Node, activation: Any) -> None:
    """The activation of a layer is a node of its own; none stands for None and linear."""
    fused = _fused(copy, host)
    if activation in (None, "linear"):
        if fused is not None:
            copy.remove(fused)
    elif fused is None:
        new = copy.new_node("Activation", {"activation": activation}, host)
        new.fused_into = host
        copy.insert(host, new)
    else:
        fused.arguments["activation"] = replace(fused.arguments.get("activation", Argument()), value=activation)


@apply.register
def _drop_argument(edit: DropArgument, copy: Copy) -> None:
    for node in copy.uses(copy.node(edit.node)):
        if edit.name == "activation" and not node.is_activation:
            _set_fused(copy, node, None)
            continue
        spec = layer_spec(node.placement.api or node.kind) or layer_spec(node.kind)
        default = UNKNOWN if spec is None else spec.canonical_defaults.get(edit.name, UNKNOWN)
        node.arguments[edit.name] = Argument(canonical(node.kind, edit.name, default))
        follow_window(node.arguments)
        copy.edited.add(id(node))


@apply.register
def _remove_node(edit: RemoveNode, copy: Copy) -> None:
    node = copy.node(edit.node)
    host = node.fused_into
    if host is None:
        copy.remove(node)
        return
    for use in copy.uses(host):
        fused = _fused(copy, use)
        if fused is not None:
            copy.remove(fused)


@apply.register
def _insert_after(edit: InsertAfter, copy: Copy) -> None:
    node = copy.node(edit.node)
    new = copy.new_node(edit.kind, edit.arguments, node)
    if edit.moved is not None:
        new.arguments = dict(copy.node(edit.moved).arguments)
    if edit.kind == "Activation" and not node.is_activation and _fused(copy, node) is None:
        spec = layer_spec(node.kind)
        if spec is not None and "activation" in spec.parameters:
            new.fused_into = node
    copy.insert(node, new)


@apply.register
def _replace_node(edit: ReplaceNode, copy: Copy) -> None:
    node = copy.node(edit.node)
    kept = {name: argument for name, argument in node.arguments.items() if name in edit.keep}
    node.arguments = {**arguments(edit.kind, {}), **kept, **given(edit.kind, edit.arguments)}
    node.kind = edit.kind
    if edit.kind != "Activation":
        node.fused_into = None
    copy.edited.add(id(node))


@apply.register
def _reconnect(edit: Reconnect, copy: Copy) -> None:
    consumer, old, new = copy.node(edit.consumer), copy.node(edit.old), copy.node(edit.new)
    if not any(source is old for source in consumer.inputs):
        raise RemedyError(f"{consumer.name} does not read {old.name}")
    copy.feed_node(consumer, old, new)
    copy.model.forget_consumers()


@apply.register
def _set_loss(edit: SetLoss, copy: Copy) -> None:
    loss = copy.loss(edit.loss)
    if edit.name is not None:
        loss.name = edit.name
    if edit.from_logits is not None:
        loss.from_logits = edit.from_logits


@apply.register
def _name_operands(edit: NameOperands, copy: Copy) -> None:
    copy.loss(edit.loss).swapped = False


@apply.register
def _set_learning_rate(edit: SetLearningRate, copy: Copy) -> None:
    optimizer = copy.optimizers.get(id(edit.optimizer))
    if optimizer is None:
        raise RemedyError("the optimizer is not the model's")
    optimizer.learning_rate = edit.value
    optimizer.rate = replace(optimizer.rate, value=edit.value, given=True)


@apply.register
def _scale_inputs(edit: ScaleInputs, copy: Copy) -> None:
    given = _given(edit, copy)
    _feed_instead(
        copy, lambda facts: _scaled(facts, edit.factor) if facts is given or _as_large(facts, given) else facts
    )


def _given(edit: ScaleInputs | ReplaceInput, copy: Copy) -> ArrayFacts:
    feed = copy.feed(edit.feed)
    facts = feed.x if edit.which == "x" else feed.validation_x
    if facts is None:
        raise RemedyError(f"nothing is known of the arrays that {feed.kind} is given, and so nothing can be scaled")
    return facts


def _feed_instead(copy: Copy, changed: Callable[[ArrayFacts], ArrayFacts]) -> None:
    """Change features wherever the model is given them, and targets that are the same array."""
    for feed in copy.feeds.values():
        # what is scaled where it is read is scaled in both places
        if (x := feed.x) is not None:
            feed.x, feed.y = changed(x), changed(x) if x.same_as(feed.y) else feed.y
        if (x := feed.validation_x) is not None:
            feed.validation_x = changed(x)
            feed.validation_y = changed(x) if x.same_as(feed.validation_y) else feed.validation_y


def _as_large(one: ArrayFacts, other: ArrayFacts) -> bool:
    """Whether the values of two arrays are of about the same size: those of one, at most, are some times larger."""
    small, large = sorted(max(abs(facts.low or 0.0), abs(facts.high or 0.0)) for facts in (one, other))
    return large < APART * small


def _scaled(facts: ArrayFacts, factor: float | None) -> ArrayFacts:
    if factor is None:
        step = Step("standardize", fitted="train", centred=True)
        return facts.with_step(step, low=None, high=None, dtype="float64")
    bounds = [None if bound is None else bound * factor for bound in (facts.low, facts.high)]
    low, high = bounds if factor >= 0 else bounds[::-1]
    dtype = facts.dtype if facts.dtype is None or "float" in facts.dtype else "float32"
    return facts.with_step(Step("scale", factor), low=low, high=high, dtype=dtype)


@apply.register
def _encode_labels(edit: EncodeLabels, copy: Copy) -> None:
    feed = copy.feed(edit.feed)
    if feed.y is None:
        raise RemedyError(f"nothing is known of the labels that {feed.kind} is given")
    old, feed.y = feed.y, _encoded(feed.y, edit)
    if feed.validation_y is not None:
        feed.validation_y = _encoded(feed.validation_y, edit)
    for loss in copy.losses.values():
        if loss.labels is not None and loss.labels == old:
            loss.labels = feed.y


def _encoded(facts: ArrayFacts, edit: EncodeLabels) -> ArrayFacts:
    """Class numbers as rows with a single 1 and back; other changes of encoding change what the labels mean."""
    rows = (facts.samples,) if facts.shape else (None,)
    if facts.encoding == edit.encoding:
        return facts
    if edit.encoding == "one_hot" and facts.encoding in ("integer", "binary"):
        shape: Shape = (*rows, facts.classes or (2 if facts.encoding == "binary" else None))
        return facts.with_step(Step("one_hot"), encoding="one_hot", shape=shape, low=0.0, high=1.0, dtype="float32")
    if edit.encoding == "integer" and facts.encoding == "one_hot":
        classes = facts.classes or (facts.shape[-1] if facts.shape and len(facts.shape) > 1 else None)
        high = None if classes is None else float(classes - 1)
        return facts.with_step(
            Step("argmax"), encoding="integer", shape=rows, classes=classes, low=0.0, high=high, dtype="int64"
        )
    raise RemedyError(f"labels written as {facts.encoding or 'unknown'} cannot be written as {edit.encoding}")


@apply.register
def _replace_input(edit: ReplaceInput, copy: Copy) -> None:
    given = _given(edit, copy)
    _feed_instead(copy, lambda facts: edit.facts if facts is given or facts.same_as(given) else facts)
