"""Numbers and words that a module gives a name once: where it is read, the text says as much as they do."""

from __future__ import annotations

import ast
from collections import Counter

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
    bound = bindings(listing)
    once = {name for name in named if bound[name] == 1}
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


def bindings(listing: Listing) -> Counter[str]:
    """How often each name is bound in a file: by assignments, functions, parameters, imports, `global` and patterns."""
    found = Counter(node.id for node in listing.of(ast.Name) if not isinstance(node.ctx, ast.Load))
    for node in listing.nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found[node.name] += 1
        elif isinstance(node, ast.arg):
            found[node.arg] += 1
        elif isinstance(node, ast.alias):
            found[(node.asname or node.name).partition(".")[0]] += 1
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
            found[node.name or ""] += 1
        elif isinstance(node, ast.MatchMapping):
            found[node.rest or ""] += 1
    return found
