"""Findings and changes as the protocol has them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from lsprotocol import types

from cnnlint.diagnostics import Diagnostic, Fix, Severity
from cnnlint.readers.notebook_json import code_cells, decoded
from cnnlint.readers.reading import Problem
from cnnlint.rule.own_rules import UnusedSuppression
from cnnlint.server.documents import Document, Notebook
from cnnlint.server.readings import Range
from cnnlint.server.texts import LINE_END, Position, Text

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}

Edits = dict[str, list[tuple[Range, str]]]
"""New texts for ranges, by the URI of the document or cell."""


def position(place: Position) -> types.Position:
    """A position of the protocol."""
    return types.Position(place[0], place[1])


def range_(place: Range) -> types.Range:
    """A range of the protocol."""
    return types.Range(position(place[0]), position(place[1]))


def place_of(found: types.Position) -> Position:
    """A position as plain numbers."""
    return found.line, found.character


def diagnostic(place: Range, one: Diagnostic) -> types.Diagnostic:
    """A finding: what is wrong, what to write instead, and what came of putting it to the test."""
    lines = [one.message]
    if one.help:
        lines.append(f"help: {one.help}")
    if one.evidence is not None:
        lines.append(one.evidence.summary)
    return types.Diagnostic(
        range=range_(place),
        message="\n".join(lines),
        severity=_SEVERITIES[one.severity],
        code=one.code,
        code_description=types.CodeDescription(one.url) if one.url else None,
        source="cnnlint",
        tags=[types.DiagnosticTag.Unnecessary] if one.code == UnusedSuppression.code else None,
    )


def fix_edits(document: Document, one: Diagnostic, fix: Fix) -> Edits:
    """A fix as changes to the document it is about."""
    for cell, uri, text in document.parts():
        if cell == one.cell:
            return {
                uri: [
                    (
                        (
                            text.position(edit.location.row, edit.location.column),
                            text.position(edit.end_location.row, edit.end_location.column),
                        ),
                        edit.content,
                    )
                    for edit in fix.edits
                ]
            }
    return {}


def differences(document: Document, after: bytes) -> Edits:
    """What changes a document into what it is to be: whole lines where they differ, and nothing else."""
    if isinstance(document, Notebook):
        notebook = decoded(after)
        if isinstance(notebook, Problem):
            return {}
        sources = {cell.number: cell.source for cell in code_cells(notebook)}
    else:
        sources = {}
    before = decoded(document.data()) if isinstance(document, Notebook) else None
    known = {cell.number: cell.source for cell in code_cells(before)} if isinstance(before, dict) else {}
    found: Edits = {}
    for number, uri, text in document.parts():
        if number is None:
            old, new = document.data().decode("utf-8"), after.decode("utf-8")
        else:
            old, new = known.get(number, ""), sources.get(number, "")
        edits = list(_differing(text, old, new))
        if edits:
            found[uri] = edits
    return found


def _differing(text: Text, before: str, after: str) -> Iterator[tuple[Range, str]]:
    """New texts for the lines that differ. `before` is the text as it was read, line by line where it stands."""
    old, new = _lines(before), _lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            first = text.position(start + 1, 1) if start < len(text.lines) else text.end
            last = text.position(end + 1, 1) if end < len(text.lines) else text.end
            yield (first, last), "".join(new[new_start:new_end])


def _lines(text: str) -> list[str]:
    """Lines with their ends."""
    ends = [match.end() for match in LINE_END.finditer(text)]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    return parts if parts[-1] else parts[:-1]


def workspace_edit(edits: Edits, versions: dict[str, int | None] | None) -> types.WorkspaceEdit:
    """Changes for the editor to make; bound to the versions of the documents where it understands that."""
    by_uri = {
        uri: [types.TextEdit(range_(place), content) for place, content in changes] for uri, changes in edits.items()
    }
    if versions is None:
        return types.WorkspaceEdit(changes=by_uri)
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)), list(changes))
            for uri, changes in by_uri.items()
        ]
    )
