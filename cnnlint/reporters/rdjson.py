"""Reviewdog's diagnostic format: https://github.com/reviewdog/reviewdog/tree/master/proto/rdf"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cnnlint.diagnostics import Diagnostic, Location, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode
from cnnlint.reporters.places import file_row, in_repository

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One JSON object."""
    source = {"name": "cnnlint", "url": "https://cnnlint.readthedocs.io"}
    yield (
        encode({"source": source, "diagnostics": [_entry(one, outcome) for one in outcome.diagnostics]}, indent=2)
        + "\n"
    )


def _entry(diagnostic: Diagnostic, outcome: Outcome) -> dict[str, Any]:
    def range_(start: Location, end: Location) -> dict[str, Any]:
        return {"start": position(start), "end": position(end)}

    def position(place: Location) -> dict[str, int]:
        """Columns are counted in bytes of UTF-8 there."""
        line = outcome.lines.get((diagnostic.filename, None, place.row), "")
        before = line[: place.column - 1]
        return {"line": place.row, "column": place.column - len(before) + len(before.encode("utf-8", "replace"))}

    location: dict[str, Any] = {"path": in_repository(diagnostic.filename)}
    message = diagnostic.message
    if diagnostic.node is not None:
        message = f"node {diagnostic.node}: {message}"
    elif diagnostic.cell is not None:
        # rows count within a cell, which the format does not know: it is told that of the file
        message = f"cell {diagnostic.cell}, line {diagnostic.location.row}: {message}"
        row = file_row(outcome, diagnostic, diagnostic.location.row)
        if row is not None:
            location["range"] = {"start": {"line": row}}
    else:
        location["range"] = range_(diagnostic.location, diagnostic.end_location)
    entry: dict[str, Any] = {
        "message": message,
        "location": location,
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, **({"url": diagnostic.url} if diagnostic.url else {})},
    }
    if diagnostic.fix is not None and diagnostic.cell is None:
        entry["suggestions"] = [
            {"range": range_(edit.location, edit.end_location), "text": edit.content} for edit in diagnostic.fix.edits
        ]
    return entry
