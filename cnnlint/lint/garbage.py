"""When circles of objects are looked for: between two files, when all that belongs to the last is dead.

In the middle of a file nearly everything is alive, so that looking costs much and finds nothing.
"""

from __future__ import annotations

import atexit
import gc

WITHIN = 1_000_000
"""Objects from which on circles are looked for within a file: a bound on memory, some 150 MB."""
BETWEEN = 800_000
"""The same between files: 9.0 CPU s and 139 MB for the layers of Keras with 600,000, 9.5 s and 99 MB with 300,000, and
10.5 s and 90 MB where Python looks by itself at every 200,000."""


def seldom() -> None:
    """From now on, look for circles within a file only where it makes very many objects, and for none at the end."""
    gc.set_threshold(WITHIN, 20, 20)
    atexit.register(gc.freeze)  # the interpreter looks once more when it ends: a sixth of a run over one small file


def between() -> None:
    """A file is done: look for circles if there are many new objects."""
    if gc.get_count()[0] > BETWEEN:
        gc.collect(0)
