"""What the questions about the text answer with, and events made of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias, TypeVar

from cnnlint.graph import Event
from cnnlint.graph.events import Lost
from cnnlint.graph.formula_events import Flaw
from cnnlint.readers.python.text.parse import Parsed
from cnnlint.readers.python.text.positions import origin_of
from cnnlint.readers.python.text.source import SourceText

E = TypeVar("E", bound=Event)

#: where something is written wrongly, in which way, and what it is about; and whether names alone tell it
Flaws: TypeAlias = Iterator[tuple[ast.expr, Flaw, str] | tuple[ast.expr, Flaw, str, bool]]
#: where something is lost, in which way, and what it is
Losses: TypeAlias = Iterator[tuple[ast.expr, Lost, str] | tuple[ast.expr, Lost, str, bool]]


def by_name(found: Iterable[tuple[object, ...]]) -> Iterator[Any]:
    """The same places, told by nothing but names."""
    return ((at, why, what, True) for at, why, what, *_ in found)


def placed(
    kind: Callable[..., E],
    parsed: Parsed,
    found: Iterable[tuple[ast.expr, str, str] | tuple[ast.expr, str, str, bool]],
) -> tuple[E, ...]:
    """An event of this kind for each place that was found in a file."""
    text = SourceText(parsed.text)
    return tuple(kind(origin=origin_of(text, one[0]), why=one[1], what=one[2], named=len(one) > 3) for one in found)
