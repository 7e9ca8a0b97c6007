"""Rules about how a model is used, against Keras itself: what they call an error is refused there, the rest is not.

The programs are run by a child process; cnnlint reads the same text.
"""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from rules.asking import asked

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

HEAD = """import keras
import numpy as np
import tensorflow as tf
from keras import Input, Model, Sequential, layers

x, other, y = np.ones((16, 6)), np.ones((16, 4)), np.ones((16, 1))
classes, rows = np.arange(16) % 3, np.eye(3)[np.arange(16) % 3]
names = np.array(["cat", "dog", "bird", "cat"] * 4)
first, second = Input((6,)), Input((4,))
two = Model([first, second], layers.Dense(1)(layers.Concatenate()([first, second])))
two.compile("sgd", "mse")
one = Sequential([Input((6,)), layers.Dense(3, activation="softmax")])
"""
TWICE = """both = Model(first, [layers.Dense(1, name="a")(first), layers.Dense(1, name="b")(first)])
"""
JOINT = (
    HEAD
    + """ends = [layers.Dense(1, name="a")(first), layers.Dense(3, activation="softmax", name="b")(first)]
joint = Model(first, ends)
joint.compile("sgd", ["mse", "sparse_categorical_crossentropy"])
"""
)
SPARSE = HEAD + 'one.compile("sgd", "sparse_categorical_crossentropy")\n'
ROWS = HEAD + 'one.compile("sgd", "categorical_crossentropy")\n'
TAPE = (
    HEAD
    + """weights = one.trainable_variables
with tf.GradientTape() as tape:
    loss = tf.reduce_mean((one(x) - rows) ** 2)
"""
)
PROGRAMS = {
    "one array for two inputs": HEAD + "two.fit(x, y)",
    "two arrays for two inputs": HEAD + "two.fit([x, other], y)",
    "two arrays for one input": HEAD + "Model(first, layers.Dense(1)(first)).predict([x, x])",
    "inputs in another order": HEAD + "two.fit([other, x], y)",
    "inputs of several lengths": HEAD + "two.fit([x, other[:8]], y)",
    "an output's name that is not there": JOINT + "joint.fit(x, {'a': y, 'c': classes})",
    "outputs by name": JOINT + "joint.fit(x, {'a': y, 'b': classes})",
    "outputs by name, in another order": JOINT + "joint.fit(x, {'b': classes, 'a': y})",
    "rows for class numbers at one of two outputs": JOINT + "joint.fit(x, {'a': y, 'b': rows})",
    "outputs by place": JOINT + "joint.fit(x, (y, classes))",
    "three targets for two outputs": JOINT + "joint.fit(x, [y, classes, classes])",
    "targets of several lengths": JOINT + "joint.fit(x, [y, classes[:8]])",
    "outputs tested by another name": JOINT + "joint.evaluate(x, {'a': y, 'c': classes})",
    "two arrays for a Sequential": SPARSE + "one.predict([x, x])",
    "three losses for two outputs": HEAD + TWICE + 'both.compile("sgd", ["mse"] * 3)\nboth.fit(x, [y, y])',
    "two losses for two outputs": HEAD + TWICE + 'both.compile("sgd", ["mse"] * 2)\nboth.fit(x, [y, y])',
    "two losses for one output": HEAD
    + 'one.compile("sgd", ["sparse_categorical_crossentropy", "mse"])\none.fit(x, classes)',
    "numbers taken out in a loss": HEAD
    + """def error(y_true, y_pred):
    return keras.ops.mean(keras.ops.square(keras.ops.convert_to_tensor(y_true.numpy() - y_pred.numpy())))


one.compile("sgd", error)
one.fit(x, rows)""",
    "a list of numbers": SPARSE + "keras.ops.shape(x)\none.predict([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]])",
    "a list of answers": SPARSE + "keras.ops.shape(x)\none.fit(x, [0, 1] * 8)",
    "a list of an array": SPARSE + "keras.ops.shape(x)\none.predict([x])",
    "a layer of another name": SPARSE + "keras.ops.shape(x)\nModel(first, layers.ReLU()(first)).get_layer('last')",
    "a layer's made up name": SPARSE
    + "keras.ops.shape(x)\nModel(first, layers.ReLU(name='last')(first)).get_layer('last')",
    "numbers of a symbolic tensor": HEAD + "keras.ops.shape(x)\nlayers.ReLU()(first).numpy()",
    "a symbolic tensor in a condition": HEAD + "keras.ops.shape(x)\nif keras.ops.sum(first) > 0:\n    print(1)",
    "a size in a condition": HEAD + "keras.ops.shape(x)\nif keras.ops.shape(first)[1] > 3:\n    print(1)",
    "what a model computes in a condition": HEAD + "keras.ops.shape(x)\nif keras.ops.sum(one(x)) > 0:\n    print(1)",
    "a symbolic tensor for a number": HEAD + "keras.ops.shape(x)\nfloat(layers.ReLU()(first))",
    "numbers of what a model computes": HEAD + "keras.ops.shape(x)\none(x).numpy()",
    "arrays that are not joined": HEAD + "tf.concat([tf.ones((2, 3)), tf.ones((2, 4))], 0)",
    "arrays that are joined": HEAD + "tf.concat([tf.ones((2, 3)), tf.ones((2, 4))], 1)",
    "a root of whole numbers": HEAD + "tf.sqrt(np.arange(3))",
    "a root of real numbers": HEAD + "tf.sqrt(tf.cast(np.arange(3), tf.float32))",
    "parts that are not equal": HEAD + "keras.ops.split(np.ones((5, 2)), 2)",
    "a matrix that is not square": HEAD + "keras.ops.inv(np.ones((2, 3)))",
    "never compiled": HEAD + "one.fit(x, classes)",
    "evaluated and never compiled": HEAD + "one.evaluate(x, classes)",
    "predicted and never compiled": HEAD + "one.predict(x)",
    "compiled": SPARSE + "one.fit(x, classes)",
    "words for labels": SPARSE + "one.fit(x, names)",
    "a layer for an output": HEAD + "Model(first, layers.Dense(1))",
    "a layer for an input": HEAD + "layers.Dense(1)(layers.Dense(2))",
    "a wrapped layer": HEAD + "Model(first, layers.TimeDistributed(layers.Dense(1))(layers.Reshape((2, 3))(first)))",
    "a misspelt method": SPARSE + "one.sumary()",
    "an argument that is dropped": HEAD + "Model(first, layers.Dense(1)(first), names='own')",
    "a number for an input": HEAD + "keras.ops.shape(x)\nInput(6)",
    "a size below 0": HEAD + "Input((-1, 6))",
    "a size that is open": HEAD + "Input((None, 6))",
    "a layer among tensors": HEAD + "layers.Concatenate()([first, layers.ReLU()])",
    "a model from its end to its start": HEAD + "Model(layers.Dense(1)(first), first)",
    "a model called on another rank": HEAD + "keras.ops.shape(x)\nModel(first, layers.Dense(1)(first))(x[None])",
    "a model called on what it declares": HEAD + "keras.ops.shape(x)\nModel(first, layers.Dense(1)(first))(x)",
    "a state that is not asked for": HEAD + "series = Input((5, 2))\na, b = layers.GRU(3)(series)",
    "a state": HEAD + "series = Input((5, 2))\na, b = layers.GRU(3, return_state=True)(series)",
    "a model for a tensor": HEAD + "layers.Flatten()(one)",
    "a model for an output": HEAD + "Model(first, one)",
    "what a model makes": HEAD + "Model(first, layers.Flatten()(one(first)))",
    "a tensor for a layer": HEAD + "keras.ops.shape(x)\nModel(first, layers.Dense(1)(first)(first))",
    "a merge that is not there": HEAD + "layers.Bidirectional(layers.GRU(2), merge_mode='add')",
    "a merge": HEAD + "layers.Bidirectional(layers.GRU(2), merge_mode='ave')",
    "a layer cut short": HEAD + "layers.AveragePool2D(2)",
    "another name of a layer": HEAD + "layers.AvgPool2D(2)",
    "a method": SPARSE + "one.summary()",
    "tested on numbers, trained on rows": ROWS + "one.fit(x, rows)\none.evaluate(x, classes)",
    "tested on rows, trained on rows": ROWS + "one.fit(x, rows)\none.evaluate(x, rows)",
    "validated on other columns": ROWS + "one.fit(x, rows, validation_data=(x, np.ones((16, 5))))",
    "precision of class numbers": HEAD
    + 'one.compile("sgd", "sparse_categorical_crossentropy", metrics=[keras.metrics.Precision()])\none.fit(x, classes)',
    "precision of rows": HEAD
    + 'one.compile("sgd", "categorical_crossentropy", metrics=[keras.metrics.Precision()])\none.fit(x, rows)',
    "an index beyond the table": HEAD
    + "words = Sequential([Input((4,)), layers.Embedding(10, 2), layers.Flatten(), layers.Dense(1)])\n"
    + 'words.compile("sgd", "mse")\nwords.fit(np.arange(16 * 4).reshape(16, 4), y)',
    "a rate of 50": HEAD + "layers.Dropout(50)",
    "a rate of 1": HEAD + "layers.Dropout(1.0)",
    "no units": HEAD + "layers.Dense(0)",
    "no filters": HEAD + "layers.Conv2D(0, 3)",
    "a momentum of 9": HEAD + "keras.optimizers.SGD(0.1, momentum=9)",
    "a momentum of 1": HEAD + "keras.optimizers.SGD(0.1, momentum=1.0)",
    "all held out": SPARSE + "keras.version()  # Keras 3\none.fit(x, classes, validation_split=1.0)",
    "nothing held out": SPARSE + "one.fit(x, classes, validation_split=0.0)",
    "no targets": ROWS + "one.fit(x)",
    "a stream of features": ROWS + "one.fit(tf.data.Dataset.from_tensor_slices(x).batch(4))",
    "a stream of pairs": ROWS + "one.fit(tf.data.Dataset.from_tensor_slices((x, rows)).batch(4))",
    "a stream of samples": ROWS + "one.fit(tf.data.Dataset.from_tensor_slices((x, rows)))",
    "a key of no output": HEAD
    + TWICE
    + "both.compile('sgd', loss={'a_output': 'mse', 'b': 'mse'})\nboth.fit(x, [y, y])",
    "keys of outputs": HEAD + TWICE + "both.compile('sgd', loss={'a': 'mse', 'b': 'mse'})\nboth.fit(x, [y, y])",
    "a metric of no output": HEAD
    + TWICE
    + "both.compile('sgd', loss='mse', metrics={'c': 'mae'})\nboth.fit(x, [y, y])",
    "a misspelt word of a call": HEAD + "layers.Dropout(0.5)(first, trainig=True)",
    "words of a call": HEAD + "layers.Dropout(0.5)(first, training=True)",
    "training where it means nothing": HEAD + "layers.Flatten()(first, training=True)",
    "a loss of the best class": HEAD
    + "def wrong(a, b):\n    missed = tf.not_equal(tf.argmax(a, -1), tf.argmax(b, -1))\n"
    + "    return tf.reduce_mean(tf.cast(missed, tf.float32))\n"
    + "one.compile('sgd', loss=wrong)\none.fit(x, rows)",
    "a loss of rounded answers": HEAD
    + "def wrong(a, b):\n    return tf.reduce_mean(a * tf.round(b))\none.compile('sgd', loss=wrong)\none.fit(x, rows)",
    "a loss written out": HEAD
    + "def own(a, b):\n    return tf.reduce_mean((a - b) ** 2)\none.compile('sgd', loss=own)\none.fit(x, rows)",
    "the class of an optimizer": HEAD + 'one.compile(keras.optimizers.Adam, "sparse_categorical_crossentropy")',
    "the class of a loss": HEAD + 'one.compile("sgd", keras.losses.CategoricalCrossentropy)\none.fit(x, rows)',
    "a word for class weights": SPARSE + 'one.fit(x, classes, class_weight="balanced")',
    "a list of class weights": SPARSE + "one.fit(x, classes, class_weight=[1.0, 2.0, 3.0])",
    "a dict of some class weights": SPARSE + "one.fit(x, classes, class_weight={2: 3.0})",
    "a number for a shape": HEAD + "Sequential([layers.Dense(3, input_shape=(6))])",
    "a word for metrics": HEAD + 'keras.ops.shape(x)\none.compile("sgd", "mse", metrics="mae")',
    "metrics in the third place": HEAD + 'keras.ops.shape(x)\none.compile("sgd", "mse", ["mae"])\none.fit(x, rows)',
    "an input that is not declared": HEAD + "Model(first, layers.Dense(1)(layers.Concatenate()([first, second])))",
    "an input that is not read": HEAD + "Model([first, second], layers.Dense(1)(first)).predict([x, other])",
    "a folder split without a seed": HEAD
    + 'keras.utils.image_dataset_from_directory(".", validation_split=0.2, subset="training")',
    "a tape that is asked twice": TAPE + "tape.gradient(loss, weights)\ntape.gradient(loss, weights)",
    "a tape that lasts": TAPE.replace("Tape()", "Tape(persistent=True)")
    + "tape.gradient(loss, weights)\ntape.gradient(loss, weights)",
    "gradients without weights": TAPE
    + "gradients = tape.gradient(loss, weights)\nkeras.optimizers.SGD().apply_gradients(gradients)",
    "a module that went": HEAD + "from keras import ops\nfrom keras.utils import np_utils",
    "a module that is there": HEAD + "from keras.utils import to_categorical",
    "a module that tf.keras never had": HEAD + "from tensorflow.keras.layers.core import Dense",
    "indices of the table": HEAD
    + "words = Sequential([Input((4,)), layers.Embedding(64, 2), layers.Flatten(), layers.Dense(1)])\n"
    + 'words.compile("sgd", "mse")\nwords.fit(np.arange(16 * 4).reshape(16, 4), y)',
}
RULES = {
    "input-count-mismatch",
    "loss-count-mismatch",
    "target-count-mismatch",
    "sample-count-mismatch",
    "missing-compile",
    "missing-targets",
    "no-gradient-path",
    "unknown-argument",
    "wrong-input-shape",
    "text-labels",
    "layer-for-tensor",
    "unknown-name",
    "label-encoding-loss-mismatch",
    "target-shape-mismatch",
    "metric-target-mismatch",
    "embedding-input-mismatch",
    "argument-out-of-range",
    "argument-of-wrong-kind",
    "shape-mismatch",
    "missing-argument",
    "unconnected-input",
    "unapplied-gradients",
    "unpacking-mismatch",
}
CHILD = """
import json, sys
answers = {}
for name, program in json.load(sys.stdin).items():
    try:
        exec(compile(program, "model.py", "exec"), {"__name__": "__main__"})
        answers[name] = ""
    except Exception as error:
        answers[name] = f"{type(error).__name__}: {error}"[:200] or "?"
print("\\n" + json.dumps(answers))
"""


@pytest.fixture(scope="module")
def answers() -> dict[str, str]:
    return dict(asked(["-c", CHILD], PROGRAMS, timeout=600))


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_error_is_a_refusal(name: str, answers: dict[str, str]) -> None:
    result = lint_bytes("model.py", PROGRAMS[name].encode(), Settings())
    said = [d.message for d in result.diagnostics if d.severity is Severity.ERROR and d.name in RULES]
    assert bool(said) == bool(answers[name]), (said, answers[name])
