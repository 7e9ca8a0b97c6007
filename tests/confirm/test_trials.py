"""Paired trials: faults that are there are confirmed, those that are not are not; what cannot be told stays open."""

from __future__ import annotations

import time
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from cnnlint.confirm.data.specs import InputSpec, Own, ProbeSpec
from cnnlint.confirm.models.shrink import FULL, Plan
from cnnlint.confirm.subjects import Setting, Subject
from cnnlint.confirm.trials import horizons
from cnnlint.confirm.trials import paired as trials
from cnnlint.confirm.trials.assess import assess
from cnnlint.confirm.trials.effects import gained, levelled, shown, started, surer, trained_alike, undecided
from cnnlint.confirm.trials.further import early_pairs, late_pairs, not_worse_then
from cnnlint.confirm.trials.held_against import against_equal, at_a_nearer_rate, by_answers
from cnnlint.confirm.trials.horizons import LONGER, QUICK, Horizons, affordable, at_length, find, to_the_end
from cnnlint.confirm.trials.lab import Lab, OutOfTime, Run, Schedule
from cnnlint.confirm.trials.paired import as_far_as_it_goes, probe_spec, run_trial
from cnnlint.confirm.trials.result import TrialResult
from cnnlint.confirm.trials.stopping import closing, effect, verdict
from cnnlint.diagnostics import Evidence, Horizon, Verdict
from cnnlint.graph import OPAQUE, Argument, ArrayFacts, Feed, Model, Node, Optimizer, Placement
from cnnlint.graph.facts import Step
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.remedies import Twin
from tests.confirm.claims import few_updates
from tests.confirm.graphs import FLATTEN, act, chain, conv, copy, dense, pool, small, training, without

SAID = "both end alike on made data, which may ask less of a network than yours does"
ACCURACY = Trial("accuracy", "higher", 0.1, steps=60, also=("validation loss", "calibration error"))


def tried(model: Model | None, twin: Twin | None, trial: Any = ACCURACY, seed: int = 0) -> Evidence:
    return assess(trial, Subject(model, None, twin), Lab(seed))


@pytest.fixture(scope="module")
def relu() -> Evidence:
    """Relu before softmax on a small network."""
    model = small(act("relu"), act("softmax"))
    return tried(model, without(model, 9))


def test_a_fault_is_confirmed_with_all_its_figures(relu: Evidence) -> None:
    assert relu.verdict is Verdict.CONFIRMED
    assert relu.pairs is not None
    assert relu.pairs >= 7
    assert relu.p_value is not None
    assert relu.p_value < 0.05
    assert relu.as_written is not None
    assert relu.difference is not None
    assert relu.difference >= 0.1
    assert relu.repaired == pytest.approx(relu.as_written + relu.difference)
    assert len(relu.series) == relu.pairs
    assert set(relu.also) == {"validation loss", "calibration error"}
    assert relu.early is not None
    assert relu.late is not None
    assert relu.early.steps < relu.late.steps == relu.steps
    assert relu.late.p_value == relu.p_value
    assert relu.seconds is not None
    assert "Keras" in (relu.backend or "")
    assert f"{relu.pairs} pairs" in relu.summary


def test_the_same_seed_repeats_it_bit_for_bit(relu: Evidence) -> None:
    model = small(act("relu"), act("softmax"))
    again = tried(model, without(model, 9))
    assert again.series == relu.series
    assert again.also == relu.also


def test_another_seed_gives_other_figures_and_the_same_verdict(relu: Evidence) -> None:
    model = small(act("relu"), act("softmax"))
    other = tried(model, without(model, 9), seed=1)
    assert other.series != relu.series
    assert other.verdict is Verdict.CONFIRMED


def test_an_exact_copy_is_not_reproduced_to_the_last_bit() -> None:
    model = small(act("softmax"))
    found = tried(model, copy(model))
    assert found.verdict is Verdict.NO_DIFFERENCE
    assert found.difference == 0
    assert found.p_value == 1
    assert "to the last bit" in found.summary
    assert found.repair == "the repaired model did no better"
    assert found.early is not None
    assert found.early.interval == (0, 0)


def test_what_is_trained_alike_makes_no_difference_however_far_that_went() -> None:
    set_up = training("categorical_crossentropy", classes=4, optimizer="sgd", rate=1e-6)
    model = chain((8,), dense(16), act("relu"), dense(4), act("sigmoid"), training=set_up)
    twin = copy(model)
    twin.model.nodes[-1].arguments["activation"] = Argument("softmax", given=True)
    found = tried(model, twin)
    assert (found.verdict, found.difference) == (Verdict.NO_DIFFERENCE, 0)
    assert "the same accuracy, to the last bit" in found.summary
    # by a loss that never moves nothing is trained
    still, moving = (Run({"accuracy": 0.5, "training loss": 1.0}, False, curve) for curve in ((1.0, 1.0), (1.1, 1.0)))
    assert not trained_alike([(still, still)], "accuracy")
    assert trained_alike([(moving, moving)], "accuracy")
    assert not trained_alike([(moving, replace(moving, curve=(1.2, 1.0)))], "accuracy")


def test_what_was_seen_goes_no_further_than_its_model_and_its_data() -> None:
    level = effect([0.0] * 7, 0.2, 0.1)
    end = Horizon(400, 0.8, 0.8, 1.0, (0.0, 0.0), 0.1)
    result = TrialResult(Verdict.SLOWER, "accuracy", ((0.8, 0.8),) * 7, level, level, (end, end), ())
    made = ProbeSpec((InputSpec((13,), "features"),), "regression", 2, 1)
    capacity = Trial("accuracy", "higher", 0.1, capacity=True)
    seen = as_far_as_it_goes(result, capacity, made, FULL)
    assert (seen.verdict, seen.reason) == (Verdict.UNDECIDED, SAID)
    assert as_far_as_it_goes(result, ACCURACY, made, FULL) is result
    assert as_far_as_it_goes(result, capacity, replace(made, pattern="digits"), FULL) is result
    # of borrowed pictures a little that is lost throughout may be much of one's own, next to nothing is not
    ahead, hair = (
        replace(result, late=effect([scale * gain for gain in (4, 3, 5, 4, 2, 3, 4)], 0.2, 0.1))
        for scale in (0.004, 0.001)
    )
    assert as_far_as_it_goes(hair, capacity, replace(made, pattern="digits"), FULL) is hair
    assert as_far_as_it_goes(ahead, capacity, replace(made, pattern="digits"), FULL).verdict is Verdict.UNDECIDED
    assert as_far_as_it_goes(ahead, ACCURACY, replace(made, pattern="digits"), FULL) is ahead
    # what a curve is worth comes after what a plane is, on one's own data, too
    own = replace(made, own=Own("1", (13,), 0.0, 1.0, (0.0, 1.0), 0.5))
    straight = replace(capacity, straight=True)
    ended = replace(ahead, verdict=Verdict.NO_DIFFERENCE)
    assert as_far_as_it_goes(ended, straight, own, FULL).verdict is Verdict.UNDECIDED
    assert as_far_as_it_goes(ended, capacity, own, FULL) is ended
    assert as_far_as_it_goes(replace(ended, late=level), straight, own, FULL).verdict is Verdict.NO_DIFFERENCE
    worse = replace(result, verdict=Verdict.CONFIRMED)
    assert as_far_as_it_goes(worse, capacity, made, FULL) is worse
    assert as_far_as_it_goes(worse, ACCURACY, made, Plan(4.0)) is worse
    full_size = replace(ACCURACY, shrinkable=False)
    assert as_far_as_it_goes(worse, full_size, made, Plan(4.0)).verdict is Verdict.UNDECIDED


def test_an_arm_that_answers_with_the_mean_at_last_is_not_catching_up() -> None:
    run = Run({"explained variance": -0.1}, False, (), ({"explained variance": -1.0},))
    other = Run({"explained variance": 0.83}, False, (), ({"explained variance": 0.8},))
    half, end = (shown([(run, other)] * 7, "explained variance", ACCURACY, place) for place in (0, -1))
    assert (half.mean, end.mean) == pytest.approx((0.8, 0.83))
    assert not closing(end, half.mean)


def test_a_gap_that_does_not_close_where_the_steps_end_is_as_good_as_one_that_stays() -> None:
    found = Horizons(100, 1600, False, 1600)
    early, late = effect([0.4] * 7, 0.5, 0.1), effect([0.5] * 7, 0.5, 0.1)
    assert verdict(early, late, 0.8) is Verdict.CONFIRMED
    assert verdict(early, late, 0.95) is Verdict.UNDECIDED
    assert not found.ends_early(Verdict.CONFIRMED, late, 0.8)
    assert found.ends_early(Verdict.NO_DIFFERENCE, late, 0.8)
    assert replace(found, steered=False).ends_early(Verdict.CONFIRMED, late, 0.8)
    assert not replace(found, levelled=True).ends_early(Verdict.NO_DIFFERENCE, late, 0.8)
    small = effect([0.15] * 7, 0.5, 0.1)
    assert not found.ends_early(Verdict.CONFIRMED, small, 0.14)
    assert found.ends_early(Verdict.CONFIRMED, small, 0.17)
    # what ends close by and has not fallen further behind since half way to the end is slower
    slight = effect([0.01, 0.02] * 5, 0.5, 0.1)
    assert not found.ends_early(Verdict.SLOWER, slight, 0.03)
    assert found.ends_early(Verdict.SLOWER, slight, 0.01)
    assert found.ends_early(Verdict.SLOWER, slight, 0.0)


def test_early_is_where_the_repaired_model_has_begun_to_learn() -> None:
    def runs(*reached: float) -> list[tuple[Run, Run]]:
        *marked, last = ({"accuracy": one} for one in reached)
        return [(Run(last, False), Run(last, False, marked=tuple(marked)))] * 4

    assert started(runs(0.4, 0.6, 0.9), 0.1) == 0
    assert started(runs(0.2, 0.6, 0.9), 0.1) == 1
    assert started(runs(0.2, 0.2, 0.9), 0.1) == 0
    assert started(runs(0.2, 0.9), 0.1) == 0


def test_whether_the_repaired_model_had_levelled_off_is_told_by_all_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(horizons, "STILL", 0.01)

    def runs(*rises: float) -> list[tuple[Run, Run]]:
        pairs = [({"accuracy": 0.93}, {"accuracy": 0.93 + rise}) for rise in rises]
        return [(Run(half, False, marked=(half,)), Run(end, False, marked=(half,))) for half, end in pairs]

    assert not levelled(runs(0.02))
    assert levelled(runs(0.02, 0.005, -0.005, 0.01))
    assert not levelled(runs(0.02, 0.005, 0.015, 0.01))


def test_a_rate_for_quantities_is_too_high_where_a_tenth_of_it_learns_nothing() -> None:
    set_up = training("mean_squared_error", rate=0.5)
    model = chain((8,), dense(16), act("relu"), dense(1), training=set_up)
    end = Horizon(400, -0.1, 0.8, 0.001, (0.8, 1.0), 0.1)
    gain = effect([0.9] * 7, 1.1, 0.1)
    result = TrialResult(Verdict.CONFIRMED, "explained variance", ((-0.1, 0.8),) * 7, gain, gain, (end, end), ())

    def judged(reached: float) -> Verdict:
        class Known(Lab):
            def run(self, prepared: Any, schedule: Schedule, *_: Any, **__: Any) -> Run:
                return Run({"explained variance": 0.8 if schedule.rate == 0.001 else reached}, False)

        lab = Known(0)
        ready = lab.prepare(model, FULL)
        arms = [(ready, Schedule(400, 32, "adam", rate)) for rate in (0.5, 0.001)]
        return at_a_nearer_rate(lab, ACCURACY, result, *arms, probe_spec(ready, ready)).verdict

    assert judged(-0.1) is Verdict.CONFIRMED
    # worse, and yet it learns: whether it does on prices is a matter of how large they are
    assert judged(0.6) is Verdict.UNDECIDED


def test_what_learns_late_is_given_more_steps_where_they_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            return Run({"accuracy": 0.1 if schedule.steps < 400 else 0.9}, False)

    monkeypatch.setattr(horizons, "PATIENT_STEPS", 960)
    model = small(act("softmax"))
    lab = Late(0)
    ready = lab.prepare(model, FULL)
    spec = probe_spec(ready, ready)

    def found(rate: float) -> Horizons:
        return find(lab, model, ready, Schedule(60, 32, "sgd", rate), spec, steered=True)[0]

    assert (found(0.1).early, found(0.1).levelled) == (480, True)
    assert (found(0.01).early, found(0.01).levelled, found(0.01).notes != ()) == (480, True, True)
    lab.planned = 0.0
    assert (found(0.1).early, found(0.1).levelled, found(0.1).short) == (60, False, False)


def test_within_a_budget_both_arms_are_trained_faster_where_the_steps_do_not_suffice() -> None:
    class Slow(Lab):
        def run(self, prepared: Any, schedule: Schedule, *_: Any, **__: Any) -> Run:
            quick = (schedule.rate or 0) > 0.001
            return Run({"accuracy": 0.95 if quick else min(0.9, 0.005 * schedule.steps)}, False)

    model = small(act("softmax"))
    lab = Slow(0)
    ready = lab.prepare(model, FULL)
    spec = probe_spec(ready, ready)

    def found(*, steered: bool = True) -> tuple[Horizons, float | None]:
        return find(lab, model, ready, Schedule(60, 32, "adam", 0.001), spec, steered=steered)

    assert (found()[0].levelled, found()[1]) == (False, 0.001)
    lab.planned = 1e6
    horizon, rate = found()
    assert (horizon.levelled, rate) == (True, QUICK)
    assert horizon.notes == ("both arms at a learning rate of 0.005: at 0.001, 120 steps do not suffice",)
    assert found(steered=False)[1] == 0.001


def test_what_is_worse_in_every_pair_waits_for_more_of_them() -> None:
    assert effect([0.5, 0.1, 0.3, 0.4], 0.5, 0.1).all_worse
    assert not effect([0.5, -0.1, 0.3, 0.4], 0.5, 0.1).all_worse
    assert not effect([0.5] * 7, 0.5, 0.1).all_worse


@pytest.mark.parametrize(
    ("gains", "end", "spread", "pairs", "came"),
    [
        # eleven pairs show nothing, and 22 do that it is behind, or 44 that it is by no harm to speak of
        ((0.08, -0.02, 0.07, 0.05, 0.06), 0.001, 0.001, 22, Verdict.SLOWER),
        ((0.04, -0.02), 0.001, 0.001, 44, Verdict.NO_DIFFERENCE),
        # eleven pairs call it slower by a hair, and 44 do not
        (
            (0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.05, 0.05, 0.02, 0.02, *[0.01] * 33),
            0.001,
            0.001,
            44,
            Verdict.NO_DIFFERENCE,
        ),
        # what is better in the end in all pairs is not called the same for that
        ((0.04, -0.02), 0.008, 0.001, 44, Verdict.UNDECIDED),
        # half of what counts is enough early where the end counts in full
        ((0.02, 0.01, 0.02, 0.02, -0.01), 0.08, 0.001, 22, Verdict.CONFIRMED),
        # where the end is open, no pairs of the early horizon settle it
        ((0.04, -0.02), 0.015, 0.02, 11, Verdict.UNDECIDED),
    ],
)
def test_the_early_horizon_is_looked_at_alone_where_it_is_all_that_is_open(
    gains: tuple[float, ...], end: float, spread: float, pairs: int, came: Verdict
) -> None:
    made: list[int] = []

    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            made.append(schedule.steps)
            return Run({"accuracy": 0.9 if schedule.rate == 0.1 else 0.9 + gains[pair % len(gains)]}, False)

    lab = Known(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    late = effect([end + spread * place for place in range(-5, 6)], 0.1, 0.1, points=True)
    arms = ((ready, Schedule(400, 32, "adam", 0.1, (100, 200))), (ready, Schedule(400, 32, "adam", 0.001, (100, 200))))
    first = [({"accuracy": 0.9}, {"accuracy": 0.9 + gains[pair % len(gains)]}) for pair in range(11)]
    trial = replace(ACCURACY, margin=0.05)
    figures = early_pairs(lab, trial, arms, probe_spec(ready, ready), 100, first, "accuracy", late, None)
    assert (len(figures), verdict(gained(figures, "accuracy", trial), late)) == (pairs, came)
    assert made == [100] * 2 * (pairs - 11)


def test_a_look_that_there_is_no_time_for_leaves_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(Lab):
        def run(self, *_: Any, **__: Any) -> Run:
            raise OutOfTime

    lab = Late(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    level = effect([0.001, -0.001] * 5, 0.1, 0.1, points=True)
    arms = ((ready, Schedule(400, 32, "adam", 0.1, (100, 200))),) * 2
    first = [({"accuracy": 0.5}, {"accuracy": 0.5 + gain}) for gain in (0.07, -0.03) * 5]
    assert early_pairs(lab, ACCURACY, arms, probe_spec(ready, ready), 100, first, "accuracy", level, None) == first
    assert lab.cut


@pytest.mark.parametrize(
    ("gains", "spare", "pairs", "came"),
    [
        # eleven pairs of a small table leave open what more of them show to be level
        ((0.05, -0.04, 0.0, 0.01), 10**6, 44, Verdict.NO_DIFFERENCE),
        ((0.05, -0.05, 0.0, 0.0), 10**6, 22, Verdict.NO_DIFFERENCE),
        ((0.05, -0.04, 0.0, 0.01), 0, 11, Verdict.UNDECIDED),
        # the end is confirmed by more than a look's share of chance
        ((0.3, 0.2, -0.05), 10**6, 88, Verdict.UNDECIDED),
        ((0.3, 0.2, 0.25, 0.2, -0.05), 10**6, 44, Verdict.CONFIRMED),
        # neither what counts nor a level, or settled already
        ((0.11, -0.05), 10**6, 11, Verdict.UNDECIDED),
        ((0.3, 0.2), 10**6, 11, Verdict.CONFIRMED),
    ],
)
def test_the_end_is_looked_at_again_where_pairs_are_cheap(
    gains: tuple[float, ...], spare: int, pairs: int, came: Verdict
) -> None:
    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            figures = {"accuracy": 0.5 if schedule.rate == 0.1 else 0.5 + gains[pair % len(gains)]}
            return Run(figures, False, (), (figures,))

    lab = Known(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    arms = ((ready, Schedule(40, 32, "adam", 0.1, (20,))), (ready, Schedule(40, 32, "adam", 0.001, (20,))))
    spec = probe_spec(ready, ready)
    first = [(lab.run(*arms[0], spec, pair), lab.run(*arms[1], spec, pair)) for pair in range(11)]
    runs = late_pairs(lab, ACCURACY, arms, spec, first, "accuracy", 0, spare)
    early, late = (shown(runs, "accuracy", ACCURACY, place) for place in (0, -1))
    assert (len(runs), verdict(early, late)) == (pairs, came)


def test_a_curve_is_looked_for_at_some_times_the_length_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(horizons, "PATIENT_STEPS", 960)
    lab = Lab(0)
    model = chain((4,), dense(8), act("relu"), dense(3), act("softmax"), training=training(classes=3))
    ready = lab.prepare(model, FULL)
    found = Horizons(20, 40, True, 40)
    schedule = Schedule(20, 32, None, None)
    long = at_length(lab, found, model, ready, schedule, 100)
    assert (long.early, long.late, long.own) == (20, 100 * LONGER, 100)
    # no fewer steps than there were, and as many as are cheap where it is not known how long the program trains
    assert at_length(lab, found, model, ready, schedule, 5).late == 40
    assert at_length(lab, found, model, ready, schedule, None).late > 100 * LONGER


@pytest.mark.parametrize(("made", "late"), [(None, 1600), (1000, 1600), (2350, 2350), (9375, 1600)])
def test_what_is_not_level_yet_is_trained_as_long_as_the_program_where_that_ends_soon(
    made: int | None, late: int
) -> None:
    lab = Lab(0)
    model = chain((4,), dense(8), act("relu"), dense(3), act("softmax"), training=training(classes=3))
    ready = lab.prepare(model, FULL)
    found, schedule = Horizons(200, 1600, False, 1600), Schedule(200, 32, None, None)
    assert to_the_end(lab, replace(found, levelled=True), model, ready, schedule, made or 1).late == 1600
    longer = to_the_end(lab, found, model, ready, schedule, made or 1)
    assert longer.late == late
    lab.planned = 1e-9  # there is no time for it yet
    hurried = to_the_end(lab, found, model, ready, schedule, made or 1)
    assert (hurried.late, hurried.short) == (1600, late > 1600)
    # alike until the program's training ends is alike, level or not
    level = effect([0.0] * 7, 0.2, 0.1)
    assert found.ends_early(Verdict.NO_DIFFERENCE, level, 0.0)
    assert not replace(longer, spans=True).ends_early(Verdict.NO_DIFFERENCE, level, 0.0)


@pytest.mark.parametrize(
    ("gains", "shown_so"),
    [([0.001, -0.001] * 4, True), ([-0.05, -0.2, -0.1, 0.01], True), ([0.03] * 7, False), ([0.04, -0.02] * 4, None)],
)
def test_what_is_level_after_a_longer_training_is_asked_for_where_the_program_ends(
    gains: list[float], shown_so: bool | None
) -> None:
    own = effect(gains, 0.1, 0.1, points=True)
    assert not_worse_then(own, Verdict.NO_DIFFERENCE) is shown_so
    assert not_worse_then(own, Verdict.SLOWER) is shown_so
    # what is confirmed was worse half way already
    assert not_worse_then(own, Verdict.CONFIRMED) is True


@pytest.mark.parametrize(
    ("then", "more", "came"),
    [
        (0.0, 0, Verdict.NO_DIFFERENCE),
        # what is open there is looked at in more pairs, and nothing else is
        (0.05, 40, Verdict.NO_DIFFERENCE),
        (0.08, 84, Verdict.UNDECIDED),
    ],
)
def test_a_longer_training_takes_nothing_back_of_what_the_program_s_own_shows(
    then: float, more: int, came: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            made.append(schedule.steps)
            ahead = (then if pair % 2 else -then / 2) if schedule.rate == 0.001 else 0.0
            marked = tuple({"accuracy": 0.9 + ahead * (mark == 100)} for mark in schedule.marks)
            return Run({"accuracy": 0.9 + ahead * (schedule.steps == 100)}, False, (float(pair),), marked)

    lab = Known(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    arms = [(ready, Schedule(400, 32, "adam", rate, (100, 200))) for rate in (0.1, 0.001)]
    found = Horizons(100, 400, True, 400, spare=10**6, own=100)
    monkeypatch.setattr(trials, "trained_alike", lambda *_: False)
    result = trials.run_pairs(lab, ACCURACY, arms[0], arms[1], probe_spec(ready, ready), (), found)
    assert (result.verdict, len(result.pairs)) == (came, 4)
    assert made.count(100) == 2 * more
    assert ("where the program's own training ends, after 100" in (result.reason or "")) is (came is Verdict.UNDECIDED)


@pytest.mark.parametrize(
    ("half", "own_end", "hasty", "came"),
    [
        # the repaired one is ahead half way: that it was behind at first is what a lower rate does
        (0.2, False, True, Verdict.CONFIRMED),
        (0.2, False, False, Verdict.UNDECIDED),
        # where the program's training ends on its own data, the end alone will do
        (0.0, True, True, Verdict.CONFIRMED),
        (0.0, False, True, Verdict.UNDECIDED),
        (-0.2, True, True, Verdict.UNDECIDED),
    ],
)
def test_a_rate_that_is_too_high_is_ahead_at_first(half: float, own_end: bool, hasty: bool, came: Verdict) -> None:
    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            if schedule.rate == 0.1:
                return Run({"accuracy": 0.6 if pair % 6 else 0.9}, False, (1.0,), ({"accuracy": 0.6},) * 2)
            marked = tuple({"accuracy": 0.6 + gain} for gain in (-0.1, half))
            return Run({"accuracy": 0.8}, False, (2.0,), marked)

    lab = Known(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    arms = [(ready, Schedule(400, 32, "adam", rate, (100, 200))) for rate in (0.1, 0.001)]
    found = Horizons(100, 400, True, 400, spare=10**6, own_end=own_end, hasty=hasty)
    assert trials.run_pairs(lab, ACCURACY, arms[0], arms[1], probe_spec(ready, ready), (), found).verdict is came


@pytest.mark.parametrize(
    ("loss", "right", "came"),
    [
        # a loss that is lower by less than what counts, and as many right answers
        (0.19, 0.9, Verdict.NO_DIFFERENCE),
        (0.19, 0.95, Verdict.UNDECIDED),
        # more than half of it may be lost: that is no matter of how sure a model is
        (0.05, 0.9, Verdict.UNDECIDED),
    ],
)
def test_where_a_loss_decides_nothing_the_answers_may(loss: float, right: float, came: Verdict) -> None:
    gains = [0.0, 0.04] * 3 + [0.0]
    late = effect([0.22 - loss + gain - 0.017 for gain in gains], 0.22, 0.3)
    end = Horizon(400, 0.22, loss, 0.5, (0.0, 0.0), 0.3)
    also = {"accuracy": (0.9, right)}
    open_ = TrialResult(Verdict.UNDECIDED, "validation loss", ((0.22, loss),) * 7, late, late, (end, end), (), also)
    trial = Trial("validation loss", "lower", 0.3)

    def again(other: Trial) -> TrialResult:
        assert (other.statistic, other.better) == ("accuracy", "higher")
        same = Verdict.NO_DIFFERENCE if right == 0.9 else Verdict.SLOWER
        return replace(open_, verdict=same, statistic="accuracy")

    told = by_answers(open_, again, trial)
    assert told.verdict is came
    assert (told is open_) is (came is Verdict.UNDECIDED)
    shown_worse = replace(open_, late=effect([0.1] * 7, 0.22, 0.05))
    assert by_answers(shown_worse, again, trial) is shown_worse


@pytest.mark.parametrize(
    ("equal", "came"),
    [(0.752, Verdict.NO_DIFFERENCE), (0.85, Verdict.SLOWER), (0.775, Verdict.UNDECIDED)],
)
def test_what_more_parameters_gain_the_repair_does_not(
    equal: float, came: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            early = {"as written": 0.75, "repaired": 0.85, "equal": equal}[prepared.notes[0]]
            early += 0.03 * (pair % 2) if prepared.notes[0] == "equal" and equal == 0.775 else 0.0
            return Run({"accuracy": 0.9 + pair / 10**4}, False, (1.0,), ({"accuracy": early},))

    lab = Known(0)
    made = lab.prepare(small(act("softmax")), FULL)
    written, repaired, extra = (replace(made, notes=(name,)) for name in ("as written", "repaired", "equal"))
    monkeypatch.setattr("cnnlint.confirm.trials.parameters.equal_parameters", lambda *_: extra)
    spec, schedule = probe_spec(made, made), Schedule(40, 32, "adam", 0.001, (20,))

    def pairs_with(arm: Any) -> TrialResult:
        return trials.run_pairs(lab, ACCURACY, (written, schedule), (arm, schedule), spec, (), found)

    found = Horizons(20, 40, True, 40)
    slower = pairs_with(repaired)
    assert slower.verdict is Verdict.SLOWER
    arms = Mock(written=written, repaired=repaired)
    result = against_equal(lab, ACCURACY, slower, arms, schedule, schedule, spec, pairs_with)
    assert result.verdict is came
    assert any("with more of them it reaches 0.85 early" in note for note in result.notes) is (
        came is Verdict.NO_DIFFERENCE
    )


@pytest.mark.parametrize(("most", "pairs", "came"), [(0, 44, Verdict.UNDECIDED), (10**6, 88, Verdict.NO_DIFFERENCE)])
def test_what_lies_between_slower_and_the_same_is_settled_where_pairs_are_cheap(
    most: int, pairs: int, came: Verdict
) -> None:
    gains = (0.0545, -0.0155)

    class Known(Lab):
        def run(self, prepared: Any, schedule: Schedule, spec: Any, pair: Any, **_: Any) -> Run:
            return Run({"accuracy": 0.9 if schedule.rate == 0.1 else 0.9 + gains[pair % 2]}, False)

    lab = Known(0)
    ready = lab.prepare(small(act("softmax")), FULL)
    level = effect([0.001, -0.001] * 5, 0.1, 0.1, points=True)
    arms = ((ready, Schedule(400, 32, "adam", 0.1, (100,))), (ready, Schedule(400, 32, "adam", 0.001, (100,))))
    first = [({"accuracy": 0.9}, {"accuracy": 0.9 + gains[pair % 2]}) for pair in range(11)]
    spec = probe_spec(ready, ready)
    figures = early_pairs(lab, ACCURACY, arms, spec, 100, first, "accuracy", level, None, most)
    assert (len(figures), verdict(gained(figures, "accuracy", ACCURACY), level)) == (pairs, came)


def test_why_pairs_decide_nothing_is_said_of_what_they_are_like() -> None:
    found = Horizons(20, 40, True, 40)
    sure, spread, none = (
        effect(gains, 0.5, 0.1) for gains in ([0.4, 0.41, 0.39, 0.4], [0.1, 0.2, 0.6, 0.3], [0.05, -0.04, 0.06, -0.01])
    )
    # after four pairs "not early" would be more than these say
    assert "worse in all 4 pairs; the time was too short" in undecided(sure, spread, found)
    assert "worse throughout, but the gap closes" in undecided(spread, sure, found)
    assert "worse in the end, but early the pairs do not show it" in undecided(none, sure, found)
    assert "worse in the end, but the gap closes" in undecided(none, sure, found, 0.8)
    little = effect([0.02] * 7, 0.5, 0.1)
    assert "worse in the end, but early by less than half of what counts" in undecided(little, sure, found)
    assert "had not levelled off" in undecided(none, none, replace(found, levelled=False))
    assert "neither that the difference is 0.1 or more nor that it is less than 0.05" in undecided(none, none, found)


def test_what_the_first_pairs_do_not_teach_is_left_at_these(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnlint.confirm.trials.horizons.LEARNED", 2.0)
    model = small(act("relu"), act("softmax"))
    found = assess(replace(ACCURACY, margin=0.9, steps=20), Subject(model, None, without(model, 9)), Lab(0))
    assert (found.verdict, found.pairs) == (Verdict.UNDECIDED, 4)
    assert "neither model learned" in found.summary
    assert "nor the repaired one in 80 " in found.summary


@pytest.mark.parametrize(
    ("written", "repaired", "same"),
    [
        ((0.93, 0.28), (0.94, 0.19), True),
        ((0.93, 0.28), (0.97, 0.19), False),
        ((0.93, 1.01), (0.94, 0.18), False),
    ],
)
def test_a_model_that_is_but_surer_of_as_many_right_answers_is_not_the_better_one(
    written: tuple[float, float], repaired: tuple[float, float], same: bool
) -> None:
    pair = [Run(dict(zip(("accuracy", "validation loss"), arm, strict=True)), False) for arm in (written, repaired)]
    assert surer([(pair[0], pair[1])] * 7, "validation loss", -1) is same
    assert not surer([(pair[0], pair[1])] * 7, "accuracy", -1)


def test_a_repair_that_is_worse_than_the_fault_is_caught() -> None:
    model = small(from_logits=True)
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    twin = copy(model)
    twin.model.training.losses[0].swapped = True
    found = tried(model, twin)
    # a repair that harms does not make the finding a smaller one
    assert found.verdict is Verdict.UNDECIDED
    assert "the repaired model did worse" in found.summary
    assert (found.repair or "").startswith("the repaired model did worse: accuracy ")


def test_what_neither_arm_learns_decides_nothing() -> None:
    model = small(act("softmax"))
    for one in model.nodes:
        one.trainable = False
    twin = without(model, 3)
    assert tried(model, twin).verdict is Verdict.UNDECIDED


def test_a_repaired_model_that_leaves_the_finite_numbers_decides_nothing() -> None:
    model = small(act("softmax"))
    twin = copy(model)
    assert twin.model.training.optimizer is not None
    twin.model.training.optimizer.name, twin.model.training.optimizer.learning_rate = "sgd", 1e30
    found = tried(model, twin, replace(ACCURACY, steps=20))
    assert found.verdict is Verdict.UNDECIDED
    assert "the repaired model left the finite numbers in 7 of 7 pairs" in found.summary


def test_on_a_shrunk_model_nothing_is_confirmed_whose_sign_may_not_survive_it() -> None:
    model = chain(
        (28, 28, 1),
        conv(64),
        act("relu"),
        pool(),
        conv(64),
        act("relu"),
        pool(),
        FLATTEN,
        dense(4),
        training=training(classes=4, rate=0.01, from_logits=True),
    )
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    twin = copy(model)
    model.training.losses[0].swapped = True
    trial = replace(ACCURACY, steps=30)
    found = tried(model, twin, trial)
    assert found.verdict is Verdict.CONFIRMED
    assert "filters and units divided by 8" in found.notes
    unknown = tried(model, twin, replace(trial, shrinkable=False))
    assert unknown.verdict is Verdict.UNDECIDED
    assert "made smaller to fit" in unknown.summary
    assert unknown.series == found.series


def test_swapped_operands_are_explained_by_their_loss() -> None:
    model = small(from_logits=True)
    model.training.losses[0].placement = Placement(api="tf.nn.softmax_cross_entropy_with_logits")
    twin = copy(model)
    model.training.losses[0].swapped = True
    found = tried(model, twin)
    assert found.verdict is Verdict.CONFIRMED
    assert any("the loss is linear in the model's outputs and has no lowest value" in note for note in found.notes)
    assert found.data == "scikit-learn's digits (real, 8×8) scaled to 12×12, in 4 classes"


def test_a_rate_that_teaches_nothing_in_so_few_steps_is_raised_in_both_arms() -> None:
    model = small(act("relu"), act("softmax"))
    assert model.training.optimizer is not None
    model.training.optimizer.learning_rate = 1e-5
    found = tried(model, without(model, 9), replace(ACCURACY, steps=100))
    assert any("learning rate of 0.001" in note for note in found.notes)


def test_a_rate_is_too_high_where_a_third_of_it_is_too_on_data_that_is_not_the_programs() -> None:
    def at(rate: float, optimizer: str) -> Evidence:
        set_up = training("sparse_categorical_crossentropy", optimizer=optimizer, rate=rate, batch=32)
        layers = (FLATTEN, dense(32), act("relu"), dense(10), act("softmax"))
        model = chain((28, 28, 1), *layers, training=set_up)
        twin = copy(model)
        assert twin.model.training.optimizer is not None
        twin.model.training.optimizer.learning_rate = 0.003 if optimizer == "adam" else 0.03
        return tried(model, twin, replace(ACCURACY, steps=50))

    ruined = at(1, "adam")
    assert ruined.verdict is Verdict.CONFIRMED
    (reached,) = ruined.also["accuracy, as written but at a rate of 0.33"]
    assert reached < 0.5
    brink = at(1.0, "sgd")
    assert brink.verdict is Verdict.UNDECIDED
    assert brink.as_written is not None
    assert brink.as_written < 0.2
    assert brink.also["accuracy, as written but at a rate of 0.33"][0] > 0.7
    assert "whether 1 trains is for your own data to tell" in brink.summary


def test_what_has_learned_nothing_when_the_program_is_over_is_too_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MOST_STEPS", 40), ("PATIENT_STEPS", 40), ("STILL", 0.01)):
        monkeypatch.setattr(horizons, name, value)

    def at(rate: float, epochs: int) -> Evidence:
        facts = {"steps_per_epoch": 10, "epochs": epochs}
        set_up = training("sparse_categorical_crossentropy", rate=rate, batch=32, **facts)
        model = chain((28, 28, 1), FLATTEN, dense(32), act("relu"), dense(10), act("softmax"), training=set_up)
        twin = copy(model)
        assert twin.model.training.optimizer is not None
        twin.model.training.optimizer.learning_rate = 0.001
        return tried(model, twin, replace(ACCURACY, steps=20))

    assert at(1e-7, 3).verdict is Verdict.CONFIRMED
    longer = at(1e-7, 500)
    assert longer.verdict is Verdict.UNDECIDED
    assert "had not levelled off" in longer.summary


def test_batch_normalisation_after_few_updates() -> None:
    model, _ = few_updates()
    trial = Trial("mode gap", "lower", 0.3, steps=10, stand_in="conv-batchnorm-relu", parameters={"repaired": 0.01})
    found = tried(model, None, trial)
    assert found.verdict is Verdict.CONFIRMED
    assert found.as_written is not None
    assert found.as_written > 0.3
    assert abs(found.repaired or 0) < 0.1
    assert any("stands in" in note for note in found.notes)


def test_a_stand_in_has_the_rate_that_the_other_repairs_leave() -> None:
    model, _ = few_updates()
    model.training.optimizer = Optimizer("adam", 1e-7)
    other = copy(model)
    other.model.training.optimizer = Optimizer("adam", 1e-3)
    trial = Trial("mode gap", "lower", 0.3, steps=10, stand_in="conv-batchnorm-relu", parameters={"repaired": 0.01})
    subject = Subject(model, None, None, settings=(Setting(other, other, ("CNN506",)),))
    found = assess(trial, subject, Lab(0))
    assert found.verdict is Verdict.CONFIRMED
    assert found.beside == ("CNN506",)
    assert "with this fault left in" in found.summary


def test_arms_of_other_shapes_say_that_weights_are_not_shared() -> None:
    model = small(act("softmax"))
    twin = copy(model)
    twin.model.nodes[1].arguments["filters"] = Argument(4, given=True)
    found = tried(model, twin, replace(ACCURACY, extra_arm="equal-parameters"))
    assert any("cannot share the initial weights of `conv2d_1`, `conv2d_4`" in note for note in found.notes)
    # a third arm of equal parameters is for what would else be confirmed
    assert "accuracy, repaired with equal parameters" not in found.also


def test_what_cannot_be_built_decides_nothing_and_says_why() -> None:
    model = small(act("softmax"))
    model.nodes[4].kind, model.nodes[4].note = OPAQUE, "MyLayer"
    found = tried(model, copy(model))
    assert found.verdict is Verdict.UNDECIDED
    assert "MyLayer" in found.summary
    assert tried(None, None).verdict is Verdict.UNDECIDED
    assert "no repair" in tried(small(act("softmax")), None).summary


def test_data_that_nothing_is_known_of_cannot_be_told_to_make_no_difference() -> None:
    model = small(act("softmax"))
    model.training.feeds.append(Feed("evaluate", ArrayFacts()))
    twin = copy(model)
    twin.model.training.feeds[1].x = ArrayFacts(steps=(Step("fit-scaler"),))
    found = tried(model, twin)
    assert (found.verdict, found.pairs) == (Verdict.UNDECIDED, None)
    assert "is not in the file" in found.summary


def test_time_cuts_off_and_decides_nothing() -> None:
    model = small(act("softmax"))
    found = assess(ACCURACY, Subject(model, None, copy(model)), Lab(0, deadline=time.monotonic() - 1))
    assert found.verdict is Verdict.UNDECIDED
    assert "time" in found.summary


def test_a_trial_that_is_sure_not_to_end_is_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lab, "expected", lambda *_: 20.0)
    begun: list[str] = []
    model = small(act("softmax"))
    lab = Lab(0, deadline=time.monotonic() + 50, progress=lambda what, share, left: begun.append(what))
    found = assess(ACCURACY, Subject(model, None, copy(model)), lab)
    assert found.verdict is Verdict.UNDECIDED
    assert found.summary.startswith("Undecided: 4 pairs of 120 steps would take some 160 s, and there are ")
    assert not any("pair 1" in what for what in begun)


def test_what_a_rule_calls_not_testable_is_not_tested() -> None:
    found = tried(small(act("softmax")), None, NotTestable("it depends on the data"))
    assert (found.verdict, found.summary) == (Verdict.NOT_TESTABLE, "Not tested: it depends on the data.")


def test_progress_is_told() -> None:
    told: list[tuple[str, float, float | None]] = []
    model = small(act("softmax"))
    lab = Lab(0, progress=lambda *step: told.append(step))
    started = time.perf_counter()
    assess(replace(ACCURACY, steps=20), Subject(model, None, copy(model)), lab)
    seconds = time.perf_counter() - started
    words = [what for what, _, _ in told]
    assert words[0].startswith("pilot")
    # arms that are equal to the last bit need no more than the first look
    assert words[-2:] == ["pair 4 of 4, as written", "pair 4 of 4, repaired"]
    assert [share for _, share, _ in told] == sorted(share for _, share, _ in told)
    left = [seconds for _, _, seconds in told]
    # nothing is promised before anything was measured, and then it gets less
    assert left[0] is None
    assert all(one is not None for one in left[-7:])
    assert left[-1] is not None
    assert left[-3] is not None
    assert 0 < left[-1] < left[-3] < seconds


def test_runs_and_arms_are_shared_between_findings_of_one_file() -> None:
    model = small(act("relu"), act("softmax"))
    lab = Lab(0)
    pairs = [
        assess(replace(ACCURACY, steps=20), Subject(model, None, without(model, place)), lab).pairs or 0
        for place in (9, 3)
    ]
    # two runs for the horizons, the repaired arms, and the arm as written once for both trials
    assert len(lab._courses) == 2 + sum(pairs) + max(pairs)


def test_a_brief_trial_ends_with_the_first_pairs_and_makes_none_of_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnlint.confirm.trials.stopping.FIRST_WORSE", 0.0)
    model = small(act("relu"), act("softmax"))
    subject, trial = Subject(model, None, without(model, 9)), replace(ACCURACY, margin=0.9, steps=20)
    lab = Lab(0)
    lab.brief = True
    first = assess(trial, subject, lab)
    runs = dict(lab._courses)
    assert (first.verdict, first.pairs, lab.cut) == (Verdict.UNDECIDED, 4, True)
    lab.brief = False
    second = assess(trial, subject, lab)
    assert second.pairs is not None
    assert second.pairs >= 7
    assert second.series[:4] == first.series
    assert all(lab._courses[key] is course for key, course in runs.items())


def test_a_model_whose_loss_refuses_the_program_s_labels_is_not_said_to_be_trained_as_written() -> None:
    from cnnlint.confirm.trials.paired import _whole

    model, lab = small(act("softmax")), Lab(0)
    whole = lab.prepare(model, FULL)
    run = Mock(return_value=Run({"accuracy": 0.5}, False))
    arms = Mock(whole=whole, repaired=whole, model=model, beside=("CNN101",))
    for labels, told in (("one_hot", True), ("integer", False), (None, True)):
        model.training.feeds[0].y = ArrayFacts(encoding=labels)  # type: ignore[arg-type]
        result = Mock(statistic="accuracy")
        found = _whole(Mock(run=run, planned=None), arms, result, Schedule(20, 8, "adam", None), Mock(), Mock())
        assert (found is not None) is told, labels


def test_what_is_planned_for_a_finding_bounds_its_steps() -> None:
    model = small(act("relu"), act("softmax"))
    asked = [affordable(planned) for planned in (None, 1e6, 10.0, 0.0)]
    assert asked == sorted(asked, reverse=True)
    assert asked[-1] == 0
    lab = Lab(0)
    lab.planned = 0.0
    found = assess(replace(ACCURACY, steps=20), Subject(model, None, without(model, 9)), lab)
    assert found.steps == 40


def test_regression_is_judged_by_its_error() -> None:
    model = chain(
        (8,), dense(32), act("relu"), dense(1), act("relu"), training=training("mean_squared_error", rate=0.01)
    )
    for one in model.nodes[3:4]:
        one.arguments["bias_initializer"] = Argument({"name": "constant", "value": -5.0})
    twin = without(model, 4)
    twin.model.nodes[3].arguments.pop("bias_initializer")
    found = tried(model, twin, Trial("mean absolute error", "lower", 0.05, steps=150))
    assert found.statistic == "mean absolute error"
    assert found.difference is not None
    assert found.difference < -0.05
    assert found.late is not None
    assert found.late.p_value < 0.05


def test_claims_name_nodes_of_their_models() -> None:
    from tests.confirm.claims import CLAIMS

    for claim in CLAIMS:
        model, twin = claim.make()
        assert all(isinstance(node, Node) for node in model.nodes)
        assert twin is None or set(twin.counterparts) <= {id(node) for node in model.nodes}


def test_a_run_that_is_gone_on_with_is_the_run_that_was_never_cut() -> None:
    model = chain(
        (12, 12, 1),
        conv(4),
        act("relu"),
        ("BatchNormalization", {"momentum": 0.9}),
        FLATTEN,
        ("Dropout", {"rate": 0.5}),
        dense(4),
        act("softmax"),
        training=training(classes=4),
    )
    early, late = Schedule(30, 16, "adam", None), Schedule(90, 16, "adam", None, (30,))
    lab, other = Lab(0), Lab(0)
    arm, same = (one.prepare(model, FULL) for one in (lab, other))
    spec = probe_spec(arm, arm)
    first = lab.run(arm, early, spec, 0)
    lab.run(arm, early, spec, 1)
    further = lab.run(arm, late, spec, 0)
    assert further.marked == (first.figures,)
    assert further == other.run(same, late, spec, 0)
    # where the state is gone it starts afresh, and comes to the same
    lab._states.clear()
    assert lab.run(arm, replace(late, steps=120), spec, 0) == other.run(same, replace(late, steps=120), spec, 0)
    assert lab.run(arm, early, spec, 0) == first


@pytest.mark.parametrize(("delays", "trails"), [(True, False), (False, False), (False, True)])
def test_what_has_not_begun_to_learn_is_given_all_steps_where_that_is_the_fault_and_so_is_a_repair_that_catches_up(
    delays: bool, trails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    end, gain = Horizon(60, 0.1, 0.9, 0.001, (0.7, 0.9), 0.1), effect([0.8] * 7, 0.9, 0.1)
    result = TrialResult(Verdict.CONFIRMED, "accuracy", ((0.1, 0.9),) * 7, gain, gain, (end, end), (), sleeps=True)
    result = replace(result, trails=trails)

    def pairs(*given: Any, **_: Any) -> TrialResult:
        seen.append(given[-1].late)
        return result

    monkeypatch.setattr(trials, "run_pairs", pairs)
    monkeypatch.setattr(horizons, "MOST_STEPS", 480)
    model = chain((4,), dense(8), act("sigmoid"), dense(3), act("softmax"), training=training(classes=3))
    run_trial(Subject(model, None, without(model, 2)), replace(ACCURACY, delays=delays), Lab(0))
    assert (seen[-1] == 480) is (delays or trails)
    assert seen[0] < 480
