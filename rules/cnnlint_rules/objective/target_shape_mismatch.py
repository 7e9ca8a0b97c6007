"""CNN317."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Severity
from cnnlint.graph import Model, Program, Spread
from cnnlint.graph.contracts import fit
from cnnlint.graph.outputs import Head
from cnnlint.graph.targets import Contradiction, answers_its_inputs, contradictions, held_out
from cnnlint.graph.walks import describe, spell
from cnnlint.rule import Finding, Rule
from cnnlint.rule.experiments import NotTestable, Proof
from cnnlint.rule.remedies import Remedy, SetArgument, SetLoss


class TargetShapeMismatch(Rule):
    """Targets of another shape than the output that they are compared with.

    ## What it does
    Compares the shape of the targets that `fit`, `evaluate` or a pipeline hands over with the shape of the output, the
    way the loss does. Where Keras refuses the pair it is an error, where it repeats one of the two along an axis
    (broadcasting) a warning. A loss that is written out, `mean(square(y - model(x)))`, squeezes and expands nothing:
    there `(n,)` against `(n, 1)` makes a table of n × n differences, and so it does of what `predict` returns.

    ## Why is this bad
    A refusal comes late: after the data was read, at the first batch. Broadcasting never comes up at all. Two columns
    of targets against one unit, or a single target against every step of a sequence, train a model that answers with
    the mean of what it should tell apart.

    ## Example
    ```python
    from keras import Sequential, layers
    from sklearn.datasets import make_classification

    X, y = make_classification(500, 8)
    model = Sequential([
        layers.Input((8,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(2, activation="softmax"),
    ])
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.fit(X, y)
    ```

    ## Use instead
    ```python
    from keras import Sequential, layers
    from sklearn.datasets import make_classification

    X, y = make_classification(500, 8)
    model = Sequential([
        layers.Input((8,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(2, activation="softmax"),
    ])
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(X, y)
    ```

    ## Exceptions
    Keras adds or takes away a last axis of size 1 where that makes the two shapes agree: `(n,)` against `(n, 1)`, masks
    `(n, h, w)` against `(n, h, w, 1)` and class numbers of either shape are silent. Another number of columns than
    units is output-units-mismatch, class numbers in the place of rows label-encoding-loss-mismatch, a map that was
    never flattened missing-flatten. Sizes that are not known keep the rule silent.

    ## References
    - [Keras 3: losses](https://keras.io/api/losses/), `squeeze_or_expand_to_same_rank` in its source
    - [NumPy 2: broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html)
    """

    code = "CNN317"
    name = "target-shape-mismatch"
    severity = Severity.ERROR
    fix = "unsafe"
    summary = "Targets of another shape than the output"
    applies_to = "Keras 1-3, tf.keras (what is said of refusing and repeating is Keras 3)"
    every_way = True
    experiment = Proof("framework-refuses", "Keras refuses targets of this shape")

    def check(self, program: Program) -> Iterator[Finding]:
        """One finding for each place, the losses first."""
        yield from super().check(program)
        for event in program.events_of(Spread):
            predicted = event.facts.source == "predictions"
            named = (event.other if predicted else event.facts).name or "the targets"
            column, row = ("the predictions are", named) if predicted else (f"{named} is", "the predictions")
            yield Finding(
                f"{column} a column (n×1) and {row} a row (n): each of them meets all of the others (n×n)",
                event.origin,
                event.model,
                help=f"make a row of the column: {'model.predict(x)' if predicted else named}[:, 0]",
                severity=Severity.WARNING,
                experiment=NotTestable("the model learns the same; what is reckoned from its answers is wrong"),
            )

    def check_model(self, model: Model) -> Iterator[Finding]:
        """One finding for each head whose targets have another shape."""
        for head, wrong in contradictions(model, "shape"):
            layer, targets, outputs = head.layer or head.output, wrong.targets or (), wrong.outputs or ()
            refused = wrong.fit == "refused"
            named = wrong.labels.name or wrong.labels.source or "the targets"
            effect = "refuses" if refused else "repeats one along an axis of the other"
            if refused and repeated(head, wrong):
                effect += " (tf.keras 2.2 to 2.15 repeat each target for all units)"
            loss = "the difference" if head.loss.written_out else head.loss.name
            mirror = answers_its_inputs(model, head, wrong)
            yield Finding(
                f"{named} ({spell(('n', *targets[1:]))}) do not have the shape of {describe(layer)} "
                f"({spell(('n', *outputs[1:]))}): {loss} {effect}",
                mirror or layer.origin,
                model,
                layer,
                help="give it what it reads as its targets: fit(x, x)" if mirror is not None else advice(head, wrong),
                remedy=remedy(head, wrong) if mirror is None else None,
                severity=Severity.ERROR if refused else Severity.WARNING,
                experiment=None if refused else BROADCAST,
            )
        for head, wrong, origin in held_out(model):
            if wrong.kind in ("shape", "units") and wrong.fit != "broadcasts":
                layer, targets = head.layer or head.output, wrong.labels.shape or ()
                yield Finding(
                    f"{wrong.labels.name or 'the targets'} ({spell(('n', *targets[1:]))}) do not have the shape of "
                    f"{describe(layer)} ({spell(('n', *(layer.shape or ())[1:]))}), with which {head.loss.name} "
                    "compares them",
                    origin,
                    model,
                    layer,
                    help="prepare them as the targets that the model is trained on",
                )
                break


BROADCAST = NotTestable("a short run learns the mean of the targets as well as it would learn the targets")


def repeated(head: Head, wrong: Contradiction) -> bool:
    """Whether tf.keras 2, which gives numbers an axis of their own first, repeats what Keras 3 refuses."""
    contract, outputs = head.contract, wrong.outputs
    if contract is None or outputs is None or len(wrong.targets or ()) != 1 or head.loss.written_out:
        return False
    return fit(contract, (None, 1), outputs) == "broadcasts"


def advice(head: Head, wrong: Contradiction) -> str | None:
    """What to change where no edit is sure."""
    targets, outputs = wrong.targets or (), wrong.outputs or ()
    if remedy(head, wrong) is not None:
        return None
    if len(targets) == len(outputs) - 1 and outputs[-1] == 1:
        return f"give the targets the last axis of the output: {wrong.labels.name or 'y'}[..., np.newaxis]"
    if len(targets) > len(outputs):
        return f"give the targets the axes of the output: {spell(('n', *outputs[1:]))}"
    if len(targets) < len(outputs):
        return f"let the model answer {spell(('n', *targets[1:]))}: flatten, pool, or leave out return_sequences=True"
    return "give the output as many units as there are targets for each sample"


def remedy(head: Head, wrong: Contradiction) -> Remedy | None:
    """As many units as the targets have columns, or the loss for class numbers."""
    targets, layer = wrong.targets or (), head.layer
    if head.loss.written_out:
        return None
    binary = wrong.labels.encoding in ("binary", "integer")
    if layer is None or len(wrong.outputs or ()) != 2 or layer.kind != "Dense":
        return None
    if binary and head.activation == "softmax" and len(targets) == 1:
        loss = "sparse_categorical_crossentropy"
        return Remedy(f"train with {loss}", (SetLoss(head.loss, name=loss, from_logits=False),))
    columns = targets[-1] if len(targets) == 2 else 1 if len(targets) == 1 else None
    if columns is None or head.activation == "softmax":
        return None
    title = f"give {describe(layer)} {columns} unit{'s' * (columns != 1)}"
    return Remedy(title, (SetArgument(layer, "units", columns),))
