"""Probe data with a class for every place: pixels of a picture, steps of a sequence, words of a sentence."""

from __future__ import annotations

import numpy as np

from cnnlint.confirm.data.specs import Array, InputSpec, ProbeSpec
from cnnlint.graph.values import Shape

Halves = tuple[Array, Array]
"""Features in 0..1 for the same targets twice; the negatives of each other where that makes sense."""

PLAIN = 0.75
"""The share of words whose class they tell: the others are of none, as in real text."""


def places(spec: ProbeSpec) -> tuple[int, ...] | None:
    """The sides of the map that all inputs share, None where they share none or there is no data of their kind."""
    found = set()
    for item in spec.inputs:
        if item.kind not in ("image", "signal", "tokens") or (item.kind == "tokens" and len(item.shape) != 1):
            return None
        sides = item.shape if item.kind == "tokens" else item.shape[1:] if item.channels_first else item.shape[:-1]
        found.add(sides)
    return found.pop() if len(found) == 1 else None


def answered(spec: ProbeSpec, output: Shape) -> bool:
    """Whether an output of this shape (with the batch) has an answer for every target of such data."""
    if spec.task not in ("map", "reconstruction"):
        return True
    given = places(spec) if spec.task == "map" else spec.inputs[0].shape
    asked = output[1:-1] if spec.task == "map" else output[1:]
    if given is None or len(given) != len(asked):
        return False
    # one channel is compared with each of several
    return all(
        own in (None, side) or (side == 1 and spec.task != "map") for side, own in zip(given, asked, strict=True)
    )


def steps(spec: ProbeSpec, count: int, random: np.random.Generator) -> tuple[list[Halves], Array]:
    """Sequences of two or three parts, each of its class, and the class of every step; of words each has its own."""
    (length,) = places(spec) or (0,)
    classes = max(2, spec.classes)
    if all(item.kind == "tokens" for item in spec.inputs):
        y = random.integers(classes, size=(count, length))
    else:
        edges = np.sort(random.integers(0, length + 1, (count, 2)), axis=1)
        part = (np.arange(length)[None, :, None] >= edges[:, None, :]).sum(axis=-1)
        y = np.take_along_axis(random.integers(classes, size=(count, 3)), part, axis=1)
    halves = []
    for item in spec.inputs:
        if item.kind == "tokens":
            halves.append((_words(item, y, classes, random), _words(item, y, classes, random)))
        else:
            wave = _waves(item, y, classes, random)
            halves.append((0.5 + wave, 0.5 - wave))
    return halves, y.astype(np.int32)


def _words(item: InputSpec, y: Array, classes: int, random: np.random.Generator) -> Array:
    """Words of the classes, of each class some more frequent than others."""
    vocabulary = max(item.vocabulary, 4)
    ranks = max(1, (vocabulary - 1) // classes)
    frequent = 1 / np.arange(1, ranks + 1)
    rank = random.choice(np.arange(ranks), y.shape, p=frequent / frequent.sum())
    told = np.where(random.random(y.shape) < PLAIN, y, random.integers(0, classes, y.shape))
    return np.asarray(1 + (classes * rank + told) % (vocabulary - 1))


def _waves(item: InputSpec, y: Array, classes: int, random: np.random.Generator) -> Array:
    """Oscillations whose frequency at every step is that of its class."""
    length, channels = item.shape[::-1] if item.channels_first else item.shape
    slowest, fastest = 2 / max(8, length), 0.4
    frequency = slowest * (fastest / slowest) ** (y / classes)
    phase = 2 * np.pi * np.cumsum(frequency, axis=1) + random.uniform(0, 2 * np.pi, (len(y), 1))
    x = np.cos(phase)[..., None] * random.uniform(0.5, 1, (len(y), 1, channels))
    wave = np.clip(0.4 * (x + random.normal(0, 0.1, x.shape)), -0.5, 0.5)
    return np.ascontiguousarray(np.moveaxis(wave, -1, 1)) if item.channels_first else wave
