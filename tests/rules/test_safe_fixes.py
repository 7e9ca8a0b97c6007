"""A fix is safe only where the program computes what it did, or could not have run as written."""

from __future__ import annotations

import pytest

from cnnlint.config import Settings
from cnnlint.lint.many_files import lint_text
from rules.examples import RULES

MODEL = """\
from keras import Sequential, layers
model = Sequential([layers.Input((20,)), layers.Dense(8, activation="relu"), {0}])
"""
LABELS = """\
from keras import Sequential, layers
from keras.datasets import mnist
(x, y), _ = mnist.load_data()
model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "{0}")
model.fit(x / 255, y)
"""
SWAPPED = """\
import {0} as tf
x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
scores = tf.layers.dense(tf.layers.dense(x, 100, activation=tf.nn.relu), 10)
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits({1}))
train_op = tf.train.AdamOptimizer().minimize(loss)
"""


def test_rules_that_offer_safe_fixes() -> None:
    """One more needs a reason that belongs here: what it mends computes the same, or does not run."""
    assert {rule.name for rule in RULES if rule.fix == "safe"} == {
        "stacked-activations",  # the second of two relus
        "label-encoding-loss-mismatch",  # Keras refuses to compare the two shapes
        "swapped-labels-logits",  # TensorFlow 1 refuses positional operands
        "unknown-argument",  # TypeError
    }


@pytest.mark.parametrize(
    ("source", "code", "applicability"),
    [
        (MODEL.format("layers.ReLU()"), "CNN104", "safe"),
        (MODEL.format("layers.Dropout(0.2), layers.ReLU()"), "CNN104", "safe"),
        (MODEL.format("layers.Reshape((2, 4)), layers.Activation('relu')"), "CNN104", "safe"),
        # noise and shifts leave values below 0, a dropout lifts what it keeps above 6, a ReLU may clamp at 1
        (MODEL.format("layers.GaussianDropout(0.2), layers.ReLU()"), "CNN104", "unsafe"),
        (MODEL.format("layers.AlphaDropout(0.2), layers.ReLU()"), "CNN104", "unsafe"),
        (MODEL.format("layers.ReLU(max_value=1.0)"), "CNN104", "unsafe"),
        (
            MODEL.replace('"relu"', '"relu6"').format("layers.Dropout(0.2), layers.Activation('relu6')"),
            "CNN104",
            "unsafe",
        ),
        (MODEL.replace('"relu"', '"relu6"').format("layers.Activation('relu6')"), "CNN104", "safe"),
        (MODEL.format("layers.Dense(9, activation='relu'), layers.Softmax()"), "CNN101", "unsafe"),
        (
            MODEL.format("layers.Dense(1, activation='softmax')") + "model.compile('adam', 'binary_crossentropy')",
            "CNN105",
            "unsafe",
        ),
        (MODEL.format("layers.Dense(1)") + "model.compile('adam', 'binary_crossentropy')", "CNN302", "unsafe"),
        (
            MODEL.format("layers.Dense(1, activation='relu')") + "model.compile('adam', 'binary_crossentropy')",
            "CNN311",
            "unsafe",
        ),
        (LABELS.format("categorical_crossentropy"), "CNN307", "safe"),
        (SWAPPED.format("tensorflow", "scores, y"), "CNN314", "safe"),
        (SWAPPED.format("tensorflow.compat.v1", "scores, y"), "CNN314", "unsafe"),
        (SWAPPED.format("tensorflow", "labels=scores, logits=y"), "CNN314", "unsafe"),
    ],
)
def test_what_is_safe(source: str, code: str, applicability: str) -> None:
    outcome = lint_text("model.py", source.encode(), Settings(select=(code,)), fixes=True)
    fixes = [one.fix for one in outcome.diagnostics if one.code == code]
    assert [fix.applicability for fix in fixes if fix is not None] == [applicability]
