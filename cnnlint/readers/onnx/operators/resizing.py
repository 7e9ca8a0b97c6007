"""Operators that change the size of pictures: padding, upsampling, blocks of pixels from and into channels."""

from __future__ import annotations

from cnnlint.graph import UNKNOWN, Argument
from cnnlint.readers.onnx.builder import Builder, operator
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.operators.activations import keep_axes
from cnnlint.readers.onnx.values import Constant, Tensor, channels_first, identity


@operator("Pad")
def pad(builder: Builder, operation: Operation) -> None:
    """ZeroPadding1D to 3D where zeros surround the places, else the bare operation."""
    tensor = builder.tensor(operation)
    pads = operation.integers("paddings") or builder.integers(operation, "pads", 1)
    axes = tensor.axes
    if pads is None or axes is None:
        raise Malformed("what Pad adds, or to what, is not known")
    listed = builder.integers(operation, "axes", 3)
    chosen = list(range(len(axes))) if listed is None else [axis % len(axes) for axis in listed]
    if len(pads) != 2 * len(chosen):
        raise Malformed(f"Pad is given {len(pads)} numbers for {len(chosen)} axes")
    pairs = {axis: (pads[index], pads[index + len(chosen)]) for index, axis in enumerate(chosen)}
    needed = {axis: pair for axis, pair in pairs.items() if pair != (0, 0)}
    if any(axes[axis] is None for axis in needed):
        layout = channels_first(len(axes))
        tensor = Tensor(builder.place(tensor, layout, operation), layout)
        axes = layout
    by_place = {place: pair for axis, pair in needed.items() if (place := axes[axis]) is not None}
    rank = len(tensor.real_axes)
    zeros = operation.text("mode", "constant") == "constant" and not builder.scalar(operation, "value", 2, 0.0)
    inside = all(0 < place < rank - 1 and min(pair) >= 0 for place, pair in by_place.items())
    if zeros and inside and 3 <= rank <= 5:
        listed_pairs = tuple(by_place.get(place, (0, 0)) for place in range(1, rank - 1))
        arguments = {
            "padding": operation.argument(listed_pairs if rank > 3 else listed_pairs[0], "pads"),
            "data_format": Argument("channels_last"),
        }
        builder.same(f"ZeroPadding{rank - 2}D", operation, tensor, arguments)
        return
    paddings = tuple(by_place.get(place, (0, 0)) for place in range(rank))
    arguments = {
        "paddings": operation.argument(paddings, "pads"),
        "mode": operation.argument(operation.text("mode", "constant"), "mode"),
    }
    builder.same("Pad", operation, tensor, arguments)


@operator("Resize", "Upsample")
def resize(builder: Builder, operation: Operation) -> None:
    """UpSampling1D to 3D where places are repeated whole times, else Resize."""
    tensor = builder.tensor(operation)
    axes = tensor.axes
    if axes is None or not 3 <= len(axes) <= 5:
        keep_axes(builder, operation)
        return
    layout = axes if None not in axes else channels_first(len(axes))
    node = builder.place(tensor, tuple(axis for axis in layout if axis is not None), operation)
    tensor = Tensor(node, layout)
    mode = {"nearest": "nearest", "linear": "bilinear", "bilinear": "bilinear", "cubic": "bicubic"}.get(
        operation.text("mode", "nearest")
    )
    interpolation = operation.argument(UNKNOWN if mode is None else mode, "mode")
    factors = _factors(builder, operation, tensor)
    rank = len(axes)
    if factors is not None and factors[0] == factors[-1] == 1:
        arguments = {
            "size": operation.argument(factors[1:-1] if rank > 3 else factors[1]),
            "interpolation": interpolation,
            "data_format": Argument("channels_last"),
        }
        builder.same(f"UpSampling{rank - 2}D", operation, tensor, arguments)
        return
    wanted = builder.expected(operation.outputs[0], layout)
    known = wanted is not None and rank == 4 and None not in wanted[1:-1]
    size = wanted[1:-1] if known and wanted is not None else UNKNOWN
    builder.same("Resize", operation, tensor, {"size": operation.argument(size), "interpolation": interpolation})


def _factors(builder: Builder, operation: Operation, tensor: Tensor) -> tuple[int, ...] | None:
    """How many times each of the node's axes is repeated, if these are whole numbers."""
    index = 2 if operation.kind == "Resize" and operation.opset >= 11 else 1
    given = operation.attributes.get("scales")
    value = builder.value(operation.input(index))
    numbers = list(given) if isinstance(given, tuple) else value.items() if isinstance(value, Constant) else None
    axes = tensor.axes or ()
    if not numbers:  # the sizes are given rather than the factors
        after = builder.expected(operation.outputs[0], axes)
        before = tensor.node.shape
        if after is None or before is None or None in after[1:] or None in before[1:]:
            return None
        numbers = [1.0, *(a / b if a and b else 0.0 for a, b in zip(after[1:], before[1:], strict=True))]
        axes = identity(len(axes))
    if len(numbers) != len(axes) or any(not isinstance(n, (int, float)) or n != int(n) or n < 1 for n in numbers):
        return None
    order = {axis: position for position, axis in enumerate(axes)}
    return tuple(int(numbers[order[axis]]) for axis in range(len(axes)))


@operator("DepthToSpace", "SpaceToDepth")
def blocks(builder: Builder, operation: Operation) -> None:
    """Blocks of pixels from or into the channels."""
    tensor = builder.tensor(operation)
    layout = channels_first(4)
    node = builder.place(tensor, layout, operation)
    size = operation.integer("blocksize", 1)
    if operation.text("mode", "DCR") != "DCR":
        builder.shuffled.append(node)
    builder.same(operation.kind, operation, Tensor(node, layout), {"block_size": operation.argument(size, "blocksize")})
