"""`--watch`: lint again whenever a file of the run, or the configuration, changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

from cnnlint.config import ConfigError
from cnnlint.configured import Configured
from cnnlint.lint import discovery as files

PAUSE = 0.5
"""Seconds between two looks."""
SHARE = 10
"""Of this many parts of the time, looking takes one at most."""


def states(paths: Sequence[str], configured: Callable[[], Configured]) -> Iterator[None]:
    """One value at once, and one for each change of what the paths stand for, or of what is wrong; ends never."""
    before: object = None
    while True:
        began = time.monotonic()
        now = _state(paths, configured)
        took = time.monotonic() - began
        if now != before:
            before = now
            yield
        else:
            time.sleep(max(PAUSE, SHARE * took))


def _state(paths: Sequence[str], configured: Callable[[], Configured]) -> dict[str, tuple[int, int] | None]:
    """When each file, and each configuration that holds for one, was written last, and how long it is."""
    try:
        found = files.discover(paths, configured())
    except ConfigError as error:
        return {str(error): None}
    sources = sorted({one.settings.source or "" for one in found} - {""})
    return {path: _stamp(path) for path in (*(one.path for one in found), *sources)}


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
