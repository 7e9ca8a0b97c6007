"""How many weights a model has, where something beside its own layers decides it."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

HEAD = "import keras\nimport numpy as np\nimport tensorflow as tf\nfrom keras import layers\n\n"
SINGLE = "x = keras.Input((8, 8, 3))\n"


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        (
            "class Block(layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
            "        self.inner = keras.Sequential([layers.Dense(6), layers.Dense(2)])\n"
            "    def call(self, x):\n        return self.inner(x)\n"
            "keras.Model(x, Block()(layers.Conv2D(5, 3)(x)))",
            36 + 14,
        ),
        # what is constant is no weight, with a constant added or without
        (
            "y = tf.nn.conv2d(x, np.ones((3, 3, 3, 4), 'float32'), 1, 'SAME')\n"
            "keras.Model(x, layers.Dense(2)(tf.nn.bias_add(y, np.ones((4,), 'float32'))))",
            10,
        ),
        # the words of a lookup, and a place for what is none of them
        (
            "keras.Model(x, layers.Dense(2)(layers.StringLookup(vocabulary=['a', 'b'], output_mode='one_hot')(\n"
            "    keras.Input((1,), dtype='string'))))",
            8,
        ),
        # what Keras's applications do to pictures has no weights
        ("keras.Model(x, layers.Conv2D(5, 3)(keras.applications.vgg16.preprocess_input(x)))", 140),
        # the declared output tells what the function of a Lambda does not
        (
            "def waves(v):\n    return v[..., :1] * tf.linspace(unknown, 1.0, 9)\n"
            "keras.Model(x, layers.Dense(2)(layers.Lambda(waves, output_shape=(8, 8, 9))(x)))",
            20,
        ),
        # weights as keras.Variable, from a tensor, from an initialiser, from a number
        (
            "class Scaled(layers.Layer):\n    def __init__(self):\n        super().__init__()\n"
            "        self.factor = keras.Variable(1.0)\n"
            "    def build(self, shape):\n"
            "        self.w = keras.Variable(keras.initializers.GlorotUniform()((shape[-1], 6)))\n"
            "        self.b = keras.Variable('zeros', shape=(6,))\n"
            "    def call(self, x):\n        return (keras.ops.matmul(x, self.w) + self.b) * self.factor\n"
            "keras.Sequential([keras.Input((5,)), Scaled()])",
            30 + 6 + 1,
        ),
        # a Sequential whose own `call` computes more than its layers do
        (
            "class Topped(keras.Sequential):\n    def __init__(self):\n"
            "        super().__init__([layers.Dense(4), layers.Dense(4)])\n        self.top = layers.Dense(2)\n"
            "    def call(self, x, training=False):\n        return self.top(super().call(x))\n"
            "Topped().build((None, 5))",
            24 + 20 + 10,
        ),
        # what a layer is made of is called by itself as well
        (
            "d = layers.Dense(3)\nkeras.Model(x, [layers.TimeDistributed(d)(x), d(layers.GlobalMaxPooling2D()(x))])",
            12,
        ),
        (
            "c = layers.GRUCell(4)\ns = keras.Input((5, 3))\nkeras.Model(s, c(s[:, 0], layers.RNN(c)(s))[0])",
            3 * (3 * 4 + 4 * 4 + 2 * 4),
        ),
        # a published network within a model that is called
        (
            "net = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(64, 64, 3))\n"
            "p = keras.Input((64, 64, 3))\ninner = keras.Model(p, net(p))\nkeras.Model(p, inner(p))",
            2_257_984,
        ),
    ],
)
def test_weights_behind_what_decides_a_size_elsewhere(text: str, parameters: int) -> None:
    result = lint_bytes("p.py", f"{HEAD}{SINGLE}{text}\n".encode(), Settings())
    assert parameters in [model.parameters for model in result.models]
    assert None not in [model.parameters for model in result.models]


def test_weights_of_a_model_that_is_kept_and_not_called() -> None:
    """Keras counts those of a teacher, or of a running average, as the model's own."""
    text = """
class Student(keras.Model):
    def __init__(self, teacher):
        super().__init__()
        self.teacher = teacher
        self.head = layers.Dense(2)

    def call(self, x):
        return self.head(x)


student = Student(keras.Sequential([keras.Input((4,)), layers.Dense(3)]))
student.compile("adam", "mse")
student.fit(np.zeros((20, 4)), np.zeros((20, 2)))
"""
    result = lint_bytes("p.py", f"{HEAD}{text}".encode(), Settings())
    assert {model.kind: model.parameters for model in result.models} == {"sequential": 15, "subclass": 15 + 10}


def test_a_model_with_weights_of_its_own_is_one_model_where_it_is_called() -> None:
    text = """
class Linear(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 6))

    def call(self, x):
        return keras.ops.matmul(x, self.w)


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.own, self.other = layers.Dense(5), Linear(), layers.Dense(3)

    def call(self, x):
        x = self.first(x)
        return self.own(x), self.other(x)


net = Net()
out = net(np.ones((2, 4), "float32"))
"""
    result = lint_bytes("p.py", f"{HEAD}{text}".encode(), Settings())
    assert [model.parameters for model in result.models] == [25 + 30 + 18]


NESTED = """
first, second = keras.Input((4, 4, 6)), keras.Input((3, 6))
noise = [keras.Input((4, 4, 1)), keras.Input((4, 4, 1))]
moved = layers.Conv2D(6, 3, padding="same")(first + noise[0] * 2.0) + noise[1]
inner = keras.Model([first, second, noise], [moved, layers.Dense(2)(second)])
start = keras.Input((8,))
turned = layers.RepeatVector(3)(layers.Dense(6)(start))
outer = keras.Model(start, inner([tf.ones((1, 4, 4, 6)), turned, {noise}]))
"""


@pytest.mark.parametrize(
    "noise", ["[np.ones((1, 4, 4, 1)), np.ones((1, 4, 4, 1))]", "unknown()", "[unknown(), *others]"]
)
def test_what_a_model_is_given_in_lists_goes_to_the_inputs_that_it_stands_for(noise: str) -> None:
    result = lint_bytes("p.py", f"{HEAD}{NESTED.format(noise=noise)}".encode(), Settings())
    assert not [one for one in result.diagnostics if one.severity == "error"]
    assert result.models[-1].complete == ("unknown" not in noise)


SCALED = """
class Scaled(layers.Layer):
    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], 6))
        self.gain = self.add_weight(shape=(6,))
        self.scale = (2.0 / input_shape[-1]) ** 0.5

    def call(self, x):
        return tf.matmul(x, {weights})


keras.Sequential([keras.Input((5,)), Scaled(), layers.Dense(2)])
"""


@pytest.mark.parametrize(
    ("weights", "own"),
    [
        ("self.scale * self.w", 30),
        ("self.w / 3.0", 30),
        ("tf.multiply(self.w, tf.sqrt(2.0 / 5))", 30),
        ("self.w * self.gain", 36),
        ("tf.nn.softplus(self.w)", 30),
        ("keras.ops.tanh(self.w) * 0.5", 30),
        ("self.w @ tf.transpose(self.w) @ self.w", 30),
    ],
)
def test_weights_are_counted_whatever_is_done_to_them_before_they_are_used(weights: str, own: int) -> None:
    text = f"{HEAD}{SCALED.format(weights=weights)}"
    (model,) = lint_bytes("p.py", text.encode(), Settings()).models
    assert (model.complete, model.layers[-1]["output_shape"]) == (True, [None, 2])
    assert model.parameters == own + 14
