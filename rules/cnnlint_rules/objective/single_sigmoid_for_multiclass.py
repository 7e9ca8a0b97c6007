"""CNN306."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import BINARY, heads, is_dense_head
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof, Trial
from cnnlint.rule.remedies import InsertAfter, Remedy, RemoveNode, SetArgument, SetLoss


def asked_for(classes: int | None) -> Trial:
    """The trial for this number of classes."""
    proof = Proof("answers-asked-for", "labels beyond 1 ask for the answer to 1", {"classes": classes or 0})
    return Trial("accuracy", "higher", margin=0.1, steps=200, structure=True, proof=proof)


class SingleSigmoidForMulticlass(Rule):
    """One yes-or-no output for labels of more than two classes.

    ## What it does
    Finds a single output trained with binary cross-entropy on labels that are known to number more than two classes.

    ## Why is this bad
    Binary cross-entropy reads its labels as 0 or 1. Label 7 asks for a probability of 7: the loss becomes negative and
    falls without end, and the model can only ever tell "0" from the rest.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Labels turned into yes and no (`y == 3`, `y % 2`) have two classes. Where the classes could not be counted the
    rule is silent.

    ## References
    - [Keras 3: BinaryCrossentropy](https://keras.io/api/losses/probabilistic_losses/): labels are 0 or 1
    - Chollet: Deep Learning with Python, 2nd edition (2021), table 6.1, choosing the last layer and the loss
    """

    code = "CNN306"
    name = "single-sigmoid-for-multiclass"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "One sigmoid unit for more than two classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    every_way = True
    experiment = asked_for(None)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            labels, layer = head.labels, head.layer
            if labels is None or layer is None or head.loss.name not in BINARY or head.units != 1:
                continue
            if labels.encoding != "integer" or (labels.classes or 0) <= 2 or not is_dense_head(head):
                continue
            softmax = {"activation": "softmax"}
            drop = () if head.activation_node is None else (RemoveNode(head.activation_node),)
            yield Finding(
                f"{describe(layer)} has one output for labels of {labels.classes} classes "
                f"({labels.source or labels.name or 'integers'})",
                layer.origin,
                model,
                layer,
                experiment=asked_for(labels.classes),
                remedy=Remedy(
                    f"{labels.classes} softmax units and sparse_categorical_crossentropy",
                    (
                        SetArgument(layer, "units", labels.classes),
                        *drop,
                        InsertAfter(layer, "Activation", softmax),
                        SetLoss(head.loss, name="sparse_categorical_crossentropy", from_logits=False),
                    ),
                ),
            )
