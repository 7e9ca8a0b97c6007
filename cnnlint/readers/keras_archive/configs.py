"""A layer's saved configuration in the graph's words: kind, arguments, fused activation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.graph.calls import LayerSpec
from cnnlint.graph.conversions import MISSING, convert
from cnnlint.graph.vocabulary import canonical_activation, initializer_name, layer_spec
from cnnlint.readers.keras_archive.sanity import checked

MODELS = frozenset({"Sequential", "Functional", "Model"})
"""Classes whose configuration holds layers."""

WRAPPERS = frozenset({"TimeDistributed", "Bidirectional"})
RECURRENT = frozenset({"LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
"""Layers whose activations belong to their cells and make no nodes of their own."""

GENERAL = frozenset(
    {
        "name",
        "trainable",
        "dtype",
        "autocast",
        "batch_input_shape",
        "input_dtype",
        "backward_layer",
        "quantization_config",
    }
)
"""What every layer's configuration has and no rule asks for as an argument."""


class LayerConfig(Struct, frozen=True):
    """A layer as it was saved."""

    class_name: str
    name: str
    #: the canonical kind, None for a class that Keras does not have
    kind: str | None
    arguments: dict[str, Argument] = field(default_factory=dict)
    activation: Argument | None = None
    trainable: bool | None = True


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    """The value if it is a string, else an empty one."""
    return value if isinstance(value, str) else ""


def is_keras(saved: Mapping[str, Any]) -> bool:
    """Whether a saved object is one of Keras's own classes rather than a registered one of somebody's program."""
    module = saved.get("module")
    registered = text(saved.get("registered_name"))
    own = module is None or text(module).partition(".")[0] in ("keras", "tf_keras", "tensorflow")
    return own and ">" not in registered


def layer(saved: Mapping[str, Any], version: int | None = None) -> LayerConfig:
    """Read the saved configuration of a layer that is no model; `version` is that of the Keras that saved it."""
    class_name, config = text(saved.get("class_name")), mapping(saved.get("config"))
    name = text(config.get("name")) or text(saved.get("name"))
    flag = config.get("trainable", True)
    trainable = flag if isinstance(flag, bool) else None
    spec = None
    if is_keras(saved) and class_name not in MODELS:
        spec = layer_spec(class_name, version=version or 3, keywords=[key for key in config if key not in GENERAL])
    if spec is None:
        return LayerConfig(class_name, name, None, trainable=trainable)
    given = _given(spec, config)
    arguments: dict[str, Argument] = {}
    for key in dict.fromkeys((*spec.canonical_defaults, *given)):
        if key in GENERAL:
            continue
        default = spec.default(key)
        if key == "data_format" and default is None:
            default = "channels_last"
        elif default is not MISSING:
            default = normal(spec.kind, key, default)
        value = checked(spec.kind, key, normal(spec.kind, key, given[key]), default) if key in given else default
        arguments[key] = Argument(value, given=key in given and (default is MISSING or value != default))
    activation = None
    if spec.kind not in ("Activation", *RECURRENT):
        activation = arguments.pop("activation", None)
    if spec.kind in WRAPPERS:
        inner = layer(mapping(config.get("layer")), version)
        arguments["layer"] = Argument(_values(inner), given=True)
        activation = inner.activation
    return LayerConfig(class_name, name, spec.kind, arguments, activation, trainable)


def _given(spec: LayerSpec, config: Mapping[str, Any]) -> dict[str, Any]:
    """The configuration under Keras 3's names: nb_filter is filters, and nb_row and nb_col are kernel_size."""
    given: dict[str, Any] = {}
    for key, value in config.items():
        name = spec.canonical.get(key)
        if name is not None and key in spec.parameters:
            given[name] = convert(spec.conversions[key], value) if key in spec.conversions else value
    for derivation in spec.derived:
        plain = tuple(_tuple(config.get(source, spec.defaults.get(source, MISSING))) for source in derivation.sources)
        if any(source in config for source in derivation.sources):
            given[derivation.to] = convert(derivation.by, plain if len(plain) > 1 else plain[0])
    return given


def _values(inner: LayerConfig) -> Any:
    """A wrapped layer as (kind, values); UNKNOWN for one that Keras does not have."""
    if inner.kind is None:
        return UNKNOWN
    return inner.kind, {key: argument.value for key, argument in inner.arguments.items()}


def normal(kind: str, name: str, value: Any) -> Any:
    """A configuration value in its one form: tuples for lists, names for functions, dicts for configured objects."""
    if name in ("activation", "recurrent_activation"):
        return function(value)
    if name.endswith("_initializer"):
        return _initializer(value)
    if name == "layer":
        return UNKNOWN
    if isinstance(value, dict):
        saved_class = text(value.get("class_name"))
        return {"name": saved_class, **mapping(value.get("config"))} if saved_class else UNKNOWN
    if isinstance(value, list):
        value = _tuple(value)
        if name == "axis" and kind == "BatchNormalization" and len(value) == 1:
            return value[0]
    if name in ("padding", "data_format") and isinstance(value, str):
        return value.lower()
    return value


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list) else value


def function(value: Any) -> Any:
    """A saved activation by its canonical name; None for none, UNKNOWN for one that Keras does not have."""
    if value is None:
        return None
    if isinstance(value, str):
        return canonical_activation(value) or UNKNOWN
    saved = mapping(value)
    inner = saved.get("config")
    if saved.get("class_name") == "function" and isinstance(inner, str):
        own = text(saved.get("module")).partition(".")[0] in ("keras", "tf_keras") or ">" not in text(
            saved.get("registered_name")
        )
        return (canonical_activation(inner) or UNKNOWN) if own and saved.get("module") != "builtins" else UNKNOWN
    if is_keras(saved) and saved.get("class_name") and not mapping(inner).keys() - {"name", "dtype", "trainable"}:
        return canonical_activation(text(saved.get("class_name"))) or UNKNOWN
    return UNKNOWN


def _initializer(value: Any) -> Any:
    """A saved initialiser as {"name": canonical name, ...its settings}; None for none."""
    if value is None:
        return None
    if isinstance(value, str):
        name = initializer_name(value)
        return UNKNOWN if name is None else {"name": name}
    saved = mapping(value)
    if not is_keras(saved):
        return UNKNOWN
    settings = {key: item for key, item in mapping(saved.get("config")).items() if key not in ("seed", "dtype")}
    name = initializer_name(text(saved.get("class_name")), settings)
    return UNKNOWN if name is None else {"name": name, **{k: _tuple(v) for k, v in settings.items() if v is not None}}
