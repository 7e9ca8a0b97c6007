"""CNN107."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.walks import (
    CONVOLUTIONS,
    LINEAR,
    describe,
    features,
    input_features,
    next_weights,
    producer,
)
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

SATURATING = frozenset({"sigmoid", "tanh", "hard_sigmoid"})
LAYERS = CONVOLUTIONS | {"Dense"}


class SaturatingHiddenActivation(Rule):
    """Sigmoid or tanh as the activation of a hidden layer. Opt-in.

    ## What it does
    Notes hidden Dense and convolutional layers with sigmoid, hard sigmoid or tanh.

    ## Why is this bad
    The slope of a sigmoid is at most 1/4 and nearly 0 away from the middle, so gradients fade with every layer; tanh is
    better, and fades too. Relu and its relatives train deep stacks faster. In a net of one or two layers it hardly
    matters: this is a convention.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="sigmoid"),
        layers.Dense(64, activation="sigmoid"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Gates, recurrent layers and code layers of an autoencoder (narrower than both neighbours) use these functions on
    purpose.

    ## References
    - Glorot, Bengio: [Understanding the difficulty of training deep feedforward neural networks](
      https://proceedings.mlr.press/v9/glorot10a.html) (2010)
    - [Keras 3: activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN107"
    name = "saturating-hidden-activation"
    severity = Severity.INFO
    summary = "Sigmoid or tanh in a hidden layer"
    default = False
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, shrinkable=False)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each saturating hidden layer."""
        for node in model:
            layer = producer(node) if node.activation in SATURATING else None
            if layer is None or layer.kind not in LAYERS:
                continue
            readers = next_weights(model, node, through=LINEAR)
            own, before = features(layer), input_features(layer)
            if not readers or any(reader.kind not in LAYERS for reader in readers):
                continue
            if own is not None and before is not None and own < before and own < (features(readers[0]) or 0):
                continue
            yield Finding(
                f"hidden layer {describe(layer)} uses {node.activation}, whose gradient fades where it saturates",
                node.origin,
                model,
                node,
                remedy=Remedy('use activation="relu"', (SetArgument(node, "activation", "relu"),)),
            )
