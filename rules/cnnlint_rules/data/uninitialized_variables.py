"""CNN513."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, TrainStep
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UninitializedVariables(Rule):
    """A session that trains variables which were never given a value.

    ## What it does
    Finds training steps of TensorFlow 1 in programs that neither initialise their variables nor restore them.

    ## Why is this bad
    The first step stops with "Attempting to use uninitialized value". `tf.global_variables_initializer()` only makes an
    operation: a session has to run it.

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
    A saver that restores, monitored sessions, supervisors, estimators and slim's training loop initialise by
    themselves. A program that was not read whole may do it elsewhere: silent.

    ## References
    - [TensorFlow 1.15: tf.global_variables_initializer](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/initializers/global_variables)
    - [TensorFlow 1.15: tf.Session](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/Session)
    """

    code = "CNN513"
    name = "uninitialized-variables"
    severity = Severity.ERROR
    summary = "Variables are trained that were never initialised"
    applies_to = "TensorFlow 1"
    experiment = NotTestable("the session is code, which is never run; the graph alone is rebuilt")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the first training step of such a program."""
        for event in program.events_of(TrainStep):
            if event.initialized is False:
                yield Finding(
                    "no variable has a value when this training step runs",
                    event.origin,
                    event.model,
                    help="run tf.global_variables_initializer() in the session first",
                )
                return
