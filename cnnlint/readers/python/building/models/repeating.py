"""A Sequential that was read for an input like the tensor it is applied to: its nodes once more, not its layers' code.

That holds where reading them left nothing behind but nodes: no loss, no event, nothing set on an object and no
container changed that was there before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sized

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph import OPAQUE, Node
from cnnlint.readers.python.run import Pass, Run
from cnnlint.readers.python.values import ModelValue, birth


class Watched(Struct):
    """What stood before something was read, and whether that left nothing behind but nodes."""

    nodes: int
    calls: int
    layers: int
    alone: bool = False


@contextlib.contextmanager
def watched(run: Run) -> Iterator[Watched]:
    """Watch what is read within."""
    building = run.building
    found = Watched(len(building.nodes), len(building.helper_calls), building.next_id())
    before, changes = _left(run), Pass(birth(), found.nodes)
    run.tries.append(changes)
    try:
        yield found
    finally:
        run.tries.pop()
    found.alone = not (changes.touched or changes.elsewhere) and before == _left(run)


def _left(run: Run) -> tuple[int, ...]:
    """How much there is of all that reading leaves behind, nodes aside."""
    building = run.building
    left: tuple[Sized, ...] = (
        *(run.events, run.arrays, building.models, building.losses, building.minimized, building.instances),
        *(
            building.trained,
            building.fed,
            building.abandoned,
            building.failed,
            building.given_weights,
            building.numbered,
        ),
    )
    return tuple(map(len, left))


def repeated(run: Run, model: ModelValue, before: Watched, tensor: Node) -> Node | None:
    """The output of a Sequential that was just read, applied to a tensor like its input; None where that may differ."""
    building = run.building
    made = building.nodes[before.nodes :]
    if not (before.alone and made and model.inputs and model.outputs):
        return None
    own, output = model.inputs[0].node, model.outputs[0].node
    marked = own.followed == tensor.followed  # or it is not known where the samples lie in it
    if made[0] is not own or not (marked or own.shape == tensor.followed) or own.dtype != tensor.dtype:
        return None
    repeat = _Repeat(run, before, made, {id(own): tensor}, marked)
    for node in made:
        repeat.places.append(len(building.nodes))
        if any(id(source) in repeat.table for source in node.inputs):
            repeat.node(node)
    repeat.places.append(len(building.nodes))
    begun = before.nodes
    building.helper_calls += [
        (call, repeat.places[first - begun], repeat.places[last - begun])
        for call, first, last in building.helper_calls[before.calls :]
    ]
    return repeat.table.get(id(output))


class _Repeat:
    """Nodes made once more, behind another input."""

    def __init__(self, run: Run, before: Watched, made: list[Node], table: dict[int, Node], marked: bool) -> None:
        self.building, self.meter, self.first, self.table = run.building, run.meter, before.layers, table
        self.made, self.marked = {id(node) for node in made}, marked
        #: how many nodes there were when each of those that were made came up, and behind the last
        self.places: list[int] = []
        self._ids: dict[int, int] = {}

    def node(self, node: Node) -> Node:
        """A node once more; one that an operation reads beside the input comes with it."""
        known = self.table.get(id(node))
        if known is not None or id(node) not in self.made or node.kind == "Input":
            return known or node
        inputs = [self.node(source) for source in node.inputs]
        self.meter.node()
        copy = self.table[id(node)] = replace(
            node,
            inputs=inputs,
            sizes=node.sizes if self.marked else node.shape,
            arguments=dict(node.arguments),
            scope=(*self.building.scope, *node.scope),
            layer_id=self._layer(node),
            fused_into=None if node.fused_into is None else self.table.get(id(node.fused_into), node.fused_into),
        )
        self.building.nodes.append(copy)
        if self.building.depth or id(node) in self.building.inside:
            self.building.inside.add(id(copy))
        layer = self.building.made_by.get(id(node))
        if layer is not None:
            self.building.use(layer, copy)
        return copy

    def _layer(self, node: Node) -> int:
        """The layer of a node: what was made as it was read is another, but for variables, which were there before."""
        held = node.kind == OPAQUE and node.note in ("variable", "constant")
        if node.layer_id < self.first or held:
            return node.layer_id
        if node.layer_id not in self._ids:
            self._ids[node.layer_id] = self.building.next_id()
        return self._ids[node.layer_id]
