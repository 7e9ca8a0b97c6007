"""What a verdict means for a finding: the severity that is left, and evidence that decides nothing.

No framework is imported here.
"""

from __future__ import annotations

import msgspec

from cnnlint.diagnostics import PAIRED, Diagnostic, Evidence, Severity, Verdict


def undecided(reason: str, method: str = PAIRED) -> Evidence:
    """Evidence that decides nothing, and why."""
    return Evidence(Verdict.UNDECIDED, method, f"Undecided: {reason}.")


def not_tested(reason: str) -> Evidence:
    """Evidence that no run was made for, and why that would be dishonest."""
    return Evidence(Verdict.NOT_TESTABLE, "none", f"Not tested: {reason}.")


def apply(diagnostic: Diagnostic, evidence: Evidence) -> Diagnostic:
    """The diagnostic with its evidence; what makes no difference weighs one step less (info stays info).

    Where the repaired model does no better than the one as written, what is said of the repair says so.
    """
    text = diagnostic.help
    if evidence.repair is not None and text is not None:
        text = f"{text}; when tested, {evidence.repair}"
    severity = lowered(diagnostic.severity, evidence)
    return msgspec.structs.replace(diagnostic, evidence=evidence, severity=severity, help=text)


def lowered(severity: Severity, evidence: Evidence | None) -> Severity:
    """The severity that a finding has once its evidence is in: not having seen harm is not enough to lower it."""
    if evidence is None or evidence.verdict is not Verdict.NO_DIFFERENCE or evidence.structure:
        return severity
    return severity.lowered()
