"""keras.utils where it prepares data: to_categorical, normalize, pad_sequences, one row each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from cnnlint.graph import ArrayFacts, CallRefused, Step
from cnnlint.readers.python.arrays import dtypes, labels
from cnnlint.readers.python.arrays.element_types import dtype_name
from cnnlint.readers.python.arrays.elements import MOST, known, told, worked_out
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.libraries.rows import Row, handlers
from cnnlint.readers.python.libraries.signatures import Arguments
from cnnlint.readers.python.libraries.sklearn.prepared import padded, unit_rows
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    Elements,
    ObjectValue,
    TensorValue,
    Unknown,
    Value,
    VariableValue,
    elements,
    is_number,
    numbers,
)


def to_categorical(run: Run, bound: Arguments) -> Value:
    """`keras.utils.to_categorical(y, num_classes)`: float32 in Keras 2, float64 in Keras 3."""
    value, depth = bound["x"], bound["num_classes"]
    depth = None if size_of(depth) == 0 else depth  # as many as there are
    dtype = dtype_name(bound["dtype"]) if bound.given("dtype") else None
    array = lifted(run, value)
    _beyond(run, value, depth, bound.site)
    if array is not None:
        return labels.one_hot(run, array, depth, bound.site, dtype)
    classes = size_of(depth)
    if isinstance(value, (TensorValue, VariableValue)):
        return None
    if is_number(value):
        return ArrayValue(ArrayFacts((classes,), dtype, None, 1.0, "one_hot", classes, role="labels"))
    step = Step("one_hot", None, origin_of(run, bound.site))
    return ArrayValue(
        ArrayFacts(None, dtype, None, 1.0, "one_hot", classes, role="labels", origin=step.origin, steps=(step,))
    )


def _beyond(run: Run, value: Value, depth: Value, site: CallSite) -> None:
    """Tell the rules of a class for which the rows have no place: each is an index into its row."""
    held = known(value) if isinstance(value, ArrayValue) and not (value.tensor or value.listed) else None
    whole = [one for one in held.items or () if isinstance(one, int)] if held is not None else []
    if not whole or held is None or len(whole) != len(held.items or ()) or not isinstance(depth, int) or depth < 1:
        return
    if max(whole) >= depth and site.node is not None and not run.frame.conditions:
        problem = f"to_categorical is told of {depth} classes, and there is a class {max(whole)}"
        run.event(CallRefused(origin=run.origin(site.node), problem=problem, advice="classes are numbered from 0"))


def normalize(run: Run, bound: Arguments) -> Value:
    """`keras.utils.normalize(x, axis=-1, order=2)`: every row is brought to length 1."""
    array = lifted(run, bound["x"])
    if array is None:
        return Unknown("normalize()", ("call", bound.site.api, run.building.place(bound.site)))
    # what is left of the largest value depends on the length of its row
    facts, step = array.facts, Step("normalize", None, origin_of(run, bound.site))
    low = 0.0 if facts.low == 0 and (facts.high or 0) > 0 else None
    # Keras 3 makes a tensor of what is no array, and keeps its shape; Keras 2 makes arrays, of two axes at least
    plain = isinstance(bound["x"], ArrayValue) and array.frame is None and not (array.listed or array.tensor)
    shape, axis = facts.shape, bound["axis"]
    if shape is not None and len(shape) <= 1:
        shape = (1, *shape) if plain else None
    elif (axis == 0 or isinstance(axis, Unknown)) and shape is not None and shape[0] in (None, 1):
        shape = None  # Keras 3 takes an axis of 0 for the last
    dtype = dtypes.averaged(facts.dtype) if plain else None
    made = facts.with_step(step, shape=shape, low=low, high=None, dtype=dtype, encoding=None, classes=None)
    result, found = ArrayValue(made, mixed=array.mixed), known(array)
    if found is None or not plain or shape is None or bound["order"] != 2 or not isinstance(axis, int):
        return result
    if facts.shape is not None and len(facts.shape) == 1:
        axis = -1  # its length is that of all of it, and it is made a row
    elif axis == 0:
        return result
    sizes = tuple(size for size in shape if size is not None)
    return told(result, worked_out(lambda: unit_rows(Elements(sizes, found.items), axis)))


def pad_sequences(run: Run, bound: Arguments) -> Value:
    """`pad_sequences(sequences, maxlen=None)`: rows of token numbers."""
    given, length = bound["sequences"], size_of(bound["maxlen"])
    array = lifted(run, given)
    facts = array.facts if array is not None else ArrayFacts()
    rows = elements(given)
    inner = [elements(row) for row in rows] if rows is not None else []
    samples = len(rows) if rows is not None else facts.shape[0] if facts.shape else None
    lengths = [len(row) for row in inner if row is not None]
    if bound["maxlen"] is None:
        length = max(lengths) if rows and len(lengths) == len(rows) else None
        length = facts.shape[1] if length is None and facts.shape is not None and len(facts.shape) > 1 else length
    rest = facts.shape[2:] if facts.shape is not None and 0 not in facts.shape[:2] else ()
    # sequences of numbers, but for what comes of arrays, which may have any number of axes
    of_array = isinstance(given, Unknown) and re.search("ArrayValue|tolist", repr(given.token)) is not None
    # items that come of arrays may be rows themselves
    of_array = of_array or any(
        isinstance(item, Unknown) and re.search("array element|tolist", repr(item.token)) is not None
        for row in inner
        for item in row or ()
    )
    unsure = array is not None or of_array
    # and real numbers: those of words are whole, and a step of measurements may hold several
    measured = not inner and (dtype_name(bound["dtype"], "int32") or "").startswith("float")
    flat = facts.shape is not None or not (unsure or measured)
    high = facts.high if facts.dtype == "object" else None
    made = facts.with_step(
        Step("resize", None, origin_of(run, bound.site)),
        shape=(samples, length, *rest) if flat else None,
        dtype=dtype_name(bound["dtype"], "int32"),
        low=0.0 if high else None,
        high=high,
        encoding=None,
        classes=None,
    )
    result = ArrayValue(made, mixed=array is not None and array.mixed)
    return told(result, worked_out(lambda: _filled_up(bound, inner, array, length)), cut=True)


def _filled_up(
    bound: Arguments, rows: Sequence[Sequence[Value] | None], array: ArrayValue | None, length: int | None
) -> Elements | None:
    """The rows of `pad_sequences`, where their numbers are known."""
    found = known(array) if array is not None else None
    listed = [numbers(row) for row in rows]
    if found is not None and len(found.shape) == 2:
        width = found.shape[1]
        listed = [list(found.items[at : at + width]) for at in range(0, len(found.items), width or 1)]
    sides = [bound["padding"], bound["truncating"]]
    number = bound["value"]
    known_rows = [row for row in listed if row is not None]
    if len(known_rows) < len(listed) or not known_rows or length is None or not set(sides) <= {"pre", "post"}:
        return None
    if not is_number(number) or length * len(known_rows) > MOST:
        return None
    return padded(known_rows, length, sides[0] == "pre", sides[1] == "pre", number)


CATEGORICAL = Row("x|y, num_classes|nb_classes=None, dtype=None", to_categorical)
PADDED = Row("sequences, maxlen=None, dtype='int32', padding='pre', truncating='pre', value=0.0", pad_sequences)
HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **handlers(
        "keras.utils",
        {
            "to_categorical": CATEGORICAL,
            "normalize": Row("x, axis=-1, order=2", normalize),
            "pad_sequences": PADDED,
        },
    ),
    **handlers("tflearn.data_utils", {"to_categorical": CATEGORICAL}),
    **handlers("keras.preprocessing.sequence", {"pad_sequences": PADDED}),
}


def keeps_all_words(value: ObjectValue) -> bool:
    """Whether a Tokenizer of Keras gives a number to every word that it is fitted to: 1 to the first of them."""
    known = value.name == "keras.preprocessing.text.Tokenizer" and not value.site.open
    return known and value.site.value(0, "num_words", default=None) is None
