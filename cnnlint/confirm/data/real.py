"""Real pictures for a model: scikit-learn's digits, which lie in the package, scaled to the shape of its inputs.

Where the program names a set that lies in Keras's cache, that one takes their place.

They fit models that classify or reconstruct pictures (or pictures written as one row of numbers, or read row by row),
and those that read one quantity off a picture: the digit is one, in 0..1. With two to nine classes, a picture's class
is its digit's remainder: whether it is even or odd is learned less easily than which of two digits it is.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path

import numpy as np

from cnnlint.confirm.data import cached
from cnnlint.confirm.data.specs import Array, InputSpec, Pattern, ProbeSet, ProbeSpec
from cnnlint.confirm.seeding import stream

FILE = Path(__file__).with_name("digits.npz")
DIGITS = 10
TRAIN, VALIDATION = 600, 1000
"""A small network levels off on 600 pictures within some hundred steps, at 0.9 and more; 1,000 others tell a
difference of two points from noise over seven pairs."""
TRAIN_CACHED = 2000
SMALLEST = 8
BORDER = 4 / 28
"""The share of a picture that is left blank on each side, as MNIST leaves it: brightness is then that of MNIST, too
(mean square 0.12 against 0.11), which rates and scales depend on. Pictures of fewer than 16 pixels have no border."""


def sides(item: InputSpec) -> tuple[int, int, int] | None:
    """Height, width and channels of the pictures that an input takes, None where it takes none.

    A row of numbers is taken for a picture where a square one fits, a signal where it has as many channels as steps.
    """
    if item.kind == "image":
        height, width, channels = (*item.shape[1:], item.shape[0]) if item.channels_first else item.shape
        return (height, width, channels) if channels in (1, 3, 4) and min(height, width) >= SMALLEST else None
    if item.kind == "features" and len(item.shape) == 1:
        for channels in (1, 3):
            side = math.isqrt(item.shape[0] // channels)
            if side >= SMALLEST and side * side * channels == item.shape[0]:
                return side, side, channels
    if item.kind == "signal" and item.shape[0] == item.shape[1] >= SMALLEST:
        return item.shape[0], item.shape[1], 1
    return None


def fits(spec: ProbeSpec) -> bool:
    """Whether the digits can be what a model is trained on."""
    told = spec.task in ("classes", "reconstruction") or _quantity(spec)
    return told and len(spec.inputs) == 1 and sides(spec.inputs[0]) is not None


def _quantity(spec: ProbeSpec) -> bool:
    return spec.task == "regression" and spec.units == 1 and spec.inputs[0].kind == "image"


def title(spec: ProbeSpec) -> str:
    """What the pictures are, for people."""
    found = sides(spec.inputs[0])
    assert found is not None
    height, width, channels = found
    if spec.pattern in cached.TITLES:
        what = f"{cached.TITLES[spec.pattern]} from Keras's cache"
        what += f", scaled to {height}×{width}" if (height, width) != (cached.SIDE, cached.SIDE) else ""
    else:
        what = f"scikit-learn's digits (real, 8×8) scaled to {height}×{width}"
    what += f", the same in {channels} channels" if channels > 1 else ""
    if spec.task == "reconstruction":
        return what
    if spec.task == "regression":
        return f"{what}, their number as a quantity"
    if spec.classes == 2:
        return f"{what}, even or odd" if spec.pattern != "fashion_mnist" else f"{what}, even and odd classes"
    return what + (f", in {spec.classes} classes" if spec.classes < DIGITS else "")


def make(spec: ProbeSpec, seed: int) -> ProbeSet:
    """The pictures as a probe set: drawn anew under every seed which are trained on and which judged."""
    x, y = _pictures(spec.pattern)
    order = stream(seed, "digits").permutation(len(y))
    train, judged = order[: spec.train], order[spec.train : spec.train + spec.validation]
    pictures = [_scaled(x[rows], spec.inputs[0]) for rows in (train, judged)]
    if spec.task == "reconstruction":
        return ProbeSet((pictures[0],), pictures[0], (pictures[1],), pictures[1])
    if spec.task == "regression":
        labels = (y[:, None] / np.float32(DIGITS - 1)).astype(np.float32)
    else:
        labels = y % spec.classes if spec.classes < DIGITS else y
    return ProbeSet((pictures[0],), labels[train], (pictures[1],), labels[judged])


def _pictures(pattern: Pattern) -> tuple[Array, Array]:
    found = cached.pictures(pattern) if pattern == "mnist" or pattern == "fashion_mnist" else None
    return found or _digits()


@functools.cache
def _digits() -> tuple[Array, Array]:
    with np.load(FILE) as held:
        return (held["x"] / np.float32(16)).astype(np.float32), held["y"].astype(np.int32)


def _scaled(x: Array, item: InputSpec) -> Array:
    """Pictures in 0..1 in the shape of an input."""
    found = sides(item)
    assert found is not None
    height, width, channels = found
    x = np.einsum("nij,hi,wj->nhw", x, _weights(height, x.shape[1]), _weights(width, x.shape[2]), optimize=True)
    if item.kind == "signal":
        return np.ascontiguousarray(x, dtype=np.float32)
    x = np.repeat(x[..., None], channels, axis=-1)
    if item.channels_first:
        x = np.moveaxis(x, -1, 1)
    return np.ascontiguousarray(x.reshape(len(x), *item.shape), dtype=np.float32)


def _weights(wanted: int, side: int) -> Array:
    """(wanted, side): linear interpolation between the centres of the old values, inside the border."""
    border = round(BORDER * wanted) if wanted >= 16 and side == SMALLEST else 0
    inner = wanted - 2 * border
    place = np.clip((np.arange(inner) + 0.5) * side / inner - 0.5, 0, side - 1)
    weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(side)))
    return np.pad(weights, ((border, border), (0, 0))).astype(np.float32)
