"""Keras's own functions that are more than a layer: Sequential, Model, Input, applications, backend settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.dtypes import named
from cnnlint.graph.vocabulary import application
from cnnlint.graph.walks import ancestors
from cnnlint.readers.python.building.arguments import is_opaque, shape_of
from cnnlint.readers.python.building.layers import data_format
from cnnlint.readers.python.building.layers.placeholders import is_placeholder
from cnnlint.readers.python.building.layers.tensors import size_value, tensor_attribute
from cnnlint.readers.python.building.models import cloning, models
from cnnlint.readers.python.building.training import variables
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    CallSite,
    FunctionValue,
    LayerValue,
    MethodValue,
    ModelValue,
    Symbol,
    TensorValue,
    Unknown,
    Value,
    elements,
    plain,
)


def _sequential(run: Run, site: CallSite) -> Value:
    return models.sequential(run, site)


def _model(run: Run, site: CallSite) -> Value:
    return models.functional(run, site)


def _input(run: Run, site: CallSite) -> Value:
    """`Input(shape=...)`: an input node."""
    whole = site.passed(None, "batch_shape", "batch_input_shape")
    tensor = site.value(None, "tensor", "input_tensor") if not site.open else None
    if isinstance(tensor, TensorValue):
        return tensor
    if whole is not None:
        shape = shape_of(whole.value)
        run.building.batch_given |= isinstance((elements(whole.value) or [None])[0], Unknown)
    else:
        passed = site.passed(0, "shape", "input_shape")
        sizes = shape_of(passed.value) if passed is not None else None
        batch = site.value(1, "batch_size") if not site.open else None
        first = batch if isinstance(batch, int) else None
        run.building.batch_given |= isinstance(batch, Unknown) or (first is not None and sizes is None)
        shape = (first, *sizes) if sizes is not None else None
    data_format.shown(run, shape)
    passed = whole or site.passed(0, "shape", "input_shape")
    name = site.value(2, "name") if not site.open else None
    arguments = {}
    if passed is not None:
        origin = run.origin(passed.node) if passed.node is not None else None
        opaque = is_opaque(passed.value)
        arguments["shape"] = Argument(plain(passed.value), True, passed.keyword, passed.position, origin, opaque)
    if tensor is not None:
        arguments["tensor"] = Argument(given=True, keyword="tensor")
    node = run.building.node(
        "Input",
        [],
        arguments,
        name=name if isinstance(name, str) else "",
        shape=shape,
        placement=run.building.placement(site, "function", site.api),
    )
    dtype = site.value(None, "dtype")
    if not site.open and len(site.positional) < 3:
        node.dtype = "float" if dtype is None else named(dtype)
    return TensorValue(node)


def _input_layer(run: Run, site: CallSite) -> Value:
    """`InputLayer(input_shape=...)` as the first element of a Sequential."""
    layer = LayerValue("Input", {}, run.building.placement(site, "other", site.api), run.building.next_id())
    whole = site.passed(None, "batch_shape", "batch_input_shape")
    passed = site.passed(0, "input_shape", "shape")
    sizes = shape_of((whole or passed).value) if (whole or passed) is not None else None  # type: ignore[union-attr]
    if (given := whole or passed) is not None and is_opaque(given.value):
        layer.start = Argument(given=True, origin=run.origin(given.node), opaque=True)
    layer.input_shape = sizes if whole is not None else ((None, *sizes) if sizes is not None else None)
    return layer


def make_application(run: Run, name: str, site: CallSite, package: str = "") -> Value:
    """`ResNet50(...)`: a model of one node, whose arguments say what it is.

    `package` is one of its own that has a network of the same shape and other weights, "efficientnet".
    """
    facts = application(name)
    assert facts is not None
    placement = run.building.placement(site, "other", f"keras.applications.{name}")
    order = tuple(facts.parameters)
    arguments: dict[str, Argument] = {"name": Argument(f"{package}.{name}" if package else name, True)}
    passed = {order[i]: p for i, p in enumerate(site.positional) if i < len(order)} | dict(site.keywords)
    for key, given in passed.items():
        origin = run.origin(given.node) if given.node is not None else None
        if key not in ("name", "input_tensor"):
            opaque = is_opaque(given.value)
            arguments[key] = Argument(plain(given.value), True, given.keyword, given.position, origin, opaque)
    usual = ("include_top", "weights", "pooling", "classes", "classifier_activation", "input_shape")
    for key in (*usual, "include_preprocessing") if "include_preprocessing" in order else usual:
        default = facts.defaults.get(key, UNKNOWN)
        if key not in arguments:
            arguments[key] = Argument(UNKNOWN if site.open else default)
    layer = LayerValue("Application", arguments, placement, run.building.next_id())
    tensor = passed.get("input_tensor")
    if tensor is not None:
        layer.inner = tensor.value
    shape = shape_of(passed["input_shape"].value) if "input_shape" in passed else None
    if shape is None and "input_shape" not in passed and not site.open:
        top = arguments["include_top"].value
        shape = facts.default_size if top is True else (None, None, 3)
    layer.input_shape = (None, *shape) if shape is not None else None
    called = passed.get("name")
    model = ModelValue(
        "application", placement, called.value if called and isinstance(called.value, str) else None, application=layer
    )
    layer.name = model.name or name.lower()
    behind = tensor.value.node if tensor is not None and isinstance(tensor.value, TensorValue) else None
    starts = [one for one in ancestors(behind) if not one.inputs] if behind is not None else []
    if behind is not None and behind.inputs and all(one.kind == "Input" for one in starts):
        # it begins where the tensor does that it reads on: with what resizes and prepares its pictures
        models.realise_application(run, model)
        model.kind, model.application, model.inputs = "functional", None, list(map(TensorValue, starts))
    run.building.models.append(model)
    run.touch()
    return model


def _layout(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    known = {"channels_first": "channels_first", "th": "channels_first"}
    run.building.data_format = known.get(value, "channels_last") if isinstance(value, str) else None
    return None


def _current_layout(run: Run, site: CallSite) -> Value:
    layout = data_format.asked(run)
    if site.api.endswith("image_dim_ordering"):
        return "tf" if layout == "channels_last" else "th"
    return layout


def _int_shape(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    if isinstance(value, TensorValue):
        return tensor_attribute(run, value, "shape")
    return Unknown("int_shape()", ("shape", "int_shape"))


def _rank(run: Run, site: CallSite) -> Value:
    value = site.value(0, "x")
    return tensor_attribute(run, value, "ndim") if isinstance(value, TensorValue) else Unknown("ndim")


def _tf_shape(run: Run, site: CallSite) -> Value:
    value = site.value(0)
    sizes = value.node.followed if isinstance(value, TensorValue) else None
    if sizes is None:
        return Unknown("shape()", ("shape", "shape()"))
    return tuple(size_value(size, axis) for axis, size in enumerate(sizes))


def _ops_shape(run: Run, site: CallSite) -> Value:
    """`keras.ops.shape(x)`: of a symbolic tensor what is known before there are data, as `x.shape`."""
    value = site.value(0, "x")
    if isinstance(value, TensorValue) and is_placeholder(run, value.node):
        return tensor_attribute(run, value, "shape")
    return _tf_shape(run, site)


def _activation_by_name(run: Run, site: CallSite) -> Value:
    value = site.value(0, "identifier")
    name = "linear" if value is None else value
    return Symbol(f"keras.activations.{name}") if isinstance(name, str) else value


def _in_train_phase(run: Run, site: CallSite) -> Value:
    """`K.in_train_phase(x, alt)`: the network as it is trained."""
    value = site.value(0, "x")
    return run.call(value, CallSite(site.node)) if isinstance(value, (FunctionValue, MethodValue)) else value


def _nothing(run: Run, site: CallSite) -> Value:
    return None


def _multi_gpu(run: Run, site: CallSite) -> Value:
    return site.value(0, "model")


def _name_scope(run: Run, site: CallSite) -> Value:
    return site.value(0, default="")


def _power(run: Run, site: CallSite) -> Value:
    """`tf.pow(x, 2)`: as the operator."""
    base, exponent = site.value(0), site.value(1)
    if isinstance(base, TensorValue):
        return run.building.operate("Power", base, exponent, site.node)
    return Unknown(f"`{site.api}()`", ("call", site.api, run.building.place(site)))


#: Keras's fuzz factor, where no program changes it
EPSILON = 1e-7

MODEL_CLASSES = ("Model", "Sequential", "Functional")

HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **dict.fromkeys(("tf.pow", "tf.math.pow", "keras.backend.pow", "keras.ops.power"), _power),
    **dict.fromkeys(("keras.backend.epsilon", "keras.config.epsilon"), lambda run, site: EPSILON),
    "keras.models.Sequential": _sequential,
    "keras.models.Model": _model,
    "keras.models.Functional": _model,
    "keras.layers.Input": _input,
    "keras.layers.InputLayer": _input_layer,
    "keras.models.clone_model": cloning.clone,
    **dict.fromkeys(
        ("keras.models.model_from_json", *(f"keras.models.{name}.from_config" for name in MODEL_CLASSES)),
        cloning.from_configuration,
    ),
    "keras.utils.multi_gpu_model": _multi_gpu,
    "keras.backend.set_image_data_format": _layout,
    "keras.backend.set_image_dim_ordering": _layout,
    "keras.backend.image_data_format": _current_layout,
    "keras.backend.image_dim_ordering": _current_layout,
    "keras.config.image_data_format": _current_layout,
    "keras.config.set_image_data_format": _layout,
    "keras.backend.common.image_dim_ordering": _current_layout,
    "keras.backend.int_shape": _int_shape,
    "keras.backend.ndim": _rank,
    "keras.ops.ndim": _rank,
    "keras.backend.backend": lambda run, site: "tensorflow",
    "keras.backend.is_keras_tensor": lambda run, site: (
        isinstance(site.value(0), TensorValue) or Unknown("keras tensor")
    ),
    "keras.backend.in_train_phase": _in_train_phase,
    "keras.backend.clear_session": _nothing,
    "keras.backend.name_scope": _name_scope,
    "keras.name_scope": _name_scope,
    "keras.backend.shape": _tf_shape,
    "keras.ops.shape": _ops_shape,
    "keras.utils.get_source_inputs": lambda run, site: site.value(0),
    "keras.activations.get": _activation_by_name,
    "keras.utils.plot_model": _nothing,
    **dict.fromkeys(("keras.Variable", "keras.backend.Variable"), variables.of_keras),
    "tf.shape": _tf_shape,
    "tf.name_scope": _name_scope,
    "tf.variable_scope": _name_scope,
}
