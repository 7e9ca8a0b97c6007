"""Proofs: findings shown without training, by algebra, by what the framework answers, or by a probe at initialisation.

`PROOFS` maps the method names of `cnnlint.rule.experiments.Proof` to functions of a `Case`.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnlint.confirm.proofs.by_itself import argument_refused, by_definition, name_refused, one_hot_rows
from cnnlint.confirm.proofs.case import Case, ProofResult
from cnnlint.confirm.proofs.normalisation import COVERED, DRIFT, batchnorm_averages, variance_drift
from cnnlint.confirm.proofs.operands import STRAIGHT, answers_asked_for, swapped_operands
from cnnlint.confirm.proofs.outputs import (
    AFFINE,
    CONSTANT,
    WHOLE,
    affine_network,
    affine_pair,
    class_sums,
    constant_output,
    initial_loss,
    softmax_floor,
)
from cnnlint.confirm.proofs.refusals import framework_refuses
from cnnlint.confirm.proofs.slopes import UNTAUGHT, untaught_samples
from cnnlint.confirm.proofs.structure import pooling_overlap, unreachable_layer
from cnnlint.confirm.proofs.units import EQUAL, dead_units, symmetric_units

PROOFS: dict[str, Callable[[Case], ProofResult]] = {
    "constant-output": constant_output,
    "affine-network": affine_network,
    "affine-pair": affine_pair,
    "softmax-floor": softmax_floor,
    "framework-refuses": framework_refuses,
    "batchnorm-averages": batchnorm_averages,
    "variance-drift": variance_drift,
    "unreachable-layer": unreachable_layer,
    "initial-loss": initial_loss,
    "dead-units": dead_units,
    "untaught-samples": untaught_samples,
    "symmetric-units": symmetric_units,
    "pooling-overlap": pooling_overlap,
    "swapped-operands": swapped_operands,
    "answers-asked-for": answers_asked_for,
    "class-sums": class_sums,
    "one-hot-rows": one_hot_rows,
    "name-refused": name_refused,
    "argument-refused": argument_refused,
    "by-definition": by_definition,
}

STATISTICS: dict[str, tuple[str, str]] = {
    "constant-output": ("output spread", f"≤ {CONSTANT:g}"),
    "affine-network": ("deviation from affine", f"≤ {AFFINE:g}"),
    "affine-pair": ("deviation from affine", f"≤ {AFFINE:g}"),
    "softmax-floor": ("loss floor", "> 0"),
    "framework-refuses": ("refusal", "any"),
    "batchnorm-averages": ("share of the averages' way", f"< {COVERED:g}"),
    "variance-drift": ("factor of the variance", f"≥ {DRIFT:g}"),
    "unreachable-layer": ("change of the outputs", "= 0"),
    "initial-loss": ("initial loss", "> 2 × that of guessing"),
    "dead-units": ("share of dead units", "≥ 0.25, twice that of the repaired model"),
    "untaught-samples": ("share of untaught samples", f"≥ {UNTAUGHT:g}, four times that of the repaired model"),
    "symmetric-units": ("difference between units", f"≤ {EQUAL:g}"),
    "pooling-overlap": ("outputs equal to their neighbour", "≥ 0.2, more than in the repaired model"),
    "swapped-operands": ("deviation from linear", f"≤ {STRAIGHT:g}"),
    "answers-asked-for": ("answers asked for", "fewer than labels"),
    "class-sums": ("distance of the sums from 1", f"> {WHOLE:g}"),
    "one-hot-rows": ("refusal", "any"),
    "name-refused": ("refusal", "by name"),
    "argument-refused": ("refusal", "by name"),
    "by-definition": ("none", "none"),
}
"""What each method measures, and from where on it holds (rules may say otherwise by a parameter)."""


def prove(case: Case) -> ProofResult:
    """Carry out the proof that a case names.

    Raises:
        NotBuildable: a model it needs cannot be built from what was read.
        OutOfTime: the laboratory's deadline has passed.
    """
    return PROOFS[case.proof.method](case)


__all__ = ["PROOFS", "STATISTICS", "Case", "ProofResult", "prove"]
