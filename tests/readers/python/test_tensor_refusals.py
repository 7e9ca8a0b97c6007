"""What Keras refuses of tensors and what it does not, by kind: found with generated programs."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import ModelSummary
from cnnlint.lint.one_file import lint_bytes

HEAD = "import keras\nimport tensorflow as tf\nfrom keras import layers, ops\n\n"


def read(text: str) -> tuple[tuple[ModelSummary, ...], list[str]]:
    """The models of a program, and its errors."""
    result = lint_bytes("program.py", f"{HEAD}{text}".encode(), Settings())
    assert not result.errors, result.errors
    return tuple(result.models), [one.name for one in result.diagnostics if one.severity == "error"]


def shown(expression: str, shape: str) -> tuple[list[int | None] | None, list[str]]:
    """The shape of what a functional model makes of `x`, and the errors."""
    models, errors = read(f"x = keras.Input({shape})\nmodel = keras.Model(x, {expression})\n")
    return models[0].layers[-1]["output_shape"], errors


def called(body: str, shape: str, made: str = "") -> list[str]:
    """The errors of a model whose `call` makes `y` of `x`, and which is called on a symbolic tensor."""
    text = f"class Net(keras.Model):\n    def __init__(self):\n        super().__init__()\n        {made}\n\n"
    text += f"    def call(self, x):\n        {body}\n        return y\n\nnet = Net()\nnet(keras.Input({shape}))\n"
    return read(text)[1]


@pytest.mark.parametrize(
    ("expression", "shape", "expected"),
    [
        ("ops.max_pool(x, 5, strides=2, padding='same')", "(9, 4)", [None, 5, 4]),
        ("ops.average_pool(x, 2)", "(4, 6, 8, 3)", [None, 2, 3, 4, 3]),
        ("ops.conv(x, ops.ones((3, 4, 5)), strides=2, padding='same')", "(9, 4)", [None, 5, 5]),
    ],
)
def test_one_size_of_a_window_is_that_of_each_dimension(
    expression: str, shape: str, expected: list[int | None]
) -> None:
    assert shown(expression, shape) == (expected, [])


def test_a_pooling_of_what_is_not_known_has_no_number_of_dimensions() -> None:
    text = "def pooled(x):\n    return keras.Model(x, ops.max_pool(x, 2))\n\npooled(unknown())\n"
    models, _ = read(text)
    assert [layer["output_shape"] for model in models for layer in model.layers if "Pool" in layer["kind"]] == [None]


def test_a_function_keeps_its_filters_in_a_model_that_is_called_again() -> None:
    part = "p = keras.Input((8, 8, 4))\npart = keras.Model(p, ops.depthwise_conv(p, ops.ones((5, 5, 4, 3))))\n"
    models, errors = read(f"{part}x = keras.Input((8, 8, 4))\nmodel = keras.Model(x, part(x))\n")
    assert errors == []
    assert [model.parameters for model in models] == [0, 0]


def test_weights_that_a_call_makes_anew_are_not_counted() -> None:
    text = "class Net(keras.Model):\n    def call(self, x):\n        return layers.Dense(3)(x)\n\n"
    text += "net = Net()\nnet(ops.ones((2, 4)))\n"
    models, errors = read(text)
    assert errors == ["layer-made-in-call"]
    assert {model.parameters for model in models} == {None}


@pytest.mark.parametrize(
    ("expression", "shape", "refused"),
    [
        ("layers.RandomHue(0.1)(x)", "(6, 6, 8)", True),
        ("layers.RandomGrayscale(0.5)(x)", "(3,)", True),
        ("layers.RandomHue(0.1)(x)", "(6, 6, 3)", False),
        ("layers.Lambda(lambda t: t * 2)(x > 0)", "(4,)", False),
        ("layers.Lambda(lambda t: 2 * t)(x > 0)", "(4,)", True),
        ("layers.Lambda(lambda t: t + 1)(x > 0)", "(4,)", True),
    ],
)
def test_kinds_of_numbers_and_colours(expression: str, shape: str, refused: bool) -> None:
    assert bool(shown(expression, shape)[1]) is refused


def test_a_layer_in_a_call_does_not_train_until_it_is_told() -> None:
    assert called("y = self.hue(x)", "(6, 6, 8)", "self.hue = layers.RandomHue(0.1)") == []


@pytest.mark.parametrize(
    ("expression", "shape", "refused"),
    [
        ("ops.pad(x, [[0, 0], [3, 0]], mode='reflect')", "(3,)", True),
        ("ops.pad(x, [[0, 0], [2, 0]], mode='reflect')", "(3,)", False),
        ("ops.pad(x, [[0, 0], [3, 0]], mode='symmetric')", "(3,)", False),
        ("layers.Attention()([x > 0, x > 0])", "(3, 4)", True),
        ("layers.Attention(use_scale=True)([x > 0, x > 0])", "(3, 4)", False),
        ("layers.Attention()([x, x])", "(3, 4)", False),
        ("layers.Attention()([x, x[..., :2]])", "(3, 4)", True),
        ("layers.Attention()([x, x[..., :2], x])", "(3, 4)", False),
        ("layers.Attention()([x, x, x[:, :2]])", "(3, 4)", True),
        ("layers.Attention(score_mode='concat')([x, x[..., :1]])", "(3, 4)", False),
        ("layers.AdditiveAttention()([x, x[..., :2]])", "(3, 4)", True),
        ("layers.MultiHeadAttention(2, 3)(x, x, x[:, :2])", "(3, 4)", True),
        ("layers.MultiHeadAttention(2, 3)(x, x[..., :2])", "(3, 4)", False),
        ("layers.AdditiveAttention()([x > 0, x > 0])", "(3, 4)", True),
        ("layers.Conv1DTranspose(2, 2)(layers.Discretization([0.0, 1.0])(x))", "(3, 4)", True),
        ("layers.Dense(2)(layers.Discretization([0.0, 1.0], output_mode='one_hot')(x))", "(3, 4)", False),
    ],
)
def test_what_is_mirrored_and_what_attends(expression: str, shape: str, refused: bool) -> None:
    assert bool(shown(expression, shape)[1]) is refused


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("y = tf.reduce_euclidean_norm(x, axis=1)", "error"),
        ("y = tf.math.reduce_euclidean_norm(x, axis=1)", None),
        ("y = ops.concat([x, x])", "warning"),
        ("y = layers.GlobalPooling2D()(x)", "warning"),
        ("y = layers.AveragePool2D(2)(x)", "error"),
        ("y = layers.BatchNorm()(x)", "error"),
        ("y = layers.Activation(ops.tanhh)(x)", "warning"),
        ("y = layers.Activation(tf.nn.gelus)(x)", "warning"),
        ("y = layers.Activation(tf.nn.leaky_relu)(x)", None),
        ("y = layers.Lambda(ops.nn.relu, dtype=tf.float32)(x)", None),
        ("y = layers.Bidirectional(layers.GRU(2), merge_mode='add')(x)", "error"),
        ("y = layers.Attention(score_mode='concat')([x, x])", None),
        ("y = ops.concatenate([x, tf.cast(x, tf.float32)])", None),
    ],
)
def test_names_that_a_module_does_not_have(line: str, severity: str | None) -> None:
    text = f"class Net(keras.Model):\n    def call(self, x):\n        {line}\n        return y\n"
    found = lint_bytes("program.py", f"{HEAD}{text}".encode(), Settings()).diagnostics
    assert [one.severity for one in found if one.name == "unknown-name"] == [severity] * (severity is not None)


@pytest.mark.parametrize(
    ("expression", "refused"),
    [
        ("tf.split(x, 2, axis=1)[0]", True),
        ("tf.unstack(x, axis=1)[-1]", True),
        ("tf.nest.flatten([x, ops.abs(x)])[1]", False),
        ("ops.split(x, 2, axis=1)[0]", False),
        ("ops.broadcast_to(x, (ops.shape(x)[0], 4, 3))", True),
        ("ops.broadcast_to(x, (5, 4, 3))", False),
    ],
)
def test_what_has_no_data_yet(expression: str, refused: bool) -> None:
    assert bool(shown(expression, "(4, 3)")[1]) is refused


def test_older_programs_call_what_their_version_has() -> None:
    text = b"import tensorflow as tf\nx = tf.placeholder(tf.float32, (None, 4))\ny = tf.mul(x, tf.concatenated(x))\n"
    assert "unknown-name" not in {one.name for one in lint_bytes("program.py", text, Settings()).diagnostics}


@pytest.mark.parametrize(
    ("expression", "refused"),
    [
        ("ops.einsum('abc,abc->abe', x, x)", True),
        ("ops.einsum('abc,abd->acd', x, x)", False),
        ("layers.EinsumDense('abc,ef->abf', output_shape=(None, 3))(x)", True),
        ("layers.EinsumDense('abc,cd->abz', output_shape=(None, 3))(x)", True),
        ("layers.EinsumDense('abc,bd->adc', output_shape=(2, 3))(x)", True),
        ("layers.EinsumDense('abc,cd->abd', output_shape=(None, 2), bias_axes='z')(x)", True),
        ("layers.EinsumDense('abc,cd->abd', output_shape=(None, 2), bias_axes='d')(x)", False),
        ("layers.EinsumDense('...x,xy->...y', output_shape=2)(x)", False),
        ("layers.Concatenate()([x, layers.ReLU()])", True),
    ],
)
def test_equations_and_layers_that_are_not_called(expression: str, refused: bool) -> None:
    assert bool(shown(expression, "(None, 3)")[1]) is refused


@pytest.mark.parametrize(
    ("declared", "given", "refused"),
    [
        ("(8,)", "(2, 2, 8)", True),
        ("(8,)", "(2, 7)", True),
        ("(8, 8, 1)", "(2, 8, 8)", False),
        ("(8, 8)", "(2, 8, 8, 1)", False),
        ("(None, 4)", "(2, 9, 4)", False),
        ("(None, 4)", "(2, 9, 5)", True),
    ],
)
def test_a_model_is_called_on_what_it_declares(declared: str, given: str, refused: bool) -> None:
    text = f"x = keras.Input({declared})\nmodel = keras.Model(x, layers.Dense(3)(x))\n"
    assert bool(read(f"{text}model(tf.ones({given}))\n")[1]) is refused


@pytest.mark.parametrize(
    ("model", "refused"),
    [
        ("keras.Model(x, y)", False),
        ("keras.Model(y, x)", True),
        ("keras.Model(y, layers.ReLU()(y))", False),
        ("keras.Model(keras.Input(6), keras.Input((6,)))", True),
        ("keras.Model(x, keras.Input((-1, 6)))", True),
        ("keras.Model(x, keras.Sequential([keras.Input((4,)), layers.Dense(2)]))", True),
        ("keras.Model(x, y(x))", True),
    ],
)
def test_a_model_leads_from_its_inputs_to_its_outputs(model: str, refused: bool) -> None:
    assert bool(read(f"x = keras.Input((4,))\ny = layers.Dense(3)(x)\nmodel = {model}\n")[1]) is refused


def test_what_is_called_and_not_read_may_be_a_model() -> None:
    text = "from parts import judged, made\na, b = keras.Input((8,)), keras.Input((3,))\n"
    models, errors = read(f"{text}judge = judged(a)\nmaker = made(b)\nboth = keras.Model(b, judge(maker(b)))\n")
    assert errors == []
    assert {model.complete for model in models} == {False}


def test_an_argument_that_a_model_of_tensors_drops_is_no_error() -> None:
    models, errors = read("x = keras.Input((4,))\nmodel = keras.Model(x, ops.abs(x), names='a')\n")
    assert len(models) == 1
    assert errors == []


def test_a_call_knows_the_sizes_that_an_output_shape_leaves_open() -> None:
    made = "self.e = layers.EinsumDense('abc,cd->abd', output_shape=(None, 3))\n"
    made += "        self.l = layers.DepthwiseConv1D(2, data_format='channels_first')"
    assert called("y = self.l(self.e(x))", "(4, 6)", made) == []
