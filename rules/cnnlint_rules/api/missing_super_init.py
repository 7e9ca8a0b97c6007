"""CNN713."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import BaseNotInitialized, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class MissingSuperInit(Rule):
    """A model or layer that never runs Keras's own constructor.

    ## What it does
    Finds subclasses of Keras's models and layers whose `__init__` sets attributes and never calls `super().__init__()`.

    ## Why is this bad
    Keras's constructor sets up what layers, weights and names are kept in. Without it Keras 2 refuses the first layer
    that a model assigns, and Keras 3 the first call: "you forgot to call `super().__init__()`".

    ## Example
    ```python
    import keras
    from keras import layers


    class Net(keras.Model):
        def __init__(self):
            self.hidden = layers.Dense(64, activation="relu")
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(self.hidden(x))


    model = Net()
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers


    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(64, activation="relu")
            self.head = layers.Dense(1)

        def call(self, x):
            return self.head(self.hidden(x))


    model = Net()
    ```

    ## Exceptions
    A class with further bases, or that others derive from, may leave it to them; an `__init__` that hands itself to a
    function, and a class that has a constructor run in another method, may do it there: silent. So is a model without
    a `call`, as those that were written before Keras 2.2 and override what `fit` does.

    ## References
    - [Keras 3: making new layers and models via subclassing](
      https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    code = "CNN713"
    name = "missing-super-init"
    severity = Severity.ERROR
    summary = "The constructor of Keras's class is never run"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the class is code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each class."""
        for event in program.events_of(BaseNotInitialized):
            problem = (
                f"`__init__` of the {event.role} {event.cls} never calls super().__init__(): Keras raises an error"
            )
            yield Finding(problem, event.origin, event.model, help="make super().__init__() its first statement")
