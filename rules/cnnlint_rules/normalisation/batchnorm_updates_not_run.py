"""CNN408."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node, Program, TrainingOperation
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class BatchnormUpdatesNotRun(Rule):
    """Batch norm of TensorFlow 1 whose running averages are never updated.

    ## What it does
    Finds `tf.layers.batch_normalization` (and slim's) in training mode in a program that builds a training operation
    and never runs the collection UPDATE_OPS.

    ## Why is this bad
    In TensorFlow 1 the averages are updated by operations of their own, which `minimize` knows nothing of. Unless they
    are made its dependencies the averages stay at 0 and 1: the model trains well, and at inference, when it uses them,
    its answers are worthless.

    ## Example
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    training = tf.placeholder(tf.bool, [])
    hidden = tf.layers.dense(x, 64)
    hidden = tf.nn.relu(tf.layers.batch_normalization(hidden, training=training))
    logits = tf.layers.dense(hidden, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    train = tf.train.AdamOptimizer(0.001).minimize(loss)
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    y = tf.placeholder(tf.int64, [None])
    training = tf.placeholder(tf.bool, [])
    hidden = tf.layers.dense(x, 64)
    hidden = tf.nn.relu(tf.layers.batch_normalization(hidden, training=training))
    logits = tf.layers.dense(hidden, 10)
    loss = tf.losses.sparse_softmax_cross_entropy(y, logits)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(0.001).minimize(loss)
    ```

    ## Exceptions
    Keras updates its averages by itself; `slim.learning.create_train_op` runs the collection; contrib's
    `updates_collections=None` updates in place. Where `training=True` is written out everywhere, the averages are read
    by nobody: silent. A program that was not read whole may run them elsewhere: silent.

    ## References
    - [TensorFlow 1.15: tf.layers.batch_normalization](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/layers/batch_normalization), the note on UPDATE_OPS
    - Ioffe, Szegedy: [Batch normalization](https://arxiv.org/abs/1502.03167) (2015), section 3.1
    """

    code = "CNN408"
    name = "batchnorm-updates-not-run"
    severity = Severity.ERROR
    summary = "The updates of batch norm's averages are never run"
    applies_to = "TensorFlow 1 (tf.layers, tf.contrib, slim)"
    experiment = NotTestable("the twin is built with Keras, which runs the updates by itself")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each training operation without the updates of its model's batch norm."""
        norms_read = [node for model in program.models for node in model if node.kind == "BatchNormalization"]
        averaged = any(node.value("training") is not True for node in norms_read)
        for event in program.events_of(TrainingOperation):
            if event.runs_update_ops is not False:
                continue
            for model in program.models if event.model is None else [event.model]:
                norms = [node for node in collecting(model) if averaged or node.value("training") is not True]
                if norms:
                    yield Finding(
                        f"this training operation does not run the updates of {describe(norms[0])}"
                        + (f" and {len(norms) - 1} more" if len(norms) > 1 else "")
                        + ": their averages stay at 0 and 1",
                        event.origin,
                        model,
                        norms[0],
                        help="build it under tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS))",
                    )
                    break


def collecting(model: Model) -> list[Node]:
    """The batch norms in training mode that leave their updates to a collection."""
    return [
        node
        for node in model
        if node.kind == "BatchNormalization"
        and node.placement.api.startswith("tf.")
        and not node.placement.api.startswith("tf.keras")
        and node.given("training")
        and node.value("training") is not False
        and not (node.given("updates_collections") and node.value("updates_collections") is None)
    ]
