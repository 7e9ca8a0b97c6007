"""The model graph: the one language that readers write and rules read.

A `Node` is one use of a layer or operation; a `Model` is a directed acyclic graph of nodes with its training
set-up; a `Program` is everything that was read from one file. Kinds and argument names are Keras 3's. A fused
activation (`Conv2D(..., activation="relu")`) is a node of its own whose `fused_into` is the convolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.origins import Argument, Origin, Placement
from cnnlint.graph.training import Training
from cnnlint.graph.values import UNKNOWN, Shape

OPAQUE = "Opaque"
"""The kind of a node that is known to be there, but not what it computes. It breaks every chain."""


@dataclass(eq=False, slots=True)
class Node:
    """One use of a layer or operation.

    `kind` is a Keras 3 class name ("Conv2D", "Activation", "MaxPooling2D", "Dense", "Add", "Input", ...), a
    bare operation where Keras has no layer ("MatMul", "Transpose", "ReduceMean", ...), or OPAQUE.
    """

    kind: str
    name: str
    inputs: list[Node] = field(default_factory=list)
    arguments: dict[str, Argument] = field(default_factory=dict)
    #: output shape with the batch dimension first; None when not even the rank is known
    shape: Shape | None = None
    placement: Placement = field(default_factory=Placement)
    #: nodes that share their weights (one layer used twice) have the same number
    layer_id: int = 0
    #: the host of a fused activation
    fused_into: Node | None = None
    #: names of the sub-models it was inlined from, outermost first
    scope: tuple[str, ...] = ()
    #: False for a frozen layer, None when that could not be worked out
    trainable: bool | None = True
    #: the output leaves the part of the program that was read (returned, stored, passed to unknown code)
    escapes: bool = False
    #: why the framework would refuse to build this node, in the words of shape inference
    shape_error: str | None = None
    #: what is opaque about an OPAQUE node, for people: "Lambda", "MyLayer", "loop of unknown length"
    note: str = ""
    #: trainable and other weights, or None when unknown
    parameters: int | None = None

    def value(self, name: str) -> Any:
        """The value of an argument, or None when it is absent, None or unknown: None never satisfies a rule."""
        argument = self.arguments.get(name)
        if argument is None or argument.value is UNKNOWN:
            return None
        return argument.value

    def known(self, name: str) -> bool:
        """Whether the argument's value (which may be None) could be worked out."""
        argument = self.arguments.get(name)
        return argument is not None and argument.known

    def given(self, name: str) -> bool:
        """Whether the source spells the argument out."""
        argument = self.arguments.get(name)
        return argument is not None and argument.given

    @property
    def origin(self) -> Origin:
        """The place a finding about this node points at: the argument of a fused activation, else the call."""
        if self.fused_into is not None:
            function = self.arguments.get("activation")
            if function is not None and function.origin is not None:
                return function.origin
            return self.fused_into.origin
        return self.placement.call or self.placement.application or self.placement.statement or Origin()

    @property
    def opaque(self) -> bool:
        """Whether what the node computes is unknown."""
        return self.kind == OPAQUE

    @property
    def activation(self) -> str | None:
        """The function's canonical name ("relu", "softmax", "linear", ...) if this node applies an activation.

        None for other layers and for an activation that could not be resolved; ask `is_activation` to tell
        these apart.
        """
        if self.kind == "Activation":
            function = self.value("activation")
            return function if isinstance(function, str) else None
        return ACTIVATION_LAYERS.get(self.kind)

    @property
    def is_activation(self) -> bool:
        """Whether this node applies an element-wise (or softmax) activation, known or not."""
        return self.kind == "Activation" or self.kind in ACTIVATION_LAYERS

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name} {self.shape}>"


ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
}
"""Keras layers that are an activation, and the function's canonical name."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read: what, and where."""

    what: str
    origin: Origin | None = None


@dataclass(eq=False, slots=True)
class Model:
    """A directed acyclic graph of nodes, in an order in which inputs come before their consumers."""

    name: str
    #: "sequential", "functional", "subclass", "tf.layers" (call style of TensorFlow 1), "onnx", "application"
    kind: str
    nodes: list[Node] = field(default_factory=list)
    inputs: list[Node] = field(default_factory=list)
    outputs: list[Node] = field(default_factory=list)
    training: Training = field(default_factory=Training)
    origin: Origin = field(default_factory=Origin)
    unread: list[Unread] = field(default_factory=list)
    #: nodes that are built beside the model and never contribute to any output
    dead: list[Node] = field(default_factory=list)
    #: layers kept on `self` and never called
    uncalled: list[Node] = field(default_factory=list)
    #: whether it is used as a model of its own (compiled, fitted, returned), not only as a part of another
    is_part: bool = False
    _consumers: dict[int, list[Node]] | None = field(default=None, repr=False)

    @property
    def complete(self) -> bool:
        """Whether all of it was read: no unknown parts, no opaque nodes that stand for unread code."""
        return not self.unread

    def consumers(self, node: Node) -> list[Node]:
        """The nodes that read this node's output."""
        if self._consumers is None:
            table: dict[int, list[Node]] = {}
            for consumer in self.nodes:
                for source in consumer.inputs:
                    table.setdefault(id(source), []).append(consumer)
            self._consumers = table
        return self._consumers.get(id(node), [])

    def forget_consumers(self) -> None:
        """Drop the cached consumers after the graph was edited."""
        self._consumers = None

    def is_output(self, node: Node) -> bool:
        """Whether the node is one of the model's outputs."""
        return any(node is output for output in self.outputs)

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)


@dataclass(frozen=True, slots=True)
class Frameworks:
    """What the file shows about the versions it was written for. None is: it does not show."""

    #: 0 for code older than TensorFlow 1.0, else the major version
    tensorflow: int | None = None
    #: 1 for Keras 1 spellings (nb_filter, border_mode, ...), 2, or 3 (a stand-alone `import keras` is 2 or 3: None)
    keras: int | None = None
    backend: str | None = None


@dataclass(eq=False, slots=True)
class Program:
    """Everything that was read from one file."""

    filename: str
    #: "python", "notebook", "onnx" or "archive"
    kind: str = "python"
    models: list[Model] = field(default_factory=list)
    #: every array whose facts were traced to a name, in the order of their making
    arrays: list[ArrayFacts] = field(default_factory=list)
    frameworks: Frameworks = field(default_factory=Frameworks)
    #: what was left out of the reading: budgets that ran out, repairs, unreadable cells
    notes: list[Unread] = field(default_factory=list)
    #: what was seen outside of any model and may interest a rule: calls by kind (see readers)
    events: list[Event] = field(default_factory=list)
    #: the same file read under other answers to conditions that could not be decided: a finding holds if it is
    #: found in every reading that reached its place
    alternatives: list[Program] = field(default_factory=list)
    #: whether there are further ways through its conditions, for which the budget did not last
    ways_left: bool = False
    #: rows of the calls that this reading reached
    rows_read: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Event:
    """A call outside the model graph that a rule may ask about, by `kind`; a detail that is not known is left out.

    "argmax": the index of the largest value along an axis of a model's output or of what `predict` returned.
      `axis` (as written, None for all of it), `size` (elements along that axis), `of` ("tensor" or "predictions"),
      `node` (the graph node, for tensors).
    "initialize-variables": all variables are given their initial values (`sess.run(tf.global_variables_initializer())`
      and its kin). `in_training_loop` is True where the call stands in the body of a loop that also runs a training
      step, not under a condition that holds once.
    "minimize": a training operation of TensorFlow 1 is built (`optimizer.minimize(loss)`, `apply_gradients`,
      `slim.learning.create_train_op`). `runs_update_ops` is True where the updates of batch-norm averages are run
      with it (UPDATE_OPS appear anywhere in the program, `create_train_op`, `updates_collections=None`), False where
      the whole program was read and they are not.
    "train-step": a session runs a training operation. `initialized` is False where the whole program was read and
      nothing in it gives the variables a value (no initialiser run, no saver that restores, no session or trainer that
      does it by itself), True where something does.
    "discarded-array": an expression statement computes a new array and drops it (`x_train / 255` on a line of its
      own, `scaler.transform(x)`). `facts` is the array it started from, `step` what was done.
    "array-passed": an array is given to code that was not read (not for print, len, plotting). `facts` is the array.
    """

    kind: str
    origin: Origin
    details: dict[str, Any] = field(default_factory=dict)
    model: Model | None = None
