"""What paired runs came to."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from cnnlint.confirm.trials.stopping import Effect
from cnnlint.diagnostics import Curves, Horizon, Verdict, Whole


class TrialResult(Struct, frozen=True):
    """What a trial came to. `pairs` are (as written, repaired) of the statistic at the last horizon."""

    verdict: Verdict
    statistic: str
    pairs: tuple[tuple[float, float], ...]
    early: Effect
    late: Effect
    horizons: tuple[Horizon, Horizon]
    notes: tuple[str, ...]
    also: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    #: why the runs decide nothing, where they do not
    reason: str | None = None
    #: in how many pairs the arm (as written, repaired) left the finite numbers
    diverged: tuple[int, int] = (0, 0)
    curves: Curves | None = None
    #: the statistic of both arms, and every loss in training, is equal in every pair, to the last bit
    identical: bool = False
    #: the model as written is worse, but catching up
    closing: bool = False
    #: worse in every pair so far by a gap that needs no more steps: further pairs may show it
    waits: bool = False
    #: the model as written is worse, and has learned nothing yet
    sleeps: bool = False
    #: it is the repaired model that is behind, but catching up
    trails: bool = False
    beside: tuple[str, ...] = ()
    whole: Whole | None = None

    @property
    def means(self) -> tuple[float, float]:
        """The mean of the statistic at the last horizon, as written and repaired."""
        return self.horizons[1].as_written, self.horizons[1].repaired
