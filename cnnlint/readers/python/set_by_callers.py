"""What the module's own names hold when somebody calls a function that the file itself calls nowhere: what was set by
another function before is not known, nor what was put into a container that is empty as the module ends."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.values import ClassValue, DictValue, ListValue, ModuleValue, Scope, Unit, Unknown, Value


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
    tree = unit.parsed.ast
    if tree is None:
        return
    modules = [(name, one) for name, one in unit.scope.names.items() if isinstance(one, ModuleValue)]
    by_name = {one.name.rpartition(".")[2]: one for _, one in modules} | dict(modules)
    listing = unit.parsed.listing
    for function in listing.of(ast.FunctionDef, ast.AsyncFunctionDef):
        within = listing.within(function)
        shared = {name for node in within if isinstance(node, ast.Global) for name in node.names}
        for node in within:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in shared:
                yield unit.scope, node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                module = by_name.get(node.value.id) if isinstance(node.value, ast.Name) else None
                if module is not None:
                    yield module.scope, node.attr


def _is_setting(value: Value) -> bool:
    """Whether it is a number, a text or a container: not None, which a function that makes something asks for."""
    return isinstance(value, (int, float, str, tuple, ListValue, DictValue)) and not isinstance(value, bool)
