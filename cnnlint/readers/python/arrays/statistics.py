"""Numbers worked out from arrays: where one is met again, it is known what it is the mean, or the maximum, of."""

from __future__ import annotations

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import shapes
from cnnlint.readers.python.arrays.identity import origin_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Statistic,
    Unknown,
    Value,
    elements,
    integers,
    is_number,
)

WHOLE = ("int", "uint8", "int8", "uint16", "int16", "int32", "uint32", "int64", "uint64", "bool")
"""dtypes of whole numbers."""

NAMES = {
    "mean": "mean", "average": "mean", "nanmean": "mean", "median": "mean", "std": "std", "nanstd": "std", "var": "var",
    "max": "max", "amax": "max", "nanmax": "max", "min": "min", "amin": "min", "nanmin": "min", "sum": "sum",
    "ptp": "range", "norm": "norm", "reduce_mean": "mean", "reduce_std": "std", "reduce_max": "max",
    "reduce_min": "min", "reduce_sum": "sum",
}  # fmt: skip
"""Functions that reduce an array, by what they work out."""


def axes_of(site: CallSite, position: int | None = 0) -> tuple[list[int] | None, bool]:
    """The axes that a reduction runs over (None for all of them), and whether they are known."""
    value = site.value(position, "axis", "reduction_indices", default=None)
    if value is None:
        return None, True
    if isinstance(value, int):
        return [value], True
    axes = integers(elements(value))
    return axes, axes is not None


def reduce(run: Run, value: ArrayValue, name: str, site: CallSite, position: int | None = 0) -> Value:
    """`x.mean(axis=...)` and its kin: a statistic, or an array where every sample keeps a value of its own."""
    which, facts = NAMES[name], value.facts
    axes, known = axes_of(site, position)
    if axes is None and known and which in ("max", "min"):
        return extreme(value, which)
    each = axes is not None and 0 not in axes and (facts.shape is None or -len(facts.shape) not in axes)
    statistic = Statistic(which, facts.root, facts.split, each)
    if not each or not known:
        return Unknown("statistic", ("statistic", statistic if known else Statistic(which, None)))
    keep = site.value(None, "keepdims", "keep_dims", default=False) is True
    after = shapes.reduced(facts.shape, axes, keep)
    # the mean of the channels of a picture runs as far as the channels do
    grey = facts.image and which == "mean" and facts.shape is not None and axes in ([-1], [len(facts.shape) - 1])
    step = Step("opaque", None, origin_of(run, site))
    made = ArrayFacts(
        after, facts.dtype if grey else None, facts.low if grey else None, facts.high if grey else None,
        "continuous" if facts.encoding == "continuous" else None, source=facts.source, role=None, split=facts.split,
        steps=facts.steps if grey else (*facts.steps, step), root=facts.root, image=grey, origin=facts.origin,
    )  # fmt: skip
    return ArrayValue(made, statistic=statistic)


def extreme(value: ArrayValue, which: str) -> Value:
    """`x.max()` or `x.min()`: the number where every element is known or the labels are numbered, else a statistic."""
    facts = value.facts
    bound = facts.high if which == "max" else facts.low
    numbered = facts.encoding in ("integer", "binary", "one_hot")
    if bound is not None and (value.exact or numbered):
        return int(bound) if facts.dtype in WHOLE or numbered else bound
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
    if found is not None and name == "sqrt" and found.which == "var" and isinstance(value, Unknown):
        return Unknown("statistic", ("statistic", Statistic("std", found.root, found.split, found.each)))
    if found is not None and name in ("maximum", "float32", "float64", "abs") and isinstance(value, Unknown):
        return value
    return None


def fitted_on(facts: ArrayFacts | Statistic) -> str | None:
    """What the statistics of an array have seen: "train", "test", "all", or None for an unknown part."""
    if facts.split is not None:
        return facts.split
    if isinstance(facts, Statistic):
        return None
    return None if any(step.kind in ("split", "slice") for step in facts.steps) else "all"


__all__ = ["NAMES", "WHOLE", "axes_of", "extreme", "fitted_on", "is_number", "reduce", "statistic_of", "transformed"]
