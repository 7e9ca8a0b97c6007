"""The vocabulary: its tables against the installed frameworks, against each other, and the traps they hold."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnlint.graph.calls import FunctionSpec, LayerSpec
from cnnlint.graph.conversions import CONVERSIONS
from cnnlint.graph.program import Frameworks
from cnnlint.graph.signatures import signatures
from cnnlint.graph.specs import FAMILIES
from cnnlint.graph.tables import FOLDER, load
from cnnlint.graph.values import UNKNOWN
from cnnlint.graph.versions import possible, shown
from cnnlint.graph.vocabulary import (
    MISSING,
    application,
    bind,
    call_spec,
    canonical_activation,
    canonical_initializer,
    canonical_loss,
    canonical_metric,
    canonical_optimizer,
    canonical_value,
    class_of,
    default_learning_rate,
    function_spec,
    function_variants,
    initializer_name,
    layer_spec,
    layer_variants,
    legacy_spec,
    object_spec,
    qualified,
)

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def installed(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def same_keras(table: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(
        installed("keras") != load(table)["keras_version"], reason="another Keras than the table's is installed"
    )


def functions() -> Iterator[FunctionSpec]:
    table = load("functions")
    for section in table["sections"]:
        for name in table[section]:
            yield from function_variants(name)


def layers() -> Iterator[LayerSpec]:
    names = {*load("keras3_layers")["entries"], *load("keras_legacy")["entries"], *load("keras_legacy")["removed"]}
    for name in names:
        yield from layer_variants(name)


def values(spec: LayerSpec, *args: Any, **kwargs: Any) -> dict[str, Any]:
    """Canonical arguments of a call with plain values, defaults included."""
    bound = bind(spec, args, kwargs)
    assert bound.fits, bound
    plain = {name: passed.value for name, passed in bound.passed.items()}
    given = {name: canonical_value(argument, plain) for name, argument in bound.arguments.items()}
    return {**spec.canonical_defaults, **given}


# -- the tables against the frameworks ---------------------------------------------------------------------------


@same_keras("keras3_layers")
def test_generated_tables_have_not_drifted() -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "generate_tables.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


@same_keras("applications")
def test_applications_have_not_drifted() -> None:
    names = ["VGG16", "ResNet50", "MobileNetV3Small", "EfficientNetB0"]
    code = (
        f"import sys, json; sys.path.insert(0, {str(SCRIPTS)!r}); import application_tables, keras;"
        f"print(json.dumps({{n: application_tables.measure(n, getattr(keras.applications, n)) for n in {names!r}}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == {name: load("applications")["entries"][name] for name in names}


def test_hand_written_entries_agree_with_the_sources_at_hand(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import check_table_sources

    checked = 0
    for title, entry in check_table_sources.entries():
        if "source" not in entry or "like" in entry:
            continue
        try:
            assert not list(check_table_sources.differences(entry, tmp_path)), title
        except LookupError:
            continue
        checked += 1
    if not checked:
        pytest.skip("none of the packages that the tables name is installed in the same version")


@same_keras("keras3_objects")
def test_every_string_of_keras_has_a_canonical_name() -> None:
    table = load("keras3_objects")
    lookups = {
        "activation": canonical_activation,
        "loss": canonical_loss,
        "metric": canonical_metric,
        "initializer": canonical_initializer,
        "optimizer": canonical_optimizer,
    }
    bases = {
        "Loss",
        "LossFunctionWrapper",
        "Metric",
        "metric",
        "Initializer",
        "initializer",
        "optimizer",
        "lossscaleoptimizer",
        "multioptimizer",
        "optimizermap",
    }
    for family, lookup in lookups.items():
        missing = [name for name in table[family]["strings"] if name not in bases and lookup(name) is None]
        assert not missing, family


# -- the tables against each other -------------------------------------------------------------------------------


def test_tables_parse_and_name_known_sections() -> None:
    assert load("functions")["sections"] == list(FAMILIES)
    for path in Path(FOLDER).glob("*.json"):
        assert isinstance(load(path.stem), dict)


def allowed(spec: LayerSpec) -> set[str]:
    """The canonical names that arguments of the kind may have."""
    kinds = {spec.kind, *(spec.kind_by[1].values() if spec.kind_by else ())}
    names: set[str] = set(load("keras3_layers")["common"]) | {"activation"}
    for kind in kinds:
        if spec.family == "layer":
            entry = load("keras3_layers")["entries"].get(kind) or load("keras_legacy")["removed"].get(kind)
            entry = entry or load("functions")["kinds"].get(kind)
            assert entry is not None, f"{spec.api}: {kind} is no layer"
            names |= {*entry["parameters"], *entry.get("call", ())}
        elif spec.family == "operation":
            names |= {*load("functions")["kinds"][kind]["parameters"]}
        elif spec.family in ("loss", "metric"):
            names |= {*load("keras3_objects")[spec.family]["entries"][kind]["parameters"]}
            names |= {"y_true", "y_pred", "sample_weight"}
        elif spec.family in ("optimizer", "initializer") and kind and kind != "Variable":
            names |= {*load("keras3_objects")[spec.family]["entries"][kind]["parameters"]}
    return names


def test_every_entry_speaks_of_arguments_that_exist() -> None:
    checked = 0
    for spec in (*functions(), *layers()):
        api = f"{spec.api} {spec.versions}"
        parameters = set(spec.parameters)
        assert len(parameters) == len(spec.parameters), api
        assert spec.defaults.keys() <= parameters, api
        assert spec.conversions.keys() <= parameters, api
        assert set(spec.conversions.values()) <= CONVERSIONS.keys(), api
        assert set(spec.canonical.values()) <= allowed(spec), api
        assert spec.fixed.keys() <= allowed(spec), api
        for derivation in spec.derived:
            assert derivation.to in allowed(spec), api
            assert derivation.by in CONVERSIONS, api
            assert parameters & set(derivation.sources), api
        if isinstance(spec, FunctionSpec):
            assert {spec.input, *spec.tensors} - {None} <= parameters, api
            assert {weights.parameter for weights in spec.weights} <= parameters, api
            for weights in spec.weights:
                assert set(weights.gives.values()) <= allowed(spec) | {"units"}, api
        assert UNKNOWN not in [value for value in spec.canonical_defaults.values() if value is UNKNOWN], api
        checked += 1
    assert checked > 500


def test_renames_name_parameters() -> None:
    for name in ("functions", "keras_legacy"):
        table = load(name)
        groups = [table[section] for section in table["sections"]] if name == "functions" else [table["entries"]]
        for group in groups:
            for api, variants in group.items():
                entries = variants if isinstance(variants, list) else [variants]
                if name == "keras_legacy":
                    entries = list(variants.values())
                for entry in entries:
                    assert entry.get("rename", {}).keys() <= set(entry.get("parameters", ())), api


def test_aliases_lead_somewhere() -> None:
    for alias in load("functions")["aliases"]:
        assert function_variants(alias), alias
    for alias in (*load("keras3_layers")["aliases"], *load("keras_legacy")["aliases"]):
        assert layer_spec(alias) is not None, alias


def test_activation_functions_agree_with_the_names() -> None:
    for spec in functions():
        if spec.kind == "Activation" and "activation" in spec.fixed:
            assert canonical_activation(spec.api) == spec.fixed["activation"], spec.api


@pytest.mark.parametrize("family", ["loss", "metric", "optimizer", "initializer"])
def test_names_speak_of_classes_that_exist(family: str) -> None:
    known = {*load("keras3_objects")[family]["entries"], *load("keras3_objects")[family]["strings"]}
    for name, entry in load("names")[family].items():
        for cls in entry.get("classes", ()):
            assert cls in known, name


# -- names -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("tensorflow.keras.layers.Conv2D", "keras.layers.Conv2D"),
        ("tensorflow.python.keras.layers.Conv2D", "keras.layers.Conv2D"),
        ("tf.compat.v1.keras.layers.Conv2D", "keras.layers.Conv2D"),
        ("tensorflow.contrib.slim.conv2d", "slim.conv2d"),
        ("tensorflow.contrib.slim.python.slim.conv2d", "slim.conv2d"),
        ("tf_slim.conv2d", "slim.conv2d"),
        ("tensorflow.layers.conv2d", "tf.layers.conv2d"),
        ("tf.optimizers.Adam", "keras.optimizers.Adam"),
        ("numpy.array", "numpy.array"),
    ],
)
def test_roots(written: str, canonical: str) -> None:
    assert qualified(written) == (canonical, None)


def test_what_is_called_in_compat_v1_may_be_of_tensorflow_1() -> None:
    newest = Frameworks(2, 3)
    assert "tf1" not in possible(newest, "tf.losses.huber_loss", "tf.losses.huber_loss")
    assert "tf1" in possible(newest, "tf.losses.huber_loss", "tf.compat.v1.losses.huber_loss")
    assert "tf1" in shown(newest, "tf.losses.huber_loss", "tf.compat.v1.losses.huber_loss")


def test_compat_v1_is_a_version() -> None:
    assert qualified("tf.compat.v1.nn.dropout") == ("tf.nn.dropout", 1)
    assert qualified("tensorflow.compat.v1.layers.dense") == ("tf.layers.dense", 1)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Conv2D", "Conv2D"),
        ("Convolution2D", "Conv2D"),
        ("MaxPool2D", "MaxPooling2D"),
        ("GlobalAvgPool2D", "GlobalAveragePooling2D"),
        ("Deconvolution2D", "Conv2DTranspose"),
        ("AtrousConvolution2D", "Conv2D"),
        ("CuDNNLSTM", "LSTM"),
        ("TimeDistributedDense", "Dense"),
        ("keras.layers.convolutional.Convolution2D", "Conv2D"),
        ("tf.keras.layers.experimental.preprocessing.Rescaling", "Rescaling"),
        ("keras.layers.MaxoutDense", "MaxoutDense"),
    ],
)
def test_layer_names(name: str, kind: str) -> None:
    spec = layer_spec(name)
    assert spec is not None
    assert spec.kind == kind


@pytest.mark.parametrize("name", ["MyLayer", "torch.nn.Conv2d", "sklearn.linear_model.Dense", "keras.models.Model", ""])
def test_what_is_not_known_is_none(name: str) -> None:
    assert layer_spec(name) is None
    assert function_spec(name) is None
    assert call_spec(name) is None


@pytest.mark.parametrize(
    ("lookup", "name", "canonical"),
    [
        (canonical_activation, "swish", "silu"),
        (canonical_activation, "tf.nn.swish", "silu"),
        (canonical_activation, "keras.layers.advanced_activations.LeakyReLU", "leaky_relu"),
        (canonical_activation, "tf.identity", "linear"),
        (canonical_activation, "keras.backend.tanh", "tanh"),
        (canonical_activation, "my_activation", None),
        (canonical_activation, "mymodule.relu", None),
        (canonical_loss, "MSE", "mean_squared_error"),
        (canonical_loss, "keras.losses.SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
        (canonical_loss, "kullback_leibler_divergence", "kl_divergence"),
        (canonical_loss, "tf.losses.softmax_cross_entropy", "categorical_crossentropy"),
        (canonical_loss, "tf.nn.sigmoid_cross_entropy_with_logits", "binary_crossentropy"),
        (canonical_loss, "dice_loss", None),
        (canonical_metric, "acc", "accuracy"),
        (canonical_metric, "keras.metrics.AUC", "auc"),
        (canonical_metric, "mae", "mean_absolute_error"),
        (canonical_optimizer, "Adam", "adam"),
        (canonical_optimizer, "SGD", "sgd"),
        (canonical_optimizer, "tf.train.RMSPropOptimizer", "rmsprop"),
        (canonical_optimizer, "tf.keras.optimizers.legacy.Adam", "adam"),
        (canonical_optimizer, "keras.optimizers.schedules.ExponentialDecay", None),
        (canonical_initializer, "normal", "random_normal"),
        (canonical_initializer, "one", "ones"),
        (canonical_initializer, "keras.initializers.he_normal", "he_normal"),
        (canonical_initializer, "tf.zeros_initializer", "zeros"),
    ],
)
def test_canonical_names(lookup: Any, name: str, canonical: str | None) -> None:
    assert lookup(name) == canonical


def test_classes_of_names() -> None:
    assert class_of("loss", "mse") == "MeanSquaredError"
    assert class_of("optimizer", "ADAM") == "Adam"
    assert class_of("loss", "no_such_loss") is None


# -- the traps ---------------------------------------------------------------------------------------------------


def test_keras_1_rows_and_columns_against_keras_2_stride() -> None:
    old = legacy_spec("Convolution2D")
    new = layer_spec("Conv2D")
    assert old is not None
    assert new is not None
    assert values(old, 64, 3, 3)["kernel_size"] == (3, 3)
    assert values(old, 64, 3, 3)["strides"] == (1, 1)
    assert values(new, 64, 3, 3)["kernel_size"] == 3
    assert values(new, 64, 3, 3)["strides"] == 3


def test_keywords_choose_the_version() -> None:
    for name in ("Convolution2D", "Conv2D"):
        spec = layer_spec(name, keywords=("nb_filter", "nb_row", "nb_col", "border_mode", "input_shape"))
        assert spec is not None
        assert spec.versions == (1,)
        found = values(spec, nb_filter=8, nb_row=5, nb_col=3, border_mode="same", dim_ordering="th")
        assert (found["filters"], found["kernel_size"], found["padding"]) == (8, (5, 3), "same")
        assert found["data_format"] == "channels_first"
    modern = layer_spec("Conv2D", keywords=("padding", "input_shape"))
    assert modern is not None
    assert modern.versions == (3,)


def test_a_part_of_the_kernel_is_unknown() -> None:
    spec = legacy_spec("Convolution2D")
    assert spec is not None
    bound = bind(spec, (64, 3), {})
    assert canonical_value(bound.arguments["kernel_size"], {"nb_filter": 64, "nb_row": 3}) is UNKNOWN
    assert bound.missing == ("nb_col",)


def test_keras_1_names() -> None:
    dense, dropout, norm = legacy_spec("Dense"), legacy_spec("Dropout"), legacy_spec("BatchNormalization")
    lstm, embedding = legacy_spec("LSTM"), legacy_spec("Embedding")
    assert dense is not None
    assert dropout is not None
    assert norm is not None
    assert lstm is not None
    assert embedding is not None
    found = values(dense, 10, "he_normal", input_dim=4)
    assert (found["units"], found["kernel_initializer"], found["input_dim"]) == (10, "he_normal", 4)
    assert values(dropout, p=0.3)["rate"] == 0.3
    assert values(norm, 1e-5, 0, 1)["epsilon"] == 1e-5
    assert values(norm, 1e-5, 0, 1)["axis"] == 1
    assert values(lstm, 32)["recurrent_activation"] == "hard_sigmoid"
    assert values(lstm, 32, return_sequences=True)["units"] == 32
    assert values(embedding, 100, 8, "glorot_uniform", 20)["output_dim"] == 8


def test_leaky_relu_in_all_three() -> None:
    for keywords, given in ((("alpha",), {"alpha": 0.1}), (("negative_slope",), {"negative_slope": 0.1})):
        spec = layer_spec("LeakyReLU", keywords=keywords)
        assert spec is not None
        assert values(spec, **given)["negative_slope"] == 0.1


def test_merge_chooses_by_mode() -> None:
    spec = call_spec("keras.layers.merge")
    assert spec is not None
    assert spec.kind_by is not None
    parameter, kinds = spec.kind_by
    bound = bind(spec, (["a", "b"],), {"mode": "concat", "concat_axis": 1})
    assert kinds[bound.passed[parameter].value] == "Concatenate"
    assert bound.arguments["axis"].source.value == 1


@pytest.mark.parametrize(
    "name",
    [
        "slim.conv2d",
        "tf.contrib.layers.conv2d",
        "tf.contrib.layers.convolution2d",
        "tensorflow.contrib.slim.conv2d",
        "tf_slim.conv2d",
    ],
)
def test_slim_defaults_to_relu(name: str) -> None:
    spec = function_spec(name)
    assert spec is not None
    found = values(spec, "x", 32, [3, 3])
    assert found["activation"] == "relu"
    assert found["padding"] == "same"
    assert found["use_bias"] is True
    assert "inputs" not in found
    assert values(spec, "x", 32, 3, activation_fn=None)["activation"] is None
    assert values(spec, "x", 32, 3, normalizer_fn="slim.batch_norm")["use_bias"] is False
    assert values(spec, "x", 32, 3, biases_initializer=None)["use_bias"] is False


def test_other_defaults_of_slim() -> None:
    dense, pool, norm = (
        function_spec("slim.fully_connected"),
        function_spec("slim.max_pool2d"),
        function_spec("slim.batch_norm"),
    )
    dropout = function_spec("slim.dropout")
    assert dense is not None
    assert pool is not None
    assert norm is not None
    assert dropout is not None
    assert values(dense, "x", 10)["activation"] == "relu"
    assert values(pool, "x", [2, 2])["strides"] == 2
    assert (values(norm, "x")["momentum"], values(norm, "x")["scale"]) == (0.999, False)
    assert values(dropout, "x", 0.8)["rate"] == 0.2
    assert values(dropout, "x")["rate"] == 0.5


def test_tf_layers_default_to_no_activation_and_no_training() -> None:
    conv, dropout = function_spec("tf.layers.conv2d"), function_spec("tf.layers.dropout")
    assert conv is not None
    assert dropout is not None
    found = values(conv, "x", 6, 3, padding="SAME")
    assert (found["activation"], found["padding"], found["kernel_initializer"]) == (None, "same", "glorot_uniform")
    assert values(dropout, "x", 0.25)["training"] is False


@pytest.mark.parametrize(("version", "rate"), [(2, 0.8), (1, 0.2), (0, 0.2)])
def test_second_argument_of_dropout(version: int, rate: float) -> None:
    spec = function_spec("tf.nn.dropout", version=version)
    assert spec is not None
    assert values(spec, "x", 0.8)["rate"] == rate
    assert values(spec, "x", 0.8)["training"] is True


def test_keep_prob_speaks_of_tensorflow_1() -> None:
    spec = function_spec("tf.nn.dropout", keywords=("keep_prob",))
    assert spec is not None
    assert 1 in spec.versions
    assert function_spec("tf.compat.v1.nn.dropout") == function_spec("tf.compat.v1.nn.dropout", version=1)
    assert spec.default("rate") is MISSING


@pytest.mark.parametrize(("version", "first"), [(2, "y_true"), (0, "y_pred"), (1, None)])
def test_labels_and_logits_by_version(version: int, first: str | None) -> None:
    for name in (
        "softmax_cross_entropy_with_logits",
        "sparse_softmax_cross_entropy_with_logits",
        "sigmoid_cross_entropy_with_logits",
    ):
        spec = function_spec(f"tf.nn.{name}", version=version)
        assert spec is not None
        assert spec.canonical.get(spec.parameters[0]) == first
        assert (spec.special == "keyword_only") is (version == 1)
        assert spec.fixed["from_logits"] is True


def test_order_of_the_loss_functions() -> None:
    old, new = (
        function_spec("tf.contrib.losses.softmax_cross_entropy"),
        function_spec("tf.losses.softmax_cross_entropy"),
    )
    assert old is not None
    assert new is not None
    assert old.canonical[old.parameters[0]] == "y_pred"
    assert new.canonical[new.parameters[0]] == "y_true"
    variants = function_variants("tf.losses.mean_squared_error")
    assert [spec.versions for spec in variants] == [(2,), (1,)]


def test_concat_by_version() -> None:
    new, old = function_spec("tf.concat", version=1), function_spec("tf.concat", version=0)
    assert new is not None
    assert old is not None
    assert values(new, ["a", "b"], 3)["axis"] == 3
    assert values(old, 3, ["a", "b"])["axis"] == 3
    assert bind(old, (3, ["a", "b"]), {}).input is not None


def test_raw_convolution() -> None:
    for version, filters in ((2, "filters"), (1, "filter")):
        spec = function_spec("tf.nn.conv2d", version=version)
        assert spec is not None
        found = values(spec, "x", "W", [1, 2, 2, 1], "SAME")
        assert (found["strides"], found["padding"], found["use_bias"]) == ((2, 2), "same", False)
        assert found["activation"] is None
        assert spec.weights[0].parameter == filters
        assert spec.weights[0].layout == "HWIO"
    assert values(spec, "x", "W", [1, 1, 3, 3], "VALID", data_format="NCHW")["strides"] == (3, 3)
    # batch and channel strides other than 1 are not what a layer can say
    assert values(spec, "x", "W", [2, 2, 2, 2], "SAME")["strides"] is UNKNOWN


def test_raw_pooling() -> None:
    spec = function_spec("tf.nn.max_pool", version=1)
    assert spec is not None
    found = values(spec, "x", ksize=[1, 8, 8, 1], strides=[1, 2, 2, 1], padding="SAME")
    assert (found["pool_size"], found["strides"]) == ((8, 8), (2, 2))


def test_initializers() -> None:
    tf1 = function_spec("tf.variance_scaling_initializer")
    contrib = function_spec("tf.contrib.layers.variance_scaling_initializer")
    xavier = function_spec("tf.contrib.layers.xavier_initializer")
    assert tf1 is not None
    assert contrib is not None
    assert xavier is not None
    assert initializer_name(tf1.kind, values(tf1)) == "lecun_normal"
    assert initializer_name(contrib.kind, values(contrib)) == "he_normal"
    assert initializer_name(contrib.kind, values(contrib, 1.0, "FAN_IN", True)) == "lecun_uniform"
    assert initializer_name(xavier.kind, values(xavier)) == "glorot_uniform"
    assert initializer_name(xavier.kind, values(xavier, uniform=False)) == "glorot_normal"
    assert initializer_name("VarianceScaling", {"scale": 0.3}) == "variance_scaling"
    assert initializer_name("Constant", {"value": 0.0}) == "zeros"
    assert initializer_name("my_init") is None


def test_learning_rates() -> None:
    assert default_learning_rate("adam") == 0.001
    assert default_learning_rate("sgd") == 0.01
    assert default_learning_rate("tf.train.AdamOptimizer") == 0.001
    assert default_learning_rate("adagrad") == 0.001
    assert default_learning_rate("adagrad", version=1) == 0.01
    # stand-alone Keras 2 and tf.keras 2 differ
    assert default_learning_rate("adagrad", version=2) is None
    assert default_learning_rate("tf.train.GradientDescentOptimizer") is None
    spec = object_spec("optimizer", "Adam", keywords=("lr",))
    assert spec is not None
    assert values(spec, lr=0.01)["learning_rate"] == 0.01


def test_call_spec_finds_every_family() -> None:
    found = {
        name: call_spec(name)
        for name in (
            "tf.keras.losses.CategoricalCrossentropy",
            "tf.optimizers.Adam",
            "tf.losses.Huber",
            "keras.layers.add",
            "keras.layers.Add",
            "keras.activations.relu",
            "keras.initializers.HeNormal",
            "tf.keras.metrics.AUC",
        )
    }
    assert {name: (spec.kind, spec.family) if spec else None for name, spec in found.items()} == {
        "tf.keras.losses.CategoricalCrossentropy": ("CategoricalCrossentropy", "loss"),
        "tf.optimizers.Adam": ("Adam", "optimizer"),
        "tf.losses.Huber": ("Huber", "loss"),
        "keras.layers.add": ("Add", "layer"),
        "keras.layers.Add": ("Add", "layer"),
        "keras.activations.relu": ("ReLU", "layer"),
        "keras.initializers.HeNormal": ("HeNormal", "initializer"),
        "tf.keras.metrics.AUC": ("AUC", "metric"),
    }


def test_bind_reports_what_does_not_fit() -> None:
    spec = layer_spec("Dense")
    assert spec is not None
    bound = bind(spec, (10,), {"units": 20, "foo": 1, "name": "head"})
    assert bound.repeated == ("units",)
    assert bound.unknown == {"foo": 1}
    assert bound.arguments["name"].source.keyword == "name"
    assert bound.arguments["units"].source.position == 0
    assert not bound.fits
    flatten = layer_spec("Flatten")
    assert flatten is not None
    assert bind(flatten, ("channels_last", 1), {}).surplus == (1,)
    assert bind(spec, (), {}).missing == ("units",)


def test_applications() -> None:
    resnet = application("tf.keras.applications.ResNet50")
    assert resnet is not None
    assert resnet.parameters[:4] == ("include_top", "weights", "input_tensor", "input_shape")
    assert (resnet.parameters_top, resnet.parameters_no_top) == (25_636_712, 23_587_712)
    assert (resnet.default_size, resnet.min_size, resnet.stride, resnet.features) == ((224, 224, 3), 32, 32, 2048)
    assert (resnet.preprocessing, resnet.batch_normalization) == ("caffe", 0.99)
    efficient = application("EfficientNetB0")
    assert efficient is not None
    assert efficient.preprocessing is None
    assert application("torchvision.models.ResNet50") is None


def test_import_is_light() -> None:
    code = (
        "import sys; before = set(sys.modules); import cnnlint.graph.vocabulary;"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before};"
        "print(sorted(loaded & {'tensorflow', 'keras', 'numpy', 'libcst', 'onnx', 'rich', 'click'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_layouts_that_a_decorator_of_tf_keras_takes() -> None:
    of_tf = next(one for one in signatures("keras.layers.Dense") if one.version == "tf")
    assert {"kernel_layout", "bias_layout"} <= of_tf.keywords
    assert "mesh" in next(one for one in signatures("keras.metrics.Mean") if one.version == "tf").keywords
