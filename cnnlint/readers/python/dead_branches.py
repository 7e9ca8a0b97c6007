"""Layers that contribute to no output: built beside a model, or left behind by what was bound anew."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import (
    Model,
    Node,
    Origin,
)
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.walks import order
from cnnlint.readers.python.building.training import sessions
from cnnlint.readers.python.run import Run

#: activations whose output is looked at beside the scores that the loss reads
FETCHED = frozenset({"softmax", "sigmoid", "tanh", "linear"})
#: a helper may well be called twice on one tensor
MANY = 2


def mark_dead(run: Run, known: list[Model], live: set[int]) -> None:
    """Give each model the nodes that read something of it, reach none of its outputs, and that nothing else reads.

    A call that stands in a loop or a helper is dead only if every pass through it is.
    """
    read = {id(source) for node in run.building.nodes for source in node.inputs}
    places = {place(node) for node in run.building.nodes if id(node) in live}
    owners: dict[int, list[Model]] = {}
    for model in known:
        model.dead = []  # a model that was compiled twice is there twice, and would share its list
        for node in (*model.nodes, *idle_inputs(model)):
            owners.setdefault(id(node), []).append(model)
    if not known or any(sessions.fetches_by_name(unit.parsed) for unit in run.units):
        return
    past = run.building.abandoned | run.building.failed | run.building.kept
    for node in run.building.nodes:
        if id(node) in live or node.escapes or id(node) in read or node.opaque or node.kind == "Input":
            continue
        if {id(node), id(node.fused_into)} & past or node.placement.spelling not in ("call", "function", "fused"):
            continue
        if node.is_activation and node.fused_into is None and (node.activation or "linear") in FETCHED:
            continue  # probabilities beside the logits are there to be fetched
        end = node.fused_into or node
        sources = [id(source) for each in order([end]) if id(each) not in live for source in each.inputs]
        around = list({id(model): model for source in sources for model in owners.get(source, ())}.values())
        if not around:
            continue
        if place(node) in places:
            call = helper_call(run, node, live)
            if call is None and (begun := begun_again(run, end, live, around)) is not None:
                end, call = begun, begun.placement.statement
            if call is None:
                continue
            end = replace(end, placement=replace(end.placement, call=call, application=call))
        for model in around:
            model.dead.append(end)


def begun_again(run: Run, end: Node, live: set[int], known: list[Model]) -> Node | None:
    """The layer that a dead branch begins with, if every pass of a loop applies it to one and the same tensor, and the
    last pass alone is read: `for n in (32, 64, 128): x = Conv2D(n, 3)(inputs)`."""
    first = next((one for one in order([end]) if id(one) not in live and one.kind in WEIGHTED), None)
    if first is None or len(first.inputs) != 1 or first.inputs[0].origin.span is None:
        return None
    passes = [one for one in run.building.nodes if one.kind == first.kind and place(one) == place(first)]
    read = [one for one in passes if id(one) in live]
    alike = all(len(one.inputs) == 1 and one.inputs[0] is first.inputs[0] and not one.escapes for one in passes)
    told = len(read) == 1 and any(one.kind == "functional" and read[0] in one.nodes for one in known)
    return first if alike and told and read[0] is passes[-1] and len(passes) > MANY else None


def idle_inputs(model: Model) -> list[Node]:
    """The inputs that a model declares and no output hangs on, where all of it was read."""
    known = [id(node) for node in model.inputs]
    foreign = any(node.opaque or (node.kind == "Input" and id(node) not in known) for node in model.nodes)
    if model.kind != "functional" or model.unread or foreign:
        return []
    return [node for node in model.inputs if all(node is not one for one in model.nodes)]


def helper_call(run: Run, node: Node, live: set[int]) -> Origin | None:
    """The call of a helper that made a node, if nothing that calls from this place ever made is read.

    A helper that hands back two values, of which the last call needs one alone, made something that is.
    """
    nodes = run.building.nodes
    index = next((i for i, each in enumerate(nodes) if each is node), -1)
    around = [call for call, began, ended in run.building.helper_calls if began <= index < ended]
    for call in around:
        made = [each for at, began, ended in run.building.helper_calls if at is call for each in nodes[began:ended]]
        if not any(id(each) in live or each.escapes or each.opaque for each in made):
            found = (unit.positions.origin(call, None if unit.main else unit.filename) for unit in run.units)
            return next((origin for origin in found if origin.span is not None), run.origin(call))
    return None


def place(node: Node) -> object:
    call = node.placement.application or node.placement.call
    return (call.filename, call.span) if call is not None else id(node)
