"""A sample of the day's programs: no claim about an array may be wrong. See `tests.oracles.arrays`."""

from __future__ import annotations

import time

import pytest

pytest.importorskip("pandas")
pytest.importorskip("sklearn")


@pytest.mark.slow
def test_no_claim_about_an_array_is_wrong() -> None:
    from tests.oracles.arrays import many, reduced

    seed = int(time.strftime("%Y%m%d"))
    print(f"seed {seed}")
    tally = many(500, seed)
    shown = [reduced(wrong) for wrong in tally.wrong[:5]]
    assert not shown, [(one.kind, one.text, one.program.statements) for one in shown]
    for fact in ("shape", "dtype"):
        assert tally.share(fact) <= 25, fact
