"""CNN541."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "one class at a time": (
        "the samples of one class stand behind those of the other, and nothing shuffles them",
        "shuffle before batch, by a buffer that holds both",
    ),
}


class UnmixedClasses(Rule):
    """A stream of one class behind the other.

    ## What it does
    Finds `fit` on two streams, each with one label for all of its samples, that are joined and never shuffled.

    ## Why is this bad
    Every batch is of one class. The model learns to answer that class whatever it is shown, and the other half of the
    epoch undoes it.

    ## Example
    ```python
    import numpy as np
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers

    whole = tf.data.Dataset.from_tensor_slices((sound, np.zeros(len(sound))))
    broken = tf.data.Dataset.from_tensor_slices((cracked, np.ones(len(cracked))))
    data = whole.concatenate(broken).batch(32)
    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(data, epochs=10)
    ```

    ## Use instead
    ```python
    import numpy as np
    import tensorflow as tf
    from tensorflow.keras import Sequential, layers

    whole = tf.data.Dataset.from_tensor_slices((sound, np.zeros(len(sound))))
    broken = tf.data.Dataset.from_tensor_slices((cracked, np.ones(len(cracked))))
    data = whole.concatenate(broken).shuffle(10000).batch(32)
    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(data, epochs=10)
    ```

    ## Exceptions
    Streams with a `map`, `interleave` or `apply`, which may mix them, are left alone.

    ## References
    - [TensorFlow 2: Dataset.shuffle](https://www.tensorflow.org/api_docs/python/tf/data/Dataset#shuffle)
    """

    code = "CNN541"
    name = "unmixed-classes"
    severity = Severity.WARNING
    summary = "Batches hold samples of one class alone"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the samples lie in arrays that are not read")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(DataMisused), WHY)
