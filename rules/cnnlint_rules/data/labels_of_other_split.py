"""CNN525."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Feed, Model, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: steps behind which samples may be of both parts
MIXING = {"concat", "stack", "opaque"}

WHY = {
    "other side": (
        "{} are cut off behind the place that the features are cut off before, or the reverse",
        "take the same side of both: x[:n] and y[:n]",
    ),
    "unpacked apart": (
        "train_test_split does not give its parts in the order {}",
        "x_train, x_test, y_train, y_test = train_test_split(x, y)",
    ),
    "other rows": (
        "these are the labels of another part than the answers are of, which are asked of {}",
        "ask about the samples whose labels these are",
    ),
}
NAMED = {
    "other part": (
        "{} are named after another part of the data than the features beside them",
        "pass the labels of these",
    ),
}


class LabelsOfOtherSplit(Rule):
    """Features of one part of the data with the labels of the other.

    ## What it does
    Finds `fit` and `evaluate` calls, and `validation_data`, that pair what trains with what tests: of a data set that
    comes in two parts, of `train_test_split`, whose four results are often unpacked in the wrong order, or of arrays
    that the program cuts in two itself (`x[:n]` with `y[n:]`), or names after their parts (`x_train` with `y_valid`);
    and a split whose four names stand in another order than its parts.

    ## Why is this bad
    The labels belong to other samples. Where both parts are equally many nothing is refused, and what is learned or
    measured is chance.

    ## Example
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split

    x_train, y_train, x_test, y_test = train_test_split(x, y, test_size=0.5)
    model = Sequential([layers.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.5)
    model = Sequential([layers.Input((8,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Arrays that were put together of several, or made by what was not read, may hold samples of both parts: silent.
    Where the numbers of samples are known and differ, sample-count-mismatch says so.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    - [scikit-learn 1.5: train_test_split](
      https://scikit-learn.org/stable/modules/generated/sklearn.model_selection.train_test_split.html)
    """

    code = "CNN525"
    name = "labels-of-other-split"
    severity = Severity.ERROR
    summary = "Features of one part of the data with the labels of the other"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the probe data brings pairs of its own")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        known = list(super().check(program))  # what a call is given, rather than how its parts are called
        yield from known
        events = program.events_of(DataMisused)
        yield from told((one for one in events if not (known and one.why == "unpacked apart")), WHY)
        yield from told(program.events_of(DataMisused), NAMED, Severity.WARNING)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such pair."""
        for feed in model.training.feeds:
            for what, features, labels in pairs(feed):
                if apart(features, labels):
                    sides = {"train": "trains", "test": "tests"}
                    yield Finding(
                        f"{feed.kind} pairs features of the part that {sides[features.split or '']} with labels of the "
                        f"part that {sides[labels.split or '']}{what}",
                        feed.origin,
                        model,
                        help="pass the labels of these samples: look at the order in which the parts were unpacked",
                    )


def pairs(feed: Feed) -> Iterator[tuple[str, ArrayFacts, ArrayFacts]]:
    """The pairs that a call is given, with what the second pair is for."""
    for what, features, labels in (("", feed.x, feed.y), (", to validate with", feed.validation_x, feed.validation_y)):
        if features is not None and labels is not None:
            yield what, features, labels


def apart(features: ArrayFacts, labels: ArrayFacts) -> bool:
    """Whether two arrays are known to be of different parts, and not refused for their lengths."""
    if None in (features.split, labels.split) or features.split == labels.split:
        return False
    if any(step.kind in MIXING for facts in (features, labels) for step in facts.steps):
        return False
    counts = (features.samples, labels.samples)
    return not (all(counts) and counts[0] != counts[1])
