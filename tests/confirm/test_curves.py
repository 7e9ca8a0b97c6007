"""Training curves as they are kept with the evidence."""

from __future__ import annotations

import numpy as np
import pytest

from cnnlint.confirm.trials.lab import MOST_POINTS, curve, stretches


@pytest.mark.parametrize("steps", [0, 1, 7, 25, 26, 100, 333])
def test_stretches_cover_all_steps(steps: int) -> None:
    ends = stretches(steps)
    assert len(ends) == min(steps, MOST_POINTS)
    lengths = np.diff((0, *ends))
    assert lengths.sum() == steps
    assert steps == 0 or lengths.max() - lengths.min() <= 1


def test_a_curve_is_the_mean_of_every_stretch() -> None:
    losses = np.arange(100, dtype=np.float32)
    losses[41] = np.nan
    found = curve(losses)
    assert found[0] == 1.5
    assert found[10] is None
    assert found[11] == 45.5
    assert curve(np.array([1 / 3, np.inf])) == (0.3333, None)
