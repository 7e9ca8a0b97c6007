"""What the parts of the reader may ask of each other, as protocols, so that none of them has to import another.

`Run` is Python itself: where we are, what an expression is worth, what a call does. `Libraries` is what Python asks of
everything that is not Python: calls of outside names, and what attributes, items and operators mean on arrays, tensors,
layers and models. `Graph` is the model graph under construction. `language/` implements the first, `libraries/` the
second, `building/` the third; `reading.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct, field

from cnnlint.graph import (
    Argument,
    ArrayFacts,
    Event,
    Loss,
    Node,
    Optimizer,
    Origin,
    Placement,
    Span,
    Unread,
)
from cnnlint.graph.library_calls import Call
from cnnlint.graph.origins import Spelling
from cnnlint.graph.shapes import Inferred
from cnnlint.graph.values import Sizes
from cnnlint.readers.python.budget import Meter
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.versions import Versions
from cnnlint.readers.python.values import (
    Abstract,
    ArrayValue,
    CallSite,
    ClassValue,
    Container,
    DatasetValue,
    Fed,
    FunctionValue,
    InstanceValue,
    LayerValue,
    LossTensor,
    ModelValue,
    ModuleValue,
    ObjectValue,
    Scope,
    Symbol,
    TensorValue,
    Unit,
    Unknown,
    Value,
)

Statement = cst.BaseStatement | cst.BaseSmallStatement


class Native(Abstract, Struct, frozen=True):
    """Something callable that the reader itself implements."""

    name: str
    call: Callable[[Run, CallSite], Value]
    #: what it is a method of
    receiver: Value = None

    def truth(self) -> bool | None:
        """Functions and methods are true."""
        return True

    @property
    def is_object(self) -> bool:
        """It is a function."""
        return True


class Member(Abstract, Struct, frozen=True):
    """What an object of an outside class has under a name: a method, or a value that is not known."""

    owner: ObjectValue
    name: str

    def traced(self) -> object:
        """Its name, and whose it is."""
        return ("attribute", self.owner.traced(), self.name)


class Frame(Struct):
    """One call on the stack."""

    function: FunctionValue | None
    scope: Scope
    unit: Unit
    #: the receiver and class of the method, for `super()`
    receiver: Value = None
    owner: ClassValue | None = None
    #: loops of unknown length around the current statement
    open_loops: int = 0
    loops: int = 0
    #: arms of undecided or decided conditions around the current statement, since the innermost loop began
    conditions: int = 0
    #: how many `try` bodies with an `except NameError` are around
    tries_names: int = 0
    #: the same of those that catch a call's TypeError, as programs for several versions of a library do
    tries_calls: int = 0
    #: the exception that the `except` around the current statement caught
    handling: Value = None
    #: what was last sent to the generator that this is a call of
    sent: Value = None
    #: what the generator that this is a call of does on its way out of the place where it waits: `finally`, `with`
    held: list[cst.CSTNode] = field(default_factory=list)
    unsure: bool = False  # of a generator: another pass of a loop in it may yield otherwise
    #: how many nodes there were when an `assert` was read that does not hold
    refuted: int | None = None


class Pass(Struct):
    """One pass of a loop: when it began (as births count), how many nodes there were, and whether it left a mark."""

    began: int
    nodes: int
    touched: bool = False
    #: it took a step of training of something that is older than itself: the passes behind it do the same again
    trains: bool = False
    open: bool = False  # it is not known how many there are
    #: the token of what the loop goes through
    over: object = None
    #: arrays that were written into
    written: list[ArrayValue] = field(default_factory=list)
    #: what the loop's passes have bound or changed so far, by identity: names in mappings, containers
    names: dict[tuple[int, str], tuple[dict[str, Value], str, Value]] = field(default_factory=dict)
    elsewhere: bool = False  # some of them are names of no function that was being read: attributes, globals
    containers: dict[int, tuple[Container, dict[Value, Value]]] = field(default_factory=dict)
    models: dict[int, ModelValue] = field(default_factory=dict)
    #: lists that are told by constants what they hold, and what that stands on
    grounds: list[tuple[Container, Any]] = field(default_factory=list)
    #: arms of an `if` that were left out, and what decided that
    decided: dict[tuple[int, int, int], tuple[Frame, cst.CSTNode, cst.CSTNode]] = field(default_factory=dict)
    asked: dict[tuple[int, int], Any] = field(default_factory=dict)  # questions that could not be decided: `varying`


class Course(Struct):
    """How a loop went."""

    #: it was left by `break`
    left: bool = False
    #: what came next was not known
    lost: bool = False
    #: its condition is always true: it ends by `break`, or never
    endless: bool = False

    def ran(self, run: Run, body: cst.BaseSuite) -> bool:
        """Run a pass; False when the loop is left."""
        try:
            run.suite(body)
        except BreakSignal:
            self.left = True
            return False
        return True


class Signal(Exception):
    """A statement was reached that leaves the place where it stands."""


class BreakSignal(Signal):
    """A `break` was reached."""


class ContinueSignal(Signal):
    """A `continue` was reached."""


class ReturnSignal(Signal):
    """A `return` was reached."""

    def __init__(self, value: Value) -> None:
        self.value = value


class RaiseSignal(Signal):
    """A `raise` or an exit was reached; `value` is what was raised."""

    def __init__(self, value: Value | None = None) -> None:
        self.value: Value = Unknown("exception") if value is None else value


class Sources(Struct):
    """Where data comes from: how many sources there were, and the numbers of what was selected from them."""

    count: int = 0
    derived: dict[object, int] = field(default_factory=dict)


class Waiting(Protocol):
    """A generator that waits at a `yield`."""

    def over(self) -> bool: ...


class Importing(Protocol):
    """Import statements."""

    #: the files of the tree that were read because something imports them
    units: list[Unit]

    def execute(self, run: Run, node: cst.Import) -> None: ...
    def execute_from(self, run: Run, node: cst.ImportFrom) -> None: ...
    def from_star(self, run: Run, name: str) -> Symbol | None: ...
    def of_module(self, run: Run, module: ModuleValue, name: str) -> Value: ...


class Fallback(Struct):
    """The innermost `try` around the current statement that catches what the framework refuses."""

    #: the nodes before this one are known not to be refused
    seen: int
    #: the call that it stands in, where its handler only tells of a refusal: of calls from there that is not expected
    within: Frame | None


class Run(Protocol):
    """One run over a file."""

    meter: Meter
    frames: list[Frame]
    functions: list[FunctionValue]
    classes: list[ClassValue]
    #: the classes of which an instance was made, in that order
    instantiated: list[ClassValue]
    statement: cst.CSTNode | None
    loop_path: list[cst.CSTNode]
    passes: list[Pass]
    #: how many `try` bodies with handlers are around: where none is, a failing operation is only unknown
    trying: int
    fallback: Fallback | None
    #: what the bodies of `try`s and their handlers have bound or changed so far, from the outermost on
    tries: list[Pass]
    #: how many values were met in a `try` that are not known, and may raise as well; and such imports
    doubts: int
    answered: int  # questions that could not be decided, the same ones again included
    doubted_imports: int
    #: generators that wait within a `finally` or `with`
    waiting: list[Waiting]
    notes: list[Unread]
    #: rows with calls or items that were read, each with its file where that is not the main one
    rows: set[tuple[str | None, int]]
    events: list[Event]
    #: calls of Keras and TensorFlow as the source passes them, and how many were kept of each place
    calls: list[Call]
    kept: dict[tuple[str, int], int]
    #: facts of the arrays that were made, in order
    arrays: list[ArrayFacts]
    sources: Sources
    #: what undefined flags are by default: tf.app.flags, argparse
    flags: dict[str, Value]
    #: which versions of its frameworks the file was written for, as far as it shows
    versions: Versions
    #: what the program has set on modules and classes of libraries, by qualified name: `tf.model = Sequential()`
    assigned: dict[str, Value]
    arg_scopes: list[dict[str, dict[str, Value]]]
    #: Python's builtin functions, types and exceptions by name
    builtins: dict[str, Native]

    @property
    def imports(self) -> Importing: ...
    @property
    def building(self) -> Graph: ...
    @property
    def libraries(self) -> Libraries: ...
    @property
    def frame(self) -> Frame: ...
    @property
    def scope(self) -> Scope: ...
    @property
    def units(self) -> tuple[Unit, ...]: ...
    @property
    def in_loop(self) -> bool: ...
    @property
    def in_open_loop(self) -> bool: ...

    def run(self, body: Sequence[Statement]) -> None: ...
    def suite(self, block: cst.BaseSuite) -> None: ...
    def assign(self, target: cst.CSTNode, value: Value) -> None: ...
    def enter(self, frame: Frame) -> AbstractContextManager[None]: ...
    def names_in(self, node: cst.CSTNode) -> frozenset[str]: ...
    def evaluate(self, node: cst.CSTNode) -> Value: ...
    def expression_of(self, text: str) -> cst.BaseExpression | None: ...
    def call(self, function: Value, site: CallSite) -> Value: ...
    def attempt(self, function: Value, site: CallSite) -> Value: ...
    def iterate(self, value: Value) -> tuple[list[Value] | None, bool]: ...
    def element(self, value: Value) -> Value: ...
    def truth(self, value: Value) -> bool | None: ...
    def decide(self, value: Value, default: bool = True, at: cst.CSTNode | None = None) -> bool: ...
    def trained(self, model: ModelValue | None = None, outside: int = 0) -> None: ...
    def touch(self, container: Container | ModelValue | None = None) -> None: ...
    def event(self, event: Event) -> None: ...
    def note(self, what: str, node: cst.CSTNode | None = None) -> None: ...
    def span(self, node: cst.CSTNode | None) -> Span | None: ...
    def origin(self, node: cst.CSTNode | None) -> Origin: ...
    def reached(self, span: Span | None) -> None: ...
    def raised(self) -> None: ...


class Graph(Protocol):
    """The model graph while it is built."""

    nodes: list[Node]
    models: list[ModelValue]
    losses: list[Loss]
    #: the program has changed the words of a tokenizer
    renumbered: bool
    #: while a loss is read that the program wrote: the tensors whose numbers it takes out, and where
    taken: list[tuple[Node, Origin]] | None
    minimized: list[tuple[list[Loss], Optimizer]]
    #: the losses of each call of a tape's `gradient`
    differentiated: list[list[Loss]]
    #: the same by the row and column of the call that asked for them
    asked: dict[tuple[int, int], list[Loss]]
    #: instances of Keras's classes that the program makes of its own subclasses
    instances: list[InstanceValue]
    #: subclassed models whose own `train_step` was read
    trained: list[InstanceValue]
    session_loops: tuple[int, ...]
    fed: dict[int, Fed]
    predictions: dict[int | None, ModelValue]
    abandoned: set[int]
    failed: set[int]  # those that were made by calls which raise an exception
    #: nodes that a dictionary holds under a name, and those that were looked at
    kept: set[int]
    #: those of the body of a `try`, which may be refused without an end
    tried: set[int]
    #: the numbers of the layers that the program gives weights of its own by `set_weights`
    given_weights: set[int]
    helper_calls: list[tuple[cst.CSTNode, int, int]]
    data_format: str | None
    format_assumed: bool
    #: an input has a batch size that the program gives and that was not worked out, rather than none
    batch_given: bool
    #: the layers that the program gives no name: how Keras begins theirs, and how many of the class were before
    numbered: dict[int, tuple[str, int, tuple[object, ...]]]
    #: the program shows that the first of a class has no number
    from_zero: bool
    #: the names of the scopes around what is built now
    scope: tuple[str, ...]
    #: the nodes that calls of the program's own layers have made, or of its models too; how many are under way
    inside: set[int]
    of_parts: set[int]
    depth: int
    #: the layer that a node is a use of, by the node's identity
    made_by: dict[int, LayerValue]
    #: calls under way that the framework makes itself, of layers and losses: their tensors have data behind them
    by_framework: int

    def placement(self, site: CallSite | None, spelling: Spelling = "function", api: str = "") -> Placement: ...
    def place(self, site: CallSite) -> object: ...
    def missed(self, why: str, node: cst.CSTNode | None) -> None: ...
    def unnamed(self, layer: LayerValue) -> None: ...
    def use(self, layer: LayerValue, node: Node) -> None: ...
    def next_id(self) -> int: ...
    def node(
        self,
        kind: str,
        inputs: Sequence[Node],
        arguments: dict[str, Argument] | None = None,
        *,
        name: str = "",
        placement: Placement | None = None,
        layer_id: int | None = None,
        values: dict[str, Any] | None = None,
        shape: Sizes | None = None,
        note: str = "",
        host: Node | None = None,
        trainable: bool | None = True,
    ) -> Node: ...
    def simple(
        self, kind: str, inputs: Sequence[TensorValue], node: cst.CSTNode | None, **values: Any
    ) -> TensorValue: ...
    def opaque(
        self,
        what: str,
        inputs: Sequence[TensorValue],
        node: cst.CSTNode | None,
        *,
        shape: Sizes | None = None,
        unread: bool = False,
        weights: int | None = None,
    ) -> TensorValue: ...
    def operand(self, value: Value, node: cst.CSTNode | None = None) -> TensorValue: ...
    def loss_value(self, value: LossTensor, node: cst.CSTNode | None) -> TensorValue: ...
    def beside(self, sizes: Sizes | None, other: Value) -> Inferred: ...
    def tensor(self, value: Value, node: cst.CSTNode | None = None) -> TensorValue | None: ...
    def escape(self, value: Value) -> None: ...
    def captured(self, value: Value) -> None: ...
    def operate(self, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value: ...
    def unknown_call(self, function: Value, site: CallSite) -> Value: ...
    def depends(self, node: Node, on: Node, within: set[int]) -> bool: ...


class Libraries(Protocol):
    """What Python asks of everything that is not Python. Whatever is not known is unknown."""

    def outside(self, dotted: str) -> bool: ...
    def imported(self, dotted: str, node: cst.CSTNode) -> None: ...
    def canonical(self, name: str) -> str: ...
    def exports(self, module: str, name: str) -> bool: ...
    def conventional(self, name: str) -> Symbol | None: ...
    def handed(self, name: str, member: str) -> Symbol | None: ...
    def member(self, symbol: Symbol, name: str) -> Value: ...
    def is_instance(self, value: Value, kind: Symbol) -> bool | None: ...
    def of_several(self, value: Value) -> bool: ...
    def decorates(self, symbol: Symbol) -> bool: ...
    def leaves_decorated(self, symbol: Symbol) -> bool: ...
    def class_made(self, cls: ClassValue) -> None: ...
    def entered(self, manager: Value) -> Value: ...
    def left(self, manager: Value) -> None: ...
    def suppressed(self, manager: Value) -> tuple[Value, ...]: ...
    def call_symbol(self, symbol: Symbol, site: CallSite) -> Value: ...
    def call_object(self, value: ObjectValue, site: CallSite) -> Value: ...
    def call_method(self, value: ObjectValue, name: str, site: CallSite) -> Value: ...
    def call_layer(self, layer: LayerValue, site: CallSite) -> Value: ...
    def call_model(self, model: ModelValue, site: CallSite) -> Value: ...
    def call_instance(self, instance: InstanceValue, site: CallSite) -> Value: ...
    def new_instance(self, cls: ClassValue, site: CallSite) -> InstanceValue: ...
    def finished_instance(self, instance: InstanceValue, site: CallSite) -> Value: ...
    def attribute(self, value: Value, name: str) -> Value: ...
    def super_attribute(self, instance: InstanceValue, name: str) -> Value: ...
    def attribute_assigned(self, target: Value, name: str, value: Value) -> None: ...
    def printed(self, values: list[Value]) -> None: ...
    def item(self, value: Value, index: list[Value], node: cst.Subscript) -> Value: ...
    def assign_item(self, container: Value, index: list[Value], value: Value) -> None: ...
    def remove_item(self, container: ArrayValue, index: list[Value]) -> None: ...
    def binary(self, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value: ...
    def compare(self, name: str, left: Value, right: Value) -> Value: ...
    def unary(self, name: str, value: Value, node: cst.CSTNode) -> Value: ...
    def updated(self, old: Value, made: Value, node: cst.CSTNode) -> Value: ...
    def written(self, arrays: list[ArrayValue]) -> None: ...
    def named(self, name: str, value: Value) -> Value: ...
    def expression(self, node: cst.BaseExpression, value: Value) -> None: ...
    def element(self, value: ArrayValue | DatasetValue) -> Value: ...
    def distinct(self, value: ArrayValue) -> Value: ...
    def listed(self, value: ArrayValue) -> Value: ...
    def number(self, value: ArrayValue | Unknown) -> Value: ...
    def extreme(self, value: ArrayValue, which: str) -> Value: ...
    def part(self, value: Value, index: int, count: int) -> Value: ...
    def widened(self, name: str, old: Value, new: Value, node: cst.CSTNode) -> Value: ...
    def grown(self, model: ModelValue, node: cst.CSTNode) -> None: ...
