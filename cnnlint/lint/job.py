"""What it takes to lint files, here or in another process."""

from __future__ import annotations

import functools
import gc
import io
import os
import pickle
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cnnlint import store
from cnnlint.config import Settings
from cnnlint.lint import cache
from cnnlint.lint import discovery as files
from cnnlint.lint.discovery import Found
from cnnlint.lint.one_file import FileResult, linter
from cnnlint.lint.outcome import LineKey, Outcome
from cnnlint.readers import child, formats
from cnnlint.readers.reading import FileLoader, Problem

LARGE = 1_000_000
"""Bytes of a binary file from which on it is linted in a process of its own, which takes some 20 ms."""

MOST_SECONDS = 60.0
"""Of processor time that it may take; 5 MB of operators took 10."""

MOST_MEMORY = 1_000_000_000
"""Bytes that it may take beside four times the file."""


class Job(Struct, frozen=True):
    """What it takes to lint files in another process."""

    #: how contents are linted that come without settings of their own
    settings: Settings
    #: folders that imports may be read from
    roots: tuple[str, ...]
    #: work out `Diagnostic.fix`, which means to read each patched file again
    fixes: bool = False
    #: take results of earlier runs where they still hold, and keep those of this one
    cached: bool = False

    def lint(self, found: Found) -> Outcome:
        """Lint one file, from disk."""
        return self._of(found)._lint(found)

    def _of(self, found: Found) -> Job:
        """This, for the settings of a file."""
        return self if found.settings is self.settings else replace(self, settings=found.settings)

    def _lint(self, found: Found) -> Outcome:
        engine = linter(self.settings)
        data = found.problem or files.read(found.path)
        if isinstance(data, bytes) and not found.named and formats.holds_no_model(found.path, data):
            return outcome_of(engine.passed_over(found.path), b"", None)
        if isinstance(data, bytes) and found.named and _says_nothing(found.path, data):
            data = Problem("the file is empty: there is nothing to read", kind="format", partial=True)
        if isinstance(data, Problem):
            return outcome_of(engine.unreadable(found.path, data), b"", None)
        try:
            if len(data) >= LARGE and formats.is_binary(found.path, data):
                return self._apart(found.path, data)
            return self.lint_bytes(found.path, data)
        except Exception as error:  # reading and rules are guarded one by one; this is the report about them
            return self.crashed(found, f"{type(error).__name__}: {error}")

    def _apart(self, filename: str, data: bytes) -> Outcome:
        """Lint a file in a process that may die of it."""
        memory = MOST_MEMORY + 4 * len(data)

        def asked() -> bytes:
            gc.disable()  # the process ends with its answer, and what it may take is limited
            return pickle.dumps(self.lint_bytes(filename, data))

        try:
            outcome = pickle.loads(child.ask(asked, seconds=MOST_SECONDS, memory=memory))
        except child.Died:
            message = (
                f"cannot be read within {MOST_SECONDS:.0f} seconds of processor time and {memory:,} bytes of memory"
            )
            problem = Problem(message, kind="too-complex")
            return outcome_of(linter(self.settings).unreadable(filename, problem), b"", None)
        assert isinstance(outcome, Outcome)
        return outcome

    def crashed(self, found: Found, message: str) -> Outcome:
        """The outcome for a file that cannot be linted for a reason that is not its own."""
        return outcome_of(linter(found.settings).crashed(found.path, message), b"", None)

    def lint_bytes(self, filename: str, data: bytes) -> Outcome:
        """Lint the contents of one file."""
        results = self._results() if self.cached and filename.endswith(cache.KEPT) else None
        load = files.loader(self.roots, os.getcwd())
        if results is None:
            return self._work_out(filename, data, load)
        key = results.key(filename, data, self.roots, self.fixes)
        found = results.find(key, load)
        if found is None:
            recording = cache.Recording(load)
            found = self._work_out(filename, data, recording)
            if not found.hurried:
                results.keep(key, found, recording.followed)
        return found

    def _results(self) -> cache.Results | None:
        """The results of earlier runs; none where a project has rules of its own, which may do anything."""
        if self.settings.rules:
            return None
        return _kept_results(msgspec.json.encode(self.settings), store.folder("results"))

    def prune(self) -> None:
        """Let go of results that were not used for longest, where there are too many."""
        results = self._results() if self.cached else None
        if results is not None:
            results.prune()

    def _work_out(self, filename: str, data: bytes, load: FileLoader) -> Outcome:
        engine = linter(self.settings)
        result = engine.lint(filename, data, load)
        if self.fixes and result.diagnostics:
            from cnnlint.fixes.proving import with_fixes

            with_fixes(engine, result, data, load)
        return outcome_of(result, data, load)


@functools.lru_cache(maxsize=64)
def _kept_results(settings: bytes, folder: Path) -> cache.Results:
    return cache.Results(linter(msgspec.json.decode(settings, type=Settings)), settings, folder)


def outcome_of(result: FileResult, data: bytes, load: FileLoader | None) -> Outcome:
    """What of a result crosses processes."""
    return Outcome(
        diagnostics=result.diagnostics,
        models=result.models,
        errors=result.errors,
        files=1,
        lines=dict(_lines(result, data, load)),
        file_rows=_file_rows(result, data),
        seconds=result.seconds,
        hurried=result.reading.program is not None and result.reading.program.hurried,
        foreign_uses=result.foreign_uses,
        foreign={result.reading.foreign: 1} if result.reading.foreign is not None else {},
        read_from={
            (diagnostic.code, diagnostic.filename, diagnostic.location.row): result.filename
            for diagnostic in result.diagnostics
            if diagnostic.filename != result.filename
        },
    )


def _lines(result: FileResult, data: bytes, load: FileLoader | None) -> Iterator[tuple[LineKey, str]]:
    """The source lines that the diagnostics and their fixes begin and end on."""
    texts: dict[str, list[str]] = {}
    above = {cell.number: cell.first_row - 1 for cell in result.reading.cells}
    for diagnostic in result.diagnostics:
        name = diagnostic.filename
        if name not in texts:
            texts[name] = _split(_text(result, name, data, load))
        places = [diagnostic.location, diagnostic.end_location]
        for edit in diagnostic.fix.edits if diagnostic.fix is not None else ():
            places += [edit.location, edit.end_location]
        for row in sorted({place.row for place in places}):
            own_row = row + (above.get(diagnostic.cell, 0) if diagnostic.cell is not None else 0)
            if 1 <= own_row <= len(texts[name]):
                yield (name, diagnostic.cell, row), texts[name][own_row - 1]


def _file_rows(result: FileResult, data: bytes) -> dict[LineKey, int]:
    """Where in a notebook's file the rows of its cells stand that diagnostics begin or end on."""
    wanted = {
        (diagnostic.cell, row)
        for diagnostic in result.diagnostics
        if diagnostic.cell is not None
        for row in (diagnostic.location.row, diagnostic.end_location.row)
    }
    if not wanted:
        return {}
    from cnnlint.readers.notebook_json import rows_in_file

    rows = rows_in_file(data)
    return {(result.filename, cell, row): rows[cell, row] for cell, row in wanted if (cell, row) in rows}


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
