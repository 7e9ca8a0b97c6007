"""Formulas of the literature that a program writes out itself and wrongly, by its text alone.

Most of them stand in functions that nobody's values reach: attention, the sampling and the divergence of a variational
autoencoder, the loss of a policy, distances of a triplet.
"""

from __future__ import annotations

import ast
import re

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.objective.directions import policy, signed_error, triplet
from cnnlint.readers.python.by_text.objective.signs import signs, terms
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import called
from cnnlint.readers.python.text.written import written

LOG_VARIANCE = pattern(r"log_?var|logvar", re.IGNORECASE)
#: what a logarithm of variances itself is called, and no layer before it, nor the noise that is added to it
IS_LOG_VARIANCE = pattern(r"log_?var(iances?)?s?(_?(dense|layer|head))?_?\d?$", re.IGNORECASE)
#: what the size of a query is called, or is taken from
DEPTH = pattern(r"shape|depth|dim|d_?k\b|d_?model|head|units|size", re.IGNORECASE)
#: a mask whose ones are what may be seen, made so by its author: 0 and -1 of 1 and 0
TURNED = pattern(r"mask\w*\)?\s*-\s*1|1(\.0?)?\s*-|logical_not|where\(|equal\(|==|~")
#: what keeps scores from growing with their depth: `l2_normalize(q)`
NORMED = pattern(r"norm", re.IGNORECASE)
#: what makes 0 and -1 of 1 and 0 somewhere in a file: `cast(…) - 1.0`
MADE_NEGATIVE = pattern(r"[\w)\]]\s*-\s*1\b|-\s*(tf|K|ops|keras)\.|\*\s*-\s*1|negative\(")
#: what shows that the ones of a mask are what may be seen
SEEN = pattern(
    r"attention_mask|\b1(\.0*)?\s*-|logical_not|where\(|[<~]|== ?0|not_equal|subtract\(|equal\([^\n]*, ?0(\.0*)?\)"
)
#: what picks places by their weights, and reads nothing by them
PICKED = pattern(r"argmax|top_k|categorical|multinomial|argsort|choice\(")
#: what reads places by their weights
READING = pattern(r"matmul|einsum|batch_dot|@")
READERS = frozenset({"matmul", "einsum", "batch_dot", "dot", "reduce_sum", "sum", "Dot"})
#: numbers of a normal distribution (numpy, TensorFlow, Keras)
NOISE = pattern(r"^(random_|standard_|truncated_)?normal$|^randn$")
AHEAD = pattern(r"look_?ahead|causal|subsequent|triang|future|autoregress", re.IGNORECASE)
#: numbers that are added to scores so that softmax makes 0 of them; of fewer there is no doubt that they mask nothing
LARGE = 1e4
#: the same of which single precision, with 24 bits, leaves nothing of the scores, whatever the mask's ones stand for
DROWNING = 2.0**24
#: what stands in files that hold any of it
WORDS = pattern(r"softmax|log_?var|logvar|log\(|log_prob|maximum\(|relu\(|loss|rate_?dist")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not WORDS.search(parsed.text):
        return ()
    found = [one for scope in scopes(parsed) for finder in (_scale, _behind) for one in finder(scope)]
    finders = (_mask, _ahead, _sampling, _logarithm, _clipped, _divergence, policy, triplet, signed_error)
    found += [one for finder in finders for one in finder(parsed)]
    return placed(Miswritten, parsed, found)


def _is_scores(scope: Scope, value: ast.expr) -> bool:
    """Whether an expression is what `matmul(q, k, transpose_b=True)` makes, under whatever names."""
    value = scope.bound_to(value, value)[0]
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
            if _is_root(scope, factor) and _is_scores(scope, scores) and _softened(scope):
                own = [scope.helpers[called(one)] for one in scope.of(ast.Call) if called(one) in scope.helpers]
                if not NORMED.search(written(scope.root)) and not any("sqrt" in written(one) for one in own):
                    yield factor, "scale", written(factor)
                return


def _is_root(scope: Scope, value: ast.expr) -> bool:
    """`tf.math.sqrt(depth)`, `depth ** 0.5`, of what is called a depth or made of one."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):
        half = isinstance(value.right, ast.Constant) and value.right.value == 0.5
        of = [value.left] if half else []
    else:
        of = value.args if called(value) == "sqrt" and isinstance(value, ast.Call) else []
    forms = [one for depth in of for one in (depth, scope.resolved(depth))]
    return any(DEPTH.search(written(one)) for one in forms) and not any(map(_is_inverse, forms))


def _is_inverse(value: ast.expr) -> bool:
    """`1.0 / depth`, of which the root makes the scores smaller."""
    parts = [one for one in nodes_of(value) if isinstance(one, ast.BinOp)]
    return any(isinstance(one.op, ast.Div) and isinstance(one.left, ast.Constant) for one in parts)


def _mask(parsed: Parsed) -> Flaws:
    """`scores += mask * 1e9`: what is masked outweighs all the rest."""
    turned_round = (
        (isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.USub) and not isinstance(one.operand, ast.Constant))
        or (isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub) and written(one.left) in ("0", "0.0"))
        for one in parsed.listing.of(ast.UnaryOp, ast.BinOp)
    )
    if MADE_NEGATIVE.search(parsed.text) or any(turned_round):
        return
    for scope in scopes(parsed):
        for node in _operations(scope):
            if not isinstance(node.op, ast.Add):
                continue
            left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
            hidden = _largely(right)
            made = scope.bound_to(hidden, node)[0] if hidden is not None else None
            turned = made is None or hidden is None or TURNED.search(f"{written(hidden)} {written(made)}")
            if not turned and _goes_to_softmax(scope, left, node):
                yield right, "mask", written(right)
                return


def _behind(scope: Scope) -> Flaws:
    """`weights = softmax(scores)`, and then `weights + mask * -1e9`."""
    for node in _operations(scope):
        if not isinstance(node.op, ast.Add):
            continue
        left, right = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
        weights = scope.bound_to(left, node)[0]
        if isinstance(right, ast.BinOp) and hides(right) and called(weights).lower() == "softmax":
            whole = written(scope.root)
            if READING.search(whole) and not PICKED.search(whole) and _is_read_by(scope, node):
                yield right, "behind", written(right)
            return


def _is_read_by(scope: Scope, sum_: ast.BinOp | ast.AugAssign) -> bool:
    """Whether a sum is what places are read by: an operand of a product."""
    names = {written(sum_.target)} if isinstance(sum_, ast.AugAssign) else set()
    names |= {written(at) for one in scope.of(ast.Assign) if one.value is sum_ for at in one.targets}
    read: list[ast.expr] = [given for one in scope.of(ast.Call) if called(one) in READERS for given in one.args]
    read += [
        side
        for one in scope.of(ast.BinOp)
        if isinstance(one.op, (ast.MatMult, ast.Mult))
        for side in (one.left, one.right)
    ]
    handed = [one for one in scope.of(ast.Return) if one.value is not None]
    read += [part for one in handed for part in getattr(one.value, "elts", [one.value])]
    return any(one is sum_ or written(one) in names for given in read for one in nodes_of(given))


def _largely(value: ast.expr) -> ast.expr | None:
    """What is multiplied by a large positive number."""
    if not (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult)):
        return None
    for factor, other in ((value.left, value.right), (value.right, value.left)):
        number = factor.value if isinstance(factor, ast.Constant) else None
        if isinstance(number, (int, float)) and number >= DROWNING:
            return other
    return None


def _goes_to_softmax(scope: Scope, scores: ast.expr, node: ast.AST) -> bool:
    """Whether softmax is taken of scores that something was added to."""
    names = {written(scores)} if isinstance(node, ast.AugAssign) else set()
    for statement in scope.of(ast.Assign):
        if statement.value is node:
            names |= set(map(written, statement.targets))
    taken = [one for one in scope.of(ast.Call) if called(one).lower() == "softmax" and one.args]
    return any(one.args[0] is node or written(one.args[0]) in names for one in taken)


def _ahead(parsed: Parsed) -> Flaws:
    """`band_part(ones, -1, 0)` as what is hidden: the past is, and the future is seen."""
    hiding = [node for node in parsed.listing.of(ast.BinOp) if hides(node)]
    if not hiding or SEEN.search(parsed.text):
        return
    for function in parsed.listing.of(ast.FunctionDef):
        last = function.body[-1]
        value = last.value if isinstance(last, ast.Return) else None
        if value is None or not AHEAD.search(function.name) or not _is_lower(value):
            continue
        calls = [one for one in parsed.listing.of(ast.Call) if called(one) == function.name]
        turned = any(side in calls for node in parsed.listing.of(ast.BinOp) for side in (node.left, node.right))
        if calls and not turned:
            yield value, "ahead", function.name, True


def hides(node: ast.BinOp) -> bool:
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
    numbers = [written(one) for one in value.args[1:]]
    ones = bool(value.args) and called(value.args[0]).startswith("ones")
    return ones and (
        (called(value) in ("band_part", "matrix_band_part") and numbers == ["-1", "0"]) or called(value) == "tril"
    )


def _sampling(parsed: Parsed) -> Flaws:
    """`mean + exp(log_var) * noise`, beside a divergence of the variance `exp(log_var)`."""
    if not _of_variances(parsed):
        return
    for scope in scopes(parsed):
        for node in scope.of(ast.BinOp):
            pair = (node.left, node.right) if isinstance(node.op, ast.Mult) else ()
            for spread, noise in (pair, pair[::-1]) if pair else ():
                given = (
                    spread.args[0] if called(spread) == "exp" and isinstance(spread, ast.Call) and spread.args else None
                )
                drawn = scope.bound_to(noise, node)[0]
                if not isinstance(given, ast.Name) or not _is_noise(drawn):
                    continue
                halved = [written(getattr(at, "value", at)) for at in scope.bound.get(given.id, ())]
                named = LOG_VARIANCE.search(given.id) or given.id in _of_divergence(parsed, scope)
                if named and not any(re.search(r"[*/]", one) for one in halved):
                    sure = given.id in _of_divergence(parsed, scope) or given.id in _grown(parsed)
                    yield (spread, "spread", given.id) if sure else (spread, "spread", given.id, True)
                    return


def _is_noise(value: ast.expr) -> bool:
    return NOISE.search(called(value)) is not None


def _grown(parsed: Parsed) -> set[str]:
    """What the divergences of a file take for the logarithms of variances: `exp` of it is a term of theirs."""
    return {
        written(one.args[0])
        for node, _ in _divergences(parsed)
        for _, one in terms(node, 1)
        if called(one) == "exp" and isinstance(one, ast.Call)
    }


def _of_divergence(parsed: Parsed, scope: Scope) -> set[str]:
    """What a function that `Lambda` is given, or the `call` of a layer, calls the logarithm of which the divergence is:
    by its place in the list that the layer is called with."""
    grown = _grown(parsed)
    taken = getattr(scope.root, "args", None)
    given = [one.arg for one in taken.args if one.arg != "self"] if isinstance(taken, ast.arguments) else []
    parts = [
        node.targets[0].elts
        for node in scope.of(ast.Assign)
        if isinstance(node.targets[0], ast.Tuple) and len(given) == 1 and written(node.value) == given[0]
    ]
    found = grown & set(given)
    name = getattr(scope.root, "name", "")
    owners = [one.name for one in parsed.listing.of(ast.ClassDef) if scope.root in one.body and name == "call"]
    kept = {  # self.draw = Sampling()
        written(one.targets[0])
        for one in parsed.listing.of(ast.Assign)
        if isinstance(one.value, ast.Call) and called(one.value) in owners
    }
    for call in parsed.listing.of(ast.Call) if parts else ():
        made = call.func if isinstance(call.func, ast.Call) else None
        own = made is not None and called(made) == "Lambda" and made.args and written(made.args[0]) == name
        own = own or (made is not None and called(made) in owners) or written(call.func) in kept
        handed = call.args[0].elts if own and call.args and isinstance(call.args[0], (ast.List, ast.Tuple)) else []
        found |= {written(name) for name, one in zip(parts[0], handed, strict=False) if written(one) in grown}
    return found


def _logarithm(parsed: Parsed) -> Flaws:
    """`mean + log_var * noise`, beside a divergence of `exp(log_var)` or a loss that takes it."""
    for scope in scopes(parsed):
        for node in scope.of(ast.BinOp):
            product = node.right if isinstance(node.op, ast.Add) else None
            if not (isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult)):
                continue
            for spread, noise in ((product.left, product.right), (product.right, product.left)):
                drawn = scope.bound_to(noise, node)[0]
                named = isinstance(spread, ast.Name) and IS_LOG_VARIANCE.search(spread.id)
                changed = isinstance(spread, ast.Name) and any(
                    isinstance(one, ast.Assign) and re.search(r"exp|softplus|sqrt|[*/]", written(one.value))
                    for one in scope.bound.get(spread.id, ())
                )
                if named and not changed and NOISE.search(called(drawn)):
                    found = spread, "logarithm", written(spread)
                    yield found if found[2] in _grown(parsed) else (*found, True)  # type: ignore[misc]
                    return


def _clipped(parsed: Parsed) -> Flaws:
    """`log_var = Dense(2, activation="relu")(h)` beside a divergence of `exp(log_var)`: no spread is below 1."""
    if not _of_variances(parsed):
        return
    for scope in scopes(parsed):
        for node in scope.of(ast.Assign):
            target = written(node.targets[0]) if len(node.targets) == 1 else ""
            layer = node.value.func if isinstance(node.value, ast.Call) else None
            layer = layer if isinstance(layer, ast.Call) else node.value
            if not IS_LOG_VARIANCE.search(target) or called(layer) not in ("Dense", "Conv2D", "dense"):
                continue
            if len(scope.bound.get(target, ())) > 1:
                continue  # shifted or scaled since
            for one in getattr(layer, "keywords", ()):
                word = one.value.value if isinstance(one.value, ast.Constant) else written(one.value).rpartition(".")[2]
                if one.arg == "activation" and word in ("relu", "softplus", "sigmoid", "softmax"):
                    yield (
                        (one.value, "clipped", target)
                        if target in _grown(parsed)
                        else (one.value, "clipped", target, True)
                    )
                    return


def _divergence(parsed: Parsed) -> Flaws:
    """`0.5 * sum(1 + log_var - mean ** 2 - exp(log_var))`, minimised: it has no lowest value; one of whose terms has
    the other sign; or that is summed over the samples."""
    for term in parsed.listing.of(ast.BinOp) if LOG_VARIANCE.search(parsed.text) else ():
        variance = _is_missigned(term)
        if variance:
            # by the spread that is made of it, or by its name
            halved = rf"exp\((0?\.5 \* {re.escape(variance)}|{re.escape(variance)} (/ 2(\.0)?|\* 0?\.5))\)"
            sure = re.search(halved, parsed.source.code) is not None
            yield (term, "terms", written(term)) if sure else (term, "terms", written(term), True)
            return
    for call in parsed.listing.of(ast.Call):
        axes = [written(one.value) for one in call.keywords if one.arg == "axis"]
        first = call.args[0] if call.args else None
        summed = called(call) in ("sum", "reduce_sum") and axes == ["0"]
        trained = summed and signs(parsed).minimised(call) & {1, -1}
        if trained and any(node is first for node, _ in _divergences(parsed)):
            yield call, "over samples", written(call)
            return
    for node, turn in _divergences(parsed):
        if signs(parsed).minimised(node) == {turn}:
            yield node, "divergence", written(node)


@once
def _divergences(parsed: Parsed) -> list[tuple[ast.BinOp, int]]:
    """The divergences that a file writes out, each with the sign of its ones."""
    found = [(node, _is_divergence(node)) for node in parsed.listing.of(ast.BinOp)]
    return [(node, turn) for node, turn in found if turn]


def _of_variances(parsed: Parsed) -> bool:
    """Whether the divergences of a file are those of `exp(log_var)`, and none of `exp(2 * log_std)`."""
    grown = [
        one.args[0]
        for node, _ in _divergences(parsed)
        for _, one in terms(node, 1)
        if called(one) == "exp" and isinstance(one, ast.Call)
    ]
    return bool(grown) and not any(isinstance(one, ast.BinOp) for one in grown)


def _is_divergence(node: ast.BinOp) -> int:
    """1 for `1 + l - m² - exp(l)` and -1 for what is the same with the other sign; 0 for anything else."""
    found = list(terms(node, 1))
    if len(found) != 4:
        return 0
    ones = [sign for sign, one in found if isinstance(one, ast.Constant) and one.value in (1, 1.0)]
    grown = [
        (sign, written(one.args[0]))
        for sign, one in found
        if called(one) == "exp" and isinstance(one, ast.Call) and one.args
    ]
    squares = [sign for sign, one in found if _is_square(one)]
    if not (len(ones) == len(grown) == len(squares) == 1):
        return 0
    plain = [sign for sign, one in found if written(one) == grown[0][1]]
    right = plain == ones and squares == [-ones[0]] and grown[0][0] == -ones[0]
    return ones[0] if right else 0


def _is_missigned(node: ast.BinOp) -> str:
    """The logarithm of variances of a divergence whose terms are all there, some with the wrong sign; empty for
    anything else."""
    found = list(terms(node, 1))
    ones = [sign for sign, one in found if isinstance(one, ast.Constant) and one.value in (1, 1.0)]
    grown = [
        (sign, one.args[0]) for sign, one in found if called(one) == "exp" and isinstance(one, ast.Call) and one.args
    ]
    squares = [sign for sign, one in found if _is_square(one)]
    if not (len(found) == 4 and len(ones) == len(grown) == len(squares) == 1):
        return ""
    variance = written(grown[0][1])
    plain = [sign for sign, one in found if written(one) == variance]
    wrong = len(plain) == 1 and LOG_VARIANCE.search(variance) is not None and not _is_divergence(node)
    return variance if wrong else ""


def _is_square(node: ast.expr) -> bool:
    power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and written(node.right) in ("2", "2.0")
    return power or called(node) in ("square", "pow")
