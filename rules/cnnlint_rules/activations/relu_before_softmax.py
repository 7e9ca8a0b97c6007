"""CNN101."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import DROPOUT, RESHAPING
from cnnlint.graph.outputs import EXCLUSIVE, heads
from cnnlint.graph.walks import CLAMPING, class_axis_size, describe, in_head, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import UNTAUGHT, Trial
from cnnlint.rule.remedies import Remedy, RemoveNode


class ReluBeforeSoftmax(Rule):
    """Relu on the scores that a softmax turns into probabilities.

    ## What it does
    Finds a relu (or relu6) whose output goes straight into the softmax of a classifier, or into a loss that applies
    the softmax itself.

    ## Why is this bad
    Softmax tells classes apart by the difference of their scores. Relu sets every negative score to 0, so all classes
    that the layer wants to rule out get the same probability, and where every score is negative the answer is 1/K for
    each class with no gradient at all. Whether such a model learns depends on the luck of its initial weights.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="relu"),
        layers.Softmax(),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(16, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
        layers.Softmax(),
    ])
    ```

    ## Exceptions
    Relu, then global average pooling, then softmax is the published design of Network in Network and SqueezeNet: a
    pooling between the two keeps the rule silent. So does a softmax inside the network (attention weights).

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.3, softmax units for multinoulli outputs
    - [Keras 3: Softmax layer](https://keras.io/api/layers/activation_layers/softmax/)
    - Lin, Chen, Yan: [Network in Network](https://arxiv.org/abs/1312.4400) (2013), for the exception
    """

    code = "CNN101"
    name = "relu-before-softmax"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Relu clamps the scores that a softmax reads"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Trial(
        "accuracy",
        "higher",
        margin=0.1,
        steps=100,
        structure=True,
        proof=UNTAUGHT,
    )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each clamped head."""
        seen: set[int] = set()
        for relu, reader in clamped_scores(model):
            count = class_axis_size(relu)
            if count == 1 or id(relu) in seen:
                continue
            seen.add(id(relu))
            layer = relu.fused_into or producer(relu) or relu
            number = f"{count} " if count else ""
            yield Finding(
                f"{describe(layer)} has {number}{relu.activation} outputs and feeds {reader}: "
                "about half of the scores are clamped to 0 and get no gradient",
                relu.origin,
                model,
                relu,
                remedy=Remedy(f"drop the {relu.activation} of {describe(layer)}", (RemoveNode(relu),)),
            )


def clamped_scores(model: Model) -> Iterator[tuple[Node, str]]:
    """Each relu that a head's softmax reads, and how a message calls that softmax."""
    for node in model:
        if node.activation == "softmax" and in_head(model, node):
            source = producer(node, through=RESHAPING | DROPOUT)
            if source is not None and source.activation in CLAMPING:
                yield source, "a softmax" if node.fused_into else f"the softmax {describe(node)}"
    for head in heads(model):
        takes_logits = head.loss.name in EXCLUSIVE and head.loss.from_logits is True
        if takes_logits and head.activation in CLAMPING and head.activation_node is not None:
            yield head.activation_node, f"the softmax inside the loss {head.loss.name}"
