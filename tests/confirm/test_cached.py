"""The program's own pictures, where Keras has them already: nothing is fetched, and what is damaged is not used."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cnnlint.confirm import cached, real
from cnnlint.confirm.lab import Lab
from cnnlint.confirm.probes import make
from cnnlint.confirm.specs import InputSpec, ProbeSpec
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials import run_trial
from cnnlint.graph import ArrayFacts, Model
from cnnlint.rule.experiments import Trial
from tests.confirm.graphs import FLATTEN, act, chain, copy, dense, training

RANDOM = np.random.default_rng(0)
X = RANDOM.integers(0, 256, (cached.MOST, 28, 28), dtype=np.uint8)
Y = RANDOM.integers(0, 10, cached.MOST, dtype=np.uint8)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(cached, "folder", lambda: tmp_path)
    cached.pictures.cache_clear()
    yield tmp_path
    cached.pictures.cache_clear()


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
