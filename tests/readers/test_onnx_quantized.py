"""Quantised and optimised graphs, made by onnxruntime's own tools, against the float graph that they were made of."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.onnx import read

FORMS = [
    *("qdq-int8", "qdq-uint8-per-channel", "qoperator", "dynamic", "optimised"),
    *("qoperator of all levels", "qdq-uint8-per-channel of all levels"),
]
"""Of all levels, which is the default, onnxruntime's optimiser lays channels last where that is quicker for it."""


def network(*, first: str = "Relu") -> Any:
    """Two convolutions and two dense layers; `first` is what follows the first convolution."""
    draw = numpy.random.default_rng(1)
    weights: list[Any] = []

    def weight(*sizes: int) -> str:
        array = draw.normal(scale=(2 / max(numpy.prod(sizes[1:]), 1)) ** 0.5, size=sizes).astype("float32")
        weights.append(numpy_helper.from_array(array, f"w{len(weights)}"))
        return str(weights[-1].name)

    nodes = [
        helper.make_node("Conv", ["x", weight(8, 3, 3, 3), weight(8)], ["a"], "conv1", pads=[1, 1, 1, 1]),
        helper.make_node(first, ["a"], ["b"], "first"),
        helper.make_node("Conv", ["b", weight(8, 8, 3, 3), weight(8)], ["c"], "conv2", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["d"], "relu2"),
        helper.make_node("MaxPool", ["d"], ["e"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["e"], ["f"], "flat"),
        helper.make_node("Gemm", ["f", weight(16, 128), weight(16)], ["g"], "dense", transB=1),
        helper.make_node("Relu", ["g"], ["h"], "relu3"),
        helper.make_node("Gemm", ["h", weight(5, 16), weight(5)], ["y"], "scores", transB=1),
    ]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    leave = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 5])
    graph = helper.make_graph(nodes, "g", [entry], [leave], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def transformed(model: Any, form: str, folder: Path) -> bytes:
    """The model in another form."""
    runtime = pytest.importorskip("onnxruntime")
    tools = pytest.importorskip("onnxruntime.quantization")
    logging.getLogger().setLevel(logging.ERROR)
    source, target = folder / "float.onnx", folder / "made.onnx"
    onnx.save(model, source)

    class Samples(tools.CalibrationDataReader):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            draw = numpy.random.default_rng(0)
            self.left: Iterator[Any] = iter([{"x": draw.normal(size=(1, 3, 8, 8)).astype("float32")} for _ in range(3)])

        def get_next(self) -> Any:
            return next(self.left, None)

    if form == "dynamic":
        tools.quantize_dynamic(source, target, weight_type=tools.QuantType.QUInt8)
    elif form == "optimised":
        _optimised(source, target, runtime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED)
    elif form.endswith(" of all levels"):
        (folder / "quantised").mkdir()
        source.write_bytes(transformed(model, form.removesuffix(" of all levels"), folder / "quantised"))
        _optimised(source, target, runtime.GraphOptimizationLevel.ORT_ENABLE_ALL)
    else:
        signed = form == "qdq-int8"
        kind = tools.QuantFormat.QOperator if form == "qoperator" else tools.QuantFormat.QDQ
        activations = tools.QuantType.QInt8 if signed else tools.QuantType.QUInt8
        tools.quantize_static(
            source,
            target,
            Samples(),
            quant_format=kind,
            activation_type=activations,
            weight_type=tools.QuantType.QInt8,
            per_channel="channel" in form,
        )
    return target.read_bytes()


def _optimised(source: Path, target: Path, level: Any) -> None:
    runtime = pytest.importorskip("onnxruntime")
    options = runtime.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath, options.log_severity_level = str(target), 4
    runtime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])


def model_of(data: bytes) -> Model:
    reading = read("g.onnx", data)
    assert reading.problems == []
    assert reading.program is not None
    return reading.program.models[0]


def layers(model: Model) -> list[tuple[str, Any]]:
    return [(node.activation or node.kind, node.shape) for node in model]


def findings(data: bytes) -> list[str]:
    return [d.name for d in lint_bytes("g.onnx", data, Settings()).diagnostics if d.severity is not Severity.INFO]


@pytest.mark.parametrize("form", FORMS)
def test_a_network_is_the_same_in_every_form(form: str, tmp_path: Path) -> None:
    model = network()
    data = transformed(model, form, tmp_path)
    assert data != model.SerializeToString()
    made, exact = model_of(data), model_of(model.SerializeToString())
    assert made.complete
    assert layers(made) == layers(exact)
    assert [node.parameters for node in made] == [node.parameters for node in exact]
    assert findings(data) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_missing_activation_is_missing_in_every_form(form: str, tmp_path: Path) -> None:
    assert findings(transformed(network(first="Identity"), form, tmp_path)) == ["missing-conv-activation"]


@pytest.mark.parametrize(("units", "expected"), [(5, ["relu"]), (1, [])])
def test_one_number_that_is_always_positive_is_no_relu(units: int, expected: list[str]) -> None:
    model = onnx.parser.parse_model(f"""<ir_version: 8, opset_import: ["": 17]> g (float[1,4] x) => (float[1,{units}] y)
        <float step = {{0.1}}, uint8 zero = {{0}}> {{
        a = Gemm <transB = 1> (x, w)  b = QuantizeLinear (a, step, zero)  y = DequantizeLinear (b, step, zero)}}""")
    model.graph.initializer.append(numpy_helper.from_array(numpy.ones((units, 4), "float32"), "w"))
    found = model_of(model.SerializeToString())
    assert [node.activation for node in found if node.activation] == expected


@pytest.mark.parametrize(
    ("body", "units", "expected"),
    [
        ("y = Sigmoid (p)", 5, ["sigmoid"]),
        ("y = Softmax (p)", 10, ["relu", "softmax"]),
        ("y = Softmax (p)", 5, ["softmax"]),
        ("y = LogSoftmax (p)", 5, ["log_softmax"]),
        ("s = Sigmoid (p)  y = Mul (p, s)", 10, ["silu"]),
        ("t = Tanh (a)  s = QuantizeLinear (t, step, zero)  y = DequantizeLinear (s, step, zero)", 5, ["tanh"]),
    ],
)
def test_values_that_were_positive_in_calibrating_are_no_relu_beside_an_activation(
    body: str, units: int, expected: list[str]
) -> None:
    model = onnx.parser.parse_model(f"""<ir_version: 8, opset_import: ["": 17]> g (float[1,4] x) => (float[1,{units}] y)
        <float step = {{0.1}}, uint8 zero = {{0}}> {{
        a = Gemm <transB = 1> (x, w)  q = QuantizeLinear (a, step, zero)  p = DequantizeLinear (q, step, zero)
        {body}}}""")
    model.graph.initializer.append(numpy_helper.from_array(numpy.ones((units, 4), "float32"), "w"))
    found = model_of(model.SerializeToString())
    assert [node.activation for node in found if node.activation] == expected
    assert "(p" not in body or found.dead == []


def stored(**arrays: Any) -> list[Any]:
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]


def count(model: Any) -> int | None:
    return lint_bytes("g.onnx", model.SerializeToString(), Settings()).models[0].parameters


def test_what_quantised_sums_and_products_read_is_counted() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]>
        g (uint8[1,7,16] x) => (uint8[1,7,16] y) <float step = {0.1}, uint8 zero = {9}> {
        a = com.microsoft.QLinearAdd (x, step, zero, positions, step, zero, step, zero)
        y = com.microsoft.QLinearMul (a, step, zero, factors, step, zero, step, zero)}""")
    rows = {"positions": numpy.arange(112, dtype="uint8").reshape(7, 16), "factors": numpy.arange(16, dtype="uint8")}
    model.graph.initializer.extend(stored(**rows))
    assert count(model) == 112 + 16


def test_a_bias_that_is_quantised_anew_for_each_call_is_one() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]>
        g (float[1,4] x) => (float[1,4] y) <float step = {0.1}, uint8 zero = {9}, int32 none = {0}> {
        k = DequantizeLinear (w, step, zero)
        one = DequantizeLinear (b1, step, none)  a = Gemm (x, k, one)  r = Relu (a)
        two = DequantizeLinear (b2, step, none)  y = Gemm (r, k, two)}""")
    biases = {"b1": numpy.arange(4, dtype="int32"), "b2": numpy.arange(4, dtype="int32") * 2}
    model.graph.initializer.extend(stored(w=numpy.arange(16, dtype="uint8").reshape(4, 4), **biases))
    assert count(model) == 16 + 4


def test_the_whole_numbers_of_a_quantised_bias_are_no_mask() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]>
        g (uint8[1,3,8] x) => (uint8[1,5,8] y) <float step = {0.1}, uint8 zero = {9}> {
        y = QLinearConv (x, step, zero, w, step, zero, step, zero, b)}""")
    model.graph.node[0].input[8] = "onnx::Conv_84"
    bias = {"onnx::Conv_84": numpy.arange(5, dtype="int32") * -30_000}
    model.graph.initializer.extend(stored(w=numpy.arange(15, dtype="uint8").reshape(5, 3, 1), **bias))
    assert count(model) == 15 + 5


@pytest.mark.parametrize("features", [12, 11])
def test_what_sixteen_bits_are_made_of_and_into_has_shapes(features: int) -> None:
    """onnxruntime quantises to 16 bits with operators of its own, of which onnx infers nothing."""
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 13, "com.microsoft": 1]>
        g (float[2,3,4] x) => (float[2,5] y) <float step = {0.1}, uint16 zero = {9}, int8[5] none = {0, 0, 0, 0, 0}> {
        q = com.microsoft.QuantizeLinear (x, step, zero)  a = com.microsoft.DequantizeLinear (q, step, zero)
        w = com.microsoft.DequantizeLinear <axis = 0> (stored, steps, none)
        f = Flatten (a)  b = Gemm <transB = 1> (f, w)  y = Relu (b) }""")
    model.graph.initializer.extend(
        stored(
            stored=numpy.arange(5 * features, dtype="int8").reshape(5, features), steps=numpy.full(5, 0.1, "float32")
        )
    )
    result = lint_bytes("g.onnx", model.SerializeToString(), Settings())
    assert [one.name for one in result.diagnostics] == ["shape-mismatch"] * (features != 12)
    assert result.reading.program is not None
    assert layers(result.reading.program.models[0])[-2:] == [("Dense", (2, 5)), ("relu", (2, 5))]


def test_fused_products_are_turned_and_scaled() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17, "com.microsoft": 1]>
        g (float[2,5,4] x) => (float[2,5,3] y) {
        a = com.microsoft.FusedMatMul <transB = 1, alpha = 0.5> (x, x)  b = Softmax <axis = -1> (a)
        c = MatMul (b, x)  y = com.microsoft.FusedMatMul <transB = 1> (c, w)}""")
    model.graph.initializer.append(numpy_helper.from_array(numpy.ones((3, 4), "float32"), "w"))
    made = model_of(model.SerializeToString())
    assert made.complete
    kinds = [(node.kind, node.shape) for node in made if node.kind not in ("Input", "Permute")]
    assert kinds[:2] == [("MatMul", (2, 5, 5)), ("Rescaling", (2, 5, 5))]
    assert kinds[-1] == ("Dense", (2, 5, 3))
