"""Texts as the protocol addresses them, held against plain arrays of UTF-16 code units; and what edits do to places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlint.server.documents import as_source
from cnnlint.server.readings import moved
from cnnlint.server.texts import Text

CHARACTERS = st.text(st.sampled_from("ab é😀𝔸\n\r\x0c\u2028"), max_size=40)


def _units(text: str) -> bytes:
    return text.encode("utf-16-le")


@given(CHARACTERS, st.data())
def test_changes_are_those_of_an_editor_that_counts_utf16(text: str, data: st.DataObject) -> None:
    """An editor keeps code units and knows no row but what \\n, \\r\\n and \\r end."""
    start, end = sorted(data.draw(st.integers(0, len(text))) for _ in range(2))
    content = data.draw(CHARACTERS)

    def position(index: int) -> tuple[int, int]:
        before = text[:index]
        if before.endswith("\r") and text[index : index + 1] == "\n":
            before = before[:-1]  # between \r and \n there is no place; the end of the line is meant
        lines = re.split(r"\r\n|\r|\n", before)
        return len(lines) - 1, len(_units(lines[-1])) // 2

    inside = any(text[index - 1 : index + 1] == "\r\n" for index in (start, end) if index)
    changed = Text(text).changed([((position(start), position(end)), content)])
    if not inside:
        expected = _units(text[:start]) + _units(content) + _units(text[end:])
        assert changed.text == expected.decode("utf-16-le")


@given(CHARACTERS, st.integers(0, 5), st.integers(0, 12), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_places_and_positions_are_each_others_reverse(text: str, line: int, character: int, units: str) -> None:
    one = Text(text, units)
    row, column = one.place((line, character))
    assert one.place(one.position(row, column)) == (row, column)


@pytest.mark.parametrize(
    ("after", "rows"),
    [("abcde", (4, 5)), ("xabcde", (5, 6)), ("acde", (3, 4)), ("abxcde", (5, 6)), ("abcdx", None), ("abxe", None)],
)
def test_what_was_read_moves_with_its_lines(after: str, rows: tuple[int, int] | None) -> None:
    assert moved(list("abcde"), list(after), 4, 5) == rows


def test_an_editors_text_is_unicode_whatever_its_file_says() -> None:
    text = "# -*- coding: latin-1 -*-\nx = 'é😀\ud800'\n"
    assert as_source(text).decode("utf-8").count("é😀\N{REPLACEMENT CHARACTER}") == 1
    assert len(as_source(text).decode("utf-8")) == len(text)
