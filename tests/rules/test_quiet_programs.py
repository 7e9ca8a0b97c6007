"""Kinds of good programs that once gave findings: nothing may be said of them."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes

HEAD = (
    "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers\n"
)

PROGRAMS = {
    "numpy says of a tensor what shape it has, and each pass goes by it": """
def stage(x, wide):
    for place in range(3):
        channels = int(np.shape(x)[-1])
        widens = channels * 2 == wide
        maps = tf.layers.conv2d(x, wide, 3, 2 if widens else 1, padding="same", activation=tf.nn.relu)
        if widens:
            x = tf.layers.average_pooling2d(x, 2, 2)
            x = tf.pad(x, [[0, 0], [0, 0], [0, 0], [channels // 2, channels // 2]])
        x = tf.nn.relu(x + maps)
    return x
maps = stage(stage(tf.placeholder(tf.float32, [None, 32, 32, 16]), 16), 32)
""",
    "a model takes data with a last axis of 1 that it did not ask for, and drops it": """
painter = keras.Sequential([layers.Dense(392, input_dim=16), layers.LeakyReLU(), layers.Reshape((7, 7, 8))])
noise = tf.random.normal((4, 16, 1))
painted = painter(noise, training=False)
shown = painter.predict(np.random.randn(4, 16, 1))
""",
    "what a method adds, that nothing is seen to call, is added no one knows where": """
class Net:
    def __init__(self):
        self.model = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(12, 3, padding="same")])
        opened(self).down(12)
        self.model.add(layers.Reshape((-1, 12)))
        self.model.add(layers.Activation("softmax"))
    def down(self, filters):
        self.model.add(layers.Activation("relu"))
        self.model.add(layers.Conv2D(filters, 3, padding="same"))
Net()
""",
    "whoever makes one of a class of models may compile it": """
class Wrapped(keras.models.Model):
    def fit(self, x=None, *args, **kwargs):
        return super(Wrapped, self).fit(list(x), *args, **kwargs)
""",
    "a model that goes through all of its layers": """
class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(4)
    def call(self, x):
        return self.dense(x)
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = Block(), Block()
        self.last = Block()
    def call(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
""",
    "a tokenizer of letters goes through a text": """
letters = keras.preprocessing.text.Tokenizer(char_level=True)
letters.fit_on_texts("abcdefghijklmnopqrstuvwxyz")
""",
    "an overlap is the same of both, whatever they are called": """
def missed(y_pred, y_true):
    intersection = tf.reduce_sum(y_pred * y_true)
    return 1 - 2 * intersection / (tf.reduce_sum(y_pred) + tf.reduce_sum(y_true))
net = keras.Sequential([keras.Input((4,)), layers.Dense(1, activation="sigmoid")])
net.compile("adam", loss=missed)
""",
    "samples that another file brings into an order of its own": """
from prepared import mixed
x, y = [], []
for number, kind in enumerate(["cats", "dogs"]):
    for file in unread(kind):
        x.append(np.load(file))
        y.append(number)
x, y = mixed(x, y)
net = keras.Sequential([layers.Dense(1, activation="sigmoid")])
net.compile("adam", "binary_crossentropy")
net.fit(x, y, validation_split=0.2, epochs=2)
""",
    "data sets of another file that are called as those of Keras": """
from datasets import mnist
train, valid, test = mnist.load_data()
""",
    "the path of save_model stands behind the model": """
net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
net.compile("adam", "mse")
net.save_weights("net.h5")
keras.models.save_model(net, "net.h5")
again = keras.models.load_model("net.h5")
""",
    "a parameter that is called as a path is": """
path = "weights.h5"
net = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
net.compile("adam", "mse")
net.save_weights(path)
def loaded(path):
    return keras.models.load_model(path)
""",
    "a generator that goes through its samples ten times is read for ten epochs": """
def batches(samples):
    for number in range(len(samples) * 10):
        yield np.zeros((32, 8)), np.zeros((32, 1))
net = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
net.compile("adam", "mse")
net.fit(batches(unread()), epochs=10, steps_per_epoch=50)
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
    "two networks are to agree": """
def made():
    return keras.Sequential([keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(3, activation="softmax")])
student, teacher = made(), made()
agreement = keras.losses.MeanSquaredError()
optimizer = keras.optimizers.Adam()
def step(x, first, second):
    guessed = 0.5 * teacher(first, training=False) + 0.5 * teacher(second, training=False)
    with tf.GradientTape() as tape:
        loss = agreement(guessed, student(x, training=True))
    changes = tape.gradient(loss, student.trainable_variables)
    optimizer.apply_gradients(zip(changes, student.trainable_variables))
for x, first, second in unread():
    step(x, first, second)
""",
    "a list of so many tensors is one with an axis for them": """
def normalised(scores, ratings):
    parts = [tf.exp(scores * rating) for rating in ratings]
    return tf.transpose(tf.compat.v1.div(parts, tf.reduce_sum(parts, axis=0)), [1, 2, 0])
nodes = keras.Input((5,))
net = keras.Model(nodes, normalised(layers.Dense(3)(nodes), unread()))
""",
    "a generator of whole batches validates as it trains": """
def batches():
    while True:
        yield np.zeros((3, 8, 8, 1), "float32"), np.zeros((3, 4), "float32")
def stream():
    shapes = (tf.TensorShape([3, 8, 8, 1]), tf.TensorShape([3, 4]))
    return tf.data.Dataset.from_generator(batches, (tf.float32, tf.float32), shapes)
net = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(4, activation="softmax")])
net.compile("adam", "categorical_crossentropy")
net.fit(stream(), epochs=3, steps_per_epoch=9, validation_data=stream(), validation_steps=1)
""",
    "an output whose last axis may be 1 may be compared with numbers": """
class Gated(layers.GRU):
    def __init__(self, inner, **kwargs):
        super().__init__(inner.units, **kwargs)
words, opinions = np.zeros((90, 20, 4)), np.array([0, 1] * 45)
net = keras.Sequential([keras.Input((20, 4)), Gated(unread())])
net.compile("adam", "binary_crossentropy")
net.fit(words, opinions)
""",
    "a call that a function refuses says nothing of its parameters": """
from keras import backend as K
def painted(bins, size, batch):
    height, width = size[1:]
    image = keras.Input(size)
    folded = layers.Lambda(lambda z: K.reshape(z, (batch, height, width, bins)))
    return keras.Model(image, folded(layers.Conv2D(bins, 1)(image)))
net = painted("name", 10, (1, unread(), unread()), 4)
scaled = layers.Lambda(lambda pair, by: pair[0] + pair[1] * by, arguments={"scale": 0.2})
image = keras.Input((None, None, 3))
net = keras.Model(image, layers.GlobalAveragePooling2D()(scaled([image, layers.Conv2D(3, 1)(image)])))
""",
    "what is empty until a caller fills it": """
class Settings:
    def __init__(self, names=[]):
        self.names = names
class Tagger:
    def __init__(self, names=[]):
        self.settings = Settings(names=names)
    def network(self):
        return keras.Sequential([keras.Input((4,)), layers.Dense(len(self.settings.names), activation="sigmoid")])
def alone(sizes=[]):
    return keras.Sequential([keras.Input((4,)), layers.Dense(len(sizes))])
class Field(keras.Model):
    def __init__(self, input_shape=(None, None), depth=2, **kwargs):
        inputs = keras.Input(input_shape)
        super().__init__(inputs, layers.Dense(4)(inputs), **kwargs)
""",
    "what a constructor leaves at None until a caller says it": """
class Cell(layers.Layer):
    def __init__(self, width=None, **kwargs):
        self.width = width
        super().__init__(**kwargs)
    def network(self, shape):
        step, before = keras.Input(batch_shape=shape), keras.Input(batch_shape=(shape[0], self.width))
        now = layers.add([layers.Dense(self.width)(step), layers.Dense(self.width)(before)])
        return keras.Model([step, before], [now, now])
""",
    "a code between two halves of an autoencoder": """
def between(width=64):
    flat = keras.Input((4 * 4 * 64,))
    wide = layers.Dense(4 * 4 * (width // 2))(layers.Dense(width)(flat))
    return keras.Model(flat, layers.Reshape((4, 4, width // 2))(wide))
net = between()
""",
    "a loss that makes rows of the class numbers it is given": """
from tensorflow.keras import backend as K
def by_number(y_true, y_pred):
    rows = K.one_hot(K.cast(K.reshape(y_true, K.shape(y_pred)[:-1]), "int32"), K.shape(y_pred)[-1])
    return K.mean(K.categorical_crossentropy(rows, y_pred)) + 0.5 * unread(y_pred)
net = keras.Sequential([keras.Input((20,)), layers.Dense(5, activation="softmax")])
net.compile(loss=by_number, optimizer="adam", metrics=["sparse_categorical_accuracy"])
""",
    "a name that the program itself has is not looked up in Keras": """
import operator
add = operator.add
def made(text, names):
    name = text.split("(")[0]
    found = names.get(name, None)
    if found is None:
        found = keras.activations.get(name)
    return found
made("add(3, 3)", globals())
""",
}

#: the same of programs that are older than TensorFlow 2: nothing is put before them
OLD_PROGRAMS = {
    "channels come first where Theano may run": """
from keras.models import Sequential
from keras.layers import Activation, Conv2D, Dense, Flatten, MaxPooling2D
from keras.layers.normalization import BatchNormalization
import theano
net = Sequential()
net.add(Conv2D(64, (3, 3), input_shape=(3, 224, 224)))
net.add(BatchNormalization(axis=1))
net.add(Activation("relu"))
net.add(MaxPooling2D(pool_size=2))
net.add(Conv2D(64, (3, 3), activation="relu"))
net.add(MaxPooling2D(pool_size=2))
net.add(Flatten())
net.add(Dense(10, activation="softmax"))
""",
    "a series in the first Keras: no constructor to call, and `input_dim` is the size of a step": """
import numpy as np
import theano.tensor as T
from keras.models import Sequential
from keras.layers.core import Layer, TimeDistributedDense
class Doubled(Layer):
    def __init__(self, factor=2):
        self.factor = factor
    def get_output(self, train=False):
        return self.get_input(train) * self.factor
net = Sequential()
net.add(TimeDistributedDense(16, input_dim=8))
net.compile("sgd", "mse")
net.predict(np.zeros((5, 10, 8)))
""",
    "a Keras that has more names than any has other arguments, too": """
from keras.layers import Dense, MultiHeadAttention
from keras.regularizers import AlphaRegularizer, l2
attend = MultiHeadAttention(8, 64, activation="relu", mask_future=True)
""",
    "the first Keras named what a layer reads first, and how many samples are asked for": """
import numpy as np
from keras.layers.core import Activation, Dense
from keras.models import Sequential
def network(width, classes, hidden=32):
    net = Sequential()
    net.add(Dense(width, hidden, init="glorot_uniform"))
    net.add(Activation("relu"))
    net.add(Dense(hidden, classes, init="glorot_uniform"))
    net.add(Activation("softmax"))
    return net
def stream(rows):
    while True:
        yield rows
network(unread(), 9, hidden=64).predict_generator(generator=stream(np.zeros((4, 3))), val_samples=4)
""",
    "the layers of Keras 2 handed on the backend that they used": """
from keras.engine import Layer
from keras.layers import K, Activation
class Squash(Layer):
    def call(self, x):
        return K.softmax(K.reshape(x, (-1, 4, 4)))
""",
    "the last layer may be taken off a model": """
from keras.layers import Dense, Flatten, Input
from keras.models import Model
picture = Input((8, 8))
known = Model(picture, Dense(1000, activation="softmax", name="classes")(Flatten()(picture)))
known.layers.pop()
net = Model(known.input, Dense(10, activation="softmax")(known.layers[-1].output))
""",
    "a checkpoint is restored into the graph that it was trained in": """
import numpy as np
import tensorflow as tf
image = tf.placeholder(tf.float32, [None, 24])
right = tf.placeholder(tf.float32, [None, 2])
scores = tf.layers.dense(image, 2)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=right, logits=scores))
step = tf.train.AdamOptimizer(0.001).minimize(loss)
with tf.Session() as session:
    tf.train.Saver().restore(session, "model.ckpt")
    for rows in np.zeros((9, 4, 24)):
        found = session.run([scores, loss], feed_dict={image: rows, right: np.zeros((4, 2))})
""",
    "a tensor that is fetched by what it is called": """
import tensorflow as tf
image = tf.placeholder(tf.float32, [None, 24], "image")
hidden = tf.layers.dense(image, 8, activation=tf.nn.relu)
scores = tf.layers.dense(hidden, 2, name="scores")
boxes = tf.layers.dense(hidden, 4, name="boxes")
loss = tf.reduce_mean(tf.square(scores - tf.placeholder(tf.float32, [None, 2])))
detect = lambda session, pixels: session.run(("boxes/BiasAdd:0", "scores/BiasAdd:0"), {"image:0": pixels})
""",
    "batch norm of pictures in the order of the convolution before it": """
import tensorflow as tf
image = tf.placeholder(tf.float32, [None, 3, 32, 32])
hidden = tf.layers.conv2d(image, 16, 3, data_format="channels_first")
hidden = tf.nn.relu(tf.contrib.layers.batch_norm(hidden, data_format="NCHW", fused=True))
scores = tf.layers.conv2d(hidden, 8, 3, data_format="channels_first")
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_good_program(program: str) -> None:
    found = lint_bytes("program.py", (HEAD + program).encode(), Settings())
    assert [one.code for one in found.diagnostics if one.code != "CNN903"] == []


@pytest.mark.parametrize("program", OLD_PROGRAMS.values(), ids=OLD_PROGRAMS)
def test_a_good_old_program(program: str) -> None:
    """That its names are no longer there is a note."""
    found = lint_bytes("program.py", program.encode(), Settings())
    assert [one.code for one in found.diagnostics if one.severity is not Severity.INFO] == []
