"""Every fixture has the findings that its header names, and no others of error or warning."""

from __future__ import annotations

from pathlib import Path

import pytest
from expectations import FIXTURES, Expected, expectations, rows

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.job import Job
from cnnlint.rule import Rule
from rules.examples import RULES, block, lint, sections

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


@pytest.mark.parametrize("folder", sorted({path.parent for path in CASES}), ids=label)
def test_rule_fixtures(folder: Path) -> None:
    wrong = []
    for path in (one for one in CASES if one.parent == folder):
        try:
            check(path, whole=False)
        except AssertionError as error:
            wrong.append(f"{path.name}: {error}")
    assert wrong == []


FIXES = ("none", "unsafe", "safe")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_fixes_that_a_rule_says_it_offers(rule: Rule) -> None:
    """The best that its fixtures and its bad example get is what lists say."""
    job = Job(Settings(extend_select=(rule.code,)), (), fixes=True)
    sources = [path.read_bytes() for path in CASES if path.parent.name == rule.name and path.suffix == ".py"]
    if "```python" in sections(rule).get("Example", ""):
        sources.append(block(rule, "Example").encode())
    found = [one for source in sources for one in job.lint_bytes("model.py", source).diagnostics]
    offered = {one.fix.applicability if one.fix is not None else "none" for one in found if one.code == rule.code}
    assert max(offered, key=FIXES.index, default="none") == rule.fix
