"""CNN508."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Model, Node, Program, SessionMisused
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule, weight
from cnnlint.rule.experiments import NotTestable

MODULES = ("tf.layers.", "tf.compat.v1.layers.", "tensorflow.layers.", "tensorflow.compat.v1.layers.")
EFFECTS = {
    "Dropout": "it never drops anything",
    "BatchNormalization": "it always uses its running averages, and never updates them",
}


class TrainingFlagMissing(Rule):
    """A layer of TensorFlow 1 that is never told that it trains.

    ## What it does
    Finds `tf.layers.dropout` and `tf.layers.batch_normalization` without a `training` argument.

    ## Why is this bad
    The default is `training=False`. The dropout is in the graph and does nothing, ever; batch norm keeps dividing by
    its initial averages. Positional arguments make it easy to miss: the third of `tf.layers.dropout` is the noise
    shape.

    ## Example
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    hidden = tf.layers.dense(x, 128, activation=tf.nn.relu)
    hidden = tf.layers.dropout(hidden, rate=0.5)
    logits = tf.layers.dense(hidden, 10)
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    x = tf.placeholder(tf.float32, [None, 784])
    training = tf.placeholder_with_default(False, [])
    hidden = tf.layers.dense(x, 128, activation=tf.nn.relu)
    hidden = tf.layers.dropout(hidden, rate=0.5, training=training)
    logits = tf.layers.dense(hidden, 10)
    ```

    ## Exceptions
    Keras layers are told by `fit` and `predict`. A literal `training=False` was meant. Slim's layers train by default.

    ## References
    - [TensorFlow 1.15: tf.layers.dropout](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/layers/dropout), `training=False`
    - [TensorFlow 1.15: tf.layers.batch_normalization](
      https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/layers/batch_normalization)
    """

    code = "CNN508"
    name = "training-flag-missing"
    severity = Severity.WARNING
    summary = "Dropout or batch norm of tf.layers that is never told to train"
    applies_to = "TensorFlow 1 (tf.layers)"
    experiment = NotTestable(
        "what is rebuilt is trained with training=True throughout: a layer that is not told has no place in it"
    )

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each flag that is never True, or that a function never asks, beside those of each layer."""
        yield from super().check(program)
        for run in program.events_of(SessionMisused):
            if run.why == "never fed":
                problem = (
                    f"{run.what} is False unless it is fed, and no feed_dict holds it: nothing is ever told to train"
                )
                yield Finding(problem, run.origin, run.model, help=f"feed_dict={{…, {run.what}: True}} where it trains")
            elif run.why == "flag off":
                problem = f"this step trains, and {run.what} tells its dropout and batch norm that it does not"
                yield Finding(problem, run.origin, run.model, help=f"feed {run.what}: True")
        for event in program.events_of(Miswritten):
            if event.why == "unread flag":
                problem = f"this function is told {event.what}, and its layers do the same whatever that is"
                advice = f"hand {event.what} to its dropout or batch norm"
                yield Finding(problem, event.origin, event.model, help=advice, severity=weight(event))

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        for layer in model:
            if layer.kind not in EFFECTS or not untold(layer):
                continue
            yield Finding(
                f"{describe(layer)} is not given `training`, which is False by default: {EFFECTS[layer.kind]}",
                layer.origin,
                model,
                layer,
                help="pass training=…, a placeholder or a Python bool that is True while the model trains",
            )


def untold(layer: Node) -> bool:
    """Whether a layer of tf.layers is called without `training`."""
    return layer.placement.api.startswith(MODULES) and not layer.given("training")
