"""One layer of the graph as Keras's own, with its arguments and the layers it wraps. Imports keras."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import keras

from cnnlint.confirm.data.probes import MOST_CLASSES
from cnnlint.confirm.models.built import Builder, NotBuildable
from cnnlint.confirm.models.operations import BiasAdd, LocalResponseNormalization
from cnnlint.confirm.models.recurrent import FASTER
from cnnlint.confirm.models.typical import TYPICAL
from cnnlint.graph import UNKNOWN, Node
from cnnlint.graph.kinds import RECURRENT

#: arguments that say nothing about what is computed, or are handled here
HANDLED = frozenset(
    {
        "name",
        "dtype",
        "trainable",
        "seed",
        "activation",
        "input_shape",
        "batch_input_shape",
        "weights",
        "data_format",
        "kernel_regularizer",
        "bias_regularizer",
        "activity_regularizer",
        "kernel_constraint",
        "bias_constraint",
        "training",
        "autocast",
        "stateful",
        "lora_rank",
        "lora_alpha",
        "quantization_config",
        "gptq_unpacked_column_size",
        "synchronized",
        "renorm",
        "renorm_clipping",
        "renorm_momentum",
    }
)
LEFT_OUT = ("_initializer", "_constraint", "_regularizer")
WIDTHS = ("filters", "units", "output_dim", "key_dim")
REGULARIZERS = ("kernel_regularizer", "bias_regularizer")
#: arguments that are layers themselves, or cells
WRAPPED = ("layer", "backward_layer", "cell", "cells")
SPATIAL = frozenset(
    f"{prefix}{n}D{suffix}"
    for n in (1, 2, 3)
    for prefix, suffix in (
        ("Conv", ""),
        ("Conv", "Transpose"),
        ("DepthwiseConv", ""),
        ("SeparableConv", ""),
        ("MaxPooling", ""),
        ("AveragePooling", ""),
        ("UpSampling", ""),
        ("ZeroPadding", ""),
        ("Cropping", ""),
    )
)


def make(builder: Builder, node: Node, first: bool) -> Any:
    """The layer of a node; `first` where its channels come first."""
    if node.kind == "BiasAdd":
        return BiasAdd(axis=1 if first else -1)
    factory = LocalResponseNormalization if node.kind == "LocalResponseNormalization" else None
    factory = factory or FASTER.get(node.kind) or getattr(keras.layers, node.kind, None)
    if factory is None or not inspect.isclass(factory):
        raise NotBuildable(f"Keras has no layer {node.kind}")
    accepted = inspect.signature(factory.__init__).parameters
    keywords: dict[str, Any] = {}
    for name, argument in node.arguments.items():
        if name in HANDLED or name.endswith(LEFT_OUT) or name not in accepted:
            continue
        value = argument.value if argument.known else _typical(builder, node, name)
        keywords[name] = _plain(builder, node, name, value)
    if "pool_size" in accepted:
        # Keras 3 asks for it in average pooling, where Keras 2 has this default
        keywords.setdefault("pool_size", 2)
    if node.kind in RECURRENT and "activation" in node.arguments and node.value("activation"):
        keywords["activation"] = node.value("activation")
    for name in REGULARIZERS:
        if name in accepted and (regularizer := _regularizer(builder, node, name)) is not None:
            keywords[name] = regularizer
    if node.value("stateful"):
        builder.notes.append(f"the state of `{node.name}` is not kept from batch to batch")
    if node.placement.api.startswith("tf.nn."):
        # a function that is given weights, of which the sizes are those
        needed = (
            one.name for one in accepted.values() if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
        )
        for name in needed:
            if name not in ("self", *keywords):
                raise NotBuildable(f"`{name}` of `{node.name}` is unknown")
    if "data_format" in accepted:
        keywords["data_format"] = "channels_first" if first and node.kind not in SPATIAL else "channels_last"
    return factory(**keywords)


def _plain(builder: Builder, node: Node, name: str, value: Any) -> Any:
    """An argument as Keras takes it: widths as the plan has them, what is wrapped as layers."""
    if name in WIDTHS and id(node) not in builder.kept and isinstance(value, int):
        return builder.plan.width(value)
    if name == "size" and isinstance(value, tuple) and len(value) == 1:
        # the graph has sizes by axis; of one axis Keras takes a number alone
        return value[0]
    if name not in WRAPPED or value is None:
        return value
    if not isinstance(value, tuple):
        raise NotBuildable(f"what `{node.name}` wraps is not known")
    if value and isinstance(value[0], tuple):
        return [_wrapped(builder, node, one) for one in value]
    return _wrapped(builder, node, value)


def _typical(builder: Builder, node: Node, name: str) -> Any:
    """A typical value for an argument that is unknown, with a note."""
    labels = (feed.y.classes for feed in builder.model.training.fits() if feed.y is not None)
    classes = next((count for count in labels if count), MOST_CLASSES)
    value = classes if name == "units" and id(node) in builder.kept else TYPICAL.get(name)
    if value is None:
        raise NotBuildable(f"`{name}` of `{node.name}` is unknown")
    builder.notes.append(f"`{name}` of `{node.name}` is unknown: {value:g} was assumed")
    return value


def _wrapped(builder: Builder, node: Node, inner: tuple[str, Mapping[str, Any]]) -> Any:
    """A layer (or cell) inside another one, from its kind and arguments."""
    kind, values = inner
    if kind == "Chain":
        return keras.Sequential([_wrapped(builder, node, one) for one in values["layers"]])
    factory = FASTER.get(kind) or getattr(keras.layers, str(kind), None)
    if factory is None or values.get("data_format") == "channels_first":
        raise NotBuildable(f"what `{node.name}` wraps is not known")
    accepted = inspect.signature(factory.__init__).parameters
    keywords = {}
    for name, value in values.items():
        if value is None or name not in accepted or name in HANDLED - {"activation"} or name.endswith(LEFT_OUT):
            continue
        keywords[name] = _plain(builder, node, name, _typical(builder, node, name) if value is UNKNOWN else value)
    return factory(**keywords)


def _regularizer(builder: Builder, node: Node, name: str) -> Any:
    if name not in node.arguments or (node.known(name) and node.value(name) is None):
        return None
    value = node.value(name)
    if isinstance(value, dict):
        config = {key: item for key, item in value.items() if key != "name"}
        for spelling in (str(value.get("name")), str(value.get("name")).upper()):
            try:
                return keras.regularizers.get({"class_name": spelling, "config": config})
            except (ValueError, TypeError):
                continue
    builder.notes.append(f"the {name.replace('_', ' ')} of `{node.name}` is unknown and was left out")
    return None
