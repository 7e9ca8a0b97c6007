"""Operators of onnxruntime's own, as its optimisers and quantisers write them."""

from __future__ import annotations

from typing import Any

import numpy
import onnx
import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes

SETS = '"": 17, "com.microsoft": 1, "com.microsoft.nchwc": 1'


def made(entry: str, body: str, **weights: tuple[int, ...]) -> Any:
    model = onnx.parser.parse_model(f"<ir_version: 8, opset_import: [{SETS}]> g ({entry}) => (float[] y) {{ {body} }}")
    draw = numpy.random.default_rng(0)
    for name, sizes in weights.items():
        packed = name.startswith("packed")
        array = draw.integers(1, 9, sizes).astype("uint8") if packed else draw.normal(size=sizes).astype("float32")
        model.graph.initializer.append(onnx.numpy_helper.from_array(array, name))
    model.graph.output[0].type.tensor_type.ClearField("shape")
    return model


def said(model: Any) -> Any:
    return lint_bytes("g.onnx", model.SerializeToString(), Settings())


def layers(model: Any) -> list[tuple[str, Any, int | None]]:
    result = said(model)
    assert [d for d in result.diagnostics if d.severity is not Severity.INFO] == []
    assert result.models[0].complete, result.models[0].unknown
    return [(node.activation or node.kind, node.shape, node.parameters) for node in result.reading.program.models[0]]


@pytest.mark.parametrize("opset", [11, 17])
def test_blocked_convolutions_are_convolutions(opset: int) -> None:
    model = made(
        "float[1,3,8,8] x",
        """a = com.microsoft.nchwc.Conv <kernel_shape = [3, 3], pads = [1, 1, 1, 1], activation = "Relu"> (x, w, b)
           c = com.microsoft.nchwc.MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (a)
           u = com.microsoft.nchwc.Upsample <scales = [1, 1, 2, 2]> (c)
           d = com.microsoft.nchwc.ReorderOutput <channels = 13> (u)
           i = com.microsoft.nchwc.ReorderInput (d)
           k = com.microsoft.nchwc.Conv <kernel_shape = [1, 1]> (i, t)  l = com.microsoft.QuickGelu <alpha = 1.0> (k)
           o = com.microsoft.nchwc.ReorderOutput <channels = 6> (l)
           e = GlobalAveragePool (o)  f = Flatten (e)  y = Gemm (f, v)""",
        w=(16, 3, 3, 3),
        b=(16,),
        t=(8, 16, 1, 1),
        v=(6, 5),
    )
    model.opset_import[0].version = opset
    assert layers(model) == [
        ("Input", (1, 8, 8, 3), 0),
        ("Conv2D", (1, 8, 8, 13), 3 * 9 * 13 + 13),
        ("relu", (1, 8, 8, 13), 0),
        ("MaxPooling2D", (1, 4, 4, 13), 0),
        ("UpSampling2D", (1, 8, 8, 13), 0),
        ("Conv2D", (1, 8, 8, 6), 13 * 6),
        ("silu", (1, 8, 8, 6), 0),
        ("GlobalAveragePooling2D", (1, 6), 0),
        ("Dense", (1, 5), 30),
    ]


def test_attention_is_a_dense_layer_and_what_is_made_of_it() -> None:
    model = made(
        "float[1,6,8] x",
        """a = com.microsoft.Attention <num_heads = 2> (x, w, b)
           c = com.microsoft.SkipLayerNormalization (a, x, scale, offset)
           d = com.microsoft.MatMulNBits <K = 8, N = 32, bits = 4, block_size = 16> (c, packed, scales)
           e = com.microsoft.BiasGelu (d, more)
           f = com.microsoft.GemmFastGelu (e, v)  g = ReduceMean <axes = [1], keepdims = 0> (f)  y = Gemm (g, u)""",
        w=(8, 24),
        b=(24,),
        scale=(8,),
        offset=(8,),
        packed=(32, 1, 8),
        scales=(32,),
        more=(32,),
        v=(32, 8),
        u=(8, 3),
    )
    assert [(kind, count) for kind, _, count in layers(model) if kind not in ("Input", "Add")] == [
        ("Dense", 24 * 8 + 24),
        ("Opaque", 0),
        ("LayerNormalization", 16),
        ("Dense", 32 * 8 + 32),
        ("gelu", 0),
        ("Dense", 32 * 8),
        ("gelu", 0),
        ("GlobalAveragePooling1D", 0),
        ("Dense", 24),
    ]


def test_shapes_behind_what_onnx_does_not_know_are_inferred() -> None:
    model = made(
        "int64[2,6] x",
        """a = com.microsoft.EmbedLayerNormalization (x, , words, places, , scale, offset)
           b = com.microsoft.MultiHeadAttention <num_heads = 2> (a, a, a)
           t = Constant <value_ints = [0, 48]> ()  c = Reshape (b, t)  y = Gemm (c, u)""",
        words=(20, 8),
        places=(6, 8),
        scale=(8,),
        offset=(8,),
        u=(48, 3),
    )
    found = layers(model)
    assert found[-1] == ("Dense", (2, 3), 144)
    assert found[1:3] == [("Opaque", (2, 6, 8), 20 * 8 + 6 * 8), ("LayerNormalization", (2, 6, 8), 16)]


@pytest.mark.parametrize(
    ("body", "whose"),
    [
        ("y = com.microsoft.Conv (x, w)", "Conv"),
        ("y = com.microsoft.FusedConv (x, w)", "FusedConv"),
        ("a = com.microsoft.nchwc.ReorderInput (x)  b = GlobalAveragePool (a)  y = Gemm (b, b)", "Gemm"),
    ],
)
def test_what_onnxruntime_refuses_of_its_own_operators_is_said(body: str, whose: str) -> None:
    result = said(made("float[1,3,8,8] x", body, w=(8, 4, 3, 3)))
    assert [d.op_type for d in result.diagnostics if d.severity is Severity.ERROR][:1] == [whose]


@pytest.mark.parametrize("turned", ["transA", "transB", "transBatchA", "transBatchB", "transA = 1, transBatchA"])
def test_products_that_turn_their_batch_have_the_shape_that_the_runtime_gives(turned: str) -> None:
    one, other = "[2,3,3]", "[2,3,3]"
    if "BatchA" in turned:
        one = "[3,2,3]"
    if "BatchB" in turned:
        other = "[3,2,3]"
    model = made(f"float{one} a, float{other} b", f"y = com.microsoft.FusedMatMul <{turned} = 1> (a, b)")
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {entry.name: numpy.ones(entry.shape, "float32") for entry in session.get_inputs()}
    assert layers(model)[-1][1] == session.run(None, feeds)[0].shape == (2, 3, 3)


def test_channels_that_fill_up_blocks_are_no_channels() -> None:
    model = made(
        "float[1,8,6,6] x",
        """a = com.microsoft.nchwc.Conv <kernel_shape = [1, 1], activation = "Relu"> (x, w, b)
           c = com.microsoft.nchwc.Conv <kernel_shape = [3, 3], group = 16, pads = [1, 1, 1, 1]> (a, each)
           d = com.microsoft.nchwc.Conv <kernel_shape = [1, 1]> (c, t, u)
           e = com.microsoft.nchwc.ReorderOutput <channels = 3> (d)
           f = GlobalAveragePool (e)  y = Flatten (f)""",
        w=(16, 8, 1, 1),
        b=(16,),
        each=(16, 1, 3, 3),
        t=(8, 16, 1, 1),
        u=(8,),
    )
    kernel = numpy.ones((9, 16), "float32")  # the filters lie side by side
    kernel[:, 12:] = 0
    each = next(one for one in model.graph.initializer if one.name == "each")
    each.CopyFrom(onnx.numpy_helper.from_array(kernel.reshape(16, 1, 3, 3), "each"))
    assert layers(model)[1:-1] == [
        ("Conv2D", (1, 6, 6, 12), 8 * 12 + 12),
        ("relu", (1, 6, 6, 12), 0),
        ("DepthwiseConv2D", (1, 6, 6, 12), 12 * 9),
        ("Conv2D", (1, 6, 6, 3), 12 * 3 + 3),
    ]


def test_rows_that_are_put_together_again_are_no_samples() -> None:
    model = made(
        "float[n,7,8] x",
        """a = com.microsoft.QuickGelu <alpha = 1.0> (x)  s = Shape (a)  f = Constant <value_ints = [0, 1]> ()
           k = Gather <axis = 0> (s, f)  e = Constant <value_ints = [16]> ()  t = Concat <axis = 0> (k, e)
           r = Constant <value_ints = [-1, 8]> ()  b = Reshape (a, r)  c = MatMul (b, w)  y = Reshape (c, t)""",
        w=(8, 16),
    )
    assert layers(model)[-1] == ("Dense", (None, 7, 16), 128)
    model.graph.node[0].op_type = "QuickestGelu"  # of which nothing is known, and no shape behind it
    assert [d for d in said(model).diagnostics if d.name == "shape-mismatch"] == []


def test_shapes_pass_quantised_sums() -> None:
    model = made(
        "uint8[2,1,8] x",
        """a = com.microsoft.QLinearAdd (x, step, zero, places, step, zero, step, zero)
           b = com.microsoft.QLinearSigmoid (a, step, zero, step, zero)
           c = DequantizeLinear (b, step, zero)  t = Constant <value_ints = [0, 56]> ()  d = Reshape (c, t)
           y = Gemm (d, w)""",
        w=(56, 3),
        packed_places=(7, 8),
    )
    model.graph.node[0].input[3] = "packed_places"
    for name, array in (("step", numpy.float32(0.1)), ("zero", numpy.uint8(9))):
        model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.array(array), name))
    assert layers(model)[-1] == ("Dense", (2, 3), 168)
