"""Outcome of an experiment to evidence: the verdict, its method, and a sentence with the figures. Imports keras."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress

import msgspec
from msgspec.structs import replace

from cnnlint.confirm import backend
from cnnlint.confirm.models.built import AsksForData, NotBuildable
from cnnlint.confirm.models.standins import BY_ITSELF
from cnnlint.confirm.proofs import Case, ProofResult, prove
from cnnlint.confirm.subjects import Subject, aimed
from cnnlint.confirm.trials.lab import Lab, OutOfTime
from cnnlint.confirm.trials.paired import run_trial
from cnnlint.confirm.trials.result import TrialResult
from cnnlint.confirm.trials.stand_in import stand_in_trial
from cnnlint.confirm.trials.stopping import Effect
from cnnlint.confirm.verdicts import not_tested, undecided
from cnnlint.diagnostics import PAIRED, Evidence, Verdict
from cnnlint.graph import Model
from cnnlint.rule.experiments import Experiment, NotTestable, Proof, Trial

UNMEASURED = "what it costs in training was not measured: a budget is spent on what nothing else decides"
"""Of a fault that is shown without training, within a budget."""
STANDS = "the call was given a small model of its own: what it does to any, it does to one that was not read"


def assess(experiment: Experiment, subject: Subject, lab: Lab) -> Evidence:
    """Carry out an experiment and say what came of it. Never raises for what is in the model."""
    if isinstance(experiment, NotTestable):
        return not_tested(experiment.reason)
    method = experiment.method if isinstance(experiment, Proof) else PAIRED
    stands: tuple[str, ...] = ()
    if subject.model is None and method in BY_ITSELF:
        model, twin = BY_ITSELF[method]()
        stands = (STANDS,) if model.nodes else ()
        subject = replace(subject, model=model, twin=twin)
    if subject.model is None:
        return undecided("the finding is not about a model that was read", method)
    if subject.model.kind == "onnx" and method == "framework-refuses":
        return not_tested("an ONNX graph is built by its own runtime, and what Keras refuses says nothing of that")
    started = time.perf_counter()
    lab.used, lab.cut, lab.longer = None, False, False
    try:
        if isinstance(experiment, Proof):
            evidence = _proof(experiment, subject.model, subject, lab)
        else:
            evidence = _trial(experiment, subject.model, subject, lab)
    except AsksForData as error:
        return not_tested(str(error))
    except NotBuildable as error:
        reason = str(error)
        if subject.twin is None and subject.no_twin and "no repair" in reason:
            reason = subject.no_twin
        return undecided(reason, method)
    except OutOfTime as error:
        lab.cut = True
        return undecided(str(error), method)
    return msgspec.structs.replace(
        evidence,
        seconds=round(time.perf_counter() - started, 2),
        # without it, evidence is not kept: what its plan was too short for is taken up again where there is more time
        backend=None if lab.cut else backend.description(),
        seed=lab.seed,
        notes=(*evidence.notes, *stands),
        data=lab.source,
        samples=lab.samples,
    )


def _proof(proof: Proof, model: Model, subject: Subject, lab: Lab) -> Evidence:
    subject = aimed(subject)
    model = subject.model or model
    return _proved(proof, prove(Case(proof, model, subject.node, subject.twin, lab, subject.settings)))


def _proved(proof: Proof, result: ProofResult) -> Evidence:
    verdict = Verdict.PROVED if result.holds else Verdict.NO_DIFFERENCE if result.same else Verdict.UNDECIDED
    said = f"{verdict.value.capitalize()}: {result.summary}"
    difference = None
    if result.as_written is not None and result.repaired is not None:
        difference = result.repaired - result.as_written
    repair = None
    if result.cured is False:
        repair = "the repaired model is no better"
    elif not result.holds and proof.method != "framework-refuses":
        repair = "nothing was shown that it would mend"
    return Evidence(
        verdict,
        proof.method,
        said,
        statistic=result.statistic,
        as_written=result.as_written,
        repaired=result.repaired,
        difference=difference,
        steps=result.steps,
        also=result.also,
        notes=result.notes,
        repair=repair,
        beside=result.beside,
    )


def _trial(trial: Trial, model: Model, subject: Subject, lab: Lab) -> Evidence:
    """What training shows, and what is shown without it.

    A fault of structure is proved where the rule's proof holds, and the runs say what it costs; within a budget they
    are left to findings that nothing else can decide. Of any other fault the proof is a fact about the network and no
    harm: the verdict is that of the runs, and nothing is decided where there are none.
    """
    shown = _shown(trial, subject, lab)
    if shown is None:
        return _trained(trial, model, subject, lab)
    if trial.structure and lab.planned is not None:
        return replace(shown, notes=(*shown.notes, UNMEASURED))
    try:
        trained = _trained(trial, model, subject, lab)
    except (NotBuildable, OutOfTime) as error:
        if trial.structure:
            return shown
        lab.cut = lab.cut or isinstance(error, OutOfTime)
        none = not_tested(str(error)) if isinstance(error, AsksForData) else undecided(str(error))
        return replace(shown, verdict=none.verdict, summary=f"{none.summary} {_beside(shown)}", repair=None)
    notes = tuple(dict.fromkeys((*shown.notes, *trained.notes)))
    if not trial.structure:
        return replace(trained, summary=f"{trained.summary} {_beside(shown)}", notes=notes)
    lab.cut = lab.longer = False
    told = trained.summary[0].lower() + trained.summary[1:]
    return replace(trained, verdict=shown.verdict, summary=f"{shown.summary} When trained: {told}", notes=notes)


def _beside(shown: Evidence) -> str:
    """What a proof shows, told beside what the runs say."""
    return f"Without training is shown: {shown.summary.removeprefix('Proved: ')}"


def _shown(trial: Trial, subject: Subject, lab: Lab) -> Evidence | None:
    """What is shown of a trial's fault without training, None where nothing is."""
    subject = aimed(subject)
    if trial.proof is None or subject.model is None or subject.twin is None:
        return None
    # a fault of structure beside the other findings' repairs, as the runs are: what they break hides nothing then
    ways = [(one.without.model, None, replace(one.whole, counterparts={}), one.beside) for one in subject.settings[:1]]
    for model, node, twin, beside in (
        *(ways if trial.structure else ()),
        (subject.model, subject.node, subject.twin, ()),
    ):
        with suppress(NotBuildable):
            result = prove(Case(trial.proof, model, node, twin, lab))
            if result.holds:
                return replace(_proved(trial.proof, result), structure=trial.structure, beside=beside)
    return None


def _trained(trial: Trial, model: Model, subject: Subject, lab: Lab) -> Evidence:
    if trial.stand_in is not None:
        result = stand_in_trial(model, subject, trial, lab)
    else:
        result = run_trial(subject, trial, lab)
    early, late = result.horizons
    notes = list(result.notes)
    for count, which in zip(result.diverged, ("as written", "repaired"), strict=True):
        if count:
            notes.append(f"the model {which} left the finite numbers in {count} of {len(result.pairs)} pairs")
    if backend.name() not in trial.backends:
        others = " and ".join(_BACKENDS.get(one, one) for one in trial.backends)
        notes.append(f"the fault is expected on {others}: Keras on {_BACKENDS[backend.name()]} mends it")
    if subject.instead:
        notes.append(f"the repairs of {_listed(subject.instead)} would stand in the same place and are left out")
    loss = model.training.loss
    if loss is not None and loss.swapped:
        # what the runs show has a plain reason, which needs no run
        used = lab.used
        shown = prove(Case(Proof("swapped-operands", "the loss has no lowest value"), model, None, subject.twin, lab))
        notes.append(shown.summary.removesuffix("."))
        lab.used = used
    made = next((feed.updates for feed in model.training.fits() if feed.updates), None)
    data = lab.source or ""
    return Evidence(
        result.verdict,
        PAIRED,
        describe(result, trial, made, data),
        statistic=result.statistic,
        as_written=late.as_written,
        repaired=late.repaired,
        difference=late.repaired - late.as_written,
        p_value=late.p_value,
        pairs=len(result.pairs),
        steps=late.steps,
        early=early,
        late=late,
        beside=result.beside,
        whole=result.whole,
        structure=trial.structure,
        program_steps=made,
        series=result.pairs,
        curves=result.curves,
        also=dict(result.also),
        notes=tuple(notes),
        repair=_repair(result),
    )


def _repair(result: TrialResult) -> str | None:
    """What is to be said of a repair that the pairs do not speak for."""
    start, end = result.horizons
    if result.late.reverse:
        return f"the repaired model did worse: {result.statistic} {end.repaired:.3g} against {end.as_written:.3g}"
    if result.early.reverse and not result.late.worse:
        return (
            f"the repaired model did worse at first: {result.statistic} {start.repaired:.3g} against "
            f"{start.as_written:.3g} after {start.steps} steps"
        )
    if result.verdict is Verdict.NO_DIFFERENCE:
        return "the repaired model did no better"
    return None


def describe(result: TrialResult, trial: Trial, program: int | None = None, on: str = "") -> str:
    """What a trial came to, in words and figures: for how long, on what, and beside what the `program` trains."""
    early, late = result.horizons
    pairs = len(result.pairs)
    left = "with this fault left in" if result.beside else "as written"
    made = f"{result.statistic} {late.as_written:.3g} {left}, {late.repaired:.3g} repaired"
    runs = f"after {late.steps} steps"
    if program and program != late.steps:
        runs += f" (the program trains {program:,})"
    if early.steps != late.steps:
        runs += f", {early.as_written:.3g} and {early.repaired:.3g} after {early.steps}"
        if result.early.count > pairs:
            runs += f" in {result.early.count} pairs"
    where = f" on {on}" if on else ""
    figures = f"{made} {runs}{where}"
    label = result.verdict.value.capitalize()
    if result.identical:
        return f"{label}: both models reach the same {result.statistic}, to the last bit ({figures})."
    if result.verdict is Verdict.UNDECIDED:
        return f"{label}: {result.reason} ({figures}; {_signs(result.late)})."
    if result.verdict is Verdict.NO_DIFFERENCE:
        low, high = late.interval
        if result.early.reverse:
            figures = f"the repaired model did worse at first, and as well in the end: {figures}"
        return f"{label}: {figures}; the repair changes it by {low:+.2g} to {high:+.2g} (90 %, {pairs} pairs)."
    if result.verdict is Verdict.SLOWER:
        least = f"less than {result.late.harm:.2g} worse in the end"
        return f"{label}: behind early, and shown to be {least}: {figures} ({_signs(result.early)} early)."
    return f"{label}: {figures} ({_signs(result.late)})."


def _signs(effect: Effect) -> str:
    pairs = effect.count
    ties = pairs - effect.agreeing - effect.opposing
    tied = f", {ties} equal" if ties else ""
    return f"worse as written in {effect.agreeing} of {pairs} pairs{tied}, p = {effect.p:.2g}"


def _listed(codes: Sequence[str]) -> str:
    return " and ".join(dict.fromkeys(codes))


_BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "torch"}
