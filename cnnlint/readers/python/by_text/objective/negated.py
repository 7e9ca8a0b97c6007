"""Losses that are made small with the other sign: a minus in front of an error, or none in front of a likelihood."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from itertools import chain

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.objective.signs import KEEPING, signs
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called, operands, reads
from cnnlint.readers.python.text.written import written

#: losses that are small where the answers are right, by the names of Keras's and TensorFlow's functions
ERRORS = pattern(r"_?cross_?entropy(_with_logits(_v2)?)?$|^mean_(squared|absolute)_error$")
#: programs in which somebody is to be wrong, or an answer counts by what it brought
MEANT = pattern(
    r"advers|domain|discrim|\bgan\b|attack|fool|perturb|revers|reward|advantage|entropy_bonus|ascen|forget|unlearn"
    r"|complement|wrong|\bnot_",
    re.I,
)
WEIGHTS = pattern(r"trainable|weights|variables|params")

#: what one-hot labels are called
LABELS = pattern(r"(y_?|ys|y_true|y_label|labels?|targets?|one_?hot\w*)$", re.IGNORECASE)


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not re.search(r"\.gradient\(|minimize\(", parsed.text):
        return ()
    finders = (_negated, _likelihood, _second_term, _penalty, _ratio)
    return placed(Miswritten, parsed, chain.from_iterable(finder(parsed) for finder in finders))


def _negated(parsed: Parsed) -> Flaws:
    """`loss = -reduce_mean(sparse_categorical_crossentropy(y, scores))`, whose gradient makes it small."""
    if MEANT.search(parsed.text) or not re.search(r"-\s*[\w.]+\(", parsed.text):
        return
    asked = [one for one in parsed.listing.of(ast.Call) if called(one) == "gradient" and len(one.args) > 1]
    if any(not WEIGHTS.search(written(one.args[1])) for one in asked):
        return  # a picture is changed
    for node in parsed.listing.of(ast.UnaryOp):
        inner: ast.expr = node.operand
        while isinstance(inner, ast.Call) and called(inner) in KEEPING and inner.args:
            inner = inner.args[0]
        if not isinstance(node.op, ast.USub) or not ERRORS.search(called(inner)):
            continue
        given = [*inner.args, *(one.value for one in inner.keywords)] if isinstance(inner, ast.Call) else []
        plain = len(given) >= 2 and len(set(map(written, given[:2]))) == 2
        filled = any(re.search(r"(ones|zeros)(_like)?\(", written(one)) for one in given)
        if plain and not filled and signs(parsed).minimised(node) == {1} and not _is_log_probability(parsed, node):
            yield node, "negated", written(node.operand)


def _is_log_probability(parsed: Parsed, node: ast.UnaryOp) -> bool:
    """`log_probs = -sparse_categorical_crossentropy(…)`, which is weighed by what an answer costs."""
    made = [one for one in parsed.listing.of(ast.Assign) if one.value is node]
    names = {at.id for one in made for at in one.targets if isinstance(at, ast.Name)}
    products = [one for one in parsed.listing.of(ast.BinOp) if isinstance(one.op, ast.Mult)]
    weighed = any(
        reads(one, names) and not isinstance(other, ast.Constant)
        for product in products
        for one, other in ((product.left, product.right), (product.right, product.left))
    )
    named = re.compile(r"log_?(p|lik)", re.IGNORECASE)
    return weighed or any(named.search(written(at)) for one in made for at in one.targets)


def _likelihood(parsed: Parsed) -> Flaws:
    """`reduce_mean(reduce_sum(labels * log(softmax(scores)), 1))`, minimised outside of a function of its own."""
    for scope in scopes(parsed) if "softmax" in parsed.text and "minimize(" in parsed.text else ():
        for node in scope.of(ast.BinOp):
            pair = (node.left, node.right) if isinstance(node.op, ast.Mult) else ()
            for told, logarithm in (pair, pair[::-1]) if pair else ():
                made = scope.bound_to(logarithm, node)[0]
                given = made.args[0] if called(made) == "log" and isinstance(made, ast.Call) and made.args else None
                labels = isinstance(told, ast.Name) and LABELS.match(told.id)
                if given is None or not labels or signs(parsed).minimised(node) != {1}:
                    continue
                names = [one for one in nodes_of(given) if isinstance(one, ast.Name)]
                if any(called(scope.bound_to(one, node)[0]).lower() == "softmax" for one in (given, *names)):
                    fed = called(scope.bound_to(told, node)[0]) in ("placeholder", "Input")
                    found = node, "likelihood", written(node)
                    yield found if fed else (*found, True)  # type: ignore[misc]
                    return


#: the losses of an agent that chooses, and of what judges its choices
CHOOSES = pattern(r"(actor|policy|pi|pg)\w*loss|loss\w*(actor|policy|pi|pg)", re.IGNORECASE)
JUDGES = pattern(r"(critic|value|vf?)_?\w*loss|loss\w*(critic|value)", re.IGNORECASE)


def _second_term(parsed: Parsed) -> Flaws:
    """`loss = actor_loss - 0.5 * critic_loss`: the error of what judges is made large."""
    for scope in scopes(parsed) if CHOOSES.search(parsed.text) and JUDGES.search(parsed.text) else ():
        for node in scope.of(ast.BinOp):
            if not isinstance(node.op, ast.Sub) or not CHOOSES.search(written(node.left)):
                continue
            error = node.right
            if isinstance(error, ast.BinOp) and isinstance(error.op, ast.Mult):
                error = next((one for one in (error.left, error.right) if JUDGES.search(written(one))), error)
            named = JUDGES.search(written(error)) and not CHOOSES.search(written(error))
            made = scope.bound_to(error, node)[0]
            turned = isinstance(made, ast.UnaryOp) or any(isinstance(one, ast.USub) for one in nodes_of(made))
            if named and not turned and signs(parsed).minimised(node) == {1}:
                yield error, "second term", written(error), True
                return


#: what keeps the gradient of a critic at 1
PENALTY = pattern(r"(^|[_.])gp$|gradient_?penalty$|grad_pen\w*$", re.IGNORECASE)
#: what is in files with such a penalty, and in none with a Gaussian process
GRADIENTS = pattern(r"critic|discrim|interpol|wgan|wasserstein|penalt|\bD\(", re.IGNORECASE)


def _penalty(parsed: Parsed) -> Flaws:
    """`loss = cost - 10 * gradient_penalty(real, fake)`: the gradients are driven away from what they are to be."""
    for node in parsed.listing.of(ast.BinOp) if re.search(r"gp|pen", parsed.text) else ():
        taken = node.right if isinstance(node.op, ast.Sub) else None
        parts = (
            [taken.left, taken.right] if isinstance(taken, ast.BinOp) and isinstance(taken.op, ast.Mult) else [taken]
        )
        for one in parts:
            if one is None or not PENALTY.search(written(one.func if isinstance(one, ast.Call) else one)):
                continue
            if _is_gained(parsed, one) or not GRADIENTS.search(parsed.text):
                continue
            if signs(parsed).minimised(node) == {1} and (taken is one or _weighs(parsed, parts, one)):
                yield one, "second term", written(one), True
                return


def _is_gained(parsed: Parsed, penalty: ast.expr) -> bool:
    """Whether a penalty is written down as what it takes away, below 0, or is no error but a likelihood."""
    name = written(penalty.func if isinstance(penalty, ast.Call) else penalty).rpartition(".")[2]
    made = [one.value for one in parsed.listing.of(ast.Assign) if written(one.targets[0]).endswith(name)]
    makers = {name, *(called(one) for one in made)}
    for function in parsed.listing.of(ast.FunctionDef):
        inner = nodes_of(function) if function.name in makers else ()
        made += [one.value for one in inner if isinstance(one, ast.Return) and one.value is not None]
    return any("log_prob" in written(one) or _is_below(one) for one in made)


def _is_below(value: ast.expr) -> bool:
    """`-10 * penalty`, `-penalty`"""
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div)):
        return _is_below(value.left) or _is_below(value.right)
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Sub)):
        return _is_below(value.left)
    return isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.USub)


def _is_surprise(scope: Scope, apart: ast.BinOp) -> bool:
    """Whether what is taken apart are no logarithms of probabilities, but those turned round."""
    sides = [written(one) for one in (apart.left, apart.right)]
    made = scope.resolved(apart.right)
    named = [re.search(r"log|prob|pi\b", one) and not re.search(r"neg|nll|entropy|cost|loss", one) for one in sides]
    return _is_below(made) or "cross" in written(made) or not all(named)


def _weighs(parsed: Parsed, parts: Sequence[ast.expr | None], penalty: ast.expr) -> bool:
    """Whether what a penalty is multiplied by is above 0."""
    return all(signs(parsed).sign_of(one) == 1 for one in parts if one is not None and one is not penalty)


def _ratio(parsed: Parsed) -> Flaws:
    """`ratio = exp(old_logp - logp)` in `-min(ratio * advantages, clipped * advantages)`: the wrong way round."""
    for scope in scopes(parsed) if "minimum(" in parsed.text and "old" in parsed.text else ():
        for node in scope.of(ast.Assign):
            given = operands(node.value)[0] if called(node.value) == "exp" and operands(node.value) else None
            apart = given if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Sub) else None
            if apart is None or _is_surprise(scope, apart) or "ratio" not in written(node.targets[0]):
                continue
            sides = [re.search(r"old|prev|behaviou?r|(^|_)mu(_|$)", written(one)) for one in (apart.left, apart.right)]
            hinges = [one for one in scope.of(ast.Call) if called(one) == "minimum"]
            products = [one for call in hinges for one in operands(call) if isinstance(scope.resolved(one), ast.BinOp)]
            read = any(written(node.targets[0]) in written(scope.resolved(one)) for one in products)
            if sides[0] and not sides[1] and read and any(signs(parsed).minimised(one) == {-1} for one in hinges):
                yield apart, "turned ratio", written(node.value), True
                return
