"""Pylint's parseable lines, which many tools read: `path:row: [CNN101(relu-before-softmax)] message`."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.terminal import clean


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """A line for each finding. The row in a notebook is that of its cell, which the message names."""
    for diagnostic in outcome.diagnostics:
        where = f"cell {diagnostic.cell}: " if diagnostic.cell is not None else ""
        where = f"node {diagnostic.node}: " if diagnostic.node is not None else where
        message = clean(where + " ".join(diagnostic.message.split()))
        place = f"{clean(diagnostic.filename)}:{diagnostic.location.row}"
        yield f"{place}: [{diagnostic.code}({diagnostic.name})] {message}\n"
