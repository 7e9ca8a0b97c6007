"""Labels in another encoding, number or shape."""

from __future__ import annotations

from operators.operator import CATEGORICAL, CLASS_LOSS, DISTANCE, FIRST, ROWS, SPARSE, YES, op

LABELS = (
    op(
        "to_categorical forgotten",
        "H, U",
        ROWS,
        (r"*^(y_\w+) = (?:§)to_categorical\((\w+)(, \w+)?\)$", r"\1 = \2"),
        needs=CATEGORICAL,
    ),
    op(
        "to_categorical too much",
        "H",
        ROWS,
        (r"^model = ", "y_train = keras.utils.to_categorical(y_train)\nmodel = "),
        needs=f"(?:{SPARSE})" + r"[\s\S]*model.fit\(x_train, y_train",
    ),
    op(
        "labels scaled like pixels",
        "H",
        "scaled-class-labels",
        (FIRST, r"y_train = y_train / 255\n\1"),
        needs=r"mnist.load_data|cifar\w+.load_data[\s\S]*" + f"(?:{SPARSE})",
        unless=CATEGORICAL + "|autoencoder|_\\), \\(x_test|tf.data|placeholder|class Net",
    ),
    op(
        "class_mode binary for several",
        "H, U",
        ROWS + " binary-crossentropy-multiclass",
        (r"*class_mode='categorical'", "class_mode='binary'"),
    ),
    op("class_mode sparse for one-hot", "H", ROWS, (r"*class_mode='categorical'", "class_mode='sparse'")),
    op("class_mode categorical for one unit", "H", ROWS, (r"*class_mode='binary'", "class_mode='categorical'")),
    op("label_mode int for one-hot", "H", ROWS, (r"*label_mode='categorical'", "label_mode='int'")),
    op(
        "too few classes",
        "H, U wrong number of units",
        ROWS,
        (r"(§Dense)\((?:10|num_classes|46|100|3|4|5|6), activation='softmax'", r"\1(2, activation='softmax'"),
        unless="flow_from|from_directory|read_csv",
    ),
    op(
        "too many classes",
        "H, U",
        ROWS,
        (r"(§Dense)\((?:10|num_classes|46|3|5), activation='softmax'", r"\1(1000, activation='softmax'"),
        unless="flow_from|from_directory",
    ),
    op(
        "one unit for several classes",
        "H, DL",
        ROWS + " softmax-single-unit single-unit-categorical-crossentropy",
        (r"(§Dense)\((?:10|num_classes|46|100|3|4|5|6), activation='softmax'", r"\1(1, activation='softmax'"),
    ),
    op(
        "one yes or no for several classes",
        "H, DL",
        "single-sigmoid-for-multiclass " + ROWS,
        (r"(§Dense)\((?:10|num_classes|46|100|3|4|5|6), activation='softmax'", r"\1(1, activation='sigmoid'"),
        (CLASS_LOSS, "'binary_crossentropy'"),
        unless="from_directory|read_csv",
    ),
    op(
        "two softmax units for yes or no",
        "H",
        ROWS + " binary-crossentropy-multiclass",
        (YES, r"\1(2, activation='softmax'\2)"),
        unless="smile|generator|Generator",
    ),
    op("two units for one quantity", "H, DL", ROWS, (r"(§Dense)\(1\)", r"\1(2)"), needs=DISTANCE),
    op("one unit for two quantities", "H", ROWS, (r"(§Dense)\(2\)", r"\1(1)"), needs=DISTANCE),
    op(
        "labels of one axis too many",
        "H",
        ROWS,
        (r"model.fit\(x_train, y_train", "model.fit(x_train, y_train[:, None, :]"),
        needs=CATEGORICAL,
        unless=SPARSE,
    ),
    op(
        "row of labels lost",
        "H",
        ROWS + " sample-count-mismatch",
        (r"model.fit\(x_train, y_train", "model.fit(x_train, y_train[:-1]"),
        needs="mnist|cifar|boston",
    ),
)
