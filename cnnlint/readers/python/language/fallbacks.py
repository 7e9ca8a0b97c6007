"""A `try` whose handler does what is to be done where the framework refuses a call: the program goes on there."""

from __future__ import annotations

from cnnlint.readers.python.language.failing import names_caught
from cnnlint.readers.python.run import Fallback, RaiseSignal, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import Unknown

REFUSALS = frozenset({None, "Exception", "BaseException", "ValueError", "TypeError", "RuntimeError"})
"""What catches a refusal: which of these it is, depends on the framework and its version."""
ENDED = "InvalidArgumentError"
RECENT = 8
"""Of a call that makes several nodes the refused one need not be the last."""


def of(run: Run, node: cst.Try | cst.TryStar) -> Fallback | None:
    """What a `try` is to the statements in it: nothing else than the one around it where it catches no refusal."""
    handler = next((one for one in node.handlers if _catches(one)), None)
    if handler is None:
        return run.fallback
    body = handler.body.body
    passed_on = any(isinstance(small, cst.Raise) for line in body for small in _statements(line))
    if passed_on:
        return None
    tells = all(isinstance(small, cst.Expr) for line in body for small in _statements(line))
    return Fallback(len(run.building.nodes), run.frame if tells else None)


def check(run: Run, fallback: Fallback) -> None:
    """Leave the body for its handler where the last thing in it was refused."""
    nodes = run.building.nodes
    if fallback.within is not None and fallback.within is not run.frame:
        fallback.seen = len(nodes)
        return
    refused = [made for made in nodes[fallback.seen :] if made.shape_error is not None]
    fallback.seen = max(fallback.seen, len(nodes) - RECENT)
    for made in refused:
        made.shape_error = None
    run.building.failed.update(map(id, refused))
    if refused:
        raise RaiseSignal(Unknown("what the framework raises"))


def _catches(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    names = names_caught(handler)
    attributes = handler.type.elements if isinstance(handler.type, cst.Tuple) else [handler.type]
    ended = any(isinstance(one, cst.Attribute) and one.attr.value == ENDED for one in attributes)
    return ended or any(name in REFUSALS for name in names)


def _statements(line: cst.CSTNode) -> list[cst.CSTNode]:
    return list(line.body) if isinstance(line, cst.SimpleStatementLine) else [line]
