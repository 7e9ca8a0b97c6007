"""CNN535."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "frozen chance": (
        "these numbers are drawn once, when the graph of {} is made, and are the same ever after",
        "draw them by TensorFlow: tf.random.normal, tf.random.uniform",
    ),
    "same noise": (
        "this noise is drawn once, and {} is trained on it in every step: it learns to make these samples alone",
        "draw it within the loop",
    ),
    "cached chance": (
        "what is distorted by chance in front of this cache is the same in every epoch",
        "cache first, and distort behind it",
    ),
}


class FrozenRandomness(Rule):
    """Numbers of chance that are the same in every step.

    ## What it does
    Finds numpy's and Python's own random numbers in what TensorFlow makes a graph of (a `Lambda` layer, a
    `tf.function`, a function that is mapped over a stream), and streams that are distorted by chance in front of
    `cache()`.

    ## Why is this bad
    A graph is made once: numpy is asked while it is made, and its answer is a constant from then on. A cache keeps
    what the first epoch saw. Noise is one constant, and augmentation shows the same pictures again and again.

    ## Example
    ```python
    import numpy as np
    import tensorflow as tf
    from tensorflow.keras import layers


    def noisy(x):
        return x + np.random.normal(size=(1, 20)).astype("float32")


    model = tf.keras.Sequential([
        layers.Input((20,)),
        layers.Lambda(noisy),
        layers.Dense(1),
    ])
    model.compile("adam", "mse")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    import tensorflow as tf
    from tensorflow.keras import layers


    def noisy(x):
        return x + tf.random.normal(tf.shape(x))


    model = tf.keras.Sequential([
        layers.Input((20,)),
        layers.Lambda(noisy),
        layers.Dense(1),
    ])
    model.compile("adam", "mse")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Files that use `py_function`, `numpy_function` or run eagerly are left alone.

    ## References
    - [TensorFlow 2: better performance with tf.function](https://www.tensorflow.org/guide/function)
    - [TensorFlow 2: Dataset.cache](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#cache)
    """

    code = "CNN535"
    name = "frozen-randomness"
    severity = Severity.WARNING
    summary = "Chance is drawn once and stays"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("the chance is drawn by code, which is never run")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(DataMisused), WHY)
