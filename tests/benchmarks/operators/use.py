"""What is made of a model: what it is asked, what becomes of gradients and answers, and the order of samples."""

from __future__ import annotations

from operators.operator import FIRST, SPARSE, op

USE = (
    op(
        "x shuffled alone",
        "H",
        "shuffled-apart",
        (FIRST, r"import numpy as np\nnp.random.shuffle(x_train)\n\1"),
        needs=r"x_train, y_train\), .*load_data",
        unless="class |autoencoder|from_tensor_slices|def ",
    ),
    op(
        "y sorted alone",
        "H",
        "shuffled-apart",
        (FIRST, r"import numpy as np\ny_train = np.sort(y_train)\n\1"),
        needs=r"x_train, y_train\), .*load_data",
        unless="class |autoencoder|from_tensor_slices|to_categorical|cifar",
    ),
    op(
        "the words scaled",
        "H",
        "embedding-input-mismatch",
        (r"^model = ", "x_train = x_train / 10000\nmodel = "),
        needs=r"Embedding\(",
    ),
    op(
        "fewer rows than words",
        "H, I",
        "embedding-input-mismatch",
        (r"(§Embedding)\(\w+,", r"\1(100,"),
        needs="num_words=",
    ),
    op(
        "never trained",
        "H",
        "untrained-model missing-compile",
        (r"^(?:history = )?model\.fit\([\s\S]*?\)$\n", ""),
        needs=r"model\.evaluate",
        unless="weights='imagenet'",
    ),
    op("compile forgotten", "H, I", "missing-compile", (r"^model\.compile\([\s\S]*?\)$\n", ""), unless="class "),
    op(
        "the loss called accuracy",
        "DL",
        "loss-read-as-accuracy",
        (r"^(?:\w+(?:, \w+)? = )?model\.evaluate\((.*)\)$", r"accuracy, loss = model.evaluate(\1)"),
        needs=r"metrics=\[",
    ),
    op(
        "gradients added",
        "H",
        "inverted-loss",
        (
            r"^( *)\w+\.apply_gradients\(zip\((\w+), (.*?)\)\)$",
            r"\1for weight, gradient in zip(\3, \2):\n\1    weight.assign_add(0.01 * gradient)",
        ),
    ),
    op("gradients not applied", "H", "unapplied-gradients", (r"^ *\w+\.apply_gradients\(.*\)\n", "")),
    op(
        "a layer made at every call",
        "H, I",
        "layer-made-in-call uncalled-layer",
        (r"self\.out\((\w+)\)", r"keras.layers.Dense(10, activation='softmax')(\1)"),
        needs=r"def call",
    ),
    op(
        "a layer for a tensor",
        "I",
        "layer-for-tensor",
        (r"^outputs = (§Dense\(.*?\))\(\w+\)$", r"outputs = \1"),
        needs=r"Model\(inputs, outputs\)",
    ),
    op(
        "stops by no validation",
        "H",
        "callback-without-validation",
        (
            r"^((?:history = )?model\.fit\((?!.*validation_)[^\n]*)\)$",
            r"\1, callbacks=[keras.callbacks.EarlyStopping(patience=3)])",
        ),
        unless="callbacks=",
    ),
    op(
        "validated on a part of all",
        "H",
        "validation-on-training-data target-among-features",
        (r"^model\.fit\(X_train, y_train", "model.fit(X, y, validation_data=(X_test, y_test)"),
        unless=r"X = |X_train = |validation_data",
    ),
    op(
        "precision of class numbers",
        "H",
        "metric-target-mismatch",
        (r"metrics=\['accuracy'\]", "metrics=[keras.metrics.Precision()]"),
        needs=SPARSE,
        unless="class ",
    ),
    op("padding misspelt", "I", "unknown-name", (r"padding='same'", "padding='sane'"), unless="placeholder"),
    op(
        "a method misspelt",
        "I",
        "unknown-name",
        (r"^((?:history = )?)model\.evaluate\(", r"\1model.evalute("),
        unless="class ",
    ),
    op(
        "normalization as the last layer",
        "NL",
        "missing-output-activation",
        (r"(§Dense\([^()]*, activation='softmax'\)),?\n?\]\)", r"\1, keras.layers.BatchNormalization()])"),
    ),
    op(
        "words for labels",
        "H",
        "text-labels",
        (FIRST, r"y_train = np.array(['cat', 'dog'] * (len(y_train) // 2))\n\1"),
        needs=r"import numpy as np[\s\S]*fit\(x_train, y_train",
        unless="class ",
    ),
    op(
        "targets of thousands",
        "H, DL",
        "unscaled-targets",
        (FIRST, r"y = 100000.0 * y\n\1"),
        needs=r"'mse'[\s\S]*model\.fit\(x, y\b",
    ),
)
