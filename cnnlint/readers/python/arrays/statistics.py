"""Numbers worked out from arrays: where one is met again, it is known what it is the mean, or the maximum, of."""

from __future__ import annotations

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays.dtypes import WHOLE
from cnnlint.readers.python.arrays.elements import scalar
from cnnlint.readers.python.values import ArrayValue, Statistic, Unknown, Value

NAMES = {
    "mean": "mean",
    "average": "mean",
    "nanmean": "mean",
    "median": "mean",
    "std": "std",
    "nanstd": "std",
    "var": "var",
    "max": "max",
    "amax": "max",
    "nanmax": "max",
    "min": "min",
    "amin": "min",
    "nanmin": "min",
    "sum": "sum",
    "nansum": "sum",
    "prod": "product",
    "ptp": "range",
    "norm": "norm",
}
"""Functions that reduce an array, by what they work out."""


def extreme(value: ArrayValue, which: str) -> Value:
    """`x.max()` or `x.min()`: the number where every element is known or the labels are numbered, else a statistic."""
    facts = value.facts
    bound = facts.high if which == "max" else facts.low
    numbered = facts.encoding in ("integer", "binary") and facts.classes is not None
    if bound is not None and (value.exact or numbered) and facts.dtype is not None:
        return scalar(bound, facts.dtype)
    return Unknown(f"{which}()", ("statistic", Statistic(which, facts.root, facts.split)))


def statistic_of(value: Value) -> Statistic | None:
    """What a value is a statistic of, also with a small number added so that nothing is divided by 0."""
    if isinstance(value, ArrayValue):
        return value.statistic
    return _of_token(value.token) if isinstance(value, Unknown) else None


def _of_token(token: object) -> Statistic | None:
    if not isinstance(token, tuple) or not token:
        return None
    if token[0] == "statistic" and isinstance(token[1], Statistic):
        return token[1]
    if len(token) != 3 or token[0] not in ("Add", "Subtract"):
        return None
    first, second = _of_token(token[1]), _of_token(token[2])
    if token[0] == "Subtract" and first is not None and second is not None:
        same = (first.root, first.split, first.each) == (second.root, second.split, second.each)
        if same and (first.which, second.which) == ("max", "min"):
            return Statistic("range", first.root, first.split, first.each)
        return None
    one, other = (first, token[2]) if first is not None else (second, token[1])
    return one if one is not None and token[0] == "Add" and _small(other) else None


def _small(token: object) -> bool:
    try:
        return isinstance(token, str) and abs(float(token)) <= 1e-2
    except ValueError:
        return False


def transformed(value: Value, name: str) -> Value | None:
    """`np.sqrt(x.var())` is a deviation; None for anything else."""
    found = statistic_of(value)
    if found is not None and name == "sqrt" and found.which == "var":
        deviation = Statistic("std", found.root, found.split, found.each)
        return Unknown("statistic", ("statistic", deviation)) if isinstance(value, Unknown) else None
    if found is not None and name in ("maximum", "float32", "float64", "absolute") and isinstance(value, Unknown):
        return value
    return None


def fitted_on(facts: ArrayFacts | Statistic) -> str | None:
    """What the statistics of an array have seen: "train", "test", "all", or None for an unknown part."""
    if facts.split is not None:
        return facts.split
    if isinstance(facts, Statistic):
        return None
    return None if any(step.kind in ("split", "slice") for step in facts.steps) else "all"


__all__ = ["NAMES", "WHOLE", "extreme", "fitted_on", "statistic_of", "transformed"]
