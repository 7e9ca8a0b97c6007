"""CNN318."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import MetricMisused, Model, Program, SessionMisused
from cnnlint.graph.contracts import METRICS
from cnnlint.graph.outputs import CROSSENTROPY, EXCLUSIVE, SPARSE, Head, heads
from cnnlint.graph.targets import contradictions_of
from cnnlint.graph.training import Metric
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: metrics that count yes-or-no answers
COUNTS = frozenset(
    {"auc", "precision", "recall", "true_positives", "true_negatives", "false_positives", "false_negatives"}
)
#: metrics of how far outputs are from quantities
DISTANCES = frozenset({"mean_absolute_error", "mean_squared_error", "root_mean_squared_error"})


class MetricTargetMismatch(Rule):
    """A metric that reads its targets otherwise than the loss does.

    ## What it does
    Finds accuracies that take one-hot rows beside a loss that takes class numbers, and the reverse, in `compile` and
    where a program keeps them by hand; the accuracy of yes-or-no questions, precision, recall and their kin over
    exclusive classes; metrics of the largest output over one unit; distances between class numbers and probabilities;
    `MeanIoU` of probabilities, which it cuts off to whole numbers; and `keras.metrics.Accuracy`, which counts exactly
    equal numbers, over probabilities or scores; and `update_state(outputs, labels)`.

    ## Why is this bad
    The number that is watched, and by which the best epoch is kept, is not the share of right answers. Class numbers
    have one column, so their largest is always the first; of ten columns nine are "no" and count as right; a
    probability equals 1 almost never.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["categorical_accuracy"])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    ```

    ## Exceptions
    The string "accuracy" lets Keras pick the one that fits. Areas under curves, precision and recall of one-hot rows
    count every column on purpose. Two softmax units answer a yes-or-no question. Several losses, and losses or metrics
    that are not known, keep the rule silent; accuracy beside a distance is accuracy-metric-for-regression.

    ## References
    - [Keras 3: accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/)
    """

    code = "CNN318"
    name = "metric-target-mismatch"
    severity = Severity.WARNING
    summary = "A metric that reads its targets otherwise than the loss"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("a metric changes what is shown, not what is learned")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such metric."""
        yield from super().check(program)
        for event in program.events_of(MetricMisused):
            if event.why == "other labels":
                sparse = event.what.startswith("Sparse")
                taken, loss = ("class numbers", "one-hot rows") if sparse else ("one-hot rows", "class numbers")
                problem = f"{event.what} takes {taken}, and the loss is given the same labels and takes {loss}"
                other = event.what.removeprefix("Sparse") if sparse else f"Sparse{event.what}"
                yield Finding(problem, event.origin, event.model, help=f"keep {other} in its place")
            elif event.why == "exchanged":
                problem = f"{event.what} is given outputs in the place of the labels, which come first"
                yield Finding(problem, event.origin, event.model, help=f"{event.what}.update_state(labels, outputs)")

        for run in program.events_of(SessionMisused):
            if run.why == "rows":
                problem = (
                    f"the number of a class is compared with the rows of {run.what}, which hold one number for each"
                )
                yield Finding(problem, run.origin, run.model, help=f"tf.argmax({run.what}, 1)")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such metric."""
        found = list(heads(model))
        if len(found) != len(model.training.losses):
            return
        for metric in model.training.metrics:
            rated = [head for head in found if metric.is_of(head.output)]
            problem = misread(rated[0], metric.name) if len(rated) == 1 else None
            advice = 'metrics=["accuracy"]: Keras picks the one that fits the loss'
            if len(rated) == 1 and truncated(rated[0], metric):
                where = describe(rated[0].layer or rated[0].output)
                problem = f"MeanIoU takes class numbers, and makes 0 of every probability of {where} below 1"
                advice = "BinaryIoU, which has a threshold, or OneHotMeanIoU for one-hot rows"
            if problem is not None and not contradictions_of(rated[0]):
                yield Finding(
                    problem,
                    metric.origin,
                    model,
                    rated[0].layer,
                    severity=Severity.ERROR if metric.name in COUNTS else None,
                    help=advice,
                )


def truncated(head: Head, metric: Metric) -> bool:
    """Whether the overlap of class numbers is asked of probabilities, which are cut off to whole numbers
    (keras/src/metrics/iou_metrics.py: MeanIoU with `sparse_y_pred`, as it is by default)."""
    probable = head.activation in ("sigmoid", "softmax")
    text = metric.origin.text
    made = "MeanIoU(" in text and "sparse_y_pred" not in text and "**" not in text  # else made, or told so, elsewhere
    return metric.name == "mean_iou" and probable and made


def misread(head: Head, metric: str | None) -> str | None:
    """What a metric makes of the head's targets or outputs, if that is not what the loss makes of them."""
    loss, wanted = head.contract, METRICS.get(metric or "")
    if loss is None or wanted is None or head.loss.name not in CROSSENTROPY or head.loss.recast:
        return None
    where = describe(head.layer or head.output)
    if metric == "exact_accuracy":
        return f"Accuracy counts outputs of {where} that equal the labels exactly, and they are probabilities"
    if metric in COUNTS and head.loss.name in SPARSE and (head.units or 0) > 1:
        return f"{metric} takes a 0 or 1 for each of the {head.units} outputs of {where}, and labels are class numbers"
    if metric in DISTANCES and head.loss.name in SPARSE and (head.units or 0) > 1:
        return f"{metric} compares the number of a class with each of the {head.units} probabilities of {where}"
    if not str(metric).endswith("_accuracy"):
        return None
    if head.units == 1 and wanted.purpose == "one class":
        return f"{metric} takes the largest of the outputs of {where}, which has one unit"
    if wanted.purpose == loss.purpose == "one class" and not wanted.targets & loss.targets:
        takes = {True: "one-hot rows", False: "class numbers"}
        return (
            f"{metric} takes {takes['one_hot' in wanted.targets]}, and {head.loss.name} trains {where} on "
            f"{takes['one_hot' in loss.targets]}"
        )
    if metric == "binary_accuracy" and head.loss.name in EXCLUSIVE and (head.units or 0) > 2:
        return f"binary_accuracy counts each of the {head.units} columns of {where}, of which one is right"
    return None
