"""Tables that scikit-learn makes, made again by the formulas of its documentation, for programs that name them.

A program's own call is not run: the numbers that it gives were read, and the samples are others of the same kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from cnnlint.confirm.data.specs import Array

Given = Mapping[str, float]
MOST = 2000
"""Samples that are made: a program that asks for more has its models trained on so many."""


def moons(given: Given, random: np.random.Generator) -> tuple[Array, Array]:
    """`make_moons`: two half circles, one of them turned round and moved between the other's ends."""
    import numpy as np

    outer, inner = (np.linspace(0, np.pi, count) for count in _halves(given))
    x = np.concatenate((np.cos(outer), 1 - np.cos(inner))), np.concatenate((np.sin(outer), 0.5 - np.sin(inner)))
    return _noisy(np.stack(x, axis=1), given, random), np.repeat((0, 1), _halves(given))


def circles(given: Given, random: np.random.Generator) -> tuple[Array, Array]:
    """`make_circles`: a circle, and a smaller one within it."""
    import numpy as np

    outer, inner = (np.linspace(0, 2 * np.pi, count, endpoint=False) for count in _halves(given))
    size = np.repeat((1.0, given["factor"]), _halves(given))
    angle = np.concatenate((outer, inner))
    x = np.stack((size * np.cos(angle), size * np.sin(angle)), axis=1)
    return _noisy(x, given, random), np.repeat((0, 1), _halves(given))


def friedman(given: Given, random: np.random.Generator) -> tuple[Array, Array]:
    """`make_friedman1`: quantities that follow the first five of some features in 0..1 by curves."""
    import numpy as np

    x = random.random((int(min(given["n_samples"], MOST)), int(given["n_features"])))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return x, _noisy(y, given, random)


MADE: dict[str, tuple[str, Callable[[Given, np.random.Generator], tuple[Array, Array]]]] = {
    "make_moons": ("two moons", moons),
    "make_circles": ("two circles", circles),
    "make_friedman1": ("Friedman's first table", friedman),
}


def _halves(given: Given) -> tuple[int, int]:
    count = int(min(given["n_samples"], MOST))
    return count // 2, count - count // 2


def _noisy(values: Array, given: Given, random: np.random.Generator) -> Array:
    return values + random.normal(scale=given["noise"], size=values.shape)
