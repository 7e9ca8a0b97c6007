"""Proofs: findings shown without training, by algebra, by what the framework answers, or by a probe at initialisation.

`PROOFS` maps the method names of `cnnlint.experiments.Proof` to functions of a `Case`.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.confirm.proofs.case import Case, ProofResult
from cnnlint.confirm.proofs.normalisation import batchnorm_averages, variance_drift
from cnnlint.confirm.proofs.outputs import affine_network, constant_output, initial_loss, softmax_floor
from cnnlint.confirm.proofs.refusals import framework_refuses
from cnnlint.confirm.proofs.structure import pooling_overlap, unreachable_layer
from cnnlint.confirm.proofs.units import dead_units, symmetric_units

PROOFS: dict[str, Callable[[Case], ProofResult]] = {
    "constant-output": constant_output,
    "affine-network": affine_network,
    "softmax-floor": softmax_floor,
    "framework-refuses": framework_refuses,
    "batchnorm-averages": batchnorm_averages,
    "variance-drift": variance_drift,
    "unreachable-layer": unreachable_layer,
    "initial-loss": initial_loss,
    "dead-units": dead_units,
    "symmetric-units": symmetric_units,
    "pooling-overlap": pooling_overlap,
}


def prove(case: Case) -> ProofResult:
    """Carry out the proof that a case names.

    Raises:
        NotBuildable: a model it needs cannot be built from what was read.
        OutOfTime: the laboratory's deadline has passed.
    """
    return PROOFS[case.proof.method](case)


__all__ = ["PROOFS", "Case", "ProofResult", "prove"]
