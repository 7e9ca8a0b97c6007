"""The seeds, from the file to the report: every finding that is named, and no error or warning beyond."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import FIXTURES, Expected, expectations, rows

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.one_file import lint_bytes

SEEDS = sorted((FIXTURES / "seeds").glob("*/*.py"))


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def lint(path: Path, *select: str) -> list[Diagnostic]:
    result = lint_bytes(path.as_posix(), path.read_bytes(), Settings(select=select))
    assert not result.errors
    return result.diagnostics


def fits(diagnostic: Diagnostic, expected: Expected, source: str) -> bool:
    """Whether a finding is the one expected: rule, severity and row."""
    if (diagnostic.name, diagnostic.severity.value) != (expected.name, expected.severity):
        return False
    return expected.fragment is None or diagnostic.location.row in rows(source, expected.fragment)


@pytest.mark.parametrize("path", SEEDS, ids=label)
def test_seed(path: Path) -> None:
    source, header = path.read_text(encoding="utf-8"), expectations(path)
    found = lint(path)
    missing = [expected for expected in header.findings if not any(fits(d, expected, source) for d in found)]
    beyond = [
        (diagnostic.name, diagnostic.severity.value, diagnostic.location.row)
        for diagnostic in found
        if diagnostic.severity.value != "info"
        and not any(fits(diagnostic, expected, source) for expected in header.findings)
    ]
    assert (missing, beyond) == ([], [])
    everything = lint(path, "ALL")
    assert [e for e in header.selected if not any(fits(d, e, source) for d in everything)] == []
    assert not {diagnostic.name for diagnostic in everything} & set(header.absent)


@pytest.mark.parametrize("path", SEEDS, ids=label)
def test_every_seed_is_read(path: Path) -> None:
    result = lint_bytes(path.as_posix(), path.read_bytes(), Settings())
    assert result.models
    assert not result.reading.problems
