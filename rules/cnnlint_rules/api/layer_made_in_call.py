"""CNN709."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import LayerMadeInCall as Made
from cnnlint.graph import Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class LayerMadeInCall(Rule):
    """A layer that is made anew at every call.

    ## What it does
    Finds layers with weights that the `call` of a model or layer makes and applies at once.

    ## Why is this bad
    Every call draws new initial weights, which nothing keeps and no optimizer knows: what was learnt in one batch is
    gone in the next. In a compiled model TensorFlow refuses to make variables after the first call.

    ## Example
    ```python
    import keras
    from keras import layers


    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(64, activation="relu")

        def call(self, x):
            return layers.Dense(1)(self.hidden(x))


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
    Layers without weights may be made anywhere. What stands under a condition may be done once alone, as in
    `if self.head is None`: silent.

    ## References
    - [Keras 3: making new layers and models via subclassing](
      https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    code = "CNN709"
    name = "layer-made-in-call"
    severity = Severity.ERROR
    summary = "A layer with weights is made at every call"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the class is code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such layer."""
        for event in program.events_of(Made):
            yield Finding(
                f"the call of {event.cls} makes a new {event.layer} each time, with new weights",
                event.origin,
                event.model,
                help="make it in __init__, keep it on self, and apply it here",
            )
