"""CNN704."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, TrainableSet
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class TrainableAfterCompile(Rule):
    """Layers that are frozen or thawed after `compile`.

    ## What it does
    Finds `trainable = …` on a compiled model or one of its layers, followed by `fit` without another `compile`.

    ## Why is this bad
    Keras collects what is trained when it compiles: tf.keras goes on with the weights it had, and Keras says that the
    change counts from the next `compile` on. A fine-tuning that follows trains the head alone; a freezing that follows
    freezes nothing.

    ## Example
    ```python
    import keras
    from keras import layers

    base = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(96, 96, 3))
    base.trainable = False
    model = keras.Sequential([base, layers.Dense(5, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5)
    base.trainable = True
    model.fit(x, y, epochs=5)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    base = keras.applications.MobileNetV2(include_top=False, pooling="avg", input_shape=(96, 96, 3))
    base.trainable = False
    model = keras.Sequential([base, layers.Dense(5, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5)
    base.trainable = True
    model.compile(keras.optimizers.Adam(1e-5), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=5)
    ```

    ## Exceptions
    A part that several models have in common (the discriminator of a GAN) keeps in each of them what held when that was
    compiled, and such programs count on it: silent. So is `train_on_batch`, which they use.

    ## References
    - [Keras 3: transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/)
    """

    code = "CNN704"
    name = "trainable-after-compile"
    severity = Severity.WARNING
    summary = "Layers are frozen or thawed after `compile`"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("which weights the author wants trained is not in the model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place that sets it."""
        for event in program.events_of(TrainableSet):
            what = event.of
            problem = f"`trainable` of {what} is set after compile, and fit follows without another compile"
            yield Finding(problem, event.origin, event.model, help="compile again before fit, or set it before compile")
