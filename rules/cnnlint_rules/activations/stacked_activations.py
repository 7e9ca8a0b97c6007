"""CNN104."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Node
from cnnlint.graph.kinds import DROPOUT, RESHAPING, of
from cnnlint.graph.walks import CLAMPING, describe, in_head, producer, scope_of
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, RemoveNode

#: dropouts that multiply what they keep, and do no more
SCALING = frozenset({"Dropout", *of("regularization", start="SpatialDropout")})
#: reported by relu-before-softmax and double-softmax
ELSEWHERE = frozenset(
    {
        ("relu", "softmax"),
        ("relu6", "softmax"),
        ("softmax", "softmax"),
        ("softmax", "log_softmax"),
        ("sigmoid", "log_softmax"),
    }
)
#: the second gives back what the first took the logarithm of
TAKEN_BACK = ("log_softmax", "exponential")


class StackedActivations(Rule):
    """An activation applied to the output of another activation.

    ## What it does
    Finds two activations in a row, with nothing but dropout or reshaping between them.

    ## Why is this bad
    The second squeezes what the first has already bent: sigmoid after relu can only answer 0.5 and more, relu after
    sigmoid does nothing, sigmoid after sigmoid leaves 0.5 to 0.73. It usually comes from an `activation=` argument
    and an Activation layer that were both meant to be the one. The same relu twice does no harm, and shows that one
    of the two was forgotten.

    ## Example
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="relu"),
        layers.Activation("sigmoid"),
    ])
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers

    model = Sequential([
        layers.Input((20,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
        layers.Activation("sigmoid"),
    ])
    ```

    ## Exceptions
    An identity activation (`linear`, often there to set a dtype), products such as x·sigmoid(x) and
    x·tanh(softplus(x)), and an activation that starts a block of its own and reads a tensor that others read too are
    left alone; so are attention weights (softmax of tanh inside the network), and the exponential of a log softmax,
    which is the softmax. Relu and softmax, and two softmaxes, have their own rules.

    ## References
    - Goodfellow, Bengio, Courville: Deep Learning (2016), section 6.2.2.2, on output units that saturate
    - [Keras 3: activations](https://keras.io/api/layers/activations/)
    """

    code = "CNN104"
    name = "stacked-activations"
    severity = Severity.WARNING
    fix = "safe"
    summary = "An activation reads the output of another activation"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim), ONNX"
    experiment = NotTestable("what the second activation costs depends on which two they are and where they stand")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each pair."""
        for second in model:
            if second.activation in (None, "linear"):
                continue
            first = producer(second, through=RESHAPING | DROPOUT)
            if first is None or first.activation is None or len(model.consumers(first)) != 1 or first.escapes:
                continue
            pair = (first.activation, second.activation)
            if pair in ELSEWHERE or pair == TAKEN_BACK or model.is_output(first):
                continue
            if scope_of(first) != scope_of(second) or (pair[1] == "softmax" and not in_head(model, second)):
                continue
            if is_gate(model, first, second):
                continue
            harmless = changes_nothing(first, second)
            extra = to_remove(model, first, second)
            yield Finding(
                f"{describe(first)} already applies {pair[0]}, and {describe(second)} applies {pair[1]} to its result"
                + (": the second changes nothing" if harmless else ""),
                second.origin,
                model,
                second,
                remedy=Remedy(f"keep one of the two: drop the {extra.activation}", (RemoveNode(extra),), safe=harmless),
            )


def is_gate(model: Model, first: Node, second: Node) -> bool:
    """Whether the result multiplies what the first reads, as in Mish: x · tanh(softplus(x))."""
    readers = model.consumers(second)
    return bool(readers) and all(
        reader.kind == "Multiply" and any(source is first.inputs[0] for source in reader.inputs) for reader in readers
    )


def changes_nothing(first: Node, second: Node) -> bool:
    """Whether the second is the clamp that the first is, and what stands between keeps every value where it was.

    Dropout multiplies what it keeps, which leaves nothing below 0 but may lift it above the 6 of relu6; other dropouts
    add noise.
    """
    if first.activation != second.activation or first.activation not in CLAMPING or not plain(first):
        return False
    harmless = RESHAPING | (SCALING if first.activation == "relu" else frozenset())
    return plain(second) and producer(second, through=harmless) is first


def plain(node: Node) -> bool:
    """Whether an activation is the function that its name says: a ReLU layer may clamp elsewhere, or leak."""
    own = ("max_value", "negative_slope", "alpha", "threshold")
    return all(node.known(name) and not node.value(name) for name in own if name in node.arguments)


def to_remove(model: Model, first: Node, second: Node) -> Node:
    """The one that the author can most likely spare: at an output the first, else the second."""
    return first if in_head(model, second) and first.activation != second.activation else second
