"""CNN549."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "penalty": (
        "{} is asked for, and the step that trains never adds the losses of the layers: it has no effect",
        "loss += tf.add_n(model.losses)",
    ),
    "replica mean": (
        "{} is the mean of one replica's part, and the sum over the replicas is taken of it",
        "tf.nn.compute_average_loss(losses, global_batch_size=…)",
    ),
    "padding counted": (
        "the ones of {} are the padding: the loss is that of the padding, and of no word",
        "turn it round: tf.math.logical_not(tf.math.equal(real, 0))",
    ),
    "still scaled": (
        "these are the gradients of the scaled loss, some ten thousand times those of the loss itself",
        "scale them back: optimizer.get_unscaled_gradients(gradients)",
    ),
    "divided twice": (
        "{} is the mean over the batch already, and is divided by its size: the steps are that much smaller",
        "leave out the division",
    ),
    "whole set": (
        "{} are all samples there are, and the labels of this step are those of a batch",
        "ask the model about the batch",
    ),
    "other weights": (
        "these weights take the gradients of {}",
        "zip the gradients with the weights that the tape was asked for",
    ),
    "left out": (
        "{} takes part in this step, and no tape is asked for the gradients of its weights: it never learns",
        "ask for those of both: encoder.trainable_variables + decoder.trainable_variables",
    ),
    "other learns": (
        "the weights of {} are trained here, which is what is learned from",
        "ask for the gradients of the model that is to learn",
    ),
    "never better": (
        "nothing is better than the {} that this begins with: what it waits for never happens",
        "begin at the other end, or turn the comparison",
    ),
    "outside": (
        "{} is made outside of the strategy's scope and compiled within it, which TensorFlow refuses",
        "make it within `with strategy.scope():`",
    ),
    "traced": (
        "{} is done once, while tf.function traces this, and not in every step",
        "return the value, and keep it outside",
    ),
}
#: what many train with, and without harm
SMALL = {
    "half loss": (
        "the gradients of {} are of 16 bits here, and those below 6e-8 are 0: the loss is not scaled",
        "scale the loss, and the gradients back: LossScaleOptimizer",
    ),
}


class MiswrittenStep(Rule):
    """A step of training that leaves out what `fit` does by itself.

    ## What it does
    Finds steps that a program writes out: without the penalties that its layers were given, with the mean of each
    replica's part where that of the whole batch is meant, without the weights of one of their models, with those of a
    teacher in the place of its student's, or with the gradients of a part of the weights for all of them, with
    gradients of 16 bits that are not scaled, or never scaled back, with all samples beside the labels of one batch,
    and with a list or number that a `tf.function` changes once, while it is traced.

    ## Why is this bad
    `kernel_regularizer` only adds to `model.losses`; what does not read them trains without it. The sum over the
    replicas of means of their parts is as many times too large as there are replicas. Gradients below 6e-8 are 0 in
    16 bits. What Python does in a `tf.function` is done while it is traced: a list gets one symbolic tensor.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers, regularizers

    model = tf.keras.Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_regularizer=regularizers.l2(1e-3)),
        layers.Dense(3),
    ])
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam()


    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers, regularizers

    model = tf.keras.Sequential([
        layers.Input((20,)),
        layers.Dense(64, activation="relu", kernel_regularizer=regularizers.l2(1e-3)),
        layers.Dense(3),
    ])
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = tf.keras.optimizers.Adam()


    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True)) + tf.add_n(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    ```

    ## Exceptions
    Gradients of 16 bits are a note: many models have none that are so small. Files that compile a model or speak of
    its losses anywhere are left alone, as are policies of `bfloat16`, which needs no scale, and lists that the function
    makes itself. So are notes what names alone tell: the size of a batch, padding, a teacher.

    ## References
    - [TensorFlow 2: writing a training loop from scratch](
      https://www.tensorflow.org/guide/keras/writing_a_training_loop_from_scratch), losses tracked by the model
    - [TensorFlow 2: custom training with tf.distribute.Strategy](
      https://www.tensorflow.org/tutorials/distribute/custom_training), define the loss function
    - [TensorFlow 2: mixed precision](https://www.tensorflow.org/guide/mixed_precision), loss scaling
    - [TensorFlow 2: better performance with tf.function](https://www.tensorflow.org/guide/function), side effects
    """

    code = "CNN549"
    name = "miswritten-step"
    severity = Severity.WARNING
    summary = "A step of a program's own leaves out what fit does"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the step is code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        yield from told(program.events_of(Miswritten), WHY)
        yield from told(program.events_of(Miswritten), SMALL, Severity.INFO)
