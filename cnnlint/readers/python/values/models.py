"""Layers, tensors and models under construction."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from cnnlint.graph import Argument, ArrayFacts, Feed, Loss, Model, Node, Origin, Placement, Shape, Training
from cnnlint.readers.python.values.base import Abstract, Thing, Value, birth
from cnnlint.readers.python.values.containers import DictValue, ListValue, inside
from cnnlint.readers.python.values.program import ClassValue, FunctionValue


class LayerValue(Thing, Struct, eq=False):
    """A layer that was constructed, before and between its uses."""

    kind: str
    arguments: dict[str, Argument]
    placement: Placement
    layer_id: int
    name: str | None = None
    #: the attribute that holds it, as its class writes it: "self.conv2"
    label: str = ""
    #: the fused activation, or None for none
    activation: Argument | None = None
    trainable: bool | None = True
    #: that was set as an attribute, and not in its own call
    set_later: bool = False
    #: the nodes that its calls made
    nodes: list[Node] = field(default_factory=list)
    #: it was called on something that could not be read
    called_on_unknown: bool = False
    #: for wrappers: what is wrapped
    inner: Value = None
    note: str = ""
    input_shape: Shape | None = None
    #: what declares the shape of its input, where that is opaque or leaves sizes open
    start: Argument | None = None
    #: it is called on a list of one tensor
    listed: bool = False
    #: the shape that `build` was given
    built: Shape | None = None
    #: whether the layer's behaviour is known to the reader
    opaque: bool = False
    unread: bool = False
    #: why Keras does not make such a layer
    refused: str = ""
    #: it stands for each of the layers of this model, which are not listed one by one
    every_layer_of: ModelValue | None = None


class TensorValue(Abstract, Struct, frozen=True):
    """A symbolic tensor: the output of a node."""

    node: Node

    @property
    def is_object(self) -> bool:
        """It is a tensor."""
        return True

    def length(self) -> int | None:
        """The first size of its shape."""
        return self.node.shape[0] if self.node.shape else None


class VariableValue(Abstract, Struct, eq=False):
    """A TensorFlow variable or a weight made by `add_weight`."""

    shape: tuple[Value, ...] | None
    initializer: dict[str, Any] | None = None
    name: str = ""
    placement: Placement = field(default_factory=Placement)
    trainable: bool = True
    used: bool = False
    #: a value that a variable may start from, and none itself: `tf.ones(shape)`
    constant: bool = False
    #: the number of the nodes that hold it; 0 before there is one
    layer_id: int = 0

    @property
    def weights(self) -> int | None:
        """How many weights it holds, None where that is not known."""
        if self.constant:
            return 0
        sizes = self.shape
        known = [size for size in sizes or () if isinstance(size, int)]
        return math.prod(known) if sizes is not None and len(known) == len(sizes) else None

    @property
    def is_object(self) -> bool:
        """It is a variable."""
        return True


class Release(Struct, eq=False):
    """What was gone through when an object was handed to code that is not read."""

    #: the functions that such code may call, by their and their receiver's identity: both, and the names in the body
    functions: dict[tuple[int, int], tuple[FunctionValue, Value, set[str]]]
    #: the names in sight of them, the object's attributes first, and what they were bound to when all was forgotten
    names: list[tuple[dict[str, Value], dict[str, Value]]]


class InstanceValue(Abstract, Struct, eq=False):
    """An instance of a class of the program."""

    cls: ClassValue
    attributes: dict[str, Value] = field(default_factory=dict)
    #: for instances of keras.Model and keras.layers.Layer subclasses
    role: str = ""
    built: bool = False
    #: the shapes that its `build` was read with were known
    built_on_known: bool = False
    #: its `call` was read for the graph of the model that it is
    read: bool = False
    layer_id: int = 0
    name: str = ""
    placement: Placement = field(default_factory=Placement)
    model: ModelValue | None = None
    #: the layer that the outside base class of a custom layer would be by itself
    base: LayerValue | None = None
    arguments: dict[str, Argument] = field(default_factory=dict)
    #: when it was last handed to code that is not read
    released: Release | None = None
    #: how the names of attributes begin that it may have beside those that are known
    more: tuple[str, ...] = ()

    @property
    def is_object(self) -> bool:
        """It is an object."""
        return True

    def may_have(self, name: str) -> bool:
        """Whether an attribute of that name may have been set, beside those that are known."""
        return any(name.startswith(start) for start in self.more)


class ModelValue(Thing, Struct, eq=False):
    """A model under construction or complete.

    A Sequential has `layers`; a functional model `inputs` and `outputs`; an Application one layer.
    """

    kind: str
    placement: Placement
    name: str | None = None
    layers: list[Value] = field(default_factory=list)
    inputs: list[TensorValue] = field(default_factory=list)
    outputs: list[TensorValue] = field(default_factory=list)
    #: the inputs of the models that a Merge of Keras 1 in front of it joins
    joins: list[TensorValue] = field(default_factory=list)
    #: its outputs are a dict with these keys, which are their names
    keyed: tuple[Value, ...] = ()
    #: the keys of its inputs, where those are a dict
    input_keys: tuple[Value, ...] = ()
    training: Training = field(default_factory=Training)
    #: set-ups that it was trained with before it was compiled anew
    earlier: list[Training] = field(default_factory=list)
    #: losses that `add_loss` was given
    added: list[Loss] = field(default_factory=list)
    #: for a subclass: the tensors of the program's own first call of it, which shows how it is meant to be read
    use: tuple[list[TensorValue], list[TensorValue]] | None = None
    #: what the program keeps on it under names of its own
    kept: dict[str, Value] = field(default_factory=dict)
    #: `model.layers` of a functional model as it was handed out, where that is the model's own list
    shown: ListValue | None = None
    #: what `compile` was given, by name: what `self.optimizer` and `self.loss` are
    compiled: dict[str, Value] = field(default_factory=dict)
    #: the features and the targets that its first training gave it, in the structure that it gave them in
    handed_over: tuple[Value, Value] | None = None
    #: shape that `build(input_shape)` or `Sequential(input_shape=...)` gave
    input_shape: Shape | None = None
    #: that shape is of the first data that it was fed
    by_data: bool = False
    #: that of `build` as it is written, where it leaves sizes open
    start: Argument | None = None
    #: for a subclass: the tensors that the program's first call of it handed over, in their structure
    called_on: Value = None
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
    #: it was given to code that was not read
    handed: bool = False
    #: `load_weights` or `set_weights` gave it what it knows
    given_weights: bool = False
    #: where `save_weights` wrote its weights, and the layers that it had then
    saved: list[tuple[str, list[Value]]] = field(default_factory=list)
    #: its outputs are given as a list, of which some are not known
    gaps: bool = False
    instance: InstanceValue | None = None
    born: int = field(default_factory=birth)

    def iterated(self) -> tuple[Sequence[Value] | None, bool]:
        """The layers that a Sequential was given."""
        return (self.layers, False) if self.kind == "sequential" else (None, True)

    def holds(self, inner: ModelValue) -> bool:
        """Whether a model is another one, or holds it at any depth."""
        pending, seen = [self], {id(self)}
        while pending:
            current = pending.pop()
            if current is inner:
                return True
            for item in current.layers:
                if isinstance(item, ModelValue) and id(item) not in seen:
                    seen.add(id(item))
                    pending.append(item)
        return False


class ConfigurationValue(Abstract, Struct, frozen=True):
    """What `to_json()` and `get_config()` of a model give: all that it is made of, but for its weights."""

    model: ModelValue

    @property
    def is_object(self) -> bool:
        """It is a text, or a dictionary."""
        return True


class LossTensor(Abstract, Struct, eq=False):
    """The value of a loss function's call: what `minimize` is given."""

    losses: list[Any]
    node: Node | None = None
    #: a minus stands in front of it
    negated: bool = False
    #: nothing else is known to be in it: no weights, penalties or terms that were not followed
    whole: bool = True


#: what Keras 2.3 and tf.keras 2.0 call an accuracy, and what it was called before
ACCURACIES = {"acc": "accuracy", "accuracy": "acc"}
#: what every epoch reports, and what callbacks of Keras's own add
ALWAYS = ("loss", "lr", "learning_rate")


class Figures(Struct):
    """The figures that each epoch reports: `loss`, and the metrics, whose names may be followed by a number."""

    names: frozenset[str]
    #: a model of several outputs puts their names in front, and reports the loss of each
    several: bool
    #: `val_loss` and its like are reported too
    validated: bool
    #: what the program adds itself
    added: set[str] = field(default_factory=set)
    #: it may have added more
    open: bool = False

    def reports(self, figure: str) -> bool:
        """Whether there is, or may be, a figure of that name, be it of training or validation."""
        if figure in self.added:
            return True
        figure = figure.removeprefix("val_")
        if self.open or figure in ALWAYS:
            return True
        before, names = (".+_", (*self.names, "loss")) if self.several else ("", self.names)
        return any(re.fullmatch(rf"{before}{re.escape(name)}(?:_\d+)?", figure) for name in names)

    def instead(self, figure: str) -> str:
        """The name that an accuracy is reported by, where it was the other one before Keras 2.3; else nothing."""
        old = figure.rpartition("_")[2]
        other = figure.removesuffix(old) + ACCURACIES.get(old, old)
        return other if other != figure and self.reports(other) else ""


class HistoryValue(Abstract, Struct, frozen=True):
    """What `fit` returns; `figures` are what each epoch reports, where that is known."""

    feed: Feed
    figures: Figures | None = None


class FiguresValue(Abstract, Struct, frozen=True):
    """The `history` of what `fit` returns: a list of numbers for each figure that the epochs report."""

    figures: Figures


class ArgScope(Abstract, Struct, frozen=True):
    """What `slim.arg_scope([...], name=value)` evaluates to: defaults by the key of a function."""

    defaults: dict[str, dict[str, Value]]


def scope_key(function: Value) -> str | None:
    """The key of a function of the program in such a scope; those of libraries have their qualified names."""
    return f"{function.name} {id(function.node)}" if isinstance(function, FunctionValue) else None


class Fed(Struct, frozen=True):
    """What an input is given by a session's `feed_dict` or by a call on an array, and where."""

    facts: ArrayFacts
    origin: Origin


def tensors_in(value: Value, depth: int = 3) -> list[TensorValue]:
    """The tensors in a value, looking into tuples, lists and dictionaries."""
    if isinstance(value, TensorValue):
        return [value]
    if depth == 0:
        return []
    if isinstance(value, (tuple, ListValue, DictValue)):
        return [t for item in inside(value) for t in tensors_in(item, depth - 1)]
    return []
