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
           d = com.microsoft.nchwc.ReorderOutput <channels = 13> (c)
           e = GlobalAveragePool (d)  f = Flatten (e)  y = Gemm (f, v)""",
        w=(16, 3, 3, 3),
        b=(16,),
        v=(13, 5),
    )
    model.opset_import[0].version = opset
    assert layers(model) == [
        ("Input", (1, 8, 8, 3), 0),
        ("Conv2D", (1, 8, 8, 16), 448),
        ("relu", (1, 8, 8, 16), 0),
        ("MaxPooling2D", (1, 4, 4, 16), 0),
        ("Opaque", (1, 4, 4, 13), 0),
        ("GlobalAveragePooling2D", (1, 13), 0),
        ("Dense", (1, 5), 65),
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
    assert found[1] == ("Opaque", (2, 6, 8), 20 * 8 + 6 * 8 + 16)


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
