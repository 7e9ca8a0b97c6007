"""JSON lines: one diagnostic a line, for streams and `grep`."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.encoding import encode


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """The diagnostics as in the JSON report."""
    for diagnostic in outcome.diagnostics:
        yield encode(diagnostic) + "\n"
