"""CNN725."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "factory": (
        "{} makes a loss or metric, and is none: it returns a function",
        "call it: loss=…()",
    ),
}


class UncalledFactory(Rule):
    """A function that makes a loss, in the place of the loss.

    ## What it does
    Finds `compile` with a function of the file as its loss or metric that returns nothing but a function of two
    parameters which is written in it.

    ## Why is this bad
    Keras calls it with the labels and the answers, takes the function that it returns for the loss, and fails.

    ## Example
    ```python
    import keras
    from keras import layers, ops


    def focal(gamma=2.0):
        def loss(y_true, y_pred):
            return -ops.mean(y_true * ops.log(y_pred) * (1 - y_pred) ** gamma)

        return loss


    model = keras.Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", loss=focal)
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers, ops


    def focal(gamma=2.0):
        def loss(y_true, y_pred):
            return -ops.mean(y_true * ops.log(y_pred) * (1 - y_pred) ** gamma)

        return loss


    model = keras.Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", loss=focal())
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Functions with a decorator are left alone.

    ## References
    - [Keras 3: losses](https://keras.io/api/losses/#creating-custom-losses)
    """

    code = "CNN725"
    name = "uncalled-factory"
    severity = Severity.ERROR
    summary = "A function that makes a loss stands for the loss"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras refuses before the first step")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Dropped), WHY)
