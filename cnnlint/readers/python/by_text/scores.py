"""What a program hands to the scores of scikit-learn, which compare classes with classes, told from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import Misscored
from cnnlint.readers.python.by_text.saved import loads_of_keras
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, method, owner

#: scores of scikit-learn that refuse quantities, and rows of one class beside numbers of classes
SCORES = frozenset(
    {
        *("accuracy_score", "balanced_accuracy_score", "classification_report", "confusion_matrix"),
        *("cohen_kappa_score", "f1_score", "fbeta_score", "jaccard_score", "matthews_corrcoef"),
        *("precision_recall_fscore_support", "precision_score", "recall_score"),
    }
)
#: what counts the places at which two arrays agree
COUNTING = frozenset({"mean", "sum", "average", "count_nonzero", "reduce_mean", "reduce_sum"})
#: what makes a model of Keras
MODELS = frozenset({"Sequential", "model_from_json"})
#: models of Keras behind the methods of scikit-learn, where `predict` answers with classes
WRAPPED = ("KerasClassifier", "KerasRegressor", "scikeras", "AutoModel", "autokeras", "StructuredData")


@once
def events(parsed: Parsed) -> tuple[Misscored, ...]:
    """Every such place of a file."""
    if parsed.ast is None or ".predict(" not in parsed.text or any(word in parsed.text for word in WRAPPED):
        return ()
    if any(node.name == "predict" for node in parsed.listing.of(ast.FunctionDef)):
        return ()
    text, named = SourceText(parsed.text), _named(parsed)
    scored = tuple(
        Misscored(origin=origin_of(text, call), score=called(call), rows=rows)
        for scope in scopes(parsed)
        for call, rows in _scored(scope, named, parsed)
    )
    return scored + tuple(
        Misscored(origin=origin_of(text, compared), score="==", rows=False)
        for scope in scopes(parsed)
        for compared in _counted(scope, parsed)
    )


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


def _named(parsed: Parsed) -> set[str]:
    """How a file writes the scores of scikit-learn: "accuracy_score", "metrics.accuracy_score"."""
    froms = [(node.module, alias) for node in parsed.listing.of(ast.ImportFrom) for alias in node.names]
    modules = {alias.asname or alias.name for module, alias in froms if (module, alias.name) == ("sklearn", "metrics")}
    plain = [alias for node in parsed.listing.of(ast.Import) for alias in node.names]
    modules |= {alias.asname for alias in plain if alias.name == "sklearn.metrics" and alias.asname is not None}
    own = {
        alias.asname or alias.name for module, alias in froms if module == "sklearn.metrics" and alias.name in SCORES
    }
    bound = {one.asname or one.name for one in parsed.listing.of(ast.alias)}
    bound |= {one.name for one in parsed.listing.of(ast.FunctionDef)}
    star = any(alias.name == "*" for _, alias in froms)
    own |= set() if star else SCORES - bound  # a snippet that imports nothing
    return own | {f"{module}.{score}" for module in modules | {"sklearn.metrics"} for score in SCORES}


def _scored(scope: Scope, named: set[str], parsed: Parsed) -> Iterator[tuple[ast.Call, bool]]:
    """The calls of scores that are given what they do not take, and whether that is rows beside class numbers."""
    for node in scope.of(ast.Call):
        if not isinstance(node.func, ast.Name) and method(node) not in SCORES:
            continue
        if ast.unparse(node.func) not in named:
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
    return compiled or loaded or called(value) in MODELS


def _is_rows(value: ast.expr) -> bool:
    return called(value) == "to_categorical"


def _is_numbers(value: ast.expr) -> bool:
    return called(value) in ("argmax", "predict_classes")
