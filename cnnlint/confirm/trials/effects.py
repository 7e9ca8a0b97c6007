"""What a number of paired runs show of one statistic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.models.built import NotBuildable
from cnnlint.confirm.trials.figures import EXPLAINED
from cnnlint.confirm.trials.horizons import Horizons, learned, level
from cnnlint.confirm.trials.lab import Run
from cnnlint.confirm.trials.stopping import LEAST, Effect, closing, effect
from cnnlint.rule.experiments import Trial

CEILING = 0.02
"""Where both arms make fewer mistakes than this, there is nothing left to tell them apart by."""
HALF = 0.5
"""The share of a loss that a repair has to save where as many answers are right without it. How sure a model is of them
turns on how much data there is: dropout before batch normalisation leaves a loss 48 % higher on 600 digits, 6 % on
2,000 of MNIST, and accuracy half a point off on both."""


Figures = Sequence[tuple[Mapping[str, float], Mapping[str, float]]]
"""The statistics of pairs: as written, and repaired."""


def applicable(statistic: str, figures: Mapping[str, float]) -> str:
    """The statistic for a model's outputs: quantities have no accuracy, but a variance that is explained."""
    if statistic in figures:
        return statistic
    if statistic in ("accuracy", "validation accuracy") and EXPLAINED in figures:
        return EXPLAINED
    raise NotBuildable(f"{statistic} does not apply to this model's outputs")


def figures_at(runs: Sequence[tuple[Run, Run]], place: int) -> list[tuple[Mapping[str, float], Mapping[str, float]]]:
    """The statistics of every pair at one of its marks, the end being the last."""
    return [((*a.marked, a.figures)[place], (*b.marked, b.figures)[place]) for a, b in runs]


def shown(runs: Sequence[tuple[Run, Run]], name: str, trial: Trial, place: int) -> Effect:
    """What the pairs come to at one of their marks."""
    place = max(place, -1 - len(runs[0][0].marked))
    return gained(figures_at(runs, place), name, trial)


def gained(figures: Figures, name: str, trial: Trial) -> Effect:
    """What the statistics of pairs come to.

    A variance of which less than nothing is explained counts as one of which nothing is: an arm that answers with the
    mean at last has learned no more than one that answered with what it began with.
    """
    higher = trial.better == "higher"
    least = 0.0 if name == EXPLAINED else -math.inf
    values = [(max(least, a[name]), max(least, b[name])) for a, b in figures]
    gains = [(b - a) * (1 if higher else -1) for a, b in values]
    written = sum(a for a, _ in values) / len(values)
    return effect(gains, max(0.0, 1 - written) if higher else abs(written), trial.margin, points=higher)


def surer(runs: Sequence[tuple[Run, Run]], name: str, place: int) -> bool:
    """Whether the repaired model is but surer of its answers: its loss is lower, and yet above half of the other's,
    where no more answers are right by what counts."""
    pairs = figures_at(runs, place)
    if name != "validation loss" or "accuracy" not in pairs[0][0]:
        return False
    written, repaired = (mean(arm) for arm in zip(*pairs, strict=True))
    answered = effect([b["accuracy"] - a["accuracy"] for a, b in pairs], 1 - written["accuracy"], LEAST)
    return answered.mean < answered.same and repaired[name] > HALF * written[name]


def mean(arm: Sequence[Mapping[str, float]]) -> Mapping[str, float]:
    """The mean of every statistic of an arm."""
    return {name: sum(one[name] for one in arm) / len(arm) for name in arm[0]}


def ceiling(figures: Figures, name: str, spec: ProbeSpec) -> bool:
    """Whether both arms make no more mistakes than the noise in the data asks for, by a statistic that has a best."""
    if name == EXPLAINED:
        # quantities of a probe set are spread over 0..1
        best = 1 - spec.noise**2 / (1 / 12 + spec.noise**2)
    elif name in ("accuracy", "validation accuracy"):
        best = 1 - spec.noise * (1 - 1 / spec.classes)
    else:
        return False
    return all(best - mean(arm)[name] < CEILING for arm in zip(*figures, strict=True))


def started(runs: Sequence[tuple[Run, Run]], guess: float) -> int:
    """The mark at which arms are compared early: where the repaired one has learned nothing yet by the first, as it had
    in the run that horizons are found on, half way to the end."""
    marked = [run.marked for _, run in runs]
    if len(marked[0]) < 2:
        return 0
    before, after = (learned(mean([figures[place] for figures in marked]), guess) for place in (0, 1))
    return int(after and not before)


def levelled(runs: Sequence[tuple[Run, Run]]) -> bool:
    """Whether the repaired arm had levelled off half way to the end by the mean of its runs, each of which is noise of
    half a point: of five seeds, two had found digits level by the one run that horizons are found on, and three not."""
    half, end = (mean([b for _, b in figures_at(runs, place)]) for place in (-2, -1))
    return level(half, end)


def trained_alike(runs: Sequence[tuple[Run, Run]], name: str) -> bool:
    """Whether both arms were trained to the same statistic by the same losses, to the last bit, and not by one number.

    Keras takes the logits from behind a sigmoid that a cross-entropy over classes reads, and trains as with a softmax:
    how far that went is no matter then.
    """
    return all(
        a.curve == b.curve
        and len(set(a.curve)) > 1
        and all(
            one.get(word) == other.get(word)
            for one, other in zip((*a.marked, a.figures), (*b.marked, b.figures), strict=True)
            for word in ("training loss", name)
        )
        for a, b in runs
    )


def undecided(early: Effect, late: Effect, found: Horizons | None, before: float | None = None) -> str:
    """Why nothing is decided, where the pairs are the reason; `before` is the mean gain half way to the end."""
    if late.reverse:
        return "the repaired model did worse"
    if early.reverse and not late.worse:
        return "the repaired model did worse at first"
    if late.worse and (early.goes_with_the_end or (before is not None and closing(late, before))):
        throughout = "throughout" if early.goes_with_the_end else "in the end"
        return f"it is worse {throughout}, but the gap closes, and where it would end is not seen"
    if late.worse and early.ahead and early.mean < early.margin / 2:
        return "it is worse in the end, but early by less than half of what counts"
    if late.worse:
        return "it is worse in the end, but early the pairs do not show it"
    if late.all_worse and early.large:
        return f"it is worse in all {late.count} pairs; the time was too short for as many as show it"
    if early.worse:
        return "it is worse early; whether it is in the end the pairs do not tell"
    if late.level:
        return "both are level in the end; whether it is worse early the pairs do not tell"
    if found is not None and not found.levelled:
        return f"in {found.late} steps the repaired model had not levelled off"
    limits = f"neither that the difference is {late.margin:.2g} or more nor that it is less than {late.apart:.2g}"
    return f"the pairs show {limits}"
