"""Workflow commands that GitHub Actions shows as annotations of a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Diagnostic, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.places import in_repository
from cnnlint.reporters.terminal import clean

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One command a line."""
    for diagnostic in outcome.diagnostics:
        yield _command(diagnostic) + "\n"


def _command(diagnostic: Diagnostic) -> str:
    properties = {"file": in_repository(diagnostic.filename), "title": f"{diagnostic.code} {diagnostic.name}"}
    message = diagnostic.message
    if diagnostic.cell is not None:  # rows count within a cell, which GitHub does not know
        message = f"cell {diagnostic.cell}, line {diagnostic.location.row}: {message}"
    elif diagnostic.node is not None:
        message = f"node {diagnostic.node}: {message}"
    else:
        properties["line"] = str(diagnostic.location.row)
        properties["endLine"] = str(diagnostic.end_location.row)
        if diagnostic.location.row == diagnostic.end_location.row:  # columns mean nothing over several lines
            properties["col"] = str(diagnostic.location.column)
            properties["endColumn"] = str(diagnostic.end_location.column)
    if diagnostic.help:
        message += f"\nhelp: {diagnostic.help}"
    listed = ",".join(f"{name}={_escaped(value, True)}" for name, value in properties.items())
    return f"::{_COMMANDS[diagnostic.severity]} {listed}::{_escaped(message, False)}"


def _escaped(text: str, in_property: bool) -> str:
    text = "%0A".join(clean(line).replace("%", "%25") for line in text.split("\n"))
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
