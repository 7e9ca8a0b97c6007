"""What the generated ONNX graphs are made of: a chain of operators, each in the form that its operator set has."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


@dataclass
class Drawing:
    """A graph that is being drawn: a chain of operators with the shape of what the last one gives."""

    draw: random.Random
    nodes: list[Any] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    shape: list[int] = field(default_factory=list)
    last: str = "x"
    opset: int = 17

    def weight(self, *sizes: int, dtype: str = "float32") -> str:
        """A weight with small values that differ; whole numbers are 0."""
        count = int(numpy.prod(sizes)) if sizes else 1
        array = (numpy.arange(count, dtype="float64") % 7 / 10 + 0.1).reshape(sizes).astype(dtype)
        return self.constant(array)

    def constant(self, array: Any) -> str:
        """A constant, in an initialiser or an operator of its own."""
        name = f"c{len(self.weights) + len(self.nodes)}"
        tensor = numpy_helper.from_array(numpy.asarray(array), name)
        if self.draw.random() < 0.2:
            self.nodes.append(helper.make_node("Constant", [], [name], f"constant_{name}", value=tensor))
        else:
            self.weights.append(tensor)
        return name

    def add(self, kind: str, *inputs: str, shape: list[int] | None = None, **attributes: Any) -> Any:
        """An operator that reads the last one and then `inputs`; `shape` is its output's where it changes."""
        output = f"v{len(self.nodes)}"
        node = helper.make_node(kind, [self.last, *inputs], [output], f"{kind.lower()}_{len(self.nodes)}", **attributes)
        self.nodes.append(node)
        self.last = output
        if shape is not None:
            self.shape = shape
        return node

    def given(self, name: str, values: Any, since: int) -> tuple[list[str], dict[str, Any]]:
        """Numbers that are an attribute, or an input from an operator set on: further inputs and attributes."""
        if self.opset >= since:
            return [self.constant(values)], {}
        array = numpy.asarray(values)
        return [], {name: array.tolist()}

    def model(self) -> Any:
        """The graph as a model."""
        symbolic: list[Any] = list(self.start)
        if self.draw.random() < 0.4:
            symbolic[0] = "N"
        entry = helper.make_tensor_value_info("x", FLOAT, symbolic)
        leave = helper.make_value_info(self.last, helper.make_tensor_type_proto(FLOAT, None))
        graph = helper.make_graph(self.nodes, "g", [entry], [leave], self.weights)
        imports = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=imports, ir_version=8 if self.opset < 19 else 10)

    start: list[int] = field(default_factory=list)


Step = Callable[[Drawing], None]


def conv(d: Drawing) -> None:
    batch, channels, *places = d.shape
    if len(places) != 2 or min(places) < 3:
        return dense(d)
    filters, kernel, stride = d.draw.choice((2, 4, 8)), d.draw.choice((1, 3)), d.draw.choice((1, 2))
    groups = channels if d.draw.random() < 0.2 and filters % channels == 0 else 1
    pad = kernel // 2 if d.draw.random() < 0.5 else 0
    inputs = [d.weight(filters, channels // groups, kernel, kernel)]
    if d.draw.random() < 0.6:
        inputs.append(d.weight(filters))
    after = [(size + 2 * pad - kernel) // stride + 1 for size in places]
    d.add("Conv", *inputs, shape=[batch, filters, *after], strides=[stride] * 2, pads=[pad] * 4, group=groups)
    return None


def _pool(d: Drawing) -> None:
    if len(d.shape) != 4 or min(d.shape[2:]) < 2:
        return _relu(d)
    after = [size // 2 for size in d.shape[2:]]
    kind = d.draw.choice(("MaxPool", "AveragePool"))
    d.add(kind, shape=[*d.shape[:2], *after], kernel_shape=[2, 2], strides=[2, 2])
    return None


def _norm(d: Drawing) -> None:
    if len(d.shape) < 3:
        return _relu(d)
    kind = d.draw.choice(("BatchNormalization", "BatchNormalization", "InstanceNormalization"))
    count = 4 if kind == "BatchNormalization" else 2
    d.add(kind, *(d.weight(d.shape[1]) for _ in range(count)))
    return None


def _relu(d: Drawing) -> None:
    d.add(d.draw.choice(("Relu", "Sigmoid", "Tanh", "LeakyRelu", "Identity")))


def _prelu(d: Drawing) -> None:
    d.add("PRelu", d.weight(d.shape[1], *(1,) * (len(d.shape) - 2)))


def _bias(d: Drawing) -> None:
    d.add(d.draw.choice(("Add", "Mul", "Sub")), d.weight(d.shape[1], *(1,) * (len(d.shape) - 2)))


def _branch(d: Drawing) -> None:
    """Two ways that are added or joined."""
    source, shape = d.last, list(d.shape)
    _relu(d)
    one = d.last
    d.last = source
    d.add("Sigmoid")
    if d.draw.random() < 0.5:
        d.add("Add", one)
    else:
        axis = d.draw.randrange(1, len(shape))
        d.add("Concat", one, axis=axis)
        d.shape = [size * 2 if index == axis else size for index, size in enumerate(shape)]


def _flatten(d: Drawing) -> None:
    rest = int(numpy.prod(d.shape[1:]))
    if d.draw.random() < 0.5:
        d.add("Flatten", shape=[d.shape[0], rest], axis=1)
    else:
        d.add(
            "Reshape",
            d.constant(numpy.array([d.shape[0], rest] if d.draw.random() < 0.3 else [-1, rest], "int64")),
            shape=[d.shape[0], rest],
        )


def dense(d: Drawing) -> None:
    if len(d.shape) > 2:
        _flatten(d)
    features, units = d.shape[1], d.draw.choice((3, 5, 8))
    if d.draw.random() < 0.5:
        turned = d.draw.random() < 0.5
        inputs = [d.weight(*((units, features) if turned else (features, units)))]
        if d.opset < 11 or d.draw.random() < 0.7:
            inputs.append(d.weight(units))
        d.add("Gemm", *inputs, shape=[d.shape[0], units], transB=int(turned))
    else:
        d.add("MatMul", d.weight(features, units), shape=[d.shape[0], units])


def _turn(d: Drawing) -> None:
    order = list(range(1, len(d.shape)))
    d.draw.shuffle(order)
    d.add("Transpose", shape=[d.shape[0], *(d.shape[axis] for axis in order)], perm=[0, *order])


def _softmax(d: Drawing) -> None:
    d.add("Softmax", axis=d.draw.choice((-1, 1)))


def _mean(d: Drawing) -> None:
    if len(d.shape) == 4:
        d.add("GlobalAveragePool", shape=[*d.shape[:2], 1, 1])


def _squeeze(d: Drawing) -> None:
    """An axis of size 1 that comes and goes."""
    rank = len(d.shape)
    for kind in ("Unsqueeze", "Squeeze"):
        inputs, attributes = d.given("axes", numpy.array([rank], "int64"), 13)
        d.add(kind, *inputs, **attributes)


def _slice(d: Drawing) -> None:
    size = max(d.shape[-1] - 1, 1)
    bounds = {"starts": [0], "ends": [size], "axes": [len(d.shape) - 1]}
    shape = [*d.shape[:-1], size]
    if d.opset < 10:
        d.add("Slice", shape=shape, **bounds)
    else:
        d.add("Slice", *(d.constant(numpy.array(values, "int64")) for values in bounds.values()), shape=shape)


def _clip(d: Drawing) -> None:
    if d.opset < 11:
        d.add("Clip", min=0.0, max=6.0)
    else:
        d.add("Clip", d.constant(numpy.float32(0)), d.constant(numpy.float32(6)))


def _pad(d: Drawing) -> None:
    pads = numpy.zeros(2 * len(d.shape), "int64")
    pads[-1] = 1
    inputs, attributes = d.given("pads", pads, 11)
    d.add("Pad", *inputs, shape=[*d.shape[:-1], d.shape[-1] + 1], **attributes)


def _reduce(d: Drawing) -> None:
    rank = len(d.shape)
    if rank < 3:
        return _relu(d)
    kind = d.draw.choice(("ReduceMean", "ReduceMax", "ReduceSum", "ReduceL2"))
    axis, keep = d.draw.choice((rank - 1, -1, rank - 2)), d.draw.random() < 0.4
    inputs, attributes = d.given("axes", numpy.array([axis], "int64"), 13 if kind == "ReduceSum" else 18)
    place = axis % rank
    after = [1 if index == place else size for index, size in enumerate(d.shape) if keep or index != place]
    d.add(kind, *inputs, shape=after, keepdims=int(keep), **attributes)
    return None


def _layer_norm(d: Drawing) -> None:
    if d.opset < 17:
        return _relu(d)
    d.add("LayerNormalization", d.weight(d.shape[-1]), d.weight(d.shape[-1]), axis=-1)
    return None


def _split(d: Drawing) -> None:
    if d.shape[1] < 2:
        return _relu(d)
    sizes = [d.shape[1] - 1, 1]
    inputs, attributes = d.given("split", numpy.array(sizes, "int64"), 13)
    node = d.add("Split", *inputs, axis=1, **attributes)
    node.output.append(f"{d.last}_rest")
    d.shape = [d.shape[0], sizes[0], *d.shape[2:]]
    return None


def _gather(d: Drawing) -> None:
    """Places of an axis: a list of them, or one, which takes the axis away."""
    axis = d.draw.randrange(1, len(d.shape))
    size = d.shape[axis]
    if d.draw.random() < 0.5 or len(d.shape) < 3:
        count = d.draw.randrange(1, size + 1)
        places = [d.draw.randrange(size) for _ in range(count)]
        after = [count if index == axis else one for index, one in enumerate(d.shape)]
        d.add("Gather", d.constant(numpy.array(places, "int64")), shape=after, axis=axis)
    else:
        after = [one for index, one in enumerate(d.shape) if index != axis]
        d.add("Gather", d.constant(numpy.int64(d.draw.randrange(size))), shape=after, axis=axis)


def _resize(d: Drawing) -> None:
    if len(d.shape) != 4 or d.opset < 10 or max(d.shape) > 24:
        return _relu(d)
    scales = d.constant(numpy.array([1, 1, 2, 2], "float32"))
    inputs = [scales] if d.opset < 11 else [d.constant(numpy.zeros(0, "float32")), scales]
    d.add("Resize", *inputs, shape=[*d.shape[:2], d.shape[2] * 2, d.shape[3] * 2], mode="nearest")
    return None


def _where(d: Drawing) -> None:
    """The positive values, and a constant for the others."""
    if d.opset < 9:
        return _relu(d)
    source = d.last
    d.add("Greater", d.constant(numpy.float32(0)))
    d.add("Where", source, d.weight(*(1,) * (len(d.shape) - 1), d.shape[-1]))
    return None


def _expand(d: Drawing) -> None:
    """A new axis of size 1 that becomes 2, and is summed away."""
    if d.opset < 8 or len(d.shape) > 4:
        return _relu(d)
    rank = len(d.shape)
    inputs, attributes = d.given("axes", numpy.array([1], "int64"), 13)
    d.add("Unsqueeze", *inputs, **attributes)
    d.add("Expand", d.constant(numpy.array([1, 2, *(1,) * (rank - 1)], "int64")))
    inputs, attributes = d.given("axes", numpy.array([1], "int64"), 13)
    d.add("ReduceSum", *inputs, keepdims=0, **attributes)
    return None


def _attend(d: Drawing) -> None:
    """softmax(x · wq · (x · wk)ᵀ) · x over (batch, places, features)."""
    if len(d.shape) != 3:
        return dense(d)
    features, source = d.shape[-1], d.last
    d.add("MatMul", d.weight(features, 4))
    query, d.last = d.last, source
    d.add("MatMul", d.weight(features, 4))
    d.add("Transpose", perm=[0, 2, 1])
    key, d.last = d.last, query
    d.add("MatMul", key)
    d.add("Softmax", axis=2)
    d.add("MatMul", source)
    return None


def _einsum(d: Drawing) -> None:
    if len(d.shape) != 3 or d.opset < 12:
        return dense(d)
    d.add("Einsum", d.weight(d.shape[-1], 5), shape=[*d.shape[:-1], 5], equation="bif,fo->bio")
    return None


def _rows(d: Drawing) -> None:
    """Maps as rows of features, as transformers read them."""
    if len(d.shape) != 4:
        return _relu(d)
    batch, channels, high, wide = d.shape
    d.add("Reshape", d.constant(numpy.array([0, channels, -1], "int64")), shape=[batch, channels, high * wide])
    d.add("Transpose", shape=[batch, high * wide, channels], perm=[0, 2, 1])
    return None


def _recurrent(d: Drawing) -> None:
    """Over the rows, whose states are summed over the directions."""
    if len(d.shape) != 3:
        return _rows(d)
    kind, directions, units = d.draw.choice(("LSTM", "GRU", "RNN")), d.draw.choice((1, 2)), 4
    gates, (batch, steps, features) = {"LSTM": 4, "GRU": 3, "RNN": 1}[kind], d.shape
    d.add("Transpose", perm=[1, 0, 2])
    kernels = (d.weight(directions, gates * units, size) for size in (features, units))
    options = {"hidden_size": units, "direction": "bidirectional" if directions == 2 else "forward"}
    d.add(kind, *kernels, d.weight(directions, 2 * gates * units), **options)
    inputs, attributes = d.given("axes", numpy.array([1], "int64"), 13)
    d.add("ReduceSum", *inputs, keepdims=0, **attributes)
    d.add("Transpose", shape=[batch, steps, units], perm=[1, 0, 2])
    return None


def _groups(d: Drawing) -> None:
    if d.opset < 18 or len(d.shape) < 3 or d.shape[1] % 2:
        return _norm(d)
    count = d.shape[1] if d.opset >= 21 else 2
    d.add("GroupNormalization", d.weight(count), d.weight(count), num_groups=2)
    return None


def _blocks(d: Drawing) -> None:
    if len(d.shape) != 4 or d.shape[1] % 4 or max(d.shape) > 16 or d.opset < 11:
        return _pool(d)
    batch, channels, high, wide = d.shape
    d.add("DepthToSpace", shape=[batch, channels // 4, high * 2, wide * 2], blocksize=2)
    return None


def _elements(d: Drawing) -> None:
    if d.opset < 11:
        return _relu(d)
    d.add("GatherElements", d.constant(numpy.zeros(d.shape, "int64")), axis=1)
    return None


STEPS: tuple[Step, ...] = (
    _recurrent,
    _groups,
    _blocks,
    _elements,
    conv,
    conv,
    conv,
    _pool,
    _norm,
    _relu,
    _prelu,
    _bias,
    _branch,
    _turn,
    _mean,
    dense,
    _softmax,
    _squeeze,
    _slice,
    _clip,
    _pad,
    _reduce,
    _layer_norm,
    _split,
    _gather,
    _resize,
    _where,
    _expand,
    _attend,
    _attend,
    _einsum,
    _rows,
    _rows,
)

OPSETS = (7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 17, 18, 19, 20, 21, 22)
"""The operator sets that graphs are drawn in; before 7, operators broadcast in another way."""
