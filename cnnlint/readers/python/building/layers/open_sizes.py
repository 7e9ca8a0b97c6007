"""The number of samples of a symbolic tensor of Keras 3, which is None, where Python is given it for a number.

The reader says what is a symbolic tensor; how its `shape` is used is read off the text of the statement that asks for
it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from cnnlint.graph import CallRefused
from cnnlint.graph.values import Batch
from cnnlint.readers.python.building.layers.placeholders import is_symbolic
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.written import written
from cnnlint.readers.python.values import TensorValue

#: functions that make arrays of a shape: none of them takes None for a size
MAKING = re.compile(
    r"(?:\w+\.)+(?:zeros|ones|empty|full|uniform|normal|truncated_normal|randint|rand|randn|random_sample)"
)
ADVICE = "ask the data: keras.ops.shape(x)[0] within a layer, len(array) outside of it"


def asked(run: Run, value: TensorValue) -> None:
    """Tell the rules of a statement that counts with the number of samples before there are any."""
    sizes, statement, parsed = value.node.followed, run.origin(run.statement), run.frame.unit.parsed
    plain = not (run.frame.conditions or run.trying or run.building.batch_given or len(run.frames) > 1)
    if not sizes or not isinstance(sizes[0], Batch) or not plain or statement.span is None:
        return
    names = {name for name, held in run.scope.names.items() if held is value}
    if not names or not is_symbolic(run, value.node):
        return
    rows = range(statement.span.start_row, statement.span.end_row + 1)
    text, lines = SourceText(parsed.text), parsed.text.splitlines()
    called = _bound(parsed, names, rows)
    for used in _used(parsed.listing.of(ast.BinOp, ast.Call), names, called):
        own = used.lineno in rows
        later = bool(called) and used.lineno > rows[-1] and not lines[used.lineno - 1][:1].isspace()
        if (own or later) and not re.search(r"\bNone\b|\bif\b|lambda|\bor\b", lines[used.lineno - 1]):
            problem = f"the number of samples of `{ast.unparse(used)[:60]}` is not known yet: the first size is None"
            run.event(CallRefused(origin=origin_of(text, used), problem=problem, advice=ADVICE))
            return


def _bound(parsed: Parsed, names: set[str], rows: range) -> set[str]:
    """The name that a statement binds to the number of samples, where nothing else binds it or asks for it."""
    for node in parsed.listing.of(ast.Assign):
        target = node.targets[0]
        if isinstance(target, (ast.Tuple, ast.List)) and _shape(node.value, names):
            target = target.elts[0]
        elif not _first(node.value, names, set()):
            continue
        if node.lineno in rows and len(node.targets) == 1 and isinstance(target, ast.Name):
            stored = [
                one for one in parsed.listing.of(ast.Name) if one.id == target.id and not isinstance(one.ctx, ast.Load)
            ]
            asked_for = re.search(rf"\b{target.id} (is|==|or|if)\b|\bnot {target.id}\b|\bif {target.id}\b", parsed.text)
            handed = any(one.arg == target.id for one in parsed.listing.of(ast.arg))
            return {target.id} if len(stored) == 1 and not handed and not asked_for else set()
    return set()


def _used(nodes: Iterable[ast.AST], names: set[str], called: set[str]) -> Iterator[ast.expr]:
    """Where a shape of these tensors, or its first size, stands where a number has to."""
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Add, ast.Sub, ast.Div, ast.FloorDiv)):
            if any(_first(side, names, called) for side in (node.left, node.right)):
                yield node
        elif isinstance(node, ast.Call):
            function = written(node.func)
            if function == "range" and any(_first(one, names, called) for one in node.args):
                yield node
            elif MAKING.fullmatch(function) and node.args:
                sizes = node.args[0].elts if isinstance(node.args[0], (ast.Tuple, ast.List)) else node.args[:1]
                if any(_first(one, names, called) for one in sizes) or _shape(node.args[0], names):
                    yield node


def _shape(node: ast.expr, names: set[str]) -> bool:
    owner = node.value if isinstance(node, ast.Attribute) and node.attr == "shape" else None
    return isinstance(owner, ast.Name) and owner.id in names


def _first(node: ast.expr, names: set[str], called: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in called
    place = node.slice if isinstance(node, ast.Subscript) and _shape(node.value, names) else None
    return isinstance(place, ast.Constant) and place.value == 0 and type(place.value) is int
