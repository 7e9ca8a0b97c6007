"""Shapes of tensors as the reader states them: what generated programs and public ones once got wrong, by kind."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers, ops\n\n"
#: the same for programs that may be Keras 2's, whose tensors TensorFlow's functions take
EITHER = HEAD.replace(", ops", "")
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
    head = EITHER if "tf." in expression and "ops." not in expression else HEAD
    return read(f"{head}{lines}model = keras.Model([{', '.join(names)}], {expression})\n")


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
        ("tf.reshape(x, (tf.shape(x)[0] * 4, 4, 4, 3))", [None, 4, 4, 3]),
        ("ops.moveaxis(x, 0, -1)", [8, 8, 3, None]),
        ("ops.append(x, x, axis=1)", [None, 16, 8, 3]),
        ("ops.hstack([ops.sum(x, axis=(1, 2, 3))] * 2)", [None]),
        ("ops.multi_hot(ops.cast(x, 'int32'), 5)", [None, 8, 3, 5]),
        ("ops.diagonal(x, offset=1, axis1=1, axis2=3)", [None, 8, 2]),
        ("ops.depth_to_space(ops.concatenate([x] * 4, axis=-1), 2)", [None, 16, 16, 3]),
        ("ops.image.pad_images(x, 1, 0, target_height=10, target_width=9)", [None, 10, 9, 3]),
        ("tf.strided_slice(x, [0, 0, 2], [1, 8, 8], [1, 2, 3])", [None, 4, 2, 3]),
        ("tf.boolean_mask(x, x > 0)", [None]),
        ("layers.Discretization([0.0, 1.0], output_mode='one_hot')(x)", [None, 8, 8, 3, 3]),
        # functions that return several tensors, and their items
        ("ops.split(x, 4, axis=1)[1]", [None, 2, 8, 3]),
        ("ops.split(x, [3], axis=2)[1]", [None, 8, 5, 3]),
        ("ops.unstack(x, axis=3)[2]", [None, 8, 8]),
        ("ops.moments(x, [1, 2])[0]", [None, 3]),
        ("ops.top_k(x, 2)[1]", [None, 8, 8, 2]),
        ("ops.quantile(x, [0.1, 0.9], axis=-1, keepdims=True)", [2, None, 8, 8, 1]),
        ("ops.quantile(x, 0.5, axis=(1, 2))", [None, 3]),
        ("tf.image.resize(x, [4, 6], preserve_aspect_ratio=True)", [None, None, None, 3]),
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
        # what stands beside a tensor decides the shape as well
        ("x + np.ones((2, 1, 1, 8, 1))", [2, None, 8, 8, 3]),
        ("ops.concatenate([np.ones((5, 1, 8, 3)), x], axis=1)", [None, 9, 8, 3]),
        ("ops.concatenate([given, x], axis=1)", [None, None, None, None]),
        ("x @ np.ones((3, 5))", [None, 8, 8, 5]),
        ("ops.tensordot(x, np.ones((3, 5)), axes=1)", [None, 8, 8, 5]),
        ("ops.where(x > 0, x, 0.0)", [None, 8, 8, 3]),
        ("abs(x)", [None, 8, 8, 3]),
        # several axes, counts and functions that other modules of Keras name as well
        ("ops.expand_dims(x, (1, 2))", [None, 1, 1, 8, 8, 3]),
        ("ops.tile(x, (2, 3))", [None, 8, 16, 9]),
        ("ops.repeat(x, [1, 2, 1], axis=3)", [None, 8, 8, 4]),
        ("ops.nn.max_pool(x, 2)", [None, 4, 4, 3]),
        ("ops.einsum('...c,cd->...d', x, np.ones((3, 5)))", [None, 8, 8, 5]),
        ("ops.image.extract_patches(x, 4)", [None, 2, 2, 48]),
        ("ops.nn.conv(x, np.ones((3, 3, 3, 5)), padding='same')", [None, 8, 8, 5]),
        # layers called by the names of their parameters, and what they return beside their output
        ("layers.MultiHeadAttention(2, 3)(value=y, query=x)", [None, 6, 4]),
        ("layers.Attention()([x, y], return_attention_scores=True)[1]", [None, 6, 5]),
        ("layers.RNN(layers.LSTMCell(4), return_state=True)(x)[2]", [None, 4]),
        ("layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], return_state=True)(x)[1][1]", [None, 4]),
        ("layers.Bidirectional(layers.LSTM(5), merge_mode=None)(x)[1]", [None, 5]),
        ("layers.LSTM(5, return_sequences=True, return_state=True)(x)[1]", [None, 5]),
        ("layers.SpectralNormalization(layers.Dense(7))(x)", [None, 6, 7]),
    ],
)
def test_shapes(expression: str, shape: list[int | None]) -> None:
    sequences = "Attention" in expression or ("(x)" in expression and "Reshape" not in expression)
    inputs = () if len(shape) > 3 or not sequences else ("(6, 4)", "(5, 4)")[: 1 + ("y" in expression)]
    assert of(expression, *inputs) == (shape, [])


@pytest.mark.parametrize(
    ("expression", "inputs"),
    [
        ("layers.Add()([x, y])", ("(4, 6)", "(6, 5, 6)")),
        ("layers.Dot(axes=-1)([x, ops.reshape(y, (-1, 2, 6))])", ("(4, 6)", "(4, 6)")),
        ("ops.concatenate([x, ops.reshape(y, (-1, 2, 6))], axis=1)", ("(4, 6)", "(4, 6)")),
        ("ops.stack([x, y], axis=1)", ("(4, 6)", "(4, 5)")),
        ("x[:, 9]", ("(4, 6)",)),
        ("x[:, :, 0, 0]", ("(4, 6)",)),
        ("ops.split(x, 3, axis=1)[0]", ("(4, 6)",)),
        ("ops.reshape(x, (x.shape[0], 24))", ("(4, 6)",)),
        ("layers.LayerNormalization(axis=(1, -2))(x)", ("(4, 6)",)),
        ("layers.UnitNormalization(axis=(1, -1))(x)", ("(4,)",)),
        ("layers.RandomFlip('horizontal')(x)", ("(4,)",)),
        ("layers.RandomZoom(0.1)(x)", ("(4, 6, 6, 3)",)),
        # weights for what the program leaves open
        ("layers.Dense(3)(layers.Flatten()(x))", ("(None, 6)",)),
        ("layers.Conv1D(3, 1)(layers.Permute((2, 1))(layers.Dropout(0.1)(x)))", ("(None, 6)",)),
        ("layers.BatchNormalization(axis=1)(x)", ("(None, 6)",)),
        ("layers.ConvLSTM1D(3, 1)(x)", ("(2, None, 6)",)),
        # how many tensors a layer is called on, and of which sizes
        ("layers.Attention()([x])", ("(4, 6)",)),
        ("layers.MultiHeadAttention(2, 3)(x)", ("(4, 6)",)),
        ("layers.Add()(x)", ("(4, 6)",)),
        ("layers.LSTM(5)(x, initial_state=[y, y])", ("(4, 6)", "(4,)")),
        ("x + np.ones((3,))", ("(4, 6)",)),
        # Keras 3's symbolic tensors have no size of the batch, no numbers, and are none of TensorFlow's
        ("ops.reshape(x, (ops.shape(x)[0], -1))", ("(4, 6)",)),
        ("ops.reshape(x, (ops.shape(x)[0] * 4, 6))", ("(4, 6)",)),
        ("np.ones((6,)) * ops.abs(x)", ("(4, 6)",)),
        ("ops.abs(x)[1:]", ("(4, 6)",)),
        ("ops.abs(tf.abs(x))", ("(4, 6)",)),
        # truths and whole numbers where real ones are wanted
        ("layers.PReLU()(ops.argmax(x, axis=1))", ("(4, 6)",)),
        ("layers.Activation('relu')(x > 0)", ("(4, 6)",)),
        ("ops.softmax(ops.cast(x, 'int32'))", ("(4, 6)",)),
        ("ops.top_k(x > 0, 2)[0]", ("(4, 6)",)),
        # colours, blocks, square matrices, axes given twice, counts for each element
        ("ops.image.rgb_to_hsv(x)", ("(8, 8, 4)",)),
        ("layers.RandomHue(0.1)(x)", ("(8, 8, 1)",)),
        ("ops.depth_to_space(x, 2)", ("(8, 8, 3)",)),
        ("ops.image.crop_images(x, 0, 0, target_height=9, target_width=2)", ("(8, 8, 3)",)),
        ("ops.inv(x)", ("(4, 6)",)),
        ("ops.det(x)", ("(4, 6)",)),
        ("ops.cross(x, x)", ("(4, 6)",)),
        ("ops.flip(x, axis=(1, -2))", ("(4, 6)",)),
        ("ops.moveaxis(x, (1, -2), (0, 1))", ("(4, 6)",)),
        ("ops.norm(x, ord='fro', axis=1)", ("(4, 6)",)),
        ("ops.repeat(x, [1, 2], axis=1)", ("(4, 6)",)),
        ("ops.einsum('bij,bkj->bik', x, y)", ("(4, 6)", "(3, 1)")),
        ("ops.categorical_crossentropy(x, y)", ("(4, 6)", "(4, 1)")),
        ("layers.RMSNormalization(axis=1)(x)", ("(4, 6)",)),
        ("layers.MultiHeadAttention(2, 3)(x, y)", ("(4, 6)", "(2, 4, 6)")),
        ("layers.Normalization(mean=0.5, variance=[1.0, 2.0])(x)", ("(2,)",)),
        ("layers.BatchNormalization()(layers.Reshape((-1,))(x))", ("(None, 6)",)),
        ("ops.matmul(x, np.ones((5, 3)))", ("(4, 6)",)),
        ("ops.nn.conv(x, np.ones((3, 4, 5)))", ("(4, 6)",)),
        ("tf.matmul(x[:, 0, 0], x)", ("(4, 6)",)),
        ("layers.Conv1D(2, 1)(ops.argmax(ops.stack([x, x], axis=-1), axis=-1))", ("(4, 6)",)),
        ("layers.Dense(3)(ops.transpose(x, (1, 2, 0)))", ("(4, 6)",)),
        # what a layer is made of
        ("layers.Conv1D(3, (2, 2))(x)", ("(4, 6)",)),
        ("layers.Dense(6 / 2)(x)", ("(4, 6)",)),
        ("layers.Bidirectional(layers.Dense(3))(x)", ("(4, 6)",)),
        ("layers.GroupQueryAttention(4, 4, 3)(x, x)", ("(4, 6)",)),
        ("layers.Softmax(axis=4)(x)", ("(8, 8, 3)",)),
        ("ops.expand_dims(x, (-1, 5))", ("(8, 8, 3)",)),
        ("layers.Add()([ops.ones((1, 4)), ops.ones((2, 4)) * ops.sum(x)])", ("(4,)",)),
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
        ("layers.TimeDistributed(layers.SpatialDropout2D(0.2))(x)", ("(4, 6)",)),
        ("layers.TimeDistributed(layers.AveragePooling3D(1))(x)", ("(2, 4, 6)",)),
        # any size of the batch that is a multiple of 3 will do
        ("ops.reshape(x, (-1, 9))", ("(4, 6)",)),
        ("ops.reshape(x, (2, 12))", ("(4, 6)",)),
    ],
)
def test_what_keras_takes(expression: str, inputs: tuple[str, ...]) -> None:
    assert of(expression, *inputs)[1] == []


def test_weights_of_a_normalisation_that_only_scales() -> None:
    result = lint_bytes(
        "p.py",
        f"{HEAD}{SINGLE}m = keras.Model(x, layers.LayerNormalization(rms_scaling=True)(x))\n".encode(),
        Settings(),
    )
    assert result.models[0].layers[-1]["parameters"] == 3


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        # an operation holds no weights, a custom layer those that it makes, a constant none
        ("model = keras.Model(x, layers.Dense(2)(x[:, 0, 0] / x[:, 1, 1]))", 8),
        ("model = keras.Model(x, ops.matmul(x, np.ones((3, 5))))", 0),
        (
            "class Scale(layers.Layer):\n    def build(self, shape):\n"
            "        self.g = self.add_weight(shape=(shape[-1],))\n        self.c = self.add_weight(shape=())\n"
            "    def call(self, x):\n        return x * self.g + self.c\nmodel = keras.Model(x, Scale()(x))",
            4,
        ),
        ("net = keras.Sequential([layers.Dense(4), layers.Dense(2)])\nmodel = keras.Model(x, net(net(x)))", None),
        (
            "lstm = layers.LSTM(5, return_state=True)\n_, h, c = lstm(layers.Reshape((8, 24))(x))\n"
            "model = keras.Model(x, layers.add([h, c]))",
            600,
        ),
    ],
)
def test_weights(text: str, parameters: int | None) -> None:
    result = lint_bytes("p.py", f"{HEAD}{SINGLE}{text}\n".encode(), Settings())
    errors = [one for one in result.diagnostics if one.severity == "error"]
    assert bool(errors) is (parameters is None)
    if parameters is not None:
        assert result.models[-1].parameters == parameters


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        ("tf.nn.embedding_lookup(tf.Variable(tf.ones((50, 7))), x)", [None, 8, 7]),
        ("tf.gather_nd(x, [[0, 1], [1, 2]])", [2]),
        ("tf.where(x > 0)", [None, 2]),
        ("tf.where(x > 0, None, None)", [None, 2]),
        ("tf.math.squared_difference(x[:, None], x[..., None])", [None, 8, 8]),
        ("tf.reshape(x, tf.stack([tf.shape(x)[0], 4, 2]))", [None, 4, 2]),
        ("layers.TimeDistributed(keras.Sequential([layers.Dense(3)]))(x[..., None])", [None, 8, 3]),
    ],
)
def test_calls(body: str, shape: list[int | None]) -> None:
    net = f"class Net(keras.Model):\n    def call(self, x):\n        return {body}\n"
    assert read(f"{HEAD}{net}x = keras.Input((8,), dtype='int32')\nmodel = keras.Model(x, Net()(x))\n") == (shape, [])


def test_rows_of_samples_that_run_into_each_other_meet_a_loss() -> None:
    program = f"{HEAD}{SINGLE}y = layers.Dense(4)(ops.reshape(x, (-1, {{width}})))\nmodel = keras.Model(x, y)\n"
    loss = "model.compile(loss='sparse_categorical_crossentropy', optimizer='sgd')\n"
    assert "shape-mismatch" in read(program.format(width=128) + loss)[1]
    assert read(program.format(width=128))[1] == []
    assert "shape-mismatch" not in read(program.format(width=96) + loss)[1]


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        (
            "from keras.models import Sequential\nfrom keras.layers import LSTM, Dense\nm = Sequential()\n"
            "m.add(LSTM(input_dim=5, output_dim=50, return_sequences=True))\nm.add(LSTM(100))\n",
            "shape-mismatch",
        ),
        (
            "from keras.models import Sequential\nfrom keras.layers.core import Dense\nm = Sequential()\n"
            "m.add(Dense(20, 30, init='normal', W_regularizer=None))\nm.add(Dense(30, 4, init='normal'))\n"
            "m.compile(loss='mse', optimizer='sgd')\n",
            "constant-init",
        ),
        (
            "from tensorflow import keras\nx = keras.Input((9, 9, 3))\n"
            "model = keras.Model(x, keras.layers.Conv1D(4, 3)(x))\n",
            "shape-mismatch",
        ),
    ],
)
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


def test_rows_of_a_table_are_looked_up_whatever_the_length_of_a_text() -> None:
    table = "x = keras.Input((100,))\nrows = tf.Variable(tf.random.uniform([5000, 16]))\n"
    looked_up = f"{EITHER}{table}keras.Model(x, tf.nn.embedding_lookup(rows, x))\n"
    assert read(looked_up) == ([None, 100, 16], [])


def test_the_size_of_an_array_that_is_not_known_is_not_none() -> None:
    held = "import numpy as np\nmask = tf.Variable(np.load('m.npy').reshape(-1, 4))\nx = keras.Input((8, 4))\n"
    assert read(f"{EITHER}{held}keras.Model(x, tf.reshape(x, [-1, mask.shape[0], 4]))\n")[1] == []


def test_an_older_spelling_that_is_none_leaves_the_argument_alone() -> None:
    reduced = "tf.compat.v1.reduce_sum(x, axis=1, keep_dims=False, reduction_indices=None)"
    assert of(reduced) == ([None, 8, 3], [])


def test_a_variable_beside_a_matrix_product() -> None:
    """`self.kernel` of a layer of one's own, made in `build`."""
    shape, errors = read(f"""{HEAD}import tensorflow as tf


class Product(layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 7))

    def call(self, x):
        return x @ self.kernel


model = keras.Sequential([keras.Input((4,)), Product()])
""")
    assert shape == [None, 7]
    assert errors == []


def test_however_deep_a_network_is_its_own_loop_may_fix_the_number_of_samples() -> None:
    program = """
(images, _), _ = tf.keras.datasets.cifar10.load_data()

class Net(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.blocks = [tf.keras.layers.Dense(3) for _ in range(300)]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return tf.reshape(x, [x.shape[0], 64, -1])

net = Net()
for batch in tf.data.Dataset.from_tensor_slices(images / 255.0).batch(8):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(net(batch))
    optimizer.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
"""
    assert read(HEAD + program)[1] == []


def test_functions_are_known_by_the_modules_that_they_are_defined_in() -> None:
    program = """
from tensorflow.python.framework import common_shapes, ops
from tensorflow.python.ops import nn, standard_ops

class Scaled(tf.keras.layers.Dense):
    def call(self, inputs):
        inputs = ops.convert_to_tensor(inputs)
        rank = common_shapes.rank(inputs)
        if rank == 2:
            return self.dense(inputs)
        return nn.bias_add(standard_ops.tensordot(inputs, self.kernel, [[rank - 1], [0]]), self.bias)

x = tf.keras.Input((8, 4))
model = tf.keras.Model(x, Scaled(5)(x))
"""
    assert read(HEAD + program) == ([None, 8, 5], [])


def test_what_keras_calls_itself_is_handed_tensors_that_have_numbers() -> None:
    text = """

class Net(keras.Model):
    def call(self, x):
        return ops.reshape(np.ones((1, 3)) * x[1:], (ops.shape(x)[0] - 1, -1)) + tf.reduce_mean(x)


x = keras.Input((8, 3))
model = keras.Model(x, layers.Lambda(lambda x: ops.reshape(x, (ops.shape(x)[0], -1)))(x))
Net()(x)
"""
    assert read(HEAD + text)[1] == []


@pytest.mark.parametrize(
    ("line", "refused"),
    [
        ("y = tf.math.count_nonzero(x, axis=-1) * tf.reduce_sum(x, -1)", True),
        ("y = tf.argmax(x, axis=-1) * 0.5", True),
        ("y = tf.concat([x, x > 0], -1)", True),
        ("y = self.slope(tf.argmax(x, axis=-1))", True),
        ("y = tf.cast(tf.argmax(x, axis=-1), 'float32') * tf.reduce_sum(x, -1)", False),
        ("y = tf.argmax(x, axis=-1, output_type=tf.int32) * tf.shape(x)[0]", False),
        ("y = ops.argmax(x, axis=-1) + ops.sum(x, axis=-1)", True),
        ("y = ops.add(ops.argmax(x, axis=-1), ops.sum(x, axis=-1))", False),
        ("y = tf.where(x > 0, x, 0.0) + 1", False),
        ("y = tf.where(x > 0, x, tf.argmax(x, -1)[..., None])", True),
    ],
)
def test_tensorflow_takes_operands_of_one_type(line: str, refused: bool) -> None:
    body = f"    slope = layers.PReLU()\n\n    def call(self, x):\n        {line}\n        return y\n"
    net = f"class Net(keras.Model):\n{body}"
    assert ("shape-mismatch" in read(f"{HEAD}{net}\n\nNet()(keras.Input((4, 6)))\n")[1]) == refused


def test_a_model_turns_what_it_is_given_into_numbers_of_its_own_kind() -> None:
    block = "keras.Sequential([layers.Conv1D(2, 1), layers.ReLU()])"
    declared = "keras.Sequential([keras.Input((4, 6)), layers.Conv1D(2, 1)])"
    for made in (block, declared):
        text = f"x = keras.Input((4, 6))\nwhich = ops.top_k(x, 6)[1]\nmodel = keras.Model(x, {made}(which))\n"
        assert read(HEAD + text)[1] == []
        # what it was given stays what it is
        assert read(f"{HEAD}{text}other = keras.Model(x, layers.Conv1D(2, 1)(which))\n")[1] == ["shape-mismatch"]
