"""What comes of linting: the report, and what people are shown beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from cnnlint.diagnostics import Diagnostic, Report, Severity
from cnnlint.rule.own_rules import UnreadableFile, UnusedSuppression

LineKey = tuple[str, int | None, int]
"""File, cell, row."""


class Outcome(Report):
    """A report with what people are shown beside it: source lines, seconds spent."""

    #: the source lines that diagnostics and their fixes begin and end on
    lines: dict[LineKey, str] = msgspec.field(default_factory=dict)
    #: the rows of notebooks' JSON on which the rows of their cells stand, where diagnostics begin or end
    file_rows: dict[LineKey, int] = msgspec.field(default_factory=dict)
    #: seconds by code of rule, over all files; "read" is reading
    seconds: dict[str, float] = msgspec.field(default_factory=dict)
    #: comments that silenced a finding made from another file
    foreign_uses: set[tuple[str, int]] = msgspec.field(default_factory=set)
    #: (code, file, row) of findings in helpers -> the file that was linted when they were found
    read_from: dict[tuple[str, str, int], str] = msgspec.field(default_factory=dict)

    #: files with models of frameworks that are not read, by framework
    foreign: dict[str, int] = msgspec.field(default_factory=dict)

    #: files whose results were kept from an earlier run, and the seconds that this saved
    cached: int = 0
    saved: float = 0.0
    #: whether the clock had a part in it: a budget of seconds ran out
    hurried: bool = False

    #: the signal that ended the run before all files were read, and how many were not
    stopped: int = 0
    left_out: int = 0

    def unreadable(self) -> list[str]:
        """A line for each file that could not be read at all."""
        found = [d for d in self.diagnostics if d.code == UnreadableFile.code and d.severity is Severity.ERROR]
        return [f"{diagnostic.filename}: {diagnostic.message}" for diagnostic in found]

    def add(self, other: Outcome) -> None:
        """Take in the outcome of another file."""
        self.extend(other)
        self.lines.update(other.lines)
        self.file_rows.update(other.file_rows)
        self.foreign_uses |= other.foreign_uses
        self.read_from = {**other.read_from, **self.read_from}
        self.cached += other.cached
        self.saved += other.saved
        self.hurried = self.hurried or other.hurried
        for framework, files in other.foreign.items():
            self.foreign[framework] = self.foreign.get(framework, 0) + files
        for code, seconds in other.seconds.items():
            self.seconds[code] = self.seconds.get(code, 0.0) + seconds


def gather(parts: Iterator[Outcome] | Sequence[Outcome]) -> Outcome:
    """One outcome of many, each finding once even where several files lead to it."""
    total = Outcome()
    for part in parts:
        total.add(part)
    seen: set[object] = set()
    kept: list[Diagnostic] = []
    for diagnostic in total.diagnostics:
        key = (diagnostic.code, diagnostic.filename, diagnostic.cell, diagnostic.location, diagnostic.node)
        if diagnostic.code.startswith("CNN9"):
            key = (*key, diagnostic.message)  # type: ignore[assignment]
        if key in seen or _used_elsewhere(diagnostic, total):
            continue
        seen.add(key)
        kept.append(diagnostic)
    total.diagnostics = sorted(kept, key=lambda diagnostic: diagnostic.sort_key)
    return total


def _used_elsewhere(diagnostic: Diagnostic, total: Outcome) -> bool:
    """Whether a comment that its own file does not need silences a finding made from another file."""
    return (
        diagnostic.code == UnusedSuppression.code
        and (diagnostic.filename, diagnostic.location.row) in total.foreign_uses
    )
