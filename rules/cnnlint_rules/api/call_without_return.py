"""CNN703."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, ValuelessCall, ValuelessFunction
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what is missing, by what is expected
RETURNED = {"a rate": "the rate", "a loss": "the loss"}


class CallWithoutReturn(Rule):
    """A `call`, or a function that builds a model, whose result is not returned.

    ## What it does
    Finds models and layers of the program whose `call` or `train_step` assigns values and has no `return` with one,
    and functions that return nothing where the next use of their result is a method of models or a layer's call, or
    that an attribute is given for a model, or where a wrapper or a scheduler calls them, or `compile` for a loss; a
    schedule that has no rate for the last epochs.

    ## Why is this bad
    Without `return` a method returns None: the model has no output, and the first call of it, of `fit` or of the loss
    ends in an error that speaks of None.

    ## Example
    ```python
    import keras
    from keras import layers


    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.scores = layers.Dense(10, activation="softmax")

        def call(self, x):
            x = self.scores(x)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers


    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.scores = layers.Dense(10, activation="softmax")

        def call(self, x):
            x = self.scores(x)
            return x
    ```

    ## Exceptions
    A `call` that raises, yields, or holds no more than a docstring or `pass` belongs to an abstract class: silent.

    ## References
    - [Keras 3: subclassing Layer and Model](https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    code = "CNN703"
    name = "call-without-return"
    severity = Severity.ERROR
    summary = "A `call`, or a function that builds, returns nothing"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("there is no output to train")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each class."""
        for event in program.events_of(ValuelessCall):
            problem = f"`{event.method}` of the {event.role} {event.cls} returns nothing"
            yield Finding(problem, event.origin, event.model, help="return what it computes, in its last line")
        for made in program.events_of(ValuelessFunction):
            ends = "does not always return something" if made.at_times else "returns nothing"
            problem = f"`{made.function}` {ends}, and {made.of} is expected of it"
            advice = f"return {RETURNED.get(made.of, 'what it builds')}, in its last line"
            yield Finding(problem, made.origin, made.model, help=advice)
