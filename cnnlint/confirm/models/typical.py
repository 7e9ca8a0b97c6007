"""What is assumed where the file does not show it, and what stands in for a model that is too large to build."""

from __future__ import annotations

from typing import Any

import keras

TYPICAL: dict[str, float] = {
    "rate": 0.25,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "stddev": 0.1,
    "units": 32,
    "filters": 32,
    "kernel_size": 3,
    "momentum": 0.99,
    "epsilon": 1e-3,
    "negative_slope": 0.3,
    "alpha": 1.0,
    "key_dim": 16,
    "num_heads": 2,
    "output_dim": 32,
    "input_dim": 1000,
}
"""Arguments that tests seldom turn on, and a typical value of each."""


def small_application(top: bool, classes: int | None, pooling: Any) -> Any:
    """Four convolutions in the place of a model of keras.applications."""
    layers = keras.layers
    parts: list[Any] = []
    for filters in (8, 16, 16, 32):
        parts += [layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")]
    if top:
        parts += [layers.GlobalAveragePooling2D(), layers.Dense(classes or 1000, activation="softmax")]
    elif pooling in ("avg", "max"):
        parts += [layers.GlobalAveragePooling2D() if pooling == "avg" else layers.GlobalMaxPooling2D()]
    return keras.Sequential(parts)
