"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from cnnlint.diagnostics import Diagnostic, Location, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode
from cnnlint.reporters.places import file_row, fingerprint
from cnnlint.rule import registry
from cnnlint.version import __version__

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
HOME = "https://cnnlint.readthedocs.io"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """One log with one run.

    Notebook cells and ONNX nodes are logical locations; regions are rows of files, in notebooks those of their JSON.
    """
    seen: Counter[str] = Counter()
    codes = sorted({diagnostic.code for diagnostic in outcome.diagnostics})
    first = {diagnostic.code: diagnostic for diagnostic in reversed(outcome.diagnostics)}
    run = {
        "tool": {
            "driver": {
                "name": "cnnlint",
                "version": __version__,
                "informationUri": HOME,
                "rules": [_rule(first[code]) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not outcome.errors,
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": f"{error.filename}: {error.message}"}}
                    for error in outcome.errors
                ],
            }
        ],
        "results": [
            _result(diagnostic, codes.index(diagnostic.code), outcome, seen) for diagnostic in outcome.diagnostics
        ],
    }
    yield encode({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(diagnostic: Diagnostic) -> dict[str, Any]:
    rule = registry.load().get(diagnostic.code)
    described: dict[str, Any] = {"id": diagnostic.code, "name": diagnostic.name}
    if diagnostic.url:
        described["helpUri"] = diagnostic.url
    if rule is not None:
        described["shortDescription"] = {"text": rule.summary}
        described["help"] = {"text": rule.documentation(), "markdown": rule.documentation()}
        described["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
    return described


def _result(diagnostic: Diagnostic, index: int, outcome: Outcome, seen: Counter[str]) -> dict[str, Any]:
    message = diagnostic.message + (f"\n{diagnostic.help}" if diagnostic.help else "")
    artifact = {"uri": _uri(diagnostic.filename)}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": artifact}}
    logical = [
        {"name": name, "fullyQualifiedName": f"{diagnostic.filename}#{name}", "kind": kind}
        for name, kind in (
            (f"cell {diagnostic.cell}" if diagnostic.cell is not None else None, "module"),
            (diagnostic.node, "object"),
            (diagnostic.written, "member"),
        )
        if name is not None
    ]
    if logical:
        location["logicalLocations"] = logical
    rows = [file_row(outcome, diagnostic, place.row) for place in (diagnostic.location, diagnostic.end_location)]
    if diagnostic.cell is not None and None not in rows:
        location["physicalLocation"]["region"] = {"startLine": rows[0], "endLine": rows[1]}
    elif diagnostic.cell is None and diagnostic.node is None:
        location["physicalLocation"]["region"] = _region(diagnostic.location, diagnostic.end_location)
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {"cnnlint/v1": fingerprint(diagnostic, seen)},
    }
    if diagnostic.fix is not None and diagnostic.cell is None:
        replacements = [
            {"deletedRegion": _region(edit.location, edit.end_location), "insertedContent": {"text": edit.content}}
            for edit in diagnostic.fix.edits
        ]
        change = {"artifactLocation": artifact, "replacements": replacements}
        result["fixes"] = [{"description": {"text": diagnostic.fix.message}, "artifactChanges": [change]}]
    if diagnostic.evidence is not None:
        result["properties"] = {"evidence": msgspec.to_builtins(diagnostic.evidence)}
    return result


def _region(start: Location, end: Location) -> dict[str, int]:
    return {"startLine": start.row, "startColumn": start.column, "endLine": end.row, "endColumn": end.column}


def _uri(filename: str) -> str:
    if os.path.isabs(filename):
        return Path(filename).as_uri()
    return quote(filename.replace(os.sep, "/"), errors="replace")
