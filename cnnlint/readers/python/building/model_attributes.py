"""What programs ask of models, and change in models and layers that are made: attributes and methods."""

from __future__ import annotations

from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.lookups import meant_method
from cnnlint.readers.python.building import calls, layers, models, training
from cnnlint.readers.python.building.arguments import shape_of
from cnnlint.readers.python.run import Native, Run
from cnnlint.readers.python.values import (
    CallSite,
    LayerValue,
    ListValue,
    ModelValue,
    TensorValue,
    Unknown,
    Value,
)


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


def set_after_compile(run: Run, target: LayerValue | ModelValue) -> None:
    """Note on the one compiled model that a layer belongs to that `trainable` was set; `compile` forgets it again.

    Of a layer that several compiled models have in common (a GAN's discriminator) nothing is noted: each of them keeps
    what held when it was compiled, and that is what such programs want.
    """
    holders = [model for model in run.building.models if _holds(model, target)]
    compiled = [model for model in holders if model.training.compiled is not None]
    whole = target.every_layer_of if isinstance(target, LayerValue) else None
    holders = [model for model in holders if (model is not target and model is not whole) or model in compiled]
    if len(holders) == 1 and compiled and not holders[0].used_as_part:
        name = target.name or "a layer"
        holders[0].training.trainable_set = (run.origin(run.statement), name)


def _holds(model: ModelValue, target: LayerValue | ModelValue) -> bool:
    """Whether a layer or model is this model or a part of it."""
    if target is model or any(layer is target for layer in model.layers):
        return True
    layer = target.application if isinstance(target, ModelValue) else target
    if layer is None:
        outer = target.layers if isinstance(target, ModelValue) else []
        own = {id(node) for one in outer if isinstance(one, LayerValue) for node in one.nodes}
    else:
        if layer.every_layer_of is not None:
            return _holds(model, layer.every_layer_of)
        own = {id(node) for node in layer.nodes}
    return any(id(node) in own for node in models.order([output.node for output in model.outputs]))


def set_layer_attribute(layer: LayerValue, name: str, value: Value) -> None:
    """`layer.momentum = 0.01`: the argument of that name, if there is one; `layer.activation` likewise."""
    from cnnlint.readers.python.building.arguments import canonical_plain, normal

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
    for node in models.order([output.node for output in model.outputs]):
        if name in node.arguments or node.kind == "Application":
            node.arguments[name] = Argument(value if isinstance(value, (int, float, str)) else UNKNOWN, True)


def model_attribute(run: Run, model: ModelValue, name: str) -> Value:
    """An attribute or method of a model."""
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
    if isinstance(found, Unknown) and model.kind in ("sequential", "functional") and meant_method(name) is not None:
        return Native(name, lambda run, site: _called(run, model, name, lambda *_: found, site))
    return found


def _called(run: Run, model: ModelValue, name: str, method: Any, site: CallSite) -> Value:
    calls.keep(run, f"keras.models.Model.{name}", site)
    found: Value = method(run, model, site)
    return found


def _ends(run: Run, model: ModelValue, name: str) -> Value:
    if model.kind == "application":
        models.realise_application(run, model)
    models.realise(run, model)
    ends = model.inputs if name.startswith("input") else model.outputs
    if not ends:
        return Unknown(f"model.{name}")
    if name.endswith("_shape"):
        return layers.shape_value(ends[0].node.shape)
    if name.endswith("s"):
        return ListValue(list(ends))
    return ends[0] if len(ends) == 1 else ListValue(list(ends))


def _layers(run: Run, model: ModelValue) -> Value:
    if model.kind == "sequential":
        model.realised_length = -1
        shown = _shown(model)
        return _LayerList(model.layers) if len(shown) == len(model.layers) else ListValue(shown)
    chain = _chain(model)
    if chain is not None:
        return ListValue(list(chain))
    one = LayerValue("Opaque", {}, model.placement, 0, opaque=True, note="a layer", every_layer_of=model)
    return ListValue([one], True)


def _shown(model: ModelValue) -> list[Value]:
    """The layers by which a model is indexed: Keras leaves out the input that a Sequential begins with."""
    first = model.layers[0] if model.layers else None
    kind = first.node.kind if isinstance(first, TensorValue) else first.kind if isinstance(first, LayerValue) else ""
    hidden = model.kind == "sequential" and kind in ("Input", "InputLayer")
    return list(model.layers[1:] if hidden else model.layers)


def _chain(model: ModelValue) -> list[LayerValue] | None:
    """The layers of a functional model that is one chain of different layers, input first; None for any other."""
    if model.kind != "functional" or len(model.outputs) != 1 or model.unread:
        return None
    found: list[LayerValue] = []
    for node in models.order([model.outputs[0].node]):
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


def _add(run: Run, model: ModelValue, site: CallSite) -> Value:
    models.add(run, model, site.value(0, "layer"), site)
    return None


def _pop(run: Run, model: ModelValue, site: CallSite) -> Value:
    run.touch(model)
    model.realised_length = -1
    return model.layers.pop() if model.layers else None


def _build(run: Run, model: ModelValue, site: CallSite) -> Value:
    shape = shape_of(site.value(0, "input_shape", "batch_input_shape"))
    if shape is not None and len(shape) > 1 and model.input_shape is None:
        model.input_shape = shape
        model.realised_length = -1
    return None


def _get_layer(run: Run, model: ModelValue, site: CallSite) -> Value:
    name = site.value(0, "name") if "name" in site.keywords or site.positional else None
    index = site.value(None, "index")
    models.realise(run, model)
    for layer in model.layers:
        if isinstance(layer, LayerValue) and isinstance(name, str) and layer.name == name:
            return layer
    shown = _shown(model)
    if isinstance(index, int) and -len(shown) <= index < len(shown):
        return shown[index]
    if model.outputs and isinstance(name, str):
        for node in models.order([output.node for output in model.outputs]):
            if node.name == name:
                layer = LayerValue(node.kind, node.arguments, node.placement, node.layer_id, node.name)
                layer.nodes.append(node)
                return layer
    if model.kind == "application":
        models.realise_application(run, model)
        if model.inputs:
            inner = run.building.opaque(f"{models.INNER}{name!r} of {model.name}", model.inputs, site.node)
            layer = LayerValue("Opaque", {}, model.placement, run.building.next_id(), opaque=True, note="layer")
            layer.nodes.append(inner.node)
            return layer
    return Unknown("get_layer()", ("layer", str(name)))


METHODS: dict[str, Any] = {
    "add": _add,
    "pop": _pop,
    "build": _build,
    "get_layer": _get_layer,
    "call": models.apply_model,
    "__call__": models.apply_model,
    **training.METHODS,
}
