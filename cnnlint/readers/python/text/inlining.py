"""What a call of a program's own function stands for: the expression that it returns, of what the call is given."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from copy import copy

from cnnlint.readers.python.text.listing import nodes_of

#: statements and nodes from which on a function is no mere abbreviation
MOST_STATEMENTS, MOST_NODES = 12, 300
#: what has names of its own, which a substitution could catch
BINDERS = (ast.Lambda, ast.comprehension, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)


def written_out(call: ast.Call, function: ast.FunctionDef) -> ast.expr | None:
    """The expression in place of a call, standing where the call stands; None unless the function is a few plain
    assignments to names and what it returns."""
    given = _given(call, function)
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    last = body[-1] if body else None
    if given is None or len(body) > MOST_STATEMENTS or not isinstance(last, ast.Return) or last.value is None:
        return None
    for statement in body[:-1]:
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        made = (
            _put_in(statement.value, given)
            if isinstance(statement, ast.Assign) and isinstance(target, ast.Name)
            else None
        )
        if made is None or not isinstance(target, ast.Name):
            return None
        given[target.id] = made
    found = _put_in(last.value, given)
    for node in nodes_of(found) if found is not None else ():
        if isinstance(node, (ast.expr, ast.keyword)):
            ast.copy_location(node, call)
    return found


def _given(call: ast.Call, function: ast.FunctionDef) -> dict[str, ast.expr] | None:
    """What each parameter of a function is given, by a call that leaves no doubt of it."""
    taken = function.args
    special = taken.vararg or taken.kwarg or taken.kwonlyargs or taken.posonlyargs or function.decorator_list
    names = [one.arg for one in taken.args]
    if special or len(call.args) > len(names) or any(isinstance(one, ast.Starred) for one in call.args):
        return None
    given = dict(zip(names[len(names) - len(taken.defaults) :], taken.defaults, strict=True))
    given.update(zip(names, call.args, strict=False))
    for one in call.keywords:
        if one.arg not in names:
            return None
        given[one.arg] = one.value
    return given if len(given) == len(names) else None


def _put_in(value: ast.expr, given: Mapping[str, ast.expr]) -> ast.expr | None:
    """A copy of an expression with names replaced by what they stand for; None for what has names of its own."""
    nodes = nodes_of(value)
    if any(isinstance(one, BINDERS) for one in nodes):
        return None
    put_in = [given[one.id] for one in nodes if isinstance(one, ast.Name) and one.id in given]
    size = len(nodes) + sum(len(nodes_of(one)) for one in put_in)
    return _copied(value, given) if size <= MOST_NODES else None


def _copied(node: ast.expr, given: Mapping[str, ast.expr]) -> ast.expr:
    """The copy itself."""
    if isinstance(node, ast.Name) and node.id in given:
        return _copied(given[node.id], {})
    made = copy(node)  # with its place, and what it was marked with
    for name, value in ast.iter_fields(node):
        setattr(made, name, _part(value, given))
    return made


def _part(value: object, given: Mapping[str, ast.expr]) -> object:
    if isinstance(value, list):
        return [_part(one, given) for one in value]
    return _copied(value, given) if isinstance(value, (ast.expr, ast.keyword, ast.slice)) else value  # type: ignore[arg-type]
