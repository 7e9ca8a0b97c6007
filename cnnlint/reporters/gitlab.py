"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cnnlint.diagnostics import Diagnostic, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode
from cnnlint.reporters.places import file_row, fingerprint, in_repository

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One JSON list."""
    seen: Counter[str] = Counter()
    yield encode([_issue(diagnostic, outcome, seen) for diagnostic in outcome.diagnostics], indent=2) + "\n"


def _issue(diagnostic: Diagnostic, outcome: Outcome, seen: Counter[str]) -> dict[str, object]:
    return {
        "description": f"{diagnostic.code} {diagnostic.name}: {diagnostic.message}",
        "check_name": diagnostic.code,
        "fingerprint": fingerprint(diagnostic, seen),
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {
            "path": in_repository(diagnostic.filename),
            "lines": {"begin": file_row(outcome, diagnostic, diagnostic.location.row) or 1},
        },
    }
