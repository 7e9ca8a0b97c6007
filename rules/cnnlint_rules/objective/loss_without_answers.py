"""CNN336."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "of itself": (
        "{} is compared with itself: whatever the model answers, the loss is the same",
        "compare the targets with what the model answers",
    ),
    "unasked": (
        "{} never reads what the model answers: no weight has a gradient",
        "compare the targets with the second argument",
    ),
}


class LossWithoutAnswers(Rule):
    """A loss that the answers of the model do not go into.

    ## What it does
    Finds losses that are given one thing twice (`mean_squared_error(x, x)`, the cross-entropy of an input with itself),
    and losses of the program's own that read the targets and never the answers.

    ## Why is this bad
    The loss is a number that no weight can change. Keras finds no gradients and refuses, or warns and learns nothing.

    ## Example
    ```python
    import keras
    from keras import layers, ops


    def dice_loss(y_true, y_pred):
        t, p = ops.reshape(y_true, (-1,)), ops.reshape(y_true, (-1,))
        return 1 - 2 * ops.sum(t * p) / (ops.sum(t) + ops.sum(p) + 1)


    model = keras.Sequential([layers.Input((64, 64, 3)), layers.Conv2D(1, 3, padding="same", activation="sigmoid")])
    model.compile("adam", dice_loss)
    model.fit(images, masks, epochs=5)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers, ops


    def dice_loss(y_true, y_pred):
        t, p = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
        return 1 - 2 * ops.sum(t * p) / (ops.sum(t) + ops.sum(p) + 1)


    model = keras.Sequential([layers.Input((64, 64, 3)), layers.Conv2D(1, 3, padding="same", activation="sigmoid")])
    model.compile("adam", dice_loss)
    model.fit(images, masks, epochs=5)
    ```

    ## Exceptions
    The cross-entropy of probabilities with themselves is their entropy, which programs make small on purpose; a loss
    that reads tensors of the model from around it (the divergence of a variational autoencoder), and programs that
    test a loss: silent.

    ## References
    - [Keras 3: Losses](https://keras.io/api/losses/)
    """

    code = "CNN336"
    name = "loss-without-answers"
    severity = Severity.WARNING
    summary = "A loss that the answers of the model do not go into"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the loss stands in code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
