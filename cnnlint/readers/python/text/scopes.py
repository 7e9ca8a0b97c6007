"""The names of a module or function, and what they are bound to."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, wraps
from itertools import chain
from typing import TypeVar, cast

from cnnlint.readers.python.text.inlining import written_out
from cnnlint.readers.python.text.listing import HOLDING_TEXT, Listing, Piece, nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import SCOPES, called, defined_once, functions, line, method

#: statements and expressions that bind names
BINDING = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr, ast.With)
#: what binds the name that it bears
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler)


#: functions of numpy that put items into the array that they are given first
FILLING = frozenset({"putmask", "place", "copyto", "put", "put_along_axis", "fill_diagonal"})


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
        #: the block, or other list, that each node stands in
        self._blocks: dict[int, list[ast.AST]] = {}
        #: the scope of the module, for a function that stands in no other; the functions of the module that have a
        #: name of their own; and the names that more than one function may give another value
        self.outer: Scope | None = None
        self.helpers: dict[str, ast.FunctionDef] = {}
        #: the scopes of those
        self.bodies: dict[str, Scope] = {}
        self.changed: frozenset[str] = frozenset()
        #: what calls of those stand for, once they were asked for
        self._written_out: dict[int, ast.expr | None] = {}
        #: what was asked of it, by the question: see `once_each`
        self.known: dict[object, object] = {}

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
        lines, found = self._binding.get(name, ([], []))
        before = bisect_left(lines, here)
        last = found[bisect_left(lines, lines[before - 1])] if before else None
        if not isinstance(last, ast.Assign) or not self.ran_before(last, at):
            return None
        filled = self._filling.get(name, [])
        return last if bisect_right(filled, last.lineno) == bisect_right(filled, here) else None

    @cached_property
    def _binding(self) -> dict[str, tuple[list[int], list[ast.AST]]]:
        """The lines on which each name is bound, in their order, and what binds it there."""
        ordered = {name: sorted(found, key=line) for name, found in self.bound.items()}
        return {name: ([line(one) for one in found], found) for name, found in ordered.items()}

    @cached_property
    def _filling(self) -> dict[str, list[int]]:
        """The lines on which items are put into what each name stands for."""
        found: dict[str, list[int]] = {}
        for one in self.of(ast.Subscript):
            if isinstance(one.ctx, ast.Store) and isinstance(one.value, ast.Name):
                found.setdefault(one.value.id, []).append(one.lineno)
        for statement in self.of(ast.Expr):
            call = statement.value
            first = call.args[0] if isinstance(call, ast.Call) and call.args else None
            if called(call) in FILLING and isinstance(first, ast.Name):
                found.setdefault(first.id, []).append(statement.lineno)
        return {name: sorted(lines) for name, lines in found.items()}

    def bound_to(self, value: ast.expr, at: ast.AST, depth: int = 6) -> tuple[ast.expr, ast.AST]:
        """What an expression stands for at a place, names followed back as far as `standing` knows them, and where
        that is worked out. What `train_test_split` parts stands for what was parted, a call of a plain function of the
        file for what it returns, and a name that the module alone binds, once, for that."""
        if isinstance(value, ast.Call) and depth and (found := self.written_out(value)) is not None:
            return self.bound_to(found, at, depth - 1)
        if not isinstance(value, ast.Name) or depth == 0:
            return value, at
        if self.outer is not None and value.id not in self.own:
            given = self.outer.once(value.id) if value.id not in self.changed else None
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
        own = "train_test_split" in self.helpers
        if (
            not own
            and called(found) == "train_test_split"
            and isinstance(found, ast.Call)
            and places[0] < 2 * len(found.args)
        ):
            return self.bound_to(found.args[places[0] // 2], made, depth - 1)
        return value, at

    @cached_property
    def own(self) -> set[str]:
        """The names that are not those of the scope around: of what a function is given, and of all that it binds."""
        taken = getattr(self.root, "args", None)
        names = {one.arg for one in nodes_of(taken) if isinstance(one, ast.arg)} if taken is not None else set()
        names |= {one.id for one in self.of(ast.Name) if not isinstance(one.ctx, ast.Load)}
        names |= {(one.asname or one.name).partition(".")[0] for one in self.of(ast.alias)}
        return names | {getattr(one, "name", "") for one in self.of(*NAMED)}

    def written_out(self, call: ast.Call) -> ast.expr | None:
        """What stands for a call of a function of the file that is a mere abbreviation; None for any other."""
        function = self.helpers.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None or function is self.root or (self.outer is not None and self._hides(function)):
            return None
        if id(call) not in self._written_out:
            found = written_out(call, function)
            self._written_out[id(call)] = found
            for node in nodes_of(found) if found is not None else ():
                self.around.update((id(child), node) for child in ast.iter_child_nodes(node))
            if found is not None:
                self._stand_around()
                self.around[id(found)] = self.around.get(id(call), self.root)
        return self._written_out[id(call)]

    def _hides(self, function: ast.FunctionDef) -> bool:
        """Whether a function's name, or one that it reads of the module, means something else here."""
        names = [one for one in nodes_of(function) if isinstance(one, ast.Name)]
        inner = {one.arg for one in function.args.args}.union(one.id for one in names if isinstance(one.ctx, ast.Store))
        read = {one.id for one in names} - inner
        return not self.own.isdisjoint({function.name, *read})

    def _stand_around(self) -> None:
        """Note what each node stands in, when it is first asked for."""
        if id(self.root) not in self.around:
            self.around[id(self.root)] = self.root
            for node in (self.root, *self.nodes):
                held = vars(node)
                for name in HOLDING_TEXT[type(node)]:
                    part = held.get(name)
                    if isinstance(part, ast.AST):
                        self.around[id(part)] = node
                    elif isinstance(part, list):
                        for child in part:
                            self.around[id(child)] = node
                            self._blocks[id(child)] = part

    def statement_of(self, node: ast.AST) -> ast.AST:
        """The statement that an expression stands in."""
        self._stand_around()
        while not isinstance(node, ast.stmt) and id(node) in self.around:
            node = self.around[id(node)]
        return node

    def around_of(self, node: ast.AST) -> ast.AST:
        """What a node stands in."""
        self._stand_around()
        return self.around.get(id(node), self.root)

    def ran_before(self, statement: ast.AST, at: ast.AST) -> bool:
        """Whether a statement stands in the block of a place, or in one around it, so that it ran before."""
        self._stand_around()
        block = self.around.get(id(statement))
        inner: ast.AST | None = at
        while inner is not None and self.around.get(id(inner)) is not block:
            inner = self.around.get(id(inner)) if inner is not self.root else None
        return inner is not None and self._blocks.get(id(statement), []) is self._blocks.get(id(inner))

    def left(self, statement: ast.AST, at: ast.AST) -> bool:
        """Whether what runs a statement never comes to a place behind: its branch ends in `return` or `raise`."""
        self._stand_around()
        inner: ast.AST = statement
        while inner is not self.root and (block := self.around.get(id(inner))) is not None:
            part = self._blocks.get(id(inner), [])
            if part[-1:] and isinstance(part[-1], (ast.Return, ast.Raise)) and not self._within(at, part):
                return True
            inner = block
        return False

    def _within(self, place: ast.AST, statements: list[ast.AST]) -> bool:
        inner: ast.AST | None = place
        while inner is not None and inner is not self.root:
            if self._blocks.get(id(inner)) is statements:
                return True
            inner = self.around.get(id(inner))
        return False

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


Answer = TypeVar("Answer")


def once_each(question: Callable[[Scope], Answer]) -> Callable[[Scope], Answer]:
    """What is asked of a scope alone is worked out once, for all that ask it."""

    @wraps(question)
    def asked(scope: Scope) -> Answer:
        if question not in scope.known:
            scope.known[question] = question(scope)
        return cast("Answer", scope.known[question])

    return asked


@once
def scopes(parsed: Parsed) -> tuple[Scope, ...]:
    """The scopes of a file: its own, and those of all its functions."""
    found = tuple(_scope(root, parsed.listing) for root in functions(parsed))
    if not found:
        return found
    whole, listing = found[0], parsed.listing
    inner = {id(one) for scope in found[1:] for one in listing.within(scope.root) if one is not scope.root}
    body = set(map(id, getattr(whole.root, "body", ())))
    helpers = {
        name: node for name, node in defined_once(parsed).items() if id(node) in body and name not in whole.bound
    }
    filled = {
        one.value.id
        for one in listing.of(ast.Subscript)
        if isinstance(one.value, ast.Name) and not isinstance(one.ctx, ast.Load)
    }
    bodies = {one.root.name: one for one in found if helpers.get(getattr(one.root, "name", "")) is one.root}
    changed = filled.union(*(one.names for one in listing.of(ast.Global)))
    for scope in found:
        scope.outer = whole if scope is not whole and id(scope.root) not in inner else None
        scope.bodies = bodies
        scope.helpers, scope.changed = helpers, frozenset(changed)
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
