"""Losses that a program writes out itself and that lead the wrong way: of policies, triplets and signed errors."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import FIT, own_losses
from cnnlint.readers.python.by_text.objective.signs import signs, terms
from cnnlint.readers.python.by_text.placed import Flaws
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called
from cnnlint.readers.python.text.written import written

FAR = pattern(r"neg|an_|an$|d_an|d_neg|dist_n", re.IGNORECASE)
NEAR = pattern(r"pos|ap_|ap$|d_ap|d_pos|dist_p", re.IGNORECASE)
#: what the samples themselves are called
ALIKE, UNLIKE = (
    pattern(r"(emb_?)?(p|pos|positives?)$", re.IGNORECASE),
    pattern(r"(emb_?)?(n|neg|negatives?)$", re.IGNORECASE),
)
DISTANCE = pattern(r"dist|^a[pn]$|square\(|\*\* ?2|\bnorm\(|abs\(", re.IGNORECASE)
GAINS = pattern(r"(return|advantage|\badv|\badvs|reward)s?$", re.IGNORECASE)


def policy(parsed: Parsed) -> Flaws:
    """`mean(log(p) * returns)`, minimised: what paid is done less often."""
    if "log" not in parsed.text or not re.search(r"reward|return|advantage", parsed.text, re.IGNORECASE):
        return
    for scope in scopes(parsed):
        for node in scope.of(ast.BinOp):
            pair = (node.left, node.right) if isinstance(node.op, ast.Mult) else ()
            for chance, gain in (pair, pair[::-1]) if pair else ():
                named = isinstance(gain, (ast.Name, ast.Attribute)) and (
                    GAINS.search(written(gain)) or written(gain) in ("G", "Gt", "G_t")
                )
                worked_out = scope.bound_to(gain, node)[0]
                handed = signs(parsed).handed.get(written(gain), ())
                minus = any(_turns(one) for made in (worked_out, *handed) for one in nodes_of(made))  # value - return
                made = scope.bound_to(chance, node)[0]
                if named and not minus and called(made) in ("log", "log_prob") and signs(parsed).minimised(node) == {1}:
                    yield node, "policy", written(node), True


def _turns(node: ast.AST) -> bool:
    """Whether a gain may be turned round: a minus, in front of it or of anything but what its mean is taken from."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        gain, mean = written(node.left), written(node.right)
        return not (GAINS.search(gain) and re.search(rf"\b{re.escape(gain)}\b", mean) and "mean" in mean)
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)


def triplet(parsed: Parsed) -> Flaws:
    """`max(far - near + margin, 0)`, minimised: what is alike is driven apart."""
    for scope in scopes(parsed):
        for hinge in scope.of(ast.Call):
            if called(hinge) not in ("maximum", "relu", "max"):
                continue
            for given in map(scope.resolved, hinge.args):
                parts = [(sign, one) for sign, one in terms(given, 1) if isinstance(one, ast.Name)]
                far = [one for sign, one in parts if sign == 1 and _is_to(scope, one, FAR, UNLIKE)]
                near = [one for sign, one in parts if sign == -1 and _is_to(scope, one, NEAR, ALIKE)]
                if far and near and signs(parsed).minimised(hinge) == {1}:
                    yield given, "triplet", far[0].id, True
                    return


def _is_to(scope: Scope, name: ast.Name, called_so: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Whether a name stands for the distance to what is alike, or to what is not: by its own, or by whose it is."""
    made = {one.id for one in nodes_of(scope.resolved(name)) if isinstance(one, ast.Name)} - {name.id}
    of_it = any(map(other.match, made)) and not any(map((ALIKE if other is UNLIKE else UNLIKE).match, made))
    return (bool(called_so.match(name.id)) or of_it) and _is_distance(scope, name)


def _is_distance(scope: Scope, name: ast.Name) -> bool:
    """Whether a name stands for a distance, which is never negative: by what it is called or made of."""
    made = scope.resolved(name)
    apart = DISTANCE.search(name.id) or DISTANCE.search(written(made))
    if isinstance(made, ast.BinOp) and isinstance(made.op, (ast.Sub, ast.Div)):
        return False  # `1 / (1 + distance)`, `margin - distance`: the nearer, the larger
    if any(isinstance(one, ast.UnaryOp) and not isinstance(one.operand, ast.Constant) for one in nodes_of(made)):
        return False  # exp(-distance)
    return apart is not None and not isinstance(made, ast.UnaryOp) and not re.search(r"cos|sim|dot", written(made))


def signed_error(parsed: Parsed) -> Flaws:
    """`mean(y_true - y_pred)` as a loss: the larger the answers, the smaller it is."""
    for function in own_losses(parsed) if not _answers_its_loss(parsed) else ():
        last, names = function.body[-1], sorted(one.arg for one in function.args.args)
        value = last.value if isinstance(last, ast.Return) else None
        while (
            isinstance(value, ast.Call)
            and (called(value) in ("reduce_mean", "mean", "reduce_sum", "sum"))
            and value.args
        ):
            value = value.args[0]
        signed = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub)
        if signed and isinstance(value, ast.BinOp) and sorted(map(written, (value.left, value.right))) == names:
            yield value, "signed error", function.name


def _answers_its_loss(parsed: Parsed) -> bool:
    """Whether a model is trained on nothing but zeros, as one is whose answer is the loss itself."""
    for scope in scopes(parsed):
        for call in scope.calls(FIT):
            given = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "y")]
            if any(called(scope.bound_to(one, call)[0]) in ("zeros", "zeros_like", "ones", "empty") for one in given):
                return True
    return False
