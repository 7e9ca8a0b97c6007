"""CNN214."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model
from cnnlint.graph.outputs import BINARY, CATEGORICAL, EXCLUSIVE, REGRESSION, SPARSE, Head, heads, is_dense_head
from cnnlint.graph.walks import describe
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import Experiment, NotTestable, Proof
from cnnlint.rule.remedies import Remedy, SetArgument

Problem = tuple[str, Severity, Experiment, int]
REFUSED = Proof("framework-refuses", "the labels do not fit the output")


class OutputUnitsMismatch(Rule):
    """An output layer with another number of units than the labels have classes (or columns).

    ## What it does
    Compares the units of the output with the number of classes, or of columns, of the labels that `fit` is given.

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
    summary = "Another number of output units than the labels have classes"
    applies_to = "Keras 1-3, tf.keras, TensorFlow 1 (tf.layers, tf.nn, slim)"
    experiment = REFUSED

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head that does not fit its labels."""
        for head in heads(model):
            found = mismatch(head) if is_dense_head(head) and head.units not in (None, 1) else None
            if found is None or head.layer is None:
                continue
            problem, severity, experiment, wanted = found
            yield Finding(
                f"{describe(head.layer)} has {head.units} units, and {problem}",
                head.layer.origin,
                model,
                head.layer,
                remedy=Remedy(
                    f"give {describe(head.layer)} {wanted} units", (SetArgument(head.layer, "units", wanted),)
                ),
                severity=severity,
                experiment=experiment,
            )


def mismatch(head: Head) -> Problem | None:
    """What the labels have instead, how bad that is, how it can be shown, and the units that fit."""
    labels, units = head.labels, head.units or 0
    if labels is None:
        return None
    columns = labels.shape[-1] if labels.shape is not None and len(labels.shape) == 2 else None
    wide = head.loss.name in CATEGORICAL | BINARY | REGRESSION
    if wide and columns is not None and columns != units and columns > 1:
        return f"the labels have {columns} columns", Severity.ERROR, REFUSED, columns
    numbered = labels.encoding == "integer" or labels.source == "random integers"
    if numbered and head.loss.name in SPARSE and labels.low is not None and labels.high is not None:
        wanted = int(labels.high) + 1
        if labels.low > 0 and wanted > units:
            problem = f"the labels run from {labels.low:g} to {labels.high:g}: class numbers count from 0"
            return problem, Severity.ERROR, REFUSED, wanted
    classes = labels.classes if labels.encoding in ("integer", "binary", "one_hot") else None
    if classes is None or head.loss.name not in EXCLUSIVE:
        return None
    if classes > units and head.loss.name in SPARSE:
        return f"the labels number {classes} classes", Severity.ERROR, REFUSED, classes
    if units > classes + 1:
        wasteful = NotTestable("units for classes that never occur cost little in a short run")
        return f"the labels number {classes} classes", Severity.WARNING, wasteful, classes
    return None
