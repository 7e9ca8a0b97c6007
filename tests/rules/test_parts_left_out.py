"""What is said of the absence of a call counts only where the whole file was read."""

from __future__ import annotations

import pytest

from rules.examples import lint

NETWORK = """\
from keras import Sequential, layers

model = Sequential([layers.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
"""


@pytest.mark.parametrize("between", ["", "x = (# to be written, # by the reader)\n"])
def test_a_compile_may_stand_in_what_was_left_out(between: str) -> None:
    found = lint(NETWORK + between + "model.evaluate(x, y)\n", ["missing-compile"])
    assert [one.code for one in found.diagnostics if one.code == "CNN707"] == ([] if between else ["CNN707"])
