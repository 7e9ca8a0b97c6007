"""CNN603."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import LayerUncalled, Model, Program
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof

UNCALLED = Proof("by-definition", "no output depends on a layer that is never called, and no gradient reaches it")


class UncalledLayer(Rule):
    """A layer that a model makes and never calls.

    ## What it does
    Finds layers that a model or a layer of the program keeps on `self` and that none of its methods use.

    ## Why is this bad
    The layer is not in the model. Where it is the output layer, the model answers with 64 features in place of 10
    classes, and a loss over class numbers does not even notice. Otherwise it is left over, and misleads its reader.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers

    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(64, activation="relu")
            self.out = layers.Dense(10)

        def call(self, x):
            return self.hidden(x)

    net = Net()
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers

    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(64, activation="relu")
            self.out = layers.Dense(10)

        def call(self, x):
            return self.out(self.hidden(x))

    net = Net()
    ```

    ## Exceptions
    Layers in lists, layers that are reached by name (`getattr`), handed on, or used by another method or from outside
    are used. A base class without a `call` leaves its layers to the classes made from it.

    ## References
    - [Keras 3: making new layers and models via subclassing](
      https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    code = "CNN603"
    name = "uncalled-layer"
    severity = Severity.WARNING
    summary = "A layer is made and never called"
    applies_to = "Keras 2, Keras 3, tf.keras (subclassed models)"
    experiment = Proof("unreachable-layer", "the layer is not part of any computation of the model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such layer of a model, or of a layer."""
        yield from super().check(program)
        for event in program.events_of(LayerUncalled):
            problem = f"`{event.name}` ({event.layer}) is made by {event.cls} and never called"
            advice = "call it where it was meant to go, or leave it out"
            yield Finding(problem, event.origin, help=advice, experiment=UNCALLED)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for layer in model.uncalled if model.outputs else ():
            yield Finding(
                f"{describe(layer)} ({layer.kind}) is made by {model.name} and never called",
                layer.origin,
                model,
                layer,
                help="call it where it was meant to go, or leave it out",
            )
