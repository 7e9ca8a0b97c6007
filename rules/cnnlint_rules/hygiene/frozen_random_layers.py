"""CNN609."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Node, Program
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.walks import describe, shares_layers
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable


class FrozenRandomLayers(Rule):
    """Layers that are frozen at the random weights that they start with.

    ## What it does
    Finds models that `fit` is called on once, some of whose layers were frozen before, though nothing in the file has
    trained them or given them weights: mostly by a loop over `model.layers[:-1]`, or an application whose
    weights are None.

    ## Why is this bad
    Freezing keeps what a layer has learnt. A layer that has learnt nothing hands on random features, and the layers
    behind it have to make do with them.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((28, 28, 1)),
        layers.Rescaling(1 / 255),
        layers.Conv2D(32, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5)
    ```

    ## Exceptions
    `trainable=False` in a layer's own call says that random features are meant; an initializer may bring what was
    learnt elsewhere, and embeddings mostly do. A file that loads or sets weights in any way, trains in several steps or
    by an optimizer's own methods, and layers that another model trains keep the rule silent.

    ## References
    - [Keras 3: transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/), on freezing
    """

    code = "CNN609"
    name = "frozen-random-layers"
    severity = Severity.WARNING
    summary = "Layers are frozen at random weights"
    applies_to = "Keras 1-3, tf.keras"
    experiment = NotTestable("how much random features cost depends on the data more than on the network")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each such model, at the first of its frozen layers."""
        for model in program.models:
            if not model.training.from_chance or shares_layers(program, model):
                continue
            frozen = [node for node in model if is_random(node) and node.trainable is False]
            learning = any(node.kind in WEIGHTED and node.trainable is True for node in model)
            if frozen and learning:
                many = f" and {len(frozen) - 1} more" if len(frozen) > 1 else ""
                yield Finding(
                    f"{describe(frozen[0])}{many} start{'' if many else 's'} at random weights, and nothing trains "
                    "them or gives them others before they are frozen",
                    frozen[0].origin,
                    model,
                    frozen[0],
                    help="freeze layers that come with weights alone",
                )


def is_random(node: Node) -> bool:
    """Whether a layer starts at random weights, and its own call leaves open whether it is trained."""
    if node.kind == "Application":
        return node.given("weights") and node.known("weights") and node.value("weights") is None
    chosen = any(name.endswith("_initializer") for name in node.arguments if node.given(name))
    return node.kind in WEIGHTED and node.kind != "Embedding" and node.set_later and not chosen
