"""Findings as code hosts know them: by rows of files, and from one run to the next."""

from __future__ import annotations

import hashlib
import os
from collections import Counter

from cnnlint import paths
from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.outcome import Outcome


def in_repository(filename: str) -> str:
    """A file as code hosts name it: relative to the current folder where it is below it, with forward slashes."""
    return paths.inside(filename) or os.path.normpath(filename).replace(os.sep, "/")


def file_row(outcome: Outcome, diagnostic: Diagnostic, row: int) -> int | None:
    """The row of the file that a row of a diagnostic is: in notebooks, that of their JSON; None where there is none."""
    if diagnostic.cell is not None:
        return outcome.file_rows.get((diagnostic.filename, diagnostic.cell, row))
    return row if diagnostic.node is None else None


def fingerprint(diagnostic: Diagnostic, seen: Counter[str]) -> str:
    """The same when lines and cells above come and go, and different for each finding of a report.

    `seen` counts the findings of the report that are alike in all that the fingerprint is made of.
    """
    parts = (
        in_repository(diagnostic.filename),
        diagnostic.code,
        diagnostic.layer or "",
        diagnostic.message,
        diagnostic.node or "",
    )
    text = "\0".join(parts)
    seen[text] += 1
    return hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "replace")).hexdigest()
