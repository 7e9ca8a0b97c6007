"""The names of a module or function, and what they are bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from cnnlint.readers.python.text.listing import Listing, Piece
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import SCOPES, functions, method

#: statements and expressions that bind names
BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr, ast.With)


class Scope(Piece):
    """The statements of a module or function, without those of the functions in it."""

    def __init__(self, nodes: Sequence[ast.AST]) -> None:
        super().__init__(nodes)
        #: where each name is bound
        self.bound: dict[str, list[ast.AST]] = {}

    def once(self, name: str) -> ast.expr | None:
        """What a name stands for that is bound once, to one expression."""
        found = self.bound.get(name, [])
        statement = found[0] if len(found) == 1 else None
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return None
        target, value = statement.targets[0], statement.value
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            places = [at for at, one in enumerate(target.elts) if isinstance(one, ast.Name) and one.id == name]
            return value.elts[places[0]] if len(places) == 1 else None
        return value if isinstance(target, ast.Name) else None

    def calls(self, methods: frozenset[str]) -> Iterator[ast.Call]:
        """The calls of methods of these names."""
        return (call for call in self.of(ast.Call) if method(call) in methods)


@once
def scopes(parsed: Parsed) -> tuple[Scope, ...]:
    """The scopes of a file: its own, and those of all its functions."""
    return tuple(_scope(root, parsed.listing) for root in functions(parsed))


def _scope(root: ast.AST, listing: Listing) -> Scope:
    """The scope of a module or function."""
    scope = Scope(listing.walk(*ast.iter_child_nodes(root), around=SCOPES))
    for node in scope.of(*BINDING):
        targets: Sequence[ast.AST] = ()
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr)):
            targets = (node.target,)
        elif isinstance(node, ast.With):
            targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
        for target in targets:
            for name in listing.within(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    scope.bound.setdefault(name.id, []).append(node)
    return scope
