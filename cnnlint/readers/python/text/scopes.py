"""The names of a module or function, and what they are bound to."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from cnnlint.readers.python.text.inlining import written_out
from cnnlint.readers.python.text.listing import Listing, Piece
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import SCOPES, called, defined_once, functions, line, method

#: statements and expressions that bind names
BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr, ast.With)


class Scope(Piece):
    """The statements of a module or function, without those of the functions in it."""

    def __init__(self, nodes: Sequence[ast.AST], root: ast.AST) -> None:
        super().__init__(nodes)
        #: where each name is bound
        self.bound: dict[str, list[ast.AST]] = {}
        #: the module or function itself
        self.root = root
        #: what each node stands in; made when it is first asked for
        self.around: dict[int, ast.AST] = {}
        #: the scope of the module, for a function; and the functions of the file that have a name of their own
        self.outer: Scope | None = None
        self.helpers: dict[str, ast.FunctionDef] = {}
        #: what calls of those stand for, once they were asked for
        self._written_out: dict[int, ast.expr | None] = {}

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

    def resolved(self, value: ast.expr) -> ast.expr:
        """An expression, or what its name stands for that is bound once."""
        return (self.once(value.id) or value) if isinstance(value, ast.Name) else value

    def standing(self, name: str, at: ast.AST) -> ast.Assign | None:
        """The assignment that a name's value at a place comes from: the last that binds it, where that surely ran
        before and nothing put items into the value since."""
        here = line(at)
        last = max((one for one in self.bound.get(name, ()) if line(one) < here), key=line, default=None)
        if not isinstance(last, ast.Assign) or not self.ran_before(last, at):
            return None
        filled = any(
            isinstance(one.ctx, ast.Store)
            and isinstance(one.value, ast.Name)
            and one.value.id == name
            and last.lineno < one.lineno <= here
            for one in self.of(ast.Subscript)
        )
        return None if filled else last

    def bound_to(self, value: ast.expr, at: ast.AST, depth: int = 6) -> tuple[ast.expr, ast.AST]:
        """What an expression stands for at a place, names followed back as far as `standing` knows them, and where
        that is worked out. What `train_test_split` parts stands for what was parted, a call of a plain function of the
        file for what it returns, and a name that the module alone binds, once, for that."""
        if isinstance(value, ast.Call) and depth and (found := self.written_out(value)) is not None:
            return self.bound_to(found, at, depth - 1)
        if not isinstance(value, ast.Name) or depth == 0:
            return value, at
        if self.outer is not None and value.id not in self.bound and value.id not in self.parameters:
            given = self.outer.once(value.id)
            return self.outer.bound_to(given, self.outer.bound[value.id][0], depth - 1) if given else (value, at)
        made = self.standing(value.id, at)
        if made is None or len(made.targets) != 1:
            return value, at
        target, found = made.targets[0], made.value
        if isinstance(target, ast.Name):
            return self.bound_to(found, made, depth - 1)
        places = [
            index
            for index, one in enumerate(getattr(target, "elts", ()))
            if isinstance(one, ast.Name) and one.id == value.id
        ]
        if len(places) != 1:
            return value, at
        if isinstance(found, ast.Tuple) and len(found.elts) == len(target.elts):  # type: ignore[attr-defined]
            return self.bound_to(found.elts[places[0]], made, depth - 1)
        if called(found) == "train_test_split" and isinstance(found, ast.Call) and places[0] < 2 * len(found.args):
            return self.bound_to(found.args[places[0] // 2], made, depth - 1)
        return value, at

    @cached_property
    def parameters(self) -> set[str]:
        """The names of what a function is given."""
        taken = getattr(self.root, "args", None)
        return {one.arg for one in ast.walk(taken) if isinstance(one, ast.arg)} if taken is not None else set()

    def written_out(self, call: ast.Call) -> ast.expr | None:
        """What stands for a call of a function of the file that is a mere abbreviation; None for any other."""
        function = self.helpers.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None or function is self.root:
            return None
        if id(call) not in self._written_out:
            found = written_out(call, function)
            self._written_out[id(call)] = found
            for node in ast.walk(found) if found is not None else ():
                self.around.update((id(child), node) for child in ast.iter_child_nodes(node))
            if found is not None:
                self._stand_around()
                self.around[id(found)] = self.around.get(id(call), self.root)
        return self._written_out[id(call)]

    def _stand_around(self) -> None:
        """Note what each node stands in, when it is first asked for."""
        if id(self.root) not in self.around:
            self.around[id(self.root)] = self.root
            for node in (self.root, *self.nodes):
                self.around.update((id(child), node) for child in ast.iter_child_nodes(node))

    def ran_before(self, statement: ast.AST, at: ast.AST) -> bool:
        """Whether a statement stands in the block of a place, or in one around it, so that it ran before."""
        self._stand_around()
        block = self.around.get(id(statement))
        inner: ast.AST | None = at
        while inner is not None and self.around.get(id(inner)) is not block:
            inner = self.around.get(id(inner)) if inner is not self.root else None
        return inner is not None and any(
            isinstance(part, list) and statement in part and inner in part for part in vars(block or statement).values()
        )

    def calls(self, methods: frozenset[str]) -> Iterator[ast.Call]:
        """The calls of methods of these names."""
        found = [self._calls[name] for name in methods.intersection(self._calls)]
        return (call for _, call in (found[0] if len(found) == 1 else sorted(chain(*found))))

    @cached_property
    def _calls(self) -> dict[str, list[tuple[int, ast.Call]]]:
        """The calls of methods by their names, each with its place among them."""
        calls: dict[str, list[tuple[int, ast.Call]]] = {}
        for place, call in enumerate(self.of(ast.Call)):
            calls.setdefault(method(call), []).append((place, call))
        return calls


@once
def scopes(parsed: Parsed) -> tuple[Scope, ...]:
    """The scopes of a file: its own, and those of all its functions."""
    found = tuple(_scope(root, parsed.listing) for root in functions(parsed))
    for scope in found:
        scope.outer = found[0] if scope is not found[0] else None
        scope.helpers = defined_once(parsed)
    return found


def _scope(root: ast.AST, listing: Listing) -> Scope:
    """The scope of a module or function."""
    scope = Scope(listing.walk(*ast.iter_child_nodes(root), around=SCOPES), root)
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
