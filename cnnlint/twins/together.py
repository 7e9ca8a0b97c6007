"""Several remedies in one twin: which of them exclude each other, and all that go together applied to one copy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnlint.graph import Model, Node
from cnnlint.rule.remedies import (
    DropArgument,
    Edit,
    EncodeLabels,
    InsertAfter,
    NameOperands,
    Reconnect,
    Remedy,
    RemoveNode,
    ReplaceInput,
    ReplaceNode,
    ScaleInputs,
    SetArgument,
    SetLearningRate,
    SetLoss,
    Twin,
)
from cnnlint.twins.copies import Copy
from cnnlint.twins.edits import apply
from cnnlint.twins.errors import RemedyError

Place = tuple[Any, ...]
WHOLE = "whole"


def exclude(one: Remedy, other: Remedy) -> bool:
    """Whether two remedies want different things of the same place, so that only one of them can be carried out."""
    mine, theirs = _wishes(one), _wishes(other)
    for place, wish in mine.items():
        if place in theirs and theirs[place] != wish:
            return True
    return _removes(mine, theirs, _moved(one)) or _removes(theirs, mine, _moved(other))


def together(model: Model, remedies: Sequence[Remedy]) -> Twin:
    """A copy of the model with the edits of all remedies, in order; an edit that two of them share is made once.

    Raises:
        RemedyError: an edit does not apply, by itself or after those before it.
    """
    copy = Copy.of(model)
    made: dict[Place, Any] = {}
    # what moves a layer comes after what changes it
    for remedy in sorted(remedies, key=lambda one: bool(_moved(one))):
        mine = _wishes(remedy)
        for edit in remedy.edits:
            place, wish = _place(edit)
            if place not in made or made[place] != wish:
                apply(edit, copy)
        made.update(mine)
    copy.settle()
    return Twin(copy.model, copy.counterparts)


def settings(model: Model, first: Remedy, others: Sequence[Remedy], most: int = 3) -> list[list[int]]:
    """Sets of others (their places) that can be carried out beside the first remedy: at most so many of them.

    The first has them in turn. Where some exclude each other, the next ones have those that were left out.
    """
    order = range(len(others))
    found: list[list[int]] = [compatible(model, first, others)]
    for left in order:
        if len(found) >= most or left in found[0] or exclude(first, others[left]):
            continue
        turned = [left, *(place for place in order if place != left)]
        chosen = sorted(turned[place] for place in compatible(model, first, [others[place] for place in turned]))
        if left in chosen and chosen not in found:
            found.append(chosen)
    return found


def compatible(model: Model, first: Remedy, others: Sequence[Remedy]) -> list[int]:
    """The places in `others` of the remedies that can be carried out beside the first one, in turn."""
    chosen: list[int] = []
    for place, other in enumerate(others):
        taken = [first, *(others[index] for index in chosen)]
        if any(exclude(one, other) for one in taken):
            continue
        try:
            together(model, [*taken, other])
        except RemedyError:
            continue
        chosen.append(place)
    return chosen


def _wishes(remedy: Remedy) -> dict[Place, Any]:
    return dict(_place(edit) for edit in remedy.edits)


def _moved(remedy: Remedy) -> set[int]:
    """The ids of the layers that a remedy moves."""
    return {id(edit.moved) for edit in remedy.edits if isinstance(edit, InsertAfter) and edit.moved is not None}


def _removes(mine: dict[Place, Any], theirs: dict[Place, Any], moved: set[int]) -> bool:
    """Whether a node that one side takes out or puts another layer in place of is touched by the other side.

    Not where it is `moved`, and the other side sets an argument of it.
    """
    gone = {place[1] for place in mine if place[0] == WHOLE} - moved
    if mine != theirs and any(place[1] in moved and place[0] != "argument" for place in theirs):
        return True
    return any(place[1] in gone for place in theirs if place not in mine)


def _place(edit: Edit) -> tuple[Place, Any]:
    """What an edit is about, and what it wants there: two edits of one place agree where they want the same."""
    if isinstance(edit, SetArgument):
        host: Node = edit.node.fused_into or edit.node if edit.name == "activation" else edit.node
        return ("argument", id(host), edit.name), repr(edit.value)
    if isinstance(edit, DropArgument):
        return ("argument", id(edit.node), edit.name), None
    if isinstance(edit, RemoveNode):
        if edit.node.fused_into is not None:
            return ("argument", id(edit.node.fused_into), "activation"), None
        return (WHOLE, id(edit.node)), None
    if isinstance(edit, InsertAfter):
        if edit.kind == "Activation":
            return ("argument", id(edit.node), "activation"), repr(edit.arguments.get("activation"))
        return ("after", id(edit.node)), (edit.kind, repr(edit.arguments))
    if isinstance(edit, ReplaceNode):
        return (WHOLE, id(edit.node)), (edit.kind, repr(edit.arguments))
    if isinstance(edit, Reconnect):
        return ("edge", id(edit.consumer), id(edit.old)), id(edit.new)
    if isinstance(edit, SetLoss):
        return ("loss", id(edit.loss)), (edit.name, edit.from_logits)
    if isinstance(edit, NameOperands):
        return ("operands", id(edit.loss)), None
    if isinstance(edit, SetLearningRate):
        return ("rate", id(edit.optimizer)), edit.value
    if isinstance(edit, (ScaleInputs, ReplaceInput)):
        return ("inputs", id(edit.feed)), repr(edit)
    assert isinstance(edit, EncodeLabels)
    return ("labels", id(edit.feed)), edit.encoding
