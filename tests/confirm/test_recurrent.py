"""The faster recurrent layers against Keras's own: answers, states and gradients."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from cnnlint.confirm.models.recurrent import LSTM

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="another backend keeps Keras's own")


def _built(layer: Any, *, both: bool) -> Any:
    made = keras.layers.Bidirectional(layer) if both else layer
    source = keras.Input((7, 3))
    return keras.Model(source, made(source))


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"return_sequences": True},
        {"return_sequences": True, "go_backwards": True},
        {"dropout": 0.5},
        {"activation": "relu"},
    ],
    ids=str,
)
def test_an_lstm_answers_and_learns_as_that_of_keras(settings: dict[str, Any], both: bool) -> None:
    import tensorflow as tf

    if both and "go_backwards" in settings:
        pytest.skip("Keras refuses it")
    mine, theirs = (_built(make(5, **settings), both=both) for make in (LSTM, keras.layers.LSTM))
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


def test_an_lstm_hands_its_states_on_as_that_of_keras() -> None:
    x = np.random.default_rng(0).normal(size=(4, 7, 3)).astype("float32")
    mine, theirs = (make(5, return_state=True) for make in (LSTM, keras.layers.LSTM))
    before = mine(x)
    theirs.build(x.shape)
    theirs.set_weights(mine.get_weights())
    for one, other in zip(before, theirs(x), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
