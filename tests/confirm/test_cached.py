"""The program's own pictures, where Keras has them already: nothing is fetched, and what is damaged is not used."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from cnnlint.confirm import backend
from cnnlint.confirm.data import cached, named_tables, real
from cnnlint.confirm.data.made_tables import MADE
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import InputSpec, ProbeSpec
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.lab import Lab
from cnnlint.confirm.trials.paired import run_trial
from cnnlint.graph import ArrayFacts, Model, Step
from cnnlint.readers.python import read
from cnnlint.rule.experiments import Trial
from tests.confirm.graphs import FLATTEN, act, chain, copy, dense, training

RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (cached.MOST, 28, 28), dtype=np.uint8)
Y = RANDOM.integers(0, 10, cached.MOST, dtype=np.uint8)
FOLDER = cached.folder


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(cached, "folder", lambda: tmp_path)
    cached.pictures.cache_clear()
    named_tables._read.cache_clear()
    yield tmp_path
    cached.pictures.cache_clear()
    named_tables._read.cache_clear()


def fitted(source: str) -> Model:
    model = chain((28, 28, 1), FLATTEN, dense(10), act("softmax"), training=training())
    model.training.feeds[0].x = ArrayFacts(low=0.0, high=1.0, source=source)
    return model


def test_the_set_that_the_file_names_is_read_where_it_lies(home: Path) -> None:
    model = fitted("keras.datasets.mnist")
    assert cached.named(model) is None
    assert cached.stamp(model) is None
    np.savez(home / "mnist.npz", x_train=X, y_train=Y)
    assert cached.named(model) == "mnist"
    assert cached.named(fitted("keras.datasets.fashion_mnist")) is None
    found = cached.pictures("mnist")
    assert found is not None
    assert np.array_equal(found[0] * 255, X)
    before = cached.stamp(model)
    np.savez_compressed(home / "mnist.npz", x_train=X, y_train=Y)
    assert cached.stamp(model) != before


def test_sets_lie_where_the_user_keeps_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    monkeypatch.delenv(backend.CARRIED, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert FOLDER() == tmp_path / ".keras" / "datasets"
    assert backend.CARRIED not in backend.environment()
    monkeypatch.setenv("KERAS_HOME", "~/elsewhere")
    assert FOLDER() == tmp_path / "elsewhere" / "datasets"
    # the process that trains has no home of Keras's, and looks in the same place
    given = backend.environment()
    assert given["KERAS_HOME"] == backend.PINNED["KERAS_HOME"]
    for name in ("KERAS_HOME", backend.CARRIED):
        monkeypatch.setenv(name, given[name])
    assert FOLDER() == tmp_path / "elsewhere" / "datasets"
    monkeypatch.delenv(backend.CARRIED)
    assert FOLDER() == tmp_path / ".keras" / "datasets"


def test_a_set_with_too_few_pictures_is_not_used(home: Path) -> None:
    for count, used in ((cached.FEWEST, True), (cached.FEWEST - 1, False)):
        np.savez(home / "mnist.npz", x_train=X[:count], y_train=Y[:count])
        cached.pictures.cache_clear()
        assert (cached.pictures("mnist") is not None) is used


def test_trials_are_made_on_it_and_say_so(home: Path) -> None:
    np.savez(home / "mnist.npz", x_train=X, y_train=Y)
    model = fitted("keras.datasets.mnist")
    lab = Lab(0)
    result = run_trial(Subject(model, None, copy(model)), Trial("accuracy", "higher", 0.1, steps=20), lab)
    assert lab.source == "MNIST from Keras's cache"
    # the pictures are noise, of which a model and its copy learn equally little
    assert result.identical
    assert result.means[0] < 0.3
    small = ProbeSpec((InputSpec((14, 14, 1), "image"),), "classes", 10, 10, "mnist", train=50, validation=50)
    assert make(small, 0).train_x[0].shape == (50, 14, 14, 1)
    assert real.title(small) == "MNIST from Keras's cache, scaled to 14×14"


def test_files_as_they_are_published(home: Path) -> None:
    (home / "fashion-mnist").mkdir()
    for file, head, array in zip(cached.FILES["fashion_mnist"], (16, 8), (X, Y), strict=True):
        (home / file).write_bytes(gzip.compress(bytes(head) + array.tobytes() + bytes(100)))
    assert cached.named(fitted("keras.datasets.fashion_mnist")) == "fashion_mnist"
    found = cached.pictures("fashion_mnist")
    assert found is not None
    assert np.array_equal(found[1], Y)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no archive"])
def test_what_is_damaged_is_not_used(home: Path, content: bytes) -> None:
    (home / "mnist.npz").write_bytes(content)
    assert cached.pictures("mnist") is None


def test_what_would_have_to_be_unpickled_is_not_used(home: Path) -> None:
    np.savez(home / "mnist.npz", x_train=np.array([{}] * 3, dtype=object), y_train=Y)
    assert cached.pictures("mnist") is None


@pytest.mark.parametrize("name", ["make_moons", "make_circles", "make_friedman1"])
def test_what_scikit_learn_makes_is_made_again_by_the_same_formulas(name: str) -> None:
    made = pytest.importorskip("sklearn.datasets")
    given = {"n_samples": 301, "noise": 0.0, **({"n_features": 7} if name == "make_friedman1" else {})}
    given |= {"factor": 0.6} if name == "make_circles" else {}
    x, y = MADE[name][1](given, np.random.default_rng(0))
    arguments = {key: int(value) if key.startswith("n_") else value for key, value in given.items()}
    if name == "make_friedman1":
        # the features are drawn: the quantities have to follow from them
        state = SimpleNamespace(uniform=lambda size: x, standard_normal=lambda size: np.zeros(size))
        theirs = made.make_friedman1.__wrapped__
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(theirs.__globals__, "check_random_state", lambda _: state)
            assert theirs(**arguments)[1] == pytest.approx(y)
        return
    other, labels = getattr(made, name)(**arguments, shuffle=False)
    assert x == pytest.approx(other)
    assert list(y) == list(labels)


def test_a_table_that_scikit_learn_makes_is_fed_where_the_numbers_it_is_made_of_were_read() -> None:
    def named(*recipe: tuple[str, float], labels: tuple[tuple[str, float], ...] | None = None) -> Any:
        model = tabled("sklearn.datasets.make_circles", 300, 2, classes=2)
        feed = model.training.feeds[0]
        assert feed.x is not None
        assert feed.y is not None
        feed.x = replace(feed.x, recipe=recipe)
        feed.y = replace(feed.y, recipe=recipe if labels is None else labels)
        return named_tables.named(model), named_tables.stamp(model)

    recipe = (("n_samples", 300.0), ("noise", 0.05), ("factor", 0.5))
    found, told = named(*recipe)
    assert found.x.shape == (300, 2)
    assert set(found.y) == {0, 1}
    assert "noise" in told
    assert named() == (None, None)
    assert named(*recipe, labels=())[0] is None
    assert named(*recipe[:2], ("factor", 2.0))[0] is None
    assert named(("n_samples", 300.0), ("noise", -1.0), ("factor", 0.5))[0] is None


@pytest.mark.parametrize(
    ("made", "title"),
    [
        ("x, y = make_moons(500, noise=0.1)", "two moons (noise 0.1)"),
        ("x, y = make_moons(n_samples=500)\nx = StandardScaler().fit_transform(x)", "two moons"),
        ("x, y = make_moons(500, noise=0.1)\nx, x_test, y, y_test = train_test_split(x, y)", "two moons (noise 0.1)"),
        # what is not known of it, or was done to it, makes it another
        ("x, y = make_moons(500, noise=level)", None),
        ("x, y = make_moons((200, 300), noise=0.1)", None),
        ("x, y = make_moons(10**400, noise=0.1)", None),
        ("x, y = make_moons(500, noise=float('nan'))", None),
        ("x, y = make_moons(500, noise=float('inf'))", None),
        ("x, y = make_moons(-500, noise=-0.1)", None),
        ("x, y = make_moons(500, noise=True)", "two moons (noise 1)"),
        ("x, y = make_moons(500, noise=0.1)\nkeep = x[:, 0] > 0\nx, y = x[keep], y[keep]", None),
        ("x, y = make_moons(500, noise=0.1)\ny = (x[:, 0] * x[:, 1] > 0).astype(int)", None),
        ("x, y = make_moons(500, noise=0.1)\nx = x ** 2", None),
        ("x, y = make_moons(500, noise=0.1)\nx += np.random.normal(size=x.shape)", None),
        ("x, _ = make_moons(500, noise=0.1)\n_, y = make_moons(500, noise=0.4)", None),
        ("a, p = make_moons(500)\nb, q = make_moons(500)\nx, y = np.vstack([a, b]), np.concatenate([p, q])", None),
    ],
)
def test_what_is_done_to_a_made_table_is_heeded(made: str, title: str | None) -> None:
    text = f"""
import keras
import numpy as np
from keras import layers
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

{made}
model = keras.Sequential([keras.Input((2,)), layers.Dense(16), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
model.fit(x, y, epochs=10)
"""
    (model,) = read("program.py", text.encode()).program.models
    found = named_tables.named(model)
    assert (found and found.name) == (title and f"{title} as scikit-learn makes them")


def tabled(source: str, rows: int, columns: int, *steps: Step, classes: int | None = None) -> Model:
    """A model of a table, trained on what these steps make of it."""
    loss = training(classes=classes) if classes else training("mean_squared_error")
    head = (dense(classes), act("softmax")) if classes else (dense(1),)
    model = chain((columns,), dense(8), act("relu"), *head, training=loss)
    labels = {"encoding": "integer", "classes": classes} if classes else {"encoding": "continuous"}
    model.training.feeds[0].x = ArrayFacts(shape=(rows, columns), source=source, steps=steps)
    model.training.feeds[0].y = ArrayFacts(shape=(rows,), source=source, **labels)
    return model


def test_the_table_that_the_file_names_is_fed_as_the_program_feeds_it(home: Path) -> None:
    x = RANDOM.normal(7, 2, (200, 13))
    y = x @ RANDOM.normal(size=13)
    model = tabled("keras.datasets.boston_housing", 160, 13, Step("standardize", centred=True))
    assert named_tables.named(model) is None
    assert named_tables.stamp(model) is None
    np.savez(home / "boston_housing.npz", x=x, y=y)
    named_tables._read.cache_clear()
    found = named_tables.named(model)
    assert found is not None
    assert found.x.shape == (200, 13)
    assert abs(found.x.mean(axis=0)).max() < 1e-5
    assert sorted(found.y) == pytest.approx(sorted(y), rel=1e-5)
    result = run_trial(Subject(model, None, copy(model)), Trial("accuracy", "higher", 0.1, steps=20), lab := Lab(0))
    assert result.identical
    assert lab.source == (
        "boston housing from Keras's cache, which the program names: 160 training and 40 validation samples of 200"
    )
    # what is done to the columns cannot be told, or they are others
    for other in (
        tabled("keras.datasets.boston_housing", 160, 13, Step("opaque")),
        tabled("keras.datasets.boston_housing", 160, 12),
        tabled("keras.datasets.mnist", 160, 13),
    ):
        assert named_tables.named(other) is None


def test_on_its_own_table_a_program_is_judged_by_all_of_its_own_training(home: Path) -> None:
    x = RANDOM.normal(size=(200, 13))
    np.savez(home / "boston_housing.npz", x=x, y=x @ RANDOM.normal(size=13))
    for made, steps in ((60, 60), (10, 40), (500, 80)):
        model = tabled("keras.datasets.boston_housing", 160, 13, Step("standardize", centred=True))
        model.training.feeds[0] = replace(model.training.feeds[0], steps_per_epoch=10, epochs=made // 10)
        subject = Subject(model, None, copy(model))
        result = run_trial(subject, Trial("accuracy", "higher", 0.1, steps=20), Lab(0))
        assert result.horizons[1].steps == steps


def test_a_table_that_a_repair_has_scaled_since_is_not_taken_for_what_is_fed(home: Path) -> None:
    np.savez(home / "boston_housing.npz", x=RANDOM.normal(300, 50, (200, 13)), y=RANDOM.normal(size=200))
    for low, high, taken in ((50.0, 550.0, True), (0.0, 1.0, False)):
        model = tabled("keras.datasets.boston_housing", 160, 13)
        x = model.training.feeds[0].x
        assert x is not None
        model.training.feeds[0].x = replace(x, low=low, high=high)
        run_trial(Subject(model, None, copy(model)), Trial("accuracy", "higher", 0.1, steps=20), lab := Lab(0))
        assert ("which the program names" in (lab.source or "")) is taken


@pytest.mark.parametrize(
    ("name", "rows", "columns", "classes"),
    [("iris", 150, 4, 3), ("wine", 178, 13, 3), ("breast_cancer", 569, 30, 2), ("diabetes", 442, 10, None)],
)
def test_a_table_is_what_its_loader_gives(name: str, rows: int, columns: int, classes: int | None) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    found = named_tables.named(tabled(f"sklearn.datasets.load_{name}", rows, columns, classes=classes))
    assert found is not None
    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    assert np.allclose(found.x, x, rtol=1e-5)
    assert np.allclose(found.y, y)
