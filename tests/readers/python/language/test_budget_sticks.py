"""A budget that is spent stays spent: in `finally`, in handlers, in whatever comes after."""

from __future__ import annotations

import pytest

from cnnlint.readers.python.budget import BudgetSpent, Limits, Meter
from cnnlint.readers.python.reading import File, Read, read_program
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


def _read(text: str) -> Read:
    source = SourceText.decode(text.encode())
    assert isinstance(source, SourceText)
    return File("net.py", parse(source), None, Limits()).read({})


def test_loops_that_build_nothing_share_what_they_may_take() -> None:
    """Twenty readers of data, each with some thousand lines to go through, cost what two of them do."""
    loop = "rows{0} = []\nfor i in range(400):\n" + "    a = np.load(str(i))\n" * 40 + "    rows{0}.append(a)\n"
    head, tail = (
        "import keras, numpy as np\n",
        "net = keras.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])\n",
    )
    one = _read(head + loop.replace("{0}", "") + tail)
    many = _read(head + "".join(loop.replace("{0}", str(number)) for number in range(20)) + tail)
    assert 10_000 < one.steps < 25_000
    assert many.steps < 25_000 + 20 * 5_000
    assert [model.complete for model in (*one.program.models, *many.program.models)] == [True, True]


def test_a_question_about_the_text_is_not_asked_too_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Meter, "late", True)
    read = _read("import keras\nnet = keras.Sequential([keras.layers.Dense(1)])\n")
    assert ["the time ran out" in note.what for note in read.program.notes] == [True]
    assert read.program.hurried
