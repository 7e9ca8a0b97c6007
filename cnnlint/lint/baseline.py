"""A baseline: findings that a project has already and does not want to hear of again.

A finding is known by its file, rule, layer and message, not by its place, so lines may move. Each entry says how many
of its kind there are; one more is new. Entries that nothing matches any more are stale, of those that a run looked for.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from cnnlint import atomic
from cnnlint.config import ConfigError
from cnnlint.configured import Configured, for_file
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.one_file import linter
from cnnlint.paths import below, relative

VERSION = 1


class Entry(msgspec.Struct, frozen=True, order=True):
    """Findings of one kind in one file; paths are relative to the baseline's folder, with forward slashes."""

    filename: str
    code: str
    message: str
    layer: str | None = None


class Counted(Entry, frozen=True, order=True):
    """An entry as it is written."""

    count: int = 1


class Baseline(msgspec.Struct):
    """What the file holds."""

    findings: list[Counted]
    version: int = VERSION


def write(path: str, diagnostics: Sequence[Diagnostic]) -> int:
    """Write the baseline of these findings; how many there are. Those about cnnlint itself are never part of it.

    Raises:
        OSError: it cannot be written.
    """
    found = Counter(_entry(diagnostic, _folder(path)) for diagnostic in diagnostics if _counts(diagnostic))
    kept = [Counted(e.filename, e.code, e.message, e.layer, number) for e, number in sorted(found.items())]
    text = msgspec.json.format(msgspec.json.encode(Baseline(kept)), indent=2)
    atomic.put(Path(path), text + b"\n")
    return sum(found.values())


def apply(
    path: str, diagnostics: Sequence[Diagnostic], paths: Sequence[str], configured: Configured
) -> tuple[list[Diagnostic], list[str]]:
    """The findings in these paths that the baseline does not know, and a line for each entry that is stale.

    Raises:
        ConfigError: the file is not there, or not a baseline.
    """
    left = Counter({_plain(entry): entry.count for entry in _read(path).findings})
    fresh = []
    for diagnostic in diagnostics:
        entry = _entry(diagnostic, _folder(path))
        if _counts(diagnostic) and left[entry] > 0:
            left[entry] -= 1
        else:
            fresh.append(diagnostic)
    gone = [entry for entry, number in sorted(left.items()) if number > 0]
    read = [os.path.realpath(one) for one in paths]
    stale = [one for one in gone if _looked_for(one, _folder(path), read, configured)]
    return fresh, [f"{one.filename}: {one.code} {one.message}" for one in stale]


def _looked_for(entry: Entry, folder: str, paths: Sequence[str], configured: Configured) -> bool:
    """Whether an entry's rule ran where its file is, or was: a hook lints what a commit changed, `--select` little."""
    file = os.path.join(folder, entry.filename)
    if not any(below(os.path.realpath(file), path) for path in paths):
        return False
    return any(rule.code == entry.code for rule in linter(for_file(configured, file)).selected.values())


def _read(path: str) -> Baseline:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; --write-baseline makes one") from None
    try:
        found = msgspec.json.decode(data, type=Baseline)
    except msgspec.DecodeError:
        raise ConfigError(f"{path}: not a baseline; --write-baseline makes one") from None
    if found.version != VERSION:
        raise ConfigError(f"{path}: a baseline of version {found.version}; this cnnlint knows version {VERSION}")
    return found


def _entry(diagnostic: Diagnostic, folder: str) -> Entry:
    layer = None if diagnostic.layer is None else _written(diagnostic.layer)
    name = relative(diagnostic.filename, folder)
    return Entry(_written(name), diagnostic.code, _written(diagnostic.message), layer)


def _written(text: str) -> str:
    """A text as JSON can hold it: names of files may be no text, and strings of a program halves of characters."""
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(entry: Counted) -> Entry:
    return Entry(entry.filename, entry.code, entry.message, entry.layer)


def _folder(path: str) -> str:
    return os.path.dirname(os.path.abspath(path))


def _counts(diagnostic: Diagnostic) -> bool:
    return not diagnostic.code.startswith("CNN9")
