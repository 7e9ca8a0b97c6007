"""Subscripts of arrays, read and assigned, and what iterating over an array yields."""

from __future__ import annotations

from types import EllipsisType

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Shape, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import ranges, shapes
from cnnlint.readers.python.arrays.dtypes import WHOLE, holds
from cnnlint.readers.python.arrays.elements import known
from cnnlint.readers.python.arrays.identity import derived_root, either, lifted, view
from cnnlint.readers.python.arrays.shapes import Free, Index, Picked, Stretch
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.text import cst
from cnnlint.readers.python.values import (
    ArrayValue,
    Elements,
    ListValue,
    Unknown,
    Value,
    elements,
    is_constant,
    is_number,
    of_scalar,
    token,
)

Part = Index | EllipsisType


def enough(shape: Shape | None, classes: int | None) -> bool:
    """Whether so many samples, drawn at random, hold every class.

    Each of K classes is missing from n samples with the probability (1 - 1/K)^n; all are there where the sum of
    these is below 5e-4.
    """
    count = shapes.product(shape)
    if count is None or classes is None or classes < 1:
        return False
    return classes == 1 or classes * (1 - 1 / classes) ** count < 5e-4


APART = "elements apart"
"""The token of an index that may be a mask of single elements."""
FEW = 4
"""So many of what stands in no order are taken to reach about as far as all of it."""


def reaching(shape: Shape | None) -> bool:
    """Whether as many elements as a shape has, drawn at random, reach about as far as what they are drawn from."""
    count = shapes.product(shape)
    return count is None or count >= FEW


def item(run: Run, value: ArrayValue, index: list[Value], node: cst.CSTNode) -> Value:
    """`array[...]`."""
    if len(index) == 1 and isinstance(index[0], str):
        return ArrayValue(
            replace(value.facts, shape=None, root=derived_root(run, value.facts.root, index[0]), name=None)
        )
    if value.text and value.facts.shape is None and len(index) == 2 and all(isinstance(i, (slice, int)) for i in index):
        value = view(value, replace(value, facts=replace(value.facts, shape=(None, None))))
    parts = [part_of(run, one) for one in index]
    if len(index) == 1 and isinstance(index[0], ListValue) and any(map(_several, elements(index[0]) or ())):
        parts = [Unknown("index")]  # before numpy 1.23, a list of indices was one for each axis
    hot = _one_hot_rows(run, value, parts, index, node)
    if hot is not None:
        return hot
    found = taken(run, value, parts, tuple(_key(one) for one in index[1:]), node)
    if value.facts.dtype == "object" and any(isinstance(part, (int, Free)) for part in parts):
        found.facts = replace(found.facts, shape=None, dtype=None)  # it may be anything
    chosen = index[0] if index else None
    if isinstance(chosen, ArrayValue) and chosen.facts.split is not None and chosen.facts.role is None:
        # positions that a split of samples gave
        return ArrayValue(replace(found.facts, split=chosen.facts.split))
    return found


def taken(
    run: Run, value: ArrayValue, parts: list[Part | Unknown], columns: object, node: cst.CSTNode | None
) -> ArrayValue:
    """What a subscript takes of an array; `columns` identifies the part behind the first axis."""
    facts = value.facts
    sure = [part for part in parts if not isinstance(part, Unknown)]
    shape = None
    if len(sure) == len(parts):
        # a file is taken to have the columns that the program takes of it; how many axes it has is not told by those
        # that are taken: pictures are cut like a table
        shape = shapes.indexed(facts.shape, sure, long=value.mixed)
    selects = len(parts) > 1 and not all(isinstance(p, Stretch) and p.whole for p in parts[1:])
    flat = facts.shape is None or len(facts.shape) == 2
    root = derived_root(run, facts.root, columns) if selects and flat and not facts.image else facts.root
    encoding = _encoding(facts, parts, selects)
    step = Step("slice", None, run.origin(node) if node is not None else None)
    steps = facts.steps if _only_whole(parts) else facts.steps_with(step)
    basic = not any(isinstance(part, (Picked, Unknown)) for part in parts)
    if _only_whole(parts):
        whole = replace(
            facts,
            shape=shape,
            encoding=encoding if shape is not None else None,
            name=None,
            classes=facts.classes if encoding is not None else None,
        )
        return view(value, ArrayValue(whole, value.exact, mixed=value.mixed, gapless=value.gapless))
    first = parts[0] if parts else Stretch()
    constant = value.exact and facts.low is not None and facts.low == facts.high
    reversed_ = len(parts) == 1 and isinstance(parts[0], Stretch) and parts[0] == Stretch(None, None, -1)
    if reversed_:
        turned = replace(facts, shape=shape, steps=steps, name=None)
        return view(value, ArrayValue(turned, value.exact, mixed=value.mixed, gapless=value.gapless))
    # of what stands in an order, or is chosen by what it holds, the range and the classes are not those of the whole
    even = (value.mixed or facts.image) and not any(isinstance(part, Unknown) or _by_value(part) for part in parts)
    even = even or _in_another_order(facts, parts)
    even = even and not (selects and flat and facts.role == "features")  # each column has a range of its own
    even = even and sum(isinstance(part, int) for part in parts[1:]) < 2  # one place in all pictures may be black
    even = even and not (_turned(facts) and isinstance(first, int))
    low, high = (facts.low, facts.high) if constant or (even and reaching(shape)) else ranges.NOTHING
    classes = facts.classes
    if encoding in ("integer", "binary", "signs", None):
        # a stretch whose ends are not known, or one sample at an unknown place, stands for all of them in turn
        batch = isinstance(first, Free) or (isinstance(first, Stretch) and isinstance(first.stop, str))
        placed = all(isinstance(part, (int, Free)) for part in parts)
        lone = shape == () and placed and any(isinstance(part, Free) for part in parts)
        batch = (batch and not selects) or lone
        full = even and encoding == facts.encoding and (batch or enough(shape, classes))
        full = full or _in_another_order(facts, parts)
        classes = classes if full else None
    made = replace(
        facts, shape=shape, root=root, encoding=encoding, classes=classes, low=low, high=high, steps=steps, name=None
    )
    result = ArrayValue(made, constant, mixed=even)
    return view(value, result) if basic or any(isinstance(part, Unknown) for part in parts) else result


def is_gathered(facts: ArrayFacts) -> bool:
    """Whether it is labels of samples that nobody counted: so many that a part drawn at random holds every class."""
    return facts.samples is None and facts.encoding in ("integer", "binary") and facts.classes is not None


def _in_another_order(facts: ArrayFacts, parts: list[Part | Unknown]) -> bool:
    """Whether labels are taken by positions that stand in no order: `y[np.random.permutation(len(y))]`."""
    first = parts[0] if len(parts) == 1 else None
    drawn = isinstance(first, Picked) and first.shape == (None,) and not _by_value(first)
    return drawn and facts.shape == (None,) and is_gathered(facts)


def _turned(facts: ArrayFacts) -> bool:
    """Whether the first axis of a table are its columns."""
    last = facts.steps[-1] if facts.steps else None
    return last is not None and last.kind == "transpose" and facts.shape is not None and len(facts.shape) == 2


def _several(index: Value) -> bool:
    """Whether what stands in a list of indices takes more than one element by itself."""
    if isinstance(index, ArrayValue):
        return index.facts.shape != ()
    return index is None or isinstance(index, (ListValue, tuple, slice, EllipsisType))


def _by_value(part: Part | Unknown) -> bool:
    """Whether elements are chosen by a mask or by positions that may come of what they hold."""
    return isinstance(part, Picked) and (part.mask or part.chosen)


def _only_whole(parts: list[Part | Unknown]) -> bool:
    return all(
        part is None or isinstance(part, EllipsisType) or (isinstance(part, Stretch) and part.whole) for part in parts
    )


def part_of(run: Run, index: Value) -> Part | Unknown:
    """One part of a subscript, in the terms of `shapes.indexed`."""
    if index is None or isinstance(index, EllipsisType):
        return index
    if isinstance(index, Unknown) and index.token == "Ellipsis":
        return ...
    if isinstance(index, bool):
        return Unknown("boolean index")
    if isinstance(index, int):
        return index
    if isinstance(index, slice):
        return Stretch(_bound(index.start), _bound(index.stop), _bound(index.step))
    if isinstance(index, ArrayValue):
        if index.facts.shape == () and index.facts.dtype in WHOLE:
            number = of_scalar(index)
            if index.facts.dtype == "bool":
                return Unknown("boolean index")  # it adds an axis
            return number if isinstance(number, int) else Free()
        if index.facts.dtype not in WHOLE:  # neither surely positions nor surely a mask
            several = index.facts.shape is not None and len(index.facts.shape) > 1
            return Unknown("index", APART if several else token(index))
        chosen = not (index.exact or index.mixed or index.facts.split is not None) or _again(index)
        return Picked(index.facts.shape, index.facts.dtype == "bool", chosen)
    if elements(index) is not None or isinstance(index, ListValue):
        found = lifted(run, index)
        if found is None:
            return Picked((len(elements(index) or ()) if elements(index) is not None else None,))
        mask = found.facts.dtype == "bool"
        return Picked(found.facts.shape, mask, not mask and _again(found))
    if isinstance(index, tuple):
        return Unknown("index")
    return Free() if is_count(index) else Unknown("index", token(index))


def _again(positions: ArrayValue) -> bool:
    """Whether a position surely comes up more than once, so that others may be left out."""
    facts, found = positions.facts, known(positions)
    if found is not None:
        return len(set(found.items)) < len(found.items)
    return positions.exact and facts.low is not None and facts.low == facts.high and facts.samples != 1


def _bound(value: Value) -> int | str | None:
    value = of_scalar(value) if isinstance(value, ArrayValue) else value
    return value if value is None or (isinstance(value, int) and not isinstance(value, bool)) else "unknown"


def is_count(value: Value) -> bool:
    """Whether an unknown is one whole number: a loop's counter, a random position."""
    if not isinstance(value, Unknown):
        return False
    found = value.token
    if not isinstance(found, tuple) or not found:
        return False
    if found[0] == "part" and len(found) == 3 and found[2] == 0:
        return isinstance(found[1], tuple) and found[1][:1] == ("enumerate",)
    if found[0] in ("Add", "Subtract", "Multiply", "Modulo", "FloorDivide") and len(found) == 3:
        inner = [part for part in found[1:] if isinstance(part, tuple)]
        return bool(inner) and all(is_count(Unknown("number", part)) for part in inner)
    counts = found[0] == "element" and len(found) == 2 and (found[1] is None or isinstance(found[1], int))
    return counts or found[0] == "random integer"


def _key(index: Value) -> object:
    if isinstance(index, slice):
        return (":", *(token(part) for part in (index.start, index.stop, index.step)))
    items = elements(index)
    return tuple(token(one) for one in items) if items is not None else token(index)


def _encoding(facts: ArrayFacts, parts: list[Part | Unknown], selects: bool) -> Encoding | None:
    if facts.encoding in ("one_hot", "multi_hot"):
        masks = [part.shape for part in parts if isinstance(part, Picked) and part.mask]
        if any(shape is None or len(shape) > 1 for shape in masks):
            return None  # rows are taken apart
        if any(isinstance(part, Unknown) and part.token == APART for part in parts):
            return None
        if not selects:
            row = bool(parts) and _is_place(parts[0]) and facts.shape is not None and len(facts.shape) < 3
            return facts.encoding if (facts.shape is None or len(facts.shape) > 1) and not row else None
        column = len(parts) == 2 and isinstance(parts[1], (int, Free))
        return "binary" if column and facts.shape is not None and len(facts.shape) == 2 else None
    return facts.encoding


def _is_place(part: Part | Unknown) -> bool:
    """Whether a part of a subscript is surely one position: `x.argmax()` is one."""
    found = part.token if isinstance(part, Unknown) else None
    return isinstance(part, (int, Free)) or (isinstance(found, tuple) and found[:1] == ("statistic",))


def _one_hot_rows(
    run: Run, value: ArrayValue, parts: list[Part | Unknown], index: list[Value], node: cst.CSTNode
) -> ArrayValue | None:
    """`np.eye(10)[y]` makes one-hot rows of class numbers."""
    facts = value.facts
    first = parts[0] if len(parts) == 1 else None
    square = facts.shape is not None and len(facts.shape) == 2 and facts.encoding == "one_hot" and facts.role is None
    if not square or not isinstance(first, Picked) or first.mask or not isinstance(index[0], ArrayValue):
        return None
    if not value.exact or not value.gapless:
        return None
    labels = index[0].facts
    size = facts.shape[1] if facts.shape is not None else None
    shape = (*labels.shape, size) if labels.shape is not None else None
    step = Step("one_hot", None, run.origin(node))
    made = labels.with_step(
        step,
        shape=shape,
        dtype=facts.dtype,
        low=0.0,
        high=1.0,
        encoding="one_hot",
        classes=size,
        role="labels",
        name=None,
    )
    return ArrayValue(made, mixed=index[0].mixed, gapless=index[0].gapless and labels.classes == size)


# --- assignment -------------------------------------------------------------------------------------------------


def with_item(run: Run, container: ArrayValue, index: list[Value], value: Value) -> ArrayFacts:
    """The facts of an array after `array[...] = value`: the shape stands, the values are the old and the new."""
    facts = container.facts
    other = value if isinstance(value, ArrayValue) else None
    if other is None and isinstance(value, (tuple, ListValue)):
        other = lifted(run, value)
    step = Step("opaque")
    steps = facts.steps if facts.steps[-1:] == (step,) else facts.steps_with(step)
    parts = [part_of(run, one) for one in index]
    blank = facts.low == facts.high == 0 and not facts.steps and container.exact
    pictures = blank and other is not None and other.facts.image
    new: ranges.Bounds = ranges.NOTHING
    if is_number(value) or isinstance(value, bool):
        new = (float(value), float(value))
    elif other is not None and (other.facts.root is None or other.facts.root != facts.root):
        # of what is computed from its own elements nothing is known: these may have been assigned before
        new = (other.facts.low, other.facts.high)
    low, high = ranges.overwritten((facts.low, facts.high), new)
    if facts.dtype is None or not holds(facts.dtype, *new) or (facts.dtype in WHOLE and not _whole(new)):
        low = high = None  # cut off, or wrapped around
    image = facts.image or pictures
    if facts.image and not pictures and (low, high) != (facts.low, facts.high):
        low = high = None  # the other pictures reach no further than before
    if any(isinstance(part, (Unknown, Picked)) for part in parts) and not (blank and image):
        low = high = None  # whether any element is chosen is not known, nor whether one is left
    if pictures and other is not None:
        # an empty array that pictures are put into has what was done to the pictures
        steps = other.facts.steps_with(Step("stack"))
    encoding, classes = _filled(run, container, index, value, blank)
    return replace(facts, low=low, high=high, encoding=encoding, classes=classes, image=image, steps=steps)


def hot(facts: ArrayFacts, found: Elements | None) -> ArrayFacts:
    """The facts of an array that was written into: rows with a single 1 each are one-hot, however they were filled."""
    if found is None or len(found.shape) != 2 or found.shape[1] < 2 or not set(found.items) <= {0, 1}:
        return facts
    width = found.shape[1]
    ones = [sum(found.items[at : at + width]) for at in range(0, len(found.items), width)]
    return replace(facts, encoding="one_hot", classes=width) if ones and set(ones) == {1} else facts


def _whole(bounds: ranges.Bounds) -> bool:
    return all(bound is not None and bound.is_integer() for bound in bounds)


def _filled(
    run: Run, container: ArrayValue, index: list[Value], value: Value, blank: bool
) -> tuple[Encoding | None, int | None]:
    """How labels are encoded that are written into an array of zeros."""
    facts, shape = container.facts, container.facts.shape
    flat = shape is not None and (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1))
    if not is_constant(value) or value not in (0, 1):
        return None, None
    if blank and value == 1 and shape is not None and len(shape) == 2 and _one_in_each(run, shape, index):
        return "one_hot", shape[1]
    kept = facts.encoding in ("binary", "multi_hot")
    return (facts.encoding if kept else "binary" if flat and blank else None), None


def _one_in_each(run: Run, shape: Shape, index: list[Value]) -> bool:
    """Whether a subscript names one column for each row: `rows[np.arange(n), labels]` with all n of them."""
    if len(index) != 2 or shape[0] is None:
        return False
    row, column = (lifted(run, part) for part in index)
    if row is None or column is None:
        return False
    every = row.exact and row.gapless and row.facts.low == 0 and row.facts.high == shape[0] - 1
    one = row.facts.shape == (shape[0],) and column.facts.shape in ((shape[0],), ())
    return every and one and column.facts.dtype in WHOLE and column.facts.dtype != "bool"


# --- iteration --------------------------------------------------------------------------------------------------


def element(value: ArrayValue) -> Value:
    """One element of an array that is iterated over; a number if it has one axis."""
    facts = value.facts
    if value.frame is not None and not value.frame.series:
        return Unknown("column name", ("column name", facts.root))
    if facts.shape is not None and len(facts.shape) <= 1 and not facts.image:
        return Unknown("element", ("array element", facts.root, facts.name))
    made = sample(value)
    if made.facts.encoding in ("integer", "binary") and not enough(made.facts.shape, made.facts.classes):
        low, high = (made.facts.low, made.facts.high) if made.exact else ranges.NOTHING
        made.facts = replace(made.facts, classes=None, low=low, high=high)
    return made


def sample(value: ArrayValue) -> ArrayValue:
    """One sample of an array, as a tf.data pipeline hands it on."""
    facts = value.facts
    constant = value.exact and facts.low is not None and facts.low == facts.high
    own = facts.shape[1:] if facts.shape else None
    even = (value.mixed or facts.image) and reaching(own)
    low, high = (facts.low, facts.high) if even or constant else ranges.NOTHING
    kept = facts.encoding if facts.shape is not None and (len(facts.shape) > 1 or facts.encoding != "one_hot") else None
    classes = facts.classes if kept in ("one_hot", "multi_hot") else None
    if value.mixed and kept in ("integer", "binary"):  # it stands for all of them in turn
        classes, low, high = facts.classes, facts.low, facts.high
    made = replace(
        facts,
        shape=facts.shape[1:] if facts.shape else None,
        name=None,
        low=low,
        high=high,
        encoding=kept,
        classes=classes,
    )
    return view(value, ArrayValue(made, constant, mixed=value.mixed, listed=max(0, value.listed - 1)))


def widened(old: ArrayValue, new: ArrayValue, name: str) -> ArrayValue:
    """What a name holds after a loop of unknown length bound it anew: what both values have in common."""
    a, b = old.facts, new.facts
    same = a.steps == b.steps
    facts = ArrayFacts(
        shape=b.shape if a.shape == b.shape else None,
        dtype=b.dtype if a.dtype == b.dtype else None,
        low=b.low if same and a.low == b.low else None,
        high=b.high if same and a.high == b.high else None,
        encoding=b.encoding if a.encoding == b.encoding else None,
        classes=b.classes if (a.encoding, a.classes) == (b.encoding, b.classes) else None,
        source=b.source if a.source == b.source else None,
        role=b.role if a.role == b.role else None,
        split=b.split if a.split == b.split else None,
        root=b.root if a.root == b.root else None,
        image=a.image and b.image,
        steps=b.steps if same else b.steps_with(Step("opaque")),
        name=name,
        origin=b.origin,
    )
    return either(ArrayValue(facts, listed=max(old.listed, new.listed)), old, new)
