"""What is wrong between a head and its targets, each thing once, so that one cause has one finding.

The rules about the encoding of labels, the number of units and the shape of targets read the same answer, each its own
kind of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.graph.contracts import Contract, Fit, fit, fit_of_operations
from cnnlint.graph.facts import ArrayFacts
from cnnlint.graph.model import Model
from cnnlint.graph.origins import Origin
from cnnlint.graph.outputs import CROSSENTROPY, EXCLUSIVE, SPARSE, Head, heads, is_constant, is_dense_head
from cnnlint.graph.values import Shape

#: whole numbers drawn between bounds that are written down
DRAWN = re.compile(r"(np|numpy|rng)\.(random\.)?(randint|integers)\(")
Kind = Literal["encoding", "several", "units", "counted from 1", "spare units", "shape"]
"""Class numbers where rows are wanted or the reverse; rows with several ones under softmax; another number of columns
or classes than units; class numbers that do not count from 0; units for classes that never occur; another shape."""


FEW = 5
"""Labels for each unit, below which a class may be missing by chance: at 5 that happens to one class in 150 (e⁻⁵)."""


class Contradiction(Struct, frozen=True):
    """One thing that is wrong. `wanted` is the number of units that would fit, `fit` what Keras does with the shape."""

    kind: Kind
    labels: ArrayFacts
    wanted: int | None = None
    fit: Fit | None = None
    targets: Shape | None = None
    outputs: Shape | None = None


def contradictions_of(head: Head) -> list[Contradiction]:
    """What is known to be wrong between the head and its targets."""
    labels, contract = head.labels, head.contract
    if labels is None:
        return []
    if labels.encoding in ("one_hot", "multi_hot") and labels.shape is not None and len(labels.shape) == 1:
        labels = replace(labels, encoding=None, classes=None)  # a row alone
    if is_constant(head) and not is_generated(labels):
        return []  # no encoding would help
    if labels.encoding == "multi_hot" and head.activation == "softmax" and head.loss.name is not None:
        return [Contradiction("several", labels)]
    if contract is None:
        return []
    width = _units(head, contract, labels)
    if misencoded(head, contract, labels):
        # units that are left over stay so in any encoding
        spare = width is not None and width.kind == "spare units"
        return [Contradiction("encoding", labels), *([width] if width is not None and spare else [])]
    if answers_too_many(head, labels):
        return []
    found = width or _shape(head, contract, labels)
    return [found] if found is not None else []


def is_generated(labels: ArrayFacts) -> bool:
    """Whether the labels come from a generator over files, which was told how to encode them."""
    return "files" in (labels.source or "")


def misencoded(head: Head, contract: Contract, labels: ArrayFacts) -> bool:
    """Whether class numbers are given where one-hot rows are wanted, or the reverse."""
    columns = labels.shape[1:] if labels.shape is not None else None
    if labels.encoding in ("integer", "binary"):
        if columns is None and any(step.kind == "compare" for step in labels.steps):
            return False  # there may be several columns, of one-hot rows
        if columns not in (None, (), (1,)) and not has_place_each(head, labels):
            return False  # several numbers to a sample, whatever they are
        rows = contract.purpose == "distribution" and head.activation == "softmax" and (head.units or 0) > 1
        return rows or (contract.purpose == "one class" and contract.targets == frozenset({"one_hot"}))
    if labels.encoding == "signs":
        return contract.purpose == "yes or no" and contract.answers == "probabilities"
    if labels.encoding == "one_hot":
        if columns == ():
            return False  # a row alone
        numbered = contract.purpose == "one class" and "one_hot" not in contract.targets
        # the classes of a folder are not counted, but they are not one
        return numbered or (contract.purpose == "yes or no" and head.units == 1 and is_generated(labels))
    return False


def answers_too_many(head: Head, labels: ArrayFacts) -> bool:
    """Whether one output is asked to tell several classes apart, or several yes-or-no questions for one class."""
    contract = head.contract
    if contract is None or contract.purpose != "yes or no":
        return False
    single = head.units == 1 and labels.encoding == "integer" and (labels.classes or 0) > 2 and is_dense_head(head)
    return single or (head.loss.name in CROSSENTROPY and head.activation == "softmax" and (head.units or 0) > 2)


def _units(head: Head, contract: Contract, labels: ArrayFacts) -> Contradiction | None:
    """Another number of columns or classes than the output has units."""
    units = head.units
    if units is None or units == 1 or not is_dense_head(head):
        return None
    columns = labels.shape[-1] if labels.shape is not None and len(labels.shape) == 2 else None
    if contract.shapes in ("same", "broadcast") and columns is not None and columns != units and columns > 1:
        return Contradiction("units", labels, columns)
    numbered = labels.encoding == "integer"
    sparse = contract.shapes == "class numbers"
    if numbered and sparse and labels.low is not None and labels.high is not None:
        wanted = int(labels.high) + 1
        if labels.low > 0 and wanted > units:
            return Contradiction("counted from 1", labels, wanted)
    classes = labels.classes if labels.encoding in ("integer", "binary", "one_hot") else None
    if classes is None or head.loss.name not in EXCLUSIVE:
        return None
    if classes > units and sparse:
        return Contradiction("units", labels, classes)
    drawn = labels.origin is not None and DRAWN.match(labels.origin.text) is not None  # how many is told, not counted
    if not drawn and labels.samples is not None and labels.samples < FEW * units:
        return None
    # one unit more than there are classes is how labels that count from 1 are used
    return Contradiction("spare units", labels, classes) if units > classes + 1 else None


def _shape(head: Head, contract: Contract, labels: ArrayFacts) -> Contradiction | None:
    """Targets of another shape than the loss wants for this output."""
    outputs = head.output.shape
    if outputs is None:
        outputs = (None, head.units) if is_dense_head(head) else None
    candidates = target_shapes(labels)
    if outputs is None or not candidates:
        return None
    fewer = len(candidates[0]) < len(outputs) - (head.loss.name in SPARSE)
    if head.loss.name in CROSSENTROPY and len(outputs) > 2 and fewer and not has_place_each(head, labels):
        return None  # the head is still a map: missing-flatten
    if head.loss.written_out:
        found = [fit_of_operations(targets, outputs, handed=head.loss.own) for targets in candidates]
    else:
        found = [fit(contract, targets, outputs) for targets in candidates]
    if any(answer in (None, "fits") for answer in found):
        return None
    answer: Fit = "broadcasts" if "broadcasts" in found else "refused"
    return Contradiction("shape", labels, None, answer, candidates[0], outputs)


def has_place_each(head: Head, labels: ArrayFacts) -> bool:
    """Whether there is one number for each step or pixel that the output answers for with several."""
    places, outputs = (labels.shape or ())[1:], head.output.shape or ()
    return len(places) > 0 and places == outputs[1:-1] and None not in places


def target_shapes(labels: ArrayFacts) -> list[Shape]:
    """The shapes that the targets may have, as far as their encoding tells where no shape is known."""
    if labels.shape is not None:
        return [labels.shape]
    if labels.encoding in ("integer", "binary") and is_generated(labels):
        return [(None,), (None, 1)]
    return []


def contradictions(model: Model, *kinds: Kind) -> list[tuple[Head, Contradiction]]:
    """The heads of a model with what is wrong with their targets, if it is one of these kinds."""
    batches = {feed.batch_size for feed in model.training.feeds if feed.kind == "fit"}
    return [
        (head, _in_batches(wrong, batches))
        for head in heads(model)
        for wrong in contradictions_of(head)
        if wrong.kind in kinds
    ]


def _in_batches(wrong: Contradiction, batches: set[int | None]) -> Contradiction:
    """What batches of one sample, or of as many as there are units, make of one number to a sample: it is repeated."""
    targets, outputs = wrong.targets or (), wrong.outputs or ()
    if wrong.fit == "refused" and (len(targets), len(outputs)) == (1, 2) and batches and batches <= {1, outputs[-1]}:
        return replace(wrong, fit="broadcasts")
    return wrong


def answers_its_inputs(model: Model, head: Head, wrong: Contradiction) -> Origin | None:
    """Where a model that answers what it reads, by its shape, is given one number to a sample for its targets."""
    outputs, several = wrong.outputs or (), len(wrong.targets or ()) == 1
    if not several or head.activation == "softmax" or len(outputs) < 2:
        return None
    if len(outputs) == 2 and outputs[-1] == 1:
        return None
    fits = [one for one in model.training.fits() if one.x is not None and one.x.shape is not None]
    same = [one for one in fits if one.x is not None and (one.x.shape or ())[1:] == outputs[1:]]
    passed = same[0].arguments.get("y") if same else None
    return passed.origin if passed is not None else None


def held_out(model: Model) -> list[tuple[Head, Contradiction, Origin]]:
    """What is wrong with the targets that a model is tested on, where those it is trained on fit; and the place."""
    found = [head for head in heads(model) if len(model.training.losses) == 1]
    if len(found) != 1 or found[0].loss.recast or contradictions_of(found[0]):
        return []
    return [
        (tested, wrong, origin)
        for labels, origin in _tested(model)
        for tested in (replace(found[0], labels=labels),)
        for wrong in contradictions_of(tested)
    ]


def _tested(model: Model) -> Iterator[tuple[ArrayFacts, Origin]]:
    """The targets of `validation_data` and `evaluate`, and where they are passed."""
    for feed in model.training.feeds:
        if feed.validation_y is not None:
            passed = feed.arguments.get("validation_data")
            yield feed.validation_y, (passed.origin if passed is not None else None) or feed.origin
        if feed.kind == "evaluate" and feed.y is not None:
            yield feed.y, feed.origin
