"""A report written to a file so that nobody ever sees half of it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from cnnlint import atomic


def save(path: str | os.PathLike[str], text: str) -> None:
    """Write a text as UTF-8, in place of what was there. A link stays one; pipes and devices are written to.

    Raises:
        OSError: it cannot be written; what was there still is.
    """
    data = text.encode("utf-8", errors="replace")
    target = Path(os.path.realpath(path))
    mode = None
    if target.exists():
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            with open(target, "wb") as file:
                file.write(data)
            return
    permissions = stat.S_IMODE(mode) if mode is not None else 0o666 & ~_umask()
    atomic.put(target, data, lambda name: os.chmod(name, permissions))


def _umask() -> int:
    """The permissions that new files of this process do without; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
