"""CNN708."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import GradientsAsked, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnappliedGradients(Rule):
    """Gradients that change nothing.

    ## What it does
    Finds training loops that ask a tape for the gradients of a model's weights and do nothing with them, or apply them
    to the weights of another model, or to the same weights in another order.

    ## Why is this bad
    A gradient is a number: until an optimizer applies it, the weights stay as they are, and the loss of every step is
    that of the first. Applied to other weights it is noise, or is refused where the shapes differ.

    ## Example
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)
    for step in range(50):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        print(step, float(loss))
    ```

    ## Use instead
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.SGD(0.1)
    for step in range(50):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        print(step, float(loss))
    ```

    ## Exceptions
    Gradients that are returned, kept or given to anything but `print` are used, and so are those of pictures.

    ## References
    - [Keras 3: writing a training loop from scratch](
      https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/)
    """

    code = "CNN708"
    name = "unapplied-gradients"
    severity = Severity.WARNING
    summary = "Gradients are computed and never applied"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the model is trained nowhere, so there is no training to compare")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(GradientsAsked):
            if event.fate == "unused":
                yield Finding(
                    "these gradients are computed, and nothing is done with them",
                    event.origin,
                    event.model,
                    help="optimizer.apply_gradients(zip(gradients, model.trainable_variables))",
                )
            elif event.fate == "exchanged":
                yield Finding(
                    "these gradients are applied to other weights than those that the tape was asked about",
                    event.origin,
                    event.model,
                    help="pair them with the list that tape.gradient was given, in its order",
                    severity=Severity.ERROR,
                )
