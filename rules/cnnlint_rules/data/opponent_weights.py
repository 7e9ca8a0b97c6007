"""CNN548."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "exchanged weights": (
        "{} is made small by the weights of the opponent",
        "train each on its own loss",
    ),
    "other optimizer": (
        "{} is the optimizer of the opponent, and takes this step as well",
        "give each an optimizer of its own: what Adam remembers is of one set of weights",
    ),
    "all weights": (
        "{} is made small by all weights there are, those of the discriminator as well",
        'minimize(loss, var_list=tf.trainable_variables("generator"))',
    ),
}


class OpponentWeights(Rule):
    """A loss that is made small by the weights of the opponent.

    ## What it does
    Finds generators and discriminators of which each is trained on the loss of the other, and optimizers of
    TensorFlow 1 that make the losses of both small by all weights there are. Likewise the optimizer of one that takes
    the steps of both, beside one of the other's own.

    ## Why is this bad
    The discriminator's loss falls as soon as the generator makes worse samples, and the generator's as soon as the
    discriminator calls everything real. Both are easier than what was meant.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers

    generator = tf.keras.Sequential([layers.Input((32,)), layers.Dense(64, activation="relu"), layers.Dense(2)])
    discriminator = tf.keras.Sequential([layers.Input((2,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
    gen_optimizer, disc_optimizer = tf.keras.optimizers.Adam(1e-4), tf.keras.optimizers.Adam(1e-4)
    bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)


    def train_step(points):
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake = discriminator(generator(tf.random.normal((64, 32)), training=True), training=True)
            real = discriminator(points, training=True)
            gen_loss = bce(tf.ones_like(fake), fake)
            disc_loss = bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)
        gen_grads = gen_tape.gradient(disc_loss, generator.trainable_variables)
        disc_grads = disc_tape.gradient(gen_loss, discriminator.trainable_variables)
        gen_optimizer.apply_gradients(zip(gen_grads, generator.trainable_variables))
        disc_optimizer.apply_gradients(zip(disc_grads, discriminator.trainable_variables))
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers

    generator = tf.keras.Sequential([layers.Input((32,)), layers.Dense(64, activation="relu"), layers.Dense(2)])
    discriminator = tf.keras.Sequential([layers.Input((2,)), layers.Dense(64, activation="relu"), layers.Dense(1)])
    gen_optimizer, disc_optimizer = tf.keras.optimizers.Adam(1e-4), tf.keras.optimizers.Adam(1e-4)
    bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)


    def train_step(points):
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            fake = discriminator(generator(tf.random.normal((64, 32)), training=True), training=True)
            real = discriminator(points, training=True)
            gen_loss = bce(tf.ones_like(fake), fake)
            disc_loss = bce(tf.ones_like(real), real) + bce(tf.zeros_like(fake), fake)
        gen_grads = gen_tape.gradient(gen_loss, generator.trainable_variables)
        disc_grads = disc_tape.gradient(disc_loss, discriminator.trainable_variables)
        gen_optimizer.apply_gradients(zip(gen_grads, generator.trainable_variables))
        disc_optimizer.apply_gradients(zip(disc_grads, discriminator.trainable_variables))
    ```

    ## Exceptions
    Told by names alone, and therefore a note, but where one network reads what another makes and the file never asks
    for the weights of that: a warning. Where names do not say whose a loss is, or whose the weights are, the rule is
    silent, and so it is where gradients are turned, or stopped.

    ## References
    - Goodfellow and others: Generative adversarial nets (2014), algorithm 1
    - [TensorFlow 2: deep convolutional generative adversarial network](
      https://www.tensorflow.org/tutorials/generative/dcgan)
    """

    code = "CNN548"
    name = "opponent-weights"
    severity = Severity.INFO
    summary = "A loss is made small by the weights of the opponent"
    applies_to = "tf.keras, TensorFlow 1"
    experiment = NotTestable("two models that are trained in turns are no single training run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY, Severity.WARNING)
