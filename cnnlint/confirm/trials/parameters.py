"""A third arm for findings about width: the repaired model with as many parameters as the one as written."""

from __future__ import annotations

import math

from msgspec.structs import replace

from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.models.weights import weight_keys
from cnnlint.confirm.trials.lab import Lab, Prepared
from cnnlint.graph import Model


def equal_parameters(lab: Lab, twin: Model, written: Prepared, repaired: Prepared) -> Prepared | None:
    """The repaired arm with all widths scaled so that it has as many parameters as the one as written."""
    wanted, plan = written.built.parameters, repaired.built.plan
    low, high = plan.divisor / 4, plan.divisor * 4
    best: Prepared | None = None
    for _ in range(6):
        middle = math.sqrt(low * high)
        try:
            built = build(twin, replace(plan, divisor=middle), keys=_other_keys(twin), sample=lab.sample)
        except NotBuildable:
            return best
        candidate = replace(repaired, built=built)
        if best is None or _distance(built.parameters, wanted) < _distance(best.built.parameters, wanted):
            best = candidate
        if built.parameters > wanted:
            low = middle
        else:
            high = middle
    return best


def _distance(parameters: int, wanted: int) -> float:
    return abs(math.log(max(1, parameters) / max(1, wanted)))


def _other_keys(model: Model) -> dict[int, str]:
    return {node: f"equal:{word}" for node, word in weight_keys(model).items()}
