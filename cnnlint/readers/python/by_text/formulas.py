"""Formulas of the literature that a program writes out itself and wrongly, by its text alone.

Most of them stand in functions that nobody's values reach: attention, the sampling and the divergence of a variational
autoencoder, the loss of a policy, distances of a triplet.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TypeAlias

from cnnlint.graph import Miswritten
from cnnlint.graph.formula_events import Flaw
from cnnlint.readers.python.by_text.fits import own_losses
from cnnlint.readers.python.by_text.signs import Signs, signs
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called

Flaws: TypeAlias = Iterator[tuple[ast.expr, Flaw, str]]

LOG_VARIANCE = re.compile(r"log_?var|logvar", re.IGNORECASE)
LOG_SPREAD = re.compile(r"log_?(var|sigma|std|scale)|logvar|logsigma", re.IGNORECASE)
#: what the size of a query is called, or is taken from
DEPTH = re.compile(r"shape|depth|dim|d_?k\b|d_?model|head|units|size", re.IGNORECASE)
#: a mask whose ones are what may be seen, made so by its author: 0 and -1 of 1 and 0
TURNED = re.compile(r"mask\w*\)?\s*-\s*1|1(\.0?)?\s*-|logical_not|where\(|equal\(|==|~")
AHEAD = re.compile(r"look_?ahead|causal|subsequent|triang|future|autoregress", re.IGNORECASE)
GAINS = re.compile(r"return|advantage|adv\b|advs\b|reward|discount|^g$|delta|td", re.IGNORECASE)
#: numbers that are added to scores so that softmax makes 0 of them; of fewer there is no doubt that they mask nothing
LARGE = 1e4
#: what stands in files that hold any of it
WORDS = re.compile(r"softmax|log_?var|logvar|log\(|log_prob|maximum\(|relu\(|loss|rate_?dist")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not WORDS.search(parsed.text):
        return ()
    text = SourceText(parsed.text)
    found = [
        Miswritten(origin=origin_of(text, at), why=why, what=what)
        for scope in scopes(parsed)
        for finder in (_scale, _mask, _behind, _sampling, _clipped, _triplet)
        for at, why, what in finder(scope)
    ]
    found += [
        Miswritten(origin=origin_of(text, at), why=why, what=what)
        for finder in (_ahead, _divergence, _policy, _signed_error)
        for at, why, what in finder(parsed)
    ]
    return tuple(found)


def _is_scores(scope: Scope, value: ast.expr) -> bool:
    """Whether an expression is what `matmul(q, k, transpose_b=True)` makes, under whatever names."""
    value = scope.bound_to(value, value)[0]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div):
        return _is_scores(scope, value.left)
    return called(value) == "matmul" and any(one.arg == "transpose_b" for one in getattr(value, "keywords", ()))


def _softened(scope: Scope) -> bool:
    return any(called(one).lower() == "softmax" for one in scope.of(ast.Call))


def _operations(scope: Scope) -> list[ast.BinOp | ast.AugAssign]:
    return [*scope.of(ast.BinOp), *scope.of(ast.AugAssign)]


def _scale(scope: Scope) -> Flaws:
    """`scores * tf.sqrt(depth)`: the scores grow with the depth, and softmax saturates."""
    for node in _operations(scope):
        if not isinstance(node.op, ast.Mult):
            continue
        pair = [node.left, node.right] if isinstance(node, ast.BinOp) else [node.target, node.value]
        for scores, factor in (pair, pair[::-1]):
            if _is_root(factor) and _is_scores(scope, scores) and _softened(scope):
                yield factor, "scale", ast.unparse(factor)
                return


def _is_root(value: ast.expr) -> bool:
    """`tf.math.sqrt(depth)`, `depth ** 0.5`."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):
        half = isinstance(value.right, ast.Constant) and value.right.value == 0.5
        return half and DEPTH.search(ast.unparse(value.left)) is not None
    root = called(value) == "sqrt" and isinstance(value, ast.Call)
    return root and DEPTH.search(" ".join(map(ast.unparse, getattr(value, "args", ())))) is not None


def _mask(scope: Scope) -> Flaws:
    """`scores += mask * 1e9`: what is masked outweighs all the rest."""
    for node in _operations(scope):
        if not isinstance(node.op, ast.Add):
            continue
        left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        hidden = _largely(right)
        plain = hidden is not None and (not isinstance(hidden, ast.BinOp) or not TURNED.search(ast.unparse(hidden)))
        made = scope.bound_to(hidden, node)[0] if hidden is not None else None
        if plain and made is not None and not TURNED.search(ast.unparse(made)) and _goes_to_softmax(scope, left, node):
            yield right, "mask", ast.unparse(right)
            return


def _behind(scope: Scope) -> Flaws:
    """`weights = softmax(scores)`, and then `weights + mask * -1e9`."""
    for node in _operations(scope):
        if not isinstance(node.op, ast.Add):
            continue
        left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        weights = scope.bound_to(left, node)[0]
        if isinstance(right, ast.BinOp) and _hides(right) and called(weights).lower() == "softmax":
            yield right, "behind", ast.unparse(right)
            return


def _largely(value: ast.expr) -> ast.expr | None:
    """What is multiplied by a large positive number."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult)):
        return None
    for factor, other in ((value.left, value.right), (value.right, value.left)):
        number = factor.value if isinstance(factor, ast.Constant) else None
        if isinstance(number, (int, float)) and number >= LARGE:
            return other
    return None


def _goes_to_softmax(scope: Scope, scores: ast.expr, node: ast.AST) -> bool:
    """Whether softmax is taken of scores that something was added to."""
    names = {ast.unparse(scores)}
    for statement in scope.of(ast.Assign):
        if any(one is node for one in ast.walk(statement.value)):
            names |= set(map(ast.unparse, statement.targets))
    taken = [one for one in scope.of(ast.Call) if called(one).lower() == "softmax" and one.args]
    return any(ast.unparse(one.args[0]) in names or node in ast.walk(one) for one in taken)


def _ahead(parsed: Parsed) -> Flaws:
    """`band_part(ones, -1, 0)` as what is hidden: the past is, and the future is seen."""
    hiding = [node for node in parsed.listing.of(ast.BinOp) if _hides(node)]
    if not hiding or any(TURNED.search(ast.unparse(node)) for node in hiding):
        return
    for function in parsed.listing.of(ast.FunctionDef):
        last = function.body[-1]
        value = last.value if isinstance(last, ast.Return) else None
        if value is None or not AHEAD.search(function.name) or not _is_lower(value):
            continue
        calls = [one for one in parsed.listing.of(ast.Call) if called(one) == function.name]
        turned = any(side in calls for node in parsed.listing.of(ast.BinOp) for side in (node.left, node.right))
        if calls and not turned and not re.search(r"1(\.0?)?\s*-\s*\w*mask|logical_not|tf\.where", parsed.text):
            yield value, "ahead", function.name


def _hides(node: ast.BinOp) -> bool:
    """`mask * -1e9`"""
    for one in (node.left, node.right):
        negative = (
            isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.USub) and isinstance(one.operand, ast.Constant)
        )
        number = one.operand.value if negative and isinstance(one, ast.UnaryOp) else None  # type: ignore[attr-defined]
        if isinstance(node.op, ast.Mult) and isinstance(number, (int, float)) and number >= LARGE:
            return True
    return False


def _is_lower(value: ast.expr) -> bool:
    """`tf.linalg.band_part(tf.ones(…), -1, 0)`, whose ones are at and before each place."""
    if not isinstance(value, ast.Call):
        return False
    numbers = [ast.unparse(one) for one in value.args[1:]]
    ones = bool(value.args) and called(value.args[0]).startswith("ones")
    return ones and (
        (called(value) in ("band_part", "matrix_band_part") and numbers == ["-1", "0"]) or called(value) == "tril"
    )


def _sampling(scope: Scope) -> Flaws:
    """`mean + exp(log_var) * noise`: the standard deviation is the exponential of half of it."""
    for node in scope.of(ast.BinOp):
        pair = (node.left, node.right) if isinstance(node.op, ast.Mult) else ()
        for spread, noise in (pair, pair[::-1]) if pair else ():
            given = spread.args[0] if called(spread) == "exp" and isinstance(spread, ast.Call) and spread.args else None
            drawn = scope.bound_to(noise, node)[0]
            if not isinstance(given, ast.Name) or not re.search(r"normal|randn", called(drawn)):
                continue
            halved = [ast.unparse(getattr(at, "value", at)) for at in scope.bound.get(given.id, ())]
            if LOG_VARIANCE.search(given.id) and not any(re.search(r"\.5|/ ?2", one) for one in halved):
                yield spread, "spread", given.id
                return


def _clipped(scope: Scope) -> Flaws:
    """`log_var = Dense(2, activation="relu")(h)`: no spread is narrower than 1."""
    for node in scope.of(ast.Assign):
        target = ast.unparse(node.targets[0]) if len(node.targets) == 1 else ""
        layer = node.value.func if isinstance(node.value, ast.Call) else None
        layer = layer if isinstance(layer, ast.Call) else node.value
        if not LOG_SPREAD.search(target) or called(layer) not in ("Dense", "Conv2D", "dense"):
            continue
        for one in getattr(layer, "keywords", ()):
            word = one.value.value if isinstance(one.value, ast.Constant) else ast.unparse(one.value).rpartition(".")[2]
            if one.arg == "activation" and word in ("relu", "softplus", "sigmoid"):
                yield one.value, "clipped", target
                return


def _divergence(parsed: Parsed) -> Flaws:
    """`0.5 * sum(1 + log_var - mean ** 2 - exp(log_var))`, minimised: it has no lowest value."""
    for node in parsed.listing.of(ast.BinOp):
        turn = _is_divergence(node)
        if turn and _grows(signs(parsed), node, turn):
            yield node, "divergence", ast.unparse(node)


def _grows(known: Signs, node: ast.AST, turn: int) -> bool:
    """Whether what should be made large is made small, for all that is understood of it."""
    reached = known.minimised(node)
    return reached == {turn}


def _is_divergence(node: ast.BinOp) -> int:
    """1 for `1 + l - m² - exp(l)` and -1 for what is the same with the other sign; 0 for anything else."""
    terms = list(_terms(node, 1))
    if len(terms) != 4:
        return 0
    ones = [sign for sign, one in terms if isinstance(one, ast.Constant) and one.value in (1, 1.0)]
    grown = [
        (sign, ast.unparse(one.args[0]))
        for sign, one in terms
        if called(one) == "exp" and isinstance(one, ast.Call) and one.args
    ]
    squares = [sign for sign, one in terms if _is_square(one)]
    if not (len(ones) == len(grown) == len(squares) == 1):
        return 0
    plain = [sign for sign, one in terms if ast.unparse(one) == grown[0][1]]
    right = plain == ones and squares == [-ones[0]] and grown[0][0] == -ones[0]
    return ones[0] if right else 0


def _terms(node: ast.expr, sign: int) -> Iterator[tuple[int, ast.expr]]:
    """The terms of a sum, each with its sign."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        yield from _terms(node.left, sign)
        yield from _terms(node.right, sign if isinstance(node.op, ast.Add) else -sign)
    else:
        yield sign, node


def _is_square(node: ast.expr) -> bool:
    power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and ast.unparse(node.right) in ("2", "2.0")
    return power or called(node) in ("square", "pow")


def _policy(parsed: Parsed) -> Flaws:
    """`mean(log(p) * returns)`, minimised: what paid is done less often."""
    if "log" not in parsed.text or not re.search(r"reward|return|advantage", parsed.text, re.IGNORECASE):
        return
    for scope in scopes(parsed):
        for node in scope.of(ast.BinOp):
            pair = (node.left, node.right) if isinstance(node.op, ast.Mult) else ()
            for chance, gain in (pair, pair[::-1]) if pair else ():
                named = isinstance(gain, (ast.Name, ast.Attribute)) and GAINS.search(ast.unparse(gain))
                made = scope.bound_to(chance, node)[0]
                if named and called(made) in ("log", "log_prob") and signs(parsed).minimised(node) == {1}:
                    yield node, "policy", ast.unparse(node)


def _triplet(scope: Scope) -> Flaws:
    """`max(far - near + margin, 0)`: what is alike is driven apart."""
    for node in scope.of(ast.BinOp):
        if not (isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Name)):
            continue
        names = [
            re.match(r"(neg|an_|d_an|d_neg|dist_n|pos|ap_|d_ap|d_pos|dist_p)", one.id)
            for one in (node.left, node.right)
        ]
        sides = ["n" if one and "n" in one[1].removeprefix("dist_") else "p" if one else "" for one in names]
        apart = [
            re.search(r"dist|square|\*\* ?2|norm|abs", one.id + ast.unparse(scope.resolved(one)))
            for one in (node.left, node.right)
        ]
        hinge = any(
            called(one) in ("maximum", "relu", "max") and any(node is inner for inner in ast.walk(one))
            for one in scope.of(ast.Call)
        )
        if sides == ["n", "p"] and all(apart) and hinge:
            yield node, "triplet", node.left.id
            return


def _signed_error(parsed: Parsed) -> Flaws:
    """`mean(y_true - y_pred)` as a loss: the larger the answers, the smaller it is."""
    for function in own_losses(parsed):
        last, names = function.body[-1], sorted(one.arg for one in function.args.args)
        value = last.value if isinstance(last, ast.Return) else None
        while (
            isinstance(value, ast.Call)
            and (called(value) in ("reduce_mean", "mean", "reduce_sum", "sum"))
            and value.args
        ):
            value = value.args[0]
        signed = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub)
        if signed and isinstance(value, ast.BinOp) and sorted(map(ast.unparse, (value.left, value.right))) == names:
            yield value, "signed error", function.name
