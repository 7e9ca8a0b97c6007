"""CNN504."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, Feed, Model, Step
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.remedies import Remedy, ReplaceInput, ScaleInputs

#: so many deviations or ranges away, a number was not scaled
FAR = 20
Given = tuple[Feed, Literal["x", "validation_x"]]
"""A call and which of its arrays."""
REFITTED = NotTestable("how far the statistics of the two sets lie apart depends on the data")


class TrainTestPreprocessingMismatch(Rule):
    """Data that is prepared one way for training and another way for validation or prediction.

    ## What it does
    Compares what was done to the training set with what was done to sets of the same source, or to numbers that are
    written down, that are validated, evaluated or predicted on. It also finds scalers that are fitted on the test set.

    ## Why is this bad
    A model trained on 0..1 and tested on 0..255 sees inputs 255 times too large: its accuracy is low, however well it
    learned. A scaler fitted on the test set moves it by other numbers than the training set was moved by.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train, validation_data=(x_test, y_test))
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar10

    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    x_train, x_test = x_train / 255, x_test / 255
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train, validation_data=(x_test, y_test))
    ```

    ## Exceptions
    Augmentation belongs to the training set alone. Standardising both sets by the training set's numbers, in whatever
    spelling, comes out the same. Sets from different sources, and steps that were not understood, are not compared.

    ## References
    - Kaufman and others: [Leakage in data mining](https://doi.org/10.1145/2020408.2020496) (2011)
    - [scikit-learn 1.5: common pitfalls](https://scikit-learn.org/stable/common_pitfalls.html#inconsistent-preprocessing)
    """

    code = "CNN504"
    name = "train-test-preprocessing-mismatch"
    severity = Severity.WARNING
    summary = "Training and test data are prepared differently"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial(
        "validation loss", "lower", margin=0.5, steps=100, also=("validation accuracy",), parameters={"noise": 0.2}
    )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first pair of sets that differ, and one for the first scaler fitted on test data."""
        pairs = list(compared(model))
        for trained, given, train, other in pairs:
            if alike(train, other):
                continue
            tested = f"{other.name or 'data'} of {span(other)}"
            message = f"the model is trained on {train.name or 'data'} of {span(train)} and given {tested}"
            edits = (repair((trained, "x"), train, given, other),)
            remedy = Remedy("prepare both in the same way", edits, advice=advice(train, other))
            yield Finding(message, given[0].origin, model, remedy=remedy)
            break
        for _, (tests, _), train, other in pairs:
            refits = [step for step in other.steps if refitted(step, train)]
            if refits:
                problem = f"{other.name or 'the test data'} is scaled by its own statistics, not by the training data's"
                advised = "fit on the training data alone, and transform both with it"
                yield Finding(problem, refits[0].origin or tests.origin, model, help=advised, experiment=REFITTED)
                break


def refitted(step: Step, train: ArrayFacts) -> bool:
    """Whether a step scales other data by its own statistics, and not by those that the training data was scaled by."""
    of_test = step.fitted == "test" and step.kind in ("fit-scaler", "standardize")
    apart = [one.own and one.origin != step.origin for one in train.steps if one.kind == "fit-scaler"]
    return of_test or (step.own and bool(apart) and all(apart))


def advice(train: ArrayFacts, other: ArrayFacts) -> str:
    """The line that is missing where a scaler transformed the training data alone."""
    scaled = [step.origin.text for step in train.steps if step.kind == "fit-scaler" and step.origin is not None]
    if scaled and other.name and not other.changes:
        scaler = re.match(r"([\w.]+?)\.(?:fit_)?transform\(", scaled[-1])
        return f"{other.name} = {scaler[1] if scaler is not None else 'scaler'}.transform({other.name})"
    return "which of the two is right only their author knows"


def compared(model: Model) -> Iterator[tuple[Feed, Given, ArrayFacts, ArrayFacts]]:
    """A call that trains, where other data of the same source is given to the model, and both arrays."""
    asked = [feed for feed in model.training.feeds if feed.kind in ("evaluate", "predict")]
    for trained in model.training.fits():
        others: list[Given] = [(trained, "validation_x"), *((feed, "x") for feed in asked)]
        for given in others:
            other = getattr(*given)
            if trained.x is not None and other is not None and related(trained.x, other):
                yield trained, given, trained.x, other


def related(train: ArrayFacts, other: ArrayFacts) -> bool:
    """Whether two arrays come from one source, or one from pictures and the other from a picture in a file."""
    read = train.image and other.of_files and None not in (train.high, train.low, other.high, other.low)
    same = train.root is not None and train.root == other.root
    raw = other.source is None and not other.steps and (other.high or 0.0) > FAR * (train.high or 1.0)
    raw = raw and any(one.kind == "fit-scaler" for one in train.steps)  # a sample that was written down
    return read or same or raw or (train.source is not None and train.source == other.source)


def alike(train: ArrayFacts, other: ArrayFacts) -> bool:
    """Whether two arrays are prepared in the same way, as far as that can be told."""
    mine, theirs = ([(step.kind, step.factor) for step in one.changes] for one in (train, other))
    same = mine == theirs or train.prepared == other.prepared or (standardized(train) and standardized(other))
    return same or None in (train.prepared, other.prepared) or train.spans(other)


def standardized(facts: ArrayFacts) -> bool:
    """Whether an array was centred, by statistics or by the numbers that they once were: `(x - 120.7) / 64.15`."""
    kinds = {step.kind for step in facts.changes}
    around = facts.low is not None and facts.high is not None and facts.low < 0 < facts.high
    return bool(kinds & {"standardize", "fit-scaler"}) or (around and kinds >= {"shift", "scale"})


def span(facts: ArrayFacts) -> str:
    """The range of an array, or what was done to it, for messages."""
    if facts.low is not None and facts.high is not None:
        return f"{facts.low:g} to {facts.high:g}"
    kinds = ", ".join(step.kind for step in facts.changes)
    return f"a range changed by {kinds}" if kinds else "its original range"


def repair(trained: Given, train: ArrayFacts, given: Given, other: ArrayFacts) -> ScaleInputs | ReplaceInput:
    """Scale the set with the larger values, or prepare the one that had less done to it like the other."""
    (small, _), (large, place) = sorted(((train, trained), (other, given)), key=lambda one: one[0].high or 1.0)
    factor = (small.high or 1.0) / (large.high or 1.0)
    low = None if large.low is None else large.low * factor
    if large.high is not None and replace(large, low=low, high=small.high).prepared == small.prepared:
        return ScaleInputs(place[0], factor, place[1])
    (left, place), (like, _) = sorted(((other, given), (train, trained)), key=lambda one: len(one[0].changes))
    facts = replace(left, low=like.low, high=like.high, dtype=like.dtype, steps=like.steps)
    return ReplaceInput(place[0], facts, place[1])
