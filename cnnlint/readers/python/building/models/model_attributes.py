"""What programs ask of models, and change in models and layers that are made: attributes and methods."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any

from cnnlint.graph import UNKNOWN, Argument, Node, NotThere
from cnnlint.graph.lookups import MODEL, absent, meant_method
from cnnlint.graph.signatures import signatures
from cnnlint.graph.walks import TRAINED, ancestors, order
from cnnlint.readers.python.building import calls, unbuilt
from cnnlint.readers.python.building.arguments import shape_of
from cnnlint.readers.python.building.layers import layer_attributes
from cnnlint.readers.python.building.models import cloning, models
from cnnlint.readers.python.building.models.listing import beyond, layer_of, listed, no_sequence
from cnnlint.readers.python.building.out_of_reach import foreign
from cnnlint.readers.python.building.training import stateless, training
from cnnlint.readers.python.by_text.definitions.unset import BROUGHT, by_name
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.text.concrete_nodes import walk
from cnnlint.readers.python.values import (
    MISSING,
    CallSite,
    LayerValue,
    ListValue,
    ModelValue,
    TensorValue,
    Unknown,
    Value,
    elements,
    plain,
)


def trainable_assigned(run: Run, target: LayerValue | ModelValue, value: Value) -> None:
    """`x.trainable = value`: what holds from the next `compile` on, unless that held before."""
    changes = not (value is True and _is_trainable(target))
    set_trainable(run, target, value if isinstance(value, bool) else None)
    if changes:
        _set_after_compile(run, target)


def _is_trainable(target: LayerValue | ModelValue) -> bool:
    """Whether a layer, or all of a model, is known to be trainable as it stands."""
    if isinstance(target, LayerValue):
        return target.trainable is True and target.every_layer_of is None
    nodes = order([output.node for output in target.outputs])
    layers = [one for one in target.layers if isinstance(one, LayerValue)]
    every = all(one.trainable is True for one in nodes) and all(one.trainable is True for one in layers)
    return bool(nodes or layers) and every


def set_trainable(run: Run, target: LayerValue | ModelValue, value: bool | None) -> None:
    """`x.trainable = value`, for layers and everything in a model."""
    pending: list[Value] = [target]
    visited: set[int] = set()
    compiled = run.versions.keras != 3  # before, what is compiled keeps the weights that it was compiled with
    learning = [one for one in run.building.models if one.training.fits() or (compiled and one.training.compiled)]
    learning = learning if value is False else []
    fed = {id(node) for one in learning for node in order([output.node for output in one.outputs])}
    while pending:
        current = pending.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        if isinstance(current, LayerValue) and current.every_layer_of is not None:
            # some of its layers, or all: which ones the loop is about is followed where it says so itself
            pending.append(current.every_layer_of)
            value = value if _in_loop_over_all(run) else None
        elif isinstance(current, LayerValue):
            current.trainable, current.set_later = value, True
            for node in current.nodes:
                node.learned |= id(node) in fed and node.trainable is not False
                node.trainable, node.set_later = value, True
        elif isinstance(current, ModelValue):
            current.trainable = value
            pending += current.layers
            if current.application is not None:
                pending.append(current.application)
            for node in ancestors(*(output.node for output in current.outputs)):
                node.learned |= id(node) in fed and node.trainable is not False
                node.trainable, node.set_later = value, True


def _in_loop_over_all(run: Run) -> bool:
    """Whether the statement is `layer.trainable = …` in `for layer in model.layers:`, for each of them."""
    loop, statement = run.loop_path[-1] if run.loop_path else None, run.statement
    if not isinstance(loop, cst.For) or not isinstance(loop.iter, cst.Attribute) or run.frame.conditions:
        return False
    leaves = any(isinstance(node, (cst.Break, cst.Continue, cst.Return)) for node in walk(loop.body))
    target = statement.targets[0].target if isinstance(statement, cst.Assign) and len(statement.targets) == 1 else None
    whose = target.value if isinstance(target, cst.Attribute) else None
    same = isinstance(whose, cst.Name) and isinstance(loop.target, cst.Name) and whose.value == loop.target.value
    return loop.iter.attr.value == "layers" and same and not leaves


def _set_after_compile(run: Run, target: LayerValue | ModelValue) -> None:
    """Note on the one compiled model that a layer belongs to that `trainable` was set; `compile` forgets it again.

    Of a layer that several compiled models have in common (a GAN's discriminator) nothing is noted: each of them keeps
    what held when it was compiled, and that is what such programs want. Nor is anything of a layer without weights.
    """
    uses = target.nodes if isinstance(target, LayerValue) else []
    if uses and all(node.kind == "Input" or node.parameters == 0 for node in uses):
        return
    holders = [model for model in run.building.models if _holds(model, target)]
    compiled = [model for model in holders if model.training.compiled is not None]
    whole = target.every_layer_of if isinstance(target, LayerValue) else None
    holders = [model for model in holders if (model is not target and model is not whole) or model in compiled]
    if len(holders) == 1 and compiled and not holders[0].used_as_part:
        name = target.name or "a layer"
        holders[0].training.trainable_set = (run.origin(run.statement), name)


def _holds(model: ModelValue, target: LayerValue | ModelValue) -> bool:
    """Whether a layer or model is this model or a part of it, or has its weights."""
    if target is model or any(layer is target for layer in model.layers):
        return True
    layer = target.application if isinstance(target, ModelValue) else target
    if layer is None:
        outer = target.layers if isinstance(target, ModelValue) else []
        own = [node for one in outer if isinstance(one, LayerValue) for node in one.nodes]
        shared = _weighted(target) if isinstance(target, ModelValue) else set()
    elif layer.every_layer_of is not None:
        return _holds(model, layer.every_layer_of)
    else:
        own, shared = layer.nodes, {layer.layer_id} if layer.layer_id and layer.kind in TRAINED else set()
    nodes = {id(node) for node in order([output.node for output in model.outputs])}
    return any(id(node) in nodes for node in own) or (bool(shared) and shared <= _weighted(model))


def _weighted(model: ModelValue) -> set[int]:
    """The layers with weights behind a model's outputs."""
    nodes = order([output.node for output in model.outputs])
    return {node.layer_id for node in nodes if node.kind in TRAINED and node.layer_id}


def set_layer_attribute(run: Run, layer: LayerValue, name: str, value: Value) -> None:
    """`layer.momentum = 0.01`: the argument of that name, if there is one; `layer.activation` likewise."""
    from cnnlint.readers.python.building.arguments import canonical_plain, normal

    if layer.every_layer_of is not None:
        # under a condition it is set on some of the layers, and nothing says on which
        some = run.frame.conditions > 0 or not isinstance(value, (int, float, str))
        _set_in_every_layer(layer.every_layer_of, name, Argument(UNKNOWN if some else value, True))
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


def _set_in_every_layer(model: ModelValue, name: str, argument: Argument) -> None:
    """`for layer in model.layers: layer.momentum = 0.01`, for those layers that have such an argument."""
    if model.application is not None:
        model.application.arguments[name] = argument
    for node in order([output.node for output in model.outputs]):
        if name in node.arguments or node.kind == "Application":
            node.arguments[name] = argument


def model_attribute(run: Run, model: ModelValue, name: str) -> Value:
    """An attribute or method of a model."""
    unbuilt.asked_of_model(run, model, name)
    if name in model.kept:
        return model.kept[name]
    method = METHODS.get(name)
    if method is not None:
        return Native(name, lambda run, site: _called(run, model, name, method, site))
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
    found = training.model_attribute(run, model, name)
    if isinstance(found, Unknown):
        _looked_for(run, model, name)
    if isinstance(found, Unknown) and model.kind in ("sequential", "functional") and _is_none(name):
        return Native(name, lambda run, site: _called(run, model, name, lambda *_: found, site))
    return found


def _looked_for(run: Run, model: ModelValue, name: str) -> None:
    """Note an attribute that no model of Keras has, and that nothing set: each says what became of those that went."""
    untouched = model.kind in ("sequential", "functional") and model.instance is None
    known = name in BROUGHT or name.startswith(("_", "stop_")) or signatures(f"{MODEL}.{name}")
    guarded = run.trying or run.frame.conditions or "hasattr" in run.frame.unit.parsed.source.text
    if untouched and by_name(run.frame.unit.parsed) and not (known or guarded or _is_none(name) or model.unread):
        problem = f"model.{name} is not there: no model of Keras has such an attribute"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem))


def _is_none(name: str) -> bool:
    """Whether no model has a method of this name, which is almost that of one, or that of a layer."""
    return meant_method(name) is not None or absent(f"{MODEL}.{name}")


def keep(run: Run, model: ModelValue, name: str, site: CallSite) -> None:
    """Note what a method of Keras's models is given; a class that was not read may have one of its own of that name."""
    bases = model.instance.cls.external_bases() if model.instance is not None else []
    if not any(foreign(base.name) for base in bases):
        calls.keep(run, f"keras.models.Model.{name}", site)


def _called(run: Run, model: ModelValue, name: str, method: Any, site: CallSite) -> Value:
    keep(run, model, name, site)
    found: Value = method(run, model, site)
    return found


def _ends(run: Run, model: ModelValue, name: str) -> Value:
    if model.kind == "application":
        models.realise_application(run, model)
    if name in ("input", "output") and model.kind == "sequential" and not (model.used_as_part or run.trying):
        problem = f"model.{name} is not there: a Sequential that was called on no symbolic tensor has {name}s alone"
        run.event(NotThere(origin=run.origin(run.statement), problem=problem, advice=f"write model.{name}s[0]"))
    models.realise(run, model)
    ends = model.inputs if name.startswith("input") else model.outputs
    if not ends:
        return Unknown(f"model.{name}")
    if name.endswith("_shape"):
        shapes = [layer_attributes.shape_value(one.node.shape) for one in ends]
        return shapes[0] if len(shapes) == 1 else ListValue(shapes)
    if name.endswith("s"):
        return ListValue(list(ends))
    return ends[0] if len(ends) == 1 else ListValue(list(ends))


def _layers(run: Run, model: ModelValue) -> Value:
    if model.kind == "sequential":
        models.realise(run, model)
        model.realised_length = -1
        shown = _shown(model)
        asked = functools.partial(beyond, run, model, len(shown))
        whole = len(shown) == len(model.layers)
        return _LayerList(model.layers, elsewhere=asked) if whole else ListValue(shown, elsewhere=asked)
    known = listed(run, model)
    if known is not None:
        made = ListValue(list(known), elsewhere=functools.partial(beyond, run, model, len(known)))
    else:
        one = LayerValue("Opaque", {}, model.placement, 0, opaque=True, note="a layer", every_layer_of=model)
        made = ListValue([one], True, elsewhere=functools.partial(_at, run, model))
    before, model.shown = model.shown, made
    if before is None or run.versions.tf_keras or run.versions.keras == 3:
        return made  # a copy each time
    if (before.length(), before.ordered) == (made.length(), made.ordered):
        return made
    model.shown = before  # the program took layers off the model's own list
    if run.versions.keras != 1:
        before.forget()  # or off a copy
    return before


def _at(run: Run, model: ModelValue, place: int) -> Value:
    """A layer of a model whose layers are not listed, by its place: one of a published network's, or one of those at
    the end, as far as each of them reads the one before it alone."""
    if model.kind == "application":
        note = f"{models.INNER}number {place} of {model.name or 'the model'}"
        layer = LayerValue("Opaque", {}, model.placement, 0, opaque=True, note=note, every_layer_of=model)
        models.realise_application(run, model)
        if place in (0, -1):
            layer.nodes.append((model.outputs if place else model.inputs)[0].node)
        return layer
    node = model.outputs[0].node if len(model.outputs) == 1 and place < 0 and not model.unread else None
    while node is not None and not (node.scope or node.kind == "Application"):
        nodes = [node] if node.fused_into is None else [node.fused_into, node]
        place += 1
        if place == 0:
            return layer_of(nodes)
        node = nodes[0].inputs[0] if len(nodes[0].inputs) == 1 and not node.opaque else None
    return MISSING


def inner_output(run: Run, layer: LayerValue) -> TensorValue:
    """What a layer inside a published network computes: known to be that, and no more."""
    model = layer.every_layer_of
    assert model is not None
    models.realise_application(run, model)
    return run.building.opaque(layer.note, model.inputs, None)


def _shown(model: ModelValue) -> list[Value]:
    """The layers by which a model is indexed: Keras leaves out the input that a Sequential begins with."""
    first = model.layers[0] if model.layers else None
    kind = first.node.kind if isinstance(first, TensorValue) else first.kind if isinstance(first, LayerValue) else ""
    hidden = model.kind == "sequential" and kind in ("Input", "InputLayer")
    return list(model.layers[1:] if hidden else model.layers)


class _LayerList(ListValue):
    """`model.layers` of a Sequential: the model's own list, so that `pop` takes the last layer off."""

    __slots__ = ()


def _add(run: Run, model: ModelValue, site: CallSite) -> Value:
    no_sequence(run, model, "add")
    models.add(run, model, site.value(0, "layer"), site)
    return None


def _pop(run: Run, model: ModelValue, site: CallSite) -> Value:
    no_sequence(run, model, "pop")
    run.touch(model)
    models.leave_trained(run, model)
    model.realised_length = -1
    return model.layers.pop() if model.layers else None


def _build(run: Run, model: ModelValue, site: CallSite) -> Value:
    shape = shape_of(site.value(0, "input_shape", "batch_input_shape"))
    declared = models.declared_input(model)  # tf.keras keeps it, Keras 3 refuses another
    if shape is not None and len(shape) > 1 and declared is None and model.input_shape is None:
        model.input_shape, model.start = shape, Argument(plain(site.value(0, "input_shape", "batch_input_shape")))
        model.realised_length = -1
    return None


def _get_layer(run: Run, model: ModelValue, site: CallSite) -> Value:
    name = site.value(0, "name") if "name" in site.keywords or site.positional else None
    index = site.value(None, "index")
    models.realise(run, model)
    shown = _shown(model)
    if isinstance(index, int):
        if -len(shown) <= index < len(shown):
            return shown[index]
        layers = _layers(run, model)
        found = (
            layers.elsewhere(index) if isinstance(layers, ListValue) and layers.open and layers.elsewhere else MISSING
        )
        items = elements(layers) if found is MISSING and isinstance(layers, ListValue) and not layers.open else None
        if items is not None and -len(items) <= index < len(items):
            return items[index]
        if items is not None:
            beyond(run, model, len(items), index)
        return found if found is not MISSING else Unknown("get_layer()", ("layer", str(index)))
    if isinstance(name, str):
        found = _named(run, model, name, site)
        if found is not MISSING:
            return found
        names = _names(run, model, name)
        if names is not None and name not in names and not run.trying:
            problem = f"no layer of the model is called {name!r}"
            run.event(NotThere(origin=run.origin(site.node), problem=problem, advice=_there_are(names)))
    return Unknown("get_layer()", ("layer", str(name)))


#: what Keras calls an input that has no name, in all versions
INPUT = "input(_layer)?"


def _there_are(names: list[str]) -> str:
    return f"there are {', '.join(names)}" if names else "give the layer that name"


def _names(run: Run, model: ModelValue, asked: str) -> list[str] | None:
    """The names of all layers of a model; None where one is not known that may be the one that is asked for."""
    known = _shown(model) if model.kind == "sequential" and not model.unread else listed(run, model)
    layers = [one for one in known or () if isinstance(one, LayerValue) and not one.opaque]
    if not known or len(layers) != len(known):
        return None
    for layer in layers:
        made_up = INPUT if layer.kind in ("Input", "InputLayer") else ""
        stem = run.building.numbered.get(layer.layer_id, ("", 0, ()))[0] or made_up
        if not layer.name and (not stem or re.fullmatch(rf"{stem}(_\d+)?", asked)):
            return None
    return [layer.name for layer in layers if layer.name]


def _named(run: Run, model: ModelValue, name: str, site: CallSite) -> Value:
    """The layer of a model that has a name, given or as Keras makes it; MISSING where it is not found."""
    for layer in model.layers:
        if isinstance(layer, LayerValue) and layer.name == name:
            return layer
        if isinstance(layer, ModelValue) and name in (layer.name, layer.application and layer.application.name):
            return layer
    made = [one for one in model.layers if isinstance(one, LayerValue) and _may_be_called(run, one.layer_id, name)]
    if model.layers:
        return made[0] if len(made) == 1 else MISSING
    if model.kind == "application":
        models.realise_application(run, model)
        return _inner(run, name, model.name or "the model", [one.node for one in model.inputs], site)
    nodes = order([output.node for output in model.outputs])
    found = [node for node in nodes if node.name == name and node.fused_into is None]
    found = found or [node for node in nodes if _may_be_called(run, node.layer_id, name) and node.fused_into is None]
    if len({node.layer_id for node in found}) == 1:
        whole = next((one for one in run.building.models if _is_application(one, found[0])), None)
        return whole or layer_of([found[0], *(other for other in nodes if other.fused_into is found[0])])
    networks = [node for node in nodes if node.kind == "Application" and not node.scope]
    if len(networks) == 1 and not found:
        return _inner(run, name, networks[0].name or "the model", networks[0].inputs, site)
    return MISSING


def _may_be_called(run: Run, layer_id: int, name: str) -> bool:
    """Whether Keras may have made up this name for a layer: the first is `dense`, or `dense_1` in Keras 2."""
    stem, number, _ = run.building.numbered.get(layer_id, ("", 0, ()))
    if stem and not number and name == stem:
        run.building.from_zero = True  # a program that asks for `dense` shows how it is counted
    modern = run.versions.tf_keras or run.versions.keras == 3 or run.building.from_zero
    names = (f"{stem}_{number}" if number else stem, "" if modern else f"{stem}_{number + 1}")
    return bool(stem) and name in names


def _is_application(model: ModelValue, node: Node) -> bool:
    """Whether a node is a use of this application as a layer."""
    layer = model.application
    return layer is not None and node.kind == "Application" and layer.layer_id == node.layer_id


def _inner(run: Run, name: str, of: str, inputs: Sequence[Node], site: CallSite) -> Value:
    """A layer inside a published network: what it computes is known to be that, and no more."""
    if not inputs:
        return MISSING
    made = run.building.opaque(f"{models.INNER}{name!r} of {of}", [TensorValue(node) for node in inputs], site.node)
    layer = LayerValue("Opaque", {}, made.node.placement, run.building.next_id(), name, opaque=True, note="layer")
    layer.nodes.append(made.node)
    return layer


METHODS: dict[str, Any] = {
    "add": _add,
    "pop": _pop,
    "build": _build,
    "get_layer": _get_layer,
    **dict.fromkeys(("to_json", "get_config"), cloning.configuration),
    "call": models.apply_model,
    "__call__": models.apply_model,
    "stateless_call": stateless.call,
    **training.METHODS,
}
