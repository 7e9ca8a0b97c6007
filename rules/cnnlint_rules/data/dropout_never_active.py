"""CNN526."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Dropped, InferenceInTape, Model, Program
from cnnlint.graph.kinds import DROPOUT
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class DropoutNeverActive(Rule):
    """A dropout that is told, while the model trains, that it does not.

    ## What it does
    Finds dropout layers of trained models that are called with `training=False`, and tapes that record a model with
    such layers under `training=False`, or without a word of training, and are then asked for the gradients of its
    weights; and `set_learning_phase(0)` before the training of such a model.

    ## Why is this bad
    With `training=False` a dropout hands its input on as it is. The regularisation stands in the model and never takes
    place.

    ## Example
    ```python
    import keras
    from keras import layers

    inputs = keras.Input((20,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dropout(0.5)(x, training=False)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(optimizer="adam", loss="mse")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    inputs = keras.Input((20,))
    x = layers.Dense(64, activation="relu")(inputs)
    x = layers.Dropout(0.5)(x)
    model = keras.Model(inputs, layers.Dense(1)(x))
    model.compile(optimizer="adam", loss="mse")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Batch norm under `training=False` is how a trained network is fine-tuned: silent. A model that is not trained is
    asked as it should be, and so is one that a tape also records while it trains.

    ## References
    - Srivastava and others: Dropout: A Simple Way to Prevent Neural Networks from Overfitting (JMLR 2014)
    - [Keras 3: Dropout](https://keras.io/api/layers/regularization_layers/dropout/), `training`
    """

    code = "CNN526"
    name = "dropout-never-active"
    severity = Severity.WARNING
    summary = "Dropout is told that the model does not train"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable(
        "what is rebuilt is trained with training=True throughout: a flag of the program's own has no place in it"
    )

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each call."""
        yield from super().check(program)
        for event in program.events_of(InferenceInTape):
            problem = f"the tape records the model in inference mode, and its {event.layer} never drops anything"
            yield Finding(problem, event.origin, event.model, help="call it with training=True")
        for phase in program.events_of(Dropped):
            if phase.why == "inference phase":
                problem = (
                    f"all layers are told that nothing trains, for {phase.what} as well: no dropout drops anything"
                )
                yield Finding(problem, phase.origin, phase.model, help="leave it out, or set it behind the training")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such layer."""
        if not (model.training.fits() or (model.training.losses and model.training.optimizer is not None)):
            return
        for layer in model:
            flag = layer.arguments.get("training")
            if flag is None or flag.origin is None or not flag.origin.text.endswith("False"):
                continue
            if layer.kind in DROPOUT and flag.value is False and layer.value("rate") != 0:
                problem = f"{describe(layer)} is called with training=False: it never drops anything"
                yield Finding(problem, flag.origin, model, layer, help="leave it to Keras, or hand `training` on")
