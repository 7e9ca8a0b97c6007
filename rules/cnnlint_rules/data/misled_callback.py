"""CNN524."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import CallbackMisled, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class MisledCallback(Rule):
    """A callback that watches a figure which no epoch reports, or the wrong end of one.

    ## What it does
    Finds `EarlyStopping`, `ReduceLROnPlateau` and `ModelCheckpoint(save_best_only=True)` that watch what is not among
    the metrics of `compile`, or under another name than it is reported by (`val_acc` for `metrics=["accuracy"]`,
    `val_los`), those that take the highest loss or the lowest accuracy for the best (`mode`), and an `EarlyStopping`
    whose patience is as long as the training. Likewise a search of KerasTuner for the accuracy of a model that is
    compiled without one, and a `ReduceLROnPlateau` that waits longer than the `EarlyStopping` beside it.

    ## Why is this bad
    A figure that never comes stops nothing and saves nothing; Keras says so in a warning among the output of the
    epochs, and in its version 3 refuses to stop early by it where no mode is given. With the wrong mode training stops
    as soon as the model gets better, and the worst weights are kept.

    ## Example
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="max", patience=5)
    model.fit(x, y, epochs=100, validation_split=0.2, callbacks=[stop])
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    model = keras.Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", patience=5)
    model.fit(x, y, epochs=100, validation_split=0.2, callbacks=[stop])
    ```

    ## Exceptions
    Models and callbacks of the program's own, which may report what they like, and metrics that are not known keep the
    rule silent. So do, for patience, fewer than ten epochs, and `restore_best_weights`, which needs no early end. `acc`
    was what accuracy was called before Keras 2.3: a note, unless the file is for TensorFlow 2 or Keras 3.

    ## References
    - [Keras 3: EarlyStopping](https://keras.io/api/callbacks/early_stopping/), `monitor` and `mode`
    - [Keras 2.3: release notes](https://github.com/keras-team/keras/releases/tag/2.3.0), on the names of metrics
    """

    code = "CNN524"
    name = "misled-callback"
    severity = Severity.WARNING
    summary = "A callback watches what no epoch reports, or the wrong end of it"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("callbacks are code, and what they would do depends on the data")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such callback."""
        for event in program.events_of(CallbackMisled):
            if event.why == "renamed" and program.frameworks.tensorflow in (0, 1):
                continue
            current = program.frameworks.keras == 3 or program.frameworks.tensorflow == 2
            if event.why == "direction":
                wrong = {"min": "highest", "max": "lowest"}[event.instead]
                problem = f"this {event.callback} takes the {wrong} {event.monitor} for the best"
                advice = f'mode="{event.instead}", or leave it to the callback'
            elif event.why == "patient":
                problem = f"this {event.callback} waits {event.instead} epochs, and there are no more: it never stops"
                advice = "fewer epochs of patience, or more to train for; restore_best_weights=True keeps the best"
            elif event.why == "too late":
                problem = (
                    f"EarlyStopping ends the training after {event.instead} epochs without a better {event.monitor}, "
                    "before this does anything"
                )
                advice = f"wait for less: patience={max(int(event.instead) // 2, 1)}"
            elif event.why == "never stops":
                problem = f"{event.callback} tells itself to stop, and the training goes on"
                advice = "self.model.stop_training = True"
            elif event.why == "renamed":
                problem = (
                    f"this {event.callback} watches {event.monitor}, which is called {event.instead} since Keras 2.3"
                )
                advice = f'monitor="{event.instead}"'
            else:
                problem = f"this {event.callback} watches {event.monitor}, and no figure of that name is reported"
                advice = "name a metric as compile does, or watch val_loss"
            severity = Severity.INFO if event.why == "renamed" and not current else None
            severity = Severity.ERROR if event.refused else severity
            yield Finding(problem, event.origin, event.model, help=advice, severity=severity)
