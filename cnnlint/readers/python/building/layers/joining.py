"""What is laid together: the lists of tensors that merging layers and functions are given."""

from __future__ import annotations

from cnnlint.graph import Node
from cnnlint.graph.kinds import MERGES
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import ListValue, TensorValue, Value, elements, is_constant, tensors_in

#: kinds that make one tensor of several
JOINING = MERGES | {"Stack", "AddN", "Attention", "AdditiveAttention"}

#: kinds whose function returns several tensors; a node without `part` stands for all of them
SEVERAL = frozenset({"Split", "Unstack"})


def joined(run: Run, kind: str, value: Value, axis: object, node: cst.CSTNode | None) -> list[TensorValue]:
    """The tensors that a merging layer or function is given as a list, everything in it as a tensor.

    Arrays and what is not known stand as inputs of their own. A list that may hold more, or something that is no
    tensor, leaves the size along the axis of a concatenation open, and the model partly read. One tensor in the place
    of a list to be stacked stands for its rows. A Lambda's function is not followed into
    a list that is not known whole.
    """
    found = tensors_in(value)
    if isinstance(value, TensorValue) and (kind == "Stack" or (kind in JOINING and may_be_several(value))):
        return [value, run.building.opaque("what a list of tensors holds", found, node, unread=True)]
    in_order = kind == "Lambda"  # its function takes them out by their places
    if not (in_order or kind in JOINING) or not found or not isinstance(value, (tuple, ListValue)):
        return found
    made: list[TensorValue] = []
    missing = isinstance(value, ListValue) and not value.whole
    for item in value.items if isinstance(value, ListValue) else value:
        tensor = run.building.tensor(item, node)
        if isinstance(item, (tuple, ListValue)) and tensors_in(item):  # one tensor is made of it
            tensor = run.building.opaque("a list of tensors in a list", tensors_in(item), node, unread=True)
        made += [tensor] if tensor is not None else tensors_in(item)
        missing |= tensor is None and not tensors_in(item)
    if missing and in_order:
        return [run.building.opaque("what a list of tensors holds", found, node, unread=True)]
    if missing:
        sizes = found[0].node.followed if kind != "Stack" else None
        if kind == "Concatenate" and sizes is not None:
            open_axis = axis % len(sizes) if isinstance(axis, int) and -len(sizes) <= axis < len(sizes) else None
            sizes = None if open_axis is None else (*sizes[:open_axis], None, *sizes[open_axis + 1 :])
        made.append(run.building.opaque("what a list of tensors holds", found[:1], node, shape=sizes, unread=True))
    return made


def laid_beside(run: Run, value: Value, node: cst.CSTNode | None = None) -> list[TensorValue]:
    """All that a value hands to an operation on tensors; numbers, which change no shape, aside."""
    items = elements(value)
    if items is not None:
        return [one for item in items for one in laid_beside(run, item, node)]
    return [] if is_constant(value) else [run.building.operand(value, node)]


def stands_for_data(node: Node) -> bool:
    """Whether a node is the reader's own, for data of which nothing is known: they may be a list of several."""
    return node.kind == "Input" and not node.placement.api and node.shape is None


def may_be_several(value: TensorValue) -> bool:
    """Whether one value stands for a list of tensors of unknown length: what was not followed, or parts not counted."""
    node = value.node
    return (node.opaque and node.shape is None) or (node.kind in SEVERAL and "part" not in node.arguments)
