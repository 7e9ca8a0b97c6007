"""CNN211."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import MAX_POOLING
from cnnlint.graph.node import ACTIVATION_LAYERS
from cnnlint.graph.walks import describe, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import InsertAfter, Remedy, RemoveNode

SEEN_THROUGH = frozenset({"Activation", "BatchNormalization", *ACTIVATION_LAYERS})


class DropoutBeforePooling(Rule):
    """Dropout in front of max pooling. Opt-in.

    ## What it does
    Notes Dropout whose output goes, through activations and batch norm at most, into max pooling.

    ## Why is this bad
    Max pooling takes the largest value of its window, so a dropped value is replaced by a neighbour that is nearly the
    same: most of what dropout does is undone, and what is left shifts the mean of the maps. Behind the pooling it acts
    at the same cost. It is a convention.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Dropout(0.3),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    ```

    ## Exceptions
    SpatialDropout drops whole maps, which pooling cannot mend. Dropout that another layer reads too is left alone.

    ## References
    - Wu, Gu: [Towards dropout training for convolutional neural networks](https://arxiv.org/abs/1512.00242) (2015):
      dropout before max pooling is sampling from the window
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/)
    """

    code = "CNN211"
    name = "dropout-before-pooling"
    severity = Severity.INFO
    fix = "unsafe"
    summary = "Max pooling undoes the dropout before it"
    default = False
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("validation loss", "lower", margin=0.05, steps=200, shrinkable=False)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each dropout before a pooling."""
        for pool in model:
            dropout = producer(pool, through=SEEN_THROUGH) if pool.kind in MAX_POOLING else None
            if dropout is None or dropout.kind != "Dropout" or len(model.consumers(dropout)) != 1:
                continue
            yield Finding(
                f"{describe(dropout)} drops values that {describe(pool)} replaces by their neighbours",
                dropout.origin,
                model,
                dropout,
                remedy=Remedy(f"drop behind {describe(pool)}", (behind(pool, dropout), RemoveNode(dropout))),
            )


def behind(pool: Node, dropout: Node) -> InsertAfter:
    """The same dropout behind the pooling."""
    rate = dropout.value("rate")
    return InsertAfter(pool, "Dropout", {} if rate is None else {"rate": rate}, moved=dropout)
