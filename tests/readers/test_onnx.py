"""ONNX graphs as model graphs: exports of Keras and PyTorch, real architectures, and files that are broken."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from onnx import TensorProto, helper

from cnnlint.config import Settings
from cnnlint.graph import OPAQUE, UNKNOWN, Model
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.onnx import read
from cnnlint.readers.onnx.builder import HANDLERS
from cnnlint.readers.onnx.interpreted import INTERPRETED
from cnnlint.readers.onnx.lowering import LOWERINGS
from cnnlint.readers.reading import Reading

FIXTURES = Path(__file__).parents[2] / "fixtures" / "onnx"
ARCHITECTURES = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"


def fixture(name: str) -> Model:
    """The model of a fixture."""
    return model_of(read(name, (FIXTURES / f"{name}.onnx").read_bytes()))


def model_of(reading: Reading) -> Model:
    """The one model of a reading of which all was read, whatever a runtime would say of it."""
    assert [problem for problem in reading.problems if problem.kind != "invalid"] == []
    assert reading.program is not None
    assert reading.program.kind == "onnx"
    return reading.program.models[0]


class Graph:
    """Builds an ONNX model operator by operator."""

    def __init__(self, shape: list[Any], opset: int = 17) -> None:
        self.opset = opset
        self.input = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.last = "x"

    def weight(self, *shape: int) -> str:
        """A weight of this shape."""
        name = f"w{len(self.weights)}"
        self.weights.append(onnx.numpy_helper.from_array(numpy.full(shape, 0.5, "float32"), name))
        return name

    def value(self, array: Any, kind: str = "int64") -> str:
        """A constant."""
        name = f"c{len(self.weights)}"
        self.weights.append(onnx.numpy_helper.from_array(numpy.array(array, kind), name))
        return name

    def add(self, kind: str, *inputs: str, first: str | None = None, domain: str = "", **attributes: Any) -> str:
        """An operator that reads the last one's output (or `first`) and then `inputs`."""
        output = f"v{len(self.nodes)}"
        source = [self.last if first is None else first]
        node = helper.make_node(kind, [*source, *inputs], [output], f"n{len(self.nodes)}", domain=domain, **attributes)
        self.nodes.append(node)
        self.last = output
        return output

    def bytes(self, outputs: list[str] | None = None) -> bytes:
        """The file."""
        infos = [
            helper.make_value_info(name, helper.make_tensor_type_proto(TensorProto.FLOAT, None))
            for name in outputs or [self.last]
        ]
        graph = helper.make_graph(self.nodes, "g", [self.input], infos, self.weights)
        imports = [helper.make_opsetid("", self.opset), helper.make_opsetid("their.own", 1)]
        return bytes(helper.make_model(graph, opset_imports=imports).SerializeToString())

    def model(self, outputs: list[str] | None = None) -> Model:
        """The model read back."""
        return model_of(read("g.onnx", self.bytes(outputs)))


def kinds(model: Model) -> list[str]:
    """The kinds of the nodes behind the input, activations by their function."""
    return [node.activation if node.kind == "Activation" and node.activation else node.kind for node in model.nodes[1:]]


# -- exports of Keras


def test_case_2_is_the_graph_of_its_source() -> None:
    model = fixture("2_cifar10_overfit_as_asked")
    assert kinds(model) == [
        "Conv2D",
        "relu",
        "MaxPooling2D",
        "Conv2D",
        "relu",
        "MaxPooling2D",
        "Flatten",
        "Dense",
        "relu",
        "Dense",
        "Softmax",
    ]
    assert [node.shape for node in model.nodes if node.kind in ("Input", "Conv2D", "MaxPooling2D", "Flatten")] == [
        (None, 32, 32, 3),
        (None, 30, 30, 256),
        (None, 15, 15, 256),
        (None, 14, 14, 128),
        (None, 7, 7, 128),
        (None, 6272),
    ]
    first, second = (node for node in model.nodes if node.kind == "Conv2D")
    assert (first.value("filters"), first.value("kernel_size"), first.value("padding")) == (256, (3, 3), "valid")
    assert (second.value("filters"), second.value("kernel_size")) == (128, (2, 2))
    # as Keras counts them
    assert sum(node.parameters or 0 for node in model.nodes) == 7168 + 131200 + 6423552 + 10250
    assert model.complete


def test_channels_first_is_normalised() -> None:
    model = fixture("1_mnist_overconfident_as_asked")
    assert all(node.value("data_format") == "channels_last" for node in model.nodes if "data_format" in node.arguments)
    pool = next(node for node in model.nodes if node.kind == "MaxPooling2D")
    assert (pool.value("pool_size"), pool.value("strides"), pool.value("padding")) == ((8, 8), (2, 2), "same")
    assert pool.shape == (None, 14, 14, 12)


def test_nodes_and_arguments_say_where_they_come_from() -> None:
    model = fixture("3_coloured_mnist_as_asked")
    relu = next(node for node in model.nodes if node.activation == "relu")
    assert relu.placement.spelling == "onnx"
    assert relu.origin.onnx_node == "sequential_1/scores_1/Relu"
    assert relu.origin.onnx_op == "Relu"
    assert relu.origin.span is None
    assert relu.fused_into is None
    conv = next(node for node in model.nodes if node.kind == "Conv2D")
    strides = conv.arguments["strides"]
    assert strides.given
    assert strides.origin is not None
    assert strides.origin.text == "strides=[1, 1]"
    assert conv.arguments["kernel_initializer"].value is UNKNOWN


def test_branches_merges_and_folded_layers() -> None:
    model = fixture("forms_branches")
    assert model.complete
    assert kinds(model) == [
        "Conv2D",
        "relu6",
        "DepthwiseConv2D",
        "BatchNormalization",
        "DepthwiseConv2D",
        "Conv2D",
        "silu",
        "Add",
        "Concatenate",
        "GlobalAveragePooling2D",
        "Dense",
        "sigmoid",
        "Conv2D",
        "Reshape",
        "Multiply",
        "Conv2DTranspose",
        "LeakyReLU",
        "ZeroPadding2D",
        "AveragePooling2D",
        "GlobalMaxPooling2D",
        "Dense",
        "hard_sigmoid",
        "Dense",
        "log_softmax",
    ]
    by_kind = {node.kind: node for node in model.nodes}
    assert by_kind["Conv2DTranspose"].shape == (None, 32, 32, 4)
    assert by_kind["Conv2DTranspose"].value("padding") == "same"
    assert by_kind["Concatenate"].value("axis") == -1
    assert by_kind["LeakyReLU"].value("negative_slope") == 0.2
    assert by_kind["ZeroPadding2D"].value("padding") == ((1, 1), (1, 1))


def test_one_dimension_between_unsqueeze_and_squeeze() -> None:
    model = fixture("forms_sequence")
    assert kinds(model) == ["Conv1D", "relu", "MaxPooling1D", "LSTM", "Dense", "sigmoid"]
    assert [node.shape for node in model.nodes] == [
        (None, 20, 6),
        (None, 18, 4),
        (None, 18, 4),
        (None, 9, 4),
        (None, 6),
        (None, 1),
        (None, 1),
    ]
    conv, lstm = model.nodes[1], model.nodes[4]
    assert (conv.value("kernel_size"), conv.value("use_bias"), conv.parameters) == ((3,), True, 76)
    assert (lstm.value("units"), lstm.value("return_sequences"), lstm.value("activation")) == (6, False, "tanh")


def test_three_dimensions_with_one_channel_turned_by_reshape() -> None:
    model = fixture("forms_volume")
    assert kinds(model) == ["Conv3D", "relu", "MaxPooling3D", "Flatten", "Dense"]
    assert model.nodes[1].shape == (None, 8, 8, 8, 4)


# -- the architectures that the onnx package carries

COUNTS = {
    "bvlc_alexnet": {"Conv2D": 5, "Dense": 3, "LocalResponseNormalization": 2, "MaxPooling2D": 3, "Dropout": 2},
    "densenet121": {"Conv2D": 121, "BatchNormalization": 121, "Concatenate": 58, "GlobalAveragePooling2D": 1},
    "inception_v1": {"Conv2D": 57, "Concatenate": 9, "Dense": 1, "Softmax": 1},
    "inception_v2": {"Conv2D": 69, "BatchNormalization": 69, "Concatenate": 10, "Dense": 1},
    "resnet50": {"Conv2D": 53, "BatchNormalization": 53, "Add": 16, "Dense": 1, "AveragePooling2D": 1},
    "shufflenet": {"Conv2D": 33, "DepthwiseConv2D": 16, "BatchNormalization": 49, "Permute": 16, "Dense": 1},
    "squeezenet": {"Conv2D": 26, "Concatenate": 8, "GlobalAveragePooling2D": 1, "Softmax": 1},
    "vgg19": {"Conv2D": 16, "MaxPooling2D": 5, "Flatten": 1, "Dense": 3},
    "zfnet512": {"Conv2D": 5, "Dense": 3, "LocalResponseNormalization": 2},
}


@pytest.mark.parametrize("name", COUNTS)
def test_architectures_are_read_completely(name: str) -> None:
    model = model_of(read(name, (ARCHITECTURES / f"light_{name}.onnx").read_bytes()))
    assert model.complete
    assert not model.dead
    counts = Counter(node.kind for node in model.nodes)
    assert {kind: counts[kind] for kind in COUNTS[name]} == COUNTS[name]
    assert OPAQUE not in counts
    assert all(node.shape is not None and None not in node.shape for node in model.nodes)
    assert all(node.shape_error is None for node in model.nodes)
    assert model.nodes[0].shape == (1, 224, 224, 3)
    assert model.outputs[0].shape in ((1, 1000), (1, 1, 1, 1000))


def test_the_nine_architectures_are_all_there_are() -> None:
    assert {path.stem.removeprefix("light_") for path in ARCHITECTURES.glob("*.onnx")} == set(COUNTS)


# -- PyTorch's and other forms


def test_pytorch_keeps_channels_first_throughout() -> None:
    graph = Graph(["batch", 3, 32, 32])
    graph.add("Conv", graph.weight(8, 3, 3, 3), graph.weight(8), pads=[1, 1, 1, 1], kernel_shape=[3, 3])
    graph.add("Relu")
    graph.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    graph.add("Flatten", axis=1)
    graph.add("Gemm", graph.weight(10, 8 * 16 * 16), graph.weight(10), transB=1)
    model = graph.model()
    assert kinds(model) == ["Conv2D", "relu", "MaxPooling2D", "Flatten", "Dense"]
    assert [node.shape for node in model.nodes] == [
        (None, 32, 32, 3),
        (None, 32, 32, 8),
        (None, 32, 32, 8),
        (None, 16, 16, 8),
        (None, 2048),
        (None, 10),
    ]
    assert model.nodes[1].value("padding") == "same"
    assert model.nodes[-1].parameters == 2048 * 10 + 10


def test_strided_padding_that_is_not_same_is_written_out() -> None:
    graph = Graph([1, 3, 32, 32])
    graph.add("Conv", graph.weight(8, 3, 3, 3), pads=[1, 1, 1, 1], strides=[2, 2])
    model = graph.model()
    assert kinds(model) == ["ZeroPadding2D", "Conv2D"]
    assert model.nodes[1].value("padding") == ((1, 1), (1, 1))
    assert (model.nodes[2].value("padding"), model.nodes[2].shape) == ("valid", (1, 16, 16, 8))


def test_flatten_with_a_dynamic_batch() -> None:
    graph = Graph(["batch", 4, 5, 5])
    graph.add("Conv", graph.weight(4, 4, 1, 1))
    features = graph.last
    shape = graph.add("Shape")
    batch = graph.add("Gather", graph.value(0), first=shape, axis=0)
    row = graph.add("Unsqueeze", graph.value([0]), first=batch)
    target = graph.add("Concat", graph.value([-1]), first=row, axis=0)
    graph.add("Reshape", target, first=features)
    model = graph.model()
    assert kinds(model) == ["Conv2D", "Flatten"]
    assert model.nodes[-1].shape == (None, 100)


def test_a_reshape_to_pictures_keeps_the_order_of_the_data() -> None:
    graph = Graph([1, 12])
    graph.add("Reshape", graph.value([1, 3, 2, 2]))
    graph.add("Conv", graph.weight(4, 3, 1, 1))
    model = graph.model()
    assert kinds(model) == ["Reshape", "Permute", "Conv2D"]
    assert [node.shape for node in model.nodes[1:]] == [(1, 3, 2, 2), (1, 2, 2, 3), (1, 2, 2, 4)]


def test_global_pooling_in_its_spellings() -> None:
    graph = Graph([1, 3, 8, 8])
    features = graph.add("Conv", graph.weight(4, 3, 1, 1))
    outputs = []
    pooled = graph.add("GlobalAveragePool", first=features)
    outputs.append(graph.add("Flatten", first=pooled))
    outputs.append(graph.add("ReduceMean", first=features, axes=[2, 3], keepdims=0))
    turned = graph.add("Transpose", first=features, perm=[0, 2, 3, 1])
    outputs.append(graph.add("ReduceMean", first=turned, axes=[1, 2], keepdims=0))
    model = graph.model(outputs)
    assert kinds(model) == ["Conv2D", *["GlobalAveragePooling2D"] * 3]
    assert [node.shape for node in model.outputs] == [(1, 4)] * 3


def test_softmax_axis_by_operator_set() -> None:
    for opset, axis in ((11, -1), (13, 2)):
        graph = Graph([1, 4, 5], opset=opset)
        if opset == 11:  # over axis 1 and all behind it
            graph.add("Softmax")
            assert graph.model().nodes[-1].value("axis") == (1, -1)
        else:
            graph.add("Softmax", axis=axis)
            assert graph.model().nodes[-1].value("axis") == -1
    graph = Graph([1, 6, 1, 1], opset=11)
    graph.add("Conv", graph.weight(10, 6, 1, 1))
    graph.add("Softmax", axis=1)
    assert graph.model().nodes[-1].value("axis") == -1


def test_clip_is_a_relu_in_old_and_new_operator_sets() -> None:
    old = Graph([1, 4], opset=6)
    old.add("Clip", min=0.0, max=6.0)
    new = Graph([1, 4])
    new.add("Clip", new.value(0.0, "float32"), new.value(6.0, "float32"))
    assert kinds(old.model()) == kinds(new.model()) == ["relu6"]


def test_activations_spelt_in_arithmetic() -> None:
    graph = Graph([1, 4])
    x = graph.last
    graph.add("Mul", x, first=graph.add("Sigmoid", first=x))
    silu = graph.last
    scaled = graph.add("Div", graph.value(2**0.5, "float32"), first=silu)
    erf = graph.add("Erf", first=scaled)
    gate = graph.add("Add", graph.value(1.0, "float32"), first=erf)
    graph.add("Mul", graph.value(0.5, "float32"), first=graph.add("Mul", gate, first=silu))
    gelu = graph.last
    leaky = graph.add("Mul", graph.value(0.1, "float32"), first=gelu)
    graph.add("Max", leaky, first=gelu)
    graph.add("Max", graph.value(0.0, "float32"))
    model = graph.model()
    assert kinds(model) == ["silu", "gelu", "LeakyReLU", "relu"]
    assert not model.dead


def test_parts_that_something_else_reads_stay() -> None:
    graph = Graph([1, 4])
    gate = graph.add("Sigmoid")
    product = graph.add("Mul", "x", first=gate)
    model = graph.model([product, gate])
    assert kinds(model) == ["sigmoid", "Multiply"]


def test_bias_belongs_to_its_layer_only_where_nothing_comes_between() -> None:
    graph = Graph([1, 4])
    product = graph.add("MatMul", graph.weight(4, 3))
    added = graph.add("Add", graph.weight(3))
    assert kinds(graph.model()) == ["Dense"]
    assert graph.model().nodes[-1].value("use_bias") is True
    both = graph.model([product, added])
    assert kinds(both) == ["Dense", "Rescaling"]
    assert both.nodes[1].value("use_bias") is False


def test_upsampling_padding_and_split() -> None:
    graph = Graph([1, 4, 6, 6])
    graph.add("Conv", graph.weight(4, 4, 1, 1))
    graph.add("Resize", "", graph.value([1, 1, 2, 2], "float32"), mode="nearest")
    graph.add("Pad", graph.value([0, 0, 1, 2, 0, 0, 1, 2]))
    model = graph.model()
    assert kinds(model) == ["Conv2D", "UpSampling2D", "ZeroPadding2D"]
    assert (model.nodes[2].value("size"), model.nodes[2].shape) == ((2, 2), (1, 12, 12, 4))
    assert (model.nodes[3].value("padding"), model.nodes[3].shape) == (((1, 1), (2, 2)), (1, 14, 16, 4))


def test_axes_repeated_one_by_one_are_upsampling() -> None:
    """As numpy.repeat and Keras's UpSampling2D are exported: a new axis, Tile, and both axes in one."""
    graph = Graph([None, 3, 8, 10])
    graph.add("Conv", graph.weight(3, 3, 1, 1))
    for axis, shape, times in ((3, [-1, 3, 16, 10], [1, 1, 1, 2, 1]), (4, [-1, 3, 16, 30], [1, 1, 1, 1, 3])):
        graph.add("Unsqueeze", graph.value([axis]))
        graph.add("Tile", graph.value(times))
        graph.add("Reshape", graph.value(shape))
    graph.add("Conv", graph.weight(4, 3, 1, 1))
    model = graph.model()
    assert kinds(model) == ["Conv2D", "UpSampling2D", "Conv2D"]
    assert (model.nodes[2].value("size"), model.nodes[2].shape) == ((2, 3), (None, 16, 30, 3))


def test_a_tile_that_is_merged_with_another_axis_stays() -> None:
    graph = Graph([1, 3, 8, 8])
    graph.add("Conv", graph.weight(3, 3, 1, 1))
    graph.add("Unsqueeze", graph.value([3]))
    graph.add("Tile", graph.value([1, 1, 1, 2, 1]))
    graph.add("Reshape", graph.value([1, 3, 8, 16]))  # row after row, twice: not each place twice
    assert "Tile" in kinds(graph.model())


def test_dead_operators_are_not_part_of_the_model() -> None:
    graph = Graph([1, 4])
    kept = graph.add("Relu")
    graph.add("Tanh")
    model = graph.model([kept])
    assert kinds(model) == ["relu"]
    assert [node.activation for node in model.dead] == ["tanh"]


# -- what is not understood


def test_unknown_operators_break_the_chain_and_are_listed() -> None:
    graph = Graph([1, 4])
    graph.add("Fancy", domain="their.own")
    graph.add("Relu")
    model = graph.model()
    assert kinds(model) == [OPAQUE, "relu"]
    assert not model.complete
    assert "Fancy" in model.unread[0].what


def test_standard_operators_without_layer_are_opaque_but_read() -> None:
    graph = Graph([1, 3, 8, 8])
    graph.add("Conv", graph.weight(4, 3, 1, 1))
    graph.add("Sin")
    graph.add("Conv", graph.weight(4, 4, 1, 1))
    model = graph.model()
    assert kinds(model) == ["Conv2D", OPAQUE, "Conv2D"]
    assert model.nodes[2].note == "Sin"
    assert model.nodes[2].shape == (1, 8, 8, 4)
    assert model.complete


def test_an_axis_of_one_element_stays_where_a_pooling_does_not_name_it() -> None:
    graph = Graph([1, 3, 8, 6])
    graph.add("Conv", graph.weight(8, 3, 1, 1))
    graph.add("ReduceSum", graph.value([2]), keepdims=1)
    graph.add("ReduceMax", axes=[3], keepdims=0)
    graph.add("ReduceL2", axes=[-1], keepdims=0)
    graph.add("Gemm", graph.weight(8, 5))
    model = graph.model()
    assert [(node.note or node.kind, node.shape) for node in model.nodes[-3:]] == [
        ("GlobalMaxPooling2D", (1, 8)),
        ("ReduceL2", (1, 8)),
        ("Dense", (1, 5)),
    ]
    assert model.complete


NOT_INTERPRETED = {
    "": {
        *("CausalConvWithState", "DeformConv", "ImageDecoder", "LinearAttention", "SwiGLU", "TfIdfVectorizer"),
        *("ConcatFromSequence", "SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert"),
        *("SequenceLength", "SequenceMap", "SplitToSequence", "Optional", "OptionalGetElement", "OptionalHasElement"),
        *("RegexFullMatch", "StringConcat", "StringNormalizer", "StringSplit"),
    },
    "ai.onnx.ml": {
        *("CastMap", "CategoryMapper", "DictVectorizer", "FeatureVectorizer", "Imputer", "LinearClassifier"),
        *("LinearRegressor", "Normalizer", "OneHotEncoder", "SVMClassifier", "SVMRegressor", "Scaler"),
        *("TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "ZipMap"),
    },
}
"""Layers that Keras does not have, values that are no tensors, and weights that lie in attributes."""


def test_of_all_operators_that_onnx_defines_these_leave_a_model_partly_read() -> None:
    understood = {*(("", kind) for kind in HANDLERS), *LOWERINGS, *INTERPRETED}
    known = {(schema.domain, schema.name) for schema in onnx.defs.get_all_schemas()}
    for domain, expected in NOT_INTERPRETED.items():
        assert {kind for where, kind in known - understood if where == domain} == expected


def test_what_graphs_within_unknown_operators_read_stays_alive() -> None:
    branch = helper.make_graph(
        [helper.make_node("Identity", ["v0"], ["b"])],
        "b",
        [],
        [helper.make_value_info("b", helper.make_tensor_type_proto(TensorProto.FLOAT, None))],
    )
    graph = Graph([1, 4])
    graph.add("Relu")
    condition = graph.value(True, "bool")
    graph.add("Perhaps", first=condition, domain="their.own", then_branch=branch)
    model = graph.model()
    assert kinds(model) == ["relu", OPAQUE]
    assert model.nodes[2].inputs == [model.nodes[1]]
    assert not model.complete


def test_a_malformed_operator_is_opaque_and_listed() -> None:
    graph = Graph([1, 3, 8, 8])
    graph.add("Conv", graph.weight(4, 3, 3, 3), strides=[1])
    graph.add("Relu")
    reading = read("g.onnx", graph.bytes())
    model = model_of(reading)
    assert kinds(model)[-2:] == [OPAQUE, "relu"]
    assert "strides" in model.unread[0].what


def test_constants_of_whole_numbers_are_allowed_in_every_operator_set() -> None:
    """The schema had floats alone before operator set 9; torch wrote shapes all the same, and runtimes take them."""
    graph = Graph([1, 3, 4, 4], opset=7)
    target = onnx.numpy_helper.from_array(numpy.array([1, 48]), "target")
    graph.nodes.append(helper.make_node("Constant", [], ["target"], "c", value=target))
    graph.add("Reshape", "target")
    graph.add("Gemm", graph.weight(48, 2), graph.weight(2))
    reading = read("g.onnx", graph.bytes())
    assert reading.problems == []
    assert kinds(model_of(reading)) == ["Flatten", "Dense"]


@pytest.mark.parametrize(
    ("kind", "opset", "attributes"),
    [("Softmax", 10, {"axis": 7}), ("ReduceL2", 9, {"axes": [4]}), ("Transpose", 11, {"perm": [0, 1]})],
)
def test_axes_that_do_not_exist_are_told_in_every_operator_set(kind: str, opset: int, attributes: Any) -> None:
    graph = Graph(["N", 3, 4, 4], opset=opset)
    graph.add(kind, **attributes)
    reading = read("g.onnx", graph.bytes())
    assert reading.program is not None
    told = [problem.node for problem in reading.problems if problem.kind == "invalid"]
    assert "n0" in [*told, *(node.name for node in reading.program.models[0].nodes if node.shape_error)]


@pytest.mark.parametrize(("opset", "slopes", "fits"), [(6, 3, True), (6, 4, False), (9, 3, False), (9, 4, True)])
def test_slopes_were_once_those_of_channels(opset: int, slopes: int, fits: bool) -> None:
    graph = Graph(["N", 3, 4, 4], opset=opset)
    graph.add("PRelu", graph.weight(slopes))
    reading = read("g.onnx", graph.bytes())
    told = [problem.message for problem in reading.problems]
    told += [node.shape_error for node in model_of(reading).nodes if node.shape_error]
    assert bool(told) != fits


def test_an_attribute_left_at_its_default_is_no_mistake_of_what_is_defined_by_others() -> None:
    graph = Graph(["N", 3, 4, 4])
    graph.add("MeanVarianceNormalization")
    graph.add("Relu")
    reading = read("g.onnx", graph.bytes())
    assert reading.problems == []
    assert [node.shape_error for node in model_of(reading).nodes] == [None] * 3


def test_files_of_the_future_are_read_without_inferred_shapes() -> None:
    graph = Graph([1, 3, 8, 8], opset=onnx.defs.onnx_opset_version() + 2)
    graph.add("Conv", graph.weight(4, 3, 3, 3))
    graph.add("Relu")
    newer = onnx.load_model_from_string(graph.bytes())
    newer.ir_version = onnx.IR_VERSION + 2
    reading = read("g.onnx", newer.SerializeToString())
    assert kinds(model_of(reading)) == ["Conv2D", "relu"]
    assert model_of(reading).nodes[1].shape == (1, 6, 6, 4)
    assert reading.program is not None
    assert "shapes were not inferred" in reading.program.notes[0].what


def test_weights_outside_the_file_are_not_needed() -> None:
    graph = Graph([1, 3, 8, 8])
    graph.add("Conv", graph.weight(4, 3, 3, 3))
    model = onnx.load_model_from_string(graph.bytes())
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location")
    for place in ("parts/weights.bin", "./weights.bin", "parts/../weights.bin", "..weights.bin"):
        tensor.external_data[0].value = place
        reading = read("g.onnx", model.SerializeToString())
        assert kinds(model_of(reading)) == ["Conv2D"]
        assert model_of(reading).nodes[1].value("filters") == 4
        assert reading.problems == []
    for place in ("/etc/weights.bin", "../weights.bin", "parts/../../weights.bin"):
        tensor.external_data[0].value = place
        (problem,) = read("g.onnx", model.SerializeToString()).problems
        assert (problem.kind, "lies outside of the model's folder" in problem.message) == ("invalid", True)


@pytest.mark.parametrize("data", [b"", b"\x00", b"hello", b"import keras\n" * 50, bytes(range(256)) * 40, b"\x08\x07"])
def test_what_is_no_model_is_one_problem(data: bytes) -> None:
    reading = read("g.onnx", data)
    assert reading.program is None
    assert [(problem.kind, problem.partial) for problem in reading.problems] == [("format", False)]


def test_a_truncated_file_is_one_problem() -> None:
    data = (FIXTURES / "forms_branches.onnx").read_bytes()
    assert [problem.kind for problem in read("g.onnx", data[: len(data) // 2]).problems] == ["format"]


def test_deep_graphs_are_no_trouble() -> None:
    graph = Graph([1, 4])
    for _ in range(20_000):
        graph.add("Relu")
    started = time.process_time()
    model = graph.model()
    assert len(model.nodes) == 20_001
    assert time.process_time() - started < 20


def test_numbers_that_grow_without_end_are_given_up() -> None:
    graph = Graph([1, 4])
    size = graph.value([3])
    for _ in range(200):
        size = graph.add("Mul", size, first=size)
    graph.add("Reshape", size, first="x")
    started = time.process_time()
    read("g.onnx", graph.bytes())
    assert time.process_time() - started < 5


@pytest.mark.parametrize("seed", range(12))
def test_mutated_files_never_crash_the_reader(seed: int) -> None:
    """Bytes are changed, taken out and put in; in a child process, since a fault in onnx itself would end it."""
    script = (
        "import random, sys, time\n"
        "from pathlib import Path\n"
        "from cnnlint.readers.onnx import read\n"
        "chance = random.Random(int(sys.argv[1]))\n"
        "files = [Path(name).read_bytes() for name in sys.argv[2:]]\n"
        "for _ in range(60):\n"
        "    data = bytearray(chance.choice(files))\n"
        "    for _ in range(chance.choice((1, 1, 2, 4, 16))):\n"
        "        place = chance.randrange(len(data))\n"
        "        kind = chance.randrange(4)\n"
        "        if kind == 0: data[place] = chance.randrange(256)\n"
        "        elif kind == 1: del data[place:place + chance.randrange(1, 9)]\n"
        "        elif kind == 2: data[place:place] = chance.randbytes(chance.randrange(1, 5))\n"
        "        else: data[place] ^= 1 << chance.randrange(8)\n"
        "    started = time.process_time()\n"
        "    reading = read('mutated.onnx', bytes(data))\n"
        "    assert reading.program is not None or reading.problems\n"
        "    assert time.process_time() - started < 5\n"
    )
    files = [str(path) for path in sorted(FIXTURES.glob("*.onnx"))]
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script, str(seed), *files], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_random_attributes_never_crash_the_reader() -> None:
    """Valid protocol buffers whose operators have attributes, inputs and sizes of any kind."""
    chance = random.Random(7)
    sources = [onnx.load(path) for path in sorted(FIXTURES.glob("*.onnx"))]
    for _ in range(150):
        model = onnx.ModelProto()
        model.CopyFrom(chance.choice(sources))
        for _ in range(chance.randrange(1, 5)):
            node = chance.choice(model.graph.node)
            change = chance.randrange(5)
            if change == 0 and node.input:
                node.input[chance.randrange(len(node.input))] = chance.choice(["", "nowhere", node.output[0]])
            elif change == 1 and node.input:
                del node.input[chance.randrange(len(node.input))]
            elif change == 2 and node.attribute:
                attribute = chance.choice(node.attribute)
                value = chance.choice([-1, 0, 2**62, [], [0, -5], [2**40] * 3, 1.5, "text"])
                kept = attribute.name
                attribute.CopyFrom(helper.make_attribute(kept, value, attr_type=None if value != [] else 7))
            elif change == 3:
                node.op_type = chance.choice(model.graph.node).op_type
            elif model.graph.initializer:
                tensor = chance.choice(model.graph.initializer)
                tensor.dims[:] = [chance.choice([0, 1, 3, -2, 2**40]) for _ in range(chance.randrange(6))]
        started = time.process_time()
        reading = read("changed.onnx", model.SerializeToString())
        assert reading.program is not None
        assert len(reading.program.models) == 1
        assert time.process_time() - started < 5


# -- files that ask for more than they are worth


def weightless(*nodes: Any, constants: dict[str, Any] | None = None) -> bytes:
    """A file of these operators over an input x of (1, 3, 8, 8); the last one's output is the model's."""
    weights = [onnx.numpy_helper.from_array(numpy.asarray(value), name) for name, value in (constants or {}).items()]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    leave = helper.make_value_info(nodes[-1].output[0], helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    graph = helper.make_graph(list(nodes), "g", [entry], [leave], weights)
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


def endless_range() -> bytes:
    ends = {"start": numpy.int64(0), "end": numpy.int64(2**62), "step": numpy.int64(1)}
    return weightless(
        helper.make_node("Range", list(ends), ["r"]),
        helper.make_node("Cast", ["r"], ["f"], to=1),
        helper.make_node("Add", ["x", "f"], ["y"]),
        constants=ends,
    )


def doubled_shape() -> bytes:
    nodes = [helper.make_node("Concat", [f"c{i}", f"c{i}"], [f"c{i + 1}"], axis=0) for i in range(60)]
    return weightless(*nodes, helper.make_node("Reshape", ["x", "c60"], ["y"]), constants={"c0": numpy.arange(64)})


def folded_sums() -> bytes:
    nodes = [helper.make_node("Add", [f"c{i}", "c0"], [f"c{i + 1}"]) for i in range(4000)]
    return weightless(*nodes, helper.make_node("Relu", ["x"], ["y"]), constants={"c0": numpy.arange(4096)})


def gates_of_doubled_sums() -> bytes:
    nodes = [helper.make_node("Add", [f"s{i}" if i else "x"] * 2, [f"s{i + 1}"]) for i in range(30)]
    nodes.append(helper.make_node("Tanh", ["s30"], ["t"]))
    nodes += [helper.make_node("Mul", [f"m{i}" if i else "x", "t"], [f"m{i + 1}"]) for i in range(5000)]
    return weightless(*nodes, helper.make_node("Relu", ["m5000"], ["y"]))


def scopes_in_scopes() -> bytes:
    model = onnx.load_model_from_string(weightless(helper.make_node("Relu", ["x"], ["y"], name="/a" * 400_000)))
    model.producer_name = "pytorch"
    return bytes(model.SerializeToString())


def functions_of_nameless_operators() -> bytes:
    """A function of 12,000 operators that would have the same name."""
    own = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    parts = [
        helper.make_node("Relu", [f"v{i}" if i else "v"], [f"v{i + 1}" if i < 11_999 else "r"]) for i in range(12_000)
    ]
    model = onnx.load_model_from_string(weightless(helper.make_node("f", ["x"], ["y"], domain="own")))
    model.opset_import.append(own[1])
    model.functions.append(helper.make_function("own", "f", ["v"], ["r"], parts, own))
    return bytes(model.SerializeToString())


def shape_of_rank_2_31() -> bytes:
    data = onnx.load_model_from_string(
        weightless(helper.make_node("Reshape", ["x", "s"], ["y"]), constants={"s": numpy.arange(3)})
    )
    data.graph.initializer[0].dims[:] = [2**31]
    return bytes(data.SerializeToString())


HOSTILE = [
    *(endless_range, doubled_shape, folded_sums, gates_of_doubled_sums, shape_of_rank_2_31),
    *(scopes_in_scopes, functions_of_nameless_operators),
]


@pytest.mark.parametrize("make", HOSTILE)
def test_small_files_cost_little(make: Any) -> None:
    """In a child process that may take 700 MB beside what it has, and 10 seconds."""
    script = (
        "import resource, sys\n"
        "from cnnlint.lint.one_file import lint_bytes\n"
        "from cnnlint.config import Settings\n"
        "import onnx, cnnlint.readers.onnx.builder\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 700_000_000,) * 2)\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "result = lint_bytes('hostile.onnx', sys.stdin.buffer.read(), Settings())\n"
        "assert not result.errors, result.errors\n"
        "assert result.models\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, input=make(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


# -- sizes that onnx's own inference leaves open


def test_parts_have_the_sizes_that_they_are_cut_to() -> None:
    graph = Graph(["N", 196, 8, 80])
    graph.add("Reshape", graph.add("Shape", first="x"), first="x")
    graph.add("Slice", *(graph.value([one]) for one in (0, 1 << 40, 1, 2)))
    graph.add("Split", graph.value([16, 64]), axis=3)
    graph.nodes[-1].output.append("other")
    graph.add("Gather", graph.value(0), axis=2)
    assert graph.model([graph.last, "other"]).nodes[-1].shape == (None, 98, 16)


def test_a_reshape_that_gives_up_the_samples_is_not_read_as_keras_reads_it() -> None:
    graph = Graph(["N", 4, 6])
    graph.add("Flatten", axis=2)
    graph.add("BatchNormalization", *(graph.weight(6) for _ in range(4)))
    graph.add("Reshape", graph.value([1, -1, 6]))
    graph.add("MatMul", graph.weight(6, 3))
    assert graph.model().nodes[-1].shape == (1, None, 3)


def test_tables_that_are_gathered_count_as_they_are_stored() -> None:
    graph = Graph([1, 2, 9, 9])
    table = graph.add("Gather", graph.value([0, 1] * 40 + [0]), first=graph.weight(2, 5), axis=1)
    graph.add("Add", graph.add("Reshape", graph.value([1, 2, 9, 9]), first=table), first="x")
    model = graph.model()
    assert [(node.shape, node.parameters) for node in model] == [((1, 2, 9, 9), 0), ((1, 2, 9, 9), 10)]


@pytest.mark.parametrize(
    ("name", "numbers", "learned"),
    [
        ("val_3", [1.0] * 6, 0),
        ("onnx::Add_3", [0.0, -numpy.inf, -numpy.inf, 0.0, 0.0, -numpy.inf], 0),
        ("val_3", [1.0, 1.0, 1.0, 1.0, 1.0, 0.5], 6),
        ("norm.bias", [1.0] * 6, 6),
    ],
)
def test_masks_and_fillings_that_an_exporter_states_are_no_weights(
    name: str, numbers: list[float], learned: int
) -> None:
    graph = Graph([1, 6])
    graph.add("Add", graph.value(numbers, "float32"))
    graph.weights[-1].name = graph.nodes[-1].input[1] = name
    assert sum(node.parameters or 0 for node in graph.model()) == learned


def test_an_enlarged_map_has_a_size_where_the_inference_has_none() -> None:
    graph = Graph([1, 16])
    sizes = graph.add("Cast", first=graph.value([1, 4, 2, 2], "float32"), to=TensorProto.INT64)
    graph.add("Reshape", sizes, first="x")
    graph.add("ConvTranspose", graph.weight(4, 3, 3, 3), strides=[2, 2], output_padding=[1, 0])
    assert graph.model().nodes[-1].shape == (1, 6, 5, 3)


def test_layers_that_read_the_same_weights_are_one() -> None:
    graph = Graph([1, 4])
    kernel, other = graph.weight(4, 4), graph.weight(4, 4)
    for weight in (kernel, other, kernel):
        graph.add("MatMul", weight)
        graph.add("Tanh")
    first, second, third = (node for node in graph.model() if node.kind == "Dense")
    assert first.layer_id == third.layer_id != second.layer_id


@pytest.mark.parametrize(("kind", "inputs"), [("LayerNormalization", 2), ("SimplifiedLayerNormalization", 1)])
def test_operators_that_a_runtime_has_in_the_set_of_onnx(kind: str, inputs: int) -> None:
    graph = Graph([1, 4, 8], opset=13)
    graph.add(kind, *(graph.weight(8) for _ in range(inputs)), axis=-1)
    assert read("g.onnx", graph.bytes()).problems == []
    assert [(node.parameters, node.shape) for node in graph.model()][1:] == [(8 * inputs, (1, 4, 8))]
    graph.nodes[-1].op_type = "LayerNorm"
    assert [problem.op_type for problem in read("g.onnx", graph.bytes()).problems] == ["LayerNorm"]


def test_files_of_weights_that_are_not_there_are_told(tmp_path: Path) -> None:
    def told(location: str) -> list[str]:
        model = onnx.parser.parse_model(
            '<ir_version: 8, opset_import: ["": 17]> g (float[1,4] x) => (float[1,8] y) { y = MatMul (x, w) }'
        )
        weight = model.graph.initializer.add(name="w", data_type=1, dims=[4, 8], data_location=1)
        weight.external_data.add(key="location", value=location)
        path = tmp_path / "net.onnx"
        path.write_bytes(model.SerializeToString())
        result = lint_bytes(str(path), path.read_bytes(), Settings())
        assert result.errors == []
        return [one.message for one in result.diagnostics]

    (tmp_path / "there.bin").write_bytes(bytes(128))
    assert told("there.bin") == []
    assert ["gone.bin, which is not there" in one for one in told("gone.bin")] == [True]
    assert len(told("a" * 5000)) == 1
