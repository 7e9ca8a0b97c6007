"""CNN303."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import EXCLUSIVE, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument


class SigmoidWithCategoricalCrossentropy(Rule):
    """Sigmoid outputs under a loss for exclusive classes.

    ## What it does
    Finds a sigmoid output of several units that is trained with (sparse) categorical cross-entropy.

    ## Why is this bad
    The loss looks at the true class alone and relies on softmax to push the others down. Keras divides the outputs by
    their sum, so such a model often trains all the same; but nothing keeps the other units from 1, and what it answers
    are not the probabilities of the classes.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((4,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="sigmoid"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((4,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    Several classes at once (multi-label), reconstruction and regression in 0..1 use sigmoid with another loss. Only
    losses for exclusive classes wake the rule.

    ## References
    - [Keras 3: categorical_crossentropy](https://keras.io/api/losses/probabilistic_losses/)
    - Goodfellow, Bengio, Courville: Deep Learning (2016), sections 6.2.2.2 and 6.2.2.3
    """

    code = "CNN303"
    name = "sigmoid-with-categorical-crossentropy"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Sigmoid outputs under a loss for exclusive classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            node = head.activation_node
            if head.loss.name not in EXCLUSIVE or head.loss.from_logits is True or node is None:
                continue
            if head.activation != "sigmoid" or head.units == 1:
                continue
            count = f"{head.units} " if head.units else ""
            yield Finding(
                f"the {count}sigmoid outputs of {describe(node)} do not compete for the one class "
                f"that {head.loss.name} expects",
                node.origin,
                model,
                node,
                remedy=Remedy('use activation="softmax"', (SetArgument(node, "activation", "softmax"),)),
            )
