"""CNN312."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.contracts import RANGES
from cnnlint.graph.outputs import REGRESSION, Head, heads, is_dense_head
from cnnlint.graph.walks import CLAMPING, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Remedy, RemoveNode

ANY = (None, None)


class ReluOutputForRegression(Rule):
    """Relu on the output of a regression.

    ## What it does
    Finds a dense output with relu under a loss that measures distances, unless the targets are known to be
    non-negative, and one with softplus or exponential whose targets are known to be negative.

    ## Why is this bad
    The model cannot answer a negative number. And where the unit happens to start below 0 for all samples, its
    gradient is 0: the model answers 0 for ever, which looks like a loss that does not move.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((2,)),
        layers.Dense(4, activation="relu"),
        layers.Dense(1, activation="relu"),
    ])
    model.compile(loss="mean_squared_error", optimizer="sgd")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((2,)),
        layers.Dense(4, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="mean_squared_error", optimizer="sgd")
    ```

    ## Exceptions
    Targets that are known not to be negative, class labels, inputs that an autoencoder reconstructs, convolutional
    outputs (pictures), embeddings and sub-models without a loss of their own, several outputs, and losses of
    logarithms are left alone.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.1, linear units for Gaussian outputs
    - Lu and others: [Dying ReLU and initialization](https://arxiv.org/abs/1903.06733) (2019)
    - [Keras 3: Dense](https://keras.io/api/layers/core_layers/dense/)
    """

    code = "CNN312"
    name = "relu-output-for-regression"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Relu on the output of a regression"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("dead-units", "the output has no gradient wherever its unit is below 0")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model) if len(model.training.losses) == 1 else ():
            node = head.activation_node
            if node is None or head.loss.name not in REGRESSION or RANGES.get(head.activation or "", ANY)[0] != 0:
                continue
            if head.contract is None or head.contract.low is not None or not can_be_negative(head):
                continue
            known = head.labels is not None and head.labels.low is not None
            if not known and any(feed.reconstructs for feed in model.training.feeds):
                continue
            yield Finding(
                f"the {head.activation} of output layer {describe(node)} cannot answer below 0"
                + (f", and the targets start at {head.labels.low:g}" if known and head.labels else ""),
                node.origin,
                model,
                node,
                remedy=Remedy(f"leave the output of {describe(node)} linear", (RemoveNode(node),)),
            )


def can_be_negative(head: Head) -> bool:
    """Whether negative targets are possible, as far as is known."""
    if head.labels is not None and head.labels.low is not None:
        return head.labels.low < 0
    if head.activation not in CLAMPING:
        return False  # softplus is chosen for what cannot be negative; bounded outputs are another rule's
    dense = head.layer is not None and head.layer.kind == "Dense" and is_dense_head(head)
    return dense and not head.classification
