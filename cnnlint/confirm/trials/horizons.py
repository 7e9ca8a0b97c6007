"""After how many steps arms are compared: early, and where the repaired one has levelled off.

Both are found on a run of the repaired arm of its own, whose seed is not used again, from the steps alone and never
from the clock, so that the same seed gives the same verdict on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.data.specs import ProbeSpec
from cnnlint.confirm.models.shrink import step_cost
from cnnlint.confirm.trials.figures import EXPLAINED
from cnnlint.confirm.trials.lab import Lab, Prepared, Schedule
from cnnlint.confirm.trials.stopping import FIRST_PAIRS, Effect
from cnnlint.diagnostics import Verdict
from cnnlint.graph import Model

LEARNED = 0.3
"""An arm has learned once it has come this share of the way from guessing to no mistake at all."""
PILOT = "pilot"
"""The seed's word for the run that horizons are found on."""
MOST_STEPS = 1600
QUICK = 5e-3
"""The rate within a budget: a GRU on made signals has 0.49 of the answers right after 400 steps at 0.001, 0.93 at 0.003
and 0.92 at 0.01."""
PATIENT_STEPS = 12_800
"""Where the repaired arm has learned nothing by then, and its steps are cheap (0.06 ms of a small table's): programs
train that long (150 epochs of 768 rows in tens are 11,550)."""
MOST_OPERATIONS = 4e10
"""Multiplications of one training run: some seconds on one core."""
CHEAP = 2e10
"""Multiplications of a run that are spent on more steps than horizons ask for."""
SPARE_STEPS = 120_000
"""And no more of these: a step of the smallest table takes 0.06 ms, whatever it multiplies."""
LONGER = 4
"""How many times its own training a program is trained to see what a longer one would come to: after ten times, 506
houses are known by heart."""
RUNS = 2 * FIRST_PAIRS + 1
"""Training runs that a finding's time is laid out for: both arms of the first pairs, and the one on which the horizons
are found."""
TRACED = 2.0
"""Seconds of it that go to building and tracing two arms."""
PACE = 1.3e-10
"""Seconds of a multiplication: convolutions take 1.3e-10, dense layers half of it."""
STILL = 0.01
"""An accuracy that rises by less than this (or a tenth of the mistakes that are left) in as many steps again is level:
a point is what one run on a thousand samples cannot tell from noise."""
LEFT = 0.05
"""Where the steps are used up, an arm with no more than this left to learn is as good as level; not where the finding
is about the rate, which decides how long learning takes."""


class Horizons(Struct, frozen=True):
    """The steps of both comparisons; `late` is as far as the work allows where the arm had not `levelled` off.

    `most` is how far the second one may be put off, where an arm that is worse is still catching up then.
    """

    early: int
    late: int
    levelled: bool
    most: int
    #: what the arm had reached there: accuracy or explained variance
    reached: float = 0.0
    notes: tuple[str, ...] = ()
    #: whether the finding is about something else than a low rate, which decides how long learning takes
    steered: bool = True
    #: whether the time that is planned for the finding allows fewer steps than the work does
    short: bool = False
    #: whether the second one is no nearer than the end of the program's own training
    spans: bool = False
    #: the steps in which the repaired arm had learned nothing, where it never does
    tried: int = 0
    #: whether it is on the program's own data as well: what would come after it is no matter
    own_end: bool = False
    #: whether it is about a rate that is too high, which is ahead at first: what it costs shows later
    hasty: bool = False
    #: the steps that further pairs may take in all
    spare: int = 0
    #: where the program's own training ends, if the second one lies far behind it
    own: int | None = None

    def ends_early(self, came: Verdict, late: Effect, before: float | None) -> bool:
        """Whether the steps were used up too early for a verdict; `before` is the mean gain half way to the end.

        What is confirmed by a gap that still widens, or is twice what counts and does not close (see
        `stopping.closing`), is not, unless the rate is in question. Nor is what is slower, ends close by,
        and has not fallen further behind since half way to the end.
        """
        if self.levelled or came is Verdict.UNDECIDED:
            return False
        if came is Verdict.NO_DIFFERENCE and self.spans:
            # alike for as long as the program trains
            return False
        if came is Verdict.SLOWER and before is not None and late.mean <= max(0.0, before):
            return False
        wide = before is not None and (late.mean >= before or late.mean >= 2 * late.margin)
        return not (came is Verdict.CONFIRMED and wide and self.steered)


def find(
    lab: Lab, model: Model, repaired: Prepared, schedule: Schedule, spec: ProbeSpec, *, steered: bool
) -> tuple[Horizons, float | None]:
    """The horizons for arms that are repaired as `repaired` is, and the learning rate at which they are found.

    `schedule.steps` is the rule's own early horizon. Where the repaired arm learns nothing at a low rate of the
    program's, both arms are trained at 0.001 (plain descent at 0.1), unless the finding is about the rate (then it is
    not `steered`). Within a budget at five times that, also where it does not level off in the steps that fit.
    """
    each = step_cost(model, repaired.built.plan, schedule.batch)
    most = _most(schedule, each, affordable(lab.planned))
    short = most < _most(schedule, each, MOST_OPERATIONS)
    brief = min(most, 2 * schedule.steps)
    spare = min(int(CHEAP / max(each, 1)), SPARE_STEPS) if lab.planned is None else 0
    found = _climb(lab, repaired, schedule, spec, most, steered=steered)
    if found is not None and (found.levelled or lab.planned is None):
        return replace(found, short=short, spare=spare), schedule.rate
    usual = 0.1 if schedule.optimizer == "sgd" else 1e-3 if lab.planned is None else QUICK
    raised = steered and schedule.rate is not None and schedule.rate < usual
    rate = usual if raised else schedule.rate
    further = most if most < MOST_STEPS else _most(schedule, each, affordable(lab.planned), PATIENT_STEPS)
    second: Horizons | None = None
    tried = most
    if raised or (found is None and further > most):
        second = _climb(lab, repaired, replace(schedule, rate=rate), spec, further, steered=steered)
        tried = further
    if second is None or (found is not None and not second.levelled):
        untaught = Horizons(schedule.steps, brief, False, most, steered=steered, short=short, tried=tried)
        found = replace(found, short=short) if found is not None else untaught
        return found, schedule.rate
    what = "teach nothing" if found is None else "do not suffice"
    told = (f"both arms at a learning rate of {usual:g}: at {schedule.rate:g}, {most} steps {what}",)
    return replace(second, notes=told if raised else (), short=short, spare=spare), rate


def at_length(
    lab: Lab, found: Horizons, model: Model, repaired: Prepared, schedule: Schedule, made: int | None
) -> Horizons:
    """Horizons for a fault that shows late: a network learns the plane first, levels off, and then learns curves.

    As many steps as are cheap, up to a few times those that the program `made`, and no fewer than there were.
    """
    each = step_cost(model, repaired.built.plan, schedule.batch)
    most = _most(schedule, each, min(affordable(lab.planned), CHEAP), PATIENT_STEPS)
    late = max(found.late, min(most, LONGER * made) if made else most)
    return replace(found, late=late, most=max(found.most, late), own=min(made or late, late // 2))


def to_the_end(lab: Lab, found: Horizons, model: Model, repaired: Prepared, schedule: Schedule, made: int) -> Horizons:
    """Horizons for arms that had not levelled off, the later one where the program's own training ends if that is not
    much further."""
    if found.levelled or not found.late == found.most < made <= 2 * found.late:
        return found
    work = made * step_cost(model, repaired.built.plan, schedule.batch)
    if work <= affordable(lab.planned):
        return replace(found, late=made, most=made)
    return replace(found, short=found.short or work <= MOST_OPERATIONS)


def affordable(planned: float | None) -> float:
    """The multiplications of one run for a finding that is to take so many seconds."""
    return MOST_OPERATIONS if planned is None else min(MOST_OPERATIONS, max(0.0, planned - TRACED) / RUNS / PACE)


def _most(schedule: Schedule, each: float, work: float, limit: int | None = None) -> int:
    """The steps that a run may take: the rule's own, doubled as long as the work allows; `each` is that of a step."""
    steps = 2 * schedule.steps
    while 2 * steps <= (limit or MOST_STEPS) and 2 * steps * each <= work:
        steps *= 2
    return steps


def _climb(
    lab: Lab, repaired: Prepared, schedule: Schedule, spec: ProbeSpec, most: int, *, steered: bool
) -> Horizons | None:
    """Train from mark to mark until the arm is level; None where it never learns."""
    marks = [schedule.steps]
    while marks[-1] < most:
        marks.append(min(most, 2 * marks[-1]))
    guess = lab.guess(spec, repaired.objective)
    early: int | None = None
    reached = 0.0
    before: Mapping[str, float] = {}
    lab.progress("pilot, repaired", 0.0, None)
    for place, steps in enumerate(marks):
        if place:
            # the second horizon is never nearer than this
            lab.afford(((repaired, replace(schedule, steps=2 * marks[0])),) * 2, FIRST_PAIRS, spec)
        figures = lab.run(repaired, replace(schedule, steps=steps, marks=tuple(marks[:place])), spec, PILOT).figures
        reached = figures.get("accuracy", figures.get(EXPLAINED, 0.0))
        if early is not None and level(before, figures):
            # as many steps again brought nothing more: it had levelled off at the mark before
            return Horizons(early, max(2 * early, marks[place - 1]), True, most, reached, steered=steered)
        if early is None and learned(figures, guess):
            early = steps
        before = figures
    if early is None:
        return None
    levelled = 1 - reached <= (LEFT if steered else 0.0)
    return Horizons(min(early, most // 2), most, levelled, most, reached, steered=steered)


def level(before: Mapping[str, float], after: Mapping[str, float]) -> bool:
    """Whether statistics have stopped rising between one mark and the next."""
    name = "accuracy" if "accuracy" in after else EXPLAINED
    return after[name] - before[name] <= max(STILL, 0.1 * (1 - after[name]))


def learned(figures: Mapping[str, float], guess: float) -> bool:
    """Whether an arm did clearly better than guessing (see `Lab.guess`)."""
    if "accuracy" in figures:
        return figures["accuracy"] >= guess + LEARNED * (1 - guess)
    # guessing the mean of quantities explains nothing of their variance
    return figures[EXPLAINED] >= LEARNED
