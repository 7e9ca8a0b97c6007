"""Confirm: put findings to the test, by proof or by paired training runs, in a process of its own.

`confirm_files` is the way in. This package's `__init__`, `requests`, `verdicts`, `workers`, `subjects`, `canonical` and
`cache` never import a framework; everything else runs in the child process.
"""

from __future__ import annotations

from cnnlint.confirm.requests import ConfirmUnavailable, DataError, DataSource, Progress, Request
from cnnlint.confirm.verdicts import apply, lowered, not_tested, undecided
from cnnlint.confirm.workers import confirm_files


def check_data(path: str) -> DataSource:
    """Read a file of the user's own data through and check it. DataError where it cannot be used."""
    from cnnlint.confirm.data.files import find_data

    return DataSource(path, find_data(path))


__all__ = [
    "ConfirmUnavailable",
    "DataError",
    "DataSource",
    "Progress",
    "Request",
    "apply",
    "check_data",
    "confirm_files",
    "lowered",
    "not_tested",
    "undecided",
]
