"""When a trial stops, and what it then says: fixed before the first pair, and the same for every rule.

Arms are compared twice: early, and where the repaired one has levelled off (`trials` says how that is found).

- The planned number of pairs (seven or more) is always run. *Worse* at a horizon: the exact two-sided sign test over
  the pairs that differ gives p < 0.05, the model as written is the worse one, and the mean reaches the margin.
- *Level* at a horizon: two one-sided t tests, each at 5 %, show a difference smaller than the margin for sameness.
- If exactly one of the planned pairs stands against a difference of the margin's size, up to four more pairs are run,
  and the same question is asked once more over all of them; a second one that dissents ends it.
- Worse at both is confirmed, unless the gap closes: it would be below the margin after as many steps again at the pace
  of the last half; worse early and level in
  the end is slower; level at both is no difference; anything else is undecided.

A pair without any difference says nothing of a sign, and is left out of the p that is stated and asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import stdtrit

from cnnlint.confirm.figures import sign_test
from cnnlint.diagnostics import Verdict

LEVEL = 0.05
FEWEST_PAIRS = 7
"""Five pairs cannot get below p = 0.0625. Six of one sign have p = 0.031, but with the further pairs below, a fair coin
is confirmed in 2.1 % of trials; seven bring that to 1.1 %, and the margin to less."""
FURTHER_PAIRS = 4
LEAST = 0.02
"""Two points of accuracy: less is not told apart from noise on a few hundred samples, and no harm to speak of."""
SHARE = 0.2
"""The share of the mistakes (or the loss) as written that a repair has to save where the rule's margin is too much."""


@dataclass(frozen=True, slots=True)
class Effect:
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

    @property
    def large(self) -> bool:
        """Whether the mean difference is of the size that counts."""
        return self.mean >= self.margin

    @property
    def close(self) -> bool:
        """Whether a single pair keeps a difference that is large from being shown."""
        return self.large and not self.worse and self.agreeing >= self.count - 1

    @property
    def worse(self) -> bool:
        """Whether the model as written is shown to be the worse one."""
        return self.large and self.p < LEVEL and self.agreeing > self.opposing

    @property
    def level(self) -> bool:
        """Whether both are shown to be alike."""
        return -self.same < self.low and self.high < self.same

    @property
    def reverse(self) -> bool:
        """Whether the repaired model is shown to be the worse one."""
        return self.mean <= -self.margin and self.p < LEVEL and self.opposing > self.agreeing


def effect(gains: Sequence[float], room: float, margin: float) -> Effect:
    """What gains (how much better the repaired model did in each pair) come to at one horizon.

    `room` is what there is to gain: the mean of the mistakes as written, or of the loss; `margin` is the rule's.
    """
    p, agreeing, opposing = sign_test(gains)
    count = len(gains)
    mean = sum(gains) / count if count else 0.0
    spread = 0.0
    if count > 1:
        deviation = math.sqrt(sum((gain - mean) ** 2 for gain in gains) / (count - 1))
        spread = float(stdtrit(count - 1, 1 - LEVEL)) * deviation / math.sqrt(count)
    return Effect(
        count, mean, p, agreeing, opposing, mean - spread, mean + spread, min(margin, max(LEAST, SHARE * room)),
        max(LEAST, SHARE / 2 * room),
    )  # fmt: skip


def done(effects: Sequence[Effect], planned: int = FEWEST_PAIRS) -> bool:
    """Whether enough pairs have been run, given what they come to at each horizon."""
    planned = max(FEWEST_PAIRS, planned)
    count = effects[0].count
    if count < planned or count >= planned + FURTHER_PAIRS:
        return count >= planned
    hopeful = all(one.worse or one.close for one in effects)
    return not hopeful or (all(one.worse for one in effects) and count == planned)


def closing(late: Effect, before: float) -> bool:
    """Whether a difference would be gone after as many steps again, at the pace of the last half (`before`: its mean
    half way)."""
    return late.worse and late.mean - max(0.0, before - late.mean) < late.margin


def verdict(early: Effect, late: Effect, before: float | None = None) -> Verdict:
    """What two horizons come to; `before` is the mean gain half way to the second one."""
    if early.worse and late.worse:
        return Verdict.UNDECIDED if before is not None and closing(late, before) else Verdict.CONFIRMED
    if early.worse and late.level:
        return Verdict.SLOWER
    if early.level and late.level:
        return Verdict.NO_DIFFERENCE
    return Verdict.UNDECIDED
