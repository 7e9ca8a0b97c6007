"""Abstract values: what an expression of the program may evaluate to while it is read.

Numbers, strings, booleans, None and tuples stand for themselves; everything else is one of these classes.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import libcst as cst

from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Model, Node, Origin, Placement, Training

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter
    from cnnlint.readers.python.language.state import Unit

birth = itertools.count(1).__next__
"""A number for each mutable value, in the order of their making: loops ask which of them are older than a pass."""

LARGEST = 10_000
"""Results beyond this many characters or items are not worth keeping."""
LARGEST_BITS = 256
"""The same for whole numbers."""

Value = Any
"""A plain Python constant, a tuple of values, or an instance of a class of this module."""


class Unknown:
    """A value that could not be worked out.

    `token` says what it is the value of, in a form that is the same in every run over the same file: two
    unknowns with the same token are the same value, so a condition is decided alike wherever it is asked.
    """

    __slots__ = ("token", "why")

    def __init__(self, why: str, token: object = None) -> None:
        self.why = why
        self.token = compact(token) if token is not None else why

    def __repr__(self) -> str:
        return f"<unknown: {self.why}>"


def compact(token: object) -> object:
    """A token of bounded size: those that are derived from many others would grow without end.

    The token of a negation keeps what it negates, so that both are answered alike.
    """
    if not isinstance(token, tuple):
        return token
    if len(token) == 2 and token[0] == "Not":
        return ("Not", compact(token[1]))
    text = repr(token)
    return token if len(text) <= 400 else ("digest", hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name of an outside library by its canonical qualified name, for instance "keras.layers.Conv2D"."""

    name: str

    @property
    def last(self) -> str:
        """The part behind the last dot."""
        return self.name.rpartition(".")[2]


@dataclass(eq=False, slots=True)
class ListValue:
    """A list, or another mutable sequence. `open` when it may hold more than `items` tell."""

    items: list[Value] = field(default_factory=list)
    open: bool = False
    born: int = field(default_factory=birth)


@dataclass(eq=False, slots=True)
class DictValue:
    """A dictionary with known keys. `open` when there may be others."""

    items: dict[Any, Value] = field(default_factory=dict)
    open: bool = False
    #: the expression of each value, for the origins of `**kwargs`
    sources: dict[Any, cst.CSTNode] = field(default_factory=dict)
    born: int = field(default_factory=birth)


@dataclass(frozen=True, slots=True)
class RangeValue:
    """A `range` that is too long to be unrolled, or whose length is not known (None)."""

    length: int | None
    first: int | None = None


@dataclass(eq=False, slots=True)
class FunctionValue:
    """A function or lambda of the program, with the scope it closes over."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    unit: Unit
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: ClassValue | None = None
    #: "static", "class" or "property", for methods
    flavour: str = ""
    called: bool = False
    #: it called itself more deeply than is followed
    endless: bool = False


@dataclass(eq=False, slots=True)
class ClassValue:
    """A class of the program: its bases and the names its body defines."""

    name: str
    node: cst.ClassDef
    bases: list[Value]
    scope: Scope
    unit: Unit
    instantiated: bool = False

    def lineage(self) -> Iterable[ClassValue]:
        """The class and those of its bases that were read, nearest first, each once."""
        seen: set[int] = set()
        pending: list[ClassValue] = [self]
        while pending:
            cls = pending.pop()
            if id(cls) in seen:
                continue
            seen.add(id(cls))
            yield cls
            pending += [base for base in reversed(cls.bases) if isinstance(base, ClassValue)]

    def external_bases(self) -> list[Symbol]:
        """The outside classes it descends from."""
        return [base for cls in self.lineage() for base in cls.bases if isinstance(base, Symbol)]

    def find(self, name: str) -> Value | None:
        """The attribute of that name in the class or the nearest base that has it."""
        for cls in self.lineage():
            if name in cls.scope.names:
                return cls.scope.names[name]
        return None


@dataclass(eq=False, slots=True)
class InstanceValue:
    """An instance of a class of the program."""

    cls: ClassValue
    attributes: dict[str, Value] = field(default_factory=dict)
    #: for instances of keras.Model and keras.layers.Layer subclasses
    role: str = ""
    built: bool = False
    layer_id: int = 0
    name: str = ""
    placement: Placement = field(default_factory=Placement)
    model: ModelValue | None = None
    calls: int = 0
    arguments: dict[str, Argument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MethodValue:
    """A function bound to an instance (or to a class)."""

    function: FunctionValue
    receiver: Value


@dataclass(frozen=True, slots=True)
class SuperValue:
    """`super()` within a method: attributes are looked up behind `cls`."""

    cls: ClassValue
    receiver: Value


@dataclass(frozen=True, slots=True)
class Native:
    """Something callable that the reader itself implements."""

    name: str
    call: Callable[[Interpreter, CallSite], Value]


@dataclass(frozen=True, slots=True)
class PartialValue:
    """`functools.partial(function, ...)`."""

    function: Value
    positional: tuple[Passed, ...]
    keywords: dict[str, Passed]


@dataclass(eq=False, slots=True)
class ObjectValue:
    """An object of an outside class: an optimizer, an initialiser, a data generator. Its call is kept as it was."""

    name: str
    site: CallSite
    #: what methods have learnt about it (a scaler's split, a generator's facts)
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class LayerValue:
    """A layer that was constructed, before and between its uses."""

    kind: str
    arguments: dict[str, Argument]
    placement: Placement
    layer_id: int
    name: str | None = None
    #: the fused activation, or None for none
    activation: Argument | None = None
    trainable: bool | None = True
    #: the nodes that its calls made
    nodes: list[Node] = field(default_factory=list)
    #: it was called on something that could not be read
    called_on_unknown: bool = False
    #: for wrappers: what is wrapped
    inner: Value = None
    note: str = ""
    input_shape: Value = None
    #: whether the layer's behaviour is known to the reader
    opaque: bool = False
    unread: bool = False
    #: it stands for each of the layers of this model, which are not listed one by one
    every_layer_of: ModelValue | None = None


@dataclass(frozen=True, slots=True)
class TensorValue:
    """A symbolic tensor: the output of a node."""

    node: Node


@dataclass(eq=False, slots=True)
class VariableValue:
    """A TensorFlow variable or a weight made by `add_weight`."""

    shape: tuple[Value, ...] | None
    initializer: Value = None
    name: str = ""
    placement: Placement = field(default_factory=Placement)
    trainable: bool = True
    used: bool = False


@dataclass(eq=False, slots=True)
class ModelValue:
    """A model under construction or complete.

    A Sequential has `layers`; a functional model `inputs` and `outputs`; an Application one layer.
    """

    kind: str
    placement: Placement
    name: str | None = None
    layers: list[Value] = field(default_factory=list)
    inputs: list[TensorValue] = field(default_factory=list)
    outputs: list[TensorValue] = field(default_factory=list)
    training: Training = field(default_factory=Training)
    #: set-ups that it was trained with before it was compiled anew
    earlier: list[Training] = field(default_factory=list)
    #: losses that `add_loss` was given
    added: list[Loss] = field(default_factory=list)
    #: shape that `build(input_shape)` or `Sequential(input_shape=...)` gave
    input_shape: Value = None
    #: an Application's node arguments
    application: LayerValue | None = None
    unread: list[Any] = field(default_factory=list)
    graph: Model | None = None
    trainable: bool | None = True
    #: tensors that realising a Sequential made, by position
    realised: list[TensorValue] = field(default_factory=list)
    realised_length: int = -1
    #: what the elements and the input were when it was realised
    realised_marks: list[object] = field(default_factory=list)
    realised_input: object = None
    used_as_part: bool = False
    used_as_model: bool = False
    instance: InstanceValue | None = None
    born: int = field(default_factory=birth)


@dataclass(frozen=True, slots=True)
class Statistic:
    """What was worked out of an array: its mean, deviation, extreme.

    `which` is "mean", "std", "var", "max", "min", "range", "norm" or "sum"; `each` is True where every sample has
    its own. `root` and `split` are those of the array.
    """

    which: str
    root: int | None = None
    split: str | None = None
    each: bool = False


@dataclass(eq=False, slots=True)
class Frame:
    """What is known of a pandas table beside its array facts: some of its columns, all of them if `whole`.

    A series is a frame with `series` set.
    """

    columns: dict[object, ArrayValue] = field(default_factory=dict)
    whole: bool = False
    series: bool = False


@dataclass(eq=False, slots=True)
class ArrayValue:
    """An array (or a tensor of data) of which facts are known."""

    facts: ArrayFacts
    #: the facts come from every one of its elements, so that extremes are known to the last digit
    exact: bool = False
    frame: Frame | None = None
    statistic: Statistic | None = None
    #: the same array under other names, itself among them: what is done in place is done to all
    family: list[ArrayValue] = field(default_factory=list)
    born: int = field(default_factory=birth)


@dataclass(eq=False, slots=True)
class DatasetValue:
    """A stream: a tf.data pipeline, a directory iterator, a generator's flow.

    `element` is what it yields: an ArrayValue, or a tuple or DictValue of such; of a sample if it is not `batched`,
    else of a batch. Sizes count batches' and samples' numbers where these are known.
    """

    element: Value = None
    batched: bool = False
    batch_size: int | None = None
    samples: int | None = None
    #: batches in one pass, None when unknown or endless
    steps: int | None = None

    @property
    def x(self) -> ArrayFacts | None:
        """The features, with the axis of the samples."""
        return self._part(0)

    @property
    def y(self) -> ArrayFacts | None:
        """The labels, with the axis of the samples; None if there are none."""
        return self._part(1)

    def _part(self, index: int) -> ArrayFacts | None:
        parts = elements(self.element)
        if parts is None:
            parts = [self.element]
        part = parts[index] if index < len(parts) else None
        if not isinstance(part, ArrayValue):
            return None
        facts = part.facts
        if facts.shape is None:
            return facts
        behind = facts.shape[1:] if self.batched else facts.shape
        return replace(facts, shape=(self.samples, *behind))


@dataclass(frozen=True, slots=True)
class HistoryValue:
    """What `fit` returns."""

    feed: Feed


@dataclass(eq=False, slots=True)
class LossTensor:
    """The value of a loss function's call: what `minimize` is given."""

    losses: list[Any]
    node: Node | None = None


@dataclass(eq=False, slots=True)
class ModuleValue:
    """Another file of the same tree, read."""

    name: str
    scope: Scope


class Scope:
    """The names of a module, class body or function, and the scope around it."""

    __slots__ = ("globals_declared", "kind", "names", "nonlocals_declared", "parent", "star_imports")

    def __init__(self, parent: Scope | None = None, kind: str = "function") -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.kind = kind
        self.globals_declared: set[str] = set()
        self.nonlocals_declared: set[str] = set()
        self.star_imports: list[str] = []

    def lookup(self, name: str) -> tuple[Scope, Value] | None:
        """The scope that binds the name and its value; class bodies do not reach into functions."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if name in scope.names and (first or scope.kind != "class"):
                return scope, scope.names[name]
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


@dataclass(frozen=True, slots=True)
class Passed:
    """An argument as it is passed: its value, its expression, and its keyword or position in the call."""

    value: Value
    node: cst.CSTNode | None = None
    keyword: str | None = None
    position: int | None = None


@dataclass(slots=True)
class CallSite:
    """A call with its arguments evaluated."""

    node: cst.Call | None
    positional: list[Passed] = field(default_factory=list)
    keywords: dict[str, Passed] = field(default_factory=dict)
    #: there is an unknown `*args` or `**kwargs`: what is not passed here may be passed all the same
    open: bool = False
    callee: str = ""
    api: str = ""
    placement: Placement = field(default_factory=Placement)

    def passed(self, position: int | None, *names: str) -> Passed | None:
        """The argument at a position or under one of the names."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def value(self, position: int | None, *names: str, default: Value = None) -> Value:
        """The value at a position or under one of the names; `default` if it is not passed."""
        passed = self.passed(position, *names)
        if passed is not None:
            return passed.value
        return Unknown("argument behind * or **") if self.open else default

    def values(self) -> list[Value]:
        """All values passed, positional first."""
        return [p.value for p in self.positional] + [p.value for p in self.keywords.values()]


def token(value: Value) -> object:
    """What identifies a value in the token of an unknown derived from it."""
    if isinstance(value, Unknown):
        return value.token
    if is_constant(value) or isinstance(value, Symbol):
        return repr(value)
    return type(value).__name__


def is_number(value: Value) -> bool:
    """Whether the value is a known int or float (a bool is not)."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_constant(value: Value) -> bool:
    """Whether the value is a plain constant, or a tuple of such."""
    if not isinstance(value, tuple):
        return value is None or isinstance(value, (bool, int, float, complex, str, bytes))
    pending, seen = [value], 0
    while pending:
        items = pending.pop()
        seen += len(items)
        if seen > LARGEST:
            return False  # tuples of tuples may be far larger than the program that makes them
        for item in items:
            if isinstance(item, tuple):
                pending.append(item)
            elif not (item is None or isinstance(item, (bool, int, float, complex, str, bytes))):
                return False
    return True


def is_small(value: Value) -> bool:
    """Whether a value and all that its tuples, lists and dictionaries hold can be visited in a moment."""
    pending, seen = [value], 0
    while pending:
        current = pending.pop()
        if isinstance(current, (ListValue, DictValue)):
            items: Iterable[Value] = current.items if isinstance(current, ListValue) else current.items.values()
        elif isinstance(current, tuple):
            items = current
        else:
            continue
        inner = list(items)
        seen += 1 + len(inner)
        if seen > LARGEST * 4:
            return False
        pending += [item for item in inner if isinstance(item, (tuple, ListValue, DictValue))]
    return True


def elements(value: Value) -> list[Value] | None:
    """The items of a tuple or of a list that is known whole, else None."""
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, ListValue) and not value.open:
        return value.items
    return None


def tensors_in(value: Value, depth: int = 3) -> list[TensorValue]:
    """The tensors in a value, looking into tuples, lists and dictionaries."""
    if isinstance(value, TensorValue):
        return [value]
    if depth == 0:
        return []
    if isinstance(value, tuple):
        return [t for item in value for t in tensors_in(item, depth - 1)]
    if isinstance(value, ListValue):
        return [t for item in value.items for t in tensors_in(item, depth - 1)]
    if isinstance(value, DictValue):
        return [t for item in value.items.values() for t in tensors_in(item, depth - 1)]
    return []


def plain(value: Value) -> Any:
    """The value as graph arguments hold it: constants and tuples as they are, lists as tuples, else UNKNOWN."""
    from cnnlint.graph import UNKNOWN

    if is_constant(value):
        return value
    if not is_small(value):
        return UNKNOWN
    items = elements(value)
    if items is not None:
        return tuple(plain(item) for item in items)
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class ArgScope:
    """What `slim.arg_scope([...], name=value)` evaluates to: defaults by qualified function name."""

    defaults: dict[str, dict[str, Value]]


@dataclass(frozen=True, slots=True)
class Fed:
    """What an input is given by a session's `feed_dict` or by a call on an array, and where."""

    facts: ArrayFacts
    origin: Origin
