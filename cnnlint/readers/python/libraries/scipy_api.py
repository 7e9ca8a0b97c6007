"""scipy: arrays that are read from files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.graph import ArrayFacts
from cnnlint.readers.python.arrays.identity import fresh_root, origin_of
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import ArrayValue, CallSite, Value


def loaded(run: Run, site: CallSite) -> Value:
    """`loadmat(path)`: a file's arrays by name, as those of `np.load`."""
    path = site.value(0, "file_name")
    source = path if isinstance(path, str) else None
    facts = ArrayFacts(source=source, root=fresh_root(run), origin=origin_of(run, site))
    return ArrayValue(facts, mixed=True)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "scipy.io.loadmat": loaded,
    "scipy.io.matlab.loadmat": loaded,
}
