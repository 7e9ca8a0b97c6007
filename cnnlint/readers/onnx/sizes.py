"""Sizes that contradict each other: channels, weights and targets that an operator cannot work with.

onnx's own inference finds some of them; what it leaves to the runtime is here. Only known sizes count.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from cnnlint.graph import Shape
from cnnlint.readers.onnx.operation import Malformed, Operation
from cnnlint.readers.onnx.values import Constant

Check = Callable[["Sizes", Operation], "str | None"]

CHECKS: dict[str, Check] = {}


class Sizes:
    """The shapes of values by name, weights among them, and the values of small constants."""

    def __init__(self, shapes: Mapping[str, Shape], constants: Mapping[str, Constant]) -> None:
        self._shapes = shapes
        self._constants = constants

    def of(self, operation: Operation, index: int) -> Shape | None:
        """The shape of an input; None where it is left out or not known."""
        name = operation.input(index)
        constant = self._constants.get(name)
        return constant.dims if constant is not None else self._shapes.get(name)

    def integers(self, operation: Operation, index: int) -> tuple[int, ...] | None:
        """The elements of an input that is a constant of whole numbers."""
        constant = self._constants.get(operation.input(index))
        return constant.integers() if constant is not None else None

    def dtype(self, operation: Operation, index: int) -> str:
        """numpy's name of the type of an input that is a constant; empty where it is not known."""
        constant = self._constants.get(operation.input(index))
        return constant.dtype if constant is not None else ""

    def contradiction(self, operation: Operation) -> str | None:
        """Why a runtime could not compute the operator, in words; None where nothing speaks against it."""
        check = CHECKS.get(operation.kind) if operation.domain == "" else None
        try:
            return check(self, operation) if check is not None else None
        except Malformed as error:
            return str(error)


def check(*kinds: str) -> Callable[[Check], Check]:
    """Make a function responsible for these operators."""

    def enter(function: Check) -> Check:
        CHECKS.update(dict.fromkeys(kinds, function))
        return function

    return enter


def differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other


def vectors(sizes: Sizes, operation: Operation, count: int | None, what: str, *indices: int) -> str | None:
    """Weights that have to be vectors with an element for each of `count` channels."""
    for index in indices:
        shape = sizes.of(operation, index)
        if shape is not None and len(shape) == 1 and differ(shape[0], count):
            return f"it has {count} {what}, and the weight `{operation.input(index)}` is for {shape[0]}"
        if shape is not None and len(shape) != 1:
            return f"the weight `{operation.input(index)}` has {len(shape)} axes where one is needed"
    return None


@check("Conv")
def conv(sizes: Sizes, operation: Operation) -> str | None:
    """The kernel is (filters, channels of a group, window ...)."""
    data, kernel = sizes.of(operation, 0), sizes.of(operation, 1)
    groups = operation.integer("group", 1)
    if data is None or kernel is None:
        return None
    if len(data) != len(kernel) or len(data) < 3:
        return f"it reads {len(data)} axes, and its kernel has {len(kernel)}"
    filters, channels = kernel[0], kernel[1]
    given = operation.integers("kernel_shape")
    if given is not None and any(differ(one, other) for one, other in zip(given, kernel[2:], strict=False)):
        return f"its kernel_shape is {list(given)}, and its kernel is {list(kernel[2:])}"
    if channels is not None and differ(data[1], channels * groups):
        of = f" in {groups} groups" if groups != 1 else ""
        return f"it reads {data[1]} channels, and its kernel is for {channels * groups}{of}"
    if filters is not None and (groups < 1 or filters % groups):
        return f"{filters} filters cannot be divided into {groups} groups"
    return vectors(sizes, operation, filters, "filters", 2) or window_fits(operation, data, kernel[2:])


@check("MaxPool", "AveragePool", "LpPool")
def pool(sizes: Sizes, operation: Operation) -> str | None:
    """The window has to fit into the padded map."""
    data, kernel = sizes.of(operation, 0), operation.integers("kernel_shape")
    if data is None or kernel is None:
        return None
    if len(data) != len(kernel) + 2:
        return f"it reads {len(data)} axes, and its window has {len(kernel)}"
    pads = operation.integers("pads", 2 * len(kernel)) or (0,) * (2 * len(kernel))
    if min(kernel, default=1) > 0 and any(pad >= size for pad, size in zip(pads, kernel * 2, strict=True)):
        return f"it pads by {list(pads)}, which is no less than its window of {list(kernel)}"
    return window_fits(operation, data, kernel)


def window_fits(operation: Operation, data: Shape, kernel: Shape) -> str | None:
    rank = len(kernel)
    if operation.text("auto_pad", "NOTSET") not in ("NOTSET", "", "VALID"):
        return None
    pads = operation.integers("pads", 2 * rank) or (0,) * (2 * rank)
    dilations = operation.integers("dilations", rank) or (1,) * rank
    for axis, (size, window) in enumerate(zip(data[2:], kernel, strict=True)):
        if size is None or window is None:
            continue
        padded, spread = size + pads[axis] + pads[axis + rank], (window - 1) * dilations[axis] + 1
        if spread > padded and not operation.integer("ceil_mode", 0):
            return f"a window of {spread} does not fit into {padded}"
    return None


@check("BatchNormalization")
def batch_normalization(sizes: Sizes, operation: Operation) -> str | None:
    """Scale, offset, mean and variance have an element for each channel."""
    data = sizes.of(operation, 0)
    return vectors(sizes, operation, data[1] if data and len(data) > 1 else None, "channels", 1, 2, 3, 4)


@check("InstanceNormalization")
def instance_normalization(sizes: Sizes, operation: Operation) -> str | None:
    """Scale and offset have an element for each channel."""
    data = sizes.of(operation, 0)
    if data is not None and len(data) < 3:
        return f"it reads {len(data)} axes where at least 3 are needed"
    return vectors(sizes, operation, data[1] if data else None, "channels", 1, 2)


@check("LayerNormalization", "RMSNormalization")
def layer_normalization(sizes: Sizes, operation: Operation) -> str | None:
    """Scale and offset are repeated over what is normalised."""
    data = sizes.of(operation, 0)
    axis = operation.integer("axis", -1)
    if data is None:
        return None
    if not -len(data) <= axis < len(data):
        return f"it works along axis {axis} of {len(data)}"
    for index in (1, 2):
        shape = sizes.of(operation, index)
        if shape is not None and not _repeats(shape, data):
            return f"it reads {list(data)}, and the weight `{operation.input(index)}` is for {list(shape)}"
    return None


@check("PRelu")
def prelu(sizes: Sizes, operation: Operation) -> str | None:
    """The slope is repeated over the data, aligned at the end; before operator set 7 it is one for each channel.

    ONNX does not have it that the data is repeated over the slope as well, but onnxruntime does.
    """
    data, slope = sizes.of(operation, 0), sizes.of(operation, 1)
    if operation.opset < 7 and data and len(data) > 1 and slope not in (None, (1,)):
        return vectors(sizes, operation, data[1], "channels", 1)
    if data is not None and slope is not None and not _repeats(slope, tuple(None if one == 1 else one for one in data)):
        return f"it reads {list(data)}, and its slope is for {list(slope)}"
    return None


def _repeats(shape: Shape, data: Shape) -> bool:
    """Whether a weight can be repeated to the shape of the data."""
    if len(shape) > len(data):
        return False
    return not any(one != 1 and differ(one, other) for one, other in zip(shape[::-1], data[::-1], strict=False))


@check("Gemm")
def gemm(sizes: Sizes, operation: Operation) -> str | None:
    """The inner sizes agree, and the bias is repeated over the rows."""
    first, second, bias = (sizes.of(operation, index) for index in range(3))
    for shape in (first, second):
        if shape is not None and len(shape) != 2:
            return f"it reads {len(shape)} axes where 2 are needed"
    if second is None:
        return None
    rows, inner = (first or (None, None))[:: -1 if operation.integer("transA", 0) else 1]
    other, columns = second[::-1] if operation.integer("transB", 0) else second
    if differ(inner, other):
        return f"it reads {inner} features, and its weights are for {other}"
    if bias is not None and not _repeats(bias, (rows, columns)):
        return f"it has {columns} units, and its bias is for {list(bias)}"
    return None


@check("MatMul")
def matmul(sizes: Sizes, operation: Operation) -> str | None:
    """The inner sizes agree."""
    first, second = sizes.of(operation, 0), sizes.of(operation, 1)
    if not first or not second:
        return None
    inner = second[-2] if len(second) > 1 else second[0]
    if differ(first[-1], inner):
        return f"it reads {first[-1]} features, and its weights are for {inner}"
    return None


@check("Reshape")
def reshape(sizes: Sizes, operation: Operation) -> str | None:
    """The elements stay as many as they are."""
    data = sizes.of(operation, 0)
    target = operation.integers("shape") if "shape" in operation.attributes else sizes.integers(operation, 1)
    shape = sizes.of(operation, 1)
    if shape is not None and len(shape) != 1 and "shape" not in operation.attributes:
        return f"the shape that it is given has {len(shape)} axes where one is needed"
    if data is None or target is None or None in data:
        return None
    wanted = []
    for index, size in enumerate(target):
        if size == 0 and not operation.integer("allowzero", 0):
            if index >= len(data):
                return f"the 0 in {list(target)} copies an axis that {list(data)} does not have"
            size = data[index] or 0
        wanted.append(size)
    count, asked = math.prod(size or 0 for size in data), math.prod(size for size in wanted if size != -1)
    if wanted.count(-1) > 1 or min(wanted, default=0) < -1:
        return f"{list(target)} is no shape"
    fits = (asked != 0 and count % asked == 0) if -1 in wanted else count == asked
    return None if fits or (count == 0 and -1 in wanted) else f"{list(data)} cannot become {list(target)}"


@check("Softmax", "LogSoftmax", "Hardmax")
def softmax(sizes: Sizes, operation: Operation) -> str | None:
    """The axis exists; onnx's inference does not ask before operator set 13."""
    data, axis = sizes.of(operation, 0), operation.integer("axis", -1 if operation.opset >= 13 else 1)
    if data is None or -len(data) <= axis < len(data):
        return None
    return f"it works along axis {axis} of {len(data)}"


@check(
    "ReduceMean",
    "ReduceSum",
    "ReduceMax",
    "ReduceMin",
    "ReduceProd",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogSum",
    "ReduceLogSumExp",
    "ReduceSumSquare",
)
def reduce(sizes: Sizes, operation: Operation) -> str | None:
    """The axes exist; they are an attribute in older operator sets and an input in newer ones."""
    data = sizes.of(operation, 0)
    axes = operation.integers("axes") if "axes" in operation.attributes else sizes.integers(operation, 1)
    chosen = sizes.of(operation, 1)
    if chosen is not None and len(chosen) != 1 and "axes" not in operation.attributes:
        return f"its axes have {len(chosen)} axes where one is needed"
    wrong = [axis for axis in axes or () if data is not None and not -len(data) <= axis < len(data)]
    return f"it works along axis {wrong[0]} of {len(data or ())}" if wrong else None


@check("Transpose")
def transpose(sizes: Sizes, operation: Operation) -> str | None:
    """Every axis is named once."""
    data, order = sizes.of(operation, 0), operation.integers("perm")
    if data is None or order is None or sorted(order) == list(range(len(data))):
        return None
    return f"{list(order)} is no order of {len(data)} axes"


@check("Gather")
def gather(sizes: Sizes, operation: Operation) -> str | None:
    """Places that are written down have to exist."""
    data, places = sizes.of(operation, 0), sizes.integers(operation, 1)
    axis = operation.integer("axis", 0)
    if data is None or places is None or not -len(data) <= axis < len(data):
        return None
    size = data[axis]
    wrong = [place for place in places if size is not None and not -size <= place < size]
    return f"it reads place {wrong[0]} of an axis that has {size}" if wrong else None


NUMBERED_CHANNELS = 21
"""The operator set from which on GroupNormalization's scales are of channels; onnx has no inference for those before,
whose scales are of groups."""


@check("GroupNormalization")
def group_normalization(sizes: Sizes, operation: Operation) -> str | None:
    """The groups divide the channels; scale and offset have an element for each."""
    data, groups = sizes.of(operation, 0), operation.integer("num_groups", 1)
    channels = data[1] if data and len(data) > 1 else None
    if channels is not None and (groups < 1 or channels % groups):
        return f"{channels} channels cannot be divided into {groups} groups"
    if operation.opset < NUMBERED_CHANNELS:
        return vectors(sizes, operation, groups, "groups", 1, 2)
    return vectors(sizes, operation, channels, "channels", 1, 2)


@check("QuantizeLinear", "DequantizeLinear")
def quantize(sizes: Sizes, operation: Operation) -> str | None:
    """A scale is one number, or has an element for each place of an axis."""
    data, scale, zero = (sizes.of(operation, index) for index in range(3))
    if data is None or scale is None or operation.integer("block_size", 0):
        return None
    if len(scale) != 1 or scale[0] in (None, 1):
        return None
    if zero is not None and (len(zero) != 1 or differ(zero[0], scale[0])):
        return f"its scale is {list(scale)}, and its zero point {list(zero)}"
    axis = operation.integer("axis", 1)
    if not -len(data) <= axis < len(data):
        return f"it works along axis {axis} of {len(data)}"
    return f"it has {scale[0]} scales for {data[axis]} places" if differ(data[axis], scale[0]) else None


@check("ScatterND")
def scatter(sizes: Sizes, operation: Operation) -> str | None:
    """There is an update for each place that is named."""
    data, places, updates = (sizes.of(operation, index) for index in range(3))
    if data is None or places is None or updates is None or not places or places[-1] is None:
        return None
    needed = (*places[:-1], *data[places[-1] :])
    if len(needed) == len(updates) and not any(map(differ, needed, updates)):
        return None
    return f"it puts {list(updates)} where {list(needed)} is needed"


@check("Einsum")
def einsum(sizes: Sizes, operation: Operation) -> str | None:
    """A letter stands for one size, or for an axis of size 1."""
    read, _, given = operation.text("equation", "").replace(" ", "").partition("->")
    terms = read.split(",")
    if strange := [letter for letter in given if letter.isalpha() and letter not in read]:
        return f"`{strange[0]}` in its equation is of nothing that it reads"
    known: dict[str, int] = {}
    for index, term in enumerate(terms):
        shape = sizes.of(operation, index)
        if shape is None or "." in term:
            continue
        if len(shape) != len(term):
            return f"`{term}` in its equation is for {len(term)} axes, and it reads {len(shape)}"
        for letter, size in zip(term, shape, strict=True):
            if size is not None and size != 1 and known.setdefault(letter, size) != size:
                return f"`{letter}` in its equation is {known[letter]} and {size}"
    return None


@check("DepthToSpace", "SpaceToDepth")
def blocks(sizes: Sizes, operation: Operation) -> str | None:
    """Blocks divide the channels, or the places."""
    data, block = sizes.of(operation, 0), operation.integer("blocksize", 0)
    if data is None or len(data) != 4 or block < 1:
        return None
    by = block * block if operation.kind == "DepthToSpace" else block
    parted = data[1:2] if operation.kind == "DepthToSpace" else data[2:]
    wrong = [size for size in parted if size is not None and size % by]
    return f"{wrong[0]} cannot be divided by {by}" if wrong else None


@check("GatherElements")
def gather_elements(sizes: Sizes, operation: Operation) -> str | None:
    """As many axes as the data has, and but for the chosen one no longer."""
    data, places = sizes.of(operation, 0), sizes.of(operation, 1)
    axis = operation.integer("axis", 0)
    if data is None or places is None:
        return None
    if len(data) != len(places):
        return f"it reads {len(data)} axes, and its places have {len(places)}"
    if not -len(data) <= axis < len(data):
        return f"it works along axis {axis} of {len(data)}"
    for index, (size, count) in enumerate(zip(data, places, strict=True)):
        if index != axis % len(data) and size is not None and count is not None and count > size:
            return f"its places are {list(places)}, and it reads {list(data)}"
    return None


@check("Expand")
def expand(sizes: Sizes, operation: Operation) -> str | None:
    """No size is below 0."""
    target = sizes.integers(operation, 1)
    return f"{list(target)} is no shape" if target is not None and min(target, default=0) < 0 else None


@check("If", "Loop")
def bodies(_: Sizes, operation: Operation) -> str | None:
    """The graphs within give what the operator gives, a loop's beside whether it goes on, and take what it has."""
    extra = 1 if operation.kind == "Loop" else 0
    for name, body in operation.bodies.items():
        if len(body.outputs) != len(operation.outputs) + extra:
            return f"its {name} gives {len(body.outputs)} values where {len(operation.outputs) + extra} are needed"
        if operation.kind == "Loop" and len(body.inputs) != max(len(operation.inputs), 2):
            return f"its {name} takes {len(body.inputs)} values where {max(len(operation.inputs), 2)} are given"
    return None


GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}


@check(*GATES)
def recurrent(sizes: Sizes, operation: Operation) -> str | None:
    """Weights are (directions, gates · units, features) and (directions, gates · units, units), biases two for each of
    the gates, and states (directions, batch, units)."""
    data, kernel, inner = (sizes.of(operation, index) for index in range(3))
    for index, shape in enumerate((data, kernel, inner)):
        if shape is not None and len(shape) != 3:
            return f"`{operation.input(index)}` has {len(shape)} axes where 3 are needed"
    if kernel is None or inner is None:
        return None
    if data is not None and differ(data[2], kernel[2]):
        return f"it reads {data[2]} features, and its weights are for {kernel[2]}"
    units, gates = operation.integer("hidden_size", 0), GATES[operation.kind]
    if units and (differ(kernel[1], gates * units) or differ(inner[2], units)):
        return f"it has {units} units, and its weights are {list(kernel)} and {list(inner)}"
    if operation.integer("layout", 0):
        return None
    directions = 2 if operation.text("direction", "forward") == "bidirectional" else 1
    if differ(kernel[0], directions) or differ(inner[0], directions):
        return f"it has {directions} directions, and its weights are {list(kernel)} and {list(inner)}"
    batch = data[1] if data is not None else None
    state = (directions, batch, units or None)
    wanted = {3: (directions, 2 * gates * units or None), 5: state, **({6: state} if operation.kind == "LSTM" else {})}
    for index, sized in wanted.items():
        shape = sizes.of(operation, index)
        if shape is not None and (len(shape) != len(sized) or any(map(differ, shape, sized))):
            return f"`{operation.input(index)}` is {list(shape)} where {_listed(sized)} is needed"
    return None


def _listed(sizes: Shape) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in sizes)}]"
