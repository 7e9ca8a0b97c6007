"""Making nodes, and going through what stands below them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from cnnlint.readers.python.text import cst

Node = TypeVar("Node", bound=cst.CSTNode)

#: kinds of nodes
Kinds = tuple[type[cst.CSTNode], ...]

#: what has names of its own
SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
#: frames of Python's stack: chains of operators and of `elif` are as deep as the reader's own limits let them be
_DEPTH = 12_000


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes right below a node."""
    found: list[cst.CSTNode] = []
    for name in node.__class__.fields:
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            found.append(value)
        elif isinstance(value, list):
            found += value
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


def names_bound(body: cst.CSTNode) -> frozenset[str]:
    """The names that a function's body binds itself, apart from those that its inner functions and classes bind."""
    bound: set[str] = set()
    for one in walk(body, around=SCOPES):
        if isinstance(one, (cst.FunctionDef, cst.ClassDef)):
            bound.add(one.name.value)
        elif isinstance(one, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For)):
            bound |= _targets(one.target)
        elif isinstance(one, cst.AsName):
            bound |= _targets(one.name)
    return frozenset(bound)


def _targets(target: cst.CSTNode) -> set[str]:
    if isinstance(target, (cst.Tuple, cst.List)):
        return set().union(*(_targets(element.value) for element in target.elements))
    return {target.value} if isinstance(target, cst.Name) else set()


@contextmanager
def deep() -> Iterator[None]:
    """Trees as deep as the reader's own limits let them be may be gone through."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _DEPTH))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def node_of(kind: type[Node], /, **fields: object) -> Node:
    """A node with its fields."""
    node = kind()
    for name, value in fields.items():
        setattr(node, name, value)
    return node


@cache
def operator_named(name: str) -> cst.Operator:
    """The one operator of a name."""
    operator = cst.Operator()
    operator.name = name
    return operator


def _operators(*names: str) -> dict[type, cst.Operator]:
    """The operators by their classes in `ast`, from pairs of names."""
    pairs = (name.split(":") for name in names)
    return {getattr(ast, left): operator_named(right) for left, right in pairs}


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


def line_of(body: Sequence[cst.BaseSmallStatement]) -> cst.SimpleStatementLine:
    """Statements on a line of their own."""
    return node_of(cst.SimpleStatementLine, body=body)


def empty_class() -> cst.ClassDef:
    """A class that stands nowhere."""
    block = node_of(cst.IndentedBlock, body=[])
    return node_of(
        cst.ClassDef, name=name_node("_"), body=block, bases=[], keywords=[], decorators=[], type_parameters=None
    )


def name_node(text: str) -> cst.Name:
    made = cst.Name()
    made.value = text
    return made


def dotted_node(text: str) -> cst.CSTNode:
    first, *rest = text.split(".")
    made: cst.CSTNode = name_node(first)
    for part in rest:
        made = node_of(cst.Attribute, value=made, attr=name_node(part))
    return made
