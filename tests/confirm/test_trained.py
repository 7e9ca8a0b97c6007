"""Starting from trained weights: what is built of a graph or an archive gives what the saved model gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnx.reference
import pytest
from onnx import TensorProto, helper, numpy_helper

from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.shrink import FULL, Plan
from cnnlint.confirm.models.trained import trained
from cnnlint.readers import keras_archive
from cnnlint.readers import onnx as graphs

SHAPE = (8, 8, 3)


def saved_model() -> Any:
    """A model of many kinds of layers, one of them a model, with weights as after a training."""
    layers = keras.layers
    inner = keras.Sequential([keras.Input((4, 4, 6)), layers.DepthwiseConv2D(3, name="deep")], name="inner")
    entry = keras.Input(SHAPE)
    x = layers.BatchNormalization()(layers.Conv2D(6, 3, strides=2, padding="same", activation="relu")(entry))
    x = layers.Reshape((4, 6))(inner(x))
    x = layers.MultiHeadAttention(2, 3)(x, x)
    x = layers.Bidirectional(layers.LSTM(4))(layers.LayerNormalization()(x))
    model = keras.Model(entry, layers.Dense(3, activation="softmax")(x))
    draw = np.random.default_rng(0)
    for variable in model.weights:
        variable.assign(draw.uniform(0.1, 0.9, variable.shape))
    return model


def given(program: Any, data: bytes, x: Any, plan: Plan = FULL) -> tuple[Any, list[str]]:
    """What a model that was built of a file and started from its weights gives, and the notes."""
    built = build(program.models[0], plan, trained=trained(program, data))
    for weight in built.weights:
        weight.variable.assign(weight.draw(1))
    return np.asarray(built.model(x)), built.notes


def test_archives_start_from_their_weights(tmp_path: Path) -> None:
    model = saved_model()
    x = np.random.default_rng(1).random((2, *SHAPE)).astype("float32")
    wanted = np.asarray(model(x))
    model.save(tmp_path / "m.keras")
    data = (tmp_path / "m.keras").read_bytes()
    found, notes = given(keras_archive.read("m.keras", data).program, data, x)
    assert "all layers started from their trained weights" in notes
    assert np.allclose(found, wanted, atol=1e-5)


def test_what_does_not_fit_is_drawn_and_said(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, name="a"), keras.layers.Dense(3, name="b")])
    path = tmp_path / "m.h5"
    model.save(path)
    data = path.read_bytes()
    program = keras_archive.read("m.h5", data).program
    x = np.ones((2, 4), "float32")
    found, notes = given(program, data, x)
    assert np.allclose(found, np.asarray(model(x)), atol=1e-5)
    assert "all layers started from their trained weights" in notes
    _, notes = given(program, data, x, Plan(divisor=2.0))
    assert "no layer started from trained weights: the file holds none that fit" in notes
    text = model.to_json().encode()
    _, notes = given(keras_archive.read("m.json", text).program, text, x)
    assert "no layer started from trained weights: the file holds none that fit" in notes


def _gates(weight: Any, gates: int) -> list[str]:
    return [weight(1, 4 * gates, 3), weight(1, 4 * gates, 4), weight(1, 8 * gates)]


def exported(kind: str, gates: int) -> Any:
    """A graph with a weight in each of its layouts."""
    draw, weights = np.random.default_rng(2), []

    def weight(*sizes: int) -> str:
        weights.append(numpy_helper.from_array(draw.uniform(0.1, 0.9, sizes).astype("float32"), f"w{len(weights)}"))
        return str(weights[-1].name)

    size = numpy_helper.from_array(np.array([0, -1], "int64"), "size")
    first = numpy_helper.from_array(np.array([0], "int64"), "first")
    nodes = [
        helper.make_node("Conv", ["x", weight(6, 3, 3, 2), weight(6)], ["a"], "conv", pads=[1, 0, 1, 1]),
        helper.make_node("BatchNormalization", ["a", *(weight(6) for _ in range(4))], ["b"], "norm"),
        helper.make_node("Conv", ["b", weight(12, 1, 3, 3)], ["c"], "deep", group=6),
        helper.make_node("PRelu", ["c", weight(12, 1, 1)], ["d"], "slopes"),
        helper.make_node("ConvTranspose", ["d", weight(12, 4, 2, 2), weight(4)], ["e"], "up", strides=[2, 2]),
        helper.make_node("Reshape", ["e", "size"], ["f"], "flat"),
        helper.make_node("Gemm", ["f", weight(5, 576), weight(5)], ["g"], "dense", transB=1),
        helper.make_node("Tanh", ["g"], ["h"], "tanh"),
        helper.make_node("MatMul", ["h", weight(5, 3)], ["i"], "scores"),
        helper.make_node("Add", [weight(3), "i"], ["j"], "bias"),
        helper.make_node("Unsqueeze", ["j", "first"], ["k"], "steps"),
        helper.make_node(kind, ["k", *_gates(weight, gates)], ["", "l"], "recurrent", hidden_size=4),
        helper.make_node("Squeeze", ["l", "first"], ["y"], "last"),
    ]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 8, 8])
    leave = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 4])
    graph = helper.make_graph(nodes, "g", [entry], [leave], [*weights, size, first])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize(("kind", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_graphs_start_from_their_weights(kind: str, gates: int) -> None:
    model = exported(kind, gates)
    data = model.SerializeToString()
    program = graphs.read("m.onnx", data).program
    x = np.random.default_rng(3).random((2, 3, 8, 8)).astype("float32")
    wanted = onnx.reference.ReferenceEvaluator(model).run(None, {"x": x})[0]
    found, notes = given(program, data, np.moveaxis(x, 1, -1))
    assert "all layers started from their trained weights" in notes
    assert np.allclose(found, wanted, rtol=1e-4)
