"""Imports: outside libraries become symbols, other files of the linted tree are read, each once."""

from __future__ import annotations

import collections
import functools
import itertools
import math
import operator
import posixpath
import sys
from collections.abc import Callable

from cnnlint.readers.python.language.failing import throw
from cnnlint.readers.python.run import Frame, RaiseSignal, ReturnSignal, Run
from cnnlint.readers.python.text import cst, neighbours
from cnnlint.readers.python.text.scan import looks_relevant
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    FunctionValue,
    ModuleValue,
    Passed,
    Scope,
    Symbol,
    Unit,
    Unknown,
    Value,
)
from cnnlint.readers.reading import FileLoader

#: the share of its time that a reading may spend before it opens no more files: the models are still to be read
FOLLOWING = 0.5


#: modules of Python itself whose members tell what an import of something else does in a `try`
STANDARD = {module.__name__: module for module in (collections, functools, itertools, math, operator)}


class Imports:
    """Executes import statements, follows those that lead to files of the same tree."""

    def __init__(
        self,
        filename: str,
        load: FileLoader | None,
        open_unit: Callable[[str, bytes], Unit | None],
        limit: int,
        defining: dict[str, bool],
    ) -> None:
        self.filename = filename.replace("\\", "/")
        self.load = load
        self.open_unit = open_unit
        self.limit = limit
        #: whether each file may define layers, as far as any reading asked
        self._defining = defining
        self.modules: dict[str, ModuleValue | None] = {}
        #: the packages of which `import a.b` has bound something, by their names
        self._packages: dict[str, ModuleValue] = {}
        #: how many files were followed that define no layers, and how many that may
        self._followed = [0, 0]
        #: the folders that each file adds to `sys.path`
        self._added: dict[str, tuple[str, ...]] = {}
        #: the files of the tree that were read because something imports them
        self.units: list[Unit] = []

    # --- statements -----------------------------------------------------------------------------------------

    def execute(self, run: Run, node: cst.Import) -> None:
        """`import a.b as c, d`."""
        for alias in node.names:
            dotted = _dotted(alias.name)
            run.versions.see(dotted)
            run.libraries.imported(dotted, node)
            if alias.asname is not None:
                run.assign(alias.asname.name, self.module(run, dotted, 0))
            else:
                root = dotted.partition(".")[0]
                bound = self.module(run, dotted, 0)
                if isinstance(bound, ModuleValue) and "." in dotted:
                    bound = self._package(run, dotted)
                elif isinstance(bound, ModuleValue) and root in self._packages:
                    for name, value in self._packages[root].scope.names.items():
                        bound.scope.names.setdefault(name, value)
                elif "." in dotted or isinstance(bound, Symbol):
                    bound = Symbol(run.libraries.canonical(root))
                run.scope.bind(root, bound)

    def _package(self, run: Run, dotted: str) -> Value:
        # `import a.b.c` binds `a`, with what was found below it beside what earlier imports found there
        inner = self.module(run, dotted, 0)
        parts = dotted.split(".")
        for length in range(len(parts) - 1, 0, -1):
            bound = run.scope.names.get(parts[0]) if length == 1 else None
            name = ".".join(parts[:length])
            known = self._packages.get(name) or ModuleValue(name, Scope(None, "module"))
            holder = self._packages[name] = bound if isinstance(bound, ModuleValue) else known
            holder.scope.names[parts[length]] = inner
            inner = holder
        return inner

    def execute_from(self, run: Run, node: cst.ImportFrom) -> None:
        """`from .a import b as c, d` and `from a import *`."""
        level = node.relative
        dotted = _dotted(node.module) if node.module is not None else ""
        run.versions.see(dotted)
        if isinstance(node.names, cst.ImportStar):
            if not level:
                run.libraries.imported(dotted, node)
            module = self.module(run, dotted, level)
            if isinstance(module, ModuleValue):
                for name, value in module.scope.names.items():
                    run.scope.names.setdefault(name, value)
                run.scope.star_imports += module.scope.star_imports
                run.scope.starred = True
            else:
                run.scope.star_imports.append(run.libraries.canonical(dotted))
            return
        for alias in node.names:
            name = _dotted(alias.name)
            if not level:
                run.libraries.imported(f"{dotted}.{name}", node)
            value = self.member(run, dotted, level, name)
            if alias.asname is not None:
                run.assign(alias.asname.name, value)
            else:
                run.scope.bind(name, value)

    def member(self, run: Run, dotted: str, level: int, name: str) -> Value:
        """What `from dotted import name` binds."""
        if level == 0 and run.libraries.outside(dotted):
            if run.trying and dotted in STANDARD and not hasattr(STANDARD[dotted], name):
                throw("ImportError")
            return Symbol(run.libraries.canonical(f"{dotted}.{name}"))
        module = self.module(run, dotted, level)
        if isinstance(module, ModuleValue):
            if name in module.scope.names:
                return module.scope.names[name]
            inner = self.module(run, f"{dotted}.{name}" if dotted else name, level)
            if isinstance(inner, ModuleValue):
                return inner
            found = self.of_module(run, module, name)
            return found if found is not MISSING else Unknown(f"`{name}` of {dotted or '.'}", ("import", name))
        inner = self.module(run, f"{dotted}.{name}" if dotted else name, level)
        if isinstance(inner, ModuleValue):
            return inner
        if level == 0 and not self._local(run, dotted):
            return Symbol(run.libraries.canonical(f"{dotted}.{name}"))
        own = self._of_own_library(run, dotted, level, name) if level else None
        if own is not None:
            return own
        return Unknown(
            f"`{name}`, imported from {'.' * level}{dotted}, which is not in reach", ("import", dotted, name)
        )

    def _of_own_library(self, run: Run, dotted: str, level: int, name: str) -> Symbol | None:
        # a file of a library that lies without its neighbours: its folders spell the module that it imports from
        folders = run.frame.unit.filename.replace("\\", "/").split("/")[:-level]
        for start in range(len(folders)):
            module = ".".join(filter(None, (*folders[start:], dotted)))
            if run.libraries.exports(run.libraries.canonical(module), name):
                return Symbol(run.libraries.canonical(f"{module}.{name}"))
        return None

    def from_star(self, run: Run, name: str) -> Symbol | None:
        """What a name that is bound nowhere is if it comes from one of the star imports of libraries."""
        return self._from_stars(run, run.scope.module(), name)

    def of_module(self, run: Run, module: ModuleValue, name: str) -> Value:
        """What a file that was read has as an attribute, bound or star-imported there; MISSING for what it has not."""
        if name in module.scope.names:
            return module.scope.names[name]
        found = self._from_stars(run, module.scope, name)
        if found is not None:
            return found
        lazy = module.scope.names.get("__getattr__")
        return run.call(lazy, CallSite(None, [Passed(name)])) if isinstance(lazy, FunctionValue) else MISSING

    def _from_stars(self, run: Run, scope: Scope, name: str) -> Symbol | None:
        for module in reversed(scope.star_imports):
            if run.libraries.exports(module, name):
                return Symbol(run.libraries.canonical(f"{module}.{name}"))
        return None

    # --- files ----------------------------------------------------------------------------------------------

    def _local(self, run: Run, dotted: str) -> bool:
        return not run.libraries.outside(dotted) and self.load is not None and "." not in dotted

    def module(self, run: Run, dotted: str, level: int) -> Value:
        """The module of that name: another file of the tree, or an outside library's symbol."""
        if level == 0 and run.libraries.outside(dotted):
            return Symbol(run.libraries.canonical(dotted))
        for path in self._candidates(run, dotted, level):
            if path in self.modules:
                if self.modules[path] is not None:
                    return self.modules[path]
                continue
            found = self._read(run, path, dotted)
            if found is not None:
                return found
        run.doubted_imports += dotted.partition(".")[0] not in sys.stdlib_module_names
        if level:
            return Unknown(f"module {'.' * level}{dotted}", ("import", dotted))
        return Symbol(run.libraries.canonical(dotted))

    def _candidates(self, run: Run, dotted: str, level: int) -> tuple[str, ...]:
        if self.load is None:
            return ()
        unit = run.frame.unit
        added = self._added.get(unit.filename)
        if added is None:
            added = self._added[unit.filename] = neighbours.added_folders(unit.parsed.ast, unit.parsed.source.text)
        return neighbours.candidates(unit.filename.replace("\\", "/"), dotted, level, added)

    def _read(self, run: Run, path: str, dotted: str) -> ModuleValue | None:
        self.modules[path] = None
        if self.load is None or posixpath.normpath(path) == posixpath.normpath(self.filename):
            return None
        data = self.load(path)
        if data is None:
            return None
        # helpers that define no layers cost little, and are counted by themselves
        defines = self._defining.get(path)
        if defines is None:
            defines = self._defining[path] = looks_relevant(data)
        late = run.meter.spent > FOLLOWING * run.meter.limits.seconds
        if late or self._followed[defines] >= self.limit:
            run.meter.hurried = run.meter.hurried or late
            run.note(f"{sum(self._followed)} of the files that it imports were read, not `{path}`")
            return None
        self._followed[defines] += 1
        unit = self.open_unit(path, data)
        if unit is None:
            return None
        module = ModuleValue(dotted, unit.scope)
        self.modules[path] = module
        self.units.append(unit)
        run.versions.follow(unit.spelt)
        functions, classes = list(run.functions), list(run.classes)
        with run.enter(Frame(None, unit.scope, unit)):
            try:
                assert unit.parsed.module is not None
                run.run(unit.parsed.module.body)
            except (RaiseSignal, ReturnSignal):
                pass
        # what nobody calls in an imported file is that file's own business
        run.functions, run.classes = functions, classes
        return module


def _dotted(node: cst.BaseExpression | None) -> str:
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        parts.append(node.value)
    return ".".join(reversed(parts))
