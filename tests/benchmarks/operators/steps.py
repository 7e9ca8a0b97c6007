"""How a step is taken: tapes, minimisers, pipelines, callbacks, and the modules that programs import."""

from __future__ import annotations

from operators.operator import DROPPED, FIRST, ROWS_LOSS, VALIDATED, op

ADAM = r"(§Adam(?:Optimizer)?)\(learning_rate=([\d.]+)\)"
VGG = r"applications\.vgg16 import VGG16, preprocess_input"
CALLBACK = r"\1, callbacks=[keras.callbacks.EarlyStopping({})])"

STEPS = (
    op(
        "loss outside of the tape",
        "H",
        "prediction-outside-tape",
        (r"^    ( *)loss = compute_loss\(y, predictions\)", r"\1loss = compute_loss(y, predictions)"),
        needs="GradientTape",
    ),
    op(
        "predict inside of the tape",
        "H, I",
        "prediction-outside-tape",
        (r"model\(x, training=True\)", "model.predict(x)"),
        needs="GradientTape",
    ),
    op("raw steps added", "H", "inverted-loss", (r"assign_sub\(", "assign_add("), needs="GradientTape"),
    op("raw steps not taken", "H", "unapplied-gradients", (r"*^ *\w+\.assign_sub\(.*\)\n", ""), needs="GradientTape"),
    op("an epsilon of nothing", "H", "argument-out-of-range", (ADAM, r"\1(learning_rate=\2, epsilon=0.0)")),
    op(
        "momentum that never moves",
        "H",
        "argument-out-of-range",
        (ADAM, r"\1(learning_rate=\2, beta_1=1.0)"),
        unless="AdamOptimizer",
    ),
    op("loss with a minus", "H", "inverted-loss", (r"\.minimize\(loss\)", ".minimize(-loss)")),
    op(
        "minus in a tape",
        "H",
        "inverted-loss",
        (r"loss = compute_loss\(", "loss = -compute_loss("),
        needs="GradientTape",
    ),
    op(
        "the best class in a tape",
        "H",
        "no-gradient-path",
        (r"loss = compute_loss\(y, predictions\)", "loss = compute_loss(y, tf.argmax(predictions, axis=1))"),
        needs="GradientTape",
    ),
    op(
        "accuracy minimised",
        "H",
        "no-gradient-path",
        (
            r"\.minimize\(loss\)",
            ".minimize(1 - tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), tf.argmax(y, 1)), tf.float32)))",
        ),
        needs="one_hot=True",
    ),
    op(
        "a loss of the best class",
        "H, U",
        "no-gradient-path",
        (FIRST, r"def wrong(true, predicted):\n    return keras.ops.mean(true * keras.ops.round(predicted))\n\1"),
        (ROWS_LOSS, "wrong"),
        unless="class |def ",
    ),
    op(
        "softmax over samples by hand",
        "H",
        "softmax-wrong-axis",
        (r"activation='softmax'", "activation=None"),
        (
            r"return self\.out\(x\)",
            "z = tf.exp(self.out(x))\n        return z / tf.reduce_sum(z, axis=0, keepdims=True)",
        ),
        needs="import tensorflow as tf",
    ),
    op(
        "rows of another size",
        "H, NL",
        "scrambling-reshape shape-mismatch",
        (r"tf\.reshape\((\w+), \[-1, 7 \* 7 \* 64\]\)", r"tf.reshape(\1, [-1, 7 * 7 * 32])"),
    ),
    op(
        "a keyword of a call misspelt",
        "I",
        "unknown-argument",
        (DROPPED, r"\1(\2, trainig=True)"),
    ),
    op(
        "a module that went",
        "H (deprecated API)",
        "unknown-name",
        (FIRST, r"from keras.utils import np_utils\n\1"),
        unless="placeholder",
    ),
    op("folders without labels", "H", "missing-targets", (r"class_mode='\w+'", "class_mode=None")),
    op("y forgotten", "H", "missing-targets", (r"^((?:history = )?model\.fit\(\w+), y\w*,", r"\1,"), unless="class "),
    op(
        "samples that are not batched",
        "H",
        "wrong-input-shape",
        (r"\.batch\(\w+\)", ""),
        needs=r"from_tensor_slices[\s\S]*model\.fit",
    ),
    op("a key of no output", "I", "unknown-name", (r"loss=\{'age'", "loss={'age_output'")),
    op(
        "a normalization that is never adapted",
        "H",
        "unfitted-preprocessing",
        (r"((?:\w+\.)*)Input\(\((\w+),\)\), ", r"\1Input((\2,)), keras.layers.Normalization(), "),
        needs="Sequential",
        unless="class |Embedding",
    ),
    op("the highest loss for the best", "H", "misled-callback", (VALIDATED, CALLBACK.format("mode='max'"))),
    op(
        "an old name of accuracy",
        "H",
        "misled-callback",
        (VALIDATED, CALLBACK.format("'val_acc'")),
        needs=r"metrics=\['accuracy'\]",
    ),
    op(
        "raw pictures for pretrained weights",
        "H",
        "mismatched-preprocessing",
        (VGG, "applications.mobilenet_v2 import MobileNetV2 as VGG16"),
        (r"*= preprocess_input\((.*)\)$", r"= \1"),
    ),
    op(
        "another network's preparation",
        "H",
        "mismatched-preprocessing",
        (
            VGG,
            r"applications.densenet import DenseNet121 as VGG16\nfrom keras.applications.vgg16 import preprocess_input",
        ),
    ),
)
