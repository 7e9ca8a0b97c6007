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


def not_tested(reason: str) -> Evidence:
    """Evidence that no run was made for, and why that would be dishonest."""
    return Evidence(Verdict.NOT_TESTABLE, "none", f"Not tested: {reason}.")


def apply(diagnostic: Diagnostic, evidence: Evidence) -> Diagnostic:
    """The diagnostic with its evidence; what was not reproduced weighs one step less (info stays info).

    Where the repaired model does no better than the one as written, what is said of the repair says so.
    """
    severity = diagnostic.severity
    if evidence.verdict is Verdict.NOT_REPRODUCED:
        severity = severity.lowered()
    text = diagnostic.help
    if evidence.repair is not None and text is not None:
        text = f"{text}; when tested, {evidence.repair}"
    return msgspec.structs.replace(diagnostic, evidence=evidence, severity=severity, help=text)


def lowered(severity: Severity, evidence: Evidence | None) -> Severity:
    """The severity that a finding has once its evidence is in."""
    return severity.lowered() if evidence is not None and evidence.verdict is Verdict.NOT_REPRODUCED else severity
