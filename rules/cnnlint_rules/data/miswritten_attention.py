"""CNN536."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "scale": (
        "the scores are multiplied by {}, by which they are to be divided",
        "scores / tf.math.sqrt(depth)",
    ),
    "mask": (
        "{} is added to the scores: what is hidden outweighs all the rest",
        "add mask * -1e9, of a mask that is 1 where nothing may be seen",
    ),
    "behind": (
        "{} is added to the weights that softmax made: it hides nothing, and is added to what is read",
        "add it to the scores, before softmax",
    ),
    "ahead": (
        "the ones of {} are at and before each place, and ones are hidden here: what follows is seen",
        "1 - tf.linalg.band_part(tf.ones((n, n)), -1, 0)",
    ),
    "unscaled": (
        "nothing divides {} of these heads by the root of their depth: softmax saturates as they grow",
        "scores / tf.math.sqrt(depth)",
    ),
    "over heads": (
        "softmax over axis {}, that of the heads: the weights by which one query reads do not add up to 1",
        "axis=-1",
    ),
    "over queries": (
        "softmax over axis {}, that of the queries: the weights by which one query reads do not add up to 1",
        "axis=-1",
    ),
    "not over places": (
        "softmax over axis {} of the scores, not over the last, which is summed: the weights do not add up to 1",
        "axis=-1",
    ),
    "future read": (
        "{} come next, and nothing hides them from this attention, which is to foretell them",
        "MultiHeadAttention(…)(x, x, use_causal_mask=True)",
    ),
    "padding read": (
        "the ones of {} are all but the padding, and ones are hidden here: the padding alone is read",
        "tf.math.equal(words, 0)",
    ),
    "padding attended": (
        "Keras attends where its attention_mask is True, and that of {} is True at the padding",
        "turn it round: tf.not_equal(words, 0)",
    ),
}


class MiswrittenAttention(Rule):
    """Attention that is written out with a mistake.

    ## What it does
    Finds attention whose scores are multiplied by the root of their depth, to which a large positive number is added
    for what is hidden, or that hides the past from a decoder instead of the future, or all but the padding, by hand
    or by the `attention_mask` of Keras's layer. Likewise heads whose scores nothing divides, and softmax over the
    queries; in an exported graph over heads or samples.

    ## Why is this bad
    Softmax of scores that grow with their depth is one place alone, without a gradient for the others. What a large
    number is added to outweighs all the rest: the padding is what is read, and of a mask of ones where nothing is
    hidden the scores are lost, for 1e9 leaves single precision no room for them. A decoder that sees what comes
    next copies it.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow import keras


    class Attention(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.q, self.k, self.v = (keras.layers.Dense(units) for _ in range(3))

        def call(self, x, mask):
            scores = tf.matmul(self.q(x), self.k(x), transpose_b=True)
            scores += mask * 1e9
            return tf.matmul(tf.nn.softmax(scores), self.v(x))


    words = keras.Input((40,), dtype="int32")
    hidden = tf.cast(words == 0, tf.float32)[:, None, :]
    x = Attention(64)(keras.layers.Embedding(10000, 64)(words), hidden)
    x = keras.layers.GlobalAveragePooling1D()(x)
    model = keras.Model(words, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow import keras


    class Attention(keras.layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.q, self.k, self.v = (keras.layers.Dense(units) for _ in range(3))

        def call(self, x, mask):
            scores = tf.matmul(self.q(x), self.k(x), transpose_b=True)
            scores = scores / 64**0.5 + mask * -1e9
            return tf.matmul(tf.nn.softmax(scores), self.v(x))


    words = keras.Input((40,), dtype="int32")
    hidden = tf.cast(words == 0, tf.float32)[:, None, :]
    x = Attention(64)(keras.layers.Embedding(10000, 64)(words), hidden)
    x = keras.layers.GlobalAveragePooling1D()(x)
    model = keras.Model(words, keras.layers.Dense(1, activation="sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    ```

    ## Exceptions
    Masks that are turned round first (`mask - 1`) or may be, in a file that subtracts 1 from anything, queries that are
    normalised, distances, and weights that places are picked by (`argmax`) are left to their author. What only names
    tell (that a mask is one of padding, or of what is ahead, that there are heads) is a note.

    ## References
    - Vaswani and others: Attention is all you need (2017), section 3.2.1
    - [TensorFlow 2: neural machine translation with a transformer](https://www.tensorflow.org/text/tutorials/transformer)
    """

    code = "CNN536"
    name = "miswritten-attention"
    severity = Severity.WARNING
    summary = "Attention hides or weighs the wrong places"
    applies_to = "Keras 2-3, tf.keras, TensorFlow 1, ONNX"
    experiment = NotTestable("attention stands in code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
