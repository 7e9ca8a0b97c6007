"""What a proof is given and what it gives back, and how proofs build and feed models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from msgspec import Struct, field

from cnnlint.confirm.data.maps import answered
from cnnlint.confirm.data.specs import ProbeSet, ProbeSpec
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import UNANSWERED, Built, NotBuildable
from cnnlint.confirm.models.shrink import FULL, Plan, plans
from cnnlint.confirm.models.weights import twin_keys
from cnnlint.confirm.seeding import number, stream
from cnnlint.confirm.subjects import Setting
from cnnlint.confirm.trials.lab import Lab, Prepared, Schedule
from cnnlint.confirm.trials.training import Arm
from cnnlint.graph import Model, Node
from cnnlint.rule.experiments import Proof
from cnnlint.rule.remedies import Twin

SEEDS = 3
"""Initial weights are drawn this often: what is shown has to hold for all of them."""


class ProofResult(Struct, frozen=True):
    """What a proof came to. `holds` is whether what the rule claims was shown; `summary` says so with the figures."""

    holds: bool
    summary: str
    statistic: str | None = None
    as_written: float | None = None
    repaired: float | None = None
    steps: int | None = None
    notes: tuple[str, ...] = ()
    also: dict[str, tuple[float, ...]] = field(default_factory=dict)
    #: whether the repaired model is free of what was shown; None where that was not asked
    cured: bool | None = None
    #: shown instead: as written and repaired the model does the same
    same: bool = False
    #: the other findings' repairs that were made in both models
    beside: tuple[str, ...] = ()


class Case(Struct, frozen=True):
    """A finding to be proved: its model and node, the repaired twin where there is one, and the rule's parameters.

    `settings` are the same with the repairs of the model's other findings.
    """

    proof: Proof
    model: Model
    node: Node | None
    twin: Twin | None
    lab: Lab
    settings: tuple[Setting, ...] = ()

    def parameter(self, name: str, default: Any) -> Any:
        """A parameter that the rule gave, or the default."""
        return self.proof.parameters.get(name, default)

    def counterpart(self, node: Node) -> Node | None:
        """The node of the twin that stands for a node of the model."""
        return self.twin.counterparts.get(id(node)) if self.twin is not None else None

    def build(self, *extra: Node, plan: Plan | None = None) -> Built:
        """The model as written, as small as it can be built, with these nodes as further outputs."""
        return _first(self.model, plan, None, extra, self.lab.sample)

    def build_twin(self, *extra: Node, plan: Plan | None = None) -> Built:
        """The same for the repaired twin, drawing the same initial weights."""
        if self.twin is None:
            raise NotBuildable("there is no repair to compare with")
        return _first(self.twin.model, plan, twin_keys(self.model, self.twin), extra, self.lab.sample)

    def arm(self, prepared: Prepared) -> Arm:
        """An arm of a prepared model with the optimizer of the program."""
        optimizer = self.model.training.optimizer
        name = optimizer.name if optimizer is not None else None
        rate = optimizer.learning_rate if optimizer is not None else None
        return self.lab.arm(prepared, Schedule(0, 32, name, rate))

    def data(self, prepared: Prepared, samples: int = 256) -> tuple[ProbeSet, list[Any], Any]:
        """A probe set for a prepared model: (the set, features in the program's range, encoded labels)."""
        aim = prepared.objective
        spec = ProbeSpec(prepared.built.inputs, aim.task, aim.classes, aim.units, train=samples, validation=samples)
        if self.lab.data is None and not answered(spec, prepared.built.output_shape):
            raise NotBuildable(UNANSWERED)
        spec = self.lab.own(spec, prepared, prepared)
        data = self.lab.probe(spec, "proof")
        mean, deviation = float(data.train_x[0].mean()), float(data.train_x[0].std())
        x = [
            array if item.kind == "tokens" else prepared.fed.train.apply(array, mean, deviation)
            for array, item in zip(data.train_x, spec.inputs, strict=True)
        ]
        return data, x, aim.encode(data.train_y, *(spec.own or prepared.fed).targets)

    def noise(self, built: Built, samples: int, word: str, scale: float = 1.0) -> list[Any]:
        """Normal random inputs of a scale for a built model (whole numbers where it takes tokens)."""
        random = stream(self.lab.seed, "noise", word)
        return [
            random.integers(0, max(2, item.vocabulary), (samples, *item.shape)).astype(np.float32)
            if item.kind == "tokens"
            else (scale * random.normal(size=(samples, *item.shape))).astype(np.float32)
            for item in built.inputs
        ]


def _first(
    model: Model,
    plan: Plan | None,
    keys: dict[int, str] | None,
    extra: tuple[Node, ...],
    sample: tuple[int, ...] | None,
) -> Built:
    reason: NotBuildable | None = None
    for candidate in [plan] if plan is not None else plans(model):
        try:
            return build(model, candidate, keys=keys, extra=extra, sample=sample)
        except NotBuildable as error:
            reason = reason or error
            if error.__cause__ is None:
                break
    assert reason is not None
    raise reason


def prepared(case: Case, *, twin: bool = False) -> Prepared:
    """The model as written, or its twin, ready to be trained."""
    model = case.twin.model if twin and case.twin is not None else case.model
    keys = twin_keys(case.model, case.twin) if twin and case.twin is not None else None
    reason: NotBuildable | None = None
    for plan in plans(case.model) or [FULL]:
        try:
            return case.lab.prepare(model, plan, keys)
        except NotBuildable as error:
            reason = reason or error
            if error.__cause__ is None:
                break
    assert reason is not None
    raise reason


def seed_weights(case: Case, built: Built, index: int, layers: Sequence[Any] | None = None) -> None:
    """Draw the initial weights of a built model, or of some of its layers, for the `index`-th time."""
    seed = number(case.lab.seed, "weights", "proof", index)
    chosen = None if layers is None else {id(variable) for layer in layers for variable in layer.variables}
    for weight in built.weights:
        if chosen is None or id(weight.variable) in chosen:
            weight.variable.assign(weight.draw(seed))


def evaluate(built: Built, x: list[Any], *, training: bool = False) -> list[Any]:
    """The outputs of a built model (the main one, then the extra ones) as numpy arrays."""
    import keras

    tensors = [keras.ops.convert_to_tensor(array) for array in x]
    outputs = built.model(tensors if len(tensors) > 1 else tensors[0], training=training)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [np.asarray(keras.ops.convert_to_numpy(output)) for output in outputs]
