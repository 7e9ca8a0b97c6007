"""CNN523."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program, Unfitted
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable

#: what is handed on as it is, or made empty, without the method that fits it
METHODS = {"ImageDataGenerator": "fit", "Tokenizer": "fit_on_texts", "TextVectorization": "adapt"}


class UnfittedPreprocessing(Rule):
    """Preprocessing that was never shown the data.

    ## What it does
    Finds `Normalization`, `TextVectorization`, `StringLookup`, `IntegerLookup` and `Discretization` layers of a model
    that is trained in a file which adapts nothing, and an `ImageDataGenerator` with `featurewise_center`,
    `featurewise_std_normalization` or `zca_whitening` whose `fit` is never called. A scaler, encoder or decomposition
    of scikit-learn that transforms and is fitted nowhere in the file is an error: it refuses. A `Tokenizer` that
    numbers words and was fitted on no texts knows none.

    ## Why is this bad
    Without a mean and a deviation a Normalization layer hands its input on as it is, and a generator does so with a
    warning. A vocabulary of nothing makes every word the same unknown one.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import california_housing

    (x_train, y_train), _ = california_housing.load_data()
    scale = layers.Normalization()
    model = Sequential([layers.Input((8,)), scale, layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import california_housing

    (x_train, y_train), _ = california_housing.load_data()
    scale = layers.Normalization()
    scale.adapt(x_train)
    model = Sequential([layers.Input((8,)), scale, layers.Dense(32, activation="relu"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Statistics and vocabularies that are given (`mean`, `vocabulary`, `bin_boundaries`), loaded weights, and models and
    generators that are handed to code which was not read keep the rule silent; so do scalers that are passed on, kept
    in an attribute, or bound more than once.

    ## References
    - [Keras 3: Normalization](https://keras.io/api/layers/preprocessing_layers/numerical/normalization/), `adapt`
    - [Keras 2: ImageDataGenerator](
      https://www.tensorflow.org/api_docs/python/tf/keras/preprocessing/image/ImageDataGenerator), `fit`
    """

    code = "CNN523"
    name = "unfitted-preprocessing"
    severity = Severity.WARNING
    summary = "Preprocessing that was never fitted to the data"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what it would have learnt stands in the data")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each layer or generator."""
        for event in program.events_of(Unfitted):
            method = METHODS.get(event.what, "adapt" if event.model is not None else "fit")
            problem = f"this {event.what} is never fitted to the data"
            advice = f"call its {method} with the training data before it is used"
            refused = event.model is None and event.what not in METHODS
            yield Finding(problem, event.origin, event.model, help=advice, severity=Severity.ERROR if refused else None)
