"""Proofs about statistics inside a network: averages of batch normalisation, variances of activations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cnnlint.confirm.models.built import Built, NotBuildable
from cnnlint.confirm.models.shrink import FULL, cost
from cnnlint.confirm.proofs.case import SEEDS, Case, ProofResult, evaluate, seed_weights
from cnnlint.confirm.seeding import stream
from cnnlint.confirm.trials.stand_in import momentum_of
from cnnlint.graph import Node
from cnnlint.graph.kinds import DROPOUT, WEIGHTED

COVERED = 0.95
"""The share of the way that averages should have come before a model is used."""

DRIFT = 1.1
"""A mean factor between a variance and 1 below this is not called a drift."""

HEAVY = 2e8
"""Networks with more multiplications a sample are measured in their shrunk form."""


def batchnorm_averages(case: Case) -> ProofResult:
    """After n updates the averages have come 1 - mⁿ of the way from their initial 0 and 1.

    The closed form is checked against Keras's own layer, fed n times with one batch. Parameters: `momentum`,
    `updates`, `repaired` where the graph does not show them.
    """
    momentum = case.parameter("momentum", None)
    momentum = momentum if momentum is not None else _momentum(case)
    updates = case.parameter("updates", None)
    updates = updates or next((feed.updates for feed in case.model.training.fits() if feed.updates), None)
    notes = []
    if momentum is None:
        momentum = 0.99
        notes.append("momentum 0.99, Keras's default, was assumed")
    if not updates:
        raise NotBuildable("the number of updates is unknown")
    share = 1 - momentum**updates
    measured = _covered(float(momentum), int(updates))
    cure = case.parameter("repaired", None)
    if cure is None and case.twin is not None:
        cure = momentum_of(case.twin.model)
    repaired = 1 - float(cure) ** updates if cure is not None and cure != momentum else None
    needed = math.ceil(math.log(1 - COVERED) / math.log(momentum)) if 0 < momentum < 1 else None
    summary = (
        f"after {updates} updates with momentum {momentum:g} the averages have come 1 - {momentum:g}^{updates} = "
        f"{share:.1%} of the way from their initial 0 and 1 (Keras's own layer: {measured:.1%})"
    )
    summary += f"; {COVERED:.0%} takes {needed} updates" if needed else ""
    summary += f"; repaired {repaired:.1%}" if repaired is not None else ""
    return ProofResult(
        bool(share < COVERED and abs(share - measured) < 0.01),
        f"{summary}.",
        "share of the averages' way",
        share,
        repaired,
        steps=int(updates),
        notes=tuple(notes),
        cured=None if repaired is None else repaired > share,
    )


def _momentum(case: Case) -> float | None:
    if case.node is not None and isinstance(case.node.value("momentum"), (int, float)):
        return float(case.node.value("momentum"))
    return momentum_of(case.model)


def _covered(momentum: float, updates: int) -> float:
    """How far Keras's own layer gets: the moving mean after `updates` batches whose mean is 1."""
    import keras

    layer = keras.layers.BatchNormalization(momentum=momentum)
    batch = keras.ops.ones((4, 1))
    for _ in range(min(updates, 2000)):
        layer(batch, training=True)
    return float(np.asarray(keras.ops.convert_to_numpy(layer.moving_mean.value))[0])


def variance_drift(case: Case) -> ProofResult:
    """The variance behind the finding's selu layer, or each of them, when what goes in has mean 0 and variance 1.

    Selu with LeCun's initialisation keeps it at 1. A layer is fed by itself, with its own shapes and draws of its
    weights, as written and repaired; the statistic is the mean factor by which the variances are off 1. Where the
    repair replaces dropout layers, these are what is measured, in training mode, behind a selu. The variances along
    the whole network are stated beside it. Parameter: `activation` ("selu").
    """
    dropouts = _dropouts(case)
    nodes = dropouts or _activated(case, str(case.parameter("activation", "selu")))
    if not nodes:
        raise NotBuildable("there is no layer to measure")
    plan = FULL if cost(case.model, FULL) <= HEAVY else None
    built = case.build(*nodes, plan=plan)
    mine = _variances(case, built, nodes)
    along = _along(case, built, bool(dropouts))
    also = {"variance along the network, as written": along}
    others: list[float] | None = None
    if case.twin is not None:
        twins = [twin for node in nodes if (twin := case.counterpart(node)) is not None]
        if len(twins) == len(nodes):
            twin_built = case.build_twin(*twins, plan=plan)
            others = _variances(case, twin_built, twins)
            also["variance along the network, repaired"] = _along(case, twin_built, bool(dropouts))
    off, repaired = _factor(mine), _factor(others) if others is not None else None
    name = nodes[0].inputs[0].name if nodes[0].inputs and not dropouts else nodes[0].name
    where = f"`{name}`{' in training mode' if dropouts else ''}" if len(nodes) == 1 else "each selu layer"
    summary = f"behind {where} a variance of 1 becomes {_listed(mine)}"
    summary += f", repaired {_listed(others)}" if others is not None else ""
    if len(nodes) > 1:
        summary += f": on average a factor of {off:.2f} off"
        summary += f", repaired {repaired:.2f}" if repaired is not None else ""
    holds = off >= DRIFT and (repaired is None or repaired < off)
    notes = (*built.notes, "what the drift costs in accuracy is not shown by it: a few layers train well all the same")
    # with as many inputs as outputs, Glorot's variance is LeCun's
    same = repaired is not None and off < DRIFT and repaired < DRIFT
    return ProofResult(holds, f"{summary}.", "factor of the variance", off, repaired, notes=notes, also=also, same=same)


def _activated(case: Case, activation: str) -> list[Node]:
    """The activation of the finding's own layer, else all of that name."""
    found = [node for node in case.model.nodes if node.activation == activation]
    own = [node for node in found if case.node is not None and (node is case.node or node.inputs[:1] == [case.node])]
    return own or found


def _listed(values: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in values)


def _dropouts(case: Case) -> list[Node]:
    if case.twin is None:
        return []
    return [
        node
        for node in case.model.nodes
        if node.kind in DROPOUT and (twin := case.counterpart(node)) is not None and twin.kind != node.kind
    ]


def _variances(case: Case, built: Built, nodes: list[Node]) -> list[float]:
    """For each node: the variance behind its layer (and activation) for inputs of mean 0 and variance 1."""
    import keras

    found = []
    for index in range(SEEDS):
        layers = [built.layers.get(id(node if node.kind in DROPOUT else node.inputs[0])) for node in nodes]
        seed_weights(case, built, index, [layer for layer in layers if layer is not None])
        row = []
        for place, node in enumerate(nodes):
            if node.kind in DROPOUT:
                x = _normal(case, (4096, 16), index, place)
                y = built.layers[id(node)](keras.activations.selu(x), training=True)
            else:
                weighted = node.inputs[0]
                layer = built.layers.get(id(weighted))
                if layer is None or weighted.kind not in WEIGHTED:
                    raise NotBuildable(f"what `{node.name}` is applied to has no weights of its own")
                shape = tuple(built.tensors[id(weighted.inputs[0])].shape[1:])
                count = max(8, 2**19 // max(1, math.prod(shape)))
                x = _normal(case, (min(count, 512), *shape), index, place)
                y = keras.activations.get(node.activation)(layer(x))
            row.append(float(np.asarray(keras.ops.convert_to_numpy(y), dtype=np.float64).var()))
        found.append(row)
    return [float(value) for value in np.exp(np.mean(np.log(np.maximum(found, 1e-12)), axis=0))]


def _normal(case: Case, shape: tuple[int, ...], index: int, place: int) -> Any:
    import keras

    noise = stream(case.lab.seed, "variance", index, place).normal(size=shape).astype(np.float32)
    return keras.ops.convert_to_tensor(noise)


def _along(case: Case, built: Built, training: bool) -> tuple[float, ...]:
    """The variances behind the measured layers where they stand in the network, for one draw of weights."""
    seed_weights(case, built, 0)
    outputs = evaluate(built, case.noise(built, 64, "along"), training=training)[1:]
    return tuple(round(float(output.astype(np.float64).var()), 4) for output in outputs)


def _factor(variances: list[float]) -> float:
    return float(np.exp(np.mean(np.abs(np.log(np.maximum(variances, 1e-12))))))
