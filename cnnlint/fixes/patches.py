"""Changes to a text under construction: those to calls, collected call by call, and all others."""

from __future__ import annotations

from cnnlint.diagnostics import TextEdit
from cnnlint.fixes.calls import CallText
from cnnlint.fixes.errors import NoFix
from cnnlint.fixes.text import lines_of, usual_quote
from cnnlint.graph import Origin

__all__ = ["NoFix", "Patch"]


class Patch:
    """The edits of one fix. Offsets and ranges are those of the text before any edit."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = lines_of(text)
        self._changes: list[tuple[int, int, str]] = []
        self._calls: dict[tuple[int, int], CallText] = {}

    def range(self, origin: Origin | None) -> tuple[int, int]:
        """Where an origin stands in the text; NoFix for one that is not of this text."""
        if origin is None or origin.span is None or origin.filename is not None:
            raise NoFix("it is not part of this text")
        try:
            return self.lines.range(origin.span)
        except ValueError as error:
            raise NoFix(str(error)) from error

    def slice(self, place: tuple[int, int]) -> str:
        """The text between two offsets."""
        return self.text[place[0] : place[1]]

    def call(self, origin: Origin | None) -> CallText:
        """The call that stands at an origin, the same object each time."""
        place = self.range(origin)
        if place not in self._calls:
            self._calls[place] = CallText.parse(self.slice(place), place[0], self.lines.newline, usual_quote(self.text))
        return self._calls[place]

    def replace(self, start: int, end: int, content: str) -> None:
        """Write something else between two offsets; the same change twice is one."""
        if (start, end, content) not in self._changes:
            self._changes.append((start, end, content))

    def edits(self) -> tuple[TextEdit, ...]:
        """All changes as edits, in the order of the text; NoFix where they overlap."""
        changes = list(self._changes)
        for call in self._calls.values():
            changes += call.changes()
        changes.sort(key=lambda change: change[:2])
        place = 0
        edits: list[TextEdit] = []
        for start, end, content in changes:
            if start < place:
                raise NoFix("edits overlap")
            place = end
            if self.text[start:end] != content:
                edits.append(TextEdit(content, self.lines.location(start), self.lines.location(end)))
        return tuple(edits)
