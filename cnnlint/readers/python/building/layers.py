"""Keras layers: how they are made and applied to tensors, and what they tell of themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cnnlint.graph import UNKNOWN, Argument, Node, Placement, Shape
from cnnlint.graph.calls import LayerSpec
from cnnlint.graph.kinds import MERGES
from cnnlint.graph.vocabulary import layer_spec, legacy_spec
from cnnlint.readers.python.building import lambdas
from cnnlint.readers.python.building.arguments import canonical_arguments, shape_of
from cnnlint.readers.python.building.joining import joined
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    CallSite,
    InstanceValue,
    LayerValue,
    ListValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    tensors_in,
)

#: the states of recurrent layers
STATES = {"LSTM": 2, "GRU": 1, "SimpleRNN": 1, "ConvLSTM1D": 2, "ConvLSTM2D": 2, "ConvLSTM3D": 2}
WRAPPERS = ("TimeDistributed", "Bidirectional")


def make_layer(run: Run, name: str, site: CallSite) -> LayerValue:
    """`Conv2D(...)`: a layer with its arguments; a class that no version of Keras has is opaque."""
    keywords = tuple(site.keywords)
    spec = _keras0(run, name, site) or layer_spec(name, version=_version(run, keywords), keywords=keywords)
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
        layer.opaque, layer.note, layer.inner = True, "Lambda", lambdas.function_of(site)
    return layer


_RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})


def _keras0(run: Run, name: str, site: CallSite) -> LayerSpec | None:
    """The signature from before Keras 0.3, which had the input's size in a place of its own: `Dense(784, 128)`.

    Told by its whole numbers: no later layer takes one in the place behind its size.
    """
    spec = legacy_spec(name, 0) if run.versions.keras == 1 else None
    if spec is None:
        return None
    sizes = [parameter for parameter in spec.parameters if parameter in _SIZES]
    given = [passed.value for passed in site.positional[: len(sizes)]]
    whole = [value for value in given if isinstance(value, int) and not isinstance(value, bool)]
    return spec if len(whole) == len(sizes) else None


#: the parameters of Keras 0's layers that are sizes
_SIZES = frozenset({"nb_filter", "stack_size", "nb_row", "nb_col", "input_dim", "output_dim"})


def _version(run: Run, keywords: tuple[str, ...]) -> int | None:
    return run.versions.keras if run.versions.keras == 1 else None


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
        elif layer.kind in _RECURRENT or layer.kind in ("RNN", "Conv1D"):
            shape = (None, None, size)  # a series of any length
        else:
            shape = (None, size)
    layer.input_shape = shape


def opaque_layer(run: Run, what: str, site: CallSite, *, unread: bool = False) -> LayerValue:
    """A layer of which only its name is known."""
    placement = run.building.placement(site, "other", site.api)
    layer = LayerValue("Opaque", {}, placement, run.building.next_id(), opaque=True, note=what, unread=unread)
    name = site.value(None, "name") if not site.open else None
    layer.name = name if isinstance(name, str) else None
    shape = site.value(None, "input_shape") if not site.open else None
    sizes = shape_of(shape)
    layer.input_shape = (None, *sizes) if sizes is not None else None
    return layer


def apply_layer(run: Run, layer: LayerValue, site: CallSite) -> Value:
    """`layer(x)`: nodes for the layer and its fused activation."""
    passed = site.value(0, "inputs", "x")
    tensors = joined(run, layer.kind, passed, layer.arguments.get("axis", Argument(-1)).value, site.node)
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
    node = add_layer(run, layer, [t.node for t in tensors])
    return _with_more(run, layer, node, site)


def _with_more(run: Run, layer: LayerValue, node: Node, site: CallSite) -> Value:
    """The layer's output, and with it the states or attention scores that it is asked to return."""
    output = TensorValue(node)
    if "return_attention_scores" in site.keywords and layer.kind in ("MultiHeadAttention", "Attention"):
        if site.keywords["return_attention_scores"].value is False:
            return output
        return (output, run.building.opaque("attention scores", [output], None))
    inner = layer.inner if layer.kind == "Bidirectional" else layer
    asked = inner.arguments.get("return_state") if isinstance(inner, LayerValue) else None
    if not isinstance(inner, LayerValue) or asked is None or asked.value is not True:
        return output
    if inner.kind == "RNN":
        return _with_states(run, inner, output)
    if inner.kind not in STATES:
        return output
    number = STATES[inner.kind] * (2 if layer.kind == "Bidirectional" else 1)
    sizes = node.inputs[0].followed or node.followed
    units = inner.arguments.get("units", Argument()).value
    state = (sizes[0], units) if sizes and isinstance(units, int) and "ConvLSTM" not in inner.kind else None
    return (output, *(run.building.opaque("state", [output], None, shape=state) for _ in range(number)))


def _with_states(run: Run, layer: LayerValue, output: TensorValue) -> Value:
    """What `RNN(cells, return_state=True)` returns: the output, and behind it the states of its cells.

    An LSTM's cell has two, which are a list of their own in some versions; one's own cell may have any number.
    """
    given = layer.arguments.get("cell", Argument()).value
    cells = given if isinstance(given, tuple) and given and isinstance(given[0], tuple) else (given,)
    states: list[Value] = []
    for cell in cells:
        if not isinstance(cell, tuple) or cell[0] not in ("GRUCell", "SimpleRNNCell"):
            return ListValue([output], True)
        sizes, units = output.node.followed, cell[1].get("units")
        state = (sizes[0], units) if sizes and isinstance(units, int) else None
        states.append(run.building.opaque("state", [output], None, shape=state))
    return ListValue([output, *states])


def add_layer(run: Run, layer: LayerValue, inputs: list[Node], placement: Placement | None = None) -> Node:
    """The nodes of one use of a layer; returns the one whose output is the layer's."""
    building = run.building
    placement = placement or layer.placement
    followed = lambdas.read(run, layer, inputs) if layer.note == "Lambda" else None
    if followed is not None:
        return followed
    if layer.opaque:
        node = building.node("Opaque", inputs, dict(layer.arguments), name=layer.name or "", placement=placement,
                             layer_id=layer.layer_id, note=layer.note, trainable=layer.trainable,
                             shape=_declared(layer))  # fmt: skip
        if layer.unread:
            building.missed(layer.note, None)
            node.unread = True
        layer.nodes.append(node)
        return node
    # Keras's merging layers lay the samples over each other, functions the last axes
    merges = placement.api and layer.kind in MERGES
    merging = {"merging": placement.api.startswith("keras.layers.")} if merges else None
    node = building.node(layer.kind, inputs, dict(layer.arguments), name=layer.name or "", placement=placement,
                         layer_id=layer.layer_id, note=layer.note, trainable=layer.trainable,
                         values=merging)  # fmt: skip
    node.label = layer.label
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


def layer_attribute(run: Run, layer: LayerValue, name: str) -> Value:
    """An attribute of a layer."""
    if name in ("output", "input") and layer.nodes:
        if name == "output":
            return TensorValue(layer.nodes[-1])
        first = next((n for n in layer.nodes if n.fused_into is None), layer.nodes[0])
        return TensorValue(first.inputs[0]) if first.inputs else TensorValue(first)
    if name == "__class__" and not layer.opaque:
        return Symbol(f"keras.layers.{layer.kind}")
    if name == "name":
        return layer.name if layer.name is not None else Unknown("layer name")
    if name == "trainable":
        return layer.trainable
    if name in ("output_shape", "input_shape") and layer.nodes:
        before = layer.nodes[0].inputs or layer.nodes
        return shape_value(layer.nodes[-1].shape if name == "output_shape" else before[0].shape)
    if name in ("get_weights", "set_weights", "adapt", "build", "get_config", "count_params"):
        return Native(name, lambda run, site: Unknown(f"layer.{name}()"))
    argument = layer.arguments.get(name)
    if argument is not None and argument.known and not isinstance(argument.value, dict):
        known: Value = argument.value
        return known
    return Unknown(f"layer.{name}")


def shape_value(shape: Shape | None) -> Value:
    if shape is None:
        return Unknown("shape")
    return tuple(None if index == 0 and size is None else (size if size is not None else Unknown("size"))
                 for index, size in enumerate(shape))  # fmt: skip
