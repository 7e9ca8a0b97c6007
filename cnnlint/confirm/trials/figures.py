"""The statistics of a trained arm, from its outputs on the validation set, and the exact test over pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnlint.confirm.data.objective import Objective

Array = npt.NDArray[Any]

SMALLEST_PROBABILITY = 1e-7
"""Keras clips probabilities there: no loss on probabilities exceeds -ln of it, 16.1."""

BINS = 15

EXPLAINED = "explained variance"
"""The statistic that stands for accuracy where outputs are quantities."""


def probabilities(outputs: Array, objective: Objective) -> Array:
    """Outputs as probabilities, (samples, classes) or (samples, labels) for multi_hot; NaN becomes 0."""
    outputs = np.nan_to_num(outputs.astype(np.float64), nan=-np.inf, posinf=1e30, neginf=-1e30)
    if objective.reading == "softmax":
        outputs = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return np.asarray(outputs / outputs.sum(axis=-1, keepdims=True))
    if objective.reading == "sigmoid":
        outputs = 1 / (1 + np.exp(-np.clip(outputs, -60, 60)))
    outputs = np.clip(outputs, 0, 1 if objective.reading != "normalised" else None)
    if objective.reading == "normalised" and objective.units > 1:
        total = outputs.sum(axis=-1, keepdims=True)
        outputs = np.where(total > 0, outputs / np.maximum(total, SMALLEST_PROBABILITY), 1 / outputs.shape[-1])
    if objective.units == 1:
        outputs = np.clip(outputs, 0, 1)
        return np.concatenate((1 - outputs, outputs), axis=-1)
    return outputs


def judge(outputs: Array, targets: Array, objective: Objective, scale: tuple[float, float]) -> dict[str, float]:
    """The statistics of outputs against the probe set's plain targets.

    Classification: "accuracy" (also as "validation accuracy"), "validation loss" in nats a sample, "calibration
    error" (expected, 15 bins). Quantities: "mean absolute error" and "validation loss" (mean squared error), both
    in units of the target's range low..high, and the share of their variance that is explained, not below -1.
    """
    if objective.reading == "quantity":
        low, high = scale
        wanted = low + targets.reshape(outputs.shape) * (high - low)
        with np.errstate(over="ignore", invalid="ignore"):
            off = (outputs.astype(np.float64) - wanted) / max(high - low, 1e-9)
            off = np.clip(np.nan_to_num(off, nan=1e6), -1e6, 1e6)
        loss = float((off**2).mean())
        spread = float((targets.astype(np.float64) - targets.mean(axis=0)).reshape(outputs.shape).var())
        return {
            "mean absolute error": float(np.abs(off).mean()),
            "validation loss": loss,
            EXPLAINED: max(-1.0, 1 - loss / max(spread, 1e-12)),
        }
    p = probabilities(outputs, objective)
    if objective.task == "multi_hot":
        right = (p > 0.5) == (targets > 0.5)
        chosen = np.where(targets > 0.5, p, 1 - p)
        confidence, hits = np.maximum(p, 1 - p).ravel(), right.ravel()
    else:
        classes = p.shape[-1]
        p, targets = p.reshape(-1, classes), targets.reshape(-1)
        if targets.max() >= classes:
            # fewer outputs than classes: the further ones are never predicted
            p = np.pad(p, ((0, 0), (0, int(targets.max()) + 1 - classes)))
        hits = p.argmax(axis=-1) == targets
        chosen = p[np.arange(len(p)), targets]
        confidence = p.max(axis=-1)
    accuracy = float(hits.mean())
    return {
        "accuracy": accuracy,
        "validation accuracy": accuracy,
        "validation loss": float(-np.log(np.clip(chosen, SMALLEST_PROBABILITY, 1)).mean()),
        "calibration error": calibration_error(confidence, hits),
    }


def calibration_error(confidence: Array, hits: Array) -> float:
    """Expected calibration error: how far confidence is from accuracy, averaged over bins by their share."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    total = 0.0
    for index in range(BINS):
        inside = bins == index
        if inside.any():
            total += inside.mean() * abs(float(confidence[inside].mean()) - float(hits[inside].mean()))
    return float(total)


def chance(objective: Objective) -> float:
    """The accuracy of guessing."""
    return 0.5 if objective.task == "multi_hot" else 1 / objective.classes


def sign_test(differences: Sequence[float]) -> tuple[float, int, int]:
    """The exact two-sided sign test: (p, number of positive differences, number of negative ones).

    Differences of zero say nothing about a sign and are left out; where all are zero, p is 1.
    """
    positive = sum(difference > 0 for difference in differences)
    negative = sum(difference < 0 for difference in differences)
    return two_sided(positive, positive + negative), positive, negative


def two_sided(positive: int, count: int) -> float:
    """The chance that a fair coin falls on one side at least as often as here: twice the smaller tail, at most 1."""
    extreme = max(positive, count - positive)
    tail = sum(math.comb(count, k) for k in range(extreme, count + 1)) / 2**count
    return float(min(1.0, 2 * tail))
