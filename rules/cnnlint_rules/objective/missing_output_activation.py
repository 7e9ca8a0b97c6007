"""CNN302."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.kinds import RECURRENT
from cnnlint.graph.outputs import Head, activation_text, heads, is_quantity
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import UNTAUGHT, Trial
from cnnlint.rule.remedies import InsertAfter, Remedy, RemoveNode

#: the activation that answers what a loss takes
FITTING: dict[str, str] = {"distribution": "softmax", "probabilities": "sigmoid", "positive": "softplus"}


#: layers after which numbers lie around 0, whatever they were before
NORMALIZING = frozenset({"BatchNormalization", "LayerNormalization"})


class MissingOutputActivation(Rule):
    """Bare scores in front of a loss that wants probabilities.

    ## What it does
    Finds a cross-entropy with `from_logits=False` (the default in Keras) whose output layer has no activation, or
    whose last layer is a normalization, which leaves no probability as it was.

    ## Why is this bad
    The loss takes logarithms of numbers that can be negative or far above 1. Keras clips them to 0..1 first, so most
    scores have no gradient at all: training stalls at once, or the loss looks fine and means nothing.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    `from_logits=True` and losses named `…_with_logits` want bare scores. An identity activation is looked through; an
    output, a loss or a sub-model that could not be read keeps the rule silent.

    ## References
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/), `from_logits=False`
    - [TensorFlow 1.15: tf.losses.log_loss](https://www.tensorflow.org/versions/r1.15/api_docs/python/tf/losses/log_loss)
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2, output units
    """

    code = "CNN302"
    name = "missing-output-activation"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "A cross-entropy of probabilities is given bare scores"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Trial(
        "accuracy",
        "higher",
        margin=0.1,
        steps=200,
        structure=True,
        proof=UNTAUGHT,
    )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each bare head."""
        for head in heads(model):
            contract = head.contract
            function = FITTING.get(contract.answers) if contract is not None else None
            if function not in (None, "softplus") and head.output.kind in NORMALIZING and not head.loss.from_logits:
                yield normalized(model, head)
                continue
            if contract is None or function is None or head.loss.from_logits is not False or head.layer is None:
                continue
            if head.layer.kind in RECURRENT:
                continue  # its cell has an activation of its own
            if is_quantity(head) and contract.answers != "positive":
                continue  # crossentropy-for-regression reports the loss
            if head.activation != "linear" or (head.units == 1 and contract.answers == "distribution"):
                continue
            taken = "numbers above 0" if function == "softplus" else "probabilities"
            scores = ", or from_logits=True in the loss" if contract.logits is not None else ""
            yield Finding(
                f"{describe(head.layer)} hands {activation_text(head)} to {head.loss.name}, which takes them for "
                f"{taken}",
                head.layer.origin,
                model,
                head.layer,
                remedy=Remedy(
                    f'activation="{function}" in {describe(head.layer)}{scores}',
                    (InsertAfter(head.layer, "Activation", {"activation": function}),),
                ),
            )


def normalized(model: Model, head: Head) -> Finding:
    """A normalization that is the last layer."""
    return Finding(
        f"{describe(head.output)} is the last layer: what it answers lies around 0, and {head.loss.name} takes it for "
        "probabilities",
        head.output.origin,
        model,
        head.output,
        remedy=Remedy(f"leave {describe(head.output)} out", (RemoveNode(head.output),)),
    )
