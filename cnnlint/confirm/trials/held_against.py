"""What a verdict is held against besides: a repaired arm of as many parameters, a nearer rate, and the answers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from msgspec.structs import replace

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.trials.arms import Arms
from cnnlint.confirm.trials.effects import HALF, figures_at, mean, shown
from cnnlint.confirm.trials.horizons import learned
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Prepared, Schedule
from cnnlint.confirm.trials.result import TrialResult
from cnnlint.confirm.trials.stopping import FEWEST_PAIRS
from cnnlint.diagnostics import Verdict
from cnnlint.rule.experiments import Trial

NEARER = 3.0
"""How many times nearer to the repaired one a rate is tried where the data is not the program's. The largest rate that
trains goes with the inverse of the inputs' mean square, and those of the pictures in Keras's own sets differ by as
much: MNIST 0.11, Fashion-MNIST 0.21, CIFAR-10 0.29."""
NEARER_QUANTITIES = 10.0
"""Where outputs are quantities their scale counts as well, and made ones are no likeness of it: of house prices Adam at
0.5 had learned more after 1,500 steps than at 0.001."""


def against_equal(
    lab: Lab,
    trial: Trial,
    result: TrialResult,
    arms: Arms,
    first: Schedule,
    second: Schedule,
    spec: ProbeSpec,
    pairs_with: Callable[[Prepared], TrialResult],
) -> TrialResult:
    """The result, where a repaired arm with no more parameters than the one as written has the advantage as well.

    Else that of the pairs with this arm, where they are shown to be alike; undecided where they are not.
    """
    from cnnlint.confirm.trials.parameters import equal_parameters

    extra = equal_parameters(lab, arms.twin, arms.written, arms.repaired)
    if extra is None:
        return result
    name, place = result.statistic, -1
    if result.verdict is not Verdict.CONFIRMED:
        place = (*first.marks, first.steps).index(result.horizons[0].steps)
    pairs = range(len(result.pairs))
    runs = [(lab.run(arms.written, first, spec, pair), lab.run(extra, second, spec, pair)) for pair in pairs]
    equal = mean([figures for _, figures in figures_at(runs, place)])[name]
    also = {**result.also, f"{name}, repaired with equal parameters": (equal,)}
    against = shown(runs, name, trial, place)
    if against.large and against.agreeing >= against.count - 1:
        return replace(result, also=also)
    # what more parameters buy is not what the repair buys
    with suppress(OutOfTime):
        equal_pairs = pairs_with(extra)
        if equal_pairs.verdict is Verdict.NO_DIFFERENCE:
            reached = result.horizons[1 if place == -1 else 0].repaired
            told = f"repaired with as many parameters as it has as written: with more of them it reaches {reached:.3g}"
            return replace(equal_pairs, notes=(*equal_pairs.notes, told + ("" if place == -1 else " early")))
    reason = f"with equal parameters the repaired model reaches {equal:.3g}{'' if place == -1 else ' early'}"
    return replace(result, also=also, verdict=Verdict.UNDECIDED, reason=reason)


def at_a_nearer_rate(
    lab: Lab,
    trial: Trial,
    result: TrialResult,
    first: tuple[Prepared, Schedule],
    second: tuple[Prepared, Schedule],
    spec: ProbeSpec,
) -> TrialResult:
    """The result, undecided where a rate a few times nearer to the repaired one is not shown to be worse as well.

    Which rate is too much for a network is a matter of the scale of its data, and this is not the program's. Of
    quantities the nearer one has to learn nothing at all: what reaches 0.7 on made ones of 0..1 learns prices faster.
    """
    written, schedule = first
    rate, aim = schedule.rate, second[1].rate
    if rate is None or aim is None:
        return result
    quantity = second[0].objective.reading == "quantity"
    factor = NEARER_QUANTITIES if quantity else NEARER
    nearer = max(aim, rate / factor) if rate > aim else min(aim, rate * factor)
    changed = replace(schedule, rate=nearer)
    pairs = range(max(len(result.pairs), FEWEST_PAIRS))
    runs = [(lab.run(written, changed, spec, pair), lab.run(*second, spec, pair)) for pair in pairs]
    name = result.statistic
    figures = mean([one.figures for one, _ in runs])
    reached = figures[name]
    also = {**result.also, f"{name}, as written but at a rate of {nearer:.2g}": (reached,)}
    taught = quantity and learned(figures, lab.guess(spec, second[0].objective))
    if shown(runs, name, trial, -1).worse and not taught:
        return replace(result, also=also)
    told = f"at {nearer:.2g} the same model reaches {reached:.3g}: whether {rate:g} trains is for your own data to tell"
    return replace(result, also=also, verdict=Verdict.UNDECIDED, reason=told)


def by_answers(result: TrialResult, again: Callable[[Trial], TrialResult], trial: Trial) -> TrialResult:
    """The result; that of the answers where a loss decides nothing and as many of them are shown to be right.

    A loss alone is no harm unless it is halved (see `effects.surer`), so that what is less than that is none either
    where it leaves the answers as they are. What is shown to be worse by it is not called the same.
    """
    late = result.late
    if result.verdict is not Verdict.UNDECIDED or result.statistic != "validation loss" or late.worse:
        return result
    if "accuracy" not in result.also or late.mean + late.reach >= HALF * result.means[0] or any(result.diverged):
        return result
    answers = again(replace(trial, statistic="accuracy", better="higher", also=(*trial.also, "validation loss")))
    if answers.verdict is not Verdict.NO_DIFFERENCE:
        return result
    return replace(answers, notes=(*answers.notes, "by the loss alone the pairs decide nothing"))
