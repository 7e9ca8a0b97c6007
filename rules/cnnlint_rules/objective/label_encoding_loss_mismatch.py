"""CNN307."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Origin
from cnnlint.graph.outputs import CATEGORICAL, SPARSE, Head, heads, is_constant
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.remedies import Remedy, SetArgument, SetLoss

DEPENDS = NotTestable("what is learned depends on the labels at hand")


class LabelEncodingLossMismatch(Rule):
    """Labels in one encoding and a loss that expects the other.

    ## What it does
    Finds integer labels under categorical cross-entropy, one-hot labels under the sparse one, and labels of several
    classes at once under softmax, where the encoding of what `fit` is given could be traced.

    ## Why is this bad
    Categorical cross-entropy wants a row of K numbers for each sample, the sparse one a single class number. Mostly
    Keras refuses the wrong one because the shapes differ; where it does not (one unit, a custom loop), the loss is
    computed from numbers that are no probabilities.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import mnist

    (x_train, y_train), _ = mnist.load_data()
    x_train = x_train / 255
    model = Sequential([
        layers.Input((28, 28)),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="categorical_crossentropy", optimizer="adam")
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
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Labels whose encoding could not be traced, custom losses and models with several outputs whose labels are not told
    apart keep the rule silent. So does an output of one unit, where no encoding of the labels would help and
    single-unit-categorical-crossentropy reports the loss; the `class_mode` of a generator, chosen elsewhere, is
    still named.

    ## References
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/), on one-hot and integer labels
    - [Keras 3: to_categorical](https://keras.io/api/utils/python_utils/#to_categorical-function)
    """

    code = "CNN307"
    name = "label-encoding-loss-mismatch"
    severity = Severity.ERROR
    summary = "The labels' encoding is not the one that the loss expects"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("framework-refuses", "Keras refuses to compare these labels with this output")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose labels do not fit its loss, or its softmax."""
        for head in heads(model):
            found = mismatch(head)
            if found is None or head.labels is None:
                continue
            if is_constant(head) and not is_generated(head):
                continue  # single-unit-categorical-crossentropy, at the same place
            problem, wanted = found
            several = head.labels.encoding == "multi_hot"
            yield Finding(
                problem,
                head.place.origin if several else place(head),
                model,
                head.place if several else head.layer or head.output,
                remedy=remedy(head, wanted),
                experiment=DEPENDS if several or head.units == 1 else None,
            )


def mismatch(head: Head) -> tuple[str, str] | None:
    """What does not fit, in words, and the loss that fits the labels."""
    if head.labels is None:
        return None
    encoding, named = head.labels.encoding, head.labels.name or head.labels.source or "the labels"
    if is_generated(head):
        named = f"the labels of the {head.labels.source}"
    if encoding == "multi_hot" and head.activation == "softmax" and head.loss.name is not None:
        problem = f"{named} can name several classes at once, and the softmax of {describe(head.place)} allows for one"
        return problem, "binary_crossentropy"
    if encoding == "one_hot" and head.loss.name in SPARSE:
        return f"{named} are one-hot rows, and {head.loss.name} expects class numbers", "categorical_crossentropy"
    if encoding in ("integer", "binary") and head.loss.name in CATEGORICAL:
        single = encoding == "binary" and head.units == 1
        numbers = "0 or 1" if encoding == "binary" else "class numbers"
        problem = f"{named} are {numbers}, and {head.loss.name} expects one-hot rows"
        return problem, "binary_crossentropy" if single else "sparse_categorical_crossentropy"
    return None


def place(head: Head) -> Origin:
    """Where the labels of a generator are chosen; any other labels meet their loss where that is named."""
    return head.labels.origin if is_generated(head) and head.labels and head.labels.origin else head.loss.origin


def is_generated(head: Head) -> bool:
    """Whether the labels come from a generator over files, which was told how to encode them."""
    return head.labels is not None and "files" in (head.labels.source or "")


def remedy(head: Head, wanted: str) -> Remedy:
    """Train with the loss that fits; for several classes at once, with sigmoid."""
    edits: tuple[SetLoss | SetArgument, ...] = (SetLoss(head.loss, name=wanted),)
    if wanted == "binary_crossentropy" and head.activation == "softmax" and head.activation_node is not None:
        edits += (SetArgument(head.activation_node, "activation", "sigmoid"),)
    return Remedy(f"train with {wanted}", edits, safe=len(edits) == 1 and head.units != 1)
