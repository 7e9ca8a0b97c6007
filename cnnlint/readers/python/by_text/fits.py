"""The calls that train and judge, as the text of a program shows them: the words of Keras's methods."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import Scope
from cnnlint.readers.python.text.walks import method

Data: TypeAlias = ast.Name | ast.Call

FIT = frozenset({"fit", "fit_generator"})
#: the same, and what trains on a batch that the program draws itself
TRAINS = FIT | {"train_on_batch"}
JUDGES = frozenset({"evaluate", "evaluate_generator"})
#: what tells Keras's `fit` from a scaler's
TRAINED = frozenset({"epochs", "nb_epoch", "batch_size", "validation_data", "validation_split"})


@once
def own_losses(parsed: Parsed) -> list[ast.FunctionDef]:
    """The functions of a file that `compile` is given as a loss."""
    given = {
        one.value.id
        for call in parsed.listing.of(ast.Call)
        if method(call) == "compile"
        for one in call.keywords
        if one.arg == "loss" and isinstance(one.value, ast.Name)
    }
    return [node for node in parsed.listing.of(ast.FunctionDef) if node.name in given]


def as_in_training(node: ast.AST) -> bool:
    """Whether a call says that it is part of training: `model(x, training=True)`."""
    return isinstance(node, ast.Call) and any(
        one.arg == "training" and isinstance(one.value, ast.Constant) and one.value.value is True
        for one in node.keywords
    )


def data_of(call: ast.Call) -> ast.expr | None:
    """What a call trains on, or judges."""
    named = (one.value for one in call.keywords if one.arg in ("x", "generator"))
    return call.args[0] if call.args else next(named, None)


def validated(scope: Scope) -> Iterator[tuple[Data, Data]]:
    """What each call that trains reads, and what it is validated on, where both are names or calls."""
    for call in scope.calls(FIT):
        given = {one.arg: one.value for one in call.keywords}
        x, validation = call.args[0] if call.args else given.get("x"), given.get("validation_data")
        if isinstance(x, (ast.Name, ast.Call)) and isinstance(validation, (ast.Name, ast.Call)):
            yield x, validation
