"""Functions that build and return nothing, and the places that take their result for a model or a tensor."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import ValuelessFunction
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText

#: methods of models: on None each is an AttributeError
METHODS = frozenset({"compile", "fit", "summary", "evaluate", "predict", "add", "save", "load_weights", "save_weights"})
NESTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def functions(parsed: Parsed) -> Iterator[ValuelessFunction]:
    """Functions of a file that return nothing, where what they return is at once used as a model or a tensor."""
    if parsed.ast is None:
        return
    bound: dict[str, int] = {}
    for node in parsed.nodes:
        names = [node.name] if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else []
        names += [node.id] if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else []
        names += [node.asname or node.name] if isinstance(node, ast.alias) else []
        for name in names:
            bound[name] = bound.get(name, 0) + 1
    top = [node for node in parsed.ast.body if isinstance(node, ast.FunctionDef)]
    silent = {node.name: node for node in top if bound[node.name] == 1 and _returns_nothing(node)}
    text, told = SourceText(parsed.text), set[str]()
    for node in parsed.nodes if silent else ():
        for block in (getattr(node, "body", []), getattr(node, "orelse", [])):
            if not isinstance(block, list):
                continue
            for at, statement in enumerate(block):
                name, function = _result(statement)
                if function in silent and function not in told and _taken(block[at + 1 :], name):
                    told.add(function)
                    yield ValuelessFunction(origin=origin_of(text, statement.value), function=function)


def _returns_nothing(node: ast.FunctionDef) -> bool:
    """Whether a function does something and ends without a value whatever way it goes."""
    own: list[ast.AST] = []
    pending: list[ast.AST] = list(node.body)
    while pending:
        own.append(pending.pop())
        if not isinstance(own[-1], NESTED):
            pending += ast.iter_child_nodes(own[-1])
    ends = any(
        isinstance(one, (ast.Yield, ast.YieldFrom, ast.Raise, ast.While))
        or (isinstance(one, ast.Return) and one.value is not None)
        for one in own
    )
    return not ends and not node.decorator_list and any(isinstance(one, ast.Call) for one in own)


def _result(statement: ast.AST) -> tuple[str, str]:
    """The name and the function of `name = function(...)`."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.value, ast.Call):
        target, called = statement.targets[0], statement.value.func
        if isinstance(target, ast.Name) and isinstance(called, ast.Name):
            return target.id, called.id
    return "", ""


def _taken(after: list[ast.stmt], name: str) -> bool:
    """Whether the first statement behind it that mentions a name takes it for a model, or for a layer's input."""
    for statement in after:
        uses = [node for node in ast.walk(statement) if isinstance(node, ast.Name) and node.id == name]
        if not uses:
            continue
        if not isinstance(statement, (ast.Assign, ast.Expr)):
            return False
        return any(_takes(node, name) for node in ast.walk(statement))
    return False


def _takes(node: ast.AST, name: str) -> bool:
    """Whether a call is a method of a model of that name, or hands it to a layer that is made on the spot."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return node.func.value.id == name and node.func.attr in METHODS
    if not isinstance(node.func, ast.Call) or len(node.args) != 1:
        return False
    given = node.args[0].elts if isinstance(node.args[0], (ast.List, ast.Tuple)) else node.args
    return any(isinstance(one, ast.Name) and one.id == name for one in given)
