"""CNN310."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Metric, Program
from cnnlint.graph.contracts import gives
from cnnlint.graph.outputs import REGRESSION, Head, heads
from cnnlint.graph.walks import describe, shares_layers
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

QUOTED = re.compile(r"(['\"]).*?\1")


class AccuracyMetricForRegression(Rule):
    """Accuracy as the measure of a regression.

    ## What it does
    Finds an accuracy among the metrics of a model whose output is linear (or relu) and whose loss measures distances.

    ## Why is this bad
    Accuracy counts answers that equal the target exactly, or share its largest column. For quantities that is 0, or
    chance, however good the model is. People then look for a fault in a model that works, or trust a number that
    means nothing.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((4,)),
        layers.Dense(50, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="mse", optimizer="adam", metrics=["accuracy"])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((4,)),
        layers.Dense(50, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="mse", optimizer="adam", metrics=["mae"])
    ```

    ## Exceptions
    Class labels under a distance are mse-for-classification's business, and there accuracy means something. Sigmoid,
    tanh and softmax outputs, losses that are not known, and layers shared with another model (least-squares GANs
    compare a linear output with 0 and 1) keep the rule silent. A metric asked for as BinaryAccuracy was chosen.

    ## References
    - [Keras 3: accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/): how often predictions equal labels
    - [Keras 3: regression metrics](https://keras.io/api/metrics/regression_metrics/)
    """

    code = "CNN310"
    name = "accuracy-metric-for-regression"
    severity = Severity.WARNING
    summary = "Accuracy among the metrics of a regression"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("a metric changes what is shown, not what is learned")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each accuracy of a regression."""
        for model in program.models:
            accuracies = [metric for metric in model.training.metrics if is_accuracy(metric)]
            if not accuracies or shares_layers(program, model):
                continue
            found = list(heads(model))
            for metric in accuracies:
                rated = [head for head in found if metric.is_of(head.output)]
                if rated and all(is_regression(head) for head in rated):
                    yield Finding(
                        f"accuracy says nothing about the {rated[0].activation} output of "
                        f"{describe(rated[0].layer or rated[0].output)}, which is trained with {rated[0].loss.name}",
                        metric.origin,
                        model,
                        rated[0].layer,
                        help='measure distances: metrics=["mae"]',
                    )


def is_regression(head: Head) -> bool:
    """Whether an output answers with a quantity, as far as its loss, activation and labels say."""
    return head.loss.name in REGRESSION and gives(head.activation) in ("any", "positive") and not is_classes(head)


def is_classes(head: Head) -> bool:
    """Whether the targets are known to be classes; several columns of whole numbers are quantities."""
    labels = head.labels
    columns = labels is not None and labels.encoding == "integer" and labels.shape is not None and len(labels.shape) > 1
    return head.classification and not (columns and labels is not None and labels.shape and labels.shape[-1] != 1)


def is_accuracy(metric: Metric) -> bool:
    """Whether a metric is the accuracy that Keras picks, or one of the author's that is called so."""
    named = metric.name in ("accuracy", "exact_accuracy")
    # what stands in quotes is told by its name already, and may be another output's
    return named or (metric.name is None and "accuracy" in QUOTED.sub("", metric.origin.text).lower())
