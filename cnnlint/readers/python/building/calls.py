"""What the program's calls pass to Keras and TensorFlow, kept as it stands in the source."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.library_calls import Call, Reference
from cnnlint.graph.signatures import foreign
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    CallSite,
    DictValue,
    ObjectValue,
    Passed,
    Symbol,
    Unknown,
    Value,
    elements,
    is_constant,
)

#: libraries whose calls are kept
ROOTS = ("keras.", "tf.", "slim.")
#: calls that are kept of one place: a loop or helper may pass other values each time
MOST = 4
#: items of a list or dict that are kept
LONGEST = 32


def keep(run: Run, api: str, site: CallSite) -> None:
    """Note a call of a library. Where it passes a keyword that no version takes, anything may have been meant by it:
    what the call does not pass is then unknown rather than the default."""
    if site.node is None or not api.startswith(ROOTS) or _guessed(run, site.node.func):
        return
    hidden = site.open
    if site.keywords and foreign(api, tuple(site.keywords)):
        site.open = True
        if _assumed(run, site.node.func):
            return
    key = (run.frame.unit.filename, id(site.node))
    run.kept[key] = run.kept.get(key, 0) + 1
    if run.kept[key] > MOST or run.frame.tries_calls:
        return  # known by now, or a call that the program expects some versions to refuse
    # what a function hands on from its own `*args` depends on who calls it; an arg_scope passes what the call does not
    handed_on = len(run.frames) > 1 and any(arg.star for arg in site.node.args)
    hidden = hidden or handed_on or any(api in scope for scope in run.arg_scopes)
    origin = run.origin(site.node)
    run.reached(origin.span)
    positional = tuple(_argument(run, passed) for passed in site.positional)
    keywords = {name: _argument(run, passed) for name, passed in site.keywords.items()}
    callee = run.origin(site.node.func).text
    run.calls.append(Call(api, origin, callee, positional, keywords, hidden, run.origin(run.statement)))


def _guessed(run: Run, function: cst.BaseExpression) -> bool:
    """Whether the callee hangs on a name that is bound to something unknown: it is Keras's by its looks alone."""
    while isinstance(function, cst.Attribute):
        function = function.value
    found = run.scope.lookup(function.value) if isinstance(function, cst.Name) else None
    return found is not None and isinstance(found[1], Unknown)


def _assumed(run: Run, function: cst.BaseExpression) -> bool:
    """Whether the callee is the bare name of a function that nothing in the file binds: it was taken for Keras's."""
    if not isinstance(function, cst.Name) or function.value[:1].isupper():
        return False
    return run.scope.lookup(function.value) is None and run.imports.from_star(run, function.value) is None


def _argument(run: Run, passed: Passed) -> Argument:
    origin = run.origin(passed.node) if passed.node is not None else None
    if origin is not None and origin.span is None:
        origin = None  # it stands in another file, and was handed on
    return Argument(spelt(passed.value), True, passed.keyword, None if passed.keyword else passed.position, origin)


def spelt(value: Value, depth: int = 3) -> Any:
    """A value as calls hold it: constants, names of libraries, short lists and dicts of these, or UNKNOWN."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (Symbol, ObjectValue)):
        return Reference(value.name, isinstance(value, ObjectValue))
    if depth == 0:
        return UNKNOWN
    if isinstance(value, DictValue):
        few = not value.open and len(value.items) <= LONGEST and all(is_constant(key) for key in value.items)
        return {key: spelt(item, depth - 1) for key, item in value.items.items()} if few else UNKNOWN
    items = elements(value)
    if items is None or len(items) > LONGEST:
        return UNKNOWN
    return tuple(spelt(item, depth - 1) for item in items)
