"""Encodings of labels: one-hot rows, class numbers, and how Keras and TensorFlow make one of the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph import ArrayFacts, Step
from cnnlint.readers.python.arrays import shapes
from cnnlint.readers.python.arrays.identity import lifted, origin_of
from cnnlint.readers.python.arrays.methods import size_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    DictValue,
    Unknown,
    Value,
    integers,
    is_number,
)


def one_hot(run: Run, value: ArrayValue, depth: Value, site: CallSite) -> ArrayValue:
    """`to_categorical(y, num_classes)`, `tf.one_hot(y, depth)`: a row for each label, with a column for each class."""
    facts = value.facts
    classes = size_of(depth)
    if classes is None and depth is None:
        classes = _implied(facts)
    shape = None
    if facts.shape is not None:
        dropped = len(facts.shape) > 1 and facts.shape[-1] == 1 and not site.api.startswith("tf.")
        shape = (*(facts.shape[:-1] if dropped else facts.shape), classes)
    return ArrayValue(
        facts.with_step(
            Step("one_hot", None, origin_of(run, site)),
            shape=shape,
            low=0.0,
            high=1.0,
            encoding="one_hot",
            classes=classes,
            role="labels",
            dtype="float32",
            image=False,
        )
    )


def _implied(facts: ArrayFacts) -> int | None:
    """The number of columns that labels ask for if nobody says it: the largest of them and one more."""
    if facts.high is not None and facts.low is not None and facts.low >= 0 and facts.encoding != "continuous":
        return int(facts.high) + 1
    return facts.classes if facts.encoding in ("integer", "binary") else None


def to_categorical(run: Run, site: CallSite) -> Value:
    """`keras.utils.to_categorical(y, num_classes)`."""
    value, depth = site.value(0, "y", "x"), site.value(1, "num_classes", "nb_classes")
    array = lifted(run, value)
    if array is not None:
        return one_hot(run, array, depth, site)
    classes = size_of(depth)
    if is_number(value):
        return ArrayValue(ArrayFacts((classes,), "float32", 0.0, 1.0, "one_hot", classes, role="labels"))
    step = Step("one_hot", None, origin_of(run, site))
    return ArrayValue(
        ArrayFacts(None, "float32", 0.0, 1.0, "one_hot", classes, role="labels", origin=step.origin, steps=(step,))
    )


def normalize(run: Run, site: CallSite) -> Value:
    """`keras.utils.normalize(x, axis)`: every row is brought to length 1."""
    array = lifted(run, site.value(0, "x", "X"))
    if array is None:
        return Unknown("normalize()", ("call", site.api, run.building.place(site)))
    # what is left of the largest value depends on the length of its row
    step = Step("normalize", None, origin_of(run, site))
    low = 0.0 if array.facts.low == 0 else None
    return ArrayValue(array.facts.with_step(step, low=low, high=None, dtype="float64"), frame=array.frame)


def mapped(run: Run, value: ArrayValue, table: DictValue, site: CallSite) -> ArrayValue:
    """`series.map({"cat": 0, "dog": 1})`: labels by a table."""
    known = integers(list(table.items.values()))
    facts = value.facts
    step = Step("encode", None, origin_of(run, site))
    if table.open or not known or any(isinstance(number, bool) for number in known):
        return ArrayValue(
            facts.with_step(step, low=None, high=None, encoding=None, classes=None, dtype=None), frame=value.frame
        )
    distinct = sorted(set(known))
    numbered = distinct == list(range(len(distinct)))
    encoding: Any = ("binary" if len(distinct) == 2 else "integer") if numbered and len(distinct) > 1 else None
    return ArrayValue(facts.with_step(
        step, low=float(distinct[0]), high=float(distinct[-1]), encoding=encoding, dtype="int64",
        classes=len(distinct) if encoding else None, role="labels",
    ), frame=value.frame)  # fmt: skip


def padded_sequences(run: Run, site: CallSite) -> Value:
    """`pad_sequences(sequences, maxlen)`: rows of token numbers."""
    value, length = site.value(0, "sequences"), size_of(site.value(1, "maxlen"))
    array = lifted(run, value)
    facts = array.facts if array is not None else ArrayFacts()
    rows = facts.shape[0] if facts.shape else None
    step = Step("resize", None, origin_of(run, site))
    high = facts.high if facts.dtype == "object" else None
    return ArrayValue(facts.with_step(step, shape=(rows, length), dtype="int32", low=0.0 if high else None, high=high,
                                      encoding=None, classes=None))  # fmt: skip


def word_matrix(run: Run, site: CallSite, words: int | None) -> ArrayValue:
    """`Tokenizer(num_words).texts_to_matrix(texts)`: a column for each word."""
    value = site.value(0, "texts", "sequences")
    facts = value.facts if isinstance(value, ArrayValue) else ArrayFacts()
    mode = site.value(1, "mode", default="binary")
    rows = facts.shape[0] if facts.shape else None
    low, high = (0.0, 1.0) if mode == "binary" else (0.0, None)
    step = Step("opaque", None, origin_of(run, site))
    return ArrayValue(ArrayFacts((rows, words), "float64", low, high, root=facts.root, steps=(*facts.steps, step)))


def one_hot_function(run: Run, site: CallSite) -> Value:
    """`keras.ops.one_hot` and `keras.backend.one_hot` on data; None on tensors, which are the graph's."""
    value = site.value(0, "x", "indices")
    return one_hot(run, value, site.value(1, "num_classes"), site) if isinstance(value, ArrayValue) else None


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "keras.utils.to_categorical": to_categorical,
    "tflearn.data_utils.to_categorical": to_categorical,
    "keras.utils.normalize": normalize,
    "keras.preprocessing.sequence.pad_sequences": padded_sequences,
    "keras.utils.pad_sequences": padded_sequences,
}

__all__ = [
    "HANDLERS",
    "mapped",
    "one_hot",
    "one_hot_function",
    "padded_sequences",
    "shapes",
    "to_categorical",
    "word_matrix",
]
