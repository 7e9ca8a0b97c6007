"""The text of a Python source: decoding, lines, and the ways to name a place in it."""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from functools import cached_property

from msgspec import Struct

from cnnlint.graph.spans import Span
from cnnlint.readers.python.text.lexical import without_comments
from cnnlint.readers.reading import Problem

_BOM = codecs.BOM_UTF8
_WIDE_BOMS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
# PEP 263: in the first line, or in the second when the first is blank or a comment.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"[ \t\f]*(?:#|\Z)")
_NEWLINE = re.compile(r"\r\n|\r|\n")
# Codecs that Python registers as text but that do not map characters one by one; nobody writes source in them, and
# some take quadratic time.
_NOT_FOR_SOURCE = {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"}


class SourceText(Struct, frozen=True, dict=True):
    """Decoded source. Line ends are kept as they are written; `text` never begins with a byte-order mark."""

    text: str
    encoding: str = "utf-8"
    bom: bool = False

    @classmethod
    def decode(cls, data: bytes) -> SourceText | Problem:
        """Decode as Python itself does: byte-order mark, then coding comment (PEP 263), then UTF-8.

        Whatever the bytes are, the answer is a text or a problem of kind "encoding"; nothing is raised.
        """
        for mark, name in _WIDE_BOMS.items():
            if data.startswith(mark):
                return Problem(f"the file is {name}; Python source is UTF-8 or names its encoding", 1, 1, "encoding")
        bom = data.startswith(_BOM)
        body = data[len(_BOM) :] if bom else data
        nul = body.find(b"\0")
        if nul >= 0:
            row, column = _byte_place(body, nul)
            return Problem("the file holds a NUL byte: it is not text", row, column, "encoding")
        declared = _declared_encoding(body)
        encoding = "utf-8"
        if declared is not None and not (bom and _is_utf8(declared[0])):
            name, cookie_row = declared
            if bom:
                return Problem(f"the coding comment says {name}, the byte-order mark UTF-8", cookie_row, 1, "encoding")
            try:
                encoding = codecs.lookup(name).name
            except (LookupError, ValueError):
                return Problem(f"unknown encoding {name!r} in the coding comment", cookie_row, 1, "encoding")
        if encoding.replace("-", "_") in _NOT_FOR_SOURCE:
            return Problem(f"source cannot be written in {encoding}", 1, 1, "encoding")
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as error:
            row, column = _byte_place(body, error.start)
            byte = body[error.start]
            return Problem(f"the file is not {encoding.upper()}: byte 0x{byte:02x}", row, column, "encoding")
        except (LookupError, ValueError) as error:  # bytes-to-bytes codecs, and codecs that fail in their own way
            return Problem(f"the file cannot be decoded as {encoding}: {error}", 1, 1, "encoding")
        return cls(text, encoding, bom)

    @cached_property
    def code(self) -> str:
        """The text without comments and block strings, to be searched for words."""
        return without_comments(self.text)

    def encode(self, text: str) -> bytes:
        """`text` as the bytes of this file: its encoding, its byte-order mark.

        Raises UnicodeEncodeError if `text` has a character that the file's encoding lacks.
        """
        return (_BOM if self.bom else b"") + text.encode(self.encoding)

    @cached_property
    def newline(self) -> str:
        """The line end used most in this text ("\\n" if there is none)."""
        crlf = self.text.count("\r\n")
        counts = {"\n": self.text.count("\n") - crlf, "\r\n": crlf, "\r": self.text.count("\r") - crlf}
        return max(counts, key=lambda end: counts[end])

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _NEWLINE.finditer(self.text))]

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends. As for Python, only \\n, \\r\\n and \\r end a line (not \\f or U+2028)."""
        return tuple(_NEWLINE.split(self.text))

    def line(self, row: int) -> str:
        """The line at `row` (from 1) without its end; "" for a row outside the text."""
        return self.lines[row - 1] if 1 <= row <= len(self.lines) else ""

    def offset(self, row: int, column: int) -> int:
        """Index into `text` of a place; a place outside the text, or behind the end of its line, is clamped."""
        if row < 1:
            return 0
        if row > len(self._starts):
            return len(self.text)
        start = self._starts[row - 1]
        return min(start + max(column, 1) - 1, start + len(self.lines[row - 1]))

    def position(self, offset: int) -> tuple[int, int]:
        """Row and column (from 1) of an index into `text`."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset)
        return row, offset - self._starts[row - 1] + 1

    @cached_property
    def _is_ascii(self) -> bool:
        return self.text.isascii()

    def column_of_byte(self, row: int, byte: int) -> int:
        """The column (from 1, code points) of a UTF-8 byte offset (from 0) in a line, as `ast` counts columns."""
        if self._is_ascii:
            return byte + 1
        line = self.line(row)
        if line.isascii():
            return byte + 1
        return len(line.encode("utf-8", "surrogatepass")[:byte].decode("utf-8", "ignore")) + 1

    def span(self, start: int, end: int) -> Span:
        """The span between two indices into `text`."""
        return Span(*self.position(start), *self.position(end))

    def slice(self, span: Span) -> str:
        """The text that a span covers."""
        return self.text[self.offset(span.start_row, span.start_column) : self.offset(span.end_row, span.end_column)]


def _declared_encoding(body: bytes) -> tuple[str, int] | None:
    """The name in the coding comment and its row."""
    for row, line in enumerate(re.split(rb"\r\n|\r|\n", body[:4096], maxsplit=2)[:2], start=1):
        if match := _COOKIE.match(line):
            return match.group(1).decode("ascii", "replace"), row
        if not _BLANK_OR_COMMENT.match(line):
            return None
    return None


def _is_utf8(name: str) -> bool:
    return name.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}


def _byte_place(body: bytes, offset: int) -> tuple[int, int]:
    """Row and column of a byte of a text that may not decode."""
    before = body[:offset].decode("utf-8", "replace")
    lines = _NEWLINE.split(before)
    return len(lines), len(lines[-1]) + 1
