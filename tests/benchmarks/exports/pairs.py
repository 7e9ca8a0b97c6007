"""Nineteen programs, each with its export and its archive, and each with one layer changed: `cnnlint --compare` judged.

Beside what it says of whole pairs: no difference where there is none, and one named where there is.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HEAD = "from keras import Input, Model, Sequential, activations, layers\n\n"

CHAINS = [
    (
        "Input((28, 28, 1)), layers.Conv2D(16, 3, activation='relu'), layers.MaxPooling2D(), layers.Flatten(), "
        "layers.Dense(10, activation='softmax')",
        ("Conv2D(16, 3", "Conv2D(16, 5"),
    ),
    (
        "Input((32, 32, 3)), layers.Conv2D(8, 3, padding='same', use_bias=False), layers.BatchNormalization(), "
        "layers.ReLU(), layers.Conv2D(16, 3, strides=2, padding='same', use_bias=False), layers.BatchNormalization(), "
        "layers.ReLU(), layers.GlobalAveragePooling2D(), layers.Dense(10)",
        ("strides=2", "strides=1"),
    ),
    (
        "Input((20,)), layers.Dense(64, activation='relu'), layers.Dropout(.3), layers.Dense(32, activation='tanh'), "
        "layers.Dense(1, activation='sigmoid')",
        ("'tanh'", "'relu'"),
    ),
    (
        "Input((50, 8)), layers.Conv1D(16, 5, activation='relu'), layers.MaxPooling1D(2), layers.LSTM(12), "
        "layers.Dense(3, activation='softmax')",
        ("LSTM(12)", "LSTM(16)"),
    ),
    (
        "Input((16, 16, 3)), layers.Conv2D(8, 3, activation='elu'), layers.AveragePooling2D(2), "
        "layers.Conv2D(8, 3, activation=activations.swish), layers.Flatten(), layers.Dense(4, activation='softmax')",
        ("AveragePooling2D", "MaxPooling2D"),
    ),
    (
        "Input((32, 32, 3)), layers.DepthwiseConv2D(3, padding='same'), layers.Conv2D(12, 1, activation='relu6'), "
        "layers.SeparableConv2D(24, 3, activation='relu'), layers.GlobalMaxPooling2D(), "
        "layers.Dense(5, activation='softmax')",
        ("SeparableConv2D(24", "SeparableConv2D(20"),
    ),
    (
        "Input((8, 8, 32)), layers.Conv2DTranspose(16, 3, strides=2, padding='same', activation='relu'), "
        "layers.UpSampling2D(), layers.Conv2D(1, 3, padding='same', activation='sigmoid')",
        ("'relu'", "'tanh'"),
    ),
    (
        "Input((12,)), layers.Dense(16, activation='relu'), layers.LayerNormalization(), "
        "layers.Dense(16, activation='selu'), layers.Dense(2)",
        ("layers.LayerNormalization(), ", ""),
    ),
    (
        "Input((40,)), layers.Embedding(100, 16), layers.LSTM(8), layers.Dense(2, activation='softmax')",
        ("Embedding(100, 16", "Embedding(100, 24"),
    ),
    (
        "Input((30, 8)), layers.Bidirectional(layers.LSTM(12)), layers.Dense(3, activation='softmax')",
        ("LSTM(12)", "LSTM(16)"),
    ),
    (
        "Input((30, 8)), layers.GRU(12, return_sequences=True), layers.GRU(6), layers.Dense(3, activation='softmax')",
        ("GRU(6)", "LSTM(6)"),
    ),
    (
        "Input((30, 8)), layers.GRU(12, go_backwards=True), layers.Dense(3)",
        ("GRU(12, ", "GRU(12, activation='relu', "),
    ),
    (
        "Input((30,)), layers.Embedding(200, 16), layers.Bidirectional(layers.GRU(8, return_sequences=True)), "
        "layers.GlobalMaxPooling1D(), layers.Dense(1, activation='sigmoid')",
        ("GRU(8", "GRU(10"),
    ),
    (
        "Input((10, 16, 16, 3)), layers.TimeDistributed(layers.Conv2D(4, 3, activation='relu')), "
        "layers.TimeDistributed(layers.Flatten()), layers.SimpleRNN(8), layers.Dense(2, activation='softmax')",
        ("Conv2D(4, 3", "Conv2D(4, 5"),
    ),
]

GRAPHS = [
    (
        "i = Input((32, 32, 3))\n"
        "x = layers.Conv2D(16, 3, padding='same', activation='relu')(i)\n"
        "y = layers.Conv2D(16, 3, padding='same')(x)\n"
        "y = layers.BatchNormalization()(y)\n"
        "x = layers.ReLU()(layers.Add()([x, y]))\n"
        "x = layers.GlobalAveragePooling2D()(x)\n"
        "model = Model(i, layers.Dense(10, activation='softmax')(x))\n",
        ("Dense(10", "Dense(12"),
    ),
    (
        "a = Input((16,), name='a')\n"
        "b = Input((24,), name='b')\n"
        "x = layers.Dense(8, activation='relu')(a)\n"
        "y = layers.Dense(8, activation='relu')(b)\n"
        "model = Model([a, b], layers.Dense(1)(layers.Concatenate()([x, y])))\n",
        ("Dense(8, activation='relu')(b)", "Dense(8, activation='sigmoid')(b)"),
    ),
    (
        "i = Input((64, 64, 3))\n"
        "c = layers.Conv2D(8, 3, padding='same', activation='relu')(i)\n"
        "d = layers.Conv2D(16, 3, padding='same', activation='relu')(layers.MaxPooling2D()(c))\n"
        "m = layers.Concatenate()([layers.UpSampling2D()(d), c])\n"
        "model = Model(i, layers.Conv2D(1, 1, activation='sigmoid')(m))\n",
        ("Conv2D(16, 3", "Conv2D(16, 1"),
    ),
    (
        "i = Input((20, 16))\n"
        "x = layers.LayerNormalization()(i + layers.MultiHeadAttention(2, 8)(i, i))\n"
        "model = Model(i, layers.Dense(4, activation='softmax')(layers.GlobalAveragePooling1D()(x)))\n",
        ("MultiHeadAttention(2, 8)", "MultiHeadAttention(4, 4)"),
    ),
    (
        "i = Input((20, 16))\n"
        "x = layers.GlobalAveragePooling1D()(layers.Attention()([i, i]))\n"
        "model = Model(i, layers.Dense(4, activation='softmax')(x))\n",
        ("Dense(4", "Dense(6"),
    ),
]


def programs() -> Iterator[tuple[str, str]]:
    """Each program, and the same with one layer changed."""
    for text, (old, new) in [*((f"model = Sequential([{chain}])\n", change) for chain, change in CHAINS), *GRAPHS]:
        assert old in text, (old, text)
        yield HEAD + text, HEAD + text.replace(old, new, 1)


def make(folder: Path) -> None:
    """Write the programs, and what Keras saves and tf2onnx exports of the models they make."""
    import numpy

    folder.mkdir(exist_ok=True)
    for number, (program, changed) in enumerate(programs()):
        (folder / f"{number}.py").write_text(program)
        (folder / f"{number}_changed.py").write_text(changed)
        names: dict[str, Any] = {}
        exec(program, names)  # these programs alone
        model = names["model"]
        for variable in model.variables:  # as if it had been trained a little: zeros vanish from exports
            if variable.dtype == "float32":
                variable.assign(variable + numpy.random.uniform(0.01, 0.1, variable.shape))
        model.save(folder / f"{number}.keras")
        model.save(folder / f"{number}.h5")
        samples = [numpy.zeros((1, *entry.shape[1:]), "float32") for entry in model.inputs]
        model(samples if len(samples) > 1 else samples[0])
        model.export(folder / f"{number}.onnx", format="onnx", verbose=False)


def wrong(folder: Path) -> Iterator[str]:
    """Pairs about which something wrong is said."""
    from cnnlint.lint.comparing import compare

    for number in range(len(CHAINS) + len(GRAPHS)):
        forms = [str(folder / f"{number}{suffix}") for suffix in (".py", ".keras", ".h5", ".onnx")]
        for one, other in itertools.permutations(forms, 2):
            comparison = compare(one, other)
            if not comparison.same:
                yield comparison.text()
        for other in forms:
            comparison = compare(str(folder / f"{number}_changed.py"), other)
            if not comparison.differences:
                yield f"{number}: the changed layer was not told from {other}: {comparison.text()}"
