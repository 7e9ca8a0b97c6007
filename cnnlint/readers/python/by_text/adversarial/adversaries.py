"""Losses of generators and of what judges them, as functions and steps of a program write them out, by text alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.adversarial.opponents import FILLED
from cnnlint.readers.python.by_text.adversarial.roles import FORGED, TRUE, Role, pieces, role, role_of
from cnnlint.readers.python.by_text.fits import loss_of
from cnnlint.readers.python.by_text.objective.signs import signs
from cnnlint.readers.python.by_text.placed import Flaws, by_name, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.walks import bound_once, called, method, operands, owner
from cnnlint.readers.python.text.written import written

WORDS = pattern(r"critic|\bgan\b|discrim|\bdisc|\bD_|\bd_", re.IGNORECASE)
LIKE = frozenset({"ones_like", "zeros_like"})
MEANS = frozenset({"reduce_mean", "mean"})
#: what makes pictures: a convolution, or as many numbers as the data sets of Keras have pixels
PICTURES = pattern(r"Conv\w*\(|conv2d|[Rr]eshape\(|\b(784|3072|28 ?\* ?28)\b|shape|prod")
#: words of programs in which one network makes what another one judges
OPPONENTS = pattern(r"discrim|generat|fake|\bgan\b|critic|advers", re.IGNORECASE)
#: losses that read a probability or its score
ENTROPY = pattern(r"cross_?entropy|\bbce\b", re.IGNORECASE)
#: what may bring data from one range to another, besides `/` and `-`: functions, and colours with ranges of their own
ELSEWHERE = pattern(
    r"\bnormali|\b_?standardi|def \w*(scale|norm)|interp\(|subtract\(|multiply\(|convert_image_dtype"
    r"|(2|to_?)(lab|yuv|luv|ycbcr|ycrcb|hsv)(?![a-z])|(?<![a-z])(lab|yuv|luv|ycbcr|ycrcb)(2|_?to)",
    re.IGNORECASE,
)
#: what brings data to other ranges than 0..1 and -1..1
SCALERS = pattern(r"StandardScaler|MinMaxScaler|feature_range|preprocess_input|per_image_standardization")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or not WORDS.search(parsed.words):
        return ()
    found = [
        one
        for scope in scopes(parsed)
        for one in (*_tapes(parsed, scope), *_optimizers(parsed, scope), *_other_optimizer(scope))
    ]
    found += [one for finder in (_labels, _critic, _bounded, _range) for one in finder(parsed)]
    left = [one for one in found if one[1] == "exchanged weights" and _left_out(parsed, one[0])]
    rest = [one for one in found if one not in left]
    # what is real and what is made, names alone tell; whose answer the other reads, the calls
    return (*placed(Miswritten, parsed, left), *placed(Miswritten, parsed, by_name(rest)))


def _left_out(parsed: Parsed, asked: ast.expr) -> bool:
    """Whether no weights of a network are ever asked for whose answer is judged by the network that is: the file calls
    the one on what the other makes, `judge(maker(noise))`, and trains the judge alone."""
    weights = asked.args[1] if isinstance(asked, ast.Call) and len(asked.args) > 1 else None
    judge = written(weights.value) if isinstance(weights, ast.Attribute) else ""
    if not judge or "minimize(" in parsed.text or ".fit(" in parsed.text or "train_on_batch" in parsed.text:
        return False
    named = {one.attr for one in parsed.listing.of(ast.Attribute) if written(one.value) != judge}
    others = {
        written(one.value)
        for one in parsed.listing.of(ast.Attribute)
        if one.attr in ("trainable_variables", "trainable_weights", "variables", "weights")
    }
    makers = {
        written(made.func)
        for scope in scopes(parsed)
        for call in scope.of(ast.Call)
        if written(call.func) == judge and call.args
        for made in [scope.bound_to(call.args[0], call)[0]]
        if isinstance(made, ast.Call) and isinstance(made.func, (ast.Name, ast.Attribute)) and made.args
    }
    own = {f"self.{one}" for one in named} | set(bound_once(parsed))
    return len(makers) == 1 and makers <= own and others == {judge} and makers != {judge}


class _Asked(NamedTuple):
    """A loss and the weights that are to make it small."""

    at: ast.Call
    loss: str
    of: Role | None
    weights: Role | None


def _tapes(parsed: Parsed, scope: Scope) -> Flaws:
    """`gen_tape.gradient(disc_loss, generator.trainable_variables)`"""
    asked = []
    for call in scope.calls(frozenset({"gradient"})):
        if len(call.args) == 2 and isinstance(call.args[1], ast.Attribute) and "trainable" in call.args[1].attr:
            loss, weights = call.args[0], call.args[1].value
            asked.append(_Asked(call, written(loss), role_of(loss), role_of(weights)))
    yield from _exchanged(parsed, scope, asked)


def _optimizers(parsed: Parsed, scope: Scope) -> Flaws:
    """`minimize(d_loss, var_list=g_vars)`; `minimize(d_loss)` beside `minimize(g_loss)`"""
    asked, free = [], []
    for call in scope.calls(frozenset({"minimize"})):
        given = {one.arg: one.value for one in call.keywords}
        loss = call.args[0] if call.args else given.get("loss")
        weights = given.get("var_list")
        if loss is None or None in given or len(call.args) > 2:
            continue
        if weights is not None:
            asked.append(_Asked(call, written(loss), role_of(loss), role_of(weights)))
        elif len(call.args) == 1:
            free.append((call, role_of(loss)))
    yield from _exchanged(parsed, scope, asked)
    roles = [one for _, one in free]
    both = not asked and sorted(map(str, roles)) == ["judge", "maker"] and OPPONENTS.search(parsed.text) is not None
    if both and "stop_gradient" not in parsed.text and "GradientTape" not in parsed.text:
        call = next(call for call, one in free if one == "maker")
        yield call, "all weights", written(call.args[0])


def _other_optimizer(scope: Scope) -> Flaws:
    """`gen_opt.apply_gradients(zip(d_grads, disc.trainable_variables))` beside a `disc_opt` of its own."""
    steps: list[tuple[ast.Call, Role | None, Role | None]] = []
    for call in scope.calls(frozenset({"apply_gradients"})):
        pairs = call.args[0] if call.args else None
        weights = operands(pairs)[1] if called(pairs or call) == "zip" and len(operands(pairs)) == 2 else None
        if isinstance(weights, ast.Attribute) and "trainable" in weights.attr and isinstance(call.func, ast.Attribute):
            steps.append((call, role_of(call.func.value), role_of(weights.value)))
    roles = [(by, of) for _, by, of in steps]
    for call, by, of in steps:
        if by and of and by != of and len(steps) == 2 and (by, by) in roles:
            yield call, "other optimizer", written(call.func.value)  # type: ignore[attr-defined]


def _exchanged(parsed: Parsed, scope: Scope, asked: list[_Asked]) -> Flaws:
    """Losses that are made small by the weights of the other, both of them, or one while the other is left out."""
    crossed = [one for one in asked if one.of and one.weights and one.of != one.weights]
    if not crossed or len(asked) < 2 or signs(parsed).ascends:
        return
    both = {one.of for one in crossed} == {"maker", "judge"} and len(asked) == len(crossed)
    losses = {one.loss for one in asked}
    stored = {name for name in scope.bound if "loss" in pieces(name) and role(name)}
    left = {role(name) for name in stored - losses} - {one.of for one in asked}
    same = len(asked) == len(losses) == 2 and len({one.weights for one in asked}) == 1
    if both or same or (len(losses) == 1 and crossed[0].weights in left):
        yield crossed[0].at, "exchanged weights", crossed[0].loss


class _Filled(NamedTuple):
    """An array of one number as the label of what a judge answers: `bce(tf.ones_like(real), real)`."""

    at: ast.expr
    number: float
    answer: str


def _fills(value: ast.AST) -> Iterator[_Filled]:
    for call in nodes_of(value):
        given = [*call.args, *(one.value for one in call.keywords)] if isinstance(call, ast.Call) else []
        if len(given) != 2 or called(call) in FILLED:
            continue
        for label, answer in (given, given[::-1]):
            times = label.right if isinstance(label, ast.BinOp) and isinstance(label.op, ast.Mult) else None
            share = isinstance(times, ast.Constant) and isinstance(times.value, float) and times.value > 0
            made = label.left if isinstance(label, ast.BinOp) and share else label
            filled = made.args[:1] if isinstance(made, ast.Call) and called(made) in LIKE else []
            if filled and written(filled[0]) == written(answer):
                yield _Filled(label, FILLED[called(made)], written(answer))


def _labels(parsed: Parsed) -> Flaws:
    """`bce(ones_like(real), real) + bce(ones_like(fake), fake)`: nothing to tell apart; and a generator that is to be
    found out."""
    by: dict[Role, list[_Filled]] = {"judge": [], "maker": []}
    for function in parsed.listing.of(ast.FunctionDef):
        whose = role(function.name) if "loss" in pieces(function.name) else None
        if whose:
            by[whose] += _fills(function)
    for scope in scopes(parsed):
        if "loss" in pieces(getattr(scope.root, "name", "")):
            continue
        bound: list[tuple[ast.expr, ast.expr]] = [(one.targets[0], one.value) for one in scope.of(ast.Assign)]
        for place, value in (*bound, *((one.target, one.value) for one in scope.of(ast.AugAssign))):
            target = written(place)
            whose = role(target) if pieces(target) & {"loss", "cost"} else None
            if whose:
                by[whose] += _fills(value)
    judged = by["judge"]
    turned = {
        id(inner)
        for one in parsed.listing.of(ast.UnaryOp)
        if isinstance(one.op, ast.USub)
        for inner in nodes_of(one.operand)
    }
    for one in parsed.listing.of(ast.BinOp):  # -1.0 * loss, total - loss
        minus = isinstance(one.op, ast.Mult) and isinstance(one.left, ast.UnaryOp)
        if isinstance(one.op, ast.Sub) or minus:
            turned |= {id(inner) for inner in nodes_of(one.right)}
    forged = {one.number for one in judged if pieces(one.answer) & FORGED and not pieces(one.answer) & TRUE}
    true = {one.number for one in judged if pieces(one.answer) & TRUE and not pieces(one.answer) & FORGED}
    if len(forged) != 1 or len(true) != 1:
        return
    if forged == true and len({one.answer for one in judged}) == len(judged) == 2:
        at = next(one for one in judged if pieces(one.answer) & FORGED)
        yield at.at, "alike", written(at.at)
    elif (
        forged != true
        and len(by["maker"]) == 1
        and {by["maker"][0].number} == forged
        and id(by["maker"][0].at) not in turned
    ):
        yield by["maker"][0].at, "gives itself away", written(by["maker"][0].at)


def _differences(parsed: Parsed) -> Iterator[tuple[ast.BinOp, int]]:
    """`mean(real) - mean(fake)` with 1, and the other way round with -1."""
    for node in parsed.listing.of(ast.BinOp):
        sides = [node.left, node.right] if isinstance(node.op, ast.Sub) else []
        if not sides or not all(called(one) in MEANS and operands(one) for one in sides):
            continue
        words = [pieces(written(one.args[0])) for one in sides if isinstance(one, ast.Call)]
        kinds = [(bool(one & TRUE), bool(one & FORGED)) for one in words]
        judges = [one.args[0].func for one in sides if isinstance(one, ast.Call) and isinstance(one.args[0], ast.Call)]
        same = len(judges) == 2 and len(set(map(written, judges))) == 1 and role_of(judges[0]) == "judge"
        if same and {kind[0] for kind in kinds} == {False}:  # critic(fake), critic(x)
            kinds = [(not forged, forged) for _, forged in kinds]
        if kinds == [(True, False), (False, True)]:
            yield node, 1
        elif kinds == [(False, True), (True, False)]:
            yield node, -1


def _critic(parsed: Parsed) -> Flaws:
    """`mean(real) - mean(fake)` made small for a critic, whose generator makes `-mean(fake)` small."""
    for node, turn in _differences(parsed):
        if turn != 1 or signs(parsed).minimised(node) != {1}:
            continue
        made = [
            one
            for one in parsed.listing.of(ast.UnaryOp)
            if isinstance(one.op, ast.USub)
            and called(one.operand) in MEANS
            and any(map(_of_made, operands(one.operand)[:1]))
            and signs(parsed).minimised(one) == {1}
        ]
        if made:
            yield node, "critic", written(node)
            return


def _of_made(value: ast.expr) -> bool:
    """Whether an expression is what a judge answers to samples that were made: `critic(…)`, `fake_score`."""
    return role_of(value.func) == "judge" if isinstance(value, ast.Call) else bool(pieces(written(value)) & FORGED)


def _bounded(parsed: Parsed) -> Flaws:
    """A critic of Wasserstein's distance that ends in a sigmoid."""
    if ENTROPY.search(parsed.source.code):
        return
    compiled = [
        one
        for call in parsed.listing.of(ast.Call)
        if method(call) == "compile"
        for one in loss_of(call)
        if "wasserstein" in written(one).lower()
    ]
    # numbers of numpy are shown, and no loss
    returned = {id(one.value) for one in parsed.listing.of(ast.Return) if one.value and "np." not in written(one.value)}
    if not compiled and not any(id(one) in returned or signs(parsed).minimised(one) for one, _ in _differences(parsed)):
        return
    judges = {id(at): (at, word) for function, at, word in _outputs(parsed) if role(function) == "judge"}
    ends = list(judges.values())
    if len(ends) == 1 and ends[0][1] == "sigmoid":
        yield ends[0][0], "bounded critic", "sigmoid"


def _outputs(parsed: Parsed) -> Iterator[tuple[str, ast.expr, str]]:
    """The last activation of each function or Sequential that makes a generator or its judge: whose, where, which."""
    for name, node in _built(parsed):
        if role(name) is None:
            continue
        layers = [one for one in nodes_of(node) if isinstance(one, ast.Call) and _weighs(one)]
        if not layers:
            continue
        last = max(layers, key=lambda one: (one.lineno, one.col_offset))
        behind = [one for one in nodes_of(node) if called(one) == "Activation" and operands(one)]
        given = [one.value for one in last.keywords if one.arg == "activation"]
        given += [one.args[0] for one in behind if isinstance(one, ast.Call) and one.lineno >= last.lineno]
        for value in given[:1]:
            word = value.value if isinstance(value, ast.Constant) else written(value).rpartition(".")[2]
            yield name, value, str(word)


def _built(parsed: Parsed) -> list[tuple[str, ast.AST]]:
    """What may build a network: the functions of a file, and each Sequential with the layers that are added to it."""
    named: list[tuple[str, ast.AST]] = [(one.name, one) for one in parsed.listing.of(ast.FunctionDef)]
    named += [
        (written(one.targets[0]), one.value)
        for one in parsed.listing.of(ast.Assign)
        if called(one.value) == "Sequential" and operands(one.value)
    ]
    for scope in scopes(parsed):  # critic = Sequential(), and critic.add(…) for each layer
        for name in scope.bound:
            made = scope.once(name)
            if made is not None and called(made) == "Sequential" and not operands(made):
                stack = [one for one in scope.calls(frozenset({"add"})) if owner(one) == name]
                named.append((name, ast.Module([ast.Expr(one) for one in stack], [])))
    return named


def _weighs(call: ast.Call) -> bool:
    return re.fullmatch(r"Dense|Conv\w*D|Conv2DTranspose|dense|conv2d\w*", called(call)) is not None


def _range(parsed: Parsed) -> Flaws:
    """A generator that ends in tanh beside pictures that were divided by 255, or in a sigmoid beside -1..1."""
    made = {id(at): (at, word) for name, at, word in _outputs(parsed) if role(name) == "maker"}
    ends = list(made.values())  # a function `build_generator` that fills a Sequential `g` is one
    if len(ends) != 1 or ends[0][1] not in ("tanh", "sigmoid") or SCALERS.search(parsed.text):
        return
    shown = {id(inner) for call in parsed.listing.of(ast.Call) if "show" in called(call) for inner in nodes_of(call)}
    parts = [one for one in parsed.listing.of(ast.BinOp) if id(one) not in shown]
    # images *= 2
    parts += [ast.BinOp(one.target, one.op, one.value) for one in parsed.listing.of(ast.AugAssign)]
    if not any(PICTURES.search(written(node)) for name, node in _built(parsed) if role(name) == "maker"):
        return
    if any(isinstance(one.op, ast.Mult) and 2.0 in (_number(one.left), _number(one.right)) for one in parts):
        return
    divided = [one for one in parts if isinstance(one.op, ast.Div)]
    by = {_number(one.right) for one in divided}
    less = {_number(one.right) for one in parts if isinstance(one.op, ast.Sub)}
    layers = [one for one in parsed.listing.of(ast.Call) if called(one) == "Rescaling"]
    if layers or ELSEWHERE.search(parsed.source.code) or any(map(_centres, divided)):
        return
    if ends[0][1] == "tanh" and by & {255.0} and not by & {127.5, 128.0, 0.5} and not less & {0.5, 1.0, 127.5, 128.0}:
        yield ends[0][0], "range", "0..1"
    elif ends[0][1] == "sigmoid" and 127.5 in by and (127.5 in less or 1.0 in less) and 255.0 not in by:
        yield ends[0][0], "range", "-1..1"


def _centres(divided: ast.BinOp) -> bool:
    """`(x - 50) / 50`: to a range that is told by numbers of its own."""
    less = divided.left
    return isinstance(less, ast.BinOp) and isinstance(less.op, ast.Sub) and _number(less.right) not in (None, 127.5)


def _number(value: ast.expr) -> float | None:
    return float(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, (int, float)) else None
