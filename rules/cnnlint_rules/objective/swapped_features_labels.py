"""CNN331."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, weight
from cnnlint.rule.experiments import NotTestable


class SwappedFeaturesLabels(Rule):
    """Features and labels in each other's places.

    ## What it does
    Finds `fit` and `evaluate` calls that are given the labels of a `train_test_split` or `load_data` first and the
    features second, beside a call of the same model that is given them in order, or under a cross-entropy.

    ## Why is this bad
    Both methods take the features first. Where the shapes differ Keras refuses; where they agree, as a column beside a
    column, the figure is that of a question that nobody asked.

    ## Example
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(x, y)
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(x_train, y_train, epochs=20)
    model.evaluate(y_test, x_test)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from sklearn.model_selection import train_test_split

    x_train, x_test, y_train, y_test = train_test_split(x, y)
    model = Sequential([layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mean_squared_error")
    model.fit(x_train, y_train, epochs=20)
    model.evaluate(x_test, y_test)
    ```

    ## Exceptions
    A model that goes back from the labels to the features is given them in that order everywhere, and learns without
    classes: silent. So are names that are bound again to something else.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/)
    """

    code = "CNN331"
    name = "swapped-features-labels"
    severity = Severity.WARNING
    summary = "The labels stand where the features belong"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the probe data brings features and labels of its own, in their places")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the first such call."""
        for event in program.events_of(DataMisused):
            if event.why == "exchanged":
                problem = f"{event.what} are the labels, and the features come first"
                yield Finding(problem, event.origin, event.model, help="exchange the two", severity=weight(event))
