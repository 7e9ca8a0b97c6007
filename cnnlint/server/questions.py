"""What is asked of the process that reads, and what it answers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic, Location

Key = tuple[str, int | None, Location]
"""What a finding of a file is known by: code, cell, place."""


def key_of(diagnostic: Diagnostic) -> Key:
    """The key of a finding."""
    return diagnostic.code, diagnostic.cell, diagnostic.location


class Subject(Struct, frozen=True):
    """A program as the editor holds it, and how to lint it."""

    name: str
    data: bytes
    settings: Settings
    #: folders that imports may be read from
    roots: tuple[str, ...] = ()
    #: other files as the editor holds them, by real path
    unsaved: dict[str, bytes] = field(default_factory=dict)


class Lint(Struct, frozen=True):
    """What is wrong with it? With `fixes`, every finding that can be mended carries how."""

    subject: Subject
    fixes: bool = False
    #: work out `Linted.keys`
    keys: bool = False


class Mend(Struct, frozen=True):
    """What is it with all its fixes applied?"""

    subject: Subject
    unsafe: bool = False


class Silence(Struct, frozen=True):
    """What is it with a comment that silences this finding?"""

    subject: Subject
    finding: Key


class Explain(Struct, frozen=True):
    """What is the documentation of this rule?"""

    code: str
    settings: Settings


Question = Lint | Mend | Silence | Explain


class Layers(Struct, frozen=True):
    """The layers that are made at one place of the source: more than one in loops and functions."""

    cell: int | None
    location: Location
    end_location: Location
    model: str
    #: as in `ModelSummary.layers`
    layers: tuple[dict[str, Any], ...]


class Linted(Struct, frozen=True):
    """What was found and read."""

    diagnostics: list[Diagnostic]
    layers: list[Layers]
    #: something about the text does not parse, so that the reading lacks what stands there
    broken: bool
    #: what failed in cnnlint itself
    errors: list[str]
    #: the keys under which verdicts about findings hold, for as long as what they depend on stays the same
    keys: dict[Key, str] = field(default_factory=dict)
    #: the other files that were asked for, those that were not there among them
    followed: tuple[str, ...] = ()


class Changed(Struct, frozen=True):
    """The contents after a change; None where it cannot be made soundly."""

    data: bytes | None
    #: how many findings it is about
    count: int = 0


class Page(Struct, frozen=True):
    """A rule's documentation as Markdown."""

    title: str
    text: str
    url: str | None


class Failed(Struct, frozen=True):
    """There is no answer, and why."""

    message: str


Answer = Linted | Changed | Page | Failed
