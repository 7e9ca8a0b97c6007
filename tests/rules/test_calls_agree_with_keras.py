"""What calls pass that Keras takes for no argument: each beside a call that it takes, and Keras is asked of both."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from rules.asking import asked
from rules.test_refusals_agree_with_keras import CHILD, HEAD

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

START = (
    HEAD
    + """import os
import tempfile

os.chdir(tempfile.mkdtemp())
images = Input((8, 8, 3))
series = Input((5, 4))
pair = Model(first, [layers.Dense(1, name="a")(first), layers.Dense(1, name="b")(first)])
net = Model(first, layers.Dense(1, name="out")(first))
net.compile("sgd", "mse")
keras.ops.shape(x)


class Block(layers.Layer):
    def __init__(self, units, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)


class Stepping(Model):
    def train_step(self, data):
        return {}


"""
)
#: what is refused, and what is not, by what is wrong
PAIRS = {
    "another number of numbers": (
        "keras.ops.reshape(np.ones((2, 3, 4)), (-1, 5))",
        "keras.ops.reshape(np.ones((2, 3, 4)), (-1, 6))",
    ),
    "two sizes left open": (
        "keras.ops.reshape(np.ones((2, 3)), (-1, -1))",
        "keras.ops.reshape(np.ones((2, 3)), (-1, 1))",
    ),
    "one name for two layers": (
        'Model(first, layers.Dense(2, name="a")(layers.Dense(3, name="a")(first)))',
        'Model(first, layers.Dense(2, name="a")(layers.Dense(3, name="b")(first)))',
    ),
    "one name in each round": (
        "chain = series\nfor _ in range(2):\n    chain = layers.LSTM(4, return_sequences=True, name='l')(chain)\n"
        "Model(series, chain)",
        "chain = series\nfor i in range(2):\n    chain = layers.LSTM(4, return_sequences=True, name=f'l{i}')(chain)\n"
        "Model(series, chain)",
    ),
    "one name in a stack": (
        'keras.Sequential([Input((4,)), layers.Dense(3, name="a"), layers.Dropout(0.1, name="a")])',
        'keras.Sequential([Input((4,)), layers.Dense(3, name="a"), layers.Dropout(0.1, name="b")])',
    ),
    "a layer for a tensor": (
        "Model(layers.Dense(3), layers.Dense(2)(first))",
        "Model(first, layers.Dense(2)(first))",
    ),
    "a tensor too many": ("net([first, first])", "net([first])"),
    "a tensor too few": (
        "Model([first, images], [layers.Dense(2)(first), layers.Flatten()(images)])(first)",
        "Model([first, images], [layers.Dense(2)(first), layers.Flatten()(images)])([first, images])",
    ),
    "units that are no whole number": ("layers.Dense(64 / 2.5)", "layers.Dense(64 // 2)"),
    "a number for a target shape": ("layers.Reshape(4)", "layers.Reshape((4,))"),
    "a number for an order of axes": ("layers.Permute(2)", "layers.Permute((2, 1))"),
    "a class in a wrapper": ("layers.TimeDistributed(layers.Dense)", "layers.TimeDistributed(layers.Dense(2))"),
    "axes of a product": ('layers.Dot(axes="1")', "layers.Dot(axes=(1, 2))"),
    "filters for groups": ("layers.Conv2D(32, 3, groups=5)", "layers.Conv2D(32, 3, groups=4)"),
    "an order of axes": ('layers.Flatten(data_format="last")', 'layers.Flatten(data_format="channels_last")'),
    "a path for a name": ('layers.Dense(4, name="a/b")', 'layers.Dense(4, name="a_b")'),
    "a number for a name": ("layers.Dense(4, name=5)", 'layers.Dense(4, name="five")'),
    "a misspelt type": ('layers.Dense(4, dtype="float31")', 'layers.Dense(4, dtype="float16")'),
    "a type of many": ('Input((10,), dtype="floats")', 'Input((10,), dtype="float64")'),
    "a negative bound": ("layers.ReLU(max_value=-1.0)", "layers.ReLU(max_value=6.0)"),
    "no scale": ("keras.initializers.VarianceScaling(0.0)", "keras.initializers.VarianceScaling(2.0)"),
    "no number of tokens": ("layers.CategoryEncoding()", "layers.CategoryEncoding(num_tokens=4)"),
    "a word of an encoding": (
        'layers.CategoryEncoding(4, output_mode="onehot")',
        'layers.CategoryEncoding(4, output_mode="one_hot")',
    ),
    "a mean alone": ("layers.Normalization(mean=1.0)", "layers.Normalization(mean=1.0, variance=2.0)"),
    "edges and a number of bins": (
        "layers.Discretization([1.0], num_bins=4)",
        "layers.Discretization(num_bins=4)",
    ),
    "a vocabulary of one": ("layers.IntegerLookup(max_tokens=1)", "layers.IntegerLookup(max_tokens=10)"),
    "a length of hot rows": (
        'layers.TextVectorization(10, output_mode="multi_hot", output_sequence_length=8)',
        'layers.TextVectorization(10, output_mode="int", output_sequence_length=8)',
    ),
    "two shapes": ("Input((10,), batch_shape=(4, 10))", "Input((10,), batch_shape=None)"),
    "two clips": ("keras.optimizers.Adam(clipnorm=1.0, clipvalue=0.5)", "keras.optimizers.Adam(clipnorm=1.0)"),
    "one threshold": ("keras.metrics.AUC(num_thresholds=1)", "keras.metrics.AUC(1, thresholds=[0.2, 0.6])"),
    "four bits": ('Input((10,), dtype="int4")', 'Input((10,), dtype="int8")'),
    "a class for two": (
        "keras.utils.to_categorical([0, 1], num_classes=1)",
        "keras.utils.to_categorical([0, 1], num_classes=0)",
    ),
    "a threshold above 1": ("keras.metrics.Precision(thresholds=2.0)", "keras.metrics.Precision(thresholds=0.4)"),
    "a class too high": (
        "keras.utils.to_categorical([0, 1, 5], 3)",
        "keras.utils.to_categorical([0, 1, 5], 6)",
    ),
    "words for classes": ('keras.utils.to_categorical(["a", "b"])', 'keras.utils.to_categorical(["0", "1"])'),
    "a side of padding": (
        'keras.utils.pad_sequences([[1, 2], [3]], padding="left")',
        'keras.utils.pad_sequences([[1, 2], [3]], padding="post")',
    ),
    "one sequence": ("keras.utils.pad_sequences([1, 2, 3])", "keras.utils.pad_sequences([[1, 2, 3]])"),
    "a width of numbers": ('keras.backend.set_floatx("float")', 'keras.backend.set_floatx("float32")'),
    "small pictures": (
        "keras.applications.VGG16(weights=None, include_top=False, input_shape=(28, 28, 3))",
        "keras.applications.VGG16(weights=None, include_top=False, input_shape=(32, 32, 3))",
    ),
    "nothing for a layer": ("layers.Flatten()()", "layers.Flatten()(series)"),
    "two things for a layer of one": ("layers.Dense(3)(first, 2)", "layers.Dense(3)(first)"),
    "a word for strides": ('layers.Conv2D(4, 3, "same")(images)', 'layers.Conv2D(4, 3, padding="same")(images)'),
    "no number of filters": ("layers.Conv2D(None, 3)(images)", "layers.Conv2D(2, 3)(images)"),
    "a tuple of units": ("layers.Dense((4,))(first)", "layers.Dense(4)(first)"),
    "a layer for a cell": ("layers.RNN(layers.LSTM(8))(series)", "layers.RNN(layers.LSTMCell(8))(series)"),
    "small letters": ("keras.sequential([layers.Dense(4)])", "keras.Sequential([layers.Dense(4)])"),
    "a row too few": (
        "keras.losses.MeanSquaredError()(np.ones((4, 3)), np.ones((4, 4)))",
        "keras.losses.MeanSquaredError()(np.ones((4, 3)), np.ones((4, 3)))",
    ),
    "numbers of classes": (
        "keras.losses.SparseCategoricalCrossentropy()(np.array([0, 1, 2, 1]), np.full((3, 3), 0.3))",
        "keras.losses.SparseCategoricalCrossentropy()(np.array([0, 1, 2]), np.full((3, 3), 0.3))",
    ),
    "a column for a row": (
        "keras.losses.categorical_crossentropy(np.eye(4), np.full((3, 3), 0.3))",
        "keras.losses.mean_squared_error(np.ones((4, 1)), np.ones(4))",
    ),
    "a word for a batch": ('net.fit(x, y, "relu")', "net.fit(x, y, 8)"),
    "no epochs": ("net.fit(x, y, epochs=None)", "net.fit(x, y, epochs=1)"),
    "half a batch": ("net.predict(x, batch_size=2.5)", "net.predict(x, batch_size=None)"),
    "a word for a share": ('net.fit(x, y, validation_split="0.2")', "net.fit(x, y, validation_split=0.25)"),
    "a word for a callback": (
        'net.fit(x, y, callbacks=["early_stopping"])',
        "net.fit(x, y, callbacks=[keras.callbacks.TerminateOnNaN()])",
    ),
    "a number for a loss": ('net.compile("sgd", 3)\nnet.fit(x, y)', 'net.compile("sgd", "mae")\nnet.fit(x, y)'),
    "a number for an optimizer": ('net.compile(0.1, "mse")', 'net.compile("adam", "mse")'),
    "a number for a metric": ('net.compile("sgd", "mse", metrics=[3])\nnet.fit(x, y)', "net.fit(x, y)"),
    "a name and a number": ('net.get_layer("out", 1)', 'net.get_layer("out")'),
    "weights without an ending": ('net.save_weights("w")', 'net.save_weights("w.weights.h5")'),
    "a folder for a model": ('net.save("folder")', 'net.save("model.keras")'),
    "a checkpoint without an ending": (
        'keras.callbacks.ModelCheckpoint("best")',
        'keras.callbacks.ModelCheckpoint("best.keras")',
    ),
    "weights at a checkpoint": (
        'keras.callbacks.ModelCheckpoint("best.h5", save_weights_only=True)',
        'keras.callbacks.ModelCheckpoint("best.weights.h5", save_weights_only=True)',
    ),
    "a rate for a schedule": (
        "net.fit(x, y, callbacks=[keras.callbacks.LearningRateScheduler(0.9)])",
        "net.fit(x, y, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate)])",
    ),
    "three weights for two losses": (
        'pair.compile("sgd", ["mse", "mse"], loss_weights=[1.0, 2.0, 3.0])\npair.fit(x, [y, y])',
        'pair.compile("sgd", ["mse", "mse"], loss_weights=[1.0, 2.0])\npair.fit(x, [y, y])',
    ),
    "one metric for two outputs": (
        'pair.compile("sgd", ["mse", "mse"], metrics=["mae"])\npair.fit(x, [y, y])',
        'pair.compile("sgd", ["mse", "mse"], metrics=["mae", "mae"])\npair.fit(x, [y, y])',
    ),
    "samples of other lengths": (
        "tf.data.Dataset.from_tensor_slices((x, np.ones(9)))",
        "tf.data.Dataset.from_tensor_slices((x, y))",
    ),
    "bins that are given and looked for": (
        "layers.Discretization(bin_boundaries=[0.1]).adapt(x)",
        "layers.Discretization(num_bins=3).adapt(x)",
    ),
    "a word twice": (
        "layers.IntegerLookup(vocabulary=[1, 2, 2])",
        "layers.IntegerLookup(vocabulary=[1, 2, 3])",
    ),
    "one size of a picture": (
        "tf.image.resize(np.ones((1, 8, 8, 3)), 4)",
        "tf.image.resize(np.ones((1, 8, 8, 3)), (4, 4))",
    ),
    "a word for a type": ('Input((4,), dtype="accuracy")', 'Input((4,), dtype="int32")'),
    "a word for a truth": ('layers.Dense(4, trainable="yes")', "layers.Dense(4, trainable=False)"),
    "a word for a rate": ('keras.optimizers.Adam("0.1")', "keras.optimizers.Adam(0.1)"),
    "rates and boundaries": (
        "keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])",
        "keras.optimizers.schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2, 0.3])",
    ),
    "a reduction": (
        'keras.losses.MeanSquaredError(reduction="median")',
        'keras.losses.MeanSquaredError(reduction="none")',
    ),
    "an average": ('keras.metrics.F1Score(average="binary")', 'keras.metrics.F1Score(average="macro")'),
    "a layer of one's own without": ("Block()", "Block(4)"),
    "a layer of one's own with more": ("Block(4, 0.1, 3)", "Block(4, 0.1)"),
    "what is handed on": ("Block(4, rat=0.2)", 'Block(4, name="block")'),
    "a layer of one's own on nothing": ("Block(4)()", "Block(4)(first)"),
    "a step of one's own": (
        "Stepping(first, layers.Dense(1)(first)).fit(x, y)",
        "net.fit(x, y)",
    ),
    "half an epoch": ("net.fit(x, y, epochs=2.0)", "net.fit(x, y, epochs=-1)"),
    "a share of all": ("net.fit(x, y, validation_split=1.0)", "net.fit(x, y, validation_split=-0.5)"),
    "batches of less than nothing": ("net.predict(x, batch_size=-1)", "net.predict(x, batch_size=9)"),
    "a part of a step": ("net.fit(x, y, steps_per_epoch=1.5)", "net.fit(x, y, steps_per_epoch=1)"),
    "a number for callbacks": ("net.fit(x, y, callbacks=3)", "net.fit(x, y, callbacks=[])"),
    "a word to validate on": ('net.fit(x, y, validation_data="x")', "net.fit(x, y, validation_data=(x, y))"),
    "never validated": (
        "net.fit(x, y, validation_data=(x, y), validation_freq=0)",
        "net.fit(x, y, validation_freq=0)",
    ),
    "a loss for an optimizer": (
        'net.compile(keras.losses.Huber(), "mse")',
        "net.compile(keras.optimizers.Adam(), keras.losses.Huber())",
    ),
    "a tuple for a size": ("Input(((2, 2),))", "Input((2, 2))"),
    "what nothing reports": (
        'net.fit(x, y, callbacks=[keras.callbacks.EarlyStopping("accuracy")])',
        'net.fit(x, y, callbacks=[keras.callbacks.EarlyStopping("accuracy", mode="max")])',
    ),
    "a step upwards": ('net.compile(True, "mse")', 'net.compile(keras.optimizers.SGD(-0.1), "mse")'),
    "a plateau that grows": (
        "keras.callbacks.ReduceLROnPlateau(factor=1.5)",
        "keras.callbacks.ReduceLROnPlateau(factor=-0.5)",
    ),
    "a weight for no output": (
        'pair.compile("sgd", {"a": "mse", "b": "mse"}, loss_weights={"a": 1.0, "c": 1.0})\npair.fit(x, [y, y])',
        'pair.compile("sgd", {"a": "mse", "b": "mse"}, loss_weights={"a": 1.0, "b": 1.0, "c": 1.0})\n'
        "pair.fit(x, [y, y])",
    ),
    "an output without a weight": (
        'pair.compile("sgd", {"a": "mse", "b": "mse"}, loss_weights={"a": 1.0})\npair.fit(x, [y, y])',
        'pair.compile("sgd", "mse", loss_weights={"a": 1.0})\npair.fit(x, [y, y])',
    ),
    "a metric of no output": (
        'pair.compile("sgd", "mse", metrics={"c": "mae"})\npair.fit(x, [y, y])',
        'net.compile("sgd", "mse", metrics={"c": "mae"})\nnet.fit(x, y)',
    ),
    "targets for a loss that outputs share": (
        'pair.compile("sgd", "mse")\npair.fit(x, [y, y, y])',
        'pair.compile("sgd", "mse")\npair.fit(x, [y, y])',
    ),
}

#: what Keras 3 has refused since one of its later versions alone is a warning, for a file may be meant for an earlier
OF_LATE = {"an output without a weight0"}


def test_an_error_is_a_refusal_and_the_reverse() -> None:
    programs = {f"{name}{part}": START + text for name, pair in PAIRS.items() for part, text in enumerate(pair)}
    answers = asked(["-c", CHILD], programs, timeout=600)
    wrong = {}
    for name, program in programs.items():
        found = lint_bytes("model.py", program.encode(), Settings()).diagnostics
        least = Severity.WARNING if name in OF_LATE else Severity.ERROR
        said = [one.message for one in found if one.severity.rank >= least.rank]
        if bool(said) != bool(answers[name]):
            wrong[name] = (said, answers[name])
    assert not wrong
