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


@pytest.mark.slow
def test_no_claim_about_an_array_of_unknown_contents_is_wrong() -> None:
    pytest.importorskip("pandas")
    pytest.importorskip("sklearn")
    from tests.oracles.opaque.arrays import many, reduced

    seed = int(time.strftime("%Y%m%d"))
    print(f"seed {seed}")
    _, found = many(150, seed)
    shown = [reduced(wrong, own) for own, wrong in found[:3]]
    assert not shown, [(one.kind, one.text, one.program.statements) for one in shown]
