"""Layers around a layer: TimeDistributed and Bidirectional."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnlint.graph.shapes.registry import Call, Inferred, ShapeError, infer_kind, product, register, show
from cnnlint.graph.values import Shape


def _wrapped(call: Call, shape: Shape | None) -> Inferred | None:
    layer = call.get("layer")
    if not (isinstance(layer, tuple) and len(layer) == 2 and isinstance(layer[0], str)):
        return None
    kind, values = layer
    if not isinstance(values, Mapping):
        return None
    inferred = infer_kind(kind, values, [shape])
    if inferred.error is not None:
        raise ShapeError(f"{call.kind}: {inferred.error}")
    return inferred


@register("TimeDistributed")
def time_distributed(call: Call) -> tuple[Shape | None, int | None]:
    """The layer applied to every step."""
    shape = call.shape
    if shape is not None and len(shape) < 3:
        raise ShapeError(
            f"TimeDistributed needs at least 3 dimensions (batch, steps, features); it is given {show(shape)}"
        )
    inferred = _wrapped(call, None if shape is None else (shape[0], *shape[2:]))
    if inferred is None:
        return None, None
    if shape is None or inferred.shape is None:
        return None, inferred.parameters
    return (inferred.shape[0], shape[1], *inferred.shape[1:]), inferred.parameters


@register("Bidirectional")
def bidirectional(call: Call) -> tuple[Shape | None, int | None]:
    """The layer and its mirror image, merged."""
    inferred = _wrapped(call, call.shape)
    if inferred is None:
        return None, None
    parameters = product((2, inferred.parameters))
    mode: Any = call.get("merge_mode")
    if inferred.shape is None or not isinstance(mode, str):
        return None, parameters
    last = inferred.shape[-1]
    if mode == "concat":
        return (*inferred.shape[:-1], None if last is None else 2 * last), parameters
    return inferred.shape, parameters
