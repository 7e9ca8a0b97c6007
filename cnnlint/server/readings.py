"""What was read of a document, and where that stands once the text has changed.

While something is half typed, what was last read whole stays: below the change it moves with its lines, within the
change it is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from cnnlint.diagnostics import Diagnostic, Location
from cnnlint.rule.own_rules import UnreadableFile
from cnnlint.server.documents import Document
from cnnlint.server.questions import Layers, Linted
from cnnlint.server.texts import Position, Text

Range = tuple[Position, Position]


class Reading(Struct):
    """What was read of one state of a document."""

    revision: int
    linted: Linted
    #: URI of each cell (of the file itself: None), and the lines that it had
    parts: dict[int | None, tuple[str, list[str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document, revision: int, linted: Linted) -> Reading:
        """The reading of a document as it is now."""
        return cls(revision, linted, {cell: (uri, text.lines) for cell, uri, text in document.parts()})

    def diagnostics(self, document: Document) -> Iterator[tuple[str, Range, Diagnostic]]:
        """The findings where they stand in the document now."""
        for one in self.linted.diagnostics:
            if one.filename == document.name:
                for uri, place in self._now(document, one.cell, one.location, one.end_location):
                    yield uri, place, one

    def layers(self, document: Document) -> Iterator[tuple[str, Range, Layers]]:
        """The layers where they stand in the document now."""
        for one in self.linted.layers:
            for uri, place in self._now(document, one.cell, one.location, one.end_location):
                yield uri, place, one

    def _now(self, document: Document, cell: int | None, start: Location, end: Location) -> Iterator[tuple[str, Range]]:
        """Where a stretch of the text stood then stands now; nothing if what it was has changed or is gone."""
        if cell not in self.parts:  # a finding about a notebook as a whole
            cell = next(iter(self.parts), None)
        if cell not in self.parts:
            return
        uri, before = self.parts[cell]
        text = next((text for _, other, text in document.parts() if other == uri), None)
        if text is None:
            return
        rows = moved(before, text.lines, start.row, end.row)
        if rows is not None:
            yield uri, _range(text, rows[0], start.column, rows[1], end.column)


def _range(text: Text, row: int, column: int, end_row: int, end_column: int) -> Range:
    return text.position(row, column), text.position(end_row, end_column)


def moved(before: list[str], after: list[str], first: int, last: int) -> tuple[int, int] | None:
    """Where the rows `first` to `last` of a text are after a change; None if the change touched them.

    A change is what lies between the first and the last line that differ.
    """
    if before is after or before == after:
        return first, last
    top = _same(before, after)
    if last <= top:
        return first, last
    bottom = _same(before[top:][::-1], after[top:][::-1])
    if first > len(before) - bottom:
        shift = len(after) - len(before)
        return first + shift, last + shift
    return None


def _same(one: list[str], other: list[str]) -> int:
    """How many lines two texts begin with alike."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def shown(good: Reading | None, now: Reading) -> tuple[Reading, list[Diagnostic]]:
    """The reading that stands, and what besides is said of the text as it is: why it cannot be read."""
    if not now.linted.broken or good is None:
        return now, []
    return good, [one for one in now.linted.diagnostics if one.code == UnreadableFile.code]
