"""Which of a file's functions, classes and methods that are read by themselves left what behind, and which of them has
to be read again for a question."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from cnnlint.graph import Model, Rows
from cnnlint.readers.python.language.interpreter import Interpreter
from cnnlint.readers.python.language.state import Root
from cnnlint.readers.python.values import DictValue, InstanceValue, ListValue, ModelValue


class Roots(Struct):
    """The functions, classes and methods of a file that are read by themselves, and what each left behind."""

    #: those that are read; None for all of them
    only: frozenset[Root] | None = None
    #: by id of a node, of a model value: the root under which it was made; what the module itself makes has none
    owners: dict[int, Root] = field(default_factory=dict)
    #: the root under which a class was first instantiated
    makers: dict[Root, Root] = field(default_factory=dict)
    #: the methods of a class that are read one after another on an instance of it, and the class of each
    methods: dict[Root, list[Root]] = field(default_factory=dict)
    classes: dict[Root, Root] = field(default_factory=dict)
    #: the classes whose methods are read on an instance that the program made, or reading the class by itself
    made: set[Root] = field(default_factory=set)
    #: the methods that leave the instance changed to those behind them
    changing: set[Root] = field(default_factory=set)
    #: the rows that the module itself reached, once all is read
    module: Rows = frozenset()
    #: those that were read under each
    rows: dict[Root, set[tuple[str | None, int]]] = field(default_factory=dict)

    def wanted(self, root: Root, called: bool = False) -> bool:
        """Whether a function, class or method is to be read: of all of them, those that nothing called before."""
        return not called if self.only is None else root in self.only

    @contextlib.contextmanager
    def under(self, run: Interpreter, root: Root) -> Iterator[None]:
        """Read a function or class by itself, and note what it leaves behind."""
        nodes, made, before = len(run.building.nodes), len(run.building.models), (run.rows, run.decisions.root)
        instantiated = len(run.instantiated)
        run.rows, run.decisions.root = set(), root
        try:
            yield
        finally:
            self.owners.update((id(node), root) for node in run.building.nodes[nodes:])
            self.owners.update((id(model), root) for model in run.building.models[made:])
            for cls in run.instantiated[instantiated:]:
                self.makers.setdefault(id(cls.node), root)
            self.rows.setdefault(root, set()).update(run.rows)
            run.rows, run.decisions.root = before

    @contextlib.contextmanager
    def method(self, run: Interpreter, cls: Root, root: Root, instance: InstanceValue) -> Iterator[None]:
        """Read a method of a class on an instance that the methods before it were read on."""
        self.methods.setdefault(cls, []).append(root)
        self.classes[root] = cls
        before = _state(instance)
        try:
            with self.under(run, root):
                yield
        finally:
            if _state(instance) != before:
                self.changing.add(root)

    def maker(self, run: Interpreter, model: ModelValue) -> contextlib.AbstractContextManager[None]:
        """Read on under what made a model."""
        owner = self.owners.get(id(model))
        return contextlib.nullcontext() if owner is None else self.under(run, owner)

    def learn(self, other: Roots) -> None:
        """Take in what another reading has shown of what stands on what."""
        for cls, methods in other.methods.items():
            known = self.methods.setdefault(cls, [])
            known += [one for one in methods if one not in known]
        self.classes |= other.classes
        self.changing |= other.changing
        self.made |= other.made
        self.makers = other.makers | self.makers

    def concerned(self, asked: Iterable[Root | None]) -> frozenset[Root] | None:
        """The roots that another answer to a question which came up under these may read otherwise: themselves, and the
        methods that are read behind them on what they leave. None where that is the whole file."""
        found: set[Root] = set()
        for root in asked:
            if root is None:
                return None
            found |= {root, *self.methods.get(root, ())}
        for methods in self._methods_of(found):
            first = next((at for at, one in enumerate(methods) if one in found and one in self.changing), len(methods))
            found.update(methods[first:])
        return frozenset(found)

    def needed(self, asked: Iterable[Root | None]) -> frozenset[Root] | None:
        """The roots to read again for a question that came up under these: those that it concerns, and what these stand
        on. None where the whole file has to be."""
        concerned = self.concerned(asked)
        if concerned is None:
            return None
        found: set[Root] = set()
        pending = list(concerned)
        while pending:
            root = pending.pop()
            if root not in found:
                found.add(root)
                pending += [self.makers[root]] if root in self.makers else []
                pending += [self.classes[root]] if self.classes.get(root) in self.made else []
        for methods in self._methods_of(found):
            last = max(at for at, one in enumerate(methods) if one in found)
            found.update(one for one in methods[:last] if one in self.changing)
        return frozenset(found)

    def _methods_of(self, roots: set[Root]) -> list[list[Root]]:
        """The methods of each class of which some are among these."""
        return [self.methods[cls] for cls in {self.classes[root] for root in roots if root in self.classes}]

    def reached(self, only: frozenset[Root] | None = None) -> Rows:
        """The rows that the module itself and these roots reached; None for all roots."""
        return self.module.union(*(rows for root, rows in self.rows.items() if only is None or root in only))

    def concerns(self, only: frozenset[Root] | None, model: Model) -> bool:
        """Whether a model was made by the module itself or under one of these roots."""
        owner = self.owners.get(id(model.nodes)) or next(
            (self.owners[id(node)] for node in model.nodes if id(node) in self.owners), None
        )
        return only is None or owner is None or owner in only

    def assembled(self, run: Interpreter) -> None:
        """All is read: know the models of the graph by the roots of the values that they were made of."""
        self.module = frozenset(run.rows)
        for value in run.building.models:
            if value.graph is not None and id(value) in self.owners:
                self.owners[id(value.graph.nodes)] = self.owners[id(value)]


def _state(instance: InstanceValue) -> dict[str, object]:
    """What an instance holds, and what its lists and dictionaries do, by identity."""
    return {
        name: (id(value), *_items(value)) if isinstance(value, (ListValue, DictValue)) else id(value)
        for name, value in instance.attributes.items()
    }


def _items(value: ListValue | DictValue) -> list[int]:
    return list(map(id, value.items.values() if isinstance(value, DictValue) else value.items))
