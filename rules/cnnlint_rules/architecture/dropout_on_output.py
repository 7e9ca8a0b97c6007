"""CNN213."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import DROPOUT, RESHAPING, WEIGHTED
from cnnlint.graph.outputs import heads
from cnnlint.graph.walks import describe, is_linear
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, RemoveNode


class DropoutOnOutput(Rule):
    """Dropout on the model's own answer.

    ## What it does
    Finds dropout between the output layer and its softmax, sigmoid or loss, or behind it.

    ## Why is this bad
    Elsewhere the next layer learns to do without the values that are missing. Behind the output layer there is none:
    a dropped score is a wrong answer. The loss punishes the model for it at every step, and before a softmax the
    dropped class gets a score of 0 whatever the picture shows.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dense(10),
        layers.Dropout(0.5),
        layers.Softmax(),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.5),
        layers.Dense(10),
        layers.Softmax(),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    A model without a known loss may hand its features to another one, which then learns to do without: silent.

    ## References
    - Srivastava and others: [Dropout: a simple way to prevent neural networks from overfitting](
      https://jmlr.org/papers/v15/srivastava14a.html) (2014): dropout is for input and hidden units
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/)
    """

    code = "CNN213"
    name = "dropout-on-output"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Dropout on the model's own answer"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, also=("validation loss",))

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each dropout between the output layer and the loss."""
        seen: set[int] = set()
        for head in heads(model):
            for dropout in dropouts_above(head.output):
                if id(dropout) not in seen and head.loss.name is not None:
                    seen.add(id(dropout))
                    yield Finding(
                        f"{describe(dropout)} drops what output layer {describe(head.layer or head.output)} answers",
                        dropout.origin,
                        model,
                        dropout,
                        remedy=Remedy(
                            f"take {describe(dropout)} out, or put it before the output layer", (RemoveNode(dropout),)
                        ),
                    )


def dropouts_above(output: Node) -> list[Node]:
    """The dropout layers between an output and the weighted layer that computes it; empty if that is not known."""
    found: list[Node] = []
    current = output
    while current.kind not in WEIGHTED:
        if current.kind in DROPOUT:
            if current.value("rate") != 0:
                found.append(current)
        elif not (current.is_activation or is_linear(current) or current.kind in RESHAPING | {"BiasAdd"}):
            return []
        if len(current.inputs) != 1:
            return []
        current = current.inputs[0]
    return found
