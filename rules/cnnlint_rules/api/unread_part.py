"""CNN732."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "unread": (
        "{} is worked out here, and nothing reads it",
        "use it where it belongs, or leave it out",
    ),
    "mask lost": (
        "{} hands no mask on, and the recurrent layer behind it reads the padding as words",
        "self.supports_masking = True in its constructor",
    ),
}


class UnreadPart(Rule):
    """A part of the computation that nothing reads.

    ## What it does
    Finds masks in attention and losses, clipped gradients, terms of a loss, outputs of models that a tape records,
    weights of classes, matrices of vectors of words and positional encodings that a program works out and then never
    reads; and a layer of the program's own between an embedding that masks its padding and a recurrent layer, which
    does not say that it passes masks on.

    ## Why is this bad
    What is worked out for the loss or the attention was meant to be in it. Left out, padding counts like words, a
    penalty punishes nothing, and a transformer does not know the order of its words: nothing fails, and the model
    is another one.

    ## Example
    ```python
    import tensorflow as tf

    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")


    def masked_loss(labels, scores):
        loss = loss_of(labels, scores)
        mask = tf.cast(labels != 0, loss.dtype)
        return tf.reduce_mean(loss)


    model = tf.keras.Sequential([tf.keras.layers.Embedding(1000, 64), tf.keras.layers.Dense(1000)])
    model.compile(optimizer="adam", loss=masked_loss)
    ```

    ## Use instead
    ```python
    import tensorflow as tf

    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="none")


    def masked_loss(labels, scores):
        loss = loss_of(labels, scores)
        mask = tf.cast(labels != 0, loss.dtype)
        return tf.reduce_sum(loss * mask) / tf.reduce_sum(mask)


    model = tf.keras.Sequential([tf.keras.layers.Embedding(1000, 64), tf.keras.layers.Dense(1000)])
    model.compile(optimizer="adam", loss=masked_loss)
    ```

    ## Exceptions
    Names that begin with an underscore, functions with functions in them, and files that read names in other ways
    (`locals()`) are left alone.

    ## References
    - [TensorFlow 2: neural machine translation with attention](
      https://www.tensorflow.org/text/tutorials/nmt_with_attention), the masked loss
    """

    code = "CNN732"
    name = "unread-part"
    severity = Severity.WARNING
    summary = "A mask, loss term or encoding is worked out and never read"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1"
    experiment = NotTestable("what is left out stands in code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
