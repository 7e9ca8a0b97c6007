"""A few samples as a picture: as many as are shown, in their own dots and with their targets."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import pytest
from msgspec.structs import replace

from cnnlint.confirm.data.pictured import SHOWN, samples
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import InputSpec, ProbeSpec

IMAGE = ProbeSpec((InputSpec((24, 24, 1), "image"),), "classes", 10, 10)


def pixels(png: str) -> np.ndarray:
    """The dots of a picture written here: eight bits a colour, no filter."""
    data = base64.b64decode(png)
    width, height = struct.unpack(">II", data[16:24])
    begin = data.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", data[begin - 8 : begin - 4])
    rows = np.frombuffer(zlib.decompress(data[begin : begin + length]), np.uint8).reshape(height, 1 + 3 * width)
    return rows[:, 1:].reshape(height, width, 3)


def test_pictures_are_shown_as_they_are() -> None:
    data = make(IMAGE, 0)
    shown = samples(IMAGE, data)
    assert shown is not None
    strip = pixels(shown.png)
    assert strip.shape == (shown.height, shown.width, 3) == (24, 25 * SHOWN - 1, 3)
    assert np.abs(strip[:, 25:49, 0] / 255 - data.train_x[0][1, :, :, 0]).max() <= 1 / 29
    assert shown.labels == tuple(str(number) for number in data.train_y[:SHOWN])


@pytest.mark.parametrize(
    ("item", "height", "width"),
    [
        (InputSpec((3, 24, 24), "image", channels_first=True), 24, 24),
        (InputSpec((100, 100, 3), "image"), 34, 34),
        (InputSpec((13,), "features"), 1, 13),
        (InputSpec((100,), "features"), 10, 10),
        (InputSpec((64, 2), "signal"), 2, 32),
        (InputSpec((8, 12, 12, 1), "volume"), 12, 12),
    ],
)
def test_every_kind_of_data_has_a_picture(item: InputSpec, height: int, width: int) -> None:
    spec = replace(IMAGE, inputs=(item,), train=20, validation=20)
    shown = samples(spec, make(spec, 0))
    assert shown is not None
    assert (shown.height, shown.width) == (height, (width + 1) * SHOWN - 1)


def test_targets_of_other_tasks() -> None:
    table = ProbeSpec((InputSpec((13,), "features"),), "regression", 2, 1)
    shown = samples(table, make(table, 0))
    assert shown is not None
    assert all(0 <= float(label) <= 1 for label in shown.labels)
    several = replace(IMAGE, task="multi_hot", units=5)
    shown = samples(several, make(several, 0))
    assert shown is not None
    assert set(", ".join(shown.labels).split(", ")) <= set("01234")
    tokens = ProbeSpec((InputSpec((20,), "tokens", vocabulary=50),), "classes", 4, 4)
    assert samples(tokens, make(tokens, 0)) is None
