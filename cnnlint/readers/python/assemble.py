"""From what a run built to a Program: models with their nodes in order, dead layers, and what could not be read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec.structs import replace

from cnnlint.graph import (
    Argmax,
    ArrayFacts,
    ArrayPassed,
    CallRefused,
    DiscardedArray,
    Event,
    Feed,
    Loss,
    Model,
    ModuleImported,
    Node,
    Origin,
    Program,
    Spread,
    Training,
    TrainingOperation,
    TrainStep,
    Unread,
    VariablesInitialized,
    WeightsRead,
)
from cnnlint.graph.kinds import RECURRENT
from cnnlint.graph.versions import narrowed
from cnnlint.graph.walks import order
from cnnlint.readers.python import told_by_text, trained
from cnnlint.readers.python.budget import BudgetSpent
from cnnlint.readers.python.building.layers.placeholders import is_placeholder, of_data, of_input
from cnnlint.readers.python.building.models import models
from cnnlint.readers.python.building.models.uses import Uses, hand_over
from cnnlint.readers.python.building.own import instances
from cnnlint.readers.python.building.training import sessions
from cnnlint.readers.python.dead_branches import idle_inputs, mark_dead, place
from cnnlint.readers.python.inside import Inside
from cnnlint.readers.python.naming import name_nodes
from cnnlint.readers.python.run import RaiseSignal, Run
from cnnlint.readers.python.trained import LAYERS
from cnnlint.readers.python.unsettled import unread_of, unsettled
from cnnlint.readers.python.values import InstanceValue, LayerValue, ModelValue


def program(run: Run, filename: str) -> Program:
    """Everything that a run read."""
    result = Program(filename, frameworks=run.versions.frameworks(), arrays=list(run.arrays), notes=list(run.notes))
    result.calls = list(run.calls)
    taken: set[int] = set()
    table: dict[int, Model] = {}
    ended: BudgetSpent | None = None
    inside = Inside(run.building)
    for value in run.building.models:
        try:
            model = keras_model(run, value, inside)
        except BudgetSpent as spent:  # what was put together before is as it was read
            model, ended = _unfinished(value, spent), spent
        if model is None:
            continue
        table[id(value)] = model
        taken.update(id(node) for node in (*model.nodes, *idle_inputs(model)))
        if value.used_as_part and not value.used_as_model:
            model.is_part = True
        result.models.append(model)
        result.models += [replace(model, training=training) for training in value.earlier]
    if ended is not None:
        result.notes.append(Unread(f"partly read: {ended}"))
        return result
    trained.mark(run, result.models)
    hand_over(
        run,
        Uses(result.models, LAYERS),
        [],
        [loss for loss in run.building.losses if id(loss.output) in taken],
        trained.optimises(run),
    )
    result.models += loose_models(run, taken, result.models)
    live = {id(node) for model in result.models for node in model.nodes}
    result.models += refused_branches(run, live)
    mark_dead(run, result.models, live)
    for model in result.models:
        name_nodes(model)
    _mark_taps(result.models)
    by_value = {id(value): table[id(value)] for value in run.building.models if id(value) in table}
    steps = [event for event in run.events if isinstance(event, TrainStep)]
    initialised = bool(steps) and any(sessions.initialises(unit.parsed) for unit in run.units)
    told = {node.layer_id for node in run.building.nodes if node.shape_error is not None}
    for event in run.events:
        if isinstance(event, CallRefused) and event.layer in told:
            continue  # where it is called
        if isinstance(event, TrainStep):
            event = _with_initialisation(event, initialised, result)
        elif isinstance(event, VariablesInitialized):
            # a session that is opened in the loop starts from nothing each time: a fold, an experiment
            around = set(event.loops) - set(event.session_loops)
            again = not event.conditional and any(_undoes(run, event, step, around) for step in steps)
            event = replace(event, in_training_loop=again)
        elif isinstance(event, WeightsRead):
            writers = tuple(by_value.get(id(one)) for one in event.writers)
            event = replace(event, model=by_value.get(id(event.reader)), writers=writers, reader=None)
        elif isinstance(event, TrainingOperation):
            event = _with_model(event, result.models)
        elif isinstance(event, (Argmax, DiscardedArray, ArrayPassed, Spread)) and event.facts is not None:
            made_by = run.building.predictions.get(event.facts.root)
            event = replace(event, model=by_value.get(id(made_by)))
        result.events.append(event)
    result.events += told_by_text.events(run, result)
    imports = (event.module for event in result.events_of(ModuleImported) if not event.conditional)
    result.frameworks = narrowed(result.frameworks, result.calls, imports)
    return result


def _mark_taps(known: list[Model]) -> None:
    """Mark the outputs of models without a loss that are read on in another model of the program."""
    read = {id(source) for model in known for node in model for source in node.inputs}
    for model in known:
        if not model.training.losses:
            model.taps = [node for node in model.outputs if id(node) in read and not model.consumers(node)]


def _undoes(run: Run, event: VariablesInitialized, step: TrainStep, around: set[int]) -> bool:
    """Whether an initialisation in these loops throws away what a training step learnt in them.

    One that follows the steps of an inner loop begins the next training anew: a day, a fold. So does one beside which
    each pass makes a training operation of its own: a learning rate that is tried out.
    """
    together = around & set(step.loops)
    follows = len(step.loops) > len(event.loops) and step in run.events[: run.events.index(event)]
    return bool(together) and not follows and not any(_is_made_in(one, together) for one in run.events)


def _is_made_in(event: Event, loops: set[int]) -> bool:
    """Whether an event is that of a training operation which every pass of these loops makes."""
    return isinstance(event, TrainingOperation) and not event.conditional and loops <= set(event.loops)


def _with_initialisation(event: TrainStep, initialised: bool, result: Program) -> TrainStep:
    """A training step, and whether anything gives the variables their values; left open where parts were not read."""
    if not initialised and (result.notes or any(model.unread for model in result.models)):
        return event
    return replace(event, initialized=initialised)


def _with_model(event: TrainingOperation, known: list[Model]) -> TrainingOperation:
    """A training operation with the model that it trains; unread parts leave open whether updates are run."""
    model = next((m for m in known if any(loss in m.training.losses for loss in event.losses)), None)
    sure = event.runs_update_ops or (model is not None and not model.unread)
    return replace(event, runs_update_ops=event.runs_update_ops if sure else None, model=model)


def keras_model(run: Run, value: ModelValue, inside: Inside) -> Model | None:
    """A Sequential, functional or subclassed model as a graph."""
    if value.kind == "subclass" and value.instance is not None:
        instances.read_model(run, value.instance)
    if value.kind == "application":
        if value.used_as_part and not value.used_as_model:
            return None
        if value.application is not None and value.application.nodes and not value.used_as_model:
            return None
        models.realise_application(run, value)
    before = len(run.frames)
    try:
        models.realise(run, value)
    except RaiseSignal:  # one of its layers refuses what it is given: the model is never built
        del run.frames[before:]
        value.unread.append(("one of its layers raises an exception", value.placement.call))
    if not value.outputs and not value.layers and not value.unread:
        return None
    kind = "functional" if value.joins else value.kind
    model = Model(value.name or kind, kind, origin=value.placement.call or Origin(), training=value.training)
    model.nodes = order([tensor.node for tensor in value.outputs])
    model.outputs = [tensor.node for tensor in value.outputs]
    model.inputs = [tensor.node for tensor in value.inputs]
    ends = {id(node) for node in model.outputs}
    model.training.handed = value.handed
    predicts = bool(value.training.feeds) and all(feed.kind == "predict" for feed in value.training.feeds)
    given = value.given_weights or any(node.layer_id in run.building.given_weights for node in model.nodes)
    model.training.given, model.training.borrows = given, predicts and given
    model.training.losses += [loss for loss in value.added if id(loss.output) in ends]
    _resolve_losses(model)
    model.unread = [Unread(what, origin) for what, origin in value.unread]
    model.unread += unread_of(model.nodes)
    begins = model.inputs if model.kind == "subclass" else []
    model.unsettled = unsettled(node for node in model.nodes if not any(node is one for one in begins))
    if value.instance is not None:
        model.uncalled = uncalled(value)
        model.kept = [node for node in instances.kept_nodes(value.instance) if node.fused_into is None]
    model.kept += inside.beside(model)
    value.graph = model
    if model.kind == "sequential" and len(model.nodes) <= 1 and not model.unread:
        return None
    return model


def _unfinished(value: ModelValue, spent: BudgetSpent) -> Model | None:
    """A model that the budget did not suffice for: nothing of it is claimed."""
    if value.kind == "application":
        return None
    origin = value.placement.call or Origin()
    return Model(value.name or value.kind, value.kind, origin=origin, unread=[Unread(f"not read: {spent}", origin)])


def _resolve_losses(model: Model) -> None:
    """Let each loss point at an output of the model as it is now: layers may have come and gone since `compile`."""
    outputs = {id(node) for node in model.outputs}
    for loss in model.training.losses:
        if loss.output is None or id(loss.output) not in outputs:
            alone = len(model.outputs) == len(model.training.losses) == 1
            loss.output = model.outputs[0] if alone else None


def uncalled(value: ModelValue) -> list[Node]:
    """Layers that a subclassed model keeps on itself and never calls."""
    assert value.instance is not None
    if not value.outputs:
        return []
    found: list[Node] = []
    for name, layer in instances.layers_of(value.instance):
        if not (layer.nodes or layer.called_on_unknown or layer.opaque or _mentioned(value.instance, name)):
            node = Node(layer.kind, layer.name or name, arguments=dict(layer.arguments), placement=layer.placement)
            found.append(node)
    return found


def _mentioned(instance: InstanceValue, name: str) -> bool:
    """Whether the attribute is read somewhere in the files of its class, on whatever way: any may be the one taken."""
    reading = re.compile(rf"\.{re.escape(name)}\b(?!\s*=[^=])")
    return any(reading.search(cls.unit.parsed.source.code) for cls in instance.cls.lineage())


def loose_models(run: Run, taken: set[int], known: list[Model]) -> list[Model]:
    """Models in call style: what the losses and the tensors that leave the program depend on, by component."""
    left_out = taken | run.building.failed
    loose = [node for node in run.building.nodes if id(node) not in left_out]
    result: list[Model] = []
    seen: set[object] = set()
    uses, changes = Uses(known, LAYERS), trained.optimises(run)
    for nodes in _components(loose):
        if not any(node.kind in LAYERS for node in nodes):
            continue
        inside = {id(node) for node in nodes}
        losses = [loss for loss in run.building.losses if loss.output is not None and id(loss.output) in inside]
        if _hangs_on(nodes, taken) and not losses and not any(node.escapes for node in nodes):
            continue  # a forgotten branch of a Keras model, not a model of its own
        repeats = uses.covers(nodes)
        if repeats and not uses.refused(nodes) and hand_over(run, uses, nodes, losses, changes):
            continue
        outputs = _unique(loss.output for loss in losses if loss.output is not None)
        if not outputs:
            read = {id(source) for node in nodes for source in node.inputs}
            escaping = [n for n in nodes if n.escapes and (id(n) not in read) and not _only_data(n)]
            outputs = escaping or [n for n in nodes if id(n) not in read and not _only_data(n)][-1:]
        for group in _sharing(outputs):
            model = _loose_model(run, group, nodes, losses)
            if model is None:
                continue
            # a training loop calls the same code again and again: one reading of it is enough
            signature = (
                model.origin.span,
                tuple(place(node) for node in model.nodes if node.kind != "Input"),
                tuple(loss.origin.span for loss in model.training.losses),
            )
            if signature not in seen:
                seen.add(signature)
                model.unlisted = repeats or (not losses and _within_layers(run, model))
                result.append(model)
    return result


def refused_branches(run: Run, live: set[int]) -> list[Model]:
    """What the framework does not make of tensors beside every model: the program ends there all the same.

    Of Keras 3's symbolic tensors, of inputs by a layer of any Keras, or of data that the program holds itself.
    """
    left = [node for node in run.building.nodes if node.shape_error is not None and id(node) not in live]
    left_out = run.building.abandoned | run.building.failed | run.building.tried
    found = [
        node
        for node in left
        if id(node) not in left_out
        and ((not _refused_late(node) and _refused_at_once(run, node)) or of_data(run, node))
    ]
    return [
        Model("model", "functional", ordered, outputs=[node], origin=node.origin, unlisted=True)
        for node in found
        for ordered in [order([node])]
    ]


def _refused_at_once(run: Run, node: Node) -> bool:
    """Whether a node is made where it stands: every Keras asks its layers for their shapes when they are called."""
    return is_placeholder(run, node) or (node.placement.api.startswith("keras.layers.") and of_input(run, node))


#: what Keras 3.15 makes of symbolic tensors whatever their sizes, and refuses when there are data
ATTENTION = frozenset({"AdditiveAttention", "Attention"})
#: what of these is asked at once
AT_ONCE = re.compile(r"is called on one tensor, not|is no shape to reshape to")
LATE = ATTENTION | {"BroadcastTo", "GroupQueryAttention", "Take", "TensorDot", "TopK", "WholeReshape"}


def _refused_late(node: Node) -> bool:
    """Whether Keras may refuse a node only when it is computed, which one that nothing reads never is.

    How many tensors an attention is called on, and what TensorFlow is handed, is asked at once.
    """
    if node.placement.api.startswith("tf.") or (node.kind in ATTENTION and len(node.inputs) not in (2, 3)):
        return False
    if node.shape_error is not None and AT_ONCE.search(node.shape_error):
        return False
    return node.kind in LATE or (node.kind in RECURRENT and len(node.inputs) > 1)


def _within_layers(run: Run, model: Model) -> bool:
    """Whether all that has weights in a model was made by calls of layers of the program's own."""
    return all(id(node) in run.building.inside for node in model.nodes if node.kind in LAYERS)


def _hangs_on(nodes: list[Node], taken: set[int]) -> bool:
    """Whether nodes read something of a model that is known already."""
    return any(id(source) in taken for node in nodes for source in node.inputs)


def _sharing(outputs: list[Node]) -> list[list[Node]]:
    """Outputs in groups that have computed nodes in common; sharing an input alone makes no model of two."""
    groups: list[tuple[list[Node], set[int]]] = []
    for output in outputs:
        computed = {id(node) for node in order([output]) if node.kind != "Input"}
        together = [group for group in groups if group[1] & computed]
        merged = (
            [node for group in together for node in group[0]] + [output],
            computed.union(*(g[1] for g in together)),
        )
        groups = [group for group in groups if group not in together] + [merged]
    return [members for members, _ in groups]


def _loose_model(run: Run, outputs: list[Node], nodes: list[Node], losses: list[Loss]) -> Model | None:
    ordered = order(outputs)
    if not any(node.kind in LAYERS for node in ordered):
        return None
    within = {id(node) for node in ordered}
    mine = [loss for loss in losses if id(loss.output) in within]
    origin = next((n.placement.call for n in ordered if n.kind in LAYERS and n.placement.call is not None), Origin())
    called = any(n.placement.spelling == "function" for n in ordered if n.kind in LAYERS)
    model = Model(
        "model",
        "tf.layers" if called else "functional",
        ordered,
        [n for n in ordered if n.kind == "Input"],
        outputs,
        Training(losses=mine),
        origin,
    )
    for minimized, optimizer in run.building.minimized:
        if any(loss in mine for loss in minimized) or not minimized:
            model.training.optimizer = optimizer
    # what the targets of another network come from, such as a frozen copy of it, does not learn from its loss
    only_targets = not mine and any(id(loss.labels_node) in within for loss in run.building.losses)
    learns = not only_targets and (model.training.optimizer is not None or trained.optimises(run))
    for node in model.inputs:
        fed = run.building.fed.get(id(node))
        if fed is not None:
            kind = "fit" if learns else "predict"
            model.training.feeds.append(Feed(kind, fed.facts, _fed_labels(run, mine), origin=fed.origin))
    model.unread = unread_of(ordered)
    model.unsettled = unsettled(node for node in ordered if node.kind != "Input")  # it begins with what it is fed
    return model


def _fed_labels(run: Run, losses: list[Loss]) -> ArrayFacts | None:
    for loss in losses:
        node = loss.labels_node
        fed = run.building.fed.get(id(node))
        if fed is not None:
            loss.labels = fed.facts
            return fed.facts
        if loss.labels is not None:
            return loss.labels
    return None


def _only_data(node: Node) -> bool:
    return node.kind == "Input"


def _unique(nodes: Iterable[Node]) -> list[Node]:
    return list({id(node): node for node in nodes}.values())


def _components(nodes: list[Node]) -> list[list[Node]]:
    """Nodes that are connected, in the order of their making."""
    parent = {id(node): id(node) for node in nodes}

    def root(key: int) -> int:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for node in nodes:
        for source in node.inputs:
            if id(source) in parent:
                parent[root(id(source))] = root(id(node))
    groups: dict[int, list[Node]] = {}
    for node in nodes:
        groups.setdefault(root(id(node)), []).append(node)
    return list(groups.values())


__all__ = ["LayerValue", "program"]
