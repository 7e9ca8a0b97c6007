"""What prepares data for the test anew: statistics of its own, another fit, another call of a function, by the text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import TypeVar

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.splits import Found, folds_of, is_told
from cnnlint.readers.python.by_text.fits import FIT, asks, data_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import called, line, method, operands, owner, reads
from cnnlint.readers.python.text.written import written

ASKED = frozenset({"predict", "evaluate"})
#: what learns from data how to number, count or scale it
LEARNERS = pattern(
    r"^(\w*Vectorizer|\w*Imputer|\w*Encoder|Label(Encoder|Binarizer)|PCA|TruncatedSVD|\w*Scaler|Tokenizer|TextVectorization"
    r"|StringLookup|IntegerLookup|Normalization)$"
)
#: its methods that learn
LEARNS = frozenset({"fit", "fit_transform", "fit_on_texts", "adapt"})
#: numbers that are taken of a whole array
STATISTICS = frozenset({"mean", "std", "var", "min", "max", "amin", "amax", "median", "ptp", "nanmean", "nanstd"})
LIBRARIES = frozenset({"np", "numpy", "tf", "jnp"})
#: what leaves the numbers of an array as they are
KEEPING = frozenset({"reshape", "astype", "array", "asarray", "expand_dims", "to_numpy", "copy", "fillna", "ravel"})

#: an expression, and where it stands
At = tuple[ast.expr, ast.AST]
Answer = TypeVar("Answer")
#: pairs of a training and a test that are looked at: a hundred of each, all of the same model
MOST = 10_000


def _tested(scope: Scope) -> Iterator[tuple[At, At]]:
    """What a model is trained on, and what the same model is tested or validated on: features, then labels."""
    for fit in scope.calls(FIT):
        x = data_of(fit)
        if x is None:
            continue
        held = next((one.value for one in fit.keywords if one.arg == "validation_data"), None)
        pairs = [(one, fit) for one in held.elts[:2]] if isinstance(held, ast.Tuple) else []
        labels = fit.args[1] if len(fit.args) > 1 else None
        if pairs:
            yield (x, fit), pairs[0]
        if len(pairs) > 1 and labels is not None:
            yield (labels, fit), pairs[1]
        for call in scope.calls(ASKED):
            tested = data_of(call)
            if asks(scope, fit, call) and tested is not None:
                yield (x, fit), (tested, call)
                if labels is not None and method(call) == "evaluate" and len(call.args) > 1:
                    yield (labels, fit), (call.args[1], call)


def _answers(
    scope: Scope, question: Callable[[Scope, ast.expr, ast.AST], Answer | None]
) -> Iterator[tuple[Answer, Answer]]:
    """What a question answers of what a model is trained and tested on, where it has an answer for both; each is asked
    once, however many tests follow a training."""
    known: dict[tuple[int, int], Answer | None] = {}
    for pair in islice(_tested(scope), MOST):
        for value, at in pair:
            if (id(value), id(at)) not in known:
                known[id(value), id(at)] = question(scope, value, at)
        one, other = (known[id(value), id(at)] for value, at in pair)
        if one is not None and other is not None:
            yield one, other


def _whole(scope: Scope, value: ast.expr, at: ast.AST) -> At:
    """What a value is made by, its shape and type aside."""
    for _ in range(6):
        value, at = scope.bound_to(value, at)
        if not isinstance(value, ast.Call) or called(value) not in KEEPING:
            if isinstance(value, ast.Attribute) and value.attr == "values":
                value = value.value
                continue
            break
        library = owner(value) in LIBRARIES
        if library and not value.args:
            break
        value = value.args[0] if library else value.func.value if isinstance(value.func, ast.Attribute) else value
    return value, at


def own_statistics(scope: Scope) -> Found:
    """`test = (test - test.mean()) / test.std()`, where what is trained on was scaled by its own mean."""
    for one, other in _answers(scope, _scaled):
        if one[0] == other[0] or one[1] is other[1]:
            continue
        yield other[1], "own statistics", other[0]


def _scaled(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[str, ast.expr] | None:
    """The array that an expression scales by its own mean or range, and where it does."""
    value, at = _whole(scope, value, at)
    if isinstance(value, ast.Name):
        return _in_place(scope, value.id, at)
    by: list[ast.expr] = []
    inner = value
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div):
        by.append(inner.right)
        inner = inner.left
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub):
        by.append(inner.right)
        inner = inner.left
    elif by:
        return None  # pictures that are divided by what is 255 in all of them
    names = {_statistic(scope, one, at) for one in by}
    array = written(inner)
    return (array, value) if by and names == {array} and isinstance(inner, (ast.Name, ast.Attribute)) else None


def _in_place(scope: Scope, name: str, at: ast.AST) -> tuple[str, ast.expr] | None:
    """The same of `test -= test.mean(axis=0)`."""
    for node in scope.of(ast.AugAssign):
        less = isinstance(node.op, ast.Sub) and written(node.target) == name and line(node) < line(at)
        made = [one for one in scope.bound.get(name, ()) if not isinstance(one, ast.AugAssign)]
        less = less and not any(line(node) < line(one) < line(at) for one in made)
        if less and _statistic(scope, node.value, node) == name:
            return name, node.value
    return None


def _statistic(scope: Scope, value: ast.expr, at: ast.AST) -> str | None:
    """The array that an expression is a number of, taken of all its samples; None for anything else."""
    value, at = scope.bound_to(value, at)
    if isinstance(value, ast.BinOp):
        parts = [_statistic(scope, one, at) for one in (value.left, value.right)]
        return parts[0] if parts[0] == parts[1] else next((one for one in parts if one), None) if "" in parts else None
    if isinstance(value, ast.Constant):
        return ""
    if not isinstance(value, ast.Call) or called(value) not in STATISTICS or not isinstance(value.func, ast.Attribute):
        return None
    library = owner(value) in LIBRARIES
    given = value.args[1:] if library else value.args
    axes = [*given[:1], *(one.value for one in value.keywords if one.arg == "axis")]
    told = [written(one) for one in axes]
    if any(one not in ("None", "0") and not one.startswith("(0, ") for one in told) or (library and not value.args):
        return None
    return written(value.args[0] if library else value.func.value)


def by_a_function(scope: Scope) -> Found:
    """`encode(train_texts)` and `encode(test_texts)` of a function that fits a tokenizer of its own in each call."""
    for first, second in _answers(scope, _call_of_own):
        if called(first) != called(second):
            continue
        maker, place = _learns(scope.helpers[called(first)])
        shown = [call.args[place : place + 1] for call in (first, second)]
        if maker and all(shown) and written(shown[0][0]) != written(shown[1][0]):
            yield second, "another fit", maker


def _call_of_own(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call of a function of the file that a value comes from, alone or as one of several."""
    for _ in range(4):
        if isinstance(value, ast.Call):
            return value if isinstance(value.func, ast.Name) and value.func.id in scope.helpers else None
        made = scope.standing(value.id, at) if isinstance(value, ast.Name) else None
        if made is None:
            return None
        value, at = made.value, made
    return None


def _learns(function: ast.FunctionDef) -> tuple[str, int]:
    """What a function makes anew in each call and fits to one of those that it is given, without a condition, and to
    which."""
    given = [{one.arg} for one in function.args.args]
    made: dict[str, str] = {}
    for statement in function.body:
        value = statement.value if isinstance(statement, (ast.Assign, ast.Expr, ast.Return)) else None
        if value is None:
            continue
        for call in nodes_of(value):
            maker = call.func.value if method(call) in LEARNS and isinstance(call, ast.Call) else None  # type: ignore[attr-defined]
            name = called(maker) if isinstance(maker, ast.Call) else made.get(written(maker), "") if maker else ""
            places = [at for at, names in enumerate(given) if any(reads(one, names) for one in operands(call)[:1])]
            told = isinstance(maker, ast.Call) and is_told(maker)
            if LEARNERS.match(name) and len(places) == 1 and not told:
                return name, places[0]
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name):
            made[target.id] = called(value)
            for names in given:
                names |= {target.id} if reads(value, names) else set()
    return "", 0


def other_fit(scope: Scope) -> Found:
    """`StandardScaler().fit_transform(train)` and `StandardScaler().fit_transform(test)`."""
    for first, second in _answers(scope, _fit_of):
        if first[1] != second[1] or first[2] is second[2]:
            continue
        if written(first[0].args[0]) != written(second[0].args[0]):
            yield second[0], "another fit", first[1]


def _fit_of(scope: Scope, value: ast.expr, at: ast.AST) -> tuple[ast.Call, str, ast.expr] | None:
    """The `fit_transform` that a value is made by, the class of what is fitted, and where that is made."""
    value, at = _whole(scope, value, at)
    if called(value) in ("to_categorical", "toarray") and isinstance(value, ast.Call):
        inner = value.args[0] if value.args else value.func.value  # type: ignore[attr-defined]
        value, at = _whole(scope, inner, at)
    if method(value) != "fit_transform" or not isinstance(value, ast.Call) or not value.args:
        return None
    maker = scope.bound_to(value.func.value, at)[0]  # type: ignore[attr-defined]
    return (value, called(maker), maker) if LEARNERS.match(called(maker)) and not is_told(maker) else None


def other_columns(scope: Scope) -> Found:
    """`for i in range(n): x[:, i] = scaler.fit_transform(x[:, i])`, and then `scaler.transform(test[:, i])`: it knows
    the last that it was fitted to."""
    for call in scope.calls(frozenset({"transform"})):
        maker = scope.once(owner(call)) if owner(call) else None
        if maker is None or not re.search(r"(Scaler|Encoder|Imputer|Binarizer)$", called(maker)) or not call.args:
            continue
        fits = [
            one
            for one in chain(scope.calls(frozenset({"fit", "fit_transform"})))
            if owner(one) == owner(call) and len(one.args) == 1 and line(one) < line(call)
        ]
        last = max(fits, key=line, default=None)
        if last is None:
            continue
        loops = [one for one in scope.of(ast.For) if line(maker) < line(one) <= line(last)]
        around = [one for one in loops if any(at is last for at in nodes_of(one))]
        again = any(at is call for one in around for at in nodes_of(one))
        if around and not again and _of_pass(scope, around[-1], last.args[0]):
            yield call, "other columns", owner(call)
            continue
        told = [_columns(one.args[0]) for one in (last, call)]
        straight = not around and all(scope.ran_before(scope.statement_of(one), call) for one in fits)
        known = {_columns(one.args[0]) for one in fits}
        if straight and all(told) and told[0] != told[1] and told[1] in known and "" not in known:
            yield call, "other columns", owner(call)


def _of_pass(scope: Scope, loop: ast.For, value: ast.expr) -> bool:
    """Whether a value is another part of an array, or another column, in each pass of a loop."""
    counted = {one.id for one in nodes_of(loop.target) if isinstance(one, ast.Name)}
    parts = [one for one in nodes_of(value) if isinstance(one, ast.Subscript)]
    return folds_of(scope, loop.iter) is None and any(reads(one.slice, counted) for one in parts)


def _columns(value: ast.expr) -> str:
    """The columns of a table that an expression takes, as they are written: `["age"]`, `[:, 0:1]`."""
    while isinstance(value, ast.Call) and called(value) in KEEPING and isinstance(value.func, ast.Attribute):
        value = value.args[0] if owner(value) in LIBRARIES and value.args else value.func.value
    if isinstance(value, ast.Attribute) and value.attr == "values":
        value = value.value
    taken = value.slice if isinstance(value, ast.Subscript) else None
    if isinstance(taken, ast.Tuple) and len(taken.elts) == 2:
        rows = taken.elts[0]
        return written(taken.elts[1]) if isinstance(rows, ast.Slice) and not (rows.lower or rows.upper) else ""
    named = isinstance(taken, ast.List) or (isinstance(taken, ast.Constant) and isinstance(taken.value, str))
    return written(taken).strip("[]") if named and taken is not None else ""


FINDERS = (own_statistics, by_a_function, other_fit, other_columns)
