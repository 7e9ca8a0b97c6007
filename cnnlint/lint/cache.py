"""What files came to in earlier runs, found again as long as nothing that it depends on has changed.

That is the file's name and contents, the settings, the folders that imports may be read from, the contents of every
other file that was asked for while it was read (those that were not there among them), and the code of cnnlint, of the
rules and of the parsers. Projects with rules of their own, which may do anything, keep nothing; nor is a result kept
that the clock had a part in, or in which cnnlint itself failed.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cnnlint import store
from cnnlint.diagnostics import Diagnostic, ModelSummary
from cnnlint.lint.outcome import Outcome
from cnnlint.readers.reading import FileLoader
from cnnlint.version import __version__

if TYPE_CHECKING:
    from cnnlint.lint.one_file import Linter

MOST_BYTES = 256 * 2**20
"""Some 50,000 files; beyond that, what was not used for longest goes."""
KEPT = (".py", ".ipynb")
"""What is kept: files that read others through the loader alone. Exported models are quicker to read than to find."""

_PARSERS = ("libcst", "msgspec", "pathspec")


class Kept(msgspec.Struct, frozen=True):
    """What an entry holds: its own key, what it depends on beside that, and the outcome as JSON can say it."""

    key: str
    #: the digest of the contents of each file that was asked for; None for those that were not there
    followed: dict[str, str | None]
    diagnostics: list[Diagnostic]
    models: list[ModelSummary]
    lines: list[tuple[str, int | None, int, str]]
    file_rows: list[tuple[str, int | None, int, int]]
    foreign_uses: list[tuple[str, int]]
    read_from: list[tuple[str, str, int, str]]
    foreign: dict[str, int]
    #: what it took to work it out
    seconds: dict[str, float]


class Recording:
    """A loader that takes down what it is asked for."""

    def __init__(self, load: FileLoader) -> None:
        self._load = load
        self.followed: dict[str, str | None] = {}

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is none."""
        data = self._load(path)
        self.followed[path] = _digest(data) if data is not None else None
        return data


class Results:
    """The results that are kept for a linter and the settings that it was made from."""

    def __init__(self, engine: Linter, settings: bytes, folder: Path) -> None:
        self._store = store.Store(folder)
        self._base = _digest(settings, *_code(engine))

    def key(self, filename: str, data: bytes, roots: tuple[str, ...], fixes: bool) -> str:
        """The key of a file's result."""
        return _digest(
            self._base.encode(),
            filename.encode("utf-8", "surrogateescape"),
            os.getcwdb(),
            bytes([fixes]),
            *(root.encode("utf-8", "surrogateescape") for root in roots),
            data,
        )

    def find(self, key: str, load: FileLoader) -> Outcome | None:
        """The outcome that is kept under a key, if every file that it followed is as it was."""
        started = time.perf_counter()
        try:
            kept = msgspec.json.decode(self._store.find(key) or b"", type=Kept)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if kept.key != key:
            return None
        if not unchanged(kept.followed, load):
            return None
        spent = time.perf_counter() - started
        return Outcome(
            diagnostics=kept.diagnostics,
            models=kept.models,
            files=1,
            lines={(name, cell, row): text for name, cell, row, text in kept.lines},
            file_rows={(name, cell, row): at for name, cell, row, at in kept.file_rows},
            seconds={"cache": spent},
            foreign_uses=set(kept.foreign_uses),
            read_from={(code, name, row): source for code, name, row, source in kept.read_from},
            foreign=kept.foreign,
            cached=1,
            saved=sum(kept.seconds.values()) - spent,
        )

    def keep(self, key: str, outcome: Outcome, followed: dict[str, str | None]) -> None:
        """Keep an outcome, unless cnnlint failed in it."""
        if outcome.errors:
            return
        kept = Kept(
            key,
            followed,
            outcome.diagnostics,
            outcome.models,
            [(*place, text) for place, text in outcome.lines.items()],
            [(*place, row) for place, row in outcome.file_rows.items()],
            sorted(outcome.foreign_uses),
            [(*place, source) for place, source in outcome.read_from.items()],
            outcome.foreign,
            outcome.seconds,
        )
        with suppress(UnicodeEncodeError):  # halves of surrogate pairs
            self._store.keep(key, msgspec.json.encode(kept))

    def prune(self) -> None:
        """Remove what was not used for longest where there is too much."""
        self._store.prune(MOST_BYTES)


def unchanged(followed: dict[str, str | None], load: FileLoader) -> bool:
    """Whether every file that was followed is as it was."""
    for path, digest in followed.items():
        data = load(path)
        if (_digest(data) if data is not None else None) != digest:
            return False
    return True


def _digest(*parts: bytes) -> str:
    found = hashlib.blake2b(digest_size=20)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.hexdigest()


def _code(engine: Linter) -> Iterator[bytes]:
    """What a result depends on that runs: versions, and the files of cnnlint and of the rules, edited or not."""
    yield repr((__version__, sys.version, platform.machine(), [_version(name) for name in _PARSERS])).encode()
    yield _files(Path(__file__).parent.parent)
    modules = {type(rule).__module__ for rule in engine.rules}
    packages = sorted({module.partition(".")[0] for module in modules} - {"cnnlint"})
    for package in packages:
        source = getattr(sys.modules.get(package), "__file__", None)
        yield package.encode()
        if source is not None:
            path = Path(source)
            yield _files(path.parent) if path.name == "__init__.py" else repr(path.stat()[6:9]).encode()


@functools.cache
def _files(folder: Path) -> bytes:
    """The names, sizes and times of the files of a package; their contents would take ten times as long."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            status = os.stat(os.path.join(path, name))
            found.append((os.path.relpath(path, folder), name, status.st_size, status.st_mtime_ns))
    return repr(found).encode()


def _version(distribution: str) -> str | None:
    from importlib import metadata  # a tenth of a start-up; only where results are kept

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
