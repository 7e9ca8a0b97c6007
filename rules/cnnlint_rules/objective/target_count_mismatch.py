"""CNN325."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Program
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class TargetCountMismatch(Rule):
    """Another number of target arrays than the model has outputs.

    ## What it does
    Compares how many arrays of targets `fit`, `evaluate` and `train_on_batch` are given with how many outputs the
    model has.

    ## Why is this bad
    Keras 3 refuses: "y_true and y_pred have different structures". Keras 2 gives a single array to each of the outputs,
    so that all of them are trained to answer the same. Keras 3 refuses several arrays for a single output, too.

    ## Example
    ```python
    import numpy as np
    from keras import Input, Model, layers

    x, price, rooms = np.zeros((100, 10)), np.zeros((100, 1)), np.zeros((100,))
    start = Input((10,))
    hidden = layers.Dense(16, activation="relu")(start)
    model = Model(start, [layers.Dense(1)(hidden), layers.Dense(5, activation="softmax")(hidden)])
    model.compile("adam", ["mse", "sparse_categorical_crossentropy"])
    model.fit(x, price)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Input, Model, layers

    x, price, rooms = np.zeros((100, 10)), np.zeros((100, 1)), np.zeros((100,))
    start = Input((10,))
    hidden = layers.Dense(16, activation="relu")(start)
    model = Model(start, [layers.Dense(1)(hidden), layers.Dense(5, activation="softmax")(hidden)])
    model.compile("adam", ["mse", "sparse_categorical_crossentropy"])
    model.fit(x, [price, rooms])
    ```

    ## Exceptions
    Lists whose length is not known and what the program computes itself are compared with nothing; a dictionary's keys
    are compared with the outputs' names by unknown-name. An output whose loss is None needs no target.

    ## References
    - [Keras 3: functional models with several inputs and outputs](https://keras.io/guides/functional_api/)
    """

    code = "CNN325"
    name = "target-count-mismatch"
    severity = Severity.WARNING
    summary = "Another number of target arrays than the model has outputs"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras compares targets and outputs before it computes a loss")

    def check(self, program: Program) -> Iterator[Finding]:
        """The findings of each model; of a list for a single output Keras 2 takes the first and leaves the others."""
        for finding in super().check(program):
            if program.frameworks.keras == 3:
                yield replace(finding, severity=Severity.ERROR)  # it refuses one array for several outputs, too
            elif finding.model is not None and len(finding.model.outputs) > 1:
                yield finding

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that passes another number, an error unless it is a single array."""
        outputs = model.outputs
        if model.kind not in ("functional", "sequential") or model.unread or model.is_part:
            return
        losses, many = model.training.losses, len(outputs)
        shared = len(losses) == 1 and losses[0].output is None and losses[0].name is not None
        if many != len(losses) and not shared:
            return
        compared = many if shared else sum(not loss.absent for loss in losses)
        for feed in model.training.feeds:
            if feed.targets not in (None, many, compared):
                arrays, ends = (
                    f"{n} {noun}{'s' * (n != 1)}" for n, noun in ((feed.targets, "array"), (many, "output"))
                )
                yield Finding(
                    f"{feed.kind} is given {arrays} of targets, and the model has {ends}",
                    feed.origin,
                    model,
                    help=f"pass a list with one array for each: {', '.join(map(describe, outputs))}",
                    severity=Severity.ERROR if feed.targets != 1 else None,
                )
