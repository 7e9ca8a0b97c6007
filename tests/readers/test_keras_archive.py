"""`.keras` archives as model graphs: Sequential, functional and nested configurations, training, and broken files."""

from __future__ import annotations

import io
import json
import random
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.graph import OPAQUE, UNKNOWN, Model
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.keras_archive import models, read, unpack

FIXTURES = Path(__file__).parents[2] / "fixtures" / "archives"
ONNX = Path(__file__).parents[2] / "fixtures" / "onnx"


def model_of(data: bytes) -> Model:
    """The one model of an archive that is read without problems."""
    reading = read("m.keras", data)
    assert reading.problems == []
    assert reading.program is not None
    assert reading.program.kind == "archive"
    return reading.program.models[0]


def fixture(name: str) -> Model:
    """The model of a fixture."""
    return model_of((FIXTURES / f"{name}.keras").read_bytes())


def archive(config: Any, **files: bytes) -> bytes:
    """An archive of a configuration."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("config.json", config if isinstance(config, (bytes, str)) else json.dumps(config))
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def damaged(method: int, flag: int = 0) -> bytes:
    """An archive packed in this way, some bytes of which are zeros, or with a flag of its entries set."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        target.writestr("config.json", json.dumps({"class_name": "Sequential", "config": list(range(500))}))
    data = bytearray(buffer.getvalue())
    if flag:
        for place in (6, data.index(b"PK\x01\x02") + 8):
            data[place] |= flag
    else:
        data[80:120] = bytes(40)
    return bytes(data)


def saved(class_name: str, name: str = "layer", calls: list[Any] | None = None, **config: Any) -> dict[str, Any]:
    """A layer as Keras saves it."""
    result = {"module": "keras.layers", "class_name": class_name, "config": {"name": name, **config}, "name": name}
    return result if calls is None else {**result, "inbound_nodes": calls}


def sequential(*layers: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """A Sequential as Keras saves it."""
    config = {"name": "sequential", "layers": list(layers)}
    return {"module": "keras", "class_name": "Sequential", "config": config, **extra}


def functional(layers: list[dict[str, Any]], inputs: list[str], outputs: list[str], name: str = "m") -> dict[str, Any]:
    """A functional model as Keras saves it."""
    config = {
        "name": name,
        "layers": layers,
        "input_layers": [[one, 0, 0] for one in inputs],
        "output_layers": [[one, 0, 0] for one in outputs],
    }
    return {"module": "keras", "class_name": "Functional", "config": config, "name": name}


def call(*sources: str) -> dict[str, Any]:
    """One use of a layer, as Keras 3 saves it."""
    tensors = [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in sources]
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}


def test_a_sequential_is_the_graph_of_its_source() -> None:
    model = fixture("2_cifar10_overfit_as_asked")
    assert (model.kind, model.name, model.complete) == ("sequential", "sequential", True)
    assert [node.activation or node.kind for node in model.nodes] == [
        "Input",
        "Conv2D",
        "relu",
        "MaxPooling2D",
        "Conv2D",
        "relu",
        "MaxPooling2D",
        "Flatten",
        "Dense",
        "relu",
        "Dropout",
        "Dense",
        "softmax",
    ]
    assert sum(node.parameters or 0 for node in model.nodes) == 7168 + 131200 + 6423552 + 10250
    conv = model.nodes[1]
    assert (conv.value("filters"), conv.value("kernel_size"), conv.value("padding")) == (256, (3, 3), "valid")
    assert conv.value("kernel_initializer") == {"name": "glorot_uniform"}
    assert not conv.given("kernel_initializer")
    assert model.nodes[2].fused_into is conv
    assert conv.origin.onnx_node == "conv1"
    assert conv.placement.spelling == "archive"


def test_training_is_read() -> None:
    training = fixture("1_mnist_overconfident_as_asked").training
    assert training.loss is not None
    assert (training.loss.name, training.loss.from_logits) == ("sparse_categorical_crossentropy", True)
    assert training.optimizer is not None
    assert (training.optimizer.name, training.optimizer.learning_rate) == ("adam", 0.001)
    assert [metric.name for metric in training.metrics] == ["accuracy"]
    assert fixture("3_coloured_mnist_as_asked").training.losses[0].name == "categorical_crossentropy"


def test_nested_models_shared_layers_operators_and_two_outputs() -> None:
    model = fixture("nested")
    assert model.complete
    assert [node.kind for node in model.nodes] == [
        "Input",
        "Conv2D",
        "ReLU",
        "Conv2D",
        "Dense",
        "Dense",
        "Add",
        "Add",
        "Rescaling",
        "TimeDistributed",
        "Bidirectional",
        "Dense",
        "Activation",
        "Dense",
    ]
    frozen, first, second = model.nodes[1], model.nodes[4], model.nodes[5]
    assert (frozen.scope, frozen.trainable) == (("block",), False)
    assert first.layer_id == second.layer_id
    assert first.layer_id != frozen.layer_id
    assert model.nodes[8].value("scale") == 0.5
    assert [node.shape for node in model.nodes[9:11]] == [(None, 32, 128), (None, 6)]
    losses = {loss.output.name if loss.output else None: loss for loss in model.training.losses}
    assert losses.keys() == {"binary/sigmoid", "classes"}
    assert losses["binary/sigmoid"].name == "binary_crossentropy"
    assert losses["classes"].from_logits is True
    assert model.training.optimizer is not None
    assert model.training.optimizer.learning_rate == 0.05


def test_keras_2_writes_references_as_lists() -> None:
    layers = [
        {
            "class_name": "InputLayer",
            "config": {"batch_input_shape": [None, 8], "name": "x"},
            "name": "x",
            "inbound_nodes": [],
        },
        {"class_name": "Dense", "config": {"units": 4, "name": "a"}, "name": "a", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "Dense", "config": {"units": 4, "name": "b"}, "name": "b", "inbound_nodes": [[["x", 0, 0, {}]]]},
        {
            "class_name": "Concatenate",
            "config": {"axis": -1, "name": "c"},
            "name": "c",
            "inbound_nodes": [[["a", 0, 0, {}], ["b", 0, 0, {}]]],
        },
    ]
    model = model_of(archive(functional(layers, ["x"], ["c"])))
    assert [(node.kind, node.shape) for node in model.nodes] == [
        ("Input", (None, 8)),
        ("Dense", (None, 4)),
        ("Dense", (None, 4)),
        ("Concatenate", (None, 8)),
    ]


def test_unused_layers_are_dead() -> None:
    layers = [
        saved("InputLayer", "x", [], batch_shape=[None, 4]),
        saved("Dense", "a", [call("x")], units=2),
        saved("Dropout", "forgotten", [call("a")], rate=0.5),
        saved("Dense", "b", [call("a")], units=3),
    ]
    model = model_of(archive(functional(layers, ["x"], ["b"])))
    assert [node.name for node in model.nodes] == ["x", "a", "b"]
    assert [node.name for node in model.dead] == ["forgotten"]


def test_own_classes_are_opaque_and_listed() -> None:
    own = {"module": "their.layers", "class_name": "Dense", "config": {"name": "own"}, "registered_name": "their>Dense"}
    model = model_of(archive(sequential(saved("Dense", units=3), own, saved("Dense", "last", units=2))))
    assert [node.kind for node in model.nodes] == ["Input", "Dense", OPAQUE, "Dense"]
    assert not model.complete
    assert "Dense" in model.unread[0].what


@pytest.mark.parametrize("kind", ["Lambda", "TFOpLambda", "SlicingOpLambda"])
def test_what_a_function_computes_is_not_read(kind: str) -> None:
    model = model_of(archive(sequential(saved("Dense", "first", units=4), saved(kind, "between", function="double"))))
    assert [part.what for part in model.unread] == [f"what the {kind} `between` computes"]


def test_layers_that_only_applications_have_are_known() -> None:
    scale = {**saved("LayerScale", "scale", init_values=1e-6, projection_dim=3), "registered_name": "LayerScale"}
    for module, complete in (("keras.src.applications.convnext", True), ("their.convnext", False)):
        own = {**scale, "module": module}
        model = model_of(archive(sequential(saved("Dense", units=3), own, saved("Dense", "last", units=2))))
        assert [node.kind for node in model.nodes] == ["Input", "Dense", OPAQUE, "Dense"]
        assert model.complete is complete
        assert model.nodes[2].parameters == (3 if complete else None)


def test_the_function_of_a_layer_over_each_step_is_a_node() -> None:
    inner = saved("Conv2D", "inner", filters=4, kernel_size=[3, 3], activation="relu")
    model = model_of(archive(sequential(saved("TimeDistributed", "each", layer=inner, batch_shape=[None, 5, 9, 9, 2]))))
    assert [(node.kind, node.activation) for node in model.nodes] == [
        ("Input", None),
        ("TimeDistributed", None),
        ("Activation", "relu"),
    ]
    assert model.outputs[0].shape == (None, 5, 7, 7, 4)


def test_own_activations_are_unknown() -> None:
    function = {"module": "builtins", "class_name": "function", "config": "mine", "registered_name": "function"}
    model = model_of(archive(sequential(saved("Dense", units=3, activation=function))))
    assert [node.kind for node in model.nodes] == ["Input", "Dense", "Activation"]
    assert model.nodes[-1].arguments["activation"].value is UNKNOWN
    assert model.nodes[-1].activation is None


def test_subclassed_models_hold_no_layers() -> None:
    model = model_of(archive({"module": "their", "class_name": "Net", "config": {}, "registered_name": "their>Net"}))
    assert (model.kind, model.name, model.nodes) == ("subclass", "m", [])
    assert not model.complete


def test_references_to_nothing_and_circles_are_listed() -> None:
    layers = [
        saved("InputLayer", "x", [], batch_shape=[None, 4]),
        saved("Add", "a", [call("x", "b")]),
        saved("Dense", "b", [call("a")], units=4),
        saved("Dense", "c", [call("nowhere")], units=4),
    ]
    model = model_of(archive(functional(layers, ["x"], ["b", "c"])))
    assert not model.complete
    assert any("nowhere" in part.what for part in model.unread)


def test_models_that_double_with_every_level_are_given_up() -> None:
    inner = functional(
        [saved("InputLayer", "x", [], batch_shape=[None, 4]), saved("ReLU", "r", [call("x")])], ["x"], ["r"], "m0"
    )
    for level in range(1, 40):
        twice = {**inner, "inbound_nodes": [call("x"), {**call(inner["name"])}]}
        start = saved("InputLayer", "x", [], batch_shape=[None, 4])
        inner = functional([start, twice], ["x"], [], f"m{level}")
        inner["config"]["output_layers"] = [[f"m{level - 1}", 1, 0]]
    started = time.process_time()
    reading = read("m.keras", archive(inner))
    assert [problem.kind for problem in reading.problems] == ["too-complex"]
    assert time.process_time() - started < 10


def test_long_chains_are_no_trouble() -> None:
    layers = [saved("InputLayer", "l0", [], batch_shape=[None, 4])]
    layers += [saved("ReLU", f"l{index}", [call(f"l{index - 1}")]) for index in range(1, 5000)]
    model = model_of(archive(functional(layers[::-1], ["l0"], ["l4999"])))
    assert len(model.nodes) == 5000


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"no archive",
        b"\x89HDF\r\n\x1a\n" + b"\0" * 100,
        archive("not json"),
        archive("[1]"),
        archive(b"\xff\xfe\xfd"),
        archive("[" * 200_000),
        (FIXTURES / "nested.keras").read_bytes()[:-40],
        *(damaged(method) for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)),
        damaged(zipfile.ZIP_STORED, flag=1),
    ],
)
def test_what_is_no_archive_is_one_problem(data: bytes) -> None:
    reading = read("m.keras", data)
    assert reading.program is None
    assert [(problem.kind, problem.partial) for problem in reading.problems] == [("format", False)]


def test_archives_without_configuration_are_named_as_such() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("other.txt", "x")
    assert "config.json" in read("m.keras", buffer.getvalue()).problems[0].message


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "LARGEST", 1_000_000)
    data = archive(b" " * 50_000_000)
    assert len(data) < 100_000
    assert "unpacks to more than 1 MB" in read("m.keras", data).problems[0].message


def test_the_limit_on_layers_is_generous() -> None:
    assert models.MOST_NODES > 10 * 1000


# -- findings

EXPECTED = {
    "1_mnist_overconfident_as_asked": [
        "oversized-pooling",
        *["selu-with-plain-dropout"] * 2,
        *["selu-without-lecun-init"] * 4,
    ],
    "2_cifar10_overfit_as_asked": ["shrinking-filters"],
    "3_coloured_mnist_as_asked": ["missing-conv-activation", "missing-conv-activation", "relu-before-softmax"],
}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.keras")), ids=lambda path: path.stem)
def test_archives_get_the_findings_of_their_case_and_no_others(path: Path) -> None:
    result = lint_bytes(path.name, path.read_bytes(), Settings())
    assert result.errors == []
    serious = [d for d in result.diagnostics if d.severity is not Severity.INFO or d.name == "shrinking-filters"]
    found = sorted(d.name for d in serious)
    assert found == EXPECTED.get(path.stem, [])


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("[123]*.keras")), ids=lambda path: path.stem)
def test_the_archive_and_the_export_of_a_model_agree(path: Path) -> None:
    from cnnlint.readers.onnx import read as read_onnx

    other = read_onnx("m.onnx", (ONNX / f"{path.stem}.onnx").read_bytes()).program
    assert other is not None

    def layers(model: Model) -> list[tuple[str, Any]]:
        dropped = ("Dropout", "AlphaDropout")  # an export is made for prediction
        return [(node.activation or node.kind, node.shape) for node in model.nodes if node.kind not in dropped]

    assert layers(fixture(path.stem)) == layers(other.models[0])


# -- whatever comes

KEYS = [
    "class_name",
    "config",
    "layers",
    "inbound_nodes",
    "input_layers",
    "output_layers",
    "name",
    "module",
    "args",
    "compile_config",
    "loss",
    "optimizer",
    "activation",
    "kernel_initializer",
    "keras_history",
]
WORDS = ["Sequential", "Functional", "Dense", "InputLayer", "Conv2D", "__keras_tensor__", "a", "keras", "function"]


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=True) | st.sampled_from(WORDS),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
        max_leaves=40,
    )
)
def test_any_configuration_is_read(config: Any) -> None:
    for class_name in ("Sequential", "Functional", None):
        shaped = {
            "class_name": class_name,
            "config": {"layers": config if isinstance(config, list) else [config], "output_layers": config},
            "compile_config": config,
        }
        reading = read("m.keras", archive(shaped))
        assert reading.program is not None
    read("m.keras", archive(config))


def test_changed_configurations_never_crash_the_reader() -> None:
    """Values of a real configuration are replaced, exchanged and taken out."""
    chance = random.Random(11)
    with zipfile.ZipFile(FIXTURES / "nested.keras") as source:
        original = source.read("config.json")
    for _ in range(300):
        config = json.loads(original)
        places: list[tuple[Any, Any]] = []
        pending = [config]
        while pending:
            value = pending.pop()
            items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
            for key, inner in items:
                places.append((value, key))
                pending.append(inner)
        for _ in range(chance.choice((1, 2, 5))):
            holder, key = chance.choice(places)
            other, there = chance.choice(places)
            if (isinstance(holder, list) and key >= len(holder)) or (isinstance(holder, dict) and key not in holder):
                continue
            if chance.random() < 0.5:
                holder[key] = chance.choice([None, -1, 0, 2**70, "x", [], {}, [[]], 1.5, True])
            else:
                try:
                    holder[key] = json.loads(json.dumps(other[there]))
                except (KeyError, IndexError):
                    continue
        started = time.process_time()
        read("m.keras", archive(config))
        assert time.process_time() - started < 5


def test_mutated_archives_never_crash_the_reader() -> None:
    chance = random.Random(3)
    sources = [path.read_bytes() for path in sorted(FIXTURES.glob("*.keras"))]
    for _ in range(300):
        data = bytearray(chance.choice(sources))
        for _ in range(chance.choice((1, 2, 8))):
            place = chance.randrange(len(data))
            if chance.random() < 0.6:
                data[place] = chance.randrange(256)
            else:
                del data[place : place + chance.randrange(1, 6)]
        reading = read("m.keras", bytes(data))
        assert (reading.program is None) == bool(reading.problems)
