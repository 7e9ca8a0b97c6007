"""What is open in the editor: files, and notebooks cell by cell.

pygls keeps documents as well, but ends lines where Python's `splitlines` does (form feeds, U+2028), which the protocol
and Python's own grammar do not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Protocol

import msgspec
from msgspec import Struct, field

from cnnlint.server.texts import Text

_CODING = re.compile(r"\A((?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?)coding(?=[:=])")
"""PEP 263's comment: an editor's text is Unicode, whatever encoding the file on disk has."""


class Document(Protocol):
    """What is read as one program."""

    uri: str
    #: the path that the program is known by, absolute where it has one
    name: str
    #: the editor's number, which it gets back with diagnostics
    version: int | None
    #: whether the editor holds what is not on disk
    dirty: bool

    def data(self) -> bytes:
        """The contents as a file would hold them."""
        ...

    def parts(self) -> Iterator[tuple[int | None, str, Text]]:
        """What it consists of: number of the cell (None in files), its own URI, and its text."""
        ...


class File(Struct):
    """A file of Python source."""

    uri: str
    name: str
    version: int | None
    text: Text
    dirty: bool = False

    def data(self) -> bytes:
        return as_source(self.text.text)

    def parts(self) -> Iterator[tuple[int | None, str, Text]]:
        yield None, self.uri, self.text


class Cell(Struct):
    """A cell of a notebook."""

    uri: str
    #: code in Python; cells of other languages count as well, but are not read
    is_code: bool
    text: Text


class Notebook(Struct):
    """A notebook: its cells in their order, Markdown cells among them."""

    uri: str
    name: str
    version: int | None
    cells: list[Cell] = field(default_factory=list)
    dirty: bool = False

    def data(self) -> bytes:
        cells: list[dict[str, object]] = [
            {"cell_type": "code" if cell.is_code else "markdown", "metadata": {}, "source": _whole(cell.text.text)}
            for cell in self.cells
        ]
        return msgspec.json.encode({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})

    def parts(self) -> Iterator[tuple[int | None, str, Text]]:
        for number, cell in enumerate(self.cells, start=1):
            if cell.is_code:
                yield number, cell.uri, cell.text


def as_source(text: str) -> bytes:
    """An editor's text as a file of Python in UTF-8, character by character where it stood."""
    return _CODING.sub(r"\1cod1ng", _whole(text)).encode("utf-8")


def _whole(text: str) -> str:
    """A text without halves of surrogate pairs, which UTF-8 cannot hold; each leaves a character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def is_read(name: str) -> bool:
    """Whether a text of this name is read as Python: a notebook's JSON is not."""
    return os.path.splitext(name)[1].lower() not in (".ipynb", ".json", ".onnx", ".keras", ".h5", ".md", ".toml")
