"""CNN531."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class ExhaustedGenerator(Rule):
    """A generator that is through after one epoch.

    ## What it does
    Finds generators of the program that go through their samples in one loop and end, and that `fit` or
    `fit_generator` is to take several epochs from.

    ## Why is this bad
    A generator does not begin anew. After the first epoch Keras warns that the input ran out of data and ends the
    training, or raises StopIteration in its older versions: nine of ten epochs do not take place.

    ## Example
    ```python
    from tensorflow.keras import Sequential, layers


    def batches(x, y, size=32):
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]


    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(batches(x_train, y_train), steps_per_epoch=len(x_train) // 32, epochs=10)
    ```

    ## Use instead
    ```python
    from tensorflow.keras import Sequential, layers


    def batches(x, y, size=32):
        while True:
            for start in range(0, len(x), size):
                yield x[start : start + size], y[start : start + size]


    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(batches(x_train, y_train), steps_per_epoch=len(x_train) // 32, epochs=10)
    ```

    ## Exceptions
    Loops around loops, and those over anything but a range that counts samples, may yield as much as is asked for:
    silent. A number of steps is held against the samples of Keras's own data sets, and of no other. So
    is a training of one epoch, and one whose number of epochs is not known.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method), on generators
    - [Python 3: generators](https://docs.python.org/3/glossary.html#term-generator-iterator)
    """

    code = "CNN531"
    name = "exhausted-generator"
    severity = Severity.WARNING
    summary = "A generator ends before the training does"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the generator is code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(DataMisused):
            if event.why == "ends early":
                problem = f"{event.what} goes through its samples once, and is read for several epochs"
                yield Finding(problem, event.origin, event.model, help="put `while True:` around its loop")
