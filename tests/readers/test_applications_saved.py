"""Applications saved by Keras itself, as `.keras` and `.h5`: layers, shapes and parameters as Keras says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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


def differences(model: Model, keras_model: Any) -> list[str]:
    """Layers of which other shapes or parameters were read than Keras says."""
    read_layers = {(node.scope, node.name): node for node in model if node.fused_into is None}
    found = []
    for layer in keras_model.layers:
        node = read_layers.get(((), layer.name))
        if node is None:
            if not hasattr(layer, "layers"):
                found.append(f"{layer.name} was not read")
            continue
        shape = tuple(layer.output.shape)
        known = node.shape is not None and len(node.shape) == len(shape)
        if known and any(a is not None and a != b for a, b in zip(node.shape, shape, strict=True)):
            found.append(f"{layer.name}: {node.shape}, Keras says {shape}")
        if node.parameters is not None and node.parameters != layer.count_params():
            found.append(f"{layer.name}: {node.parameters} parameters, Keras says {layer.count_params()}")
    return found


OWN = {"the layer class LayerScale", "the layer class StochasticDepth", "the layer class CustomScaleLayer"}


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
        assert differences(model, keras_model) == []
        # .h5 does not say which module a class is from, so that one of the same name may be anybody's
        assert model.complete or (suffix == ".h5" and {one.what for one in model.unread} <= OWN)
        result = lint_bytes(path.name, data, Settings())
        assert [d.message for d in result.diagnostics if d.severity is not Severity.INFO] == []
