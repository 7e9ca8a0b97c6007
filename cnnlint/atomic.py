"""Putting a file in the place of another so that nobody ever sees half of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def put(
    target: Path, data: bytes, prepare: Callable[[str], None] = lambda name: None, *, sync: bool = True
) -> None:
    """Write `data` beside a file and move it into its place; `prepare` is given the new file's name before that.

    Without `sync`, what a power cut leaves behind may be empty; for files that are checked when they are read.

    Raises:
        OSError: it cannot be written; what was there still is. So it is for whatever `prepare` raises.
    """
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
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
