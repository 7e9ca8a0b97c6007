"""A budget that is spent stays spent: in `finally`, in handlers, in whatever comes after."""

from __future__ import annotations

import pytest

from cnnlint.readers.python.budget import BudgetSpent, Limits, Meter
from cnnlint.readers.python.reading import read_program
from cnnlint.readers.python.text.parse import parse
from cnnlint.readers.python.text.source import SourceText


def test_what_is_spent_stays_spent() -> None:
    meter = Meter(Limits(steps=10))
    for _ in range(10):
        meter.step()
    for _ in range(3):
        with pytest.raises(BudgetSpent, match="10 steps"):
            meter.step()
    assert meter.steps == 11


def test_nothing_is_read_in_finally_once_it_is_spent() -> None:
    levels = "\n".join(
        f"def f{n}():\n    try: f{n + 1}()\n    except: f{n + 1}()\n    finally: f{n + 1}()" for n in range(14)
    )
    source = SourceText.decode(f"import keras\n{levels}\ndef f14(): keras.layers.Dense(1)\nf0()\n".encode())
    assert isinstance(source, SourceText)
    program = read_program("net.py", parse(source), None, Limits(steps=2_000))
    assert any("2,000 steps" in note.what for note in program.notes)
