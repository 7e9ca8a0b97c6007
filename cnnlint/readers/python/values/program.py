"""What the program itself defines: scopes, functions, classes, modules, and the file that they stand in."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field

from cnnlint.graph.qualified import denotes_object
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import Positions
from cnnlint.readers.python.values.base import MISSING, Abstract, Symbol, Thing, Value, iterated


class Unit(Struct, eq=False):
    """One file that is being read: its tree, positions, and the scope of its module."""

    filename: str
    parsed: Parsed
    positions: Positions
    scope: Scope
    #: whether it is the file asked for, not one that it imports
    main: bool = True
    #: the versions of Keras that an imported file is spelt for
    spelt: frozenset[int] = frozenset()
    #: whether pieces of it yield, by identity, once that was asked
    yields: dict[int, bool] = field(default_factory=dict)


class Scope:
    """The names of a module, class body or function, and the scope around it."""

    __slots__ = (
        "annotated",
        "globals_declared",
        "kind",
        "names",
        "nonlocals_declared",
        "own",
        "parent",
        "star_imports",
        "starred",
    )

    def __init__(self, parent: Scope | None = None, kind: str = "function") -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.kind = kind
        self.globals_declared: set[str] = set()
        self.nonlocals_declared: set[str] = set()
        self.star_imports: list[str] = []
        #: it takes all the names of another file of the program, which may bind more than was read there
        self.starred = False
        #: of a class's body: the names that were given a type, in that order, with the type
        self.annotated: dict[str, cst.BaseExpression] = {}
        #: of a class's body within a function: the names that it binds somewhere
        self.own: frozenset[str] = frozenset()

    def lookup(self, name: str) -> tuple[Scope, Value] | None:
        """The scope that binds the name and its value; class bodies do not reach into functions."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if name in scope.globals_declared:
                scope = scope.module()
            if name in scope.names and (first or scope.kind != "class"):
                return scope, scope.names[name]
            if first and name in scope.own and name not in scope.nonlocals_declared:
                scope = scope.module()  # not bound yet, and then Python passes the functions around over
                return (scope, scope.names[name]) if name in scope.names else None
            scope, first = scope.parent, False
        return None

    def module(self) -> Scope:
        """The scope of the module."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def bind(self, name: str, value: Value) -> None:
        """Bind a name here, or in the module if it was declared global."""
        if name in self.globals_declared:
            self.module().names[name] = value
        elif name in self.nonlocals_declared and self.parent is not None:
            found = self.parent.lookup(name)
            (found[0] if found is not None else self).names[name] = value
        else:
            self.names[name] = value


class FunctionValue(Thing, Struct, eq=False):
    """A function or lambda of the program, with the scope it closes over."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    unit: Unit
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: ClassValue | None = None
    #: "static", "class", "property" or "cached" (a property that is worked out once), for methods
    flavour: str = ""
    #: what a property does when it is assigned
    setter: FunctionValue | None = None
    deleter: FunctionValue | None = None
    #: whether its body yields, once that was asked
    yields: bool | None = None
    #: the names that its body binds, once these were asked for
    own: frozenset[str] | None = None
    #: what was set on it
    attributes: dict[str, Value] = field(default_factory=dict)
    called: bool = False
    #: it called itself more deeply than is followed
    endless: bool = False
    #: `@abstractmethod`
    abstract: bool = False

    def qualified(self) -> str | None:
        """Its `__qualname__`; None for what is defined within a function, whose name is not kept."""
        name = "<lambda>" if isinstance(self.node, cst.Lambda) else self.name
        if self.scope.parent is None:
            return name
        around = self.owner.qualified() if self.owner is not None and self.owner.scope is self.scope else None
        return None if around is None else f"{around}.{name}"


class ClassValue(Thing, Struct, eq=False):
    """A class of the program: its bases and the names its body defines.

    `flavour` is "" or what makes its objects something other than plain instances: "dataclass", "namedtuple", "enum".
    """

    name: str
    node: cst.ClassDef
    bases: list[Value]
    scope: Scope
    unit: Unit
    instantiated: bool = False
    flavour: str = ""
    #: names of the fields of a dataclass or named tuple, in order, with their defaults (MISSING for none)
    fields: dict[str, Value] = field(default_factory=dict)
    #: what `field(...)` says of a dataclass's fields: repr, compare, init
    settings: dict[str, dict[Value, Value]] = field(default_factory=dict)
    #: what its decorator was told: frozen, order, eq
    options: dict[str, Value] = field(default_factory=dict)
    #: the class that makes it, where that is not `type`
    metaclass: Value = None
    _order: list[ClassValue] | None = None

    def fields_for(self, purpose: str) -> list[str]:
        """The names of its fields, without those that are left out of something ("repr", "compare", "init")."""
        return [name for name in self.fields if self.settings.get(name, {}).get(purpose) is not False]

    def qualified(self) -> str | None:
        """Its `__qualname__`; None for what is defined within a function or another class, whose name is not kept."""
        around = self.scope.parent
        return self.name if around is None or around.parent is None else None

    def lineage(self) -> list[ClassValue]:
        """The class and those of its bases that were read, in the order in which Python asks them (C3)."""
        if self._order is None:
            bases = [base for base in self.bases if isinstance(base, ClassValue) and base is not self]
            self._order = [self, *_merged([*(list(base.lineage()) for base in bases), bases])]
        return self._order

    def external_bases(self) -> list[Symbol]:
        """The outside classes it descends from."""
        return [base for cls in self.lineage() for base in cls.bases if isinstance(base, Symbol)]

    @property
    def mixed(self) -> bool:
        """Whether the members of an enumeration are numbers or text as well."""
        return any(
            not (isinstance(base, ClassValue) or getattr(base, "name", "") == "enum.Enum")
            for cls in self.lineage()
            for base in cls.bases
        )

    @property
    def plain(self) -> bool:
        """Whether every class it descends from was read, or is `object`."""
        return all(
            isinstance(base, ClassValue) or getattr(base, "name", "") in PLAIN
            for cls in self.lineage()
            for base in cls.bases
        )

    def descends_from(self, other: ClassValue) -> bool | None:
        """Whether it is, or inherits from, another class of the program; None where a base that was not read may.

        The classes of a known library inherit from none of the program.
        """
        if other in self.lineage():
            return True
        known = all(
            isinstance(base, ClassValue)
            or getattr(base, "name", "") in PLAIN
            or (isinstance(base, Symbol) and denotes_object(base.name))
            for cls in self.lineage()
            for base in cls.bases
        )
        return False if known else None

    def takes(self, name: str) -> bool:
        """Whether an attribute of that name may be set: all but what the `__slots__` of every class leave out."""
        if not self.plain:
            return True
        names: set[Value] = set()
        for cls in self.lineage():
            slots = cls.scope.names.get("__slots__")
            items, more = ([slots], False) if isinstance(slots, str) else iterated(slots)
            if slots is None or items is None or more or not all(isinstance(item, str) for item in items):
                return True
            names.update(items)
        return name in names

    @property
    def abstract(self) -> bool:
        """Whether one of its methods is still to be written, so that Python makes no instance of it."""
        names = {
            name
            for cls in self.lineage()
            for name, found in cls.scope.names.items()
            if isinstance(found, FunctionValue) and found.abstract
        }
        watched = any(base.name == "abc.ABC" for base in self.external_bases()) or (
            isinstance(self.metaclass, Symbol) and self.metaclass.name == "abc.ABCMeta"
        )
        return watched and any(isinstance(found := self.find(name), FunctionValue) and found.abstract for name in names)

    def find(self, name: str) -> Value:
        """The attribute of that name in the class or the nearest base that has it, or MISSING."""
        for cls in self.lineage():
            if name in cls.scope.names:
                return cls.scope.names[name]
        return MISSING


class MethodValue(Thing, Struct, frozen=True):
    """A function bound to an instance (or to a class)."""

    function: FunctionValue
    receiver: Value


class SuperValue(Abstract, Struct, frozen=True):
    """`super()` within a method: attributes are looked up behind `cls`."""

    cls: ClassValue
    receiver: Value


class ModuleValue(Thing, Struct, eq=False):
    """Another file of the same tree, read."""

    name: str
    scope: Scope


#: names of bases that add nothing of their own
PLAIN = ("object", "abc.ABC", "enum.Enum", "enum.IntEnum", "typing.NamedTuple", "typing.Generic", "typing.Protocol")


def _merged(orders: list[list[ClassValue]]) -> list[ClassValue]:
    """Several orders of classes merged as Python does; what can't be merged follows in the order of its coming."""
    result: list[ClassValue] = []
    orders = [list(order) for order in orders if order]
    while orders:
        heads = [order[0] for order in orders]
        first = next((h for h in heads if not any(h in order[1:] for order in orders)), heads[0])
        result.append(first)
        orders = [rest for order in orders if (rest := [cls for cls in order if cls is not first])]
    return result


class FieldsTuple(tuple[Value, ...]):
    """An object of a class of named tuples."""

    cls: ClassValue

    @classmethod
    def of(cls, owner: ClassValue, values: Iterable[Value]) -> FieldsTuple:
        """An object with these values in the order of the class's fields."""
        made = cls(values)
        made.cls = owner
        return made


class ExceptionValue(Thing, Struct, eq=False):
    """An exception of one of Python's own classes."""

    kind: str
    arguments: tuple[Value, ...] = ()
