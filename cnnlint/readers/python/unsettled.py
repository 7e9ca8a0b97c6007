"""What nodes stand for that could not be read, and arguments that could not be worked out, in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cnnlint.graph import Node, Unread
from cnnlint.graph.origins import quoted
from cnnlint.readers.python.building.models import models


def unread_of(nodes: Iterable[Node]) -> list[Unread]:
    """What nodes stand for code that could not be read, or arguments that could not be worked out."""
    found: list[Unread] = []
    for node in nodes:
        if node.kind == "Input" and node.unread:
            found.append(Unread("the layers whose output it reads on are not known"))
        elif node.opaque and node.unread:
            if not (node.note.startswith(".") and node.inputs):  # of what it is an attribute is told
                found.append(Unread(_said(node), node.origin))
        elif node.opaque and node.shape is None and not _understood(node):
            what = f"`{node.note}`" if node.note else quoted(node.origin) if node.origin.text else "an operation"
            found.append(Unread(f"what {what} makes of its input is not known", node.origin))
    return found


def _said(node: Node) -> str:
    """What is not known of a node that stands for code out of reach, as a sentence that quotes it."""
    said = re.sub("`[^`]*`", "", node.note)
    if re.search(r"\b(is|are|passes|raises|holds)\b", said):
        return node.note
    return (
        f"what {quoted(node.origin)} gives was not read" if node.origin.text else f"{node.note or 'code'} was not read"
    )


#: arguments that decide no shape, no weights and no function that is computed
ASIDE = (
    "initializer",
    "regularizer",
    "constraint",
    "seed",
    "noise_shape",
    "momentum",
    "epsilon",
    "rate",
    "dropout",
    "dtype",
)


#: what a node is computed with beside the tensors that it reads, by the argument that holds it
OPERANDS = ("operand", "tensor")


def unsettled(nodes: Iterable[Node]) -> list[Unread]:
    """Arguments that decide what a layer makes of its input, and that the program alone says, but could not be read."""
    found: list[Unread] = []
    for node in nodes:
        for name, argument in node.arguments.items():
            if argument.opaque and name in OPERANDS:
                place = argument.origin or node.origin
                found.append(Unread(f"{quoted(place)} computes with something that was not read", place))
            elif argument.opaque and not argument.given and argument.origin is None and not name.endswith(ASIDE):
                found.append(Unread(f"what a star hides in {quoted(node.origin)} is not known", node.origin))
                break
            elif argument.opaque and not name.endswith(ASIDE):
                kind = (node.fused_into or node).kind
                article = "an" if kind[0] in "AEIOU" else "a"
                written = f", {quoted(argument.origin)}," if argument.origin is not None else ""
                found.append(Unread(f"the `{name}` of {article} {kind}{written} is not known", argument.origin))
    return found


#: operations that are no layer, and known all the same
UNDERSTOOD = frozenset(
    {
        "slice",
        "item",
        "state",
        "variable",
        "constant",
        "attention scores",
        "gradients",
        "GreaterThan",
        "GreaterThanEqual",
        "LessThan",
        "LessThanEqual",
        "Add",
        "Subtract",
        "Multiply",
        "Divide",
        "Power",
        "FloorDivide",
        "Modulo",
        "MatrixMultiply",
    }
)


def _understood(node: Node) -> bool:
    """Whether an opaque node is a known operation, whose shape is only not known because its input's is not."""
    if node.note == "Compare" or node.note.startswith(models.INNER):
        return True  # truths, whatever the other operand; a layer of a published network, by its name
    left_open = not node.inputs or any(source.shape is None for source in node.inputs)
    return left_open and (node.note in UNDERSTOOD or node.parameters == 0)  # or a function that is known
