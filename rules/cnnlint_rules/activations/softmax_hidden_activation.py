"""CNN106."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import features
from cnnlint.graph.kinds import CONVOLUTIONS, LINEAR
from cnnlint.graph.walks import describe, hidden_activation, next_weights, producer, scope_of
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

LAYERS = CONVOLUTIONS | {"Dense"}


class SoftmaxHiddenActivation(Rule):
    """Softmax as the activation of a hidden layer.

    ## What it does
    Finds a Dense or convolutional layer with softmax whose output is read only by further layers with weights, and a
    published network with its own head (`include_top`) in front of further Dense layers.

    ## Why is this bad
    Softmax makes the units of the layer compete for a total of 1: with n units each carries 1/n on average, so the
    layer passes on little more than which unit is largest, and its gradients shrink with n. In a hidden layer that is
    nearly always an activation copied from the output layer.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="softmax"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    Attention weights and gates of a mixture of experts are multiplied with something and never reach weights alone; an
    output that another model reads, or that is an output as well, is a model boundary. Units in groups, each with a
    total of 1, are several distributions, such as those over the distances to a box's sides.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.3, where softmax is an output unit
    - [Keras 3: activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN106"
    name = "softmax-hidden-activation"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Softmax as the activation of a hidden layer"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each hidden softmax."""
        for node in model:
            readers = next_weights(model, node, through=LINEAR) if has_top(node) else []
            if readers and all(reader.kind == "Dense" for reader in readers):
                yield Finding(
                    f"{describe(readers[0])} reads the probabilities of the classes of {describe(node)}",
                    node.origin,
                    model,
                    node,
                    help="include_top=False",
                )
        for node in model:
            layer = producer(node) if node.activation == "softmax" else None
            if layer is not None and layer.kind == "BatchNormalization":
                layer = producer(layer)
            if layer is not None and layer.activation not in (None, "tanh", "softmax"):
                layer = producer(layer)  # attention takes its softmax of tanh
            if layer is None or layer.kind not in LAYERS or scope_of(layer) != scope_of(node) or in_groups(layer, node):
                continue
            readers = next_weights(model, node, through=LINEAR)
            if not readers or any(reader.kind not in LAYERS for reader in readers):
                continue
            function = hidden_activation(model)
            count = f"{features(layer)} units" if features(layer) else "units"
            yield Finding(
                f"the {count} of hidden layer {describe(layer)} share a total of 1 through softmax "
                f"before {describe(readers[0])} reads them",
                node.origin,
                model,
                node,
                remedy=Remedy(f'use activation="{function}" here', (SetArgument(node, "activation", function),)),
            )


def in_groups(layer: Node, node: Node) -> bool:
    """Whether the units were put into groups that have a total of 1 each, or do not share one at all."""
    at = node
    while at is not layer and len(at.inputs) == 1:
        at = at.inputs[0]
        if at.kind in ("Permute", "Transpose"):
            return True  # another axis than that of the units is the last by then
    axis, sizes = node.value("axis") if node.known("axis") else -1, node.shape
    if not sizes or not isinstance(axis, int) or not -len(sizes) <= axis < len(sizes):
        return False
    return None not in (sizes[axis], features(layer)) and sizes[axis] != features(layer)


def has_top(node: Node) -> bool:
    """Whether a published network is used with the head that tells its own classes apart."""
    return node.kind == "Application" and node.value("include_top") is True
