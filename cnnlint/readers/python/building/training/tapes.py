"""What a tape of TensorFlow 2 is asked for: of which losses, whether it recorded them, and whether they can fall."""

from __future__ import annotations

from cnnlint.graph import InferenceInTape, Loss, Node, Origin, UnrecordedPrediction
from cnnlint.graph.kinds import DROPOUT
from cnnlint.graph.walks import TRAINED, ancestors
from cnnlint.readers.python.building.own.instances import layers_of
from cnnlint.readers.python.building.training.optimizers import trained_by
from cnnlint.readers.python.building.training.slopes import stopped
from cnnlint.readers.python.building.training.written_losses import is_prediction, losses_in
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    LayerValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
)


def gradient(run: Run, value: ObjectValue, site: CallSite) -> Value:
    """`tape.gradient(loss, sources)`: what comes out remembers its losses and whose weights it is of."""
    if value.name != "tf.GradientTape":
        return None
    target, sources = site.value(0, "target"), site.value(1, "sources")
    losses, trained = losses_in(run, target), trained_by(run, sources)
    number = len(run.building.differentiated)
    run.building.differentiated.append(losses)
    if trained:
        _flat(run, target)
        _inverted(run, target, trained)
        _asleep(run, target, trained)
    span = run.span(site.node)
    if span is not None:
        run.building.asked[span.start_row, span.start_column] = losses
    _not_recorded(run, value, target, losses, trained, run.origin(site.node))
    return Unknown("gradients", ("gradients", number, sources.token if isinstance(sources, Unknown) else None))


def _not_recorded(
    run: Run, tape: ObjectValue, target: Value, differentiated: list[Loss], trained: list[ModelValue], origin: Origin
) -> None:
    """Tell the rules where nothing that a tape is asked about was recorded by it."""
    closed = tape.state.get("closed")
    if isinstance(closed, tuple):
        nodes, losses = run.building.nodes[closed[0] :], run.building.losses[closed[1] :]
        late = isinstance(target, TensorValue) and any(target.node is node for node in nodes)
        if isinstance(target, LossTensor):
            late = bool(target.losses) and all(any(one is loss for loss in losses) for one in target.losses)
        if late:
            run.event(UnrecordedPrediction(origin=origin, why="after"))
            return
    if differentiated and all(loss.detached for loss in differentiated) and trained:
        run.event(UnrecordedPrediction(origin=origin, why="predict"))
    opened = tape.state.get("opened")
    if not isinstance(opened, tuple) or not differentiated:
        return
    # what `compile` was given is computed of other outputs than those that it stands for
    computed = {id(loss) for loss in run.building.losses[opened[1] :]}
    recorded = {id(node) for node in run.building.nodes[opened[0] :]}
    recorded |= {id(tensor.node) for model in run.building.models for tensor in model.outputs}
    outputs = [loss.output for loss in differentiated if id(loss) in computed and loss.output is not None]
    if len(outputs) == len(differentiated) and not any(id(one) in recorded for one in outputs):
        run.event(UnrecordedPrediction(origin=origin))


def _flat(run: Run, target: Value) -> None:
    """Tell the rules where no gradient leads from what a tape is asked about to any weights."""
    nodes = [target.node] if isinstance(target, TensorValue) else []
    if isinstance(target, LossTensor) and target.whole:
        nodes = [loss.output for loss in target.losses if loss.output is not None and _leads_nowhere_else(loss)]
        if len(nodes) != len(target.losses):
            return
    found = [stopped(node, _has_weights) for node in nodes]
    if found and found[0] is not None and None not in found:
        run.event(found[0])


def _has_weights(node: Node) -> bool:
    return node.kind in TRAINED


def _leads_nowhere_else(loss: Loss) -> bool:
    """Whether the labels of a loss are no prediction, which a gradient would reach through them."""
    return not (loss.swapped or (loss.labels_node is not None and is_prediction(loss.labels_node)))


def _asleep(run: Run, target: Value, trained: list[ModelValue]) -> None:
    """Tell the rules where the dropout of a model that is trained here was told, each time, that it is not."""
    nodes = [target.node] if isinstance(target, TensorValue) else []
    if isinstance(target, LossTensor):
        nodes = [loss.output for loss in target.losses if loss.output is not None]
    own = set().union(*map(_dropouts, trained))
    found = [node for node in ancestors(*nodes) if node.kind in DROPOUT and node.layer_id in own]
    flags = [node.arguments.get("training") for node in found]
    for node, flag in zip(found, flags, strict=True):
        whole = all(one is not None and one.value is False for one in flags)
        if whole and flag is not None and flag.origin is not None and node.value("rate") != 0:
            run.event(InferenceInTape(origin=flag.origin, layer=node.kind))
            return


def _dropouts(model: ModelValue) -> set[int]:
    """The dropout layers of a model, as far as they are known before it is read."""
    held = [layer for _, layer in layers_of(model.instance)] if model.instance is not None else model.layers
    found = {one.layer_id for one in held if isinstance(one, LayerValue) and one.kind in DROPOUT}
    return found | {one.layer_id for one in ancestors(*(t.node for t in model.outputs)) if one.kind in DROPOUT}


def _inverted(run: Run, target: Value, trained: list[ModelValue]) -> None:
    """Mark a loss that a model's own weights make small with a minus in front of it.

    A model that is trained through another one may be its opponent, and so may another step that makes it small.
    """
    if not (isinstance(target, LossTensor) and target.whole and target.negated and len(trained) == 1):
        return
    own = _layers(trained[0])
    known = [*run.building.differentiated[:-1], *(losses for losses, _ in run.building.minimized)]
    known.append(trained[0].training.losses)
    for loss in target.losses:
        through = _layers_of(loss)
        opposed = any(_layers_of(one) & own for losses in known for one in losses if not one.inverted)
        alone = bool(through) and through <= own and not opposed
        loss.inverted = alone and loss.name is not None and _leads_nowhere_else(loss)


def _layers_of(loss: Loss) -> set[int]:
    """The layers with weights that a loss depends on."""
    return (
        {node.layer_id for node in ancestors(loss.output) if _has_weights(node)} if loss.output is not None else set()
    )


def _layers(model: ModelValue) -> set[int]:
    """The layers with weights of a model, as far as they were read."""
    outputs = model.outputs or model.realised or (model.use[1] if model.use is not None else [])
    return {node.layer_id for node in ancestors(*(tensor.node for tensor in outputs)) if _has_weights(node)}
