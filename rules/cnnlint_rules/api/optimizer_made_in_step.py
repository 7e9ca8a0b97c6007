"""CNN714."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import OptimizerRemade, Program, SessionMisused
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class OptimizerMadeInStep(Rule):
    """An optimizer that is made anew for every step.

    ## What it does
    Finds optimizers that a step of a training loop, or a function that is called for each batch, makes and lets change
    the weights of a model once.

    ## Why is this bad
    What an optimizer remembers is lost: momentum never builds up, and Adam, whose first step is as long as the learning
    rate whatever the gradient is, takes nothing but first steps. Within `tf.function` it is refused: "tf.function only
    supports singleton tf.Variables created on the first call".

    ## Example
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    for x, y in batches:
        optimizer = keras.optimizers.Adam(0.001)
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Use instead
    ```python
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.layers.Input((2,)), keras.layers.Dense(1)])
    optimizer = keras.optimizers.Adam(0.001)
    for x, y in batches:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Exceptions
    Plain gradient descent remembers nothing: silent, unless it stands in a `tf.function`. So are steps that make their
    model or are handed it, set or copy weights, or take more than one step with the optimizer.

    ## References
    - Kingma, Ba: Adam: A Method for Stochastic Optimization (2015), algorithm 1
    - [TensorFlow 2: better performance with tf.function](https://www.tensorflow.org/guide/function), creating variables
    """

    code = "CNN714"
    name = "optimizer-made-in-step"
    severity = Severity.WARNING
    summary = "The optimizer is made anew for every step"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the step is code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such optimizer."""
        for run in program.events_of(SessionMisused):
            if run.why == "made in loop":
                problem = "every pass of the loop adds another training operation to the graph, which remembers nothing"
                yield Finding(problem, run.origin, run.model, help="make it once, before the loop")
            elif run.why == "grown in loop":
                problem = f"every pass of the loop adds {run.what} to the graph anew: each is slower than the last"
                yield Finding(problem, run.origin, run.model, help="make it once, before the loop")
        for event in program.events_of(OptimizerRemade):
            severity = Severity.ERROR if event.compiled else Severity.WARNING
            effect = "tf.function refuses to make its variables again" if event.compiled else "it remembers nothing"
            yield Finding(
                f"every step makes a new {event.optimizer}: {effect}",
                event.origin,
                event.model,
                help="make it once, before the loop",
                severity=severity,
            )
