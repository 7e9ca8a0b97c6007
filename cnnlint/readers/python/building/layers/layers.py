"""Keras layers: how they are made and applied to tensors, and what they tell of themselves."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, CallRefused, LayerForTensor, Node, Placement, Shape, TableTooShort
from cnnlint.graph.kinds import COLOURING, CONVOLUTIONAL, MERGES, RECURRENT
from cnnlint.graph.shapes.registry import show
from cnnlint.graph.values import shape_of_sizes
from cnnlint.graph.vocabulary import layer_spec
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.building.arguments import canonical_arguments, shape_of
from cnnlint.readers.python.building.layers import answers, data_format, lambdas, oldest, on_data, refusals
from cnnlint.readers.python.building.layers.joining import SEVERAL, joined, stands_for_data
from cnnlint.readers.python.building.layers.placeholders import is_placeholder
from cnnlint.readers.python.building.out_of_reach import unknown_operand
from cnnlint.readers.python.building.own import cells
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    InstanceValue,
    LayerValue,
    ListValue,
    ModelValue,
    TensorValue,
    Unknown,
    Value,
    elements,
    tensors_in,
    token,
)

WRAPPERS = ("TimeDistributed", "Bidirectional")


#: the token of a tokenizer's `word_index`
WORD_INDEX = ("word_index",)
#: whose words are counted
COUNTED = pattern(r"\blen\(\s*([\w.]+)\.word_index\b")
#: numbers of words, or of anything else, that are counted from 0 instead
SHIFTED = pattern(r"-=\s*1\b|[\])]\s*-\s*1\b|\w\s*-\s*1\s+(for|if)\b|lambda[^\n]*-\s*1\b")


def make_layer(run: Run, name: str, site: CallSite) -> LayerValue:
    """`Conv2D(...)`: a layer with its arguments; a class that no version of Keras has is opaque."""
    keywords = tuple(site.keywords)
    spec = oldest.spelling(run, name, site) or layer_spec(name, version=_version(run, keywords), keywords=keywords)
    placement = run.building.placement(site, "other", site.api or name)
    if spec is None:
        return opaque_layer(run, name.rpartition(".")[2], site)
    for keyword in ("input_shape", "batch_input_shape"):
        if keyword in site.keywords:
            sizes = shape_of(site.keywords[keyword].value)
            data_format.shown(run, (None, *sizes) if sizes is not None and keyword == "input_shape" else sizes)
    arguments, _ = canonical_arguments(run, spec, site)
    layer = LayerValue(spec.kind, arguments, placement, run.building.next_id())
    layer.refused = "" if site.open else refusals.refused(spec.kind, arguments, site, run.versions.keras)
    problem = "" if site.open or run.frame.conditions else refusals.at_once(spec.kind, arguments, run.versions.keras)
    if problem and site.node is not None:
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, layer=layer.layer_id))
    short = spec.kind == "Embedding" and token(site.value(0, "input_dim")) == ("len", WORD_INDEX)
    moved = short and any(SHIFTED.search(unit.parsed.text) for unit in run.units)
    if short and site.node is not None and not (run.building.renumbered or moved):
        counted = {one for unit in run.units for one in COUNTED.findall(unit.parsed.text)}
        run.event(TableTooShort(origin=run.origin(site.node), sure=len(counted) < 2))
    run.building.batch_given |= _general(layer, arguments)
    if layer.name is None:
        run.building.unnamed(layer)
    if spec.kind not in ("Activation",) and "activation" in arguments and spec.kind not in _RECURRENT:
        layer.activation = arguments.pop("activation")
    if spec.kind in WRAPPERS:
        layer.inner = site.value(0, "layer")
        if isinstance(layer.inner, LayerValue) and layer.input_shape is None:
            layer.input_shape = layer.inner.input_shape
    if spec.kind in ("RNN", "Merge"):
        layer.inner = site.value(0, "cell" if spec.kind == "RNN" else "layers")
    held = [one for one in (layer.inner, *(elements(layer.inner) or ())) if isinstance(one, LayerValue)]
    layer.refused = layer.refused or next((one.refused for one in held if one.refused), "")
    if spec.kind in ("RNN", "TimeDistributed") and isinstance(layer.inner, LayerValue):
        layer.layer_id = layer.inner.layer_id  # its weights are those of what it holds, which may be called itself
    if spec.kind == "Lambda":
        layer.opaque, layer.note, layer.inner = True, "Lambda", lambdas.function_of(site)
        layer.refused = layer.refused or lambdas.refused(layer.inner)
    return layer


#: layers that are one cell of their own, whose activation is the cell's
_RECURRENT = RECURRENT - {"Bidirectional", "RNN"}


def _version(run: Run, keywords: tuple[str, ...]) -> int | None:
    return run.versions.keras if run.versions.keras == 1 else None


#: layers of Keras 0 and 1 for series that stand for one of Keras 2 which is not for these alone
_OF_SERIES = frozenset({"keras.layers.TimeDistributedDense"})


def _general(layer: LayerValue, arguments: dict[str, Argument]) -> bool:
    """Take out what every layer accepts: its name, whether it is trained, the shape of its input.

    Answers whether the program gives a size of the batches that was not worked out.
    """
    name = arguments.pop("name", None)
    layer.name = name.value if name is not None and isinstance(name.value, str) else None
    trainable = arguments.pop("trainable", None)
    if trainable is not None:
        layer.trainable = trainable.value if isinstance(trainable.value, bool) else None
    for key in ("dtype", "autocast", "weights", "implementation", "input_dtype"):
        arguments.pop(key, None)
    declared = (
        "input_shape",
        "batch_input_shape",
        *(() if layer.kind == "Embedding" else ("input_dim",)),
        "input_length",
    )
    starts = (arguments[one] for one in declared if one in arguments)
    layer.start = next(
        (one for one in starts if one.opaque or (isinstance(one.value, tuple) and None in one.value)), None
    )
    batch = arguments.pop("batch_size", Argument(None)).value
    samples = batch if isinstance(batch, int) else None
    shape: Any = None
    declares = [one for one in ("input_shape", "batch_input_shape") if one in arguments]
    given = arguments.pop("input_shape", None)
    if given is not None and layer.kind != "Input":
        sizes = shape_of(given.value) if given.value is not UNKNOWN else None
        shape = (samples, *sizes) if sizes is not None else UNKNOWN
    given = arguments.pop("batch_input_shape", None)
    if given is not None:
        shape = shape_of(given.value) if given.value is not UNKNOWN else UNKNOWN
        samples, batch = None, given.value[0] if isinstance(given.value, tuple) and given.value else None
    given = arguments.get("input_dim") if layer.kind == "Embedding" else arguments.pop("input_dim", None)
    length = arguments.pop("input_length", None)
    if layer.kind == "Embedding":
        if length is not None and shape is None:
            shape = (None, length.value if isinstance(length.value, int) else None)
    elif given is not None and declares in ([], ["input_shape"]):
        flat = _by_dim(layer, given.value, length)
        # Keras 1 heeds `input_dim` then, tf.keras the shape, and Keras 2 the one or the other
        shape = flat if not declares or shape == flat else UNKNOWN
    layer.input_shape = shape
    return batch is UNKNOWN


def _by_dim(layer: LayerValue, dim: Value, length: Argument | None) -> tuple[int | None, ...]:
    """The shape of the input that `input_dim` and `input_length` declare."""
    size = dim if isinstance(dim, int) else None
    if length is not None:
        return (None, length.value if isinstance(length.value, int) else None, size)
    if layer.kind in _RECURRENT or layer.kind in ("RNN", "Conv1D") or layer.placement.api in _OF_SERIES:
        return (None, None, size)  # a series of any length
    return (None, size)


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
    if not (site.open or site.positional or site.keywords or layer.opaque) and site.node is not None:
        problem = f"{layer.kind} is called on nothing: a layer takes a tensor"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem))
    passed = site.value(0, *FIRST)
    tensors = joined(run, layer.kind, passed, layer.arguments.get("axis", Argument(-1)).value, site.node)
    given, more = _given(layer, site), list[TensorValue]()
    for value in given[1:]:
        more += [run.building.operand(value, site.node)] if unknown_operand(value) else tensors_in(value)
    uncalled(run, passed, layer.kind, site)
    on_data.layer(run, layer, passed, site)
    if layer.kind in NAMED and (tensors or more):
        tensors, more = [run.building.operand(value, site.node) for value in given if value is not None], []
    elif not tensors:
        layer.called_on_unknown = True
        problem = refusals.no_tensor(layer.kind, passed) if run.versions.keras == 3 and not layer.opaque else ""
        if problem and site.node is not None:
            run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="np.array(…) with its samples"))
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
    tensors = [*tensors, *more]
    if site.node is not None:
        call = run.origin(site.node)
        run.reached(call.span)
        layer.placement = replace(
            layer.placement, spelling="call", application=call, statement=run.origin(run.statement)
        )
    training_argument = site.keywords.get("training")
    if training_argument is not None:
        flag = training_argument.value
        layer.arguments["training"] = Argument(
            flag if isinstance(flag, bool) else UNKNOWN, True, "training", None, run.origin(training_argument.node)
        )
    layer.listed = len(tensors) == 1 and len(elements(passed) or ()) == 1
    parts = lambdas.several(run, layer, [t.node for t in tensors]) if layer.note == "Lambda" else None
    if parts is not None:
        return parts
    node = add_layer(run, layer, [t.node for t in tensors])
    node.shape_error = node.shape_error or _miscalled(layer, passed, site)
    if not site.open and not layer.opaque:
        refused = refusals.overfilled(layer.kind, layer.placement.api, site)
        if run.versions.keras == 3:
            symbolic = is_placeholder(run, tensors[0].node)
            refused = refusals.call_refused(layer.kind, passed, site, symbolic=symbolic) or refused
        node.shape_error = node.shape_error or refused or None
    return answers.returned(run, layer, node, site)


#: how Keras's layers call the tensor that they work on
FIRST = ("inputs", "x", "sequences", "sequence", "input")
#: layers that are called on several tensors by name
NAMED = dict.fromkeys(("MultiHeadAttention", "GroupQueryAttention"), ("query", "value", "key"))

#: models that are made of layers: one that the program writes itself may be more than a model
WHOLE = frozenset({"functional", "sequential", "application"})
#: layers that are called on a list of tensors
LISTED = MERGES | {"Attention", "AdditiveAttention"}


def uncalled(run: Run, passed: Value, to: str, site: CallSite) -> None:
    """Tell the rules about layers and models that are passed where tensors belong."""
    for item in (passed, *(elements(passed) or ())):
        is_layer = isinstance(item, LayerValue) and not item.opaque
        own = isinstance(item, InstanceValue) and item.role == "layer"
        if site.node is not None and (is_layer or own or (isinstance(item, ModelValue) and item.kind in WHOLE)):
            layer = item.kind if isinstance(item, LayerValue) else item.cls.name if own else "model"
            run.event(LayerForTensor(origin=run.origin(site.node), layer=layer, to=to))
            return


def _miscalled(layer: LayerValue, passed: Value, site: CallSite) -> str | None:
    """Why a layer of several tensors cannot be called on what it is given, or None."""
    if layer.kind in NAMED:
        alone = len(site.positional) == 1 and "value" not in site.keywords and not site.open
        return f"{layer.kind} is called on a query and a value; it is given one tensor" if alone else None
    if layer.kind not in LISTED:
        return None
    if isinstance(passed, TensorValue):
        several = passed.node.kind in SEVERAL and "part" not in passed.node.arguments
        if passed.node.opaque or several or stands_for_data(passed.node):
            return None  # it may stand for several
        return f"{layer.kind} is called on one tensor, not on a list of tensors"
    count = None if isinstance(passed, ListValue) and passed.open else len(elements(passed) or ())
    if layer.kind not in MERGES and count in (1, 4):
        return f"{layer.kind} is called on a list of query, value and key; it is given {count}"
    return None


def _given(layer: LayerValue, site: CallSite) -> list[Value]:
    """What a call hands to a layer, in the order of the layer's parameters."""
    names = NAMED.get(layer.kind)
    if names is not None:
        return [site.value(place, name) for place, name in enumerate(names)]
    more = [extra.value for extra in site.positional[1:]]
    if "initial_state" in site.keywords:
        more.append(site.keywords["initial_state"].value)
    return [site.value(0, *FIRST), *more]


def spelt(run: Run, kind: str, api: str, inputs: list[Node]) -> dict[str, Any] | None:
    """What the way in which an operation is spelt decides of its shape, beside its arguments."""
    if kind == "Dot" and api == "keras.layers.merge":
        return {"any_axis": True}  # Keras 1 takes the axis of the samples for the next one
    if kind in ("ExpandDims", "Norm") and api.startswith("keras.ops."):
        return {"symbolic": bool(inputs) and is_placeholder(run, inputs[0])}
    if api in ("keras.ops.hstack", "keras.ops.vstack"):
        return {"stacking": "horizontal" if api.endswith("hstack") else "vertical"}
    if kind in CONVOLUTIONAL and api.startswith(("keras.ops.", "tf.nn.", "keras.backend.")):
        return {"held": True}  # the filters are the program's
    if kind.endswith("Pooling2D") and api.startswith("keras.ops."):
        return {"any_rank": True}
    if kind in COLOURING:
        return {"within": run.building.by_framework}
    if kind == "MatMul" and api.startswith("tf."):
        return {"vectors": False}
    # Keras's merging layers lay the samples over each other, functions the last axes
    return {"merging": api.startswith("keras.layers.")} if api and kind in MERGES else None


def _fused(layer: LayerValue) -> Argument | None:
    """The activation behind a layer, which may be that of what it applies to each step."""
    inner = layer.inner if layer.kind == "TimeDistributed" else None
    return inner.activation if isinstance(inner, LayerValue) and not inner.opaque else layer.activation


def add_layer(run: Run, layer: LayerValue, inputs: list[Node], placement: Placement | None = None) -> Node:
    """The nodes of one use of a layer; returns the one whose output is the layer's."""
    building = run.building
    placement = placement or layer.placement
    followed = lambdas.read(run, layer, inputs) if layer.note == "Lambda" and not layer.refused else None
    if followed is not None:
        return followed
    if layer.opaque:
        node = building.node(
            "Opaque",
            inputs,
            dict(layer.arguments),
            name=layer.name or "",
            placement=placement,
            layer_id=layer.layer_id,
            note=layer.note,
            trainable=layer.trainable,
            shape=_declared(run, layer),
        )
        node.shape_error = layer.refused or None
        if layer.unread:
            building.missed(layer.note, None)
            node.unread = True
        building.use(layer, node)
        return node
    node = building.node(
        layer.kind,
        inputs,
        dict(layer.arguments),
        name=layer.name or "",
        placement=placement,
        layer_id=layer.layer_id,
        note=layer.note,
        trainable=layer.trainable,
        values=spelt(run, layer.kind, placement.api, inputs),
    )
    node.label, node.set_later = layer.label, layer.set_later
    if layer.kind == "RNN" and node.shape is None:
        cells.settle(run, layer, node)
    flat = oldest.flat_upsampling(run, node)
    if flat is not None:
        node.shape_error, node.sizes, node.shape = None, flat, shape_of_sizes(flat)
    first = next((one for one in layer.nodes if one.kind == node.kind and one.parameters is not None), None)
    node.shape_error = node.shape_error or layer.refused or remade(node, first) or _adapted(layer, node)
    node.shape_error = node.shape_error or on_data.in_a_row(run, layer, inputs, placement)
    if node.shape is not None and oldest.either_kernel(run, node):
        node.shape = (node.shape[0], None, None, node.shape[3]) if node.shape[3] == node.value("filters") else None
    if node.kind in CONVOLUTIONAL and node.shape_error is None:
        number = numbers(inputs[0]) if inputs else None
        node.shape_error = f"{node.kind} reads {number}, and takes real numbers only" if number else None
    building.use(layer, node)
    function = _fused(layer)
    if function is None or function.value in (None, "linear"):
        return node
    fused = building.node(
        "Activation",
        [node],
        {"activation": function},
        name="",
        host=node,
        placement=replace(placement, spelling="fused"),
        layer_id=layer.layer_id,
    )
    fused.name = f"{layer.name}/{function.value}" if layer.name and isinstance(function.value, str) else ""
    if function.value == "softmax":
        fused.arguments["axis"] = Argument(-1)
    building.use(layer, fused)
    return fused


#: kinds that hand on numbers as they are
HANDING_ON = frozenset(
    {
        "Reshape",
        "WholeReshape",
        "Flatten",
        "Transpose",
        "Permute",
        "ExpandDims",
        "Squeeze",
        "SwapAxes",
        "MoveAxis",
        "Tile",
        "Repeat",
        "RepeatVector",
        "Identity",
        "Flip",
        "Roll",
        "Take",
    }
)


def numbers(node: Node) -> str | None:
    """What a tensor is known to hold, where that is no real numbers: places that an argmax chose, or truths."""
    for _ in range(64):
        if node.kind in ("ArgMax", "ArgMin", "ArgSort"):
            return "whole numbers"
        if node.kind in ("Compare", "ReduceAny", "ReduceAll"):
            return "truths"
        if not node.inputs or not (node.kind in HANDING_ON or node.note == "slice"):
            break
        node = node.inputs[0]
    return None


def remade(node: Node, first: Node | None) -> str | None:
    """Why weights that were made for a layer's first input do not fit its next one; None where they do."""
    if first is None or None in (node.parameters, first.parameters) or node.parameters == first.parameters:
        return None
    if not node.inputs or not first.inputs or None in (node.inputs[0].shape, first.inputs[0].shape):
        return None
    made, given = show(first.inputs[0].shape or ()), show(node.inputs[0].shape or ())
    return f"its weights were made for an input of {made}, and do not fit one of {given}"


def _adapted(layer: LayerValue, node: Node) -> str | None:
    """Why a Normalization that is adapted to other features cannot be used on these; None where it can."""
    learnt, given = layer.built, node.inputs[0].shape if node.inputs else None
    axis = layer.arguments.get("axis", Argument())
    if layer.kind != "Normalization" or not learnt or not given or (axis.given and axis.value != -1):
        return None
    features, now = learnt[-1], given[-1]
    if len(learnt) < 2 or len(learnt) != len(given) or None in (features, now) or features == now:
        return None
    if 1 in (features, now):  # one is laid beside all of the others
        return None
    return f"it is adapted to {features} features, and is given {now}"


def _declared(run: Run, layer: LayerValue) -> Shape | None:
    """What a layer says of its output; TensorFlow 2 runs a Lambda's function, and heeds nothing that it says."""
    heeded = layer.note != "Lambda" or not run.versions.tf_keras or run.versions.keras == 3
    shape = layer.arguments.get("output_shape") if heeded else None
    if shape is not None and shape.known:
        sizes = shape_of(shape.value)
        return (None, *sizes) if sizes is not None else None
    return None
