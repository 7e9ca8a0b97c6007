"""Pooling: sliding windows, global, adaptive."""

from __future__ import annotations

from cnnlint.graph.shapes.convolutions import axes_of, slide, spatial_rank
from cnnlint.graph.shapes.registry import Call, ShapeError, by, register, replaced
from cnnlint.graph.values import Shape


@register("MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D", "AveragePooling3D")
def pooling(call: Call) -> tuple[Shape | None, int | None]:
    """Maximum or average over a sliding window."""
    rank = spatial_rank(call.kind)
    axis = call.channel_axis(rank + 2)
    shape = call.ranked(rank + 2, axes_of(rank, axis))
    window = call.sizes("pool_size", rank)
    if any(size is not None and size <= 0 for size in window):
        raise ShapeError(f"{call.kind} needs a positive pool_size; it is given {by(window)}")
    if axis is None:
        return (shape[0], *(None for _ in shape[1:])), 0
    return replaced(shape, slide(call, shape, axis, window, "pooling window", "dilation_rate" in call.values)), 0


@register(
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
)
def global_pooling(call: Call) -> tuple[Shape | None, int | None]:
    """Maximum or average over all places."""
    rank = spatial_rank(call.kind)
    axis = call.channel_axis(rank + 2)
    shape = call.ranked(rank + 2, axes_of(rank, axis))
    channels = None if axis is None else shape[axis]
    keep = call.flag("keepdims")
    if keep is None:
        return None, 0
    if not keep:
        return (shape[0], channels), 0
    ones = tuple(1 if axis is not None else None for _ in range(rank + 1))
    return replaced((shape[0], *ones), {} if axis is None else {axis: channels}), 0


@register(
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
)
def adaptive_pooling(call: Call) -> tuple[Shape | None, int | None]:
    """Pooling to a given size; Keras works on the last axes of whatever it is given."""
    rank = spatial_rank(call.kind)
    axis = call.channel_axis(rank + 2)
    if call.shape is not None and len(call.shape) != rank + 2:
        return None, 0
    shape = call.ranked(rank + 2, axes_of(rank, axis))
    sizes = call.sizes("output_size", rank)
    if axis is None:
        return (shape[0], *(None for _ in shape[1:])), 0
    spatial = [position for position in range(1, rank + 2) if position != axis]
    return replaced(shape, dict(zip(spatial, sizes, strict=True))), 0
