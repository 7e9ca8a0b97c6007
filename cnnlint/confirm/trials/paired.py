"""Paired training runs: a model with all its repairs against the same without one of them, and the model as written.

Both arms of a pair start from the same weights and see the same data in the same batches. What they come to is compared
early and where the repaired one has levelled off (`horizons`), under the stopping rule of `stopping`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from cnnlint.confirm.data import cached, maps, real
from cnnlint.confirm.data.named_tables import digits_named
from cnnlint.confirm.data.objective import UNKNOWN_RANGE, aligned
from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.models.built import UNANSWERED, AsksForData, NotBuildable
from cnnlint.confirm.models.shrink import Plan
from cnnlint.confirm.subjects import Subject, aimed
from cnnlint.confirm.trials.arms import Arms, prepare_arms, unshared
from cnnlint.confirm.trials.effects import (
    Figures,
    applicable,
    ceiling,
    figures_at,
    gained,
    levelled,
    mean,
    shown,
    started,
    surer,
    trained_alike,
    undecided,
)
from cnnlint.confirm.trials.further import LEVEL, early_pairs, late_pairs, own_pairs
from cnnlint.confirm.trials.held_against import against_equal, at_a_nearer_rate, by_answers
from cnnlint.confirm.trials.horizons import Horizons, at_length, find, learned, to_the_end
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Prepared, Run, Schedule, stretches
from cnnlint.confirm.trials.result import TrialResult
from cnnlint.confirm.trials.schedules import about_rate, hasty, laid_out, schedule_of, timed
from cnnlint.confirm.trials.stopping import FEWEST_PAIRS, FIRST_PAIRS, FURTHER_PAIRS, Effect, closing, done, verdict
from cnnlint.diagnostics import Curves, Horizon, Verdict, Whole
from cnnlint.rule.experiments import Trial

SAMPLES, JUDGED = 768, 400
SENTENCES, JUDGED_SENTENCES = 2000, 1000
"""Of made text there are more: an embedding soon knows a few hundred sentences by heart, and most words are rare."""
NOISE = 0.1
"""The share of random labels (deviation of random quantities) in made data: without it, models learn it whole."""
BENT = (
    "what a curve is worth is your data's to say (--confirm-data): where a straight line does for them, nothing, and "
    "made data are made so that none does"
)
"""Of networks that lack one: disease progress in ten measurements is answered by a plane better than by a curve."""
PLANE = (
    "what a curve is worth is your data's to say (--confirm-data): the small digits that come with cnnlint are told "
    "apart as well by a plane, and those of MNIST are not"
)
"""Of networks that are a plane: of two convolutions without an activation the second costs nothing after 400 steps on
600 digits of 8×8, half a point after 1,600, and 2.7 points on 2,000 of MNIST."""
MADE_UP = "the gap is closing where the program's training ends: a longer one may make up for it"
WHOLE_RUNS = 3
"""Runs of the model as written beside those of the pairs: for the headline, not for a verdict. One within a budget."""

Curve = tuple[float | None, ...]
Armed = tuple[Prepared, Schedule]
"""An arm, and how it is trained."""


def run_trial(subject: Subject, trial: Trial, lab: Lab) -> TrialResult:
    """Put a finding to the trial that its rule named.

    Raises:
        NotBuildable: a model cannot be built from what was read.
        OutOfTime: the laboratory's deadline has passed.
    """
    subject = aimed(subject)
    if subject.twin is None:
        raise NotBuildable("there is no repair to compare with")
    arms, spec, schedule, found, rate, notes = max(
        (_readied(lab, arms, trial) for arms in prepare_arms(subject, lab)), key=lambda one: one[3].reached
    )
    written, repaired = arms.written, arms.repaired
    first, second, result = _paired(lab, trial, arms, schedule, spec, notes, found, rate)
    while result.closing or result.trails or (trial.delays and result.sleeps):
        # whichever is worse still, but catching up, is given as many steps again, and what has not begun to learn where
        # the fault is known to put that off
        if 2 * found.late > found.most:
            break
        found = replace(found, late=2 * found.late, own_end=False)
        first, second, result = _paired(lab, trial, arms, schedule, spec, notes, found, rate)
    if trial.extra_arm == "equal-parameters" and result.verdict in (Verdict.CONFIRMED, Verdict.SLOWER):

        def pairs_with(extra: Prepared) -> TrialResult:
            return run_pairs(lab, trial, (written, first), (extra, second), spec, notes, found)

        result = against_equal(lab, trial, result, arms, first, second, spec, pairs_with)
    result = by_answers(
        result, lambda answers: run_pairs(lab, answers, (written, first), (repaired, second), spec, notes, found), trial
    )
    borrowed = spec.own is None and spec.pattern not in cached.TITLES and not digits_named(arms.model, spec)
    if borrowed and result.verdict is Verdict.CONFIRMED and about_rate(arms.model, arms.twin):
        result = at_a_nearer_rate(lab, trial, result, (written, first), (repaired, second), spec)
    result = as_far_as_it_goes(result, trial, spec, written.built.plan, borrowed=borrowed)
    undecided = result.verdict is Verdict.UNDECIDED
    lab.longer = undecided and found.short and not result.waits and (result.closing or not found.levelled)
    lab.cut = lab.cut or lab.longer or (undecided and lab.brief and len(result.pairs) == FIRST_PAIRS)
    if result.verdict is Verdict.CONFIRMED and not found.levelled:
        told = f"in {found.late} steps the repaired model had not levelled off; the gap would count after as many again"
        result = replace(result, notes=(*result.notes, told))
    return replace(result, beside=arms.beside, whole=_whole(lab, arms, result, first, second, spec))


def _paired(
    lab: Lab,
    trial: Trial,
    arms: Arms,
    schedule: Schedule,
    spec: ProbeSpec,
    notes: Sequence[str],
    found: Horizons,
    rate: float | None,
) -> tuple[Schedule, Schedule, TrialResult]:
    """Pairs up to these horizons, and how both arms were trained."""
    first, second = (
        timed(schedule_of(model, schedule), found, rate if found.notes else None) for model in (arms.model, arms.twin)
    )
    result = run_pairs(lab, trial, (arms.written, first), (arms.repaired, second), spec, notes, found)
    return first, second, result


def as_far_as_it_goes(
    result: TrialResult, trial: Trial, spec: ProbeSpec, plan: Plan, *, borrowed: bool = True
) -> TrialResult:
    """The result, undecided where what was seen says nothing of the program's own model or data."""
    if result.verdict is Verdict.CONFIRMED and not trial.shrinkable and plan.shrinks:
        reason = "the models were made smaller to fit, and whether the effect is that of the full size is not known"
    elif trial.straight and spec.own is not None and result.verdict is Verdict.NO_DIFFERENCE and result.late.ahead:
        # a network learns the plane first: on two moons a curve is worth one point after 1,100 steps, 4.5 after 3,000
        reason = "the repaired model is a little better, and whether it becomes more so a longer training would tell"
    elif not trial.capacity or spec.own is not None or result.verdict not in LEVEL or result.identical:
        return result
    elif not spec.real:
        reason = "both end alike on made data, which may ask less of a network than yours does"
    elif borrowed and result.late.ahead and result.late.mean >= result.late.same / 2:
        reason = "the repaired model is a little better throughout, and by how much is for your own data to tell"
    else:
        return result
    return replace(result, verdict=Verdict.UNDECIDED, reason=reason)


def _readied(lab: Lab, arms: Arms, trial: Trial) -> tuple[Arms, ProbeSpec, Schedule, Horizons, float | None, list[str]]:
    """Arms with their data, their schedule, the horizons, a learning rate for both, and notes."""
    written, repaired = arms.written, arms.repaired
    notes = [*written.notes, *(note for note in repaired.notes if note not in written.notes)]
    notes += unshared(written, repaired)
    spec = probe_spec(repaired, written, trial)
    name = cached.named(arms.model) if spec.pattern == "digits" else None
    if name is not None and cached.pictures(name) is not None:
        spec = replace(spec, pattern=name, train=real.TRAIN_CACHED)
    spec = lab.named(arms.model, lab.own(spec, written, repaired), written, repaired)
    if lab.data is None and spec.own is not None:
        notes = [note for note in notes if note != UNKNOWN_RANGE]
    if trial.straight and spec.own is None and not spec.real:
        raise AsksForData(BENT)
    mine = spec.own is not None or spec.pattern in cached.TITLES or digits_named(arms.model, spec)
    if trial.straight and not mine and trial.proof is not None and trial.proof.method == "affine-network":
        raise AsksForData(PLANE)
    if spec.noise and not spec.real:
        what = "labels are random" if spec.task == "classes" else "range is random"
        notes.append(f"{spec.noise:.0%} of the probe set's {what}: real data is never learned whole")
    schedule, said = laid_out(arms, trial, brief=lab.planned is not None)
    notes += said
    steered = not about_rate(arms.model, arms.twin)
    found, rate = find(lab, arms.twin, repaired, schedule_of(arms.twin, schedule), spec, steered=steered)
    notes += found.notes
    made = next((feed.updates for feed in arms.model.training.fits() if feed.updates), None)
    if made is not None and mine:
        # on its own data a program is judged by no less than its own training: what the fault delays may end there
        found = replace(found, late=max(found.late, min(made, found.most)))
    elif made is not None:
        found = to_the_end(lab, found, arms.twin, repaired, schedule, made)
    if trial.straight and mine:
        found = at_length(lab, found, arms.model, repaired, schedule, made)
    spans = made is not None and made <= found.late
    too_high = hasty(arms.model, arms.twin)
    found = replace(found, spans=spans, own_end=mine and spans, hasty=too_high, steered=found.steered or too_high)
    return arms, spec, schedule, found, rate, notes


def probe_spec(repaired: Prepared, written: Prepared, trial: Trial | None = None) -> ProbeSpec:
    """The data for two arms: inputs as both take them, targets as the repaired arm's loss wants them.

    Real digits where they fit, else a probe set of the model's kind.
    """
    if written.built.inputs != repaired.built.inputs:
        raise NotBuildable("the repair changes the shape of the inputs")
    aim = repaired.objective
    noise = float(trial.parameters.get("noise", NOISE)) if trial is not None else 0.0
    tokens = any(item.kind == "tokens" for item in repaired.built.inputs)
    # sequences of tokens tell their classes no better than real ones as it is
    noise = noise if aim.task in ("classes", "regression") and not tokens else 0.0
    train, judged = (SENTENCES, JUDGED_SENTENCES) if tokens else (SAMPLES, JUDGED)
    spec = ProbeSpec(
        repaired.built.inputs, aim.task, aim.classes, aim.units, train=train, validation=judged, noise=noise
    )
    if not maps.answered(spec, repaired.built.output_shape):
        raise NotBuildable(UNANSWERED)
    if real.fits(spec) and (trial is None or trial.probe == "auto"):
        return replace(spec, pattern="digits", noise=0.0, train=real.TRAIN, validation=real.VALIDATION)
    glyphs = trial is not None and trial.probe == "glyphs" and aim.classes <= 10
    return replace(spec, pattern="glyphs") if glyphs else spec


def run_pairs(
    lab: Lab,
    trial: Trial,
    first: Armed,
    second: Armed,
    spec: ProbeSpec,
    notes: Sequence[str],
    found: Horizons | None,
    *,
    gap: bool = False,
) -> TrialResult:
    """Pairs in sequence until the stopping rule says so; without horizons there is one, at the end."""
    runs: list[tuple[Run, Run]] = []
    name: str = trial.statistic
    lab.afford((first, second), FIRST_PAIRS, spec)
    while True:
        index = len(runs)
        pair = []
        for half, (arm, which) in enumerate(((first, "as written"), (second, "repaired"))):
            _tell(lab, (first, second), index, half, which, trial)
            pair.append(lab.run(*arm, spec, index, gap=gap))
        runs.append((pair[0], pair[1]))
        if index == 0:
            name = applicable(trial.statistic, pair[1].figures)
        start = started(runs, lab.guess(spec, second[0].objective))
        if found is not None and (found.own is not None or found.hasty):
            # what a curve is worth shows once the plane is learned, and a rate that is too high is ahead at first
            start = len(first[1].marks) - 1
        early, late = (shown(runs, name, trial, place) for place in (start, -1))
        if done((early, late), trial.pairs) or (lab.brief and len(runs) == FIRST_PAIRS):
            break
        if len(runs) == FIRST_PAIRS and not gap and not _taught(lab, runs, spec, second[0]):
            # further pairs would have to teach what these did not
            break
    if found is not None and not lab.brief and _taught(lab, runs, spec, second[0]):
        runs = late_pairs(lab, trial, (first, second), spec, runs, name, start, found.spare)
        early, late = (shown(runs, name, trial, place) for place in (start, -1))
    final = figures_at(runs, -1)
    before = shown(runs, name, trial, -2).mean if found is not None else None
    # where the program's own training ends on its own data, it ends with the gap that there is
    closes = None if found is not None and found.own_end else before
    steps = ((*first[1].marks, first[1].steps)[start], first[1].steps)
    first_figures: Figures = figures_at(runs, start)
    further = found is not None and not (lab.brief and len(runs) == FIRST_PAIRS) and _taught(lab, runs, spec, second[0])
    if found is not None and further:
        first_figures = early_pairs(
            lab, trial, (first, second), spec, steps[0], first_figures, name, late, closes, found.spare
        )
        early = gained(first_figures, name, trial)
    came = verdict(early, late, closes)
    if found is not None and found.own_end and found.hasty and late.beyond_doubt and not early.reverse:
        came = Verdict.CONFIRMED
    longer = False
    if found is not None and found.own is not None:
        own = figures_at(runs, (*first[1].marks, first[1].steps).index(found.own))
        spare = found.spare if further else None
        longer = not own_pairs(lab, trial, (first, second), spec, found.own, own, name, came, spare)
    same = trained_alike(runs, name)
    identical = same or all(a.figures == b.figures and a.marked == b.marked for a, b in runs)
    diverged = sum(one.diverged for one, _ in runs), sum(two.diverged for _, two in runs)
    reason = None
    if identical:
        came = Verdict.NO_DIFFERENCE
    elif (
        found is not None
        and found.ends_early(came, late, before)
        # what has learned nothing by the end of the program's own training is not overtaken by it
        and not (
            found.spans
            and came is Verdict.CONFIRMED
            and not _taught(lab, [(one, one) for one, _ in runs], spec, second[0])
        )
        and not (came is Verdict.NO_DIFFERENCE and levelled(runs))
    ):
        came, reason = Verdict.UNDECIDED, f"in {found.late} steps the repaired model had not levelled off"
    elif longer:
        told = (
            f"both are level after {first[1].steps} steps, but not by the pairs where the program's own training ends"
        )
        came, reason = Verdict.UNDECIDED, f"{told}, after {found.own if found else 0}"
    elif (came is Verdict.CONFIRMED and surer(runs, name, -1)) or (came is Verdict.SLOWER and surer(runs, name, start)):
        when = " early" if came is Verdict.SLOWER else ""
        came, reason = Verdict.UNDECIDED, f"the loss is worse{when}, but as many answers are right"
    if not gap and not same and not _taught(lab, runs, spec, second[0]):
        data = "your data" if lab.data is not None else "the data"
        came, reason = Verdict.UNDECIDED, f"neither model learned {data} in {first[1].steps} steps"
        if found is not None and found.tried > first[1].steps:
            reason += f", nor the repaired one in {found.tried:,}"
    if came is Verdict.NO_DIFFERENCE and not identical and spec.own is None and ceiling(final, name, spec):
        came, reason = Verdict.UNDECIDED, "both learn all that can be learned of the data: nothing can tell them apart"
    if came is not Verdict.CONFIRMED and diverged[1]:
        came = Verdict.UNDECIDED
        reason = f"the repaired model left the finite numbers in {diverged[1]} of {len(runs)} pairs"
    horizons = [
        _horizon(count, one, figures, name, further=len(figures) > len(runs))
        for count, one, figures in zip(steps, (early, late), (first_figures, final), strict=True)
    ]
    notes = [*notes, *([MADE_UP] if came is Verdict.CONFIRMED and before is not None and closing(late, before) else [])]
    return TrialResult(
        came,
        name,
        tuple((a[name], b[name]) for a, b in final),
        early,
        late,
        (horizons[0], horizons[1]),
        tuple(notes),
        _also(final, trial, name),
        reason or (undecided(early, late, found, closes) if came is Verdict.UNDECIDED else None),
        diverged,
        _curves(runs, first, second),
        identical,
        closes is not None and closing(late, closes),
        late.all_worse and early.large and not (found is None or found.ends_early(Verdict.CONFIRMED, late, before)),
        came is Verdict.CONFIRMED
        and not learned(mean([one for one, _ in final]), lab.guess(spec, second[0].objective)),
        came is Verdict.UNDECIDED and early.reverse and early.mean < late.mean < 0 and not late.level,
    )


def _taught(lab: Lab, runs: Sequence[tuple[Run, Run]], spec: ProbeSpec, repaired: Prepared) -> bool:
    """Whether either arm learned anything by the end, in the mean of its runs."""
    guess = lab.guess(spec, repaired.objective)
    return any(learned(mean(arm), guess) for arm in zip(*figures_at(runs, -1), strict=True))


def _horizon(steps: int, one: Effect, figures: Figures, name: str, *, further: bool) -> Horizon:
    written, repaired = (mean(arm)[name] for arm in zip(*figures, strict=True))
    return Horizon(steps, written, repaired, one.p, (one.low, one.high), one.margin, one.count if further else None)


def _also(
    figures: Sequence[tuple[Mapping[str, float], Mapping[str, float]]], trial: Trial, name: str
) -> dict[str, tuple[float, ...]]:
    """Further statistics of both arms: those that the rule names, and the loss, which does not saturate."""
    named = dict.fromkeys((*trial.also, "validation loss", "accuracy"))
    first = figures[0][0]
    return {
        one: tuple(mean(arm)[one] for arm in zip(*figures, strict=True))
        for one in named
        if one in first
        and one != name
        and not (one == "validation accuracy" and name == "accuracy")
        # they are the same figure
        and not (one == "accuracy" and "validation accuracy" in named)
    }


def _whole(
    lab: Lab, arms: Arms, result: TrialResult, first: Schedule, second: Schedule, spec: ProbeSpec
) -> Whole | None:
    """The model as written against all its repairs, where there are others than this finding's."""
    if arms.whole is None:
        return None
    written = replace(arms.whole, objective=aligned(arms.whole.objective, arms.repaired.objective))
    mine, other = written.objective, arms.repaired.objective
    if mine.reading == "quantity" and mine.units != other.units:
        # as many answers as were asked for is one of the repairs
        return None
    given = {feed.y.encoding for feed in arms.model.training.fits() if feed.y is not None}
    if {mine.labels, *given} >= {"integer", "one_hot"}:
        # its loss refuses the program's labels: as written there is nothing to train
        return None
    count = WHOLE_RUNS if lab.planned is None else 1
    try:
        schedule = schedule_of(arms.model, first)
        runs = [lab.run(written, schedule, spec, index).figures for index in range(count)]
        others = [lab.run(arms.repaired, second, spec, index).figures for index in range(count)]
    except (NotBuildable, OutOfTime):
        # what the finding came to stands without it
        return None
    name = result.statistic
    if name not in runs[0]:
        return None
    return Whole(name, mean(runs)[name], mean(others)[name], first.steps, arms.beside)


def _tell(lab: Lab, arms: tuple[Armed, Armed], index: int, half: int, which: str, trial: Trial) -> None:
    """Say which arm of which pair is next, and how long the pairs up to the next look take at the last runs' speed."""
    least = max(FEWEST_PAIRS, trial.pairs)
    planned = next(count for count in (FIRST_PAIRS, least, least + FURTHER_PAIRS) if index < count)
    times = lab.paired(arms)
    left = (planned - index) * sum(times) - half * times[0] if times else None
    lab.progress(f"pair {index + 1} of {planned}, {which}", min(0.99, (index + half / 2) / least), left)


def _curves(runs: Sequence[tuple[Run, Run]], first: Armed, second: Armed) -> Curves | None:
    """The curves of all pairs; None where an arm has no weights to train."""
    steps = stretches(first[1].steps)
    trained = all(prepared.built.model.trainable_variables for prepared, _ in (first, second))
    if not (steps and trained) or any(len(run.curve) != len(steps) for pair in runs for run in pair):
        return None
    written, repaired = (tuple(run.curve for run in arm) for arm in zip(*runs, strict=True))
    return Curves(steps, written, repaired, (first[0].objective.loss, second[0].objective.loss))
