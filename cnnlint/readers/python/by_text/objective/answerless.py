"""Losses that no answer of the model goes into, by the text alone."""

from __future__ import annotations

import ast
import builtins
import re
from itertools import chain

from cnnlint.graph import Miswritten
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.by_text.fits import is_nothing, own_losses, taken_by
from cnnlint.readers.python.by_text.placed import Flaws, placed
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import SCOPES, called
from cnnlint.readers.python.text.written import written

#: losses that are 0 between a thing and itself; a cross-entropy is its entropy, which is 0 for nothing but certainty
ZERO = pattern(
    r"^(mse|mae|mean_(squared|absolute)_(logarithmic_)?error|huber(_loss)?|log_cosh|squared_difference"
    r"|MeanSquaredError|MeanAbsoluteError|kl_divergence|kullback_leibler_divergence)$"
)
ENTROPIES = pattern(r"^(binary|categorical|sparse_categorical)_crossentropy$")
#: what shows a number
SHOWN = frozenset({"print", "info", "debug", "display"})
#: programs that ask whether a loss is right
TESTS = pattern(r"\bassert|unittest|pytest")


@once
def events(parsed: Parsed) -> tuple[Miswritten, ...]:
    """Every such place of a file."""
    if parsed.ast is None or TESTS.search(parsed.words) or not re.search(r"loss|compile\(|crossentropy", parsed.text):
        return ()
    return placed(Miswritten, parsed, chain(_of_itself(parsed), _unasked(parsed)))


def _of_itself(parsed: Parsed) -> Flaws:
    """`mean_squared_error(x, x)`; `binary_crossentropy(inputs, inputs)` of an input of the model."""
    for scope in scopes(parsed):
        for call in scope.of(ast.Call):
            pair = call.args[:2]
            if len(pair) != 2 or not all(isinstance(one, (ast.Name, ast.Attribute)) for one in pair):
                continue
            spelt = written(pair[0])
            if spelt != written(pair[1]):
                continue
            if _is_shown(parsed, call):
                continue  # that it is 0
            given = called(scope.bound_to(pair[0], call)[0]) in ("Input", "placeholder")
            if ZERO.match(called(call)) or (given and ENTROPIES.match(called(call))):
                yield call, "of itself", spelt
                return


def _is_shown(parsed: Parsed, call: ast.Call) -> bool:
    """Whether a call is worked out for `print`."""
    printed = [one for one in parsed.listing.of(ast.Call) if called(one) in SHOWN]
    return any(parsed.listing.holds(one, call) for one in printed)


def _unasked(parsed: Parsed) -> Flaws:
    """`def loss(y_true, y_pred): …`, which reads `y_true` and nothing else that a model has made."""
    for function in own_losses(parsed):
        taken, nodes = taken_by(function), nodes_of(function)
        if len(taken) < 2 or function.decorator_list or any(isinstance(one, SCOPES) for one in nodes[1:]):
            continue
        labels, answers = taken[0].arg, taken[1].arg
        read = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)}
        stored = {one.id for one in nodes if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
        known = stored | {one.arg for one in taken} | set(dir(builtins)) | _plain(parsed)
        if labels in read and answers not in read | stored and read <= known and not is_nothing(function):
            yield taken[1], "unasked", function.name  # type: ignore[misc]
            return


@once
def _plain(parsed: Parsed) -> set[str]:
    """The names of a file's modules, functions and constants, which hold nothing that a model has made."""
    names = {(one.asname or one.name).partition(".")[0] for one in parsed.listing.of(ast.alias)}
    return names | {one.name for one in parsed.listing.of(ast.FunctionDef)}
