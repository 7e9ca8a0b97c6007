"""Remedies: what to write instead, as edits to the model graph.

One remedy has three uses: `fixes.py` writes it into the source, `repaired` builds the twin that confirm trains
beside the original, and its title is the "write this instead" line of the report.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from cnnlint.graph import ArrayFacts, Feed, Loss, Model, Node, Optimizer, Origin
from cnnlint.graph.facts import Encoding


class SetArgument(Struct, frozen=True):
    """Give an argument of a layer another value."""

    node: Node
    name: str
    value: Any


class DropArgument(Struct, frozen=True):
    """Leave an argument of a layer to its default."""

    node: Node
    name: str


class RemoveNode(Struct, frozen=True):
    """Take a layer out of its chain; a fused activation is dropped from its host."""

    node: Node


class InsertAfter(Struct, frozen=True):
    """Put a new layer behind a node; an activation is fused into the node where its API allows.

    Where it is one that the same remedy then removes, which is so `moved`, it takes along what others set of it.
    """

    node: Node
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)
    moved: Node | None = None


class ReplaceNode(Struct, frozen=True):
    """Write another layer in a layer's place; `keep` lists the arguments that carry over."""

    node: Node
    kind: str
    arguments: dict[str, Any] = field(default_factory=dict)
    keep: tuple[str, ...] = ()


class Reconnect(Struct, frozen=True):
    """Let a node read another node's output than it does."""

    consumer: Node
    old: Node
    new: Node


class SetLoss(Struct, frozen=True):
    """Train with another loss, or tell the loss that it is given logits (or probabilities)."""

    loss: Loss
    name: str | None = None
    from_logits: bool | None = None


class NameOperands(Struct, frozen=True):
    """Pass a loss function's operands by keyword, each to the parameter it belongs to."""

    loss: Loss


class SetLearningRate(Struct, frozen=True):
    """Train with another learning rate."""

    optimizer: Optimizer
    value: float


class ScaleInputs(Struct, frozen=True):
    """Multiply features of `feed` by `factor`, and all that the model is given with values of about their size.

    Without a factor each column's own mean and deviation are taken out.
    """

    feed: Feed
    factor: float | None
    which: Literal["x", "validation_x"] = "x"


class EncodeLabels(Struct, frozen=True):
    """Write the labels in another encoding."""

    feed: Feed
    encoding: Encoding


class ReplaceInput(Struct, frozen=True):
    """Feed an array of these facts instead (a reshape that keeps each picture whole, for instance), wherever the model
    is given the one that `feed` has."""

    feed: Feed
    facts: ArrayFacts
    which: Literal["x", "validation_x"] = "x"


class RenameKeyword(Struct, frozen=True):
    """Pass an argument under another keyword, in the text of the call: what it then means is read from there."""

    call: Origin
    old: str
    new: str


class RespellString(Struct, frozen=True):
    """Write another string where this one stands in the text of an expression."""

    place: Origin
    old: str
    new: str


class NamePositional(Struct, frozen=True):
    """Pass a call's first positional arguments by these keywords."""

    call: Origin
    names: tuple[str, ...]


SOURCE_EDITS = (RenameKeyword, RespellString, NamePositional)
"""Edits of the text alone: what they give the graph is found out by reading the file again."""

Edit = (
    RenameKeyword
    | RespellString
    | NamePositional
    | SetArgument
    | DropArgument
    | RemoveNode
    | InsertAfter
    | ReplaceNode
    | Reconnect
    | SetLoss
    | NameOperands
    | SetLearningRate
    | ScaleInputs
    | EncodeLabels
    | ReplaceInput
)


class Remedy(Struct, frozen=True):
    """A list of edits to the graph under a title that says what to write instead.

    `safe` promises that the edited program computes what it did, or that it could not have run as written; everything
    else is "unsafe" and is applied only on request: an activation more makes another network of one that trains. A
    remedy whose `advice` is set has no argument in the source to edit: it is advice, the text says why, and its edits
    serve confirm's twin alone.
    """

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False
    advice: str | None = None


class Twin(Struct, frozen=True):
    """A repaired copy of a model, and which of its nodes stands for which node of the original."""

    model: Model
    #: id of the original node -> node of the twin; removed nodes are missing
    counterparts: dict[int, Node]
