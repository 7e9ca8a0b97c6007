"""When a trial stops, and what it then says: fixed before the first pair, and the same for every rule.

- The planned number of pairs (seven or more) is always run, so both verdicts stand on the same footing.
- Confirmed: the exact two-sided sign test over the pairs gives p < 0.05, the model as written is the worse one,
  and the mean difference reaches the rule's margin.
- If exactly one of the planned pairs disagrees and the mean reaches the margin, up to four more pairs are run, and
  the same question is asked once more over all of them; a second pair that disagrees ends it.
- Anything else is not reproduced.

A pair without any difference disagrees as far as this rule goes: in the test that confirms it counts against the
finding. The p that is stated leaves such pairs out, as the sign test does; where all of them tie, it is 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlint.confirm.figures import sign_test, two_sided

LEVEL = 0.05
FEWEST_PAIRS = 7
"""Five pairs cannot get below p = 0.0625. Six of one sign have p = 0.031, but with the further pairs below, a fair coin
is confirmed in 2.1 % of trials; seven bring that to 1.1 %, and the margin to less."""
FURTHER_PAIRS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sequence of pairs comes to: go on, or stop with a result.

    `p` is two-sided; in `agreeing` pairs the model as written did worse, in `opposing` ones the repaired model.
    """

    done: bool
    confirmed: bool
    p: float
    agreeing: int
    opposing: int


def decide(gains: Sequence[float], margin: float, planned: int = FEWEST_PAIRS) -> Decision:
    """The stopping rule. A gain is how much better the repaired model did in a pair, in the statistic's unit."""
    planned = max(FEWEST_PAIRS, planned)
    p, agreeing, opposing = sign_test(gains)
    count = len(gains)
    mean = sum(gains) / count if count else 0.0
    worse = agreeing > count - agreeing
    if count < planned:
        return Decision(False, False, p, agreeing, opposing)
    confirmed = two_sided(agreeing, count) < LEVEL and worse and mean >= margin
    if count == planned and not confirmed:
        return Decision(not (agreeing == count - 1 and mean >= margin), False, p, agreeing, opposing)
    if planned < count < planned + FURTHER_PAIRS:
        return Decision(agreeing < count - 1, False, p, agreeing, opposing)
    return Decision(True, confirmed, p, agreeing, opposing)
