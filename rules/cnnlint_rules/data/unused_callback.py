"""CNN528."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import CallbackUnused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnusedCallback(Rule):
    """A callback that no training is given.

    ## What it does
    Finds callbacks of Keras, and lists of them, that are made beside a `fit` and never read again, where no `fit` of
    the file is given any callbacks.

    ## Why is this bad
    The training does not stop early, keeps no best weights and lowers no learning rate: it is what it would be without
    them, and the author believes otherwise.

    ## Example
    ```python
    from keras import Sequential, callbacks, layers

    model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    stop = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    model.fit(x, y, epochs=500, validation_split=0.2)
    ```

    ## Use instead
    ```python
    from keras import Sequential, callbacks, layers

    model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    stop = callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    model.fit(x, y, epochs=500, validation_split=0.2, callbacks=[stop])
    ```

    ## Exceptions
    Where another `fit` of the file is given callbacks, one that is not among them may be left from a trial: silent.

    ## References
    - [Keras 3: callbacks](https://keras.io/api/callbacks/)
    """

    code = "CNN528"
    name = "unused-callback"
    severity = Severity.WARNING
    summary = "A callback is made and given to no training"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what the callback would have done hangs on the data and on its own settings")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each callback or list."""
        for event in program.events_of(CallbackUnused):
            what = f"this {event.callback} is" if event.callback else "these callbacks are"
            given = f"[{event.name}]" if event.callback else event.name
            problem = f"{what} given to no training: nothing reads {event.name}"
            yield Finding(problem, event.origin, help=f"hand it to fit: callbacks={given}")
