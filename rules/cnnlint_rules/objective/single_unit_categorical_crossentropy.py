"""CNN305."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import heads, is_constant
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Remedy, SetLoss


class SingleUnitCategoricalCrossentropy(Rule):
    """A loss over exclusive classes, and a single output.

    ## What it does
    Finds (sparse) categorical cross-entropy over an output of one unit.

    ## Why is this bad
    Categorical cross-entropy divides by the sum of the outputs, or applies softmax: with one output that is always 1,
    the loss is always 0 (or constant), and nothing is learned. Two classes need either two units, or one with sigmoid
    and binary cross-entropy.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
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
    A number of units that could not be worked out is not 1. Other axes of the output do not count.

    ## References
    - [Keras 3: categorical_crossentropy](https://keras.io/api/losses/probabilistic_losses/)
    - Chollet: Deep Learning with Python, 2nd edition (2021), table 6.1, choosing the last layer and the loss
    """

    code = "CNN305"
    name = "single-unit-categorical-crossentropy"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Categorical cross-entropy over one unit"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    every_way = True
    experiment = Proof("constant-output", "after the normalisation inside the loss the one output is constant")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            if not is_constant(head):
                continue
            yield Finding(
                f"{head.loss.name} is constant over the single output of {describe(head.layer or head.output)}",
                head.loss.origin,
                model,
                head.layer or head.output,
                remedy=Remedy(
                    "train a single sigmoid unit with binary_crossentropy",
                    (SetLoss(head.loss, name="binary_crossentropy"),),
                ),
            )
