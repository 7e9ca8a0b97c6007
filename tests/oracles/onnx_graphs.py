"""Small ONNX graphs from a seed: some in order, some broken by hand in one of many ways, for onnxruntime to judge.

What a graph was meant to be does not count: `refused` asks the runtime whether it loads the model and runs it on zeros.
"""

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

    def model(self) -> Any:
        """The graph as a model."""
        symbolic: list[Any] = list(self.start)
        if self.draw.random() < 0.4:
            symbolic[0] = "N"
        entry = helper.make_tensor_value_info("x", FLOAT, symbolic)
        leave = helper.make_value_info(self.last, helper.make_tensor_type_proto(FLOAT, None))
        graph = helper.make_graph(self.nodes, "g", [entry], [leave], self.weights)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    start: list[int] = field(default_factory=list)


Step = Callable[[Drawing], None]


def _conv(d: Drawing) -> None:
    batch, channels, *places = d.shape
    if len(places) != 2 or min(places) < 3:
        return _dense(d)
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
        d.add("Reshape", d.constant(numpy.array([d.shape[0], rest] if d.draw.random() < 0.3 else [-1, rest], "int64")),
              shape=[d.shape[0], rest])  # fmt: skip


def _dense(d: Drawing) -> None:
    if len(d.shape) > 2:
        _flatten(d)
    features, units = d.shape[1], d.draw.choice((3, 5, 8))
    if d.draw.random() < 0.5:
        turned = d.draw.random() < 0.5
        inputs = [d.weight(*((units, features) if turned else (features, units)))]
        if d.draw.random() < 0.7:
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


def _extra(d: Drawing) -> None:
    """Axes of size 1 that come and go, a part, a clip, padding."""
    rank = len(d.shape)
    kind = d.draw.choice(("Squeeze", "Slice", "Clip", "Pad", "ReduceMean", "LayerNormalization", "Split"))
    if kind == "Squeeze":
        axes = d.constant(numpy.array([rank], "int64"))
        d.add("Unsqueeze", axes)
        d.add("Squeeze", axes)
    elif kind == "Slice":
        bounds = [d.constant(numpy.array([value], "int64")) for value in (0, max(d.shape[-1] - 1, 1), rank - 1)]
        d.add("Slice", *bounds, shape=[*d.shape[:-1], max(d.shape[-1] - 1, 1)])
    elif kind == "Clip":
        d.add("Clip", d.constant(numpy.float32(0)), d.constant(numpy.float32(6)))
    elif kind == "Pad":
        pads = [0] * (2 * rank)
        pads[-1] = 1
        d.add("Pad", d.constant(numpy.array(pads, "int64")), shape=[*d.shape[:-1], d.shape[-1] + 1])
    elif kind == "ReduceMean" and rank > 2:
        d.add("ReduceMean", shape=d.shape[:-1], axes=[rank - 1], keepdims=0)
    elif kind == "LayerNormalization":
        d.add("LayerNormalization", d.weight(d.shape[-1]), d.weight(d.shape[-1]), axis=-1)
    elif kind == "Split" and d.shape[1] > 1:
        sizes = [d.shape[1] - 1, 1]
        node = d.add("Split", d.constant(numpy.array(sizes, "int64")), axis=1)
        node.output.append(f"{d.last}_rest")
        d.shape = [d.shape[0], sizes[0], *d.shape[2:]]


STEPS: tuple[Step, ...] = (
    _conv, _conv, _conv, _pool, _norm, _relu, _prelu, _bias, _branch, _turn, _mean, _extra, _extra, _dense, _softmax,
)  # fmt: skip


def good(seed: int) -> Any:
    """A model that is meant to be in order."""
    draw = random.Random(seed)
    shape = [1, draw.choice((1, 3, 4)), draw.choice((6, 8, 11)), draw.choice((6, 8, 11))]
    drawing = Drawing(draw, shape=list(shape), start=shape)
    _conv(drawing)
    for _ in range(draw.randrange(3, 9)):
        draw.choice(STEPS)(drawing)
    _dense(drawing)
    return drawing.model()


# -- how a graph is broken: each changes the model and says whether it could


def _of(model: Any, draw: random.Random, *kinds: str) -> Any:
    found = [node for node in model.graph.node if node.op_type in kinds]
    return draw.choice(found) if found else None


def _tensor(model: Any, name: str) -> Any:
    for tensor in model.graph.initializer:
        if tensor.name == name:
            return tensor
    for node in model.graph.node:
        if node.op_type == "Constant" and node.output[0] == name:
            return node.attribute[0].t
    return None


def _resized(model: Any, name: str, axis: int, by: int = 1) -> bool:
    tensor = _tensor(model, name)
    if tensor is None or axis >= len(tensor.dims):
        return False
    array = numpy_helper.to_array(tensor)
    pads = [(0, by if index == axis else 0) for index in range(array.ndim)]
    tensor.CopyFrom(numpy_helper.from_array(numpy.pad(array, pads, constant_values=1), tensor.name))
    return True


def _input_resized(*kinds: str, index: int, axis: int) -> Callable[[Any, random.Random], bool]:
    def broken(model: Any, draw: random.Random) -> bool:
        node = _of(model, draw, *kinds)
        return node is not None and len(node.input) > index and _resized(model, node.input[index], axis)

    return broken


def _attribute(kinds: tuple[str, ...], name: str, *values: Any) -> Callable[[Any, random.Random], bool]:
    def broken(model: Any, draw: random.Random) -> bool:
        node = _of(model, draw, *kinds)
        if node is None:
            return False
        kept = [attribute for attribute in node.attribute if attribute.name != name]
        del node.attribute[:]
        node.attribute.extend([*kept, helper.make_attribute(name, draw.choice(values))])
        return True

    return broken


def _without(kinds: tuple[str, ...], name: str) -> Callable[[Any, random.Random], bool]:
    def broken(model: Any, draw: random.Random) -> bool:
        node = _of(model, draw, *kinds)
        if node is None:
            return False
        kept = [attribute for attribute in node.attribute if attribute.name != name]
        del node.attribute[:]
        node.attribute.extend(kept)
        return True

    return broken


def _values(kind: str, index: int, change: Callable[[Any], Any]) -> Callable[[Any, random.Random], bool]:
    def broken(model: Any, draw: random.Random) -> bool:
        node = _of(model, draw, kind)
        tensor = _tensor(model, node.input[index]) if node is not None and len(node.input) > index else None
        if tensor is None:
            return False
        tensor.CopyFrom(numpy_helper.from_array(numpy.asarray(change(numpy_helper.to_array(tensor))), tensor.name))
        return True

    return broken


def _undefined(model: Any, draw: random.Random) -> bool:
    node = draw.choice([node for node in model.graph.node if node.input])
    node.input[draw.randrange(len(node.input))] = "nowhere"
    return True


def _cycle(model: Any, draw: random.Random) -> bool:
    nodes = [node for node in model.graph.node if node.op_type != "Constant"]
    first, last = sorted(draw.sample(range(len(nodes)), 2))
    nodes[first].input[0] = nodes[last].output[0]
    return True


def _twice(model: Any, draw: random.Random) -> bool:
    one, other = draw.sample([node for node in model.graph.node if node.op_type != "Constant"], 2)
    other.output[0] = one.output[0]
    return True


def _same_name(model: Any, draw: random.Random) -> bool:
    one, other = draw.sample(list(model.graph.node), 2)
    other.name = one.name
    return True


def _unknown(model: Any, draw: random.Random) -> bool:
    node = _of(model, draw, "Relu", "Sigmoid", "Tanh", "Conv", "Gemm", "MatMul", "Add")
    if node is None:
        return False
    node.op_type = draw.choice((f"{node.op_type}X", node.op_type.lower(), "Silu"))
    return True


def _foreign(model: Any, draw: random.Random) -> bool:
    node = _of(model, draw, "Relu", "Sigmoid", "Tanh", "Conv", "Gemm", "MatMul", "Add")
    if node is None:
        return False
    node.domain = "their.own"
    if draw.random() < 0.5:
        model.opset_import.append(helper.make_opsetid("their.own", 1))
    return True


def _surplus(model: Any, draw: random.Random) -> bool:
    node = _of(model, draw, "Relu", "Sigmoid", "Conv", "MatMul", "MaxPool", "Softmax", "Transpose")
    if node is None:
        return False
    node.input.extend([node.input[0]] * 4)
    return True


def _lacking(model: Any, draw: random.Random) -> bool:
    node = _of(model, draw, "Conv", "MatMul", "Gemm", "BatchNormalization", "Add", "Reshape")
    if node is None:
        return False
    del node.input[1:]
    return True


def _other_type(model: Any, draw: random.Random) -> bool:
    node = _of(model, draw, "Conv", "MatMul", "Gemm", "Add", "Mul", "BatchNormalization", "PRelu")
    tensor = _tensor(model, node.input[1]) if node is not None else None
    if tensor is None:
        return False
    dtype = draw.choice(("int64", "float64", "float16"))
    tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(dtype), tensor.name))
    return True


def _no_such_output(model: Any, draw: random.Random) -> bool:
    model.graph.output[0].name = "nowhere"
    return True


def _cut_data(model: Any, draw: random.Random) -> bool:
    tensors = [tensor for tensor in model.graph.initializer if tensor.raw_data]
    if not tensors:
        return False
    tensor = draw.choice(tensors)
    tensor.raw_data = tensor.raw_data[: len(tensor.raw_data) // 2]
    return True


def _shifted(model: Any, draw: random.Random) -> bool:
    """Another operator's result is read instead."""
    nodes = [node for node in model.graph.node if node.op_type != "Constant"]
    place = draw.randrange(1, len(nodes))
    source = draw.choice(nodes[:place])
    if source.output[0] == nodes[place].input[0]:
        return False
    nodes[place].input[0] = source.output[0]
    return True


def _left_out(model: Any, draw: random.Random) -> bool:
    """An operator is taken out, and its reader reads what it read."""
    kinds = ("Conv", "Flatten", "Reshape", "Gemm", "MatMul", "MaxPool")
    nodes = [node for node in model.graph.node if node.op_type in kinds]
    if not nodes:
        return False
    gone = draw.choice(nodes)
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name == gone.output[0]:
                node.input[index] = gone.input[0]
    if model.graph.output[0].name == gone.output[0]:
        return False
    model.graph.node.remove(gone)
    return True


BREAKS: dict[str, Callable[[Any, random.Random], bool]] = {
    "conv channels": _input_resized("Conv", index=1, axis=1),
    "conv filters against bias": _input_resized("Conv", index=2, axis=0),
    "gemm inner": _input_resized("Gemm", index=1, axis=0),
    "gemm other": _input_resized("Gemm", index=1, axis=1),
    "gemm bias": _input_resized("Gemm", index=2, axis=0),
    "matmul inner": _input_resized("MatMul", index=1, axis=0),
    "norm scale": _input_resized("BatchNormalization", "InstanceNormalization", index=1, axis=0),
    "norm mean": _input_resized("BatchNormalization", "InstanceNormalization", index=2, axis=0),
    "layer norm": _input_resized("LayerNormalization", index=1, axis=0),
    "slope": _input_resized("PRelu", index=1, axis=0),
    "added": _input_resized("Add", "Mul", "Sub", index=1, axis=0),
    "groups": _attribute(("Conv",), "group", 3, 5, 7),
    "kernel shape": _attribute(("Conv",), "kernel_shape", [5, 5], [3], [1, 1, 1]),
    "strides": _attribute(("Conv", "MaxPool", "AveragePool"), "strides", [0, 0], [1], [1, 1, 1], [-1, -1]),
    "pads": _attribute(("Conv", "MaxPool", "AveragePool"), "pads", [0, 0], [0, 0, 0], [-9, -9, 0, 0]),
    "window": _attribute(("MaxPool", "AveragePool"), "kernel_shape", [40, 40], [2], [0, 0]),
    "order of axes": _attribute(("Transpose",), "perm", [0, 0, 1, 2], [0, 1], [0, 1, 2, 9], [3, 2, 1, 0, 4]),
    "concat axis": _attribute(("Concat",), "axis", 7, -9),
    "softmax axis": _attribute(("Softmax",), "axis", 7, -9),
    "flatten axis": _attribute(("Flatten",), "axis", 7, -9),
    "reduced axis": _attribute(("ReduceMean",), "axes", [7], [-9], [1, 1]),
    "split axis": _attribute(("Split",), "axis", 7, -9),
    "reshape": _values("Reshape", 1, lambda old: old + numpy.array([0, 1])),
    "reshape open": _values("Reshape", 1, lambda old: numpy.array([-1, -1], "int64")),
    "reshape below": _values("Reshape", 1, lambda old: numpy.array([-1, -3], "int64")),
    "squeeze": _values("Squeeze", 1, lambda old: old - 1),
    "unsqueeze": _values("Unsqueeze", 1, lambda old: numpy.array([9], "int64")),
    "slice axis": _values("Slice", 3, lambda old: numpy.array([9], "int64")),
    "split sizes": _values("Split", 1, lambda old: old + 1),
    "padding": _values("Pad", 1, lambda old: old[1:]),
    "undefined": _undefined,
    "cycle": _cycle,
    "defined twice": _twice,
    "same name": _same_name,
    "unknown operator": _unknown,
    "foreign operator": _foreign,
    "surplus inputs": _surplus,
    "lacking inputs": _lacking,
    "no kernel": _without(("MaxPool", "AveragePool"), "kernel_shape"),
    "no axis": _without(("Concat",), "axis"),
    "strange attribute": _attribute(("Relu", "Conv", "MatMul", "Add", "Gemm"), "colour", 3, "red"),
    "attribute of another type": _attribute(("Conv", "MaxPool", "AveragePool"), "strides", 2, "two", [1.0, 1.0]),
    "another element type": _other_type,
    "no such output": _no_such_output,
    "cut data": _cut_data,
    "shifted": _shifted,
    "left out": _left_out,
}  # fmt: skip


def broken(seed: int) -> tuple[str, Any]:
    """How a model was broken, and the model."""
    draw = random.Random(seed)
    names = list(BREAKS)
    while True:
        model, name = good(draw.randrange(1 << 30)), names[seed % len(names)]
        if BREAKS[name](model, draw):
            return name, model


def refused(data: bytes) -> str | None:
    """Why onnxruntime does not load a model or run it on zeros; None if it does."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        feeds = {
            entry.name: numpy.zeros([size if isinstance(size, int) else 1 for size in entry.shape], "float32")
            for entry in session.get_inputs()
        }
        session.run(None, feeds)
    except Exception as error:  # whatever it is, the runtime does not want the model
        return str(error)
    return None
