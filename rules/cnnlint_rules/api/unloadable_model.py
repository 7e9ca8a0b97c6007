"""CNN717."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Program, Unloadable, WeightsRead
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class UnloadableModel(Rule):
    """Files that `load_model` cannot make a model of.

    ## What it does
    Finds `load_model` of a file that the program writes with `save_weights` or
    `ModelCheckpoint(save_weights_only=True)`, and of one whose model was compiled with a loss or metric of the
    program's own that Keras is not told of, or holds such a layer. Likewise a layer whose `get_config` leaves out
    what its constructor cannot do without, and `load_weights` of a file that the program wrote of a model with as many
    layers, of which one has another size.

    ## Why is this bad
    A file of weights does not say of which layers they are: "No model found in config file". A model that was
    compiled with a function of the program's own is saved with the name of it: "Unknown loss function". Both come
    when the training is over.

    ## Example
    ```python
    from tensorflow.keras import Sequential, layers
    from tensorflow.keras.callbacks import ModelCheckpoint
    from tensorflow.keras.models import load_model

    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    best = ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True)
    model.fit(x, y, epochs=10, validation_split=0.2, callbacks=[best])
    model = load_model("best.weights.h5")
    ```

    ## Use instead
    ```python
    from tensorflow.keras import Sequential, layers
    from tensorflow.keras.callbacks import ModelCheckpoint
    from tensorflow.keras.models import load_model

    model = Sequential([layers.Input((20,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    best = ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True)
    model.fit(x, y, epochs=10, validation_split=0.2, callbacks=[best])
    model.load_weights("best.weights.h5")
    ```

    ## Exceptions
    Paths that may be another each time, files that whole models are written to as well, `compile=False`, and
    programs that speak of `custom_objects` anywhere keep the rule silent.

    ## References
    - [Keras 3: whole model saving and loading](https://keras.io/api/models/model_saving_apis/model_saving_and_loading/)
    - [Keras 3: weights saving and loading](https://keras.io/api/models/model_saving_apis/weights_saving_and_loading/)
    """

    code = "CNN717"
    name = "unloadable-model"
    severity = Severity.ERROR
    summary = "Weights alone, or a model with unknown functions, are given to load_model"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("what fails comes behind the training")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place."""
        for event in program.events_of(Unloadable):
            if event.missing:
                names = ", ".join(event.missing)
                problem = f"a {event.of} that is loaded is made without {names}, which its constructor asks for"
                advice = "put into get_config what __init__ takes"
                yield Finding(problem, event.origin, event.model, help=advice, severity=Severity.WARNING)
                continue
            if event.own:
                names = ", ".join(event.own)
                problem = (
                    f"the model in {event.path} is made of or compiled with {names}, which load_model does not know"
                )
                advice = "custom_objects={" + ", ".join(f'"{one}": {one}' for one in event.own) + "}"
            else:
                problem = f"{event.path} holds weights alone, and load_model needs a whole model"
                advice = "build the model as it was, and give it the weights: model.load_weights(…)"
            yield Finding(problem, event.origin, event.model, help=advice)
        for one in program.events_of(WeightsRead):
            mine = sizes(one.model) if one.model is not None else None
            written = [sizes(writer) if writer is not None else None for writer in one.writers]
            if mine is None or None in written or one.conditional:
                continue
            apart = [differing(mine, theirs) for theirs in written if theirs is not None]
            if None not in apart:
                layer, (had, has) = apart[0] or ("", (0, 0))
                problem = f"{layer} has {has:,} weights here, and {had:,} in {one.path}, which another model wrote"
                yield Finding(problem, one.origin, one.model, help="build the model as that one was")


def sizes(model: Model) -> list[tuple[str, int]] | None:
    """The layers of a model that have weights, with how many; None where any of that is not known."""
    nodes = [node for node in model if node.kind != "Input"]
    if not model.complete or any(node.parameters is None for node in nodes):
        return None
    layers = {node.layer_id or id(node): node for node in nodes if node.parameters}
    return [(describe(node), node.parameters or 0) for node in layers.values()]


def differing(mine: list[tuple[str, int]], theirs: list[tuple[str, int]]) -> tuple[str, tuple[int, int]] | None:
    """The first of equally many layers that has another number of weights, and both numbers."""
    pairs = zip(mine, theirs, strict=True) if len(mine) == len(theirs) else ()
    return next(((name, (had, has)) for (name, has), (_, had) in pairs if had != has), None)
