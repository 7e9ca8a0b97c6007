"""What a list holds that a loop of unknown length fills: where each pass adds one of the same constants, it is among
these, however many passes there are."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cnnlint.readers.python.run import Pass, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import walk
from cnnlint.readers.python.values import (
    CallSite,
    Container,
    DictValue,
    ListValue,
    OneOf,
    Options,
    Value,
    joined,
    options_of,
)

#: methods that look something up, and change nothing
LOOKING = frozenset({"index", "get"})

#: what they are asked of: a name, or what is written down on the spot
HOLDERS = (cst.Name, cst.List, cst.Tuple)


class Ground(Struct):
    """What the options of a list stand on: names and containers that no pass of the loop may change."""

    names: set[tuple[int, str]]
    containers: list[Container]


def appended(run: Run, value: ListValue, site: CallSite) -> Options | None:
    """What a list holds after `value.append(item)`, asked before it is done."""
    before = value.options if value.open else options_of(value.items)
    if before is None and (value.open or value.items):
        return None
    item, node = site.value(0), site.node
    passes = [one for one in (*run.passes, *run.tries) if one.open and value.born < one.began]
    added = one_of_each(item)
    if added is None or site.open or len(site.positional) != 1 or site.keywords:
        return None
    if passes:
        ground = _ground(run, item, node.args[0].value if node is not None and node.args else None)
        if ground is None or any(_shaken(ground, one) for one in passes):
            return None
        for one in passes:
            one.grounds.append((value, ground))
    return joined(before, added) if before is not None else added


def one_of_each(item: Value) -> Options | None:
    """What an item is among: itself, if it is a constant."""
    return item.options if isinstance(item, OneOf) else options_of([item])


def _ground(run: Run, item: Value, node: cst.CSTNode | None) -> Ground | None:
    """What it hangs on that an expression is worth this in every pass; None where that cannot be told."""
    if isinstance(item, OneOf):
        return Ground(set(), [item.of] if item.of is not None else [])
    if node is None or not all(map(_plain, walk(node))):
        return None
    made = Ground(set(), [])
    for name in run.names_in(node) - LOOKING:
        found = run.scope.lookup(name)
        if found is None or found[0].kind == "comprehension":
            return None
        made.names.add((id(found[0].names), name))
        if isinstance(found[1], (ListValue, DictValue)):
            made.containers.append(found[1])
    return made


def _plain(node: cst.CSTNode) -> bool:
    """Whether a piece of an expression is worth what the names in it are: names, numbers, `names.index(x)`, `x[y]`."""
    if isinstance(node, (cst.Call, cst.NamedExpr)):
        return isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute)
    return not isinstance(node, cst.Attribute) or (isinstance(node.value, HOLDERS) and node.attr.value in LOOKING)


def _shaken(ground: Ground, one: Pass) -> bool:
    """Whether a loop binds or changes what the options stand on."""
    young = any(container.born >= one.began or id(container) in one.containers for container in ground.containers)
    return young or not ground.names.isdisjoint(one.names)


def left(value: Container, one: Pass) -> Options | None:
    """What a list is among behind a loop: the same as in it, if the loop has not changed what that stands on."""
    if not isinstance(value, ListValue):
        return None
    own = [ground for other, ground in one.grounds if other is value]
    return None if any(_shaken(ground, one) for ground in own) else value.options


def comprehended(run: Run, node: cst.BaseExpression, items: Iterable[Value]) -> Options | None:
    """What the items of a comprehension are among, of which not all were read; asked within its scope."""
    found: Options | None = None
    for item in items:
        given: Options | None = None
        if isinstance(item, OneOf):
            given = item.options
        elif isinstance(node, cst.IfExp):
            given = literals(node)
        elif _ground(run, item, node) is not None:
            given = options_of([item])
        found = joined(found, given) if found is not None else given
        if given is None:
            return None
    return found


def literals(node: cst.BaseExpression) -> Options | None:
    """What `0 if … else 1` is among."""
    if isinstance(node, cst.IfExp):
        return joined(literals(node.body), literals(node.orelse))
    if isinstance(node, cst.Integer):
        return options_of([int(node.value, 0)])
    return None
