"""CNN404."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.kinds import POOLING, RESHAPING
from cnnlint.graph.walks import describe, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof, Trial
from cnnlint.rule.remedies import Remedy, ReplaceNode

DRIFT = Proof("variance-drift", "dropout raises the variance that selu keeps at 1", {"dropout": True})


class SeluWithPlainDropout(Rule):
    """Plain dropout behind selu.

    ## What it does
    Finds Dropout that reads, through reshaping or pooling at most, the output of selu.

    ## Why is this bad
    Dropout sets values to 0 and scales up the rest: the variance rises with the rate, which is what selu is there to
    prevent. Alpha dropout sets values to selu's own lower limit and corrects mean and variance.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="selu", kernel_initializer="lecun_normal"),
        layers.Dropout(0.25),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="selu", kernel_initializer="lecun_normal"),
        layers.AlphaDropout(0.25),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    A rate of 0 does nothing. Dropout behind another activation, or behind batch norm, is none of this rule's business.

    ## References
    - Klambauer and others: [Self-normalizing neural networks](https://arxiv.org/abs/1706.02515) (2017), alpha dropout
    - [Keras 3: AlphaDropout](https://keras.io/api/layers/regularization_layers/alpha_dropout/)
    """

    code = "CNN404"
    name = "selu-with-plain-dropout"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Plain dropout behind selu"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, proof=DRIFT)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such dropout."""
        for dropout in model:
            source = producer(dropout, through=RESHAPING | POOLING) if dropout.kind == "Dropout" else None
            if source is None or source.activation != "selu" or dropout.value("rate") == 0:
                continue
            rate = dropout.value("rate")
            spread = ""
            if isinstance(rate, (int, float)) and not isinstance(rate, bool) and 0 < rate < 1:
                spread = f", which multiplies its variance by {1 / (1 - rate):.2f}"
            yield Finding(
                f"{describe(dropout)} applies plain dropout to the selu output of {describe(source)}{spread}",
                dropout.origin,
                model,
                dropout,
                remedy=Remedy("use AlphaDropout behind selu", (ReplaceNode(dropout, "AlphaDropout", keep=("rate",)),)),
            )
