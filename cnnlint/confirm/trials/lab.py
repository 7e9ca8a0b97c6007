"""A laboratory: arms that were built, runs that were made and probe sets, shared between findings."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from cnnlint.confirm.data import real
from cnnlint.confirm.data.files import FEWEST, OwnData
from cnnlint.confirm.data.named_tables import named
from cnnlint.confirm.data.objective import UNKNOWN_RANGE, Fed, Objective, fed, objective
from cnnlint.confirm.data.pictured import samples
from cnnlint.confirm.data.probes import make
from cnnlint.confirm.data.specs import Own, ProbeSet, ProbeSpec
from cnnlint.confirm.models.build import build
from cnnlint.confirm.models.built import Built
from cnnlint.confirm.models.shrink import Plan
from cnnlint.confirm.models.trained import Trained
from cnnlint.confirm.seeding import number, stream
from cnnlint.confirm.trials.courses import Course, States
from cnnlint.confirm.trials.figures import chance, judge
from cnnlint.confirm.trials.own_data import Fit, Unfit, check_range, counts, fit, split
from cnnlint.confirm.trials.training import Arm
from cnnlint.diagnostics import Samples
from cnnlint.graph import Model

MOST_SETS = 8
MOST_ARMS = 8
MOST_POINTS = 25
"""Points of a training curve: enough to see it, few enough to keep with the evidence."""

SURELY = 2.0
"""A trial is given up where it needs so many times the time that is left: the speed of a step varies by less."""

Progress = Callable[[str, float, float | None], None]
"""Told what is being done, how much of the finding is done, 0..1, and the seconds left where these can be told."""


class OutOfTime(Exception):
    """The clock cut a finding off, or would; what was measured so far decides nothing. The text says how it came."""

    def __init__(self, reason: str = "the time for it ran out") -> None:
        super().__init__(reason)


class Schedule(Struct, frozen=True):
    """How an arm is trained: optimizer steps, samples a batch, optimizer and learning rate (None: its default).

    `marks` are the steps after which it is measured besides, in ascending order, all below `steps`.
    """

    steps: int
    batch: int
    optimizer: str | None
    rate: float | None
    marks: tuple[int, ...] = ()


class Prepared(Struct, frozen=True):
    """A model built for training, with what it is trained for and fed; `notes` says what was assumed and shrunk."""

    built: Built
    objective: Objective
    fed: Fed
    notes: tuple[str, ...]


class Run(Struct, frozen=True):
    """What one training run came to: the statistics by name, and whether its loss left the finite numbers.

    `curve` is the training loss in `stretches(steps)`, None where it was not finite; `marked` are the statistics at the
    schedule's marks.
    """

    figures: dict[str, float]
    diverged: bool
    curve: tuple[float | None, ...] = ()
    marked: tuple[dict[str, float], ...] = ()


class _Job(Struct, frozen=True):
    """What an arm is fed in one run: features and encoded labels to train on, features and plain targets to judge."""

    train: list[Any]
    labels: Any
    judged: list[Any]
    targets: Any
    range: tuple[float, float]


class Lab:
    """Builds, trains and measures. Everything depends on `seed`, and on the user's own `data` and the `trained` weights
    to start from, if there are any.

    `deadline` (time.monotonic) only cuts off. `used` is what data was last used.
    """

    def __init__(
        self,
        seed: int = 0,
        deadline: float | None = None,
        progress: Progress | None = None,
        data: OwnData | None = None,
        trained: Trained | None = None,
    ) -> None:
        self.seed = seed
        self.deadline = deadline
        #: seconds that trials are laid out for, whatever the clock says; None is as much as they ask for
        self.planned: float | None = None
        #: whether trials end with the first look at their pairs, to be gone on with later: no run is made twice
        self.brief = False
        self.progress = progress or (lambda what, share, left: None)
        self.data = data
        self.trained = trained
        self.used: ProbeSpec | None = None
        #: whether the clock cut the last finding off, or its plan was too short for a verdict
        self.cut = False
        #: whether it was the steps of its plan that were too few
        self.longer = False
        self._fits: dict[Own, Fit] = {}
        #: the tables that programs named, by their digests
        self._named: dict[str, OwnData] = {}
        #: seconds a step of the last stretch of an arm
        self._pace: dict[Any, float] = {}
        self._arms: OrderedDict[Any, Arm] = OrderedDict()
        self._sets: OrderedDict[Any, ProbeSet] = OrderedDict()
        self._courses: dict[Any, Course] = {}
        self._states = States()

    def forget(self) -> None:
        """Drop models and data, which are large; the figures of runs are kept, for equal models in other files."""
        self._arms.clear()
        self._states.clear()
        self._sets.clear()
        self._fits.clear()

    @property
    def sample(self) -> tuple[int, ...] | None:
        """The shape of a sample of the user's own data."""
        return self.data.x.shape[1:] if self.data is not None else None

    @property
    def source(self) -> str | None:
        """What data was last used, for people."""
        return self.title(self.used) if self.used is not None else None

    @property
    def samples(self) -> Samples | None:
        """What that data looks like."""
        return samples(self.used, self.probe(self.used, 0)) if self.used is not None else None

    def check(self) -> None:
        """Raise OutOfTime once the deadline has passed."""
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTime

    def afford(self, arms: Sequence[tuple[Prepared, Schedule]], pairs: int, spec: ProbeSpec) -> None:
        """Raise OutOfTime where so many pairs are sure to take longer than there is time, by the speed of what was run.

        What is sure not to end would be cut off anyway: the time is better spent on the findings that wait.
        """
        times = self.paired(arms)
        if not times or self.deadline is None:
            return
        needed = sum(
            seconds * max(0.0, 1 - self._made(*arm, spec, pair) / arm[1].steps)
            for seconds, arm in zip(times, arms, strict=True)
            for pair in range(pairs)
        )
        left = max(0.0, self.deadline - time.monotonic())
        if needed > SURELY * left:
            told = f"{pairs} pairs of {arms[0][1].steps} steps would take some {needed:.0f} s"
            raise OutOfTime(f"{told}, and there are {left:.0f} s left for it")

    def _made(self, prepared: Prepared, schedule: Schedule, spec: ProbeSpec, pair: int) -> int:
        """The steps of a run that were made already."""
        key = self._course(prepared, schedule, spec, pair)
        return self._courses[key].steps if key in self._courses else 0

    def prepare(self, model: Model, plan: Plan, keys: dict[int, str] | None = None) -> Prepared:
        """Build a model and work out its objective. Raises NotBuildable."""
        self.check()
        built = build(model, plan, keys=keys, sample=self.sample, trained=self.trained)
        notes = list(built.notes)
        aim = objective(model, built.output, built.output_shape, notes, own=self.data is not None)
        ranges = fed(model, own=self.data is not None)
        return Prepared(built, aim, ranges, tuple(dict.fromkeys((*notes, *ranges.notes))))

    def _key(self, prepared: Prepared, schedule: Schedule) -> tuple[Any, ...]:
        return prepared.built.signature, prepared.objective, schedule.optimizer, schedule.rate

    def _course(
        self,
        prepared: Prepared,
        schedule: Schedule,
        spec: ProbeSpec,
        pair: str | int,
        length: int | None = None,
        placebo: str = "",
    ) -> tuple[Any, ...]:
        """What tells a run from others; how many steps it has is no part of it, unless `length` says so."""
        return (*self._key(prepared, schedule), schedule.batch, spec, pair, prepared.fed, length, placebo)

    def arm(self, prepared: Prepared, schedule: Schedule) -> Arm:
        """The arm that trains a prepared model; an equal one is reused."""
        key = self._key(prepared, schedule)
        if key in self._arms:
            self._arms.move_to_end(key)
            return self._arms[key]
        arm = Arm(prepared.built, prepared.objective, schedule.optimizer, schedule.rate)
        self._arms[key] = arm
        while len(self._arms) > MOST_ARMS:
            self._arms.popitem(last=False)
        return arm

    def own(self, spec: ProbeSpec, written: Prepared, repaired: Prepared) -> ProbeSpec:
        """The specification with the user's own data in the place of a probe set, where there is any.

        Raises:
            Unfit: the data does not fit the model.
        """
        data = self.data
        if data is None:
            return spec
        ranges = written.fed.train
        scaled = (written.fed.train, written.fed.validation) != (repaired.fed.train, repaired.fed.validation)
        if scaled and not data.pictures:
            check_range(data, ranges)
        return self._stands_in(data, spec, written, repaired)

    def named(self, model: Model, spec: ProbeSpec, written: Prepared, repaired: Prepared) -> ProbeSpec:
        """The specification with the table that the program names, where it lies on this machine and fits.

        Where arms are fed different ranges, it says nothing of what they make of its columns.
        """
        ranges = {written.fed.train, written.fed.validation, repaired.fed.train, repaired.fed.validation}
        data = named(model) if self.data is None and len(ranges) == 1 and not spec.real else None
        if data is None or len(data.y) < FEWEST:
            return spec
        (given,) = ranges
        width = given.high - given.low
        inside = given.low - 0.05 * width <= data.low and data.high <= given.high + 0.05 * width
        if not (inside or given.standard or UNKNOWN_RANGE in written.fed.notes):
            # a repair has scaled it since
            return spec
        self._named[data.digest] = data
        with suppress(Unfit):
            return self._stands_in(data, spec, written, repaired)
        return spec

    def _stands_in(self, data: OwnData, spec: ProbeSpec, written: Prepared, repaired: Prepared) -> ProbeSpec:
        built, ranges = written.built, written.fed.train
        vocabulary = spec.inputs[0].vocabulary if spec.inputs[0].kind == "tokens" else 0
        aims = list(dict.fromkeys((written.objective, repaired.objective)))
        found = fit(data, built.asked, vocabulary, aims)
        bounds = (0.0, 1.0) if ranges.standard else (ranges.low, ranges.high)
        if data.pictures:
            # pixels as they lie in their files: the program's own range is made of them
            bounds = (data.low, data.high)
        own = Own(data.digest, found.shape, *bounds, found.targets, found.guess)
        self._fits[own] = found
        train, validation = counts(len(found.y), math.prod(spec.inputs[0].shape))
        return replace(spec, own=own, noise=0.0, train=train, validation=validation)

    def title(self, spec: ProbeSpec) -> str:
        """What data a specification is about, for people."""
        if spec.own is None:
            return real.title(spec) if spec.real else spec.title
        used = f"{spec.train:,} training and {spec.validation:,} validation samples"
        if self.data is None:
            data = self._named[spec.own.digest]
            return f"{data.name}, which the program names: {used} of {data.total:,}"
        kind = " pictures" if self.data.pictures else ""
        return f"your data: {self.data.name}, {used} of {self.data.total:,}{kind}"

    def guess(self, spec: ProbeSpec, aim: Objective) -> float:
        """What guessing reaches: an accuracy, or the variance of quantities in 0..1."""
        if spec.own is not None:
            return spec.own.guess
        return 1 / 12 if aim.reading == "quantity" else chance(aim)

    def probe(self, spec: ProbeSpec, pair: str | int) -> ProbeSet:
        """The probe set of a pair, or the user's own data as it is split for that pair."""
        self.used = spec
        key = (spec, pair)
        if key not in self._sets:
            seed = number(self.seed, "data", pair)
            own = spec.own
            self._sets[key] = make(spec, seed) if own is None else split(self._fits[own], spec, own, seed)
            while len(self._sets) > MOST_SETS:
                self._sets.popitem(last=False)
        self._sets.move_to_end(key)
        return self._sets[key]

    def run(
        self,
        prepared: Prepared,
        schedule: Schedule,
        spec: ProbeSpec,
        pair: str | int,
        *,
        gap: bool = False,
        placebo: str = "",
    ) -> Run:
        """Train an arm on a pair's data, batches and weights, and measure it. Equal runs are made once.

        `gap` measures the gap between modes as well; `placebo` gives weights and batches of their own.
        """
        key = self._course(prepared, schedule, spec, pair, schedule.steps if gap else None, placebo)
        self.used = spec
        marks = (*schedule.marks, schedule.steps)
        course = self._courses.get(key, Course())
        if not course.covers(marks):
            course = self._courses[key] = self._further(key, course, prepared, schedule, spec, gap=gap)
        losses = np.concatenate(course.losses)[: schedule.steps]
        *marked, figures = (course.figures[mark] for mark in marks)
        return Run(figures, course.finite < schedule.steps, curve(losses), tuple(marked))

    def _further(
        self, key: Any, course: Course, prepared: Prepared, schedule: Schedule, spec: ProbeSpec, *, gap: bool
    ) -> Course:
        """A run with what was asked for: gone on with where it stopped, from its start where that is not kept."""
        self.check()
        pair, placebo = key[-4], key[-1]
        arm, job = self.arm(prepared, schedule), self._job(prepared, spec, pair)
        state = self._states.take(key)
        marks = (*schedule.marks, schedule.steps)
        if state is not None and all(mark in course.figures or mark > course.steps for mark in marks):
            arm.restore(state)
        else:
            arm.seed(number(self.seed, "weights", pair, placebo))
            course = Course()
        order = batches(len(job.labels), schedule, number(self.seed, "batches", pair, placebo))
        for stop in course.stops(marks):
            traced, begun, started = arm.traced, course.steps, time.perf_counter()
            losses = self._train(arm, job.train, job.labels, order[course.steps : stop])
            outputs = arm.outputs(job.judged)
            finite = bool(np.isfinite(losses).all() and np.isfinite(outputs).all())
            course.add(losses, judge(outputs, job.targets, prepared.objective, job.range), finite=finite)
            if traced:
                # what the first stretch takes to be traced, the others do not
                self._pace[self._key(prepared, schedule)] = (time.perf_counter() - started) / (stop - begun)
        if gap:
            count = min(len(job.labels), max(schedule.batch, 128))
            training, inference = arm.mode_losses([x[:count] for x in job.train], job.labels[:count], schedule.batch)
            difference = float(np.nan_to_num(inference - training, nan=1e6, posinf=1e6))
            course.figures[schedule.steps]["mode gap"] = difference
        self._states.keep(key, arm.state())
        return course

    def _job(self, prepared: Prepared, spec: ProbeSpec, pair: str | int) -> _Job:
        """A pair's data in the value ranges and label encoding that an arm's program feeds."""
        data = self.probe(spec, pair)
        aim, ranges = prepared.objective, prepared.fed
        mean, deviation = float(data.train_x[0].mean()), float(data.train_x[0].std())
        tokens = tuple(item.kind == "tokens" for item in spec.inputs)
        train = [x if t else ranges.train.apply(x, mean, deviation) for x, t in zip(data.train_x, tokens, strict=True)]
        judged = [
            x if t else ranges.validation.apply(x, mean, deviation)
            for x, t in zip(data.validation_x, tokens, strict=True)
        ]
        targets = (spec.own or ranges).targets
        return _Job(train, aim.encode(data.train_y, *targets), judged, data.validation_y, targets)

    def expected(self, prepared: Prepared, schedule: Schedule) -> float | None:
        """The seconds that a run will take at the speed of the arm's last one; None before there was one."""
        pace = self._pace.get(self._key(prepared, schedule))
        return pace * schedule.steps if pace is not None else None

    def paired(self, arms: Sequence[tuple[Prepared, Schedule]]) -> list[float]:
        """The seconds that a run of each arm will take, one that has not run yet as fast as another; [] before any."""
        times = [self.expected(*arm) for arm in arms]
        known = next((seconds for seconds in times if seconds is not None), None)
        return [] if known is None else [known if seconds is None else seconds for seconds in times]

    def _train(self, arm: Arm, x: list[Any], y: Any, order: Any) -> Any:
        """The steps in stretches, so that the clock can cut in between."""
        stretch = 100
        losses = []
        for start in range(0, len(order), stretch):
            self.check()
            losses.append(arm.run(x, y, order[start : start + stretch]))
        return np.concatenate(losses) if losses else np.zeros(1)


def stretches(steps: int) -> tuple[int, ...]:
    """The steps that a curve's stretches end at: at most `MOST_POINTS` of them, of equal length but for rounding."""
    count = min(steps, MOST_POINTS)
    return tuple(steps * (index + 1) // count for index in range(count))


def curve(losses: Any) -> tuple[float | None, ...]:
    """The mean loss of every stretch, to four digits; None where it is not finite."""
    ends = stretches(len(losses))
    means = [float(losses[start:end].mean()) for start, end in zip((0, *ends), ends, strict=False)]
    return tuple(float(f"{mean:.4g}") if np.isfinite(mean) else None for mean in means)


def batches(samples: int, schedule: Schedule, seed: int) -> Any:
    """Sample numbers for every step, (steps, batch): shuffled anew in every epoch."""
    random = stream(seed, "order")
    size = min(schedule.batch, samples)
    needed = schedule.steps * size
    whole = samples - samples % size
    epochs = [random.permutation(samples)[:whole] for _ in range(-(-needed // whole))]
    return np.concatenate(epochs)[:needed].reshape(schedule.steps, size).astype(np.int32)
