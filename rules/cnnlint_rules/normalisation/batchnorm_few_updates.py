"""CNN407."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.vocabulary import application
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetArgument

#: how far the averages have to have come from their initial values
SETTLED = 0.95


class BatchnormFewUpdates(Rule):
    """Batch normalisation whose running averages have not arrived when training ends.

    ## What it does
    Where the number of updates that `fit` makes is known, compares it with the momentum of the model's batch norm.

    ## Why is this bad
    Batch norm divides by the batch's own statistics while it trains, and by running averages afterwards. These start at
    0 and 1, and after n updates with momentum m they have come 1 − mⁿ of the way: 4.9 % after 5 updates with 0.99.
    Such a model fits its training data perfectly, and predicts one class for all of it.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.zeros((30, 32, 32, 3))
    y = np.zeros((30,))
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(8, 3),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y, batch_size=30, epochs=10)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x = np.zeros((30, 32, 32, 3))
    y = np.zeros((30,))
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(8, 3),
        layers.BatchNormalization(momentum=0.5),
        layers.ReLU(),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x, y, batch_size=30, epochs=10)
    ```

    ## Exceptions
    Pretrained weights bring their averages along, as may those of a file that the program loads; frozen batch norm does
    not update; a number of samples, epochs or steps that is not known keeps the rule silent. A momentum of 0.9 is no
    cure for 5 to 20 updates.

    ## References
    - Ioffe, Szegedy: [Batch normalization](https://arxiv.org/abs/1502.03167) (2015), section 3.1
    - [Keras 3: BatchNormalization](https://keras.io/api/layers/normalization_layers/batch_normalization/),
      `momentum=0.99`
    """

    code = "CNN407"
    name = "batchnorm-few-updates"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Too few updates for batch norm's running averages"
    applies_to = "Keras 1-3, tf.keras"
    experiment = Trial("mode gap", "lower", margin=0.3, steps=10, stand_in="conv-batchnorm-relu")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for a model whose averages stay behind."""
        fits = model.training.fits()
        counts = [feed.updates for feed in fits if feed.updates is not None]
        if not fits or len(counts) != len(fits) or model.training.loaded:
            return
        count = sum(counts)
        behind = [norm for norm in model if (m := momentum(norm)) is not None and 1 - m**count < SETTLED]
        if not behind or count < 1:
            return
        slowest = max(behind, key=lambda norm: momentum(norm) or 0.0)
        start, wanted = momentum(slowest) or 0.0, settling(count)
        norms = f"the batch norm of {describe(slowest)}" if slowest.kind == "Application" else describe(slowest)
        inside = (
            ""
            if slowest.kind != "Application"
            else (
                "its batch norm takes no argument here: set layer.momentum in a loop over model.layers before compile"
            )
        )
        yield Finding(
            f"{count} update{'' if count == 1 else 's'} move the running averages of {norms} "
            f"{1 - start**count:.1%} of the way (momentum {start:g}): "
            "predictions will not see the statistics that training saw",
            fits[0].origin if slowest.kind == "Application" else slowest.origin,
            model,
            slowest,
            remedy=Remedy(
                f"a momentum of {wanted:g} for {count} updates, or more of them",
                tuple(SetArgument(norm, "momentum", wanted) for norm in behind),
                advice=inside or None,
            ),
            experiment=Trial(
                "mode gap",
                "lower",
                margin=0.3,
                steps=min(count, 50),
                stand_in="conv-batchnorm-relu",
                parameters={"momentum": start, "repaired": wanted, "updates": count},
            ),
        )


def momentum(node: Node) -> float | None:
    """The momentum of a batch norm whose averages start from scratch, also of one inside an application's model."""
    if node.kind == "BatchNormalization" and node.trainable is True:
        value = node.value("momentum")
    elif node.kind == "Application" and node.trainable is True and node.known("weights"):
        published = application(str(node.value("name")))
        own = published.batch_normalization if published is not None else None
        # a loop over its layers may have set another momentum
        value = node.value("momentum") if "momentum" in node.arguments else own
        value = value if node.value("weights") is None else None
    else:
        return None
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1 else None


def settling(count: int) -> float:
    """A momentum, rounded down, with which `count` updates bring the averages 95 % of the way."""
    limit = float((1 - SETTLED) ** (1 / count))
    digits = max(1, -floor(log10(1 - limit)))
    return max(floor(limit * 10.0**digits) / 10.0**digits, 0.01)
