"""What the module's own names hold when somebody calls a function that the file itself calls nowhere: what was set by
another function before is not known, nor what was put into a container that is empty as the module ends, nor which
of several settings that the module gives one name, one after the other, it finds."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.text.parse import Parsed, once
from cnnlint.readers.python.text.scopes import scopes
from cnnlint.readers.python.text.walks import line
from cnnlint.readers.python.values import (
    ClassValue,
    DictValue,
    FunctionValue,
    ListValue,
    ModuleValue,
    Scope,
    Symbol,
    Unit,
    Unknown,
    Value,
)


def forget_what_callers_set(run: Interpreter) -> None:
    """Forget what the file and those that it imports leave to whoever calls their functions."""
    units = [run.frames[0].unit, *run.imports.units]
    for unit in units:
        _open_empty(unit.scope)
    for unit in units:
        for scope, name in _set_in_functions(unit):
            if _is_setting(scope.names.get(name)):
                scope.names[name] = Unknown(
                    f"`{name}`, which a function sets", ("set in a function", unit.filename, name)
                )


@contextmanager
def set_behind(run: Interpreter, function: FunctionValue) -> Iterator[None]:
    """While a function is read that nothing calls: a setting that its module gives another value behind is unknown."""
    unit, names = function.unit, function.unit.scope.names
    span = unit.positions.origin(function.node, None).span
    held = {
        name: names[name]
        for name, row in _set_anew(unit.parsed).items()
        if span is not None and row > span.start_row and _is_setting(names.get(name))
    }
    names.update({name: Unknown(f"which `{name}` it is called with", ("set behind", name)) for name in held})
    try:
        yield
    finally:
        names.update(held)


@once
def _set_anew(parsed: Parsed) -> dict[str, int]:
    """The names that a module gives different values one after the other, and the row of the last."""
    found: dict[str, int] = {}
    for name, places in scopes(parsed)[0].bound.items() if scopes(parsed) else ():
        several = places if len(places) > 1 else ()
        values = {ast.dump(one.value) for one in several if isinstance(one, ast.Assign)}
        if len(values) > 1 and all(isinstance(one, ast.Assign) for one in places):
            found[name] = max(one.lineno for one in places if isinstance(one, ast.Assign))
    return found


@once
def bound_once(parsed: Parsed) -> frozenset[str]:
    """The names that a module binds in one statement of its own, and nothing binds again: what they hold there they
    hold whenever a function is called."""
    if parsed.ast is None:
        return frozenset()
    own = {id(one) for one in parsed.ast.body if isinstance(one, ast.Assign)}
    shared = {name for owner, name in _stored_in_functions(parsed) if owner is None}
    stars = [one.lineno for one in parsed.listing.of(ast.ImportFrom) if one.names[0].name == "*"]
    found = set[str]()
    for name, places in scopes(parsed)[0].bound.items():
        anew = [line(one) for one in places if not isinstance(one, ast.AugAssign)]
        alone = len(anew) == 1 and any(id(one) in own for one in places) and max(stars, default=0) < anew[0]
        if alone and name not in shared:
            found.add(name)
    return frozenset(found)


def _open_empty(scope: Scope) -> None:
    for value in list(scope.names.values()):
        if isinstance(value, ClassValue) and value.scope.parent is scope:
            _open_empty(value.scope)
        elif isinstance(value, ListValue) and value.length() == 0 and value.kind == "list":
            value.grows("a caller")
        elif isinstance(value, DictValue) and value.length() == 0:
            value.open = True


def _set_in_functions(unit: Unit) -> Iterator[tuple[Scope, str]]:
    """The names of modules that functions of a file set: `global width` and `settings.width = ...`."""
    stored = _stored_in_functions(unit.parsed)
    if not stored:
        return
    modules = [(name, one) for name, one in unit.scope.names.items() if isinstance(one, ModuleValue)]
    by_name = {one.name.rpartition(".")[2]: one for _, one in modules} | dict(modules)
    for owner, name in stored:
        if owner is None:
            yield unit.scope, name
        elif owner in by_name:
            yield by_name[owner].scope, name


@once
def _stored_in_functions(parsed: Parsed) -> tuple[tuple[str | None, str], ...]:
    """What functions of a file set: names of the module, and attributes of what may be one, by the name of that."""
    if parsed.ast is None:
        return ()
    listing, found = parsed.listing, set[tuple[str | None, str]]()
    functions = listing.of(ast.FunctionDef, ast.AsyncFunctionDef)
    for function in functions if listing.of(ast.Global) else ():
        within = listing.within(function)
        shared = {name for node in within if isinstance(node, ast.Global) for name in node.names}
        stored = [one for one in within if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)]
        found.update((None, one.id) for one in stored if one.id in shared)
    set_there = [one for one in listing.of(ast.Attribute) if isinstance(one.ctx, ast.Store)]
    for node in listing.inside(set_there, functions):
        if isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
    return tuple(found)


def _is_setting(value: Value) -> bool:
    """Whether it is a number, a text, a container or a library's function: not None, which a function that makes
    something asks for."""
    kinds = (int, float, str, tuple, ListValue, DictValue, Symbol)
    return isinstance(value, kinds) and not isinstance(value, bool)
