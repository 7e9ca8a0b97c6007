"""CNN604."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import FrozenFirst, Miswritten, Program
from cnnlint.graph.kinds import NORMALIZATION, WEIGHTED, WEIGHTLESS
from cnnlint.graph.walks import describe, shares_layers
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof

CARRIERS = WEIGHTED | NORMALIZATION | {"Application", "PReLU"}


class NoTrainableLayers(Rule):
    """A model that is trained and has nothing to train.

    ## What it does
    Finds models that `fit` is called on and whose layers with weights are all frozen, and models that are trained and
    whose weights are all tensors of random numbers (`tf.random.normal`) with no variable around them, or those of a
    layer of the program's own, as they are called (a warning); and models that are trained and were frozen before they
    were compiled, as the discriminator of a GAN is to be behind it.

    ## Why is this bad
    There is no weight for the optimizer to change: the loss stays where it is, from the first step to the last.
    Mostly a loop over `layers` froze the new head together with the pretrained base.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x, y = np.zeros((100, 20)), np.zeros((100,))
    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu", trainable=False),
        layers.Dense(2, activation="softmax", trainable=False),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x, y = np.zeros((100, 20)), np.zeros((100,))
    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu", trainable=False),
        layers.Dense(2, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y)
    ```

    ## Exceptions
    Where any part of the model could not be read, or it is not known whether a layer is frozen, something may be
    trainable: silent. So it is about a discriminator that is frozen after it was compiled, to train its generator,
    and a model that is frozen once it was trained.

    ## References
    - [Keras 3: transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/), on `trainable`
    """

    code = "CNN604"
    name = "no-trainable-layers"
    severity = Severity.ERROR
    summary = "A model is trained that has no trainable layer"
    applies_to = "Keras 1-3, tf.keras"
    experiment = Proof("unreachable-layer", "the model has no trainable weight", {"trainable": True})

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each model without anything to train."""
        yield from self.read(program)
        for event in program.events_of(FrozenFirst):
            problem = f"{event.name} is trained, and was frozen before it was compiled"
            yield Finding(problem, event.origin, help=f"{event.name}.trainable = False behind {event.name}.compile(…)")

        for plain in program.events_of(Miswritten):
            if plain.why == "plain weights":
                problem = f"{plain.what} is a tensor of random numbers, and no variable: nothing trains it"
                yield Finding(problem, plain.origin, help="add_weight", severity=Severity.WARNING)

    def read(self, program: Program) -> Iterator[Finding]:
        """The models that were read."""
        for model in program.models:
            layers = [node for node in model if node.kind in WEIGHTED]
            learns = model.training.losses and model.training.optimizer is not None
            if learns and layers and not model.unread and all(node.drawn for node in layers):
                yield Finding(
                    f"the weights of {describe(layers[0])} are random numbers, and no variable: nothing trains them",
                    layers[0].origin,
                    model,
                    layers[0],
                    help="wrap it in a variable: tf.Variable(…), or add_weight in a layer",
                )
                continue
            fits = model.training.fits()
            # `model.trainable = False` holds for what could not be read as well; Keras keeps no weights of a Lambda
            unread = [node for node in model if node.opaque and node.parameters != 0]
            layers = [node for node in model if node.kind in CARRIERS]
            layers += [node for node in unread if node.note != "Lambda"]
            whole = model.kind == "sequential" and all(node.trainable is False for node in layers)
            known = not (model.unread or unread)
            if not fits or model.training.handed or not (known or whole) or shares_layers(program, model):
                continue
            carriers = [node for node in model if node.kind in CARRIERS]
            if not carriers or any(node.trainable is not False or node.learned for node in carriers):
                continue
            others = [node for node in model if node.kind not in CARRIERS | WEIGHTLESS and node.parameters != 0]
            if others and not whole:
                continue
            frozen = f"all {len(carriers)} layers" if len(carriers) > 1 else "the one layer"
            yield Finding(
                f"{model.name} is trained, and {frozen} with weights are frozen",
                fits[0].origin,
                model,
                help="leave at least the new layers trainable",
            )
