"""Functions and classes that are handed on, or asked, with another number of arguments than they take, by the text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from cnnlint.graph import CallRefused
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import loss_of
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import SCOPES, bound_once, called, method, owner
from cnnlint.readers.python.text.written import written

#: where a call is refused, why, and what to write
Refused: TypeAlias = Iterator[tuple[ast.expr, str, str]]
#: what Keras gives a loss and a metric: the labels and the predictions
GIVEN = 2
#: decorators that leave a function what it takes
PLAIN = pattern(r"^(tf\.function|(\w+\.)*register_keras_serializable)\b")
#: methods of scikit-learn's transformers that take data beside the object
LEARNS = frozenset({"fit", "transform", "fit_transform", "inverse_transform"})
#: what lets a metric work on numbers and not on tensors of a graph; and tests of what is refused
ALLOWED = pattern(r"run_eagerly|run_functions_eagerly|py_function|numpy_function|assertRaises|pytest\.raises")


@once
def events(parsed: Parsed) -> tuple[CallRefused, ...]:
    """Every such place of a file."""
    if parsed.ast is None or ALLOWED.search(parsed.text):
        return ()
    text = SourceText(parsed.text)
    handed = () if "def compile(" in parsed.text else _handed(parsed)
    found = (*handed, *_unmade(parsed), *_rebound(parsed))
    compiled = any(loss_of(one) for one in parsed.listing.of(ast.Call))
    lists = _listed(parsed) if compiled and "tensorflow" in parsed.text else ()
    return (
        *(CallRefused(origin=origin_of(text, at), problem=problem, advice=advice) for at, problem, advice in found),
        *(
            CallRefused(origin=origin_of(text, at), problem=said, advice=advice, since="some")
            for at, said, advice in lists
        ),
    )


def _handed(parsed: Parsed) -> Refused:
    """`compile(metrics=[spread])` of `def spread(y_pred)`, and of a score of scikit-learn's."""
    scores = _imported(parsed, "sklearn.metrics")
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"compile"})):
            losses = loss_of(call)
            metrics = [one.value for one in call.keywords if one.arg in ("metrics", "weighted_metrics")]
            if not call.keywords or not losses:
                continue  # that of another library
            for value in (one for several in (*losses, *metrics) for one in _each(several)):
                if not isinstance(value, ast.Name):
                    continue
                taken = scope.helpers.get(value.id)
                kind = "loss" if any(value in _each(one) for one in losses) else "metric"
                if value.id in scores and value.id not in scope.bound:
                    problem = f"{value.id} is scikit-learn's, and works on arrays: Keras gives a {kind} tensors"
                    yield value, problem, f"Keras's own, or work it out behind the training: {value.id}(y, y_pred)"
                elif taken is not None and not _takes(taken):
                    problem = f"Keras gives a {kind} the labels and the predictions, and {value.id} does not take two"
                    yield value, problem, f"def {value.id}(y_true, y_pred)"


def _each(value: ast.expr) -> list[ast.expr]:
    """An argument, or what stands in its list or dict."""
    inner = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", None)
    return [one for item in inner for one in _each(item)] if inner is not None else [value]


def _takes(function: ast.FunctionDef) -> bool:
    """Whether a function may be given two things by position, or is none that can be told."""
    told = function.args
    own = [one for statement in function.body for one in nodes_of(statement)]
    makes = any(isinstance(one, SCOPES) for one in own)  # what makes a loss is none
    if makes or told.vararg is not None or not all(PLAIN.match(written(one)) for one in function.decorator_list):
        return True
    places = [*told.posonlyargs, *told.args]
    asked = len(places) - len(told.defaults)
    return asked <= GIVEN <= len(places) and all(one is not None for one in told.kw_defaults)


def _unmade(parsed: Parsed) -> Refused:
    """`scaler = StandardScaler` and `scaler.fit_transform(x)`: the class, not an object of it."""
    classes = {name for name in _imported(parsed, "sklearn.") if name[:1].isupper()}
    named = bound_once(parsed) if classes else {}
    for call in parsed.listing.of(ast.Call) if classes else ():
        if method(call) not in LEARNS or len(call.args) != 1 or call.keywords:
            continue
        of = named.get(owner(call))
        made = owner(call) if of is None else of.id if isinstance(of, ast.Name) else ""
        if made in classes and made not in named:
            yield call, f"{method(call)} is asked of the class {made}, and not of an object", f"{made}()"
            return


def _rebound(parsed: Parsed) -> Refused:
    """`w = w - 0.1 * gradient` of a variable, in a loop whose tape is asked for the gradient of w: it is a tensor from
    then on, which no tape watches."""
    for scope in scopes(parsed) if "GradientTape(" in parsed.text and "watch" not in parsed.text else ():
        for loop in scope.of(ast.For, ast.While):
            body = loop.body if isinstance(loop, (ast.For, ast.While)) else []
            asked = {
                name.id
                for one in nodes_of(loop)
                if method(one) == "gradient" and isinstance(one, ast.Call) and len(one.args) == GIVEN
                for name in getattr(one.args[1], "elts", [one.args[1]])
                if isinstance(name, ast.Name)
            }
            several = (
                isinstance(loop, ast.For) and written(loop.iter) != "range(1)"
            )  # and no `while`, which may end at once
            several = several and len(getattr(getattr(loop, "iter", None), "elts", (0, 1))) > 1
            tapes = any(isinstance(one, ast.With) for one in body) and several
            tapes = tapes and not any(isinstance(one, (ast.Break, ast.Return)) for one in body)
            for made in body if tapes else ():
                target = made.targets[0] if isinstance(made, ast.Assign) else None
                value = made.value if isinstance(made, ast.Assign) else None
                if not (isinstance(target, ast.Name) and target.id in asked and isinstance(value, ast.BinOp)):
                    continue
                bound = [one for one in scope.bound[target.id] if one is not made]
                variable = [
                    one
                    for one in bound
                    if isinstance(one, ast.Assign) and called(one.value) == "Variable" and one not in nodes_of(loop)
                ]
                if len(bound) == len(variable) == 1 and written(value.left) == target.id:
                    problem = f"{target.id} is a tensor from here on, which no tape watches: its next gradient is None"
                    yield value, problem, f"{target.id}.assign_sub(…)"
                    return


def _listed(parsed: Parsed) -> Refused:
    """`fit(batches(), …)` of a generator of the file that yields `[x, y]`. TensorFlow 2.2 to 2.6 take both for inputs,
    those from 2.7 on make a tuple of it (keras/engine/data_adapter.py), and Keras 3 refuses it."""
    for scope in scopes(parsed):
        for call in scope.calls(frozenset({"fit"})):
            given = scope.bound_to(call.args[0], call)[0] if call.args else call
            made = scope.helpers.get(called(given)) if isinstance(given, ast.Call) else None
            own = [one for one in nodes_of(made) if isinstance(one, (ast.Yield, ast.YieldFrom))] if made else []
            values = [one.value for one in own]
            pairs = [one for one in values if isinstance(one, ast.List) and len(one.elts) == GIVEN]
            if pairs and len(pairs) == len(values) and not getattr(made, "decorator_list", ()):
                yield (
                    pairs[0],
                    "Keras 3 refuses a generator's lists, and tf.keras below 2.7 reads no labels",
                    "yield x, y",
                )
                return


def _imported(parsed: Parsed, module: str) -> set[str]:
    """The names that a file imports from a module or package, and binds to nothing else."""
    names: dict[str, set[str]] = {}
    for node in parsed.listing.of(ast.ImportFrom):
        for one in node.names:
            names.setdefault(one.asname or one.name, set()).add(node.module or "")
    stored = {one.id for one in parsed.listing.of(ast.Name) if not isinstance(one.ctx, ast.Load)}
    stored |= {one.arg for one in parsed.listing.of(ast.arg)}
    stored |= {getattr(one, "name", "") for one in parsed.listing.of(ast.FunctionDef, ast.ClassDef)}
    return {name for name, whence in names.items() if all(f"{one}.".startswith(module) for one in whence)} - stored
