"""CNN601."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph.walks import bypasses, dead_layers, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof


class UnusedLayer(Rule):
    """A layer whose output is never read.

    ## What it does
    Finds layers that are applied to a tensor, and whose output reaches no output of the model and nothing else.

    ## Why is this bad
    The layer is not part of the model: it learns nothing, and what the author believes to happen there does not. Mostly
    the next line reads an older variable.

    ## Example
    ```python
    from keras import Input, Model, layers

    inputs = Input((32, 32, 3))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    shortcut = layers.Conv2D(32, 1)(inputs)
    shortcut = layers.BatchNormalization()(x)
    x = layers.Flatten()(shortcut)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = Model(inputs, outputs)
    ```

    ## Use instead
    ```python
    from keras import Input, Model, layers

    inputs = Input((32, 32, 3))
    x = layers.Conv2D(16, 3, activation="relu")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Flatten()(x)
    outputs = layers.Dense(10, activation="softmax")(x)
    model = Model(inputs, outputs)
    ```

    ## Exceptions
    The last pass of a loop or the last call of a helper may leave a tensor over that the others did not; several passes
    that each read the tensor before the loop, and of which the last alone is read, are told. A tensor
    that is returned, stored or passed on is alive. A dropout or pooling whose own input goes on instead is
    bypassed-layer's business.

    ## References
    - [Keras 3: the functional API](https://keras.io/guides/functional_api/): a model is what lies between its inputs
      and outputs
    - He and others: [Deep residual learning](https://arxiv.org/abs/1512.03385) (2015), for shortcuts as they are meant
    """

    code = "CNN601"
    name = "unused-layer"
    severity = Severity.WARNING
    summary = "The output of a layer is never read"
    every_way = True
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("unreachable-layer", "no path leads from the layer to an output of the model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each last layer of a dead branch."""
        for model in program.models:
            for node in dead_layers(program, model):
                if bypasses(model, node) is None:
                    yield Finding(
                        f"the output of {describe(node)} is never read",
                        node.origin,
                        model,
                        node,
                        help="read it where it was meant to go, or leave the layer out",
                    )
