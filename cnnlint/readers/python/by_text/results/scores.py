"""What a program hands to the scores of scikit-learn, which compare classes with classes, told from its text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from cnnlint.graph import Misscored
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.data.halves import names_not_turned
from cnnlint.readers.python.by_text.fits import loss_of
from cnnlint.readers.python.by_text.results.judged import answers_of, named_by_value
from cnnlint.readers.python.by_text.results.saved import loads_of_keras
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, method, owner
from cnnlint.readers.python.text.written import written

#: scores of scikit-learn that refuse quantities, and rows of one class beside numbers of classes
SCORES = frozenset(
    {
        *("accuracy_score", "balanced_accuracy_score", "classification_report", "confusion_matrix"),
        *("cohen_kappa_score", "f1_score", "fbeta_score", "jaccard_score", "matthews_corrcoef"),
        *("precision_recall_fscore_support", "precision_score", "recall_score"),
    }
)
#: scores of scikit-learn that are others where what is true and what is answered are exchanged
ORDERED = frozenset(
    {
        *("roc_auc_score", "average_precision_score", "roc_curve", "precision_recall_curve", "log_loss"),
        *("brier_score_loss", "r2_score", "explained_variance_score", "mean_absolute_percentage_error"),
        *("precision_score", "recall_score", "classification_report"),
    }
)
Kind: TypeAlias = Literal["counted", "rows", "turned", "cut", "value", "names", "softmax"]

#: what counts the places at which two arrays agree
COUNTING = frozenset({"mean", "sum", "average", "count_nonzero", "reduce_mean", "reduce_sum"})
#: what makes a model of Keras
MODELS = frozenset({"Sequential", "model_from_json"})
#: models of Keras behind the methods of scikit-learn, where `predict` answers with classes
WRAPPED = ("KerasClassifier", "KerasRegressor", "scikeras", "AutoModel", "autokeras", "StructuredData")


@once
def events(parsed: Parsed) -> tuple[Misscored, ...]:
    """Every such place of a file."""
    asked = ".predict(" in parsed.text or "_with_logits" in parsed.text
    if parsed.ast is None or not asked or any(word in parsed.text for word in WRAPPED):
        return ()
    if any(node.name == "predict" for node in parsed.listing.of(ast.FunctionDef)):
        return ()
    text, named = SourceText(parsed.text), _named(parsed, SCORES)
    scored = tuple(
        Misscored(origin=origin_of(text, call), score=called(call), rows=rows)
        for scope in scopes(parsed)
        for call, rows in _scored(scope, named, parsed)
    )
    turned = _named(parsed, ORDERED)
    return scored + tuple(
        Misscored(origin=origin_of(text, at), score=score, rows=kind == "rows", why=kind)
        for scope in scopes(parsed)
        for at, score, kind in _flaws(scope, parsed, named, turned)
    )


def _flaws(scope: Scope, parsed: Parsed, named: set[str], turned: set[str]) -> Iterator[tuple[ast.expr, str, Kind]]:
    """What is wrong with a comparison otherwise: where, the function that compares, and what."""
    for counted in _counted(scope, parsed):
        yield counted, "==", "counted"
    for equal in _equal_rows(scope):
        yield equal, "tf.equal", "counted"
    for beside in _beside_rows(scope):
        yield beside, "==", "rows"
    for call in _turned(scope, turned):
        yield call, called(call), "turned"
    for at, score in _cut(scope, named):
        yield at, score, "cut"
    for at, index in named_by_value(scope):
        yield at, index, "value"
    for named_by, _, names, *_ in names_not_turned(scope):
        yield named_by, names, "names"
    for call in scope.calls(frozenset({"softmax"})):
        axis = [*call.args[1:2], *(one.value for one in call.keywords if one.arg == "axis")]
        first = axis and isinstance(axis[0], ast.Constant) and axis[0].value == 0
        if first and call.args and method(scope.bound_to(call.args[0], call)[0]) == "predict":
            yield call, "softmax", "softmax"


def _beside_rows(scope: Scope) -> Iterator[ast.expr]:
    """`np.argmax(answers, axis=1) == to_categorical(labels)`: class numbers beside rows."""
    for node in scope.of(ast.Compare, ast.Call):
        pair: list[ast.expr] = []
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.Eq, ast.NotEq)):
            pair = [node.left, node.comparators[0]]
        elif isinstance(node, ast.Call) and called(node) in ("equal", "not_equal", "array_equal"):
            pair = node.args[:2]
        made = [scope.bound_to(one, node)[0] for one in pair]
        if len(made) == 2 and any(map(_is_rows, made)) and any(map(_is_numbers, made)):
            yield node


def _turned(scope: Scope, named: set[str]) -> Iterator[ast.Call]:
    """`roc_auc_score(model.predict(x), y)`: what is true comes first."""
    for node in scope.of(ast.Call):
        if called(node) in ORDERED and written(node.func) in named and len(node.args) >= 2:
            asked = [answers_of(scope, one, node) for one in node.args[:2]]
            told = re.search(r"pred|answer|guess|hat", written(node.args[1]), re.IGNORECASE)
            if asked[0] is not None and asked[1] is None and not told:
                yield node


def _cut(scope: Scope, named: set[str]) -> Iterator[tuple[ast.expr, str]]:
    """`accuracy_score(y, model.predict(x) > 0.5)` of a model of several classes that learns class numbers."""
    sparse = {
        owner(call)
        for call in scope.calls(frozenset({"compile"}))
        for one in loss_of(call)
        if re.search(r"sparse_categorical_crossentropy|SparseCategoricalCrossentropy", written(one))
    }
    for node in scope.of(ast.Call) if sparse else ():
        if written(node.func) not in named or len(node.args) < 2:
            continue
        made, at = scope.bound_to(node.args[1], node)
        while isinstance(made, ast.Call) and called(made) in ("astype", "where", "array", "asarray"):
            held = isinstance(made.func, ast.Attribute) and called(made) == "astype"
            made, at = scope.bound_to(made.func.value if held else made.args[0], at)  # type: ignore[attr-defined]
        cut = made.left if isinstance(made, ast.Compare) and isinstance(made.comparators[0], ast.Constant) else None
        if isinstance(made, ast.Call) and called(made) in ("round", "rint") and made.args:
            cut = made.args[0]
        asked = scope.bound_to(cut, at)[0] if cut is not None else None
        if asked is not None and method(asked) == "predict" and owner(asked) in sparse:
            yield made, called(node)


def _counted(scope: Scope, parsed: Parsed) -> Iterator[ast.Compare]:
    """`np.mean(model.predict(x) == y)`: no answer is exactly 1."""
    for call in scope.of(ast.Call):
        compared = call.args[0] if call.args else getattr(call.func, "value", None)
        if called(call) not in COUNTING or not isinstance(compared, ast.Compare):
            continue
        if len(compared.ops) != 1 or not isinstance(compared.ops[0], ast.Eq):
            continue
        sides = [scope.bound_to(one, call)[0] for one in (compared.left, compared.comparators[0])]
        if any(isinstance(one, ast.Constant) and one.value == 0 for one in sides):
            continue  # what a relu cuts off is exactly 0
        if any(method(one) == "predict" and _of_keras(scope, one, parsed) for one in sides):
            yield compared


def _equal_rows(scope: Scope) -> Iterator[ast.Call]:
    """`tf.equal(logits, y)` beside a `softmax_cross_entropy_with_logits` of the two: scores are no labels."""
    pairs = [
        {written(one.value) for one in call.keywords if one.arg in ("labels", "logits")}
        for call in scope.of(ast.Call)
        if CROSSED.match(called(call))
    ]
    for call in scope.of(ast.Call) if pairs else ():
        names = [written(one) for one in call.args] if called(call) == "equal" else []
        if len(names) == 2 and set(names) in pairs and not any(_moves(scope, one) for one in names):
            yield call


def _moves(scope: Scope, name: str) -> bool:
    """Whether a name or an attribute stands for one thing here and for another there."""
    told = getattr(scope.root, "args", None)
    given = told is not None and name in {one.arg for one in nodes_of(told) if isinstance(one, ast.arg)}
    set_here = [one for one in scope.of(ast.Attribute) if not isinstance(one.ctx, ast.Load) and written(one) == name]
    return len(scope.bound.get(name, ())) + given + len(set_here) > 1


#: losses of TensorFlow that take scores
CROSSED = pattern(r"(softmax|sigmoid)_cross_entropy_with_logits(_v2)?$")


def _named(parsed: Parsed, scores: frozenset[str]) -> set[str]:
    """How a file writes the scores of scikit-learn: "accuracy_score", "metrics.accuracy_score"."""
    froms = [(node.module, alias) for node in parsed.listing.of(ast.ImportFrom) for alias in node.names]
    modules = {alias.asname or alias.name for module, alias in froms if (module, alias.name) == ("sklearn", "metrics")}
    plain = [alias for node in parsed.listing.of(ast.Import) for alias in node.names]
    modules |= {alias.asname for alias in plain if alias.name == "sklearn.metrics" and alias.asname is not None}
    own = {
        alias.asname or alias.name for module, alias in froms if module == "sklearn.metrics" and alias.name in scores
    }
    bound = {one.asname or one.name for one in parsed.listing.of(ast.alias)}
    bound |= {one.name for one in parsed.listing.of(ast.FunctionDef)}
    star = any(alias.name == "*" for _, alias in froms)
    own |= set() if star else scores - bound  # a snippet that imports nothing
    return own | {f"{module}.{score}" for module in modules | {"sklearn.metrics"} for score in scores}


def _scored(scope: Scope, named: set[str], parsed: Parsed) -> Iterator[tuple[ast.Call, bool]]:
    """The calls of scores that are given what they do not take, and whether that is rows beside class numbers."""
    for node in scope.of(ast.Call):
        if not isinstance(node.func, ast.Name) and method(node) not in SCORES:
            continue
        if written(node.func) not in named:
            continue
        given = {one.arg: one.value for one in node.keywords} | dict(zip(("y_true", "y_pred"), node.args, strict=False))
        pair = [given.get(name) for name in ("y_true", "y_pred")]
        values = [scope.bound_to(one, node)[0] for one in pair if one is not None]
        if len(values) != 2:
            continue
        if any(method(one) == "predict" and _of_keras(scope, one, parsed) for one in values):
            yield node, False
        elif [_is_rows(one) for one in values] in ([True, False], [False, True]) and any(map(_is_numbers, values)):
            yield node, True


def _of_keras(scope: Scope, answers: ast.expr, parsed: Parsed) -> bool:
    """Whether what predicts was made or loaded by Keras, or compiled, where it was last bound."""
    model = owner(answers)
    made = scope.standing(model, answers) if model else None
    if made is None:
        return False
    compiled = any(
        owner(one) == model and made.lineno <= one.lineno < answers.lineno
        for one in scope.calls(frozenset({"compile", "fit_generator"}))
    )
    value = made.value
    loaded = isinstance(value, ast.Call) and called(value) == "load_model" and loads_of_keras(value, parsed)
    own = loaded and any(one.arg in (None, "custom_objects") for one in value.keywords)  # type: ignore[attr-defined]
    if own:
        return compiled  # a layer of its own may answer with classes
    return compiled or loaded or called(value) in MODELS


def _is_rows(value: ast.expr) -> bool:
    return called(value) == "to_categorical"


def _is_numbers(value: ast.expr) -> bool:
    return called(value) in ("argmax", "predict_classes")
