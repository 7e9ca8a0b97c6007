"""CNN214."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import DataMisused, FewerColumns, Model, Program
from cnnlint.graph.targets import Contradiction, contradictions
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.remedies import Remedy, SetArgument

REFUSED = Proof("framework-refuses", "the labels do not fit the output")
UNALIGNED = NotTestable("CTC computes a loss all the same, and the probe data has no sequences of letters")
WASTEFUL = NotTestable("units for classes that never occur cost little in a short run")


class OutputUnitsMismatch(Rule):
    """An output layer with another number of units than the labels have classes (or columns).

    ## What it does
    Compares the units of the output with the number of classes, or of columns, of the labels that `fit` is given, and
    the columns of one-hot rows with the classes that they are made of; and finds a head of CTC with one unit for each
    letter and none for the blank.

    ## Why is this bad
    With too few units for integer labels the loss reads beyond its array: an error on the CPU, NaN on a GPU. With a
    one-hot matrix of another width Keras refuses. With too many, the model spends probability on classes that do not
    exist, and the number is usually left over from another data set.

    ## Example
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar100

    (x_train, y_train), _ = cifar100.load_data()
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Rescaling(1 / 255),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from keras.datasets import cifar100

    (x_train, y_train), _ = cifar100.load_data()
    model = Sequential([
        layers.Input((32, 32, 3)),
        layers.Rescaling(1 / 255),
        layers.Flatten(),
        layers.Dense(100, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(x_train, y_train)
    ```

    ## Exceptions
    One unit more than there are classes is how labels that count from 1 are used: silent. A single unit is the
    business of single-sigmoid-for-multiclass and single-unit-categorical-crossentropy.

    ## References
    - [Keras 3: SparseCategoricalCrossentropy](https://keras.io/api/losses/probabilistic_losses/)
    - Chollet: Deep Learning with Python, 2nd edition (2021), section 4.2, classifying newswires
    """

    code = "CNN214"
    name = "output-units-mismatch"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Another number of output units than the labels have classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = REFUSED

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each head that does not fit its labels, and for labels that do not fit their rows."""
        yield from super().check(program)
        for event in program.events_of(FewerColumns):
            problem = f"{event.classes} classes are put into one-hot rows of {event.columns} columns"
            sizes = {"classes": event.classes, "columns": event.columns}
            short = Proof("one-hot-rows", "Keras refuses to write class numbers into rows too short for them", sizes)
            help_ = f"{event.classes} columns, one for each class"
            yield Finding(problem, event.origin, help=help_, experiment=short)
        for told in program.events_of(DataMisused):
            if told.why == "no blank":
                problem = f"{told.what} is a unit for each letter, and CTC wants one more, for what is none of them"
                yield Finding(problem, told.origin, help=f"{told.what} + 1", experiment=UNALIGNED)

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head that does not fit its labels."""
        for head, wrong in contradictions(model, "units", "counted from 1", "spare units"):
            if head.layer is None or wrong.wanted is None:
                continue
            yield Finding(
                f"{describe(head.layer)} has {head.units} units, and {problem(wrong)}",
                head.layer.origin,
                model,
                head.layer,
                remedy=Remedy(
                    f"give {describe(head.layer)} {wrong.wanted} units",
                    (SetArgument(head.layer, "units", wrong.wanted),),
                ),
                severity=Severity.WARNING if wrong.kind == "spare units" else Severity.ERROR,
                experiment=WASTEFUL if wrong.kind == "spare units" else REFUSED,
            )


def problem(wrong: Contradiction) -> str:
    """What the labels have instead."""
    labels = wrong.labels
    if wrong.kind == "counted from 1":
        return f"the labels run from {labels.low:g} to {labels.high:g}: class numbers count from 0"
    rows = labels.shape is not None and len(labels.shape) == 2 and labels.shape[-1] == wrong.wanted
    return f"the labels have {wrong.wanted} columns" if rows else f"the labels number {wrong.wanted} classes"
