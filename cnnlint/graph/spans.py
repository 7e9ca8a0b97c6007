"""A place in a source text."""

from __future__ import annotations

from msgspec import Struct


class Span(Struct, frozen=True, order=True):
    """A stretch of source, from its first character to just behind its last.

    Rows and columns count from 1, columns in Unicode code points (not bytes, not UTF-16 units, a tab is one).
    `end_column` is exclusive: a one-letter name at the start of a file is ``Span(1, 1, 1, 2)``.
    """

    start_row: int
    start_column: int
    end_row: int
    end_column: int
