"""Proofs about the units of one layer: dead ones, and ones that can never differ."""

from __future__ import annotations

import numpy as np

from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.proofs.case import Case, ProofResult, evaluate, prepared, seed_weights
from cnnlint.confirm.trials.lab import Schedule, batches
from cnnlint.graph import Node

EQUAL = 1e-6
DRAWS = 10


def dead_units(case: Case) -> ProofResult:
    """The share of the layer's units that output 0 for every one of 256 probe samples, over draws of the weights.

    Behind a relu such a unit passes no gradient. Where the layer is the model's output it is the share of answers
    that are 0, for every one of these teaches nothing. Parameter: `share`, the least that counts (0.25).
    """
    node = _activation_of(case)
    output = any(node is one for one in case.model.outputs)
    share, notes = _dead(case, node, twin=False, each=output)
    counterpart = case.counterpart(node)
    if counterpart is None and case.twin is not None and output:
        # the activation was taken out: the twin's own output stands in its place
        counterpart = case.twin.model.outputs[0]
    repaired = _dead(case, counterpart, twin=True, each=output)[0] if counterpart is not None else None
    holds = share >= float(case.parameter("share", 0.25)) and (repaired is None or repaired <= share / 2)
    name = (node.fused_into or node).name
    what = (
        f"of the answers of `{name}` are 0 and pass no gradient"
        if output
        else (f"of the units of `{name}` are 0 for every probe sample")
    )
    summary = f"{share:.0%} {what}, over {DRAWS} draws of the weights"
    summary += f"; repaired {repaired:.0%}" if repaired is not None else ""
    return ProofResult(holds, f"{summary}.", "share of dead units", share, repaired, steps=0, notes=notes)


def _activation_of(case: Case) -> Node:
    node = case.node
    if node is None:
        raise NotBuildable("which layer it is about is not known")
    return next((one for one in case.model.nodes if one.fused_into is node), node)


def _dead(case: Case, node: Node, *, twin: bool, each: bool) -> tuple[float, tuple[str, ...]]:
    ready = prepared(case, twin=twin)
    built = case.build_twin(node) if twin else case.build(node)
    _, x, _ = case.data(ready)
    found = []
    for index in range(DRAWS):
        seed_weights(case, built, index)
        outputs = evaluate(built, x)[1]
        units = outputs.reshape(-1, outputs.shape[-1]) == 0
        found.append(float(units.mean() if each else units.all(axis=0).mean()))
    return float(np.mean(found)), tuple(built.notes)


def symmetric_units(case: Case) -> ProofResult:
    """After k steps of training the units of the layer still have equal weights: they started equal.

    The statistic is the largest difference between two units' weights. Parameter: `steps` (20).
    """
    if case.node is None:
        raise NotBuildable("which layer it is about is not known")
    steps = int(case.parameter("steps", 20))
    node = case.node.fused_into or case.node
    mine, notes = _spread(case, node, steps, twin=False)
    counterpart = case.counterpart(node)
    repaired = _spread(case, counterpart, steps, twin=True)[0] if counterpart is not None else None
    holds = mine <= EQUAL and (repaired is None or repaired > EQUAL)
    still = "are still equal" if holds else "differ"
    summary = f"after {steps} steps the units of `{node.name}` {still}: their weights differ by up to {mine:.2g}"
    summary += f", repaired {repaired:.2g}" if repaired is not None else ""
    return ProofResult(holds, f"{summary}.", "difference between units", mine, repaired, steps=steps, notes=notes)


def _spread(case: Case, node: Node, steps: int, *, twin: bool) -> tuple[float, tuple[str, ...]]:
    ready = prepared(case, twin=twin)
    layer = ready.built.layers.get(id(node))
    if layer is None or not layer.trainable_variables:
        raise NotBuildable(f"`{node.name}` has no weights")
    arm = case.arm(ready)
    if ready.built.model is not arm.model:
        # an equal arm was built before: find the layer in that one
        layer = arm.built.layers[list(arm.built.layers)[list(ready.built.layers).index(id(node))]]
    _, x, labels = case.data(ready)
    arm.seed(0)
    arm.run(x, labels, batches(len(labels), Schedule(steps, 32, None, None), 0))
    kernel = np.asarray(layer.get_weights()[0])
    units = kernel.reshape(-1, kernel.shape[-1])
    return float(np.ptp(units, axis=1).max()), ready.notes
