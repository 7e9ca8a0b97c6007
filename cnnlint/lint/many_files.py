"""Many files in, one report out: one after the other where they are few, in worker processes where they are many.

A worker that dies (killed, out of memory, a crash in a parser) costs the file it was on and nothing else.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic, Report, Severity
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import Found, TreeLoader
from cnnlint.lint.one_file import FileResult, linter
from cnnlint.readers.reading import FileLoader, Problem
from cnnlint.rule.own_rules import UnreadableFile, UnusedSuppression

PARALLEL_FROM = 40
"""With fewer files than this, starting workers takes longer than they save."""

LineKey = tuple[str, int | None, int]
"""File, cell, row."""


class Outcome(Report):
    """A report with what people are shown beside it: source lines, seconds spent."""

    #: the source lines that diagnostics begin on
    lines: dict[LineKey, str] = msgspec.field(default_factory=dict)
    #: seconds by code of rule, over all files; "read" is reading
    seconds: dict[str, float] = msgspec.field(default_factory=dict)
    #: comments that silenced a finding made from another file
    foreign_uses: set[tuple[str, int]] = msgspec.field(default_factory=set)
    #: (code, file, row) of findings in helpers -> the file that was linted when they were found
    read_from: dict[tuple[str, str, int], str] = msgspec.field(default_factory=dict)

    def unreadable(self) -> list[str]:
        """A line for each file that could not be read at all."""
        found = [d for d in self.diagnostics if d.code == UnreadableFile.code and d.severity is Severity.ERROR]
        return [f"{diagnostic.filename}: {diagnostic.message}" for diagnostic in found]

    def add(self, other: Outcome) -> None:
        """Take in the outcome of another file."""
        self.extend(other)
        self.lines.update(other.lines)
        self.foreign_uses |= other.foreign_uses
        self.read_from = {**other.read_from, **self.read_from}
        for code, seconds in other.seconds.items():
            self.seconds[code] = self.seconds.get(code, 0.0) + seconds


@dataclass(frozen=True, slots=True)
class Job:
    """What it takes to lint files in another process."""

    settings: Settings
    #: folders that imports may be read from
    roots: tuple[str, ...]
    #: work out `Diagnostic.fix`, which means to read each patched file again
    fixes: bool = False

    def lint(self, found: Found) -> Outcome:
        """Lint one file, from disk."""
        engine = linter(self.settings)
        data = found.problem or files.read(found.path)
        if isinstance(data, bytes) and found.named and _says_nothing(found.path, data):
            data = Problem("the file is empty: there is nothing to read", kind="format", partial=True)
        if isinstance(data, Problem):
            return _outcome(engine.unreadable(found.path, data), b"", None)
        try:
            return self.lint_bytes(found.path, data)
        except Exception as error:  # reading and rules are guarded one by one; this is the report about them
            return self.crashed(found, f"{type(error).__name__}: {error}")

    def crashed(self, found: Found, message: str) -> Outcome:
        """The outcome for a file that cannot be linted for a reason that is not its own."""
        return _outcome(linter(self.settings).crashed(found.path, message), b"", None)

    def lint_bytes(self, filename: str, data: bytes) -> Outcome:
        """Lint the contents of one file."""
        engine, load = linter(self.settings), TreeLoader(self.roots)
        result = engine.lint(filename, data, load)
        if self.fixes:
            from cnnlint.fixes.proving import with_fixes

            with_fixes(engine, result, data, load)
        return _outcome(result, data, load)


def lint_paths(paths: Sequence[str], settings: Settings, *, fixes: bool = False, workers: int | None = None) -> Outcome:
    """Lint files and folders. ConfigError for unusable settings; whatever is wrong with a file is in the outcome.

    `fixes` fills `Diagnostic.fix`; `workers` is the number of processes, by default what the machine offers.
    """
    linter(settings)  # a wrong selector is told before anything is read
    found = files.discover(paths, exclude=settings.exclude, root=settings.root)
    job = Job(settings, files.tree_roots(paths), fixes)
    count = min(workers or _processors(), len(found), 32)
    if count < 2 or len(found) < PARALLEL_FROM:
        return gather(map(job.lint, found))
    from cnnlint.lint import pool as processes

    return gather(processes.lint(job, found, count))


def lint_text(filename: str, data: bytes, settings: Settings, *, fixes: bool = False) -> Outcome:
    """Lint contents that come from elsewhere (standard input, an editor) as if they stood in `filename`."""
    return gather([Job(settings, files.tree_roots([filename]), fixes).lint_bytes(filename, data)])


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


def _outcome(result: FileResult, data: bytes, load: FileLoader | None) -> Outcome:
    """What of a result crosses processes."""
    return Outcome(
        diagnostics=result.diagnostics,
        models=result.models,
        errors=result.errors,
        files=1,
        lines=dict(_lines(result, data, load)),
        seconds=result.seconds,
        foreign_uses=result.foreign_uses,
        read_from={
            (diagnostic.code, diagnostic.filename, diagnostic.location.row): result.filename
            for diagnostic in result.diagnostics
            if diagnostic.filename != result.filename
        },
    )


def _lines(result: FileResult, data: bytes, load: FileLoader | None) -> Iterator[tuple[LineKey, str]]:
    """The source lines that the diagnostics begin on."""
    texts: dict[str, list[str]] = {}
    above = {cell.number: cell.first_row - 1 for cell in result.reading.cells}
    for diagnostic in result.diagnostics:
        name, row = diagnostic.filename, diagnostic.location.row
        if name not in texts:
            texts[name] = _split(_text(result, name, data, load))
        own_row = row + (above.get(diagnostic.cell, 0) if diagnostic.cell is not None else 0)
        if 1 <= own_row <= len(texts[name]):
            yield (name, diagnostic.cell, row), texts[name][own_row - 1]


def _text(result: FileResult, filename: str, data: bytes, load: FileLoader | None) -> str:
    if filename != result.filename:
        data = (load(filename) if load is not None else None) or b""
    elif result.reading.text is not None:
        return result.reading.text
    elif not filename.endswith(".py"):
        return ""  # a binary file has no lines to show
    return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")


def _split(text: str) -> list[str]:
    return [line.rstrip("\n") for line in io.StringIO(text, newline=None)]


def _says_nothing(path: str, data: bytes) -> bool:
    """Whether a Python file is empty and not one of those that usually are."""
    return path.endswith(".py") and os.path.basename(path) != "__init__.py" and not data.strip()


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


__all__ = ["Job", "Outcome", "gather", "lint_paths", "lint_text"]
