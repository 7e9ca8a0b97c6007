"""The notebook reader: code cells in order as one Python program, findings addressed by cell."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cnnlint.diagnostics import TextEdit
from cnnlint.readers.magics import commented, neutralised
from cnnlint.readers.notebook_json import CodeCell, code_cells, decoded, language, with_sources
from cnnlint.readers.patterns import pattern
from cnnlint.readers.python.text.source import SourceText
from cnnlint.readers.reading import Cell, FileLoader, Problem, Reading
from cnnlint.readers.shown import LINE_END, hide_shown, last_row

_PYTHON = frozenset({"python", "python2", "python3", "ipython", "ipython2", "ipython3"})
#: PEP 263: Python looks for it in the first two lines, but a notebook is UTF-8
_CODING = pattern(r"\A((?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?)coding(?=[:=])")
#: characters that a JSON string can hold and Python source cannot
_UNREADABLE = pattern("[\ud800-\udfff\0]")


def read(filename: str, data: bytes, *, load: FileLoader | None = None) -> Reading:
    """Read a notebook's code cells as one program.

    Cells are numbered from 1, Markdown cells counted. `Reading.text` is the code as it stands in the cells; magics
    and shell commands are read as statements of no effect. A cell that is not Python is skipped and is a partial
    problem; notebooks of other languages are nothing to read.
    """
    reading = Reading(filename)
    notebook = decoded(data)
    if isinstance(notebook, Problem):
        reading.problems.append(notebook)
        return reading
    if language(notebook) not in _PYTHON:
        return reading
    sources = list(code_cells(notebook))
    written, reading.cells = _joined(sources)
    reading.text = "".join(written)
    readable, skipped = _readable(written, reading.cells)
    code = "".join(readable)
    if code.strip():
        from cnnlint.readers.python import read as read_python

        inner = read_python(filename, _CODING.sub(r"\1cod1ng", code).encode("utf-8"), load=load)
        reading.program, reading.foreign = inner.program, inner.foreign
        reading.problems.extend(inner.problems)
        if reading.program is not None:
            reading.program.kind = "notebook"
            if skipped:
                reading.program.lose()
            hide_shown(reading.program, _last_rows(written, reading.cells))
    reading.problems.extend(skipped)
    reading.problems.sort(key=lambda problem: (problem.row, problem.column))
    return reading


def _joined(sources: Sequence[CodeCell]) -> tuple[list[str], tuple[Cell, ...]]:
    """The text of every cell with a line end behind it, and the rows it takes when they are joined."""
    texts: list[str] = []
    cells: list[Cell] = []
    row = 1
    for cell in sources:
        text = cell.source
        # an empty cell has a row as well; a \r at the end of one cell must not meet the next one's \n
        if not text.endswith("\n"):
            text += "\n"
        rows = len(LINE_END.findall(text))
        texts.append(text)
        cells.append(Cell(cell.number, row, row + rows - 1))
        row += rows
    return texts, tuple(cells)


def _last_rows(texts: Sequence[str], cells: Sequence[Cell]) -> Iterator[int]:
    """The rows on which cells end: the value of the last expression is what the notebook shows."""
    for text, cell in zip(texts, cells, strict=True):
        yield cell.first_row + last_row(LINE_END.split(text)) - 1


def _readable(texts: Sequence[str], cells: Sequence[Cell]) -> tuple[list[str], list[Problem]]:
    """The cells as Python, those that are not in comments; and why not."""
    readable: list[str] = []
    broken: list[Problem] = []
    good = 0
    for text, cell in zip(texts, cells, strict=True):
        code = neutralised(text)
        reason = _complaint(code)
        if reason is not None:
            code = commented(_UNREADABLE.sub("?", code))
            message = f"cell {cell.number} was left out: {reason.message}"
            if reason.kind == "syntax":
                message = f"cell {cell.number} is not valid Python ({reason.message})"
            row = min(cell.first_row + reason.row - 1, cell.last_row)
            broken.append(Problem(message, row, reason.column, reason.kind, partial=True))
        elif code.strip():
            good += 1
        readable.append(code)
    return readable, broken if good else [replace(problem, partial=False) for problem in broken]


def _complaint(code: str) -> Problem | None:
    """Why a cell cannot be read; None where it parses, or does after repairs that lose nothing."""
    from cnnlint.readers.python.text.parse import parse
    from cnnlint.readers.python.text.scan import measure
    from cnnlint.readers.python.text.syntax import parse_tree

    if not code.strip():
        return None
    found = _UNREADABLE.search(code)
    if found is not None:
        row, column = SourceText(code).position(found.start())
        return Problem("it holds a character that is not text", row, column, "encoding")
    complaint = measure(code).problem or parse_tree(code)
    if isinstance(complaint, ast.Module):
        return None
    parsed = parse(SourceText(code), gated=False)
    if parsed.module is not None and not any(repair.broken for repair in parsed.repairs):
        return None
    return parsed.problem or parsed.complaint or complaint


def apply_to_notebook(data: bytes, reading: Reading, edits: Sequence[TextEdit]) -> bytes:
    """The notebook after edits of `reading.text`; only the sources of the cells that are edited change.

    Raises:
        ValueError: an edit lies outside the code cells or in two of them, edits overlap, or `data` is not the
            notebook that was read.
    """
    if reading.text is None:
        raise ValueError("the notebook was not read")
    places = SourceText(reading.text)
    by_cell: dict[int, list[tuple[int, int, str]]] = {}
    spans: dict[int, tuple[int, int]] = {}
    for edit in edits:
        cell = next((c for c in reading.cells if c.first_row <= edit.location.row <= c.last_row), None)
        if cell is None or not cell.first_row <= edit.end_location.row <= cell.last_row:
            raise ValueError("an edit does not lie within one code cell")
        start, end = (places.offset(place.row, place.column) for place in (edit.location, edit.end_location))
        by_cell.setdefault(cell.number, []).append((start, end, edit.content))
        spans[cell.number] = (places.offset(cell.first_row, 1), places.offset(cell.last_row + 1, 1))
    sources = {cell.number: cell.source for cell in _cells_of(data)}
    changed: dict[int, str] = {}
    for number, own in by_cell.items():
        first, last = spans[number]
        source = sources.get(number)
        if source is None or reading.text[first:last].removesuffix("\n") != source.removesuffix("\n"):
            raise ValueError("the notebook is not the one that was read")
        changed[number] = _edited(source, [(start - first, end - first, content) for start, end, content in own])
    return with_sources(data, changed)


def _cells_of(data: bytes) -> list[CodeCell]:
    notebook = decoded(data)
    if isinstance(notebook, Problem):
        raise ValueError(notebook.message)
    return list(code_cells(notebook))


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """The text after replacements, those at the same place in their order."""
    pieces: list[str] = []
    position = 0
    for start, end, content in sorted(edits, key=lambda edit: edit[:2]):
        if start < position or end < start:
            raise ValueError("edits overlap")
        pieces += [text[position:start], content]
        position = end
    return "".join(pieces) + text[position:]
