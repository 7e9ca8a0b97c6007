"""Reports: one module or package for each format, with a function `render` that turns an outcome into text."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, cast

from msgspec import Struct

if TYPE_CHECKING:
    from cnnlint.lint.outcome import Outcome

PEOPLE = ("concise", "full", "grouped", "text", "pylint")
"""Formats that are read by people, in the encoding of their terminal."""

FORMATS = (*PEOPLE, "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "html", "svg")
"""Names of formats; each is a module of this package, "full" being another name of "text"."""

LAYERS = ("json", "html", "svg")
"""Formats that show the layers of models, asked or not."""


class Options(Struct, frozen=True):
    """How a report is to look; formats for machines heed none of it."""

    color: bool = False
    #: no summary line
    quiet: bool = False
    show_models: bool = False
    statistics: bool = False
    #: columns to wrap at; None leaves lines as long as they are
    width: int | None = None
    #: a sentence for the summary, such as what was fixed
    note: str = ""
    #: the findings were shown already, and their verdicts as they fell
    told: bool = False


class Reporter(Protocol):
    """An outcome as text, in pieces that each end with a line break."""

    def __call__(self, outcome: Outcome, options: Options) -> Iterator[str]:
        """Render the diagnostics (already filtered and sorted) and whatever else the format shows."""


def reporter(name: str) -> Reporter:
    """The reporter of a format of `FORMATS`."""
    module = "text" if name == "full" else name
    return cast(Reporter, importlib.import_module(f"cnnlint.reporters.{module}").render)
