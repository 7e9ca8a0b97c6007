"""CNN527."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import MetricMisused, Program, SessionMisused
from cnnlint.rule import Finding, Rule, weight
from cnnlint.rule.experiments import NotTestable


class DropoutAtEvaluation(Rule):
    """A model is judged while its dropout drops.

    ## What it does
    Finds sessions of TensorFlow 1 that feed test data together with a keep probability below 1, and train nothing; and
    steps of a program that test a model with `training=True`.

    ## Why is this bad
    Dropout is there to make training harder. At evaluation it throws away units that the answer hangs on, another
    choice of them each time: the measured accuracy is lower than that of the model, and never twice the same.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.examples.tutorials.mnist import input_data

    mnist = input_data.read_data_sets("data")
    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    keep_prob = tf.placeholder(tf.float32)
    hidden = tf.nn.dropout(tf.layers.dense(x, 256, tf.nn.relu), keep_prob)
    logits = tf.layers.dense(hidden, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(1000):
            images, labels = mnist.train.next_batch(64)
            sess.run(train, feed_dict={x: images, y: labels, keep_prob: 0.5})
        print(sess.run(accuracy, feed_dict={x: mnist.test.images, y: mnist.test.labels, keep_prob: 0.5}))
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.examples.tutorials.mnist import input_data

    mnist = input_data.read_data_sets("data")
    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    keep_prob = tf.placeholder(tf.float32)
    hidden = tf.nn.dropout(tf.layers.dense(x, 256, tf.nn.relu), keep_prob)
    logits = tf.layers.dense(hidden, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    accuracy = tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, 1), y), tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(1000):
            images, labels = mnist.train.next_batch(64)
            sess.run(train, feed_dict={x: images, y: labels, keep_prob: 0.5})
        print(sess.run(accuracy, feed_dict={x: mnist.test.images, y: mnist.test.labels, keep_prob: 1.0}))
    ```

    ## Exceptions
    Figures of a training batch, shares that are no constant, and data that is not called test or validation data are
    left alone. Where names alone tell that something is tested, or is a share of dropout, it is a note.

    ## References
    - Srivastava et al.: Dropout (2014), Journal of Machine Learning Research 15, section 4, model description
    - [TensorFlow 1.15: tf.nn.dropout](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/dropout)
    """

    code = "CNN527"
    name = "dropout-at-evaluation"
    severity = Severity.WARNING
    summary = "A model is judged while its dropout drops"
    applies_to = "Keras 2-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("the session is code, which is never run; the graph alone is rebuilt")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such run of a session."""
        for event in program.events_of(SessionMisused):
            if event.why == "dropping":
                problem = "test data is fed with a dropout that is still active"
                yield Finding(
                    problem, event.origin, event.model, help="feed 1.0 here: keep all units", severity=weight(event)
                )
            elif event.why == "flag on":
                problem = f"test data is fed, and {event.what} tells dropout and batch norm that this is training"
                yield Finding(problem, event.origin, event.model, help=f"feed {event.what}: False")
        for one in program.events_of(MetricMisused):
            if one.why == "in training mode":
                problem = f"this step judges {one.what} as it is in training: its dropout drops"
                yield Finding(
                    problem, one.origin, one.model, help=f"{one.what}(…, training=False)", severity=weight(one)
                )
