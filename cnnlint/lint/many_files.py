"""Many files in, one report out: one after the other where they are few, in worker processes where they are many.

A worker that dies (killed, out of memory, a crash in a parser) costs the file it was on and nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cnnlint.config import Settings
from cnnlint.lint import discovery as files
from cnnlint.lint.job import Job
from cnnlint.lint.one_file import linter
from cnnlint.lint.outcome import Outcome, gather

PARALLEL_FROM = 40
"""With fewer files than this, starting workers takes longer than they save."""


def lint_paths(paths: Sequence[str], settings: Settings, *, fixes: bool = False, workers: int | None = None) -> Outcome:
    """Lint files and folders. ConfigError for unusable settings; whatever is wrong with a file is in the outcome.

    `fixes` fills `Diagnostic.fix`; `workers` is the number of processes, by default what the machine offers.
    """
    linter(settings)  # a wrong selector is told before anything is read
    found = files.discover(paths, exclude=settings.exclude, root=settings.root)
    job = Job(settings, files.tree_roots(paths), fixes)
    count = min(workers or _processors(), len(found), 32)
    if count < 2 or len(found) < PARALLEL_FROM:
        return gather(map(job.lint, found))
    from cnnlint.lint import pool as processes

    return gather(processes.lint(job, found, count))


def lint_text(filename: str, data: bytes, settings: Settings, *, fixes: bool = False) -> Outcome:
    """Lint contents that come from elsewhere (standard input, an editor) as if they stood in `filename`."""
    return gather([Job(settings, files.tree_roots([filename]), fixes).lint_bytes(filename, data)])


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


__all__ = ["Job", "Outcome", "gather", "lint_paths", "lint_text"]
