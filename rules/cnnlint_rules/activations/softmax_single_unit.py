"""CNN105."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.axes import declared_size
from cnnlint.graph.outputs import REGRESSION, heads
from cnnlint.graph.walks import SOFTMAXES, describe, in_head
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.remedies import Remedy, RemoveNode, SetArgument

INSIDE = NotTestable("the model answers through what comes behind it, and may learn without these scores")


class SoftmaxSingleUnit(Rule):
    """Softmax over a single unit.

    ## What it does
    Finds a softmax at an output of the model whose axis is known to have one element, and one inside of it over the
    single score that a dense layer gives each step, as it is written for attention: a warning.

    ## Why is this bad
    Softmax divides each value by the sum along its axis. With one element that is x/x: the output is the constant 1,
    for every input and whatever the weights are. No training can change it. On TensorFlow the binary cross-entropy
    may still fall, because Keras finds the logit behind the softmax, and that hides the fault.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    Attention over a single position is a softmax inside the network and legitimate. A
    size that could not be worked out (`len(names)` of a list that was not read whole) is unknown, not 1. Softmax over
    another axis counts that axis.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.2, sigmoid units for Bernoulli outputs
    - [Keras 3: softmax](https://keras.io/api/layers/activations/#softmax-function), which warns of this at run time
    """

    code = "CNN105"
    name = "softmax-single-unit"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Softmax over one unit is the constant 1"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    every_way = True
    experiment = Proof("constant-output", "the output is 1 for every input and all weights")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head of one softmax unit."""
        for node in model:
            if node.activation not in SOFTMAXES or normalized_size(node) != 1:
                continue
            if not in_head(model, node):
                if scores_apart(node):
                    problem = f"{describe(node)} applies {node.activation} to the one score of each step: all are 1"
                    advice, warning = "let the softmax go along the axis of the steps: axis=1", Severity.WARNING
                    yield Finding(problem, node.origin, model, node, help=advice, severity=warning, experiment=INSIDE)
                continue
            loss = next((head.loss.name for head in heads(model) if head.activation_node is node), None)
            quantity = loss in REGRESSION
            yield Finding(
                f"{describe(node)} applies {node.activation} to a single unit: its output is "
                f"{1 if node.activation == 'softmax' else 0} for every input",
                node.origin,
                model,
                node,
                remedy=Remedy(
                    f"{'leave' if quantity else 'use sigmoid for'} the single unit of {describe(node)}"
                    + (" linear, as a quantity is learnt" if quantity else ""),
                    (RemoveNode(node) if quantity else SetArgument(node, "activation", "sigmoid"),),
                ),
            )


def scores_apart(node: Node) -> bool:
    """Whether a softmax inside the network goes along the single unit of a dense layer that scores each step."""
    source = node if node.kind == "Dense" else node.inputs[0] if len(node.inputs) == 1 else None
    while source is not None and source.kind == "Activation" and len(source.inputs) == 1:
        source = source.inputs[0]  # the scores are squeezed first: tanh
    along = node.value("axis") if node.known("axis") else -1
    scores = source is not None and source.kind == "Dense" and source.value("units") == 1
    steps = (node.shape or ())[:-1]
    if len(steps) == 1:  # an exporter's rows, however many steps each of its samples has
        return scores and along in (-1, 1) and steps[0] not in (None, 1)
    return scores and len(steps) == 2 and along in (-1, 2) and steps[1] != 1


def normalized_size(node: Node) -> int | None:
    """The number of elements along the axis that a softmax normalises."""
    axis = node.value("axis") if node.known("axis") else -1
    shape = node.shape
    if shape is None and axis == -1:
        return declared_size(node)
    if not shape or not isinstance(axis, int) or not -len(shape) <= axis < len(shape) or axis % len(shape) == 0:
        return None
    return shape[axis]
