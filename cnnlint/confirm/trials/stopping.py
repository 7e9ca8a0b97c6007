"""When a trial stops, and what it then says: fixed before the first pair, and the same for every rule.

Arms are compared twice: early, and where the repaired one has levelled off (`horizons` says how that is found, and
what counts where it never does).

- After four pairs, five and six only what is beyond doubt ends a trial. *Worse* at a horizon: all agree, their mean
  reaches the margin, and the paired t test gives p < 0.001; early the first two will do, as it is the end that bounds
  the chance of an error. *Level*: two one-sided t tests, each at 1 %, show a difference smaller than the margin for
  sameness.
- After seven. *Worse*: the exact two-sided sign test over the pairs that differ gives p < 0.05, the model as written is
  the worse one, and the mean reaches the margin. *Level*: the same two t tests, each at 5 %.
- After eleven, if nothing is shown and at most one of the seven stands against a difference of half the margin's size
  in the end, or the mean there is that of a level. The same questions are asked once more over all of them.
- Where the pairs are cheap (small tables) and the end is open, its mean that of a level or of what counts, after 22
  pairs, after 44 and after 88: *level* at 0.025, 0.0125 and 0.00625, *worse* at 0.001.
- Where the end is settled and early it is open, or slower by a hair, the early horizon is looked at alone: after 22
  pairs and after 44, at 0.025 and 0.0125, where they are cheap after 88, at 0.00625. All looks at it together spend no
  more than 0.15 then, on both sides (Bonferroni; that what each may spend is fixed beforehand is the principle of Lan
  and DeMets, 1983). From 44 on *no worse early* is no harm to speak of: what is too little to be called slower is not
  left open for ever.
- Worse in the end is confirmed where early the mean reaches the margin as well, or half of it and the sign test shows
  it, unless the gap closes: it would be below the margin after as many steps again at the pace of the last half. Of a
  rate that is too high, which learns faster at first, early is half way; and where the program's own training ends on
  its own data, p < 0.001 is enough unless the repaired model is shown to be the worse one half way.
  Behind early (the same sign test, by what is no sameness) and in the end no harm to speak of (one t test) is slower,
  unless the repaired model is then shown to be the worse one; level in the end and no worse early (by one t test, or by
  mean and signs) is no difference; anything else is undecided. Level are accuracies within two points of each other,
  however many mistakes are left.

A pair without any difference says nothing of a sign, and is left out of the p of the sign test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct
from scipy.special import stdtr, stdtrit

from cnnlint.confirm.trials.figures import sign_test
from cnnlint.diagnostics import Verdict

LEVEL = 0.05
FIRST_PAIRS = 4
FIRST_WORSE, FIRST_LEVEL = 0.001, 0.01
"""What the first look spends of the chance of an error. With p < 0.001 over four pairs, their mean is at least 6.5
times their spread: where a model learns nothing, or both learn alike, seven pairs say nothing that four do not."""
FEWEST_PAIRS = 7
"""Five pairs cannot get below p = 0.0625. Six of one sign have p = 0.031, but with the further pairs below, a fair coin
is confirmed in 2.1 % of trials; seven bring that to 1.1 %, and the margin to less."""
FURTHER_PAIRS = 4
EARLY_LOOKS = (22, 44)
"""Pairs of the early horizon alone, which take a quarter or an eighth of the steps. Of differences that spread by three
points, eleven pairs leave open what lies between half a point and two, 44 next to nothing."""
CHEAP_LOOK = 88
"""Pairs of it where they are cheap: what 44 leave between slower and no difference."""
FURTHER_WORSE = 0.001
"""What each further look at the end spends on *worse*: the looks before have spent what a placebo may cost."""
LEAST = 0.02
"""Two points of accuracy: less is not told apart from noise on a few hundred samples, and no harm to speak of."""
SLIGHT = 0.03
"""Harm to speak of: what costs fewer points in the end than these is slower, where it costs more of them early."""
SHARE = 0.2
"""The share of the mistakes (or the loss) as written that a repair has to save where the rule's margin is too much."""


class Effect(Struct, frozen=True):
    """How much better the repaired model did at one horizon. `low`..`high` is the 90 % interval of the mean."""

    count: int
    mean: float
    p: float
    agreeing: int
    opposing: int
    low: float
    high: float
    margin: float
    #: a smaller difference than this is none
    same: float
    #: how far the mean may be off by the tests for sameness
    reach: float
    #: models that end further apart than this are not level
    apart: float

    @property
    def large(self) -> bool:
        """Whether the mean difference is of the size that counts."""
        return self.mean >= self.margin

    @property
    def all_worse(self) -> bool:
        """Whether all pairs so far have the model as written behind by what counts, and are too few to show it."""
        return self.large and self.agreeing == self.count < FEWEST_PAIRS

    @property
    def goes_with_the_end(self) -> bool:
        """Whether it is what an effect that is shown in the end has to be early."""
        if self.count < FEWEST_PAIRS:
            return self.worse or self.all_worse
        return self.large or (self.mean >= self.margin / 2 and self._for_it)

    @property
    def close(self) -> bool:
        """Whether a difference is not shown yet, but all pairs but one at most are for it, and it is half as large.

        A pair without any difference is one that does: with ties let through, a relu under a binary cross-entropy was
        confirmed by six of eleven pairs, and costs less than a point in the long run.
        """
        return self.mean >= self.margin / 2 and not self.worse and self.agreeing >= self.count - 1

    @property
    def worse(self) -> bool:
        """Whether the model as written is shown to be the worse one."""
        return self.large and self._for_it and (self.count < EARLY_LOOKS[0] or self.p < FURTHER_WORSE)

    @property
    def _for_it(self) -> bool:
        """Whether the signs show the repaired model to be the better one."""
        return self.p < self._level and self.agreeing > self.opposing

    @property
    def beyond_doubt(self) -> bool:
        """Whether it is shown to be that by itself, whatever else was looked at."""
        return self.large and self.p < FURTHER_WORSE and self.agreeing > self.opposing

    @property
    def behind(self) -> bool:
        """Whether the model as written is shown to be behind by more than is called the same."""
        return self.mean >= min(self.same, self.margin) and self._for_it

    @property
    def ahead(self) -> bool:
        """Whether the repaired model is shown to be the better one, by however little."""
        return self.p < LEVEL and self.agreeing > self.opposing

    @property
    def harm(self) -> float:
        """Harm to speak of."""
        return max(self.same, SLIGHT)

    @property
    def slight(self) -> bool:
        """Whether the model as written is shown to be worse by no harm to speak of, if at all."""
        return self.mean + self.reach < self.harm

    @property
    def _level(self) -> float:
        return spent(self.count) if self.count >= FEWEST_PAIRS else FIRST_WORSE

    @property
    def level(self) -> bool:
        """Whether both are shown to be alike."""
        return abs(self.mean) + self.reach < self.apart

    @property
    def harmless(self) -> bool:
        """Whether the model as written is no worse by what counts: shown to be level or better, or ahead in the mean
        and in as many pairs as it is behind."""
        return self.no_worse or (self.count >= EARLY_LOOKS[-1] and self.slight)

    @property
    def no_worse(self) -> bool:
        """The same, however many pairs there are."""
        return self.mean + self.reach < self.same or (self.mean <= 0 and self.agreeing <= self.opposing)

    @property
    def alike(self) -> bool:
        """Whether the mean is that of a level, shown or not."""
        return abs(self.mean) < self.apart

    @property
    def reverse(self) -> bool:
        """Whether the repaired model is shown to be the worse one."""
        return self.mean <= -self.margin and self.p < self._level and self.opposing > self.agreeing


def effect(gains: Sequence[float], room: float, margin: float, *, points: bool = False) -> Effect:
    """What gains (how much better the repaired model did in each pair) come to at one horizon.

    `room` is what there is to gain: the mean of the mistakes as written, or of the loss; `margin` is the rule's.
    `points` says that they are shares of what can be got right, of which two points are never level.
    """
    same = max(LEAST, SHARE / 2 * room)
    p, agreeing, opposing = sign_test(gains)
    count = len(gains)
    mean = sum(gains) / count if count else 0.0
    error = 0.0
    if count > 1:
        error = math.sqrt(sum((gain - mean) ** 2 for gain in gains) / (count - 1) / count)
    spread = error * _quantile(LEVEL, count)
    reach = error * _quantile(spent(count) if count >= FEWEST_PAIRS else FIRST_LEVEL, count)
    if count < FEWEST_PAIRS:
        p = _t_test(mean, error, count) if count in (agreeing, opposing) else 1.0
    return Effect(
        count,
        mean,
        p,
        agreeing,
        opposing,
        mean - spread,
        mean + spread,
        min(margin, max(LEAST, SHARE * room)),
        same,
        reach,
        LEAST if points else same,
    )


def spent(count: int) -> float:
    """The level of a look at so many pairs."""
    return LEVEL * 0.5 ** sum(count >= look for look in (*EARLY_LOOKS, CHEAP_LOOK))


def _quantile(level: float, count: int) -> float:
    """How many standard errors a one-sided t test over so many pairs asks for."""
    return float(stdtrit(count - 1, 1 - level)) if count > 1 else 0.0


def _t_test(mean: float, error: float, count: int) -> float:
    """The two-sided p of the paired t test; a difference without any spread leaves no doubt."""
    if count < 2 or mean == 0:
        return 1.0
    return float(2 * stdtr(count - 1, -abs(mean) / error)) if error > 0 else 0.0


def done(effects: Sequence[Effect], planned: int = FEWEST_PAIRS) -> bool:
    """Whether enough pairs have been run, given what they come to early and late."""
    planned = max(FEWEST_PAIRS, planned)
    count = effects[0].count
    shown = verdict(effects[0], effects[-1]) is not Verdict.UNDECIDED
    if count < planned:
        return count >= FIRST_PAIRS and shown
    if count >= planned + FURTHER_PAIRS:
        return True
    early, late = effects[0], effects[-1]
    if count == planned and (shown or late.level or late.worse):
        # where the end is settled, what is open is for further pairs of the early horizon alone
        return True
    return not late.alike and not ((late.worse or late.close) and early.mean >= early.margin / 2)


def early_is_open(early: Effect, late: Effect, before: float | None = None) -> bool:
    """Whether the end is settled, and more pairs of the early horizon alone may bring a verdict.

    Or another one: what seven pairs call slower by two points and a half is by no more than one under another seed.
    """
    came = verdict(early, late, before)
    if came is Verdict.SLOWER:
        return early.low < min(early.same, early.margin)
    if came is not Verdict.UNDECIDED or late.reverse:
        return False
    if late.worse:
        return early.mean > 0 and (before is None or not closing(late, before))
    return late.level or (late.slight and early.mean >= early.same / 2)


def end_is_open(early: Effect, late: Effect) -> bool:
    """Whether more pairs may bring a verdict about the end: its mean is that of a level, or of what counts."""
    settled = late.worse or late.level or late.reverse
    return not settled and (late.alike or late.large) and verdict(early, late) is Verdict.UNDECIDED


def closing(late: Effect, before: float) -> bool:
    """Whether a difference would be gone after as many steps again, at the pace of the last half (`before`: its mean
    half way)."""
    return late.worse and late.mean - max(0.0, before - late.mean) < late.margin


def verdict(early: Effect, late: Effect, before: float | None = None) -> Verdict:
    """What two horizons come to; `before` is the mean gain half way to the second one."""
    if late.worse and early.goes_with_the_end:
        return Verdict.UNDECIDED if before is not None and closing(late, before) else Verdict.CONFIRMED
    if early.behind and late.slight and not late.reverse:
        return Verdict.SLOWER
    if late.level and early.harmless and not (early.count > late.count and late.ahead):
        # what is a little better in the end is not called the same for further pairs of the early horizon
        return Verdict.NO_DIFFERENCE
    return Verdict.UNDECIDED
