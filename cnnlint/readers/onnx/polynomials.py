"""Polynomials of one variable, by the coefficient of each power: what spelt-out activations compute."""

from __future__ import annotations

import math
from collections.abc import Callable

Polynomial = dict[int, float]

HIGHEST = 3
"""The degree of the polynomials that are worked out."""


def _sum(one: Polynomial, other: Polynomial) -> Polynomial:
    return {power: one.get(power, 0.0) + other.get(power, 0.0) for power in one.keys() | other.keys()}


def _product(one: Polynomial, other: Polynomial) -> Polynomial:
    result: Polynomial = {}
    for power, factor in one.items():
        for further, times in other.items():
            result[power + further] = result.get(power + further, 0.0) + factor * times
    return result


def _quotient(one: Polynomial, other: Polynomial) -> Polynomial | None:
    divisor = other.get(0, 0.0)
    return {power: factor / divisor for power, factor in one.items()} if set(other) == {0} and divisor else None


def _power(one: Polynomial, other: Polynomial) -> Polynomial | None:
    exponent = other.get(0) if set(other) == {0} else None
    if exponent not in range(1, HIGHEST + 1):
        return None
    result = one
    for _ in range(int(exponent or 1) - 1):
        result = _product(result, one)
    return result


ARITHMETIC: dict[str, Callable[..., Polynomial | None]] = {
    "Add": _sum,
    "Sub": lambda one, other: _sum(one, _product(other, {0: -1.0})),
    "Mul": _product,
    "Div": _quotient,
    "Pow": _power,
    "Neg": lambda one: _product(one, {0: -1.0}),
    "Cast": lambda one: one,
    "Identity": lambda one: one,
}


def alike(one: Polynomial, other: Polynomial) -> bool:
    """Whether two polynomials are the same to single precision; half precision writes √2 with three digits."""
    powers = one.keys() | other.keys()
    return bool(other) and all(math.isclose(one.get(p, 0.0), other.get(p, 0.0), rel_tol=2e-3) for p in powers)
