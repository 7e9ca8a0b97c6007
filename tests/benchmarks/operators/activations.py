"""Activations: left out, exchanged, repeated, in the wrong place."""

from __future__ import annotations

from operators.operator import CLASS_LOSS, DISTANCE, HIDDEN, LINEAR, OUT, SIGMOID, SOFTMAX, SPARSE, YES, YES_LOSS, op

ACTIVATIONS = (
    op(
        "relu before softmax",
        "S3, NL",
        "relu-before-softmax stacked-activations relu-output-with-crossentropy",
        (OUT, r"Sequential_of(\1(\2, activation='relu'), 'softmax')"),
    ),
    op(
        "hidden dense activations removed",
        "DC ARM, NL 1, DL",
        "missing-dense-activation",
        ("*" + HIDDEN, r"\1(\2activation=None"),
        needs=HIDDEN + r"[\s\S]*" + HIDDEN,
    ),
    op(
        "one hidden dense activation removed",
        "DC ARM",
        "missing-dense-activation",
        (HIDDEN, r"\1(\2activation='linear'"),
        needs=r"§Dense\(",
    ),
    op(
        "convolution's activation removed",
        "DC ARM, NL 1, S3",
        "missing-conv-activation",
        (r"(§Conv[12]D)\(([^()]*(?:\([^()]*\)[^()]*)*), activation='relu'", r"\1(\2"),
        unless=r"concatenate|Global",
    ),
    op(
        "convolutions' activations removed",
        "DC ARM",
        "missing-conv-activation",
        (r"*(§Conv[12]D)\(([^()]*(?:\([^()]*\)[^()]*)*), activation='relu'", r"\1(\2"),
    ),
    op(
        "TF1 activations removed",
        "DC ARM",
        "missing-conv-activation missing-dense-activation",
        (r"*, activation=tf.nn.relu", ""),
    ),
    op(
        "softmax in a hidden layer", "DC ACH, NL 7", "softmax-hidden-activation", (HIDDEN, r"\1(\2activation='softmax'")
    ),
    op(
        "three saturating layers",
        "DC ACH, H",
        "saturating-hidden-activation",
        (
            r"^(.*?)(\b§Dense)\(([^()]*), activation='relu'\)(.*)$",
            r"\1Sequential_of(\2(\3, activation='sigmoid'), \2(\3, activation='sigmoid'), "
            r"\2(\3, activation='sigmoid'))\4",
        ),
        unless="class ",
    ),
    op(
        "softmax replaced by relu",
        "DC ACH, U",
        "relu-output-with-crossentropy",
        (SOFTMAX, "activation='relu'"),
        needs=CLASS_LOSS,
    ),
    op(
        "softmax replaced by tanh",
        "DC ACH",
        "relu-output-with-crossentropy",
        (SOFTMAX, "activation='tanh'"),
        needs=CLASS_LOSS,
    ),
    op("softmax removed", "DC ARM, NL 13, DL", "missing-output-activation", (SOFTMAX, "activation=None")),
    op("softmax replaced by sigmoid", "DC ACH, DL", "sigmoid-with-categorical-crossentropy", (SOFTMAX, SIGMOID)),
    op(
        "sigmoid replaced by relu",
        "DC ACH, DL",
        "relu-output-with-crossentropy",
        (YES, r"\1(1, activation='relu'\2)"),
        needs=YES_LOSS,
    ),
    op(
        "sigmoid replaced by tanh",
        "DC ACH, DL",
        "relu-output-with-crossentropy",
        (YES, r"\1(1, activation='tanh'\2)"),
        needs=YES_LOSS,
    ),
    op("sigmoid removed", "DC ARM, DL", "missing-output-activation", (YES, r"\1(1\2)")),
    op(
        "sigmoid of a map removed",
        "DC ARM",
        "missing-output-activation",
        (r"(§(?:Conv2D\(1, 1|Dense\((?:784|6))), activation='sigmoid'\)", r"\1)"),
    ),
    op("softmax over one unit", "DC ACH, NL 13, DL", "softmax-single-unit", (YES, r"\1(1, activation='softmax'\2)")),
    op(
        "softmax over one unit of a map",
        "DC ACH",
        "softmax-single-unit",
        (r"(§Conv2D\(1, 1), activation='sigmoid'\)", r"\1, activation='softmax')"),
    ),
    op(
        "relu on a regression",
        "DC ACH, DL",
        "relu-output-for-regression",
        (LINEAR, r"\1(\2, activation='relu')"),
        needs=DISTANCE,
        unless="ages|Embedding|housing|boston",
    ),
    op(
        "sigmoid on a regression",
        "DC ACH, DL",
        "bounded-output-for-regression",
        (LINEAR, r"\1(\2, activation='sigmoid')"),
        needs=DISTANCE,
    ),
    op(
        "tanh on a regression",
        "DC ACH, DL",
        "bounded-output-for-regression",
        (LINEAR, r"\1(\2, activation='tanh')"),
        needs=DISTANCE,
        unless="size=2000",
    ),
    op(
        "softmax on a regression",
        "DC ACH, DL",
        "softmax-single-unit bounded-output-for-regression",
        (LINEAR, r"\1(\2, activation='softmax')"),
        needs=DISTANCE,
    ),
    op(
        "activation applied twice",
        "NL 6",
        "stacked-activations",
        (
            r"^(.*?)(\b§Dense)\(([^()]*), activation='relu'\)(.*)$",
            r"\1Sequential_of(\2(\3, activation='relu'), 'tanh')\4",
        ),
        unless="class ",
    ),
    op("softmax over the samples", "NL 13", "softmax-wrong-axis", (OUT, r"Sequential_of(\1(\2), 'softmax axis 0')")),
    op("softmax twice", "DC, I", "double-softmax", (OUT, r"Sequential_of(\1(\2, activation='softmax'), 'softmax')")),
    op(
        "softmax before a loss of logits",
        "NL 13, U",
        "double-softmax",
        (CLASS_LOSS, r"keras.losses.CategoricalCrossentropy(from_logits=True)"),
        needs=SOFTMAX,
        unless=SPARSE,
    ),
    op(
        "softmax before a loss of logits, class numbers",
        "NL 13, U",
        "double-softmax",
        (CLASS_LOSS, r"keras.losses.SparseCategoricalCrossentropy(from_logits=True)"),
        needs=SOFTMAX + r"[\s\S]*" + f"(?:{SPARSE})",
    ),
    op(
        "sigmoid before a loss of logits",
        "NL 13",
        "double-softmax",
        (YES_LOSS, r"keras.losses.BinaryCrossentropy(from_logits=True)"),
        needs=SIGMOID,
    ),
    op("from_logits forgotten", "NL 13, U", "missing-output-activation", (r"from_logits=True", "")),
    op(
        "softmax before TF1's loss of logits",
        "S5, NL 13",
        "double-softmax",
        (r"^(logits = .*)$", r"\1\nlogits = tf.nn.softmax(logits)"),
    ),
    op(
        "softplus on a regression",
        "DC ACH",
        "relu-output-for-regression bounded-output-for-regression",
        (LINEAR, r"\1(\2, activation='softplus')"),
        needs=r"2 \* x - 3|size=2000",
    ),
)
