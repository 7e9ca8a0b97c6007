"""CNN733."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "two towers": (
        "each call of {} makes new weights: the two inputs are looked at by two networks",
        "make it once, and call it on both",
    ),
}


class UnsharedTowers(Rule):
    """Two networks where one is to look at both.

    ## What it does
    Finds functions without arguments that make a network and are called once for each of two inputs, in a program
    that compares what comes out.

    ## Why is this bad
    Every call makes new weights. The distance between the answers of two networks says nothing about their inputs:
    the same picture given twice is not at distance 0.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow.keras import Input, Model, Sequential, layers


    def tower():
        return Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(64, activation="relu")])


    left, right = Input((28, 28)), Input((28, 28))
    a, b = tower()(left), tower()(right)
    distance = layers.Lambda(lambda pair: tf.abs(pair[0] - pair[1]))([a, b])
    siamese = Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
    siamese.compile("adam", "binary_crossentropy")
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import Input, Model, Sequential, layers


    def tower():
        return Sequential([layers.Input((28, 28)), layers.Flatten(), layers.Dense(64, activation="relu")])


    left, right = Input((28, 28)), Input((28, 28))
    network = tower()
    a, b = network(left), network(right)
    distance = layers.Lambda(lambda pair: tf.abs(pair[0] - pair[1]))([a, b])
    siamese = Model([left, right], layers.Dense(1, activation="sigmoid")(distance))
    siamese.compile("adam", "binary_crossentropy")
    ```

    ## Exceptions
    Functions that take arguments may make different networks on purpose, and answers that are not compared as
    distances (towers of a recommender, of a picture and its text) may come from two networks. So may those of radar and
    light: that two inputs are of one kind is told by their names, which makes it a note.

    ## References
    - Bromley and others: Signature verification using a "siamese" time delay neural network (1993)
    - [Keras 3: image similarity estimation using a siamese network](https://keras.io/examples/vision/siamese_contrastive/)
    """

    code = "CNN733"
    name = "unshared-towers"
    severity = Severity.INFO
    summary = "A siamese network whose halves have weights of their own"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the pairs are at fault as much as the model, and the probe data has none")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
