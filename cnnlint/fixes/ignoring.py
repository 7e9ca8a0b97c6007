"""A suppression with its code at every finding, so that a project can begin with none and see only what is new.

The comment goes to the end of the finding's first line; where that line ends in the middle of a string or with a
backslash, on a line of its own above the statement. A file is written only if, read again, it is silent where it spoke.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from cnnlint.config import Settings
from cnnlint.configured import Configured, for_file
from cnnlint.diagnostics import Diagnostic, Location, RunError, TextEdit
from cnnlint.fixes import write_atomically
from cnnlint.fixes.patching import decode, patch
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import TreeLoader
from cnnlint.lint.one_file import linter
from cnnlint.lint.outcome import Outcome
from cnnlint.readers.reading import FileLoader

_OURS = re.compile(r"(#\s*cnnlint:\s*ignore\s*\[)([^\]]*)(\])", re.IGNORECASE)


class Ignored(Struct):
    """What was written: how many findings are silenced, in which files, and what could not be."""

    count: int = 0
    files: list[str] = field(default_factory=list)
    errors: list[RunError] = field(default_factory=list)


def add(outcome: Outcome, configured: Configured, paths: Sequence[str]) -> Ignored:
    """Write a comment for every finding of an outcome into its file."""
    done = Ignored()
    by_file: dict[str, list[Diagnostic]] = {}
    for diagnostic in outcome.diagnostics:
        if not diagnostic.code.startswith("CNN9") and diagnostic.node is None:
            by_file.setdefault(diagnostic.filename, []).append(diagnostic)
    for name, diagnostics in by_file.items():
        data = files.read(name)
        if not isinstance(data, bytes):
            continue
        after = silenced(name, data, diagnostics, for_file(configured, name), TreeLoader(files.tree_roots(paths)))
        if after is None:
            done.errors.append(RunError(name, "no comment could be put that silences its findings"))
            continue
        try:
            write_atomically(name, data, after)
        except OSError as error:
            done.errors.append(RunError(name, f"the comments were not written: {error.strerror or error}"))
            continue
        done.count += len(diagnostics)
        done.files.append(name)
    return done


def silenced(
    name: str, data: bytes, diagnostics: Sequence[Diagnostic], settings: Settings, load: FileLoader
) -> bytes | None:
    """The file with its comments, or None where one of the findings would still speak, or another would."""
    engine = linter(settings)
    before = engine.lint(name, data, load)
    text = before.reading.text
    if text is None:
        return None
    if not before.reading.cells:
        decoded = decode(data)
        if decoded is None:
            return None
        text = decoded[0]
    first_row = {cell.number: cell.first_row for cell in before.reading.cells}
    wanted: dict[int, list[str]] = {}
    for diagnostic in diagnostics:
        row = diagnostic.location.row
        if diagnostic.cell is not None:
            row += first_row[diagnostic.cell] - 1
        codes = wanted.setdefault(row, [])
        if diagnostic.code not in codes:
            codes.append(diagnostic.code)
    edits = _edits(text, wanted)
    after = patch(before.reading, data, edits)
    if after is None:
        return None
    left = {(d.code, d.message) for d in engine.lint(name, after, load).diagnostics if not d.code.startswith("CNN9")}
    kept = {(d.code, d.message) for d in before.diagnostics} - {(d.code, d.message) for d in diagnostics}
    return after if left <= kept else None


def _edits(text: str, wanted: Mapping[int, Sequence[str]]) -> list[TextEdit]:
    """A comment for each of these rows of a text."""
    lines = io.StringIO(text, newline=None).readlines()
    inside, starts = _layout(lines)
    edits: list[TextEdit] = []
    for row, codes in sorted(wanted.items()):
        line = lines[row - 1].rstrip("\n")
        ours = _OURS.search(line)
        if ours is not None and row not in inside:
            named = [part for part in re.split(r"[\s,]+", ours[2]) if part]
            listed = ", ".join(dict.fromkeys([*named, *codes]))
            start, end = Location(row, ours.start(2) + 1), Location(row, ours.end(2) + 1)
            edits.append(TextEdit(listed, start, end))
            continue
        comment = f"# cnnlint: ignore[{', '.join(codes)}]"
        if row in inside or line.endswith("\\"):
            above = starts.get(row, row)
            indent = re.match(r"\s*", lines[above - 1])
            place = Location(above, 1)
            edits.append(TextEdit(f"{indent[0] if indent else ''}{comment}\n", place, place))
        else:
            place = Location(row, len(line.rstrip()) + 1)
            edits.append(TextEdit(f"  {comment}", place, place))
    return edits


def _layout(lines: Sequence[str]) -> tuple[set[int], dict[int, int]]:
    """The rows whose end lies inside a string, and for each row of a statement the row on which that begins."""
    inside: set[int] = set()
    starts: dict[int, int] = {}
    first: int | None = None
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            if token.start[0] != token.end[0] and token.type not in (tokenize.NEWLINE, tokenize.NL):
                inside.update(range(token.start[0], token.end[0]))
            if token.type in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT):
                continue
            first = token.start[0] if first is None else first
            starts.update((row, first) for row in range(token.start[0], token.end[0] + 1))
            if token.type == tokenize.NEWLINE:
                first = None
    except (tokenize.TokenError, SyntaxError):
        pass  # what cannot be tokenized to its end: the rows up to there are known
    return inside, starts
