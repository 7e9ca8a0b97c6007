"""CNN506."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.experiments import Trial
from cnnlint.graph import Model
from cnnlint.remedies import Remedy, SetLearningRate
from cnnlint.rule import Finding, Rule

#: rates below which no training in reasonable time is to be expected, and the optimizer's usual rate
LIMITS = {
    "adam": (1e-7, 0.001), "adamw": (1e-7, 0.001), "nadam": (1e-7, 0.001), "adamax": (1e-7, 0.001),
    "rmsprop": (1e-7, 0.001), "lion": (1e-8, 0.0001), "sgd": (1e-7, 0.01), "momentum": (1e-7, 0.01),
    "adagrad": (1e-6, 0.01), "adadelta": (1e-7, 1.0), "ftrl": (1e-7, 0.001),
}  # fmt: skip


class LearningRateTooLow(Rule):
    """A learning rate of nothing, or less than nothing.

    ## What it does
    Finds learning rates of 0 and below, which are errors, and rates so small (below 1e-7 for Adam and SGD) that no
    number of epochs makes up for them.

    ## Why is this bad
    At 0 the weights do not change. Below 0 the optimizer climbs: it makes the loss larger at each step. Below 1e-7 Adam
    needs more than 100,000 steps to move a weight by 0.01.

    ## Example
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=1e-8))
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers, optimizers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer=optimizers.Adam(learning_rate=0.001))
    ```

    ## Exceptions
    Adam with 1e-4 or 1e-5 is fine; 1e-7 has been used to fine-tune a whole network. A schedule (which may well start
    at 0) and a rate found at run time are unknown.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 8.3.1, on choosing the learning rate
    - [Keras 3: optimizers](https://keras.io/api/optimizers/)
    """

    code = "CNN506"
    name = "learning-rate-too-low"
    severity = Severity.WARNING
    summary = "A learning rate of nothing, or less than nothing"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the model's optimizer."""
        optimizer = model.training.optimizer
        if optimizer is None or optimizer.learning_rate is None or not optimizer.rate.given:
            return
        rate = optimizer.learning_rate
        limit, usual = LIMITS.get(optimizer.name or "", (0.0, 0.001))
        if rate > 0 and rate >= limit:
            return
        called = optimizer.name or "the optimizer"
        effect = "climbs away from the minimum" if rate < 0 else "does not move" if rate == 0 else "hardly moves"
        yield Finding(
            f"{called} with a learning rate of {rate:g} {effect}",
            optimizer.rate.origin or optimizer.origin,
            model,
            remedy=Remedy(f"start from {usual:g}", (SetLearningRate(optimizer, usual),)),
            severity=Severity.ERROR if rate <= 0 else None,
        )
