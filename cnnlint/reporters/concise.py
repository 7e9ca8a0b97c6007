"""One line for each finding, for grep, quickfix lists and logs: `path:row:column: CNN101 [*] message`."""

from __future__ import annotations

from collections.abc import Iterator

from cnnlint.diagnostics import Diagnostic
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.summary import closing, untold
from cnnlint.reporters.terminal import SEVERITY_COLOR, Painter, clean
from cnnlint.reporters.text import place


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """The findings by place, then the summary."""
    paint = Painter(options.color)
    for diagnostic in outcome.diagnostics:
        yield f"{paint(clean(place(diagnostic)), 'bold')}: {tagged(diagnostic, paint)}\n"
    for error in untold(outcome):
        yield paint(clean(f"{error.filename}: {error.message}"), "red") + "\n"
    yield from closing(outcome, options)


def tagged(diagnostic: Diagnostic, paint: Painter) -> str:
    """The code, a mark on what can be fixed, and the message, in one line."""
    mark = f"[{paint('*', 'cyan')}] " if diagnostic.fix is not None else ""
    code = paint(diagnostic.code, "bold", SEVERITY_COLOR[diagnostic.severity])
    return f"{code} {mark}{clean(' '.join(diagnostic.message.split()))}"
