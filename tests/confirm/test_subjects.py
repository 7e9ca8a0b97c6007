"""What a finding is tested beside: the repairs of the model's other findings that go together with its own."""

from __future__ import annotations

import msgspec

from cnnlint.config import Settings
from cnnlint.confirm.data.objective import fed
from cnnlint.confirm.models.build import main_output
from cnnlint.confirm.requests import Request
from cnnlint.confirm.subjects import Findings, Subject, aimed
from cnnlint.graph import Model
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


DIGITS = "import keras\nfrom keras import layers\n(x, y), (t, u) = keras.datasets.mnist.load_data()\n"
NETWORK = """\
model = keras.Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
"""
HEADS = b"""\
import keras
from keras import layers
inputs = keras.Input((20,))
hidden = layers.Dropout(0.9)(layers.Dense(64, activation="relu")(inputs))
kind = layers.Dense(4, activation="softmax")(hidden)
odd = layers.Dense(1, activation="relu")(hidden)
model = keras.Model(inputs, [kind, odd])
model.compile("adam", loss=["sparse_categorical_crossentropy", "binary_crossentropy"])
"""


def subjects(text: bytes = MODEL) -> dict[str, Subject]:
    """The findings of a program by their codes."""
    settings = Settings()
    found = Findings()
    return {
        one.code: found.find(
            Request(
                "model.py",
                text,
                one.code,
                one.location.row,
                one.location.column,
                settings=msgspec.json.encode(settings),
            )
        )[1]
        for one in lint_bytes("model.py", text, settings).diagnostics
    }


def test_a_repair_that_another_one_makes_as_well_is_tested_without_that_one() -> None:
    found = subjects()
    for code, other in (("CNN501", "CNN504"), ("CNN504", "CNN501")):
        assert found[code].instead == (other,)
        assert [setting.beside for setting in found[code].settings] == [("CNN106",)]
    assert found["CNN106"].instead == ()
    assert [set(setting.beside) for setting in found["CNN106"].settings] == [{"CNN501", "CNN504"}]


PREPARED = (
    # steps, calls, and for each finding: what is trained and judged on as written, and repaired
    ("", "fit(x, y) evaluate(t, u)", {"CNN501": "255 255, 1 1"}),
    ("x = x / 255", "fit(x, y) evaluate(t, u)", {"CNN504": "1 255, 1 1"}),
    ("x = x / 255", "fit(x, y) evaluate(x, y) evaluate(t, u)", {"CNN504": "1 255, 1 1"}),
    ("x = x / 255", "fit(x, y, validation_data=(t / 255, u)) evaluate(t, u)", {"CNN504": "1 255, 1 1"}),
    ("x = x / 255", "fit(x, y, validation_data=(t, u)) evaluate(t, u)", {"CNN504": "1 255, 1 1"}),
    ("t = t / 255", "fit(x, y) predict(t)", {"CNN501": "255 1, 1 1", "CNN504": "255 1, 1 1"}),
    ("x = x / 127.5 - 1; t = t / 255", "fit(x, y) evaluate(t, u)", {"CNN504": "-1..1 1, -1..1 -1..1"}),
    ("x = x / 127.5 - 1", "fit(x, y) evaluate(t, u)", {"CNN504": "-1..1 255, -1..1 -1..1"}),
    ("x = (x - x.mean()) / x.std()", "fit(x, y) evaluate(t, u)", {"CNN504": "mean 0 255, mean 0 mean 0"}),
)


def test_arrays_are_prepared_alike_wherever_the_model_is_given_them_and_judged_where_they_were_not() -> None:
    def told(model: Model | None) -> str:
        assert model is not None
        ranges = fed(model)
        return " ".join(
            "mean 0" if one.standard else f"{one.low:g}..{one.high:g}" if one.low else f"{one.high:g}"
            for one in (ranges.train, ranges.validation)
        )

    for steps, calls, expected in PREPARED:
        made = calls.replace(") ", ")\nmodel.")
        found = {
            code: aimed(one) for code, one in subjects(f"{DIGITS}{steps}\n{NETWORK}model.{made}\n".encode()).items()
        }
        said = {code: f"{told(one.model)}, {told(one.twin and one.twin.model)}" for code, one in found.items()}
        assert said == expected, (steps, calls)


def test_a_fault_in_a_head_is_put_to_the_test_by_what_that_head_answers() -> None:
    found = subjects(HEADS)
    second, shared = aimed(found["CNN311"]), found["CNN212"]
    (setting,) = second.settings
    assert second.twin is not None
    for model in (second.model, second.twin.model, setting.whole.model, setting.without.model):
        assert model is not None
        assert [loss.name for loss in model.training.losses] == ["binary_crossentropy"]
        assert main_output(model).inputs[0].value("units") == 1
    assert found["CNN311"].model is shared.model
    # what both heads read is judged by the first
    assert aimed(shared) is shared
