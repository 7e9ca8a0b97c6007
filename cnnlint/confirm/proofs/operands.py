"""Proofs about a loss: one whose operands have changed places, one that asks for the same answer to many classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlint.confirm.data.objective import Objective
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.losses import loss_function, sample_losses
from cnnlint.confirm.proofs.case import SEEDS, Case, ProofResult, prepared
from cnnlint.confirm.seeding import stream

STRAIGHT = 1e-4
SCALES = (1.0, 10.0, 100.0)
FINEST = 201
"""Answers of one output that a loss is asked about, from one end of what it can say to the other."""


def swapped_operands(case: Case) -> ProofResult:
    """The loss is linear in the model's outputs, so it falls without end as they grow, whatever they say.

    Outputs are drawn at random and taken once, ten times and a hundred times, in the direction in which the loss falls.
    The statistic is how far the three losses are from a straight line, relative to their range. A loss of scores with
    its operands in place bends.
    """
    written = prepared(case)
    _, _, labels = case.data(written, 64)
    off, losses = _along(case, written.objective, labels)
    repaired = None
    if case.twin is not None:
        twin = prepared(case, twin=True)
        repaired = _along(case, twin.objective, case.data(twin, 64)[2])[0]
    told = ", ".join(f"{loss:.3g}" for loss in losses)
    holds = off <= STRAIGHT and losses[2] < losses[1] < losses[0]
    if holds:
        summary = (
            f"the loss is linear in the model's outputs and has no lowest value: {told} at one, ten and a hundred "
            f"times the same outputs"
        )
    else:
        summary = f"the loss is bounded: {told} at one, ten and a hundred times the same outputs"
    return ProofResult(
        holds,
        f"{summary}.",
        "deviation from linear",
        off,
        repaired,
        notes=written.notes,
        cured=None if repaired is None else repaired > STRAIGHT,
    )


def _along(case: Case, aim: Any, labels: Any) -> tuple[float, list[float]]:
    """The largest deviation from a line over several draws, and the losses of the last draw."""
    import keras

    loss = loss_function(aim)
    target = keras.ops.convert_to_tensor(np.asarray(labels, dtype=np.float32))

    def at(outputs: Any, scale: float) -> float:
        tensor = keras.ops.convert_to_tensor((scale * outputs).astype(np.float32))
        return float(keras.ops.convert_to_numpy(loss(target, tensor)))

    worst, losses = 0.0, [0.0]
    for index in range(SEEDS):
        outputs = stream(case.lab.seed, "operands", index).normal(size=(len(labels), aim.units))
        if at(outputs, SCALES[-1]) > at(-outputs, SCALES[-1]):
            outputs = -outputs
        losses = [at(outputs, scale) for scale in SCALES]
        first, middle, last = losses
        between = first + (last - first) * (SCALES[1] - SCALES[0]) / (SCALES[2] - SCALES[0])
        worst = max(worst, abs(middle - between) / max(1e-12, max(losses) - min(losses)))
    return worst, losses


def answers_asked_for(case: Case) -> ProofResult:
    """For labels 0 to K - 1, the answer of a single output at which Keras's own loss is lowest: how many there are.

    Labels whose lowest loss is at the same answer cannot be told apart, whatever the weights. Parameter: `classes` (K).
    """
    written = prepared(case)
    aim, classes = written.objective, int(case.parameter("classes", 0))
    if aim.units != 1 or classes < 2:
        raise NotBuildable("it is not about one output for known classes")
    best, lowest = _best(aim, classes)
    different = len(set(best))
    shared = [label for label in range(classes) if best[label] == best[-1]]
    summary = (
        f"for {classes} labels the loss is lowest at {different} different answers of the one output, whatever the "
        f"weights: the best answer to label {shared[0]} is the best to {shared[-1]} as well"
    )
    if min(lowest) < 0:
        summary += f", where it falls to {min(lowest):.3g} instead of 0"
    return ProofResult(
        different < classes, f"{summary}.", "answers asked for", float(different), steps=0, notes=written.notes
    )


def _best(aim: Objective, classes: int) -> tuple[list[float], list[float]]:
    """For each label the answer with the lowest loss, and that loss."""
    import keras

    ends = (0.0, 1.0) if aim.reading == "probabilities" else (-20.0, 20.0)
    answers = np.linspace(*ends, FINEST, dtype=np.float32)[:, None]
    each = sample_losses(aim)
    best, lowest = [], []
    for label in range(classes):
        labels = np.full_like(answers, label)
        losses = each(keras.ops.convert_to_tensor(labels), keras.ops.convert_to_tensor(answers))
        lost = np.asarray(keras.ops.convert_to_numpy(losses)).reshape(len(answers))
        best.append(float(answers[int(lost.argmin()), 0]))
        lowest.append(float(lost.min()))
    return best, lowest
