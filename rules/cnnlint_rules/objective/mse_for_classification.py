"""CNN308."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Loss, Model
from cnnlint.graph.kinds import WEIGHTED
from cnnlint.graph.outputs import ACCURACIES, Head, heads, is_dense_head
from cnnlint.graph.walks import CLAMPING, ancestors, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Remedy, SetLoss


class MseForClassification(Rule):
    """A squared error, a margin or an angle for telling classes apart.

    ## What it does
    Finds losses that measure distances (mean squared or absolute error, huber, poisson and their relatives), angles
    (cosine similarity) or margins (hinge) over a softmax output, or over outputs that are compared with class labels.

    ## Why is this bad
    Behind softmax or sigmoid the gradient of a squared error fades where the model is confidently wrong, which is where
    it should be largest. Cross-entropy is the likelihood of classes and has no such plateau. A linear output that is
    to answer with the number of the class is told that class 1 lies between 0 and 2. A margin is made for scores of
    both signs: behind a sigmoid every "no" keeps a loss of 1.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="mean_squared_error", optimizer="sgd", metrics=["accuracy"])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(3, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="sgd", metrics=["accuracy"])
    ```

    ## Exceptions
    Reconstruction and regression in 0..1 use sigmoid with these losses; so do least-squares GANs, whose one linear
    output is compared with 0 and 1. Margins of linear or tanh outputs are what hinge is for, and cosine similarity of
    linear outputs is used with one-hot rows. Two predictions are compared by their distance where one network is to
    agree with another, or with itself. Labels that could not be traced do not count.

    ## References
    - Golik, Doetsch, Ney: [Cross-entropy vs. squared error training](
      https://www.isca-archive.org/interspeech_2013/golik13_interspeech.html) (2013)
    - [Keras 3: losses](https://keras.io/api/losses/)
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.2, on squared error and saturation
    """

    code = "CNN308"
    name = "mse-for-classification"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "A loss of distances, angles or margins where classes are told apart"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial("accuracy", "higher", margin=0.05, steps=200)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            reason = why_classes(model, head) if is_unfit(head) else None
            if reason is None:
                continue
            wanted = fitting_loss(head)
            remedy = Remedy(f"train with {wanted}", (SetLoss(head.loss, name=wanted),))
            yield Finding(
                f"{head.loss.name} trains {describe(head.layer or head.output)}, {reason}",
                head.loss.origin,
                model,
                head.layer or head.output,
                help=f"one softmax unit for each class, and {wanted}" if is_numbered(head) else None,
                remedy=None if is_numbered(head) else remedy,
            )


def is_unfit(head: Head) -> bool:
    """Whether the loss measures something else than how probable the right class is: a distance, an angle, a margin."""
    contract = head.contract
    taught = head.labels is not None and head.labels.source == "predictions"
    if head.loss.own or taught or answers_another_network(head.loss):
        return False  # who writes such a loss, or compares two predictions, has it in mind
    return contract is not None and (contract.purpose in ("quantity", "direction") or contract.answers == "scores")


def answers_another_network(loss: Loss) -> bool:
    """Whether the targets are what a network answers: a teacher's, an average's, the same one's of another picture."""
    targets = loss.labels_node
    return targets is not None and any(node.kind in WEIGHTED for node in ancestors(targets))


def why_classes(model: Model, head: Head) -> str | None:
    """What says that the outputs or the targets are classes."""
    measured = head.contract.purpose if head.contract is not None else None
    encoding = head.labels.encoding if head.labels is not None else None
    rated = any(one.name in ACCURACIES and one.is_of(head.output) for one in model.training.metrics)
    if head.activation == "softmax":
        # a single unit's softmax stands under regressions, too: it takes targets or a metric of classes to tell
        classes = encoding != "continuous" and (head.units != 1 or rated or encoding in ("binary", "integer"))
        return "whose softmax outputs are probabilities of classes" if classes else None
    named = (head.labels.name if head.labels is not None else None) or "the labels"
    if measured not in ("quantity", "direction"):
        # a margin is measured from scores of both signs
        if head.activation != "sigmoid" or head.units != 1:
            return None
        if encoding in ("binary", "integer"):
            return f"whose sigmoid cannot answer below 0, and {named} are class numbers"
        # whatever the labels are, Keras makes signs of 0 and 1
        return "whose sigmoid cannot answer below 0, where one of the classes lies"
    if encoding == "one_hot" and head.activation in ("linear", "sigmoid") and measured == "quantity":
        return f"and {named} are one-hot rows"
    if encoding in ("binary", "integer") and head.activation == "sigmoid" and head.units == 1 and rated:
        return f"and {named} are class numbers"
    if is_numbered(head) and (rated or (head.labels is not None and (head.labels.classes or 0) > 2)):
        return f"and {named} are class numbers, which are no quantity"
    return None


def is_numbered(head: Head) -> bool:
    """Whether an output without bounds is compared with class numbers; 0 and 1 alone may be a GAN's targets."""
    encoding = head.labels.encoding if head.labels is not None else None
    return encoding == "integer" and head.activation in {"linear", *CLAMPING} and is_dense_head(head)


def fitting_loss(head: Head) -> str:
    """The cross-entropy that goes with the output and the labels."""
    if head.units == 1 and not is_numbered(head):
        return "binary_crossentropy"
    sparse = head.labels is not None and head.labels.encoding == "integer"
    return "sparse_categorical_crossentropy" if sparse else "categorical_crossentropy"
