"""Models that a program calls: `model(x)` in a training loop builds the model's layers once more, behind other inputs.

Such a call is a use of the model that is known already, not another model. What the call shows (the loss of its output,
the data that it is given) is handed to the model.
"""

from __future__ import annotations

from cnnlint.graph import ArrayFacts, Feed, Loss, Model, Node
from cnnlint.graph.walks import order
from cnnlint.readers.python.run import Run


class Uses:
    """The layers of the models of a program, to tell a use of a model from a model."""

    def __init__(self, known: list[Model], weighted: frozenset[str]) -> None:
        #: where each layer stands: a layer of a part stands in the whole as well
        self._places: dict[int, list[tuple[Model, Node]]] = {}
        self._weighted = weighted
        for model in known:
            for node in model.nodes:
                self._places.setdefault(node.layer_id, []).append((model, node))

    def covers(self, nodes: list[Node]) -> bool:
        """Whether every weighted layer of these nodes belongs to a model that is known."""
        return all(node.layer_id in self._places for node in nodes if node.kind in self._weighted)

    def refused(self, nodes: list[Node]) -> bool:
        """Whether a layer refuses here what it is given, and takes what it is given in its model."""
        return any(
            node.shape_error is not None and any(one.shape_error is None for _, one in self._places[node.layer_id])
            for node in nodes
            if node.layer_id in self._places
        )

    def belongs(self, node: Node, model: Model) -> bool:
        """Whether a node repeats a layer of this model."""
        return any(one is model for one, _ in self._places.get(node.layer_id, ()))

    def of(self, node: Node) -> tuple[Model, Node] | None:
        """The model whose output a node is, and the node of that model which it repeats."""
        for model, one in self._places.get(node.layer_id, ()):
            if model.is_output(one) and (one is node or _alike(one, node)):
                return model, one
        return None


def _alike(one: Node, other: Node) -> bool:
    return one.kind == other.kind and (one.fused_into is None) == (other.fused_into is None)


def hand_over(run: Run, uses: Uses, nodes: list[Node], losses: list[Loss], trained: bool) -> bool:
    """Give the losses and the data of a use to the models that are used; False where a loss is of no model's output.

    Without nodes it is the losses of the models' own outputs that are given. `trained` says whether the program changes
    weights anywhere.
    """
    found = [(loss, uses.of(loss.output)) for loss in losses if loss.output is not None]
    if not nodes:
        found = [(loss, place) for loss, place in found if place is not None]
    if not uses.covers(nodes) or any(place is None for _, place in found):
        return False
    for loss, place in found:
        assert place is not None
        model, own = place
        start = _start(loss.output, uses, model) if loss.output is not None else []
        loss.output = own
        model.is_part = model.is_part and not trained
        if not any(_same(loss, other) for other in model.training.losses):
            model.training.losses.append(loss)
        for node in start:
            fed = run.building.fed.get(id(node))
            if fed is not None and not any(feed.origin == fed.origin for feed in model.training.feeds):
                kind = "fit" if trained else "predict"
                model.training.feeds.append(Feed(kind, fed.facts, _labels(run, loss), origin=fed.origin))
    return True


def _start(output: Node | None, uses: Uses, model: Model) -> list[Node]:
    """The inputs that the model itself is given, where nothing is computed before it."""
    if output is None or len(model.inputs) != 1:
        return []
    ordered = order([output])
    starts = [node for node in ordered if node.kind == "Input"]
    alone = all(uses.belongs(node, model) for node in ordered if node.kind != "Input")
    return starts if alone and len(starts) == 1 else []


def _labels(run: Run, loss: Loss) -> ArrayFacts | None:
    node = loss.labels_node
    fed = run.building.fed.get(id(node))
    if fed is not None:
        loss.labels = fed.facts
    return loss.labels


def _same(loss: Loss, other: Loss) -> bool:
    """Whether two losses are one: training and validation both ask for it."""
    return (
        loss.name is not None
        and loss.name == other.name
        and loss.from_logits == other.from_logits
        and loss.output is other.output
        and loss.swapped == other.swapped
    )
