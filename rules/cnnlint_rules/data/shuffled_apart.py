"""CNN519."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Model, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what an array is called whose pairs are torn on purpose
MEANT = re.compile(r"random|shuffl|permut|noise|noisy|corrupt|scrambl", re.IGNORECASE)
ONE_ORDER = "give both the same order: order = np.random.permutation(len(x)); x, y = x[order], y[order]"
WHY = {
    "shuffled apart": ("{} are put in another order than the features, which are shuffled by themselves", ONE_ORDER),
    "shuffled alone": ("{} are put in another order here, and what they are paired with is not", ONE_ORDER),
    "dropped alone": (
        "rows of {} are left out here, and not of what stands beside it",
        "leave them out of the whole table first",
    ),
    "indexed apart": (
        "the rows of {} are taken as they come, and the others in an order of chance",
        "take them by the same index: {}[order[:n]]",
    ),
    "drawn apart": (
        "the rows of {} are drawn by chance for themselves, and those of the features too",
        "draw once, and take both by the same rows",
    ),
    "split apart": (
        "{} are split in another order than the features, which are split by themselves",
        "split both at once: x_train, x_test, y_train, y_test = train_test_split(x, y)",
    ),
    "turned apart": (
        "{} is turned by a draw of its own, and what it belongs to by another",
        "draw once for both: flip where tf.random.uniform(()) > 0.5, or join them before it",
    ),
    "zipped apart": (
        "this stream is put in another order than the one that it is zipped with",
        "zip first and shuffle the pairs, or pass both the same seed",
    ),
    "paired backwards": ("the pairs are ({}): fit takes the first for the features", "put the features first"),
    "shuffled stream": (
        "{} is shuffled anew each time: its labels are read in another order than predictions",
        "shuffle=False",
    ),
    "shuffled pictures": (
        "{} shuffles its pictures, and the predictions are compared with {}.classes, in the order of the files",
        "shuffle=False",
    ),
}
#: steps that may have put the rows in an order that is not followed
UNTOLD = frozenset({"slice", "augment", "opaque", "stack", "concat", "transpose"})


class ShuffledApart(Rule):
    """Features or labels that are shuffled alone.

    ## What it does
    Finds `fit` calls whose features were shuffled or sorted and whose labels were not, or the reverse, or both, one
    after the other in an order of its own, or zipped with a stream in another order, or split by a
    `train_test_split` of its own, or of which one takes its rows by a random order (`x[order[:n]]`, `x = x[order]`)
    and the other as they come (`y[:n]`); and predictions of an image generator that shuffles beside its `classes`,
    which stand in the order of the files.

    ## Why is this bad
    The pairs are torn: every sample has another one's label, and nothing is left to learn but how frequent each is.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    np.random.shuffle(x_train)
    model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x_train / 255, y_train)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    order = np.random.permutation(len(x_train))
    x_train, y_train = x_train[order], y_train[order]
    model = Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x_train / 255, y_train)
    ```

    ## Exceptions
    Labels whose name says that they are shuffled on purpose (`random_labels`: a network that learns noise by
    heart), and both shuffled where the file sets a seed or a state, for it may be alike; two splits are told apart
    by the `random_state` that they are given, or lack. Numbers drawn by chance have no pairs to tear, and rows
    taken by an index may be in any order: silent. That something is a mask, or labels, by its name alone: a note.

    ## References
    - [scikit-learn 1.5: shuffle](https://scikit-learn.org/stable/modules/generated/sklearn.utils.shuffle.html)
    - [NumPy 2: shuffle](https://numpy.org/doc/stable/reference/random/generated/numpy.random.Generator.shuffle.html)
    """

    code = "CNN519"
    name = "shuffled-apart"
    severity = Severity.WARNING
    summary = "Features and labels are not shuffled together"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the pairs are torn in the data, and the probe data brings pairs of its own")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        feeds = [feed for model in program.models for feed in model.training.feeds]
        whole = {
            parts_of(feed.x, feed.y)
            for feed in feeds
            if feed.x is not None and feed.y is not None and not (moves(feed.x) or moves(feed.y))
        }
        for model in program.models:
            yield from torn(model, whole)
        yield from told(program.events_of(DataMisused), WHY)


def torn(model: Model, whole: Set[tuple[object, ...]]) -> Iterator[Finding]:
    """One finding for the first call whose pairs are torn, and are not whole in any other."""
    for feed in model.training.fits():
        if feed.x is None or feed.y is None or feed.x.source is None or feed.y.source is None:
            continue
        shuffled = [facts for facts in (feed.x, feed.y) if moves(facts)]
        if len(shuffled) != 1 or any(step.kind in UNTOLD for facts in (feed.x, feed.y) for step in facts.steps):
            continue
        alone = shuffled[0]
        if MEANT.search(alone.name or "") or parts_of(feed.x, feed.y) in whole:
            continue  # to see what a network makes of noise
        step = next(step for step in alone.steps if step.kind == "shuffle")
        what, other = ("features", "labels") if alone is feed.x else ("labels", "features")
        yield Finding(
            f"the {what} are put in another order here, and the {other} are not",
            step.origin or feed.origin,
            model,
            help=ONE_ORDER,
        )
        return


def parts_of(x: ArrayFacts, y: ArrayFacts) -> tuple[object, ...]:
    """Which arrays a pair is made of, and whether it judges: the test samples of a training are not its own."""
    return x.root, y.root, "test" in (x.split, y.split)


def moves(facts: ArrayFacts) -> bool:
    """Whether the samples were put in another order."""
    return any(step.kind == "shuffle" for step in facts.steps)
