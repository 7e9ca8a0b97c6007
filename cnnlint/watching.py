"""`--watch`: lint again whenever a file of the run, or the configuration, changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

from cnnlint.config import Settings
from cnnlint.lint import discovery as files

PAUSE = 0.5
"""Seconds between two looks."""
SHARE = 10
"""Of this many parts of the time, looking takes one at most."""


def states(paths: Sequence[str], settings: Callable[[], Settings]) -> Iterator[None]:
    """One value at once, and one for each change of what the paths stand for; ends never."""
    before: object = None
    while True:
        began = time.monotonic()
        now = _state(paths, settings())
        took = time.monotonic() - began
        if now != before:
            before = now
            yield
        else:
            time.sleep(max(PAUSE, SHARE * took))


def _state(paths: Sequence[str], settings: Settings) -> dict[str, tuple[int, int] | None]:
    """When each file was written last, and how long it is."""
    found = [one.path for one in files.discover(paths, exclude=settings.exclude, root=settings.root)]
    return {path: _stamp(path) for path in (*found, os.path.join(settings.root, "pyproject.toml"))}


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
