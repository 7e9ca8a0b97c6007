"""CNN320."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import LossReadAsAccuracy as Misread
from cnnlint.graph import Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class LossReadAsAccuracy(Rule):
    """The loss is called an accuracy.

    ## What it does
    Finds the first number that `evaluate` returns bound to a name of an accuracy, or shown behind that word.

    ## Why is this bad
    `evaluate` returns the loss first and the metrics behind it, in the order of `compile`. A loss that is shown as
    accuracy falls while the model gets better, and may well be above 1.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y)
    accuracy, loss = model.evaluate(x_test, y_test)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y)
    loss, accuracy = model.evaluate(x_test, y_test)
    ```

    ## Exceptions
    A model without metrics returns the loss alone, and one of several outputs returns a loss for each of them: silent.
    So are names and words that speak of neither.

    ## References
    - [Keras 3: evaluate](https://keras.io/api/models/model_training_apis/#evaluate-method)
    - Wardat, Le, Rajan: [DeepLocalize](https://arxiv.org/abs/2103.03376) (2021), where a program from Stack Overflow
      prints the loss as accuracy
    """

    code = "CNN320"
    name = "loss-read-as-accuracy"
    severity = Severity.WARNING
    summary = "The loss that evaluate returns is called an accuracy"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the model is as good as it is, whatever its numbers are called")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(Misread):
            yield Finding(
                "the first number that evaluate returns is the loss, and is called an accuracy here",
                event.origin,
                event.model,
                help="loss, accuracy = model.evaluate(…)",
            )
