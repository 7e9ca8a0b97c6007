"""The faster recurrent layers against Keras's own: answers, states and gradients."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cnnlint.confirm.models.recurrent import FASTER

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="another backend keeps Keras's own")


def _pair(kind: str) -> tuple[Any, Any]:
    return FASTER[kind], getattr(keras.layers, kind)


def _built(layer: Any, *, both: bool) -> Any:
    made = keras.layers.Bidirectional(layer) if both else layer
    source = keras.Input((7, 3))
    return keras.Model(source, made(source))


@pytest.mark.parametrize("kind", FASTER)
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"return_sequences": True},
        {"return_sequences": True, "go_backwards": True},
        {"dropout": 0.5},
        {"activation": "relu"},
        {"use_bias": False},
    ],
    ids=str,
)
def test_one_answers_and_learns_as_that_of_keras(kind: str, settings: dict[str, Any], both: bool) -> None:
    import tensorflow as tf

    if both and "go_backwards" in settings:
        pytest.skip("Keras refuses it")
    mine, theirs = (_built(make(5, **settings), both=both) for make in _pair(kind))
    theirs.set_weights(mine.get_weights())
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32"))
    found = []
    for model in (mine, theirs):
        with tf.GradientTape() as tape:
            answers = model(x, training=False)
            loss = tf.reduce_sum(answers**2)
        found.append([np.asarray(one) for one in (answers, *tape.gradient(loss, model.trainable_variables))])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", FASTER)
def test_one_hands_its_states_on_as_that_of_keras(kind: str) -> None:
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    mine, theirs = (make(5, return_state=True) for make in _pair(kind))
    before = mine(x)
    theirs.build(x.shape)
    theirs.set_weights(mine.get_weights())
    for one, other in zip(before, theirs(x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", FASTER)
def test_what_an_initial_state_is_made_of_learns_as_with_that_of_keras(kind: str) -> None:
    import tensorflow as tf

    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    found = []
    for make in _pair(kind):
        keras.utils.set_random_seed(0)
        layer = make(5, return_sequences=True)
        given = [tf.Variable(tf.ones((4, 5)) / place) for place in range(2, 4 if kind == "LSTM" else 3)]
        with tf.GradientTape() as tape:
            answers = layer(x, initial_state=[one * 1.0 for one in given])
            loss = tf.reduce_sum(answers**2)
        found.append([np.asarray(one) for one in (answers, *tape.gradient(loss, given))])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize("kind", FASTER)
def test_one_behind_a_mask_answers_and_learns_as_that_of_keras(kind: str, padded: bool) -> None:
    import tensorflow as tf

    words = np.random.default_rng(0).integers(1, 9, (4, 7))
    words[:2, 4:] = 0 if padded else 1
    found = []
    for make in _pair(kind):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.layers.Embedding(9, 3, mask_zero=True), make(5), keras.layers.Dense(1)])
        model.build((None, 7))
        run = tf.function(lambda x, model=model: model(x, training=True), autograph=False)
        with tf.GradientTape() as tape:
            answers = run(tf.constant(words))
            loss = tf.reduce_sum(answers**2)
        gradients = tape.gradient(loss, model.trainable_variables)
        found.append([np.asarray(tf.convert_to_tensor(one)) for one in (answers, *gradients)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
