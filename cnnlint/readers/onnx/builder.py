"""Operators, one after the other, to nodes of the model graph: values, layouts, and what stands where.

What an operator means is in `operators/`; here is what these share: the values so far, the nodes made of them, and
the Permute and Reshape nodes that a layout needs where an export really reorders data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from msgspec import Struct

from cnnlint.graph import (
    OPAQUE,
    UNKNOWN,
    Argument,
    Event,
    Model,
    Node,
    Origin,
    Placement,
    Shape,
    Unread,
)
from cnnlint.readers.onnx.alike import Alike
from cnnlint.readers.onnx.clamps import unclamp
from cnnlint.readers.onnx.defaults import fill, unsettle
from cnnlint.readers.onnx.folding import BUDGET, fold
from cnnlint.readers.onnx.fusing import Fuser
from cnnlint.readers.onnx.input_layouts import input_layouts
from cnnlint.readers.onnx.interpreted import gap
from cnnlint.readers.onnx.load import Loaded
from cnnlint.readers.onnx.lowering import lowered
from cnnlint.readers.onnx.operation import Body, Malformed, Operation, every
from cnnlint.readers.onnx.values import Array, Axes, Constant, Tensor, Value, channels_first, identity

Reader = Callable[[], "Array | None"]
Order = Callable[[int], "Array | None"]
Handler = Callable[["Builder", Operation], None]

HANDLERS: dict[str, Handler] = {}
"""What each operator of ONNX's own set becomes; operators that are not here become opaque."""


def operator(*kinds: str) -> Callable[[Handler], Handler]:
    """Make a function responsible for these operators."""

    def enter(handler: Handler) -> Handler:
        for kind in kinds:
            assert kind not in HANDLERS, kind
            HANDLERS[kind] = handler
        return handler

    return enter


class Repeat(Struct, frozen=True):
    """A new axis that was repeated: what was, how many times, and the nodes that it took."""

    source: Tensor
    times: int
    parts: tuple[Node, ...]


class Builder:
    """Reads one graph. `model` is complete when `read` has returned."""

    def __init__(self, loaded: Loaded, name: str) -> None:
        self.loaded = loaded
        self.model = Model(name=name, kind="onnx")
        self.values: dict[str, Value] = dict(loaded.constants)
        self.readers: Counter[str] = Counter(loaded.outputs)
        plain = [part for operation in loaded.operations for part in lowered(operation)]
        self.operations = Fuser(plain, loaded.outputs, loaded).fused()
        whole = list(every(self.operations))
        # who asks for a size alone does not read the data
        self.readers.update(chain.from_iterable(one.inputs for one in whole if one.kind not in ("Shape", "Size")))
        self.readers.update(chain.from_iterable(one.captured for one in whole))
        self.readers.update(chain.from_iterable(body.outputs for one in whole for body in one.bodies.values()))
        #: ids of the nodes that more than one operator reads, or that are outputs of the model
        self._shared: set[int] = set()
        self._names: Counter[str] = Counter()
        self._alike = Alike()
        #: what rules may ask about beside the model
        self.events: list[Event] = []
        self._built = 0
        self._budget = BUDGET
        self._discarded: set[int] = set()
        #: new axes that were repeated, by the id of the node
        self.repeats: dict[int, Repeat] = {}
        #: what a relu reads of which quantising alone tells, by the relu's id
        self.clamped: dict[int, Tensor] = {}
        #: what reads the variables of a layer, in Keras's order and layout, by the id of the node
        self.learned: dict[int, list[Reader]] = {}
        #: nodes whose channels are in another order than where TensorFlow makes pixels of them
        self.shuffled: list[Node] = []
        #: the names of these variables
        self.named: dict[int, list[str]] = {}
        #: the order of what a Flatten gives where the node's axes are in another than ONNX's, by its id
        self.flattened: dict[int, Order] = {}
        #: whether what is read is a branch that may never be taken
        self._doubtful = False

    # -- the graph as a whole

    def read(self) -> Model:
        """Read all operators."""
        layouts = input_layouts(self.loaded, self.operations)
        for name, shape in self.loaded.inputs:
            self._input(name, shape, layouts.get(name, False))
        for operation in self.operations:
            self._step(operation)
        results = [value.node for name in self.loaded.outputs if isinstance(value := self.values.get(name), Tensor)]
        kept = [node for node in self.model.nodes if id(node) not in self._discarded]
        self._discarded.update(unclamp(kept, self.clamped, {id(node) for node in results}))
        self.model.outputs = list({id(node): node for node in results}.values())
        self._bury()
        if self.loaded.producer == "tf2onnx":
            unsettle(self.model.nodes)
        return self.model

    def _input(self, name: str, shape: Shape | None, first: bool) -> None:
        axes: Axes | None = None
        if shape is not None:
            axes = channels_first(len(shape)) if first else identity(len(shape))
            shape = tuple(shape[axes.index(axis)] for axis in range(len(shape)))
        node = Node("Input", name, shape=shape, parameters=0)
        node.arguments["batch_shape"] = Argument(UNKNOWN if shape is None else shape, given=True)
        node.placement = Placement("onnx", call=Origin(text=name, onnx_node=name, onnx_op="Input"))
        self.model.nodes.append(node)
        self.model.inputs.append(node)
        self.define(name, node, axes)
        self._names[name] += 1

    def _step(self, operation: Operation) -> None:
        built = len(self.model.nodes)
        self._read(operation, built)
        reason = self.loaded.contradictions.get(operation.key)
        if reason is not None and not self._doubtful:
            self._contradicted(operation, built, reason)

    def run(self, body: Body, *, doubtful: bool = False) -> None:
        """Read the operators of a graph within one; nothing contradicts a branch that may never be taken."""
        before, built = self._doubtful, len(self.model.nodes)
        self._doubtful = before or doubtful
        for operation in Fuser(body.operations, body.outputs, self.loaded).fused():
            self._step(operation)
        if doubtful:
            for node in self.model.nodes[built:]:
                node.shape_error = None
        self._doubtful = before

    def _contradicted(self, operation: Operation, built: int, reason: str) -> None:
        """Mark the node of an operator that no runtime could compute; one without a node gets an opaque one."""
        made = [node for node in self.model.nodes[built:] if node.origin.onnx_node == operation.name]
        if not made:
            for index, name in enumerate(operation.outputs):
                if name and index == 0:
                    made = [self.node(OPAQUE, operation, self._sources(operation), parameters=None)]
                    made[0].note = operation.kind
                    self.define(name, made[0], None)
        if made:
            made[-1].shape_error = reason

    def _read(self, operation: Operation, built: int) -> None:
        try:
            operands = [self.value(name) for name in operation.inputs]
            first = operation.outputs[0] if operation.outputs else ""
            folded = fold(operation, operands, self.loaded.shapes.get(first), left=self._budget)
            if folded is not None:
                self._budget -= folded.known.size if folded.known is not None else 0
                for index, name in enumerate(operation.outputs):
                    other = Constant(self.loaded.shapes.get(name), dtype=folded.dtype)
                    self.values[name] = folded if index == 0 else other
                return
            handler = HANDLERS.get(operation.kind) if operation.domain == "" else None
            undefined = any(name and name not in self.values for name in operation.inputs)
            if handler is None or undefined:
                self.opaque(operation)
            else:
                handler(self, operation)
        except Malformed as error:
            self._unreadable(operation, built, str(error))
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            # a graph can break ONNX's rules in more ways than are worth naming; none of them may end the reading
            self._unreadable(operation, built, f"{operation.kind} is not as ONNX defines it ({error})")

    def _unreadable(self, operation: Operation, built: int, reason: str) -> None:
        del self.model.nodes[built:]
        self.opaque(operation, reason)

    def _bury(self) -> None:
        """Drop what turned out to be a part of another node, and move what no output depends on to `dead`."""
        self.model.nodes = [node for node in self.model.nodes if id(node) not in self._discarded]
        alive: set[int] = set()
        pending = list(self.model.outputs)
        while pending:
            node = pending.pop()
            if id(node) not in alive:
                alive.add(id(node))
                pending.extend(node.inputs)
        if not self.model.outputs:
            return
        alive.update(id(node) for node in self.model.inputs)
        self.model.dead = [node for node in self.model.nodes if id(node) not in alive]
        self.model.nodes = [node for node in self.model.nodes if id(node) in alive]

    # -- values

    def value(self, name: str) -> Value | None:
        """A value by its name; None for one that is left out or that nothing defines."""
        return self.values.get(name) if name else None

    def tensor(self, operation: Operation, index: int = 0) -> Tensor:
        """An input that has to be a tensor."""
        value = self.value(operation.input(index))
        if not isinstance(value, Tensor):
            raise Malformed(f"input {index + 1} of {operation.kind} is a constant where data is expected")
        return value

    def constant(self, operation: Operation, index: int) -> Constant | None:
        """An input that may be a constant; None if it is left out.

        Raises:
            Malformed: it is computed from data.
        """
        value = self.value(operation.input(index))
        if isinstance(value, Tensor):
            raise Malformed(f"input {index + 1} of {operation.kind} is computed from data, not a constant")
        return value

    def integers(self, operation: Operation, attribute: str, index: int) -> tuple[int, ...] | None:
        """Integers that are an attribute in older operator sets and an input in newer ones; None if left out.

        Raises:
            Malformed: they are given and not known.
        """
        listed = operation.integers(attribute)
        if listed is not None or not operation.input(index):
            return listed
        value = self.constant(operation, index)
        known = value.integers() if value is not None else None
        if known is None:
            raise Malformed(f"{attribute} of {operation.kind} is computed while the model runs")
        return known

    def scalar(self, operation: Operation, attribute: str, index: int, default: float | None) -> float | None:
        """A number that is an attribute in older operator sets and an input in newer ones."""
        if attribute in operation.attributes or not operation.input(index):
            return (
                operation.number(attribute, default)
                if default is not None
                else (operation.number(attribute, 0.0) if attribute in operation.attributes else None)
            )
        value = self.constant(operation, index)
        number = value.scalar if value is not None else None
        if number is None:
            raise Malformed(f"{attribute} of {operation.kind} is not a known number")
        return number

    # -- nodes

    def node(
        self,
        kind: str,
        operation: Operation,
        inputs: Iterable[Node],
        arguments: Mapping[str, Argument] | None = None,
        *,
        shape: Shape | None = None,
        parameters: int | None = 0,
        suffix: str = "",
    ) -> Node:
        """A new node; what `shape` (ONNX's, in the node's order of axes) leaves open of its shape is worked out."""
        node = Node(kind, self._named(operation.name + suffix), list(inputs), dict(arguments or {}))
        node.placement = Placement("onnx", call=operation.origin, callee=operation.kind, api=f"onnx.{operation.kind}")
        node.parameters = parameters
        self._built += 1
        node.layer_id = self._built
        fill(node)
        if shape is None or None in shape:
            found = self._alike.infer(node)
            node.shape = agreed(shape, found.shape)
            # the first axis of what is reshaped need not hold the samples; `sizes` holds its elements against the shape
            node.shape_error = found.error if shape is None and kind != "Reshape" else None
        else:
            node.shape = shape
        self.model.nodes.append(node)
        return node

    def _named(self, name: str) -> str:
        self._names[name] += 1
        return name if self._names[name] == 1 else f"{name}_{self._names[name]}"

    def discard(self, *nodes: Node) -> None:
        """Take nodes out again that turned out to be parts of another."""
        self._discarded.update(id(node) for node in nodes)

    def define(self, name: str, node: Node, axes: Axes | None) -> Tensor:
        """Let a value be a node's output, which may be another value's as well, under other axes."""
        tensor = Tensor(node, axes)
        self.values[name] = tensor
        if self.readers[name] != 1:
            self._shared.add(id(node))
        return tensor

    def single(self, node: Node) -> bool:
        """Whether exactly one operator reads the node (operators that only rename or reorder it not counted)."""
        return id(node) not in self._shared

    def expected(self, name: str, axes: Axes | None) -> Shape | None:
        """The shape that ONNX's inference gives a value, in the order of the node that `axes` speaks of."""
        shape = self.loaded.shapes.get(name)
        if shape is None or axes is None or len(shape) != len(axes):
            return None
        order = {axis: position for position, axis in enumerate(axes) if axis is not None}
        return tuple(shape[order[axis]] for axis in range(len(order)))

    def emit(
        self,
        kind: str,
        operation: Operation,
        inputs: Iterable[Node],
        axes: Axes | None,
        arguments: Mapping[str, Argument] | None = None,
        *,
        parameters: int | None = 0,
    ) -> Node:
        """A new node whose output is the operator's first output, in the layout `axes`."""
        name = operation.outputs[0]
        shape = self.expected(name, axes)
        node = self.node(kind, operation, inputs, arguments, shape=shape, parameters=parameters)
        if axes is not None and node.shape is not None and len(node.shape) != len([a for a in axes if a is not None]):
            axes = None
        if axes is None and node.shape is not None:
            axes = identity(len(node.shape))
        self.define(name, node, axes)
        return node

    def same(
        self,
        kind: str,
        operation: Operation,
        tensor: Tensor,
        arguments: Mapping[str, Argument] | None = None,
        *,
        parameters: int | None = 0,
    ) -> Node:
        """A new node that leaves the axes of its one input as they are."""
        return self.emit(kind, operation, [tensor.node], tensor.axes, arguments, parameters=parameters)

    def opaque(self, operation: Operation, reason: str | None = None) -> None:
        """Nodes for an operator that the graph has no word for; what was not understood is listed as unread."""
        reason = reason or self._strangeness(operation)
        learned = self._learned(operation) if reason is None else None
        if reason is None and (reason := gap(operation, learned or 0)) is not None and operation.domain:
            learned = None
        sources = self._sources(operation)
        if reason is not None:
            self.model.unread.append(Unread(f"{operation.name}: {reason}", operation.origin))
        for index, name in enumerate(operation.outputs):
            if not name:
                continue
            shape = self.loaded.shapes.get(name)
            suffix = f":{index}" if index else ""
            count = 0 if index and learned is not None else learned
            node = self.node(OPAQUE, operation, sources, shape=shape, parameters=count, suffix=suffix)
            node.note = operation.kind
            self.define(name, node, None if node.shape is None else identity(len(node.shape)))

    def _learned(self, operation: Operation) -> int:
        """How many weights an operator reads."""
        found = (self.values.get(name) for name in dict.fromkeys(operation.inputs))
        return sum(value.learned for value in found if isinstance(value, Constant))

    def _sources(self, operation: Operation) -> list[Node]:
        """The nodes of all data that an operator reads, in ONNX's order of axes."""
        names = dict.fromkeys((*operation.inputs, *operation.captured))
        tensors = [value for name in names if isinstance(value := self.values.get(name), Tensor)]
        return [self.natural(tensor, operation) for tensor in tensors]

    def _strangeness(self, operation: Operation) -> str | None:
        """What stands in the way of understanding an operator, whichever it is."""
        if operation.bodies:
            return f"the inner graph of {operation.kind} is not read"
        if any(name and name not in self.values for name in operation.inputs):
            return f"{operation.kind} reads a value that nothing before it defines"
        if (operation.domain, operation.kind) in self.loaded.functions:
            return f"the function {operation.kind} that the file defines is not read"
        return None

    # -- layouts

    def natural(self, tensor: Tensor, operation: Operation) -> Node:
        """A node in ONNX's own order of axes."""
        return tensor.node if tensor.axes is None else self.place(tensor, identity(len(tensor.axes)), operation)

    def place(self, tensor: Tensor, axes: tuple[int, ...], operation: Operation) -> Node:
        """A node in which ONNX axis i is axis `axes[i]`: the tensor's own, or one that reorders it."""
        if tensor.axes is None or tensor.axes == axes:
            return tensor.node
        node = tensor.node
        order = sorted((target, source) for target, source in zip(axes, tensor.axes, strict=True) if source is not None)
        dims = tuple(source for _, source in order)
        if dims != tuple(range(len(dims))):
            node = self.permuted(node, dims, operation)
        if len(dims) < len(axes):
            shape = node.shape
            sizes: list[int | None] = [1] * len(axes)
            for index, (target, _) in enumerate(order):
                sizes[target] = shape[index] if shape is not None else None
            node = self.reshaped(node, tuple(sizes), operation, batch=bool(order) and order[0][0] == 0)
        return node

    def permuted(self, node: Node, dims: Sequence[int], operation: Operation) -> Node:
        shape = None if node.shape is None else tuple(node.shape[axis] for axis in dims)
        if dims[0] == 0:
            order = operation.argument(tuple(dims[1:]))
            return self.node("Permute", operation, [node], {"dims": order}, shape=shape, suffix="/permute")
        perm = operation.argument(tuple(dims))
        return self.node("Transpose", operation, [node], {"perm": perm}, shape=shape, suffix="/permute")

    def reshaped(self, node: Node, sizes: Shape, operation: Operation, *, batch: bool) -> Node:
        """A node of other axes; `batch` says whether the first one stays what it is, as Keras's Reshape has it."""
        target = operation.argument(targets(sizes) if batch else UNKNOWN)
        return self.node("Reshape", operation, [node], {"target_shape": target}, shape=sizes, suffix="/reshape")


def targets(sizes: Shape) -> Any:
    """A shape as Keras's `target_shape`: without the batch, one unknown size as -1; UNKNOWN where there are more."""
    missing = [size for size in sizes[1:] if size is None]
    return UNKNOWN if len(missing) > 1 else tuple(-1 if size is None else size for size in sizes[1:])


def agreed(onnx_shape: Shape | None, own: Shape | None) -> Shape | None:
    """What ONNX's inference and the graph's say together; where they contradict each other, ONNX's."""
    if onnx_shape is None or own is None:
        return onnx_shape if own is None else own
    if len(onnx_shape) != len(own):
        return onnx_shape
    return tuple(one if one is not None else other for one, other in zip(onnx_shape, own, strict=True))
