"""A node of the graph: a layer, an operation, or something that could not be read."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from cnnlint.graph.origins import Argument, Origin, Placement
from cnnlint.graph.values import OPEN, UNKNOWN, Batch, Shape, Sizes, shape_of_sizes

OPAQUE = "Opaque"
"""The kind of a node that is known to be there, but not what it computes. It breaks every chain."""


class Node(Struct, eq=False):
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
    #: the same with the axis marked that the samples lie along, where a reader has followed it; None: not followed
    sizes: Sizes | None = None
    placement: Placement = field(default_factory=Placement)
    #: nodes that share their weights (one layer used twice) have the same number
    layer_id: int = 0
    #: the host of a fused activation
    fused_into: Node | None = None
    #: names of the sub-models it was inlined from, outermost first
    scope: tuple[str, ...] = ()
    #: False for a frozen layer, None when that could not be worked out
    trainable: bool | None = True
    #: that was set as an attribute, and not in its own call
    set_later: bool = False
    #: it was frozen once a model that holds it had been trained
    learned: bool = False
    #: its kernel is a tensor of random numbers, and no variable that could be trained
    drawn: bool = False
    #: the output leaves the part of the program that was read (returned, stored, passed to unknown code)
    escapes: bool = False
    #: why the framework would refuse to build this node, in the words of shape inference
    shape_error: str | None = None
    #: the framework refuses it for sizes that are defaults of a function which the program calls nowhere
    assumed: bool = False
    #: the kind of its numbers: "float", "bool", "int32", "int64"; None where that is not known
    dtype: str | None = None
    #: what to write instead, where that is not a matter of sizes
    advice: str = ""
    #: what is opaque about an OPAQUE node, for people: "Lambda", "MyLayer", "loop of unknown length"
    note: str = ""
    #: it stands for code that is out of reach, so that the model is read in part
    unread: bool = False
    #: trainable and other weights, or None when unknown
    parameters: int | None = None
    #: what the author calls the layer where that is no name of Keras's: "self.conv2"
    label: str = ""

    @property
    def followed(self) -> Sizes | None:
        """The output shape with the axes of the samples marked, as far as they were followed."""
        if self.kind == "Input" and self.shape:
            first = Batch() if self.shape[0] is None else self.shape[0]
            return (first, *self._declared(self.shape[1:]))
        return self.sizes if shape_of_sizes(self.sizes) == self.shape else self.shape

    def _declared(self, sizes: Shape) -> Sizes:
        """The sizes of an input, those marked that its `shape` leaves open."""
        given = self.arguments.get("shape")
        written = given.value if given is not None and isinstance(given.value, tuple) else ()
        behind = written[len(written) - len(sizes) :] if len(written) in (len(sizes), len(sizes) + 1) else sizes
        left_open = [one is None and written != () for one in behind]
        return tuple(OPEN if size is None and left else size for size, left in zip(sizes, left_open, strict=True))

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
