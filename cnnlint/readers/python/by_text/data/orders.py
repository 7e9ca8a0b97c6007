"""Samples that a program gathers class after class, by its text alone."""

from __future__ import annotations

import ast
import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.gathered import KEEPING, appends, by_class, list_behind, loops_around, returned
from cnnlint.readers.python.by_text.data.splits import Found, path_of
from cnnlint.readers.python.by_text.fits import data_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, operands, reads
from cnnlint.readers.python.text.written import written

#: methods of a pipeline that leave the order of its elements as it is
STEADY = frozenset({"map", "cache", "prefetch", "repeat"})
#: what brings samples into another order, or chooses among them
MIXING = pattern(r"shuffle|permut|_split|sample|argsort|KFold|choice|randint", re.IGNORECASE)


def in_class_order(scope: Scope) -> Found:
    """`for k, name in enumerate(classes): for file in …: x.append(…); y.append(k)`, and `validation_split=0.2`.

    Keras takes the last part for validation, before anything is shuffled.
    """
    for call in scope.calls(frozenset({"fit"})):
        given = {one.arg: one.value for one in call.keywords}
        share = given.get("validation_split")
        if not (isinstance(share, ast.Constant) and share.value) or "validation_data" in given:
            continue
        targets = call.args[1] if len(call.args) > 1 else given.get("y")
        list_of = _by_class(scope, targets, call)
        if list_of is None or any(map(_mixes, scope.of(ast.Call))) or _is_handed(scope, targets, call):
            continue
        yield share, "in class order", list_of
        return


def _is_handed(scope: Scope, labels: ast.expr | None, fit: ast.Call) -> bool:
    """Whether a call on a line of its own is given labels, or the list behind them, and may mix them in place."""
    names = {one.id for one in nodes_of(labels) if isinstance(one, ast.Name)} if labels is not None else set()
    names |= {list_behind(scope, labels, fit)}
    calls = [one.value for one in scope.of(ast.Expr) if isinstance(one.value, ast.Call)]
    return any(
        isinstance(at, ast.Name) and at.id in names and len(one.args) > 1 and called(one) != "print"
        for one in calls
        if isinstance(one.func, ast.Name) and line(one) < line(fit)
        for at in one.args
    )


def _mixes(call: ast.Call) -> bool:
    return bool(MIXING.search(written(call.func)))


def _by_class(scope: Scope, labels: ast.expr | None, at: ast.AST) -> str | None:
    """What labels are called that stand class after class."""
    return _gathered(scope, labels, at) or _returned(scope, labels, at) or _joined(scope, labels, at)


def _gathered(scope: Scope, value: ast.expr | None, at: ast.AST) -> str | None:
    """The list that an argument was made of, if it was filled class after class."""
    name = list_behind(scope, value, at) if value is not None else ""
    return name if name and _class_after_class(scope, name) else None


def _returned(scope: Scope, value: ast.expr | None, at: ast.AST) -> str | None:
    """The same of `x, y = load()`, a function of the file that gathers them."""
    made = scope.standing(value.id, at) if isinstance(value, ast.Name) else None
    if made is None or not isinstance(value, ast.Name) or not isinstance(made.targets[0], ast.Tuple):
        return None
    found = returned(scope, made, value.id)
    if found is None:
        return None
    inner, given, end = found
    if any(map(_mixes, inner.of(ast.Call))) or end not in getattr(inner.root, "body", ()):
        return None
    return _gathered(inner, given, end) and value.id


def _joined(scope: Scope, value: ast.expr | None, at: ast.AST) -> str | None:
    """The name of labels that are joined class after class: `concatenate([zeros(n), ones(m)])`, `[0] * n + [1] * m`."""
    name = written(value) if value is not None else ""
    for _ in range(4):
        value, at = scope.bound_to(value, at) if value is not None else (None, at)
        if isinstance(value, ast.Call) and called(value) in KEEPING and value.args:
            value = value.args[0]
        elif method(value) in KEEPING if value is not None else False:
            value = value.func.value  # type: ignore[union-attr]
    parts: list[ast.expr] = []
    joins = isinstance(value, ast.Call) and called(value) in ("concatenate", "hstack", "append") and not value.keywords
    if isinstance(value, ast.Call) and joins and value.args:
        parts = getattr(value.args[0], "elts", value.args[:2])
    elif isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        parts = [value.left, value.right]
    made = [scope.bound_to(one, at)[0] for one in parts]
    arrays = any(isinstance(one, ast.Call) for one in made) and isinstance(value, ast.BinOp)  # a sum, of numbers
    tables = any(
        isinstance(one.args[0], (ast.Tuple, ast.List)) for one in made if isinstance(one, ast.Call) and one.args
    )
    labels = [None if arrays or tables else _all_alike(one) for one in made]
    return name if len(labels) > 1 and None not in labels and len(set(labels)) == len(labels) else None


def _all_alike(value: ast.expr) -> str | None:
    """The one label that all samples of a part have."""
    if isinstance(value, ast.Call) and called(value) in ("zeros", "ones"):
        return str({"zeros": 0, "ones": 1}[called(value)])
    if isinstance(value, ast.Call) and called(value) == "full" and len(value.args) > 1:
        return written(value.args[1])
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
        held = next((one for one in (value.left, value.right) if isinstance(one, ast.List)), None)
        return written(held.elts[0]) if held is not None and len(held.elts) == 1 else None
    return None


def _class_after_class(scope: Scope, name: str) -> bool:
    """Whether all that a list holds are labels, and those of one class stand before those of the next.

    So it is where each loop puts one constant at its end, and where a loop over the classes holds a loop that does.
    """
    puts = list(appends(scope, name))
    if not puts or any(method(one) != "append" or len(one.args) != 1 for one in puts):
        return False
    around = [loops_around(scope, one) for one in puts]
    labels = [one.args[0] for one in puts]
    if len(puts) > 1:
        apart = len({id(outer[0]) for outer in around if len(outer) == 1}) == len(puts)
        numbers = {one.value for one in labels if isinstance(one, ast.Constant)}
        return apart and len(numbers) == len(puts)
    return len(around[0]) > 1 and by_class(scope, labels[0], around[0][0]) and _of_classes(scope)


def _of_classes(scope: Scope) -> bool:
    """Whether what is learnt are classes, as far as the file tells: quantities may well stand in order."""
    root = scope.outer.root if scope.outer is not None else scope.root
    return not re.search(r"mse\b|mean_squared|mean_absolute|MeanSquared", written(root))


def batched_in_order(scope: Scope) -> Found:
    """`from_tensor_slices((files, labels)).batch(32).shuffle(9)` of labels that stand class after class: what is
    shuffled are batches, each of one class."""
    for call in scope.calls(frozenset({"fit"})):
        stream = data_of(call)
        path = path_of(scope, stream) if isinstance(stream, (ast.Name, ast.Call)) else []
        first = path[0] if path else None
        if not isinstance(first, ast.Call) or method(first) != "from_tensor_slices" or len(first.args) != 1:
            continue
        parts = scope.resolved(first.args[0])
        steps = [method(one) for one in path]
        batched = steps.index("batch") if "batch" in steps else 0
        if not isinstance(parts, ast.Tuple) or len(parts.elts) != 2 or set(steps[1:batched]) - STEADY or not batched:
            continue
        size = scope.resolved(operands(path[batched])[0]) if operands(path[batched]) else None
        if set(steps[batched:]) - STEADY - {"batch", "shuffle"} or not isinstance(size, ast.Constant):
            continue
        labels = parts.elts[1]
        list_of = _by_class(scope, labels, first)
        if list_of and not any(_mixes(one) for one in scope.of(ast.Call) if one not in path):
            yield path[batched], "one class at a time", list_of  # type: ignore[misc]
            return


def unshuffled_split(scope: Scope) -> Found:
    """`train_test_split(iris.data, iris.target, shuffle=False)`: the part that tests is the last class."""
    for call in scope.of(ast.Call):
        told = [one.value for one in call.keywords if one.arg == "shuffle"]
        plain = called(call) == "train_test_split" and len(call.args) > 1 and len(told) == 1
        if not plain or not isinstance(told[0], ast.Constant) or told[0].value is not False:
            continue
        made = {name for name in scope.bound for one in map(written, scope.bound[name]) if SORTED.search(one)}
        for _ in range(4):  # y = iris.target.reshape(-1, 1); y = encoder.fit_transform(y)
            made |= {
                name for name, bound in scope.bound.items() if any(reads(at, made) and not _picks(at) for at in bound)
            }
        mixed = any(_mixes(one) for one in scope.of(ast.Call) if one is not call)
        if reads(call.args[1], made) and not mixed:
            yield call, "unshuffled split", written(call.args[1])
            return


def _picks(made: ast.AST) -> bool:
    """Whether rows are taken by their numbers, in whatever order: `x, y = iris.data[turns], iris.target[turns]`."""
    parts = [one for one in nodes_of(made) if isinstance(one, ast.Subscript) and isinstance(one.ctx, ast.Load)]
    return any(not isinstance(one.slice, (ast.Slice, ast.Tuple, ast.Constant)) for one in parts)


#: data sets of scikit-learn whose samples stand class after class
SORTED = pattern(r"\bload_(iris|wine)\(")


def ordered_folds(scope: Scope) -> Found:
    """`KFold(5, random_state=7)`: scikit-learn refuses a seed of nothing that is drawn."""
    for call in scope.of(ast.Call):
        given = {one.arg: one.value for one in call.keywords}
        seed, shuffle = given.get("random_state"), given.get("shuffle")
        own = "Repeated" in called(call) or called(call) not in ("KFold", "StratifiedKFold", "StratifiedGroupKFold")
        unmixed = len(call.args) < 2 and (shuffle is None or (isinstance(shuffle, ast.Constant) and not shuffle.value))
        drawn = scope.resolved(seed) if seed is not None else None
        seeded = isinstance(drawn, ast.Constant) and drawn.value is not None
        if not own and seeded and unmixed and not {None, "n_folds"} & given.keys():
            yield call, "ordered folds", called(call)
            return


FINDERS = (in_class_order, batched_in_order, unshuffled_split, ordered_folds)
