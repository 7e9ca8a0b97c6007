"""Linting: files found, read and asked about, one by one or many at once.

discovery     which files a run reads
one_file      one file in, one result out: read it, ask the rules, apply severities and suppressions
job           what it takes to lint files, here or in another process
outcome       the report, and what people are shown beside it
many_files    many files in, one report out
pool, worker  the processes that read many files, and what runs in them
signals       being stopped from outside
agreement     one file, several readings: what holds on every way through it
baseline      findings that a project has already
suppressions  comments that silence findings
summaries     models as plain data, for reports
"""

import sys
import types
from typing import Any


class _Callable(types.ModuleType):
    """This package under its other name: `cnnlint.lint(...)` is the Python API's function."""

    def __call__(self, *what: Any, **options: Any) -> object:
        from cnnlint.api import lint

        return lint(*what, **options)


sys.modules[__name__].__class__ = _Callable
