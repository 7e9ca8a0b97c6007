"""Going through what `ast` holds: the functions of a file, and what stands in each of them itself."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Container, Iterator

from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.written import written

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
#: what has names of its own
SCOPES = (*FUNCTIONS, ast.ClassDef, ast.Lambda)
#: what may hold statements
BLOCKS = (ast.mod, ast.stmt, ast.excepthandler, ast.match_case)


@once
def loads(parsed: Parsed) -> Counter[str]:
    """How often each name is read in a file."""
    return Counter(node.id for node in parsed.listing.of(ast.Name) if isinstance(node.ctx, ast.Load))


@once
def bound_once(parsed: Parsed) -> dict[str, ast.expr]:
    """What each name stands for that is bound once in the whole file, by an assignment to it alone."""
    stored = Counter(node.id for node in parsed.listing.of(ast.Name) if not isinstance(node.ctx, ast.Load))
    stored += Counter(node.arg for node in parsed.listing.of(ast.arg))
    return {
        target.id: node.value
        for node in parsed.listing.of(ast.Assign)
        for target in node.targets[:1]
        if isinstance(target, ast.Name) and len(node.targets) == 1 and stored[target.id] == 1
    }


@once
def defined_once(parsed: Parsed) -> dict[str, ast.FunctionDef]:
    """The functions and methods of a file whose name no other has."""
    found = parsed.listing.of(ast.FunctionDef)
    counts = Counter(node.name for node in found)
    return {node.name: node for node in found if counts[node.name] == 1}


def functions(parsed: Parsed) -> list[ast.AST]:
    """The module of a file, and all of its functions."""
    return list(parsed.listing.of(ast.Module, *FUNCTIONS))


def blocks(parsed: Parsed) -> Iterator[list[ast.stmt]]:
    """The statements that stand one after the other: a body, what follows an `else`."""
    for node in parsed.listing.nodes:
        if isinstance(node, BLOCKS):
            for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
                if isinstance(block, list):
                    yield block


def one_by_one(made: ast.Assign) -> list[tuple[ast.expr, ast.expr]]:
    """The targets of an assignment and what each is given: `a, b = f(x), g(x)`."""
    target, value = made.targets[0], made.value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


def line(node: ast.AST) -> int:
    """The line that a node begins on; 0 for what has none."""
    return getattr(node, "lineno", 0)


def reads(node: ast.AST, names: Container[str]) -> bool:
    """Whether any of these names stands in a node."""
    return any(isinstance(one, ast.Name) and one.id in names for one in nodes_of(node))


def method(node: ast.AST) -> str:
    """The name of the method that is called; empty for what is no such call."""
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else ""


def called(node: ast.AST) -> str:
    """The last name of what is called, a method or not; empty for what is no call of a name."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else method(node)


def receiver(node: ast.AST) -> str:
    """What a method is called of, as it is written; empty for what is no such call."""
    return written(node.func.value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""


def owner(node: ast.AST) -> str:
    """The name whose method is called; empty where that is no name."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.value.id
    return ""


def operands(node: ast.AST | None) -> list[ast.expr]:
    """What a call is given by position; empty for what is no call."""
    return node.args if isinstance(node, ast.Call) else []
