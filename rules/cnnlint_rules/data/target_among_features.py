"""CNN521."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Model, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: where the answer is given with the question, and what to write
SERIES = {
    "own column": (
        "{} are a column of the table that the features are cut from, and are among them",
        "leave their column out of the features",
    ),
    "within the window": (
        "{} is in the window that it is to be foretold from",
        "take the value behind the window: series[i + size]",
    ),
    "in sight": (
        "{} come next, and nothing hides them from the attention that is to foretell them",
        "MultiHeadAttention(…)(x, x, use_causal_mask=True)",
    ),
    "seen from behind": (
        "{} come next, and this layer reads them: it looks at what is behind each step as well",
        'a layer that reads what came before alone: LSTM(…), Conv1D(…, padding="causal")',
    ),
    "shifted back": (
        "{} is the value of the row before, which was known, and not the one that comes",
        "shift(-1)",
    ),
    "own first": (
        "{} begin with the windows: each window is to foretell its own first value",
        "begin them behind the first window: targets=series[size:], and data=series[:-size]",
    ),
    "noisy targets": (
        "{} are what is given, noise and all: it learns to keep the noise",
        "fit it to what the noise was added to",
    ),
    "noise as target": (
        "{} are what the noise was added to, and are given to foretell what is noisy",
        "exchange the two: fit(noisy, clean)",
    ),
    "not shifted": (
        "{} are the same words as those that are given: there is nothing to foretell",
        "put the targets one word ahead: given[:-1], foretold[1:]",
    ),
}


class TargetAmongFeatures(Rule):
    """The answer is among the features.

    ## What it does
    Finds `fit` calls whose targets are a column of a table, and whose features are that table with all of its columns;
    windows of a series whose first or last value is the one to be foretold; and sequences whose next word is the one
    given.

    ## Why is this bad
    The model learns to copy one number. Its accuracy is perfect, on the test set as well, and worth nothing where the
    answer is not known.

    ## Example
    ```python
    import pandas as pd
    from keras import Sequential, layers

    table = pd.read_csv("heart.csv")
    y = table["target"]
    x = table
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y)
    ```

    ## Use instead
    ```python
    import pandas as pd
    from keras import Sequential, layers

    table = pd.read_csv("heart.csv")
    y = table["target"]
    x = table.drop(columns="target")
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y)
    ```

    ## Exceptions
    Columns that were dropped, popped or picked in any way make another table. Rows that are shifted against each other,
    as those of a forecast are, and windows of rows keep the rule silent.

    ## References
    - Kaufman and others: [Leakage in data mining](https://doi.org/10.1145/2382577.2382579) (2012)
    - [scikit-learn 1.5: data leakage](https://scikit-learn.org/stable/common_pitfalls.html#data-leakage)
    """

    code = "CNN521"
    name = "target-among-features"
    severity = Severity.WARNING
    summary = "The targets are a column of the features"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the columns are at fault, and the probe data brings columns of its own")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from super().check(program)
        yield from told(program.events_of(DataMisused), SERIES)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the first such call."""
        for feed in model.training.fits():
            if feed.leaked is not None and feed.x is not None and feed.y is not None:
                named = feed.x.name or "the features"
                yield Finding(
                    f"{feed.y.name or 'the targets'} are a column of {named}, which hold it as well",
                    feed.origin,
                    model,
                    help=f"leave it out: {named} = {named}.drop(columns=…)",
                )
                return
