"""CNN556."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

WHY = {
    "gaps": (
        "the first or last rows of {} have no value, and are trained on: the loss becomes nan",
        "leave them out first: table = table.dropna()",
    ),
}


class GapsInData(Rule):
    """Rows without a value that are trained on.

    ## What it does
    Finds columns of a table that are made by `shift`, `pct_change`, `diff` or a rolling mean, in files that never fill
    or leave out the rows for which there is nothing before or behind, and that train on all of them.

    ## Why is this bad
    The first change of a price, and the first nine of ten days' means, are nan. One of them in a batch makes the loss
    nan, its gradients, and with the next update every weight of the model: it answers nan ever after.

    ## Example
    ```python
    import pandas as pd
    from keras import Sequential, layers

    table = pd.read_csv("prices.csv")
    table["change"] = table["close"].pct_change()
    model = Sequential([layers.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(table[["open", "change"]].values, table["close"].values, epochs=5)
    ```

    ## Use instead
    ```python
    import pandas as pd
    from keras import Sequential, layers

    table = pd.read_csv("prices.csv")
    table["change"] = table["close"].pct_change()
    table = table.dropna()
    model = Sequential([layers.Input((2,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(table[["open", "change"]].values, table["close"].values, epochs=5)
    ```

    ## Exceptions
    Rows that are cut off, filled (`fill_value`, `min_periods`, `fillna`, an imputer) or picked by a condition, and
    shifted columns that are only compared, which is false where there is nothing, keep it silent.

    ## References
    - [pandas 2: DataFrame.shift](https://pandas.pydata.org/docs/reference/api/pandas.DataFrame.shift.html)
    - [Keras 3: TerminateOnNaN](https://keras.io/api/callbacks/terminate_on_nan/), what stops such a training
    """

    code = "CNN556"
    name = "gaps-in-data"
    severity = Severity.WARNING
    summary = "Rows without a value are trained on"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the gaps are in the data, and the probe data has none")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such column."""
        return told(program.events_of(DataMisused), WHY)
