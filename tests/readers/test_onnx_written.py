"""Where the author wrote an exported layer, and help in the words of the library that was exported from."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnlint.config import Settings
from cnnlint.lint.many_files import lint_text
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.onnx.written import counts_calls, written
from cnnlint.reporters import Options, reporter

TRACE = """File "/venv/lib/python3/site-packages/torch/nn/modules/container.py", line 259, in forward
    input = module(input)
  File "/home/me/net.py", line 31, in forward
    return self.features(x)
  File "/venv/lib/python3/site-packages/torch/nn/modules/conv.py", line 9, in forward
    return F.conv2d(x)"""
SCOPES = "['', 'features', 'features.3', 'conv2d_1']"


def exported(name: str, producer: str, metadata: dict[str, str]) -> bytes:
    """Two convolutions without an activation between them, the first called `name`."""
    kernel = numpy_helper.from_array(numpy.random.default_rng(0).normal(size=(3, 3, 3, 3)).astype("float32"), "w")
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], name),
        helper.make_node("Conv", ["a", "w"], ["b"], "second"),
        helper.make_node("Relu", ["b"], ["y"], "relu"),
    ]
    for key, value in metadata.items():
        nodes[0].metadata_props.add(key=key, value=value)
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 16, 16])
    leave = helper.make_value_info("y", helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    graph = helper.make_graph(nodes, "g", [entry], [leave], [kernel])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name=producer)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize(
    ("name", "producer", "metadata", "expected"),
    [
        (
            "n",
            "pytorch",
            {"pkg.torch.onnx.stack_trace": TRACE, "pkg.torch.onnx.name_scopes": SCOPES},
            "net.py:31 self.features.3",
        ),
        ("n", "pytorch", {"pkg.torch.onnx.name_scopes": SCOPES}, "self.features.3"),
        ("n", "pytorch", {"pkg.torch.onnx.name_scopes": "__import__('os')"}, None),
        ("/layer1/layer1.0/conv1/Conv", "pytorch", {}, "self.layer1.0.conv1"),
        ("net/conv1_1/BiasAdd", "tf2onnx", {}, "layer conv1"),
        ("net_1/conv1_1/convolution/ExpandDims", "tf2onnx", {}, "layer conv1"),
        ("StatefulPartitionedCall/net_1/up_1/conv_transpose", "tf2onnx", {}, "layer up"),
        ("model/conv2d/BiasAdd", "tf2onnx", {}, "layer conv2d"),
        ("model/dense/Tensordot/MatMul", "tf2onnx", {}, "layer dense"),
        ("model_1/Reshape/shape", "tf2onnx", {}, None),
        ("plain", "somebody", {}, None),
    ],
)
def test_what_exporters_tell(name: str, producer: str, metadata: dict[str, str], expected: Any) -> None:
    result = lint_bytes("net.onnx", exported(name, producer, metadata), Settings(select=("CNN102",)))
    assert [diagnostic.written for diagnostic in result.diagnostics] == [expected]


def test_the_number_of_a_layer_is_not_that_of_its_call() -> None:
    """Keras 2 names the first call of `dense_1` as the layer; Keras 3 numbers that of `dense`, too."""
    keras_2 = ["model/dense/MatMul", "model/dense_1/MatMul", "model/bn_1/batchnorm/mul", "Transpose__7"]
    keras_3 = [
        "functional_1/dense_1/MatMul",
        "functional_1/gru_1/zeros/packed_Concat__4",
        "functional_1/gru_1/while/Less",
    ]
    assert [counts_calls(names) for names in (keras_2, keras_3, [])] == [False, True, True]
    told = [written(helper.make_node("MatMul", ["x"], ["y"], name), "tf2onnx", numbered=False) for name in keras_2]
    assert told == ["layer dense", "layer dense_1", "layer bn_1", None]


def test_reports_and_help() -> None:
    data = exported("/features/features.3/Conv", "pytorch", {})
    outcome = lint_text("net.onnx", data, Settings(select=("CNN102",)))
    shown = {form: "".join(reporter(form)(outcome, Options())) for form in ("text", "json", "sarif")}
    assert all("self.features.3" in text for text in shown.values())
    assert "nn.ReLU()" in shown["text"]
    (diagnostic,) = lint_text("net.onnx", exported("n", "tf2onnx", {}), Settings(select=("CNN102",))).diagnostics
    assert 'activation="relu"' in (diagnostic.help or "")
