"""A sample of the day's programs of plain Python: no claim may be wrong. See `tests.oracles.python`."""

from __future__ import annotations

import time

import pytest

from oracles.python.search import run, shortened


@pytest.mark.slow
def test_no_claim_about_plain_python_is_wrong() -> None:
    seed = int(time.strftime("%Y%m%d"))
    print(f"seed {seed}")
    found = run(500, seed)
    assert [shortened(text, "wrong") for _, text in found.wrong[:5]] == []
    assert len(found.unknown) / found.programs <= 0.15
