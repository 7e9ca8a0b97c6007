"""GitLab's Code Quality report: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from cnnlint.diagnostics import Diagnostic, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "info"}


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One JSON list."""
    seen: Counter[str] = Counter()
    yield encode([_issue(diagnostic, seen) for diagnostic in outcome.diagnostics], indent=2) + "\n"


def _issue(diagnostic: Diagnostic, seen: Counter[str]) -> dict[str, object]:
    return {
        "description": f"{diagnostic.code} {diagnostic.name}: {diagnostic.message}",
        "check_name": diagnostic.code,
        "fingerprint": _fingerprint(diagnostic, seen),
        "severity": _SEVERITIES[diagnostic.severity],
        "location": {"path": diagnostic.filename, "lines": {"begin": diagnostic.location.row}},
    }


def _fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """The same when lines above come and go, and different for each issue of a report."""
    parts = (diagnostic.filename, str(diagnostic.cell), diagnostic.code, diagnostic.message, diagnostic.node or "")
    text = "\0".join(parts)
    seen[text] += 1
    return hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "replace")).hexdigest()
