"""How models come to their shapes, losses and optimizers where no single call says so."""

from __future__ import annotations

import pytest

from cnnlint.graph import Model
from cnnlint.readers.python import read


def models_of(source: str) -> list[Model]:
    program = read("program.py", source.encode()).program
    assert program is not None
    return program.models


ESTIMATOR = """
import tensorflow as tf
(train_x, train_y), _ = tf.keras.datasets.mnist.load_data()

def model_fn(features, labels, mode):
    images = tf.reshape(features["x"], [-1, 28, 28, 1])
    hidden = tf.layers.dense(tf.layers.flatten(images), 64, activation=tf.nn.relu)
    logits = tf.layers.dense(hidden, 10)
    if mode == tf.estimator.ModeKeys.PREDICT:
        return tf.estimator.EstimatorSpec(mode=mode, predictions=tf.nn.softmax(logits))
    loss = tf.losses.sparse_softmax_cross_entropy(labels=labels, logits=logits)
    if mode == tf.estimator.ModeKeys.TRAIN:
        step = tf.train.AdamOptimizer(0.01).minimize(loss, global_step=tf.train.get_global_step())
        return tf.estimator.EstimatorSpec(mode=mode, loss=loss, train_op=step)
    return tf.estimator.EstimatorSpec(mode=mode, loss=loss)
"""
STARTS = {
    "arrays": "given = tf.estimator.inputs.numpy_input_fn(x={'x': train_x}, y=train_y, batch_size=100)\n",
    "a data set": "def given():\n    return tf.data.Dataset.from_tensor_slices(({'x': train_x}, train_y)).batch(100)\n",
    "a pair": "given = lambda: ({'x': train_x}, train_y)\n",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("in_main", [False, True], ids=["module", "main"])
def test_an_estimator_reads_its_model_function_with_its_data(start: str, in_main: bool) -> None:
    body = f"{start}tf.estimator.Estimator(model_fn=model_fn).train(input_fn=given, steps=1000)\n"
    if in_main:
        lines = "".join(f"    {line}\n" for line in body.splitlines())
        body = f"def main(argv):\n{lines}\nif __name__ == '__main__':\n    tf.app.run()\n"
    (model,) = models_of(ESTIMATOR + body)
    assert model.complete
    assert [loss.name for loss in model.training.losses] == ["sparse_categorical_crossentropy"]
    assert model.training.optimizer is not None
    assert model.training.optimizer.learning_rate == 0.01
    (feed,) = model.training.feeds
    assert feed.x is not None
    assert feed.y is not None
    assert (feed.x.low, feed.x.high, feed.y.encoding) == (0, 255, "integer")


BUILT = {
    "fit": ("model.fit(x, y)", (None, 28, 28)),
    "the first of several": ("model.predict(x[:, :8])\nmodel.fit(x, y)", (None, 8, 28)),
    "a stream": ("model.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(32))", (None, 28, 28)),
    "declared all the same": ("model.build((None, 4, 4))\nmodel.fit(x, y)", (None, 4, 4)),
    "nothing known": ("model.fit(unknown, y)", None),
    "one row": ("model.fit(x[0, 0], y)", None),
}


@pytest.mark.parametrize(("call", "shape"), BUILT.values(), ids=BUILT)
def test_a_sequential_is_built_from_what_it_is_fed_first(call: str, shape: object) -> None:
    (model,) = models_of(
        "import tensorflow as tf\n(x, y), _ = tf.keras.datasets.mnist.load_data()\n"
        "model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(10)])\n"
        f"model.compile('adam', 'mse')\n{call}\n"
    )
    assert model.inputs[0].shape == shape


def test_a_list_of_layers_that_is_not_known_whole_is_not_built() -> None:
    (model,) = models_of(
        "from tensorflow import keras\nold = keras.models.load_model('old.keras')\n"
        "(x, y), _ = keras.datasets.mnist.load_data()\n"
        "model = keras.Sequential(old.layers[:-1])\nmodel.add(keras.layers.Dense(1))\n"
        "model.compile('sgd', 'mse')\nmodel.fit(x, y)\n"
    )
    assert not model.complete
    assert model.inputs[0].shape is None


def test_an_optimizer_trains_the_model_whose_weights_it_changes() -> None:
    (model,) = models_of(
        "import tensorflow as tf\n"
        "model = tf.keras.Sequential([tf.keras.Input((4,)), tf.keras.layers.Dense(2)])\n"
        "adam = tf.keras.optimizers.Adam(0.5)\n"
        "def step(x):\n"
        "    with tf.GradientTape() as tape:\n"
        "        loss = unknown(x)\n"
        "    gradients = tape.gradient(loss, model.trainable_variables)\n"
        "    adam.apply_gradients(zip(gradients, model.trainable_variables))\n"
    )
    assert model.training.optimizer is not None
    assert model.training.optimizer.learning_rate == 0.5


@pytest.mark.parametrize("name", ["adam", "sgd", "rmsprop", "adagrad", "nadam"])
def test_optimizers_under_their_lower_case_names(name: str) -> None:
    (model,) = models_of(
        "import keras\nmodel = keras.models.Sequential([keras.layers.Dense(2, input_dim=4)])\n"
        f"model.compile(keras.optimizers.{name}(lr=0.125), 'mse')\n"
    )
    assert model.training.optimizer is not None
    assert (model.training.optimizer.name, model.training.optimizer.learning_rate) == (name, 0.125)


CALLBACKS = {
    "callbacks=[keras.callbacks.LearningRateScheduler(rate)]": True,
    "callbacks=keras.callbacks.LearningRateScheduler(rate)": True,
    "callbacks=[stop, CyclicLR()]": True,
    "callbacks=[stop, lr_schedule]": True,
    "callbacks=[stop, keras.callbacks.ReduceLROnPlateau()]": False,
    "callbacks=[stop, reduce_lr]": False,
    "callbacks=[stop]": False,
    "callbacks=unknown()": False,
    "verbose=2": False,
}


@pytest.mark.parametrize(("given", "rescheduled"), CALLBACKS.items(), ids=CALLBACKS)
@pytest.mark.parametrize("apart", [False, True], ids=["in place", "in a variable"])
def test_callbacks_that_set_the_learning_rate(given: str, rescheduled: bool, apart: bool) -> None:
    first = ""
    if apart and given.startswith("callbacks"):
        first, given = f"given = {given.partition('=')[2]}\n", "callbacks=given"
    (model,) = models_of(
        "import keras\nclass CyclicLR(keras.callbacks.Callback):\n    pass\n"
        "stop = keras.callbacks.EarlyStopping()\n"
        "model = keras.models.Sequential([keras.layers.Dense(2, input_dim=4)])\nmodel.compile('sgd', 'mse')\n"
        f"{first}model.fit(x, y, {given})\n"
    )
    assert model.training.rescheduled == rescheduled


def test_a_loss_that_is_added_belongs_to_the_output_that_it_reads() -> None:
    (model,) = models_of(
        "from keras import Input, Model, layers, losses\n"
        "images = Input((784,))\ncode = layers.Dense(8, activation='relu')(images)\n"
        "copies = layers.Dense(784)(code)\nmodel = Model(images, copies)\n"
        "apart = losses.mean_squared_error(unknown, code)\n"
        "model.add_loss([losses.binary_crossentropy(images, copies) * 784, apart])\nmodel.compile('adam')\n"
    )
    (loss,) = model.training.losses
    assert loss.name == "binary_crossentropy"
    assert loss.output is model.outputs[0]


@pytest.mark.parametrize(
    "made",
    [
        "net = keras.Sequential([keras.Input((8, 6)), keras.layers.Dense(3)])",
        "x = keras.Input((8, 6))\nnet = keras.Model(x, keras.layers.Dense(3)(x))",
    ],
    ids=["sequential", "functional"],
)
def test_a_model_called_on_something_unknown_reads_what_it_declares(made: str) -> None:
    models = models_of(
        f"import tensorflow as tf\nfrom tensorflow import keras\n{made}\nfor images, kinds in unknown:\n"
        "    loss = tf.nn.softmax_cross_entropy_with_logits(logits=net(images), labels=kinds)\n"
    )
    assert [model.inputs[0].shape for model in models] == [(None, 8, 6)]


def test_rows_of_as_many_numbers_are_the_same_samples_however_many_those_are() -> None:
    (model,) = models_of(
        "import tensorflow as tf\n"
        "def network(x):\n"
        "    x = tf.reshape(x, [-1, 8, 6, 3])\n"
        "    x = tf.layers.conv2d(x, 4, 3, padding='same')\n"
        "    x = tf.reshape(x, [-1, 8 * 6 * 4])\n"
        "    return tf.layers.dense(x, 2)\n"
        "logits = network(unseen)\n"
    )
    assert [node.kind for node in model][1::2] == ["Reshape", "Flatten"]


BASIC = "tf.nn.rnn_cell.BasicLSTMCell(16)"


@pytest.mark.parametrize(
    ("network", "kinds", "parameters"),
    [
        (
            f"out, state = tf.nn.dynamic_rnn({BASIC}, x)\nlast = out[:, -1]",
            ["LSTM"],
            2816,
        ),
        (
            f"out, state = tf.nn.dynamic_rnn({BASIC}, x)\nlast = state.h",
            ["LSTM"],
            2816,
        ),
        (
            "out, state = tf.nn.dynamic_rnn(tf.nn.rnn_cell.GRUCell(16), x)\nlast = state",
            ["GRU"],
            2112,
        ),
        (
            "cells = [tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.BasicRNNCell(n), 0.5) for n in (8, 16)]\n"
            "out, state = tf.nn.static_rnn(tf.nn.rnn_cell.MultiRNNCell(cells), tf.unstack(x, 12, 1))\n"
            "last = out[-1]",
            ["SimpleRNN", "SimpleRNN"],
            688,
        ),
        (
            "(a, b), _ = tf.nn.bidirectional_dynamic_rnn(tf.nn.rnn_cell.GRUCell(8), tf.nn.rnn_cell.GRUCell(8), x)\n"
            "last = tf.concat([a, b], 2)[:, -1]",
            ["GRU", "GRU"],
            1728,
        ),
    ],
)
def test_recurrent_networks_of_tensorflow_1(network: str, kinds: list[str], parameters: int) -> None:
    text = f"""
import tensorflow as tf
x = tf.placeholder(tf.float32, [None, 12, 27])
y = tf.placeholder(tf.int64, [None])
{network}
logits = tf.layers.dense(last, 10)
loss = tf.losses.sparse_softmax_cross_entropy(labels=y, logits=logits)
train = tf.train.AdamOptimizer().minimize(loss)
"""
    program = read("main.py", text.encode()).program
    assert program is not None
    (model,) = program.models
    assert model.complete, model.unread
    assert model.outputs[0].shape == (None, 10)
    found = [node for node in model.nodes if node.kind in ("LSTM", "GRU", "SimpleRNN")]
    assert [node.kind for node in found] == kinds
    assert sum(node.parameters or 0 for node in found) == parameters


@pytest.mark.parametrize(
    ("first", "shape"),
    [
        ("(3, 32, 32)", (None, 8, 30, 1)),
        ("(1, 28, 28)", (None, 8, 30, 1)),
        ("(28, 28, 1)", (None, 30, 30, 8)),
        ("(1, 1, 50)", (None, 30, 30, 8)),  # noise at one place
        ("(1, 128, 9)", (None, 30, 30, 8)),  # signals in one row
    ],
)
def test_the_first_picture_shows_the_order_where_keras_ran_on_theano_too(first: str, shape: object) -> None:
    source = f"""
import cPickle
from keras.layers import Conv2D, Input
from keras.models import Model
first = Input(shape={first})
pictures = Input(shape=(32, 32, 3))
model = Model(pictures, Conv2D(8, (3, 3))(pictures))
"""
    (model,) = models_of(source)
    assert model.outputs[0].shape == shape
