"""CNN707."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Argument, Dropped, Model, Node, NothingCompiled, Program
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class MissingCompile(Rule):
    """A model that is trained or evaluated without a loss.

    ## What it does
    Finds `fit`, `train_on_batch` and `evaluate` of a model that is compiled nowhere, `fit` above its `compile`, and
    `fit` of a model whose `compile` is given no loss, where none of its layers adds one.

    ## Why is this bad
    Keras refuses: "You must call `compile()` before calling `fit()`". `compile` says what the loss and the optimizer
    are, and a model built anew has to be compiled anew.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.fit(x, y, epochs=3)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    model.compile(optimizer="adam", loss="mse")
    model.fit(x, y, epochs=3)
    ```

    ## Exceptions
    A model that was given to code that was not read may be compiled there, and one of a class of the program by that
    class, unless nothing in the program is compiled at all: silent.

    ## References
    - [Keras 3: compile](https://keras.io/api/models/model_training_apis/#compile-method)
    """

    code = "CNN707"
    name = "missing-compile"
    severity = Severity.ERROR
    summary = "A model is trained without being compiled"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("Keras refuses before the first batch")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for the first call of each model."""
        for late in program.events_of(Dropped):
            if late.why == "compiled late":
                problem = f"fit asks {late.what} before it is compiled"
                yield Finding(problem, late.origin, late.model, help="compile it first")
        for model in program.models:
            optimizer = model.training.arguments.get("optimizer", Argument())
            trained = next((feed for feed in model.training.feeds if feed.trains), None)
            learns = any(node.parameters and node.trainable is not False for node in model.nodes)
            if optimizer.known and optimizer.given and optimizer.value is None and trained is not None and learns:
                problem = f"{trained.kind} needs an optimizer, and compile is given None"
                yield Finding(problem, trained.origin, model, help='name one: optimizer="adam"')
            if _lossless(model) and trained is not None and trained.arguments:
                problem = f"{trained.kind} needs a loss, and compile is given none"
                yield Finding(problem, trained.origin, model, help='name one: loss="mse"')
        compiled = {model.origin for model in program.models if model.training.compiled is not None}
        nowhere = any(program.events_of(NothingCompiled))
        kinds = ("sequential", "functional", *(("subclass",) if nowhere else ()))
        for model in program.models:
            training = model.training
            if training.handed or model.origin in compiled or model.kind not in kinds:
                continue
            # a call of the model on data, beside a training loop of one's own, is no `fit`, and has no arguments
            asked = [one for one in training.feeds if one.kind in ("fit", "train_on_batch", "evaluate")]
            feed = next((one for one in asked if one.arguments), None)
            if feed is not None and (nowhere or not training.losses) and not model.is_part:
                yield Finding(
                    f"{feed.kind} asks a model that is compiled nowhere",
                    feed.origin,
                    model,
                    help='compile it first: model.compile(optimizer="adam", loss=…)',
                )


def _lossless(model: Model) -> bool:
    """Whether a model is compiled without a loss, is its own layers alone, and none of them adds a loss."""
    training, loss = model.training, model.training.arguments.get("loss")
    told = training.compiled is not None and not training.losses and not training.handed and not model.is_part
    none = loss is None or (loss.known and loss.value is None)
    return told and none and model.kind in ("sequential", "functional") and all(map(_adds_none, model.nodes))


def _adds_none(node: Node) -> bool:
    """Whether a layer is known to add no loss: it was read, and is not regularized."""
    regularized = any("regularizer" in name and one.value is not None for name, one in node.arguments.items())
    return not node.opaque and not regularized and node.kind != "ActivityRegularization"
