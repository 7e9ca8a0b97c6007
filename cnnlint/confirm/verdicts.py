"""What a verdict means for a finding: the severity that is left, and evidence that decides nothing.

No framework is imported here.
"""

from __future__ import annotations

import msgspec

from cnnlint.diagnostics import Diagnostic, Evidence, Severity, Verdict

PAIRED = "paired training runs"


def inconclusive(reason: str, method: str = PAIRED) -> Evidence:
    """Evidence that decides nothing, and why."""
    return Evidence(Verdict.INCONCLUSIVE, method, f"Inconclusive: {reason}.")


def apply(diagnostic: Diagnostic, evidence: Evidence) -> Diagnostic:
    """The diagnostic with its evidence; what was not reproduced weighs one step less (info stays info)."""
    severity = diagnostic.severity
    if evidence.verdict is Verdict.NOT_REPRODUCED:
        severity = severity.lowered()
    return msgspec.structs.replace(diagnostic, evidence=evidence, severity=severity)


def lowered(severity: Severity, evidence: Evidence | None) -> Severity:
    """The severity that a finding has once its evidence is in."""
    return severity.lowered() if evidence is not None and evidence.verdict is Verdict.NOT_REPRODUCED else severity
