"""CNN323."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class MissingTargets(Rule):
    """A training without anything to learn.

    ## What it does
    Finds `fit` and `train_on_batch` that are given features and no targets, though the model was compiled with a loss:
    a generator of `class_mode=None`, a dataset of `label_mode=None`, a `map` that drops the labels, a forgotten `y`,
    `validation_data` of one array.

    ## Why is this bad
    A loss compares the output with targets. Keras refuses: "None values not supported", "No gradients provided".

    ## Example
    ```python
    from keras import Sequential, layers
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pictures = ImageDataGenerator(rescale=1 / 255).flow_from_directory("train", target_size=(64, 64), class_mode=None)
    model = Sequential([
        layers.Input((64, 64, 3)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    model.fit(pictures, epochs=5)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pictures = ImageDataGenerator(rescale=1 / 255).flow_from_directory("train", target_size=(64, 64))
    model = Sequential([
        layers.Input((64, 64, 3)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(5, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
    model.fit(pictures, epochs=5)
    ```

    ## Exceptions
    Models with a `train_step` of their own decide themselves what they compare; losses of `add_loss` need no targets;
    and data of which it is not known what they yield may hold the targets: silent.

    ## References
    - [Keras 3: fit](https://keras.io/api/models/model_training_apis/#fit-method), `y`
    - [Keras 2: ImageDataGenerator.flow_from_directory](
      https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator), `class_mode`
    """

    code = "CNN323"
    name = "missing-targets"
    severity = Severity.ERROR
    summary = "A model is trained without targets"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("there is nothing to compare the answers with")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each call that trains."""
        training = model.training
        if training.compiled is None or not training.losses:
            return
        for feed in training.fits():
            if feed.unlabelled:
                loss = f" {training.losses[0].name}" if training.losses[0].name else ""
                problem = f"{feed.kind} is given features alone, and the loss{loss} compares answers with targets"
                advice = "pass the targets, or have the generator or dataset yield them (class_mode, label_mode)"
                yield Finding(problem, feed.origin, model, help=advice)
            elif feed.validation_unlabelled:
                given = feed.arguments["validation_data"].origin or feed.origin
                problem = "validation_data is one array, and the loss compares answers with targets"
                yield Finding(problem, given, model, help="pass both: validation_data=(x_val, y_val)")
