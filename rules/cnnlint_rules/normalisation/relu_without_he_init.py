"""CNN402."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import CONVOLUTIONS, TRANSPOSED, WEIGHTED
from cnnlint.graph.walks import describe, initializer, sole_consumer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

LAYERS = CONVOLUTIONS | TRANSPOSED | {"Dense"}
GLOROT = frozenset({"glorot_uniform", "glorot_normal"})
#: with fewer weighted layers no effect was measured
DEEP = 8


class ReluWithoutHeInit(Rule):
    """Relu layers that start with Glorot's weights. Opt-in.

    ## What it does
    Notes Dense and convolutional layers followed by relu whose kernel is left to the default, glorot_uniform.

    ## Why is this bad
    Glorot's scale keeps the variance of a linear or tanh layer; relu halves it, so the signal shrinks by half with
    every layer. In deep plain stacks He's scale makes the difference between learning and not; in a net of two layers
    no difference was measured.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Practically everybody leaves the default, so the rule has to be selected. An initialiser that is written down was
    chosen; batch norm behind the layer makes its scale irrelevant.

    ## References
    - He and others: [Delving deep into rectifiers](https://arxiv.org/abs/1502.01852) (2015)
    - [Keras 3: initializers](https://keras.io/api/layers/initializers/)
    """

    code = "CNN402"
    name = "relu-without-he-init"
    severity = Severity.INFO
    fix = "unsafe"
    summary = "Relu layer with Glorot's initial weights"
    default = False
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=50, shrinkable=False)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        depth = sum(node.kind in WEIGHTED for node in model)
        for layer in model:
            if layer.kind not in LAYERS or layer.given("kernel_initializer") or initializer(layer) not in GLOROT:
                continue
            if not feeds_relu(model, layer):
                continue
            weight = f"; with {depth} weighted layers no effect was measured" if depth < DEEP else ""
            yield Finding(
                f"{describe(layer)} feeds relu and starts with {initializer(layer)} weights{weight}",
                layer.origin,
                model,
                layer,
                remedy=Remedy(
                    'kernel_initializer="he_normal"', (SetArgument(layer, "kernel_initializer", {"name": "he_normal"}),)
                ),
            )


def feeds_relu(model: Model, layer: Node) -> bool:
    """Whether relu is what reads the layer."""
    reader = sole_consumer(model, layer)
    return reader is not None and reader.activation == "relu"
