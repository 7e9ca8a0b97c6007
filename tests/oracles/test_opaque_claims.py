"""A sample of the day's programs that hang on the outside: no claim may be wrong. See `tests.oracles.opaque`."""

from __future__ import annotations

import time

import pytest

from oracles.opaque.search import run, shortened


@pytest.mark.slow
def test_no_claim_about_what_comes_from_outside_is_wrong() -> None:
    seed = int(time.strftime("%Y%m%d"))
    print(f"seed {seed}")
    found = run(150, seed)
    assert [shortened(text, f"{seed}/{number}", "wrong") for number, text in found.wrong[:3]] == []
