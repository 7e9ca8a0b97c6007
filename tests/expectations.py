"""What a fixture says is to be found in it: the header of comment lines at its top, parsed.

The format is described in `fixtures/README.md`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FIXTURES = Path(__file__).parent.parent / "fixtures"
SEVERITIES = ("error", "warning", "info")

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HEADER = re.compile(r"#\s*(expect[\w-]*)\s*:(.*)")


class HeaderError(ValueError):
    """A header that is missing, malformed or contradicts itself."""


class Expected(NamedTuple):
    """One finding: the rule's name, its severity, and a piece of the flagged source text or None for anywhere."""

    name: str
    severity: str
    fragment: str | None


class Expectations(NamedTuple):
    """The header of one fixture.

    `findings` are expected with the default rules, `selected` when the rule is selected, `absent` names rules that
    must not speak even when selected. `nothing` is true where the header says: no error and no warning at all.
    """

    findings: list[Expected]
    selected: list[Expected]
    absent: list[str]
    nothing: bool


def expectations(path: Path) -> Expectations:
    """The expectations in a fixture's header; raises HeaderError with the place."""
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(source: str, where: str = "<string>") -> Expectations:
    """The expectations in a source text; `where` names it in errors."""
    findings: list[Expected] = []
    selected: list[Expected] = []
    absent: list[str] = []
    nothing = False
    lines = source.splitlines()
    top = header_length(lines)
    for row, line in enumerate(lines, start=1):
        match = _HEADER.match(line)
        if match is None:
            if re.match(r"#\s*expect\b", line):
                raise HeaderError(f"{where}:{row}: a colon is missing: {line}")
            continue
        if row > top:
            raise HeaderError(f"{where}:{row}: expectations stand at the top of the file")
        key, value = match[1], match[2].strip()
        if key == "expect" and value == "nothing":
            nothing = True
        elif key in ("expect", "expect-when-selected"):
            (findings if key == "expect" else selected).append(_expected(value, f"{where}:{row}"))
        elif key == "expect-not":
            absent.append(_name(value, f"{where}:{row}"))
        else:
            raise HeaderError(f"{where}:{row}: unknown header {key!r}")
    if nothing and any(finding.severity != "info" for finding in findings):
        raise HeaderError(f"{where}: expects nothing and something")
    for finding in (*findings, *selected):
        if finding.name in absent:
            raise HeaderError(f"{where}: {finding.name} is expected and forbidden")
    if not (nothing or findings or selected or absent):
        raise HeaderError(f"{where}: no expectations")
    return Expectations(findings, selected, absent, nothing)


def header_length(lines: list[str]) -> int:
    """How many lines of comments a file begins with."""
    for index, line in enumerate(lines):
        if not line.startswith("#"):
            return index
    return len(lines)


def rows(source: str, fragment: str) -> set[int]:
    """The rows (from 1) on which a finding anchored to `fragment` may start; empty where the text has no such fragment.

    These are the rows of the innermost expression or simple statement around each occurrence below the header, so
    that a finding on a call that spans lines may point at the call or at one of its arguments.
    """
    lines = source.splitlines(keepends=True)
    start = sum(len(line) for line in lines[: header_length([line.rstrip("\r\n") for line in lines])])
    found: set[int] = set()
    spans: list[tuple[int, int, int, int]] | None = None
    while (at := source.find(fragment, start)) >= 0:
        start = at + 1
        first = source.count("\n", 0, at) + 1
        last = first + fragment.count("\n")
        found.update(range(first, last + 1))
        if spans is None:
            spans = sorted(_spans(source), key=lambda span: span[1] - span[0])
        for begin, end, row, end_row in spans:
            if begin <= at and at + len(fragment) <= end:
                found.update(range(row, end_row + 1))
                break
    return found


def _spans(source: str) -> Iterator[tuple[int, int, int, int]]:
    """First and last character and row of every expression and simple statement."""
    offsets = [0]
    for line in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(line))
    text = source.splitlines(keepends=True)

    def offset(row: int, column: int) -> int:
        # `ast` counts columns in bytes
        return offsets[row - 1] + len(text[row - 1].encode()[:column].decode())

    for node in ast.walk(ast.parse(source)):
        simple = isinstance(node, (ast.expr, ast.keyword)) or (isinstance(node, ast.stmt) and not hasattr(node, "body"))
        if not simple:
            continue
        assert isinstance(node, (ast.expr, ast.keyword, ast.stmt))
        row, end_row = node.lineno, node.end_lineno or node.lineno
        yield offset(row, node.col_offset), offset(end_row, node.end_col_offset or 0), row, end_row


def _expected(value: str, where: str) -> Expected:
    text, at, fragment = value.partition(" @ ")
    fragment = fragment.strip()
    words = text.split()
    if text.rstrip().endswith("@") or (at and not fragment):
        raise HeaderError(f"{where}: an anchor needs a piece of source text after '@'")
    if len(words) != 2:
        raise HeaderError(f"{where}: expected 'NAME SEVERITY' or 'NAME SEVERITY @ SOURCE TEXT', not {value!r}")
    name, severity = words
    if severity not in SEVERITIES:
        raise HeaderError(f"{where}: unknown severity {severity!r}")
    return Expected(_name(name, where), severity, fragment or None)


def _name(value: str, where: str) -> str:
    if not _NAME.fullmatch(value):
        raise HeaderError(f"{where}: not the name of a rule: {value!r}")
    return value
