"""CNN313."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.contracts import RANGES
from cnnlint.graph.outputs import REGRESSION, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, RemoveNode

#: activations with a bound on both sides
BOUNDED = {name: (low, high) for name, (low, high) in RANGES.items() if low is not None and high is not None}


class BoundedOutputForRegression(Rule):
    """Targets outside of what the output can answer.

    ## What it does
    Finds sigmoid, softmax, tanh and other bounded outputs of a regression whose targets are known to leave 0..1 or
    −1..1, as those of a StandardScaler do.

    ## Why is this bad
    The model saturates at the bound: every target beyond it gets the same answer, the loss stops at the distance that
    is left, and the gradient there is 0.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.linspace(-1.0, 1.0, 200).reshape(-1, 1)
    y = 3 * x + 5
    model = Sequential([
        layers.Input((1,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="mean_squared_error", optimizer="adam")
    model.fit(x, y)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.linspace(-1.0, 1.0, 200).reshape(-1, 1)
    y = 3 * x + 5
    model = Sequential([
        layers.Input((1,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="mean_squared_error", optimizer="adam")
    model.fit(x, y)
    ```

    ## Exceptions
    Regression in 0..1 with sigmoid and in −1..1 with tanh is right, and targets whose range could not be traced
    keep the rule silent.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.1, linear units for Gaussian outputs
    - [Keras 3: activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN313"
    name = "bounded-output-for-regression"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Targets outside of what the output activation can answer"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("the probe data would have to copy the range that is in question")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            node, labels = head.activation_node, head.labels
            if node is None or labels is None or head.loss.name not in REGRESSION or head.activation not in BOUNDED:
                continue
            low, high = BOUNDED[head.activation]
            beyond = (labels.low is not None and labels.low < low) or (labels.high is not None and labels.high > high)
            centred = low >= 0 and labels.centred
            reaching = labels.reaching
            # a mean of 0 and a deviation of 1: half of the squares are about 1 or more
            spread = labels.centred and labels.changes[-1].kind == "fit-scaler" and high <= 1
            if not (beyond or centred or spread or reaching) or labels.encoding in ("one_hot", "binary", "multi_hot"):
                continue
            bounds = " to ".join("?" if bound is None else f"{bound:g}" for bound in (labels.low, labels.high))
            run = "lie around 0" if centred else f"run from {bounds}"
            run = "reach hundreds on both sides of 0" if reaching else run
            run = "have a deviation of 1" if spread and not centred and not beyond else run
            yield Finding(
                f"the {head.activation} of {describe(node)} answers {low:g} to {high:g}, and the targets "
                f"{labels.name or labels.source or ''} {run}".replace("  ", " "),
                node.origin,
                model,
                node,
                remedy=Remedy(
                    f"leave the output of {describe(node)} linear, or scale the targets", (RemoveNode(node),)
                ),
            )
