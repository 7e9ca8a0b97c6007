"""How operations change the range of an array's values.

A bound says that values of about this size are really there, and none beyond it. Where an operation allows no more
than a loose estimate, its bound is None.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

Bounds = tuple[float | None, float | None]
NOTHING: Bounds = (None, None)

#: how far apart, as a share of the range, the estimates of an extreme may lie from both sides
TIGHT = 0.05


def scaled(bounds: Bounds, factor: float) -> Bounds:
    """The range after multiplication by a number."""
    low, high = (bound * factor if bound is not None else None for bound in bounds)
    return _finite((low, high) if factor >= 0 else (high, low))


def shifted(bounds: Bounds, offset: float) -> Bounds:
    """The range after adding a number."""
    low, high = bounds
    return _finite((low + offset if low is not None else None, high + offset if high is not None else None))


def inverted(bounds: Bounds, number: float) -> Bounds:
    """The range of `number / x`."""
    low, high = bounds
    if low is None or high is None or low <= 0 <= high:
        return NOTHING
    return _sorted(number / low, number / high)


def powered(bounds: Bounds, exponent: float) -> Bounds:
    """The range of `x ** exponent`."""
    low, high = bounds
    if exponent == 0 or low is None or high is None:
        return NOTHING
    try:
        if low >= 0:
            return _sorted(low**exponent, high**exponent) if exponent > 0 or low > 0 else NOTHING
        if exponent != int(exponent) or exponent < 0:
            return NOTHING
        ends = float(low ** int(exponent)), float(high ** int(exponent))
    except (OverflowError, ZeroDivisionError):
        return NOTHING
    if int(exponent) % 2:
        return ends
    # how near to 0 the values come is not known where they lie on both sides of it
    return (None, max(ends)) if high > 0 else (min(ends), max(ends))


def floored(bounds: Bounds, number: float) -> Bounds:
    """The range of `x // number`."""
    if not number:
        return NOTHING
    low, high = scaled(bounds, 1 / number)
    return (math.floor(low) if low is not None else None, math.floor(high) if high is not None else None)


def clipped(bounds: Bounds, low: float | None, high: float | None, sure: bool = True) -> Bounds:
    """The range of values that are cut off below `low` and above `high`.

    Where it is not `sure` that the ends are reached, nothing may lie in a small part of the range that is left.
    """
    lowest, highest = bounds

    def cut(value: float) -> float:
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)

    made = (cut(lowest) if lowest is not None else None, cut(highest) if highest is not None else None)
    if sure or lowest is None or highest is None or cut(highest) - cut(lowest) >= STEEP * (highest - lowest):
        return made
    return (made[0] if made[0] == low else None, made[1] if made[1] == high else None)


def applied(bounds: Bounds, function: str) -> Bounds:
    """The range after a function of one number, by its name in numpy."""
    low, high = bounds
    if function in ("square", "abs", "absolute", "fabs"):
        return powered(bounds, 2) if function == "square" else _magnitude(bounds)
    if function in ("sin", "cos"):
        return NOTHING if low is None or high is None else _wave(low, high, 0.0 if function == "sin" else math.pi / 2)
    rising = RISING.get(function)
    if rising is None or low is None or high is None:
        return NOTHING
    try:
        return _finite((float(rising(low)), float(rising(high))))
    except (ValueError, OverflowError):
        return NOTHING


STEEP = 0.25
"""What an end may lack, as a share of the range, if the values come no nearer to the ends than `TIGHT`."""


def reached(function: str, before: Bounds, after: Bounds) -> Bounds:
    """The range after a function, without the ends that only values next to the ends of the range before come near.

    The logarithm of numbers between 0 and 1 is as low as its least number is small, which nobody knows.
    """
    low, high = before
    if None in (*before, *after) or low == high:
        return after
    inside = low + TIGHT * (high - low), high - TIGHT * (high - low)  # type: ignore[operator]
    nearer, width = applied(inside, function), after[1] - after[0]  # type: ignore[operator]
    if None in nearer:
        return after
    lacks = abs(nearer[0] - after[0]), abs(nearer[1] - after[1])  # type: ignore[operator]
    return after[0] if lacks[0] <= STEEP * width else None, after[1] if lacks[1] <= STEEP * width else None


def _wave(low: float, high: float, shift: float) -> Bounds:
    """The range of `sin(x + shift)`: whole over a period, else that of the ends where no crest lies between them."""
    if high - low >= 2 * math.pi:
        return -1.0, 1.0

    def turns(at: float) -> bool:
        return math.floor((high + shift - at) / (2 * math.pi)) > math.floor((low + shift - at) / (2 * math.pi))

    ends = math.sin(low + shift), math.sin(high + shift)
    return None if turns(-math.pi / 2) else min(ends), None if turns(math.pi / 2) else max(ends)


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -500 else 0.0


#: functions that keep the order of their arguments
RISING: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "log10": math.log10,
    "log2": math.log2,
    "log1p": math.log1p,
    "expm1": math.expm1,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "sigmoid": _sigmoid,
    "round": round,
    "rint": round,
    "around": round,
    "floor": math.floor,
    "ceil": math.ceil,
    "sign": lambda x: (x > 0) - (x < 0),
    "deg2rad": math.radians,
    "radians": math.radians,
    "nan_to_num": float,
    "arctan": math.atan,
    "trunc": math.trunc,
}


def _magnitude(bounds: Bounds) -> Bounds:
    low, high = bounds
    if low is None or high is None:
        return NOTHING
    if low >= 0:
        return bounds
    return (-high, -low) if high <= 0 else (None, max(-low, high))


def combined(name: str, a: Bounds, b: Bounds) -> Bounds:
    """The range of `a op b` for two arrays whose elements meet in an unknown way.

    An extreme is known where the least and the most that it can be agree: one of the two hardly varies.
    """
    if None in a or None in b:
        return NOTHING
    (a_low, a_high), (b_low, b_high) = a, b
    assert a_low is not None
    assert a_high is not None
    assert b_low is not None
    assert b_high is not None
    if name == "Subtract":
        b_low, b_high = -b_high, -b_low
    if name in ("Add", "Subtract"):
        widest = a_low + b_low, a_high + b_high
        sure = min(a_low + b_high, a_high + b_low), max(a_high + b_low, a_low + b_high)
        return _agreed(widest, sure)
    if name == "Multiply" and b_low == b_high:
        return scaled(a, b_low)
    if name == "Multiply" and a_low == a_high:
        return scaled(b, a_low)
    if name == "Divide" and b_low == b_high and b_low:
        return scaled(a, 1 / b_low)
    return NOTHING


def _agreed(widest: tuple[float, float], sure: tuple[float, float]) -> Bounds:
    slack = TIGHT * (widest[1] - widest[0])
    low = widest[0] if sure[0] - widest[0] <= slack else None
    high = widest[1] if widest[1] - sure[1] <= slack else None
    return low, high


def joined(many: Iterable[Bounds]) -> Bounds:
    """The range of several arrays together."""
    bounds = list(many)
    lows, highs = [low for low, _ in bounds], [high for _, high in bounds]
    low = None if not lows or None in lows else min(x for x in lows if x is not None)
    high = None if not highs or None in highs else max(x for x in highs if x is not None)
    return low, high


def overwritten(old: Bounds, new: Bounds) -> Bounds:
    """The range of an array after some of its elements, maybe all, were given other values."""
    low = new[0] if None not in (old[0], new[0]) and new[0] <= old[0] else None  # type: ignore[operator]
    high = new[1] if None not in (old[1], new[1]) and new[1] >= old[1] else None  # type: ignore[operator]
    return low, high


def _sorted(a: float, b: float) -> Bounds:
    return _finite((min(a, b), max(a, b)))


def _finite(bounds: Bounds) -> Bounds:
    low, high = bounds
    return (
        low if low is not None and math.isfinite(low) else None,
        high if high is not None and math.isfinite(high) else None,
    )
