"""Model graphs built by hand, for what source text says less plainly."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from cnnlint.graph import ArrayFacts, Feed, Loss, Model, Node, Training
from cnnlint.graph.origins import Argument
from cnnlint.graph.values import Shape


def node(kind: str, name: str, *inputs: Node, shape: Shape | None = None, **values: Any) -> Node:
    """A node; `values` are its arguments, all given by the source."""
    arguments = {key: Argument(value, given=True) for key, value in values.items()}
    return Node(kind, name, list(inputs), arguments, shape=shape)


def chain(*nodes: Node) -> Model:
    """A model in which each node reads the one before."""
    for before, after in pairwise(nodes):
        after.inputs = [before]
    return model(*nodes)


def model(*nodes: Node) -> Model:
    """A model of these nodes; those that nobody reads are its outputs, those of kind Input its inputs."""
    read = {id(source) for n in nodes for source in n.inputs}
    return Model(
        "model",
        "functional",
        list(nodes),
        [n for n in nodes if n.kind == "Input"],
        [n for n in nodes if id(n) not in read],
    )


def trained(of: Model, loss: str, labels: ArrayFacts | None = None, *, from_logits: bool | None = False) -> Model:
    """The model with a loss and a call of fit."""
    of.training = Training(losses=[Loss(loss, from_logits)], feeds=[Feed("fit", y=labels)])
    return of
