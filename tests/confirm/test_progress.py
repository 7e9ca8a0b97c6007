"""What a person sees while findings are tested: which, what is done about it, and how long that will still take."""

from __future__ import annotations

import io
import sys

import pytest

from cnnlint.confirm import Progress, Request
from cnnlint.confirm import session as confirming


def test_time_left_is_told_once_it_was_measured() -> None:
    assert confirming.told(Progress(0, "pair 1 of 7, as written", 0.0)) == "pair 1 of 7, as written"
    assert confirming.told(Progress(0, "pair 2 of 7, repaired", 0.2, 3.2)) == "pair 2 of 7, repaired, 4 s left"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("steps", "line"),
    [
        (
            [Progress(0, "pair 10 of 11, as written", 0.9, 12.3)],
            "0/2          0:00:00 CNN101 my_long_model…:133: pair 10 of 11, as written, 13 s",
        ),
        (
            [Progress(0, "pair 7 of 7, repaired", 0.9, 3.0)],
            "0/2          0:00:00 CNN101 my_long_model…:133: pair 7 of 7, repaired, 3 s left",
        ),
        ([Progress(0, "done", 1.0), Progress(1, "starts", 0.0)], "1/2 ━━━━     0:00:00 CNN105 m.py:9: starts"),
    ],
)
def test_finding_arm_pair_and_time_left_fit_on_one_line(
    monkeypatch: pytest.MonkeyPatch, steps: list[Progress], line: str
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    for name, value in (("TERM", "xterm"), ("COLUMNS", "80"), ("NO_COLOR", "1")):
        monkeypatch.setenv(name, value)
    labels = [confirming._label(Request("folder/my_long_model_name.py", b"", "CNN101", 133, 1)), "CNN105 m.py:9"]
    with confirming._progress(labels, True) as (report, _):
        for step in steps:
            report(step)
    assert line in terminal.getvalue()


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with confirming._progress(["CNN101 m.py:1"], False) as (report, aside):
        report(Progress(0, "starts", 0.0))
        with aside():
            pass
    assert capsys.readouterr() == ("", "")


def test_what_takes_no_training_comes_first_and_notes_last() -> None:
    def asked(code: str, rank: int, *, trains: bool, ways: int = 1) -> confirming._Asked:
        return confirming._Asked(0, Request("m.py", b"", code, 1, 1, weight=rank), trains=trains, ways=ways)

    findings = [
        asked("slow error", 2, trains=True, ways=3),
        asked("error", 2, trains=True),
        asked("note", 0, trains=False),
        asked("warning", 1, trains=True),
        asked("proof", 1, trains=False),
    ]
    ordered = [one.request.code for one in confirming._cheapest_first(findings)]
    assert ordered == ["proof", "error", "slow error", "warning", "note"]
