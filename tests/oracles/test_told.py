"""Programs that learn only when they run what they are to build, held against Keras: written by hand, and generated."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from installed import refuses_empty_outputs

pytest.importorskip("keras")

PROGRAMS, SECONDS = 60, 240


@pytest.mark.slow
@refuses_empty_outputs
def test_nothing_is_claimed_that_no_run_agrees_with() -> None:
    from .told import generated, run

    seed = int(datetime.date.today().strftime("%Y%m%d"))
    tally = run(generated(PROGRAMS, seed), SECONDS)
    print(f"seed {seed}: {tally}")
    assert tally.programs > 5
    assert len(tally.refused) <= 0.1 * max(tally.programs, 20)
    assert [f"program {number} of seed {seed}: {what}" for number, what, _ in [*tally.wrong, *tally.warned]] == []


@pytest.mark.slow
@refuses_empty_outputs
def test_nothing_is_claimed_of_programs_as_they_are_written() -> None:
    from .told import run, written

    tally = run(written(Path(__file__).parent / "told_cases.txt"), SECONDS)
    print(tally)
    assert tally.programs > 5
    assert [f"{name}: {what}" for name, what, _ in [*tally.wrong, *tally.warned, *tally.refused]] == []
