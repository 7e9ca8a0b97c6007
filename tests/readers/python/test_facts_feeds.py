"""What fit, evaluate and predict are given, and what happens to arrays on the way that rules ask about."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from cnnlint.graph import Argmax, ArrayFacts, ArrayPassed, DiscardedArray, Event, Feed, Model, Program
from cnnlint.readers.python import read

E = TypeVar("E", bound=Event)

HEAD = """
import numpy as np
from keras import Input, Model, Sequential, layers
from keras.datasets import mnist
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import Sequence, image_dataset_from_directory
import tensorflow as tf
(x, y), (x_test, y_test) = mnist.load_data()
model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
"""


def program_of(body: str) -> Program:
    program = read("program.py", (HEAD + body).encode()).program
    assert program is not None
    return program


def model_of(body: str) -> Model:
    return program_of(body).models[-1]


def feed_of(body: str) -> Feed:
    return model_of(body).training.feeds[-1]


def shape_of(facts: ArrayFacts | None) -> Any:
    return None if facts is None else facts.shape


TRAIN, TEST = (60000, 28, 28), (10000, 28, 28)
AMOUNTS = {
    "model.fit(x, y)": (1, 32, None, 1875),
    "model.fit(x, y, 100, 3)": (3, 100, None, 1800),
    "model.fit(x, y, batch_size=100, epochs=3)": (3, 100, None, 1800),
    "model.fit(x, y, batch_size=None)": (1, 32, None, 1875),
    "model.fit(x, y, epochs=5, initial_epoch=3)": (2, 32, None, 3750),
    "model.fit(x, y, validation_split=0.5)": (1, 32, None, 938),
    "model.fit(x, y, steps_per_epoch=len(x) // 600, epochs=2)": (2, 32, 100, 200),
    "model.fit(x, y, steps_per_epoch=250 / 100)": (1, 32, 3, 3),
    "EPOCHS = 4\nmodel.fit(x, y, epochs=EPOCHS)": (4, 32, None, 7500),
    "model.fit(x, y, epochs=unknown)": (None, 32, None, None),
    "model.fit(x, y, steps_per_epoch=unknown)": (None, 32, None, None),
    "model.fit(x, y, batch_size=unknown)": (1, None, None, None),
    "model.fit(*arguments)": (None, None, None, None),
    "for i in range(3):\n    model.fit(x, y)": (None, 32, None, None),
    "model.fit(x, y, nb_epoch=2)": (2, 32, None, 3750),
    "g = ImageDataGenerator()\nmodel.fit_generator(g.flow(x, y, batch_size=64), 10, 2)": (2, 64, 10, 20),
    "g = ImageDataGenerator()\nmodel.fit(g.flow(x, y, batch_size=64))": (1, 64, 938, 938),
    "g = ImageDataGenerator()\nmodel.fit_generator(g.flow(x, y), samples_per_epoch=320, nb_epoch=2)": (2, 32, 10, 20),
    "d = tf.data.Dataset.from_tensor_slices((x, y)).batch(100)\nmodel.fit(d, epochs=2)": (2, 100, 600, 1200),
    "d = tf.data.Dataset.from_tensor_slices((x, y)).take(500).batch(100)\nmodel.fit(d)": (1, 100, 5, 5),
    "d = tf.data.Dataset.from_tensor_slices((x, y)).batch(100).repeat()\nmodel.fit(d, steps_per_epoch=7)": (
        1,
        100,
        7,
        7,
    ),
}


@pytest.mark.parametrize("call", AMOUNTS)
def test_how_often(call: str) -> None:
    feed = feed_of(call)
    assert (feed.epochs, feed.batch_size, feed.steps_per_epoch, feed.updates) == AMOUNTS[call]


DATA = {
    "model.fit(x, y)": (TRAIN, (60000,), None, None),
    "model.fit(x=x, y=y)": (TRAIN, (60000,), None, None),
    "model.fit([x], [y])": (TRAIN, (60000,), None, None),
    "model.fit({'a': x}, y)": (TRAIN, (60000,), None, None),
    "model.fit([x, x], y)": (None, (60000,), None, None),
    "model.fit(x, y, validation_data=(x_test, y_test))": (TRAIN, (60000,), TEST, (10000,)),
    "model.fit(x, y, validation_data=[x_test, y_test])": (TRAIN, (60000,), TEST, (10000,)),
    "model.fit(x, y, validation_data=(x_test, y_test, weights))": (TRAIN, (60000,), TEST, (10000,)),
    "model.fit(x, y, 32, 1, 0, None, 0.0, (x_test, y_test))": (TRAIN, (60000,), TEST, (10000,)),
    "d = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(9)\nmodel.fit(x, y, validation_data=d)": (
        TRAIN,
        (60000,),
        TEST,
        (10000,),
    ),
    "model.fit(*arguments)": (None, None, None, None),
    "model.train_on_batch(x[:64], y[:64])": ((64, 28, 28), (64,), None, None),
    "model.evaluate(x_test, y_test)": (TEST, (10000,), None, None),
    "model.predict(x_test)": (TEST, None, None, None),
    "model.fit([[1.0, 2.0], [3.0, 4.0]], [0, 1])": ((2, 2), (2,), None, None),
}


@pytest.mark.parametrize("call", DATA)
def test_what_is_fed(call: str) -> None:
    feed = feed_of(call)
    assert (shape_of(feed.x), shape_of(feed.y), shape_of(feed.validation_x), shape_of(feed.validation_y)) == DATA[call]


STREAMS = {
    # bounds of x, shape of x, encoding and classes of y
    "g = ImageDataGenerator(rescale=1 / 255)\nd = g.flow_from_directory('d', target_size=(8, 9))": (
        0,
        1,
        (None, 8, 9, 3),
        "one_hot",
        None,
    ),
    "g = ImageDataGenerator()\nd = g.flow_from_directory('d', class_mode='binary')": (
        0,
        255,
        (None, 256, 256, 3),
        "binary",
        2,
    ),
    "g = ImageDataGenerator()\nd = g.flow_from_directory('d', class_mode='sparse', classes=['a', 'b', 'c'])": (
        0,
        255,
        (None, 256, 256, 3),
        "integer",
        3,
    ),
    "g = ImageDataGenerator()\nd = g.flow_from_directory('d', color_mode='grayscale', classes=['a', 'b', 'c'])": (
        0,
        255,
        (None, 256, 256, 1),
        "one_hot",
        3,
    ),
    "g = ImageDataGenerator(featurewise_center=True)\nd = g.flow(x, y)": (None, None, TRAIN, "integer", 10),
    "g = ImageDataGenerator(preprocessing_function=lambda i: i / 127.5 - 1)\nd = g.flow(x, y)": (
        -1,
        1,
        TRAIN,
        "integer",
        10,
    ),
    "g = ImageDataGenerator(preprocessing_function=unknown)\nd = g.flow(x, y)": (None, None, TRAIN, "integer", 10),
    "g = ImageDataGenerator()\nd = g.flow_from_dataframe(table, target_size=(8, 9), class_mode='binary')": (
        0,
        255,
        (None, 8, 9, 3),
        "binary",
        2,
    ),
    "d = image_dataset_from_directory('d', image_size=(8, 9))": (0, 255, (None, 8, 9, 3), "integer", None),
    "d = image_dataset_from_directory('d', label_mode='categorical')": (0, 255, (None, 256, 256, 3), "one_hot", None),
    "d = image_dataset_from_directory('d', label_mode='binary').map(lambda a, b: (a / 255, b))": (
        0,
        1,
        (None, 256, 256, 3),
        "binary",
        2,
    ),
    "s = layers.Rescaling(1 / 127.5, offset=-1)\n"
    "d = image_dataset_from_directory('d').map(lambda a, b: (s(a), b)).prefetch(1)": (
        -1,
        1,
        (None, 256, 256, 3),
        "integer",
        None,
    ),
    "def scale(image, label):\n    return tf.cast(image, tf.float32) / 255, tf.one_hot(label, 10)\n"
    "d = tf.data.Dataset.from_tensor_slices((x, y)).map(scale).shuffle(9).batch(7)": (0, 1, TRAIN, "one_hot", 10),
    "a = tf.data.Dataset.from_tensor_slices(x)\nb = tf.data.Dataset.from_tensor_slices(y)\n"
    "d = tf.data.Dataset.zip((a, b)).batch(7)": (0, 255, TRAIN, "integer", 10),
    "d = tf.data.Dataset.from_tensor_slices((x, y)).filter(lambda a, b: b < 5).batch(7)": (
        0,
        255,
        (None, 28, 28),
        "integer",
        None,
    ),
    "def rows():\n    for i in range(len(x)):\n        yield x[i], y[i]\n"
    "d = tf.data.Dataset.from_generator(rows, (tf.uint8, tf.uint8)).batch(3)": (0, 255, (None, 28, 28), "integer", 10),
    "def batches():\n    while True:\n        yield x[:9] / 255, y[:9]\nd = batches()": (
        0,
        1,
        (None, 28, 28),
        "integer",
        None,
    ),
    "class Batches(Sequence):\n    def __init__(self, x, y):\n        self.x, self.y = x / 255, y\n"
    "    def __len__(self):\n        return 5\n"
    "    def __getitem__(self, i):\n        return self.x[i * 9:(i + 1) * 9], self.y[i * 9:(i + 1) * 9]\n"
    "d = Batches(x, y)": (0, 1, (None, 28, 28), "integer", 10),
}


@pytest.mark.parametrize("source", STREAMS)
def test_streams(source: str) -> None:
    feed = feed_of(f"{source}\nmodel.fit(d)")
    assert feed.x is not None
    assert feed.y is not None
    low, high, shape, encoding, classes = STREAMS[source]
    assert (feed.x.low, feed.x.high) == (pytest.approx(low), pytest.approx(high))
    assert (feed.x.shape, feed.y.encoding, feed.y.classes) == (shape, encoding, classes)


def test_labels_of_several_outputs() -> None:
    outputs = """
a = Input((28, 28))
b = layers.Flatten()(a)
two = Model(a, [layers.Dense(10, name="digit")(b), layers.Dense(1, name="odd")(b)])
two.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
"""
    by_place = model_of(outputs + "two.fit(x, [y, y % 2])").training.losses
    by_name = model_of(outputs + "two.fit(x, {'odd': y % 2, 'digit': y})").training.losses
    for losses in (by_place, by_name):
        assert [loss.labels.classes for loss in losses if loss.labels is not None] == [10, 2]


def test_placeholders_are_fed() -> None:
    program = read(
        "program.py",
        b"""
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("data", one_hot=True)
x, y = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.float32, [None, 10])
loss = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=tf.layers.dense(x, 10))
step = tf.train.AdamOptimizer().minimize(loss)
with tf.Session() as session:
    for i in range(1000):
        a, b = mnist.train.next_batch(50)
        session.run(step, feed_dict={x: a, y: b})
""",
    ).program
    assert program is not None
    (model,) = program.models
    assert model.training.feeds[0].x is not None
    assert (model.training.feeds[0].x.high, model.training.feeds[0].x.shape) == (1, (50, 784))
    assert model.training.losses[0].labels is not None
    assert model.training.losses[0].labels.encoding == "one_hot"


# --- events -----------------------------------------------------------------------------------------------------


def events_of(body: str, kind: type[E]) -> list[E]:
    return list(program_of(body).events_of(kind))


ARGMAX = {
    "np.argmax(model.predict(x_test), axis=1)": (1, 10),
    "model.predict(x_test).argmax(axis=-1)": (-1, 10),
    "np.argmax(model.predict(x_test)[0])": (None, 10),
    "p = model.predict(x_test)\ntf.argmax(p, 1)": (1, 10),
    "p = model.predict(x_test)\nnp.argmax(p, axis)": (None, None),
    "p = model.predict(unknown)\nnp.argmax(p)": (None, None),
}


@pytest.mark.parametrize("call", ARGMAX)
def test_argmax_of_predictions(call: str) -> None:
    (event,) = events_of(call, Argmax)
    assert (event.axis, event.size) == ARGMAX[call]
    assert event.model is not None
    assert event.node is None


def test_argmax_of_labels_is_no_event() -> None:
    assert events_of("np.argmax(y)\nnp.argmax(model.predict_classes(x))", Argmax) == []


SCALER = "from sklearn.preprocessing import StandardScaler\ns = StandardScaler()\nf = x.reshape(60000, 784)\n"
DISCARDED = {
    "x / 255": "scale",
    "(x - x.mean()) / x.std()": "standardize",
    "x.reshape(60000, 784)": "reshape",
    SCALER + "s.fit_transform(f)": "fit-scaler",
    SCALER + "s.fit(f)\ns.transform(f)": "fit-scaler",
    SCALER + "s.fit_transform(f)\ng = s.transform(f)": None,
    SCALER + "s.fit(f)": None,
    SCALER.replace("Scaler()", "Scaler(copy=False)") + "s.fit_transform(f)": None,
    "x /= 255": None,
    "x": None,
    "x = x / 255": None,
    "print(x / 255)": None,
    "from keras.applications.vgg16 import preprocess_input\nz = x.astype('float32')\npreprocess_input(z)": None,
}


@pytest.mark.parametrize("body", DISCARDED)
def test_results_that_nobody_keeps(body: str) -> None:
    found = [event.step.kind for event in events_of(body, DiscardedArray)]
    assert found == ([] if DISCARDED[body] is None else [DISCARDED[body]])


PASSED = {
    "unknown(x)": True,
    "unknown.method(x)": True,
    "import joblib\njoblib.dump(x, 'x')": True,
    "np.save('x.npy', x)": True,
    "def ready(a):\n    return x": True,
    "print(x)": False,
    "len(x)": False,
    "model.fit(x, y)": False,
    "z = x / 255": False,
}


@pytest.mark.parametrize("body", PASSED)
def test_arrays_that_leave_what_is_read(body: str) -> None:
    names = [event.facts.name for event in events_of(body, ArrayPassed)]
    assert ("x" in names) is PASSED[body]


LOOPS = {
    "a data set": "for xb, yb in data:\n    step(xb, yb)\n",
    "with its number": "for n, (xb, yb) in enumerate(data):\n    step(xb, yb)\n",
    "behind a progress bar": "from tqdm import tqdm\nfor n, (xb, yb) in tqdm(enumerate(data)):\n    step(xb, yb)\n",
    "two at once": "for (xb, yb), other in zip(data, data):\n    step(xb, yb)\n",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_what_a_training_loop_calls_the_model_on(loop: str) -> None:
    body = f"""
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
measure = tf.keras.losses.SparseCategoricalCrossentropy()
adam = tf.keras.optimizers.Adam()
@tf.function
def step(images, labels):
    with tf.GradientTape() as tape:
        loss = measure(labels, model(images, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    adam.apply_gradients(zip(gradients, model.trainable_variables))
{loop}"""
    row = (HEAD + body).split("\n").index("        loss = measure(labels, model(images, training=True))") + 1
    feed = feed_of(body)
    assert feed.x is not None
    assert (shape_of(feed.x), feed.x.low, feed.x.high) == ((None, 28, 28), 0, 255)
    assert feed.y is not None
    assert feed.y.encoding == "integer"
    assert feed.origin.span is not None
    assert feed.origin.span.start_row == row
