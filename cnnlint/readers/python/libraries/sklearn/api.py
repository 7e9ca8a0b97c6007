"""scikit-learn: its functions and objects by qualified name; splits, shuffling and folds are here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from cnnlint.graph import ArrayFacts, Step
from cnnlint.graph.facts import Split
from cnnlint.readers.python.arrays import ranges, tables
from cnnlint.readers.python.arrays.identity import fresh_root, lifted, origin_of, view
from cnnlint.readers.python.arrays.items import enough, is_gathered
from cnnlint.readers.python.arrays.lists import depth
from cnnlint.readers.python.arrays.methods import number_of
from cnnlint.readers.python.libraries.rows import Row, handlers
from cnnlint.readers.python.libraries.signatures import Arguments, signature
from cnnlint.readers.python.libraries.sklearn import datasets, transformers
from cnnlint.readers.python.libraries.sklearn import rows as sklearn_rows
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import (
    ArrayValue,
    CallSite,
    IteratorValue,
    ListValue,
    ObjectValue,
    Unknown,
    Value,
)


def train_test_split(run: Run, bound: Arguments) -> Value:
    """`train_test_split(x, y, test_size=...)`: a training and a test part of each array."""
    result: list[Value] = []
    for passed in bound.rest:
        # of data that could not be read it is still known which part trains and which tests
        array = lifted(run, passed.value) or ArrayValue(ArrayFacts(origin=origin_of(run, bound.site)))
        counts = split_counts(array.facts.samples, bound["test_size"], bound["train_size"])
        root = array.facts.root if array.facts.root is not None else fresh_root(run)
        step = Step("split", None, origin_of(run, bound.site))
        sides: tuple[Split, Split] = ("train", "test")
        for split, count in zip(sides, counts, strict=True):
            # what is held out of a training set is validation data; it is told apart as a test set is
            made = _drawn(array, count, step, bound)
            made.facts = replace(made.facts, split=split, root=root, name=None)
            result.append(_handed_on(array, made, passed.value))
    return ListValue(result, bound.site.open)


def _handed_on(array: ArrayValue, made: ArrayValue, given: Value) -> ArrayValue:
    """Samples of what is given, a list of them where that is one: it hands on the rows of its arrays themselves."""
    made.listed = depth(given)
    rows = made.listed and (made.facts.shape is None or len(made.facts.shape) > 1)
    return view(array, made) if rows else made


def _drawn(array: ArrayValue, count: int | None, step: Step, bound: Arguments) -> ArrayValue:
    """Some samples of an array, drawn at random unless `shuffle` is False."""
    if array.frame is not None:
        part = tables.rows(array, count, kind="split")
        part.mixed = array.mixed
        return part
    facts = array.facts
    random = bound["shuffle"] is True
    # published data is balanced enough for a part that is drawn at random to be like the whole
    published = facts.source is not None and facts.source.startswith(("sklearn.datasets.", "keras.datasets."))
    published = published and not any(one.kind == "opaque" for one in facts.steps)
    gathered = random and is_gathered(facts)
    even = array.mixed or facts.image or (random and published) or gathered
    constant = array.exact and facts.low is not None and facts.low == facts.high
    stratified = bound.given("stratify") and bound["stratify"] is not None and array.gapless
    labelled = facts.encoding in ("integer", "binary", None)
    if facts.encoding in ("one_hot", "multi_hot") and facts.shape is not None and len(facts.shape) == 1:
        facts = replace(facts, encoding=None, classes=None)  # one row is taken apart
    kept = (even and enough((count,), facts.classes)) or (stratified and count is not None and not bound.site.open)
    kept = kept or (gathered and count is None)
    low, high = (facts.low, facts.high) if even or constant else ranges.NOTHING
    shape = (count, *facts.shape[1:]) if facts.shape is not None else None
    made = replace(
        facts,
        shape=shape,
        steps=facts.steps_with(step),
        low=low,
        high=high,
        classes=facts.classes if kept or not labelled else None,
    )
    return ArrayValue(made, constant, mixed=even or random, gapless=array.gapless and kept)


def split_counts(samples: int | None, size: Value, train_size: Value) -> tuple[int | None, int | None]:
    """How many samples go to training and to the test, by scikit-learn's rounding."""
    held, kept = number_of(size), number_of(train_size)
    if samples is None or (held, kept) != (size, train_size):
        return (train_size if isinstance(train_size, int) else None), (size if isinstance(size, int) else None)
    if held is None and kept is None:
        held = 0.25
    test = None if held is None else -int(-samples * held // 1) if isinstance(held, float) else held
    train = None if kept is None else int(samples * kept) if isinstance(kept, float) else kept
    return (
        samples - test if train is None and test is not None else train,
        samples - train if test is None and train is not None else test,
    )


def shuffled(run: Run, bound: Arguments) -> Value:
    """`sklearn.utils.shuffle(x, y)`: the same samples in another order, or some of them."""
    step = Step("shuffle", None, origin_of(run, bound.site))
    made: list[Value] = []
    for passed in bound.rest:
        array = lifted(run, passed.value)
        if array is None:
            made.append(Unknown("shuffle()", ("call", "shuffle", run.building.place(bound.site), len(made))))
            continue
        facts = replace(array.facts.with_step(step), name=None)
        frame = array.frame
        if frame is not None:
            made.append(
                tables.rows(
                    array,
                    facts.samples if not bound.given("n_samples") else None,
                    every=not bound.given("n_samples"),
                    kind="shuffle",
                )
            )
        elif bound.given("n_samples"):
            shape = (None, *facts.shape[1:]) if facts.shape is not None else None
            drawn = ArrayValue(ArrayFacts(shape, facts.dtype, root=facts.root))
            made.append(_handed_on(array, drawn, passed.value))
        else:
            drawn = ArrayValue(facts, array.exact, mixed=True, gapless=array.gapless)
            made.append(_handed_on(array, drawn, passed.value))
    return made[0] if len(made) == 1 else ListValue(made)


def resampled(run: Run, bound: Arguments) -> Value:
    """`sklearn.utils.resample(x, y)`: samples drawn from all of them, as many as there are or as are asked for."""
    step = Step("shuffle", None, origin_of(run, bound.site))
    asked = bound["n_samples"] if bound.given("n_samples") else None
    made: list[Value] = []
    for passed in bound.rest:
        array = lifted(run, passed.value)
        if array is None or array.frame is not None or array.listed or not isinstance(passed.value, ArrayValue):
            return None
        facts = array.facts
        count = facts.samples if asked is None else asked if isinstance(asked, int) else None
        shape = (count, *facts.shape[1:]) if facts.shape is not None else None
        # which of them are drawn is not known: a class or an end of the range may be left out
        lost = replace(facts.with_step(step), shape=shape, low=None, high=None, classes=None, name=None)
        made.append(ArrayValue(replace(lost, encoding=facts.encoding if shape is not None else None)))
    return made[0] if len(made) == 1 else ListValue(made)


FOLDS = (
    "KFold",
    "StratifiedKFold",
    "ShuffleSplit",
    "StratifiedShuffleSplit",
    "GroupKFold",
    "RepeatedKFold",
    "RepeatedStratifiedKFold",
    "TimeSeriesSplit",
)


def folds(name: str) -> Value:
    """`KFold(n).split(x, y)`: pairs of positions."""
    if name != "split":
        return None
    train = ArrayFacts((None,), "int64", split="train")
    test = ArrayFacts((None,), "int64", split="test")
    pair = (ArrayValue(train), ArrayValue(test))
    return IteratorValue(iter(()), lambda: pair, lost=True, everything=lambda: ListValue([pair], True))


def method(run: Run, value: ObjectValue, name: str, site: CallSite) -> Value:
    """A method of one of scikit-learn's objects; None for what is not known."""
    root, _, kind = value.name.rpartition(".")
    if not root.startswith(("sklearn", "imblearn")):
        return None
    if kind in FOLDS:
        return folds(name)
    known = sklearn_rows.TRANSFORMERS.get(kind)
    if known is None or name not in transformers.METHODS:
        return None
    settings = signature(known.signature).bind(value.site)
    bound = signature(transformers.METHODS[name]).bind(site)
    if settings is None or bound is None:
        return None
    return known.effect(run, transformers.Fitted(value, kind, settings, name), bound)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    **{
        f"sklearn.{module}.train_test_split": handler
        for module in ("model_selection", "cross_validation")
        for handler in handlers(
            "sklearn",
            {
                "split": Row(
                    "*arrays, test_size=None, train_size=None, random_state=None, shuffle=True, stratify=None",
                    train_test_split,
                )
            },
        ).values()
    },
    **handlers("sklearn.datasets", datasets.ROWS),
    **handlers(
        "sklearn.utils",
        {
            "shuffle": Row("*arrays, random_state=None, n_samples=None", shuffled),
            "resample": Row("*arrays, replace=True, n_samples=None, random_state=None, stratify=None", resampled),
        },
    ),
    **handlers("sklearn.preprocessing", sklearn_rows.ROWS),
}
