"""CNN537."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "spread": (
        "exp({}) is the variance, and stands for the standard deviation",
        "tf.exp(0.5 * log_var)",
    ),
    "logarithm": (
        "{} is the logarithm of the variance, and stands for the standard deviation",
        "tf.exp(0.5 * log_var)",
    ),
    "clipped": (
        "{} is a logarithm, and this activation lets it be no smaller than that of 1",
        "leave the layer without an activation",
    ),
    "terms": (
        "{} is no divergence: one of its terms has the wrong sign",
        "1 + log_var - mean**2 - exp(log_var)",
    ),
    "over samples": (
        "{} adds up the samples, and not what each of them is made of",
        "axis=-1",
    ),
}


class MiswrittenSampling(Rule):
    """A variational autoencoder whose spread is not the one that its divergence is of.

    ## What it does
    Finds samples that are drawn with `exp(log_var)` as their standard deviation, and logarithms of a variance that go
    through an activation which is never negative. Likewise a divergence with a term of the wrong sign, or that is
    summed over the samples.

    ## Why is this bad
    The divergence is that of a normal distribution with the variance `exp(log_var)`; its standard deviation is
    `exp(0.5 * log_var)`. Drawn with another one, loss and samples speak of two distributions. A logarithm that is 0 or
    more allows no spread below 1: every sample is as uncertain as if nothing were known of it.

    ## Example
    ```python
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers


    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            self.add_loss(-0.5 * tf.reduce_mean(1 + log_var - mean**2 - tf.exp(log_var)))
            noise = tf.random.normal(tf.shape(mean))
            return mean + tf.exp(log_var) * noise


    x = keras.Input((784,))
    h = layers.Dense(128, activation="relu")(x)
    z = Sampling()([layers.Dense(2)(h), layers.Dense(2)(h)])
    model = keras.Model(x, layers.Dense(784, activation="sigmoid")(z))
    model.compile("adam", "binary_crossentropy")
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers


    class Sampling(layers.Layer):
        def call(self, inputs):
            mean, log_var = inputs
            self.add_loss(-0.5 * tf.reduce_mean(1 + log_var - mean**2 - tf.exp(log_var)))
            noise = tf.random.normal(tf.shape(mean))
            return mean + tf.exp(0.5 * log_var) * noise


    x = keras.Input((784,))
    h = layers.Dense(128, activation="relu")(x)
    z = Sampling()([layers.Dense(2)(h), layers.Dense(2)(h)])
    model = keras.Model(x, layers.Dense(784, activation="sigmoid")(z))
    model.compile("adam", "binary_crossentropy")
    ```

    ## Exceptions
    Only a file whose divergence is that of `exp(log_var)` is known to mean a variance by it. What is halved or doubled
    before, shifted since, or named after a standard deviation (`log_sigma`, `log_std`) keeps the rule silent. What is
    called a logarithm of variances and stands in no divergence is a note.

    ## References
    - Kingma and Welling: Auto-encoding variational Bayes (2014), section 2.4 and appendix B
    - [Keras 3: variational autoencoder](https://keras.io/examples/generative/vae/)
    """

    code = "CNN537"
    name = "miswritten-sampling"
    severity = Severity.WARNING
    summary = "A variational autoencoder draws with another spread than its loss has"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the sampling stands in code of the program, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
