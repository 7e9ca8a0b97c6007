"""What becomes of the gradients that a tape is asked for, told from the program's text.

The reader follows values; whether a gradient is used at all, and with which sign a step by hand is taken, stands in the
text of the function around it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cnnlint.graph import Origin
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import as_in_training, is_tape, tapes_of
from cnnlint.readers.python.by_text.objective.signs import signs
from cnnlint.readers.python.text.listing import Listing, Piece, nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import Place, origin_of, place_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS, called, functions, method
from cnnlint.readers.python.text.written import written

Fate = Literal["unused", "added", "exchanged", "reversed", "cut", "unpaired", "unasked", "untrainable"]
#: what has steps of training of its own
STEPS = (*FUNCTIONS, ast.For, ast.While, ast.ClassDef)
#: calls that only look at what they are given
LOOKS = frozenset({"len", "type", "isinstance"})


class Gradients(NamedTuple):
    """Gradients of weights that are never used, that are added to the weights, or applied to others, or never asked."""

    fate: Fate
    #: where the tape is asked; where it is opened, if it never is
    place: Place
    #: where the step is taken, or the tape is asked
    origin: Origin
    #: whether what the gradients are of is an error by its text: a mean of squares, a loss function's value
    of_error: bool = False


@once
def gradients(parsed: Parsed) -> tuple[Gradients, ...]:
    """Every such place of a file, once: a function stands in its module, too."""
    return tuple(dict.fromkeys(_gradients(parsed)))


def _gradients(parsed: Parsed) -> Iterator[Gradients]:
    if "GradientTape(" not in parsed.source.text:
        return
    text, names, listing = SourceText(parsed.text), _Names(parsed), parsed.listing
    asking = [call for call in listing.of(ast.Call) if method(call) == "gradient"]
    tapes = tapes_of(listing.of(ast.With))
    watched = {written(one.args[0]) for one in listing.of(ast.Call) if method(one) == "watch" and one.args}
    for call in asking:
        if any(_is_untrainable(names.one(one)) and written(one) not in watched for one in _sources(call)):
            yield Gradients("untrainable", place_of(text, call), origin_of(text, call))
    for scope in functions(parsed):
        if not any(listing.holds(scope, one) for one in (*asking, *tapes)):
            continue
        code = Piece(listing.within(scope)) if scope is not listing.nodes[0] else listing
        own = any(one.name == "apply_gradients" for one in listing.of(ast.FunctionDef))
        for fate, call, step in (*_paired(code, names), *_unasked(code, listing)):
            if fate == "unpaired" and own:
                continue  # an optimizer of the program's own may know its weights
            yield Gradients(fate, place_of(text, call), origin_of(text, step))
        # a step of training stands in a loop, or in a function that one calls
        for loop in (*([scope] if isinstance(scope, FUNCTIONS) else ()), *code.of(ast.For, ast.While)):
            for target, call in _asked(listing.walk(*ast.iter_child_nodes(loop), around=STEPS), names):
                found = _fate(code, target, call, names)
                if found is not None and found[0] == "added" and _is_turned(parsed, target, found[1]):
                    continue
                if found is not None and found[0] == "unused" and _is_timed(code, call):
                    continue
                if found is not None:
                    error = any(_is_error(value) for value in _values(code, call.args[0]))
                    yield Gradients(found[0], place_of(text, call), origin_of(text, found[1]), error)


#: what tells the time
CLOCKS = frozenset({"perf_counter", "time", "process_time", "timeit", "monotonic"})


def _is_timed(code: Piece, call: ast.Call) -> bool:
    """Whether gradients are worked out for the time that it takes: of the loss nothing is read, either."""
    target = written(call.args[0])
    read = [one for one in code.of(ast.Name) if one.id == target and isinstance(one.ctx, ast.Load)]
    return len(read) == 1 and any(called(one) in CLOCKS for one in code.of(ast.Call))


def _is_turned(parsed: Parsed, targets: tuple[str, ...], step: ast.expr) -> bool:
    """Whether gradients are given a minus before they are added: `steps = [-g for g in steps]`, `rate = -0.1`."""
    given = step.args[0] if isinstance(step, ast.Call) and step.args else step
    names = {written(one) for one in nodes_of(given) if isinstance(one, (ast.Name, ast.Attribute))}
    return not signs(parsed).signed.isdisjoint({*names, *targets})


def _is_untrainable(value: ast.expr) -> bool:
    """Whether an expression is the list of what an optimizer leaves alone: `model.non_trainable_variables`."""
    return isinstance(value, ast.Attribute) and value.attr in ("non_trainable_variables", "non_trainable_weights")


class _Names:
    """What the names of a file are bound to, as far as each is bound to one thing alone."""

    def __init__(self, parsed: Parsed) -> None:
        self.bound: dict[str, list[ast.expr]] = {}
        self.pairs = [one for one in parsed.listing.of(ast.Call) if called(one) == "zip"]
        self.copies = [one for one in parsed.listing.of(ast.Call) if called(one) in ("set_weights", "clone_model")]
        for node in parsed.listing.of(ast.Assign):
            for target in node.targets:
                self.bound.setdefault(written(target), []).append(node.value)

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
        return bool(made) and all(isinstance(one, ast.Call) and written(one.func).endswith(by) for one in made)

    def weights(self, value: ast.expr) -> list[str] | None:
        """Whose weights an expression lists, in order: `a.trainable_variables + b.trainable_weights`."""
        value = self.one(value)
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            left, right = self.weights(value.left), self.weights(value.right)
            return None if left is None or right is None else [*left, *right]
        if isinstance(value, ast.Attribute) and value.attr in ("trainable_variables", "trainable_weights"):
            return [written(value.value)]
        return None

    def copied(self, one: str, other: str) -> bool:
        """Whether the weights of one of two models are given to the other: what is learnt with the one is then applied
        to the other on purpose (an agent's workers, the inner steps of a learner that learns to learn)."""
        models = {one, other}
        if any(models <= {written(at) for at in nodes_of(pairs)} for pairs in self.pairs):
            return True  # for a, b in zip(one.weights, other.weights): a.assign(b)
        return any(
            one in models
            for call in self.copies
            for one in (written(at) for at in nodes_of(call) if isinstance(at, (ast.Name, ast.Attribute)))
        )

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


def _asked(own: list[ast.AST], names: _Names) -> Iterator[tuple[tuple[str, ...], ast.Call]]:
    """The calls `tape.gradient(loss, weights)` among the nodes of a loop or function itself, and the names of what they
    return."""
    for node in own:
        value = node.value if isinstance(node, (ast.Assign, ast.Expr)) else None
        if not (isinstance(value, ast.Call) and method(value) == "gradient"):
            continue
        sources = _sources(value)
        weights = any("trainable_" in written(names.one(one)) or names.variables(one) for one in sources)
        if not weights or not value.args:
            continue
        if isinstance(node, ast.Expr):
            yield (), value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            parts = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            if all(isinstance(part, ast.Name) for part in parts):
                yield tuple(written(part) for part in parts), value


def _sources(call: ast.Call) -> list[ast.expr]:
    """What a tape is asked for the gradients of."""
    return [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "sources")]


def _fate(code: Piece, targets: tuple[str, ...], call: ast.Call, names: _Names) -> tuple[Fate, ast.expr] | None:
    """What becomes of the gradients of these names within the function; None where they are used in some other way."""
    looked = {
        id(argument)
        for node in code.of(ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in LOOKS
        for argument in node.args
    }
    for node in code.of(ast.Assign):  # clipped, and kept under the same name
        if [written(one) for one in node.targets] == [*targets] and node.value is not call:
            looked |= set(map(id, nodes_of(node.value)))
    read = [
        node
        for node in code.of(ast.Name)
        if node.id in targets and isinstance(node.ctx, ast.Load) and id(node) not in looked
    ]
    if not read:
        return "unused", call
    variables = names.variables(_sources(call)[0]) if _sources(call) else []
    for loop in code.of(ast.For) if len(targets) == 1 else ():
        pair = _zipped(loop, targets[0], call, names)
        step = _ascent(loop, *pair) if pair is not None else None
        if step is not None:
            return "added", step
    if len(variables) == len(targets) and len(set(targets)) == len(targets):
        for variable, target in zip(variables, targets, strict=True):
            steps = [one for node in code.of(ast.Call) if (one := _ascent_of(node, variable, target)) is not None]
            if steps:
                return "added", steps[0]
    return None


def _pair(node: ast.AST, names: _Names) -> tuple[ast.expr, ast.expr] | None:
    """The two lists that a step is given: `apply_gradients(zip(gradients, weights))`, `apply(gradients, weights)`."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
        return None
    if node.func.attr == "apply" and len(node.args) == 2:
        return node.args[0], node.args[1]
    pairs = names.one(node.args[0])
    if isinstance(pairs, ast.Call) and isinstance(pairs.func, ast.Name) and pairs.func.id == "list" and pairs.args:
        pairs = pairs.args[0]
    zipped = isinstance(pairs, ast.Call) and isinstance(pairs.func, ast.Name) and pairs.func.id == "zip"
    if node.func.attr != "apply_gradients" or not (isinstance(pairs, ast.Call) and zipped and len(pairs.args) == 2):
        return None
    return pairs.args[0], pairs.args[1]


def _of_others(asked: ast.Call, weights: ast.expr, names: _Names) -> Fate | None:
    """How weights are known to differ from those that a tape was asked about: only the first, others, another order."""
    of = names.weights(_sources(asked)[0]) if _sources(asked) else None
    to = names.weights(weights)
    if of is None or to is None or of == to:
        return None
    if len(to) < len(of) and of[: len(to)] == to:
        return "cut"
    single = len(of) == len(to) == 1
    others = sorted(of) == sorted(to) or (single and names.apart(of[0], to[0]) and not names.copied(of[0], to[0]))
    return "exchanged" if others else None


def _paired(code: Piece, names: _Names) -> Iterator[tuple[Fate, ast.Call, ast.expr]]:
    """Steps that are given the weights first, gradients with the weights of something else, or gradients alone."""
    for node in code.of(ast.Call):
        alone = _alone(node, code)
        if alone is not None:
            yield "unpaired", *alone
        pair = _pair(node, names)
        if pair is None:
            continue
        asked = _gradient(pair[0], code)
        fate = _of_others(asked, pair[1], names) if asked is not None else None
        parted = {written(one.value) for one in code.of(ast.Subscript)}
        if fate == "cut" and written(pair[0]) in parted:
            continue  # the rest of them is another optimizer's
        if asked is not None and fate is not None:
            yield fate, asked, node
        asked = _gradient(pair[1], code)
        if asked is not None and (names.weights(pair[0]) is not None or names.variables(pair[0])):
            yield "reversed", asked, node


def _alone(node: ast.Call, code: Piece) -> tuple[ast.Call, ast.expr] | None:
    """`apply_gradients(gradients)` without the weights, or beside them: what a tape is asked, and the step."""
    beside = len(node.args) == 2 and isinstance(node.args[1], ast.Attribute) and "trainable_" in node.args[1].attr
    if method(node) != "apply_gradients" or (len(node.args) != 1 and not beside) or node.keywords:
        return None
    asked = _gradient(node.args[0], code)
    return (asked, node) if asked is not None else None


def _gradient(value: ast.expr, code: Piece) -> ast.Call | None:
    """The call of a tape's `gradient` that an expression is, or that its name is bound to alone."""
    bound = _values(code, value)
    call = bound[0] if len(bound) == 1 else None
    if not isinstance(call, ast.Call) or method(call) != "gradient":
        return None
    if isinstance(value, ast.Name):
        named = (node for node in code.of(ast.Name) if node.id == value.id)
        return call if sum(isinstance(node.ctx, ast.Store) for node in named) == 1 else None
    return call


#: functions that look at what was learned: a tape in a copy of the training step is of no use there, and no harm
JUDGES = pattern(r"(?:^|_)(?:test|val|valid|validat\w*|eval\w*)(?:_|$)", re.IGNORECASE)


def _unasked(code: Piece, listing: Listing) -> Iterator[tuple[Fate, ast.Call, ast.expr]]:
    """Tapes of a function that see a model train, and that nothing in it asks for a gradient."""
    if not isinstance(code.nodes[0], FUNCTIONS) or JUDGES.search(code.nodes[0].name):
        return
    loaded = {node.id for node in code.of(ast.Name) if isinstance(node.ctx, ast.Load)}
    declared: Sequence[ast.Global | ast.Nonlocal] = code.of(ast.Global, ast.Nonlocal)
    elsewhere = {name for node in declared for name in node.names}
    for node in code.of(ast.With):
        for item in node.items:
            tape, name = item.context_expr, item.optional_vars
            unread = isinstance(name, ast.Name) and name.id not in loaded | elsewhere
            trains = map(as_in_training, listing.within(node))
            if unread and isinstance(tape, ast.Call) and is_tape(item) and any(trains):
                yield "unasked", tape, tape


def _values(code: Piece, target: ast.expr) -> list[ast.expr]:
    """What is bound to the name that a tape is asked about."""
    if not isinstance(target, ast.Name):
        return [target]
    return [
        node.value
        for node in code.of(ast.Assign)
        if any(isinstance(one, ast.Name) and one.id == target.id for one in node.targets)
    ]


#: functions that keep the sign of what they are given, and those whose values are errors themselves
KEEPS = frozenset({"reduce_mean", "reduce_sum", "mean", "sum"})
ERRORS = frozenset({"square", "abs", "squared_difference", "mean_squared_error", "mean_absolute_error", "mse", "mae"})


def _is_error(value: ast.expr) -> bool:
    """Whether an expression is a mean or sum of squares or distances, with no sign in front of it."""
    if isinstance(value, ast.Call):
        name = called(value)
        if name in ("square", "abs"):
            return bool(value.args) and _is_difference(value.args[0])
        return name in ERRORS or (name in KEEPS and bool(value.args) and _is_error(value.args[0]))
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Pow):
        return isinstance(value.right, ast.Constant) and value.right.value == 2 and _is_difference(value.left)
    return False


def _is_difference(value: ast.expr) -> bool:
    """Whether something is taken from something else, or a name may stand for that: what is squared is no activity."""
    parts = (one for one in nodes_of(value) if isinstance(one, ast.BinOp))
    return (
        isinstance(value, ast.Name) or called(value) == "subtract" or any(isinstance(one.op, ast.Sub) for one in parts)
    )


def _zipped(loop: ast.For, name: str, asked: ast.Call, names: _Names) -> tuple[str, str] | None:
    """The names of a weight and its gradient in `for weight, gradient in zip(weights, gradients)`, in either order.

    What is no weights of a model, nor what the tape was asked about, may gather the gradients of several batches.
    """
    call, target = loop.iter, loop.target
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "zip"):
        return None
    if not (isinstance(target, ast.Tuple) and len(target.elts) == len(call.args) == 2):
        return None
    parts = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
    given = [one.id if isinstance(one, ast.Name) else "" for one in call.args]
    if name not in given:
        return None
    place = given.index(name)
    moved, of = call.args[1 - place], {ast.unparse(names.one(one)) for one in _sources(asked)}
    if names.weights(moved) is None and ast.unparse(names.one(moved)) not in of:
        return None
    return parts[1 - place], parts[place]


def _ascent(loop: ast.For, weight: str, gradient: str) -> ast.expr | None:
    """A step of a loop that adds the gradient to the weight."""
    return next((step for node in nodes_of(loop) if (step := _ascent_of(node, weight, gradient)) is not None), None)


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
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes_of(value))


def _negated(value: ast.expr) -> bool:
    return any(isinstance(node, (ast.USub, ast.Sub)) for node in nodes_of(value))
