"""Functions of a program that give the learning rate of each epoch, worked out for the last of them, by text alone."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping

from cnnlint.graph import Miswritten
from cnnlint.readers.python.by_text.fits import epochs_with
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.walks import bound_once, called, defined_once

#: a rate that nothing is trained by, and one that is none any more: a search for the best one stays between them
FAR, GONE = 100.0, 1e-12
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "pow": math.pow,
    "power": math.pow,
    "exp": math.exp,
    "floor": math.floor,
    "sqrt": math.sqrt,
    "cos": math.cos,
    "float": float,
    "int": int,
    "max": max,
    "min": min,
    "maximum": max,
    "minimum": min,
}
#: the first arguments of what is worked out, and the fewest epochs of which anything is said
ONE, FEW = 1, 3


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such function of a file."""
    if parsed.ast is None or "LearningRateScheduler(" not in parsed.text:
        return ()
    return placed(Miswritten, parsed, (*_strays(parsed), *_growing(parsed)))


def _strays(parsed: Parsed) -> Flaws:
    """`LearningRateScheduler(lambda epoch: 0.001 * 10 ** epoch)` of a training of twenty epochs."""
    known = {name: value for name, one in bound_once(parsed).items() if (value := _worked_out(one, {})) is not None}
    for call in parsed.listing.of(ast.Call):
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "schedule")]
        epochs = epochs_with(parsed, call) if called(call) == "LearningRateScheduler" and given else None
        if epochs is None or epochs < FEW:
            continue
        function = defined_once(parsed).get(given[0].id) if isinstance(given[0], ast.Name) else given[0]
        returned = _returned(function)
        taken = getattr(function, "args", None)
        if returned is None or taken is None or len(taken.args) != ONE:
            continue
        rates = [_worked_out(returned, known | {taken.args[0].arg: float(at)}) for at in (0, epochs // 2, epochs - 1)]
        first, half, last = (one if one is not None else math.nan for one in rates)
        if last > FAR > first > 0:
            yield returned, "runs away", f"{last:.0e} in epoch {epochs}"
        elif 0 <= half < GONE < first:
            yield returned, "dies away", f"{half:.0e} in epoch {epochs // 2 + 1} of {epochs}"


def _growing(parsed: Parsed) -> Flaws:
    """`def schedule(epoch, rate): return rate * exp(0.1)`: each epoch begins with more than the one before."""
    if re.search(r"find|range_test|sweep", parsed.text, re.IGNORECASE):
        return
    for call in parsed.listing.of(ast.Call):
        given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "schedule")]
        if called(call) != "LearningRateScheduler" or not given or (epochs_with(parsed, call) or 0) < FEW:
            continue
        function = defined_once(parsed).get(given[0].id) if isinstance(given[0], ast.Name) else given[0]
        if not isinstance(function, (ast.FunctionDef, ast.Lambda)) or len(function.args.args) != ONE + 1:
            continue  # what a call makes is not followed
        inner = [one.value for one in nodes_of(function) if isinstance(one, ast.Return)]
        returns = [function.body] if isinstance(function, ast.Lambda) else inner
        epoch, rate = (one.arg for one in function.args.args)
        shares = [_worked_out(one, {epoch: 1.0, rate: 1.0}) if one is not None else None for one in returns]
        most, steepest = max(
            ((share or 0.0, one) for share, one in zip(shares, returns, strict=True)),
            key=lambda pair: pair[0],
            default=(0.0, None),
        )
        grows = most > 1 and all(share is not None and share >= 1 for share in shares)
        if not grows or steepest is None or _for_a_while(function, steepest, epoch):
            continue
        if _worked_out(steepest, {epoch: 9.0, rate: 2.0}) == 2 * most:
            yield steepest, "runs away", f"{most:.2g} times that of the epoch before, in each"
            return


def _for_a_while(function: ast.AST, returned: ast.expr, epoch: str) -> bool:
    """Whether a rate may be returned in some epochs alone: `if epoch < 5: return rate * 1.5`. Only what is returned
    whatever is asked, or from some epoch on, goes on for ever."""
    for node in nodes_of(function):
        if not isinstance(node, ast.If):
            continue
        test = node.test
        plain = isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == epoch
        if not plain or not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return True
        within = any(one is returned for part in node.body for one in nodes_of(part))
        below = isinstance(test.ops[0], (ast.Lt, ast.LtE))
        if within == below or not isinstance(test.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
            return True
    return False


def _returned(function: ast.AST | None) -> ast.expr | None:
    """What a function of one formula returns."""
    if isinstance(function, ast.Lambda):
        return function.body
    body = function.body if isinstance(function, ast.FunctionDef) else []
    held = {
        one.targets[0].id: one.value
        for one in body
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
    }
    plain = all(isinstance(one, (ast.Assign, ast.Return, ast.Expr)) for one in body) and body
    last = body[-1].value if plain and isinstance(body[-1], ast.Return) else None
    return _with(last, held) if last is not None else None


class _Written(ast.NodeTransformer):
    """Names that a function binds once, by what they stand for."""

    def __init__(self, held: Mapping[str, ast.expr]) -> None:
        self.held, self.left = held, 50

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """What a name stands for."""
        self.left -= 1
        return self.visit(self.held[node.id]) if node.id in self.held and self.left > 0 else node


def _with(value: ast.expr, held: Mapping[str, ast.expr]) -> ast.expr:
    """An expression with what the names of its function stand for; itself where there are none."""
    if not held:
        return value
    found: ast.expr = _Written(held).visit(ast.parse(ast.unparse(value), mode="eval").body)
    return ast.copy_location(found, value)


def _worked_out(value: ast.expr, known: Mapping[str, float]) -> float | None:
    """The number that a formula of numbers is; None where anything else stands in it."""
    try:
        return _number(value, known)
    except (ArithmeticError, ValueError, TypeError, RecursionError):
        return None


def _number(value: ast.expr, known: Mapping[str, float]) -> float:
    if isinstance(value, ast.Constant) and isinstance(value.value, (int, float)):
        return float(value.value)
    if isinstance(value, ast.Name) and value.id in known:
        return known[value.id]
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub):
        return -_number(value.operand, known)
    if isinstance(value, ast.BinOp) and type(value.op) in OPERATORS:
        found = OPERATORS[type(value.op)](_number(value.left, known), _number(value.right, known))
        return float(found)
    if isinstance(value, ast.Call) and called(value) in FUNCTIONS and value.args and not value.keywords:
        return float(FUNCTIONS[called(value)](*(_number(one, known) for one in value.args)))
    raise ValueError
