"""Heads: an output of a model with the loss, the labels and the metrics that it meets in training.

The rules about losses and labels speak of heads alone. Everything about a head may be unknown (None), and then
those rules are silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from cnnlint.graph.contracts import LOSSES, Contract, loss_contract
from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.kinds import SAME_SHAPE
from cnnlint.graph.model import Model
from cnnlint.graph.node import Node
from cnnlint.graph.training import Loss
from cnnlint.graph.walks import class_axis_size, output_activation, output_layer


def _named(**wanted: object) -> frozenset[str]:
    """The losses whose contracts have these fields."""
    return frozenset(
        name for name, contract in LOSSES.items() if all(getattr(contract, k) == v for k, v in wanted.items())
    )


SPARSE = _named(purpose="one class", targets=LOSSES["sparse_categorical_crossentropy"].targets)
CATEGORICAL = _named(purpose="one class", answers="distribution") - SPARSE
EXCLUSIVE = CATEGORICAL | SPARSE
"""Losses that say: each sample belongs to exactly one of several classes, with these probabilities."""
BINARY = _named(purpose="yes or no", answers="probabilities")
CROSSENTROPY = EXCLUSIVE | BINARY
REGRESSION = _named(purpose="quantity")
"""Losses that measure the distance to a quantity."""
ACCURACIES = frozenset(
    {
        "accuracy",
        "exact_accuracy",
        "binary_accuracy",
        "categorical_accuracy",
        "sparse_categorical_accuracy",
        "top_k_categorical_accuracy",
        "sparse_top_k_categorical_accuracy",
    }
)


class Head(Struct, frozen=True):
    """An output and the loss it is trained with.

    `activation` is "linear" for a weighted layer without one, None when it is not known; `units` is the size of the
    axis of the classes.
    """

    model: Model
    loss: Loss
    output: Node
    layer: Node | None
    activation_node: Node | None
    activation: str | None
    units: int | None
    labels: ArrayFacts | None

    @property
    def contract(self) -> Contract | None:
        """What the loss compares with what."""
        return loss_contract(self.loss.name)

    @property
    def classification(self) -> bool:
        """Whether something other than the loss says that the targets are classes.

        Labels of known encoding, softmax over several units, or a metric of accuracy.
        """
        if self.labels is not None and self.labels.encoding is not None:
            return self.labels.encoding != "continuous"
        return self.activation == "softmax"

    @property
    def place(self) -> Node:
        """The node at which a finding about the output's activation points."""
        return self.activation_node or self.layer or self.output


def heads(model: Model) -> Iterator[Head]:
    """Every loss of the model whose output is known, and which is ever computed."""
    for loss in model.training.losses if not model.training.borrows else ():
        output = loss.output
        if output is None and len(model.training.losses) == len(model.outputs) == 1:
            output = model.outputs[0]
        if output is not None:
            yield head(model, loss, output)


def head(model: Model, loss: Loss, output: Node) -> Head:
    """What is known of one output under one loss."""
    node, activation = output_activation(output)
    if output.kind == "Application" and output.value("include_top") is True:
        activation = output.value("classifier_activation") or "softmax"
    labels = loss.labels if loss.labels is not None or len(model.training.losses) != 1 else fed_labels(model)
    return Head(model, loss, output, output_layer(output), node, activation, class_axis_size(output), labels)


def fed_labels(model: Model) -> ArrayFacts | None:
    """What the model is trained to predict, if the calls that train agree, as far as they are known."""
    found = [feed.y for feed in model.training.fits() if feed.y is not None]
    if not found:
        return None
    first = found[0]
    same = all((y.encoding, y.classes, y.dtype) == (first.encoding, first.classes, first.dtype) for y in found)
    return first if same else None


def is_constant(found: Head) -> bool:
    """Whether a loss over exclusive classes reads a single unit: all of the probability is always on that one.

    Keras and TensorFlow see to that; `-y * log(p)` in operations takes the unit's number for what it is.
    """
    loss = found.loss
    normalised = not loss.written_out or loss.from_logits is True or found.activation == "softmax"
    return loss.name in EXCLUSIVE and found.units == 1 and normalised


def is_quantity(found: Head) -> bool:
    """Whether the targets are known to be quantities that no probability can answer."""
    labels = found.labels
    beyond = labels is not None and ((labels.low or 0.0) < 0.0 or (labels.high or 0.0) > 1.0)
    return labels is not None and labels.encoding == "continuous" and beyond


def is_dense_head(found: Head) -> bool:
    """Whether the output is one row of numbers for each sample, so that its units are classes or quantities."""
    shape = found.output.shape
    return reads_rows(found.model) if shape is None else len(shape) == 2


def reads_rows(model: Model) -> bool:
    """Whether a model is made of dense layers alone, as those for tables are, where no shape says what it reads."""
    return any(node.kind == "Dense" for node in model) and all(
        node.kind in SAME_SHAPE or node.kind in ("Input", "Dense") or node.is_activation for node in model
    )


def activation_text(found: Head) -> str:
    """How messages call the output: "10 softmax outputs", "1 linear output"."""
    count = "?" if found.units is None else str(found.units)
    return f"{count} {found.activation or 'unknown'} output{'' if found.units == 1 else 's'}"
