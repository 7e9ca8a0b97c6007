"""CNN307."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import ArrayFacts, DataMisused, Model, Origin, Program
from cnnlint.graph.outputs import EXCLUSIVE, SPARSE, Head
from cnnlint.graph.targets import Contradiction, contradictions, held_out, is_generated
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.remedies import Remedy, SetArgument, SetLoss

DEPENDS = NotTestable("what is learned depends on the labels at hand")


class LabelEncodingLossMismatch(Rule):
    """Labels in one encoding and a loss that expects the other.

    ## What it does
    Finds integer labels under categorical cross-entropy, one-hot labels under the sparse one, and labels of several
    classes at once under softmax, where the encoding of what `fit` is given could be traced. Likewise labels of classes
    that were picked out of many, and still are the numbers that they had there. What the text alone
    tells, of a list that a loop fills, is a warning.

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
    fix = "safe"
    summary = "The labels' encoding is not the one that the loss expects"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = Proof("framework-refuses", "Keras refuses to compare these labels with this output")

    def check(self, program: Program) -> Iterator[Finding]:
        """Those of each model, and classes that were picked out of many by their numbers."""
        yield from super().check(program)
        for event in program.events_of(DataMisused):
            if event.why == "kept numbers":
                problem = f"these labels are still the class numbers {event.what}, and the model has fewer classes"
                advice = "number them from 0: y = np.searchsorted(kept, y)"
                yield Finding(problem, event.origin, help=advice, experiment=DEPENDS)
            elif event.why == "numbers for rows":
                problem = f"{event.what} are class numbers, and categorical_crossentropy expects one-hot rows"
                advice = "sparse_categorical_crossentropy"
                yield Finding(problem, event.origin, help=advice, experiment=DEPENDS, severity=Severity.WARNING)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose labels do not fit its loss, or its softmax."""
        for head, wrong in contradictions(model, "encoding", "several"):
            problem, wanted = words(head, wrong)
            several = wrong.kind == "several"
            unlike = head.contract is not None and head.contract.shapes != "same"
            unrefused = (several or head.units == 1 or unlike) and head.loss.name not in SPARSE
            yield Finding(
                problem,
                head.place.origin if several else place(head, wrong.labels),
                model,
                head.place if several else head.layer or head.output,
                remedy=remedy(head, wanted, refused=not unrefused and head.loss.name in EXCLUSIVE),
                experiment=DEPENDS if unrefused else None,
                severity=Severity.WARNING if several else None,  # it is up to the data whether any row does
            )
        for head, wrong, origin in held_out(model):
            if wrong.kind == "encoding":
                advice = "encode them as the labels that the model is trained on"
                yield Finding(words(head, wrong)[0], origin, model, head.layer or head.output, help=advice)
                break


def words(head: Head, wrong: Contradiction) -> tuple[str, str]:
    """What does not fit, in words, and the loss that fits the labels."""
    labels = wrong.labels
    named = f"the labels of the {labels.source}" if is_generated(labels) else labels.name or labels.source
    named = named or "the labels"
    if wrong.kind == "several":
        problem = f"{named} can name several classes at once, and the softmax of {describe(head.place)} allows for one"
        return problem, "binary_crossentropy"
    if labels.encoding == "one_hot":
        expected = "0 or 1 for its one unit" if head.units == 1 and head.loss.name not in SPARSE else "class numbers"
        return f"{named} are one-hot rows, and {head.loss.name} expects {expected}", "categorical_crossentropy"
    if labels.encoding == "signs":
        return f"{named} are -1 or 1, and {head.loss.name} expects 0 or 1", "hinge"
    single = labels.encoding == "binary" and head.units == 1
    numbers = "0 or 1" if labels.encoding == "binary" else "class numbers"
    problem = f"{named} are {numbers}, and {head.loss.name} expects one-hot rows"
    return problem, "binary_crossentropy" if single else "sparse_categorical_crossentropy"


def place(head: Head, labels: ArrayFacts) -> Origin:
    """Where the labels of a generator are chosen; any other labels meet their loss where that is named."""
    return labels.origin if is_generated(labels) and labels.origin else head.loss.origin


def remedy(head: Head, wanted: str, *, refused: bool) -> Remedy:
    """Train with the loss that fits; for several classes at once, with sigmoid. Safe where Keras refuses what is."""
    edits: tuple[SetLoss | SetArgument, ...] = (SetLoss(head.loss, name=wanted),)
    if wanted == "hinge":
        if head.activation_node is not None:
            edits += (SetArgument(head.activation_node, "activation", "tanh"),)
        return Remedy("train on (y + 1) / 2, or with hinge behind tanh", edits, safe=False)
    if wanted == "binary_crossentropy" and head.activation == "softmax" and head.activation_node is not None:
        edits += (SetArgument(head.activation_node, "activation", "sigmoid"),)
    return Remedy(f"train with {wanted}", edits, safe=refused and len(edits) == 1 and (head.units or 1) > 1)
