"""What the text of a program for TensorFlow 1 shows of its sessions: training that is never run, dropout that stays."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from cnnlint.graph import SessionMisused
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.python.text.walks import loads, method

#: what makes an operation that trains
MAKERS = frozenset({"minimize", "apply_gradients"})
#: what finds operations in other ways than by the names that they are bound to
BY_NAME = re.compile(
    r"get_collection|get_operation_by_name|add_to_collection|__dict__|globals\(\)|locals\(\)|exec\(|eval\("
)
#: what a placeholder is called that says how much dropout leaves, or takes away
DROPPING = re.compile(r"keep|dropout|drop_|kp\b|^pkeep", re.IGNORECASE)
#: what data is called that a model is judged on
TESTING = re.compile(r"test|valid|\bval_|_val\b|eval", re.IGNORECASE)


@once
def events(parsed: Parsed) -> tuple[SessionMisused, ...]:
    """Every such place of a file."""
    if parsed.ast is None or "Session(" not in parsed.source.text or "minimize(" not in parsed.source.text:
        return ()
    text = SourceText(parsed.text)
    made = {name: call for call, name in _operations(parsed)}
    found: list[SessionMisused] = []
    if not BY_NAME.search(parsed.source.code):
        read = loads(parsed)
        stored = [node.id for node in parsed.listing.of(ast.Name) if isinstance(node.ctx, ast.Store)]
        found += [
            SessionMisused(origin=origin_of(text, call), why="never run")
            for name, call in made.items()
            if name not in read and stored.count(name) == 1 and _is_fed(parsed)
        ]
    for call in _judged(parsed, made.keys()):
        found.append(SessionMisused(origin=origin_of(text, call), why="dropping"))
    return tuple(found[:4])


def _operations(parsed: Parsed) -> Iterator[tuple[ast.Call, str]]:
    """The training operations that are bound to a name, and the name."""
    for node in parsed.listing.of(ast.Assign):
        value, target = node.value if len(node.targets) == 1 else None, node.targets[0]
        if not (isinstance(value, ast.Call) and isinstance(target, ast.Name)):
            continue
        if method(value) in MAKERS and not any(one.arg == "name" for one in value.keywords):
            yield value, target.id


def _is_fed(parsed: Parsed) -> bool:
    """Whether the file runs something in a loop, as it would its training."""
    return any(
        method(node) == "run" for loop in parsed.listing.of(ast.For, ast.While) for node in parsed.listing.within(loop)
    )


def _judged(parsed: Parsed, training: Collection[str]) -> Iterator[ast.expr]:
    """The keep probabilities below 1 that are fed together with test data, while nothing is trained."""
    for node in parsed.listing.of(ast.Call):
        if not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in ("run", "eval"):
            continue
        fed = _fed(node)
        fetched = node.args[0] if node.func.attr == "run" and node.args else node.func.value
        names = {ast.unparse(one) for one in ast.walk(fetched) if isinstance(one, (ast.Name, ast.Attribute))}
        trains = any(name in training or re.search(r"train|optim|step|minimi", name) for name in names)
        if fed is None or trains or len(fed.keys) < 2:
            continue
        tested = any(TESTING.search(ast.unparse(value)) for value in fed.values)
        for key, value in zip(fed.keys, fed.values, strict=True):
            share = value.value if isinstance(value, ast.Constant) else None
            active = isinstance(share, float) and 0.0 < share < 1.0
            if key is not None and active and tested and DROPPING.search(ast.unparse(key)):
                yield value


def _fed(call: ast.Call) -> ast.Dict | None:
    """The dict that a call feeds."""
    given = [*call.args, *(one.value for one in call.keywords if one.arg == "feed_dict")]
    return next((one for one in given if isinstance(one, ast.Dict)), None)
