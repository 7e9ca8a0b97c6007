"""What the questions about the text answer with, and events made of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from cnnlint.graph import Event
from cnnlint.graph.events import Lost
from cnnlint.graph.formula_events import Flaw
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText

E = TypeVar("E", bound=Event)

#: where something is written wrongly, in which way, and what it is about
Flaws: TypeAlias = Iterator[tuple[ast.expr, Flaw, str]]
#: where something is lost, in which way, and what it is
Losses: TypeAlias = Iterator[tuple[ast.expr, Lost, str]]


def placed(kind: Callable[..., E], parsed: Parsed, found: Iterable[tuple[ast.expr, str, str]]) -> tuple[E, ...]:
    """An event of this kind for each place that was found in a file."""
    text = SourceText(parsed.text)
    return tuple(kind(origin=origin_of(text, at), why=why, what=what) for at, why, what in found)
