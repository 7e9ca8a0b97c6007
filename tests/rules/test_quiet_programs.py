"""Kinds of good programs that once gave findings: nothing may be said of them."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

HEAD = (
    "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
)

PROGRAMS = {
    "whoever makes one of a class of models may compile it": """
class Wrapped(keras.models.Model):
    def fit(self, x=None, *args, **kwargs):
        return super(Wrapped, self).fit(list(x), *args, **kwargs)
""",
    "widgets call a function with values, not with the ranges that its defaults are": """
from ipywidgets import interact
net = keras.Sequential([keras.Input((2,)), layers.Dense(3)])
@interact
def show(a=(-5, 5, 0.1), b=(-5, 5, 0.1)):
    return net.predict(np.array([[a, b]]))
""",
    "a function behind a stream yields whole batches": """
def batches():
    while True:
        yield np.random.uniform(size=(3, 8, 8, 1)), np.random.uniform(size=(3, 8, 8, 1))
data = tf.data.Dataset.from_generator(batches, (tf.float32, tf.float32))
image = keras.Input((8, 8, 1))
net = keras.Model(image, layers.Conv2D(1, 3, padding="same", activation="sigmoid")(image))
net.compile("adam", "binary_crossentropy")
net.fit(data, epochs=3, steps_per_epoch=9)
""",
    "a student's loss compares its prediction with the teacher's output": """
def distilled(x, y_pred, teacher=None):
    return tf.reduce_mean(keras.losses.kld(teacher(x), y_pred))
teacher = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="softmax")])
distilled(unread(), unread(), teacher)
""",
    "a weight that is not trained starts at zeros": """
class Graph(layers.Layer):
    def build(self, shape):
        self.near = self.add_weight(name="near", shape=(shape[-1], shape[-1]), trainable=False, initializer="zeros")
        self.kernel = self.add_weight(name="kernel", shape=(shape[-1], 4))
    def call(self, x):
        return keras.backend.dot(keras.backend.dot(x, self.near), self.kernel)
nodes = keras.Input((8,))
net = keras.Model(nodes, Graph()(nodes))
""",
    "a sparse tensor holds what a dropout gives": """
nodes = keras.Input((5,))
scores = layers.Dense(3)(nodes)
kept = layers.Dropout(0.3)(scores)
near = tf.sparse.softmax(tf.sparse.SparseTensor([[0, 1]], values=kept, dense_shape=[3, 3]))
net = keras.Model(nodes, tf.sparse.sparse_dense_matmul(near, scores))
""",
    "the backend's dot sums the last axis against the last but one": """
words = keras.Input((30, 16))
class Attend(layers.Layer):
    def build(self, shape):
        self.kernel = self.add_weight((shape[-1], shape[-1]), initializer="glorot_uniform")
    def call(self, x):
        scores = keras.backend.dot(x, keras.backend.expand_dims(self.kernel))
        return tf.reduce_sum(x * keras.backend.squeeze(scores, -1), 1)
net = keras.Model(words, Attend()(words))
""",
    "a layer that refuses what a Sequential hands it": """
class Narrow(layers.Layer):
    def call(self, x):
        if x.shape[-1] > 1:
            raise RuntimeError("too wide")
        return x
try:
    net = keras.Sequential([keras.Input((4,)), Narrow()])
    net(np.zeros((2, 4)))
except RuntimeError:
    pass
""",
    "a pass of a loop that ends early leaves to the others what they fill": """
def found(walked):
    result, first = {}, True
    for one in walked:
        if first:
            first = False
            continue
        result[one] = {"testing": []}
    return result
rows = []
for name in found(unread()):
    rows.append(unread())
image = keras.Input((2048,))
net = keras.Model(image, layers.Dense(10)(image))
net.predict(rows)
""",
    "a picture that a class hands over has a number of samples": """
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(4, 3)
    def call(self, images):
        maps = self.conv(images)
        return tf.reshape(maps, (maps.shape[0], -1))
def asked(path, model):
    picture = tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(path), channels=3), [64, 64])
    return model(tf.expand_dims(picture, 0), training=False)
asked("one.jpg", Net())
""",
    "a Sequential that declares its input is built already": """
net = keras.Sequential([layers.Reshape((784,), input_shape=(28, 28)), layers.Dense(10)])
net.build(input_shape=[None, 784])
net.predict(np.zeros((9, 28, 28)))
""",
    "an array is made of a tensor": """
made = tf.nn.conv2d(tf.ones((1, 8, 8, 3)), tf.Variable(tf.random.normal((3, 3, 3, 4))), 1, "SAME")
pooled = tf.nn.max_pool2d(made, 2, 2, "VALID")
pooled = pooled.numpy()
net = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
""",
    "what one model answers of another's output": """
class Encoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = layers.Dense(8)
    def call(self, x):
        return tf.nn.relu(self.hidden(x)), x
class Decoder(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = layers.Dense(8)
    def call(self, inputs):
        code, image = inputs
        return self.out(code)
code, image = Encoder()(np.zeros((4, 7)))
shown = Decoder()([code, image], training=False)
""",
    "a list of so many tensors is one with an axis for them": """
def normalised(scores, ratings):
    parts = [tf.exp(scores * rating) for rating in ratings]
    return tf.transpose(tf.compat.v1.div(parts, tf.reduce_sum(parts, axis=0)), [1, 2, 0])
nodes = keras.Input((5,))
net = keras.Model(nodes, normalised(layers.Dense(3)(nodes), unread()))
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_good_program(program: str) -> None:
    found = lint_bytes("program.py", (HEAD + program).encode(), Settings())
    assert [one.code for one in found.diagnostics if one.code != "CNN903"] == []
