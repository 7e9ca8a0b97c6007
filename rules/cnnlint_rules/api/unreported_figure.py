"""CNN712."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import FigureMissed, HistoryAsked, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnreportedFigure(Rule):
    """A key of a training's history that no epoch reports.

    ## What it does
    Finds `history.history["..."]` of a metric that `compile` was not given, of one under another name than it is
    reported by, and of a validation that `fit` was given no data for; and what `fit` returns taken for the dict in it
    (`history["loss"]`, `history.acc`) or for the model (`model = model.fit(…)`).

    ## Why is this bad
    It is a KeyError, and it comes when the training is over: what comes behind it, often the saving of the model, is
    not reached any more.

    ## Example
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=100)
    print(history.history["val_accuracy"])
    ```

    ## Use instead
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=100, validation_split=0.2)
    print(history.history["val_accuracy"])
    ```

    ## Exceptions
    Models of the program's own class and callbacks of its own may report what they like: silent. So are programs that
    ask which keys there are, or catch the error. `acc` was what an accuracy was called before Keras 2.3: a warning
    where the file is for TensorFlow 2 or Keras 3, and a note elsewhere.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method), on the History that it returns
    - [Keras 2.3: release notes](https://github.com/keras-team/keras/releases/tag/2.3.0), on the names of metrics
    """

    code = "CNN712"
    name = "unreported-figure"
    severity = Severity.ERROR
    summary = "A key of a training's history that no epoch reports"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the model learns the same: what fails comes behind the training")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each key."""
        for asked in program.events_of(HistoryAsked):
            problem = f"fit returns a History, which has no {'item' if asked.item else 'attribute'} {asked.name}"
            advice = f'its figures are in a dict: history.history["{asked.name}"]'
            if asked.of_model:
                advice = f"ask the model for {asked.name}: fit trains it in place, and its result is not the model"
            yield Finding(problem, asked.origin, asked.model, help=advice)
        current = program.frameworks.keras == 3 or program.frameworks.tensorflow == 2
        for event in program.events_of(FigureMissed):
            severity = None
            if event.unvalidated:
                problem = f"{event.figure} is not in the history: this training validates on nothing"
                advice = "give fit validation_data or a validation_split"
            elif event.instead:
                problem = f"{event.figure} is not in the history: it is called {event.instead} since Keras 2.3"
                advice = f'history["{event.instead}"]'
                severity = Severity.WARNING if current else Severity.INFO
            else:
                problem = f"{event.figure} is not in the history: no metric of that name is compiled"
                advice = "name it in the metrics of compile, or take the name that compile gives it"
            yield Finding(problem, event.origin, event.model, help=advice, severity=severity)
