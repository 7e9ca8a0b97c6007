"""CNN533."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class FittedBeforeSplit(Rule):
    """A scaler that has seen what the model is tested on.

    ## What it does
    Finds scalers of scikit-learn, and its PCA, that `fit_transform` all rows before these are parted into what trains
    and what tests, by `train_test_split` or by two slices that meet.

    ## Why is this bad
    Means, ranges and directions are learnt from data like weights are. Where the test rows had a part in them, the
    model is measured on data that it knows something of: of a series, how far it will rise. How much that flatters
    the figures hangs on the data, and with many rows it may be little.

    ## Example
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import MinMaxScaler

    rows = MinMaxScaler().fit_transform(rows)
    x_train, x_test, y_train, y_test = train_test_split(rows, targets)
    model = Sequential([layers.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x_train, y_train, epochs=20)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import MinMaxScaler

    x_train, x_test, y_train, y_test = train_test_split(rows, targets)
    scaler = MinMaxScaler()
    x_train, x_test = scaler.fit_transform(x_train), scaler.transform(x_test)
    model = Sequential([layers.Input((6,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x_train, y_train, epochs=20)
    ```

    ## Exceptions
    A name that is bound anew before the split, a scaler that is bound more than once, and a split in another function
    than the scaling: silent. `validation_split` parts what was scaled as well, and is left alone.

    ## References
    - [scikit-learn 1.5: common pitfalls](https://scikit-learn.org/1.5/common_pitfalls.html), section 11.2, data leakage
    """

    code = "CNN533"
    name = "fitted-before-split"
    severity = Severity.INFO
    summary = "A scaler learns from the rows that the model is tested on"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the model learns the same; what is known about it suffers")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(DataMisused):
            if event.why == "fitted before":
                problem = f"this learns from all of {event.what}, also from the rows that are parted off to test with"
                advice = "part the rows first, fit_transform those that train and transform the others"
                yield Finding(problem, event.origin, help=advice)
            elif event.why == "windows apart":
                problem = f"windows of {event.what} overlap, and are parted at random: those that test were trained on"
                yield Finding(problem, event.origin, help="part the series first, or shuffle=False")
