"""Losses that a program writes out itself, `def loss(y_true, y_pred)`, and that do not do what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import FIT, own_losses, taken_by
from cnnlint.readers.python.by_text.kinds import exchanges
from cnnlint.readers.python.by_text.objective.signs import signs
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import called, method
from cnnlint.readers.python.text.written import written

LOGARITHMS = frozenset({"log", "log1p"})
#: how losses are called that turn round an overlap of masks
OVERLAP = pattern(r"dice|iou|jaccard|tversky", re.IGNORECASE)
#: how a value is turned round: a minus in front of it, or something less it
TURNED = pattern(r"-|negative|subtract|\blog|loss|pow\(|\*\* ")
#: where a minus turns nothing round: `axis=-1`, `1e-07`
PLAIN = pattern(r"axis=[\[(]?[-\d, ]*|\de-\d+")
#: what hands on the average of what it is given
AVERAGES = frozenset({"mean", "reduce_mean", "sum", "reduce_sum", "cast", "squeeze"})
#: what is never below 0 of a difference
HINGES = frozenset({"maximum", "relu", "max"})
#: what takes a logarithm of answers itself
ENTROPY = pattern(r"cross_?entropy|log_?soft|logsumexp|log_prob|divergence", re.IGNORECASE)
MARGIN = pattern(r"margin|alpha|^m$", re.IGNORECASE)


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or "compile" not in parsed.text:
        return ()
    losses = [Written(function, parsed) for function in own_losses(parsed) if len(taken_by(function)) >= 2]
    finders = (_of_labels, _likelihood, _overlap, _margin, _turned_pairs)
    return placed(Miswritten, parsed, (one for loss in losses for finder in finders for one in finder(loss)))


class Written:
    """A loss, and what its names are made of."""

    def __init__(self, function: ast.FunctionDef, parsed: Parsed) -> None:
        self.function = function
        self.parsed = parsed
        self.labels, self.answers = (one.arg for one in taken_by(function)[:2])
        self.nodes = [node for statement in function.body for node in nodes_of(statement)]
        self.made: dict[str, list[ast.expr]] = {}
        for node in self.nodes:
            target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
            if isinstance(node, ast.Assign) and isinstance(target, ast.Name):
                self.made.setdefault(target.id, []).append(node.value)

    def of(self, value: ast.expr) -> set[str]:
        """Which of the labels and answers an expression is made of."""
        pending, seen = [value], set[str]()
        while pending:
            names = {node.id for node in nodes_of(pending.pop()) if isinstance(node, ast.Name)} - seen
            seen |= names
            pending += [one for name in names for one in self.made.get(name, ())]
        return seen & {self.labels, self.answers}

    def logarithms(self) -> Iterator[tuple[ast.BinOp, ast.expr, ast.expr]]:
        """The products with a logarithm in them: the product, the factor, and what the logarithm is of."""
        for node in self.nodes:
            pair = (node.left, node.right) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else ()
            for factor, logarithm in (pair, pair[::-1]) if pair else ():
                value = self.resolved(logarithm)
                if isinstance(value, ast.Call) and called(value) in LOGARITHMS and value.args:
                    assert isinstance(node, ast.BinOp)
                    yield node, factor, value.args[0]

    def resolved(self, value: ast.expr) -> ast.expr:
        """An expression, or what its name is bound to once."""
        made = self.made.get(value.id, []) if isinstance(value, ast.Name) else []
        return made[0] if len(made) == 1 else value


def _of_labels(loss: Written) -> Flaws:
    """`-y_true * log(y_true)`: no logarithm of an answer is in it."""
    found = list(loss.logarithms())
    told = exchanges(loss.function)
    if found and not told and all(loss.of(one) == {loss.labels} for _, _, one in found):
        product, factor, of = found[0]
        inside = [node for node in loss.nodes if isinstance(node, ast.Call) and called(node) in LOGARITHMS]
        products = [one for one in loss.nodes if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
        sides = [pair for one in products for pair in ((one.left, one.right), (one.right, one.left))]
        known = any(written(one) == loss.labels and loss.of(other) == {loss.answers} for one, other in sides)
        if known or any(ENTROPY.search(called(one)) for one in loss.nodes):
            return  # the answers are logarithms themselves, or another term reads them
        apart = [one for one in loss.nodes if isinstance(one, (ast.BinOp, ast.Call)) and not _takes_logarithms(one)]
        if any({loss.labels, loss.answers} <= _names_in(one) for one in apart):
            return  # how sure the labels are; another term compares them with the answers
        if len(inside) == len(found) and loss.of(factor) <= {loss.labels, loss.answers} and loss.of(factor):
            yield product, "log of labels", written(of)


def _names_in(node: ast.AST) -> set[str]:
    return {one.id for one in nodes_of(node) if isinstance(one, ast.Name)}


def _takes_logarithms(node: ast.AST) -> bool:
    return any(called(one) in LOGARITHMS for one in nodes_of(node))


def _likelihood(loss: Written) -> Flaws:
    """`sum(y_true * log(y_pred))`, minimised."""
    known = signs(loss.parsed)
    found = [
        (product, known.sign_of(factor))
        for product, factor, of in loss.logarithms()
        if loss.labels in loss.of(factor) and loss.of(of) == {loss.answers} and _is_weight(loss, factor)
    ]
    if not all(_rises(loss, of) for _, _, of in loss.logarithms()):
        return  # log(1 + exp(-score)), log(1 / p): the smaller, the better
    if found and all(sign != 0 and known.minimised(one) == {sign} for one, sign in found):
        yield found[0][0], "likelihood", written(found[0][0])


#: functions that grow as what they are given does
GROWING = frozenset(
    {"clip", "clip_by_value", "maximum", "minimum", "cast", "softmax", "sigmoid", "reduce_sum", "sum", "stop_gradient"}
)


def _rises(loss: Written, value: ast.expr, depth: int = 6) -> bool:
    """Whether an expression grows with the probability of the class that it speaks of: the answers, or 1 less them."""
    if isinstance(value, ast.Name):
        made = loss.resolved(value)
        known = value.id == loss.answers or made is value or depth == 0
        return known or _rises(loss, made, depth - 1)
    if isinstance(value, ast.Call):
        return called(value) in GROWING and bool(value.args) and _rises(loss, value.args[0], depth)
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Add, ast.Mult)):
        return all(_is_plain(one) or _rises(loss, one, depth) for one in (value.left, value.right))
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub):
        return isinstance(value.left, ast.Constant) and _rises(loss, value.right, depth)
    if isinstance(value, ast.BinOp):  # p / sum(p)
        return isinstance(value.op, ast.Div) and _rises(loss, value.left, depth)
    return isinstance(value, (ast.Attribute, ast.Subscript))


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) or called(value) == "epsilon"


def _is_weight(loss: Written, factor: ast.expr) -> bool:
    """Whether the answers stand in a factor but as powers, which are never negative: `y_true * (1 - y_pred) ** 2`."""
    powers = [one for one in nodes_of(factor) if called(one) == "pow" or _is_power(one)]
    inside = {id(inner) for one in powers for inner in nodes_of(one)}
    names = [one for one in nodes_of(factor) if isinstance(one, ast.Name) and id(one) not in inside]
    return not any(loss.answers in loss.of(one) for one in names)


def _is_power(node: ast.AST) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)


def _overlap(loss: Written) -> Flaws:
    """`def dice_loss(y_true, y_pred): …; return (2 * both + 1) / (one + other + 1)`: largest where the masks agree."""
    last = loss.function.body[-1]
    returns = [node for node in loss.nodes if isinstance(node, ast.Return)]
    value = last.value if isinstance(last, ast.Return) and len(returns) == 1 else None
    if value is None or not OVERLAP.search(loss.function.name):
        return
    texts = []
    for _ in range(4):
        texts.append(PLAIN.sub("", written(value)))
        if isinstance(value, ast.Call) and called(value) in AVERAGES and value.args:
            value = value.args[0]
        elif isinstance(value, ast.Name):
            value = loss.resolved(value)
        else:
            break
    divided = isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div)
    above = nodes_of(value.left) if isinstance(value, ast.BinOp) else []
    counted = [loss.resolved(one) for one in above if isinstance(one, ast.Name)]
    if any(TURNED.search(PLAIN.sub("", written(one))) for one in counted):
        return  # what was missed is counted
    if divided and not any(TURNED.search(one) for one in texts):
        shared = any(_is_shared(loss, one) for one in above)
        yield (value, "overlap", loss.function.name) if shared else (value, "overlap", loss.function.name, True)


#: what changes the shape or type of labels and answers
SHAPING = frozenset({"flatten", "batch_flatten", "reshape", "cast", "squeeze", "ravel", "clip", "round"})


def _is_shared(loss: Written, node: ast.AST) -> bool:
    """Whether labels times answers are in a sum, as they are: `sum(y_true * y_pred)`."""
    made = loss.resolved(node) if isinstance(node, ast.expr) else node
    products = [one for one in nodes_of(made) if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
    for product in products:
        sides = [_unshaped(loss, one) for one in (product.left, product.right)]
        if sorted(sides) == sorted((loss.labels, loss.answers)):
            return True
    return False


def _unshaped(loss: Written, value: ast.expr) -> str:
    """The name that an expression is, its shape and type aside."""
    for _ in range(4):
        value = loss.resolved(value)
        if isinstance(value, ast.Call) and called(value) in SHAPING and value.args:
            value = value.args[0]
    return written(value)


def _margin(loss: Written) -> Flaws:
    """`max(distance - margin, 0)` beside the square of the distance: all that differs is drawn together, too."""
    if "contrastive" not in loss.function.name.lower():
        return
    turned = [one for one in loss.nodes if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Sub)]
    if any(written(one.right) == loss.answers and written(one.left) != loss.labels for one in turned):
        return  # likenesses, or a margin for those that differ as well
    minus = (one.operand for one in loss.nodes if isinstance(one, ast.UnaryOp) and isinstance(one.op, ast.USub))
    if any(written(one) == loss.answers for one in minus):
        return
    for node in loss.nodes:
        if isinstance(node, ast.Call) and called(node) in HINGES:
            for given in map(loss.resolved, node.args):
                apart = given if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Sub) else None
                if apart is None or written(apart.left) != loss.answers:
                    continue
                right = apart.right
                if isinstance(right, ast.Constant) or MARGIN.search(written(right)):
                    yield apart, "margin", written(apart), True
                    return


def _turned_pairs(loss: Written) -> Flaws:
    """`(1 - y) * distance ** 2 + y * max(margin - distance, 0) ** 2` of a `y` that is 1 where two are of one class."""
    products = [one for one in loss.nodes if isinstance(one, ast.BinOp) and isinstance(one.op, ast.Mult)]
    hinged: list[tuple[ast.expr, bool]] = []
    for one in products:
        for weight, term in ((one.left, one.right), (one.right, one.left)):
            alone = written(weight) == loss.labels
            if (alone or _is_rest(weight, loss.labels)) and _is_hinge(loss, term):
                hinged.append((one, alone))
    if len(hinged) != 1:
        return
    product, apart_at_one = hinged[0]
    if re.search(
        r"Dot\(|\bdot\(|cosine|CosineSimilarity|sigmoid|similarity|\bexp\(|1(\.0)? */ *\(", loss.parsed.source.code
    ):
        return  # an answer that is large where two are alike
    for scope in scopes(loss.parsed):
        for call in scope.calls(FIT):
            told = scope.bound_to(call.args[1], call)[0] if len(call.args) > 1 else None
            while isinstance(told, ast.Call) and called(told) in ("astype", "array", "asarray", "cast", "int", "float"):
                held = isinstance(told.func, ast.Attribute) and method(told) == "astype"
                told = told.func.value if held else told.args[0] if told.args else None  # type: ignore[attr-defined]
                told = scope.bound_to(told, call)[0] if told is not None else None
            if not isinstance(told, ast.Compare) or len(told.ops) != 1 or _is_number(told.comparators[0]):
                continue
            if isinstance(told.ops[0], ast.Eq if apart_at_one else ast.NotEq):
                yield product, "turned pairs", written(told)
                return


def _is_rest(value: ast.expr, name: str) -> bool:
    """`1 - y`"""
    whole = value.left if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Sub) else None
    return isinstance(whole, ast.Constant) and whole.value == 1 and written(value.right) == name  # type: ignore[attr-defined]


def _is_hinge(loss: Written, term: ast.expr) -> bool:
    """`square(max(margin - distance, 0))`, of the answers."""
    made = loss.resolved(term)
    for call in nodes_of(made):
        for given in map(loss.resolved, getattr(call, "args", ())) if called(call) in HINGES else ():
            apart = given if isinstance(given, ast.BinOp) and isinstance(given.op, ast.Sub) else None
            if apart is not None and written(apart.right) == loss.answers:
                return isinstance(apart.left, ast.Constant) or MARGIN.search(written(apart.left)) is not None
    return False


def _is_number(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant)
