"""Places in a text, and edits to it."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cached_property, lru_cache

from cnnlint.diagnostics import Location, TextEdit
from cnnlint.graph import Span

NEWLINE = re.compile(r"\r\n|\r|\n")
"""What ends a line of Python; form feeds and U+2028 do not."""


class Lines:
    """A text by rows and columns (from 1, columns in code points) and by offsets."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in NEWLINE.finditer(self.text))]

    @cached_property
    def newline(self) -> str:
        """The line end used most."""
        crlf = self.text.count("\r\n")
        counts = {"\n": self.text.count("\n") - crlf, "\r\n": crlf, "\r": self.text.count("\r") - crlf}
        return max(counts, key=lambda end: counts[end])

    def offset(self, row: int, column: int) -> int:
        """The offset of a place.

        Raises:
            ValueError: there is no such place.
        """
        if not 1 <= row <= len(self._starts) or column < 1:
            raise ValueError(f"the text has no row {row}, column {column}")
        offset = self._starts[row - 1] + column - 1
        if offset > self.line_end(self._starts[row - 1]):
            raise ValueError(f"row {row} has no column {column}")
        return offset

    def location(self, offset: int) -> Location:
        """The place of an offset."""
        row = bisect_right(self._starts, offset)
        return Location(row, offset - self._starts[row - 1] + 1)

    def range(self, span: Span) -> tuple[int, int]:
        """Both ends of a span as offsets; raises ValueError like `offset`."""
        start, end = self.offset(span.start_row, span.start_column), self.offset(span.end_row, span.end_column)
        if end < start:
            raise ValueError("the span ends before it begins")
        return start, end

    def line_start(self, offset: int) -> int:
        """Where the line of an offset begins."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def line_end(self, offset: int) -> int:
        """Where the line of an offset ends, before its line end."""
        match = NEWLINE.search(self.text, offset)
        return match.start() if match else len(self.text)

    def next_line(self, offset: int) -> int:
        """Where the next line begins; the end of the text behind the last one."""
        match = NEWLINE.search(self.text, offset)
        return match.end() if match else len(self.text)


@lru_cache(maxsize=4)
def lines_of(text: str) -> Lines:
    """The lines of a text, the same for all the fixes to it."""
    return Lines(text)


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with all edits applied. Edits at the same place are applied in their order.

    Raises:
        ValueError: edits overlap, or lie outside of the text.
    """
    lines = Lines(text)
    ranges = [
        (
            lines.offset(edit.location.row, edit.location.column),
            lines.offset(edit.end_location.row, edit.end_location.column),
            edit.content,
        )
        for edit in edits
    ]
    return apply_ranges(text, ranges)


def apply_ranges(text: str, ranges: Iterable[tuple[int, int, str]]) -> str:
    """Like `apply_edits`, for (start, end, content) by offsets."""
    parts: list[str] = []
    place = 0
    for start, end, content in sorted(ranges, key=lambda change: change[:2]):
        if start < place or end < start:
            raise ValueError("edits overlap")
        parts += (text[place:start], content)
        place = end
    return "".join((*parts, text[place:]))


@lru_cache(maxsize=4)
def usual_quote(text: str) -> str:
    """The mark that opens most strings of a text; an apostrophe where there are none."""
    double, single = (len(re.findall(rf"(?<=[=(\[{{,:\s]){mark}(?!{mark})", text)) for mark in "\"'")
    return '"' if double > single else "'"


def unified_diff(filename: str, before: bytes, after: bytes) -> bytes:
    """The change as `diff -u` writes it, with git's prefixes; empty where there is none. As with git, lines are what
    the file holds, in its own encoding: a diff in another would not apply."""
    old, new = _lines_of(before), _lines_of(after)
    names = _header(f"a/{filename}").encode(), _header(f"b/{filename}").encode()
    lines = difflib.diff_bytes(difflib.unified_diff, old, new, *names)
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _header(name: str) -> str:
    """A name as git writes it into a diff: quoted as in C where it would not stand on its line as it is."""
    if name.isprintable() and not set(name) & set('"\\'):
        return f"{name}\t" if " " in name else name  # else a name ends at its first blank for `patch`
    plain = name.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    return '"' + "".join(chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}" for byte in plain) + '"'


def _lines_of(text: bytes) -> list[bytes]:
    """Lines with their ends; only \\n ends one, as for `diff`, and \\r stays part of it."""
    lines = text.split(b"\n")
    return [*(line + b"\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]
