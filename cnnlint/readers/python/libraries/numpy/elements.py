"""numpy's functions on arrays whose every element is known: what these make of the elements, by name."""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Callable, Sequence

from cnnlint.readers.python.arrays import elements as core
from cnnlint.readers.python.arrays.elements import Number, mapped, transposed
from cnnlint.readers.python.arrays.identity import lifted
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, Elements, Value, integers
from cnnlint.readers.python.values import elements as items_of

Fold = Callable[[Run, Arguments], Elements | None]


def given(run: Run, value: Value) -> Elements:
    """The elements of an argument; LookupError where they are not known."""
    found = core.known(value)
    array = lifted(run, value) if found is None else None
    found = core.known(array) if array is not None else found
    if found is None:
        raise IndexError
    return found


def row(items: Sequence[Number]) -> Elements:
    """Numbers in a row."""
    return Elements((len(items),), tuple(items))


def whole(value: Value) -> int:
    """A whole number; LookupError for anything else."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise IndexError
    return value


def axes_of(value: Value, rank: int) -> list[int]:
    """One axis, or several."""
    listed = [value] if isinstance(value, int) else integers(items_of(value))
    return [range(rank)[axis] for axis in listed or [whole(None)]]


def plain(bound: Arguments, *names: str) -> None:
    """Refuse what is not followed: arguments that are given beside the usual ones."""
    if any(name in bound.defaults and bound.given(name) for name in names):
        raise IndexError


# --- each element -----------------------------------------------------------------------------------------------


def _half_even(number: Number, digits: int = 0) -> Number:
    return round(number, digits) if digits or isinstance(number, int) else float(round(number))


def _sign(x: Number) -> Number:
    return (x > 0) - (x < 0) if isinstance(x, int) else math.copysign(1.0, x) if x else x


UNARY: dict[str, Callable[[Number], Number]] = {
    "exp": math.exp,
    "expm1": math.expm1,
    "log": math.log,
    "log2": math.log2,
    "log10": math.log10,
    "log1p": math.log1p,
    "sqrt": math.sqrt,
    "cbrt": lambda x: math.copysign(abs(x) ** (1 / 3), x),
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "arctan": math.atan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "square": lambda x: x * x,
    "absolute": abs,
    "abs": abs,
    "fabs": math.fabs,
    "negative": lambda x: -x,
    "sign": _sign,
    "floor": lambda x: x if isinstance(x, int) else float(math.floor(x)),
    "ceil": lambda x: x if isinstance(x, int) else float(math.ceil(x)),
    "trunc": lambda x: x if isinstance(x, int) else float(math.trunc(x)),
    "rint": lambda x: float(round(x)),
    "deg2rad": math.radians,
    "radians": math.radians,
    "rad2deg": math.degrees,
    "degrees": math.degrees,
    "isnan": lambda x: math.isnan(x),
    "isinf": lambda x: math.isinf(x),
    "isfinite": lambda x: math.isfinite(x),
    "logical_not": lambda x: not x,
    "nan_to_num": lambda x: x if math.isfinite(x) else _beyond(),
}


def _beyond() -> Number:
    raise ValueError


def each(function: Callable[[Number], Number]) -> Fold:
    """A function of each element."""

    def fold(run: Run, bound: Arguments) -> Elements | None:
        name = "x" if "x" in bound.defaults else "a"
        return mapped(function, given(run, bound[name]))

    return fold


def _round(run: Run, bound: Arguments) -> Elements | None:
    digits = whole(bound["decimals"])
    return mapped(lambda x: _half_even(x, digits), given(run, bound["a"]))


def _clip(low: str, high: str) -> Fold:
    def fold(run: Run, bound: Arguments) -> Elements | None:
        found = given(run, bound["a"])
        for name, choose in ((low, max), (high, min)):
            if bound[name] is not None:
                found = mapped(choose, found, given(run, bound[name]))
        return found

    return fold


def _two(function: Callable[[Number, Number], Number]) -> Fold:
    return lambda run, bound: mapped(function, given(run, bound["x1"]), given(run, bound["x2"]))


def _where(run: Run, bound: Arguments) -> Elements | None:
    if not bound.given("x"):
        return None
    sides = [given(run, bound[name]) for name in ("condition", "x", "y")]
    return mapped(lambda condition, x, y: x if condition else y, *sides)


def _isin(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "assume_unique", "invert")
    pool = set(given(run, bound["test_elements"]).items)
    return mapped(lambda x: x in pool, given(run, bound["x"]))


def _digitize(run: Run, bound: Arguments) -> Elements | None:
    bins = list(given(run, bound["bins"]).items)
    if bins != sorted(bins) or not isinstance(bound["right"], bool):
        return None
    place = bisect.bisect_left if bound["right"] else bisect.bisect_right
    return mapped(lambda x: place(bins, x), given(run, bound["x"]))


def _interpolated(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "left", "right", "period")
    xs, ys = given(run, bound["xp"]).items, given(run, bound["fp"]).items
    if list(xs) != sorted(set(xs)) or len(xs) != len(ys):
        return None

    def at(x: Number) -> Number:
        place = min(max(bisect.bisect_right(xs, x) - 1, 0), len(xs) - 2)
        slope = (ys[place + 1] - ys[place]) / (xs[place + 1] - xs[place])
        return float(ys[0] if x <= xs[0] else ys[-1] if x >= xs[-1] else slope * (x - xs[place]) + ys[place])

    return mapped(at, given(run, bound["x"]))


def _searched(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "sorter")
    pool = given(run, bound["a"]).items
    place = {"left": bisect.bisect_left, "right": bisect.bisect_right}[str(bound["side"])]
    return mapped(lambda x: place(pool, x), given(run, bound["v"])) if list(pool) == sorted(pool) else None


# --- one number of many -----------------------------------------------------------------------------------------


def _sum(items: Sequence[Number], start: Number = 0) -> Number:
    """The sum from left to right; Python's own takes care of what rounding loses since 3.12."""
    for item in items:
        start += item
    return start


def total(items: Sequence[Number]) -> Number:
    """The sum of neighbours in memory in the order in which numpy takes it: eight at a time, and by halves."""
    if all(isinstance(item, int) for item in items) or len(items) < 8:
        return _sum(items)
    if len(items) <= 128:
        parts = list(items[:8])
        end = len(items) - len(items) % 8
        for at in range(8, end):
            parts[at % 8] += items[at]
        a, b, c, d, e, f, g, h = parts
        return _sum(items[end:], ((a + b) + (c + d)) + ((e + f) + (g + h)))
    half = len(items) // 2
    half -= half % 8
    return total(items[:half]) + total(items[half:])


def _mean(items: Sequence[Number]) -> Number:
    return total(items) / len(items)


def _variance(items: Sequence[Number]) -> Number:
    middle = _mean(items)
    return _mean([(item - middle) * (item - middle) for item in items])


def _median(items: Sequence[Number]) -> Number:
    ordered = sorted(items)
    half = len(ordered) // 2
    return float(ordered[half]) if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


REDUCTIONS: dict[str, Callable[[Sequence[Number]], Number]] = {
    "sum": total,
    "prod": lambda items: math.prod(items),
    "mean": _mean,
    "average": _mean,
    "var": _variance,
    "std": lambda items: math.sqrt(_variance(items)),
    "max": max,
    "min": min,
    "amax": max,
    "amin": min,
    "median": _median,
    "ptp": lambda items: max(items) - min(items),
    "any": any,
    "all": all,
    "argmax": lambda items: list(items).index(max(items)),
    "argmin": lambda items: list(items).index(min(items)),
}


def reduced(name: str) -> Fold:
    """A reduction over some axes; over all of them it may stand for a number."""
    function = REDUCTIONS[name]

    def fold(run: Run, bound: Arguments) -> Elements | None:
        plain(bound, "ddof", "weights", "returned", "initial", "where", "correction", "dtype", "out", "mean")
        found = given(run, bound["a"])
        if not all(math.isfinite(item) for item in found.items):
            return None
        rank = len(found.shape)
        axes = list(range(rank)) if bound["axis"] is None else axes_of(bound["axis"], rank)
        rest = [axis for axis in range(rank) if axis not in axes]
        turned = transposed(found, [*rest, *axes])
        size = math.prod(found.shape[axis] for axis in axes)
        if not size:
            return None
        items = tuple(function(turned.items[at : at + size]) for at in range(0, len(turned.items), size))
        keep = "keepdims" in bound.defaults and bound["keepdims"] is True
        shape = [1 if axis in axes else one for axis, one in enumerate(found.shape) if keep or axis not in axes]
        return Elements(tuple(shape), items)

    return fold


def _cumulated(function: Callable[[Number, Number], Number]) -> Fold:
    def fold(run: Run, bound: Arguments) -> Elements | None:
        plain(bound, "dtype", "out")
        found = given(run, bound["a"])
        if bound["axis"] is None:
            found = Elements((len(found.items),), found.items)
        axis = 0 if bound["axis"] is None else whole(bound["axis"])
        return core.along(found, axis, lambda line: list(itertools.accumulate(line, function)))

    return fold


def _difference(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "prepend", "append")
    found = given(run, bound["a"])
    for _ in range(min(whole(bound["n"]), 8)):
        found = core.along(found, whole(bound["axis"]), lambda line: [b - a for a, b in itertools.pairwise(line)])
    return found if whole(bound["n"]) <= 8 else None


# --- making -----------------------------------------------------------------------------------------------------


def _arange(run: Run, bound: Arguments) -> Elements | None:
    start, stop, step = bound["start"], bound["stop"], bound["step"]
    if not bound.given("stop") or stop is None:
        start, stop = 0, start
    ends = [given(run, end).items[0] for end in (0 if start is None else start, stop, 1 if step is None else step)]
    count = max(0, math.ceil((ends[1] - ends[0]) / ends[2]))
    if count > core.MOST:
        return None
    second = ends[0] + ends[2]  # numpy goes on by the difference of the first two
    return Elements((count,), tuple(ends[0] + place * (second - ends[0]) for place in range(count)))


def _linspace(run: Run, bound: Arguments) -> Elements | None:
    plain(bound, "retstep", "axis")
    start, stop = (given(run, bound[name]) for name in ("start", "stop"))
    count, endpoint = whole(bound["num"]), bound["endpoint"]
    if not 0 <= count <= core.MOST or start.shape or stop.shape or not isinstance(endpoint, bool):
        return None
    low, high = float(start.items[0]), float(stop.items[0])
    parts = count - 1 if endpoint else count
    step = (high - low) / parts if parts > 0 else 0.0
    items = [place * step + low for place in range(count)]
    if endpoint and count > 1:
        items[-1] = high
    return Elements((count,), tuple(items))


def _logspace(run: Run, bound: Arguments) -> Elements | None:
    found, base = _linspace(run, bound), given(run, bound["base"]).items[0]
    return mapped(lambda x: core.power(float(base), x), found) if found is not None else None


def _eye(run: Run, bound: Arguments) -> Elements | None:
    rows = whole(bound["N"])
    columns = rows if "M" not in bound.defaults or bound["M"] is None else whole(bound["M"])
    k = whole(bound["k"]) if "k" in bound.defaults else 0
    if rows < 0 or columns < 0 or rows * columns > core.MOST:
        return None
    number = float if "dtype" not in bound.defaults or bound["dtype"] is None else int
    return Elements((rows, columns), tuple(number(j - i == k) for i in range(rows) for j in range(columns)))


FOLDS: dict[str, Fold] = {
    **{name: each(function) for name, function in UNARY.items()},
    **{name: reduced(name) for name in REDUCTIONS},
    "round": _round,
    "around": _round,
    "maximum": _two(max),
    "minimum": _two(min),
    "where": _where,
    "isin": _isin,
    "logical_and": _two(lambda x, y: bool(x) and bool(y)),
    "logical_or": _two(lambda x, y: bool(x) or bool(y)),
    "logical_xor": _two(lambda x, y: bool(x) != bool(y)),
    "digitize": _digitize,
    "interp": _interpolated,
    "searchsorted": _searched,
    "cumsum": _cumulated(lambda a, b: a + b),
    "cumprod": _cumulated(lambda a, b: a * b),
    "diff": _difference,
    "arange": _arange,
    "linspace": _linspace,
    "logspace": _logspace,
    "eye": _eye,
    "identity": _eye,
    "clip": _clip("a_min", "a_max"),
}
METHOD_FOLDS: dict[str, Fold] = {**FOLDS, "clip": _clip("min", "max")}
"""The same for methods: `clip` calls its limits otherwise."""


def number(name: str, value: ArrayValue) -> Number | None:
    """The reduction of a whole array by name, as a number."""
    found, function = core.known(value), REDUCTIONS.get(name)
    if found is None or function is None or not found.items or not all(math.isfinite(one) for one in found.items):
        return None
    made = core.worked_out(lambda: Elements((), (function(found.items),)))
    return made.items[0] if made is not None else None
