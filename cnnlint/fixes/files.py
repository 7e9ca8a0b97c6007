"""Writing a file so that nobody ever sees half of it, or loses what he wrote in the meantime."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from cnnlint import atomic


class FileChanged(OSError):
    """The file is no longer what it was when it was read; it was left alone."""

    def __init__(self, path: str) -> None:
        super().__init__(errno.EBUSY, "the file changed while it was being worked on", path)


def write_atomically(path: str | os.PathLike[str], before: bytes, after: bytes) -> None:
    """Replace the contents `before` of a file by `after`, or do nothing.

    Bytes are written as they are: line ends, encoding and byte-order marks are the caller's. The file keeps its
    permissions and, where the system allows it, its owner. A symbolic link stays one; what it leads to is written.

    Raises:
        FileChanged: the file holds anything but `before`.
        OSError: it has other names (hard links), which would not be written.
        OSError: it cannot be read or written; it is as it was.
    """
    target = Path(os.path.realpath(path))
    _check(target, path, before)
    status = target.stat()
    if status.st_nlink > 1:
        raise OSError(errno.EMLINK, "it is one of several hard links, and a fix would cut it off from the others", path)
    if not os.access(target, os.W_OK) or not status.st_mode & 0o222:
        # a new file could take its place, and root may write all, but who protects a file against writing means it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))

    def prepare(name: str) -> None:
        if hasattr(os, "chown"):
            # only root gives files away; a group one belongs to can be kept all the same
            with contextlib.suppress(OSError):
                os.chown(name, -1, status.st_gid)
            with contextlib.suppress(OSError):
                os.chown(name, status.st_uid, -1)
        os.chmod(name, stat.S_IMODE(status.st_mode))
        _check(target, path, before)

    atomic.put(target, after, prepare)


def _check(target: Path, path: str | os.PathLike[str], before: bytes) -> None:
    if target.read_bytes() != before:
        raise FileChanged(os.fspath(path))
