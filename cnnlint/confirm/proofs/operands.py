"""Proof about a loss whose operands have changed places."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlint.confirm.losses import loss_function
from cnnlint.confirm.proofs.case import SEEDS, Case, ProofResult, prepared
from cnnlint.confirm.seeding import stream

STRAIGHT = 1e-4
SCALES = (1.0, 10.0, 100.0)


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
