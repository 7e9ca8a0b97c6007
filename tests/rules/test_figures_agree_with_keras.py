"""What is said of the keys of a history against Keras itself: a key that is called missing is missing there."""

from __future__ import annotations

from typing import Any

import pytest

from rules.asking import asked
from rules.examples import lint

pytest.importorskip("keras")
pytestmark = pytest.mark.slow

START = """import keras
import numpy as np
from keras import Input, Model, layers, metrics
def own(y_true, y_pred): return keras.ops.mean(y_pred)
x, y, i = np.zeros((4, 3)), np.zeros((4, 1)), Input((3,))
model = Model(i, layers.Dense(1, activation="sigmoid", name="out")(i))
two = Model(i, [layers.Dense(1, activation="sigmoid", name=name)(i) for name in ("a", "b")])
"""
ONE = (
    *("None", "[]", "['accuracy']", "['acc']", "['Accuracy']", "['mse', 'MAE']", "['mean_squared_error']", "['AUC']"),
    *("['accuracy', 'accuracy']", "[own]", "[metrics.BinaryAccuracy(name='acc')]", "[metrics.BinaryAccuracy]"),
    *("[metrics.AUC(), metrics.Precision(name='p')]", "[metrics.binary_accuracy]", "{'out': ['mae']}", "[['mae']]"),
)
TWO = (
    *("None", "[['mae'], ['acc', own]]", "{'a': 'mae'}", "{'a': ['mae', metrics.AUC(name='z')], 'b': ['accuracy']}"),
)
KEYS = (
    *("loss", "accuracy", "acc", "Accuracy", "mse", "MAE", "mae", "mean_squared_error", "auc", "AUC", "own", "p", "z"),
    *("accuracy_1", "binary_accuracy", "out_loss", "out_mae", "a_loss", "b_loss", "a_mae", "b_acc", "b_own", "a_z"),
    *("b_accuracy", "val_loss", "val_accuracy", "lost"),
)
TRAIN = (
    *(
        f"model.compile('sgd', 'mse', metrics={one}, run_eagerly=True)\nhistory = model.fit(x, y, verbose=0)\n"
        for one in ONE
    ),
    *(
        f"two.compile('sgd', 'mse', metrics={one}, run_eagerly=True)\nhistory = two.fit(x, [y, y], verbose=0)\n"
        for one in TWO
    ),
)
#: gives every metric of Keras that needs no arguments, with its name
EVERY = """said = []
for kind in dir(metrics):
    try:
        said.append([kind, getattr(metrics, kind)().name])
    except Exception:
        pass
"""
#: says what `said` is at the end of each program
CHILD = """import json, sys
answers = []
for code in json.load(sys.stdin):
    names = {}
    exec(code, names)
    answers.append(names["said"])
print("\\n" + json.dumps(answers))
"""


def missing(code: str) -> list[str]:
    """What is said of the keys of a program that reads them."""
    return [one.message.split()[0] for one in lint(START + code).diagnostics if one.name == "unreported-figure"]


@pytest.fixture(scope="module")
def held() -> list[list[Any]]:
    """The keys that each training's history has, and then what every metric of Keras calls itself."""
    programs = (*(code + "said = sorted(history.history)" for code in TRAIN), EVERY)
    return list(asked(["-c", CHILD], [START + one for one in programs]))


def test_keys_are_missing_where_keras_has_none(held: list[list[Any]]) -> None:
    found = absent = 0
    for code, keys in zip(TRAIN, held[:-1], strict=True):
        told = missing(code + "".join(f"print(history.history['{key}'])\n" for key in KEYS))
        assert not set(told) & set(keys), code
        found, absent = found + len(set(told)), absent + len(set(KEYS) - set(keys))
    assert found > 0.95 * absent  # the others are what another version calls one of these metrics


def test_every_metric_is_reported_by_its_name(held: list[list[Any]]) -> None:
    assert len(held[-1]) > 30
    for kind, name in held[-1]:
        code = f"model.compile('sgd', 'mse', metrics=[metrics.{kind}()])\nhistory = model.fit(x, y)\n"
        assert not missing(code + f"print(history.history['{name}'])\n"), kind
