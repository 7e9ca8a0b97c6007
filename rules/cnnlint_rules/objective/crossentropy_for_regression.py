"""CNN309."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, Model
from cnnlint.graph.contracts import Contract
from cnnlint.graph.outputs import Head, heads
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable
from cnnlint.rule.remedies import Remedy, SetLoss

#: the largest value of a picture's
PIXEL = 255
UNLESS = "divide the masks by 255, unless the files hold 0 and 1"


class CrossentropyForRegression(Rule):
    """Cross-entropy for quantities.

    ## What it does
    Finds a cross-entropy, a hinge or a divergence whose targets are known to be quantities: values of a regression data
    set, numbers outside 0..1, or pictures and masks that were never divided by 255. And a poisson or
    logarithmic loss whose targets are known to fall below 0.

    ## Why is this bad
    Cross-entropy is defined between probabilities. For a house price of 24 it is a large negative or meaningless
    number, and minimising it does not bring the answer nearer to 24.

    ## Example
    ```python
    import numpy as np
    from keras import Sequential, layers

    x_train = np.linspace(-1.0, 1.0, 200).reshape(-1, 1)
    y_train = 3 * x_train + 5
    model = Sequential([
        layers.Input((1,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    import numpy as np
    from keras import Sequential, layers

    x_train = np.linspace(-1.0, 1.0, 200).reshape(-1, 1)
    y_train = 3 * x_train + 5
    model = Sequential([
        layers.Input((1,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ])
    model.compile(loss="mean_squared_error", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    Binary cross-entropy on targets in 0..1 (reconstructed pictures, soft labels) is common and works. Targets that
    could not be traced keep the rule silent. Pictures in files beside other pictures are a note: a mask may lie in its
    file as 0 and 255 or as 0 and 1.

    ## References
    - [Keras 3: regression losses](https://keras.io/api/losses/regression_losses/)
    - Chollet: Deep Learning with Python, 2nd edition (2021), table 6.1, choosing the last layer and the loss
    """

    code = "CNN309"
    name = "crossentropy-for-regression"
    severity = Severity.WARNING
    fix = "unsafe"
    summary = "Cross-entropy for targets that are quantities"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = NotTestable("a cross-entropy and a squared error are measured in different units")

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each such head."""
        for head in heads(model):
            labels, contract = head.labels, head.contract
            if labels is None or contract is None:
                continue
            outside = is_outside(labels, contract)
            # pictures of a data set or to be reconstructed, masks of 0 and 255
            known = labels.classes is not None or (labels.source and not labels.of_files) or repeats(model, labels)
            pictures = labels.encoding is None and known and contract.purpose == "yes or no"
            if pictures and contract.answers == "probabilities" and outside:
                yield unscaled(model, head, labels)
                continue
            of_files = labels.encoding is None and labels.of_files and labels.high == PIXEL and head.units == 1
            if of_files and outside and contract.answers == "probabilities" and contract.purpose == "yes or no":
                yield replace(unscaled(model, head, labels), severity=Severity.INFO, help=UNLESS)
                continue
            signed = outside and labels.encoding is None and ((labels.low or 0.0) < 0 or labels.centred)
            if not signed and (labels.encoding != "continuous" or ("continuous" in contract.targets and not outside)):
                continue
            distance = contract.purpose == "quantity"
            yield Finding(
                f"{head.loss.name} compares {describe(head.layer or head.output)} with "
                f"{'targets below 0' if distance else 'quantities'}: "
                f"{labels.name or labels.source or 'the targets'}{bounds(labels)}",
                head.loss.origin,
                model,
                head.layer or head.output,
                remedy=Remedy(
                    f"{'' if distance else 'a linear output and '}mean_squared_error",
                    (SetLoss(head.loss, name="mean_squared_error"),),
                ),
            )


def repeats(model: Model, labels: ArrayFacts) -> bool:
    """Whether the targets are what the model is given, or come from the same pictures."""
    given = [feed.x for feed in model.training.fits() if feed.x is not None]
    return labels.root is not None and any(x.root == labels.root for x in given)


def unscaled(model: Model, head: Head, labels: ArrayFacts) -> Finding:
    """Pictures of 0 to 255 that an autoencoder is to reconstruct, masks of 0 and 255."""
    return Finding(
        f"{head.loss.name} compares {describe(head.layer or head.output)} with targets outside 0..1: "
        f"{labels.name or labels.source or 'the targets'}{bounds(labels)}",
        head.loss.origin,
        model,
        head.layer or head.output,
        help=f"scale {labels.name or 'the targets'} to 0..1",
    )


def bounds(labels: ArrayFacts) -> str:
    """The range of the targets in brackets, or nothing."""
    if labels.low is None or labels.high is None:
        return ""
    return f" ({labels.low:g} to {labels.high:g})"


def is_outside(labels: ArrayFacts, contract: Contract) -> bool:
    """Whether targets are known to leave what the loss is defined for."""
    if labels.reaching:
        return contract.low is not None or contract.high is not None
    if contract.low == 0 and labels.centred:
        return True
    above = contract.high is not None and labels.high is not None and labels.high > contract.high
    return above or (contract.low is not None and labels.low is not None and labels.low < contract.low)
