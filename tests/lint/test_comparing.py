"""Two files, one model: archives, exports and sources of the same network, and such with one layer changed."""

from __future__ import annotations

import io
import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy
import onnx
import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.lint.comparing import Unreadable, compare

FIXTURES = Path(__file__).parents[2] / "fixtures"
CASES = sorted(path.stem for path in (FIXTURES / "onnx").glob("[123]*.onnx"))

SOURCE = """
from keras import Input, Sequential, layers

model = Sequential([
    Input((32, 32, 3)),
    layers.Conv2D({first}, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D({second}, {kernel}, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Flatten(),
    layers.Dense(1024, activation="{activation}"),
    layers.Dropout(0.5),
    layers.Dense(10, activation="softmax"),
])
"""
ASKED = {"first": 256, "second": 128, "kernel": 2, "activation": "relu"}


def paths(case: str) -> tuple[str, str]:
    return str(FIXTURES / "archives" / f"{case}.keras"), str(FIXTURES / "onnx" / f"{case}.onnx")


@pytest.mark.parametrize("case", CASES)
def test_an_archive_and_its_export_are_the_same(case: str) -> None:
    comparison = compare(*paths(case))
    assert comparison.same, comparison.text()
    assert compare(*reversed(paths(case))).same


def changed(case: str, change: Any, tmp_path: Path) -> str:
    """The archive of a case with one layer's configuration changed."""
    with zipfile.ZipFile(paths(case)[0]) as archive:
        config = json.loads(archive.read("config.json"))
    assert any(change(layer["config"]) for layer in config["config"]["layers"])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("config.json", json.dumps(config))
    path = tmp_path / "changed.keras"
    path.write_bytes(file.getvalue())
    return str(path)


def replaced(key: str, value: Any, where: Any) -> Any:
    def change(config: dict[str, Any]) -> bool:
        if key not in config or config.get("changed") or not where(config):
            return False
        config[key] = value
        return True

    return change


CHANGES = {
    "filters": replaced("filters", 7, lambda config: True),
    "kernel": replaced("kernel_size", [5, 5], lambda config: True),
    "pool": replaced("pool_size", [3, 3], lambda config: True),
    "activation": replaced("activation", "tanh", lambda config: "kernel_size" in config or "units" in config),
}


@pytest.mark.parametrize("case", [case for case in CASES if case.endswith("asked")])
@pytest.mark.parametrize("change", CHANGES)
def test_one_changed_layer_is_where_they_part(case: str, change: str, tmp_path: Path) -> None:
    comparison = compare(changed(case, CHANGES[change], tmp_path), paths(case)[1])
    assert comparison.differences


def test_a_source_and_its_export(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    export = paths("2_cifar10_overfit_as_asked")[1]
    path.write_text(SOURCE.format(**ASKED))
    assert compare(str(path), export).same
    for change in ({"first": 128}, {"second": 64}, {"kernel": 3}, {"activation": "elu"}):
        path.write_text(SOURCE.format(**{**ASKED, **change}))
        assert compare(str(path), export).differences


def test_how_an_export_prepares_the_indices_of_an_embedding_is_no_layer(tmp_path: Path) -> None:
    source, export = tmp_path / "net.py", tmp_path / "net.onnx"
    text = "from keras import *\nmodel = Sequential([Input((40,)), layers.Embedding(100, {})])\n"
    model = onnx.parser.parse_model("""<ir_version: 8, opset_import: ["": 17]>
        g (float[N, 40] x) => (float[N, 40, 16] y) {
            i = Cast <to = 7> (x)  zero = Constant <value = int64 {0}> ()  count = Constant <value = int64 {100}> ()
            below = Less (i, zero)  above = Add (i, count)  index = Where (below, above, i)  y = Gather (words, index)
        }""")
    words = onnx.helper.make_tensor("words", onnx.TensorProto.FLOAT, [100, 16], [0.5] * 1600)
    model.graph.initializer.append(words)
    export.write_bytes(model.SerializeToString())
    source.write_text(text.format(16))
    assert compare(str(source), str(export)).same
    source.write_text(text.format(24))
    assert compare(str(source), str(export)).differences


def exported(path: Path, text: str, weights: dict[str, tuple[int, ...]]) -> str:
    model = onnx.parser.parse_model(text)
    for name, dims in weights.items():
        values = numpy.linspace(0.1, 0.9, math.prod(dims), dtype="float32").reshape(dims)
        model.graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    path.write_bytes(model.SerializeToString())
    return str(path)


GRAPHS: dict[str, tuple[str, dict[str, tuple[int, ...]], str, list[str]]] = {
    "both directions in one operator": (
        """<ir_version: 8, opset_import: ["": 17]> g (float[N, 9, 4] x) => (float[N, 2] y) {
            steps = Transpose <perm = [1, 0, 2]> (x)
            all, last = LSTM <direction = "bidirectional", hidden_size = 6> (steps, w, r, b)
            turned = Transpose <perm = [1, 0, 2]> (last)
            side = Constant <value_ints = [0, 12]> ()
            flat = Reshape (turned, side)
            y = Gemm (flat, kernel, bias)
        }""",
        {"w": (2, 24, 4), "r": (2, 24, 6), "b": (2, 48), "kernel": (12, 2), "bias": (2,)},
        "Input((9, 4)), layers.Bidirectional(layers.LSTM(6)), layers.Dense(2)",
        ["LSTM(6)->LSTM(5)", "LSTM(6)->GRU(6)", "LSTM(6)->LSTM(6, activation='relu')", "Dense(2)->Dense(3)"],
    ),
    "a layer over each step": (
        """<ir_version: 8, opset_import: ["": 17]> g (float[N, 9, 4] x) => (float[N, 9, 2] y) {
            product = MatMul (x, kernel)  sum = Add (product, bias)  y = Tanh (sum)
        }""",
        {"kernel": (4, 2), "bias": (2,)},
        "Input((9, 4)), layers.TimeDistributed(layers.Dense(2, activation='tanh'))",
        ["Dense(2->Dense(3", "tanh->relu", "layers.TimeDistributed(->layers.Dropout(.1), layers.TimeDistributed(^"],
    ),
}
"""A graph, its weights, the program it is the export of, and changes of a layer; behind ^ none that an export shows."""


@pytest.mark.parametrize("case", GRAPHS)
def test_a_layer_in_one_piece_beside_the_operators_that_it_is_made_of(case: str, tmp_path: Path) -> None:
    graph, weights, layers, changes = GRAPHS[case]
    source, export = tmp_path / "net.py", exported(tmp_path / "net.onnx", graph, weights)
    text = f"from keras import *\nmodel = Sequential([{layers}])\n"
    source.write_text(text)
    for pair in ((str(source), export), (export, str(source))):
        assert compare(*pair).same, compare(*pair).text()
    for change in changes:
        old, new = change.removesuffix("^").split("->")
        assert old in text
        source.write_text(text.replace(old, new))
        comparison = compare(str(source), export)
        assert comparison.same if change.endswith("^") else comparison.differences, change


def test_the_functions_within_a_recurrent_layer_are_compared(tmp_path: Path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    text = "from keras import *\nmodel = Sequential([Input((9, 4)), layers.GRU(3{}), layers.Dense(2)])\n"
    one.write_text(text.format(""))
    for change in (", activation='relu'", ", go_backwards=True", ", recurrent_activation='tanh'"):
        other.write_text(text.format(change))
        assert compare(str(one), str(other)).differences


CALLED = {
    "again": "d = layers.Dense(4)\ny = layers.Add()([d(a), d(b)])\n",
    "once": "y = layers.Add()([layers.Dense(4)(a), layers.Dense(4)(b)])\n",
}


@pytest.mark.parametrize("alike", [False, True])
@pytest.mark.parametrize("exported_as", CALLED)
@pytest.mark.parametrize("written_as", CALLED)
def test_a_layer_that_is_called_again_is_not_two(
    written_as: str, exported_as: str, alike: bool, tmp_path: Path
) -> None:
    """A graph that holds the same numbers under two names may be of either."""
    source, other = "v" if exported_as == "again" else "w", tmp_path / "net.onnx"
    weights: dict[str, tuple[int, ...]] = dict.fromkeys(sorted({"v", source}), (8, 4))
    text = f"""<ir_version: 8, opset_import: ["": 17]> g (float[n, 8] a, float[n, 8] b) => (float[n, 4] y) {{
        c = MatMul (a, v)  d = MatMul (b, {source})  y = Add (c, d) }}"""
    (tmp_path / "net.py").write_text(
        f"from keras import Input, Model, layers\na, b = Input((8,)), Input((8,))\n{CALLED[written_as]}"
        "model = Model([a, b], y)\n"
    )
    pair = str(tmp_path / "net.py"), exported(other, text, weights)
    if not alike:
        model = onnx.load(other)
        for index, weight in enumerate(model.graph.initializer):
            numbers = numpy.full((8, 4), index + 1.0, "float32")
            weight.CopyFrom(onnx.numpy_helper.from_array(numbers, weight.name))
        onnx.save(model, other)
    either = alike and exported_as == "once"
    for comparison in (compare(*pair), compare(*pair[::-1])):
        assert bool(comparison.differences) == (written_as != exported_as and not either), comparison.text()


def test_the_slopes_of_a_prelu_are_counted(tmp_path: Path) -> None:
    files = tmp_path / "one.py", tmp_path / "other.py"
    for file, axes in zip(files, ("", "shared_axes=[1]"), strict=True):
        file.write_text(
            f"from keras import *\nmodel = Sequential([Input((9, 4)), layers.Conv1D(4, 3), layers.PReLU({axes})])\n"
        )
    assert compare(*map(str, files)).differences
    assert compare(str(files[0]), str(files[0])).same


def test_what_was_not_read_is_not_the_same(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(SOURCE.format(**ASKED).replace("layers.Dropout(0.5)", "Unheard()"))
    comparison = compare(str(path), paths("2_cifar10_overfit_as_asked")[1])
    assert not comparison.same
    assert not comparison.differences


def test_files_without_a_model(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("x = 1\n")
    with pytest.raises(Unreadable, match="defines no model"):
        compare(str(tmp_path / "x.py"), paths(CASES[0])[1])


def test_exit_status() -> None:
    runner = CliRunner()
    same, other = paths(CASES[0]), paths(CASES[1])
    assert runner.invoke(main, ["--compare", *same]).exit_code == 0
    parted = runner.invoke(main, ["--compare", same[0], other[1]])
    assert (parted.exit_code, "part at" in parted.output) == (1, True)
    assert runner.invoke(main, ["--compare", same[0]]).exit_code == 2
    assert runner.invoke(main, ["--compare", same[0], "nowhere.onnx"]).exit_code == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [("padding='causal'", "padding='same'"), ("LSTM(6)", "LSTM(6, use_bias=False)"), ("(4, 8)", "(8, 4)"), ("", "")],
)
def test_what_two_programs_state_is_compared(old: str, new: str, tmp_path: Path) -> None:
    text = (
        "from keras import Input, Sequential, layers\n"
        "model = Sequential([Input((32,)), layers.Reshape((4, 8)), layers.Conv1D(8, 3, padding='causal'),\n"
        "                    layers.ReLU(), layers.LSTM(6), layers.Dense(2)])\n"
    )
    files = tmp_path / "one.py", tmp_path / "other.py"
    files[0].write_text(text)
    files[1].write_text(text.replace(old, new))
    assert compare(*map(str, files)).same == (old == new)


@pytest.mark.parametrize(
    ("padding", "alpha", "parts"),
    [("causal", 0.5, ""), ("same", 0.5, "places before the first: 1 and 2"), ("causal", 1.0, "alpha 1.0 and 0.5")],
)
def test_what_an_export_writes_elsewhere_is_compared(padding: str, alpha: float, parts: str, tmp_path: Path) -> None:
    """Causal padding is an operator before the convolution, and an alpha of 1 no attribute at all."""
    source, export = tmp_path / "net.py", tmp_path / "net.onnx"
    source.write_text(
        "from keras import Input, Sequential, layers\n"
        f"model = Sequential([Input((8, 4)), layers.Conv1D(5, 3, padding={padding!r}), layers.ELU({alpha})])\n"
    )
    model = onnx.parser.parse_model(
        """<ir_version: 8, opset_import: ["": 17]> g (float[n,8,4] x) => (float[n,8,5] y) {
            places = Constant <value = int64[6] {0, 0, 2, 0, 0, 0}> ()  t = Transpose <perm = [0, 2, 1]> (x)
            p = Pad (t, places)  c = Conv (p, w, b)  e = Elu <alpha = 0.5> (c)
            y = Transpose <perm = [0, 2, 1]> (e) }"""
    )
    for name, shape in (("w", (5, 4, 3)), ("b", (5,))):
        model.graph.initializer.append(onnx.numpy_helper.from_array(numpy.full(shape, 0.1, "float32"), name))
    export.write_bytes(model.SerializeToString())
    comparison = compare(str(source), str(export))
    assert comparison.same == (not parts), comparison.text()
    assert parts in comparison.text()


@pytest.mark.parametrize("count", [2, 3])
def test_a_sum_that_is_divided_by_how_many_it_is_of_is_an_average(count: int, tmp_path: Path) -> None:
    source, export = tmp_path / "net.py", tmp_path / "net.onnx"
    source.write_text(
        "from keras import Input, Model, layers\n"
        f"x = Input((4,))\nparts = [layers.Activation('tanh')(x) for _ in range({count})]\n"
        "model = Model(x, layers.Average()(parts))\n"
    )
    total = "t = Add (a, b)" if count == 2 else "c = Tanh (x)  u = Add (a, b)  t = Add (u, c)"
    model = onnx.parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> g (float[n,4] x) => (float[n,4] y) <float many = {{{count}.0}}> {{'
        f"a = Tanh (x)  b = Tanh (x)  {total}  y = Div (t, many) }}"
    )
    export.write_bytes(model.SerializeToString())
    comparison = compare(str(source), str(export))
    assert comparison.same, comparison.text()
