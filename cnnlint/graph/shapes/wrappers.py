"""Layers around a layer: TimeDistributed, Bidirectional, SpectralNormalization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnlint.graph.shapes.convolutions import spatial_rank
from cnnlint.graph.shapes.registry import Call, Inferred, ShapeError, as_integer, infer_kind, register, show, total
from cnnlint.graph.values import UNKNOWN, Shape, Sizes


def _named(call: Call, name: str) -> tuple[str, Mapping[str, Any]] | None:
    """A wrapped layer as (kind, arguments), where it is known."""
    layer = call.get(name)
    if not (isinstance(layer, tuple) and len(layer) == 2 and isinstance(layer[0], str)):
        return None
    return layer if isinstance(layer[1], Mapping) else None


def _wrapped(call: Call, shape: Sizes | None, name: str = "layer") -> Inferred | None:
    layer = _named(call, name)
    if layer is None:
        return None
    kind, values = layer
    inferred = infer_kind(kind, {**values, "batch_given": True} if call.flag("batch_given") else values, [shape])
    if inferred.error is not None:
        raise ShapeError(f"{call.kind}: {inferred.error}")
    return inferred


@register("Chain")
def chained(call: Call) -> tuple[Sizes | None, int | None]:
    """A model within a wrapper: `layers` one behind the other, each as (kind, values)."""
    sizes, weights = call.full, list[int | None]()
    for kind, values in call.get("layers"):
        inferred = infer_kind(kind, values, [sizes])
        if inferred.error is not None:
            raise ShapeError(inferred.error)
        sizes = inferred.sizes
        weights.append(inferred.parameters)
    return sizes, total(weights)


#: layers that compute something of an input of another rank than theirs: the rest is refused by what they call
UNASKED = (
    "SpatialDropout",
    "MaxPooling",
    "AveragePooling",
    "GlobalMaxPooling",
    "GlobalAveragePooling",
    "UpSampling",
    "Cropping",
)


@register("TimeDistributed")
def time_distributed(call: Call) -> tuple[Shape | None, int | None]:
    """The layer applied to every step."""
    shape = call.shape
    if shape is not None and len(shape) < 3:
        raise ShapeError(
            f"TimeDistributed needs at least 3 dimensions (batch, steps, features); it is given {show(shape)}"
        )
    full = call.full
    inner = _named(call, "layer")
    if inner is not None and inner[0].startswith(UNASKED) and shape is not None:
        # Keras asks a layer for the rank that it wants where it is called itself, not where it is wrapped
        if inner[0].startswith("SpatialDropout"):
            return shape, 0
        if len(shape) != spatial_rank(inner[0]) + 3:
            return None, 0
    inferred = _wrapped(call, None if full is None else (full[0], *full[2:]))
    if inferred is None:
        return None, None
    if shape is None or inferred.shape is None:
        return None, inferred.parameters
    return (inferred.shape[0], shape[1], *inferred.shape[1:]), inferred.parameters


#: the layers that Bidirectional can turn round
TURNED = ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")


@register("Bidirectional")
def bidirectional(call: Call) -> tuple[Shape | None, int | None]:
    """The layer and its mirror image, or another one for the way back, merged."""
    forward, backward = _named(call, "layer"), _named(call, "backward_layer")
    inferred = _wrapped(call, call.full)
    if inferred is None or forward is None:
        return None, None
    if forward[0] not in TURNED:
        raise ShapeError(f"Bidirectional needs a recurrent layer; {forward[0]} is none")
    back: Inferred | None = inferred
    if call.values.get("backward_layer") is not None:
        back = _wrapped(call, call.full, "backward_layer")
        if backward is not None and backward[1].get("go_backwards") is forward[1].get("go_backwards") is False:
            raise ShapeError("Bidirectional needs a backward_layer that goes backwards")
    if back is None:
        return None, None
    parameters = total((inferred.parameters, back.parameters))
    mode: Any = call.get("merge_mode")
    if inferred.shape is None or mode is UNKNOWN:
        return None, parameters
    if mode == "concat":
        last = None if back.shape is None else total((inferred.shape[-1], back.shape[-1]))
        return (*inferred.shape[:-1], last), parameters
    return inferred.shape, parameters


#: the axis of a kernel's last size: what its layer makes of each place, or (transposed) what it reads there
SPECTRAL = {
    "Dense": "units",
    "Embedding": "output_dim",
    "Conv1D": "filters",
    "Conv2D": "filters",
    "Conv3D": "filters",
    "DepthwiseConv1D": "depth_multiplier",
    "DepthwiseConv2D": "depth_multiplier",
}


@register("SpectralNormalization")
def spectral(call: Call) -> tuple[Shape | None, int | None]:
    """The layer, its kernel divided by its largest singular value, which a vector keeps track of."""
    inferred, inner = _wrapped(call, call.full), _named(call, "layer")
    if inferred is None or inner is None:
        return None, None
    if inferred.parameters == 0:
        raise ShapeError(f"SpectralNormalization needs a layer with a kernel; {inner[0]} has none")
    name = SPECTRAL.get(inner[0])
    vector = as_integer(inner[1].get(name)) if name is not None else None
    return inferred.shape, total((inferred.parameters, vector))
