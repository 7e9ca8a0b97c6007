"""Putting a file in the place of another so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_PREFIX, _SUFFIX = ".cnnlint-", ".tmp"
#: what `put` writes first; the number is its process's
LEFT = re.compile(rf"{re.escape(_PREFIX)}(\d+)-\w+{re.escape(_SUFFIX)}")
#: seconds after which nobody is writing any more, whatever the number of the process
_LONG_AGO = 3600.0


def put(target: Path, data: bytes, prepare: Callable[[str], None] = lambda name: None, *, sync: bool = True) -> None:
    """Write `data` beside a file and move it into its place; `prepare` is given the new file's name before that.

    Without `sync`, what a power cut leaves behind may be empty; for files that are checked when they are read.

    Raises:
        OSError: it cannot be written; what was there still is. So it is for whatever `prepare` raises.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f"{_PREFIX}{os.getpid()}-", suffix=_SUFFIX, dir=target.parent)
    except OSError as error:
        error.filename = os.fspath(target)
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        prepare(name)
        os.replace(name, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def sweep(folder: str | os.PathLike[str]) -> None:
    """Remove what runs that were killed while they wrote have left in a folder."""
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for one in found:
            match = LEFT.fullmatch(one.name)
            with contextlib.suppress(OSError):
                if match is not None and one.is_file(follow_symlinks=False) and _is_left(int(match[1]), one.stat()):
                    os.unlink(one.path)


def _is_left(process: int, status: os.stat_result) -> bool:
    if time.time() - status.st_mtime > _LONG_AGO:
        return True
    if process == os.getpid() or sys.platform == "win32":  # there, asking for a process would end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    return False
