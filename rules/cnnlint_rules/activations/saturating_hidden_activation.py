"""CNN107."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features, input_features
from cnnlint.graph.kinds import CONVOLUTIONS, LINEAR
from cnnlint.graph.walks import describe, next_weights, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

SATURATING = frozenset({"sigmoid", "tanh", "hard_sigmoid"})
LAYERS = CONVOLUTIONS | {"Dense"}
#: two sigmoid layers cost nothing that was measured, three do (see the docstring)
DEEP = 3


class SaturatingHiddenActivation(Rule):
    """Sigmoid or tanh as the activation of hidden layers, one upon the other.

    ## What it does
    Finds three or more hidden Dense or convolutional layers in a row with sigmoid or hard sigmoid, and notes as many
    with tanh. Fewer are noted where the rule is selected.

    ## Why is this bad
    The slope of a sigmoid is at most 1/4 and nearly 0 away from the middle, so gradients fade with every layer; tanh is
    better, and fades too. Relu and its relatives train deep stacks faster. In a net of one or two layers it hardly
    matters: there it is a convention. Three sigmoid layers on digits reached 0.86 after five epochs where relu reached
    0.93, and had nearly caught up after forty.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="sigmoid"),
        layers.Dense(64, activation="sigmoid"),
        layers.Dense(32, activation="sigmoid"),
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
        layers.Dense(32, activation="relu"),
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
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Hidden layers in a row with sigmoid or tanh"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, shrinkable=False, delays=True)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each row of three or more, and one for each layer of a shorter one."""
        hidden = {id(layer): node for node in model if (layer := saturating(model, node)) is not None}
        for row in rows(model, hidden):
            functions = {node.activation for node in row}
            if len(row) >= DEEP:
                weak = "tanh" in functions
                yield Finding(
                    f"{len(row)} hidden layers in a row ({', '.join(map(describe, row))}) use "
                    f"{' and '.join(sorted(map(str, functions)))}, whose gradient fades with every layer",
                    row[0].origin,
                    model,
                    row[0],
                    remedy=Remedy(
                        'use activation="relu"', tuple(SetArgument(node, "activation", "relu") for node in row)
                    ),
                    severity=Severity.INFO if weak else None,
                )
                continue
            for node in row:
                yield Finding(
                    f"hidden layer {describe(node)} uses {node.activation}, whose gradient fades where it saturates",
                    node.origin,
                    model,
                    node,
                    remedy=Remedy('use activation="relu"', (SetArgument(node, "activation", "relu"),)),
                    severity=Severity.INFO,
                    opt_in=True,
                )


def saturating(model: Model, node: Node) -> Node | None:
    """The hidden layer that this activation saturates, if it is one."""
    layer = producer(node) if node.activation in SATURATING else None
    if layer is None or layer.kind not in LAYERS:
        return None
    readers = next_weights(model, node, through=LINEAR)
    own, before = features(layer), input_features(layer)
    if not readers or any(reader.kind not in LAYERS for reader in readers):
        return None
    if own is not None and before is not None and own < before and own < (features(readers[0]) or 0):
        return None
    return layer


def rows(model: Model, hidden: dict[int, Node]) -> Iterator[list[Node]]:
    """The activations of saturating layers, by `hidden` of their layers, in unbroken rows."""
    follower = {key: next_weights(model, node, through=LINEAR)[0] for key, node in hidden.items()}
    followed = {id(layer) for layer in follower.values()}
    for key, node in hidden.items():
        if key in followed:
            continue
        row, layer = [node], follower[key]
        while id(layer) in hidden and len(row) <= len(hidden):
            row.append(hidden[id(layer)])
            layer = follower[id(layer)]
        yield row
