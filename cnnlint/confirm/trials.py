"""Paired training runs: the model as written against its repaired twin, same data, weights and batches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cnnlint.confirm.build import NotBuildable, build
from cnnlint.confirm.lab import Lab, Prepared, Schedule, stretches
from cnnlint.confirm.objective import aligned
from cnnlint.confirm.probes import MOST_CLASSES, ProbeSpec
from cnnlint.confirm.shrink import FULL, cost, plans
from cnnlint.confirm.standins import STAND_INS
from cnnlint.confirm.stopping import FEWEST_PAIRS, FURTHER_PAIRS, decide
from cnnlint.confirm.weights import twin_keys, weight_keys
from cnnlint.diagnostics import Curves
from cnnlint.graph import Model
from cnnlint.rule.experiments import Trial
from cnnlint.rule.remedies import Twin

SMALLEST_BATCH, LARGEST_BATCH = 8, 32
FEWEST_SAMPLES, MOST_SAMPLES = 256, 768
STAND_IN_SAMPLES, STAND_IN_BATCH = 256, 16
MOST_UPDATES = 300
MOST_STEPS = 400
LEARNED = 0.3
"""An arm has learned once it has come this share of the way from guessing to no mistake at all."""

Curve = tuple[float | None, ...]
Armed = tuple[Prepared, Schedule]
"""An arm, and how it is trained."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a trial came to. `pairs` are (as written, repaired) of the statistic; `also` further means by name."""

    confirmed: bool
    pairs: tuple[tuple[float, float], ...]
    p: float
    #: pairs in which the model as written did worse, and those in which the repaired one did
    agreeing: int
    opposing: int
    steps: int
    notes: tuple[str, ...]
    also: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    #: why the runs decide nothing, where they do not
    inconclusive: str | None = None
    #: the mean of the statistic in the arm of equal parameters
    equal_parameters: float | None = None
    #: in how many pairs the arm (as written, repaired) left the finite numbers
    diverged: tuple[int, int] = (0, 0)
    curves: Curves | None = None
    #: every statistic of both arms is equal in every pair, to the last bit
    identical: bool = False

    @property
    def means(self) -> tuple[float, float]:
        """The mean of the statistic, as written and repaired."""
        count = max(1, len(self.pairs))
        return sum(a for a, _ in self.pairs) / count, sum(b for _, b in self.pairs) / count


def run_trial(model: Model, twin: Twin | None, trial: Trial, lab: Lab) -> TrialResult:
    """Put a model to the trial that its rule named.

    Raises:
        NotBuildable: a model cannot be built from what was read.
        OutOfTime: the laboratory's deadline has passed.
    """
    if trial.stand_in is not None:
        return _stand_in_trial(model, twin, trial, lab)
    if twin is None:
        raise NotBuildable("there is no repair to compare with")
    written, repaired = prepare_pair(model, twin, lab)
    notes = [*written.notes, *(note for note in repaired.notes if note not in written.notes)]
    notes += _unshared(written, repaired)
    spec = lab.own(probe_spec(repaired, written, trial), written, repaired)
    if spec.noise:
        notes.append(f"{spec.noise:.0%} of the probe set's labels are random: real data is never learned whole")
    schedule, said = _schedule(model, trial, spec)
    notes += said
    own = _schedule_of(twin.model, schedule)
    gap = trial.statistic == "mode gap" or "mode gap" in trial.also
    steered = trial.statistic != "mode gap" and not _about_rate(model, twin)
    if steered:
        schedule, own, said = _pilot(lab, repaired, schedule, own, spec)
        notes += said
    spec = _sampled(spec, schedule)
    extra = _equal_parameters(lab, twin, written, repaired) if trial.extra_arm == "equal-parameters" else None
    result = _pairs(lab, trial, (written, schedule), (repaired, own), extra, spec, notes, gap)
    plan = written.built.plan
    if result.confirmed and not trial.shrinkable and (plan.divisor > 1 or plan.side is not None):
        # what is seen is then that of another model
        reason = "the models were made smaller to fit, and whether the effect is that of the full size is not known"
        return replace(result, confirmed=False, inconclusive=reason)
    return result


def prepare_pair(model: Model, twin: Twin, lab: Lab) -> tuple[Prepared, Prepared]:
    """Both arms, built under the first plan that both can be built under."""
    dearer = max((model, twin.model), key=lambda one: cost(one, FULL))
    reason: NotBuildable | None = None
    for plan in plans(dearer):
        try:
            written = lab.prepare(model, plan)
            repaired = lab.prepare(twin.model, plan, twin_keys(model, twin))
        except NotBuildable as error:
            reason = reason or error
            if error.__cause__ is None:
                # not a matter of size
                break
        else:
            return replace(written, objective=aligned(written.objective, repaired.objective)), repaired
    assert reason is not None
    raise reason


def _unshared(written: Prepared, repaired: Prepared) -> list[str]:
    """Notes on weights that both arms have under the same name but in other shapes."""
    shapes = {weight.key: tuple(weight.variable.shape) for weight in written.built.weights}
    other = {weight.key: tuple(weight.variable.shape) for weight in repaired.built.weights}
    differing = {key.split("/")[0] for key, shape in shapes.items() if key in other and other[key] != shape}
    names = [key.split(":")[1] for key in sorted(differing, key=lambda key: int(key.split(":")[0]))]
    if not names:
        return []
    listed = ", ".join(f"`{name}`" for name in names[:4]) + (" and others" if len(names) > 4 else "")
    return [f"the arms cannot share the initial weights of {listed}: their shapes differ"]


def probe_spec(repaired: Prepared, written: Prepared, trial: Trial | None = None) -> ProbeSpec:
    """The probe set for two arms: inputs as both take them, targets as the repaired arm's loss wants them."""
    if written.built.inputs != repaired.built.inputs:
        raise NotBuildable("the repair changes the shape of the inputs")
    aim = repaired.objective
    pattern = "glyphs" if trial is not None and trial.probe == "glyphs" and aim.classes <= 10 else "gratings"
    noise = float(trial.parameters.get("noise", 0.0)) if trial is not None else 0.0
    return ProbeSpec(repaired.built.inputs, aim.task, aim.classes, aim.units, pattern, noise=noise)  # type: ignore[arg-type]


def _schedule(model: Model, trial: Trial, spec: ProbeSpec) -> tuple[Schedule, list[str]]:
    notes: list[str] = []
    asked = next((feed.batch_size for feed in model.training.fits() if feed.batch_size), None)
    batch = min(max(asked or LARGEST_BATCH, SMALLEST_BATCH), LARGEST_BATCH)
    if asked is not None and asked != batch:
        notes.append(f"batches of {batch} samples instead of {asked}")
    optimizer = model.training.optimizer
    if optimizer is None or optimizer.name is None:
        notes.append("the optimizer is not known: adam at 0.001 was assumed")
    return _schedule_of(model, Schedule(trial.steps, batch, None, None)), notes


def _schedule_of(model: Model, schedule: Schedule) -> Schedule:
    """The same steps and batches with a model's own optimizer."""
    optimizer = model.training.optimizer
    if optimizer is None:
        return schedule
    return replace(schedule, optimizer=optimizer.name, rate=optimizer.learning_rate)


def _about_rate(model: Model, twin: Twin) -> bool:
    mine, other = model.training.optimizer, twin.model.training.optimizer
    return mine is not None and other is not None and mine.learning_rate != other.learning_rate


def _sampled(spec: ProbeSpec, schedule: Schedule) -> ProbeSpec:
    """With as many training samples as a schedule can use; own data is used whole."""
    if spec.own is not None:
        return spec
    return replace(spec, train=min(max(schedule.steps * schedule.batch, FEWEST_SAMPLES), MOST_SAMPLES))


def _pilot(
    lab: Lab, repaired: Prepared, schedule: Schedule, own: Schedule, spec: ProbeSpec
) -> tuple[Schedule, Schedule, list[str]]:
    """Find a number of steps after which the repaired arm has learned anything, on a seed that is not used again.

    The rule's own number first, the same at a learning rate of 0.001 where the program's is lower, then two and four
    times as many: where neither arm learns, nothing can be told about the fault.
    """
    rate = own.rate if own.rate is not None and own.rate < 1e-3 and own.optimizer != "sgd" else None
    ladder = [(schedule.steps, own.rate), (2 * schedule.steps, own.rate)]
    if rate is not None:
        ladder = [ladder[0], (schedule.steps, 1e-3), (2 * schedule.steps, 1e-3)]
    if 4 * schedule.steps <= MOST_STEPS:
        ladder.append((4 * schedule.steps, ladder[-1][1]))
    for steps, speed in ladder:
        trying = replace(own, steps=steps, rate=speed)
        lab.progress(f"pilot of {steps} steps, repaired", 0.0, None)
        figures = lab.run(repaired, trying, _sampled(spec, trying), "pilot").figures
        if learned(figures, lab.guess(spec, repaired.objective)):
            notes = []
            if speed != own.rate:
                notes.append(f"both arms at a learning rate of 0.001: at {own.rate:g}, {steps} steps teach nothing")
            if steps != schedule.steps:
                notes.append(f"{steps} steps instead of {schedule.steps}: the repaired model needs them")
            changed = replace(schedule, steps=steps, rate=speed if speed != own.rate else schedule.rate)
            return changed, trying, notes
    return schedule, own, []


def learned(figures: Mapping[str, float], guess: float) -> bool:
    """Whether an arm did clearly better than guessing (see `Lab.guess`)."""
    if "accuracy" in figures:
        return figures["accuracy"] >= guess + LEARNED * (1 - guess)
    # guessing the mean of quantities leaves their variance
    return figures["validation loss"] <= (1 - LEARNED) * guess


def _pairs(
    lab: Lab,
    trial: Trial,
    first: Armed,
    second: Armed,
    extra: Prepared | None,
    spec: ProbeSpec,
    notes: Sequence[str],
    gap: bool,
) -> TrialResult:
    """Pairs in sequence until the stopping rule says so."""
    sign = 1.0 if trial.better == "higher" else -1.0
    named = (trial.statistic, *trial.also)
    figures: list[tuple[Mapping[str, float], Mapping[str, float]]] = []
    others: list[float] = []
    curves: tuple[list[Curve], list[Curve]] = ([], [])
    diverged = [0, 0]
    gains: list[float] = []
    while not (decision := decide(gains, trial.margin, trial.pairs)).done:
        index = len(gains)
        runs = []
        for half, (arm, which) in enumerate(((first, "as written"), (second, "repaired"))):
            _tell(lab, (first, second), index, half, which, trial)
            runs.append(lab.run(*arm, spec, index, gap=gap))
        one, two = runs
        for run in (one, two):
            if trial.statistic not in run.figures:
                raise NotBuildable(f"{trial.statistic} does not apply to this model's outputs")
        diverged[0] += one.diverged
        diverged[1] += two.diverged
        figures.append((one.figures, two.figures))
        curves[0].append(one.curve)
        curves[1].append(two.curve)
        gains.append(sign * (two.figures[trial.statistic] - one.figures[trial.statistic]))
        if extra is not None:
            others.append(lab.run(extra, second[1], spec, index, gap=gap).figures[trial.statistic])
    means = {
        name: tuple(sum(arm[name] for arm in pair) / len(figures) for pair in zip(*figures, strict=True))
        for name in named
        if all(name in arm for pair in figures for arm in pair)
    }
    confirmed, equal = decision.confirmed, None
    if others:
        equal = sum(others) / len(others)
        against = [sign * (other - a[trial.statistic]) for other, (a, _) in zip(others, figures, strict=True)]
        mean = sum(against) / len(against)
        # what more parameters buy is not what the repair buys
        confirmed = confirmed and mean >= trial.margin and sum(gain > 0 for gain in against) >= len(against) - 1
    inconclusive = None
    if not confirmed and trial.statistic != "mode gap":
        # of own data, the share that guessing gets right differs from split to split
        arms = [arm for pair in figures for arm in pair] if spec.own is None else _averages(figures)
        best = max(arms, key=lambda arm: arm.get("accuracy", -arm.get("validation loss", math.inf)))
        if not learned(best, lab.guess(spec, second[0].objective)):
            data = "your data" if spec.own is not None else "the probe data"
            inconclusive = f"neither arm learned {data} in {first[1].steps} steps"
    if not confirmed and diverged[1]:
        inconclusive = f"the repaired model left the finite numbers in {diverged[1]} of {len(figures)} pairs"
    return TrialResult(
        confirmed,
        tuple((a[trial.statistic], b[trial.statistic]) for a, b in figures),
        decision.p,
        decision.agreeing,
        decision.opposing,
        first[1].steps,
        tuple(notes),
        {name: value for name, value in means.items() if name != trial.statistic},
        inconclusive,
        equal,
        (diverged[0], diverged[1]),
        _curves(curves, first, second),
        all(a == b for a, b in figures),
    )


def _averages(figures: Sequence[tuple[Mapping[str, float], ...]]) -> list[Mapping[str, float]]:
    """The mean of every statistic of each arm."""
    return [{name: sum(one[name] for one in arm) / len(arm) for name in arm[0]} for arm in zip(*figures, strict=True)]


def _tell(lab: Lab, arms: tuple[Armed, Armed], index: int, half: int, which: str, trial: Trial) -> None:
    """Say which arm of which pair is next, and how long the planned pairs will still take at the last runs' speed."""
    least = max(FEWEST_PAIRS, trial.pairs)
    planned = least if index < least else least + FURTHER_PAIRS
    times = [lab.expected(*arm) for arm in arms]
    known = [time for time in times if time is not None]
    left = None
    if known:
        # an arm that has not run yet is taken to be as fast as the other one
        one, two = (time if time is not None else known[0] for time in times)
        left = (planned - index) * (one + two) - half * one
    lab.progress(f"pair {index + 1} of {planned}, {which}", min(0.99, (index + half / 2) / least), left)


def _curves(curves: tuple[list[Curve], list[Curve]], first: Armed, second: Armed) -> Curves | None:
    """The curves of all pairs; None where an arm has no weights to train, or other steps than the other."""
    steps = stretches(first[1].steps)
    trained = all(prepared.built.model.trainable_variables for prepared, _ in (first, second))
    if not (steps and trained) or any(len(curve) != len(steps) for arm in curves for curve in arm):
        return None
    return Curves(steps, tuple(curves[0]), tuple(curves[1]), (first[0].objective.loss, second[0].objective.loss))


def _equal_parameters(lab: Lab, twin: Twin, written: Prepared, repaired: Prepared) -> Prepared | None:
    """The repaired arm with all widths scaled so that it has as many parameters as the one as written."""
    wanted, plan = written.built.parameters, repaired.built.plan
    low, high = plan.divisor / 4, plan.divisor * 4
    best: Prepared | None = None
    for _ in range(6):
        middle = math.sqrt(low * high)
        try:
            built = build(twin.model, replace(plan, divisor=middle), keys=_other_keys(twin.model), sample=lab.sample)
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


def _stand_in_trial(model: Model, twin: Twin | None, trial: Trial, lab: Lab) -> TrialResult:
    """The trial on a small model of the same kind, with the momentum and number of updates of this one."""
    make = STAND_INS.get(trial.stand_in or "")
    if make is None:
        raise NotBuildable(f"there is no stand-in {trial.stand_in}")
    given = trial.parameters
    momentum = float(given.get("momentum", momentum_of(model) or 0.99))
    updates = next((feed.updates for feed in model.training.fits() if feed.updates), None)
    steps = min(int(given.get("updates", updates or trial.steps)), MOST_UPDATES)
    changed = momentum_of(twin.model) if twin is not None else None
    if changed is None or changed == momentum:
        changed = 0.01
    cure = float(given.get("repaired", changed))
    samples, classes = _small_set(model)
    written_model = make(momentum, classes, model.training.optimizer)
    repaired_model = make(cure, classes, model.training.optimizer)
    counterparts = {id(a): b for a, b in zip(written_model.nodes, repaired_model.nodes, strict=True)}
    stand_in_twin = Twin(repaired_model, counterparts)
    written = lab.prepare(written_model, FULL)
    repaired = lab.prepare(repaired_model, FULL, twin_keys(written_model, stand_in_twin))
    optimizer = model.training.optimizer
    schedule = _schedule_of(written_model, Schedule(steps, min(samples, STAND_IN_BATCH), None, None))
    notes = [
        f"a small {trial.stand_in} network stands in for the model: momentum {momentum:g} against {cure:g}, "
        f"{steps} updates on {samples} samples"
    ]
    if lab.data is not None:
        notes.append(f"it is trained on a probe set of its own, not on {lab.data.name}")
    if optimizer is None or optimizer.name is None:
        notes.append("the optimizer is not known: adam at 0.001 was assumed")
    spec = replace(probe_spec(repaired, written, trial), train=samples)
    return _pairs(lab, trial, (written, schedule), (repaired, schedule), None, spec, notes, True)


def _small_set(model: Model) -> tuple[int, int]:
    """Samples and classes for a stand-in: the model's own where they are known and few."""
    feeds = model.training.fits()
    counts = (facts.samples for feed in feeds for facts in (feed.x, feed.y) if facts is not None)
    samples = next((count for count in counts if count), STAND_IN_SAMPLES)
    classes = next((facts.classes for feed in feeds if (facts := feed.y) is not None and facts.classes), 10)
    return min(max(samples, 2), STAND_IN_SAMPLES), min(max(classes, 2), MOST_CLASSES)


def momentum_of(model: Model) -> float | None:
    """The momentum of a model's first batch normalisation; that of Keras's applications where it is one."""
    for node in model.nodes:
        if node.kind in ("BatchNormalization", "Application"):
            value = node.value("momentum")
            if isinstance(value, (int, float)):
                return float(value)
    return None
