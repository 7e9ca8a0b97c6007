"""Text edits put into the bytes of a file, which keep their encoding, line ends and byte-order mark."""

from __future__ import annotations

import functools
import io
import tokenize
from collections.abc import Sequence

from cnnlint.diagnostics import Location, TextEdit
from cnnlint.fixes import apply_edits
from cnnlint.readers.notebook import apply_to_notebook
from cnnlint.readers.reading import Cell, Reading


def patch(reading: Reading, data: bytes, edits: Sequence[TextEdit]) -> bytes | None:
    """The file after the edits, or None where they cannot be written without changing more than they say."""
    if reading.cells:
        try:
            return apply_to_notebook(data, reading, edits)
        except ValueError:  # an edit across cells, or edits that overlap
            return None
    decoded = decode(data)
    if decoded is None:
        return None
    text, encoding = decoded
    try:
        return apply_edits(text, edits).encode(encoding)
    except UnicodeEncodeError:
        return None


@functools.lru_cache(maxsize=4)
def decode(data: bytes) -> tuple[str, str] | None:
    """A Python file's text, line ends as they are, and the encoding that writes it back; None where there is none."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        return (text, encoding) if text.encode(encoding) == data else None
    except (SyntaxError, UnicodeError, LookupError):
        return None


def cell_edits(reading: Reading, edits: Sequence[TextEdit]) -> dict[int, list[TextEdit]] | None:
    """Edits of the joined text by the number of their cell, in its own rows; None where one spans two cells."""
    by_cell: dict[int, list[TextEdit]] = {}
    for edit in edits:
        cell = _cell(reading, edit.location.row)
        if cell is None or cell is not _cell(reading, edit.end_location.row):
            return None
        start, end = (
            Location(place.row - cell.first_row + 1, place.column) for place in (edit.location, edit.end_location)
        )
        by_cell.setdefault(cell.number, []).append(TextEdit(edit.content, start, end))
    return by_cell


def _cell(reading: Reading, row: int) -> Cell | None:
    return next((cell for cell in reading.cells if cell.first_row <= row <= cell.last_row), None)
