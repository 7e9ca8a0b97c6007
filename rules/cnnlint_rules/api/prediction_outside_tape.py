"""CNN706."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, UnrecordedPrediction
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what the tape did not record, and what to do about it
WHY = {
    "before": ("a prediction that was made before it was opened", "call the model inside of the tape's `with`"),
    "after": ("a loss that is worked out after it was closed", "work out the loss inside of the tape's `with`"),
    "unwatched": (
        "a tensor that it does not watch",
        "tape.watch(…) it first: by itself a tape watches variables alone",
    ),
    "apart": ("a loss that its model has no part in", "take the loss of what this model answers"),
    "predict": ("an array that `predict` returned", "call the model itself: model(x, training=True)"),
}


class PredictionOutsideTape(Rule):
    """A tape that did not see the prediction.

    ## What it does
    Finds `tape.gradient(loss, …)` where the model was called before the tape was opened, where the loss is worked out
    after it was closed, and where the prediction is an array that `predict` returned; and gradients with respect to a
    tensor (a picture, noise) that the tape was not told to watch.

    ## Why is this bad
    A `GradientTape` records what happens while it is open, to tensors. Of a prediction that was there before, or of a
    loss that comes after, it knows nothing: all gradients are None, and `apply_gradients` raises "No gradients provided
    for any variable".

    ## Example
    ```python
    import tensorflow as tf

    model = tf.keras.Sequential([tf.keras.Input((20,)), tf.keras.layers.Dense(3, activation="softmax")])
    optimizer = tf.keras.optimizers.Adam()
    objective = tf.keras.losses.SparseCategoricalCrossentropy()


    def step(x, y):
        predicted = model(x, training=True)
        with tf.GradientTape() as tape:
            loss = objective(y, predicted)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    model = tf.keras.Sequential([tf.keras.Input((20,)), tf.keras.layers.Dense(3, activation="softmax")])
    optimizer = tf.keras.optimizers.Adam()
    objective = tf.keras.losses.SparseCategoricalCrossentropy()


    def step(x, y):
        with tf.GradientTape() as tape:
            predicted = model(x, training=True)
            loss = objective(y, predicted)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Exceptions
    A loss whose prediction was not followed may have been recorded: silent.

    ## References
    - [TensorFlow 2: automatic differentiation](https://www.tensorflow.org/guide/autodiff)
    """

    code = "CNN706"
    name = "prediction-outside-tape"
    severity = Severity.ERROR
    summary = "The prediction is made before the tape records"
    applies_to = "TensorFlow 2"
    experiment = NotTestable("there are no gradients to train with")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each call of `gradient`."""
        for event in program.events_of(UnrecordedPrediction):
            problem, advice = WHY[event.why]
            of = "with respect to" if event.why == "unwatched" else "of"
            yield Finding(f"the tape is asked for the gradient {of} {problem}", event.origin, event.model, help=advice)
