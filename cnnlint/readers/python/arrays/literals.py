"""Arrays from nested lists: what the program writes down, and lists that it fills."""

from __future__ import annotations

import functools
import math
from collections import Counter
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Encoding
from cnnlint.readers.python.arrays import dtypes, elements, ranges, shapes
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    Elements,
    ListValue,
    OneOf,
    Unknown,
    Value,
    is_number,
    is_small,
    numbers,
    options_of,
)
from cnnlint.readers.python.values import elements as items_of


def from_literal(value: Value) -> ArrayValue | None:
    """Nested lists of numbers or strings as an array, or None if the value is not such a list."""
    items = items_of(value)
    if items is None or not is_small(value):
        return None
    if not items:
        return elements.keep(ArrayValue(ArrayFacts((0,), "float64")), Elements((0,), ()))
    if all(is_number(item) or isinstance(item, bool) for item in items):
        return _row(items)
    if all(isinstance(item, str) for item in items):
        facts = ArrayFacts((len(items),), "str", classes=len(set(items)))
        return ArrayValue(facts, exact=True)
    rows = [_part(item) for item in items]
    if any(row is None for row in rows):
        return None
    return stacked([row for row in rows if row is not None], items)


def _part(item: Value) -> ArrayValue | None:
    """One row of nested lists; a number stands beside numbers of numpy's as one of them."""
    if isinstance(item, ArrayValue):
        return item
    if isinstance(item, (bool, int, float)):
        whole = "bool" if isinstance(item, bool) else "int64" if isinstance(item, int) else "float64"
        return elements.scalar(item, whole) if dtypes.holds(whole, item, item) else None
    return from_literal(item)


def from_items(run: Run, value: Value) -> ArrayValue | None:
    """A list as an array, also one that holds more than was read: then the items at hand stand for all of them."""
    found = from_literal(value)
    if found is not None or not isinstance(value, ListValue) or not value.items:
        return found
    if not value.open:
        return _among(value.items)
    sample = value.items[:64]
    alike, count = value.alike()
    told = _told(value)
    if told is not None:
        return told if not alike else ArrayValue(replace(told.facts, shape=(count,)))
    if alike and _is_one(sample[0]):
        return ArrayValue(ArrayFacts((count,)))
    if all(is_number(item) or isinstance(item, bool) for item in sample):
        between = not value.ordered and "ArrayValue" in repr(value.of)  # `[*x, 7]`: rows may be among them
        return ArrayValue(ArrayFacts((None,) if not between else None))
    found_rows = [item if isinstance(item, ArrayValue) else from_items(run, item) for item in sample]
    rows = [row for row in found_rows if row is not None]
    if len(rows) < len(sample):
        return None
    facts = stacked(rows, None).facts
    shape = (count, *facts.shape[1:]) if facts.shape is not None else None
    encoding = facts.encoding if facts.encoding in ("one_hot", "multi_hot", "continuous") else None
    level = len({(row.facts.low, row.facts.high) for row in rows}) == 1
    if not level and not all(row.mixed or row.facts.image for row in rows):
        facts = replace(facts, low=None, high=None)  # those that were not read may go on in the same way
    made = replace(facts, shape=shape, encoding=encoding, classes=facts.classes if encoding else None)
    # a list that a loop fills may be empty, unless it is data from outside that it is filled with
    sure = value.ordered or alike or all(row.mixed or row.facts.image for row in rows)
    return ArrayValue(made if sure else replace(made, shape=None, dtype=None))


def _among(items: list[Value]) -> ArrayValue | None:
    """So many whole numbers, of which it is known what each is among."""
    options = [one.options if isinstance(one, OneOf) else options_of([one]) for one in items]
    found = {float(one) for each in options for one in each or () if isinstance(one, int)}
    if not found or not all(each and all(isinstance(one, int) for one in each) for each in options):
        return None
    encoding, classes = encoding_of(list(found) * 2, whole=True) if len(found) > 1 else (None, None)
    return ArrayValue(ArrayFacts((len(items),), "int64", min(found), max(found), encoding, classes))


def _is_one(item: Value) -> bool:
    """Whether a value is surely one number: written down, or worked out of a whole array."""
    of = item.token if isinstance(item, Unknown) else None
    return isinstance(item, (bool, int, float)) or (isinstance(of, tuple) and of[:1] in (("statistic",), ("len",)))


def _told(value: ListValue) -> ArrayValue | None:
    """A list of numbers or texts of which it is known what they are among, or no more than that they are whole."""
    options = value.options
    if options is None:
        kinds = {told_of(one) for one in value.items}
        if len(kinds) > 1 and kinds <= {"int64", "float64"}:
            kinds = {"float64"}
        dtype = kinds.pop() if len(kinds) == 1 else None
        return ArrayValue(ArrayFacts((None,), dtype)) if dtype is not None else None
    numbers = [float(one) for one in options if isinstance(one, int)]
    if not numbers:
        return ArrayValue(ArrayFacts((None,), "str", classes=len(options) if len(options) > 1 else None))
    encoding, classes = encoding_of(numbers * 2, whole=True) if len(options) > 1 else (None, None)
    return ArrayValue(ArrayFacts((None,), "int64", min(numbers), max(numbers), encoding, classes))


#: in the token of what a method returned that was not read: it was passed words alone, or nothing, as one of a text is
BY_WORDS = "by words"
#: calls that give texts, or lists of them
TEXTS = frozenset({"os.path.basename", "os.path.dirname", "os.path.join"})
LISTS = frozenset({"os.listdir", "glob.glob", "glob.iglob"})


def told_of(value: Value) -> str | None:
    """The type of the array that items like this one make: of numbers and texts that are not known."""
    if isinstance(value, OneOf):
        return "int64" if value.whole else "float64"
    found = value.token if type(value) is Unknown else None
    if not isinstance(found, tuple) or len(found) < 2:
        return None
    inner = found[1] if isinstance(found[1], tuple) and len(found[1]) > 1 else ()
    place = (found[0], *inner[:2])
    if found[0] == "enumerate" or found[:2] == ("call", "`.index`"):
        return "int64"
    part = place == ("item", "call", "`.split`") and len(found) > 2 and found[2] != ("slice",) and BY_WORDS in found[1]
    listed = place[:2] == ("element", "call") and place[2] in LISTS
    return "str" if part or listed or (found[0] == "answer" and found[1] in TEXTS) else None


def _row(items: list[Value]) -> ArrayValue:
    numbers = [float(item) for item in items if isinstance(item, (int, float))]
    whole = all(isinstance(item, (int, bool)) for item in items)
    encoding, classes = encoding_of(numbers, whole)
    dtype = "bool" if all(isinstance(item, bool) for item in items) else "int64" if whole else "float64"
    low, high = min(numbers), max(numbers)
    if not (math.isfinite(low) and math.isfinite(high)) or any(number != number for number in numbers):
        return ArrayValue(ArrayFacts((len(items),), dtype))
    facts = ArrayFacts((len(items),), dtype, low, high, encoding, classes)
    made = ArrayValue(facts, exact=True, gapless=whole and len(set(numbers)) == high - low + 1)
    own = elements.fitted([item for item in items if isinstance(item, (int, float))], dtype)
    small = own is not None and len(own) <= elements.MOST and dtypes.holds(dtype, low, high)
    return elements.keep(made, Elements((len(items),), own)) if small and own is not None else made


def encoding_of(numbers: list[float], whole: bool) -> tuple[Encoding | None, int | None]:
    """How numbers in a row would be read as labels, and how many classes they name.

    Whole numbers name classes where they run from 0 (or from 1, each of them several times) without a gap.
    """
    distinct = set(numbers)
    if distinct <= {0.0, 1.0}:
        return "binary", len(distinct)
    if not all(number.is_integer() for number in distinct):
        return "continuous", None
    if not whole:
        return None, None
    low, high = min(distinct), max(distinct)
    gapless = len(distinct) == high - low + 1
    often = min(Counter(numbers).values()) > 1
    if gapless and (low == 0 or (low == 1 and often)):
        return "integer", len(distinct)
    return None, None


def stacked(rows: list[ArrayValue], items: list[Value] | None) -> ArrayValue:
    """The array of which these are the first axis; `items` are the rows as written, where they are."""
    facts = [row.facts for row in rows]
    known = {row.shape for row in facts}
    shape = shapes.stacked([row.shape for row in facts], 0) if None not in known else None
    if None not in known and shape is None:
        return ArrayValue(ArrayFacts())  # rows of several lengths make no array
    low, high = ranges.joined((row.low, row.high) for row in facts)
    encoding = _encoding(facts, items)
    dtype = functools.reduce(dtypes.promoted, [row.dtype for row in facts])
    classes = _classes(shape, encoding, facts)
    first = facts[0]
    alike = all(row.root == first.root and row.steps == first.steps for row in facts)
    made = ArrayFacts(
        shape,
        dtype,
        low,
        high,
        encoding,
        classes,
        image=all(row.image for row in facts),
        source=first.source if all(row.source == first.source for row in facts) else None,
        split=first.split if all(row.split == first.split for row in facts) else None,
        root=first.root if alike else None,
        steps=first.steps_with(Step("stack"))
        if alike and first.root
        else (() if not any(row.steps for row in facts) else (*_common(facts), Step("stack"))),
    )
    return elements.of_rows(rows, ArrayValue(made, exact=all(row.exact for row in rows)))


def _common(facts: list[ArrayFacts]) -> tuple[Step, ...]:
    first = facts[0].steps
    kinds = [step.kind for step in first]
    return first if all([s.kind for s in row.steps] == kinds for row in facts) else (Step("opaque"),)


def _encoding(rows: list[ArrayFacts], items: list[Value] | None) -> Encoding | None:
    kinds = {row.encoding for row in rows}
    if any(row.dtype is not None and row.dtype not in dtypes.NUMERIC for row in rows):
        return None  # beside texts numbers are texts, or objects
    if kinds == {"continuous"}:
        return "continuous"
    if any(row.shape is None or len(row.shape) != 1 for row in rows):
        return "continuous" if "continuous" in kinds and kinds <= {"continuous", "binary", "integer", None} else None
    if all(row.shape == (1,) for row in rows):
        if all(row.low is not None and row.low == row.high for row in rows):
            whole = all(row.dtype in ("int64", "bool") for row in rows)
            return encoding_of([float(row.low) for row in rows if row.low is not None], whole)[0]
        return None
    if kinds == {"one_hot"}:
        return "one_hot"
    if items is not None and kinds == {"binary"}:
        sums = [_total(item) for item in items]
        if None not in sums:
            return "one_hot" if all(total == 1 for total in sums) else "multi_hot"
    return "continuous" if "continuous" in kinds else None


def _total(item: Any) -> float | None:
    parts = numbers(items_of(item))
    return None if parts is None else float(sum(parts))


def _classes(shape: Any, encoding: Encoding | None, rows: list[ArrayFacts]) -> int | None:
    if encoding in ("one_hot", "multi_hot") and shape is not None:
        return shape[-1] if isinstance(shape[-1], int) else None
    if encoding in ("integer", "binary") and all(row.shape == (1,) for row in rows):
        return len({row.low for row in rows})
    return None
