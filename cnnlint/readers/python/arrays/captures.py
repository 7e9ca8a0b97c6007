"""What code that is not read may change by calling the functions that it is handed: what these close over."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from cnnlint.readers.python.arrays import lists, reached
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import walk
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.values import (
    MISSING,
    Among,
    ArrayValue,
    CallSite,
    ClassValue,
    DictValue,
    FunctionValue,
    InstanceValue,
    IteratorValue,
    ListValue,
    MethodValue,
    ModuleValue,
    ObjectValue,
    PartialValue,
    Release,
    Resumable,
    Scope,
    SetValue,
    Symbol,
    Unknown,
    Value,
    inside,
    is_constant,
)

CHANGING = (
    lists.CHANGING
    | reached.IN_PLACE
    | {
        *("reverse", "update", "setdefault", "popitem", "resize", "itemset"),
        *("add", "discard", "difference_update", "intersection_update", "symmetric_difference_update", "subtract"),
        *("appendleft", "extendleft", "popleft", "rotate", "move_to_end", "send", "throw", "close"),
        *("__setitem__", "__delitem__", "__next__", "__iadd__", "drop", "dropna", "fillna", "rename", "replace"),
    }
)
"""Methods that change what they are called on: of lists, dictionaries, sets, deques, generators, arrays, tables."""
TAKING = frozenset({"next", "setattr", "delattr", "list", "tuple", "set", "sum", "sorted", "max", "min", "any", "all"})
"""Builtins that take from an iterator, or set what they are told to."""


Seen = dict[tuple[int, int], tuple[FunctionValue, Value, set[str]]]
"""What was gone through, by the identity of a function and its receiver: both, and the names in the body."""


Path = tuple[str, ...]
"""A name and the attributes behind it, whatever items are taken on the way: ("self", "net") of `self.nets[0].net`."""


class _Call(Struct, frozen=True):
    """A call in a body: what is called and passed, as far as `_Names` may have a value of it."""

    #: None for what is no name, nor an attribute of one
    function: Path | None
    #: the name of the method, if it is called as one; what that is a method of
    method: str
    held: Path | None
    passed: tuple[Path, ...]


class _Body(Struct):
    """What the body of a function names and does, as far as it concerns names from outside."""

    declared: set[str] = field(default_factory=set)
    local: set[str] = field(default_factory=set)
    changed: list[cst.BaseExpression] = field(default_factory=list)
    bound: list[cst.Attribute] = field(default_factory=list)
    calls: list[cst.Call] = field(default_factory=list)
    #: those of them that begin with a name from outside, each once
    called: list[_Call] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    #: those of them that it does not bind
    outside: tuple[str, ...] = ()

    @property
    def names_called(self) -> set[str]:
        """The names of the methods that it calls."""
        return {call.method for call in self.called if call.method}


def captured(run: Run, value: Value, seen: Seen | None = None) -> None:
    """Forget what a function may change where something calls it at any time, any number of times."""
    seen = {} if seen is None else seen
    if isinstance(value, PartialValue):
        captured(run, value.function, seen)
        for passed in (*value.positional, *value.keywords.values()):
            reached.reached(run, passed.value)
    elif isinstance(value, MethodValue):
        _function(run, value.function, value.receiver, seen)
    elif isinstance(value, FunctionValue):
        _function(run, value, None, seen)
    elif isinstance(value, InstanceValue) and not value.role:
        method = value.cls.find("__call__")
        if isinstance(method, FunctionValue):
            _function(run, method, value, seen)
    elif isinstance(value, IteratorValue) and isinstance(value.source, Resumable):
        if isinstance(value.source.function, FunctionValue):  # what goes through a generator runs its body
            _function(run, value.source.function, None, seen)
    elif isinstance(value, (tuple, ListValue, DictValue)):
        for held in inside(value):
            if isinstance(held, (FunctionValue, MethodValue, PartialValue)):
                captured(run, held, seen)


def released(run: Run, chosen: Among, leaving: bool = False) -> None:
    """Forget what may be changed where one of several values is handed to code that is not read, or called.

    A method of a base that is not read, by its name one that is `leaving` things as they are, changes no object.
    """
    seen: Seen = {}
    for value in chosen.values:
        if isinstance(value, Native) and value.receiver is not None and value.name not in CHANGING:
            continue
        if leaving and isinstance(value, InstanceValue):
            continue
        captured(run, value, seen)
        reached.reached(run, value)
        if isinstance(value, InstanceValue) and not value.role:
            known = value.released
            if known is not None and known.names[0][0] is value.attributes:
                changed = _changed(known)
                again: list[tuple[FunctionValue, Value]] = []
                for key, gone_through in known.functions.items():
                    one, receiver, names = gone_through
                    if (receiver is None or receiver is value) and names.isdisjoint(changed):
                        seen[key] = gone_through
                    else:
                        again.append((one, receiver))
                for one, receiver in again:
                    _function(run, one, receiver, seen)
            for cls in value.cls.lineage():
                for held in cls.scope.names.values():
                    if isinstance(held, FunctionValue):
                        _function(run, held, value, seen)
            value.released = _release(value, seen) if len(chosen.values) == 1 else None
        elif isinstance(value, ClassValue):
            for name, held in value.scope.names.items():
                if is_constant(held) or isinstance(held, (tuple, ListValue, DictValue, SetValue)):
                    value.scope.names[name] = Unknown(f"`.{name}`, which may have been set")


def _release(value: InstanceValue, seen: Seen) -> Release:
    """What was gone through, for the next time that this object is handed on."""
    scopes = {}
    for function, _, _ in seen.values():
        scope: Scope | None = function.scope
        while scope is not None and id(scope) not in scopes:
            scopes[id(scope)] = scope
            scope = scope.parent
    names = [value.attributes, *(scope.names for scope in scopes.values())]
    return Release(seen, [(one, dict(one)) for one in names])


def _changed(known: Release) -> set[str]:
    """The names that are bound to something else by now, or to something that may have changed by itself."""
    return {
        name
        for names, before in known.names
        for name, value in (*names.items(), *((gone, MISSING) for gone in before.keys() - names.keys()))
        if value is not before.get(name, MISSING) or not _steady(value)
    }


def _steady(value: Value) -> bool:
    """Whether there is nothing about a value that could be forgotten."""
    if isinstance(value, FunctionValue):
        return not value.attributes
    return isinstance(value, (Unknown, Symbol, ObjectValue, ModuleValue)) or is_constant(value)


def filled(run: Run, instance: InstanceValue, reading: FunctionValue) -> None:
    """Forget what starts empty or with a setting in an object, and in those that it holds, where one of their methods
    fills it or sets it anew.

    The method that is read next may be called after any of the others; what it calls itself is read with it.
    """
    own = _methods(instance)
    called, pending = {reading.name}, [reading]
    while pending:
        for name in _body(pending.pop()).names_called - called:
            called.add(name)
            pending += [own[name]] if name in own else []
    _filled(instance, called)


def _filled(instance: InstanceValue, called: set[str], depth: int = 3) -> None:
    if instance.role or not depth:
        return
    own = _methods(instance)
    others = [one for name, one in own.items() if name not in called and not name.startswith("__")]
    begun = _body(own["__init__"]).names_called if "__init__" in own else set[str]()
    for name, held in list(instance.attributes.items()):
        if isinstance(held, InstanceValue) and held is not instance:
            _filled(held, called, depth - 1)
        elif _starts_empty(held) or _is_setting(held):
            setting = not _starts_empty(held)
            by = next((one for one in others if name in _sets(one) and not (setting and one.name in begun)), None)
            if by is not None:
                instance.attributes[name] = _set_by(name, by)


def _starts_empty(value: Value) -> bool:
    """Whether a value is what an attribute has before it is filled: an empty container, no classes, no words."""
    if isinstance(value, (ListValue, DictValue, SetValue)):
        return value.length() == 0
    return value == 0 and isinstance(value, int) and not isinstance(value, bool)


def _is_setting(value: Value) -> bool:
    """Whether a value is a number, a text or a tuple: what an object is told, and may be told anew."""
    return isinstance(value, (int, float, str, tuple)) and not isinstance(value, bool)


def _methods(instance: InstanceValue) -> dict[str, FunctionValue]:
    """The methods of an object, by their names."""
    return {
        value.name: value
        for cls in reversed(instance.cls.lineage())
        for value in cls.scope.names.values()
        if isinstance(value, FunctionValue) and value.flavour not in ("static", "class")
    }


def _sets(function: FunctionValue) -> set[str]:
    """The attributes of its object that a method binds, or changes in place."""
    body, own = _body(function), function.node.params.params[:1]
    found = set()
    for target in (*body.bound, *body.changed):
        held: cst.CSTNode = target
        while isinstance(held, cst.Subscript):
            held = held.value
        if isinstance(held, cst.Attribute) and isinstance(held.value, cst.Name) and own:
            found |= {held.attr.value} if held.value.value == own[0].name.value else set()
    return found


def _function(run: Run, function: FunctionValue, receiver: Value, seen: Seen) -> None:
    key = (id(function), id(receiver) if isinstance(receiver, InstanceValue) else 0)
    if key in seen:
        return
    body = _body(function)
    seen[key] = (function, receiver, body.names)
    names = _Names(run, function, receiver, body)
    for name in body.declared:
        found = function.scope.lookup(name)
        scope = found[0] if found is not None else function.scope.module()
        scope.names[name] = _set_by(name, function)
    for target in body.bound:
        _bound(names.value(target.value), target.attr.value, function)
    for expression in body.changed:
        held = names.value(expression)
        if isinstance(held, (ListValue, DictValue, SetValue, IteratorValue, ArrayValue)):
            reached.reached(run, held)
        elif isinstance(held, InstanceValue):
            _method(run, held, "__setitem__", seen)
    for call in body.called:
        _called(run, call, names, seen)
    for name in body.outside:
        found = function.scope.lookup(name)
        if found is not None and isinstance(found[1], (FunctionValue, MethodValue, PartialValue)):
            captured(run, found[1], seen)


def _set_by(name: str, function: FunctionValue) -> Unknown:
    return Unknown(f"`{name}`, which `{function.name}` may have set", ("set by", function.name, name))


def _bound(held: Value, name: str, function: FunctionValue) -> None:
    """`held.name = ...`"""
    if isinstance(held, ClassValue):
        held.scope.names[name] = _set_by(name, function)
    elif isinstance(held, FunctionValue) or (isinstance(held, InstanceValue) and not held.role):
        held.attributes[name] = _set_by(name, function)


def _called(run: Run, call: _Call, names: _Names, seen: Seen) -> None:
    """A call in the body: what is called may change what it is passed."""
    function = names.of(call.function)
    if call.method and function is MISSING:
        held = names.of(call.held)
        if isinstance(held, InstanceValue):
            _method(run, held, call.method, seen)
    leaves = (isinstance(function, Native) and function.name not in TAKING) or (
        isinstance(function, Symbol) and reached.leaves(function.name, CallSite(None))
    )
    for path in () if leaves else call.passed:
        held = names.of(path)
        if isinstance(function, Native) and not isinstance(held, (IteratorValue, InstanceValue)):
            continue
        if held is not MISSING and not isinstance(held, (FunctionValue, Scope)):
            reached.reached(run, held)
    if isinstance(function, (FunctionValue, MethodValue, PartialValue)):
        captured(run, function, seen)


def _method(run: Run, held: InstanceValue, name: str, seen: Seen) -> None:
    method = held.cls.find(name)
    if isinstance(method, FunctionValue) and not held.role:
        _function(run, method, held, seen)


class _Names:
    """What expressions in a function's body are worth that name something from outside of it."""

    def __init__(self, run: Run, function: FunctionValue, receiver: Value, body: _Body) -> None:
        self.run, self.function, self.receiver, self.body = run, function, receiver, body
        parameters = function.node.params.params
        self.own = parameters[0].name.value if parameters and receiver is not None else None

    def value(self, node: cst.CSTNode) -> Value:
        """A name, an attribute of one or what holds an item; MISSING for all else."""
        return self.of(_path(node))

    def of(self, path: Path | None) -> Value:
        """What a name and the attributes behind it are worth; MISSING for what is not known."""
        if path is None:
            return MISSING
        name = path[0]
        if name == self.own:
            held = self.receiver
        elif name in self.body.local:
            return MISSING
        else:
            found = self.function.scope.lookup(name)
            held = self.run.builtins.get(name, MISSING) if found is None else found[1]
        for attribute in path[1:]:
            if isinstance(held, InstanceValue):
                held = held.attributes.get(attribute, MISSING)
            elif isinstance(held, ClassValue):
                held = held.find(attribute)
            else:
                return MISSING
        return held


def _path(expression: cst.CSTNode) -> Path | None:
    """The name that an expression begins with, and its attributes; None for what begins with no name."""
    found = list[str]()
    node: Any = expression
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        if isinstance(node, cst.Attribute):
            found.append(node.attr.value)
        node = node.value
    return (node.value, *reversed(found)) if isinstance(node, cst.Name) else None


def _body(function: FunctionValue) -> _Body:
    known = _bodies(function.unit.parsed)
    return known.get(function.node) or known.setdefault(function.node, _read(function.node))


@once
def _bodies(parsed: Parsed) -> dict[cst.CSTNode, _Body]:
    """What the functions of a text do, each by its syntax once it was asked for."""
    return {}


def _read(node: cst.FunctionDef | cst.Lambda) -> _Body:
    body = _Body()
    every = (*node.params.posonly_params, *node.params.params, *node.params.kwonly_params)
    body.local.update(one.name.value for one in every)
    for star in (node.params.star_arg, node.params.star_kwarg):
        if isinstance(star, cst.Param):
            body.local.add(star.name.value)
    for current in walk(node.body):
        _noted(body, current)
    body.local -= body.declared
    own = node.params.params[0].name.value if node.params.params else None
    names = body.local - {own}
    body.bound = [target for target in body.bound if _outside(target.value, names)]
    body.changed = [held for held in body.changed if _outside(held, names)]
    body.called = list(dict.fromkeys(call for one in body.calls if (call := _call(one, names)) is not None))
    body.calls.clear()
    body.outside = tuple(body.names - body.local)
    return body


def _call(node: cst.Call, local: set[str]) -> _Call | None:
    """A call as far as it concerns names that are none of these; None where it does not."""
    function = node.func
    if not any(_outside(one, local) for one in (function, *(argument.value for argument in node.args))):
        return None
    passed = (_path(argument.value) for argument in node.args)
    return _Call(
        _path(function) if isinstance(function, (cst.Name, cst.Attribute)) else None,
        function.attr.value if isinstance(function, cst.Attribute) else "",
        _path(function.value) if isinstance(function, cst.Attribute) else None,
        tuple(path for path in passed if path is not None),
    )


def _outside(node: cst.CSTNode, local: set[str]) -> bool:
    """Whether an expression begins with a name that is none of these: `_Names.value` may have a value of it."""
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return isinstance(node, cst.Name) and node.value not in local


def _noted(body: _Body, node: cst.CSTNode) -> None:
    if isinstance(node, cst.Name):
        body.names.add(node.value)
    elif isinstance(node, (cst.Global, cst.Nonlocal)):
        body.declared.update(one.name.value for one in node.names)
    elif isinstance(node, cst.Call):
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in CHANGING:
            body.changed.append(node.func.value)
        body.calls.append(node)
    elif isinstance(node, (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.NamedExpr, cst.For, cst.CompFor)):
        _target(body, node.target, isinstance(node, cst.AugAssign))
    elif isinstance(node, cst.AsName):
        _target(body, node.name, False)
    elif isinstance(node, cst.Del):
        _target(body, node.target, True)


def _target(body: _Body, target: cst.CSTNode, in_place: bool) -> None:
    if isinstance(target, cst.Name):
        if not in_place:
            body.local.add(target.value)
        else:
            body.changed.append(target)
    elif isinstance(target, cst.Attribute):
        body.bound.append(target)
        if in_place:
            body.changed.append(target)
    elif isinstance(target, cst.Subscript):
        body.changed.append(target.value)
    elif isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            _target(body, element.value, in_place)
    elif isinstance(target, cst.StarredElement):
        _target(body, target.value, in_place)
