"""Further pairs: of both horizons where these are cheap, of one alone where that is all that is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from msgspec.structs import replace

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.trials.effects import Figures, gained, shown
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Prepared, Run, Schedule
from cnnlint.confirm.trials.stopping import CHEAP_LOOK, EARLY_LOOKS, Effect, early_is_open, end_is_open
from cnnlint.diagnostics import Verdict
from cnnlint.rule.experiments import Trial

LEVEL = (Verdict.SLOWER, Verdict.NO_DIFFERENCE)
"""What is said of arms that end alike."""

Arms = tuple[tuple[Prepared, Schedule], tuple[Prepared, Schedule]]


def late_pairs(
    lab: Lab,
    trial: Trial,
    arms: Arms,
    spec: ProbeSpec,
    runs: Sequence[tuple[Run, Run]],
    name: str,
    start: int,
    most: int,
) -> list[tuple[Run, Run]]:
    """The pairs, with those of further ones up to each look where the end is open and all of a look's take no more
    than so many steps."""
    known = list(runs)
    with suppress(OutOfTime):
        for look in (*EARLY_LOOKS, CHEAP_LOOK):
            early, late = (shown(known, name, trial, place) for place in (start, -1))
            if not end_is_open(early, late) or 2 * (look - len(known)) * arms[0][1].steps > most:
                break
            known += _pairs(lab, arms, spec, range(len(known), look))
    return known


def not_worse_then(own: Effect, came: Verdict) -> bool | None:
    """Whether what is level in the end is shown to be no worse where the program's own training ends, None where that
    is open; of another verdict nothing is asked."""
    if came not in LEVEL:
        return True
    if own.no_worse or (own.harmless and own.mean < own.same):
        return True
    # what is behind by a hair is looked at in more pairs, as early
    return False if own.behind and own.low >= min(own.same, own.margin) else None


def early_pairs(
    lab: Lab,
    trial: Trial,
    arms: Arms,
    spec: ProbeSpec,
    steps: int,
    figures: Figures,
    name: str,
    late: Effect,
    before: float | None,
    most: int = 0,
) -> Figures:
    """The statistics of the pairs after so many steps, with those of further ones where the early horizon is open."""
    return _at_one_mark(
        lab,
        arms,
        spec,
        steps,
        figures,
        most,
        lambda known: early_is_open(gained(known, name, trial), late, before),
    )


def own_pairs(
    lab: Lab,
    trial: Trial,
    arms: Arms,
    spec: ProbeSpec,
    steps: int,
    figures: Figures,
    name: str,
    came: Verdict,
    most: int | None = 0,
) -> bool:
    """Whether what is level in the end is no worse after so many steps, where the program's own training ends; with
    `most` None there are no further pairs."""
    known = figures
    if most is not None:
        known = _at_one_mark(
            lab,
            arms,
            spec,
            steps,
            figures,
            most,
            lambda known: not_worse_then(gained(known, name, trial), came) is None,
        )
    return bool(not_worse_then(gained(known, name, trial), came))


def _at_one_mark(
    lab: Lab,
    arms: Arms,
    spec: ProbeSpec,
    steps: int,
    figures: Figures,
    most: int,
    is_open: Callable[[Figures], bool],
) -> Figures:
    """The statistics of the pairs after so many steps, with those of further ones up to each look, the last of which is
    made where its pairs take no more than `most` steps.

    As many as there is time for: what a look lacks is left as open as it was.
    """
    first, second = ((prepared, replace(schedule, steps=steps, marks=())) for prepared, schedule in arms)
    short = (first, second)
    known = figures
    try:
        for look in (*EARLY_LOOKS, CHEAP_LOOK):
            if look == CHEAP_LOOK and 2 * (look - len(known)) * steps > most:
                break
            if not is_open(known):
                break
            more = _pairs(lab, short, spec, range(len(known), look), ", early")
            known = [*known, *((one.figures, other.figures) for one, other in more)]
    except OutOfTime:
        lab.cut = True
    return known


def _pairs(lab: Lab, arms: Arms, spec: ProbeSpec, places: range, where: str = "") -> list[tuple[Run, Run]]:
    """All the pairs of these numbers, or none where there is no time for them (OutOfTime)."""
    lab.afford(arms, len(places), spec)
    more = []
    for index in places:
        lab.progress(f"pair {index + 1} of {places.stop}{where}", 0.99, None)
        more.append((lab.run(*arms[0], spec, index), lab.run(*arms[1], spec, index)))
    return more
