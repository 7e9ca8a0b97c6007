"""The digits that come with the package: real pictures in the shape of a model's input."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from cnnlint.confirm.data import real
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import InputSpec, ProbeSpec

PICTURE = ProbeSpec((InputSpec((28, 28, 1), "image"),), "classes", 10, 10, "digits", train=100, validation=80)


@pytest.mark.parametrize(
    ("shape", "kind", "fits"),
    [
        ((28, 28, 1), "image", True),
        ((32, 32, 3), "image", True),
        ((784,), "features", True),
        ((3072,), "features", True),
        ((28, 28), "signal", True),
        ((8, 8, 1), "image", True),
        ((13,), "features", False),
        ((28, 28, 64), "image", False),
        ((100, 4), "signal", False),
    ],
)
def test_they_fit_pictures_in_every_writing(shape: tuple[int, ...], kind: str, fits: bool) -> None:
    spec = replace(PICTURE, inputs=(InputSpec(shape, kind),))  # type: ignore[arg-type]
    assert real.fits(spec) is fits
    if fits:
        data = make(spec, 0)
        assert data.train_x[0].shape == (100, *shape)
        assert data.validation_x[0].shape == (80, *shape)
        assert 0 <= data.train_x[0].min() < data.train_x[0].max() <= 1


def test_they_are_as_bright_as_mnist() -> None:
    assert np.mean(np.square(make(PICTURE, 0).train_x[0])) == pytest.approx(0.113, abs=0.02)


def test_what_is_trained_on_is_not_judged_and_is_drawn_anew_under_every_seed() -> None:
    data = make(PICTURE, 0)
    train, judged = ({picture.tobytes() for picture in part} for part in (data.train_x[0], data.validation_x[0]))
    assert len(train & judged) <= 2  # a few digits of the set are equal to the pixel
    assert np.array_equal(data.train_x[0], make(PICTURE, 0).train_x[0])
    assert not np.array_equal(data.train_x[0], make(PICTURE, 1).train_x[0])


def test_classes_and_channels_are_the_models() -> None:
    assert set(make(replace(PICTURE, classes=2, units=1), 0).train_y) == {0, 1}
    first = replace(PICTURE, inputs=(InputSpec((3, 28, 28), "image", channels_first=True),))
    assert make(first, 0).train_x[0].shape == (100, 3, 28, 28)
    assert "even or odd" in real.title(replace(PICTURE, classes=2))


def test_an_autoencoder_is_to_give_the_pictures_back() -> None:
    spec = replace(PICTURE, inputs=(InputSpec((784,), "features"),), task="reconstruction", units=784)
    assert real.fits(spec)
    data = make(spec, 0)
    assert (data.train_y == data.train_x[0]).all()
    assert real.title(spec).endswith("28×28")


def test_one_quantity_is_the_number_that_a_picture_shows() -> None:
    spec = replace(PICTURE, task="regression", units=1)
    assert real.fits(spec)
    data = make(spec, 0)
    assert data.train_y.shape == (100, 1)
    assert set(np.round(9 * data.train_y.ravel())) == set(range(10))
    assert np.array_equal(np.round(9 * data.train_y.ravel()), make(PICTURE, 0).train_y)
    assert real.title(spec).endswith("their number as a quantity")
    assert not real.fits(replace(spec, units=4))
    assert not real.fits(replace(spec, inputs=(InputSpec((784,), "features"),)))
