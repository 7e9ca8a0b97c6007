"""Random numbers by name: the same seed and the same words always give the same stream, on every platform."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt


def stream(seed: int, *words: str | int) -> np.random.Generator:
    """A generator of its own for `words` under `seed`; other words give an independent one."""
    digest = hashlib.sha256("\0".join(map(str, words)).encode()).digest()
    entropy = [seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF, *np.frombuffer(digest[:16], "<u4").tolist()]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(entropy)))


def kept(total: int, most: int) -> npt.NDArray[np.int64]:
    """Which of `total` samples of the user's own are kept, in order: all, or `most` that are drawn once and for all."""
    if total <= most:
        return np.arange(total)
    return np.sort(stream(0, "own data", total).choice(total, most, replace=False))


def number(seed: int, *words: str | int) -> int:
    """A whole number in 0..2³¹ − 1 for `words` under `seed`."""
    return int(stream(seed, *words).integers(2**31))
