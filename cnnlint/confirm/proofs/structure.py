"""Proofs about the wiring: layers that nothing depends on, pooling windows that repeat each other."""

from __future__ import annotations

import numpy as np

from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.proofs.case import Case, ProofResult, evaluate, prepared, seed_weights
from cnnlint.confirm.trials.lab import Schedule, batches
from cnnlint.graph import Node
from cnnlint.graph.axes import kernel, strides
from cnnlint.graph.kinds import POOLING
from cnnlint.graph.walks import ancestors

STEPS = 20


def unreachable_layer(case: Case) -> ProofResult:
    """No output depends on the layer: in training mode the outputs are the same, to the bit, with and without it.

    With `trainable=True` among the parameters: nothing in the model can be trained, and training changes nothing.
    """
    if case.parameter("trainable", False):
        return _untrainable(case)
    node = case.node
    if node is None:
        raise NotBuildable("which layer it is about is not known")
    if any(node is one for output in case.model.outputs for one in ancestors(output)):
        return ProofResult(False, f"an output depends on `{node.name}` in the model that was read.")
    if not node.inputs:
        summary = f"`{node.name}` is never called on anything: no output can depend on it."
        return ProofResult(True, summary, "outputs that depend on it", 0.0)
    bare = case.build()
    try:
        beside = case.build(node)
    except NotBuildable:
        summary = f"the outputs are built and computed without `{node.name}`: none of what they read depends on it."
        return ProofResult(True, summary, "outputs that depend on it", 0.0, notes=tuple(bare.notes))
    for built in (bare, beside):
        seed_weights(case, built, 0)
    x = case.noise(bare, 32, "unreachable")
    without = evaluate(bare, x, training=True)[0]
    present = evaluate(beside, x, training=True)[0]
    same = bool(np.array_equal(without, present))
    repaired, connected = None, ""
    if case.twin is not None:
        twin = case.build_twin()
        seed_weights(case, twin, 0)
        after = evaluate(twin, x, training=True)[0]
        if after.shape == without.shape:
            repaired = float(np.abs(after - without).max())
            connected = f"; with it connected they change by up to {repaired:.2g}"
    if same:
        summary = f"in training mode the outputs are equal to the last bit with and without `{node.name}`{connected}."
    else:
        summary = f"the outputs change when `{node.name}` is there."
    difference = float(np.abs(present - without).max())
    return ProofResult(same, summary, "change of the outputs", difference, repaired, notes=tuple(bare.notes))


def _untrainable(case: Case) -> ProofResult:
    ready = prepared(case)
    _, x, labels = case.data(ready)
    arm = case.arm(ready)
    arm.seed(0)
    before = arm.outputs(x)
    arm.run(x, labels, batches(len(labels), Schedule(STEPS, 32, None, None), 0))
    change = float(np.abs(arm.outputs(x) - before).max())
    count = len(arm.model.trainable_variables)
    summary = f"{count or 'no'} weights can be trained: {STEPS} steps of training change the outputs by {change:.2g}."
    holds = count == 0 and change == 0
    return ProofResult(holds, summary, "change of the outputs", change, steps=STEPS, notes=ready.notes)


def pooling_overlap(case: Case) -> ProofResult:
    """How much neighbouring pooling windows share, and how many of their outputs are equal for it."""
    node = case.node
    if node is None or node.kind not in POOLING:
        raise NotBuildable("which pooling layer it is about is not known")
    window, stride = kernel(node), strides(node)
    if window is None or stride is None:
        raise NotBuildable(f"the window of `{node.name}` is unknown")
    shared = 1 - float(np.mean([min(1.0, step / size) for size, step in zip(window, stride, strict=True)]))
    times = int(np.prod([-(-size // step) for size, step in zip(window, stride, strict=True)]))
    equal, notes = _equal_neighbours(case, node, twin=False)
    counterpart = case.counterpart(node)
    repaired = _equal_neighbours(case, counterpart, twin=True)[0] if counterpart is not None else None
    summary = (
        f"neighbouring windows share {shared:.0%} of their side, every value lies in {times} windows, and {equal:.0%} "
        f"of the outputs equal their neighbour"
    )
    summary += f" (repaired {repaired:.0%})" if repaired is not None else ""
    least = float(case.parameter("share", 0.2))
    holds = equal >= least and (repaired is None or repaired < equal)
    return ProofResult(holds, f"{summary}.", "outputs equal to their neighbour", equal, repaired, notes=notes)


def _equal_neighbours(case: Case, node: Node, *, twin: bool) -> tuple[float, tuple[str, ...]]:
    built = case.build_twin(node) if twin else case.build(node)
    seed_weights(case, built, 0)
    outputs = evaluate(built, case.noise(built, 32, "pooling"))[1]
    axis = 3 if node.value("data_format") == "channels_first" else 2
    axis = min(axis, outputs.ndim - 1)
    if outputs.shape[axis] < 2:
        return 0.0, tuple(built.notes)
    return float((np.diff(outputs, axis=axis) == 0).mean()), tuple(built.notes)
