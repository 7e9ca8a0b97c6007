"""What a finding is tested beside: the repairs of the model's other findings that go together with its own."""

from __future__ import annotations

import msgspec

from cnnlint.config import Settings
from cnnlint.confirm.requests import Request
from cnnlint.confirm.subjects import Findings, Subject
from cnnlint.lint.one_file import lint_bytes

MODEL = b"""\
import keras
(x, y), (x_test, y_test) = keras.datasets.mnist.load_data()
x = x.reshape(60000, 784).astype("float32")
x_test = x_test.reshape(10000, 784).astype("float32") / 255.0
model = keras.Sequential([
    keras.Input((784,)), keras.layers.Dense(64, activation="softmax"), keras.layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, validation_data=(x_test, y_test))
"""


def subjects() -> dict[str, Subject]:
    """The findings of the program by their codes."""
    settings = Settings()
    found = Findings()
    return {
        one.code: found.find(
            Request(
                "model.py",
                MODEL,
                one.code,
                one.location.row,
                one.location.column,
                settings=msgspec.json.encode(settings),
            )
        )[1]
        for one in lint_bytes("model.py", MODEL, settings).diagnostics
    }


def test_a_repair_that_another_one_makes_as_well_is_tested_without_that_one() -> None:
    found = subjects()
    for code, other in (("CNN501", "CNN504"), ("CNN504", "CNN501")):
        assert found[code].instead == (other,)
        assert [setting.beside for setting in found[code].settings] == [("CNN106",)]
    assert found["CNN106"].instead == ()
    assert [set(setting.beside) for setting in found["CNN106"].settings] == [{"CNN501", "CNN504"}]
