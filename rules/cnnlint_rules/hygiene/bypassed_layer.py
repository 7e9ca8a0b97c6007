"""CNN602."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph.walks import bypasses, dead_layers, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Reconnect, Remedy


class BypassedLayer(Rule):
    """A layer that the next one reads past.

    ## What it does
    Finds layers whose output is never read while their own input feeds a later layer.

    ## Why is this bad
    The chain goes around the layer: a dropout that drops nothing, a pooling that pools nothing. The program runs, and
    every size may even fit. Nearly always a variable name was not updated.

    ## Example
    ```python
    from keras import Input, Model, layers

    inputs = Input((784,))
    dense = layers.Dense(128, activation="relu")(inputs)
    dropped = layers.Dropout(0.5)(dense)
    outputs = layers.Dense(10, activation="softmax")(dense)
    model = Model(inputs, outputs)
    ```

    ## Use instead
    ```python
    from keras import Input, Model, layers

    inputs = Input((784,))
    dense = layers.Dense(128, activation="relu")(inputs)
    dropped = layers.Dropout(0.5)(dense)
    outputs = layers.Dense(10, activation="softmax")(dropped)
    model = Model(inputs, outputs)
    ```

    ## Exceptions
    Helpers that return the pooled and the unpooled map leave one of them over at the last call, and loops one at the
    last pass. A tensor that is returned, stored or passed on is alive.

    ## References
    - [Keras 3: the functional API](https://keras.io/guides/functional_api/)
    - [TensorFlow 1.15: tf.layers.dropout](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/layers/dropout):
      returns its output
    """

    code = "CNN602"
    name = "bypassed-layer"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "The next layer reads past this one"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("unreachable-layer", "no path leads from the layer to an output of the model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each bypassed layer."""
        for model in program.models:
            for node in dead_layers(program, model):
                reader = bypasses(model, node)
                if reader is None:
                    continue
                source = node.inputs[0]
                yield Finding(
                    f"the output of {describe(node)} is never read: "
                    f"{describe(reader)} reads {describe(source)} instead",
                    node.origin,
                    model,
                    node,
                    remedy=Remedy(
                        f"let {describe(reader)} read {describe(node)}",
                        (Reconnect(reader, source, node),),
                    ),
                )
