"""Notebooks as JSON: their code cells, and new sources written back without touching any other byte."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from cnnlint.readers.patterns import pattern
from cnnlint.readers.reading import Problem

_TOKEN = pattern(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+)', re.DOTALL)
_LINE_END = pattern(r"\r\n|\r|\n")
_LINE = pattern(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class CodeCell(Struct, frozen=True):
    """A code cell: its 1-based number among all cells, its source, and the keys that lead to the source."""

    number: int
    source: str
    path: tuple[str | int, ...]


def decoded(data: bytes) -> Any | Problem:
    """The notebook's JSON, or why there is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        return Problem(f"the notebook is not UTF-8: byte 0x{data[error.start]:02x}", row, 1, "encoding")
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        return Problem(f"the notebook is not JSON: {error.msg}", error.lineno, error.colno, "format")
    except (RecursionError, MemoryError):
        return Problem("the notebook's JSON nests too deeply", 1, 1, "too-complex")
    except ValueError as error:  # numbers of thousands of digits
        return Problem(f"the notebook is not JSON: {error}", 1, 1, "format")
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells", notebook.get("worksheets")), list):
        return Problem("it is not a notebook: it has no cells", 1, 1, "format")
    return notebook


#: what kernels of other languages are called that do not say their language
KERNELS = ("swift", "julia", "scala", "javascript", "typescript", "rust", "bash", "octave", "matlab", "ruby", "kotlin")


def language(notebook: Mapping[str, Any]) -> str:
    """The language of the notebook's kernel, in lower case; "python" where it does not say."""
    metadata = notebook.get("metadata")
    for section, key in (("language_info", "name"), ("kernelspec", "language")):
        inner = metadata.get(section) if isinstance(metadata, dict) else None
        name = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(name, str) and name:
            return name.lower()
    kernel = metadata.get("kernelspec") if isinstance(metadata, dict) else None
    called = kernel.get("name") if isinstance(kernel, dict) else None
    found = (one for one in KERNELS if isinstance(called, str) and called.lower().startswith(one))
    return next(found, "r" if called == "ir" else "python")


def code_cells(notebook: Mapping[str, Any]) -> Iterator[CodeCell]:
    """The code cells, of formats 2 to 4; sources are strings or lists of strings. What is neither is left out."""
    number = 0
    for path, cells in _lists(notebook):
        for index, cell in enumerate(cells):
            number += 1
            if not isinstance(cell, dict) or cell.get("cell_type") != "code":
                continue
            if str(cell.get("language", "python")).lower() not in ("python", "python2", "python3"):
                continue  # formats 2 and 3 have a language for each cell
            key = "source" if "source" in cell else "input"
            source = cell.get(key)
            if isinstance(source, list) and all(isinstance(part, str) for part in source):
                source = "".join(source)
            if isinstance(source, str):
                yield CodeCell(number, source, (*path, index, key))


def _lists(notebook: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], list[Any]]]:
    """The lists of cells, with the keys that lead to them."""
    cells = notebook.get("cells")
    if isinstance(cells, list):
        yield ("cells",), cells
        return
    for index, sheet in enumerate(notebook.get("worksheets") or ()):
        if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
            yield ("worksheets", index, "cells"), sheet["cells"]


def with_sources(data: bytes, sources: Mapping[int, str]) -> bytes:
    """The notebook with other sources in some cells (by number); every other byte stays as it is.

    A source that is a list of lines stays one, and lines that do not change keep their spelling.

    Raises:
        ValueError: it is no notebook, or has no such code cells.
    """
    notebook = decoded(data)
    if isinstance(notebook, Problem):
        raise ValueError(notebook.message)
    wanted = {cell.path: sources[cell.number] for cell in code_cells(notebook) if cell.number in sources}
    if len(wanted) < len(sources):
        raise ValueError("the notebook has no such code cell")
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    text = data.decode("utf-8-sig")
    places = _places(text, wanted.keys())
    for path, (start, end) in sorted(places.items(), key=lambda item: item[1], reverse=True):
        text = text[:start] + _rewritten(text[start:end], wanted[path], ascii_only=text.isascii()) + text[end:]
    return mark + text.encode("utf-8", "surrogatepass")


def rows_in_file(data: bytes) -> dict[tuple[int, int], int]:
    """(number of a code cell, row within it) -> the row of the notebook's JSON on which that row stands.

    Several rows of a cell share one where the source is a single string, as some tools write it.
    """
    notebook = decoded(data)
    if isinstance(notebook, Problem):
        return {}
    text = data.decode("utf-8-sig")
    cells = {cell.path: cell.number for cell in code_cells(notebook)}
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    rows: dict[tuple[int, int], int] = {}
    for path, (start, end) in _places(text, cells.keys()).items():
        row = 1
        for token in _TOKEN.finditer(text, start, end):
            if token.group(1).startswith('"'):
                line = bisect_right(starts, token.start(1))
                ends = len(_LINE_END.findall(json.loads(token.group(1))))
                rows.update({(cells[path], one): line for one in range(row, row + ends + 1)})
                row += ends
    return rows


Path = tuple[str | int, ...]


def _places(text: str, paths: Any) -> dict[Path, tuple[int, int]]:
    """Where in the text of a JSON document the values at these paths begin and end; the last of repeated keys."""
    found: dict[Path, tuple[int, int]] = {}
    keys: list[str | int] = []  # the path of the current value, one entry for each open bracket
    starts: list[int] = []
    key: str | None = None  # the last string in an object, which a colon turns into a key
    longest = max((len(path) for path in paths), default=0)

    def close(begin: int, end: int) -> None:
        path = tuple(keys)
        if len(path) <= longest and path in paths:
            found[path] = (begin, end)

    position = 0
    while (token := _TOKEN.match(text, position)) is not None:
        position = token.end()
        word, begin = token.group(1), token.start(1)
        if word in ("{", "["):
            starts.append(begin)
            keys.append("" if word == "{" else 0)
        elif word in ("}", "]"):
            keys.pop()
            close(starts.pop(), position)
        elif word == ":":
            keys[-1] = json.loads(key or '""')
        elif word == ",":
            last = keys[-1]
            if isinstance(last, int):
                keys[-1] = last + 1
            else:
                keys[-1] = ""
        else:
            key = word
            close(begin, position)
    return found


def _rewritten(old: str, source: str, *, ascii_only: bool) -> str:
    """The JSON of a source in the form of the old one: a string, or a list of lines with its indentation."""

    def dumped(line: str) -> str:
        return json.dumps(line, ensure_ascii=ascii_only)

    if not old.startswith("["):
        return dumped(source)
    raw = [token.group(1) for token in _TOKEN.finditer(old) if token.group(1).startswith('"')]
    spelt = {json.loads(line): line for line in raw}
    lines = [spelt.get(line) or dumped(line) for line in _LINE.findall(source)]
    if not lines:
        return "[]"
    if not raw:
        return "[" + ", ".join(lines) + "]"
    lead = old[1 : old.index(raw[0])]
    tail = old[old.rindex(raw[-1]) + len(raw[-1]) : -1]
    between = "," + (lead if lead.strip("\r\n") != lead or not lead else " ")
    if len(raw) > 1:
        first_end = old.index(raw[0]) + len(raw[0])
        between = old[first_end : old.index(raw[1], first_end)]
    return "[" + lead + between.join(lines) + tail + "]"
