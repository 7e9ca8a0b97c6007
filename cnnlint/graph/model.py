"""The model graph: the one language that readers write and rules read.

A `Node` is one use of a layer or operation; a `Model` is a directed acyclic graph of nodes with its training
set-up; a `Program` is everything that was read from one file. Kinds and argument names are Keras 3's. A fused
activation (`Conv2D(..., activation="relu")`) is a node of its own whose `fused_into` is the convolution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.library_calls import Call
from cnnlint.graph.node import Node
from cnnlint.graph.origins import Origin
from cnnlint.graph.training import Training

T = TypeVar("T")


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
    #: what was worked out about the model as a whole, by the name of what works it out
    _facts: dict[str, Any] = field(default_factory=dict, repr=False)

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
        """Drop the cached consumers, and what was worked out from them, after the graph was edited."""
        self._consumers = None
        self._facts = {}

    def fact(self, work_out: Callable[[Model], T]) -> T:
        """What a function of the model gives, worked out once: rules ask it for every finding."""
        name = f"{work_out.__module__}.{work_out.__qualname__}"
        if name not in self._facts:
            self._facts[name] = work_out(self)
        found: T = self._facts[name]
        return found

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
    #: it imports Keras from TensorFlow
    tf_keras: bool = False
    #: it names TensorFlow's `compat.v1`: its calls may be of either version
    compat_v1: bool = False


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
    #: the library that a graph was exported from, where it is not Keras: "torch"
    exporter: str = ""
    #: what was left out of the reading: budgets that ran out, repairs, unreadable cells
    notes: list[Unread] = field(default_factory=list)
    #: what was seen outside of any model and may interest a rule: calls by kind (see readers)
    events: list[Event] = field(default_factory=list)
    #: the calls of Keras and TensorFlow, in the order in which they were read; of one place a few at most
    calls: list[Call] = field(default_factory=list)
    #: the same file read under other answers to conditions that could not be decided: a finding holds if it is
    #: found in every reading that reached its place
    alternatives: list[Program] = field(default_factory=list)
    #: whether there are further ways through its conditions, for which the budget did not last
    ways_left: bool = False
    #: it answers a condition that the program alone decides, so that it may be the only right reading
    decided_by_program: bool = False
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
    "valueless-call": a model or layer of the program whose `call` computes and returns nothing. `cls` is the
      class's name, `role` "model" or "layer".
    "unrecorded-prediction": a tape is asked for the gradient of losses whose outputs (`node`) were made before it was
      opened.
    "trainable-set": `x.trainable = value` of a compiled model or one of its layers, before a `fit` without another
      `compile` between. `of` is what was set ("the model" or a layer's name).
    "exported-in-training": an exported graph has an operator that does in it what it does in training. `node`.
    "unused-weights": weights that an exported graph holds and nothing in it reads. `names`, and their `elements`.
    "weights": a tensor of weights in an exported graph. `name`; `read` gives the array, or None where it is not in the
      file. `node` is the layer, where it is the kernel of a convolution or dense layer: `filters` then gives the kernel
      as an array of one row for each filter or unit, `bias` the biases.
    "array-passed": an array is given to code that was not read (not for print, len, plotting). `facts` is the array.
    """

    kind: str
    origin: Origin
    details: dict[str, Any] = field(default_factory=dict)
    model: Model | None = None
