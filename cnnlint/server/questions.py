"""What is asked of the process that reads, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cnnlint.config import Settings
from cnnlint.diagnostics import Diagnostic, Location

Key = tuple[str, int | None, Location]
"""What a finding of a file is known by: code, cell, place."""


def key_of(diagnostic: Diagnostic) -> Key:
    """The key of a finding."""
    return diagnostic.code, diagnostic.cell, diagnostic.location


@dataclass(frozen=True, slots=True)
class Subject:
    """A program as the editor holds it, and how to lint it."""

    name: str
    data: bytes
    settings: Settings
    #: folders that imports may be read from
    roots: tuple[str, ...] = ()
    #: other files as the editor holds them, by real path
    unsaved: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lint:
    """What is wrong with it? With `fixes`, every finding that can be mended carries how."""

    subject: Subject
    fixes: bool = False
    #: work out `Linted.keys`
    keys: bool = False


@dataclass(frozen=True, slots=True)
class Mend:
    """What is it with all its fixes applied?"""

    subject: Subject
    unsafe: bool = False


@dataclass(frozen=True, slots=True)
class Silence:
    """What is it with a comment that silences this finding?"""

    subject: Subject
    finding: Key


@dataclass(frozen=True, slots=True)
class Explain:
    """What is the documentation of this rule?"""

    code: str
    settings: Settings


Question = Lint | Mend | Silence | Explain


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers that are made at one place of the source: more than one in loops and functions."""

    cell: int | None
    location: Location
    end_location: Location
    model: str
    #: as in `ModelSummary.layers`
    layers: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Linted:
    """What was found and read."""

    diagnostics: list[Diagnostic]
    layers: list[Layers]
    #: something about the text does not parse, so that the reading lacks what stands there
    broken: bool
    #: what failed in cnnlint itself
    errors: list[str]
    #: the keys under which verdicts about findings hold, for as long as what they depend on stays the same
    keys: dict[Key, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The contents after a change; None where it cannot be made soundly."""

    data: bytes | None
    #: how many findings it is about
    count: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A rule's documentation as Markdown."""

    title: str
    text: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Failed:
    """There is no answer, and why."""

    message: str


Answer = Linted | Changed | Page | Failed
