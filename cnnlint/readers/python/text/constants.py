"""Numbers and words that a module gives a name once: where it is read, the text says as much as they do."""

from __future__ import annotations

import ast

from cnnlint.readers.python.text.listing import Listing


def put(listing: Listing) -> None:
    """Put such constants in the place of their names, which nothing else in the file binds."""
    tree = listing.nodes[0] if listing.nodes else None
    named = {
        statement.targets[0].id: statement.value.value
        for statement in (tree.body if isinstance(tree, ast.Module) else ())
        if isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Constant)
        and type(statement.value.value) in (int, float, str)
    }
    if not named:
        return
    bound = [node.id for node in listing.of(ast.Name) if not isinstance(node.ctx, ast.Load)]
    once = {name for name in named if bound.count(name) == 1} - set(_bound_otherwise(listing))
    for node in listing.of(ast.Name):
        if node.id in once and isinstance(node.ctx, ast.Load):
            constant = named[node.id]
            node.__class__ = ast.Constant  # type: ignore[assignment]
            node.value, node.kind = constant, None  # type: ignore[attr-defined]
    listing.sort_anew()


def name_of(value: ast.expr) -> str:
    """The name that an expression is, or was before its constant was put there; empty where it never was one."""
    name: str = getattr(value, "id", "")
    return name


def _bound_otherwise(listing: Listing) -> list[str]:
    """The names that a file binds by anything but an assignment: functions, parameters, imports, `global`."""
    found = [node.name for node in listing.of(ast.FunctionDef)]
    found += [node.name for node in listing.of(ast.AsyncFunctionDef)]
    found += [node.name for node in listing.of(ast.ClassDef)]
    found += [node.arg for node in listing.of(ast.arg)]
    found += [(node.asname or node.name).partition(".")[0] for node in listing.of(ast.alias)]
    found += [name for node in listing.of(ast.Global) for name in node.names]
    found += [name for node in listing.of(ast.Nonlocal) for name in node.names]
    found += [node.name or "" for node in listing.of(ast.ExceptHandler)]
    found += [node.name or "" for node in listing.of(ast.MatchAs)]
    found += [node.name or "" for node in listing.of(ast.MatchStar)]
    return found + [node.rest or "" for node in listing.of(ast.MatchMapping)]
