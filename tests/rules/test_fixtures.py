"""Every fixture has the findings that its header names, and no others of error or warning."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import FIXTURES, Expected, expectations, rows

from cnnlint.diagnostics import Diagnostic
from rules.examples import RULES, lint

SEEDS = sorted((FIXTURES / "seeds").glob("*/*.py"))
CASES = sorted([*(FIXTURES / "rules").glob("*/*.py"), *(FIXTURES / "rules").glob("*/*.onnxtxt")])
DEFAULT = [rule.code for rule in RULES if rule.default]


def label(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def fits(diagnostic: Diagnostic, expected: Expected, source: str) -> bool:
    """Whether a diagnostic is the expected one: its name, severity and place."""
    if (diagnostic.name, diagnostic.severity.value) != (expected.name, expected.severity):
        return False
    return expected.fragment is None or diagnostic.location.row in rows(source, expected.fragment)


def check(path: Path, *, whole: bool) -> None:
    """Compare a fixture's findings with its header; `whole` demands that nothing else of weight is found."""
    source = path.read_text(encoding="utf-8")
    header = expectations(path)
    default, everything = lint(source, DEFAULT), lint(source)
    assert not default.errors
    assert not everything.errors
    for expected in header.findings:
        assert any(fits(d, expected, source) for d in default.diagnostics), f"not found: {expected}"
    for expected in header.selected:
        assert any(fits(d, expected, source) for d in everything.diagnostics), f"not found: {expected}"
    for name in header.absent:
        assert name not in {d.name for d in everything.diagnostics}
    weighty = [d for d in default.diagnostics if d.severity.rank > 0]
    if header.nothing:
        assert weighty == []
    if whole:
        unexpected = [d for d in weighty if not any(fits(d, expected, source) for expected in header.findings)]
        assert unexpected == []


@pytest.mark.parametrize("path", SEEDS, ids=label)
def test_seed(path: Path) -> None:
    check(path, whole=True)


@pytest.mark.parametrize("path", CASES, ids=label)
def test_rule_fixture(path: Path) -> None:
    check(path, whole=False)
