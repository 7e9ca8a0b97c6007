"""Initial weights in numpy: Keras's moments, and one draw behind all distributions."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlint.confirm.models.initialise import UnknownInitialiser, fans, initial, snake
from cnnlint.confirm.seeding import number, stream

NAMES = ["glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal"]


def draw(name: str, shape: tuple[int, ...], seed: int = 0, **config: object) -> np.ndarray:
    return initial({"name": name, **config}, shape, stream(seed, "test"))


@pytest.mark.parametrize("name", [*NAMES, "random_normal", "truncated_normal", "random_uniform", "orthogonal"])
@pytest.mark.parametrize("shape", [(3, 3, 16, 64), (200, 50)])
def test_moments_are_those_of_keras(name: str, shape: tuple[int, ...]) -> None:
    import keras

    ours = draw(name, shape)
    class_name = "".join(part.capitalize() for part in name.split("_"))
    theirs = np.asarray(getattr(keras.initializers, class_name)(seed=1)(shape))
    assert ours.dtype == np.float32
    assert ours.shape == shape
    assert ours.std() == pytest.approx(theirs.std(), rel=0.05)
    assert abs(ours.mean()) < 0.05 * ours.std() + abs(theirs.mean())
    assert abs(ours).max() == pytest.approx(abs(theirs).max(), rel=0.35)


@pytest.mark.parametrize("shape", [(), (7,), (5, 9), (3, 3, 4, 8), (3, 4, 8)])
def test_fans_are_counted_as_keras_counts_them(shape: tuple[int, ...]) -> None:
    from keras.src.initializers.random_initializers import compute_fans

    assert fans(shape) == pytest.approx(compute_fans(shape))


def test_an_orthogonal_matrix_is_orthogonal() -> None:
    q = draw("orthogonal", (40, 12)).astype(np.float64)
    assert np.allclose(q.T @ q, np.eye(12), atol=1e-5)


def test_plain_values() -> None:
    assert (draw("zeros", (3,)) == 0).all()
    assert (draw("ones", (3,)) == 1).all()
    assert (draw("constant", (2, 2), value=0.5) == 0.5).all()
    assert (draw("identity", (3, 3)) == np.eye(3)).all()


def test_two_initialisers_share_the_draw_behind_them() -> None:
    glorot, he = draw("glorot_uniform", (20, 30)), draw("he_uniform", (20, 30))
    assert np.allclose(glorot / glorot.std(), he / he.std(), atol=1e-5)
    uniform, normal = draw("he_uniform", (20, 30)).ravel(), draw("he_normal", (20, 30)).ravel()
    assert (uniform.argsort() == normal.argsort()).all()


def test_same_words_same_bits_and_other_words_other_bits() -> None:
    assert (draw("he_normal", (4, 4)) == draw("he_normal", (4, 4))).all()
    assert (draw("he_normal", (4, 4)) != draw("he_normal", (4, 4), seed=1)).any()
    assert number(0, "a", 1) != number(0, "a", 2)
    assert number(2**40, "a") == number(2**40, "a")


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownInitialiser):
        draw("wavelets", (3, 3))
    assert snake("HeNormal") == snake("he_normal") == "he_normal"
