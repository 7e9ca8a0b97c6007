"""Arithmetic and comparisons with arrays: what becomes of their range, their encoding, and of what they are."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, ArrayPassed, Origin, Spread, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, elements, ranges, shapes
from cnnlint.readers.python.arrays.comparisons import answered, compared
from cnnlint.readers.python.arrays.identity import keeps_shape, lifted
from cnnlint.readers.python.arrays.statistics import fitted_on, statistic_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    ArrayValue,
    ListValue,
    Statistic,
    Table,
    TensorValue,
    Value,
    is_number,
)
from cnnlint.readers.python.values.comparing import COMPARISON

COMPARISONS = tuple(COMPARISON)
LOGICAL = ("BitAnd", "BitOr", "BitXor")
ARITHMETIC = ("Add", "Subtract", "Multiply", "Divide", "FloorDivide", "Modulo", "Power")
WIDE = 10
"""Where real numbers run over so many whole ones, one more or less is of no account."""
SMALL = 1e-2
"""What is added to a deviation so that nothing is divided by 0 is no more than this."""


def binary(run: Run, name: str, left: Value, right: Value, node: cst.CSTNode | None) -> Value:
    """`left op right` where one side is an array; `name` is the operator's."""
    if isinstance(left, TensorValue) or isinstance(right, TensorValue):
        return run.building.operate(name, left, right, node)
    if isinstance(left, (ListValue, tuple)) or isinstance(right, (ListValue, tuple)):
        left, right = lifted(run, left) or left, lifted(run, right) or right
    origin = run.origin(node) if node is not None else None
    array, other = (left, right) if isinstance(left, ArrayValue) else (right, left)
    if not isinstance(array, ArrayValue):
        array = ArrayValue(ArrayFacts())
    if origin is not None and isinstance(other, ArrayValue):
        _spread(run, origin, array.facts, other.facts)
        if array.facts.shape and array.facts.shape == other.facts.shape:  # what is made of both uses both
            for facts in (array.facts, other.facts):
                if facts.steps:
                    run.event(ArrayPassed(origin=origin, facts=facts))
    return operated(name, array, other, origin, reflected=array is not left)


def _spread(run: Run, origin: Origin, one: ArrayFacts, other: ArrayFacts) -> None:
    """Tell the rules of predictions and labels of which one is a column: each of them meets all of the others."""
    for column, row in ((one, other), (other, one)):
        predicted = column.source == "predictions" or (row.source == "predictions" and column.role == "labels")
        upright = predicted and column.shape is not None and column.shape[1:] == (1,)
        flat = row.shape is not None and len(row.shape) == 1 and row.shape != (1,) and row.root != column.root
        if upright and flat and column.samples != 1:
            run.event(Spread(origin=origin, facts=column, other=row))


def operated(name: str, array: ArrayValue, other: Value, origin: Origin | None, reflected: bool) -> ArrayValue:
    """An array after `array op other`, or `other op array` where it is `reflected`."""
    made = _operated(name, array, other, origin, reflected)
    if name in ("FloorDivide", "Modulo") and made.frame and (reflected or not is_number(other) or not other):
        made.facts = replace(made.facts, dtype=None)  # pandas makes floats where it divides by nothing
    one, two = (other, array) if reflected else (array, other)
    return made if made.facts.image else elements.operated(name, one, two, made)


def _operated(name: str, array: ArrayValue, other: Value, origin: Origin | None, reflected: bool) -> ArrayValue:
    statistic = statistic_of(other)
    if name == "MatrixMultiply":
        one, two = (other, array) if reflected else (array, other)
        if not isinstance(one, ArrayValue) or not isinstance(two, ArrayValue) or one.frame or two.frame:
            return ArrayValue(unknown(array.facts, origin, shape=None, dtype=None))
        shape = shapes.multiplied(one.facts.shape, two.facts.shape) or None
        dtype = dtype_of_two("Add", one.facts, two.facts) if shape is not None else None
        return ArrayValue(unknown(one.facts, origin, shape=shape, dtype=dtype, image=False))
    if isinstance(other, ArrayValue) and (statistic is None or reflected or name not in ("Subtract", "Divide")):
        if statistic is not None and array.statistic is not None:
            found = _span(name, other, array) if reflected else _span(name, array, other)
            if found is not None:
                return found
        if other is array or any(other is one for one in array.family):
            return _with_itself(name, array, origin)
        constant = _constant(other)
        if constant is None or other.facts.dtype is None or name in LOGICAL:
            return _two(name, array, other, origin, reflected)
        made = operated(name, array, constant, origin, reflected)
        a, b = (other.facts, array.facts) if reflected else (array.facts, other.facts)
        dtype = made.facts.dtype if name in COMPARISONS else dtype_of_two(name, a, b)
        shape = shapes.broadcast(array.facts.shape, other.facts.shape)
        facts = replace(made.facts, shape=shape, dtype=dtype)
        if shape != array.facts.shape:
            facts = replace(facts, encoding=None, classes=None)  # rows are repeated, or others stand beside them
        return ArrayValue(_fitting(facts), made.exact, _two_frames(array, other), None, mixed=made.mixed)
    if is_number(other) or isinstance(other, bool):
        made = with_number(array, name, other, origin, reflected)
    elif statistic is not None and not reflected and name in ("Subtract", "Divide"):
        made = ArrayValue(centred(array.facts, name, statistic, other, origin), mixed=array.mixed)
        if array.frame is not None and not array.frame.series and statistic.each:
            made.facts = replace(made.facts, shape=None, dtype=None)  # rows' numbers are lined up with columns
    elif name in COMPARISONS:
        made = ArrayValue(compared(array.facts, origin))
    else:
        made = ArrayValue(unknown(array.facts, origin, dtype=None))
    if statistic is None and not keeps_shape(array.facts, other):
        made = ArrayValue(replace(made.facts, shape=None), frame=made.frame)
    made.frame = _framed(name, array, other, origin, reflected)
    return made


def _framed(name: str, array: ArrayValue, other: Value, origin: Origin | None, reflected: bool) -> Table | None:
    frame = array.frame
    if frame is None:
        return None
    if isinstance(other, ArrayValue):
        return Table(series=frame.series, repeated=frame.repeated)
    columns = {key: operated(name, column, other, origin, reflected) for key, column in frame.columns.items()}
    return replace(frame, columns=columns)


def framed(value: ArrayValue) -> Table | None:
    """The table that a function of each element makes of a table."""
    return replace(value.frame, columns={}, whole=False) if value.frame is not None else None


def _two_frames(one: ArrayValue, other: ArrayValue) -> Table | None:
    frames = [array.frame for array in (one, other) if array.frame is not None]
    same = len(frames) == 2 and frames[0].index == frames[1].index
    if not frames:
        return None
    repeated = any(one.repeated for one in frames)
    return Table(series=all(one.series for one in frames), index=frames[0].index if same else None, repeated=repeated)


def _constant(value: ArrayValue) -> float | None:
    """The number that an array holds in every place, if it is one."""
    facts = value.facts
    return facts.low if value.exact and facts.low is not None and facts.low == facts.high else None


def _span(name: str, one: ArrayValue, other: ArrayValue) -> ArrayValue | None:
    """`x.max(axis=0) - x.min(axis=0)`."""
    a, b = one.statistic, other.statistic
    if a is None or b is None or name != "Subtract" or (a.which, b.which) != ("max", "min"):
        return None
    if (a.root, a.split, a.each) != (b.root, b.split, b.each):
        return None
    facts = replace(one.facts, low=None, high=None, encoding=None, classes=None)
    return ArrayValue(facts, statistic=replace(a, which="range"))


# --- numbers ----------------------------------------------------------------------------------------------------


def with_number(value: ArrayValue, name: str, number: float, origin: Origin | None, reflected: bool) -> ArrayValue:
    """An array after an operation with a number of Python's."""
    facts = value.facts
    if name in COMPARISONS:
        return answered(value, name, number, origin, reflected)
    if name in LOGICAL:
        truths = facts.dtype == "bool" and number in (0, 1)  # as which they are told in whole numbers, too
        kind = dtypes.result_with_number(name, facts.dtype, number) if value.frame is None else None
        made = compared(facts, origin) if truths else unknown(facts, origin)
        return ArrayValue(replace(made, dtype=kind))
    dtype = dtypes.result_with_number(name, facts.dtype, number)
    made, exact, gapless = _computed(value, name, float(number), origin, reflected)
    fits = _fitting(replace(made, dtype=dtype))
    small = name == "Add" and abs(number) <= SMALL and value.statistic is not None
    return ArrayValue(
        fits,
        exact and fits.low is not None,
        None,
        value.statistic if small else None,
        mixed=value.mixed,
        gapless=gapless and fits.low is not None,
    )


def _computed(
    value: ArrayValue, name: str, number: float, origin: Origin | None, reflected: bool
) -> tuple[ArrayFacts, bool, bool]:
    """The facts after an operation with a number, whether extremes stay exact, and whether no number is left out."""
    facts, bounds = value.facts, (value.facts.low, value.facts.high)
    opaque = Step("opaque", None, origin)
    if name == "Multiply":
        return scaled(facts, number, origin), value.exact, value.gapless and number == 1
    if name == "Divide" and not reflected and number:
        return scaled(facts, 1 / number, origin), value.exact, False
    if name == "Divide" and reflected:
        low, high = ranges.inverted(bounds, number)
        return _values(facts, opaque, low, high), value.exact, False
    if name == "Add":
        return shifted(facts, number, origin), value.exact, value.gapless and number.is_integer()
    if name == "Subtract" and not reflected:
        return shifted(facts, -number, origin), value.exact, value.gapless and number.is_integer()
    if name == "Subtract":
        turned = shifted(scaled(facts, -1.0, origin), number, origin)
        if facts.encoding == "binary" and number == 1:  # 1 - y swaps the classes 0 and 1
            turned = replace(turned, encoding="binary", classes=facts.classes)
        return turned, value.exact, value.gapless and number.is_integer()
    if name == "Modulo" and not reflected and number > 0:
        return remainder(value, number, origin)
    if name == "Power" and not reflected:
        low, high = ranges.powered(bounds, number)
        return _values(facts, opaque, low, high), value.exact, False
    if name == "FloorDivide" and not reflected:
        low, high = ranges.floored(bounds, number)
        narrow = low is None or high is None or high - low < WIDE
        if narrow and not value.exact and facts.dtype not in dtypes.WHOLE:
            low = high = None  # the ends of real numbers are hardly ever reached
        return _values(facts, opaque, low, high, None), value.exact, False
    return unknown(facts, origin), False, False


def _fitting(facts: ArrayFacts) -> ArrayFacts:
    """The facts, without those of values that do not fit their type: these wrap around, or become infinite."""
    if facts.dtype is None or dtypes.holds(facts.dtype, facts.low, facts.high):
        return facts
    bounded = facts.encoding in ("integer", "binary", "one_hot", "multi_hot") and None in (facts.low, facts.high)
    encoding = facts.encoding if bounded else None
    return replace(facts, low=None, high=None, encoding=encoding, classes=facts.classes if bounded else None)


def scaled(facts: ArrayFacts, factor: float, origin: Origin | None) -> ArrayFacts:
    """The facts after multiplication by a number; their type is left as it is."""
    low, high = ranges.scaled((facts.low, facts.high), factor)
    if factor == 1:
        return facts
    made = _values(facts, Step("scale", factor, origin), low, high)
    # there are as many different labels as before, though they number classes no longer
    return replace(made, classes=facts.classes if facts.encoding in ("integer", "binary") and factor else None)


def shifted(facts: ArrayFacts, offset: float, origin: Origin | None) -> ArrayFacts:
    """The facts after adding a number; class numbers stay class numbers. Their type is left as it is."""
    low, high = ranges.shifted((facts.low, facts.high), offset)
    if not offset:
        return facts
    made = _values(facts, Step("shift", offset, origin), low, high)
    if facts.encoding not in ("integer", "binary"):
        return made
    numbered = float(offset).is_integer() and low is not None and low >= 0
    encoding: Encoding | None = ("binary" if (high or 2) <= 1 else "integer") if numbered else None
    return replace(made, encoding=encoding, classes=facts.classes)


def remainder(value: ArrayValue, number: float, origin: Origin | None) -> tuple[ArrayFacts, bool, bool]:
    """The facts of `x % number`: class numbers become fewer."""
    facts = value.facts
    low, high, step = facts.low, facts.high, Step("modulo", number, origin)
    if low is not None and high is not None and low >= 0 and high < number:
        made = facts.with_step(step)
        return made, value.exact, value.gapless
    full = value.gapless and low is not None and high is not None and high - low >= number - 1
    if not full or not number.is_integer() or facts.dtype not in dtypes.WHOLE:
        numbered = facts.encoding in ("integer", "binary") and number.is_integer()
        return _values(facts, step, None, None, "integer" if numbered else None), False, False
    column = facts.shape is not None and (len(facts.shape) == 1 or facts.shape[1:] == (1,))
    encoding: Encoding | None = ("binary" if number == 2 else "integer") if column and number >= 2 else None
    made = facts.with_step(step, low=0.0, high=number - 1, encoding=encoding, classes=int(number) if encoding else None)
    return made, True, True


# --- statistics -------------------------------------------------------------------------------------------------


def centred(facts: ArrayFacts, name: str, statistic: Statistic, other: Value, origin: Origin | None) -> ArrayFacts:
    """`x - x.mean()`, `x / x.std()`, `x / x.max()`: the data's own statistics are taken out."""
    own = statistic.root is not None and statistic.root == facts.root and statistic.split == facts.split
    fitted = fitted_on(facts) if own else fitted_on(statistic)
    shape, dtype = facts.shape, None
    if isinstance(other, ArrayValue):
        shape = shapes.broadcast(facts.shape, other.facts.shape)
        dtype = dtypes.result(name, facts.dtype, other.facts.dtype)
    elif facts.dtype in dtypes.FLOATS or name == "Divide" or statistic.which in ("mean", "std", "var", "norm"):
        # a statistic of the whole is a number of numpy's: where the array is of floats it is no wider
        dtype = facts.dtype if facts.dtype in dtypes.FLOATS and own else None
        dtype = "float64" if facts.dtype in dtypes.WHOLE and own else dtype
    elif own:
        dtype = facts.dtype
    if statistic.each or statistic.which in ("max", "min", "range", "norm", "sum"):
        low, high = _unit(facts, name, statistic, own)
        step = Step("normalize", None, origin)
    elif statistic.which in ("mean", "std"):
        low, high = None, None
        centred = own and name == "Subtract" and statistic.which == "mean"
        step = Step("standardize", None, origin, fitted=fitted, centred=centred)
    else:
        return unknown(facts, origin, shape=shape, dtype=dtype)
    made = replace(_values(facts, step, low, high), dtype=dtype, shape=shape)
    last = facts.steps[-1] if facts.steps else None
    if name == "Divide" and last is not None and last.kind == step.kind and last.fitted == step.fitted:
        return replace(made, steps=facts.steps)  # the second half of (x - mean) / std
    return made


def _unit(facts: ArrayFacts, name: str, statistic: Statistic, own: bool) -> ranges.Bounds:
    """The range after `x / max`, `x - min` and `(x - min) / (max - min)`; of `each` nothing is known."""
    last = facts.steps[-1].kind if facts.steps else None
    if statistic.each or not own or last in ("scale", "shift"):  # it may be that of the array before it was scaled
        return ranges.NOTHING
    if facts.dtype in dtypes.SIGNED and facts.dtype != "int64" and name == "Subtract":
        return ranges.NOTHING  # what lies far apart wraps around
    if name == "Subtract":
        return (0.0, None) if statistic.which == "min" else ranges.NOTHING
    if statistic.which == "range":
        return (0.0, 1.0) if facts.low == 0 and facts.high is None and last == "normalize" else ranges.NOTHING
    if statistic.which != "max" or facts.low is None or facts.low < 0 or facts.high is None or facts.high <= 0:
        return ranges.NOTHING
    return (0.0 if facts.low == 0 else None, 1.0)


# --- two arrays -------------------------------------------------------------------------------------------------


def unknown(facts: ArrayFacts, origin: Origin | None, **changes: object) -> ArrayFacts:
    """The facts after something was done to the values that is not understood."""
    changes.setdefault("dtype", None)
    return _values(facts, Step("opaque", None, origin), None, None, None, **changes)


def _values(
    facts: ArrayFacts,
    step: Step,
    low: float | None,
    high: float | None,
    encoding: Encoding | str | None = "continuous",
    **changes: object,
) -> ArrayFacts:
    """The facts with other values; quantities stay quantities unless `encoding` says otherwise."""
    kept = facts.encoding if facts.encoding == encoding else None
    return facts.with_step(step, low=low, high=high, encoding=kept, classes=None, **changes)


def _with_itself(name: str, array: ArrayValue, origin: Origin | None) -> ArrayValue:
    facts, own = array.facts, array.frame
    frame = Table(series=own.series, repeated=own.repeated) if own is not None else None
    if name in COMPARISONS or name in LOGICAL:
        made = ArrayValue(compared(facts, origin))
        return made if facts.dtype == "bool" or name in COMPARISONS else ArrayValue(unknown(facts, origin), frame=frame)
    dtype = dtypes.result(name, facts.dtype, facts.dtype)
    if name == "Multiply":
        low, high = ranges.powered((facts.low, facts.high), 2.0)
        made = ArrayValue(_fitting(_values(facts, Step("opaque", None, origin), low, high, dtype=dtype)), array.exact)
    elif name == "Add":
        made = ArrayValue(_fitting(replace(scaled(facts, 2.0, origin), dtype=dtype)), array.exact, mixed=array.mixed)
    else:
        made = ArrayValue(unknown(facts, origin, dtype=dtype))
    made.frame = frame
    return made


def dtype_of_two(name: str, a: ArrayFacts, b: ArrayFacts) -> str | None:
    """The type of `a op b`; an array without axes weighs less in NumPy 1 than in 2, unless it changes no type."""
    ranks = {a.shape == (), b.shape == ()}
    lone = None in (a.shape, b.shape) or ranks == {True, False}
    if lone and a.dtype != b.dtype:
        other = b if a.shape == () else a
        if None in (a.shape, b.shape) or dtypes.promoted(a.dtype, b.dtype) != other.dtype:
            return None
    return dtypes.result(name, a.dtype, b.dtype)


def _two(name: str, one: ArrayValue, other: ArrayValue, origin: Origin | None, reflected: bool) -> ArrayValue:
    """An operation on two different arrays."""
    a, b = (other.facts, one.facts) if reflected else (one.facts, other.facts)
    shape, frame = shapes.broadcast(a.shape, b.shape), _two_frames(one, other)
    if frame is not None and (one.frame is None or other.frame is None or not frame.series):
        shape = None if frame.series or shape != a.shape else shape
    elif frame is not None and not _aligned(one, other):
        lost = ArrayFacts(
            steps=a.steps_with(Step("opaque", None, origin)), root=a.root
        )  # lined up by labels: NaN may be
        return ArrayValue(lost, frame=frame)
    if name in COMPARISONS or (name in LOGICAL and a.dtype == b.dtype == "bool"):
        made = compared(replace(a, shape=shape), origin)
        return ArrayValue(_hot(made, a, b, name), frame=frame)
    if name in LOGICAL:
        return ArrayValue(unknown(a, origin, shape=shape, dtype=dtype_of_two(name, a, b)), frame=frame)
    low, high = ranges.combined(name, (a.low, a.high), (b.low, b.high))
    kept = b if shape is not None and shape != a.shape and shape == b.shape else a
    # noise on labels makes no quantity of them
    continuous = {a.encoding, b.encoding} in ({"continuous"}, {"continuous", None})
    dtype = dtype_of_two(name, a, b)
    continuous = continuous and dtype in dtypes.FLOATS
    facts = kept.with_step(
        Step("opaque", None, origin),
        shape=shape,
        low=low,
        high=high,
        classes=None,
        encoding="continuous" if continuous else None,
        dtype=dtype,
    )
    return ArrayValue(_fitting(facts), frame=frame, mixed=one.mixed and other.mixed)


def _aligned(one: ArrayValue, other: ArrayValue) -> bool:
    """Whether two series have the rows of one table, in its order."""
    indices = [side.frame.index if side.frame is not None else None for side in (one, other)]
    return indices[0] is not None and indices[0] == indices[1]


def _hot(made: ArrayFacts, a: ArrayFacts, b: ArrayFacts, name: str) -> ArrayFacts:
    """`np.arange(n) == labels[:, None]` makes one-hot rows of class numbers, if all of them are below n."""
    if name != "Equal":
        return made
    for row, column in ((a, b), (b, a)):
        line = row.shape is not None and len(row.shape) == 1 and row.shape[0] is not None and row.steps == ()
        counted = line and row.low == 0 and row.high == row.shape[0] - 1 and row.classes == row.shape[0]  # type: ignore[index,operator]
        high = column.shape is not None and column.shape[-1:] == (1,) and len(column.shape) > 1
        inside = column.encoding in ("integer", "binary") and column.high is not None and row.high is not None
        if counted and high and inside and column.high <= row.high:  # type: ignore[operator]
            return replace(made, encoding="one_hot", classes=row.shape[0], role="labels")  # type: ignore[index]
    return replace(made, encoding=None if made.encoding == "multi_hot" else made.encoding, classes=None)


def inverted(value: ArrayValue) -> ArrayValue:
    """`~x`: not, of truths; of whole numbers what is left of them below 0."""
    facts = value.facts
    truths = facts.dtype == "bool"
    low, high = (1 - facts.high if facts.high is not None else None, 1 - facts.low if facts.low is not None else None)
    kept = facts.encoding if facts.encoding in ("binary", "multi_hot") else None
    made = facts.with_step(
        Step("opaque"),
        low=low if truths else None,
        high=high if truths else None,
        encoding=kept if truths else None,
        classes=facts.classes if truths and kept else None,
    )
    inverse = ArrayValue(made, value.exact and truths, framed(value), mixed=value.mixed)
    found = elements.known(value)
    turned = elements.mapped(lambda one: not one if truths else ~int(one), found) if found is not None else None
    return elements.told(inverse, turned if facts.dtype in dtypes.WHOLE else None)


def compare(run: Run, name: str, left: Value, right: Value) -> ArrayValue:
    """`left op right` for a comparison where one side is an array."""
    array, other = (left, right) if isinstance(left, ArrayValue) else (right, left)
    assert isinstance(array, ArrayValue)
    if isinstance(other, (ListValue, tuple)):
        other = lifted(run, other) or other
    if name in ("Equal", "NotEqual") and isinstance(other, ArrayValue):
        _spread(run, run.origin(run.statement), array.facts, other.facts)
    return operated(name, array, other, None, reflected=array is not left)
