"""CNN324."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class LossCountMismatch(Rule):
    """A list of losses that is longer or shorter than that of the model's outputs.

    ## What it does
    Finds `compile` with a list of losses of another length than the model has outputs, where it has several.

    ## Why is this bad
    The losses of a list belong to the outputs in their order. Keras refuses one too many at the first batch. Of one too
    few Keras 2 says so, and Keras 3 leaves the outputs at the end untrained.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input((20,))
    hidden = layers.Dense(32, activation="relu")(inputs)
    age = layers.Dense(1)(hidden)
    kind = layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model(inputs, [age, kind])
    model.compile("adam", loss=["mse", "sparse_categorical_crossentropy", "mse"])
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input((20,))
    hidden = layers.Dense(32, activation="relu")(inputs)
    age = layers.Dense(1)(hidden)
    kind = layers.Dense(3, activation="softmax")(hidden)
    model = keras.Model(inputs, [age, kind])
    model.compile("adam", loss=["mse", "sparse_categorical_crossentropy"])
    ```

    ## Exceptions
    A single loss for all outputs, losses by name, `None` for an output that is not trained, and models whose outputs
    were not all read keep the rule silent. So does a list for a single output.

    ## References
    - [Keras 3: compile](https://keras.io/api/models/model_training_apis/), `loss`
    """

    code = "CNN324"
    name = "loss-count-mismatch"
    severity = Severity.ERROR
    summary = "Another number of losses than the model has outputs"
    applies_to = "Keras 1-3, tf.keras"
    every_way = True
    experiment = NotTestable("Keras counts the losses before it trains")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for the list that `compile` is given."""
        training, outputs = model.training, len(model.outputs)
        if model.kind != "functional" or training.listed is None or outputs < 2 or model.is_part:
            return
        if training.listed != outputs and training.compiled is not None:
            given = f"{training.listed} loss{'es' * (training.listed != 1)}"
            yield Finding(
                f"compile is given {given}, and the model has {outputs} outputs",
                training.compiled,
                model,
                help="pass one loss for each output, in the order of the model's outputs",
                severity=None if training.listed > outputs else Severity.WARNING,
            )
