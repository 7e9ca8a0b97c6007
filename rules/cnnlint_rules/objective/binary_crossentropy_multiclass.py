"""CNN304."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import BINARY, Head, activation_text, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetLoss

#: metrics that ask which of the classes has the largest answer
BY_ROW = frozenset({"categorical_accuracy", "top_k_categorical_accuracy"})


class BinaryCrossentropyMulticlass(Rule):
    """Binary cross-entropy for one class out of many.

    ## What it does
    Finds binary cross-entropy over a softmax of more than two units, or over the outputs for one-hot labels of more
    than two classes.

    ## Why is this bad
    The loss asks K yes-or-no questions of which K − 1 are answered "no": a model that never says yes is already right
    in 9 of 10. The accuracy that Keras picks for this loss counts those, so it reads 0.9 and says nothing. The true
    class gets a K-th of the gradient.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    ```

    ## Exceptions
    Several labels at once (multi-label, sigmoid) are what the loss is for. For a softmax of two units it equals
    categorical cross-entropy. One detector for each class, whose answers are compared as one (`categorical_accuracy`,
    not the `accuracy` that counts every "no"), is a choice that image classifiers are trained with: silent.

    ## References
    - [Keras 3: BinaryCrossentropy](https://keras.io/api/losses/probabilistic_losses/): for binary (0 or 1) applications
    - Chollet: Deep Learning with Python, 2nd edition (2021), table 6.1, choosing the last layer and the loss
    - Wightman, Touvron, Jégou: [ResNet strikes back](https://arxiv.org/abs/2110.00476) (2021), section 2: the loss of
      one detector for each class
    """

    code = "CNN304"
    name = "binary-crossentropy-multiclass"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Binary cross-entropy over exclusive classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.1, steps=200, shrinkable=False)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            if head.loss.name not in BINARY or (head.units or 0) <= 2 or not exclusive(head):
                continue
            if head.activation != "softmax" and any(metric.name in BY_ROW for metric in model.training.metrics):
                continue
            yield Finding(
                f"{head.loss.name} treats the {activation_text(head)} of {describe(head.place)} as "
                f"{head.units} separate questions",
                head.loss.origin,
                model,
                head.place,
                remedy=Remedy(
                    "train with categorical_crossentropy", (SetLoss(head.loss, name="categorical_crossentropy"),)
                ),
            )


def exclusive(head: Head) -> bool:
    """Whether each sample belongs to one class: softmax says so, or the labels do."""
    # folders of pictures with class_mode="categorical": the rows are one-hot, their width is that of the output
    one_hot = head.labels is not None and head.labels.encoding == "one_hot" and (head.labels.classes or 3) > 2
    return head.activation == "softmax" or one_hot
