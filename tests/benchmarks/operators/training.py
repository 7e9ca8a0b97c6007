"""Data and training, TensorFlow 1, and how the API is called."""

from __future__ import annotations

from operators.operator import FIRST, op

TRAINING = (
    op(
        "pixels unscaled",
        "H, DL, U, S2",
        "unnormalized-input",
        (r"*(?<=[\w\])]) / 255(?:\.0)?\b", ""),
        needs=r"load_data",
        unless="boston|autoencoder|x_train, x_train|/= 255|BatchNormalization|batch_normalization",
    ),
    op("pixels unscaled in place", "H, U", "unnormalized-input", (r"*^x_\w+ /= 255\n", "")),
    op("rescale forgotten", "H, U", "unnormalized-input", (r"*rescale=1.0 / 255,? ?", "")),
    op("Rescaling forgotten", "H, U", "unnormalized-input", (r"§Rescaling\(1.0 / 255\), ", "")),
    op(
        "pixels scaled twice",
        "H",
        "double-normalization",
        (FIRST, r"x_train = x_train / 255\n\1"),
        needs=r"x_train\b.* / 255",
        unless="class |x_train, x_train|def ",
    ),
    op(
        "the test set unscaled",
        "H, S2",
        "train-test-preprocessing-mismatch",
        (r"^x_test = (.*) / 255(?:\.0)?$", r"x_test = \1"),
    ),
    op("the test set unscaled in place", "H, S2", "train-test-preprocessing-mismatch", (r"^x_test /= 255\n", "")),
    op(
        "the test rows unscaled",
        "H",
        "train-test-preprocessing-mismatch",
        (r"^[xX]_test = \w+\.transform\([xX]_test\)\n", ""),
    ),
    op(
        "the test rows scaled by themselves",
        "H leakage",
        "train-test-preprocessing-mismatch",
        (r"^([xX]_test = \w+)\.transform\(", r"\1.fit_transform("),
    ),
    op(
        "the scaled rows thrown away",
        "H",
        "unused-preprocessing train-test-preprocessing-mismatch",
        (r"^[xX]_train = (\w+\.fit_transform\([xX]_train\))$", r"\1"),
    ),
    op(
        "the scaled pixels thrown away",
        "H",
        "unused-preprocessing unnormalized-input",
        (r"^x_train /= 255$", "x_train / 255"),
    ),
    op("rate far too high", "DC HLR, H, U", "learning-rate-too-high", (r"learning_rate=0\.\d+", "learning_rate=10.0")),
    op(
        "rate high for Adam",
        "DC HLR, U",
        "learning-rate-too-high",
        (r"Adam(\w*)\(learning_rate=0\.\d+", r"Adam\1(learning_rate=0.5"),
    ),
    op("rate far too low", "DC HLR, H", "learning-rate-too-low", (r"learning_rate=0\.\d+", "learning_rate=1e-09")),
    op(
        "negative rate",
        "DC HLR",
        "learning-rate-too-low learning-rate-too-high",
        (r"learning_rate=0\.", "learning_rate=-0."),
    ),
    op(
        "validated on the training data",
        "H",
        "validation-on-training-data",
        (r"validation_data=\(x_test, y_test\)", "validation_data=(x_train, y_train)"),
        unless="autoencoder",
    ),
    op(
        "one sample without its batch",
        "H, U",
        "predict-missing-batch-dim",
        (r"predict\((x\w*)\[:\d\]\)", r"predict(\1[0])"),
    ),
    op(
        "argmax of one unit",
        "H",
        "argmax-on-single-unit",
        (r"predicted = model.predict\(x_test\) > 0.5", "predicted = model.predict(x_test).argmax(axis=1)"),
    ),
    op(
        "pictures cut by a reshape",
        "S4",
        "scrambling-reshape wrong-input-shape sample-count-mismatch",
        (FIRST, r"x_train = x_train.reshape(-1, 32, 32, 1)\n\1"),
        ("32, 32, 3", "32, 32, 1"),
        needs="cifar",
    ),
    op(
        "inputs of an application unprepared",
        "H",
        "mismatched-preprocessing unnormalized-input",
        (r"*preprocess_input\((x_\w+\.astype\('float32'\))\)", r"\1"),
    ),
    op(
        "inputs of an application scaled otherwise",
        "H",
        "mismatched-preprocessing",
        (r"*preprocess_input\((x_\w+\.astype\('float32'\))\)", r"\1 / 255"),
    ),
    op(
        "training not said", "I", "training-flag-missing", (r"(tf.layers.dropout\([^()]*), training=training\)", r"\1)")
    ),
    op(
        "what is kept given as a rate",
        "I",
        "keep-prob-as-rate excessive-dropout",
        (r"tf.layers.dropout\(dense, rate=0.4", "tf.layers.dropout(dense, rate=keep_prob"),
        (r"^(training = )", r"keep_prob = 0.8\n\1"),
    ),
    op(
        "labels and logits swapped",
        "S5, I",
        "swapped-labels-logits",
        (r"labels=(\w+), logits=(\w+)", r"labels=\2, logits=\1"),
    ),
    op(
        "variables never initialised",
        "NL, I",
        "uninitialized-variables",
        (r"^\s*sess.run\(tf.global_variables_initializer\(\)\)\n", ""),
    ),
    op(
        "variables initialised at each step",
        "NL, I",
        "variable-init-in-training-loop",
        (r"^(\s+)(batch_x, batch_y = .*)$", r"\1\2\n\1sess.run(tf.global_variables_initializer())"),
    ),
    op("misspelt argument", "H wrong API", "unknown-argument", (r"activation='relu'", "activations='relu'")),
    op("misspelt activation", "H wrong API", "unknown-name", (r"activation='relu'", "activation='rellu'")),
    op(
        "misspelt loss",
        "H wrong API",
        "unknown-name",
        (r"'(sparse_)?categorical_crossentropy'", "'categorical_cross_entropy'"),
    ),
    op("misspelt metric", "H wrong API", "unknown-name", (r"'accuracy'", "'acuracy'")),
    op("metrics by another name", "H wrong API", "unknown-argument", (r"metrics=\[", "metric=[")),
)
