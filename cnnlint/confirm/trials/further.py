"""Further pairs: of both horizons where these are cheap, of the early one alone where the end is settled."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.trials.effects import Figures, gained, shown
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Prepared, Run, Schedule
from cnnlint.confirm.trials.stopping import CHEAP_LOOK, EARLY_LOOKS, Effect, early_is_open, end_is_open, verdict
from cnnlint.diagnostics import Verdict
from cnnlint.rule.experiments import Trial

LEVEL = (Verdict.SLOWER, Verdict.NO_DIFFERENCE)
"""What is said of arms that end alike."""


def late_pairs(
    lab: Lab,
    trial: Trial,
    arms: tuple[tuple[Prepared, Schedule], tuple[Prepared, Schedule]],
    spec: ProbeSpec,
    runs: Sequence[tuple[Run, Run]],
    name: str,
    start: int,
    most: int,
    own: int | None = None,
) -> list[tuple[Run, Run]]:
    """The pairs, with those of further ones up to each look where the end is open and all of a look's take no more
    than so many steps. `own` is the mark where the program's own training ends, if that is to be told of as well."""
    known = list(runs)
    with suppress(OutOfTime):
        for look in EARLY_LOOKS:
            early, late = (shown(known, name, trial, place) for place in (start, -1))
            settled = own is None or not_worse_then(shown(known, name, trial, own), verdict(early, late)) is not None
            if (not end_is_open(early, late) and settled) or 2 * (look - len(known)) * arms[0][1].steps > most:
                break
            lab.afford(arms, look - len(known), spec)
            more = []
            for index in range(len(known), look):
                lab.progress(f"pair {index + 1} of {look}", 0.99, None)
                more.append((lab.run(*arms[0], spec, index), lab.run(*arms[1], spec, index)))
            known += more
    return known


def not_worse_then(own: Effect, came: Verdict) -> bool | None:
    """Whether what is level in the end is shown to be no worse where the program's own training ends, None where that
    is open; of another verdict nothing is asked."""
    if came not in LEVEL:
        return True
    return True if own.no_worse else False if own.behind else None


def early_pairs(
    lab: Lab,
    trial: Trial,
    arms: tuple[tuple[Prepared, Schedule], tuple[Prepared, Schedule]],
    spec: ProbeSpec,
    steps: int,
    figures: Figures,
    name: str,
    late: Effect,
    before: float | None,
    most: int = 0,
) -> Figures:
    """The statistics of the pairs after so many steps, with those of further ones up to each look, the last of which is
    made where its pairs take no more than `most` steps.

    As many as there is time for: what a look lacks is left as open as it was.
    """
    short = [(prepared, replace(schedule, steps=steps, marks=())) for prepared, schedule in arms]
    known = figures
    try:
        for look in (*EARLY_LOOKS, CHEAP_LOOK):
            if look == CHEAP_LOOK and 2 * (look - len(known)) * steps > most:
                break
            if not early_is_open(gained(known, name, trial), late, before):
                break
            lab.afford(short, look - len(known), spec)
            more = []
            for index in range(len(known), look):
                lab.progress(f"pair {index + 1} of {look}, early", 0.99, None)
                pair = [lab.run(*arm, spec, index).figures for arm in short]
                more.append((pair[0], pair[1]))
            known = [*known, *more]
    except OutOfTime:
        lab.cut = True
    return known
