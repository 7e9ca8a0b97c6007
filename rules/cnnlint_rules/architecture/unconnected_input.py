"""CNN216."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Program
from cnnlint.graph import UnconnectedInput as Unconnected
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnconnectedInput(Rule):
    """An input that a model reads and does not declare, or declares and does not read.

    ## What it does
    Finds functional models whose outputs hang on an `Input` that is not among the model's inputs, and models that
    declare an `Input` which no output hangs on and nothing else in the file mentions.

    ## Why is this bad
    Keras refuses the first: "Graph disconnected", or "not connected to `inputs`". The second is fed and ignored: mostly
    another input is read twice in its place.

    ## Example
    ```python
    from keras import Input, Model, layers

    text, table = Input((100,)), Input((12,))
    read = layers.LSTM(32)(layers.Embedding(5000, 32)(text))
    joined = layers.concatenate([read, layers.Dense(16, activation="relu")(table)])
    model = Model(text, layers.Dense(1, activation="sigmoid")(joined))
    ```

    ## Use instead
    ```python
    from keras import Input, Model, layers

    text, table = Input((100,)), Input((12,))
    read = layers.LSTM(32)(layers.Embedding(5000, 32)(text))
    joined = layers.concatenate([read, layers.Dense(16, activation="relu")(table)])
    model = Model([text, table], layers.Dense(1, activation="sigmoid")(joined))
    ```

    ## Exceptions
    An input that a loss of the program's own reads (an advantage, a mask) is read: silent. So is everything where a
    part of the model's inputs or outputs could not be read.

    ## References
    - [Keras 3: the functional API](https://keras.io/guides/functional_api/)
    """

    code = "CNN216"
    name = "unconnected-input"
    severity = Severity.ERROR
    summary = "An input that does not lead to the outputs, or is not declared"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras refuses the model, or ignores what it is fed")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each model."""
        for event in program.events_of(Unconnected):
            if event.declared:
                problem, advice = f"no output of this model hangs on its input {event.what}", "read it, or leave it out"
                yield Finding(problem, event.origin, help=advice, severity=Severity.WARNING)
            else:
                problem = f"the outputs of this model hang on {event.what}, which is not among its inputs"
                yield Finding(problem, event.origin, help=f"pass all of its inputs, {event.what} among them")
