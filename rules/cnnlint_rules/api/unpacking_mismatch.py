"""CNN718."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, Unpacked
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnpackingMismatch(Rule):
    """A result that is taken apart into other than there is in it.

    ## What it does
    Finds results that are bound to several names at once and hold another number of things: those of `evaluate`,
    whose numbers are the loss and the metrics of `compile`; of `load_data`, a pair of pairs; of `train_test_split`,
    two for each array; and of recurrent layers, with `return_state` or, as one tensor, without it.

    ## Why is this bad
    Python refuses: "not enough values to unpack", or, of the one number that `evaluate` gives without metrics,
    "cannot unpack non-iterable float".

    ## Example
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((13,)), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x_train, y_train)
    loss, error = model.evaluate(x_test, y_test)
    ```

    ## Use instead
    ```python
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((13,)), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    model.fit(x_train, y_train)
    loss, error = model.evaluate(x_test, y_test)
    ```

    ## Exceptions
    Metrics that could not be read, models of several outputs or of a class of the program's own, `return_dict`, and
    names with a star keep the rule silent.

    ## References
    - [Keras 3: evaluate](https://keras.io/api/models/model_training_apis/#evaluate-method)
    - [Keras 3: MNIST](https://keras.io/api/datasets/mnist/)
    - [Keras 3: LSTM](https://keras.io/api/layers/recurrent_layers/lstm/), `return_state`
    """

    code = "CNN718"
    name = "unpacking-mismatch"
    severity = Severity.ERROR
    summary = "A result has fewer or more parts than names it is given"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what fails is no training")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(Unpacked):
            if event.what == "evaluate":
                numbers = (
                    "one number, the loss" if event.holds == 1 else f"{event.holds} numbers, the loss and the metrics"
                )
                problem = f"evaluate gives {numbers}, and {event.names} names are to take it apart"
                advice = "name as many metrics in compile as are asked for here"
            else:
                alone = event.holds == 1
                problem = f"{event.what} is one tensor" if alone else f"{event.what} has {event.holds} parts"
                problem += f", and {event.names} names are to take it apart"
                advice = "ask for the state: return_state=True" if alone else f"take it apart into {event.holds}"
            yield Finding(problem, event.origin, event.model, help=advice)
