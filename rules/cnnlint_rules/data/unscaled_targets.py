"""CNN520."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import heads
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: targets beyond this take Adam at its usual rate of 0.001 a million steps of a bias to reach
LARGE = 1000.0
SQUARED = frozenset({"mean_squared_error", "root_mean_squared_error"})


class UnscaledTargets(Rule):
    """Targets of thousands under a squared error.

    ## What it does
    Finds regressions whose targets are known to reach beyond 1000 and are compared by a squared error with a linear
    output.

    ## Why is this bad
    A network starts with answers around 0 and weights around 1. The error is a million at first, and its gradients are
    large enough to destroy what plain gradient descent has; Adam, whose steps do not depend on their size, takes
    thousands of steps to get anywhere near.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.arange(-100, 100, 0.5)
    y = x**4
    model = Sequential([layers.Input((1,)), layers.Dense(50, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x / 100, y, epochs=100)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.arange(-100, 100, 0.5)
    y = x**4
    y = y / 1e8
    model = Sequential([layers.Input((1,)), layers.Dense(50, activation="relu"), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x / 100, y, epochs=100)
    ```

    ## Exceptions
    A note: a long training, or a large rate, gets there as well. Targets whose range could not be traced, and other
    losses, keep the rule silent.

    ## References
    - Chollet: Deep Learning with Python, 2nd edition (2021), section 5.3.2, preparing data
    - [Keras 3: regression losses](https://keras.io/api/losses/regression_losses/)
    """

    code = "CNN520"
    name = "unscaled-targets"
    severity = Severity.INFO
    summary = "Targets of thousands under a squared error"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the probe data would have to copy the range that is in question")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            labels = head.labels
            if labels is None or head.loss.name not in SQUARED or head.activation != "linear":
                continue
            reach = max((bound for bound in (labels.low, labels.high) if bound is not None), key=abs, default=0.0)
            if abs(reach) > LARGE and labels.encoding in (None, "continuous"):
                yield Finding(
                    f"{labels.name or 'the targets'} reach {reach:g}, and the network starts around 0",
                    head.loss.origin,
                    model,
                    head.layer or head.output,
                    help="scale them to around 1, and scale back what is predicted",
                )
