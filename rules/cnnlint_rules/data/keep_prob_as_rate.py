"""CNN509."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph.walks import describe, kept_share
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class KeepProbAsRate(Rule):
    """A keep probability where the share to drop is expected.

    ## What it does
    Finds dropout layers that take a rate and are given a variable whose name says that it is what is kept.

    ## Why is this bad
    `tf.nn.dropout` of TensorFlow 1 took the probability to keep; `tf.layers.dropout`, Keras and TensorFlow 2 take the
    share to drop. 0.9 to keep becomes 0.9 dropped: training sees a tenth of every layer.

    ## Example
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    keep_prob = tf.placeholder(tf.float32)
    hidden = tf.layers.dense(x, 128, activation=tf.nn.relu)
    hidden = tf.layers.dropout(hidden, rate=keep_prob, training=True)
    logits = tf.layers.dense(hidden, 10)
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    keep_prob = tf.placeholder(tf.float32)
    hidden = tf.layers.dense(x, 128, activation=tf.nn.relu)
    hidden = tf.layers.dropout(hidden, rate=1 - keep_prob, training=True)
    logits = tf.layers.dense(hidden, 10)
    ```

    ## Exceptions
    `tf.nn.dropout(x, keep_prob)` of TensorFlow 1 and slim's dropout take a keep probability; `1 - keep_prob` is a
    rate, and so is a value that is known to be 0.5 or less.

    ## References
    - [TensorFlow 1.15: tf.nn.dropout](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/nn/dropout):
      "rate should be set to 1 - keep_prob"
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/): fraction of the units to drop
    """

    code = "CNN509"
    name = "keep-prob-as-rate"
    severity = Severity.WARNING
    summary = "A keep probability is passed as a dropout rate"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("the name alone speaks; what the variable holds while it trains is not in the file")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such layer."""
        for model in program.models:
            for layer in model:
                text = kept_share(layer, program.frameworks.tensorflow)
                if text is not None:
                    yield Finding(
                        f"{describe(layer)} takes the share to drop, and is given {text}",
                        layer.origin,
                        model,
                        layer,
                        help=f"pass 1 - {text}",
                    )
