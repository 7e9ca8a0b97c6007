"""CPython's own tests of `with`, slices, membership and operators: none of their assertions is contradicted."""

from __future__ import annotations

import pytest

from oracles import cpython_tests

FILES = ("test_with", "test_slice", "test_contains", "test_operator", "test_positional_only_arg")


@pytest.mark.skipif(not (cpython_tests.TESTS / "test_with.py").exists(), reason="this Python came without its tests")
def test_nothing_contradicts_the_tests_of_cpython() -> None:
    counts = cpython_tests.run(FILES)
    assert not counts["contradicted"]
    assert counts["known"] > 100
