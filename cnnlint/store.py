"""Folders of entries that are kept from run to run: a file for each, found again by its key.

Nothing of it is ever trusted or needed: a folder that cannot be used and an entry that cannot be read are as good as
none. Entries are data, written whole or not at all, so that two runs may use one folder at once.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path

from cnnlint import atomic

_ENTRY = re.compile(rf"[0-9a-f]+\.json|{atomic.LEFT.pattern}")
_SHELF = re.compile(r"[0-9a-f]{2}")
NAMES = ("results", "confirm")


class Store:
    """Entries by key in a folder. Keys are hexadecimal digests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written = False

    def find(self, key: str) -> bytes | None:
        """What is kept under a key."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return data

    def keep(self, key: str, data: bytes) -> None:
        """Keep an entry, whole or not at all."""
        path = self._path(key)
        with suppress(OSError):
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
            atomic.put(path, data, sync=False)
            self._written = True

    def prune(self, most: int) -> None:
        """Remove what was not used for longest where there is too much; looked at only after something was kept."""
        if not self._written:
            return
        entries = []
        for path in _entries(self.folder):
            with suppress(OSError):
                status = path.stat()
                entries.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in entries)
        if total <= most:
            return
        for _, size, path in sorted(entries):
            if total <= most * 3 // 4:
                break
            with suppress(OSError):
                path.unlink()
                total -= size

    def clean(self) -> int:
        """Remove the entries, and the folders that are empty then; how many there were. Nobody else's files are."""
        count = 0
        for path in list(_entries(self.folder)):
            with suppress(OSError):
                path.unlink()
                count += 1
        for folder in (*_shelves(self.folder), self.folder):
            with suppress(OSError):
                folder.rmdir()
        return count

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.json"


def _shelves(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as found:
            return [Path(one) for one in found if _SHELF.fullmatch(one.name) and one.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _entries(folder: Path) -> list[Path]:
    """The files that cnnlint has written there."""
    found: list[Path] = []
    for shelf in _shelves(folder):
        with suppress(OSError), os.scandir(shelf) as inside:
            found += [Path(one) for one in inside if _ENTRY.fullmatch(one.name) and one.is_file(follow_symlinks=False)]
    return found


def folder(name: str) -> Path:
    """`$CNNLINT_CACHE_DIR`, else cnnlint's own folder where the system keeps caches; there the one of that name."""
    own = os.environ.get("CNNLINT_CACHE_DIR")
    if own:
        return Path(own).absolute() / name
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "cnnlint" / name


def clean() -> tuple[int, Path]:
    """Remove all that is kept; how much that was, and where."""
    return sum(Store(folder(name)).clean() for name in NAMES), folder(NAMES[0]).parent
