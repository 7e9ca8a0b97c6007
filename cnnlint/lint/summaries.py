"""Models as they were read, as plain data for `--show-models` and the JSON report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cnnlint.diagnostics import Location, ModelSummary, UnknownPart
from cnnlint.graph import ArrayFacts, Feed, LayerMadeInCall, Model, Node, Origin, Training
from cnnlint.readers.reading import Reading


def summarize(
    model: Model, reading: Reading, feeds: Sequence[Feed], disputed: dict[int, frozenset[str]] | None = None
) -> ModelSummary:
    """One model of a reading: its layers with fused activations folded back in, and what is unknown about it.

    `feeds` are what it is fed with, as far as all readings agree; what is `disputed` of nodes, by identity, is what
    they do not agree on.
    """
    cell, location = place(model.origin, reading)
    layers, disputed = list(layers_of(model, reading)), disputed or {}
    fused = {id(node.fused_into): id(node) for node in model.nodes if node.fused_into is not None}
    for node, layer in layers:
        unlike = disputed.get(id(node), frozenset())
        if "shape" in unlike:
            layer.update(output_shape=None if node.shape is None else [None] * len(node.shape))
        if "parameters" in unlike:
            layer.update(parameters=None)
        if "activation" in unlike or disputed.get(fused.get(id(node), 0)):
            layer.update(activation="unknown")
    return ModelSummary(
        name=model.name,
        kind=model.kind,
        filename=model.origin.filename or reading.filename,
        location=location,
        layers=tuple(layer for _, layer in layers),
        complete=model.complete,
        unknown=tuple(_unknown(part.what, part.origin, model, reading) for part in model.gaps),
        cell=cell,
        # a part that is not known may hold weights
        parameters=_parameters([*(node for node, _ in layers), *model.kept])
        if not (model.unread or any(disputed.values())) and not _made_anew(model, reading)
        else None,
        training=_training(model.training, feeds),
    )


def layers_of(model: Model, reading: Reading) -> Iterator[tuple[Node, dict[str, Any]]]:
    """The layers of a model as they are reported, fused activations folded back in."""
    fused = {id(node.fused_into): node for node in model.nodes if node.fused_into is not None}
    for node in model.nodes:
        if node.fused_into is None:
            yield node, _layer(node, fused.get(id(node)), reading)


def place(origin: Origin, reading: Reading) -> tuple[int | None, Location]:
    """The cell and the place within it that an origin begins at; row 1, column 1 where it has no span."""
    if origin.span is None:
        return None, Location(1, 1)
    cell, row = reading.place(origin.span.start_row) if _is_own(origin, reading) else (None, origin.span.start_row)
    return cell, Location(row, origin.span.start_column)


def end_place(origin: Origin, reading: Reading) -> Location:
    """The place that an origin ends before."""
    if origin.span is None:
        return Location(1, 1)
    row = reading.place(origin.span.end_row)[1] if _is_own(origin, reading) else origin.span.end_row
    return Location(row, origin.span.end_column)


def _is_own(origin: Origin, reading: Reading) -> bool:
    return origin.filename is None or origin.filename == reading.filename


def _unknown(what: str, origin: Origin | None, model: Model, reading: Reading) -> UnknownPart:
    if origin is None or origin.span is None:
        return UnknownPart(what)
    cell, location = place(origin, reading)
    own, file = model.origin.filename or reading.filename, origin.filename or reading.filename
    return UnknownPart(what, location.row, cell, file if file != own else None)


def _layer(node: Node, activation: Node | None, reading: Reading) -> dict[str, Any]:
    layer: dict[str, Any] = {
        "name": node.name,
        "kind": node.kind,
        "output_shape": None if node.shape is None else [_sane(size) for size in node.shape],
        "parameters": _sane(_weights(node)),
        "activation": (activation.activation or "unknown") if activation is not None else node.activation,
        "inputs": [(source.fused_into or source).name for source in node.inputs],
    }
    if node.origin.span is not None:
        cell, location = place(node.origin, reading)
        layer["row"] = location.row
        if cell is not None:
            layer["cell"] = cell
    if node.origin.onnx_node is not None:
        layer["node"] = node.origin.onnx_node
    if node.scope:
        layer["scope"] = "/".join(node.scope)
    if node.note:
        layer["note"] = node.note
    if node.shape_error is not None:
        layer["error"] = node.shape_error
    if node.trainable is False:
        layer["frozen"] = True
    return layer


def _made_anew(model: Model, reading: Reading) -> bool:
    """Whether a `call` makes one of the layers: it is nowhere kept, and Keras does not count its weights."""
    made = reading.program.events_of(LayerMadeInCall) if reading.program is not None else ()
    places = {_start(event.origin) for event in made}
    return bool(places) and any(_start(node.origin) in places for node in model.nodes if node.parameters)


def _start(origin: Origin) -> tuple[str | None, int, int] | None:
    """Where an origin begins: a layer and what it is applied to at once begin at the same place."""
    return (origin.filename, origin.span.start_row, origin.span.start_column) if origin.span is not None else None


def _parameters(nodes: list[Node]) -> int | None:
    """The weights of all layers, shared ones counted once; None when those of any layer are unknown in all its uses."""
    known = {
        node.layer_id: weights for node in reversed(nodes) if node.layer_id and (weights := _weights(node)) is not None
    }
    rest = [_weights(node) for node in nodes if node.layer_id not in known]
    if None in rest:
        return None
    return _sane(sum(known.values()) + sum(weights or 0 for weights in rest))


def _weights(node: Node) -> int | None:
    """The weights of a layer; an input has none, whatever was worked out about it."""
    return 0 if node.kind == "Input" else node.parameters


def _sane(number: int | None) -> int | None:
    """A number that fits 64 bits, for readers of the report; larger ones come from nonsense and are not known."""
    return number if number is not None and abs(number) < 1 << 63 else None


def _training(training: Training, feeds: Sequence[Feed]) -> dict[str, Any] | None:
    """The training set-up with everything that is not known left out; None when the file shows none."""
    result: dict[str, Any] = {}
    if training.losses:
        losses = [_known(name=loss.name or "unknown", from_logits=loss.from_logits) for loss in training.losses]
        result["loss"] = losses[0]["name"] if len(losses) == 1 else [loss["name"] for loss in losses]
        flags = [loss.get("from_logits") for loss in losses]
        if any(flag is not None for flag in flags):
            result["from_logits"] = flags[0] if len(flags) == 1 else flags
    if training.optimizer is not None:
        result["optimizer"] = training.optimizer.name or "unknown"
        if training.optimizer.learning_rate is not None:
            result["learning_rate"] = training.optimizer.learning_rate
    if training.metrics:
        result["metrics"] = [metric.name or "unknown" for metric in training.metrics]
    if feeds:
        result["feeds"] = [_feed(feed) for feed in feeds]
    return result or None


def _feed(feed: Feed) -> dict[str, Any]:
    return _known(
        kind=feed.kind,
        x=_facts(feed.x),
        y=_facts(feed.y),
        validation_x=_facts(feed.validation_x),
        validation_y=_facts(feed.validation_y),
        epochs=feed.epochs,
        batch_size=feed.batch_size,
        steps_per_epoch=feed.steps_per_epoch,
        validation_split=feed.validation_split,
        updates=feed.updates,
    )


def _facts(facts: ArrayFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return _known(
        name=facts.name,
        shape=facts.shape,
        dtype=facts.dtype,
        low=facts.low,
        high=facts.high,
        encoding=facts.encoding,
        classes=facts.classes,
        source=facts.source,
        split=facts.split,
        steps=[step.kind for step in facts.steps] or None,
    )


def _known(**values: Any) -> dict[str, Any]:
    """The values that are known."""
    return {name: value for name, value in values.items() if value is not None}
