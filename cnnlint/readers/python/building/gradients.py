"""What becomes of the gradients that a tape is asked for, told from the program's text.

The reader follows values; whether a gradient is used at all, and with which sign a step by hand is taken, stands in the
text of the function around it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from cnnlint.graph import Origin, Span
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.source import SourceText

Fate = Literal["unused", "added"]
#: calls that only look at what they are given
LOOKS = frozenset({"print", "len", "type", "isinstance"})
STEPS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Gradients(NamedTuple):
    """Gradients of a model's weights that are never used, or that are added to the weights."""

    fate: Fate
    #: where the tape is asked
    row: int
    column: int
    #: where the step is taken, or the tape is asked
    origin: Origin


@once
def gradients(parsed: Parsed) -> tuple[Gradients, ...]:
    """Every such place of a file."""
    return tuple(_gradients(parsed))


def _gradients(parsed: Parsed) -> Iterator[Gradients]:
    if parsed.ast is None or ".gradient(" not in parsed.source.text:
        return
    text = SourceText(parsed.text)
    scopes: list[ast.AST] = [parsed.ast, *(node for node in parsed.nodes if isinstance(node, STEPS))]
    for scope in scopes:
        nodes = parsed.nodes if scope is parsed.ast else tuple(ast.walk(scope))
        for loop in nodes:
            # a step of training stands in a loop, or in a function that one calls
            own = loop is scope and isinstance(scope, STEPS)
            if not (own or isinstance(loop, (ast.For, ast.While))):
                continue
            for name, call in _asked(loop):
                found = _fate(nodes, name, call)
                if found is not None:
                    yield Gradients(found[0], *_place(text, call), _origin(text, found[1]))


def _place(text: SourceText, node: ast.expr) -> tuple[int, int]:
    return node.lineno, text.column_of_byte(node.lineno, node.col_offset)


def _origin(text: SourceText, node: ast.expr) -> Origin:
    end_row, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    span = Span(*_place(text, node), end_row, text.column_of_byte(end_row, end))
    return Origin(span, text=ast.unparse(node)[:200])


def _asked(loop: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """The calls `tape.gradient(loss, ….trainable_…)` of a loop or function itself, and the name of what they return."""
    pending = list(ast.iter_child_nodes(loop))
    while pending:
        node = pending.pop(0)
        if isinstance(node, (*STEPS, ast.For, ast.While, ast.ClassDef)):
            continue
        pending[:0] = ast.iter_child_nodes(node)
        value = node.value if isinstance(node, (ast.Assign, ast.Expr)) else None
        if not (isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute)):
            continue
        sources = [*value.args[1:2], *(one.value for one in value.keywords if one.arg == "sources")]
        weights = any("trainable_" in ast.unparse(one) for one in sources)
        if value.func.attr != "gradient" or not weights:
            continue
        if isinstance(node, ast.Expr):
            yield "", value
        elif isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, value


def _fate(nodes: Sequence[ast.AST], name: str, call: ast.Call) -> tuple[Fate, ast.expr] | None:
    """What becomes of the gradients of this name within the function; None where they are used in some other way."""
    if not name:
        return "unused", call
    looked = {
        id(argument)
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in LOOKS
        for argument in node.args
    }
    read = [
        node
        for node in nodes
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load) and id(node) not in looked
    ]
    if not read:
        return "unused", call
    for loop in nodes:
        if isinstance(loop, ast.For):
            pair = _zipped(loop, name)
            step = _ascent(loop, *pair) if pair is not None else None
            if step is not None:
                return "added", step
    return None


def _zipped(loop: ast.For, name: str) -> tuple[str, str] | None:
    """The names of a weight and its gradient in `for weight, gradient in zip(weights, gradients)`, in either order."""
    call, target = loop.iter, loop.target
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "zip"):
        return None
    if not (isinstance(target, ast.Tuple) and len(target.elts) == len(call.args) == 2):
        return None
    names = [one.id if isinstance(one, ast.Name) else "" for one in target.elts]
    given = [one.id if isinstance(one, ast.Name) else "" for one in call.args]
    if name not in given:
        return None
    place = given.index(name)
    return names[1 - place], names[place]


def _ascent(loop: ast.For, weight: str, gradient: str) -> ast.expr | None:
    """A step that adds the gradient to the weight: `weight.assign_add(rate * gradient)`."""
    for node in ast.walk(loop):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) == 1):
            continue
        whose, value = node.func.value, node.args[0]
        if not (isinstance(whose, ast.Name) and whose.id == weight):
            continue
        if node.func.attr == "assign" and isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
            value = value.right if isinstance(value.left, ast.Name) and value.left.id == weight else node.args[0]
        elif node.func.attr != "assign_add":
            continue
        product = isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Mult, ast.Div))
        if (isinstance(value, ast.Name) or product) and _reads(value, gradient) and not _negated(value):
            return node
    return None


def _reads(value: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(value))


def _negated(value: ast.expr) -> bool:
    return any(isinstance(node, (ast.USub, ast.Sub)) for node in ast.walk(value))
