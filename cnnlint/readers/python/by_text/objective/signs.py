"""With which sign a term of a program's own loss reaches what is minimised, by the text alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import own_losses
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import FUNCTIONS, called, method
from cnnlint.readers.python.text.written import written

#: what keeps the sign of what it is given
KEEPING = frozenset(
    {"reduce_mean", "reduce_sum", "mean", "sum", "squeeze", "cast", "compute_average_loss", "identity", "flatten"}
)
#: what makes small what it is given first
MINIMISING = frozenset({"gradient", "minimize", "add_loss", "compute_gradients"})
#: what is never negative, or keeps the sign of what is positive, where it is a factor
POSITIVE = frozenset({"float", "int", "cast", "to_float", "exp", "square", "sqrt", "pow", "len", "shape", "size"})
#: gradients that are turned, or gone along: `[-g for g in gradients]`, `weight.assign_add(…)`
ASCENDING = pattern(
    r"-\s*(one|g|d|dg|dw|grads?|gradients?)\b|assign_add|maximi[sz]e\s*=|ascent|negative\(|\* ?-1|(rate|lr)\s*=\s*-"
)
#: how far a name is followed
STEPS = 5
#: questions from which on no more is understood: the fixtures and 420 public files ask 10 at most
MOST = 2000


class Signs:
    """The nodes of a file with what each stands in."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.around = parsed.listing.around
        self.losses = {node.name for node in own_losses(parsed)}
        self.ascends = ASCENDING.search(parsed.text) is not None or any(map(_turns_each, parsed.listing.of(*EACH)))
        #: what was asked of each node, and how far names were followed then
        self.known: dict[tuple[int, int], set[int]] = {}
        #: what a minus stands in, by the identity of the node
        self.holding = set[int]()
        operations: Sequence[ast.UnaryOp | ast.BinOp] = parsed.listing.of(ast.UnaryOp, ast.BinOp)
        for one in operations:
            at: ast.AST | None = one if isinstance(one.op, (ast.USub, ast.Sub)) and not _is_complement(one) else None
            while at is not None and id(at) not in self.holding:
                self.holding.add(id(at))
                at = self.around.get(id(at))
        #: names and attributes that something with a minus is given to
        self.signed = {
            written(target)
            for node in parsed.listing.of(ast.Assign)
            if id(node.value) in self.holding
            for one in node.targets
            for target in _names(one)
        }
        self.signed |= {
            written(one.target) for one in parsed.listing.of(ast.AugAssign) if id(one.value) in self.holding
        }
        for arguments in parsed.listing.of(ast.arguments):
            given = [*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)]
            if not self.holding.isdisjoint(map(id, given)):
                names = {one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
                self.signed |= names | {f"self.{name}" for name in names}
        for name, handed in self.handed.items():
            if not self.holding.isdisjoint(map(id, handed)):
                self.signed |= {name, f"self.{name}"}
        for node in parsed.listing.of(ast.Assign) if self.signed else ():  # self.scale = weight
            if isinstance(node.value, (ast.Name, ast.Attribute)) and written(node.value) in self.signed:
                self.signed |= set(map(written, node.targets))

    @cached_property
    def handed(self) -> dict[str, list[ast.expr]]:
        """What the functions of a file are given for each of their parameters, by its name."""
        taken: dict[str, list[str]] = {}
        for node in self.parsed.listing.of(ast.FunctionDef):
            names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
            taken.setdefault(node.name, names[1:] if names[:1] == ["self"] else names)
        for own in self.parsed.listing.of(ast.ClassDef):
            makers = [one for one in own.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
            if makers:
                taken[own.name] = [one.arg for one in makers[0].args.args[1:]]
        found: dict[str, list[ast.expr]] = {}
        for call in self.parsed.listing.of(ast.Call):
            for name, value in zip(taken.get(called(call), ()), call.args, strict=False):
                found.setdefault(name, []).append(value)
            for one in call.keywords if called(call) in taken else ():
                found.setdefault(one.arg or "", []).append(one.value)
        return found

    def function(self, node: ast.AST) -> ast.AST | None:
        """The function that a node stands in; None for the module's own."""
        at = self.around.get(id(node))
        while at is not None and not isinstance(at, (*FUNCTIONS, ast.Lambda)):
            at = self.around.get(id(at))
        return at

    @cached_property
    def names(self) -> dict[tuple[int, str], list[ast.Name | ast.Attribute]]:
        """The names and attributes of each function in the order of the text, by how they are written."""
        found: dict[tuple[int, str], list[ast.Name | ast.Attribute]] = {}
        for node in self.parsed.listing.nodes:
            if isinstance(node, (ast.Name, ast.Attribute)):
                found.setdefault((id(self.function(node)), written(node)), []).append(node)
        return found

    def minimised(self, node: ast.AST, depth: int = STEPS) -> set[int]:
        """The signs, 1 or -1, with which an expression is a term of what is minimised; 0 for what is not understood."""
        if (id(node), depth) not in self.known:
            self.known[id(node), depth] = {0} if len(self.known) >= MOST else self._minimised(node, depth)
        return self.known[id(node), depth]

    def _minimised(self, node: ast.AST, depth: int) -> set[int]:
        sign, top = 1, node
        while True:
            inner, top = top, self.around.get(id(top), self.parsed.listing.nodes[0])
            if isinstance(top, ast.UnaryOp) and isinstance(top.op, ast.USub):
                sign = -sign
            elif isinstance(top, ast.BinOp):
                factor = self._factor(top, inner)
                if factor == 0:
                    return {0}
                sign *= factor
            elif isinstance(top, ast.Call) and inner in top.args:
                if called(top) in MINIMISING:
                    turned = self.ascends and called(top) not in ("minimize", "add_loss")
                    return {0 if turned else sign} if inner is top.args[0] else set()
                if called(top) not in KEEPING:
                    return set()
            elif isinstance(top, ast.Attribute) and method(self.around.get(id(top), top)) in KEEPING:
                top = self.around[id(top)]  # loss.mean()
            elif isinstance(top, ast.Assign) and len(top.targets) == 1:
                return {sign * one for one in self._loads(top, written(top.targets[0]), depth)}
            elif isinstance(top, ast.AugAssign) and isinstance(top.op, (ast.Add, ast.Sub)):
                sign = sign if isinstance(top.op, ast.Add) else -sign
                return {sign * one for one in self._loads(top, written(top.target), depth)}
            elif isinstance(top, ast.Return):
                return {sign * one for one in self._calls(top, depth)}
            else:
                return set()

    def _loads(self, made: ast.stmt, name: str, depth: int) -> Iterator[int]:
        """The signs of all that reads a name behind an assignment, in the same function."""
        if depth == 0:
            yield 0
            return
        factor = 1
        for node in self.names.get((id(self.function(made)), name), ()):
            if node.lineno <= made.lineno:
                continue
            statement = self.around.get(id(node))
            if isinstance(statement, ast.AugAssign) and statement.target is node:
                if isinstance(statement.op, (ast.Mult, ast.Div)):
                    factor *= self.sign_of(statement.value)
            elif isinstance(node.ctx, ast.Store):
                again = isinstance(statement, ast.Assign) and name in map(written, _names(statement.value))
                if not again:
                    return
            elif isinstance(node.ctx, ast.Load):
                for one in self.minimised(node, depth - 1):
                    yield factor * one

    def _calls(self, top: ast.Return, depth: int) -> Iterator[int]:
        """The signs of what a function returns, where it is called; of a loss that `compile` is given, 1."""
        function = self.function(top)
        if not isinstance(function, ast.FunctionDef) or depth == 0:
            yield 0
            return
        if function.name in self.losses:
            yield 1
        for call in self.parsed.listing.of(ast.Call):
            if called(call) == function.name:
                yield from self.minimised(call, depth - 1)

    def _factor(self, operation: ast.BinOp, inner: ast.AST) -> int:
        """What an operation makes of the sign of one of its operands; 0 where that is not known."""
        other = operation.right if inner is operation.left else operation.left
        if isinstance(operation.op, ast.Add):
            return 1
        if isinstance(operation.op, ast.Sub):
            return 1 if inner is operation.left else -1
        if isinstance(operation.op, ast.Mult) or (isinstance(operation.op, ast.Div) and inner is operation.left):
            return self.sign_of(other)
        return 0

    def sign_of(self, value: ast.expr) -> int:
        """The sign of a factor: that of a number, and 1 for a weight, unless the file gives its name something with a
        minus; 0 for a difference and whatever else may be of either."""
        if _is_complement(value):
            return 1
        if isinstance(value, ast.BinOp):
            left, right = self.sign_of(value.left), self.sign_of(value.right)
            if isinstance(value.op, (ast.Mult, ast.Div)):
                return left * right
            return left if left == right and isinstance(value.op, (ast.Add, ast.Pow)) else 0
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
            return -self.sign_of(value.operand)
        if isinstance(value, ast.Constant):
            number = value.value if isinstance(value.value, (int, float)) else 0
            return (number > 0) - (number < 0)
        if isinstance(value, ast.Call):
            return 1 if called(value) in POSITIVE and id(value) not in self.holding else 0
        return 1 if isinstance(value, (ast.Name, ast.Attribute)) and written(value) not in self.signed else 0


#: what goes through the gradients, one by one
EACH = (ast.ListComp, ast.GeneratorExp, ast.For)


def _turns_each(loop: ast.AST) -> bool:
    """Whether each item is given a minus: `[-x for x in steps]`, `[(-1.0 * g, v) for g, v in pairs]`."""
    targets = [loop.target] if isinstance(loop, ast.For) else [one.target for one in getattr(loop, "generators", ())]
    names = {one.id for target in targets for one in nodes_of(target) if isinstance(one, ast.Name)}
    for node in nodes_of(loop):
        of: list[ast.expr] = []
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            of = [node.operand]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = ((node.left, node.right), (node.right, node.left))
            of = [one for one, other in sides if isinstance(other, ast.UnaryOp) and isinstance(other.op, ast.USub)]
        if any(isinstance(one, ast.Name) and one.id in names for one in of):
            return True
    return False


def _is_complement(value: ast.AST) -> bool:
    """Whether an expression is 1 less a share, which is never negative either: `1 - p`."""
    whole = value.left if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) else None
    return isinstance(whole, ast.Constant) and whole.value == 1 and not isinstance(value.right, ast.BinOp)  # type: ignore[attr-defined]


def _names(value: ast.AST) -> Iterator[ast.AST]:
    return (one for one in nodes_of(value) if isinstance(one, (ast.Name, ast.Attribute)))


def terms(node: ast.expr, sign: int) -> Iterator[tuple[int, ast.expr]]:
    """The terms of a sum, each with its sign."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield from terms(node.left, sign)
        yield from terms(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    else:
        yield sign, node


@once
def signs(parsed: Parsed) -> Signs:
    """The signs of a file, made once."""
    return Signs(parsed)
