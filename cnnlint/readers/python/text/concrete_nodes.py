"""libcst's nodes as the converter makes them: without what only matters for printing; and what of them holds code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeVar

import libcst as cst

Node = TypeVar("Node", bound=cst.CSTNode)


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below a node that hold code; libcst's own `children` are found by copying the node."""
    cls = node.__class__
    names = _CODE.get(cls)
    if names is None:
        names = _CODE[cls] = tuple(name for name in cls.__slots__ if not _LAYOUT.match(name))
    found: list[cst.CSTNode] = []
    for name in names:
        value = getattr(node, name, None)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found += [one for one in value if isinstance(one, cst.CSTNode)]
    return found


def walk(node: cst.CSTNode, *, around: tuple[type[cst.CSTNode], ...] = ()) -> Iterator[cst.CSTNode]:
    """A piece of code and the nodes within it that hold code, in no order; of those in `around`, not what they hold."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, around):
            pending += children(current)


def names_in(node: cst.CSTNode) -> frozenset[str]:
    """The names that stand in a piece of code, those of attributes among them."""
    return frozenset(one.value for one in walk(node) if isinstance(one, cst.Name))


_CODE: dict[type, tuple[str, ...]] = {}


_LAYOUT = re.compile(
    r"whitespace_|trailing_whitespace|leading_|lines_after|header$|footer$|[lr](?:par|bracket|brace)$|comma$|semicolon$|equal$|dot$"
    r"|colon$|first_colon|second_colon|asynchronous$|operator$|separator$|posonly_ind$|trailing_comma$|relative$|indent$|bar$"
)


def blank(cls: type[Node]) -> Node:
    """An empty node. libcst's constructors fill in white space and check it, which takes most of its parser's time."""
    return cls.__new__(cls)


def put(node: cst.CSTNode, name: str, value: object) -> None:
    object.__setattr__(node, name, value)


def node_of(kind: type[Node], /, **fields: object) -> Node:
    node = kind.__new__(kind)
    for name, value in fields.items():
        object.__setattr__(node, name, value)
    return node


def _operators(*names: str) -> dict[type, cst.CSTNode]:
    """One node of libcst's for each operator of `ast`, by pairs of names."""
    pairs = (name.split(":") for name in names)
    return {getattr(ast, left): blank(getattr(cst, right)) for left, right in pairs}


BINARY_OPERATORS = _operators(
    "Add:Add",
    "Sub:Subtract",
    "Mult:Multiply",
    "Div:Divide",
    "FloorDiv:FloorDivide",
    "Mod:Modulo",
    "Pow:Power",
    "MatMult:MatrixMultiply",
    "LShift:LeftShift",
    "RShift:RightShift",
    "BitAnd:BitAnd",
    "BitOr:BitOr",
    "BitXor:BitXor",
)


AUGMENTED_OPERATORS = _operators(
    "Add:AddAssign",
    "Sub:SubtractAssign",
    "Mult:MultiplyAssign",
    "Div:DivideAssign",
    "FloorDiv:FloorDivideAssign",
    "Mod:ModuloAssign",
    "Pow:PowerAssign",
    "MatMult:MatrixMultiplyAssign",
    "LShift:LeftShiftAssign",
    "RShift:RightShiftAssign",
    "BitAnd:BitAndAssign",
    "BitOr:BitOrAssign",
    "BitXor:BitXorAssign",
)


UNARY_OPERATORS = _operators("Not:Not", "USub:Minus", "UAdd:Plus", "Invert:BitInvert")


BOOLEAN_OPERATORS = _operators("And:And", "Or:Or")


COMPARISON_OPERATORS = _operators(
    "Eq:Equal",
    "NotEq:NotEqual",
    "Lt:LessThan",
    "LtE:LessThanEqual",
    "Gt:GreaterThan",
    "GtE:GreaterThanEqual",
    "In:In",
    "NotIn:NotIn",
    "Is:Is",
    "IsNot:IsNot",
)


DOT = blank(cst.Dot)


def name_node(text: str) -> cst.Name:
    made = blank(cst.Name)
    put(made, "value", text)
    put(made, "lpar", ())
    put(made, "rpar", ())
    return made


def dotted_node(text: str) -> cst.CSTNode:
    first, *rest = text.split(".")
    made: cst.CSTNode = name_node(first)
    for part in rest:
        made = node_of(cst.Attribute, value=made, attr=name_node(part), lpar=(), rpar=())
    return made
