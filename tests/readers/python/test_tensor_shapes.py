"""Shapes of tensors as the reader states them: what generated programs and public ones once got wrong, by kind."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

HEAD = "import keras\nimport tensorflow as tf\nfrom keras import layers, ops\n\n"
GRUS = "[layers.GRUCell(4), layers.GRUCell(3)]"
SINGLE = "x = keras.Input((8, 8, 3))\n"

Found = tuple[list[int | None] | None, list[str]]


def read(text: str) -> Found:
    """The shape of the first model's last layer, and the errors."""
    result = lint_bytes("program.py", text.encode(), Settings())
    assert not result.errors, result.errors
    errors = [diagnostic.name for diagnostic in result.diagnostics if diagnostic.severity == "error"]
    shape: list[int | None] | None = result.models[0].layers[-1]["output_shape"] if result.models else None
    return shape, errors


def of(expression: str, *inputs: str) -> Found:
    """A functional model of an expression of x, and y where a second input is given."""
    shapes = inputs or ("(8, 8, 3)",)
    names = "xy"[: len(shapes)]
    lines = "".join(f"{name} = keras.Input({shape})\n" for name, shape in zip(names, shapes, strict=True))
    return read(f"{HEAD}{lines}model = keras.Model([{', '.join(names)}], {expression})\n")


@pytest.mark.parametrize(
    ("expression", "shape"),
    [
        # the samples' axis is split, merged and moved
        ("ops.reshape(x, (-1, 4, 4, 3))", [None, 4, 4, 3]),
        ("layers.Dense(5)(ops.reshape(x, (-1, 3)))", [None, 5]),
        ("ops.reshape(ops.reshape(x, (-1, 8, 3)), (-1, 8, 8, 3))", [None, 8, 8, 3]),
        ("ops.transpose(x, (1, 0, 2, 3))", [8, None, 8, 3]),
        ("ops.reshape(ops.transpose(x, (1, 2, 3, 0)), (8, -1))", [8, None]),
        ("ops.reshape(x, (-1, x.shape[1] * x.shape[2], x.shape[3]))", [None, 64, 3]),
        ("ops.reshape(x, (ops.shape(x)[0] * 4, 4, 4, 3))", [None, 4, 4, 3]),
        ("ops.moveaxis(x, 0, -1)", [8, 8, 3, None]),
        # functions that return several tensors, and their items
        ("ops.split(x, 4, axis=1)[1]", [None, 2, 8, 3]),
        ("ops.split(x, [3], axis=2)[1]", [None, 8, 5, 3]),
        ("ops.unstack(x, axis=3)[2]", [None, 8, 8]),
        ("ops.moments(x, [1, 2])[0]", [None, 3]),
        ("ops.top_k(x, 2)[1]", [None, 8, 8, 2]),
        ("layers.LSTM(5, return_state=True)(layers.Reshape((8, 24))(x))[1]", [None, 5]),
        # items and slices
        ("x[:, ::2, -1]", [None, 4, 3]),
        ("x[..., None]", [None, 8, 8, 3, 1]),
        ("ops.take(x, [0, 2], axis=3)", [None, 8, 8, 2]),
        ("ops.einsum('bijc,bikc->bjk', x, x)", [None, 8, 8]),
        # layers
        ("layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)])(layers.Reshape((8, 24))(x))", [None, 3]),
        (f"layers.RNN({GRUS}, return_sequences=True, return_state=True)(layers.Reshape((8, 24))(x))[0]", [None, 8, 3]),
        (f"layers.RNN({GRUS}, return_state=True)(layers.Reshape((8, 24))(x))[1:][1]", [None, 3]),
        # arrays among the tensors that are laid together
        ("tf.concat([tf.zeros([1, 8, 8, 2]), x], -1)", [1, 8, 8, 5]),
        ("layers.Concatenate()([x, tf.zeros([1, 8, 8, 2])])", [1, 8, 8, 5]),
        ("ops.max_pool(x, 3, strides=2)", [None, 3, 3, 3]),
    ],
)
def test_shapes(expression: str, shape: list[int | None]) -> None:
    assert of(expression) == (shape, [])


@pytest.mark.parametrize(
    ("expression", "inputs"),
    [
        ("layers.Add()([x, y])", ("(4, 6)", "(6, 5, 6)")),
        ("layers.Dot(axes=-1)([x, ops.reshape(y, (-1, 2, 6))])", ("(4, 6)", "(4, 6)")),
        ("ops.concatenate([x, ops.reshape(y, (-1, 2, 6))], axis=1)", ("(4, 6)", "(4, 6)")),
        ("ops.stack([x, y], axis=1)", ("(4, 6)", "(4, 5)")),
        ("layers.Attention()([x, y])", ("(4, 6)", "(4, 5)")),
        ("x[:, 9]", ("(4, 6)",)),
        ("x[:, :, 0, 0]", ("(4, 6)",)),
        ("ops.split(x, 3, axis=1)[0]", ("(4, 6)",)),
        ("ops.reshape(x, (x.shape[0], 24))", ("(4, 6)",)),
        ("layers.LayerNormalization(axis=(1, -2))(x)", ("(4, 6)",)),
        # weights for what the program leaves open
        ("layers.Dense(3)(layers.Flatten()(x))", ("(None, 6)",)),
        ("layers.Conv1D(3, 1)(layers.Permute((2, 1))(layers.Dropout(0.1)(x)))", ("(None, 6)",)),
        ("layers.BatchNormalization(axis=1)(x)", ("(None, 6)",)),
    ],
)
def test_refusals(expression: str, inputs: tuple[str, ...]) -> None:
    assert of(expression, *inputs)[1] == ["shape-mismatch"]


@pytest.mark.parametrize(
    ("expression", "inputs"),
    [
        # Keras's layers lay the samples over each other, operators the last axes
        ("layers.Add()([x, y])", ("(6,)", "(4, 6)")),
        ("x + y", ("(6,)", "(4, 6)")),
        ("layers.Dense(3)(layers.Conv1D(3, 1)(x))", ("(None, 6)",)),
        ("layers.Multiply()([ops.reshape(x, (-1, 6)), y])", ("(3, 6)", "(6,)")),
        # any size of the batch that is a multiple of 3 will do
        ("ops.reshape(x, (-1, 9))", ("(4, 6)",)),
        ("ops.reshape(x, (2, 12))", ("(4, 6)",)),
    ],
)
def test_what_keras_takes(expression: str, inputs: tuple[str, ...]) -> None:
    assert of(expression, *inputs)[1] == []


def test_weights_of_a_normalisation_that_only_scales() -> None:
    result = lint_bytes("p.py", f"{HEAD}{SINGLE}m = keras.Model(x, layers.LayerNormalization(rms_scaling=True)(x))\n"
                        .encode(), Settings())  # fmt: skip
    assert result.models[0].layers[-1]["parameters"] == 3


def test_rows_of_samples_that_run_into_each_other_meet_a_loss() -> None:
    program = f"{HEAD}{SINGLE}y = layers.Dense(4)(ops.reshape(x, (-1, {{width}})))\nmodel = keras.Model(x, y)\n"
    loss = "model.compile(loss='sparse_categorical_crossentropy', optimizer='sgd')\n"
    assert "shape-mismatch" in read(program.format(width=128) + loss)[1]
    assert read(program.format(width=128))[1] == []
    assert "shape-mismatch" not in read(program.format(width=96) + loss)[1]


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("from keras.models import Sequential\nfrom keras.layers import LSTM, Dense\nm = Sequential()\n"
         "m.add(LSTM(input_dim=5, output_dim=50, return_sequences=True))\nm.add(LSTM(100))\n", "shape-mismatch"),
        ("from keras.models import Sequential\nfrom keras.layers.core import Dense\nm = Sequential()\n"
         "m.add(Dense(20, 30, init='normal', W_regularizer=None))\nm.add(Dense(30, 4, init='normal'))\n"
         "m.compile(loss='mse', optimizer='sgd')\n", "constant-init"),
        ("from tensorflow import keras\nx = keras.Input((9, 9, 3))\n"
         "model = keras.Model(x, keras.layers.Conv1D(4, 3)(x))\n", "shape-mismatch"),
    ],
)  # fmt: skip
def test_versions(text: str, silent: str) -> None:
    assert silent not in read(text)[1]


def test_a_batch_size_of_the_program_is_a_size_to_reshape_to() -> None:
    given = """
class Net:
    def __init__(self, size):
        self.size = size

    def build(self):
        x = tf.compat.v1.placeholder(tf.float32, [self.size, 4, 4, 3])
        x = tf.compat.v1.layers.conv2d(x, 5, 3, padding="same")
        return tf.reshape(x + 1, x.get_shape())
"""
    assert read(HEAD + given) == ([None, 4, 4, 5], [])
