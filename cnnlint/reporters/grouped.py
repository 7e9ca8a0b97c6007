"""Findings under the name of their file, in columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.concise import tagged
from cnnlint.reporters.summary import closing, untold
from cnnlint.reporters.terminal import Painter, clean


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """A block for each file, then the summary."""
    paint = Painter(options.color)
    for filename, group in groupby(outcome.diagnostics, key=lambda diagnostic: diagnostic.filename):
        rows = [(_place(diagnostic), tagged(diagnostic, paint)) for diagnostic in group]
        width = max(len(place) for place, _ in rows)
        yield f"{paint(clean(filename), 'bold')}:\n"
        yield "".join(f"  {place:<{width}}  {text}\n" for place, text in rows) + "\n"
    for error in untold(outcome):
        yield paint(clean(f"{error.filename}: {error.message}"), "red") + "\n"
    yield from closing(outcome, options)


def _place(diagnostic: Diagnostic) -> str:
    if diagnostic.node is not None or diagnostic.op_type is not None:
        return clean(diagnostic.node or diagnostic.op_type or "")
    cell = f"cell {diagnostic.cell}:" if diagnostic.cell is not None else ""
    return f"{cell}{diagnostic.location.row}:{diagnostic.location.column}"
