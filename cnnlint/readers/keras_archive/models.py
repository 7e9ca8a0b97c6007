"""Sequential and Functional configurations to nodes of the graph, nested models inlined."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import OPAQUE, UNKNOWN, Argument, Model, Node, Origin, Placement, Shape, Unread
from cnnlint.graph.shapes import infer, knows
from cnnlint.readers.keras_archive.configs import MODELS, LayerConfig, layer, mapping, text
from cnnlint.readers.keras_archive.operations import TENSOR, operation
from cnnlint.readers.keras_archive.training import read_training

MOST_NODES = 20_000
"""Nested models are inlined wherever they are used, which can double with every level."""

Outputs = list[Node]


APPLICATIONS = "keras.src.applications."
"""The modules of the layers that only Keras's applications have."""

OF_A_FUNCTION = frozenset({"Lambda", "TFOpLambda", "SlicingOpLambda"})
"""Layers whose function is code, or the name of some."""
OF_APPLICATIONS = {"LayerScale": "projection_dim", "StochasticDepth": "", "CustomScaleLayer": ""}
"""These layers, and what says how many weights they have. Each leaves the shape of its first input."""


class TooLarge(Exception):
    """The model has more layers than are read."""


def read_model(saved: Mapping[str, Any], fallback: str, version: int | None = None) -> Model:
    """The graph of a saved model; `fallback` names one that was saved without a name, `version` is Keras's."""
    class_name, config = text(saved.get("class_name")), mapping(saved.get("config"))
    kind = {"Sequential": "sequential", "Functional": "functional", "Model": "functional"}.get(class_name, "subclass")
    name = text(config.get("name")) or fallback
    model = Model(name, kind, origin=Origin(text=class_name, onnx_node=name, onnx_op=class_name))
    builder = _Builder(model, version)
    if isinstance(config.get("layers"), list):
        model.outputs = builder.model_of(class_name, config, None)
    else:
        model.unread.append(
            Unread(f"{class_name or 'the model'} is a class of its own: its layers are not in the file")
        )
    model.inputs = [node for node in model.nodes if node.kind == "Input"]
    _bury(model)
    read_training(model, mapping(saved.get("compile_config")))
    return model


def _bury(model: Model) -> None:
    """Move what no output depends on to `dead`."""
    alive: set[int] = set()
    pending = [*model.outputs, *model.inputs]
    while pending:
        node = pending.pop()
        if id(node) not in alive:
            alive.add(id(node))
            pending.extend(node.inputs)
    model.dead = [node for node in model.nodes if id(node) not in alive and node.fused_into is None]
    model.nodes = [node for node in model.nodes if id(node) in alive]


class _Builder:
    def __init__(self, model: Model, version: int | None) -> None:
        self.model = model
        self.version = version
        self.scope: tuple[str, ...] = ()
        #: a number for each saved layer, whose uses share their weights
        self.ids: dict[int, int] = {}
        self.uses = 0
        #: what has a number stays, so that no other object gets its id
        self._kept: list[object] = []

    # -- nodes

    def node(
        self,
        kind: str,
        name: str,
        inputs: Sequence[Node],
        arguments: Mapping[str, Argument],
        *,
        saved: object,
        class_name: str,
        shape: Shape | None = None,
    ) -> Node:
        """A new node, its shape inferred unless it is given."""
        node = Node(kind, name, list(inputs), dict(arguments), scope=self.scope)
        path = "/".join((*self.scope, name))
        origin = Origin(text=f"{class_name} {name}".strip(), onnx_node=path, onnx_op=class_name)
        node.placement = Placement("archive", call=origin, callee=class_name, api=f"keras.layers.{class_name}")
        self._kept.append(saved)
        node.layer_id = self.ids.setdefault(id(saved), len(self.ids) + 1)
        if kind not in ("Input", OPAQUE) and knows(kind):
            values = {key: argument.value for key, argument in node.arguments.items()}
            inferred = infer(kind, values, [source.shape for source in inputs])
            node.shape, node.shape_error, node.parameters = inferred.shape, inferred.error, inferred.parameters
        if shape is not None:
            node.shape = shape
        self.model.nodes.append(node)
        return node

    def input(self, saved: object, name: str, shape: Shape | None) -> Node:
        """An Input node."""
        argument = Argument(UNKNOWN if shape is None else shape, given=True)
        node = self.node(
            "Input", name, [], {"batch_shape": argument}, saved=saved, class_name="InputLayer", shape=shape
        )
        node.parameters = 0
        return node

    def unread(self, what: str, node: Node) -> None:
        """Note that a node stands for something that could not be read."""
        node.unread = True
        self.model.unread.append(Unread(what, node.origin))

    def apply(self, saved: Mapping[str, Any], inputs: Sequence[Node]) -> Outputs:
        """The nodes of one use of a saved layer or model; returns its outputs."""
        self.uses += 1
        if self.uses > MOST_NODES:
            raise TooLarge(f"its models come to more than {MOST_NODES:,} layers")
        class_name, config = text(saved.get("class_name")), mapping(saved.get("config"))
        if class_name in MODELS and isinstance(config.get("layers"), list):
            outer = self.scope
            self.scope = (*outer, text(config.get("name")) or text(saved.get("name")))
            outputs = self.model_of(class_name, config, inputs)
            self.scope = outer
            return outputs
        found = layer(saved, self.version)
        if found.kind == "InputLayer" or class_name == "InputLayer":
            return [*inputs] or [self.input(saved, found.name, _input_shape(config))]
        if found.kind is None or found.kind == "Lambda":
            node = self.node(OPAQUE, found.name, inputs, {}, saved=saved, class_name=class_name)
            node.note, node.trainable = class_name or "a layer", found.trainable
            if class_name in OF_APPLICATIONS and text(saved.get("module")).startswith(APPLICATIONS):
                weights = config.get(OF_APPLICATIONS[class_name])
                node.parameters = weights if type(weights) is int else 0
                node.shape = inputs[0].shape if inputs else None
            elif class_name in OF_A_FUNCTION:
                self.unread(f"what the {class_name} `{found.name}` computes", node)
            else:
                self.unread(f"the layer class {class_name or '?'}", node)
            return [node]
        return [self._layer(saved, found, inputs)]

    def _layer(self, saved: object, found: LayerConfig, inputs: Sequence[Node]) -> Node:
        assert found.kind is not None
        node = self.node(found.kind, found.name, inputs, found.arguments, saved=saved, class_name=found.class_name)
        node.trainable = found.trainable
        function = found.activation
        if function is None or function.value in (None, "linear"):
            return node
        name = function.value if isinstance(function.value, str) else "activation"
        arguments = {"activation": function}
        if function.value == "softmax":
            arguments["axis"] = Argument(-1)
        fused = self.node(
            "Activation", f"{node.name}/{name}", [node], arguments, saved=saved, class_name=found.class_name
        )
        fused.placement = replace(fused.placement, spelling="fused")
        fused.fused_into = node
        return fused

    # -- models

    def model_of(self, class_name: str, config: Mapping[str, Any], inputs: Sequence[Node] | None) -> Outputs:
        """The nodes of a model, applied to `inputs` or to inputs of its own."""
        layers = [mapping(one) for one in config["layers"]]
        if class_name == "Sequential":
            return self._sequential(config, layers, inputs)
        return self._functional(config, layers, inputs)

    def _sequential(
        self, config: Mapping[str, Any], layers: list[Mapping[str, Any]], inputs: Sequence[Node] | None
    ) -> Outputs:
        current: Outputs = list(inputs or ())
        if not current and (not layers or text(layers[0].get("class_name")) != "InputLayer"):
            first = mapping(layers[0].get("config")) if layers else {}
            shape = _shape(config.get("build_input_shape")) or _input_shape(first)
            current = [self.input(config, "input", shape)]
        for saved in layers:
            current = self.apply(saved, current)
        return current

    def _functional(
        self, config: Mapping[str, Any], layers: list[Mapping[str, Any]], inputs: Sequence[Node] | None
    ) -> Outputs:
        made: dict[tuple[str, int], Outputs] = {}
        entries = list(_references(config.get("input_layers")))
        if inputs is not None:
            for (name, index, _), node in zip(entries, inputs, strict=False):
                made[name, index] = [node]
        for saved, index, call in _in_order(layers):
            name = _name(saved)
            if (name, index) in made:
                continue
            operands = [self._tensor(made, reference) for reference in _references(call)]
            if _is_operation(saved):
                made[name, index] = [self._operation(saved, call, operands)]
            else:
                made[name, index] = self.apply(saved, operands)
        return [self._tensor(made, reference) for reference in _references(config.get("output_layers"))]

    def _tensor(self, made: dict[tuple[str, int], Outputs], reference: tuple[str, int, int]) -> Node:
        """An output of a layer's use; one beyond the first is a state or the like, and opaque."""
        name, index, place = reference
        outputs = made.get((name, index))
        if not outputs:
            node = self.input(reference, name, None)
            self.unread(f"what `{name}` gives", node)
            made[name, index] = [node]
            return node
        if place < len(outputs):
            return outputs[place]
        node = self.node(OPAQUE, f"{name}:{place}", [outputs[0]], {}, saved=(name, place), class_name="")
        node.note = "a further output"
        return node

    def _operation(self, saved: Mapping[str, Any], call: Any, tensors: Sequence[Node]) -> Node:
        class_name, name = text(saved.get("class_name")), _name(saved)
        args, settings = mapping(call).get("args"), mapping(mapping(call).get("kwargs"))
        operands = [TENSOR if _reference(one) else one for one in args] if isinstance(args, list) else []
        found = operation(class_name, mapping(saved.get("config")), operands, len(tensors), settings)
        kind = found.kind or OPAQUE
        node = self.node(
            kind,
            name,
            tensors,
            found.arguments,
            saved=saved,
            class_name=class_name,
            shape=None if found.kind else _shape(_saved_shape(saved)),
        )
        node.note = "" if found.kind else class_name
        return node


def _name(saved: Mapping[str, Any]) -> str:
    return text(saved.get("name")) or text(mapping(saved.get("config")).get("name"))


def _is_operation(saved: Mapping[str, Any]) -> bool:
    """Whether it is one of keras.ops rather than a layer (both have an Add)."""
    return ".ops" in text(saved.get("module"))


def _saved_shape(saved: Mapping[str, Any]) -> Any:
    return mapping(saved.get("build_config")).get("output_shape")


def _shape(value: Any) -> Shape | None:
    if not isinstance(value, list) or any(isinstance(size, (list, dict, str)) for size in value):
        return None
    return tuple(size if isinstance(size, int) and not isinstance(size, bool) else None for size in value)


def _input_shape(config: Mapping[str, Any]) -> Shape | None:
    return _shape(config.get("batch_shape", config.get("batch_input_shape")))


# -- references between layers


def _reference(value: Any) -> tuple[str, int, int] | None:
    """A reference to an output: a saved tensor of Keras 3, or a list [layer, use, output, ...] of Keras 2."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        value = mapping(value.get("config")).get("keras_history")
    if not isinstance(value, list) or not 3 <= len(value) <= 4:
        return None
    name, index, place = value[:3]
    known = isinstance(name, str) and isinstance(index, int) and isinstance(place, int)
    return (name, index, place) if known and index >= 0 and place >= 0 else None


def _references(value: Any) -> Iterator[tuple[str, int, int]]:
    """All references in a structure, in order."""
    pending = [value]
    while pending:
        current = pending.pop()
        found = _reference(current)
        if found is not None:
            yield found
            if isinstance(current, list) and len(current) == 4:  # keyword arguments may be tensors too
                pending.append(current[3])
        elif isinstance(current, dict):
            pending.extend(reversed(list(current.values())))
        elif isinstance(current, list):
            pending.extend(reversed(current))


Use = tuple[Mapping[str, Any], int, Any]
"""A saved layer, the number of its use, and what it is called with."""


def _in_order(layers: Sequence[Mapping[str, Any]]) -> Iterator[Use]:
    """The uses of all layers, each after those whose outputs it reads; what goes around in circles comes last."""
    uses: dict[tuple[str, int], Use] = {}
    for saved in layers:
        calls = saved.get("inbound_nodes")
        calls = calls if isinstance(calls, list) and calls else [None]
        for index, call in enumerate(calls):
            uses[_name(saved), index] = (saved, index, call)
    waiting: dict[tuple[str, int], int] = {}
    readers: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for key, (_, _, call) in uses.items():
        sources = {(name, index) for name, index, _ in _references(call)} & uses.keys()
        waiting[key] = len(sources)
        for source in sources:
            readers.setdefault(source, []).append(key)
    ready = deque(key for key, count in waiting.items() if count == 0)
    while ready:
        key = ready.popleft()
        yield uses.pop(key)
        for reader in readers.get(key, ()):
            waiting[reader] -= 1
            if waiting[reader] == 0:
                ready.append(reader)
    yield from uses.values()
