"""CNN311."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.contracts import LOSSES, gives
from cnnlint.graph.outputs import BINARY, CROSSENTROPY, Head, heads
from cnnlint.graph.walks import CLAMPING, describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import UNTAUGHT, Trial
from cnnlint.rule.remedies import Remedy, SetArgument

#: losses of probabilities that are no cross-entropies
DIVERGENCES = {name for name, contract in LOSSES.items() if contract.purpose in ("distribution", "overlap")}
#: losses that take the logarithm of an output without an upper bound
POSITIVE = {name for name, contract in LOSSES.items() if contract.answers == "positive"}
#: measures of overlap, which take their input for probabilities as cross-entropies do
OVERLAP = ("dice", "tversky", "jaccard")
#: kinds of models that `compile` gives a loss
COMPILED = ("sequential", "functional", "subclass")


class ReluOutputWithCrossentropy(Rule):
    """Relu (or tanh) outputs in front of a loss that wants probabilities.

    ## What it does
    Finds a loss of probabilities (cross-entropy, divergence, Dice, Tversky) over an output whose activation is relu,
    tanh, elu or another function that answers below 0, and one of yes or no over softplus, which has no upper bound. A
    poisson loss takes a logarithm as well: of an output that answers below 0 it is NaN.

    ## Why is this bad
    Relu answers 0 for half of its inputs and anything above; tanh and elu go below. Keras clips to 0..1: at 0,
    below it and above 1 there is no gradient, so units die within a few steps, and the loss is that of a logarithm
    near 0.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((11,)),
        layers.Dense(12, activation="relu"),
        layers.Dense(1, activation="relu"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((11,)),
        layers.Dense(12, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    ```

    ## Exceptions
    Embeddings and feature extractors end in relu and have no such loss. A model that draws pictures with tanh, compiled
    and not trained in the file, may be a generator, which is trained as a part of another: a warning. Where the loss
    takes logits and exclusive classes, relu-before-softmax reports it. Unknown losses keep the rule silent.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2, output units
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    code = "CNN311"
    name = "relu-output-with-crossentropy"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Relu or tanh outputs in front of a loss that wants probabilities"
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
        """One finding for each such head."""
        for head in heads(model):
            node = head.activation_node
            wanted = wants_probabilities(head)
            if node is None or wanted is None:
                continue
            logarithm = wanted in POSITIVE
            if head.activation not in CLAMPING and not ((is_crossentropy(head) or logarithm) and is_unfit(head)):
                continue
            if head.loss.from_logits is True and head.loss.name not in BINARY:
                continue
            function = (
                "softplus" if logarithm else "sigmoid" if head.loss.name in BINARY or head.units == 1 else "softmax"
            )
            count = f"{head.units} " if head.units else ""
            taken = "scores of both signs" if head.loss.from_logits else "probabilities"
            taken = "numbers above 0" if logarithm else taken
            yield Finding(
                f"the {count}{head.activation} output{'' if head.units == 1 else 's'} of {describe(node)} "
                f"are given to {wanted}, which wants {taken}",
                node.origin,
                model,
                node,
                remedy=Remedy(f'use activation="{function}"', (SetArgument(node, "activation", function),)),
                severity=Severity.WARNING if may_be_generator(model, head) else None,
            )


def may_be_generator(model: Model, head: Head) -> bool:
    """Whether a model that draws with tanh is compiled and nowhere trained: a generator's own loss is idle."""
    draws = head.activation == "tanh" and len(head.output.shape or ()) != 2
    return draws and model.kind in COMPILED and not model.training.fits()


def is_crossentropy(head: Head) -> bool:
    """Whether the loss is one that is known to take probabilities."""
    return (head.loss.name in CROSSENTROPY or head.loss.name in DIVERGENCES) and head.loss.from_logits is False


def is_unfit(head: Head) -> bool:
    """Whether the output leaves 0..1; a loss that divides by the sum of the outputs does not mind large ones."""
    given, contract = gives(head.activation), head.contract
    if given == "positive" and contract is not None and contract.answers == "distribution":
        return False
    return given in ("any", "positive") and head.activation != "linear"


def wants_probabilities(head: Head) -> str | None:
    """The name of the head's loss if it is computed from probabilities; a loss of one's own by what it is called."""
    if head.loss.name in POSITIVE:
        return head.loss.name if gives(head.activation) == "any" else None
    if head.loss.name in CROSSENTROPY or head.loss.name in DIVERGENCES:
        return head.loss.name if head.loss.from_logits is not None or head.loss.name in BINARY else None
    called = head.loss.name or head.loss.origin.text
    return called if any(measure in called.lower() for measure in OVERLAP) else None
