"""Paths as reports and patterns have them: relative, and with forward slashes on every system."""

from __future__ import annotations

import contextlib
import os


def relative(path: str, start: str = os.curdir) -> str:
    """A path from a folder on; absolute where no path leads there, as to another drive of Windows."""
    path = os.path.abspath(path)
    with contextlib.suppress(ValueError):
        path = os.path.relpath(path, start)
    return path.replace(os.sep, "/")


def inside(path: str, start: str = os.curdir) -> str | None:
    """A path from a folder on, None where it does not lie below that folder."""
    found = relative(path, start)
    outside = found == os.pardir or found.startswith(f"{os.pardir}/") or os.path.isabs(found)
    return None if outside else found


def below(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies in it; both are absolute."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
