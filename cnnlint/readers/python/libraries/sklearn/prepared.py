"""What scikit-learn and Keras make of arrays whose every element is known: scaled columns, labels by number, rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.elements import Number, transposed
from cnnlint.readers.python.libraries.numpy.elements import REDUCTIONS
from cnnlint.readers.python.values import Elements

Line = Sequence[Number]


def quantile(line: Line, share: float) -> float:
    """The value below which a share of the others lies, between neighbours in proportion."""
    ordered = sorted(line)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    return ordered[low] + (ordered[min(low + 1, len(ordered) - 1)] - ordered[low]) * (place - low)


def _standard(seen: Line) -> tuple[Number, Number]:
    return REDUCTIONS["mean"](seen), REDUCTIONS["std"](seen)


SCALERS: dict[str, Callable[[Line], tuple[Number, Number]]] = {
    "StandardScaler": _standard,
    "scale": _standard,
    "MaxAbsScaler": lambda seen: (0, max(map(abs, seen))),
    "maxabs_scale": lambda seen: (0, max(map(abs, seen))),
    "RobustScaler": lambda seen: (quantile(seen, 0.5), quantile(seen, 0.75) - quantile(seen, 0.25)),
    "robust_scale": lambda seen: (quantile(seen, 0.5), quantile(seen, 0.75) - quantile(seen, 0.25)),
}
"""What is taken off each column, and what it is divided by; a column of one number is divided by 1."""


def lines(found: Elements) -> list[Line]:
    """The columns of a table."""
    columns = transposed(found)
    return [columns.items[at : at + found.shape[0]] for at in range(0, len(columns.items), found.shape[0] or 1)]


def spread(seen: Line, found: Line, low: Number, high: Number) -> list[Number]:
    """A column brought to a range, by scikit-learn's own steps: the last digit decides which whole number it is."""
    least, width = min(seen), max(seen) - min(seen)
    scale = (high - low) / (1.0 if width < 10 * 2.0**-52 else width)
    offset = low - least * scale
    return [item * scale + offset for item in found]


def scaled(kind: str, seen: Elements, found: Elements, low: Number = 0, high: Number = 1) -> Elements | None:
    """A table scaled by what was seen of another, or of itself; `low` and `high` are those of a min-max scaler."""
    measure = SCALERS.get(kind)
    ranged = kind in ("MinMaxScaler", "minmax_scale")
    tables = len(seen.shape) == 2 and len(found.shape) == 2 and seen.shape[1:] == found.shape[1:]
    if not tables or (measure is None and not ranged):
        return None
    if not all(math.isfinite(item) for item in (*seen.items, *found.items)) or not found.items:
        return None
    made: list[Number] = []
    for old, line in zip(lines(seen), lines(found), strict=True):
        if measure is None:
            made += spread(old, line, low, high)
            continue
        middle, width = measure(old)
        # less than the rounding of such numbers is taken for 0
        level = abs(width) <= 10 * 2.0**-52 * max(1.0, *map(abs, old))
        made += [(item - middle) / (1 if level else width) for item in line]
    return transposed(Elements((found.shape[1], found.shape[0]), tuple(made)))


def unit_rows(found: Elements, axis: int) -> Elements | None:
    """Rows brought to length 1; a row of zeros stays one."""

    def line(items: list[Number]) -> list[Number]:
        length = math.sqrt(sum(item * item for item in items))
        return [item / length if length else item for item in items]

    return core.along(found, axis, line) if len(found.shape) > 0 else None


def numbered(seen: Elements, found: Elements) -> Elements | None:
    """Labels by their number among those that were seen, in order."""
    order = {value: place for place, value in enumerate(sorted(set(seen.items)))}
    return Elements(found.shape, tuple(order[item] for item in found.items)) if set(found.items) <= set(order) else None


def one_hot_columns(seen: Elements, found: Elements) -> Elements | None:
    """A column for each value of each feature."""
    if len(found.shape) != 2 or seen.shape[1:] != found.shape[1:]:
        return None
    made: list[list[Number]] = []
    for old, line in zip(lines(seen), lines(found), strict=True):
        if not set(line) <= set(old):
            return None
        made += [[int(item == value) for item in line] for value in sorted(set(old))]
    return transposed(Elements((len(made), found.shape[0]), tuple(one for line in made for one in line)))


def padded(rows: Sequence[Line], length: int, before: bool, cut_before: bool, number: Number) -> Elements:
    """Sequences of one length: cut off, or filled up with a number, in front or behind."""
    made: list[Number] = []
    for row in rows:
        kept = list(row[len(row) - length :] if cut_before and len(row) > length else row[:length])
        filling = [number] * (length - len(kept))
        made += filling + kept if before else kept + filling
    return Elements((len(rows), length), tuple(made))
