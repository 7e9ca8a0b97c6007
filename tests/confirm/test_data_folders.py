"""Pictures in a folder for each class: found and numbered as Keras does it, brought into the form of a model."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnlint.confirm import DataError, check_data
from cnnlint.confirm.data.files import OwnData, read_data
from cnnlint.confirm.models.shrink import FULL
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials.assess import assess
from cnnlint.confirm.trials.lab import Lab
from cnnlint.confirm.trials.own_data import Unfit
from cnnlint.confirm.trials.paired import probe_spec
from cnnlint.diagnostics import Verdict
from cnnlint.graph import Model
from cnnlint.rule.experiments import Trial
from tests.confirm.graphs import FLATTEN, act, chain, conv, dense, training, without

RANDOM = np.random.default_rng(0)


def png(pixels: Any) -> bytes:
    """A picture (height, width, 3) of bytes as a PNG file."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels.astype(np.uint8))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def folder(where: Path, count: int = 40, side: int = 12) -> Path:
    """Cats that are bright above, dogs that are bright below, some in a folder of their own."""
    for number, one in enumerate(("cats", "dogs")):
        (where / one / "more").mkdir(parents=True)
        for index in range(count):
            pixels = RANDOM.integers(0, 100, (side, side, 3))
            pixels[: side // 2] += 150 * (number == 0)
            pixels[side // 2 :] += 150 * (number == 1)
            (where / one / ("more" if index < 5 else "") / f"{index}.png").write_bytes(png(pixels))
    (where / "cats" / "notes.txt").write_text("no picture")
    return where


def small(*head: Any, channels: int = 3, loss: str = "sparse_categorical_crossentropy") -> Model:
    setup = training(loss, classes=2, high=255.0)
    return chain((8, 8, channels), conv(4), act("relu"), FLATTEN, *head, training=setup)


def given(model: Model, data: OwnData) -> Any:
    """The features that a model is trained on."""
    lab = Lab(0, data=data)
    ready = lab.prepare(model, FULL)
    spec = lab.own(probe_spec(ready, ready), ready, ready)
    return lab._job(ready, spec, 0), lab.title(spec)


def test_pictures_are_found_by_class_and_fed_as_the_program_feeds_them(tmp_path: Path) -> None:
    data = read_data(str(folder(tmp_path / "pets")))
    assert (data.x.shape, data.x.dtype, data.total) == ((80, 12, 12, 3), np.uint8, 80)
    assert data.y.tolist() == [0] * 40 + [1] * 40
    assert data.digest == check_data(str(tmp_path / "pets")).digest
    job, title = given(small(dense(2), act("softmax")), data)
    assert title == "your data: pets, 64 training and 16 validation samples of 80 pictures"
    assert job.train[0].shape == (64, 8, 8, 3)
    upper = job.train[0][:, :4].mean(axis=(1, 2, 3)) > job.train[0][:, 4:].mean(axis=(1, 2, 3))
    assert (upper == (job.labels == 0)).all()
    assert 200 < job.train[0].max() <= 255
    grey, _ = given(small(dense(2), act("softmax"), channels=1, loss="categorical_crossentropy"), data)
    assert grey.train[0].shape == (64, 8, 8, 1)
    assert grey.labels.shape == (64, 2)


def test_a_model_that_takes_no_pictures_says_so(tmp_path: Path) -> None:
    data = read_data(str(folder(tmp_path / "pets")))
    with pytest.raises(Unfit, match="pets holds pictures, and the model takes 8"):
        given(chain((8,), dense(2), training=training("sparse_categorical_crossentropy", classes=2)), data)


def test_a_trial_on_pictures_of_ones_own(tmp_path: Path) -> None:
    data = read_data(str(folder(tmp_path / "pets")))
    model = small(dense(2), act("relu"), act("softmax"))
    twin = without(model, len(model.nodes) - 2)
    evidence = assess(Trial("accuracy", "higher", 0.1, 40), Subject(model, None, twin), Lab(0, data=data))
    assert evidence.data is not None
    assert "of 80 pictures" in evidence.data
    assert evidence.verdict is not Verdict.NOT_TESTABLE
    assert evidence.pairs


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    where = folder(tmp_path / "pets", side=150)
    assert read_data(str(where)).x.shape == (80, 128, 128, 3)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no two folders with pictures"):
        check_data(str(tmp_path))
    where = folder(tmp_path / "pets", count=20)
    with pytest.raises(DataError, match="pets has 40 pictures: at least 64 are needed"):
        check_data(str(where))
    whole = folder(tmp_path / "more")
    (whole / "empty").mkdir()
    with pytest.raises(DataError, match="more/empty has no pictures"):
        check_data(str(whole))
    (whole / "empty").rmdir()
    (whole / "dogs" / "7.png").write_bytes(b"no picture at all")
    with pytest.raises(DataError, match=r"7\.png in more is no picture that can be decoded"):
        read_data(str(whole))
