"""Proofs about what a network can output at all, and about its loss. Imports keras through the builder."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import keras
import numpy as np

from cnnlint.confirm.backend import name as backend_name
from cnnlint.confirm.data.objective import BINARY_LOSSES, SOFTMAX_LOSSES
from cnnlint.confirm.models.build import build, main_output
from cnnlint.confirm.models.built import Built, NotBuildable
from cnnlint.confirm.models.weights import twin_keys
from cnnlint.confirm.proofs.case import SEEDS, Case, ProofResult, evaluate, prepared, seed_weights
from cnnlint.confirm.seeding import stream
from cnnlint.confirm.trials.training import Arm
from cnnlint.graph import Node
from cnnlint.graph.walks import next_weights, output_layer

CONSTANT = 1e-6
AFFINE = 1e-4
WHOLE = 1e-3
"""How far from 1 what should add up to it may be: a sum of a thousand shares in single precision is 1e-4 off."""


def constant_output(case: Case) -> ProofResult:
    """The output is the same whatever goes in, for every draw of weights and inputs of scales 1 and 100.

    The statistic is the spread of the outputs over 64 inputs, never the loss: Keras on TensorFlow can train through
    the hidden logits of a constant output. Parameters: `batch`, the number of samples that go in together; `argmax`,
    to ask about the index of the largest output; a single output of a loss over exclusive classes is looked at as
    that loss reads it, divided by the sum of all outputs.
    """
    ready = prepared(case)
    normalise = ready.objective.units == 1 and ready.objective.loss in SOFTMAX_LOSSES
    spread, value = _spread(case, ready.built, normalise)
    repaired = None
    if case.twin is not None:
        repaired = _spread(case, case.build_twin(), False)[0]
    what = "the index of the largest output" if case.parameter("argmax", False) else "the output"
    what = "the output as the loss reads it" if normalise else what
    if spread <= CONSTANT:
        summary = f"{what} is {value:.4g} for every input and every draw of weights: its spread is {spread:.2g}"
        summary += f", repaired {repaired:.2g}" if repaired is not None else ""
    else:
        summary = f"{what} is not constant: its spread over 64 inputs is {spread:.3g}"
    return ProofResult(
        spread <= CONSTANT,
        f"{summary}.",
        "output spread",
        spread,
        repaired,
        notes=tuple(ready.built.notes),
        cured=None if repaired is None else repaired > CONSTANT,
    )


def _spread(case: Case, built: Built, normalise: bool) -> tuple[float, float]:
    """The largest spread of any output, and one value."""
    batch = int(case.parameter("batch", 64))
    worst, value = 0.0, 0.0
    for index in range(SEEDS):
        seed_weights(case, built, index)
        for scale in (1.0, 100.0):
            x = case.noise(built, 64, f"constant {index}", scale)
            parts = [evaluate(built, [array[at : at + batch] for array in x])[0] for at in range(0, 64, batch)]
            outputs = np.concatenate(parts).astype(np.float64)
            if normalise:
                total = outputs.sum(axis=-1, keepdims=True)
                outputs = np.divide(outputs, total, out=np.ones_like(outputs), where=np.abs(total) > 1e-7)
            if case.parameter("argmax", False):
                outputs = outputs.argmax(axis=-1)
            worst, value = max(worst, float(np.ptp(outputs, axis=0).max())), float(outputs.ravel()[0])
    return worst, value


def class_sums(case: Case) -> ProofResult:
    """The probabilities of the classes at one place of the output do not add up to 1, for every draw of weights.

    The statistic is the largest distance of such a sum from 1. Parameter: `axis`, which holds the classes.
    """
    off, one = _sums(case, case.build())
    repaired = _sums(case, case.build_twin())[0] if case.twin is not None else None
    holds = off > WHOLE and (repaired is None or repaired <= WHOLE)
    summary = f"the probabilities of the classes at one place add up to {one:.3g}, up to {off:.2g} from 1"
    summary += f"; repaired {repaired:.1g} from it" if repaired is not None else ""
    return ProofResult(holds, f"{summary}.", "distance of the sums from 1", off, repaired)


def _sums(case: Case, built: Built) -> tuple[float, float]:
    """The largest distance of a sum over the classes from 1, the smallest of those of all draws; and one sum."""
    axis, found = int(case.parameter("axis", -1)), []
    for index in range(SEEDS):
        seed_weights(case, built, index)
        total = evaluate(built, case.noise(built, 16, f"sums {index}"))[0].astype(np.float64).sum(axis=axis)
        found.append((float(np.abs(total - 1).max()), float(total.ravel()[0])))
    return min(found)


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
    return ProofResult(
        holds,
        f"{summary}.",
        "deviation from affine",
        deviation,
        repaired,
        notes=notes,
        cured=None if repaired is None else repaired > AFFINE,
    )


def _deviation(case: Case, *, twin: bool) -> tuple[float, tuple[str, ...]]:
    model = case.twin.model if twin and case.twin is not None else case.model
    output = main_output(model)
    last: Node = output_layer(output) or output
    built = case.build_twin(last) if twin else case.build(last)
    worst = 0.0
    for index in range(SEEDS):
        seed_weights(case, built, index)
        one, two = (case.noise(built, 32, f"affine {word} {index}") for word in ("one", "two"))
        worst = max(worst, _bend(lambda x: evaluate(built, x)[1:], one, two))
    return worst, tuple(built.notes)


def _bend(function: Callable[[list[Any]], list[Any]], one: list[Any], two: list[Any]) -> float:
    """How far what a function gives for a mixture of two inputs is from that mixture of what it gives for each."""
    share = 0.3
    mixed = [share * a + (1 - share) * b for a, b in zip(one, two, strict=True)]
    worst = 0.0
    for answers in zip(*(function(x) for x in (one, two, mixed)), strict=True):
        first, second, between = (answer.astype(np.float64) for answer in answers)
        spread = max(float(first.std()), 1e-12)
        worst = max(worst, float(np.abs(between - share * first - (1 - share) * second).max()) / spread)
    return worst


def affine_pair(case: Case) -> ProofResult:
    """The layer and what reads it next with weights are together an affine map of what the layer reads.

    Measured between the two alone, at inference, as in `affine_network`; max pooling between them bends it.
    """
    node = case.node
    readers = next_weights(case.model, node) if node is not None else []
    if node is None or len(node.inputs) != 1 or not readers:
        raise NotBuildable("which layers it is about is not known")
    mine = _bent(case, node.inputs[0], readers, twin=False)
    twins = [case.counterpart(one) for one in (node.inputs[0], *readers)]
    source, *ends = [one for one in twins if one is not None] or [node]
    repaired = _bent(case, source, ends, twin=True) if None not in twins else None
    holds = mine <= AFFINE and (repaired is None or repaired > AFFINE)
    names = " and ".join(f"`{one.name}`" for one in readers)
    if holds:
        summary = (
            f"`{node.name}` and {names} are together one affine map of what `{node.name}` reads: at inference they "
            f"deviate from one by {mine:.1g} of the outputs' spread, for {SEEDS} draws of their weights"
        )
    else:
        summary = f"`{node.name}` and {names} are no affine map: they deviate from one by {mine:.2g} of their spread"
    summary += f"; repaired by {repaired:.2g}" if repaired is not None else ""
    return ProofResult(holds, f"{summary}.", "deviation from affine", mine, repaired)


def _bent(case: Case, source: Node, ends: list[Node], *, twin: bool) -> float:
    built = _part(case, source, ends, twin=twin)
    start = built.tensors[id(source)]
    part = keras.Model(start, [built.tensors[id(end)] for end in ends])
    shape = (32, *(side or 8 for side in start.shape[1:]))

    def answers(x: list[Any]) -> list[Any]:
        # drawn anew, so that a dropout that is always on drops the same
        seed_weights(case, built, index)
        given = part(x[0], training=False)
        given = given if isinstance(given, (list, tuple)) else [given]
        return [np.asarray(keras.ops.convert_to_numpy(one)) for one in given]

    worst = 0.0
    for index in range(SEEDS):
        random = stream(case.lab.seed, "noise", f"pair {index}")
        one, two = ([random.normal(size=shape).astype(np.float32)] for _ in range(2))
        worst = max(worst, _bend(answers, one, two))
    return worst


def _part(case: Case, source: Node, ends: list[Node], *, twin: bool) -> Built:
    """The model with these nodes as further outputs; no more than these where what follows them is not known."""
    try:
        return case.build_twin(source, *ends) if twin else case.build(source, *ends)
    except NotBuildable as error:
        model, keys = case.model, None
        if twin and case.twin is not None:
            model, keys = case.twin.model, twin_keys(case.model, case.twin)
        with suppress(NotBuildable):
            return build(model, output=ends[0], extra=(source, *ends[1:]), keys=keys)
        raise error


def softmax_floor(case: Case) -> ProofResult:
    """A softmax over probabilities leaves a cross-entropy of at least ln(e + K - 1) - 1, however well it is trained.

    A second sigmoid leaves (ln(1 + 1/e) + ln 2) / 2 where both answers are equally frequent. Parameter: `classes`.

    Keras on TensorFlow takes the logits from behind the softmax instead. Whether it does so here is measured: then
    the loss equals that of the repaired model at the same weights, all drawn at random (of a model that starts from
    zeros any loss is that of guessing).
    """
    written = prepared(case)
    classes = int(case.parameter("classes", None) or written.objective.units)
    binary = written.objective.loss in BINARY_LOSSES
    if binary:
        # a right answer of 1 costs -ln s(1) after the second sigmoid, a right answer of 0 costs ln 2
        floor, formula = (math.log(1 + math.exp(-1)) + math.log(2)) / 2, "(ln(1 + 1/e) + ln 2) / 2"
    else:
        floor, formula = math.log(math.e + classes - 1) - 1, f"ln(e + {classes} - 1) - 1"
    function = "sigmoid" if binary else "softmax"
    _, x, labels = case.data(written, 64)
    arm = case.arm(written)
    mine, other = [], []
    for index in range(SEEDS):
        _drawn(case, arm, index)
        mine.append(arm.mode_losses(x, labels, len(labels))[1])
    if case.twin is not None:
        repaired = prepared(case, twin=True)
        twin = case.arm(repaired)
        encoded = repaired.objective.encode(case.data(written, 64)[0].train_y, *repaired.fed.targets)
        for index in range(SEEDS):
            _drawn(case, twin, index)
            other.append(twin.mode_losses(x, encoded, len(encoded))[1])
    formula = f"{formula} = {floor:.3f}"
    if other and all(abs(a - b) <= 1e-4 * max(1.0, abs(b)) for a, b in zip(mine, other, strict=True)):
        summary = (
            f"Keras on {_title(backend_name())} takes the logits from behind the {function}: at the same weights the "
            f"loss is that of the repaired model ({mine[0]:.4f}). On JAX and torch it would not fall below {formula}."
        )
        return ProofResult(False, summary, "loss floor", 0.0, 0.0, notes=written.notes, same=True)
    summary = f"a second {function} keeps the loss from falling below {formula}, even where every prediction is right"
    if not written.objective.raw:
        summary += f" ({_title(backend_name())})"
    return ProofResult(True, f"{summary}; without it the floor is 0.", "loss floor", floor, 0.0, notes=written.notes)


def _drawn(case: Case, arm: Arm, index: int) -> None:
    """Give an arm initial weights, and what would tell two losses apart on top of them."""
    arm.seed(index)
    for place, variable in enumerate(arm.model.trainable_variables):
        noise = stream(case.lab.seed, "drawn", index, place).normal(0, 0.1, variable.shape)
        variable.assign_add(noise.astype(np.float32))


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
