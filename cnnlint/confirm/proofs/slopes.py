"""Proof about samples that are answered no better than by guessing, and whose loss says nothing to mend it."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnlint.confirm.models.build import main_output
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.losses import sample_losses
from cnnlint.confirm.proofs.case import Case, ProofResult, prepared
from cnnlint.confirm.seeding import number
from cnnlint.confirm.trials.figures import chance, probabilities
from cnnlint.confirm.trials.lab import Prepared
from cnnlint.confirm.trials.training import Arm
from cnnlint.graph.walks import output_layer

UNTAUGHT = 0.1
"""Scores lie around 0 before training: of two classes a quarter of the samples have theirs on the wrong side, of more
classes half."""
DRAWS = 4
NUDGE = 1e-3
FLAT = 1e-6
"""The loss of a sample whose probability can still rise changes by some `NUDGE` / 2."""


def untaught_samples(case: Case) -> ProofResult:
    """The share of samples whose right answer is no more probable than by guessing, while its score has no slope.

    A little is added to the output layer's bias for the right class: where the loss of a sample stays as it is, nothing
    raises its answer. 256 samples, mean over draws of the weights.
    """
    mine, notes, what = _share(case, twin=False)
    repaired = _share(case, twin=True)[0] if case.twin is not None else None
    summary = (
        f"before training {mine:.0%} of the {what} are answered no better than by guessing, and their loss does not "
        f"change with the score of the right answer: no gradient of theirs raises it ({DRAWS} draws of the weights)"
    )
    summary += f"; repaired {repaired:.0%}" if repaired is not None else ""
    holds = mine >= UNTAUGHT and (repaired is None or repaired <= mine / 4)
    return ProofResult(holds, f"{summary}.", "share of untaught samples", mine, repaired, steps=0, notes=notes)


def _share(case: Case, *, twin: bool) -> tuple[float, tuple[str, ...], str]:
    import keras

    ready = prepared(case, twin=twin)
    aim = ready.objective
    if aim.task not in ("classes", "map"):
        raise NotBuildable("the outputs are not classes that exclude each other")
    arm = case.arm(ready)
    bias = _bias(case, ready, arm, twin=twin)
    data, x, labels = case.data(ready)
    right = data.train_y.astype(int)
    if bias is None or int(right.max()) >= max(2, aim.units):
        raise NotBuildable("the outputs have no bias to try them by")
    each = sample_losses(aim)

    def losses(rows: Any) -> tuple[Any, Any]:
        outputs = arm.outputs([array[rows] for array in x])
        lost = each(keras.ops.convert_to_tensor(labels[rows]), keras.ops.convert_to_tensor(outputs))
        return outputs, keras.ops.convert_to_numpy(lost).reshape(*right[rows].shape, -1).mean(axis=-1)

    found = []
    for index in range(DRAWS):
        arm.seed(number(case.lab.seed, "weights", "proof", index))
        start = np.array(keras.ops.convert_to_numpy(bias))
        outputs, before = losses(np.arange(len(right)))
        chosen = np.take_along_axis(probabilities(outputs, aim), right[..., None], axis=-1)[..., 0]
        guessed = chosen <= chance(aim) + FLAT
        flat = np.zeros(right.shape, dtype=bool)
        for unit in range(len(start)):
            mine = (right == unit) | (len(start) == 1)
            rows = np.flatnonzero(mine.reshape(len(mine), -1).any(axis=1))
            if len(rows):
                bias.assign(start + NUDGE * (np.arange(len(start)) == unit))
                flat[rows] |= mine[rows] & (np.abs(losses(rows)[1] - before[rows]) <= FLAT)
        bias.assign(start)
        found.append(float((guessed & flat).mean()))
    return float(np.mean(found)), ready.notes, "samples" if right.ndim == 1 else "places"


def _bias(case: Case, ready: Prepared, arm: Arm, *, twin: bool) -> Any:
    """The bias of the layer that makes the outputs, or None. An equal arm may have been built for another finding."""
    model = case.twin.model if twin and case.twin is not None else case.model
    node = output_layer(main_output(model))
    if node is None or id(node) not in ready.built.layers:
        return None
    place = list(ready.built.layers).index(id(node))
    layer = list(arm.built.layers.values())[place]
    # of a layer at every step the one that it wraps
    return getattr(layer, "bias", None) if not hasattr(layer, "layer") else getattr(layer.layer, "bias", None)
