"""Confirm: put findings to the test, by proof or by paired training runs, in a process of its own.

`confirm_files` is the way in. This package's `__init__`, `requests`, `verdicts` and `workers` never import a
framework; everything else runs in the child process.
"""

from __future__ import annotations

from cnnlint.confirm.requests import ConfirmUnavailable, Progress, Request
from cnnlint.confirm.verdicts import apply, inconclusive, lowered
from cnnlint.confirm.workers import confirm_files

__all__ = ["ConfirmUnavailable", "Progress", "Request", "apply", "confirm_files", "inconclusive", "lowered"]
