"""Statements in a `try`: CPython is asked whether each raises, and no width is claimed but the one that it leaves."""

from __future__ import annotations

from pathlib import Path

from oracles.python.claims import judge

STATEMENTS = Path(__file__).with_name("raising.txt").read_text(encoding="utf-8").splitlines()
PROGRAM = """import keras
from keras import layers
n = 2
try:
{body}
    n = 3
except BaseException:
    n = 4
model = keras.Sequential([keras.Input((4,)), layers.Dense(n)])
"""


def test_what_raises_is_not_passed_over() -> None:
    wrong: list[str] = []
    known = 0
    for line in STATEMENTS:
        text = PROGRAM.format(body="\n".join(f"    {part}" for part in line.split("; ")))
        try:
            compile(text, "program", "exec")
        except SyntaxError:
            continue
        outcome = judge(text)
        wrong += [line] if outcome.wrong else []
        known += not outcome.unknown
    assert not wrong
    assert known > len(STATEMENTS) // 2
