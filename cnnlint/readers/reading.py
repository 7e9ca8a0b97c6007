"""What a reader hands over: the program as a graph, what could not be read, and how places map to the file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct, field

if TYPE_CHECKING:
    from cnnlint.graph import Program


FileLoader = Callable[[str], "bytes | None"]
"""Gives the bytes of another file of the linted tree by its path, or None when there is none that may be read."""


ProblemKind = Literal["missing", "loop", "encoding", "syntax", "too-complex", "format", "dialect", "invalid"]


class Problem(Struct, frozen=True):
    """Why a file, or a part of it, could not be read.

    `kind` is "missing", "loop", "encoding", "syntax", "too-complex", "format", "dialect" for what is merely written
    for another reader (Python 2, a notebook) and was read all the same, or "invalid" for a part that whoever runs the
    file refuses. Row and column count from 1, in the coordinates of the text that was read (`Reading.place` maps them
    to a notebook's cells).
    """

    message: str
    row: int = 1
    column: int = 1
    kind: ProblemKind = "syntax"
    #: True when the rest of the file was read all the same (one broken cell of a notebook, a repaired statement)
    partial: bool = False
    #: the operator of a graph that it is about
    node: str | None = None
    op_type: str | None = None


class Cell(Struct, frozen=True):
    """A code cell of a notebook: its 1-based number (Markdown cells counted) and its rows in the joined text."""

    number: int
    first_row: int
    last_row: int


class Reading(Struct):
    """The outcome of reading one file. `program` is None when there was nothing to read or nothing could be read."""

    filename: str
    program: Program | None = None
    problems: list[Problem] = field(default_factory=list)
    #: the text that spans refer to: the file's own, or a notebook's code cells joined; None for binary formats
    text: str | None = None
    #: the framework whose models the file defines, where that is one that is not read ("PyTorch")
    foreign: str | None = None
    #: a notebook's code cells, in order; empty for other files
    cells: tuple[Cell, ...] = ()

    def place(self, row: int) -> tuple[int | None, int]:
        """The cell (None outside notebooks) and the row within it that a row of `text` belongs to."""
        for cell in self.cells:
            if cell.first_row <= row <= cell.last_row:
                return cell.number, row - cell.first_row + 1
        return None, row
