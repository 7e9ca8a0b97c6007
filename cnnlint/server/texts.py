"""Texts as the protocol addresses them: lines from 0, columns in code units of the encoding that was agreed on."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

LINE_END = re.compile(r"\r\n|\r|\n")
"""What ends a line in the protocol, and in Python; form feeds and U+2028 do not."""

UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text) + sum(character > "\uffff" for character in text),
    "utf-32": len,
}
"""How many code units a text has."""

Position = tuple[int, int]
"""Line and character of the protocol."""

Change = tuple[tuple[Position, Position] | None, str]
"""A new text for a range, or for the whole document."""


class Text:
    """A text that does not change; `changed` gives another."""

    def __init__(self, text: str, units: str = "utf-16") -> None:
        self.text = text
        self.units = units

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends."""
        return LINE_END.split(self.text)

    def position(self, row: int, column: int) -> Position:
        """Where a place (row and column from 1, in code points) is; the nearest there is if it lies outside."""
        line = min(max(row - 1, 0), len(self.lines) - 1)
        return line, UNITS[self.units](self.lines[line][: max(column - 1, 0)])

    def place(self, position: Position) -> tuple[int, int]:
        """Row and column, from 1 and in code points, of a position."""
        line = min(max(position[0], 0), len(self.lines) - 1)
        text = self.lines[line]
        if text.isascii():
            return line + 1, min(position[1], len(text)) + 1
        count, left = UNITS[self.units], position[1]
        for index, character in enumerate(text):
            if left <= 0:
                return line + 1, index + 1
            left -= count(character)
        return line + 1, len(text) + 1

    def offset(self, position: Position) -> int:
        """The index of a position in the text; behind the last line that is the end."""
        if position[0] >= len(self._starts):
            return len(self.text)
        row, column = self.place(position)
        return self._starts[row - 1] + column - 1

    @property
    def end(self) -> Position:
        """The position behind the last character."""
        return self.position(len(self.lines), len(self.lines[-1]) + 1)

    def changed(self, changes: list[Change]) -> Text:
        """The text after changes, each of which refers to the text after those before it."""
        now = self
        for places, content in changes:
            if places is not None:
                start, end = sorted(now.offset(place) for place in places)
                content = now.text[:start] + content + now.text[end:]
            now = Text(content, self.units)
        return now
