"""Keras models: how they are made of layers, and applied to tensors."""

from __future__ import annotations

from copy import copy
from itertools import takewhile, zip_longest

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, Node, Origin, Placement, Shape, Training
from cnnlint.graph.kinds import DROPOUT, RECURRENT
from cnnlint.graph.origins import Spelling, quoted
from cnnlint.graph.walks import order
from cnnlint.readers.python.building.layers import layers, placeholders
from cnnlint.readers.python.building.layers.joining import may_be_several
from cnnlint.readers.python.building.models import inputs as connections
from cnnlint.readers.python.building.models import merging, same_names
from cnnlint.readers.python.building.models.repeating import repeated, watched
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    InstanceValue,
    LayerValue,
    ListValue,
    ModelValue,
    ObjectValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    elements,
    tensors_in,
)

NESTING = 12
"""How deep models may stand in models."""
UNKNOWN_LAYERS = "its list of layers is not known whole"
INNER = "layer "
"""How the note of a layer inside one of Keras's applications begins."""


def sequential(run: Run, site: CallSite) -> ModelValue:
    """`Sequential([...])`."""
    model = ModelValue("sequential", run.building.placement(site, "other", site.api))
    name = site.value(1, "name") if not site.open else None
    model.name = name if isinstance(name, str) else None
    connections.one_list(run, site)
    fill(run, model, site)
    run.building.models.append(model)
    run.touch()
    return model


def fill(run: Run, model: ModelValue, site: CallSite) -> None:
    """Add the layers that a Sequential's constructor is given."""
    layers = site.value(0, "layers")
    if layers is not None:
        alone = isinstance(layers, (LayerValue, ModelValue)) or (isinstance(layers, InstanceValue) and layers.role)
        # tf.keras takes one layer for a list of it
        items, is_open = ([layers], False) if alone else run.iterate(layers)
        # the items of a list without order are those that it may hold, at any place
        scattered = isinstance(layers, ListValue) and not layers.ordered
        for item in items or []:
            if scattered and is_open:
                interrupt(run, model, UNKNOWN_LAYERS, model.placement.call)
            add(run, model, item, None)
        if items is None or is_open:
            model.unread.append((UNKNOWN_LAYERS, model.placement.call))
            interrupt(run, model, UNKNOWN_LAYERS, model.placement.call)


def functional(run: Run, site: CallSite, model: ModelValue | None = None) -> ModelValue:
    """`Model(inputs=..., outputs=...)`, in any of its spellings since Keras 1."""
    model = model or ModelValue("functional", run.building.placement(site, "other", site.api))
    inputs = site.value(0, "inputs", "input")
    outputs = site.value(1, "outputs", "output")
    model.inputs, model.outputs = tensors_in(inputs), tensors_in(outputs)
    model.keyed, model.input_keys = (tuple(v.items) if isinstance(v, DictValue) else () for v in (outputs, inputs))
    name = site.value(2, "name") if not site.open else None
    model.name = name if isinstance(name, str) else model.name
    items = elements(outputs)
    some = isinstance(outputs, ListValue) and items is None
    if model.outputs and (some or (items is not None and len(items) > len(model.outputs))):
        model.gaps = True  # by their places, losses and labels belong to outputs that are not there
        model.unread.append(("one of its outputs is not known", model.placement.call))
    connections.chosen(model, inputs, outputs)
    if not model.outputs:
        layers.uncalled(run, outputs, "a model", site)
        passed = site.passed(1, "outputs", "output")
        named = f", {quoted(run.origin(passed.node))}," if passed is not None and passed.node is not None else ""
        model.unread.append((f"its outputs{named} are not known", model.placement.call))
    if model not in run.building.models:
        run.building.models.append(model)
    run.touch()
    connections.check(run, model, inputs, site)
    return model


def add(run: Run, model: ModelValue, item: Value, site: CallSite | None) -> None:
    """`model.add(item)` or an element of a Sequential's list."""
    run.touch(model)
    leave_trained(run, model)
    model.realised_length = -1
    where = run.origin(site.node) if site is not None else model.placement.call
    if isinstance(item, LayerValue) and item.kind == "Merge" and not model.layers:
        merging.begin(run, model, item, realise, apply_model)
    elif isinstance(item, LayerValue):
        spelling: Spelling = "add" if site is not None else "element"
        application = run.origin(site.node) if site is not None and site.node is not None else model.placement.call
        if application is not None:
            run.reached(application.span)
        item.placement = replace(
            item.placement, spelling=spelling, application=application, statement=run.origin(run.statement)
        )
        model.layers.append(item)
        same_names.among_layers(run, model)
    elif isinstance(item, ModelValue) and item.holds(model):
        model.unread.append(("a model that is a part of itself", where))
    elif isinstance(item, (ModelValue, InstanceValue)):
        if isinstance(item, ModelValue):
            item.used_as_part = True
        model.layers.append(item)
    elif isinstance(item, (TensorValue, ObjectValue)):  # an object is a layer of another library
        model.layers.append(item)
    else:
        what = connections.no_layer(run, model, item, where)
        run.building.missed(f"layer: {what}", site.node if site is not None else None)
        interrupt(run, model, what, where)


def leave_trained(run: Run, model: ModelValue) -> None:
    """Keep a Sequential as it was trained, before its layers change: what follows is another network of its layers."""
    if not model.training.feeds:
        return
    realise(run, model)
    before = copy(model)
    before.layers = list(model.layers)
    run.building.models.append(before)
    model.training, model.earlier = Training(), []
    model.inputs, model.outputs, model.realised, model.realised_marks = [], [], [], []


def interrupt(run: Run, model: ModelValue, what: str, where: Origin | None, before: int | None = None) -> None:
    """Add what is not known to a Sequential, or put it before one of its layers."""
    place, number = Placement("add", where, where), run.building.next_id()
    unknown = LayerValue("Opaque", {}, place, number, opaque=True, unread=True, note=what)
    model.layers.insert(len(model.layers) if before is None else before, unknown)
    model.realised_length = -1


def realise(run: Run, model: ModelValue) -> None:
    """Give a Sequential its nodes, from its first layer's input shape on: anew whenever its layers changed; the nodes
    of those at its front that are still the same stay."""
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
    current = model.realised[-1].node if same else _first_input(run, model)
    if same == 0:
        model.inputs = model.joins or [TensorValue(current)]
        model.realised_input = _input_key(model)
    for item in model.layers[same:]:
        current = _through(run, item, current)
        model.realised.append(TensorValue(current))
    model.outputs = [TensorValue(current)]
    model.realised_marks = marks
    model.realised_length = len(model.layers)


def built_from(run: Run, model: ModelValue, fed: Shape) -> None:
    """Give a Sequential that declares no input shape that of the first data it is fed, as Keras does."""
    if model.kind != "sequential" or model.unread or not model.layers:
        return
    shape, first = model.inputs[0].node.shape if model.inputs else _first_shape(model), model.layers[0]
    kind = first.kind if isinstance(first, LayerValue) else ""
    alone = kind == "Embedding" and len(model.layers) == 1 and (shape is None or model.by_data)
    if len(fed) < 2 and not alone:
        return
    if alone and len(fed) != len(shape or (None, None)):
        model.input_shape, model.by_data = None, True  # numbers are looked up in any number of axes
    elif shape is None and not model.by_data and not isinstance(first, TensorValue):
        model.input_shape, model.by_data = (None, *fed[1:]), True
    elif model.by_data and kind == "Embedding" and shape is not None and shape[1:] != fed[1:]:
        model.input_shape = (None,) * len(shape)  # no weights hang on how many are looked up
    elif model.by_data and kind in RECURRENT and shape and shape[1:2] != fed[1:2] and shape[2:] == fed[2:]:
        model.input_shape = (None, None, *shape[2:])  # nor on how many steps are taken
    else:
        return
    model.realised_length = -1
    realise(run, model)


def _mark(item: Value, depth: int = NESTING) -> object:
    """What tells that an element of a Sequential is still what it was when it was realised."""
    if isinstance(item, ModelValue):
        return (id(item), tuple(_mark(inner, depth - 1) for inner in item.layers) if depth else ())
    if isinstance(item, LayerValue):
        return (id(item), item.opaque, id(item.activation))
    return id(item)


def _input_key(model: ModelValue) -> object:
    shape = declared_input(model)
    return (shape, id(model.layers[0]) if model.layers else None)


def _discard(run: Run, model: ModelValue, keep: int) -> None:
    """Take back the nodes of elements that are no longer there; somebody who read one of them keeps it alive."""
    last = model.realised[keep - 1].node if keep else None
    old = _made_for(model, last)
    del model.realised[keep:]
    if old:
        run.building.nodes = [node for node in run.building.nodes if id(node) not in old or node.escapes]


def _made_for(model: ModelValue, last: Node | None) -> set[int]:
    """The nodes that realising a Sequential made behind `last`, or all of them where that is None."""
    kept = {id(node) for node in order([last])} if last is not None else set()
    if last is None and model.inputs and isinstance(model.layers[0] if model.layers else None, TensorValue):
        kept = {id(model.inputs[0].node)}
    return {id(node) for node in order([tensor.node for tensor in model.realised[-1:]])} - kept


def _first(model: ModelValue) -> Value:
    """What a Sequential begins with, in whichever of those that stand first in it."""
    first: Value = model.layers[0] if model.layers else None
    for _ in range(NESTING):
        if isinstance(first, ModelValue) and first.kind == "sequential" and first.layers:
            first = first.layers[0]
    return first


def _first_shape(model: ModelValue) -> Shape | None:
    """The shape of a Sequential's input, as far as it or what it begins with says."""
    first, shape = _first(model), model.input_shape
    if isinstance(first, TensorValue):
        return first.node.shape
    if isinstance(first, ModelValue) and shape is None:
        if first.application is not None:
            shape = first.application.input_shape
        elif first.inputs:
            shape = first.inputs[0].node.shape
    elif isinstance(first, LayerValue) and shape is None:
        shape = first.input_shape
    return shape if isinstance(shape, tuple) else None


def _first_input(run: Run, model: ModelValue) -> Node:
    first = _first(model)
    if isinstance(first, TensorValue):
        return first.node
    placement = first.placement if isinstance(first, LayerValue) and first.kind == "Input" else Placement("other")
    start = first.start if isinstance(first, LayerValue) and model.input_shape is None else model.start
    declared = {"shape": replace(start, value=UNKNOWN if start.opaque else start.value)} if start is not None else {}
    # by data Keras 2 builds it as they come, with as many samples
    note, shape = "not read" if model.by_data else "", _first_shape(model)
    return run.building.node("Input", [], declared, shape=shape, placement=placement, note=note)


def declared_input(model: ModelValue) -> Shape | None:
    """The input shape that a Sequential's first layer declares."""
    first = model.layers[0] if model.layers else None
    if isinstance(first, TensorValue):
        return first.node.shape
    shape = model.input_shape if first is None or model.input_shape is not None else getattr(first, "input_shape", None)
    return shape if isinstance(shape, tuple) else None


def through(run: Run, model: ModelValue, current: Node) -> Node:
    """Apply the layers of a Sequential, one behind the other, to a node."""
    for item in model.layers:
        current = _through(run, item, current)
    return current


def _through(run: Run, item: Value, current: Node) -> Node:
    """Apply one element of a Sequential to a node."""
    if isinstance(item, LayerValue):
        if item.kind in ("Input", "InputLayer"):
            return current
        return layers.add_layer(run, item, [current])
    if isinstance(item, TensorValue):
        return current
    tensors = tensors_in(run.call(item, CallSite(None, [Passed(TensorValue(current))])))
    if tensors:
        return tensors[0].node
    return run.building.opaque("a layer", [TensorValue(current)], None, unread=True).node


def told(run: Run, site: CallSite, start: int) -> None:
    """Tell what a call with `training=False` made, from a node on, that it does not train."""
    passed = site.keywords.get("training")
    if passed is None or passed.value is not False:
        return
    origin = run.origin(site.node)
    for node in run.building.nodes[start:]:
        given = node.arguments.get("training")
        if node.kind in DROPOUT and (given is None or given.value is False):
            node.arguments = {**node.arguments, "training": Argument(False, True, "training", None, origin)}


def apply_model(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model(x)`: the model's nodes once more behind other inputs, sharing their layers."""
    start = len(run.building.nodes)
    result = _applied(run, model, site)
    told(run, site, start)
    return result


def _given(run: Run, model: ModelValue, passed: Value) -> list[TensorValue]:
    """The tensors that a model is given; what is not known among them is of the size that its input asks for."""
    items, wanted = connections.flat(passed), len(model.inputs)
    listed = isinstance(passed, (tuple, ListValue))
    several = len(items) < wanted and any(isinstance(item, TensorValue) and may_be_several(item) for item in items)
    told = all(isinstance(item, TensorValue) for item in items) or (not listed and wanted != len(items))
    if not wanted or (told and not several):
        return tensors_in(passed)
    if len(items) != wanted:
        # one of them may be several: which is which is known up to there
        sure = list(takewhile(_is_one, items))
        held, made = tensors_in(passed), run.building.opaque
        rest = [made("a list", held, None, shape=one.node.followed, unread=True) for one in model.inputs]
        items = [*sure, *rest][:wanted]
    tensors: list[TensorValue] = []
    for item, own in zip(items, model.inputs, strict=True):
        tensor = run.building.tensor(item) or TensorValue(run.building.node("Input", [], {}, note="not read"))
        if tensor.node.shape is None and not tensor.node.inputs:
            tensor.node.shape = own.node.shape
        tensors.append(tensor)
    return tensors


def _is_one(item: Value) -> bool:
    return isinstance(item, ArrayValue) or (isinstance(item, TensorValue) and not may_be_several(item))


def _applied(run: Run, model: ModelValue, site: CallSite) -> Value:
    model.used_as_part = True
    building = run.building
    passed = site.value(0, "inputs")
    tensors = _given(run, model, passed)
    connections.miscounted(run, model, passed, site)
    if model.joins:
        return building.opaque("models that a Merge joins", tensors, site.node, unread=True)
    if not tensors:
        tensor = building.tensor(passed)
        tensors = [tensor] if tensor is not None else []
        if tensor is not None and tensor.node.shape is None and len(model.inputs) == 1:
            tensor.node.shape = model.inputs[0].node.shape  # no other would do
    if model.instance is not None and not model.outputs and model.kind == "subclass":
        return run.call(model.instance, site)
    if model.kind == "application" and model.application is not None:
        return TensorValue(layers.add_layer(run, model.application, [t.node for t in tensors]))
    outer = building.scope
    if len(outer) >= NESTING:
        return building.opaque("models that nest too deeply", tensors, site.node, unread=True)
    building.scope = (*outer, model.name or model.kind)
    kinds = [(tensor.node, tensor.node.dtype) for tensor in tensors]
    try:
        for (node, _), own in zip_longest(kinds, model.inputs[: len(kinds)]):
            node.dtype = None if own is None else own.node.dtype  # a model turns what it is given into what it declares
        if model.kind == "sequential":
            if not tensors:
                return Unknown("a model applied to an unknown value")
            current = connections.conformed(run, tensors[0].node, declared_input(model))
            if current.kind == "Input" and current.shape is None:
                current.shape = declared_input(model)
            elif current.shape is not None and model.input_shape is None:
                building.scope = ()
                with watched(run) as read:
                    # a first call builds it, as the first data that it is fed does
                    built_from(run, model, current.shape)
                    realise(run, model)
                building.scope = (*outer, model.name or model.kind)
                again = repeated(run, model, read, current)
                if again is not None:
                    return TensorValue(again)
            return TensorValue(through(run, model, current))
        return copied(run, model, tensors)
    finally:
        building.scope = outer
        for node, kind in kinds:
            node.dtype = kind


def copied(run: Run, model: ModelValue, tensors: list[TensorValue], renumbered: bool = False) -> Value:
    """A functional model's nodes copied behind other inputs, with the same weights or (`renumbered`) with others."""
    if not model.outputs or (tensors and not model.inputs):
        return run.building.opaque("a model whose inputs or outputs are not known", tensors, None, unread=True)
    table: dict[int, Node] = {}
    numbers: dict[int, int] = {}
    for old, new in zip(model.inputs, tensors, strict=False):
        table[id(old.node)] = connections.conformed(run, new.node, old.node.shape)
    for node in order([output.node for output in model.outputs]):
        if node.kind == "Input" and not renumbered and id(node) not in table:
            # what stands in its place is not known: it may be data as well as a tensor of a model
            table[id(node)] = run.building.node("Input", [], {}, shape=node.shape, note="not read")
        if id(node) in table:
            continue
        inputs = [table[id(source)] for source in node.inputs if id(source) in table]
        host = table.get(id(node.fused_into)) if node.fused_into is not None else None
        spelt = layers.spelt(run, node.kind, node.placement.api, inputs) or {}
        copy = run.building.node(
            node.kind,
            inputs,
            dict(node.arguments),
            name=node.name,
            placement=node.placement,
            layer_id=numbers.setdefault(node.layer_id, run.building.next_id()) if renumbered else node.layer_id,
            note=node.note,
            trainable=node.trainable,
            values=spelt,
            host=host,
        )
        copy.unread = node.unread
        if spelt.get("held") or [one.shape for one in inputs] == [one.shape for one in node.inputs]:
            copy.parameters = node.parameters  # whether they are the program's weights was found out there
        copy.shape_error = copy.shape_error or layers.remade(copy, node)
        copy.shape = node.shape if copy.shape is None else copy.shape
        if copy.parameters is None:
            copy.parameters = node.parameters  # they are the same weights
        table[id(node)] = copy
    outputs = [TensorValue(table[id(output.node)]) for output in model.outputs]
    for old, new in zip(model.inputs, tensors, strict=False):
        placeholders.refuse(outputs[0].node, placeholders.of_model(run, old.node.shape, new.node.shape))
    if len(model.keyed) == len(outputs):
        return DictValue(dict(zip(model.keyed, outputs, strict=True)))
    return outputs[0] if len(outputs) == 1 else ListValue(list(outputs))


def realise_application(run: Run, model: ModelValue) -> None:
    """Give a keras.applications model its input and output, for programs that build on them."""
    if model.outputs or model.application is None:
        return
    layer = model.application
    tensors = tensors_in(layer.inner)
    shape = layer.input_shape if isinstance(layer.input_shape, tuple) else None
    start = tensors[0].node if tensors else run.building.node("Input", [], {}, shape=shape)
    model.inputs = [TensorValue(start)]
    model.outputs = [TensorValue(layers.add_layer(run, layer, [start]))]
