"""The ordinary rules on exported models: what they find in a source they find in its export."""

from __future__ import annotations

import math
import time
import warnings
from pathlib import Path

import numpy
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from cnnlint.reporters.models import describe
from cnnlint.reporters.terminal import Painter

FIXTURES = Path(__file__).parents[2] / "fixtures" / "onnx"
ARCHITECTURES = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

EXPECTED = {
    "1_mnist_overconfident_as_asked": [
        ("oversized-pooling", "functional_1/pool3_1/MaxPool2d", "MaxPool"),
    ],
    "2_cifar10_overfit_as_asked": [
        ("shrinking-filters", "sequential_1/conv2_1/BiasAdd", "Conv"),
    ],
    "3_coloured_mnist_as_asked": [
        ("missing-conv-activation", "sequential_1/conv1_1/convolution", "Conv"),
        ("missing-conv-activation", "sequential_1/conv2_1/convolution", "Conv"),
        ("relu-before-softmax", "sequential_1/scores_1/Relu", "Relu"),
    ],
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.onnx")), ids=lambda path: path.stem)
def test_exports_get_the_findings_of_their_case_and_no_others(path: Path) -> None:
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    assert result.errors == []
    serious = [d for d in result.diagnostics if d.severity is not Severity.INFO or d.name == "shrinking-filters"]
    found = [(d.name, d.node, d.op_type) for d in serious]
    assert sorted(found, key=str) == EXPECTED.get(path.stem, [])


@pytest.mark.parametrize("path", sorted(ARCHITECTURES.glob("*.onnx")), ids=lambda path: path.stem)
def test_published_architectures_are_clean(path: Path) -> None:
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    assert result.errors == []
    assert [d for d in result.diagnostics if d.severity is not Severity.INFO] == []
    assert [model.complete for model in result.models] == [True]


def test_a_file_that_is_no_model_is_a_finding() -> None:
    result = lint_bytes("broken.onnx", b"not a model", Settings())
    assert [d.code for d in result.diagnostics] == ["CNN901"]


def head(*operators: tuple[str, dict[str, int]], shape: tuple[int, ...] = (1, 20), units: int = 10) -> bytes:
    """Two dense layers (or, over a picture, two convolutions) and these operators behind them."""
    picture = len(shape) == 4
    kernels = [(8, shape[1], 3, 3), (units, 8, 3, 3)] if picture else [(shape[1], 8), (8, units)]
    weights = [numpy_helper.from_array(numpy.full(k, 0.5, "float32"), f"w{i}") for i, k in enumerate(kernels)]
    kind = "Conv" if picture else "MatMul"
    nodes = [
        helper.make_node(kind, ["x", "w0"], ["a"], "first"),
        helper.make_node("Relu", ["a"], ["b"], "relu"),
        helper.make_node(kind, ["b", "w1"], ["v0"], "second"),
    ]
    for index, (name, attributes) in enumerate(operators):
        nodes.append(helper.make_node(name, [f"v{index}"], [f"v{index + 1}"], f"{name}{index}", **attributes))
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    leave = helper.make_value_info(f"v{len(operators)}", helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    graph = helper.make_graph(nodes, "g", [entry], [leave], weights)
    return bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString())


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (head(("Softmax", {})), []),
        (head(("LogSoftmax", {})), []),
        (head(("LogSoftmax", {}), units=1), ["softmax-single-unit"]),
        (head(("Softmax", {}), ("LogSoftmax", {})), ["double-softmax"]),
        (head(("Sigmoid", {}), ("LogSoftmax", {})), ["double-softmax"]),
        (head(("Softmax", {"axis": 1}), shape=(1, 3, 16, 16)), []),
        (head(("Softmax", {"axis": 2}), shape=(1, 3, 16, 16)), ["softmax-wrong-axis"]),
        (head(("Softmax", {"axis": 0})), ["softmax-wrong-axis"]),
        (head(("LogSoftmax", {"axis": 0})), ["softmax-wrong-axis"]),
        (head(("LogSoftmax", {"axis": 1}), shape=(1, 3, 16, 16)), []),
        (head(("LogSoftmax", {"axis": 3}), shape=(1, 3, 16, 16)), ["softmax-wrong-axis"]),
        (head(("LogSoftmax", {}), ("Exp", {})), []),
        (head(("Softplus", {}), ("Exp", {})), ["stacked-activations"]),
    ],
)
def test_heads_of_exports(data: bytes, expected: list[str]) -> None:
    result = lint_bytes("head.onnx", data, Settings())
    assert [d.name for d in result.diagnostics if d.severity is not Severity.INFO] == expected


@pytest.mark.parametrize("stated", [False, True])
def test_weights_that_are_no_numbers_name_who_reads_them(stated: bool) -> None:
    weights = numpy.ones((20, 8), "float32")
    weights[3, 4] = math.nan
    kernel = numpy_helper.from_array(weights, "w")
    bias = numpy_helper.from_array(numpy.full(8, math.inf, "float32"), "b")
    nodes = [helper.make_node("Gemm", ["x", "w", "b"], ["y"], "scores")]
    if stated:
        nodes.insert(0, helper.make_node("Constant", [], ["w"], value=kernel))
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 20])
    leave = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8])
    graph = helper.make_graph(nodes, "g", [entry], [leave], [bias] if stated else [kernel, bias])
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    found = lint_bytes("net.onnx", data, Settings(select=("CNN606",))).diagnostics
    assert [one.node for one in found] == ["scores"]
    assert sorted(found[0].message.split(", ")) == [
        "1 of the 160 weights in `w` is NaN",
        "8 of the 8 weights in `b` are infinite",
    ]


WIDE = {
    "nothing reads them": [("Relu", "s", "dead"), ("Conv", "s w", "c")],
    "all are outputs": [("Conv", "s w", "o"), ("Relu", "o", "out")],
    "all are joined": [("Relu", "s", "r"), ("Conv", "r w", "c")],
}


@pytest.mark.parametrize("branch", WIDE.values(), ids=WIDE)
def test_a_graph_of_thousands_of_branches_costs_what_its_operators_do(branch: list[tuple[str, str, str]]) -> None:
    last = branch[-1][2]
    nodes = [helper.make_node("Conv", ["x", "w"], ["s"])]
    for index in range(4000):
        for kind, reads, gives in branch:
            inputs = [name if name in ("s", "w") else f"{name}{index}" for name in reads.split()]
            nodes.append(helper.make_node(kind, inputs, [f"{gives}{index}"]))
    results = [f"{last}{index}" for index in range(4000)]
    outputs = results if last == "out" else ["joined"]
    nodes.append(helper.make_node("Concat", results, ["joined"], axis=1))
    graph = helper.make_graph(
        nodes,
        "wide",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(numpy.ones((2, 2, 1, 1), "float32"), "w")],
    )
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    started = time.process_time()
    assert lint_bytes("wide.onnx", data, Settings()).errors == []
    assert time.process_time() - started < 10  # a second or two; it took minutes where each branch asked about all


def test_a_long_chain_is_walked_once_for_all_its_findings() -> None:
    length = 20_000
    nodes = [
        helper.make_node("Softmax", [f"v{index}"], [f"v{index + 1}"], f"s{index}", axis=0) for index in range(length)
    ]
    entry = helper.make_tensor_value_info("v0", TensorProto.FLOAT, ["n", 16])
    leave = helper.make_value_info(f"v{length}", helper.make_tensor_type_proto(TensorProto.FLOAT, None))
    graph = helper.make_graph(nodes, "chain", [entry], [leave])
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    started = time.process_time()
    found = lint_bytes("chain.onnx", data, Settings(select=("CNN108",))).diagnostics
    assert len(found) == length
    assert time.process_time() - started < 6  # a second or two; walked anew for each it took twelve


def test_weights_that_several_layers_read_are_told_once() -> None:
    kernel = numpy.full(36, 0x7F800001, "uint32").view("float32").reshape(2, 2, 3, 3)  # numpy warns of such as well
    nodes = [helper.make_node("Conv", [name, "w"], [f"{name}c"], pads=[1] * 4) for name in ("x", "xc", "xcc")]
    graph = helper.make_graph(
        nodes,
        "shared",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 4, 4])],
        [helper.make_tensor_value_info("xccc", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(kernel, "w")],
    )
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = [(one.name, one.node) for one in lint_bytes("m.onnx", data, Settings()).diagnostics]
    assert found.count(("non-finite-weights", "xc")) == 1
    assert [name for name, _ in found].count("non-finite-weights") == 1


@pytest.mark.parametrize(
    ("kind", "attributes", "said"),
    [
        ("MaxPool", {"kernel_shape": [1, 1], "auto_pad": "SAME"}, "its auto_pad is `SAME`"),
        ("MaxPool", {"kernel_shape": [1, 1], "auto_pad": "SAME_UPPER"}, None),
        ("DepthToSpace", {"blocksize": 1, "mode": "dcr"}, "its mode is `dcr`, which is none of DCR and CRD"),
        ("DepthToSpace", {"blocksize": 1, "mode": "CRD"}, None),
        ("DepthToSpace", {"blocksize": 1, "mode": "dcr", "domain": "acme"}, None),
        ("Cast", {"to": 99}, "it makes numbers of type 99"),
        ("Cast", {"to": 1}, None),
    ],
)
def test_words_and_types_that_an_operator_does_not_know(
    kind: str, attributes: dict[str, object], said: str | None
) -> None:
    data = one_operator(kind, attributes, [helper.make_opsetid("", 17), helper.make_opsetid("acme", 1)])
    found = [one.message for one in lint_bytes("m.onnx", data, Settings()).diagnostics if one.code == "CNN901"]
    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def test_a_name_that_many_operators_have_is_told_once() -> None:
    nodes = [helper.make_node("Relu" if i % 2 else "Abs", [f"v{i}"], [f"v{i + 1}"], "same") for i in range(6)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("v0", "v6")]
    graph = helper.make_graph(nodes, "named", ends[:1], ends[1:])
    data = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    messages = [one.message for one in lint_bytes("m.onnx", data, Settings()).diagnostics if one.code == "CNN901"]
    assert messages == ["a runtime refuses Abs `same`: 6 operators are called `same`"]


def test_a_file_without_the_version_of_onnx_is_for_the_newest_as_onnxruntime_has_it() -> None:
    data = one_operator("Relu", {}, [helper.make_opsetid("com.microsoft", 1)])
    result = lint_bytes("m.onnx", data, Settings())
    assert [one for one in result.diagnostics if one.severity is Severity.ERROR] == []
    assert [model.complete for model in result.models] == [True]


def one_operator(kind: str, attributes: dict[str, object], opsets: list[onnx.OperatorSetIdProto]) -> bytes:
    """A graph of one operator over pictures of four channels."""
    graph = helper.make_graph(
        [helper.make_node(kind, ["x"], ["y"], **attributes)],
        "one",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 4, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    data: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return data


@pytest.mark.parametrize("target", ["value_ints = [1, 30]", "value = int64[2] {1, 30}"])
def test_sizes_that_a_file_states_do_not_hide_those_that_are_inferred(target: str) -> None:
    """A runtime goes by what it infers, and so does a Reshape to 30 of the 10 numbers that are there."""
    model = onnx.parser.parse_model(f"""<ir_version: 8, opset_import: ["": 17]>
        g (float[1,3,10] x) => (float[1,n] y) <float[1,3,10] a> {{
        a = ReduceSum <keepdims = 1> (x, axis)  t = Constant <{target}> ()  y = Reshape (a, t) }}""")
    for axis, wrong in ((1, True), (None, False)):
        listed = numpy.array([] if axis is None else [axis], "int64")
        del model.graph.initializer[:]
        model.graph.initializer.append(numpy_helper.from_array(listed, "axis"))
        if axis is None:
            model.graph.node[0].attribute.append(helper.make_attribute("noop_with_empty_axes", 1))
        found = lint_bytes("m.onnx", model.SerializeToString(), Settings()).diagnostics
        assert [one.code for one in found if one.severity is Severity.ERROR] == ["CNN205"] * wrong


@pytest.mark.parametrize(
    ("producer", "last", "expected"),
    [("tf2onnx", "", ["CNN103"]), ("tf2onnx", ", bias", []), ("pytorch", "", [])],
)
def test_zeros_that_an_exporter_leaves_out_are_no_choice(producer: str, last: str, expected: list[str]) -> None:
    """tf2onnx leaves out the biases of an untrained network; two factors of a matrix are told to have none."""
    model = onnx.parser.parse_model(f"""<ir_version: 8, opset_import: ["": 17], producer_name: "{producer}">
        g (float[n,8] x) => (float[n,5] y) {{
        a = MatMul (x, v)  b = Gemm (a, w)  c = Relu (b)  d = Gemm (c, u{last})  y = Softmax (d) }}""")
    draw = numpy.random.default_rng(0)
    for name, sizes in {"v": (8, 64), "w": (64, 32), "u": (32, 5), "bias": (5,)}.items():
        if name in f"vwu{last}":
            model.graph.initializer.append(numpy_helper.from_array(draw.normal(size=sizes).astype("float32"), name))
    found = lint_bytes("m.onnx", model.SerializeToString(), Settings()).diagnostics
    assert [one.code for one in found if one.severity is not Severity.INFO] == expected


def test_numbers_that_broadcast_in_a_column_are_no_mismatch() -> None:
    """onnx takes the numbers that it follows for rows, however they are turned."""
    names = {"first": numpy.arange(3), "second": numpy.arange(5), "axis": numpy.array([1])}
    graph = helper.make_graph(
        [
            helper.make_node("Unsqueeze", ["first", "axis"], ["column"]),
            helper.make_node("Add", ["column", "second"], ["places"]),
            helper.make_node("Gather", ["x", "places"], ["y"], axis=1),
        ],
        "places",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 9])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value.astype(numpy.int64), name) for name, value in names.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    result = lint_bytes("places.onnx", model.SerializeToString(), Settings())
    assert result.errors == []
    assert [one.code for one in result.diagnostics] == []


@pytest.mark.parametrize(("axis", "expected"), [(1, ["miswritten-attention"]), (0, ["miswritten-attention"]), (3, [])])
def test_attention_weighs_what_it_reads(axis: int, expected: list[str]) -> None:
    data = onnx.parser.parse_model(f"""<ir_version: 8, opset_import: ["": 17]>
        g (float[2,4,6,8] q, float[2,4,8,6] k, float[2,4,6,8] v) => (float[2,4,6,8] y) <float root = {{0.35}}> {{
        a = MatMul (q, k)  b = Mul (a, root)  c = Softmax <axis = {axis}> (b)  y = MatMul (c, v)}}""")
    found = lint_bytes("m.onnx", data.SerializeToString(), Settings()).diagnostics
    assert [one.name for one in found] == expected
    assert all(one.node == "c" for one in found)


@pytest.mark.parametrize(
    ("entry", "body", "expected"),
    [
        ("float[1,8] x", "a = Gemm (x, w)  b = Softmax <axis = 0> (a)  c = Log (b)  y = Neg (c)", "softmax-wrong-axis"),
        ("float[2,8] x", "a = Gemm (x, w)  b = Softmax <axis = 1> (a)  c = Log (b)  y = Neg (c)", ""),
        (
            "float[6,8] x",
            "a = Gemm (x, v)  b = Softmax <axis = 1> (a)  c = Mul (b, x)  y = Gemm (c, w)",
            "softmax-single-unit",
        ),
        ("float[1,8] x", "a = Gemm (x, v)  b = Softmax <axis = 1> (a)  c = Mul (b, x)  y = Gemm (c, w)", ""),
    ],
)
def test_softmax_of_one_element_within_an_exported_graph(entry: str, body: str, expected: str) -> None:
    model = onnx.parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> g ({entry}) => (float[m,n] y) {{ {body} }}'
    )
    draw = numpy.random.default_rng(0)
    for name, sizes in (("w", (8, 4)), ("v", (8, 1))):
        if f" {name})" not in body:
            continue
        model.graph.initializer.append(numpy_helper.from_array(draw.normal(size=sizes).astype("float32"), name))
    found = lint_bytes("m.onnx", model.SerializeToString(), Settings()).diagnostics
    assert {one.name for one in found if one.severity is not Severity.INFO} == {expected} - {""}


@pytest.mark.parametrize(
    ("body", "kind", "state"),
    [
        ('b = Einsum <equation = "ni,ij->nj"> (a, w)', "Dense", "read whole"),
        ('b = Einsum <equation = "in,ni->in"> (w, a)', "Opaque (Einsum)", "read in part"),
        ("b = MatMul (w, a)", "MatMul", "read whole"),
        ("s = SequenceConstruct (a, a)  b = ConcatFromSequence <axis = 1> (s)", "Opaque (ConcatFromSequence)", "part"),
        ("b = ReduceLogSum <axes = [1]> (a)", "Reduce (ReduceLogSum)", "read whole"),
        ("b = ReduceL2 <axes = [1]> (a)", "Norm", "read whole"),
        ('b = Einsum <equation = "ni,mi->nm"> (a, a)', "Einsum", "read whole"),
        ("k = Constant <value_ints = [2]> ()  b, i = TopK (a, k)", "TopK", "read whole"),
        ("b = Trilu (a)", "Trilu", "read whole"),
        ("b = com.example.Own (a)", "Opaque (Own)", "read in part"),
    ],
)
def test_an_operator_that_is_no_layer_goes_by_its_name_where_all_was_read(body: str, kind: str, state: str) -> None:
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17, "com.example": 1]> g (float[n,8] x) => (float[n,m] y) '
        f"{{ a = Gemm (x, v)  {body}  y = Relu (b) }}"
    )
    for name in "wv":
        if f" {name})" in str(body) or f"({name}, " in str(body) or name == "v":
            array = numpy.random.default_rng(0).normal(size=(8, 8)).astype("float32")
            model.graph.initializer.append(numpy_helper.from_array(array, name))
    (found,) = lint_bytes("m.onnx", model.SerializeToString(), Settings()).models
    shown = describe(found, Painter(on=False))
    assert state in shown
    assert any(" ".join(line.split()).startswith(f"b {kind} ") for line in shown.splitlines()), shown
