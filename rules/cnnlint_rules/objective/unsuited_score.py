"""CNN328."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Misscored, Miswritten, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

DECIDE = "decide first: predictions > 0.5 for one unit, np.argmax(predictions, axis=1) for several"
ROWS = "give it class numbers on both sides: np.argmax(rows, axis=1)"
#: what is wrong, and what to write
WHY = {
    "counted": ("what the model predicts is never exactly a class number, and is counted where it is", DECIDE),
    "rows": ("class numbers are compared with one-hot rows", "compare numbers on both sides: np.argmax(rows, axis=1)"),
    "turned": (
        "{} is given the answers first, and takes them for what is true",
        "y_true first: {}(y_test, predictions)",
    ),
    "cut": (
        "{} is given a row for each sample, each of its classes cut for itself, beside class numbers",
        "np.argmax(predictions, axis=1)",
    ),
    "names": ("{} leads from names to numbers, and is asked by a number", "turn it round: {{v: k for k, v in …}}"),
    "softmax": ("{} along axis 0 makes shares of the samples, not of the classes", "axis=-1"),
    "value": ("{} is the largest probability, which is below 1: the name is always the first", "np.argmax(…)"),
}


class UnsuitedScore(Rule):
    """A score of scikit-learn that refuses what it is given.

    ## What it does
    Finds `accuracy_score`, `confusion_matrix`, `classification_report` and their like, which compare classes with
    classes, where they are given what a model predicts as it comes, or one-hot rows on one side and class numbers on
    the other; and predictions as they come that are counted where they are equal to something. Likewise an R² of the
    program's own that returns what is left unexplained.

    ## Why is this bad
    scikit-learn looks at both arrays and refuses: "Classification metrics can't handle a mix of binary and
    continuous targets". It does so behind the training, and what stands below it is not reached.

    ## Example
    ```python
    from sklearn.metrics import accuracy_score
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x_train, y_train, epochs=10)
    print(accuracy_score(y_test, model.predict(x_test)))
    ```

    ## Use instead
    ```python
    from sklearn.metrics import accuracy_score
    from tensorflow.keras import Sequential, layers

    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x_train, y_train, epochs=10)
    print(accuracy_score(y_test, model.predict(x_test) > 0.5))
    ```

    ## Exceptions
    `predict` of a model that was not made or compiled beside it may answer with classes, as those of scikit-learn
    and the wrappers for it do: silent. So are predictions that anything was done to since, and scores that take
    probabilities (`roc_auc_score`, `log_loss`).

    ## References
    - [scikit-learn 1.5: metrics and scoring](https://scikit-learn.org/stable/modules/model_evaluation.html)
    """

    code = "CNN328"
    name = "unsuited-score"
    severity = Severity.ERROR
    summary = "A score that compares classes is given something else"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the model learns the same: what fails is the score behind it")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for flaw in program.events_of(Miswritten):
            if flaw.why == "unexplained":
                problem = (
                    f"{flaw.what} returns the share of the variance that is left, which is 0 for the best of models"
                )
                yield Finding(problem, flaw.origin, flaw.model, help="1 - residual / total", severity=Severity.WARNING)
        for event in program.events_of(Misscored):
            if event.why:
                problem, advice = WHY[event.why]
                level = None if event.why in ("rows", "cut") else Severity.WARNING
                yield Finding(problem.format(event.score), event.origin, event.model, help=advice, severity=level)
                continue
            if event.rows:
                problem, advice = (
                    f"{event.score} is given one-hot rows and class numbers, and refuses to compare them",
                    ROWS,
                )
            else:
                problem = f"{event.score} compares classes, and is given what the model predicts as it comes"
                advice = DECIDE
            yield Finding(problem, event.origin, event.model, help=advice)
