"""What the last line of a cell comes to is shown, in notebooks and in scripts with marked cells: it is not dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cnnlint.graph import DiscardedArray, Dropped, Event, Program

LINE_END = re.compile(r"\r\n|\r|\n")
#: where the next cell begins in a script that was a notebook: of Spyder and VS Code, of nbconvert, of jupytext
MARK = re.compile(r"# ?(In ?\[|%%|<codecell>|\+$)")
#: what is no mistake where it is shown
SHOWN = frozenset({"result", "table", "layer", "comparison"})


def last_row(lines: Sequence[str]) -> int:
    """The number of lines up to the last that holds code."""
    rows = len(lines)
    while rows and (not lines[rows - 1].strip() or lines[rows - 1].lstrip().startswith("#")):
        rows -= 1
    return rows


def marked_rows(text: str) -> frozenset[int]:
    """The rows on which the cells of a script end that a mark follows."""
    rows, last = set[int](), 0
    for row, line in enumerate(LINE_END.split(text) if "#" in text else (), start=1):
        plain = line.strip()
        if MARK.match(plain):
            rows.add(last)
        elif plain and not plain.startswith("#"):
            last = row
    return frozenset(rows)


def hide_shown(program: Program, rows: Iterable[int]) -> None:
    """Take from a program what it is told to drop on these rows, which end cells."""
    shown = frozenset(rows)
    for one in (program, *program.alternatives) if shown else ():
        one.events = [event for event in one.events if not _is_shown(event, shown)]


def _is_shown(event: Event, rows: frozenset[int]) -> bool:
    span = event.origin.span
    told = isinstance(event, DiscardedArray) or (isinstance(event, Dropped) and event.why in SHOWN)
    return told and span is not None and span.end_row in rows
