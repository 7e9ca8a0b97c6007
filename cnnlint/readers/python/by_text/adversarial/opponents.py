"""Generators and discriminators that are trained in turns, and the labels that they are given, by the text alone."""

from __future__ import annotations

import ast

from cnnlint.graph import Miswritten
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import bound_once, called, line, method, operands, reads, receiver
from cnnlint.readers.python.text.written import written

#: arrays of one number
FILLED = {"ones": 1.0, "zeros": 0.0, "ones_like": 1.0, "zeros_like": 0.0}


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or parsed.text.count("train_on_batch(") < 2:
        return ()
    made = bound_once(parsed)
    losses = {written(one) for call in parsed.listing.of(ast.Call) for one in _loss(call)}
    found = [one for scope in scopes(parsed) for one in _labels(scope, made)]
    if len(losses) > 1:  # another loss may want another label
        found = [one for one in found if one[1] in ("alike", "both labels")]
    return placed(Miswritten, parsed, found)


def _labels(scope: Scope, made: dict[str, ast.expr]) -> Flaws:
    """Real samples, made ones, and what the generator is to have made of its own: by which label each is trained."""
    calls = [one for one in scope.calls(frozenset({"train_on_batch"})) if len(one.args) == 2]
    values = [(one, _filled(scope, one.args[1], made)) for one in calls]
    for one, value in values:
        for other, another in values:
            same = receiver(one) == receiver(other) and written(one.args[0]) == written(other.args[0])
            between = any(
                one.lineno < getattr(at, "lineno", 0) <= other.lineno
                for name in nodes_of(other.args[0])
                if isinstance(name, ast.Name)
                for at in scope.bound.get(name.id, ())
            )
            between = between or _is_changed(scope, one, other)
            both = scope.ran_before(scope.statement_of(one), other)  # and not one of them, by chance
            if same and both and not between and one.lineno < other.lineno and {value, another} == {0.0, 1.0}:
                yield other.args[0], "both labels", written(other.args[0])
                return
    if any(value is None for _, value in values):
        return
    forged = [(one, value) for one, value in values if _is_made(scope, one.args[0])]
    judges = {receiver(one) for one, _ in forged}
    if len(forged) != 1 or len(judges) != 1:
        return
    fake = forged[0][1]
    real = {value for one, value in values if receiver(one) in judges and one is not forged[0][0]}
    own = [(one, value) for one, value in values if receiver(one) not in judges]
    if len(real) != 1:
        return
    if real == {fake}:
        yield forged[0][0].args[1], "alike", written(forged[0][0].args[1])
    elif len(own) == 1 and own[0][1] == fake and _is_made_of(scope, own[0][0], forged[0][0], made):
        yield own[0][0].args[1], "gives itself away", written(own[0][0].args[1])


def _is_changed(scope: Scope, one: ast.Call, other: ast.Call) -> bool:
    """Whether something may be put into what is trained on between two trainings: `batch[:] = …`, `rng.shuffle(x)`."""
    names = {name.id for name in nodes_of(other.args[0]) if isinstance(name, ast.Name)}
    stored = [at for at in scope.of(ast.Subscript) if isinstance(at.ctx, ast.Store) and reads(at.value, names)]
    handed = [at for at in scope.of(ast.Expr) if at.value not in (one, other) and reads(at.value, names)]
    return any(one.lineno < line(at) < other.lineno for at in (*stored, *handed))


def _is_made_of(scope: Scope, own: ast.Call, forged: ast.Call, made: dict[str, ast.expr]) -> bool:
    """Whether what is trained last is the generator with its judge behind it: its model is made of the judge, or it is
    given what the generator is."""
    whole = scope.once(receiver(own)) or made.get(receiver(own))
    if whole is not None and receiver(forged) in {written(one) for one in nodes_of(whole)}:
        return True
    asked = scope.bound_to(forged.args[0], forged)[0]
    given = {written(one) for one in operands(asked)}
    forms = {written(own.args[0]), written(scope.bound_to(own.args[0], own)[0])}
    return bool(given & forms) or {called(one) for one in operands(asked)} & {called(own.args[0])} > {""}


def _loss(call: ast.Call) -> list[ast.expr]:
    """The loss that a call compiles a model with."""
    if method(call) != "compile":
        return []
    return [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "loss")]


def _is_made(scope: Scope, value: ast.expr) -> bool:
    """Whether samples are what a generator predicts."""
    return method(scope.bound_to(value, value)[0]) in ("predict", "predict_on_batch")


def _filled(scope: Scope, value: ast.expr, made: dict[str, ast.expr]) -> float | None:
    """The number that an array is filled with: `np.ones((64, 1))`, `valid`, `np.ones(64) * 0.9`, `-np.ones(64)`."""
    found = scope.bound_to(value, value)[0]
    found = made.get(found.id, found) if isinstance(found, ast.Name) else found
    if isinstance(found, ast.UnaryOp) and isinstance(found.op, ast.USub):
        inner = _filled(scope, found.operand, made)
        return None if inner is None else -inner
    return FILLED.get(called(found)) if isinstance(found, ast.Call) else None
