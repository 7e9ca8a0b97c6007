"""CNN530."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class SamplesAsSteps(Rule):
    """As many batches as there are samples.

    ## What it does
    Finds `steps_per_epoch`, `validation_steps` and `steps` that are the number of samples of the picture generator
    that stands beside them (`flow.samples`, `len(x)`), whose batches hold more than one; and the `__len__` of a
    Sequence that counts its samples, where its `__getitem__` cuts out a batch.

    ## Why is this bad
    A step is a batch. With batches of 32 each epoch goes 32 times through the data: it takes 32 times as long, and
    callbacks that count epochs come 32 times too late. Keras 3 goes through the data once and warns that it ran out.
    The arguments of Keras 1 (`samples_per_epoch`, `nb_val_samples`) counted samples.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.preprocessing.image import ImageDataGenerator

    flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory("pictures", (64, 64), batch_size=16)
    model = Sequential([layers.Input((64, 64, 3)), layers.Flatten(), layers.Dense(5, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(flow, steps_per_epoch=flow.samples, epochs=10)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.preprocessing.image import ImageDataGenerator

    flow = ImageDataGenerator(rescale=1 / 255).flow_from_directory("pictures", (64, 64), batch_size=16)
    model = Sequential([layers.Input((64, 64, 3)), layers.Flatten(), layers.Dense(5, activation="softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(flow, steps_per_epoch=len(flow), epochs=10)
    ```

    ## Exceptions
    Batches whose size is an expression, and names that are bound more than once: silent.

    ## References
    - [Keras 3: Model training APIs](https://keras.io/api/models/model_training_apis/), on `steps_per_epoch`
    """

    code = "CNN530"
    name = "samples-as-steps"
    severity = Severity.WARNING
    summary = "As many batches are asked for as there are samples"
    applies_to = "Keras 2-3, tf.keras"
    experiment = NotTestable("the generator's pictures lie in files that are not read")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each call."""
        for event in program.events_of(DataMisused):
            if event.why == "samples as steps":
                problem = f"{event.what} counts batches, and is given the number of samples"
                advice = "leave it out, or give the number of batches: len(flow)"
                advice = "math.ceil(len(…) / self.batch_size)" if event.what == "__len__" else advice
                yield Finding(problem, event.origin, help=advice)
