"""Save the models of `fixtures/archives/` with current Keras, without their weights.

    python scripts/export_keras_fixtures.py

needs tensorflow. The archives hold the configuration and the metadata as Keras writes them; the reader looks at
nothing else, and the weights would take 30 MB.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path

import export_onnx_fixtures as exported  # which also chooses the backend
import keras
from keras import layers

FOLDER = Path(__file__).parent.parent / "fixtures" / "archives"
MOMENT = (2026, 1, 1, 0, 0, 0)
"""The files' time, so that writing them again changes nothing."""

CHANGING = re.compile(rb', "(?:shared_object_id": \d+|date_saved": "[^"]*")')
"""What Keras writes that is different every time."""


def nested() -> keras.Model:
    """A frozen sub-model, a shared layer, wrappers, operators, and two outputs with a loss each."""
    block = keras.Sequential([layers.Conv2D(4, 3, padding="same"), layers.ReLU()], name="block")
    block.trainable = False
    shared = layers.Dense(4, name="shared")
    inputs = keras.Input((32, 32, 3), name="pictures")
    x = block(inputs)
    y = layers.Conv2D(4, 1, name="pointwise")(x)
    x = layers.Add(name="sum")([shared(x), shared(y)]) + y
    x = layers.TimeDistributed(layers.Flatten(), name="rows")(x / 2.0)
    x = layers.Bidirectional(layers.LSTM(3, name="lstm"), name="both")(x)
    binary = layers.Dense(1, activation="sigmoid", name="binary")(x)
    classes = layers.Dense(3, name="classes")(x)
    model = keras.Model(inputs, [binary, classes], name="nested")
    logits = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss={"binary": "binary_crossentropy", "classes": logits})
    return model


def compiled(name: str) -> keras.Model:
    """A model of the ONNX fixtures, compiled as its case is."""
    model = exported.MODELS[name]()
    if name.startswith("1_"):
        model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    else:
        model.compile("rmsprop" if name.startswith("3_") else "adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


def archive(model: keras.Model) -> bytes:
    """The saved model less its weights."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        result = io.BytesIO()
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
            for name in ("metadata.json", "config.json"):
                text = CHANGING.sub(b"", source.read(name))
                target.writestr(zipfile.ZipInfo(name, MOMENT), text, zipfile.ZIP_DEFLATED)
        return result.getvalue()


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in (*(name for name in exported.MODELS if name[0].isdigit()), "nested"):
        keras.utils.clear_session(free_memory=False)
        data = archive(nested() if name == "nested" else compiled(name))
        (FOLDER / f"{name}.keras").write_bytes(data)
        print(f"{name}.keras: {len(data):,} bytes")


if __name__ == "__main__":
    main()
