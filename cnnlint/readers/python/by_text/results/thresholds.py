"""Where a program cuts what `predict` returns as it would cut probabilities, told from its text."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.graph import Origin
from cnnlint.readers.python.text.listing import nodes_of
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import Place, origin_of, place_of
from cnnlint.readers.python.text.scopes import Scope, scopes
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import called, method

#: methods that change no value, or pick one of several
KEEPING = frozenset({"flatten", "ravel", "squeeze", "reshape", "max", "min", "mean"})
#: what takes the nearer of 0 and 1
ROUNDING = frozenset({"round", "rint", "around"})
#: no two of several shares of 1 are larger than this
HALF = 0.5


@once
def thresholds(parsed: Parsed) -> tuple[tuple[Place, Origin, bool, bool], ...]:
    """Every such cut of a file, each behind the place of the call of `predict`, whether no probability or all of them
    lie on one side of it, and whether all that a model answers is cut."""
    if ".predict(" not in parsed.source.text:
        return ()
    text = SourceText(parsed.text)
    return tuple(
        (place_of(text, call), origin_of(text, cut), beyond, whole)
        for one in scopes(parsed)
        for cut, call, beyond, whole in _cuts(one)
    )


def _cuts(scope: Scope) -> Iterator[tuple[ast.expr, ast.Call, bool, bool]]:
    tests = [*(one.test for one in scope.of(ast.Assert)), *(one.test for one in scope.of(ast.If))]
    guards = {id(inner) for one in tests for inner in nodes_of(one)}
    guards |= {id(one.slice) for one in scope.of(ast.Subscript)}  # p[p > 0], of which a logarithm is taken
    guards |= {id(one.args[0]) for one in scope.of(ast.Call) if called(one) in ("where", "all") and one.args}
    guards |= {id(one.func.value) for one in scope.of(ast.Call) if method(one) == "all"}  # type: ignore[attr-defined]
    for compared in scope.of(ast.Compare):
        number = compared.comparators[0]
        cut = number.value if isinstance(number, ast.Constant) and isinstance(number.value, (int, float)) else 0
        share = isinstance(cut, float) and 0 < cut < 1
        strict = isinstance(compared.ops[0], (ast.Gt, ast.LtE))
        nothing = isinstance(number, ast.Constant) and number.value == 0 and number.value is not False
        nothing = nothing and id(compared) not in guards
        beyond = cut > 1 or (strict and (cut == 1 or nothing))
        ordered = len(compared.ops) == 1 and isinstance(compared.ops[0], (ast.Gt, ast.GtE, ast.Lt, ast.LtE))
        call = _predicted(scope, compared.left, compared) if (share or beyond) and ordered else None
        if call is not None:
            half = isinstance(cut, float) and cut >= HALF and id(compared) not in guards
            yield compared, call, beyond, half and _is_whole(scope, compared.left, compared)
    for rounded in scope.of(ast.Call):
        if called(rounded) in ROUNDING and isinstance(rounded.func, ast.Attribute):
            library = len(rounded.args) == 1 and isinstance(rounded.func.value, ast.Name)
            call = _predicted(scope, rounded.args[0], rounded) if library else None
            if call is not None:
                yield rounded, call, False, _is_whole(scope, rounded.args[0], rounded)


def _is_whole(scope: Scope, value: ast.expr, at: ast.AST) -> bool:
    """Whether an expression is all that `predict` returned, and no part or summary of it."""
    found = scope.bound_to(value, at)[0]
    return isinstance(value, (ast.Name, ast.Call)) and method(found) == "predict"


def _predicted(scope: Scope, value: ast.expr, at: ast.AST) -> ast.Call | None:
    """The call of `predict` that an expression is the result of, if only a part of it or in another shape."""
    for _ in range(6):
        if isinstance(value, ast.Subscript):
            value = value.value
        elif isinstance(value, ast.Call) and method(value) == "predict":
            return value
        elif isinstance(value, ast.Call) and method(value) in KEEPING and isinstance(value.func, ast.Attribute):
            value = value.func.value
        elif isinstance(value, ast.Name):
            found, at = scope.bound_to(value, at)
            if found is value:
                return None
            value = found
        else:
            return None
    return None
