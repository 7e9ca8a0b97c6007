"""Ranges after functions of one number, held against the functions themselves."""

from __future__ import annotations

import math
import random

import pytest

from cnnlint.readers.python.arrays.ranges import applied


@pytest.mark.parametrize("name", ["sin", "cos"])
def test_waves(name: str) -> None:
    function, chance = getattr(math, name), random.Random(7)
    known = 0
    for _ in range(300):
        low = chance.uniform(-20, 20)
        high = low + chance.uniform(0, 9)
        values = [function(low + (high - low) * step / 400) for step in range(401)]
        least, most = applied((low, high), name)
        assert least is None or least == pytest.approx(min(values), abs=2e-3)
        assert most is None or most == pytest.approx(max(values), abs=2e-3)
        known += (least is not None) + (most is not None)
    assert known > 200
