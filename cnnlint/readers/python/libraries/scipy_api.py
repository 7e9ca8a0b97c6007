"""scipy: arrays that are read from files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cnnlint.readers.python.libraries.numpy.making import from_file
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import CallSite, Value


def loaded(run: Run, site: CallSite) -> Value:
    """`loadmat(path)`: a file's arrays by name, as those of `np.load`."""
    return from_file(run, site.value(0, "file_name"), site)


HANDLERS: dict[str, Callable[[Any, CallSite], Value]] = {
    "scipy.io.loadmat": loaded,
    "scipy.io.matlab.loadmat": loaded,
}
