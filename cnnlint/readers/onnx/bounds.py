"""Numbers beside the data that a runtime cannot compute with: bounds that are lists, counts, axes, windows.

What onnxruntime 1.32 refuses when it makes or runs the operator, and onnx's own inference lets pass.
"""

from __future__ import annotations

from cnnlint.graph import Shape
from cnnlint.readers.onnx.operation import Operation
from cnnlint.readers.onnx.sizes import Sizes, check, differ, vectors


def _single(shape: Shape) -> bool:
    """Whether it is one number, alone or in a list."""
    return shape in ((), (1,))


@check("Clip")
def clip(sizes: Sizes, operation: Operation) -> str | None:
    """Each bound is one number."""
    shapes = {operation.input(index): sizes.of(operation, index) for index in (1, 2)}
    wrong = [name for name, shape in shapes.items() if shape is not None and None not in shape and not _single(shape)]
    return f"its bound `{wrong[0]}` is {list(shapes[wrong[0]] or ())} where one number is needed" if wrong else None


@check("ConvTranspose")
def conv_transpose(sizes: Sizes, operation: Operation) -> str | None:
    """The kernel is (channels, filters of a group, window ...)."""
    data, kernel = sizes.of(operation, 0), sizes.of(operation, 1)
    if data is None or kernel is None:
        return None
    if len(data) != len(kernel) or len(data) < 3:
        return f"it reads {len(data)} axes, and its kernel has {len(kernel)}"
    if differ(data[1], kernel[0]):
        return f"it reads {data[1]} channels, and its kernel is for {kernel[0]}"
    given = operation.integers("kernel_shape")
    if given is not None and any(differ(one, other) for one, other in zip(given, kernel[2:], strict=False)):
        return f"its kernel_shape is {list(given)}, and its kernel is {list(kernel[2:])}"
    filters = None if kernel[1] is None else kernel[1] * operation.integer("group", 1)
    return vectors(sizes, operation, filters, "filters", 2) or _enlarged(operation, data[2:], kernel[2:])


def _enlarged(operation: Operation, data: Shape, kernel: Shape) -> str | None:
    """What is added at the end is less than a step, and something is left of what is cut off."""
    rank = len(kernel)
    strides = operation.integers("strides", rank) or (1,) * rank
    dilations = operation.integers("dilations", rank) or (1,) * rank
    more = operation.integers("output_padding", rank) or (0,) * rank
    pads = operation.integers("pads", 2 * rank) or (0,) * (2 * rank)
    for axis, (size, window) in enumerate(zip(data, kernel, strict=True)):
        if more[axis] >= max(strides[axis], dilations[axis]):
            return f"its output_padding of {more[axis]} is no less than its stride and dilation"
        if size is None or window is None or "output_shape" in operation.attributes:
            continue
        left = (size - 1) * strides[axis] + (window - 1) * dilations[axis] + 1 + more[axis]
        if operation.text("auto_pad", "NOTSET") == "NOTSET" and left <= pads[axis] + pads[axis + rank]:
            return f"its pads of {list(pads)} leave nothing of {left} places"
    return None


@check("TopK")
def top(sizes: Sizes, operation: Operation) -> str | None:
    """How many are taken is one number in a list."""
    shape, count = sizes.of(operation, 1), sizes.integers(operation, 1)
    if shape is not None and (len(shape) != 1 or shape[0] not in (None, 1)):
        return f"`{operation.input(1)}` is {list(shape)} where [1] is needed"
    return f"it takes the first {count[0]}" if count and count[0] < 0 else None


@check("CumSum")
def running_sum(sizes: Sizes, operation: Operation) -> str | None:
    """The axis is one number, and exists."""
    data, shape, axis = sizes.of(operation, 0), sizes.of(operation, 1), sizes.integers(operation, 1)
    if shape is not None and None not in shape and not _single(shape):
        return f"its axis is {list(shape)} where one number is needed"
    if data is None or not axis or -len(data) <= axis[0] < len(data):
        return None
    return f"it works along axis {axis[0]} of {len(data)}"


@check("Pad")
def pad(sizes: Sizes, operation: Operation) -> str | None:
    """What is mirrored is less than there is."""
    data, pads = sizes.of(operation, 0), operation.integers("pads") or sizes.integers(operation, 1)
    if operation.text("mode", "constant") != "reflect" or data is None or pads is None or operation.input(3):
        return None
    wrong = [(side, size) for side, size in zip(pads, data * 2, strict=False) if size is not None and side >= size > 0]
    return f"it mirrors {wrong[0][0]} of {wrong[0][1]}" if wrong else None


@check("LRN")
def local_response(_: Sizes, operation: Operation) -> str | None:
    """The channels that are summed lie evenly around each."""
    size = operation.integer("size", 1)
    return None if size > 0 and size % 2 else f"its window of {size} channels has no centre"


@check("Mod")
def remainder(sizes: Sizes, operation: Operation) -> str | None:
    """Without `fmod`, numbers are whole."""
    kinds = [sizes.dtype(operation, index) for index in (0, 1)]
    whole = operation.integer("fmod", 0) == 0
    return (
        "it divides floats, for which fmod=1 is needed" if whole and any(k.startswith("float") for k in kinds) else None
    )


@check("Split")
def split(_: Sizes, operation: Operation) -> str | None:
    """From operator set 18 on the number of parts may be stated as well, and is as many as there are names for."""
    stated = operation.attributes.get("num_outputs")
    if stated is None or stated == len(operation.outputs):
        return None
    return f"it is cut into {stated} parts, and {len(operation.outputs)} are named"
