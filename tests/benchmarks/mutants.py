#!/usr/bin/env python3
"""How many mutants of good programs are found: `python tests/benchmarks/mutants.py [--show] [OPERATOR …]`.

Every program of `mutants/` is right, and cnnlint has nothing to say about it. An operator breaks it in one known way
(or, in `HARMLESS`, changes it without breaking it); what cnnlint says of the mutant is held against the rules that may
rightly name the fault. All of it runs in one process, in about a minute.

The operators are the static ones of DeepCrime (Humbatova, Jahangirova, Tonella: ISSTA 2021, table 2; marked DC) and one
for every row of the fault taxonomies that a source file can show: Humbatova and others (ICSE 2020, figure 2; marked
H), NeuraLint's meta-model (Nikanjam and others, TOSEM 2022, table 2; NL), Islam and others (FSE 2019; I), DeepLocalize
(Wardat and others, ICSE 2021; DL), UMLAUT (Schoop and others, CHI 2021; U), and the five cases of the seeds (S).
"""

from __future__ import annotations

import argparse
import ast
import collections
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnlint.config import Settings
from cnnlint.lint.one_file import lint_bytes

PROGRAMS = Path(__file__).parent / "mutants"


@dataclass(frozen=True)
class Operator:
    """One way to change a program: every edit is a pattern and its replacement in the text as `ast.unparse` gives it.

    `§` in a pattern stands for the modules before a name. The operator applies where `needs` and all edits match and
    `unless` does not; an edit is made at the first place, or at all of them where its pattern begins with `*`.
    """

    name: str
    of: str
    expect: tuple[str, ...]
    edits: tuple[tuple[str, str], ...]
    needs: str = ""
    unless: str = ""

    def edit(self, source: str) -> str | None:
        """The mutant, or None where the operator does not apply."""
        if not re.search(regex(self.needs), source) or (self.unless and re.search(regex(self.unless), source)):
            return None
        for pattern, replacement in self.edits:
            every = pattern.startswith("*")
            source, count = re.subn(regex(pattern.removeprefix("*")), replacement, source, count=0 if every else 1)
            if not count:
                return None
        return finish(source)


def regex(pattern: str) -> str:
    """The pattern as a regular expression."""
    return "(?m)" + pattern.replace("§", r"(?:\w+\.)*")


def op(name: str, of: str, expect: str, *edits: tuple[str, str], needs: str = "", unless: str = "") -> Operator:
    """An operator, its rules in one string."""
    return Operator(name, of, tuple(expect.split()), edits, needs, unless)


# what programs are about, and what stands in them
CATEGORICAL = r"(?<!sparse_)categorical_crossentropy'|(?<!Sparse)CategoricalCrossentropy\("
SPARSE = r"sparse_categorical_crossentropy'|SparseCategoricalCrossentropy\("
BINARY = r"'binary_crossentropy'|BinaryCrossentropy\("
SQUARED = r"'mse'|'mean_squared_error'|§MeanSquaredError\(\)"
SOFTMAX = r"activation='softmax'"
SIGMOID = r"activation='sigmoid'"
OUT = r"(§Dense)\(([^()]*), activation='softmax'\)"
YES = r"(§Dense)\(1, activation='sigmoid'([^()]*)\)"
LINEAR = r"(§Dense)\((1|2)\)"
HIDDEN = r"(§Dense)\(([^()]*?)activation='(?:relu|tanh)'"
PICTURES = r"§Conv2D\("
#: the same loss by every spelling
CLASS_LOSS = r"(?:§)?(?:Sparse)?CategoricalCrossentropy\(\)|'(?:sparse_)?categorical_crossentropy'"
YES_LOSS = r"§BinaryCrossentropy\(\)|'binary_crossentropy'"
DISTANCE = SQUARED
ROWS_LOSS = r"§\bCategoricalCrossentropy\(\)|'categorical_crossentropy'"
NUMBERS_LOSS = r"§\bSparseCategoricalCrossentropy\(\)|'sparse_categorical_crossentropy'"
ROWS = "target-shape-mismatch label-encoding-loss-mismatch output-units-mismatch"

OPERATORS = (
    # --- activations ---
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
            r"^(.*)(§Dense)\(([^()]*), activation='relu'\)(.*)$",
            r"\1Sequential_of(\2(\3, activation='sigmoid'), \2(\3, activation='sigmoid'), "
            r"\2(\3, activation='sigmoid'))\4",
        ),
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
        unless="np.sin",
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
        (r"^(.*)(§Dense)\(([^()]*), activation='relu'\)(.*)$", r"\1Sequential_of(\2(\3, activation='relu'), 'tanh')\4"),
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
        needs=r"2 \* x - 3|np.sin",
    ),
    # --- losses and metrics ---
    op(
        "classes by squared error",
        "DC LCH, NL 12, U",
        "mse-for-classification",
        (CLASS_LOSS, "'mse'"),
        needs=SOFTMAX + "|from_logits",
    ),
    op(
        "classes by absolute error",
        "DC LCH",
        "mse-for-classification",
        (CLASS_LOSS, "'mean_absolute_error'"),
        needs=SOFTMAX,
    ),
    op("classes by huber", "DC LCH", "mse-for-classification", (CLASS_LOSS, "'huber'"), needs=SOFTMAX),
    op("classes by poisson", "DC LCH", "mse-for-classification", (CLASS_LOSS, "'poisson'"), needs=SOFTMAX),
    op(
        "classes by hinge",
        "DC LCH",
        "mse-for-classification label-encoding-loss-mismatch",
        (CLASS_LOSS, "'hinge'"),
        needs=SOFTMAX,
    ),
    op(
        "classes by cosine similarity",
        "DC LCH",
        "mse-for-classification",
        (CLASS_LOSS, "'cosine_similarity'"),
        needs=SOFTMAX,
    ),
    op(
        "classes by logarithmic error",
        "DC LCH",
        "mse-for-classification",
        (CLASS_LOSS, "'mean_squared_logarithmic_error'"),
        needs=SOFTMAX,
    ),
    op(
        "class numbers by divergence",
        "DC LCH",
        "label-encoding-loss-mismatch target-shape-mismatch",
        (NUMBERS_LOSS, "'kl_divergence'"),
        needs=SOFTMAX,
        unless=r"\(from_logits|SparseCategoricalC",
    ),
    op(
        "classes by binary cross-entropy",
        "DC LCH, U",
        "binary-crossentropy-multiclass " + ROWS,
        (CLASS_LOSS, "'binary_crossentropy'"),
        needs=SOFTMAX,
    ),
    op(
        "yes or no by squared error",
        "DC LCH, DL",
        "mse-for-classification",
        (YES_LOSS, "'mse'"),
        needs=YES,
        unless="smile",
    ),
    op(
        "yes or no by absolute error",
        "DC LCH",
        "mse-for-classification",
        (YES_LOSS, "'mae'"),
        needs=YES,
        unless="smile",
    ),
    op("yes or no by poisson", "DC LCH", "mse-for-classification", (YES_LOSS, "'poisson'"), needs=YES, unless="smile"),
    op(
        "yes or no by hinge",
        "DC LCH",
        "mse-for-classification label-encoding-loss-mismatch",
        (YES_LOSS, "'hinge'"),
        needs=YES,
        unless="smile",
    ),
    op(
        "yes or no by categorical",
        "DC LCH, NL 12, DL",
        "single-unit-categorical-crossentropy",
        (YES_LOSS, "'categorical_crossentropy'"),
        needs=YES,
    ),
    op(
        "yes or no by sparse categorical",
        "DC LCH, DL",
        "single-unit-categorical-crossentropy",
        (YES_LOSS, "'sparse_categorical_crossentropy'"),
        needs=YES,
    ),
    op(
        "quantities by binary cross-entropy",
        "DC LCH, DL",
        "crossentropy-for-regression missing-output-activation",
        (DISTANCE, "'binary_crossentropy'"),
    ),
    op(
        "quantities by categorical",
        "DC LCH, DL",
        "crossentropy-for-regression single-unit-categorical-crossentropy",
        (DISTANCE, "'categorical_crossentropy'"),
    ),
    op(
        "quantities by sparse categorical",
        "DC LCH",
        "crossentropy-for-regression single-unit-categorical-crossentropy missing-output-activation",
        (DISTANCE, "'sparse_categorical_crossentropy'"),
    ),
    op("quantities by hinge", "DC LCH", "crossentropy-for-regression", (DISTANCE, "'hinge'")),
    op(
        "signed quantities by poisson",
        "DC LCH",
        "crossentropy-for-regression missing-output-activation",
        (DISTANCE, "'poisson'"),
        needs=r"2 \* x - 3|np.sin|features\[:, 1\]",
    ),
    op(
        "signed quantities by logarithmic error",
        "DC LCH",
        "crossentropy-for-regression",
        (DISTANCE, "'mean_squared_logarithmic_error'"),
        needs=r"2 \* x - 3|np.sin|features\[:, 1\]",
    ),
    op(
        "quantities by divergence",
        "DC LCH",
        "crossentropy-for-regression missing-output-activation",
        (DISTANCE, "'kl_divergence'"),
    ),
    op(
        "one-hot rows by sparse categorical",
        "DC LCH, H, DL",
        ROWS,
        (ROWS_LOSS, "'sparse_categorical_crossentropy'"),
        needs=SOFTMAX,
        unless=r"\(from_logits|Sparse",
    ),
    op(
        "class numbers by categorical",
        "DC LCH, H, S3",
        ROWS,
        (
            r"'sparse_categorical_crossentropy'|§SparseCategoricalCrossentropy\(\)",
            "keras.losses.CategoricalCrossentropy()",
        ),
        needs=SOFTMAX,
    ),
    op(
        "accuracy of a regression",
        "DL, NL",
        "accuracy-metric-for-regression",
        (r"metrics=\['(?:mae|mean_absolute_error)'\]", "metrics=['accuracy']"),
    ),
    op(
        "accuracy of two quantities",
        "DL",
        "accuracy-metric-for-regression",
        (r"metrics=\['(?:mae|mean_absolute_error)'\]", "metrics=['acc', 'mae']"),
    ),
    op(
        "one-hot metric of class numbers",
        "H wrong metric",
        "metric-target-mismatch",
        (r"'(?:sparse_categorical_)?accuracy'", "'categorical_accuracy'"),
        needs=SPARSE,
        unless="from_logits",
    ),
    op(
        "class-number metric of one-hot rows",
        "H wrong metric",
        "metric-target-mismatch",
        (r"'accuracy'", "'sparse_categorical_accuracy'"),
        needs=CATEGORICAL,
        unless=SPARSE,
    ),
    op(
        "binary metric of classes",
        "H wrong metric",
        "metric-target-mismatch",
        (r"'accuracy'", "'binary_accuracy'"),
        needs=CATEGORICAL,
        unless=SPARSE,
    ),
    op(
        "exact metric of probabilities",
        "H wrong metric",
        "metric-target-mismatch",
        (r"metrics=\['accuracy'\]", "metrics=[keras.metrics.Accuracy()]"),
        needs=SOFTMAX + "|" + SIGMOID,
        unless="'age'",
    ),
    # --- labels ---
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
        needs=SPARSE + r"[\s\S]*model.fit\(x_train, y_train",
    ),
    op(
        "labels scaled like pixels",
        "H",
        "scaled-class-labels",
        (r"^(model = |inputs = )", r"y_train = y_train / 255\n\1"),
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
    # --- architecture ---
    op(
        "flatten forgotten",
        "NL 2, H",
        "missing-flatten",
        (r"^\s*(?:\w+\.)?add\((?:§)Flatten\(\)\)$|§Flatten\(\), ", ""),
    ),
    op("flatten forgotten, functional", "NL 2", "missing-flatten", (r"^x = §Flatten\(\)\(x\)\n", "")),
    op(
        "a tail of the shape left out",
        "NL 3, H",
        "wrong-input-shape missing-flatten channel-order-mismatch shape-mismatch",
        (r"(§Input\(|input_shape=|shape=)(\(?)\((\d+), (\d+), \d\)", r"\1\2(\3, \4)"),
        needs=PICTURES,
    ),
    op(
        "another width than the data's",
        "H, U",
        "wrong-input-shape",
        (r"((?:§Input|input_shape=|shape=)\(?)\((\d+), (\d+), (\d)\)", r"\1(\2 + 8, \3 + 8, \4)"),
        needs=PICTURES,
        unless="from_directory|VGG16",
    ),
    op(
        "another number of columns",
        "H, DL",
        "wrong-input-shape",
        (r"((?:§Input|input_shape=|shape=)\(?)\((4|8|12|13|20|30|784|6),\)", r"\1(\2 + 3,)"),
    ),
    op(
        "channels first",
        "NL, H",
        "channel-order-mismatch wrong-input-shape",
        (r"((?:§Input|input_shape=|shape=)\(?)\((\d+), (\d+), (\d)\)", r"\1(\4, \2, \3)"),
        needs=PICTURES,
    ),
    op(
        "kernel larger than its map",
        "NL 4",
        "kernel-larger-than-feature-map shape-mismatch",
        (r"(?s)(.*§Conv2D)\((\d+), \(?3(?:, 3\))?(, [^()]*activation='relu')", r"\1(\2, 40\3"),
        needs=r"MaxPooling2D[\s\S]*Conv2D[\s\S]*Dense",
        unless="150|180|128|padding='same', activation='relu'\\)\\(x\\)",
    ),
    op(
        "pooling with a large window",
        "S1, NL 8",
        "oversized-pooling collapsed-feature-map",
        (r"(§MaxPooling2D)\((?:2|\(2, 2\)|pool_size=\(2, 2\))?\)", r"\1(8, strides=2)"),
        unless="from_directory|concatenate",
    ),
    op(
        "filters that shrink",
        "S2, NL",
        "shrinking-filters",
        (r"(§Conv2D\()(\d+)(, \(?3)", r"\g<1>256\3"),
        needs=r"Conv2D[\s\S]*Conv2D",
        unless="shortcut|concatenate|directory",
    ),
    op(
        "second positional stride",
        "NL",
        "conv-legacy-positional-kernel",
        (r"(§Conv2D\(\d+), 3, activation", r"\1, 3, 3, activation"),
    ),
    op("dropout of nearly all", "NL, DL", "excessive-dropout", (r"§Dropout\(0\.\d+\)", "keras.layers.Dropout(0.95)")),
    op(
        "dropout on the output",
        "NL",
        "dropout-on-output",
        (r"^(model|classifier)\.compile\(", r"model.add(keras.layers.Dropout(0.3))\n\1.compile("),
        needs=r"model = §Sequential\(\)",
    ),
    op(
        "recurrent layer without its sequence",
        "H, NL",
        "shape-mismatch wrong-input-shape",
        (r", return_sequences=True", ""),
    ),
    op(
        "recurrent layer with a sequence too much",
        "H",
        "target-shape-mismatch missing-flatten shape-mismatch",
        (r"§LSTM\((\d+)\)", r"LSTM(\1, return_sequences=True)"),
    ),
    op(
        "rows of another reshape",
        "H",
        "shape-mismatch is-folding-reshape wrong-input-shape scrambling-reshape",
        (r"7 \* 7 \* 64|14 \* 14 \* 32", "6 * 6 * 64"),
    ),
    op("unlike shapes merged", "NL", "shape-mismatch", (r"x = §UpSampling2D\(\)\(x\)", "x = x")),
    # --- initialisation, normalisation ---
    op(
        "weights of zeros",
        "DC WCI, NL 9",
        "constant-init",
        (HIDDEN, r"\1(\2kernel_initializer='zeros', activation='relu'"),
    ),
    op(
        "weights of ones",
        "DC WCI, NL 9",
        "constant-init",
        (HIDDEN, r"\1(\2kernel_initializer=keras.initializers.Constant(1.0), activation='relu'"),
    ),
    op(
        "TF1 weights of zeros",
        "NL 9",
        "constant-init",
        (r"tf.truncated_normal\(shape, stddev=0.1\)", "tf.zeros(shape)"),
    ),
    op("selu with Glorot", "S1", "selu-without-lecun-init", ("*activation='relu'", "activation='selu'"), needs="Dense"),
    op(
        "batch norm of the wrong axis",
        "NL 10",
        "batchnorm-axis-mismatch",
        (r"BatchNormalization\(\)", "BatchNormalization(axis=1)"),
    ),
    op(
        "dropout before batch norm",
        "NL",
        "dropout-before-batchnorm",
        (r"^x = §BatchNormalization\(\)\(x\)$", r"x = layers.Dropout(0.3)(x)\nx = layers.BatchNormalization()(x)"),
    ),
    op(
        "batch norm's updates not run",
        "I",
        "batchnorm-updates-not-run",
        (r"tf.get_collection\(tf.GraphKeys.UPDATE_OPS\)", "[]"),
    ),
    op(
        "all weights frozen",
        "H, NL",
        "no-trainable-layers",
        (r"^(model|classifier)\.compile\(", r"\1.trainable = False\n\1.compile("),
        unless="class |def build",
    ),
    # --- data and training ---
    op(
        "pixels unscaled",
        "H, DL, U, S2",
        "unnormalized-input",
        (r"*(?<=[\w\])]) / 255(?:\.0)?\b", ""),
        needs=r"load_data",
        unless="boston|autoencoder|x_train, x_train|/= 255",
    ),
    op("pixels unscaled in place", "H, U", "unnormalized-input", (r"*^x_\w+ /= 255\n", "")),
    op("rescale forgotten", "H, U", "unnormalized-input", (r"*rescale=1.0 / 255,? ?", "")),
    op("Rescaling forgotten", "H, U", "unnormalized-input", (r"§Rescaling\(1.0 / 255\), ", "")),
    op(
        "pixels scaled twice",
        "H",
        "double-normalization",
        (r"^(model = |inputs = )", r"x_train = x_train / 255\n\1"),
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
        "unused-preprocessing",
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
        (r"^(inputs = |model = )", r"x_train = x_train.reshape(-1, 32, 32, 1)\n\1"),
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
    # --- graph ---
    op(
        "a layer bypassed",
        "H, NL, S1",
        "bypassed-layer unused-layer",
        (
            r"^(x|hidden|h) = (§(?:MaxPooling2D|Dropout)\([^()]*\))\((x|hidden|h)\)\n(\w+) = (.*)\(\3\)$",
            r"dropped = \2(\3)\n\4 = \5(\3)",
        ),
    ),
    op(
        "a separate activation bypassed",
        "H",
        "bypassed-layer unused-layer",
        (r"^x = (§Activation\([^()]*\))\(x\)\nx = (§MaxPooling2D\(\))\(x\)$", r"activated = \1(x)\nx = \2(x)"),
    ),
    op(
        "a weighted layer bypassed",
        "H",
        "bypassed-layer unused-layer",
        (r"^x = (§Dense\([^()]*\))\(x\)\n(outputs|answer) = (.*)\(x\)$", r"lost = \1(x)\n\2 = \3(x)"),
    ),
    op(
        "TF1 dropout bypassed",
        "S1",
        "bypassed-layer unused-layer",
        (r"^logits = (.*)\bdropped\b(.*)$", r"logits = \1hidden_or_dense\2"),
    ),
    op("a layer of self never called", "H", "uncalled-layer", (r"x = self\.(?:hidden|second)\(x\)\n", "")),
    # --- TensorFlow 1 ---
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
    # --- use of the API ---
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

HARMLESS = (
    op("another hidden width", "", "", (r"(§Dense)\((?:64|128)(, activation='relu')", r"\1(96\2")),
    op("another activation", "", "", ("*activation='relu'", "activation='gelu'"), unless="tf.layers"),
    op("elu", "", "", ("*activation='relu'", "activation='elu'"), unless="tf.layers"),
    op("he_normal", "", "", ("*activation='relu'", "activation='relu', kernel_initializer='he_normal'")),
    op("another optimizer", "", "", (r"optimizer='(?:adam|rmsprop)'", "optimizer=keras.optimizers.Nadam()")),
    op("a callback", "", "", (r"epochs=(\d+)", r"epochs=\1, callbacks=[keras.callbacks.EarlyStopping(patience=3)]")),
    op("more epochs", "", "", (r"epochs=\d+", "epochs=300")),
    op("weight decay", "", "", (r"activation='relu'", "activation='relu', kernel_regularizer='l2'")),
    op("absolute error for quantities", "", "", (DISTANCE, "'mae'")),
    op("huber for quantities", "", "", (DISTANCE, "'huber'")),
    op("log-cosh for quantities", "", "", (DISTANCE, "keras.losses.LogCosh()")),
    op(
        "divergence for one-hot rows",
        "",
        "",
        (ROWS_LOSS, "'kl_divergence'"),
        needs=SOFTMAX,
        unless=SPARSE + r"|from_logits",
    ),
    op(
        "focal loss for one-hot rows",
        "",
        "",
        (ROWS_LOSS, "'categorical_focal_crossentropy'"),
        needs=SOFTMAX,
        unless=SPARSE + r"|from_logits",
    ),
    op("focal loss for yes or no", "", "", (YES_LOSS, "'binary_focal_crossentropy'"), needs=YES),
    op(
        "smoothed labels",
        "",
        "",
        (r"'categorical_crossentropy'", "keras.losses.CategoricalCrossentropy(label_smoothing=0.1)"),
        needs=SOFTMAX,
    ),
    op(
        "scores and a loss of logits",
        "",
        "",
        (SOFTMAX, "activation=None"),
        (r"'categorical_crossentropy'", "keras.losses.CategoricalCrossentropy(from_logits=True)"),
        unless=SPARSE,
    ),
    op(
        "yes or no by its score",
        "",
        "",
        (YES, r"\1(1\2)"),
        (YES_LOSS, "keras.losses.BinaryCrossentropy(from_logits=True)"),
    ),
    op(
        "metric by its class",
        "",
        "",
        (r"metrics=\['accuracy'\]", "metrics=[keras.metrics.BinaryAccuracy()]"),
        needs=YES,
        unless="smile",
    ),
    op("metric of class numbers by name", "", "", (r"'accuracy'", "'sparse_categorical_accuracy'"), needs=SPARSE),
    op(
        "metric of one-hot rows by name",
        "",
        "",
        (r"'accuracy'", "'categorical_accuracy'"),
        needs=CATEGORICAL,
        unless=SPARSE,
    ),
    op("area under the curve", "", "", (r"\['accuracy'\]", "['accuracy', keras.metrics.AUC()]"), needs=YES),
    op(
        "labels as a column",
        "",
        "",
        (r"(model|classifier)\.fit\((\w+), (y\w*|kinds|following|train_targets)\b", r"\1.fit(\2, \3.reshape(-1, 1)"),
        needs=YES + "|" + DISTANCE + "|" + SPARSE,
        unless="from_tensor_slices|fit\\(features, targets",
    ),
    op("labels as floats", "", "", (r"(model|classifier)\.fit\((\w+), (y_train)", r"\1.fit(\2, \3.astype('float32')")),
    op("names of the layers", "", "", (r"*(§Dense)\((\d+)\)", r"\1(\2, name=None)")),
    op("a linear activation", "", "", (r"(§Dense)\(([12])\)", r"\1(\2, activation='linear')")),
    op(
        "two softmax units for yes or no, class numbers",
        "",
        "",
        (YES, r"\1(2, activation='softmax'\2)"),
        (YES_LOSS, "'sparse_categorical_crossentropy'"),
        unless="smile|enerator",
    ),
    op(
        "counts by poisson",
        "",
        "",
        (r"(§Dense)\(1\)", r"\1(1, activation='softplus')"),
        (DISTANCE, "'poisson'"),
        needs="housing|boston",
    ),
    op(
        "prices cannot be negative", "", "", (r"(§Dense)\(1\)", r"\1(1, activation='softplus')"), needs="housing|boston"
    ),
    op("scaled by a layer", "", "", (r"^(model = |inputs = )", r"\1")),
    op("test set first", "", "", (r"^(x_train = .*)\n(x_test = .*)$", r"\2\n\1"), unless="scaler|sc\\."),
    op("a print in between", "", "", (r"^(model|classifier)\.compile\(", r"\1.summary()\n\1.compile(")),
    op("renamed", "", "", (r"*\bmodel\b", "network"), unless="models"),
    op("dropout added", "", "", (r"^x = (§Dense\([^()]*\))\(x\)$", r"x = \1(x)\nx = keras.layers.Dropout(0.2)(x)")),
    op(
        "mixed precision",
        "",
        "",
        (r"^(model = |inputs = )", r"keras.mixed_precision.set_global_policy('mixed_float16')\n\1"),
    ),
    op("weights for samples", "", "", (r"epochs=(\d+)", r"epochs=\1, class_weight=None")),
)


def finish(source: str) -> str:
    """Write what the edits mean in the program's own style, and import what they use."""

    def spelled(match: re.Match[str]) -> str:
        arguments = ast.parse(match[0], mode="eval").body.args  # type: ignore[attr-defined]
        layers = [
            ast.unparse(a)
            if not isinstance(a, ast.Constant)
            else {
                "softmax": "keras.layers.Softmax()",
                "tanh": "keras.layers.Activation('tanh')",
                "softmax axis 0": "keras.layers.Softmax(axis=0)",
            }[a.value]
            for a in arguments
        ]
        return "@@" + "@@".join(layers) + "@@"

    while (at := source.find("Sequential_of(")) >= 0:
        depth, end = 0, at
        while end < len(source):
            depth += {"(": 1, ")": -1}.get(source[end], 0)
            end += 1
            if depth == 0 and source[end - 1] == ")":
                break
        text = spelled(re.match(r"[\s\S]*", source[at:end]))  # type: ignore[arg-type]
        layers = text.strip("@").split("@@")
        line_start, line_end = source.rfind("\n", 0, at) + 1, source.find("\n", end)
        line_end = len(source) if line_end < 0 else line_end
        head, tail = source[line_start:at], source[end:line_end]
        if head.rstrip().endswith(".add("):
            written = "\n".join(f"{head}{layer}{tail}" for layer in layers)
        elif tail.startswith("("):
            name = head.split("=")[0].strip()
            written = f"{head}{layers[0]}{tail}" + "".join(f"\n{name} = {layer}({name})" for layer in layers[1:])
        elif head.strip().startswith("self."):
            written = f"{head}keras.Sequential([{', '.join(layers)}]){tail}"
        else:
            written = f"{head}{', '.join(layers)}{tail}"
        source = source[:line_start] + written + source[line_end:]
    source = source.replace("hidden_or_dense", "dense" if "dense = " in source else "hidden")
    return source if re.search(r"import keras$|import keras$", source, re.M) else "import keras\n" + source


def mutants(operators: tuple[Operator, ...]) -> Iterator[tuple[Operator, str, str]]:
    """Every operator with the programs it applies to, and the mutant."""
    programs = {path.stem: ast.unparse(ast.parse(path.read_text())) + "\n" for path in sorted(PROGRAMS.glob("*.py"))}
    for operator in operators:
        for name, source in programs.items():
            edited = operator.edit(source)
            if edited is not None:
                yield operator, name, edited


def said(source: str) -> dict[str, str]:
    """The rules that speak of a program, with their severities."""
    return {d.name: d.severity.value for d in lint_bytes("model.py", source.encode(), Settings()).diagnostics}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("operators", nargs="*", help="only operators whose names contain one of these")
    parser.add_argument("--show", action="store_true", help="print the text of the mutants that were missed")
    parser.add_argument("--families", action="store_true", help="print every operator, found or not")
    options = parser.parse_args()
    started = time.perf_counter()
    chosen = [o for o in OPERATORS + HARMLESS if not options.operators or any(w in o.name for w in options.operators)]
    tally: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    false = 0
    for operator, program, source in mutants(tuple(chosen)):
        spoken = said(source)
        if not operator.expect:
            wrong = {name: severity for name, severity in spoken.items() if severity != "info"}
            false += bool(wrong)
            tally["harmless"][0] += not wrong
            tally["harmless"][1] += 1
            if wrong:
                print(f"false: {operator.name} in {program}: {wrong}")
            found = not wrong
        else:
            found = bool(set(operator.expect) & set(spoken))
            tally[operator.name][0] += found
            tally[operator.name][1] += 1
            if not found:
                print(f"missed: {operator.name} in {program}: said {sorted(spoken) or 'nothing'}")
        if options.show and not found:
            print("    " + source.replace("\n", "\n    "))
    names = {operator.name for operator in chosen if operator.expect}
    for name in sorted(names - tally.keys()):
        print(f"applies to no program: {name}")
    for operator in chosen:
        found, made = tally[operator.name] if operator.expect and operator.name in tally else (1, 1)
        if found < made or (options.families and operator.expect):
            print(f"{found:3} of {made:3}  {operator.name} ({operator.of})")
    found, made = (sum(tally[name][i] for name in names) for i in (0, 1))
    print(
        f"{len(names)} operators, {made} mutants, found {found} ({100 * found / max(made, 1):.1f} %); "
        f"{tally['harmless'][1]} harmless changes, {false} false; {time.perf_counter() - started:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
