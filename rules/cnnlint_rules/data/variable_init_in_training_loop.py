"""CNN511."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, Program, VariablesInitialized
from cnnlint.rule import Finding, Rule, weight
from cnnlint.rule.experiments import NotTestable


class VariableInitInTrainingLoop(Rule):
    """Variables that are given their initial values again and again while the model trains.

    ## What it does
    Finds `sess.run(tf.global_variables_initializer())` inside the loop that runs the training step, and models of Keras
    that are made anew in each pass of a loop over epochs.

    ## Why is this bad
    Every pass throws away what was learned: after 100 epochs the model has seen one. The optimizer's averages are
    reset as well. The loss of each epoch starts where the first one started.

    ## Example
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    logits = tf.layers.dense(x, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    with tf.Session() as sess:
        for epoch in range(10):
            sess.run(tf.global_variables_initializer())
            for images, labels in batches:
                sess.run(train, feed_dict={x: images, y: labels})
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    logits = tf.layers.dense(x, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for epoch in range(10):
            for images, labels in batches:
                sess.run(train, feed_dict={x: images, y: labels})
    ```

    ## Exceptions
    A loop over folds or settings that opens its own session or graph each time starts afresh on purpose, and so does
    one over learning rates that makes a training operation for each. Initialising an iterator or local variables
    (metrics) for each epoch is right.

    ## References
    - [TensorFlow 1.15: tf.global_variables_initializer](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/initializers/global_variables)
    - [TensorFlow 1.15: tf.Session](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/Session)
    """

    code = "CNN511"
    name = "variable-init-in-training-loop"
    severity = Severity.ERROR
    summary = "All variables are initialised again inside the training loop"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the training loop is code, which is never run; the graph alone is rebuilt")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each initialisation inside a training loop."""
        for event in program.events_of(VariablesInitialized):
            if event.in_training_loop:
                yield Finding(
                    "all variables go back to their initial values in every pass of the loop that trains them",
                    event.origin,
                    event.model,
                    help="initialise once, before the loop",
                )
        for made in program.events_of(Dropped):
            if made.why == "made anew":
                problem = f"each epoch begins with a new {made.what}, and what the one before learned is lost"
                yield Finding(
                    problem, made.origin, made.model, help="make it once, before the loop", severity=weight(made)
                )
