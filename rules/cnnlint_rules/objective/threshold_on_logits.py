"""CNN329."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Program, Thresholded
from cnnlint.graph.outputs import BINARY, CROSSENTROPY, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: metrics that cut at one half unless they are told otherwise
SHARES = frozenset({"accuracy", "binary_accuracy"})
#: a threshold that is not written as a share
CUT_ELSEWHERE = re.compile(r"threshold(?!\s*=\s*0?\.[1-9])")


class ThresholdOnLogits(Rule):
    """Scores that are cut as probabilities are.

    ## What it does
    Finds predictions of a model that is trained with `from_logits=True`, and that end without an activation, where they
    are compared with a number between 0 and 1 or rounded; probabilities that are asked whether they are more than
    1, or more than 0; all answers of a softmax of more than two classes that are compared with one half or rounded;
    and, as a note, accuracies of such a model that cut at 0.5.

    ## Why is this bad
    Such a model answers scores from minus to plus infinity. The probability of 0.5 is the score 0: between the scores 0
    and 0.5, that is between 50 and 62 %, every sample gets the wrong class. The reported accuracy of training is of
    probabilities, if the metric was told so, and does not agree with what the program makes of the predictions.

    ## Example
    ```python
    import keras

    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y, epochs=5)
    classes = model.predict(x_test) > 0.5
    ```

    ## Use instead
    ```python
    import keras

    model = keras.Sequential([keras.layers.Input((20,)), keras.layers.Dense(1)])
    model.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x, y, epochs=5)
    classes = model.predict(x_test) > 0
    ```

    ## Exceptions
    A model whose output or loss is not known, predictions that go through a sigmoid or softmax first, and a threshold
    that is no constant between 0 and 1: silent.

    ## References
    - [Keras 3: BinaryCrossentropy](https://keras.io/api/losses/probabilistic_losses/#binarycrossentropy-class),
      `from_logits`
    """

    code = "CNN329"
    name = "threshold-on-logits"
    severity = Severity.WARNING
    summary = "Scores are compared with a probability"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the model learns the same; what is read out of its answers differs")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the accuracy of each such model."""
        found = list(heads(model))
        scored = len(found) == 1 and found[0].loss.from_logits is True and found[0].activation == "linear"
        for metric in model.training.metrics if scored and found[0].units == 1 else ():
            if found[0].loss.name in BINARY and metric.name in SHARES and not CUT_ELSEWHERE.search(metric.origin.text):
                problem = f"{metric.name} counts an answer above 0.5 as a yes, and this model answers scores"
                advice = "keras.metrics.BinaryAccuracy(threshold=0.0)"
                yield Finding(problem, metric.origin, model, help=advice, severity=Severity.INFO)
                return
            if found[0].loss.name in BINARY and metric.name == "auc" and "from_logits" not in metric.origin.text:
                problem = "auc is worked out at thresholds from 0 to 1, and this model answers scores"
                yield Finding(problem, metric.origin, model, help="AUC(from_logits=True)")
                return

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such place."""
        yield from super().check(program)
        for event in program.events_of(Thresholded):
            found = list(heads(event.model)) if event.model is not None else []
            if len(found) != 1 or event.model is None or len(event.model.outputs) != 1:
                continue
            head = found[0]
            if event.beyond:
                if head.activation in ("sigmoid", "softmax") and head.loss.from_logits is not True:
                    yield Finding(
                        f"every {head.activation} answers between 0 and 1: {event.cut} is the same for every sample",
                        event.origin,
                        event.model,
                        head.layer,
                        help="compare with 0.5",
                    )
                continue
            several = (
                head.units is not None
                and head.units > 2
                and head.output.shape is not None
                and len(head.output.shape) == 2
            )
            if event.whole and several and head.activation == "softmax" and head.loss.name in CROSSENTROPY:
                yield Finding(
                    f"the {head.units} shares of a softmax add up to 1: {event.cut} is true of none of them where no "
                    "class has more than half",
                    event.origin,
                    event.model,
                    head.layer,
                    help="np.argmax(…, axis=-1)",
                )
            elif head.loss.from_logits is True and head.activation == "linear" and head.loss.name in CROSSENTROPY:
                yield Finding(
                    f"{describe(head.layer or head.output)} answers scores, and this takes them for probabilities",
                    event.origin,
                    event.model,
                    head.layer,
                    help="compare with 0, or take tf.sigmoid or tf.nn.softmax of them first",
                )
