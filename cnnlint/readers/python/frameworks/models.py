"""Keras models and layers: how they are made, applied to tensors, compiled and fed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cnnlint.graph import UNKNOWN, Argument, Node, Placement, Shape
from cnnlint.graph.calls import LayerSpec
from cnnlint.graph.origins import Spelling
from cnnlint.graph.vocabulary import layer_spec
from cnnlint.readers.python.frameworks import training
from cnnlint.readers.python.frameworks.arguments import canonical_arguments, shape_of
from cnnlint.readers.python.language.values import (
    CallSite,
    InstanceValue,
    LayerValue,
    ListValue,
    ModelValue,
    Native,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    tensors_in,
)

if TYPE_CHECKING:
    from cnnlint.readers.python.language.interpreter import Interpreter

NESTING = 12
"""How deep models may stand in models."""
WRAPPERS = ("TimeDistributed", "Bidirectional")


# --- layers -----------------------------------------------------------------------------------------------------


def make_layer(run: Interpreter, name: str, site: CallSite) -> LayerValue:
    """`Conv2D(...)`: a layer with its arguments; a class that no version of Keras has is opaque."""
    keywords = tuple(site.keywords)
    spec = layer_spec(name, version=_version(run, keywords), keywords=keywords)
    placement = run.building.placement(site, "other", site.api or name)
    if spec is None:
        return opaque_layer(run, name.rpartition(".")[2], site)
    for keyword in ("input_shape", "batch_input_shape"):
        if keyword in site.keywords:
            sizes = shape_of(site.keywords[keyword].value)
            run.building.shown_shape((None, *sizes) if sizes is not None and keyword == "input_shape" else sizes)
    arguments, _ = canonical_arguments(run, spec, site)
    layer = LayerValue(spec.kind, arguments, placement, run.building.next_id())
    _general(layer, arguments)
    if spec.kind not in ("Activation",) and "activation" in arguments and spec.kind not in _RECURRENT:
        layer.activation = arguments.pop("activation")
    if spec.kind in WRAPPERS:
        layer.inner = site.value(0, "layer")
        if isinstance(layer.inner, LayerValue) and layer.input_shape is None:
            layer.input_shape = layer.inner.input_shape
    if spec.kind == "Lambda":
        layer.opaque, layer.note, layer.inner = True, "Lambda", site.value(0, "function")
    return layer


_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})


def _version(run: Interpreter, keywords: tuple[str, ...]) -> int | None:
    return run.imports.keras if run.imports.keras == 1 else None


def _general(layer: LayerValue, arguments: dict[str, Argument]) -> None:
    """Take out what every layer accepts: its name, whether it is trained, the shape of its input."""
    name = arguments.pop("name", None)
    layer.name = name.value if name is not None and isinstance(name.value, str) else None
    trainable = arguments.pop("trainable", None)
    if trainable is not None:
        layer.trainable = trainable.value if isinstance(trainable.value, bool) else None
    for key in ("dtype", "autocast", "weights", "implementation", "input_dtype", "batch_size"):
        arguments.pop(key, None)
    shape: Any = None
    given = arguments.pop("input_shape", None)
    if given is not None and layer.kind != "Input":
        sizes = shape_of(given.value) if given.value is not UNKNOWN else None
        shape = (None, *sizes) if sizes is not None else UNKNOWN
    given = arguments.pop("batch_input_shape", None)
    if given is not None:
        shape = shape_of(given.value) if given.value is not UNKNOWN else UNKNOWN
    given = arguments.get("input_dim") if layer.kind == "Embedding" else arguments.pop("input_dim", None)
    length = arguments.pop("input_length", None)
    if layer.kind == "Embedding":
        if length is not None and shape is None:
            shape = (None, length.value if isinstance(length.value, int) else None)
    elif given is not None and shape is None:
        size = given.value if isinstance(given.value, int) else None
        if length is not None:
            shape = (None, length.value if isinstance(length.value, int) else None, size)
        else:
            shape = (None, size)
    layer.input_shape = shape


def opaque_layer(run: Interpreter, what: str, site: CallSite, *, unread: bool = False) -> LayerValue:
    """A layer of which only its name is known."""
    placement = run.building.placement(site, "other", site.api)
    layer = LayerValue("Opaque", {}, placement, run.building.next_id(), opaque=True, note=what, unread=unread)
    name = site.value(None, "name") if not site.open else None
    layer.name = name if isinstance(name, str) else None
    shape = site.value(None, "input_shape") if not site.open else None
    sizes = shape_of(shape)
    layer.input_shape = (None, *sizes) if sizes is not None else None
    return layer


def apply_layer(run: Interpreter, layer: LayerValue, site: CallSite) -> Value:
    """`layer(x)`: nodes for the layer and its fused activation."""
    passed = site.value(0, "inputs", "x")
    tensors = tensors_in(passed)
    for keyword in ("initial_state", "value", "key", "context"):
        tensors += tensors_in(site.value(None, keyword)) if keyword in site.keywords else []
    tensors += [t for extra in site.positional[1:] for t in tensors_in(extra.value)]
    if not tensors:
        layer.called_on_unknown = True
        if isinstance(passed, InstanceValue):
            return Unknown("a layer called on an object")
        tensor = run.building.tensor(passed)
        if tensor is None:
            items = elements(passed) or []
            made = [run.building.tensor(item) for item in items]
            tensors = [t for t in made if t is not None]
            if not tensors:
                return Unknown(f"{layer.kind} applied to an unknown value")
        else:
            tensors = [tensor]
    if site.node is not None:
        call = run.origin(site.node)
        run.reached(call.span)
        layer.placement = replace(layer.placement, spelling="call", application=call,
                                  statement=run.origin(run.statement))  # fmt: skip
    training_argument = site.keywords.get("training")
    if training_argument is not None:
        flag = training_argument.value
        layer.arguments["training"] = Argument(flag if isinstance(flag, bool) else UNKNOWN, True, "training", None,
                                               run.origin(training_argument.node))  # fmt: skip
    return TensorValue(add_layer(run, layer, [t.node for t in tensors]))


def add_layer(run: Interpreter, layer: LayerValue, inputs: list[Node], placement: Placement | None = None) -> Node:
    """The nodes of one use of a layer; returns the one whose output is the layer's."""
    building = run.building
    placement = placement or layer.placement
    if layer.opaque:
        node = building.node("Opaque", inputs, dict(layer.arguments), name=layer.name or "", placement=placement,
                             layer_id=layer.layer_id, note=layer.note, trainable=layer.trainable,
                             shape=_declared(layer))  # fmt: skip
        if layer.unread:
            building.missed(layer.note, None)
            node.arguments["unread"] = Argument(True)
        layer.nodes.append(node)
        return node
    node = building.node(layer.kind, inputs, dict(layer.arguments), name=layer.name or "", placement=placement,
                         layer_id=layer.layer_id, note=layer.note, trainable=layer.trainable)  # fmt: skip
    layer.nodes.append(node)
    function = layer.activation
    if function is None or function.value in (None, "linear"):
        return node
    fused = building.node("Activation", [node], {"activation": function}, name="", host=node,
                          placement=replace(placement, spelling="fused"), layer_id=layer.layer_id)  # fmt: skip
    fused.name = f"{layer.name}/{function.value}" if layer.name and isinstance(function.value, str) else ""
    if function.value == "softmax":
        fused.arguments["axis"] = Argument(-1)
    layer.nodes.append(fused)
    return fused


def _declared(layer: LayerValue) -> Shape | None:
    shape = layer.arguments.get("output_shape")
    if shape is not None and shape.known:
        sizes = shape_of(shape.value)
        return (None, *sizes) if sizes is not None else None
    return None


def layer_attribute(run: Interpreter, layer: LayerValue, name: str) -> Value:
    """An attribute of a layer."""
    if name in ("output", "input") and layer.nodes:
        if name == "output":
            return TensorValue(layer.nodes[-1])
        first = next((n for n in layer.nodes if n.fused_into is None), layer.nodes[0])
        return TensorValue(first.inputs[0]) if first.inputs else TensorValue(first)
    if name == "name":
        return layer.name if layer.name is not None else Unknown("layer name")
    if name == "trainable":
        return layer.trainable
    if name in ("output_shape", "input_shape") and layer.nodes:
        return _shape_value(layer.nodes[-1].shape if name == "output_shape" else layer.nodes[0].inputs[0].shape)
    if name in ("get_weights", "set_weights", "adapt", "build", "get_config", "count_params"):
        return Native(name, lambda run, site: Unknown(f"layer.{name}()"))
    argument = layer.arguments.get(name)
    if argument is not None and argument.known and not isinstance(argument.value, dict):
        return argument.value
    return Unknown(f"layer.{name}")


def _shape_value(shape: Shape | None) -> Value:
    if shape is None:
        return Unknown("shape")
    return tuple(None if index == 0 and size is None else (size if size is not None else Unknown("size"))
                 for index, size in enumerate(shape))  # fmt: skip


def set_trainable(target: LayerValue | ModelValue, value: bool | None) -> None:
    """`x.trainable = value`, for layers and everything in a model."""
    pending: list[Value] = [target]
    visited: set[int] = set()
    while pending:
        current = pending.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        if isinstance(current, LayerValue) and current.every_layer_of is not None:
            # some of its layers, or all: which ones the loop is about was not followed
            pending.append(current.every_layer_of)
            value = None
        elif isinstance(current, LayerValue):
            current.trainable = value
            for node in current.nodes:
                node.trainable = value
        elif isinstance(current, ModelValue):
            current.trainable = value
            pending += current.layers
            if current.application is not None:
                pending.append(current.application)
            for output in current.outputs:
                seen: set[int] = set()
                nodes = [output.node]
                while nodes:
                    node = nodes.pop()
                    if id(node) not in seen:
                        seen.add(id(node))
                        node.trainable = value
                        nodes += node.inputs


def set_layer_attribute(layer: LayerValue, name: str, value: Value) -> None:
    """`layer.momentum = 0.01`: the argument of that name, if there is one; `layer.activation` likewise."""
    from cnnlint.readers.python.frameworks.arguments import canonical_plain, normal

    if layer.every_layer_of is not None:
        _set_in_every_layer(layer.every_layer_of, name, value)
        return
    plain_value = normal(layer.kind, name, canonical_plain(name, value))
    if name == "activation" and layer.kind != "Activation":
        layer.activation = Argument(plain_value, True)
        layer.opaque = layer.opaque or bool(layer.nodes)
        for node in layer.nodes:
            if node.fused_into is not None:
                node.arguments["activation"] = Argument(UNKNOWN, True)
    elif name in layer.arguments:
        layer.arguments[name] = Argument(plain_value, True)
        for node in layer.nodes:
            if name in node.arguments:
                node.arguments[name] = Argument(plain_value, True)
    elif name in ("name", "_name") and isinstance(value, str):
        layer.name = value


def _set_in_every_layer(model: ModelValue, name: str, value: Value) -> None:
    """`for layer in model.layers: layer.momentum = 0.01`, for those layers that have such an argument."""
    if model.application is not None:
        model.application.arguments[name] = Argument(value if isinstance(value, (int, float, str)) else UNKNOWN, True)
    for node in _order([output.node for output in model.outputs]):
        if name in node.arguments or node.kind == "Application":
            node.arguments[name] = Argument(value if isinstance(value, (int, float, str)) else UNKNOWN, True)


# --- models -----------------------------------------------------------------------------------------------------


def sequential(run: Interpreter, site: CallSite) -> ModelValue:
    """`Sequential([...])`."""
    model = ModelValue("sequential", run.building.placement(site, "other", site.api))
    name = site.value(1, "name") if not site.open else None
    model.name = name if isinstance(name, str) else None
    layers = site.value(0, "layers")
    if layers is not None:
        items, is_open = run.iterate(layers)
        if items is None or is_open:
            model.unread.append(("its list of layers is not known whole", model.placement.call))
        for item in items or []:
            add(run, model, item, None)
    run.building.models.append(model)
    run.touch()
    return model


def functional(run: Interpreter, site: CallSite, model: ModelValue | None = None) -> ModelValue:
    """`Model(inputs=..., outputs=...)`, in any of its spellings since Keras 1."""
    model = model or ModelValue("functional", run.building.placement(site, "other", site.api))
    inputs = site.value(0, "inputs", "input")
    outputs = site.value(1, "outputs", "output")
    model.inputs, model.outputs = tensors_in(inputs), tensors_in(outputs)
    name = site.value(2, "name") if not site.open else None
    model.name = name if isinstance(name, str) else model.name
    if not model.outputs:
        model.unread.append(("its outputs are not known", model.placement.call))
    if model not in run.building.models:
        run.building.models.append(model)
    run.touch()
    return model


def add(run: Interpreter, model: ModelValue, item: Value, site: CallSite | None) -> None:
    """`model.add(item)` or an element of a Sequential's list."""
    run.touch(model)
    model.realised_length = -1
    if site is not None and run.in_open_loop:
        model.unread.append(("layers are added in a loop whose length is not known", run.origin(site.node)))
    if isinstance(item, LayerValue):
        spelling: Spelling = "add" if site is not None else "element"
        application = run.origin(site.node) if site is not None and site.node is not None else model.placement.call
        if application is not None:
            run.reached(application.span)
        item.placement = replace(item.placement, spelling=spelling, application=application,
                                 statement=run.origin(run.statement))  # fmt: skip
        model.layers.append(item)
    elif isinstance(item, ModelValue) and _holds(item, model):
        what = "a model that is a part of itself"
        model.unread.append((what, run.origin(site.node) if site is not None else model.placement.call))
    elif isinstance(item, (ModelValue, InstanceValue)):
        if isinstance(item, ModelValue):
            item.used_as_part = True
        model.layers.append(item)
    elif isinstance(item, TensorValue):
        model.layers.append(item)
    else:
        what = item.why if isinstance(item, Unknown) else "a layer"
        where = run.origin(site.node) if site is not None else model.placement.call
        run.building.missed(f"layer: {what}", site.node if site is not None else None)
        model.layers.append(LayerValue("Opaque", {}, Placement("add", where, where), run.building.next_id(),
                                       opaque=True, unread=True, note=what))  # fmt: skip


def _holds(outer: ModelValue, inner: ModelValue) -> bool:
    """Whether a model is another one, or holds it at any depth."""
    pending, seen = [outer], {id(outer)}
    while pending:
        current = pending.pop()
        if current is inner:
            return True
        for item in current.layers:
            if isinstance(item, ModelValue) and id(item) not in seen:
                seen.add(id(item))
                pending.append(item)
    return False


def realise(run: Interpreter, model: ModelValue) -> None:
    """Give a Sequential its nodes, from its first layer's input shape on.

    Done anew whenever its layers changed; the nodes of those at its front that are still the same stay.
    """
    if model.kind != "sequential" or model.realised_length == len(model.layers):
        return
    marks = [_mark(item) for item in model.layers]
    same = 0
    if model.inputs and model.realised_input == _input_key(model):
        for old, new in zip(model.realised_marks, marks, strict=False):
            if old != new:
                break
            same += 1
    if same == 0 or same < len(model.realised):
        _discard(run, model, same)
    if same == 0:
        model.inputs = [TensorValue(_first_input(run, model))]
        model.realised_input = _input_key(model)
    current = model.realised[-1].node if model.realised else model.inputs[0].node
    for item in model.layers[same:]:
        current = _through(run, item, current)
        model.realised.append(TensorValue(current))
    model.outputs = [TensorValue(current)]
    model.realised_marks = marks
    model.realised_length = len(model.layers)


def _mark(item: Value, depth: int = NESTING) -> object:
    """What tells that an element of a Sequential is still what it was when it was realised."""
    if isinstance(item, ModelValue):
        return (id(item), tuple(_mark(inner, depth - 1) for inner in item.layers) if depth else ())
    if isinstance(item, LayerValue):
        return (id(item), item.opaque, id(item.activation))
    return id(item)


def _input_key(model: ModelValue) -> object:
    shape = _declared_input(model)
    return (shape, id(model.layers[0]) if model.layers else None)


def _discard(run: Interpreter, model: ModelValue, keep: int) -> None:
    """Take back the nodes of elements that are no longer there; somebody who read one of them keeps it alive."""
    last = model.realised[keep - 1].node if keep else None
    old = _made_for(model, last)
    del model.realised[keep:]
    if old:
        run.building.nodes = [node for node in run.building.nodes if id(node) not in old or node.escapes]


def _made_for(model: ModelValue, last: Node | None) -> set[int]:
    """The nodes that realising a Sequential made behind `last`, or all of them where that is None."""
    kept = {id(node) for node in _order([last])} if last is not None else set()
    if last is None and model.inputs and isinstance(model.layers[0] if model.layers else None, TensorValue):
        kept = {id(model.inputs[0].node)}
    return {id(node) for node in _order([tensor.node for tensor in model.realised[-1:]])} - kept


def _first_input(run: Interpreter, model: ModelValue) -> Node:
    first: Value = model.layers[0] if model.layers else None
    for _ in range(NESTING):
        if isinstance(first, ModelValue) and first.kind == "sequential" and first.layers:
            first = first.layers[0]
    shape: Any = model.input_shape
    if isinstance(first, TensorValue):
        return first.node
    if isinstance(first, ModelValue) and shape is None:
        if first.application is not None:
            shape = first.application.input_shape
        elif first.inputs:
            shape = first.inputs[0].node.shape
    elif isinstance(first, (LayerValue, InstanceValue)) and shape is None:
        shape = first.input_shape if isinstance(first, LayerValue) else None
    known = shape if isinstance(shape, tuple) else None
    placement = first.placement if isinstance(first, LayerValue) and first.kind == "Input" else Placement("other")
    return run.building.node("Input", [], {}, shape=known, placement=placement)


def _declared_input(model: ModelValue) -> Shape | None:
    """The input shape that a Sequential's first layer declares."""
    first = model.layers[0] if model.layers else None
    shape = model.input_shape if first is None or model.input_shape is not None else getattr(first, "input_shape", None)
    return shape if isinstance(shape, tuple) else None


def _through(run: Interpreter, item: Value, current: Node) -> Node:
    """Apply one element of a Sequential to a node."""
    if isinstance(item, LayerValue):
        if item.kind in ("Input", "InputLayer"):
            return current
        return add_layer(run, item, [current])
    if isinstance(item, TensorValue):
        return current
    site = CallSite(None)
    from cnnlint.readers.python.language.values import Passed

    site.positional.append(Passed(TensorValue(current)))
    result = run.call(item, site)
    tensors = tensors_in(result)
    if tensors:
        return tensors[0].node
    return run.building.opaque("a layer", [TensorValue(current)], None, unread=True).node


def apply_model(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    """`model(x)`: the model's nodes once more behind other inputs, sharing their layers."""
    model.used_as_part = True
    building = run.building
    passed = site.value(0, "inputs")
    tensors = tensors_in(passed)
    if not tensors:
        tensor = building.tensor(passed)
        tensors = [tensor] if tensor is not None else []
    if model.instance is not None and not model.outputs:
        return run.call(model.instance, site)
    if model.kind == "application" and model.application is not None:
        return TensorValue(add_layer(run, model.application, [t.node for t in tensors]))
    outer = building.scope
    if len(outer) >= NESTING:
        return building.opaque("models that nest too deeply", tensors, site.node, unread=True)
    building.scope = (*outer, model.name or model.kind)
    try:
        if model.kind == "sequential":
            if not tensors:
                return Unknown("a model applied to an unknown value")
            current = tensors[0].node
            if current.kind == "Input" and current.shape is None:
                current.shape = _declared_input(model)
            for item in model.layers:
                current = _through(run, item, current)
            return TensorValue(current)
        return _copied(run, model, tensors)
    finally:
        building.scope = outer


def _copied(run: Interpreter, model: ModelValue, tensors: list[TensorValue]) -> Value:
    """A functional model's nodes copied behind other inputs."""
    if not model.outputs:
        return run.building.opaque("a model whose outputs are not known", tensors, None, unread=True)
    table: dict[int, Node] = {}
    for old, new in zip(model.inputs, tensors, strict=False):
        table[id(old.node)] = new.node
    for node in _order([output.node for output in model.outputs]):
        if id(node) in table:
            continue
        inputs = [table[id(source)] for source in node.inputs if id(source) in table]
        host = table.get(id(node.fused_into)) if node.fused_into is not None else None
        copy = run.building.node(node.kind, inputs, dict(node.arguments), name=node.name, placement=node.placement,
                                 layer_id=node.layer_id, note=node.note, trainable=node.trainable,
                                 host=host)  # fmt: skip
        if copy.shape is None:
            copy.shape = node.shape
        table[id(node)] = copy
    outputs = [TensorValue(table[id(output.node)]) for output in model.outputs]
    return outputs[0] if len(outputs) == 1 else ListValue(list(outputs))


def _order(outputs: list[Node]) -> list[Node]:
    """The ancestors of the outputs, inputs first."""
    order: list[Node] = []
    done: set[int] = set()
    stack: list[tuple[Node, bool]] = [(node, False) for node in reversed(outputs)]
    while stack:
        node, expanded = stack.pop()
        if id(node) in done:
            continue
        if expanded:
            done.add(id(node))
            order.append(node)
        else:
            stack.append((node, True))
            stack += [(source, False) for source in reversed(node.inputs) if id(source) not in done]
    return order


def model_attribute(run: Interpreter, model: ModelValue, name: str) -> Value:
    """An attribute or method of a model."""
    method = METHODS.get(name)
    if method is not None:
        return Native(name, lambda run, site: method(run, model, site))
    if name in ("output", "outputs", "input", "inputs", "input_shape", "output_shape"):
        return _ends(run, model, name)
    if name == "layers":
        return _layers(run, model)
    if name == "trainable":
        return model.trainable
    if name == "name":
        return model.name if model.name is not None else Unknown("model name")
    if model.instance is not None and name in model.instance.attributes:
        return model.instance.attributes[name]
    return training.model_attribute(run, model, name)


def _ends(run: Interpreter, model: ModelValue, name: str) -> Value:
    if model.kind == "application":
        _realise_application(run, model)
    realise(run, model)
    ends = model.inputs if name.startswith("input") else model.outputs
    if not ends:
        return Unknown(f"model.{name}")
    if name.endswith("_shape"):
        return _shape_value(ends[0].node.shape)
    if name.endswith("s"):
        return ListValue(list(ends))
    return ends[0] if len(ends) == 1 else ListValue(list(ends))


def _realise_application(run: Interpreter, model: ModelValue) -> None:
    if model.outputs or model.application is None:
        return
    layer = model.application
    tensors = tensors_in(layer.inner)
    if tensors:
        start = tensors[0].node
    else:
        shape = layer.input_shape if isinstance(layer.input_shape, tuple) else None
        start = run.building.node("Input", [], {}, shape=shape)
    model.inputs = [TensorValue(start)]
    model.outputs = [TensorValue(add_layer(run, layer, [start]))]


def _layers(run: Interpreter, model: ModelValue) -> Value:
    if model.kind == "sequential":
        model.realised_length = -1
        return _LayerList(model.layers)
    chain = _chain(model)
    if chain is not None:
        return ListValue(list(chain))
    one = LayerValue("Opaque", {}, model.placement, 0, opaque=True, note="a layer", every_layer_of=model)
    return ListValue([one], True)


def _chain(model: ModelValue) -> list[LayerValue] | None:
    """The layers of a functional model that is one chain of different layers, input first; None for any other."""
    if model.kind != "functional" or len(model.outputs) != 1 or model.unread:
        return None
    found: list[LayerValue] = []
    for node in _order([model.outputs[0].node]):
        again = any(node.layer_id == one.layer_id for one in found[:-1])
        if again or node.opaque or len(node.inputs) > 1 or node.scope:
            return None
        if node.fused_into is not None and found and found[-1].nodes[-1] is node.fused_into:
            found[-1].nodes.append(node)
            found[-1].activation = node.arguments.get("activation")
            continue
        if found and node.inputs[:1] != [found[-1].nodes[-1]]:
            return None
        layer = LayerValue(node.kind, node.arguments, node.placement, node.layer_id, node.name or None)
        layer.trainable = node.trainable
        layer.nodes.append(node)
        found.append(layer)
    return found


class _LayerList(ListValue):
    """`model.layers` of a Sequential: the model's own list, so that `pop` takes the last layer off."""

    __slots__ = ()


def _add(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    add(run, model, site.value(0, "layer"), site)
    return None


def _pop(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    run.touch(model)
    model.realised_length = -1
    return model.layers.pop() if model.layers else None


def _build(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    shape = shape_of(site.value(0, "input_shape", "batch_input_shape"))
    if shape is not None and len(shape) > 1 and model.input_shape is None:
        model.input_shape = shape
        model.realised_length = -1
    return None


def _get_layer(run: Interpreter, model: ModelValue, site: CallSite) -> Value:
    name = site.value(0, "name") if "name" in site.keywords or site.positional else None
    index = site.value(None, "index")
    realise(run, model)
    for layer in model.layers:
        if isinstance(layer, LayerValue) and isinstance(name, str) and layer.name == name:
            return layer
    if isinstance(index, int) and -len(model.layers) <= index < len(model.layers):
        return model.layers[index]
    if model.outputs and isinstance(name, str):
        for node in _order([output.node for output in model.outputs]):
            if node.name == name:
                layer = LayerValue(node.kind, node.arguments, node.placement, node.layer_id, node.name)
                layer.nodes.append(node)
                return layer
    if model.kind == "application":
        _realise_application(run, model)
        if model.inputs:
            inner = run.building.opaque(f"layer {name!r} of {model.name}", model.inputs, site.node)
            layer = LayerValue("Opaque", {}, model.placement, run.building.next_id(), opaque=True, note="layer")
            layer.nodes.append(inner.node)
            return layer
    return Unknown("get_layer()", ("layer", str(name)))


METHODS: dict[str, Any] = {
    "add": _add,
    "pop": _pop,
    "build": _build,
    "get_layer": _get_layer,
    "call": apply_model,
    "__call__": apply_model,
    **training.METHODS,
}

__all__ = ["LayerSpec", "VariableValue", "apply_layer", "apply_model", "functional", "make_layer", "sequential"]
