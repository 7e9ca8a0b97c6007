"""Proofs about what a network can output at all, and about its loss. Imports keras through the builder."""

from __future__ import annotations

import math

import numpy as np

from cnnlint.confirm.backend import name as backend_name
from cnnlint.confirm.build import main_output
from cnnlint.confirm.proofs.case import SEEDS, Case, ProofResult, evaluate, prepared, seed_weights
from cnnlint.graph import Node
from cnnlint.graph.walks import output_layer

CONSTANT = 1e-6
AFFINE = 1e-4


def constant_output(case: Case) -> ProofResult:
    """The output is the same whatever goes in, for every draw of weights and inputs of scales 1 and 100.

    The statistic is the spread of the outputs over 64 inputs, never the loss: Keras on TensorFlow can train through
    the hidden logits of a constant output.
    """
    spreads, values = [], []
    built = case.build()
    for index in range(SEEDS):
        seed_weights(case, built, index)
        for scale in (1.0, 100.0):
            (outputs, *_) = evaluate(built, case.noise(built, 64, f"constant {index}", scale))
            spreads.append(float(np.ptp(outputs, axis=0).max()))
            values.append(float(outputs.ravel()[0]))
    spread = max(spreads)
    holds = spread <= CONSTANT
    repaired = None
    if case.twin is not None:
        twin = case.build_twin()
        seed_weights(case, twin, 0)
        repaired = float(np.ptp(evaluate(twin, case.noise(twin, 64, "constant 0"))[0], axis=0).max())
    if holds:
        summary = f"the output is {values[0]:.4g} for every input and every draw of weights: its spread is {spread:.2g}"
        if repaired is not None:
            summary += f", repaired {repaired:.2g}"
    else:
        summary = f"the output is not constant: its spread over 64 inputs is {spread:.3g}"
    return ProofResult(holds, f"{summary}.", "output spread", spread, repaired, notes=tuple(built.notes))


def affine_network(case: Case) -> ProofResult:
    """The network before its output activation is an affine map: f(ax + (1 - a)y) = af(x) + (1 - a)f(y).

    Inputs have scale 1 (tanh looks linear at a thousandth of it). The deviation is relative to the outputs' spread.
    A network whose only non-linearity is max pooling deviates, and the result says so.
    """
    deviation, notes = _deviation(case, twin=False)
    repaired = _deviation(case, twin=True)[0] if case.twin is not None else None
    holds = deviation <= AFFINE
    if holds:
        summary = (
            f"up to its output activation the network is one affine map of its input: it deviates from one by "
            f"{deviation:.1g} of the outputs' spread"
        )
        summary += f", repaired by {repaired:.2g}" if repaired is not None else ""
    else:
        pools = any(node.kind.startswith(("MaxPooling", "GlobalMaxPooling")) for node in case.model.nodes)
        why = "max pooling is what bends it" if pools else "something in it is not linear"
        summary = f"the network is not affine: it deviates by {deviation:.2g} of the outputs' spread; {why}"
    return ProofResult(holds, f"{summary}.", "deviation from affine", deviation, repaired, notes=notes)


def _deviation(case: Case, *, twin: bool) -> tuple[float, tuple[str, ...]]:
    model = case.twin.model if twin and case.twin is not None else case.model
    output = main_output(model)
    last: Node = output_layer(output) or output
    built = case.build_twin(last) if twin else case.build(last)
    worst = 0.0
    for index in range(SEEDS):
        seed_weights(case, built, index)
        one = case.noise(built, 32, f"affine one {index}")
        two = case.noise(built, 32, f"affine two {index}")
        share = 0.3
        mixed = [share * a + (1 - share) * b for a, b in zip(one, two, strict=True)]
        first, second, between = (evaluate(built, x)[1].astype(np.float64) for x in (one, two, mixed))
        spread = max(float(first.std()), 1e-12)
        worst = max(worst, float(np.abs(between - share * first - (1 - share) * second).max()) / spread)
    return worst, tuple(built.notes)


def softmax_floor(case: Case) -> ProofResult:
    """A softmax over probabilities leaves a cross-entropy of at least ln(e + K - 1) - 1, however well it is trained.

    Keras on TensorFlow takes the logits from behind the softmax instead. Whether it does so here is measured: then
    the loss equals that of the repaired model at the same weights.
    """
    written = prepared(case)
    classes = written.objective.units
    floor = math.log(math.e + classes - 1) - 1
    _, x, labels = case.data(written, 64)
    arm = case.arm(written)
    mine, other = [], []
    for index in range(SEEDS):
        arm.seed(index)
        mine.append(arm.mode_losses(x, labels, len(labels))[1])
    if case.twin is not None:
        repaired = prepared(case, twin=True)
        twin = case.arm(repaired)
        encoded = repaired.objective.encode(case.data(written, 64)[0].train_y, *repaired.fed.targets)
        for index in range(SEEDS):
            twin.seed(index)
            other.append(twin.mode_losses(x, encoded, len(encoded))[1])
    formula = f"ln(e + {classes} - 1) - 1 = {floor:.3f}"
    if other and all(abs(a - b) <= 1e-4 * max(1.0, abs(b)) for a, b in zip(mine, other, strict=True)):
        summary = (
            f"Keras on {_title(backend_name())} takes the logits from behind the softmax: at the same weights the loss "
            f"is that of the repaired model ({mine[0]:.4f}). On JAX and torch it would not fall below {formula}."
        )
        return ProofResult(False, summary, "loss floor", 0.0, 0.0, notes=written.notes)
    summary = f"a second softmax keeps the loss from falling below {formula}, even where every prediction is right"
    if not written.objective.raw:
        summary += f" ({_title(backend_name())})"
    return ProofResult(True, f"{summary}; without it the floor is 0.", "loss floor", floor, 0.0, notes=written.notes)


def initial_loss(case: Case) -> ProofResult:
    """The loss before the first step is far from ln K, what guessing costs; mean over draws of the weights."""
    written = prepared(case)
    guess = math.log(max(2, written.objective.classes if written.objective.units == 1 else written.objective.units))
    mine = _initial(case, twin=False)
    other = _initial(case, twin=True) if case.twin is not None else None
    factor = float(case.parameter("factor", 2.0))
    holds = bool(mine > factor * guess) and (other is None or mine > factor * max(other, 1e-9))
    summary = f"before the first step the loss is {mine:.3g}, where guessing costs {guess:.3g}"
    summary += f"; repaired {other:.3g}" if other is not None else ""
    return ProofResult(holds, f"{summary}.", "initial loss", mine, other, steps=0, notes=written.notes)


def _initial(case: Case, *, twin: bool) -> float:
    ready = prepared(case, twin=twin)
    _, x, labels = case.data(ready, 128)
    arm = case.arm(ready)
    losses = []
    for index in range(SEEDS):
        arm.seed(index)
        losses.append(arm.mode_losses(x, labels, len(labels))[1])
    return float(np.mean(np.nan_to_num(losses, nan=1e6, posinf=1e6)))


def _title(backend: str) -> str:
    return {"tensorflow": "TensorFlow", "jax": "JAX"}.get(backend, backend)
