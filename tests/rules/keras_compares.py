"""Asks the installed Keras which targets it takes for which outputs and losses.

A script for a child process: standard input is a JSON list of `[loss, shape of the outputs, [kind, shape]]`, the last
of the targets, whose kind is "zeros", "numbers", "rows" or "quantities"; standard output is a JSON list of what Keras
said: "" where it took them, else the error. Shapes are those of one sample.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import numpy as np

#: samples of a batch: no axis of a sample has this size
SAMPLES = 5


def targets(kind: str, shape: list[int]) -> Any:
    """Targets of this shape: class numbers 0 and 1, rows with a single 1, or quantities in 0..1."""
    whole = (SAMPLES, *shape)
    if kind == "zeros":
        return np.zeros(whole)
    if kind == "numbers":
        return np.arange(np.prod(whole)).reshape(whole) % 2
    if kind == "rows":
        return np.eye(shape[-1])[np.arange(np.prod(whole[:-1])).reshape(whole[:-1]) % shape[-1]]
    return np.linspace(0.0, 1.0, int(np.prod(whole))).reshape(whole)


def answer(loss: str, outputs: list[int], kind: str, shape: list[int]) -> str:
    """What Keras says to one pair."""
    model = keras.Sequential([keras.Input(tuple(outputs)), keras.layers.Rescaling(0.0, 0.4)])
    model.compile(loss=loss, run_eagerly=True)
    try:
        model.test_on_batch(np.zeros((SAMPLES, *outputs)), targets(kind, shape))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    json.dump([answer(loss, outputs, *given) for loss, outputs, given in json.load(sys.stdin)], sys.stdout)
