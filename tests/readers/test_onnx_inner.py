"""Graphs within graphs: branches, loops, and functions that a file defines for itself."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy
import onnx
import pytest
from onnx import helper
from oracles.onnx_graphs import good

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.graph import OPAQUE, Model
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.onnx import read

WEIGHTS = {"w": [6, 3, 3, 3], "bad": [6, 4, 3, 3], "narrow": [6, 6, 1, 1]}


def file(text: str, functions: str = "", opset: int = 17) -> Any:
    """A model over x of (1, 3, 8, 8), a condition c and a count n; the text gives y."""
    head = f'<ir_version: 8, opset_import: ["": {opset}, "own": 1]>'
    inputs = "float[1,3,8,8] x, bool c, int64 n"
    model = onnx.parser.parse_model(f"{head} g ({inputs}) => (float[] y) {{ {text} }} {functions}")
    model.graph.output[0].type.tensor_type.ClearField("shape")
    for name, dims in WEIGHTS.items():
        size = 1
        for one in dims:
            size *= one
        values = [(place * 37 % 101 - 50) / 100 for place in range(size)]
        model.graph.initializer.append(helper.make_tensor(name, onnx.TensorProto.FLOAT, dims, values))
    return model


def model_of(model: Any) -> Model:
    reading = read("g.onnx", model.SerializeToString())
    assert reading.problems == []
    assert reading.program is not None
    return reading.program.models[0]


def kinds(model: Model) -> list[str]:
    return [node.activation or node.kind for node in model.nodes if node.kind != "Input"]


def errors(model: Any) -> list[str | None]:
    found = lint_bytes("g.onnx", model.SerializeToString(), Settings()).diagnostics
    return [one.node for one in found if one.severity is Severity.ERROR]


BRANCHES = """
    {before}
    [choice] y = If ({condition}) <
        then_branch = one () => (float[] a) {{ [first] t = Conv (x, {kernel})  a = Relu (t) }},
        else_branch = two () => (float[] b) {{ [second] t = Conv (x, w)  b = Sigmoid (t) }}
    >
"""


def test_a_branch_that_is_taken_is_a_part_of_the_model() -> None:
    known = "taken = Constant <value = bool {{1}}> ()".replace("{{", "{").replace("}}", "}")
    taken = model_of(file(BRANCHES.format(before=known, condition="taken", kernel="w")))
    assert kinds(taken) == ["Conv2D", "relu"]
    assert taken.nodes[-1].shape == (1, 6, 6, 6)
    assert [node.origin.onnx_node for node in taken.nodes if node.kind == "Conv2D"] == ["first"]
    assert taken.complete
    assert errors(file(BRANCHES.format(before=known, condition="taken", kernel="bad"))) == ["first"]


def test_two_branches_are_both_read_and_what_they_give_is_opaque() -> None:
    model = model_of(file(BRANCHES.format(before="", condition="c", kernel="w")))
    assert kinds(model) == ["Conv2D", "relu", "Conv2D", "sigmoid", OPAQUE]
    assert model.nodes[-1].shape == (1, 6, 6, 6)
    assert model.complete


def test_a_branch_that_may_never_be_taken_contradicts_nothing() -> None:
    assert errors(file(BRANCHES.format(before="", condition="c", kernel="bad"))) == []


LOOP = """
    h = Conv (x, w)
    y = Loop (n, c, h) <
        body = again (int64 i, bool go, float[1,6,6,6] v) => (bool on, float[1,6,6,6] u) {{
            on = Identity (go)  [inner] t = Conv (v, {kernel})  u = Relu (t)
        }}
    >
"""


def test_the_body_of_a_loop_is_read_where_it_stands() -> None:
    model = model_of(file(LOOP.format(kernel="narrow")))
    assert kinds(model) == ["Conv2D", OPAQUE, "Conv2D", "relu", OPAQUE]
    inner = model.nodes[-3]
    assert (inner.value("filters"), inner.shape) == (6, (1, 6, 6, 6))
    assert model.nodes[-1].shape == (1, 6, 6, 6), "a round gives the shape that it is given"
    assert model.complete
    assert errors(file(LOOP.format(kernel="w"))) == ["inner"]


def test_the_body_of_a_scan_is_read() -> None:
    model = model_of(
        file(
            """
        start = Constant <value = float[4] {0.0, 0.0, 0.0, 0.0}> ()
        rows = Reshape (x, sizes)
        s, y = Scan <num_scan_inputs = 1, body = step (float[4] before, float[4] row) => (float[4] after, float[4] o) {
            after = Add (before, row)  o = Tanh (after)
        }> (start, rows)
    """.replace("rows = ", "sizes = Constant <value = int64[2] {48, 4}> ()  rows = ")
        )
    )
    assert kinds(model) == ["Reshape", OPAQUE, OPAQUE, "Add", "tanh", OPAQUE]
    assert model.complete


def test_a_loop_whose_sizes_depend_on_it_is_read_in_part() -> None:
    model = model_of(
        file("""
        y = Loop (n, c, x) <
            body = again (int64 i, bool go, float[] v) => (bool on, float[] u) { on = Identity (go) u = Reshape (v, i) }
        >
    """)
    )
    assert not model.complete
    assert any("what it reshapes to" in part.what for part in model.unread)


FUNCTIONS = """
    <domain: "own", opset_import: ["": 17, "own": 1]>
    block <slope> (value, kernel) => (result) {
        [conv] t = Conv (value, kernel)
        [leak] result = own.leak <by: float = @slope> (t)
    }
    <domain: "own", opset_import: ["": 17]>
    leak <by> (value) => (result) { [leaky] result = LeakyRelu <alpha: float = @by> (value) }
"""


def test_functions_are_written_out_where_they_are_called() -> None:
    made = file("[a] t = own.block <slope = 0.5> (x, w)  [b] y = own.block <slope = 0.25> (t, narrow)", FUNCTIONS)
    made.graph.node[0].metadata_props.add(key="pkg.torch.onnx.stack_trace", value='File "net.py", line 7, in forward')
    model = model_of(made)
    assert kinds(model) == ["Conv2D", "leaky_relu", "Conv2D", "leaky_relu"]
    assert [node.value("negative_slope") for node in model.nodes if node.kind == "LeakyReLU"] == [0.5, 0.25]
    assert [node.origin.onnx_node for node in model.nodes if node.kind == "Conv2D"] == ["a/conv", "b/conv"]
    assert [node.origin.written for node in model.nodes if node.kind == "Conv2D"] == ["net.py:7", None]
    assert model.outputs[0].shape == (1, 6, 6, 6)
    assert model.complete


def test_what_is_wrong_in_a_function_is_wrong_where_it_is_called() -> None:
    assert errors(file("[a] y = own.block <slope = 0.5> (x, bad)", FUNCTIONS)) == ["a/conv"]


@pytest.mark.parametrize(
    "functions",
    [
        FUNCTIONS.replace('"": 17', '"": 9'),
        '<domain: "own", opset_import: ["own": 1]> block <slope> (v, k) => (r) { r = own.block <slope = 0.5> (v, k) }',
    ],
    ids=["of another operator set", "that calls itself"],
)
def test_functions_that_cannot_be_written_out_are_read_in_part(functions: str) -> None:
    """A runtime refuses the second."""
    reading = read("g.onnx", file("[a] y = own.block <slope = 0.5> (x, w)", functions).SerializeToString())
    assert reading.program is not None
    assert "the function block that the file defines is not read" in reading.program.models[0].unread[0].what
    told = ["a runtime refuses it: its function `block` calls itself"] if "own.block" in functions else []
    assert [problem.message for problem in reading.problems if "function" in problem.message] == told


@pytest.mark.parametrize("last", ["r = Relu (v)", "r = Relu (v)  s = Constant <value = float[400000] {}> ()"])
def test_functions_that_double_with_every_level_are_given_up(last: str) -> None:
    parts = [f"f{i} (v) => (r) {{ t = own.f{i + 1} (v)  r = own.f{i + 1} (t) }}" for i in range(25)]
    head = '<domain: "own", opset_import: ["": 17, "own": 1]> '
    made = file("y = own.f0 (x)", "".join(head + part for part in (*parts, f"f25 (v) => (r) {{ {last} }}")))
    started = time.process_time()
    reading = read("g.onnx", made.SerializeToString())
    assert [problem.kind for problem in reading.problems] == ["too-complex"]
    assert time.process_time() - started < 5


def in_a_function(model: Any, index: int) -> None:
    """Let the model call a function of its own that has one of its operators."""
    node = model.graph.node[index]
    inputs, outputs = [f"in{i}" for i in range(len(node.input))], [f"out{i}" for i in range(len(node.output))]
    inner = onnx.NodeProto()
    inner.CopyFrom(node)
    inner.input[:], inner.output[:] = [a if b else "" for a, b in zip(inputs, node.input, strict=True)], outputs
    model.functions.append(helper.make_function("own", "wrapped", inputs, outputs, [inner], model.opset_import))
    call = helper.make_node("wrapped", list(node.input), list(node.output), f"call_{node.name}", domain="own")
    model.opset_import.append(helper.make_opsetid("own", 1))
    node.CopyFrom(call)


def in_a_branch(model: Any, index: int) -> None:
    """Put an operator into both branches of an If of which the first is always taken."""
    node = model.graph.node[index]
    branches = {}
    for label in ("then_branch", "else_branch"):
        inner = onnx.NodeProto()
        inner.CopyFrom(node)
        inner.output[:] = [f"{name}_{label}" for name in node.output]
        anything = helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, None)
        results = [helper.make_value_info(name, anything) for name in inner.output]
        branches[label] = helper.make_graph([inner], label, [], results)
    model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.array(True), "always"))
    node.CopyFrom(helper.make_node("If", ["always"], list(node.output), f"if_{node.name}", **branches))


def told(model: Model) -> list[str]:
    """The kinds of nodes; sizes that onnx does not infer within a branch turn a Flatten into a Reshape."""
    return ["Reshape" if kind == "Flatten" else kind for kind in kinds(model)]


@pytest.mark.parametrize("wrap", [in_a_function, in_a_branch])
def test_an_operator_means_the_same_wherever_it_stands(wrap: Any) -> None:
    """Generated graphs, as they are and with one operator in a graph of its own."""
    for seed in range(25):
        model = good(seed)
        plain = model_of(model)
        computed = [index for index, node in enumerate(model.graph.node) if node.op_type != "Constant"]
        wrap(model, random.Random(seed).choice(computed))
        wrapped = model_of(model)
        assert told(wrapped) == told(plain), seed
        assert [node.parameters for node in wrapped.nodes] == [node.parameters for node in plain.nodes], seed
        assert wrapped.complete == plain.complete, seed


def test_weights_that_go_round_unchanged_are_weights() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]>
        g (float[1,4] x) => (float[1,4] y) <int64 count = {3}, bool yes = {1}> {
        y, last = Loop (count, yes, x, w) <body = b (int64 i, bool c, float[1,4] h, float[4,4] m)
            => (bool again, float[1,4] next, float[4,4] same) {
            again = Identity (c)  p = MatMul (h, m)  next = Tanh (p)  same = Identity (m)}>}""")
    model.graph.initializer.append(onnx.helper.make_tensor("w", onnx.TensorProto.FLOAT, [4, 4], [0.5] * 16))
    made = model_of(model)
    assert [(node.kind, node.parameters) for node in made if node.kind == "Dense"] == [("Dense", 16)]
