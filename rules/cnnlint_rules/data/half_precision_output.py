"""CNN550."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Program
from cnnlint.rule import Finding, Rule, told
from cnnlint.rule.experiments import NotTestable

#: what is wrong, and what to write
WHY = {
    "half output": (
        "this {} computes in 16 bits: what is less likely than 6e-8 is 0 to the loss",
        'layers.Activation("softmax", dtype="float32")',
    ),
}


class HalfPrecisionOutput(Rule):
    """Probabilities of 16 bits.

    ## What it does
    Finds files that set the policy `mixed_float16` and whose last softmax is not told to compute in 32 bits.

    ## Why is this bad
    The smallest number of 16 bits above 0 is 6e-8, and there are 3 digits below 1. A class that is held for less
    likely is 0: the loss no longer tells how wrong that is, and its gradient is 0. Many models are trained like this
    without harm: it is a note.

    ## Example
    ```python
    import keras
    from keras import layers

    keras.mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
        layers.Activation("softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    keras.mixed_precision.set_global_policy("mixed_float16")
    model = keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10),
        layers.Activation("softmax", dtype="float32"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy")
    ```

    ## Exceptions
    Files that name a dtype anywhere, or cast, are left alone.

    ## References
    - [TensorFlow 2: mixed precision](https://www.tensorflow.org/guide/mixed_precision), building the model: the softmax
      should be done in float32
    """

    code = "CNN550"
    name = "half-precision-output"
    severity = Severity.INFO
    summary = "A softmax at the end computes in 16 bits"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the probe runs in 32 bits, whatever the policy of the program is")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        return told(program.events_of(Miswritten), WHY)
