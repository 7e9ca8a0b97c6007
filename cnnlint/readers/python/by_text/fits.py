"""The calls that train and judge, as the text of a program shows them: the words of Keras's methods."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import bound_once, called, line, loads, method, reads, receiver
from cnnlint.readers.python.text.written import written

Data: TypeAlias = ast.Name | ast.Call

FIT = frozenset({"fit", "fit_generator"})
#: the same, and what trains on a batch that the program draws itself
TRAINS = FIT | {"train_on_batch"}
JUDGES = frozenset({"evaluate", "evaluate_generator"})
#: what tells Keras's `fit` from a scaler's
TRAINED = frozenset({"epochs", "nb_epoch", "batch_size", "validation_data", "validation_split"})


@once
def own_losses(parsed: Parsed) -> list[ast.FunctionDef]:
    """The functions of a file that `compile` is given as a loss, and those that a factory among them returns; in a file
    that compiles nothing also those that are called a loss, take what Keras's do and are read by nothing."""
    given = [one for call in parsed.listing.of(ast.Call) if method(call) == "compile" for one in _losses(call)]
    if any(one.name == "compile" for one in parsed.listing.of(ast.FunctionDef)):
        given = []  # what it makes of a loss nobody knows
    names = {one.id for one in given if isinstance(one, ast.Name)}
    own = [method_of(parsed, one) for one in given if isinstance(one, ast.Attribute) and written(one.value) == "self"]
    made = {one.func.id for one in given if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)}
    functions = parsed.listing.of(ast.FunctionDef)
    returned = [inner for node in functions if node.name in made for inner in _returned(node)]
    alone = [node for node in functions if _is_handed_on(node) and node.name not in loads(parsed)] if not given else []
    return [*(node for node in functions if node.name in names), *filter(None, own), *returned, *alone]


def is_nothing(function: ast.FunctionDef) -> bool:
    """`return K.zeros_like(y_true)`: the loss of an output that is not to be trained, on purpose."""
    ends = [one.value for one in nodes_of(function) if isinstance(one, ast.Return)]
    return bool(ends) and all(one is not None and _is_nought(one) for one in ends)


def _is_handed_on(function: ast.FunctionDef) -> bool:
    """Whether a function is one that `compile` would be given: `def triplet_loss(y_true, y_pred)`."""
    taken = [one.arg for one in function.args.args]
    return function.name.lower().endswith("loss") and taken[:2] == ["y_true", "y_pred"]


def method_of(parsed: Parsed, attribute: ast.Attribute) -> ast.FunctionDef | None:
    """The method that `self.name` is, of the class that it stands in; None where something else may be meant."""
    for node in parsed.listing.of(ast.ClassDef):
        if parsed.listing.holds(node, attribute):
            found = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == attribute.attr]
            plain = len(found) == 1 and not found[0].decorator_list and found[0].args.args[:1]
            return found[0] if plain and found[0].args.args[0].arg == "self" else None
    return None


def taken_by(function: ast.FunctionDef) -> list[ast.arg]:
    """What a function is called with: its arguments, less the object that it is a method of."""
    return [one for one in function.args.args if one.arg != "self"]


def _is_nought(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
        return _is_nought(value.left) or _is_nought(value.right)
    if isinstance(value, ast.Call) and called(value) in ("mean", "reduce_mean", "sum", "reduce_sum") and value.args:
        return _is_nought(value.args[0])
    plain = isinstance(value, ast.Constant) and value.value in (0, 0.0)
    return plain or called(value) in ("zeros", "zeros_like")


def loss_of(call: ast.Call) -> list[ast.expr]:
    """What `compile` is given as its loss; empty where it is given none."""
    return [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "loss")]


def _losses(call: ast.Call) -> list[ast.expr]:
    """What `compile` is given as its losses, each of them where they stand in a list or dict."""
    each = [getattr(one, "values" if isinstance(one, ast.Dict) else "elts", [one]) for one in loss_of(call)]
    return [one for several in each for one in several]


def _returned(factory: ast.FunctionDef) -> Iterator[ast.FunctionDef]:
    """The functions that a function defines and returns."""
    names = {one.value.id for one in factory.body if isinstance(one, ast.Return) and isinstance(one.value, ast.Name)}
    yield from (one for one in factory.body if isinstance(one, ast.FunctionDef) and one.name in names)


def as_in_training(node: ast.AST) -> bool:
    """Whether a call says that it is part of training: `model(x, training=True)`."""
    return isinstance(node, ast.Call) and any(
        one.arg == "training" and isinstance(one.value, ast.Constant) and one.value.value is True
        for one in node.keywords
    )


def is_tape(item: ast.withitem) -> bool:
    """Whether what a `with` opens is a tape."""
    return called(item.context_expr).endswith("GradientTape")


def tapes_of(nodes: Iterable[ast.AST]) -> list[ast.With]:
    """The `with` statements among nodes that open a tape."""
    return [one for one in nodes if isinstance(one, ast.With) and any(map(is_tape, one.items))]


def data_of(call: ast.Call) -> ast.expr | None:
    """What a call trains on, or judges."""
    named = (one.value for one in call.keywords if one.arg in ("x", "generator"))
    return call.args[0] if call.args else next(named, None)


def asks(scope: Scope, fit: ast.Call, ask: ast.Call) -> bool:
    """Whether a call asks the model that another trains: what is called so is not bound again between the two, and
    nothing trains it since."""
    name = receiver(fit)
    if not name or receiver(ask) != name:
        return False
    first, last = sorted((line(fit), line(ask)))
    renewed = any(first < line(at) <= last for at in scope.bound.get(name, ()))
    trained = (one for one in scope.calls(FIT) if receiver(one) == name and one is not fit)
    return not renewed and not any(line(fit) < line(one) < line(ask) for one in trained)


def validated(scope: Scope) -> Iterator[tuple[Data, Data]]:
    """What each call that trains reads, and what it is validated on, where both are names or calls."""
    for call in scope.calls(FIT):
        given = {one.arg: one.value for one in call.keywords}
        x, validation = call.args[0] if call.args else given.get("x"), given.get("validation_data")
        if isinstance(x, (ast.Name, ast.Call)) and isinstance(validation, (ast.Name, ast.Call)):
            yield x, validation


def epochs_with(parsed: Parsed, callback: ast.Call) -> int | None:
    """How many epochs the longest training goes on for that is given a callback, by its name or in a list that holds
    it; of the only training that is given any, where that is not seen."""
    fits = [one for one in parsed.listing.of(ast.Call) if method(one) in FIT]
    fits = [one for one in fits if any(word.arg in ("callbacks", None) for word in one.keywords)]
    held = [one for one in parsed.listing.of(ast.Assign) if any(at is callback for at in nodes_of(one.value))]
    names = {at.id for one in held for at in one.targets if isinstance(at, ast.Name)}
    names |= {  # callbacks = [schedule, stop]
        at.id
        for one in parsed.listing.of(ast.Assign)
        if isinstance(one.value, ast.List) and reads(one.value, names)
        for at in one.targets
        if isinstance(at, ast.Name)
    }
    bound = [one for one in parsed.listing.of(ast.Assign) if any(written(at) in names for at in one.targets)]
    others = [one for one in bound if one not in held and not reads(one.value, names)]
    again = min((one.lineno for one in others if line(one) > line(callback)), default=None)
    given = [
        one
        for one in fits
        if any(at is callback for at in nodes_of(one))
        or (
            line(callback) < line(one)
            and (again is None or line(one) < again)
            and any(reads(word.value, names) for word in one.keywords if word.arg == "callbacks")
        )
    ]
    chosen = given or (fits if len(fits) == 1 else [])
    told = [word.value for one in chosen for word in one.keywords if word.arg in ("epochs", "nb_epoch")]
    values = [bound_once(parsed).get(one.id, one) if isinstance(one, ast.Name) else one for one in told]
    numbers = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, int)]
    return max(numbers) if len(numbers) == len(chosen) > 0 else None


def made_of(scope: Scope, names: Iterable[str], steps: int) -> set[str]:
    """Names, and those of what is made of them in so many steps."""
    found = set(names)
    for _ in range(steps):
        found |= {name for name, bound in scope.bound.items() if any(reads(at, found) for at in bound)}
    return found


def behind(scope: Scope, names: Iterable[str]) -> set[str]:
    """Names, and all that what they stand for is made of."""
    pending, seen = set(names), set[str]()
    while pending:
        name = pending.pop()
        seen.add(name)
        parts = [part for at in scope.bound.get(name, ()) for part in (at.items if isinstance(at, ast.With) else [at])]
        pending |= {one.id for at in parts for one in nodes_of(at) if isinstance(one, ast.Name)} - seen
    return seen


def supervised(scope: Scope) -> bool:
    """Whether what compiles here does so with a loss of Keras's own, so that what stands side by side are pairs."""
    losses = [one for call in scope.calls(frozenset({"compile"})) for one in loss_of(call)]
    return bool(losses) and all(map(_is_keras, losses))


def _is_keras(loss: ast.expr) -> bool:
    """Whether a loss is named by a word, or is an object of a class of `keras.losses`."""
    made = written(loss.func) if isinstance(loss, ast.Call) else ""
    return re.match(r"(tf\.)?(keras\.)?losses\.[A-Z]", made) is not None or (
        isinstance(loss, ast.Constant) and isinstance(loss.value, str)
    )


def is_never_given(parsed: Parsed, call: ast.Call, value: ast.expr) -> bool:
    """Whether a value is what a function around it takes, None by itself, and no call of that gives it one."""
    name = value.id if isinstance(value, ast.Name) else ""
    for function in parsed.listing.of(ast.FunctionDef):
        places = [at for at, one in enumerate(function.args.args) if one.arg == name]
        defaults = dict(zip([one.arg for one in function.args.args[::-1]], function.args.defaults[::-1], strict=False))
        default = defaults.get(name)
        if (
            places
            and parsed.listing.holds(function, call)
            and isinstance(default, ast.Constant)
            and default.value is None
        ):
            calls = [one for one in parsed.listing.of(ast.Call) if called(one) == function.name]
            told = any(len(one.args) > places[0] or any(k.arg in (name, None) for k in one.keywords) for one in calls)
            return not told
    return False


def compiled_beside(parsed: Parsed, row: int) -> bool:
    """Whether a function that trains at a row has a `compile` of the same model above it, on whatever way."""
    listing = parsed.listing
    for node in listing.of(ast.FunctionDef):
        if node.lineno <= row <= (node.end_lineno or row):
            calls = [one for one in listing.within(node) if isinstance(one, ast.Call)]
            trained = {receiver(one) for one in calls if method(one) in TRAINS | JUDGES and one.lineno == row}
            above = (one for one in calls if method(one) == "compile" and one.lineno < row)
            if any(receiver(one) in trained for one in above):
                return True
    return False
