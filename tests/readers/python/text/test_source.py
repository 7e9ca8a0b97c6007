"""Decoding, and the conversions between offsets, rows, columns and bytes."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnlint.graph.spans import Span
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.reading import Problem


def decoded(data: bytes) -> SourceText:
    source = SourceText.decode(data)
    assert isinstance(source, SourceText), source
    return source


@pytest.mark.parametrize(
    ("data", "text", "encoding", "bom"),
    [
        (b"", "", "utf-8", False),
        (b"x = 1\n", "x = 1\n", "utf-8", False),
        ("é = 'ß'\n".encode(), "é = 'ß'\n", "utf-8", False),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8", True),
        (b"\xef\xbb\xbf# coding: utf-8\n", "# coding: utf-8\n", "utf-8", True),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n", "iso8859-1", False),
        (b"#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\nx = '\x80'", None, "cp1252", False),
        (b"\n# coding: gbk\nx = '\xd6\xd0'\n", "\n# coding: gbk\nx = '中'\n", "gbk", False),
        (b"x = 1\n# coding: latin-1\n", "x = 1\n# coding: latin-1\n", "utf-8", False),
        (b"a\r\nb\rc\nd", "a\r\nb\rc\nd", "utf-8", False),
    ],
)
def test_decoding(data: bytes, text: str | None, encoding: str, bom: bool) -> None:
    source = decoded(data)
    assert (source.encoding, source.bom) == (encoding, bom)
    assert text is None or source.text == text
    assert source.encode(source.text) == data


@pytest.mark.parametrize(
    ("data", "row", "column", "word"),
    [
        (b"x = 1\ny = '\xe9'\n", 2, 6, "0xe9"),
        ("é = '".encode() + b"\xff'", 1, 6, "0xff"),
        (b"x = 1\r\ny\0", 2, 2, "NUL"),
        ("x = 1\n".encode("utf-16"), 1, 1, "UTF-16"),
        (b"# coding: klingon\n", 1, 1, "klingon"),
        (b"\n# coding: zlib\n", 1, 1, "zlib"),
        (b"# coding: unicode_escape\n", 1, 1, "unicode"),
        (b"\xef\xbb\xbf\n# coding: latin-1\n", 2, 1, "byte-order mark"),
    ],
)
def test_what_is_not_text_is_a_problem(data: bytes, row: int, column: int, word: str) -> None:
    problem = SourceText.decode(data)
    assert isinstance(problem, Problem)
    assert (problem.kind, problem.row, problem.column) == ("encoding", row, column)
    assert word in problem.message


@given(st.binary(max_size=300) | st.binary(max_size=40).map(lambda name: b"# coding: " + name + b"\nx"))
def test_any_bytes_give_a_text_or_a_problem(data: bytes) -> None:
    source = SourceText.decode(data)
    assert isinstance(source, SourceText) or source.kind == "encoding"


@pytest.mark.parametrize(
    ("text", "newline"), [("", "\n"), ("a", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\rb\r", "\r"), ("a\nb\r\nc\n", "\n")]
)
def test_the_newline_is_the_most_common(text: str, newline: str) -> None:
    assert SourceText(text).newline == newline


def test_only_line_ends_end_lines() -> None:
    assert SourceText("a\x0cb\u2028c\x85d\ne").lines == ("a\x0cb\u2028c\x85d", "e")


TEXTS = st.text(st.sampled_from("ab \t\n\ré中😀\x0c\u2028"), max_size=60)


@given(TEXTS, st.integers(0, 60))
def test_positions_and_offsets_are_inverse(text: str, at: int) -> None:
    source = SourceText(text)
    at = min(at, len(text))
    row, column = source.position(at)
    inside_line_end = text[at - 1 : at + 1] == "\r\n"
    assert 1 <= row <= len(source.lines)
    assert source.offset(row, column) == (at - 1 if inside_line_end else at)


@given(TEXTS, st.integers(0, 60), st.integers(0, 60))
def test_slices(text: str, start: int, end: int) -> None:
    text = text.replace("\r", "")
    source = SourceText(text)
    start, end = sorted((min(start, len(text)), min(end, len(text))))
    assert source.slice(source.span(start, end)) == text[start:end]


@given(TEXTS)
def test_byte_columns_are_those_of_the_characters(text: str) -> None:
    source = SourceText(text)
    for row, line in enumerate(source.lines, start=1):
        for column in range(len(line) + 1):
            assert source.column_of_byte(row, len(line[:column].encode())) == column + 1


def test_places_outside_are_clamped() -> None:
    source = SourceText("ab\ncd")
    assert source.offset(1, 99) == 2
    assert source.offset(0, 5) == 0
    assert source.offset(9, 1) == 5
    assert source.position(99) == (2, 3)
    assert source.line(0) == source.line(3) == ""


def test_ast_columns() -> None:
    source = SourceText("é = f('ß', x)\n")
    name = next(node for node in ast.walk(ast.parse(source.text)) if isinstance(node, ast.Name) and node.id == "x")
    column = source.column_of_byte(1, name.col_offset)
    assert source.slice(Span(1, column, 1, column + 1)) == "x"
