"""Convolutions: plain, transposed, depthwise, separable, locally connected."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from cnnlint.graph.shapes.registry import (
    Call,
    Dimension,
    ShapeError,
    by,
    optional,
    product,
    register,
    replaced,
    show,
    total,
)
from cnnlint.graph.values import Shape

SPATIAL_NAMES = {1: "steps", 2: "height, width", 3: "depth, height, width"}


def axes_of(rank: int, channel_axis: int | None) -> str:
    """The names of a tensor's axes for messages."""
    spatial = SPATIAL_NAMES[rank]
    return f"batch, channels, {spatial}" if channel_axis == 1 and rank else f"batch, {spatial}, channels"


@functools.cache
def spatial_rank(kind: str) -> int:
    """The number of spatial dimensions that a kind's name carries (Conv2DTranspose: 2)."""
    return next(int(letter) for letter in kind if letter.isdigit())


def window_length(
    size: Dimension, window: Dimension, stride: Dimension, padding: str | None, dilation: Dimension = 1
) -> Dimension:
    """The length of one axis after a sliding window, None if unknown; it can come out zero or negative."""
    if size is None or stride is None or stride <= 0:
        return None
    if padding in ("same", "causal"):
        return -(-size // stride)
    if padding != "valid" or window is None or dilation is None:
        return None
    return (size - (window - 1) * dilation - 1) // stride + 1


def slide(
    call: Call, shape: Shape, channel_axis: int, windows: Sequence[Dimension], what: str, dilates: bool = True
) -> dict[int, Dimension]:
    """The spatial axes after a sliding window, by axis; an error where it does not fit.

    `dilates` is whether the kind has a `dilation_rate`.
    """
    rank = len(windows)
    strides = call.sizes("strides", rank) if call.get("strides") is not None else tuple(windows)
    dilations = call.sizes("dilation_rate", rank) if dilates else (1,) * rank
    padding = call.text("padding")
    axes = [axis for axis in range(1, rank + 2) if axis != channel_axis]
    lengths = [
        window_length(shape[axis], window, stride, padding, dilation)
        for axis, window, stride, dilation in zip(axes, windows, strides, dilations, strict=True)
    ]
    if any(length is not None and length <= 0 for length in lengths):
        dilated = any(dilation not in (1, None) for dilation in dilations)
        reach = [None if w is None or d is None else (w - 1) * d + 1 for w, d in zip(windows, dilations, strict=True)]
        raise ShapeError(
            f"a {by(windows)} {what}{f' dilated to {by(reach)}' if dilated else ''} does not fit into an input of "
            f"{by([shape[axis] for axis in axes])} with padding '{padding}'"
        )
    return dict(zip(axes, lengths, strict=True))


def _check(call: Call, rank: int) -> tuple[Dimension, ...]:
    """The kernel's sizes, after what Keras checks in the constructor of every convolution."""
    kernel, strides = call.sizes("kernel_size", rank), call.sizes("strides", rank)
    for name, sizes in (("kernel_size", kernel), ("strides", strides)):
        if any(size is not None and size <= 0 for size in sizes):
            raise ShapeError(f"{call.kind} needs positive {name}; it is given {by(sizes)}")
    return kernel


def _strided_or_dilated(call: Call, rank: int) -> None:
    """What the plain and the transposed convolutions refuse, and the depthwise and separable ones compute."""
    strides, dilation = call.sizes("strides", rank), call.sizes("dilation_rate", rank)
    if any(size is not None and size > 1 for size in strides) and any(d is not None and d > 1 for d in dilation):
        raise ShapeError(f"{call.kind} cannot have both strides ({by(strides)}) and dilation ({by(dilation)}) above 1")


def _input(call: Call, rank: int) -> tuple[Shape, int | None, Dimension]:
    """The input's shape, the axis of its channels (None: unknown) and their number."""
    axis = call.channel_axis(rank + 2)
    shape = call.ranked(rank + 2, axes_of(rank, axis))
    channels = None if axis is None else shape[axis]
    if axis is not None:
        call.settled(axis)
    return shape, axis, channels


def _unknown_layout(shape: Shape) -> Shape:
    return (shape[0], *(None for _ in shape[1:]))


@register("Conv1D", "Conv2D", "Conv3D")
def convolution(call: Call) -> tuple[Shape | None, int | None]:
    """Conv1D, Conv2D, Conv3D."""
    rank = spatial_rank(call.kind)
    filters, kernel = call.positive("filters", "filters"), _check(call, rank)
    _strided_or_dilated(call, rank)
    groups = call.positive("groups", "groups")
    if filters is not None and groups is not None and filters % groups:
        raise ShapeError(f"{filters} filters cannot be divided into {groups} groups")
    shape, axis, channels = _input(call, rank)
    if axis is None:
        return _unknown_layout(shape), None
    if channels is not None and groups is not None and channels % groups:
        raise ShapeError(f"the input's {channels} channels cannot be divided into {groups} groups: {show(shape)}")
    lengths = slide(call, shape, axis, kernel, "kernel")
    per_group = None if channels is None or groups is None else channels // groups
    weights = product((*kernel, per_group, filters))
    return replaced(shape, {**lengths, axis: filters}), total((weights, optional(call.flag("use_bias"), filters)))


@register("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
def transposed(call: Call) -> tuple[Shape | None, int | None]:
    """Transposed convolutions."""
    rank = spatial_rank(call.kind)
    filters, kernel = call.positive("filters", "filters"), _check(call, rank)
    _strided_or_dilated(call, rank)
    shape, axis, channels = _input(call, rank)
    if axis is None:
        return _unknown_layout(shape), None
    strides, dilations = call.sizes("strides", rank), call.sizes("dilation_rate", rank)
    default_padding = call.get("output_padding") is None
    extra = call.sizes("output_padding", rank)
    changes: dict[int, Dimension] = {axis: filters}
    spatial = [position for position in range(1, rank + 2) if position != axis]
    for position, window, stride, dilation, more in zip(spatial, kernel, strides, dilations, extra, strict=True):
        if more is not None and stride is not None and more >= stride:
            raise ShapeError(f"output_padding ({more}) has to be smaller than the stride ({stride})")
        changes[position] = _transposed_length(
            shape[position],
            window,
            stride,
            dilation,
            call.text("padding"),
            None if default_padding else more,
            default_padding,
        )
    weights = product((*kernel, channels, filters))
    return replaced(shape, changes), total((weights, optional(call.flag("use_bias"), filters)))


def _transposed_length(
    size: Dimension,
    window: Dimension,
    stride: Dimension,
    dilation: Dimension,
    padding: str | None,
    output_padding: Dimension,
    default_padding: bool,
) -> Dimension:
    if size is None or stride is None or not (default_padding or output_padding is not None):
        return None
    if padding == "same" and output_padding is None:
        return size * stride
    if window is None or dilation is None:
        return None
    reach = (window - 1) * dilation + 1
    if padding == "valid":
        more = max(reach, stride) - reach if output_padding is None else output_padding
        return (size - 1) * stride + reach + more
    if padding == "same" and output_padding is not None:
        return (size - 1) * stride + reach % 2 + output_padding
    return None


@register("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise(call: Call) -> tuple[Shape | None, int | None]:
    """Depthwise convolutions."""
    rank = spatial_rank(call.kind)
    kernel = _check(call, rank)
    shape, axis, channels = _input(call, rank)
    if axis is None:
        return _unknown_layout(shape), None
    filters = product((channels, call.positive("depth_multiplier", "filters for each channel")))
    lengths = slide(call, shape, axis, kernel, "kernel")
    weights = product((*kernel, filters))
    return replaced(shape, {**lengths, axis: filters}), total((weights, optional(call.flag("use_bias"), filters)))


@register("SeparableConv1D", "SeparableConv2D")
def separable(call: Call) -> tuple[Shape | None, int | None]:
    """A depthwise convolution followed by a pointwise one."""
    rank = spatial_rank(call.kind)
    filters, kernel = call.positive("filters", "filters"), _check(call, rank)
    shape, axis, channels = _input(call, rank)
    if axis is None:
        return _unknown_layout(shape), None
    inner = product((channels, call.positive("depth_multiplier", "filters for each channel")))
    lengths = slide(call, shape, axis, kernel, "kernel")
    weights = total((product((*kernel, inner)), product((inner, filters))))
    return replaced(shape, {**lengths, axis: filters}), total((weights, optional(call.flag("use_bias"), filters)))


@register("LocallyConnected1D", "LocallyConnected2D")
def locally_connected(call: Call) -> tuple[Shape | None, int | None]:
    """Keras 2's convolutions with weights of their own at every place."""
    rank = spatial_rank(call.kind)
    filters, kernel = call.positive("filters", "filters"), _check(call, rank)
    shape, axis, channels = _input(call, rank)
    if axis is None:
        return _unknown_layout(shape), None
    lengths = slide(call, shape, axis, kernel, "kernel", dilates=False)
    places = product(lengths.values())
    weights = product((places, *kernel, channels, filters))
    bias = optional(call.flag("use_bias"), product((places, filters)))
    return replaced(shape, {**lengths, axis: filters}), total((weights, bias))
