"""CNN522."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import CallbackWithoutValidation as Watching
from cnnlint.graph import Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class CallbackWithoutValidation(Rule):
    """A callback that watches a validation which there is none of.

    ## What it does
    Finds `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint(save_best_only=True)` that watch a figure of the
    validation (`val_loss` is their default), in a `fit` without validation data.

    ## Why is this bad
    The figure never comes: training is not stopped, the rate is not reduced, the best model is not saved. Keras says so
    in a warning among the output of the epochs.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=100, callbacks=[keras.callbacks.EarlyStopping(patience=5)])
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=100, validation_split=0.2, callbacks=[keras.callbacks.EarlyStopping(patience=5)])
    ```

    ## Exceptions
    Callbacks that watch the training (`monitor="loss"`), and arguments that are handed on by `**`, keep the rule
    silent.

    ## References
    - [Keras 3: EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    - [Keras 3: ModelCheckpoint](https://keras.io/api/callbacks/model_checkpoint/)
    """

    code = "CNN522"
    name = "callback-without-validation"
    severity = Severity.WARNING
    summary = "A callback watches a validation that is not there"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("callbacks are code, and what they would do depends on the data")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such callback."""
        for event in program.events_of(Watching):
            yield Finding(
                f"this {event.callback} watches {event.monitor}, and fit is given nothing to validate on",
                event.origin,
                event.model,
                help='give fit validation_data or validation_split, or watch the training: monitor="loss"',
            )
