"""Further pairs of the early horizon alone, where the end is settled and they are all that a verdict waits for."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.trials.effects import Figures, gained
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Prepared, Schedule
from cnnlint.confirm.trials.stopping import EARLY_LOOKS, Effect, early_is_open
from cnnlint.rule.experiments import Trial


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
) -> Figures:
    """The statistics of the pairs after so many steps, with those of further ones up to each look.

    As many as there is time for: what a look lacks is left as open as it was.
    """
    short = [(prepared, replace(schedule, steps=steps, marks=())) for prepared, schedule in arms]
    known = figures
    try:
        for look in EARLY_LOOKS:
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
