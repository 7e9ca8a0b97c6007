"""When a trial stops, and what it then says: fixed before the first pair, and the same for every rule.

- The planned number of pairs (six or more) is always run, so both verdicts stand on the same footing.
- Confirmed: the exact two-sided sign test over the pairs gives p < 0.05, the model as written is the worse one,
  and the mean difference reaches the rule's margin.
- If exactly one of the planned pairs disagrees and the mean reaches the margin, four more pairs are run, once, and
  the same question is asked again over all of them.
- Anything else is not reproduced. A pair without any difference disagrees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnlint.confirm.figures import sign_test

LEVEL = 0.05
FEWEST_PAIRS = 6
"""Six pairs of one sign have p = 0.031; five cannot get below 0.0625."""
FURTHER_PAIRS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What a sequence of pairs comes to: go on, or stop with a result. `p` is two-sided, `agreeing` counts pairs."""

    done: bool
    confirmed: bool
    p: float
    agreeing: int


def decide(gains: Sequence[float], margin: float, planned: int = FEWEST_PAIRS) -> Decision:
    """The stopping rule. A gain is how much better the repaired model did in a pair, in the statistic's unit."""
    planned = max(FEWEST_PAIRS, planned)
    p, agreeing = sign_test(gains)
    count = len(gains)
    mean = sum(gains) / count if count else 0.0
    worse = agreeing > count - agreeing
    if count < planned:
        return Decision(False, False, p, agreeing)
    confirmed = p < LEVEL and worse and mean >= margin
    if confirmed or count >= planned + FURTHER_PAIRS:
        return Decision(True, confirmed, p, agreeing)
    extend = (agreeing == planned - 1 if count == planned else agreeing >= planned - 1) and mean >= margin
    return Decision(not extend, False, p, agreeing)
