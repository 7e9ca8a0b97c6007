"""The graph under construction in one run: nodes, what tensors do, and what is unknown about them."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cnnlint.graph import (
    OPAQUE,
    UNKNOWN,
    Argument,
    ArrayPassed,
    Loss,
    Node,
    Optimizer,
    Origin,
    Placement,
    Shape,
)
from cnnlint.graph.origins import Spelling, quoted
from cnnlint.graph.shapes import Inferred, infer
from cnnlint.graph.values import Sizes, shape_of_sizes
from cnnlint.readers.python.arrays import arrays, captures, reached
from cnnlint.readers.python.building import out_of_reach, unread_calls
from cnnlint.readers.python.building.layers.inferring import inferred
from cnnlint.readers.python.building.layers.placeholders import of_call, of_operand, refuse
from cnnlint.readers.python.building.layers.scaling import scaling
from cnnlint.readers.python.building.training import losses
from cnnlint.readers.python.libraries import weighted
from cnnlint.readers.python.libraries.tensorflow.tensor_functions import variable_sizes
from cnnlint.readers.python.naming import snake
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    Among,
    ArrayValue,
    CallSite,
    DictValue,
    Fed,
    FunctionValue,
    InstanceValue,
    LayerValue,
    ListValue,
    LossTensor,
    ModelValue,
    ObjectValue,
    Passed,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    is_constant,
    is_given,
    tensors_in,
)

#: binary operators on tensors that Keras has a merging layer for
MERGES = {"Add": "Add", "Subtract": "Subtract", "Multiply": "Multiply"}


class Building:
    """What one run builds. Everything that grows counts as an effect for the loops that it grows in."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.nodes: list[Node] = []
        self.models: list[ModelValue] = []
        self.losses: list[Loss] = []
        #: the program has changed the words of a tokenizer
        self.renumbered = False
        #: while a loss is read that the program wrote: the tensors whose numbers it takes out, and where
        self.taken: list[tuple[Node, Origin]] | None = None
        #: (losses, optimizer) of each training operation of TensorFlow 1
        self.minimized: list[tuple[list[Loss], Optimizer]] = []
        #: instances of Keras's classes that the program makes of its own subclasses
        self.instances: list[InstanceValue] = []
        self.trained: list[InstanceValue] = []
        self.differentiated: list[list[Loss]] = []
        self.asked: dict[tuple[int, int], list[Loss]] = {}
        #: the loops around the session that was opened last
        self.session_loops: tuple[int, ...] = ()
        #: facts that feed_dict gives to placeholders
        self.fed: dict[int, Fed] = {}
        #: which model made an array of predictions, by the array's root
        self.predictions: dict[int | None, ModelValue] = {}
        self.unread: list[tuple[str, Origin]] = []
        #: nodes of calls that ended in a `raise`, whose readers were not reached; those in a dictionary, by a name
        self.abandoned, self.failed, self.kept = set[int](), set[int](), set[int]()
        #: those of the body of a `try`, which may be refused without an end
        self.tried = set[int]()
        #: the numbers of the layers that the program gives weights of its own by `set_weights`
        self.given_weights: set[int] = set()
        #: the calls of the program's own functions, and which nodes each of them made
        self.helper_calls: list[tuple[cst.CSTNode, int, int]] = []
        #: the configured data format: "" before a shape or a call shows it, None for one that is not known
        self.data_format: str | None = ""
        self.format_assumed = False  # the program asked for it, and nothing had shown it
        #: an input has a batch size that the program gives and that was not worked out, rather than none
        self.batch_given = False
        self.layer_ids = 0
        #: the layers that the program gives no name: how Keras begins theirs, how many of the class were before, and
        #: the place of the call with how many it made before, the same on every way through the program
        self.numbered: dict[int, tuple[str, int, tuple[object, ...]]] = {}
        #: the program shows that the first of a class has no number
        self.from_zero = False
        self._made: Counter[object] = Counter()
        self.scope: tuple[str, ...] = ()
        #: the nodes that calls of the program's own layers have made, or of its models too, and how many are under way
        self.inside, self.of_parts = set[int](), set[int]()
        self.depth = self.by_framework = 0
        #: the layer that a node is a use of, by the node's identity
        self.made_by: dict[int, LayerValue] = {}
        self._inputs_of_unknowns: dict[object, TensorValue] = {}
        #: what the keys above name by their ids, which the next object would take over
        self._held: list[Value] = []

    # --- places ---------------------------------------------------------------------------------------------

    def placement(self, site: CallSite | None, spelling: Spelling = "function", api: str = "") -> Placement:
        """Where a call stands."""
        run = self.run
        if site is None or site.node is None:
            return Placement(spelling=spelling, api=api)
        if site.placement.call is None:
            call = run.origin(site.node)
            run.reached(call.span)
            callee = run.origin(site.node.func).text
            site.placement = Placement(spelling, call, call, run.origin(run.statement), callee, api)
        return site.placement

    def missed(self, why: str, node: cst.CSTNode | None) -> None:
        """Note something that a model is missing because it could not be read."""
        origin = self.run.origin(node) if node is not None else Origin()
        if (why, origin) not in self.unread:
            self.unread.append((why, origin))

    def next_id(self) -> int:
        """A number for a new layer."""
        self.layer_ids += 1
        return self.layer_ids

    def unnamed(self, layer: LayerValue) -> None:
        """Number a layer of Keras's that the program gives no name among those of its class."""
        stem, call = snake(layer.kind), layer.placement.call or Origin()
        place = (call.filename, call.span)
        self.numbered[layer.layer_id] = (stem, self._made[stem], (*place, self._made[place]))
        self._made.update((stem, place))

    def use(self, layer: LayerValue, node: Node) -> None:
        """A node is a use of a layer."""
        layer.nodes.append(node)
        self.made_by[id(node)] = layer

    # --- nodes ----------------------------------------------------------------------------------------------

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
    ) -> Node:
        """Add a node; its shape is inferred unless it is given."""
        self.run.meter.node()
        arguments = arguments or {}
        node = Node(
            kind,
            name,
            list(inputs),
            arguments,
            placement=placement or Placement(),
            scope=self.scope,
            layer_id=self.next_id() if layer_id is None else layer_id,
            note=note,
            fused_into=host,
            trainable=trainable,
        )
        plain = {key: argument.value for key, argument in arguments.items()}
        plain.update(values or {})
        if self.batch_given:
            plain["batch_given"] = True
        sizes, kinds = tuple([source.followed for source in inputs]), tuple([source.dtype for source in inputs])
        found, node.dtype, unfit = inferred(kind, node.placement.api, pickle.dumps(plain), sizes, kinds)
        node.shape_error, node.parameters = found.error, found.parameters
        node.shape = found.shape if shape is None else shape_of_sizes(shape)
        node.sizes = found.sizes if shape is None else shape
        if unfit is not None and self.run.versions.keras == 3:
            refuse(node, (unfit, "cast it to another type first"))
        self.nodes.append(node)
        if self.depth:
            self.inside.add(id(node))
        if self.by_framework:
            self.of_parts.add(id(node))
        return node

    def simple(self, kind: str, inputs: Sequence[TensorValue], node: cst.CSTNode | None, **values: Any) -> TensorValue:
        """Add a node for an operation that the program writes as an operator or a function of tensors."""
        origin = self.run.origin(node) if node is not None else None
        if origin is not None:
            self.run.reached(origin.span)
        statement = self.run.origin(self.run.statement) if node is not None else None
        placement = Placement("other", origin, origin, statement)
        arguments = {key: Argument(value, given=True) for key, value in values.items()}
        operator = {"merging": False} if kind in MERGES.values() else None
        nodes = [tensor.node for tensor in inputs]
        return TensorValue(self.node(kind, nodes, arguments, placement=placement, values=operator))

    def opaque(
        self,
        what: str,
        inputs: Sequence[TensorValue],
        node: cst.CSTNode | None,
        *,
        shape: Sizes | None = None,
        unread: bool = False,
        weights: int | None = None,
    ) -> TensorValue:
        """Add a node that does something unknown to tensors; `unread` if that is because code is out of reach.

        `weights` is how many it holds: 0 for what is known to be a function.
        """
        origin = self.run.origin(node) if node is not None else None
        if origin is not None:
            self.run.reached(origin.span)
        placement = Placement("other", origin, origin)
        if unread:
            self.missed(what, node)
        unique = list({id(t.node): t.node for t in inputs}.values())
        made = self.node(OPAQUE, unique, placement=placement, note=what, shape=shape)
        made.parameters = weights
        if unread:
            made.unread = True
        return TensorValue(made)

    def operand(self, value: Value, node: cst.CSTNode | None = None) -> TensorValue:
        """What an operation puts beside a tensor, as a tensor: a constant or a variable has a shape, what is not known
        may have any."""
        if isinstance(value, TensorValue):
            return value
        if isinstance(value, LossTensor):
            return self.loss_value(value, node)
        if not isinstance(value, VariableValue):
            sizes = value.facts.shape if isinstance(value, ArrayValue) else () if is_constant(value) else None
            held = None if isinstance(value, Unknown) else 0  # what is not known may be a variable of unread code
            made = self.opaque("constant", [], node, shape=sizes, weights=held)
            made.node.arguments["operand"] = out_of_reach.argument(self.run, value, node)
            return made
        value.used = True
        value.layer_id = value.layer_id or self.next_id()
        made = self.opaque(
            "constant" if value.constant else "variable", [], node, shape=variable_sizes(value), weights=value.weights
        )
        made.node.layer_id = value.layer_id
        return made

    def loss_value(self, value: LossTensor, node: cst.CSTNode | None) -> TensorValue:
        """A loss that something else is computed from, as a network may: of its shape nothing is known."""
        outputs = [TensorValue(loss.output) for loss in value.losses if loss.output is not None]
        return self.opaque("a loss", outputs, node, unread=True)

    def tensor(self, value: Value, node: cst.CSTNode | None = None) -> TensorValue | None:
        """A value as a tensor: unknown values and arrays become inputs, the same unknown the same input."""
        if isinstance(value, TensorValue):
            return value
        if isinstance(value, LossTensor):
            return self.loss_value(value, node)
        shape: Shape | None = None
        if isinstance(value, ArrayValue):
            key: object = ("array", id(value))
            # numbers have an axis of their own by the time that a network of tf.keras reads them, up to 2.7
            if value.facts.shape is not None and len(value.facts.shape) != 1:
                shape = (None, *value.facts.shape[1:])
        elif isinstance(value, Unknown):
            key = value.token
        elif isinstance(value, (Symbol, ObjectValue)):
            key = repr(value) if isinstance(value, Symbol) else id(value)
        else:
            return self.operand(value, node) if isinstance(value, VariableValue) else None
        known = self._inputs_of_unknowns.get(key)
        if known is None:
            self.batch_given = True  # data are so many samples as they are
            known = TensorValue(self.node("Input", [], {}, shape=shape, note="not read"))
            known.node.unread = unread_calls.of_layers(value)
            if not known.node.unread and out_of_reach.unknown_operand(value):
                known.node.arguments["tensor"] = out_of_reach.argument(self.run, value, node)
            if isinstance(value, ArrayValue):
                self.fed[id(known.node)] = Fed(value.facts, self.run.origin(node or self.run.statement))
            self._inputs_of_unknowns[key] = known
            self._held.append(value)
        return known

    def escape(self, value: Value) -> None:
        """A value leaves what is read: its tensors are alive, its lists may grow."""
        for tensor in tensors_in(value):
            tensor.node.escapes = True
        if isinstance(value, LossTensor) and value.node is not None:
            value.node.escapes = True
        if isinstance(value, (ListValue, DictValue)):
            value.open = True
        if isinstance(value, ArrayValue):
            arrays.passed_on(self.run, value)

    def depends(self, node: Node, on: Node, within: set[int]) -> bool:
        """Whether a node is computed from another one, through the nodes in `within` alone."""
        pending, seen = [node], {id(node)}
        while pending:
            for source in pending.pop().inputs:
                if source is on:
                    return True
                if id(source) in within and id(source) not in seen:
                    seen.add(id(source))
                    pending.append(source)
        return False

    def captured(self, value: Value) -> None:
        """A value is handed to code that was not read: layers may be called there, what functions can see is alive."""
        captures.captured(self.run, value)
        for item in (value, *(elements(value) or ())):
            if isinstance(item, LayerValue):
                item.called_on_unknown = True
            for model in (item, *((item.model, *item.attributes.values()) if isinstance(item, InstanceValue) else ())):
                if isinstance(model, ModelValue):
                    model.handed = True
        scope = value.scope if isinstance(value, FunctionValue) else None
        while scope is not None and scope.parent is not None:
            for name in list(scope.names.values()):
                for tensor in tensors_in(name):
                    tensor.node.escapes = True
                if isinstance(name, ModelValue):
                    name.handed = True
            scope = scope.parent

    # --- operators ------------------------------------------------------------------------------------------

    def operate(self, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
        """`left op right` where one side is a tensor, a loss or a variable."""
        if isinstance(left, LossTensor) or isinstance(right, LossTensor):
            return losses.sum_of(self.run, left, right)
        weights = [side for side in (left, right) if isinstance(side, VariableValue)]
        if len(weights) == 2 or (weights and name in ("Multiply", "Divide") and not tensors_in((left, right))):
            # weights that something is done to before they are used
            left, right = (self.operand(side, node) if side in weights else side for side in (left, right))
        tensors = [side for side in (left, right) if isinstance(side, TensorValue)]
        if len(tensors) == 2:
            if name in MERGES:
                return self.simple(MERGES[name], tensors, node)
            if name == "MatrixMultiply":
                return self.simple("MatMul", tensors, node)
            found = infer("Divide", {"merging": False}, [tensor.node.followed for tensor in tensors])
            made = self.opaque(name, tensors, node, shape=found.sizes, weights=0)
            made.node.shape_error = found.error
            return made
        tensor = tensors[0] if tensors else None
        other = right if isinstance(left, TensorValue) else left
        if tensor is None:
            return Unknown(name)
        if isinstance(other, VariableValue):
            other.used = True
            if name != "MatrixMultiply":
                return weighted.with_variable(self.run, name, tensor, other, node)
        if isinstance(other, (int, float)) and name in ("Multiply", "Divide", "Add", "Subtract"):
            # a constant factor or offset changes no chain: scaling is a layer of its own in Keras
            factor = scaling(name, other, tensor is left)
            if factor is not None:
                return self.simple("Rescaling", [tensor], node, scale=factor[0], offset=factor[1])
        if name == "MatrixMultiply":
            made = self.simple("MatMul", [self.operand(left, node), self.operand(right, node)], node)
        else:
            found = self.beside(out_of_reach.laid_under(tensor.node, other), other)
            made = self.opaque(name, [tensor], node, shape=found.sizes, weights=0)
            made.node.shape_error = found.error
            made.node.arguments["operand"] = operand = out_of_reach.argument(self.run, other, node)
            made.node.parameters = None if operand.opaque else 0  # it may hold weights
        refuse(made.node, of_operand(self.run, tensor.node, left))
        return made

    def beside(self, sizes: Sizes | None, other: Value) -> Inferred:
        """What an operation on each pair of elements makes of a shape and of a value that is laid over it.

        What is not known is taken to have no more axes, as scales and offsets have; where the tensor has one element it
        may have more.
        """
        if isinstance(other, (bool, int, float)):
            return Inferred(shape_of_sizes(sizes), sizes=sizes)
        given: Sizes | None = other.facts.shape if isinstance(other, ArrayValue) else None
        given = variable_sizes(other) if isinstance(other, VariableValue) else given
        if given is not None:
            return infer("Divide", {"merging": False}, [sizes, given])
        kept = tuple(None if size == 1 else size for size in sizes) if sizes else None
        return Inferred(shape_of_sizes(kept), sizes=kept)

    # --- what cannot be followed ----------------------------------------------------------------------------

    def unknown_call(self, function: Value, site: CallSite) -> Value:
        """Call something that is not understood: tensors come out as an opaque node, mutable arguments may change."""
        for value in site.values():
            self.captured(value)
        tensors = [t for value in (function, *site.values()) for t in tensors_in(value)]
        why = function.why if isinstance(function, Unknown) else "a call"
        if why == "a call" and site.node is not None:
            why = f"a call of {quoted(self.run.origin(site.node.func))}"
        leaving = reached.leaves_unknown(function, site)
        if isinstance(function, Among):
            captures.released(self.run, function, leaving)
        for value in site.values():
            if isinstance(value, (ListValue, DictValue)) and not tensors_in(value):
                value.open = True
            if isinstance(value, ModelValue) and value.kind == "sequential" and not value.layers:
                value.unread.append((f"it is passed to code that was not read: {why}", self.run.origin(site.node)))
            if isinstance(value, ArrayValue):
                self.run.event(ArrayPassed(origin=self.run.origin(site.node), facts=value.facts))
            if not leaving:
                reached.reached(self.run, value)
        if tensors and not unread_calls.measures(function):
            for tensor in tensors:
                tensor.node.escapes = True
            made = self.opaque(why, tensors, site.node, unread=True)
            if isinstance(function, TensorValue):
                refuse(made.node, of_call(self.run, function.node))
            return made
        # what is called, and not known, may be something that the program alone decides
        own = isinstance(function, Unknown) and not is_given(function.token)
        token: tuple[object, ...] = ("result" if own else "call", why, self.place(site), *unread_calls.by_words(site))
        if out_of_reach.says(function, parts=True):
            token = (*token, out_of_reach.mark(site.values()))
        return unread_calls.reshaped(self.run, function, site) or Unknown(f"the result of {why}", token)

    def place(self, site: CallSite) -> object:
        span = self.run.span(site.node)
        return (span.start_row, span.start_column) if span is not None else None


def given(passed: Passed, value: Any, origin: Origin | None) -> Argument:
    """An argument as the call gives it."""
    return Argument(value, True, passed.keyword, None if passed.keyword else passed.position, origin)


__all__ = ["UNKNOWN", "Building", "given"]
