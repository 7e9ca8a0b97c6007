"""Programs that Keras 3 refuses, each beside one that it takes: how many are told, and that none is told wrongly.

`refused_programs.txt` was made from the raise statements of Keras 3.15 (some 470 are reached, those of TensorFlow
aside): on each line a program that ends there and, behind `##`, its repaired twin; `\\n` stands for a line's end.
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.lint.one_file import lint_bytes
from rules.asking import asked

pytestmark = pytest.mark.slow

HEAD = """import keras
import numpy as np
import tensorflow as tf
from keras import Input, Model, Sequential, callbacks, initializers, layers, losses, metrics, ops
from keras import optimizers, regularizers

x, y = np.ones((16, 6)), np.ones((16, 1))
vector, series, image = Input((6,)), Input((5, 4)), Input((8, 8, 3))
words = Input((7,), dtype="int32")
net = Model(vector, layers.Dense(1, name="out")(vector))
net.compile("sgd", "mse")
bare = Sequential([Input((6,)), layers.Dense(1)])
pair = Model(vector, [layers.Dense(1, name="a")(vector), layers.Dense(1, name="b")(vector)])
first, second = Input((6,), name="first"), Input((4,), name="second")
two = Model([first, second], layers.Dense(1)(layers.Concatenate()([first, second])))
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(4)


def rows():
    while True:
        yield x[:4], y[:4]


"""
LINES = [
    line for line in (Path(__file__).parent / "refused_programs.txt").read_text("utf-8").splitlines() if "##" in line
]
PAIRS = [tuple(part.replace("\\n", "\n") for part in line.split(" ## ")) for line in LINES]
#: the share of the refused programs that is told, in percent: it only rises
FLOOR = 79
#: twins that Keras takes and that are errors all the same: constant losses
TAKEN = ('net.compile("adam", "sparse_categorical', 'net.compile("adam", "categorical')
CHILD = """
import json, os, sys, tempfile
import tensorflow as tf
tf.config.run_functions_eagerly(True)
tf.data.experimental.enable_debug_mode()
head, programs = json.load(sys.stdin)
os.chdir(tempfile.mkdtemp())
answers = []
for program in programs:
    try:
        exec(compile(head + program, "model.py", "exec"), {"__name__": "__main__"})
        answers.append("")
    except BaseException as error:
        answers.append(f"{type(error).__name__}: {error}"[:200])
print("\\n" + json.dumps(answers))
"""


def told(program: str) -> list[str]:
    """The errors of a program, those of what is before it aside."""
    found = lint_bytes("model.py", f"{HEAD}{program}\n".encode(), Settings()).diagnostics
    first = HEAD.count("\n")
    return [one.message for one in found if one.severity is Severity.ERROR and one.location.row > first]


def test_refusals_are_told() -> None:
    missed = [bad for bad, _ in PAIRS if not told(bad)]
    share = 100 * (1 - len(missed) / len(PAIRS))
    assert share >= FLOOR, (share, missed)


def test_twins_are_not_told() -> None:
    assert [(good, said) for _, good in PAIRS if not good.startswith(TAKEN) and (said := told(good))] == []


def test_keras_refuses_these() -> None:
    pytest.importorskip("keras")
    drawn = random.Random(date.today().toordinal()).sample(PAIRS, 30)
    answers = asked(["-c", CHILD], [HEAD, [program for pair in drawn for program in pair]], timeout=900)
    for place, (bad, good) in enumerate(drawn):
        assert answers[2 * place], bad
        assert not answers[2 * place + 1], (good, answers[2 * place + 1])
