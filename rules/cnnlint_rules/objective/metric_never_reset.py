"""CNN327."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import MetricMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class MetricNeverReset(Rule):
    """The figure of an epoch that goes on from the epochs before it.

    ## What it does
    Finds metric objects that a training loop reads in every epoch and never resets, and metrics of the program's own
    whose `update_state` keeps the figure of the last batch alone.

    ## Why is this bad
    A metric gathers what it is given until it is told to begin anew. The accuracy of the last epoch is then the mean of
    all of them: it lags behind what the model can do, and hides that it gets worse.

    ## Example
    ```python
    import tensorflow as tf

    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    optimizer = tf.keras.optimizers.Adam()
    for epoch in range(10):
        for x, y in batches:
            with tf.GradientTape() as tape:
                scores = model(x, training=True)
                loss = loss_object(y, scores)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            accuracy.update_state(y, scores)
        print(epoch, accuracy.result().numpy())
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    optimizer = tf.keras.optimizers.Adam()
    for epoch in range(10):
        accuracy.reset_state()
        for x, y in batches:
            with tf.GradientTape() as tape:
                scores = model(x, training=True)
                loss = loss_object(y, scores)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
            accuracy.update_state(y, scores)
        print(epoch, accuracy.result().numpy())
    ```

    ## Exceptions
    A file that resets anything, and metrics that are handed to other code, kept in a list or made anew in each epoch:
    silent. Those that `fit` is given it resets itself.

    ## References
    - [Keras 3: writing a training loop from scratch](
      https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/): "reset training metrics at the end of each
      epoch"
    """

    code = "CNN327"
    name = "metric-never-reset"
    severity = Severity.WARNING
    summary = "A metric goes on from epoch to epoch"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("a metric changes what is shown, not what is learned")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the first such metric."""
        for event in program.events_of(MetricMisused):
            if event.why == "never reset":
                problem = f"{event.what} goes on from epoch to epoch: this is the mean over all of them"
                advice = f"{event.what}.reset_state() at the start of each epoch (reset_states() before TensorFlow 2.5)"
                yield Finding(problem, event.origin, event.model, help=advice)
            elif event.why == "overwritten":
                problem = (
                    f"{event.what} forgets every batch but the last: what an epoch reports is that of a few samples"
                )
                yield Finding(problem, event.origin, event.model, help="assign_add, and divide in result()")
