"""CNN710."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import LayerForTensor as Passed
from cnnlint.graph import Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class LayerForTensor(Rule):
    """A layer in the place of a tensor.

    ## What it does
    Finds layers and models that were made and not called where a tensor belongs: as the output of a functional model,
    or as what another layer is called on, alone or in a list of tensors.

    ## Why is this bad
    `Dense(1)` is a layer, `Dense(1)(x)` is what it makes of `x`. Keras refuses.

    ## Example
    ```python
    from keras import Input, Model, layers

    first = Input((5,))
    hidden = layers.Dense(8, activation="relu")(first)
    last = layers.Dense(1)
    model = Model(first, last)
    ```

    ## Use instead
    ```python
    from keras import Input, Model, layers

    first = Input((5,))
    hidden = layers.Dense(8, activation="relu")(first)
    last = layers.Dense(1)(hidden)
    model = Model(first, last)
    ```

    ## Exceptions
    Wrappers (`Bidirectional(LSTM(8))`) take layers. What could not be read may be anything.

    ## References
    - [Keras 3: the functional API](https://keras.io/guides/functional_api/)
    """

    code = "CNN710"
    name = "layer-for-tensor"
    severity = Severity.ERROR
    summary = "A layer that was never called is passed as a tensor"
    every_way = True
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras refuses before there is a model")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such call."""
        for event in program.events_of(Passed):
            to = event.to if event.to == "a model" or "." in event.to else f"a {event.to}"
            yield Finding(
                f"a {event.layer} that was not called is passed to {to}, which takes tensors",
                event.origin,
                event.model,
                help="call it on its input, or take its .output"
                if event.layer == "model"
                else f"call it on its input: {event.layer}(…)(x)",
            )
