"""Applications saved by Keras itself, as `.keras` and `.h5`: layers, shapes and parameters as Keras says."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.applications import OWN, saved

from cnnlint.config import Settings
from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.lint.one_file import lint_bytes
from cnnlint.readers.keras_archive import read

NAMES = [
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "DenseNet121",
    "NASNetMobile",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "ResNet50V2",
    "Xception",
    "ConvNeXtTiny",
]


def as_read(data: bytes, name: str) -> Model:
    reading = read(name, data)
    assert reading.problems == []
    assert reading.program is not None
    return reading.program.models[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_as_keras_says(name: str, tmp_path: Path) -> None:
    keras = pytest.importorskip("keras")
    keras_model = getattr(keras.applications, name)(weights=None)
    for suffix in (".keras", ".h5"):
        path = tmp_path / f"model{suffix}"
        keras_model.save(path)
        data = path.read_bytes()
        model = as_read(data, path.name)
        assert list(saved(model, keras_model)) == []
        assert model.complete or (suffix == ".h5" and {one.what for one in model.unread} <= OWN)
        result = lint_bytes(path.name, data, Settings())
        assert [d.message for d in result.diagnostics if d.severity is not Severity.INFO] == []
