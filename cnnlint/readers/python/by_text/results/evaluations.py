"""What a program makes of the list that `evaluate` returns, told from its text: names, and the words around a number.

`evaluate` returns the loss first and the metrics of `compile` behind it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from cnnlint.graph import Origin
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.listing import Piece
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import Place, origin_of, place_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import FUNCTIONS, functions, method

#: how programs call an accuracy, and what rules out that the first number is meant
ACCURACY = pattern(r"acc(?![a-z])|accurac", re.IGNORECASE)
LOSS = pattern(r"loss|cost|error|mse|mae", re.IGNORECASE)
PLACEHOLDER = pattern(r"\{[^{}]*\}|%[-+ #0]*\d*(?:\.\d+)?[a-zA-Z]")
METHODS = ("evaluate", "evaluate_generator", "test_on_batch")
#: what may put a number behind words
SHOWING: tuple[type[ast.expr], ...] = (ast.JoinedStr, ast.Call, ast.BinOp)


@once
def misread(parsed: Parsed) -> tuple[tuple[Place, Origin], ...]:
    """Where the first thing that `evaluate` returns is called an accuracy, each behind the place of the call."""
    return tuple(_misread(parsed))


def _misread(parsed: Parsed) -> Iterator[tuple[Place, Origin]]:
    if ".evaluate" not in parsed.source.text:
        return
    text = SourceText(parsed.text)
    for function in functions(parsed):
        own = Piece(parsed.listing.walk(*ast.iter_child_nodes(function), around=(*FUNCTIONS, ast.Lambda)))
        if not any(map(_evaluation, own.of(ast.Call))):
            continue
        assigned = own.of(ast.Assign)
        bound = _bound(assigned)
        for told, call in (*_named(assigned, bound), *_told(own.of(*SHOWING), bound)):
            yield place_of(text, call), origin_of(text, told)


def _bound(statements: Sequence[ast.Assign]) -> dict[str, list[tuple[int, ast.expr]]]:
    """What is assigned to each name, in the order of the rows."""
    found: dict[str, list[tuple[int, ast.expr]]] = {}
    for node in statements:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append((node.lineno, node.value))
    return found


def _evaluation(node: ast.expr) -> ast.Call | None:
    """The node as a call of `evaluate`."""
    return node if isinstance(node, ast.Call) and method(node) in METHODS else None


def _first_of(node: ast.AST, bound: dict[str, list[tuple[int, ast.expr]]]) -> ast.Call | None:
    """The call of `evaluate` of whose result a node is the first item."""
    if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0):
        return None
    if not isinstance(node.value, ast.Name):
        return _evaluation(node.value)
    before = [value for row, value in bound.get(node.value.id, ()) if row < node.lineno]
    return _evaluation(before[-1]) if before else None


def _named(
    statements: Sequence[ast.Assign], bound: dict[str, list[tuple[int, ast.expr]]]
) -> Iterator[tuple[ast.expr, ast.Call]]:
    """Names of an accuracy that the loss is bound to."""
    for node in statements:
        if len(node.targets) != 1:
            continue
        target, call = node.targets[0], _evaluation(node.value)
        if isinstance(target, ast.Tuple) and len(target.elts) == 2 and call is not None:
            first, second = (getattr(one, "id", "") for one in target.elts)
            if ACCURACY.search(first) and LOSS.search(second) and not LOSS.search(first):
                yield target, call
        item = _first_of(node.value, bound)
        if isinstance(target, ast.Name) and item is not None and _claims(target.id):
            yield target, item


def _told(
    nodes: Sequence[ast.expr], bound: dict[str, list[tuple[int, ast.expr]]]
) -> Iterator[tuple[ast.expr, ast.Call]]:
    """Numbers that are shown behind the word for an accuracy."""
    for node in nodes:
        for label, value in _shown(node):
            call = _first_of(_scaled(value), bound)
            if call is not None and _claims(label):
                yield value, call


def _scaled(node: ast.expr) -> ast.expr:
    """A number without its factor or rounding: `score[0] * 100`, `round(score[0], 2)`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        return node.right if isinstance(node.left, ast.Constant) else node.left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("round", "str", "float"):
        return node.args[0] if node.args else node
    return node


def _claims(words: str) -> bool:
    return ACCURACY.search(words) is not None and LOSS.search(words) is None


def _shown(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Values that are shown, each with the words just before it."""
    if isinstance(node, ast.JoinedStr):
        for before, part in zip(["", *node.values], node.values, strict=False):
            if isinstance(part, ast.FormattedValue) and isinstance(before, ast.Constant):
                yield str(before.value), part.value
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        yield from _filled(node.func.value, node.args)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
        for before, value in zip(node.args, node.args[1:], strict=False):
            if isinstance(before, ast.Constant) and isinstance(before.value, str):
                yield before.value, value
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        yield from _filled(node.left, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right])
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.Constant):
        yield str(node.left.value), node.right


def _filled(template: ast.expr, values: list[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(template, ast.Constant) and isinstance(template.value, str):
        yield from zip(PLACEHOLDER.split(template.value), values, strict=False)
