"""How the arms of a trial are trained: steps, batches, optimizer and rate."""

from __future__ import annotations

from msgspec.structs import replace

from cnnlint.confirm.trials.arms import Arms
from cnnlint.confirm.trials.horizons import Horizons
from cnnlint.confirm.trials.lab import Schedule
from cnnlint.graph import Model
from cnnlint.rule.experiments import Trial

SMALLEST_BATCH, LARGEST_BATCH = 8, 32
LARGEST_OWN_BATCH = 256
"""Where a finding is about rates, batches or batch normalisation, the program's own batch is used, up to this."""


def laid_out(arms: Arms, trial: Trial, *, brief: bool = False) -> tuple[Schedule, list[str]]:
    """Steps and batch for both arms: the program's own batch where it matters, else a small one.

    Where the time is `brief`, that is where the rate is in question: four times the samples are four times as slow.
    """
    notes: list[str] = []
    model, twin = arms.model, arms.twin
    asked = next((feed.batch_size for feed in model.training.fits() if feed.batch_size), None)
    matters = about_rate(model, twin)
    matters = matters or (not brief and any(node.kind == "BatchNormalization" for node in twin.nodes))
    batch = min(max(asked or LARGEST_BATCH, SMALLEST_BATCH), LARGEST_OWN_BATCH if matters else LARGEST_BATCH)
    if asked is not None and asked != batch:
        notes.append(f"batches of {batch} samples instead of {asked}")
    optimizer = model.training.optimizer
    if optimizer is None or optimizer.name is None:
        notes.append("the optimizer is not known: adam at 0.001 was assumed")
    return Schedule(trial.steps, batch, None, None), notes


def schedule_of(model: Model, schedule: Schedule) -> Schedule:
    """The same steps and batches with a model's own optimizer."""
    optimizer = model.training.optimizer
    if optimizer is None:
        return schedule
    return replace(schedule, optimizer=optimizer.name, rate=optimizer.learning_rate)


def timed(schedule: Schedule, found: Horizons, rate: float | None) -> Schedule:
    """The schedule up to the last horizon, measured at the first, half way to the last and where the program's own
    training ends as well."""
    own = {found.own} if found.own is not None else set()
    marks = tuple(sorted({found.early, max(found.early, found.late // 2), *own} - {found.late}))
    return replace(schedule, steps=found.late, marks=marks, rate=rate if rate is not None else schedule.rate)


def about_rate(model: Model, twin: Model) -> bool:
    mine, other = model.training.optimizer, twin.training.optimizer
    return mine is not None and other is not None and mine.learning_rate != other.learning_rate


def hasty(model: Model, twin: Model) -> bool:
    """Whether a rate is put in question as too high: more steps would be more for the repaired model than for it."""
    mine, other = model.training.optimizer, twin.training.optimizer
    rates = [one.learning_rate if one is not None else None for one in (mine, other)]
    return rates[0] is not None and rates[1] is not None and rates[0] > rates[1]
