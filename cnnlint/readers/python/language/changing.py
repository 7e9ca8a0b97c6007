"""Changes of what is shared, which loops of unknown length and code that was not read may make."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator

from cnnlint.readers.python.run import Pass, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import SCOPES, walk
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    Container,
    DictValue,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    MethodValue,
    PartialValue,
    SetValue,
    Unknown,
    Value,
    birth,
    inside,
    is_constant,
    is_given,
    token,
)


def changed(run: Run, container: Container) -> None:
    """Note that a container was changed in place, and forget it where the change may happen any number of times."""
    if isinstance(container, ListValue):
        container.options = None
    for one in (*run.passes, *run.tries):
        if container.born < one.began:
            one.touched = True
            if id(container) not in one.containers:
                before = dict(container.items) if isinstance(container, DictValue) else {}
                one.containers[id(container)] = (container, before)
            if one.open:
                loosened(container, one.over)


def loosened(container: Container, over: object = None) -> None:
    """Forget what a container holds, but for a dictionary's keys: which of these were changed is told apart later.

    `over` is the token of what says how often it was changed.
    """
    if isinstance(container, DictValue):
        container.grows(over)
    elif isinstance(container, IteratorValue):
        container.forget()
    else:
        container.forget(over)


def left_by_try(name: str, old: Value, new: Value) -> Unknown:
    """What a name holds behind a `try` that may raise: which of two values that is, nothing in the program says.

    It is given where one of them is, and the other is as well or known.
    """
    given = [is_given(token(one)) for one in (old, new)]
    told = any(given) and all(one or is_constant(value) for one, value in zip(given, (old, new), strict=True))
    return Unknown(f"`{name}`, bound in a try", ("try", name, *map(token, (old, new))) if told else ("try", name))


def taken(run: Run, *values: Value) -> None:
    """Any number of values was taken from those that are iterators, and those that are functions called with each."""
    for value in values:
        if isinstance(value, IteratorValue):
            value.forget()
        elif isinstance(value, (FunctionValue, MethodValue, PartialValue, InstanceValue)):
            run.building.captured(value)


@contextlib.contextmanager
def repeatedly(run: Run) -> Iterator[None]:
    """What is read within may be done any number of times, or never."""
    current = Pass(birth(), len(run.building.nodes), open=True)
    run.passes.append(current)
    try:
        yield
    finally:
        run.passes.remove(current)
        for mapping, name, old in current.names.values():
            if old is not MISSING and mapping.get(name, old) is not old:
                mapping[name] = Unknown(f"`{name}`, which may be set any number of times")


def recorded(run: Run, names: dict[str, Value], name: str) -> None:
    """Note that a name, or an attribute, is about to be bound anew."""
    for one in (*run.passes, *run.tries):
        one.names.setdefault((id(names), name), (names, name, names.get(name, MISSING)))
    for one in run.tries:
        one.elsewhere = one.elsewhere or names is not run.scope.names


def forgotten(value: Value, depth: int = 4) -> None:
    """Forget what code that was not read may have changed: a container, and all that can be reached through it."""
    if isinstance(value, (tuple, ListValue, DictValue)) and depth:
        for item in inside(value):
            forgotten(item, depth - 1)
    frozen = isinstance(value, SetValue) and value.frozen
    if isinstance(value, (ListValue, DictValue, SetValue, IteratorValue)) and not frozen:
        value.forget()


def too_deep(run: Run, function: FunctionValue, site: CallSite, receiver: Value) -> Value:
    """A call that is not followed, as the function calls itself and nothing shows that it ends: it may change whatever
    it reaches."""
    function.endless = True
    run.note(f"`{function.name}` calls itself too deeply to be followed", site.node)
    run.building.captured(MethodValue(function, receiver))
    for value in receiver.attributes.values() if isinstance(receiver, InstanceValue) else ():
        forgotten(value)
    return run.building.unknown_call(Unknown(f"`{function.name}` nests too deeply"), site)


def other_passes(run: Run, block: cst.CSTNode | None) -> None:
    """Forget what an arm that this pass of a loop does not take binds and changes: other passes may take it."""
    for node in walk(block, around=SCOPES) if block is not None else ():
        if isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
            _may_be_set(run, node.target)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            _may_change(run, node.func.value)


def left_out(run: Run, test: cst.CSTNode, arm: cst.CSTNode | None) -> None:
    """Note an arm that is not taken, and what decided that: other passes of the loops around may take it."""
    frame = run.frame
    if arm is not None:
        for one in run.passes:
            one.decided[id(frame.function), id(frame.receiver), id(arm)] = frame, test, arm


def undecided(run: Run, last: Pass) -> None:
    """Forget what the arms do that the last pass that was read of a loop did not take, where the loop itself has bound
    or changed what decided them: `if count < 10: … else: …` before `count += 1`."""
    bound = {name for mapping, name, old in last.names.values() if mapping.get(name, MISSING) is not old}
    run.passes.append(last)
    for frame, test, block in last.decided.values():
        run.frames.append(frame)
        names = run.names_in(test)
        held = (run.scope.lookup(name) for name in names)
        if names & bound or any(found is not None and id(found[1]) in last.containers for found in held):
            other_passes(run, block)
        run.frames.pop()
    run.passes.pop()


def derived(run: Run, before: dict[str, Value], loop: cst.CSTNode) -> None:
    """Forget what a pass of a loop works out of what the passes before it leave, as `last = count` before
    `count += 1`: it may be the same after the first pass, and other values after others."""
    names = run.scope.names
    bound = {name for name, value in names.items() if is_constant(value) and before.get(name, MISSING) is not value}
    bound = {name for name in bound if name in before}
    settings = [
        (target, run.names_in(node.value))
        for node in (walk(loop, around=SCOPES) if bound else ())
        if isinstance(node, (cst.Assign, cst.AugAssign))
        for target in ([one.target for one in node.targets] if isinstance(node, cst.Assign) else [node.target])
    ]
    while waiting := [one for one in settings if one[1] & bound]:
        settings = [one for one in settings if one not in waiting]
        for target, _ in waiting:
            bound |= _may_be_other(run, target)


def _may_be_other(run: Run, target: cst.CSTNode) -> set[str]:
    """Forget the constant that a target of an assignment holds; the names that were forgotten."""
    if isinstance(target, (cst.Tuple, cst.List)):
        return set().union(*(_may_be_other(run, element.value) for element in target.elements))
    owner = _named(run, target.value) if isinstance(target, cst.Subscript) else MISSING
    if isinstance(owner, DictValue):
        changed(run, owner)
        written = _key(target)
        for key, value in owner.items.items():
            if is_constant(value) and written in (None, key):
                owner.items[key] = Unknown(f"`{key!r}`, which a pass of a loop may set")
    else:
        _may_be_set(run, target)
    return {target.value} if isinstance(target, cst.Name) else set()


def _key(target: cst.CSTNode) -> str | None:
    """The key of `x["key"]`, where it is written there."""
    part = target.slice[0].slice if isinstance(target, cst.Subscript) and len(target.slice) == 1 else None
    text = part.value if isinstance(part, cst.Index) else None
    return str(ast.literal_eval(text.value)) if isinstance(text, cst.SimpleString) else None


def _may_be_set(run: Run, target: cst.CSTNode) -> None:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            _may_be_set(run, element.value)
    elif isinstance(target, cst.Subscript):
        _may_change(run, target.value)
    elif isinstance(target, cst.Attribute):
        owner, name = _named(run, target.value), target.attr.value
        if isinstance(owner, InstanceValue) and is_constant(owner.attributes.get(name, MISSING)):
            recorded(run, owner.attributes, name)
            owner.attributes[name] = Unknown(f"`.{name}`, which a pass of a loop may set")
    elif isinstance(target, cst.Name) and is_constant(_named(run, target)):
        run.assign(target, Unknown(f"`{target.value}`, which a pass of a loop may set"))


def _may_change(run: Run, node: cst.CSTNode) -> None:
    owner = _named(run, node)
    if isinstance(owner, (ListValue, DictValue, SetValue)):
        changed(run, owner)


def _named(run: Run, node: cst.CSTNode) -> Value:
    """What a name, or an attribute of one, stands for now; MISSING for anything else."""
    if isinstance(node, cst.Name):
        found = run.scope.lookup(node.value)
        return MISSING if found is None else found[1]
    if not isinstance(node, cst.Attribute):
        return MISSING
    owner = _named(run, node.value)
    return owner.attributes.get(node.attr.value, MISSING) if isinstance(owner, InstanceValue) else MISSING
