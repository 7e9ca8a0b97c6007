"""Keras's initialisers in numpy, all drawn from the same uniform numbers.

Two arms that differ in an initialiser (Glorot here, He there) so start from the same draw on another scale, and
a layer's weights depend on nothing but its own stream.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Array = npt.NDArray[np.float32]

#: standard deviation of a standard normal cut off at two sigma: Keras divides by it in variance scaling
_TRUNCATED_STDDEV = 0.87962566103423978

#: name -> (scale, mode, distribution) of the members of the variance-scaling family
_SCALING = {
    "glorot_uniform": (1.0, "fan_avg", "uniform"),
    "glorot_normal": (1.0, "fan_avg", "truncated_normal"),
    "he_uniform": (2.0, "fan_in", "uniform"),
    "he_normal": (2.0, "fan_in", "truncated_normal"),
    "lecun_uniform": (1.0, "fan_in", "uniform"),
    "lecun_normal": (1.0, "fan_in", "truncated_normal"),
}


class UnknownInitialiser(ValueError):
    """An initialiser that this module does not know."""


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """The numbers of inputs and outputs of a weight of this shape, counted as Keras counts them."""
    if not shape:
        return 1.0, 1.0
    if len(shape) == 1:
        return float(shape[0]), float(shape[0])
    field = math.prod(shape[:-2])
    return float(shape[-2] * field), float(shape[-1] * field)


def initial(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Array:
    """A weight of `shape` as the initialiser {"name": ..., ...config} draws it, from `random`.

    Raises:
        UnknownInitialiser: there is no initialiser of that name here.
    """
    name = snake(str(spec.get("name")))
    draw = _DRAWS.get(name)
    if name in _SCALING:
        scale, mode, distribution = _SCALING[name]
        draw, spec = _variance_scaling, {"scale": scale, "mode": mode, "distribution": distribution}
    if draw is None:
        raise UnknownInitialiser(name)
    return np.ascontiguousarray(draw(spec, shape, random), dtype=np.float32)


def snake(name: str) -> str:
    """ "HeNormal" and "he_normal" as "he_normal"."""
    if not any(letter.isupper() for letter in name):
        return name
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


def _uniform(shape: tuple[int, ...], random: np.random.Generator) -> npt.NDArray[np.float64]:
    # never exactly 0 or 1, where the inverse of the normal distribution is infinite
    return np.asarray(random.uniform(1e-12, 1 - 1e-12, size=shape))


def _truncated(shape: tuple[int, ...], random: np.random.Generator) -> npt.NDArray[np.float64]:
    low, high = ndtr(-2.0), ndtr(2.0)
    return np.asarray(ndtri(low + _uniform(shape, random) * (high - low)))


def _variance_scaling(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Any:
    fan_in, fan_out = fans(shape)
    mode = spec.get("mode", "fan_in")
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(mode, (fan_in + fan_out) / 2)
    variance = float(spec.get("scale", 1.0)) / max(1.0, fan)
    distribution = spec.get("distribution", "truncated_normal")
    if distribution == "uniform":
        return (2 * _uniform(shape, random) - 1) * math.sqrt(3 * variance)
    if distribution == "untruncated_normal":
        return ndtri(_uniform(shape, random)) * math.sqrt(variance)
    return _truncated(shape, random) * (math.sqrt(variance) / _TRUNCATED_STDDEV)


def _random_normal(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Any:
    return _plain(spec, "mean", 0.0) + ndtri(_uniform(shape, random)) * _plain(spec, "stddev", 0.05)


def _truncated_normal(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Any:
    return _plain(spec, "mean", 0.0) + _truncated(shape, random) * _plain(spec, "stddev", 0.05)


def _random_uniform(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Any:
    low, high = _plain(spec, "minval", -0.05), _plain(spec, "maxval", 0.05)
    return low + _uniform(shape, random) * (high - low)


def _orthogonal(spec: Mapping[str, Any], shape: tuple[int, ...], random: np.random.Generator) -> Any:
    if len(shape) < 2:
        raise UnknownInitialiser("orthogonal for a vector")
    rows, columns = math.prod(shape[:-1]), shape[-1]
    q, r = np.linalg.qr(ndtri(_uniform((max(rows, columns), min(rows, columns)), random)))
    q = q * np.sign(np.diag(r))
    return float(spec.get("gain", 1.0)) * (q.T if rows < columns else q).reshape(shape)


def _plain(spec: Mapping[str, Any], name: str, default: float) -> float:
    value = spec.get(name, default)
    return float(value) if isinstance(value, (int, float)) else default


_DRAWS: dict[str, Callable[[Mapping[str, Any], tuple[int, ...], np.random.Generator], Any]] = {
    "variance_scaling": _variance_scaling,
    "random_normal": _random_normal,
    "truncated_normal": _truncated_normal,
    "random_uniform": _random_uniform,
    "orthogonal": _orthogonal,
    "zeros": lambda spec, shape, random: np.zeros(shape),
    "ones": lambda spec, shape, random: np.ones(shape),
    "constant": lambda spec, shape, random: np.full(shape, spec.get("value", 0.0), dtype=np.float32),
    "identity": lambda spec, shape, random: np.eye(shape[0], shape[-1]) * _plain(spec, "gain", 1.0),
}
