"""Large binary files, in a process of their own that may die of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cnnlint.config import Settings
from cnnlint.lint import job
from cnnlint.lint.discovery import Found
from cnnlint.lint.job import Job
from cnnlint.lint.outcome import Outcome

FIXTURES = Path(__file__).parents[2] / "fixtures"
NAME = "2_cifar10_overfit_as_asked"
FILES = [FIXTURES / "onnx" / f"{NAME}.onnx", FIXTURES / "archives" / f"{NAME}.keras"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.suffix)
def test_a_large_file_is_linted_as_a_small_one_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Job(Settings(), ()).lint(Found(str(path), named=True))
    monkeypatch.setattr(job, "LARGE", 1)
    monkeypatch.setattr(Job, "lint_bytes", only_in_a_child(Job.lint_bytes))
    apart = Job(Settings(), ()).lint(Found(str(path), named=True))
    assert (apart.diagnostics, apart.models, apart.errors) == (here.diagnostics, here.models, here.errors)
    assert apart.models


Method = Callable[[Job, str, bytes], Outcome]


def only_in_a_child(own: Method) -> Method:
    """The method, which fails where it is called in this process."""
    process = os.getpid()

    def lint_bytes(self: Job, filename: str, data: bytes) -> Outcome:
        assert os.getpid() != process
        return own(self, filename, data)

    return lint_bytes


def greedy(self: Job, filename: str, data: bytes) -> Outcome:
    bytearray(500_000_000)
    return Outcome()


@pytest.mark.parametrize(("limit", "value"), [("MOST_SECONDS", 0.0), ("MOST_MEMORY", 50_000_000)])
def test_a_file_that_takes_too_much_is_a_finding(limit: str, value: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "LARGE", 1)
    monkeypatch.setattr(job, limit, value)
    monkeypatch.setattr(Job, "lint_bytes", greedy)
    outcome = Job(Settings(), ()).lint(Found(str(FILES[1]), named=True))
    assert [one.code for one in outcome.diagnostics] == ["CNN901"]
    assert "cannot be read within" in outcome.diagnostics[0].message
    assert outcome.errors == []
