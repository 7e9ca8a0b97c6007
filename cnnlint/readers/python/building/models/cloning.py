"""Models made of other models: `clone_model`, and what `to_json` and `get_config` give, made a model again.

Keras copies the configuration, and no weights, losses or optimizers.
"""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.readers.python.building.models import models
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    CallSite,
    ConfigurationValue,
    LayerValue,
    ModelValue,
    Passed,
    TensorValue,
    Unknown,
    Value,
    tensors_in,
)


def clone(run: Run, site: CallSite) -> Value:
    """`clone_model(model, input_tensors=None, clone_function=None)`."""
    model = site.value(0, "model")
    if site.open or not isinstance(model, ModelValue):
        return Unknown("clone_model()")
    tensors = tensors_in(site.value(1, "input_tensors"))
    return _cloned(run, model, tensors, site.value(2, "clone_function"), site)


def configuration(run: Run, model: ModelValue, site: CallSite) -> Value:
    """`model.to_json()` and `model.get_config()`."""
    return ConfigurationValue(model)


def from_configuration(run: Run, site: CallSite) -> Value:
    """`model_from_json(model.to_json())`, `Model.from_config(model.get_config())`: a clone, where nothing changes it.

    A text can't be changed; a configuration that a name holds may have been.
    """
    passed = site.passed(0, "json_string", "config")
    value, at_once = (passed.value, isinstance(passed.node, cst.Call)) if passed is not None else (None, False)
    if isinstance(value, ConfigurationValue) and (at_once or site.api.endswith("json")):
        return _cloned(run, value.model, [], None, site)
    if isinstance(value, str) and site.api.endswith("json"):
        return _written(run, value, site)
    return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site)))


def _written(run: Run, text: str, site: CallSite) -> Value:
    """The model that a text describes which stands in the program."""
    from cnnlint.readers.keras_archive.models import TooLarge, read_model  # few programs hold one
    from cnnlint.readers.keras_archive.unpack import NotAnArchive, unpack

    try:
        saved, version = unpack(text.encode())
        model = read_model(saved, "model", version)
    except (NotAnArchive, TooLarge, RecursionError, UnicodeEncodeError):
        return Unknown("a configuration that is no model's")
    made = ModelValue(model.kind, run.building.placement(site, "other", site.api))
    numbers: dict[int, int] = {}
    for node in model.nodes:
        node.placement = made.placement
        node.layer_id = numbers.setdefault(node.layer_id, run.building.next_id())
    run.building.nodes += model.nodes
    made.kind = "functional"  # its nodes are there, and no layers that could be added to
    made.inputs, made.outputs = list(map(TensorValue, model.inputs)), list(map(TensorValue, model.outputs))
    made.unread = [(one.what, made.placement.call) for one in model.unread]
    run.building.models.append(made)
    run.touch()
    return made


def _cloned(run: Run, model: ModelValue, tensors: list[TensorValue], change: Value, site: CallSite) -> Value:
    made = ModelValue(model.kind, run.building.placement(site, "other", site.api))
    made.input_shape, made.trainable = model.input_shape, model.trainable
    if model.kind == "sequential":
        for item in model.layers:
            models.add(run, made, _item(run, item, change), None)
    elif model.kind == "functional" and model.outputs:
        made.inputs = tensors or [_input(run, one) for one in model.inputs]
        if change is None:
            result = models.copied(run, model, made.inputs, renumbered=True)
        else:
            result = run.building.opaque("layers that a `clone_function` makes", made.inputs, site.node, unread=True)
        made.outputs = tensors_in(result)
        made.keyed = model.keyed
    elif model.application is not None:
        made.application = _layer(run, model.application)
        return made
    else:
        return Unknown("a copy of a model that was read in part")
    made.unread = list(model.unread)
    run.building.models.append(made)
    run.touch()
    return made


def _item(run: Run, item: Value, change: Value) -> Value:
    """An element of a Sequential's copy: what the clone function makes of it, or the same with weights of its own."""
    if isinstance(item, LayerValue):
        if change is not None and item.kind != "Input":
            return run.call(change, CallSite(None, [Passed(item)]))
        return _layer(run, item)
    if isinstance(item, ModelValue):
        return _cloned(run, item, [], change, CallSite(None))
    return _input(run, item) if isinstance(item, TensorValue) else item


def _layer(run: Run, layer: LayerValue) -> LayerValue:
    return replace(layer, layer_id=run.building.next_id(), nodes=[], arguments=dict(layer.arguments))


def _input(run: Run, tensor: TensorValue) -> TensorValue:
    node = tensor.node
    made = run.building.node(
        node.kind, [], dict(node.arguments), name=node.name, placement=node.placement, shape=node.sizes or node.shape
    )
    made.dtype = node.dtype
    return TensorValue(made)
