"""Layers that exports spell out: what is recognised computes what the layer does, by onnx's own evaluator."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from cnnlint.graph import Learned, Model
from cnnlint.readers.onnx import read

NUMBERS = """
    half = Constant <value = float {0.5}> ()  one = Constant <value = float {1.0}> ()
    two = Constant <value = float {2.0}> ()  three = Constant <value = float {3.0}> ()
    root = Constant <value = float {1.4142135}> ()  shrunk = Constant <value = float {0.70710677}> ()
    cubic = Constant <value = float {0.044715}> ()  outer = Constant <value = float {0.7978845608}> ()
    tiny = Constant <value = float {0.001}> ()
"""
SCALE = numpy.linspace(0.5, 1.5, 8, dtype="float32")
OFFSET = numpy.linspace(-1, 1, 8, dtype="float32")


def parsed(body: str, outputs: str = "float[2,4,8] y") -> Any:
    text = f"""<ir_version: 8, opset_import: ["": 17]> g (float[2,4,8] x) => ({outputs}) {{ {NUMBERS} {body} }}"""
    model = onnx.parser.parse_model(text)
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(array, name) for name, array in (("scale", SCALE), ("offset", OFFSET))
    )
    return model


def as_read(model: Any) -> Model:
    reading = read("g.onnx", model.SerializeToString())
    assert reading.problems == []
    assert reading.program is not None
    return reading.program.models[0]


GELU = [
    "a = Div (x, root)  b = Erf (a)  c = Add (b, one)  d = Mul (x, c)  y = Mul (d, half)",
    "a = Mul (x, shrunk)  b = Erf (a)  c = Add (one, b)  d = Mul (half, x)  y = Mul (d, c)",
    "a = Div (x, root)  b = Erf (a)  c = Mul (b, half)  d = Add (c, half)  y = Mul (d, x)",
    "a = Div (x, root)  b = Erf (a)  c = Add (b, one)  d = Mul (c, half)  y = Mul (x, d)",
    """a = Pow (x, three)  b = Mul (cubic, a)  c = Add (x, b)  d = Mul (outer, c)  e = Tanh (d)  f = Add (one, e)
       g = Mul (x, f)  y = Mul (half, g)""",
    """a = Mul (x, x)  b = Mul (a, x)  c = Mul (b, cubic)  d = Add (c, x)  e = Mul (d, outer)  f = Tanh (e)
       g = Add (f, one)  h = Mul (x, half)  y = Mul (h, g)""",
    """a = Mul (x, x)  b = Mul (cubic, a)  c = Add (one, b)  d = Mul (x, outer)  e = Mul (d, c)  f = Tanh (e)
       g = Add (f, one)  h = Mul (x, half)  y = Mul (g, h)""",
    """a = Div (x, root)  b = Erf (a)  c = Add (b, one)  d = Mul (x, c)  h = Constant <value_floats: floats = [0.5]> ()
       y = Mul (d, h)""",
]


def gelu(x: Any) -> Any:
    return x * 0.5 * (1 + numpy.vectorize(math.erf)(x / math.sqrt(2)))


@pytest.mark.parametrize("body", GELU)
def test_gelu_however_it_is_bracketed(body: str) -> None:
    model = parsed(body)
    x = numpy.random.default_rng(0).normal(size=(2, 4, 8)).astype("float32")
    assert numpy.allclose(ReferenceEvaluator(model).run(None, {"x": x})[0], gelu(x), atol=2e-3)
    assert [node.activation for node in as_read(model)] == [None, "gelu"]


SLOPES = [
    "a = Relu (x)  b = Neg (x)  c = Relu (b)  d = Mul (c, scale)  y = Add (a, d)",
    "a = Relu (x)  b = Neg (x)  c = Relu (b)  d = Mul (scale, c)  y = Add (d, a)",
    "a = Relu (x)  b = Neg (x)  c = Relu (b)  t = Transpose <perm = [1, 0, 2]> (c)  d = Mul (t, scale)"
    "  u = Transpose <perm = [1, 0, 2]> (d)  y = Add (a, u)",
]


@pytest.mark.parametrize("body", SLOPES)
def test_prelu_as_tensorflow_writes_it(body: str) -> None:
    model = parsed(body)
    x = numpy.random.default_rng(0).normal(size=(2, 4, 8)).astype("float32")
    assert numpy.allclose(ReferenceEvaluator(model).run(None, {"x": x})[0], numpy.where(x > 0, x, -SCALE * x))
    _, node = as_read(model)
    assert (node.kind, node.parameters, node.value("shared_axes")) == ("PReLU", 8, (1,))
    program = read("g.onnx", model.SerializeToString()).program
    assert program is not None
    learned = next(iter(program.events_of(Learned))).variables[0]()
    assert learned is not None
    assert numpy.allclose(learned, -SCALE)


@pytest.mark.parametrize(
    "body",
    [
        "a = Relu (x)  b = Neg (offset)  c = Relu (b)  d = Mul (c, scale)  y = Add (a, d)",
        "a = Relu (x)  b = Neg (x)  c = Relu (b)  d = Mul (c, x)  y = Add (a, d)",
        "a = Relu (x)  c = Relu (x)  d = Mul (c, scale)  y = Add (a, d)",
        "a = Relu (x)  b = Neg (x)  c = Relu (b)  t = Transpose <perm = [1, 2, 0]> (c)  d = Mul (t, scale)"
        "  u = Transpose <perm = [1, 2, 0]> (d)  y = Add (a, u)",
    ],
)
def test_what_is_almost_prelu_stays(body: str) -> None:
    assert all(node.kind != "PReLU" for node in as_read(parsed(body)))


MEAN = "m = ReduceMean <axes = [-1]> (x)  d = Sub (x, m)"
SPREAD = "v = ReduceMean <axes = [-1]> (q)  w = Add (v, tiny)  s = Sqrt (w)"
NORMAL = [
    f"{MEAN}  q = Pow (d, two)  {SPREAD}  n = Div (d, s)  z = Mul (n, scale)  y = Add (z, offset)",
    f"{MEAN}  q = Mul (d, d)  {SPREAD}  r = Reciprocal (s)  n = Mul (d, r)  z = Mul (scale, n)  y = Add (offset, z)",
    f"{MEAN}  e = Sub (x, m)  q = Mul (e, e)  {SPREAD}  r = Div (one, s)  n = Mul (d, r)"
    "  z = Mul (n, scale)  y = Add (z, offset)",
    f"{MEAN}  q = Mul (d, d)  {SPREAD}  r = Reciprocal (s)  g = Mul (r, scale)  a = Mul (x, g)  b = Mul (m, g)"
    "  c = Sub (offset, b)  y = Add (a, c)",
    f"{MEAN}  q = Mul (d, d)  {SPREAD}  r = Reciprocal (s)  g = Mul (scale, r)  k = Neg (m)  b = Mul (k, g)"
    "  c = Add (b, offset)  a = Mul (x, g)  y = Add (a, c)",
]


def normal(x: Any) -> Any:
    centred = x - x.mean(-1, keepdims=True)
    return centred / numpy.sqrt((centred**2).mean(-1, keepdims=True) + 1e-3) * SCALE + OFFSET


@pytest.mark.parametrize("body", NORMAL)
def test_layer_normalisation_however_it_is_written(body: str) -> None:
    model = parsed(body)
    x = numpy.random.default_rng(0).normal(size=(2, 4, 8)).astype("float32")
    assert numpy.allclose(ReferenceEvaluator(model).run(None, {"x": x})[0], normal(x), atol=1e-4)
    made = as_read(model)
    assert made.complete
    assert [(node.kind, node.parameters) for node in made] == [("Input", 0), ("LayerNormalization", 16)]
    assert made.nodes[-1].value("epsilon") == 0.001


def test_root_mean_square_and_places() -> None:
    made = as_read(parsed(f"q = Pow (x, two)  {SPREAD}  n = Div (x, s)  y = Mul (n, scale)"))
    assert [(node.kind, node.parameters) for node in made] == [("Input", 0), ("RMSNormalization", 8)]


def cut(body: str) -> Callable[[], Model]:
    return lambda: as_read(parsed(body))


@pytest.mark.parametrize(
    "made",
    [
        cut(f"{MEAN}  q = Pow (d, three)  {SPREAD}  y = Div (d, s)"),  # no variance
        cut(f"{MEAN}  q = Pow (d, two)  {SPREAD}  y = Div (x, s)"),  # not centred
        cut("m = ReduceMean <axes = [1]> (x)  d = Sub (x, m)  q = Pow (d, two)  " + SPREAD + "  y = Div (d, s)"),
        lambda: as_read(parsed(f"{NORMAL[0]}", "float[2,4,8] y, float[2,4,1] v")),  # the variance is wanted as well
    ],
)
def test_what_is_something_else_stays(made: Callable[[], Model]) -> None:
    assert "LayerNormalization" not in [node.kind for node in made()]


@pytest.mark.parametrize(
    "body",
    [
        GELU[0].replace("half", "two"),
        GELU[0].replace("root", "two"),
        GELU[4].replace("cubic", "half"),
        "a = Div (x, root)  b = Erf (a)  c = Add (b, one)  d = Mul (x, c)  e = Mul (d, half)  y = Add (e, b)",
    ],
)
def test_what_is_almost_gelu_stays(body: str) -> None:
    assert "gelu" not in [node.activation for node in as_read(parsed(body))]


def test_dense_on_series_as_tensorflow_writes_it() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]> g (float[N,4,8] x) => (float[N,4,3] y)
        <int64[2] rows = {-1, 8}, int64[1] first = {0}, int64[1] one = {1}, int64[2] rest = {4, 3}> {
        a = Reshape (x, rows)  b = MatMul (a, w)  s = Shape (x)  n = Slice (s, first, one)
        t = Concat <axis = 0> (n, rest)
        c = Reshape (b, t)  y = Add (c, v)}""")
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(numpy.ones(shape, "float32"), name) for shape, name in (((8, 3), "w"), ((3,), "v"))
    )
    made = as_read(model)
    assert [(node.kind, node.shape, node.parameters) for node in made] == [
        ("Input", (None, 4, 8), 0),
        ("Dense", (None, 4, 3), 27),
    ]


def test_means_over_all_places_may_be_of_the_last_axis() -> None:
    body = NORMAL[4].replace("ReduceMean <axes = [-1]>", "GlobalAveragePool")
    assert [(node.kind, node.shape) for node in as_read(parsed(body))] == [
        ("Input", (2, 4, 8)),
        ("LayerNormalization", (2, 4, 8)),
    ]


def test_group_normalisation_as_torch_writes_it() -> None:
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]>
        g (float[1,8,4,4] x) => (float[1,8,4,4] y)
        <int64[3] grouped = {0, 2, -1}, int64[4] back = {1, 8, 4, 4}, float[2] ones = {1, 1}, float[2] zeros = {0, 0}> {
        a = Reshape (x, grouped)  b = InstanceNormalization (a, ones, zeros)  c = Reshape (b, back)
        d = Mul (c, gamma)  y = Add (d, beta)}""")
    model.graph.initializer.extend(
        onnx.numpy_helper.from_array(array.reshape(8, 1, 1), name)
        for array, name in ((SCALE, "gamma"), (OFFSET, "beta"))
    )
    made = as_read(model).nodes[-1]
    assert (made.kind, made.value("groups"), made.shape, made.parameters) == ("GroupNormalization", 2, (1, 4, 4, 8), 16)


def test_what_is_added_behind_is_an_offset_only_where_it_is_the_same_everywhere() -> None:
    model = parsed(f"{MEAN}  q = Mul (d, d)  {SPREAD}  n = Div (d, s)  y = Add (n, places)")
    model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.ones((4, 8), "float32"), "places"))
    made = as_read(model)
    assert [(node.kind, node.parameters) for node in made][:2] == [("Input", 0), ("LayerNormalization", 0)]
    assert sum(node.parameters or 0 for node in made) == 32


@pytest.mark.parametrize("broken", ["w = Add (v)", "w = Add (v, tiny, tiny)", "q = Pow (d)", "d = Sub (x)"])
def test_parts_that_are_broken_are_told_by_themselves(broken: str) -> None:
    name = broken.partition(" =")[0]
    body = "  ".join(broken if part.startswith(f"{name} =") else part for part in NORMAL[0].split("  "))
    reading = read("g.onnx", parsed(body).SerializeToString())
    assert [problem.op_type for problem in reading.problems] == [broken.split()[2]]
