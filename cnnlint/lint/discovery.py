"""Which files a run reads: named ones always, folders walked, .gitignore and excludes honoured."""

from __future__ import annotations

import functools
import os
import re
import stat
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from cnnlint.config import Settings
from cnnlint.configured import Configured, for_file
from cnnlint.paths import below, inside, relative
from cnnlint.readers import formats
from cnnlint.readers.reading import Problem

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

SUFFIXES = (".py", ".ipynb", ".onnx", ".keras", ".h5", ".hdf5", "keras_metadata.pb", ".json")
"""What is picked up in folders. A file that is named is read whatever it is called."""

SAVED_MODEL = "saved_model.pb"
"""What makes a folder a SavedModel; what Keras 2 knew of it lies in the `keras_metadata.pb` beside."""

NEVER_WALKED = frozenset(
    {
        ".bzr",
        ".direnv",
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
        "venv",
    }
)
"""Folders that hold no code of the project's own."""


DEFAULTS = Settings()


class Found(Struct, frozen=True):
    """A file to read, or a path that cannot be read and why."""

    path: str
    #: named on the command line rather than found in a folder
    named: bool
    problem: Problem | None = None
    #: how it is linted
    settings: Settings = DEFAULTS


class _Ignore(Struct, frozen=True):
    """The patterns of one .gitignore, and the folder they are relative to."""

    base: str
    spec: GitIgnoreSpec

    def decides(self, path: str, is_folder: bool) -> bool | None:
        """True if the path is ignored, False if it is taken back in, None if nothing here is about it."""
        name = _relative(path, self.base)
        return self.spec.check_file(name + "/" if is_folder else name).include


def discover(paths: Sequence[str], configured: Configured = DEFAULTS) -> list[Found]:
    """The files that `paths` stand for, each once, folders in sorted order, each with the settings that hold for it.

    What a folder's settings exclude is neither listed nor entered. Links to folders are followed, but no folder is
    entered twice; a link that leads back into its own path is reported as a note.

    Raises:
        ConfigError: a configuration on the way cannot be used.
    """
    found: dict[str, Found] = {}
    visited: set[tuple[int, int]] = set()
    for path in paths:
        if os.path.isdir(path):
            for item in _walk(path, configured, visited):
                found.setdefault(os.path.realpath(item.path), item)
        else:
            obstacle = _obstacle(path)
            found[os.path.realpath(path) if obstacle is None else path] = Found(
                path, True, obstacle, for_file(configured, path)
            )
    return list(found.values())


LARGEST = 2**31
"""Bytes; a protobuf message, and so an ONNX graph, cannot be larger (protobuf's own limit)."""
LARGEST_TEXT = 2**26
"""Bytes of source or notebook: CPython's own test suite, its largest file and all, is smaller in sum."""


def read(path: str) -> bytes | Problem:
    """The bytes of a regular file, or why there are none."""
    obstacle = _obstacle(path)
    if obstacle is not None:
        return obstacle
    limit = LARGEST_TEXT if path.endswith((".py", ".ipynb")) else LARGEST
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(limit + 1) if size <= limit else b""
        if size > limit or len(data) > limit:
            return Problem(f"is too large to be read: {size:,} bytes, of at most {limit:,}", kind="too-complex")
        return data
    except (OSError, MemoryError) as error:
        return Problem(f"cannot be read: {_reason(error)}", kind="missing")


def _walk(start: str, configured: Configured, visited: set[tuple[int, int]]) -> Iterator[Found]:
    """The files below a folder, depth first in the order of names."""
    stack: list[tuple[str, tuple[_Ignore, ...], tuple[str, ...]]] = [(start, _inherited(start), ())]
    while stack:
        folder, ignores, above = stack.pop()
        try:
            status = os.stat(folder)
            real = os.path.realpath(folder)
            if any(below(place, real) for place in above):
                message = f"a link that leads back to {relative(real)}; it is not followed"
                problem = Problem(message, kind="loop", partial=True)
                yield Found(folder, False, problem, for_file(configured, folder))
                continue
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            problem = Problem(f"cannot be read: {_reason(error)}", kind="missing")
            yield Found(folder, False, problem, for_file(configured, folder))
            continue
        settings = configured.within(folder)
        excluded = _patterns(settings.exclude, os.path.abspath(settings.root))
        own = _spec(_lines(os.path.join(folder, ".gitignore")))
        if own is not None:
            ignores = (*ignores, _Ignore(os.path.abspath(folder), own))
        inner = []
        names = {entry.name for entry in entries}
        if SAVED_MODEL in names and "keras_metadata.pb" not in names:
            message = (
                "a SavedModel without keras_metadata.pb: its TensorFlow graph is not read, what tf2onnx makes of it is"
            )
            problem = Problem(message, kind="format", partial=folder != start)
            yield Found(folder, False, problem, settings)
        for entry in entries:
            path = entry.path[2:] if entry.path.startswith(f".{os.sep}") else entry.path
            is_folder = _is_folder(entry)
            if _left_out(path, entry.name, is_folder, excluded, ignores):
                continue
            if is_folder:
                inner.append((path, ignores, (*above, real)))
            elif entry.name.endswith(SUFFIXES) and not entry.name.startswith(".#"):  # .#name: an editor's lock
                if entry.name.endswith(".json") and not _is_model(path):
                    continue
                yield Found(path, False, _obstacle(path), settings)
        stack.extend(reversed(inner))


def _is_model(path: str) -> bool:
    """Whether a JSON file is a saved model: most are something else."""
    try:
        if _obstacle(path) is not None:
            return False
        with open(path, "rb") as file:
            return formats.is_model_json(file.read(formats.SHOWN))
    except OSError:
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


@functools.lru_cache(maxsize=64)
def _patterns(patterns: tuple[str, ...], root: str) -> _Ignore | None:
    """The patterns of a configuration, relative to its folder."""
    spec = _spec(patterns)
    return _Ignore(root, spec) if spec is not None else None


def _left_out(path: str, name: str, is_folder: bool, excluded: _Ignore | None, ignores: Sequence[_Ignore]) -> bool:
    """Whether a path is excluded or ignored; the .gitignore nearest to it has the last word."""
    if is_folder and name in NEVER_WALKED:
        return True
    if not is_folder and not name.endswith(SUFFIXES):
        return True
    if excluded is not None and excluded.decides(path, is_folder):
        return True
    for ignore in reversed(ignores):
        decision = ignore.decides(path, is_folder)
        if decision is not None:
            return decision
    return False


def _inherited(start: str) -> tuple[_Ignore, ...]:
    """The .gitignore files above a folder, up to the root of its git repository.

    None of them counts if it ignores the folder itself: who names a folder wants it read.
    """
    found: list[_Ignore] = []
    folder = os.path.abspath(start)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return ()  # not in a repository
        folder = parent
        spec = _spec(_lines(os.path.join(folder, ".gitignore")))
        if spec is not None:
            found.append(_Ignore(folder, spec))
    return () if any(ignore.decides(start, True) for ignore in found) else tuple(reversed(found))


def size(path: str) -> int:
    """How long a file is, which is what reading it costs, roughly."""
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0


def _obstacle(path: str) -> Problem | None:
    """Why a path cannot be read as a file, if so."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return Problem(f"cannot be read: {_reason(error)}", kind="missing")
    if not stat.S_ISREG(mode):
        return Problem("is not a regular file; `-` reads standard input", kind="missing")
    return None


def _reason(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return text[:1].lower() + text[1:]


def _lines(path: str) -> list[str]:
    """The lines of a small text file; none of what is no regular file (a pipe would be waited for)."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_TEXT:
            return []
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().splitlines()
    except (OSError, MemoryError):
        return []


def _spec(lines: Sequence[str]) -> GitIgnoreSpec | None:
    if not any(line.strip() and not line.lstrip().startswith("#") for line in lines):
        return None
    from pathspec import GitIgnoreSpec  # tens of milliseconds that most runs over single files need not spend

    try:
        return GitIgnoreSpec.from_lines(lines)
    except (ValueError, re.error):
        return _spec([line for line in lines if _valid(line)])


def _valid(line: str) -> bool:
    """Whether a line is a pattern; git passes over those that are not."""
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _relative(path: str, base: str) -> str:
    """A path relative to a folder, with forward slashes; outside of the folder, the path itself without its root."""
    return inside(path, base) or os.path.splitdrive(os.path.abspath(path))[1].lstrip(os.sep).replace(os.sep, "/")


class PathPatterns:
    """gitignore-like patterns relative to a folder, for per-file settings."""

    def __init__(self, patterns: Sequence[str], root: str) -> None:
        self._ignore = _patterns(tuple(patterns), os.path.abspath(root))

    def match(self, path: str) -> bool:
        """Whether one of the patterns matches a file."""
        return self._ignore is not None and bool(self._ignore.decides(path, False))


class TreeLoader:
    """Gives readers the other Python files of the linted tree: those below `roots`, and no others."""

    LIMIT = 1 << 20
    """Bytes; a larger file is not taken for a module that somebody wrote."""

    KEPT = 64 << 20
    """Bytes of files that are kept for the next one that imports them."""

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = tuple(os.path.realpath(root) for root in roots)
        #: contents by path, with what `stat` said when they were read; what lies outside is None
        self._kept: dict[str, tuple[tuple[int, ...], bytes | None]] = {}
        self._bytes = 0

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a Python file, or None where there is none or it lies outside."""
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode) or status.st_size > self.LIMIT:
            return None
        path = os.path.abspath(path)
        seen = (status.st_ino, status.st_dev, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        known = self._kept.get(path)
        if known is None or known[0] != seen:
            known = (seen, self._read(path))
            if self._bytes > self.KEPT:
                self._kept.clear()
                self._bytes = 0
            self._kept[path] = known
            self._bytes += len(known[1] or b"")
        return known[1]

    def _read(self, path: str) -> bytes | None:
        real = os.path.realpath(path)
        if not real.endswith(".py") or not any(below(real, root) for root in self._roots):
            return None
        try:
            with open(real, "rb") as file:
                return file.read()
        except OSError:
            return None


@functools.lru_cache(maxsize=8)
def loader(roots: tuple[str, ...], folder: str) -> TreeLoader:
    """The loader of a tree, one for all the files of a run; names are relative to `folder`, the current one."""
    return TreeLoader(roots)


def tree_roots(paths: Sequence[str]) -> tuple[str, ...]:
    """The folders that the linted tree consists of: those of the paths, or of the projects around them."""
    roots: dict[str, None] = {}
    for path in paths:
        folder = os.path.abspath(path if os.path.isdir(path) else os.path.dirname(path))
        roots.setdefault(_project(folder) or folder)
    return tuple(roots)


def _project(folder: str) -> str | None:
    """The nearest folder upwards that is the root of a project, if there is one."""
    while True:
        if any(os.path.exists(os.path.join(folder, sign)) for sign in (".git", "pyproject.toml", "setup.py")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
