"""CNN301."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Miswritten, Model, Node, Program
from cnnlint.graph.kinds import DROPOUT, RESHAPING
from cnnlint.graph.outputs import Head, heads
from cnnlint.graph.walks import SOFTMAXES, class_axis_size, describe, in_head, producer
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Remedy, RemoveNode, SetLoss

#: Keras on TensorFlow finds the scores behind a softmax whose output its own losses are given
MENDED = "; Keras on TensorFlow reads the scores behind it and trains all the same, on JAX and torch it does not"


#: what is given probabilities though it wants scores; a softmax of log-probabilities is right
TWICE = frozenset({("softmax", "softmax"), ("softmax", "log_softmax"), ("sigmoid", "log_softmax")})


class DoubleSoftmax(Rule):
    """Probabilities that are turned into probabilities once more.

    ## What it does
    Finds a softmax (or log-softmax) that reads another softmax, a log-softmax that reads a sigmoid, and outputs with
    softmax or sigmoid in front of a loss that applies the same function itself (`from_logits=True`,
    `tf.nn.softmax_cross_entropy_with_logits`), or of `tf.random.categorical`, which does so as well.

    ## Why is this bad
    The outer softmax sees scores between 0 and 1 alone. For K classes its largest answer is e/(e + K − 1): 0.23 for 10
    classes, and the loss cannot fall below ln(e + K − 1) − 1, which is 1.46. Gradients are small everywhere.

    ## Example
    ```python
    from keras import Sequential, layers, losses

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss=losses.CategoricalCrossentropy(from_logits=True), optimizer="adam")
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers, losses

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10),
    ])
    model.compile(loss=losses.CategoricalCrossentropy(from_logits=True), optimizer="adam")
    ```

    ## Exceptions
    Code that applies the softmax only when it does not train, that pops the softmax layer off before it adds one, or
    wraps a model of logits in a Sequential with a softmax, is right. Every path has to have both.

    ## References
    - [Keras 3: CategoricalCrossentropy](https://keras.io/api/losses/probabilistic_losses/), `from_logits`
    - [TensorFlow 2: tf.nn.softmax_cross_entropy_with_logits](
      https://www.tensorflow.org/api_docs/python/tf/nn/softmax_cross_entropy_with_logits): expects unscaled logits
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.3
    """

    code = "CNN301"
    name = "double-softmax"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Softmax (or sigmoid) applied twice"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = Proof("softmax-floor", "the loss cannot fall below ln(e + K - 1) - 1 for K classes")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each model that a loss of torch is given the probabilities of, beside those of each model."""
        yield from super().check(program)
        for event in program.events_of(Miswritten):
            if event.why == "drawn":
                problem = (
                    f"{event.what} are probabilities, and tf.random.categorical takes the softmax of what it is given"
                )
                yield Finding(problem, event.origin, event.model, help="tf.math.log(…)", severity=Severity.WARNING)
            elif event.why == "softened twice":
                problem = f"the model ends in a softmax, and {event.what} of torch applies it again"
                yield Finding(problem, event.origin, event.model, help="leave it out here", severity=Severity.WARNING)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each pair of layers, and each loss that repeats the output's activation."""
        for node in model:
            first = producer(node, through=RESHAPING | DROPOUT) if node.activation in SOFTMAXES else None
            if first is not None and (first.activation, node.activation) in TWICE and _answers(model, node):
                kept, extra = (first, node) if node.activation == "softmax" else (node, first)
                yield Finding(
                    f"{describe(node)} applies {node.activation} to the probabilities of {describe(first)}",
                    node.origin,
                    model,
                    node,
                    remedy=Remedy(f"keep the {kept.activation} of {describe(kept)} alone", (RemoveNode(extra),)),
                    experiment=floor(class_axis_size(node)),
                )
        for head in heads(model):
            if repeats(head) and head.activation_node is not None:
                yield self.at_loss(model, head, head.activation_node)

    def at_loss(self, model: Model, head: Head, node: Node) -> Finding:
        """The finding about a loss that applies the output's activation again."""
        api = head.loss.placement.api
        own = api.startswith(("tf.losses.", "tf.nn."))  # TensorFlow's, of which Keras mends nothing
        keras = not own and ("compile" in api or api.startswith("keras.losses.") or model.training.compiled is not None)
        drop: RemoveNode | SetLoss = SetLoss(head.loss, from_logits=False) if keras else RemoveNode(node)
        title = f"hand the loss the scores before {head.activation}"
        if keras:
            title = f"give the loss from_logits=False, or leave out the {head.activation} of {describe(node)}"
        name = api if own else head.loss.name
        return Finding(
            f"{describe(node)} applies {head.activation}, and the loss {name} applies it again"
            + (MENDED if keras else ""),
            head.loss.origin,
            model,
            node,
            remedy=Remedy(title, (drop,)),
            experiment=floor(head.units, mended=keras) if head.activation == "softmax" else None,
        )


def _answers(model: Model, node: Node) -> bool:
    """Whether the probabilities, or their logarithms, are what the model answers."""
    readers = model.consumers(node)
    logarithm = len(readers) == 1 and "Log" in (readers[0].kind, readers[0].note)
    return in_head(model, readers[0] if logarithm else node)


def repeats(head: Head) -> bool:
    """Whether the loss applies the function that the output has already applied."""
    if head.loss.from_logits is not True or head.contract is None:
        return False
    applied = head.contract.logits
    return applied is not None and (head.activation == applied or (applied, head.activation) == ("softmax", "sigmoid"))


def floor(classes: int | None, *, mended: bool = False) -> Proof:
    """What cannot be undercut, for this number of classes."""
    parameters = {"classes": classes, "mended_on": ("tensorflow",) if mended else ()}
    return Proof("softmax-floor", "the loss cannot fall below ln(e + K - 1) - 1 for K classes", parameters)
