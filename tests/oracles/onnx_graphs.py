"""Small ONNX graphs from a seed: some in order, some broken by hand in one of many ways, for onnxruntime to judge.

What a graph was meant to be does not count: `onnx_runtime` asks whether it loads the model and runs it on zeros.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy
from onnx import TensorProto, helper, numpy_helper

from oracles.onnx_steps import OPSETS, STEPS, Drawing, conv, dense


def good(seed: int) -> Any:
    """A model that is meant to be in order."""
    draw = random.Random(seed)
    shape = [1, draw.choice((1, 3, 4)), draw.choice((6, 8, 11)), draw.choice((6, 8, 11))]
    drawing = Drawing(draw, shape=list(shape), start=shape, opset=draw.choice(OPSETS))
    conv(drawing)
    for _ in range(draw.randrange(3, 9)):
        draw.choice(STEPS)(drawing)
    dense(drawing)
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


def _reshaped(*kinds: str, index: int) -> Callable[[Any, random.Random], bool]:
    """A constant has one axis more."""

    def broken(model: Any, draw: random.Random) -> bool:
        node = _of(model, draw, *kinds)
        tensor = _tensor(model, node.input[index]) if node is not None and len(node.input) > index else None
        if tensor is None or not tensor.dims:
            return False
        tensor.dims.insert(0, 1)
        return True

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
    dtype = draw.choice(("int64", "int32", "float64", "float16", "uint8", "bool"))
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


def _typed_data(model: Any, draw: random.Random) -> bool:
    """Numbers in a field of their type, one of which is missing."""
    tensors = [
        tensor for tensor in model.graph.initializer if tensor.raw_data and tensor.data_type == TensorProto.FLOAT
    ]
    if not tensors:
        return False
    tensor = draw.choice(tensors)
    numbers = numpy_helper.to_array(tensor).reshape(-1).tolist()
    tensor.ClearField("raw_data")
    tensor.float_data.extend(numbers[:-1])
    return True


def _below_zero(model: Any, draw: random.Random) -> bool:
    tensors = [tensor for tensor in model.graph.initializer if tensor.dims]
    if not tensors:
        return False
    draw.choice(tensors).dims[0] = -1
    return True


def _no_outputs(model: Any, draw: random.Random) -> bool:
    del model.graph.output[:]
    return True


def _input_twice(model: Any, draw: random.Random) -> bool:
    model.graph.input.append(model.graph.input[0])
    return True


def _type_of_output(model: Any, draw: random.Random) -> bool:
    model.graph.output[0].type.tensor_type.elem_type = draw.choice((TensorProto.INT64, TensorProto.DOUBLE))
    return True


def _no_such_version(model: Any, draw: random.Random) -> bool:
    if draw.random() < 0.5:
        model.ir_version = 99
    else:
        model.opset_import[0].version = 99
    return True


def _out_of_order(model: Any, draw: random.Random) -> bool:
    """Operators in any order, which is no mistake to a runtime, and a size that is one."""
    nodes = list(model.graph.node)
    draw.shuffle(nodes)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return _input_resized("Gemm", "MatMul", index=1, axis=0)(model, draw)


def _in_a_branch(model: Any, draw: random.Random) -> bool:
    """The last operator in both branches of an If, and one of them as it is not allowed."""
    last = model.graph.node[-1]
    if not last.input or last.output[0] != model.graph.output[0].name:
        return False
    model.graph.node.remove(last)
    branches = []
    for label in ("then", "else"):
        inner = helper.make_node(last.op_type, [*last.input], [f"{label}_y"], f"inner_{label}")
        inner.attribute.extend(last.attribute)
        leave = helper.make_value_info(f"{label}_y", helper.make_tensor_type_proto(TensorProto.FLOAT, None))
        branches.append(helper.make_graph([inner], label, [], [leave]))
    inner = branches[draw.randrange(2)].node[0]
    if draw.random() < 0.5:
        inner.op_type = "Nothing"
    else:
        inner.input.extend([inner.input[0]] * 5)
    model.graph.initializer.append(numpy_helper.from_array(numpy.asarray(True), "whether"))
    both = {"then_branch": branches[0], "else_branch": branches[1]}
    model.graph.node.append(helper.make_node("If", ["whether"], [last.output[0]], "branches", **both))
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


def _untyped_input(model: Any, _: random.Random) -> bool:
    model.graph.input[0].ClearField("type")
    return True


def _untyped_weight(model: Any, draw: random.Random) -> bool:
    if not model.graph.initializer:
        return False
    draw.choice(model.graph.initializer).data_type = TensorProto.UNDEFINED
    return True


def _recursive(model: Any, _: random.Random) -> bool:
    """A function that nothing calls, and that calls itself."""
    inner = [helper.make_node("again", ["v"], ["r"], domain="own")]
    versions = [*model.opset_import, helper.make_opsetid("own", 1)]
    model.functions.append(helper.make_function("own", "again", ["v"], ["r"], inner, versions))
    return True


def _within(*inner: tuple[str, list[str], str], stored: int = 0) -> Callable[[Any, random.Random], bool]:
    """Operators in one branch of an If that is taken; `x` is what they read of the model, `r` what they give."""

    def broken(model: Any, _: random.Random) -> bool:
        last = model.graph.output[0].name
        nodes = [
            helper.make_node(kind, [last if one == "x" else one for one in names], [to]) for kind, names, to in inner
        ]
        branches = []
        for label, own in (("then_branch", nodes), ("else_branch", [helper.make_node("Relu", [last], ["r"])])):
            leave = helper.make_value_info("r", helper.make_tensor_type_proto(TensorProto.FLOAT, None))
            weights = [numpy_helper.from_array(numpy.ones(1, "float32"), "one")] * stored
            branches.append((label, helper.make_graph(own, label, [], [leave], weights)))
        model.graph.initializer.append(numpy_helper.from_array(numpy.asarray(True), "whether"))
        model.graph.node.append(helper.make_node("If", ["whether"], ["chosen"], "branches", **dict(branches)))
        model.graph.output[0].name = "chosen"
        return True

    return broken


def _elsewhere(model: Any, draw: random.Random) -> bool:
    """Data in another file: not named, of another length, or at a place that is no number."""
    tensors = [tensor for tensor in model.graph.initializer if len(tensor.raw_data) > 8]
    if not tensors:
        return False
    tensor = draw.choice(tensors)
    length = len(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entries = [{}, {"location": ""}, {"location": "w", "length": f"{length + 4}"}, {"location": "w", "offset": "-4"}]
    for key, value in draw.choice(entries).items():
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return True


def _sparse(model: Any, draw: random.Random) -> bool:
    """A weight of three numbers by the places of two, which is another output."""
    places = draw.choice(([0, 3], [0, 1, 2], [-1, 0]))
    values = helper.make_tensor("sparse", TensorProto.FLOAT, [2], [1.0, 2.0])
    indices = helper.make_tensor("places", TensorProto.INT64, [len(places)], places)
    model.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3]))
    model.graph.node.append(helper.make_node("Identity", ["sparse"], ["whole"], "whole"))
    model.graph.output.append(helper.make_tensor_value_info("whole", TensorProto.FLOAT, None))
    return True


def _functions_of_one_name(model: Any, _: random.Random) -> bool:
    for kind in ("Relu", "Tanh"):
        inner = [helper.make_node(kind, ["v"], ["r"])]
        model.functions.append(helper.make_function("own", "same", ["v"], ["r"], inner, model.opset_import))
    return True


def _goes_on_by_a_number(model: Any, _: random.Random) -> bool:
    """A Loop whose body says whether to go on by a float."""
    number = helper.make_tensor_value_info("on", TensorProto.FLOAT, None)
    entries = [helper.make_tensor_value_info(name, kind, []) for name, kind in (("i", 7), ("go", 9))]
    body = helper.make_graph([helper.make_node("Cast", ["go"], ["on"], to=1)], "again", entries, [number, number])
    model.graph.initializer.append(numpy_helper.from_array(numpy.asarray(2), "times"))
    model.graph.node.append(helper.make_node("Loop", ["times", ""], ["listed"], "loop", body=body))
    model.graph.output.append(helper.make_tensor_value_info("listed", TensorProto.FLOAT, None))
    return True


def _parts(model: Any, draw: random.Random) -> bool:
    """What is cut is named in two parts, and another number of them is stated."""
    if model.opset_import[0].version < 18:
        return False
    names = [model.graph.output[0].name, "part", "other"]
    model.graph.node.append(helper.make_node("Split", names[:1], names[1:], "cut", num_outputs=draw.choice((1, 3))))
    model.graph.output[0].name = "part"
    return True


def _no_such_type(model: Any, _: random.Random) -> bool:
    model.graph.input[0].type.tensor_type.elem_type = 99
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
    "reduced axis": _attribute(("ReduceMean", "ReduceMax", "ReduceL2"), "axes", [7], [-9], [1, 1]),
    "split axis": _attribute(("Split",), "axis", 7, -9),
    "reshape": _values("Reshape", 1, lambda old: numpy.append(old[:-1], old[-1] + 1)),
    "reshape open": _values("Reshape", 1, lambda old: numpy.array([-1, -1], "int64")),
    "reshape below": _values("Reshape", 1, lambda old: numpy.array([-1, -3], "int64")),
    "squeeze": _values("Squeeze", 1, lambda old: old - 1),
    "unsqueeze": _values("Unsqueeze", 1, lambda old: numpy.array([9], "int64")),
    "slice axis": _values("Slice", 3, lambda old: numpy.array([9], "int64")),
    "number of parts": _parts,
    "split sizes": _values("Split", 1, lambda old: old + 1),
    "gathered": _values("Gather", 1, lambda old: old + 90),
    "gather axis": _attribute(("Gather",), "axis", 7, -9),
    "expanded": _values("Expand", 1, lambda old: old + 2),
    "enlarged": _values("Resize", 2, lambda old: old[1:]),
    "equation": _attribute(("Einsum",), "equation", "bif,fo,o->bio", "bif,io->bo", "bif,fo->bixo", "bi,fo->bo"),
    "chosen": _input_resized("Where", index=2, axis=-1),
    "reduced axis as input": _values("ReduceSum", 1, lambda old: old + 9),
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
    "typed data": _typed_data,
    "size below zero": _below_zero,
    "no outputs": _no_outputs,
    "input twice": _input_twice,
    "type of the output": _type_of_output,
    "no such version": _no_such_version,
    "out of order": _out_of_order,
    "in a branch": _in_a_branch,
    "recurrent bias": _input_resized("LSTM", "GRU", "RNN", index=3, axis=1),
    "recurrent kernel": _input_resized("LSTM", "GRU", "RNN", index=1, axis=2),
    "group scale": _input_resized("GroupNormalization", index=1, axis=0),
    "blocks": _attribute(("DepthToSpace", "SpaceToDepth"), "blocksize", 7, 0),
    "elements": _input_resized("GatherElements", index=1, axis=0),
    "rank of weights": _reshaped("Conv", "Gemm", "LSTM", "GRU", "RNN", index=1),
    "rank of a target": _reshaped("Reshape", "ReduceSum", index=1),
    "shifted": _shifted,
    "left out": _left_out,
    "bound": _values("Clip", 1, lambda old: numpy.array([old, old])),
    "letter": _attribute(("Einsum",), "equation", "bif,fo->biz", "bif,fo->zbi"),
    "axis of a layer norm": _attribute(("LayerNormalization",), "axis", 7, -9),
    "untyped input": _untyped_input,
    "untyped weight": _untyped_weight,
    "a function within itself": _recursive,
    "made twice in a branch": _within(("Relu", ["x"], "r"), ("Tanh", ["x"], "r")),
    "made of itself in a branch": _within(("Add", ["x", "b"], "a"), ("Relu", ["a"], "b"), ("Relu", ["b"], "r")),
    "stored twice in a branch": _within(("Add", ["x", "one"], "r"), stored=2),
    "data elsewhere": _elsewhere,
    "places of a sparse weight": _sparse,
    "functions of one name": _functions_of_one_name,
    "goes on by a number": _goes_on_by_a_number,
    "type of the input": _no_such_type,
}


def broken(seed: int) -> tuple[str, Any]:
    """How a model was broken, and the model."""
    draw = random.Random(seed)
    names = list(BREAKS)
    while True:
        model, name = good(draw.randrange(1 << 30)), names[seed % len(names)]
        if BREAKS[name](model, draw):
            return name, model
