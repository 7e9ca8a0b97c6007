"""The user's own data: what cannot be used is refused with the reason, what can is fed as the program feeds it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cnnlint.cli import main
from cnnlint.confirm import DataError
from cnnlint.confirm.data.files import FEWEST, OwnData, read_data
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import InputSpec, ProbeSpec
from cnnlint.confirm.models.shrink import FULL, Plan
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.assess import assess
from cnnlint.confirm.trials.lab import Lab
from cnnlint.confirm.trials.own_data import Unfit, sized
from cnnlint.confirm.trials.paired import probe_spec
from cnnlint.diagnostics import Evidence, Verdict
from cnnlint.graph import Argument, ArrayFacts, Model, Placement
from cnnlint.rule.experiments import Proof, Trial
from cnnlint.rule.remedies import Twin
from tests.confirm.graphs import FLATTEN, act, chain, conv, copy, dense, small, training, without

RANDOM = np.random.default_rng(0)
X = RANDOM.random((80, 8)).astype(np.float32)
Y = np.arange(80) % 4


def saved(folder: Path, name: str = "own.npz", **arrays: Any) -> str:
    path = folder / name
    np.savez(path, **arrays)
    return str(path)


@pytest.mark.parametrize(
    ("arrays", "told"),
    [
        ({"x": X, "labels": Y}, "own.npz has no array `y`: it holds labels, x"),
        ({"y": Y}, "no array `x`"),
        ({"x": X, "y": np.array([{}] * 80, dtype=object)}, "holds Python objects, which are never unpickled"),
        ({"x": X, "y": np.array(["cat"] * 80)}, "`y` in own.npz is of dtype <U3: numbers are wanted"),
        ({"x": X.astype(complex), "y": Y}, "of dtype complex"),
        ({"x": X[:, 0], "y": Y}, r"`x` in own.npz has the shape \(80,\): samples first, then features"),
        ({"x": X, "y": np.float32(3)}, r"`y` in own.npz has the shape \(\)"),
        ({"x": X, "y": Y[:79]}, "`x` in own.npz has 80 samples and `y` 79"),
        ({"x": X[: FEWEST - 1], "y": Y[: FEWEST - 1]}, "has 63 samples: at least 64"),
        ({"x": np.zeros((80, 0)), "y": Y}, "own.npz is empty"),
        ({"x": np.where(X[7, 3] == X, np.nan, X), "y": Y}, "not finite, first in row 7"),
        ({"x": np.where(X[0, 0] == X, 1e300, X.astype(float)), "y": Y}, "not finite, first in row 0"),
        ({"x": X, "y": np.where(Y == 3, np.inf, Y)}, "`y` in own.npz has values that are not finite"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path: Path, arrays: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_data(saved(tmp_path, **arrays))


def table(folder: Path, *rows: str, head: str = "a,b,kind") -> str:
    path = folder / "own.csv"
    path.write_text("\n".join([head, *rows]) + "\n")
    return str(path)


ROWS = [f"{index / 10},{-index}, {'cat' if index % 3 else 'dog'}" for index in range(70)]


def test_a_table_is_read_with_the_column_of_its_labels(tmp_path: Path) -> None:
    path = table(tmp_path, *ROWS)
    data = read_data(f"{path}:kind")
    assert (data.name, data.total, data.low, data.high) == ("own.csv", 70, -69.0, pytest.approx(6.9))
    assert data.x[2].tolist() == pytest.approx([0.2, -2])
    assert data.y[:4].tolist() == [1, 0, 0, 1]
    other = read_data(f"{table(tmp_path, *(row.replace('cat', '0').replace('dog', '1') for row in ROWS))}:b")
    assert other.y[:3].tolist() == [0, -1, -2]
    assert other.x.shape == (70, 2)
    assert other.digest != data.digest


@pytest.mark.parametrize(
    ("rows", "column", "told"),
    [
        (ROWS, "", "say which column holds the labels: own.csv:COLUMN, one of a, b, kind"),
        (ROWS, ":price", "own.csv has no single column `price`: own.csv:COLUMN, one of a, b, kind"),
        (ROWS, ":b", "column `kind` of own.csv holds `dog` in row 1, and numbers are wanted"),
        ([*ROWS, "1,,cat"], ":kind", "column `b` of own.csv holds nothing in row 71"),
        ([*ROWS, "1,inf,cat"], ":kind", "has a value that is not finite in row 71"),
        ([*ROWS, "1,2"], ":kind", "row 71 of own.csv has 2 values, and there are 3 columns"),
        ([*ROWS, "1,2,"], ":kind", "column `kind` of own.csv has gaps"),
        (ROWS[:63], ":kind", "own.csv has 63 rows: at least 64"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(tmp_path: Path, rows: list[str], column: str, told: str) -> None:
    with pytest.raises(DataError, match=told):
        read_data(table(tmp_path, *rows) + column)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_data(str(tmp_path / "gone.npz"))
    with pytest.raises(DataError, match="no two folders with pictures"):
        read_data(str(tmp_path))
    (tmp_path / "text.npz").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match="is not an"):
        read_data(str(tmp_path / "text.npz"))
    np.save(tmp_path / "alone.npy", X)
    with pytest.raises(DataError, match="is not an"):
        read_data(str(tmp_path / "alone.npy"))
    with zipfile.ZipFile(tmp_path / "other.npz", "w") as archive:
        archive.writestr("x.npy", b"no array")
        archive.writestr("y.npy", b"no array")
    with pytest.raises(DataError, match="is damaged"):
        read_data(str(tmp_path / "other.npz"))
    buffer = io.BytesIO()
    np.save(buffer, X)
    with zipfile.ZipFile(tmp_path / "short.npz", "w") as archive:
        archive.writestr("x.npy", buffer.getvalue()[:-8])
        archive.writestr("y.npy", buffer.getvalue())
    with pytest.raises(DataError, match="is damaged: `x` ends early"):
        read_data(str(tmp_path / "short.npz"))


def test_a_file_is_never_unpickled(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return (open, (str(tmp_path / "boom"), "w"))

    with pytest.raises(DataError, match="never unpickled"):
        read_data(saved(tmp_path, x=np.array([Bomb()] * 80, dtype=object), y=Y))
    assert not (tmp_path / "boom").exists()


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16", ">f4", ">i2", "bool", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_every_dtype_and_order_is_read(tmp_path: Path, dtype: str, order: Any) -> None:
    x = np.asarray((X * 2).astype(dtype), order=order)
    found = read_data(saved(tmp_path, x=x, y=Y))
    assert np.array_equal(found.x, x.astype(np.float32) if x.dtype.kind == "f" else x)
    assert found.x.dtype.isnative
    assert np.array_equal(found.y, Y)
    assert (found.total, found.low, found.high) == (80, float(x.min()), float(np.float32(x.max())))


def test_of_a_large_file_the_same_samples_are_kept_each_time(tmp_path: Path) -> None:
    numbers = np.arange(10_000)
    np.savez_compressed(tmp_path / "large.npz", x=numbers[:, None] * np.ones((1, 8)), y=numbers % 4)
    first, second = (read_data(str(tmp_path / "large.npz")) for _ in range(2))
    assert (len(first.x), first.total) == (4096, 10_000)
    assert (first.x == second.x).all()
    assert (first.x[:, 0].astype(int) % 4 == first.y).all()
    assert (first.low, first.high) == (0, 9999)
    assert first.digest == second.digest != read_data(saved(tmp_path, x=X, y=Y)).digest


def own(x: Any, y: Any) -> OwnData:
    x, y = np.asarray(x), np.asarray(y)
    return OwnData("own.npz", "digest", x, y, len(x), float(x.min()), float(x.max()))


def spec_of(model: Model, data: OwnData, twin: Model | None = None, plan: Plan = FULL) -> tuple[Lab, ProbeSpec]:
    lab = Lab(0, data=data)
    written = lab.prepare(model, plan)
    repaired = lab.prepare(twin, plan) if twin is not None else written
    return lab, lab.own(probe_spec(repaired, written), written, repaired)


def plain(loss: str, units: int, *head: Any, **setup: Any) -> Model:
    return chain((8,), dense(units), *head, training=training(loss, classes=units, **setup))


HOT = np.eye(4)[Y]
SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"


@pytest.mark.parametrize(
    ("model", "x", "y", "told"),
    [
        (partial(plain, SPARSE, 4), X[:, :7], Y, "samples of `x` in own.npz have the shape 7, and the model takes 8"),
        (partial(plain, SPARSE, 4), X.reshape(80, 4, 2), Y, "have the shape 4×2, and the model takes 8: reshape `x`"),
        (
            partial(chain, (4, 2, 1), FLATTEN, dense(4), training=training(SPARSE, classes=4)),
            X.reshape(80, 4, 2),
            Y,
            r"and the model takes 4×2×1: add the axis of the channels, x\[..., None\]",
        ),
        (
            partial(plain, SPARSE, 4),
            X,
            HOT,
            r"one-hot rows of 4, and sparse_categorical_crossentropy takes class numbers: pass y.argmax\(axis=-1\)",
        ),
        (
            partial(plain, DENSE, 4),
            X,
            Y,
            r"holds class numbers from 0 to 3, and categorical_crossentropy takes one-hot "
            r"rows: pass keras.utils.to_categorical\(y, 4\)",
        ),
        (partial(plain, DENSE, 5), X, HOT, "holds one-hot rows of 4, and the model's output has 5 units"),
        (partial(plain, DENSE, 4), X, HOT * 0.5, "not all of them one-hot"),
        (
            partial(plain, SPARSE, 4),
            X,
            Y + 1,
            "class numbers in own.npz run from 1 to 4, and those of the model from 0 to 3",
        ),
        (partial(plain, SPARSE, 4), X, Y - 1, "run from -1 to 2"),
        (partial(plain, SPARSE, 4), X, Y + 0.5, "holds quantities from 0.5 to 3.5"),
        (partial(plain, SPARSE, 4), X, Y * 0, "holds a single class"),
        (
            partial(plain, "binary_crossentropy", 1, act("sigmoid")),
            X,
            Y,
            "run from 0 to 3, and those of the model from 0 to 1",
        ),
        (partial(plain, "mean_squared_error", 2), X, Y, r"has the shape \(80,\), and the model answers with 2 numbers"),
        (partial(plain, "mean_squared_error", 1), X, Y * 0 + 5, "all of `y` in own.npz is 5"),
        (
            partial(
                chain,
                (8,),
                ("Embedding", {"input_dim": 10, "output_dim": 4}),
                FLATTEN,
                dense(4),
                training=training(SPARSE, classes=4),
            ),
            X * 20,
            Y,
            "looks up whole numbers from 0 to 9",
        ),
        (
            partial(chain, (8, 8, 1), conv(4), training=training(SPARSE, classes=4)),
            RANDOM.random((80, 8, 8, 1)),
            Y,
            "this one answers with a map",
        ),
    ],
)
def test_data_that_does_not_fit_the_model_says_in_what(model: Callable[[], Model], x: Any, y: Any, told: str) -> None:
    with pytest.raises(Unfit, match=told):
        spec_of(model(), own(x, y))


def test_a_model_of_several_inputs_takes_no_single_x() -> None:
    model = plain(SPARSE, 4)
    second = chain((8,), dense(4)).nodes[0]
    model.nodes.insert(0, second)
    model.inputs.append(second)
    model.nodes[2].inputs.append(second)
    model.nodes[2].kind = "Concatenate"
    model.nodes[2].arguments = {"axis": Argument(-1, given=True)}
    with pytest.raises(Unfit, match="the model takes 2 inputs"):
        spec_of(model, own(X, Y))


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (partial(plain, SPARSE, 4), Y),
        (partial(plain, SPARSE, 4), Y[:, None]),
        (partial(plain, SPARSE, 4), Y.astype(np.float32)),
        (partial(plain, DENSE, 4), HOT),
        (partial(plain, DENSE, 4), HOT.astype(bool)),
    ],
)
def test_labels_of_every_writing_come_to_the_same(model: Callable[[], Model], y: Any) -> None:
    lab, spec = spec_of(model(), own(X, y))
    data = lab.probe(spec, 0)
    assert data.train_x[0].shape == (64, 8)
    assert data.validation_x[0].shape == (16, 8)
    rows = [int(np.flatnonzero((row == X).all(axis=1))[0]) for row in data.train_x[0]]
    assert (data.train_y == Y[rows]).all()


def test_the_split_is_the_same_each_time_and_another_one_in_another_pair() -> None:
    lab, spec = spec_of(plain(SPARSE, 4), own(X, Y))
    again, _ = spec_of(plain(SPARSE, 4), own(X, Y))
    assert (lab.probe(spec, 0).train_x[0] == again.probe(spec, 0).train_x[0]).all()
    assert (lab.probe(spec, 0).train_x[0] != lab.probe(spec, 1).train_x[0]).any()
    both = np.concatenate([*lab.probe(spec, 0).train_x, *lab.probe(spec, 0).validation_x])
    assert len(np.unique(both, axis=0)) == 80


def test_quantities_are_taken_in_their_own_range() -> None:
    lab, spec = spec_of(plain("mean_squared_error", 1), own(X, 10 + 5 * X[:, 0]))
    assert spec.own is not None
    assert spec.own.targets == pytest.approx((10 + 5 * X[:, 0].min(), 10 + 5 * X[:, 0].max()), rel=1e-6)
    assert lab.probe(spec, 0).train_y.max() <= 1
    assert spec.own.guess == pytest.approx(((X[:, 0] - X[:, 0].min()) / np.ptp(X[:, 0])).var(), rel=1e-3)


def test_a_long_vector_that_the_program_makes_a_picture_of_is_one_here() -> None:
    model = chain(
        (64,),
        ("Reshape", {"target_shape": (8, 8, 1)}),
        conv(4),
        FLATTEN,
        dense(4),
        training=training(SPARSE, classes=4),
    )
    x = RANDOM.random((80, 64)).astype(np.float32)
    lab, spec = spec_of(model, own(x, Y))
    assert lab.probe(spec, 0).train_x[0].shape == (64, 8, 8, 1)


def test_a_shape_that_the_file_does_not_show_is_that_of_the_data() -> None:
    model = chain(
        (None, None, 3), conv(4), ("GlobalAveragePooling2D", {}), dense(4), training=training(SPARSE, classes=4)
    )
    lab, spec = spec_of(model, own(RANDOM.random((80, 11, 13, 3)), Y))
    assert lab.probe(spec, 0).train_x[0].shape == (64, 11, 13, 3)


def test_pictures_are_averaged_down_to_the_size_of_the_shrunk_model() -> None:
    x = RANDOM.random((80, 48, 48, 1)).astype(np.float32)
    assert np.allclose(sized(x, InputSpec((24, 24, 1), "image")), x.reshape(80, 24, 2, 24, 2, 1).mean(axis=(2, 4)))
    thirds = sized(np.arange(3.0).reshape(1, 3, 1), InputSpec((2, 1), "signal"))
    assert thirds.ravel() == pytest.approx([1 / 3, 5 / 3])
    model = chain((48, 48, 1), conv(4), FLATTEN, dense(4), training=training(SPARSE, classes=4))
    lab, spec = spec_of(model, own(x, Y), plan=Plan(side=24))
    assert lab.probe(spec, 0).train_x[0].shape == (64, 24, 24, 1)


def test_a_hundred_classes_are_all_there() -> None:
    model = plain(SPARSE, 100)
    lab, spec = spec_of(model, own(np.tile(X, (5, 1)), np.arange(400) % 100))
    assert spec.classes == 100
    assert lab.probe(spec, 0).train_y.max() > 90


def gratings(samples: int = 600, **changes: Any) -> OwnData:
    """Data that a small network learns: 12×12 gratings of 4 classes."""
    spec = ProbeSpec((InputSpec((12, 12, 1), "image"),), "classes", 4, 4, train=samples)
    drawn = make(spec, 5)
    scale = changes.get("scale", 1.0)
    return own(drawn.train_x[0] * scale, np.eye(4)[drawn.train_y] if changes.get("hot", True) else drawn.train_y)


ACCURACY = Trial("accuracy", "higher", 0.1, steps=60)


def tried(model: Model, twin: Twin | None, data: OwnData, trial: Any = ACCURACY) -> Evidence:
    return assess(trial, Subject(model, None, twin), Lab(0, data=data))


def test_a_trial_on_own_data_says_so_everywhere() -> None:
    model = small(from_logits=True)
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    twin = copy(model)
    model.training.losses[0].swapped = True
    found, again = (tried(model, twin, gratings()) for _ in range(2))
    assert found.verdict is Verdict.CONFIRMED
    assert "repaired after 120 steps" in found.summary
    assert "after 60 on your data: own.npz" in found.summary
    assert found.data == "your data: own.npz, 480 training and 120 validation samples of 600"
    assert found.series == again.series


def test_data_that_does_not_fit_decides_nothing_and_says_why() -> None:
    model = small(act("relu"), act("softmax"))
    found = tried(model, without(model, 9), gratings(hot=False))
    assert found.verdict is Verdict.UNDECIDED
    assert "takes one-hot rows: pass keras.utils.to_categorical(y, 4)" in found.summary


def test_a_repair_that_scales_the_inputs_is_applied_to_own_data() -> None:
    model = small(act("softmax"))
    model.training.feeds[0].x = ArrayFacts(low=0.0, high=255.0)
    twin = copy(model)
    twin.model.training.feeds[0].x = ArrayFacts(low=0.0, high=1.0)
    data = gratings(scale=255.0)
    lab = Lab(0, data=data)
    arms = [lab.prepare(one, FULL) for one in (model, twin.model)]
    spec = lab.own(probe_spec(arms[1], arms[0]), *arms)
    units = lab.probe(spec, 0).train_x[0]
    assert 0.9 < units.max() <= 1
    assert np.allclose(arms[0].fed.train.apply(units, 0.0, 1.0), np.rint(units * 255))
    assert (arms[1].fed.train.apply(units, 0.0, 1.0) == units).all()
    scaled = tried(model, twin, gratings())
    assert scaled.verdict is Verdict.UNDECIDED
    assert "where the program feeds 0 to 255: it cannot show what scaling changes" in scaled.summary


def test_noise_that_nobody_learns_decides_nothing() -> None:
    model = small(act("relu"), act("softmax"))
    noise = own(RANDOM.random((400, 12, 12, 1)).astype(np.float32), np.eye(4)[RANDOM.integers(0, 4, 400)])
    found = tried(model, without(model, 9), noise)
    assert found.verdict is Verdict.UNDECIDED
    assert "neither model learned your data" in found.summary


def test_what_always_naming_the_most_frequent_class_reaches_is_not_learning() -> None:
    model = small(act("relu"), act("softmax"))
    labels = (RANDOM.random(400) < 0.1).astype(int)
    noise = own(RANDOM.random((400, 12, 12, 1)).astype(np.float32), np.eye(4)[labels])
    found = tried(model, without(model, 9), noise)
    assert found.verdict is Verdict.UNDECIDED, found.summary


def test_a_stand_in_keeps_its_probe_set_and_says_so() -> None:
    from tests.confirm.claims import few_updates

    model, _ = few_updates()
    data = own(RANDOM.random((80, 28, 28, 1)), np.eye(10)[np.arange(80) % 10])
    trial = Trial("mode gap", "lower", 0.3, steps=10, stand_in="conv-batchnorm-relu", parameters={"repaired": 0.01})
    found = tried(model, None, data, trial)
    assert found.verdict is Verdict.CONFIRMED
    assert found.data is not None
    assert found.data.startswith("probe set: gratings 24×24×1")
    assert "own.npz" not in found.summary
    assert any("not on own.npz" in note for note in found.notes)


def test_proofs_that_need_data_take_it_and_others_do_not() -> None:
    model = chain((8,), dense(4), act("softmax"), training=training(DENSE, classes=4))
    loss = assess(Proof("initial-loss", "claim"), Subject(model, None, None), Lab(0, data=own(X * 500, HOT)))
    assert loss.data is not None
    assert loss.data.startswith("your data: own.npz")
    assert loss.verdict is Verdict.PROVED
    output = assess(Proof("constant-output", "claim"), Subject(model, None, None), Lab(0, data=own(X, HOT)))
    assert output.data is None


MODEL = """\
from keras import Sequential, layers
model = Sequential([layers.Input((8,)), layers.Dense(4, activation="relu"), layers.Softmax()])
model.compile("adam", "sparse_categorical_crossentropy")
"""


def test_an_unusable_file_is_wrong_usage_before_anything_is_tested(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text(MODEL)
    given = ["--isolated", "--no-cache", str(tmp_path / "model.py"), "--confirm-data"]
    missing = CliRunner().invoke(main, [*given, str(tmp_path / "gone.npz")])
    assert (missing.exit_code, "no such file" in missing.output) == (2, True)
    wrong = CliRunner().invoke(main, [*given, saved(tmp_path, x=X, z=Y)])
    assert (wrong.exit_code, "has no array `y`" in wrong.output) == (2, True)


def test_one_file_of_data_and_several_programs(tmp_path: Path) -> None:
    import json

    (tmp_path / "fits.py").write_text(MODEL)
    (tmp_path / "other.py").write_text(MODEL.replace("(8,)", "(9,)"))
    result = CliRunner().invoke(
        main,
        [
            "--isolated",
            "--no-cache",
            "--format",
            "json",
            "--confirm-only",
            "CNN101",
            str(tmp_path),
            "--confirm-data",
            saved(tmp_path, x=X, y=Y),
        ],
    )
    assert result.exit_code in (0, 1), result.output
    fits, other = [one["evidence"] for one in json.loads(result.output)["diagnostics"] if one["evidence"]]
    assert fits["data"] == "your data: own.npz, 64 training and 16 validation samples of 80"
    assert "the model takes 9" in other["summary"]
    assert other["verdict"] == "undecided"
