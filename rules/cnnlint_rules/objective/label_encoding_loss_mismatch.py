"""CNN307."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.experiments import NotTestable, Proof
from cnnlint.graph import Model
from cnnlint.graph.outputs import CATEGORICAL, SPARSE, Head, heads
from cnnlint.remedies import Remedy, SetLoss
from cnnlint.rule import Finding, Rule


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
    apart keep the rule silent.

    ## References
    - [Keras 3: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/), on one-hot and integer labels
    - [Keras 3: to_categorical](https://keras.io/api/utils/python_utils/#to_categorical-function)
    """

    code = "CNN307"
    name = "label-encoding-loss-mismatch"
    severity = Severity.ERROR
    summary = "The labels' encoding is not the one that the loss expects"
    experiment = Proof("framework-refuses", "Keras refuses to compare these labels with this output")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose labels do not fit its loss."""
        for head in heads(model):
            found = mismatch(head)
            if found is None or head.labels is None:
                continue
            problem, wanted = found
            # a generator is made where its label mode is chosen; any other label meets its loss in compile
            generated = "directory" in (head.labels.source or "") and head.labels.origin is not None
            refused = head.units != 1 and head.labels.encoding != "multi_hot"
            yield Finding(
                f"{problem}, and {head.loss.name} expects {'class numbers' if is_sparse(head) else 'one-hot rows'}",
                head.labels.origin if generated and head.labels.origin is not None else head.loss.origin,
                model,
                head.layer or head.output,
                remedy=Remedy(f"train with {wanted}", (SetLoss(head.loss, name=wanted),), safe=refused),
                experiment=None if refused else NotTestable("what is learned depends on the labels at hand"),
            )


def is_sparse(head: Head) -> bool:
    """Whether the loss wants class numbers."""
    return head.loss.name in SPARSE


def mismatch(head: Head) -> tuple[str, str] | None:
    """How the labels are encoded instead, and the loss that fits them."""
    if head.labels is None or head.loss.name not in CATEGORICAL | SPARSE:
        return None
    encoding, named = head.labels.encoding, head.labels.name or head.labels.source or "the labels"
    if is_sparse(head):
        if encoding == "one_hot":
            return f"{named} are one-hot rows", "categorical_crossentropy"
    elif encoding == "integer":
        return f"{named} are class numbers", "sparse_categorical_crossentropy"
    elif encoding == "binary":
        single = head.units == 1
        return f"{named} are 0 or 1", "binary_crossentropy" if single else "sparse_categorical_crossentropy"
    if encoding == "multi_hot" and head.activation == "softmax":
        return f"{named} can name several classes at once", "binary_crossentropy"
    return None
