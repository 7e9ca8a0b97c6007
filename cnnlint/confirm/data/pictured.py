"""A few samples of what models were trained on as one small picture: what the figures speak of can be looked at."""

from __future__ import annotations

import base64
import math
import struct
import zlib

import numpy as np

from cnnlint.confirm.data import real
from cnnlint.confirm.data.specs import Array, InputSpec, ProbeSet, ProbeSpec
from cnnlint.diagnostics import Samples

SHOWN = 6
LARGEST = 48
"""Numbers a side of a sample that are shown, each one dot; of larger ones every second (third, ...) is left out."""


def samples(spec: ProbeSpec, data: ProbeSet) -> Samples | None:
    """The first training samples side by side; None where there is nothing to see (whole numbers for tokens)."""
    item = spec.inputs[0]
    if item.kind == "tokens":
        return None
    tiles = [_tile(sample, item) for sample in data.train_x[0][:SHOWN]]
    height = tiles[0].shape[0]
    gap = np.full((height, 1, 3), 255, np.uint8)
    strip = np.concatenate([part for tile in tiles for part in (tile, gap)][:-1], axis=1)
    return Samples(
        base64.b64encode(_png(strip)).decode("ascii"),
        strip.shape[1],
        height,
        tuple(_label(spec, target) for target in data.train_y[: len(tiles)]),
    )


def _tile(sample: Array, item: InputSpec) -> Array:
    """One sample as dots, (height, width, 3): numbers that are no picture are one row, folded where it is long."""
    found = real.sides(item)
    if item.channels_first:
        sample = np.moveaxis(sample, 0, -1)
    if item.kind == "volume":
        sample = sample[len(sample) // 2]
    elif item.kind == "signal" and found is None:
        # time runs to the right, a row for each channel
        sample = sample.T[..., None]
    elif item.kind == "features" and found is not None:
        sample = sample.reshape(found)
    elif item.kind == "features":
        width = math.isqrt(sample.size - 1) + 1 if sample.size > LARGEST else sample.size
        flat = np.full(width * -(-sample.size // width), 1.0)
        flat[: sample.size] = sample.ravel()
        sample = flat.reshape(-1, width, 1)
    if sample.ndim == 2:
        sample = sample[..., None]
    down, right = (-(-side // LARGEST) for side in sample.shape[:2])
    if item.kind != "signal":
        down = right = max(down, right)
    sample = sample[::down, ::right]
    colours = sample[..., :3] if sample.shape[-1] >= 3 else np.repeat(sample[..., :1], 3, axis=-1)
    # sixteen shades are enough to see, and take half the bytes
    return np.asarray(np.rint(np.clip(colours, 0, 1) * 15) * 17, np.uint8)


def _label(spec: ProbeSpec, target: Array) -> str:
    """A sample's target: its class, its labels, or its quantities in 0..1."""
    if spec.task == "classes":
        return str(int(target))
    if spec.task == "multi_hot":
        return ", ".join(map(str, np.flatnonzero(target)))
    if spec.task == "regression":
        return ", ".join(f"{value:.2g}" for value in np.ravel(target)[:3])
    return ""


def _png(pixels: Array) -> bytes:
    """A picture (height, width, 3) of bytes as a PNG file."""
    height, width, _ = pixels.shape

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body
