"""What becomes of the gradients that a tape is asked for, told from the program's text.

The reader follows values; whether a gradient is used at all, and with which sign a step by hand is taken, stands in the
text of the function around it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cnnlint.graph import Origin
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText

Fate = Literal["unused", "added", "exchanged"]
#: calls that only look at what they are given
LOOKS = frozenset({"print", "len", "type", "isinstance"})
STEPS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Gradients(NamedTuple):
    """Gradients of weights that are never used, that are added to the weights, or applied to others."""

    fate: Fate
    #: where the tape is asked
    row: int
    column: int
    #: where the step is taken, or the tape is asked
    origin: Origin
    #: whether what the gradients are of is an error by its text: a mean of squares, a loss function's value
    of_error: bool = False


@once
def gradients(parsed: Parsed) -> tuple[Gradients, ...]:
    """Every such place of a file."""
    return tuple(_gradients(parsed))


def _gradients(parsed: Parsed) -> Iterator[Gradients]:
    if parsed.ast is None or ".gradient(" not in parsed.source.text:
        return
    text, names = SourceText(parsed.text), _Names(parsed)
    scopes: list[ast.AST] = [parsed.ast, *(node for node in parsed.nodes if isinstance(node, STEPS))]
    for scope in scopes:
        nodes = parsed.nodes if scope is parsed.ast else tuple(ast.walk(scope))
        for loop in nodes:
            # a step of training stands in a loop, or in a function that one calls
            own = loop is scope and isinstance(scope, STEPS)
            if not (own or isinstance(loop, (ast.For, ast.While))):
                continue
            for target, call in _asked(loop, names):
                found = _fate(nodes, target, call, names)
                if found is not None:
                    error = any(_is_error(value) for value in _values(nodes, call.args[0]))
                    column = text.column_of_byte(call.lineno, call.col_offset)
                    yield Gradients(found[0], call.lineno, column, origin_of(text, found[1]), error)


class _Names:
    """What the names of a file are bound to, as far as each is bound to one thing alone."""

    def __init__(self, parsed: Parsed) -> None:
        self.bound: dict[str, list[ast.expr]] = {}
        for node in parsed.nodes:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self.bound.setdefault(ast.unparse(target), []).append(node.value)

    def one(self, value: ast.expr) -> ast.expr:
        """What a name stands for, where it was bound once; the expression itself for all others."""
        found = self.bound.get(value.id, ()) if isinstance(value, ast.Name) else ()
        return found[0] if len(found) == 1 else value

    def variables(self, value: ast.expr) -> list[str]:
        """The names in a list of variables, all of them made by `tf.Variable`; none for anything else."""
        if isinstance(value, ast.Name) and self._made(value.id, "Variable"):
            return [value.id]
        value = self.one(value)
        items = value.elts if isinstance(value, (ast.List, ast.Tuple)) else []
        names = [one.id if isinstance(one, ast.Name) else "" for one in items]
        return names if all(self._made(name, "Variable") for name in names) else []

    def _made(self, name: str, by: str) -> bool:
        made = self.bound.get(name, ())
        return bool(made) and all(isinstance(one, ast.Call) and ast.unparse(one.func).endswith(by) for one in made)

    def weights(self, value: ast.expr) -> list[str] | None:
        """Whose weights an expression lists, in order: `a.trainable_variables + b.trainable_weights`."""
        value = self.one(value)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            left, right = self.weights(value.left), self.weights(value.right)
            return None if left is None or right is None else [*left, *right]
        if isinstance(value, ast.Attribute) and value.attr in ("trainable_variables", "trainable_weights"):
            return [ast.unparse(value.value)]
        return None

    def apart(self, one: str, other: str) -> bool:
        """Whether two expressions are known to be two things: each was bound once, to the result of a call or to a
        name, and not to the same."""
        made = [value for name in (one, other) for value in self.bound.get(name, ())]
        if one == other or len(made) != 2 or any(len(self.bound.get(name, ())) != 1 for name in (one, other)):
            return False
        first, second = made
        if isinstance(first, ast.Name) and isinstance(second, ast.Name):
            return first.id != second.id
        return isinstance(first, ast.Call) and isinstance(second, ast.Call)


def _asked(loop: ast.AST, names: _Names) -> Iterator[tuple[tuple[str, ...], ast.Call]]:
    """The calls `tape.gradient(loss, weights)` of a loop or function itself, and the names of what they return."""
    pending = list(ast.iter_child_nodes(loop))
    while pending:
        node = pending.pop(0)
        if isinstance(node, (*STEPS, ast.For, ast.While, ast.ClassDef)):
            continue
        pending[:0] = ast.iter_child_nodes(node)
        value = node.value if isinstance(node, (ast.Assign, ast.Expr)) else None
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
            continue
        sources = _sources(value)
        weights = any("trainable_" in ast.unparse(names.one(one)) or names.variables(one) for one in sources)
        if value.func.attr != "gradient" or not weights or not value.args:
            continue
        if isinstance(node, ast.Expr):
            yield (), value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            if all(isinstance(part, ast.Name) for part in parts):
                yield tuple(ast.unparse(part) for part in parts), value


def _sources(call: ast.Call) -> list[ast.expr]:
    """What a tape is asked for the gradients of."""
    return [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "sources")]


def _fate(
    nodes: Sequence[ast.AST], targets: tuple[str, ...], call: ast.Call, names: _Names
) -> tuple[Fate, ast.expr] | None:
    """What becomes of the gradients of these names within the function; None where they are used in some other way."""
    looked = {
        id(argument)
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LOOKS
        for argument in node.args
    }
    read = [
        node
        for node in nodes
        if isinstance(node, ast.Name)
        and node.id in targets
        and isinstance(node.ctx, ast.Load)
        and id(node) not in looked
    ]
    if not read:
        return "unused", call
    single = _single(nodes, targets)
    variables = names.variables(_sources(call)[0]) if _sources(call) else []
    for node in nodes:
        if isinstance(node, ast.For) and len(targets) == 1:
            pair = _zipped(node, targets[0])
            step = _ascent(node, *pair) if pair is not None else None
            if step is not None:
                return "added", step
        if single and isinstance(node, ast.Call) and _exchanged(node, targets[0], call, names):
            return "exchanged", node
    if len(variables) == len(targets) and len(set(targets)) == len(targets):
        for variable, target in zip(variables, targets, strict=True):
            steps = [found for node in nodes if (found := _ascent_of(node, variable, target)) is not None]
            if steps:
                return "added", steps[0]
    return None


def _single(nodes: Sequence[ast.AST], targets: tuple[str, ...]) -> bool:
    """Whether there is one name for all gradients, and it is bound once."""
    stored = [n for n in nodes if isinstance(n, ast.Name) and n.id in targets and isinstance(n.ctx, ast.Store)]
    return len(targets) == len(stored) == 1


def _exchanged(node: ast.Call, target: str, asked: ast.Call, names: _Names) -> bool:
    """Whether `apply_gradients(zip(gradients, weights))` pairs the gradients with the weights of something else."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "apply_gradients" and node.args):
        return False
    pairs = node.args[0]
    if not (isinstance(pairs, ast.Call) and isinstance(pairs.func, ast.Name) and pairs.func.id == "zip"):
        return False
    if len(pairs.args) != 2 or not (isinstance(pairs.args[0], ast.Name) and pairs.args[0].id == target):
        return False
    of = names.weights(_sources(asked)[0]) if _sources(asked) else None
    to = names.weights(pairs.args[1])
    if of is None or to is None or of == to:
        return False
    if sorted(of) == sorted(to):
        return True
    return len(of) == len(to) == 1 and names.apart(of[0], to[0])


def _values(nodes: Sequence[ast.AST], target: ast.expr) -> list[ast.expr]:
    """What is bound to the name that a tape is asked about."""
    if not isinstance(target, ast.Name):
        return [target]
    return [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == target.id for t in node.targets)
    ]


#: functions that keep the sign of what they are given, and those whose values are errors themselves
KEEPS = frozenset({"reduce_mean", "reduce_sum", "mean", "sum"})
ERRORS = frozenset({"square", "abs", "squared_difference", "mean_squared_error", "mean_absolute_error", "mse", "mae"})


def _is_error(value: ast.expr) -> bool:
    """Whether an expression is a mean or sum of squares or distances, with no sign in front of it."""
    if isinstance(value, ast.Call):
        name = ast.unparse(value.func).rpartition(".")[2]
        return name in ERRORS or (name in KEEPS and bool(value.args) and _is_error(value.args[0]))
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):
        return isinstance(value.right, ast.Constant) and value.right.value == 2
    return False


def _zipped(loop: ast.For, name: str) -> tuple[str, str] | None:
    """The names of a weight and its gradient in `for weight, gradient in zip(weights, gradients)`, in either order."""
    call, target = loop.iter, loop.target
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "zip"):
        return None
    if not (isinstance(target, ast.Tuple) and len(target.elts) == len(call.args) == 2):
        return None
    names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
    given = [one.id if isinstance(one, ast.Name) else "" for one in call.args]
    if name not in given:
        return None
    place = given.index(name)
    return names[1 - place], names[place]


def _ascent(loop: ast.For, weight: str, gradient: str) -> ast.expr | None:
    """A step of a loop that adds the gradient to the weight."""
    return next((step for node in ast.walk(loop) if (step := _ascent_of(node, weight, gradient)) is not None), None)


def _ascent_of(node: ast.AST, weight: str, gradient: str) -> ast.expr | None:
    """A step that adds the gradient to the weight: `weight.assign_add(rate * gradient)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1):
        return None
    whose, value = node.func.value, node.args[0]
    if not (isinstance(whose, ast.Name) and whose.id == weight):
        return None
    if node.func.attr == "assign" and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        value = value.right if isinstance(value.left, ast.Name) and value.left.id == weight else node.args[0]
    elif node.func.attr != "assign_add":
        return None
    product = isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div))
    if (isinstance(value, ast.Name) or product) and _reads(value, gradient) and not _negated(value):
        return node
    return None


def _reads(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _negated(value: ast.expr) -> bool:
    return any(isinstance(node, (ast.USub, ast.Sub)) for node in ast.walk(value))
