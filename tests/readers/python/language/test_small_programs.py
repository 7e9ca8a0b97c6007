"""Small programs once read wrongly: CPython runs each, and no width is claimed but the one that it leaves in `R`."""

from __future__ import annotations

from pathlib import Path

from oracles.python.claims import judge

PROGRAMS = Path(__file__).with_name("small_programs.txt").read_text(encoding="utf-8").split("\n---\n")
AROUND = """import keras
from keras import layers
{program}
model = keras.Sequential()
model.add(keras.Input((16,)))
for width in R:
    model.add(layers.Dense(width))
"""


def test_no_width_is_claimed_but_the_one_that_the_program_leaves() -> None:
    outcomes = [judge(AROUND.format(program=program)) for program in PROGRAMS]
    assert not [(program, outcome.wrong) for program, outcome in zip(PROGRAMS, outcomes, strict=True) if outcome.wrong]
    assert sum(not outcome.unknown for outcome in outcomes) > len(PROGRAMS) // 3
