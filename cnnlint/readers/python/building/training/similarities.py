"""Functions that are largest where the answers are best, told by what they are called and what they return."""

from __future__ import annotations

import re

from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, walk
from cnnlint.readers.python.values import FunctionValue

#: what measures of likeness are called: overlaps of masks, shares of right answers, likenesses of pictures
LIKENESS = pattern(
    r"(^|_)(dice|iou|jaccard|tversky|f1|fscore|ssim|psnr|accuracy|precision|recall|auc)(_|$)|"
    r"(^|_)(dice|jaccard|iou)_?coef",
    re.IGNORECASE,
)
#: what such a function is called that was turned round
TURNED = pattern(r"loss|distance|error|neg|dissim|1_minus|one_minus", re.IGNORECASE)
#: how a value is turned round: a minus in front of it, or one less it
MINUS = pattern(r"^\W*-|\b1(\.0*)?\s*-|\b(negative|subtract|log)\b|ones?_like|loss", re.IGNORECASE)


def is_similarity(function: FunctionValue) -> bool:
    """Whether a function of the program says by its name that more of it is better, and returns it as it is.

    Where it returns a name, what that was bound to last has no minus in front either. One that is called a loss is a
    likeness where it returns what such a function returns.
    """
    node = function.node
    name = node.name.value if isinstance(node, cst.FunctionDef) else ""
    if not isinstance(node, cst.FunctionDef) or not LIKENESS.search(name):
        return False
    own = tuple(walk(node.body, around=SCOPES))
    returned = [one.value for one in own if isinstance(one, cst.Return)]
    if len(returned) != 1 or returned[0] is None:
        return False
    source, positions = function.unit.parsed.source, function.unit.positions

    def text(one: cst.CSTNode) -> str:
        span = positions.span(one)
        return source.slice(span) if span is not None else "-"

    chain, value = [text(returned[0])], returned[0]
    for _ in range(4):
        bound = [one for one in own if isinstance(one, cst.Assign) and _names(one, value)]
        if not isinstance(value, cst.Name) or not bound:
            break
        value = bound[-1].value
        chain.append(text(value))
    if TURNED.search(name):
        measure = _called(function, value)
        return measure is not None and not TURNED.search(measure.name) and is_similarity(measure)
    return not any(MINUS.search(one) for one in chain)


def _called(function: FunctionValue, value: cst.BaseExpression) -> FunctionValue | None:
    """The function of the program that an expression in another one is a call of."""
    called = value.func if isinstance(value, cst.Call) else None
    found = function.scope.lookup(called.value) if isinstance(called, cst.Name) else None
    return found[1] if found is not None and isinstance(found[1], FunctionValue) else None


def _names(statement: cst.Assign, value: cst.BaseExpression) -> bool:
    target = statement.targets[0].target
    return isinstance(target, cst.Name) and isinstance(value, cst.Name) and target.value == value.value
