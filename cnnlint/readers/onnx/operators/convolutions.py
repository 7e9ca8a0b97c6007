"""Conv and ConvTranspose: plain, grouped, depthwise, one- to three-dimensional."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import UNKNOWN, Argument, Node
from cnnlint.readers.onnx.blocks import LARGEST
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.windows import Placed, prepared, window
from cnnlint.readers.onnx.optimised import FILLED
from cnnlint.readers.onnx.weights import counted, depthwise, kernel, learn, tell_of_kernel


def _weights(builder: Builder, operation: Operation) -> tuple[int | None, int | None, tuple[int, ...]]:
    """The first two sizes of the kernel, and its spatial sizes."""
    weights = builder.constant(operation, 1)
    given = operation.integers("kernel_shape")
    dims = weights.dims if weights is not None else None
    if dims is None:
        if given is None:
            raise Malformed(f"the kernel of {operation.kind} has no known size")
        return None, None, given
    spatial = dims[2:]
    known = tuple(size for size in spatial if size is not None)
    if len(dims) < 3 or len(known) < len(spatial):
        raise Malformed(f"the kernel of {operation.kind} has no known size")
    if given is not None and given != known:
        raise Malformed(f"kernel_shape of {operation.kind} and its weights disagree: {given} and {known}")
    return dims[0], dims[1], known


@operator("Conv")
def conv(builder: Builder, operation: Operation) -> None:
    """Conv is a Conv1D, Conv2D, Conv3D or, with a group for each channel, a DepthwiseConv1D or 2D."""
    if FILLED in operation.attributes:
        _unfill(builder, operation)
    filters, per_group, sizes = _weights(builder, operation)
    groups = operation.integer("group", 1)
    if FILLED in operation.attributes and groups > 1 and per_group == 1 and filters is not None:
        groups = filters
    placed = prepared(builder, operation, builder.tensor(operation), window(operation, sizes))
    node, padding = _padding(builder, operation, placed)
    arguments = {
        "kernel_size": operation.argument(placed.window.kernel),
        "strides": operation.argument(placed.window.strides, "strides"),
        "padding": padding,
        "data_format": Argument("channels_last"),
        "dilation_rate": operation.argument(placed.window.dilations, "dilations"),
        "use_bias": operation.argument(bool(operation.input(2))),
    }
    alone = groups > 1 and per_group == 1 and filters is not None and placed.rank < 3
    if alone and filters is not None:
        arguments["depth_multiplier"] = operation.argument(filters // groups)
        kind = f"DepthwiseConv{placed.rank}D"
    else:
        arguments["filters"] = operation.argument(UNKNOWN if filters is None else filters)
        arguments["groups"] = operation.argument(groups, "group")
        kind = f"Conv{placed.rank}D"
    made = builder.emit(kind, operation, [node], placed.axes, arguments, parameters=counted(builder, operation, 1, 2))
    tell_of_kernel(builder, made, operation, 1)
    if FILLED in operation.attributes:
        return
    learn(builder, made, operation, 1, layout=depthwise(groups) if alone else kernel)
    learn(builder, made, operation, 2)


def _unfill(builder: Builder, operation: Operation) -> None:
    """Take from a kernel over blocks the channels that fill up the last block of what it reads."""
    read, weights = builder.tensor(operation).onnx_shape, builder.constant(operation, 1)
    channels = read[1] if read is not None and len(read) > 1 else None
    dims = weights.dims if weights is not None else None
    if weights is None or channels is None or dims is None or len(dims) < 2 or operation.integer("group", 1) != 1:
        return
    if dims[1] is not None and 0 < dims[1] - channels < LARGEST:
        builder.values[operation.input(1)] = replace(weights, dims=(dims[0], channels, *dims[2:]))


def _padding(builder: Builder, operation: Operation, placed: Placed) -> tuple[Node, Argument]:
    """The node to convolve and the padding: "valid", "same" where it is exactly that, else zeros written out."""
    window = placed.window
    if window.auto in ("SAME_UPPER", "SAME_LOWER"):
        return placed.node, operation.argument("same", "auto_pad")
    if not window.padded:
        return placed.node, operation.argument("valid", "pads")
    if window.same(placed.sizes):
        return placed.node, operation.argument("same", "pads")
    if min((*window.before, *window.after)) < 0:
        return placed.node, operation.argument(UNKNOWN, "pads")
    pairs = tuple(zip(window.before, window.after, strict=True))
    padding = operation.argument(pairs if placed.rank > 1 else pairs[0], "pads")
    arguments = {"padding": padding, "data_format": Argument("channels_last")}
    padded = builder.node(f"ZeroPadding{placed.rank}D", operation, [placed.node], arguments, suffix="/pad")
    return padded, Argument("valid")


@operator("ConvTranspose")
def conv_transpose(builder: Builder, operation: Operation) -> None:
    """ConvTranspose is a Conv1DTranspose, Conv2DTranspose or Conv3DTranspose."""
    _, per_group, sizes = _weights(builder, operation)
    groups = operation.integer("group", 1)
    full = window(operation, sizes)
    placed = prepared(builder, operation, builder.tensor(operation), full)
    _enlarge(builder, operation, placed, None if per_group is None else per_group * groups)
    arguments = {
        "filters": operation.argument(UNKNOWN if per_group is None else per_group * groups),
        "kernel_size": operation.argument(placed.window.kernel),
        "strides": operation.argument(placed.window.strides, "strides"),
        "padding": _transposed_padding(builder, operation, placed),
        "data_format": Argument("channels_last"),
        "dilation_rate": operation.argument(placed.window.dilations, "dilations"),
        "output_padding": Argument(None),
        "use_bias": operation.argument(bool(operation.input(2))),
    }
    if groups != 1:
        arguments["groups"] = operation.argument(groups, "group")
    kind = f"Conv{placed.rank}DTranspose"
    count = counted(builder, operation, 1, 2)
    made = builder.emit(kind, operation, [placed.node], placed.axes, arguments, parameters=count)
    learn(builder, made, operation, 1, layout=kernel)
    learn(builder, made, operation, 2)


def _enlarge(builder: Builder, operation: Operation, placed: Placed, filters: int | None) -> None:
    """State the output's shape where the inference, which did not know the input's, has none."""
    name, window, batch = operation.outputs[0], placed.window, (placed.node.shape or (None,))[0]
    wanted = builder.loaded.shapes.get(name, (None,))
    sizes = [size for size in placed.sizes if size is not None]
    extra = operation.integers("output_padding") or (0,) * placed.rank
    if None not in wanted or len(sizes) < placed.rank or window.auto != "NOTSET" or len(extra) != placed.rank:
        return
    if "output_shape" in operation.attributes or len(placed.axes or ()) != placed.rank + 2:
        return
    ends = zip(sizes, window.strides, window.spread, window.before, window.after, extra, strict=True)
    places = [(size - 1) * step + spread + more - before - after for size, step, spread, before, after, more in ends]
    if min(places) > 0:
        builder.loaded.shapes[name] = (batch, filters, *places)


def _transposed_padding(builder: Builder, operation: Operation, placed: Placed) -> Argument:
    """ "same" where every size is multiplied by the stride, "valid" where nothing is cut off, else unknown."""
    window = placed.window
    extra = operation.integers("output_padding") or ()
    wanted = builder.expected(operation.outputs[0], placed.axes)
    pads = (*window.before, *window.after)
    if window.auto in ("SAME_UPPER", "SAME_LOWER"):
        return operation.argument("same", "auto_pad")
    if not any(pads) and not any(extra) and "output_shape" not in operation.attributes:
        if all(size >= stride for size, stride in zip(window.kernel, window.strides, strict=True)):
            return operation.argument("valid", "pads")
    elif wanted is not None:
        multiplied = [None if s is None else s * t for s, t in zip(placed.sizes, window.strides, strict=True)]
        if None not in multiplied and list(wanted[1:-1]) == multiplied:
            return operation.argument("same", "pads")
    return operation.argument(UNKNOWN, "pads")
