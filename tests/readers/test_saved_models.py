"""Saved Keras models in other files than `.keras`: HDF5, JSON, a SavedModel's metadata, told by what they hold."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnlint.config import Settings
from cnnlint.graph import Model
from cnnlint.lint.discovery import Found, discover
from cnnlint.lint.job import Job
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.keras_archive import read

h5py = pytest.importorskip("h5py")

KERAS_1 = {
    "class_name": "Sequential",
    "config": [
        {
            "class_name": "Convolution2D",
            "config": {
                "name": "conv",
                "nb_filter": 8,
                "nb_row": 3,
                "nb_col": 5,
                "border_mode": "same",
                "subsample": [2, 2],
                "dim_ordering": "tf",
                "activation": "relu",
                "init": "he_normal",
                "bias": True,
                "trainable": True,
                "batch_input_shape": [None, 28, 28, 3],
                "input_dtype": "float32",
            },
        },
        {"class_name": "Flatten", "config": {"name": "flat", "trainable": True}},
        {"class_name": "Dense", "config": {"name": "scores", "output_dim": 10, "activation": "softmax", "bias": True}},
    ],
    "keras_version": "1.2.2",
}

KERAS_2 = {
    "class_name": "Model",
    "config": {
        "name": "net",
        "layers": [
            {
                "name": "in",
                "class_name": "InputLayer",
                "inbound_nodes": [],
                "config": {"batch_input_shape": [None, 20], "dtype": "float32", "name": "in"},
            },
            {
                "name": "hidden",
                "class_name": "Dense",
                "inbound_nodes": [[["in", 0, 0, {}]]],
                "config": {"name": "hidden", "units": 32, "activation": "linear", "use_bias": True},
            },
            {
                "name": "leaky",
                "class_name": "LeakyReLU",
                "inbound_nodes": [[["hidden", 0, 0, {}]]],
                "config": {"name": "leaky", "alpha": 0.2},
            },
            {
                "name": "out",
                "class_name": "Dense",
                "inbound_nodes": [[["leaky", 0, 0, {}]]],
                "config": {"name": "out", "units": 3, "activation": "softmax", "use_bias": True},
            },
        ],
        "input_layers": [["in", 0, 0]],
        "output_layers": [["out", 0, 0]],
    },
}

TRAINING = {
    "optimizer_config": {"class_name": "Adam", "config": {"lr": 0.25}},
    "loss": "categorical_crossentropy",
    "metrics": ["accuracy"],
}


def saved(**attributes: Any) -> bytes:
    """An HDF5 file whose root group has these attributes."""
    file = io.BytesIO()
    with h5py.File(file, "w") as made:
        for name, value in attributes.items():
            made.attrs[name] = value
        made.create_group("model_weights").create_dataset("kernel", data=numpy.zeros((3, 3)))
    return file.getvalue()


def model_of(data: bytes, name: str = "net.h5") -> Model:
    reading = read(name, data)
    assert reading.problems == []
    assert reading.program is not None
    return reading.program.models[0]


@pytest.mark.parametrize("stored", [str, str.encode, numpy.bytes_])
def test_keras_1_in_hdf5(stored: Any) -> None:
    model = model_of(saved(model_config=stored(json.dumps(KERAS_1)), keras_version="1.2.2", backend="theano"))
    assert [node.kind for node in model] == ["Input", "Conv2D", "Activation", "Flatten", "Dense", "Activation"]
    conv = model.nodes[1]
    assert (conv.value("kernel_size"), conv.value("strides"), conv.value("padding")) == ((3, 5), (2, 2), "same")
    assert conv.value("kernel_initializer") == {"name": "he_normal"}
    assert model.complete
    assert sum(node.parameters or 0 for node in model) == (3 * 5 * 3 + 1) * 8 + (14 * 14 * 8 + 1) * 10


def test_keras_2_with_its_training() -> None:
    data = saved(model_config=json.dumps(KERAS_2), training_config=json.dumps(TRAINING), keras_version="2.2.4")
    model = model_of(data)
    assert [node.kind for node in model] == ["Input", "Dense", "LeakyReLU", "Dense", "Activation"]
    assert model.nodes[2].value("negative_slope") == 0.2
    assert [loss.name for loss in model.training.losses] == ["categorical_crossentropy"]
    assert model.training.optimizer is not None
    assert model.training.optimizer.learning_rate == 0.25


@pytest.mark.parametrize("inner", [lambda saved: saved, lambda saved: {"model_config": saved}])
def test_what_tensorflow_js_is_given(inner: Any) -> None:
    topology = {"keras_version": "2.2.4", **inner(KERAS_2), "training_config": TRAINING}
    model = model_of(json.dumps({"format": "layers-model", "modelTopology": topology, "weightsManifest": []}).encode())
    assert [node.kind for node in model] == ["Input", "Dense", "LeakyReLU", "Dense", "Activation"]
    assert [loss.name for loss in model.training.losses] == ["categorical_crossentropy"]


def test_weights_alone_say_so() -> None:
    (problem,) = read("w.h5", saved(layer_names=numpy.array([b"dense"]), keras_version="2.2.4")).problems
    assert "weights alone" in problem.message
    (problem,) = read("x.h5", saved(something=3)).problems
    assert "no configuration" in problem.message


def test_weights_and_pointers_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    contents = {
        "weights.h5": saved(layer_names=numpy.array([b"dense"]), keras_version="2.2.4"),
        "pictures.hdf5": saved(something=3),
        "large.keras": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        assert Job(Settings(), ()).lint(Found(str(tmp_path / name), False)).diagnostics == []
        assert Job(Settings(), ()).lint(Found(str(tmp_path / name), True)).diagnostics != []


def test_a_cut_file_is_a_problem() -> None:
    data = saved(model_config=json.dumps(KERAS_1))
    for size in (9, 60, 200, 700):
        assert [problem.kind for problem in read("cut.h5", data[:size]).problems] == ["format"]


def test_json_is_told_by_its_content() -> None:
    for text in (json.dumps(KERAS_2), json.dumps(json.dumps(KERAS_2))):
        for name in ("net.txt", "net.json"):
            result = lint_bytes(name, text.encode(), Settings())
            assert [(model.name, len(model.layers)) for model in result.models] == [("net", 4)]


@pytest.mark.parametrize(
    "text", ['"', '"{', '"' + "[" * 100_000 + '"', '"\\ud800"', '"' + "\\u00e9" * 9, '"7"', '"" ""']
)
def test_a_string_that_holds_no_model(text: str) -> None:
    assert [problem.kind for problem in read("net.json", text.encode()).problems] == ["format"]


def test_metadata_of_a_saved_model() -> None:
    metadata = json.dumps({"class_name": "Functional", "model_config": KERAS_2, "training_config": None}).encode()

    def field(number: int, value: bytes) -> bytes:
        size = len(value)
        return bytes([number << 3 | 2, size & 0x7F | 0x80, size >> 7]) + value

    root = field(3, b"root") + field(4, b"_tf_keras_network") + field(5, metadata)
    model = model_of(field(1, root), "keras_metadata.pb")
    assert [node.kind for node in model] == ["Input", "Dense", "LeakyReLU", "Dense", "Activation"]


def test_a_tensorflow_graph_says_what_can_be_read() -> None:
    (diagnostic,) = lint_bytes("saved_model.pb", b"\x08\x01\x12\x03abc", Settings()).diagnostics
    assert "keras_metadata.pb" in diagnostic.message
    assert "tf2onnx" in diagnostic.message


def test_a_saved_model_of_keras_3_says_that_it_is_not_read(tmp_path: Path) -> None:
    saved = tmp_path / "net"
    saved.mkdir()
    (saved / "saved_model.pb").write_bytes(b"\x08\x01\x12\x03abc")
    for start, only_part in ((saved, False), (tmp_path, True)):
        (found,) = discover([str(start)])
        assert found.problem is not None
        assert (found.path, found.problem.partial) == (str(saved), only_part)
        assert "SavedModel" in found.problem.message
    (saved / "keras_metadata.pb").write_bytes(b"")
    assert [Path(found.path).name for found in discover([str(tmp_path)])] == ["keras_metadata.pb"]


def test_folders_of_models(tmp_path: Path) -> None:
    (tmp_path / "net.h5").write_bytes(saved(model_config=json.dumps(KERAS_1)))
    (tmp_path / "net.json").write_text(json.dumps(KERAS_2))
    (tmp_path / "package.json").write_text('{"name": "something else"}')
    assert [Path(found.path).name for found in discover([str(tmp_path)])] == ["net.h5", "net.json"]
