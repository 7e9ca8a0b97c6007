"""Which installed packages bring rules: what their entry points name."""

from __future__ import annotations

import os
import re
import sys
from importlib.machinery import PathFinder
from typing import NamedTuple

ENTRY_POINTS = "cnnlint.rules"
#: folders in which what is installed says what it is
_ABOUT = (".dist-info", ".egg-info")


class Entry(NamedTuple):
    """An entry point: its name, and the module that it names."""

    name: str
    value: str


def entries() -> list[Entry]:
    """The entry points of the group, each module once: an editable install beside its build names the same twice."""
    found = _in_folders()
    if found is None:
        from importlib.metadata import entry_points

        found = [Entry(one.name, one.value) for one in entry_points(group=ENTRY_POINTS)]
    return sorted({one.value: one for one in found}.values())


def package_of(entry: Entry) -> str | None:
    """The name of the package that an entry point is from, where that is known."""
    from importlib.metadata import entry_points

    owners = [one.dist for one in entry_points(group=ENTRY_POINTS) if one.value == entry.value]
    return next((one.name for one in owners if one is not None), None)


def _in_folders() -> list[Entry] | None:
    """The entry points from the files themselves; None where packages may lie elsewhere than in folders.

    `importlib.metadata`, which knows all places, takes as long to load as a small file takes to be read.
    """
    if any(hasattr(one, "find_distributions") and one is not PathFinder for one in sys.meta_path):
        return None
    found: list[Entry] = []
    seen = set[str]()
    for place in sys.path:
        try:
            names = os.listdir(place or os.curdir)
        except NotADirectoryError:
            return None  # an archive
        except OSError:
            continue
        for name in names:
            stem, kind = os.path.splitext(name)
            if kind == ".egg":
                return None
            package = re.sub(r"[-_.]+", "_", stem.partition("-")[0]).lower()
            if kind in _ABOUT and package not in seen:  # the first of a name is the one that is imported
                seen.add(package)
                found += _listed(os.path.join(place, name, "entry_points.txt"))
    return found


def _listed(path: str) -> list[Entry]:
    """The entry points of the group that a file lists under `[cnnlint.rules]`."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, ValueError):
        return []
    found, section = list[Entry](), ""
    for line in map(str.strip, text.splitlines() if ENTRY_POINTS in text else ()):
        if line.startswith("["):
            section = line.strip("[]")
        elif section == ENTRY_POINTS and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.append(Entry(name.strip(), value.strip()))
    return found
