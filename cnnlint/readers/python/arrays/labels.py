"""Encodings of labels: one-hot rows, class numbers, and how Keras and TensorFlow make one of the other."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, FewerColumns, Shape, Step
from cnnlint.readers.python.arrays import dtypes, elements, shapes
from cnnlint.readers.python.arrays.identity import origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    Elements,
    Value,
    integers,
)


def one_hot(
    run: Run,
    value: ArrayValue,
    depth: Value,
    site: CallSite,
    dtype: str | None = "float32",
) -> ArrayValue:
    """`to_categorical(y, num_classes)`, `tf.one_hot(y, depth)`: a row for each label, with a column for each class."""
    facts = value.facts
    classes = size_of(depth)
    if classes is None and depth is None:
        classes = _implied(value)
    first = facts.low if facts.encoding == "integer" and facts.low in (0, 1) else None
    if first is not None and facts.classes is not None and classes is not None:
        last = int(first) + facts.classes - 1
        if facts.high == last >= classes:
            run.event(FewerColumns(origin=run.origin(site.node), columns=classes, classes=last + 1))
    shape: Shape | None = None
    if facts.shape is not None:
        drops = not site.api.startswith(("tf.", "keras.ops.", "keras.backend."))
        dropped = len(facts.shape) > 1 and facts.shape[-1] == 1 and drops
        shape = (*(facts.shape[:-1] if dropped else facts.shape), classes)
        rows = facts.encoding == "one_hot"  # which have more than one column
        if len(facts.shape) > 1 and facts.shape[-1] is None and drops and not rows:
            shape = None  # an axis of one would be dropped
    if facts.image or facts.dtype in dtypes.FLOATS or _outside(facts, classes, site):
        made = facts.with_step(Step("one_hot", None, origin_of(run, site)), shape=shape, dtype=dtype, low=None)
        return ArrayValue(replace(made, high=None, encoding=None, classes=None, image=False))  # rows of zeros alone
    several = classes is not None and classes > 1 and facts.samples != 0
    hot = facts.encoding not in ("one_hot", "multi_hot")  # whose numbers come back
    made = facts.with_step(
        Step("one_hot", None, origin_of(run, site)),
        shape=shape,
        low=0.0 if several else None,
        high=1.0,
        encoding="one_hot" if hot else None,
        classes=classes if hot else None,
        role="labels",
        dtype=dtype,
        image=False,
    )
    full = value.gapless and facts.low == 0 and facts.high is not None and classes == facts.high + 1
    return elements.told(ArrayValue(made, mixed=value.mixed, gapless=full), _rows(value, made, classes))


def _outside(facts: ArrayFacts, classes: int | None, site: CallSite) -> bool:
    """Whether some labels may have no column: these get a row of zeros in TensorFlow; numpy counts from behind."""
    if classes is not None and (facts.high or 0) >= classes:
        return True
    if not site.api.startswith(("tf.", "keras.ops.", "keras.backend.")) or facts.encoding in ("integer", "binary"):
        return False
    last = facts.steps[-1] if facts.steps else None
    if last is not None and last.kind == "argmax":
        held, left = shapes.product(last.before), shapes.product(last.after)
        return bool(held and left and classes is not None and held // left > classes)
    cut = any(step.kind == "cast" and step.of in dtypes.FLOATS for step in facts.steps)  # of any real numbers
    return (facts.low is not None and facts.low < 0) or (cut and facts.low is None)


def _rows(value: ArrayValue, made: ArrayFacts, width: int | None) -> Elements | None:
    """One-hot rows of labels that are known."""
    found = elements.known(value)
    if found is None or width is None or len(found.items) * width > elements.MOST or made.shape is None:
        return None
    if not all(float(one).is_integer() and 0 <= one < width for one in found.items):
        return None
    rows = [int(one == place) for one in found.items for place in range(width)]
    return elements.reshaped(Elements((len(rows),), tuple(rows)), made.shape)


def _implied(value: ArrayValue) -> int | None:
    """The number of columns that labels ask for if nobody says it: the largest of them and one more."""
    facts = value.facts
    if facts.high is not None and facts.low is not None and facts.low >= 0 and (value.exact or value.gapless):
        return int(facts.high) + 1
    numbered = facts.encoding in ("integer", "binary") and facts.low == 0
    return facts.classes if numbered and facts.high is not None and facts.classes == facts.high + 1 else None


def mapped(run: Run, value: ArrayValue, table: DictValue, site: CallSite) -> ArrayValue:
    """`series.map({"cat": 0, "dog": 1})`: labels by a table."""
    numbers = integers(list(table.items.values()))
    facts = value.facts
    step = Step("encode", None, origin_of(run, site))
    if table.open or not numbers or any(isinstance(number, bool) for number in numbers):
        return ArrayValue(
            facts.with_step(step, low=None, high=None, encoding=None, classes=None, dtype=None), frame=value.frame
        )
    distinct = sorted(set(numbers))
    numbered = distinct == list(range(len(distinct)))
    # labels that the table leaves out have no number; of those that a file holds it is taken to name them all
    texts = facts.dtype in (None, "str", "object") and all(isinstance(key, str) for key in table.items)
    named = texts and facts.classes is None and not value.exact and facts.samples is None
    encoding: Any = ("binary" if len(distinct) == 2 else "integer") if numbered and len(distinct) > 1 else None
    if not named:
        lost = facts.with_step(step, low=None, high=None, encoding=None, dtype=None, classes=None, role="labels")
        return ArrayValue(lost, frame=value.frame)
    made = facts.with_step(
        step,
        low=float(distinct[0]),
        high=float(distinct[-1]),
        encoding=encoding,
        dtype="int64",
        classes=len(distinct) if encoding else None,
        role="labels",
    )
    return ArrayValue(made, frame=value.frame, mixed=value.mixed)


def word_matrix(run: Run, site: CallSite, words: int | None) -> ArrayValue:
    """`Tokenizer(num_words).texts_to_matrix(texts)`: a column for each word."""
    value = site.value(0, "texts", "sequences")
    facts = value.facts if isinstance(value, ArrayValue) else ArrayFacts()
    mode = site.value(1, "mode", default="binary")
    rows = facts.shape[0] if facts.shape else None
    low, high = (0.0, 1.0) if mode == "binary" else (0.0, None)
    step = Step("opaque", None, origin_of(run, site))
    return ArrayValue(ArrayFacts((rows, words), "float64", low, high, root=facts.root, steps=facts.steps_with(step)))
