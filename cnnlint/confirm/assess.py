"""Outcome of an experiment to evidence: the verdict, its method, and a sentence with the figures. Imports keras."""

from __future__ import annotations

import time

import msgspec

from cnnlint.confirm import backend
from cnnlint.confirm.build import NotBuildable
from cnnlint.confirm.lab import Lab, OutOfTime
from cnnlint.confirm.proofs import Case, prove
from cnnlint.confirm.stopping import LEVEL
from cnnlint.confirm.subjects import Subject
from cnnlint.confirm.trials import TrialResult, run_trial
from cnnlint.confirm.verdicts import PAIRED, inconclusive, not_tested
from cnnlint.diagnostics import Evidence, Verdict
from cnnlint.graph import Model
from cnnlint.rule.experiments import Experiment, NotTestable, Proof, Trial


def assess(experiment: Experiment, subject: Subject, lab: Lab) -> Evidence:
    """Carry out an experiment and say what came of it. Never raises for what is in the model."""
    if isinstance(experiment, NotTestable):
        return not_tested(experiment.reason)
    method = experiment.method if isinstance(experiment, Proof) else PAIRED
    if subject.model is None:
        return inconclusive("the finding is not about a model that was read", method)
    started = time.perf_counter()
    lab.source = None
    try:
        if isinstance(experiment, Proof):
            evidence = _proof(experiment, subject.model, subject, lab)
        else:
            evidence = _trial(experiment, subject.model, subject, lab)
    except NotBuildable as error:
        reason = str(error)
        if subject.twin is None and subject.no_twin and "no repair" in reason:
            reason = subject.no_twin
        return inconclusive(reason, method)
    except OutOfTime:
        return inconclusive("the time for it ran out", method)
    return msgspec.structs.replace(
        evidence, seconds=round(time.perf_counter() - started, 2), backend=backend.description(), seed=lab.seed,
        data=lab.source,
    )  # fmt: skip


def _proof(proof: Proof, model: Model, subject: Subject, lab: Lab) -> Evidence:
    result = prove(Case(proof, model, subject.node, subject.twin, lab))
    verdict = Verdict.PROVED if result.holds else Verdict.NOT_REPRODUCED
    said = f"{verdict.value.capitalize()}: {result.summary}"
    difference = None
    if result.as_written is not None and result.repaired is not None:
        difference = result.repaired - result.as_written
    repair = None
    if not result.holds:
        repair = "nothing was shown that it would mend"
    elif result.cured is False:
        repair = "the repaired model is no better"
    return Evidence(
        verdict, proof.method, said, statistic=result.statistic, as_written=result.as_written,
        repaired=result.repaired, difference=difference, steps=result.steps, also=result.also, notes=result.notes,
        repair=repair,
    )  # fmt: skip


def _trial(trial: Trial, model: Model, subject: Subject, lab: Lab) -> Evidence:
    result = run_trial(model, subject.twin, trial, lab)
    written, repaired = result.means
    notes = list(result.notes)
    for count, which in zip(result.diverged, ("as written", "repaired"), strict=True):
        if count:
            notes.append(f"the model {which} left the finite numbers in {count} of {len(result.pairs)} pairs")
    if backend.name() not in trial.backends:
        others = " and ".join(_BACKENDS.get(one, one) for one in trial.backends)
        notes.append(f"the fault is expected on {others}: Keras on {_BACKENDS[backend.name()]} mends it")
    loss = model.training.loss
    if loss is not None and loss.swapped:
        # what the runs show has a plain reason, which needs no run
        source = lab.source
        shown = prove(Case(Proof("swapped-operands", "the loss has no lowest value"), model, None, subject.twin, lab))
        notes.append(shown.summary.removesuffix("."))
        lab.source = source
    verdict = Verdict.CONFIRMED if result.confirmed else Verdict.NOT_REPRODUCED
    if result.inconclusive is not None:
        verdict = Verdict.INCONCLUSIVE
    also = dict(result.also)
    if result.equal_parameters is not None:
        also[f"{trial.statistic}, repaired with equal parameters"] = (result.equal_parameters,)
    own = f" on {lab.data.name}" if lab.data is not None and trial.stand_in is None else ""
    return Evidence(
        verdict, PAIRED, describe(trial, result, own), statistic=trial.statistic, as_written=written, repaired=repaired,
        difference=repaired - written, p_value=result.p, pairs=len(result.pairs), steps=result.steps,
        series=result.pairs, curves=result.curves, also=also, notes=tuple(notes),
        repair=_repair(trial, result) if verdict is Verdict.NOT_REPRODUCED else None,
    )  # fmt: skip


def _repair(trial: Trial, result: TrialResult) -> str:
    """What is to be said of a repair that the pairs do not speak for."""
    written, repaired = result.means
    gain = repaired - written if trial.better == "higher" else written - repaired
    if result.opposing > result.agreeing and result.p < LEVEL:
        return f"the repaired model did worse: {trial.statistic} {repaired:.3g} against {written:.3g}"
    return "what the repair gained was within noise" if gain > 0 else "the repaired model did no better"


def describe(trial: Trial, result: TrialResult, on: str = "") -> str:
    """What a trial came to, in words and figures; `on` names the data where it is the user's own."""
    written, repaired = result.means
    pairs = len(result.pairs)
    figures = f"{trial.statistic} {written:.3g} as written, {repaired:.3g} repaired"
    runs = f"after {result.steps} steps{on}, mean of {pairs} pairs"
    if result.confirmed:
        signs = f"{result.agreeing} of {pairs} pairs worse as written, p = {result.p:.3f}"
        return f"Confirmed: {figures} {runs} ({signs})."
    if result.inconclusive is not None:
        return f"Inconclusive: {result.inconclusive} ({figures})."
    if result.identical:
        return f"Not reproduced: both models reach the same {trial.statistic}, to the last bit ({written:.3g} {runs})."
    share = f"{result.opposing} of" if result.opposing < pairs else "all"
    if not result.agreeing and not result.opposing:
        why = f"the same in all {pairs} pairs, p = 1"
    elif result.opposing > result.agreeing:
        why = f"the repaired model did worse in {share} {pairs} pairs, p = {result.p:.2g}"
    elif result.p < LEVEL and abs(repaired - written) < trial.margin:
        why = f"a difference under the margin of {trial.margin:g}"
    elif result.p < LEVEL and result.equal_parameters is not None:
        why = f"with equal parameters the repaired model reaches {result.equal_parameters:.3g}"
    else:
        ties = pairs - result.agreeing - result.opposing
        equal = f", {ties} without any difference" if ties else ""
        why = f"worse as written in {result.agreeing} of {pairs} pairs{equal}, p = {result.p:.2f}"
    return f"Not reproduced: {figures} {runs} ({why})."


_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch"}
