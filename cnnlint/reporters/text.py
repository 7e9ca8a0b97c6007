"""The report for people: place, rule, what is wrong, the source line, what to write instead, the evidence."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from cnnlint.diagnostics import Diagnostic, Evidence, Severity, Verdict
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.summary import closing, headlines, untold
from cnnlint.reporters.terminal import SEVERITY_COLOR, Painter, clean, columns

_WIDEST_LINE = 160
_VERDICT_COLOR = {
    Verdict.PROVED: "red",
    Verdict.CONFIRMED: "red",
    Verdict.SLOWER: "yellow",
    Verdict.NO_DIFFERENCE: "green",
    Verdict.UNDECIDED: "yellow",
    Verdict.NOT_TESTABLE: "blue",
}
#: with which a summary may begin; the verdict stands before it already
_LABELS = {"not tested", *(verdict.value for verdict in Verdict)}


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """Models if asked for, errors and warnings by place, then notes, then the summary line."""
    paint = Painter(options.color)
    if not options.told:
        yield from findings(outcome, options)
    for error in untold(outcome):
        yield paint(clean(f"{error.filename}: {error.message}"), "red") + "\n"
    for line in headlines(outcome):
        yield paint(clean(line), "bold") + "\n"
    yield from closing(outcome, options)


def findings(outcome: Outcome, options: Options) -> Iterator[str]:
    """Models if asked for, then errors and warnings, then notes; or how often each rule spoke."""
    if options.show_models:
        from cnnlint.reporters.models import describe

        for model in outcome.models:
            yield describe(model, Painter(options.color))
    if options.statistics:
        from cnnlint.reporters.statistics import table

        yield table(outcome)
        return
    for notes in (False, True):
        for diagnostic in outcome.diagnostics:
            if (diagnostic.severity is Severity.INFO) is notes:
                yield _finding(diagnostic, outcome, options) + "\n"


def tested(diagnostic: Diagnostic, options: Options) -> str:
    """A finding that was shown before and now has a verdict: its place and rule, and what came of the test."""
    assert diagnostic.evidence is not None
    paint = Painter(options.color)
    head = f"{diagnostic.code} {diagnostic.name}"
    lines = [
        f"{paint(clean(place(diagnostic)), 'bold')}: {paint(head, 'bold', SEVERITY_COLOR[diagnostic.severity])}"
        f" [{diagnostic.severity.value}]"
    ]
    lines += _evidence(diagnostic.evidence, "  ", paint, options.width)
    return "\n".join(lines) + "\n\n"


def place(diagnostic: Diagnostic) -> str:
    """`file:row:column`, `file:cell 3:row:column` in notebooks, the file and node in models without text."""
    if diagnostic.node is not None or diagnostic.op_type is not None:
        node = f"node {diagnostic.node}" if diagnostic.node else "node"
        kind = f" ({diagnostic.op_type})" if diagnostic.op_type else ""
        return f"{diagnostic.filename}: {node}{kind}" + (f", {diagnostic.written}" if diagnostic.written else "")
    cell = f"cell {diagnostic.cell}:" if diagnostic.cell is not None else ""
    return f"{diagnostic.filename}:{cell}{diagnostic.location.row}:{diagnostic.location.column}"


def _finding(diagnostic: Diagnostic, outcome: Outcome, options: Options) -> str:
    """One finding, a line break behind each of its lines."""
    dimmed = diagnostic.severity is Severity.INFO
    paint = Painter(options.color and not dimmed)
    color = SEVERITY_COLOR[diagnostic.severity]
    lines = [
        f"{paint(clean(place(diagnostic)), 'bold')}: {paint(f'{diagnostic.code} {diagnostic.name}', 'bold', color)}"
        f" [{diagnostic.severity.value}]{' [*]' if diagnostic.fix is not None else ''}"
    ]
    lines += _wrapped(clean(diagnostic.message), "  ", "  ", options.width)
    source = outcome.lines.get((diagnostic.filename, diagnostic.cell, diagnostic.location.row))
    if source is not None and source.strip() and has_place(diagnostic):
        lines += _snippet(diagnostic, source, paint)
    gutter = " " * (len(str(diagnostic.location.row)) + 1)
    if diagnostic.help:
        lines += _labelled("help", clean(diagnostic.help), gutter, paint, "cyan", options.width)
    if diagnostic.evidence is not None:
        lines += _evidence(diagnostic.evidence, gutter, paint, options.width)
    text = "\n".join(lines) + "\n"
    return Painter(options.color)(text.rstrip("\n"), "dim") + "\n" if dimmed else text


def has_place(diagnostic: Diagnostic) -> bool:
    """Whether the finding is about a stretch of text, rather than about a file or a node of a graph."""
    start = diagnostic.location
    whole_file = (start.row, start.column) == (1, 1) and diagnostic.end_location == start
    return diagnostic.node is None and diagnostic.op_type is None and not whole_file


def _snippet(diagnostic: Diagnostic, source: str, paint: Painter) -> list[str]:
    """The source line with carets under what the finding is about, cut where it is very long."""
    start = min(diagnostic.location.column - 1, len(source))
    one_line = diagnostic.end_location.row == diagnostic.location.row
    end = min(diagnostic.end_location.column - 1, len(source)) if one_line else len(source.rstrip())
    first = max(0, start - _WIDEST_LINE // 2) if len(source) > _WIDEST_LINE else 0
    shown = source[first : first + _WIDEST_LINE]
    before, marked = clean(source[first:start]), clean(source[start : min(end, first + _WIDEST_LINE)])
    carets = "^" * max(1, columns(marked))
    cut = "…" if first else ""
    tail = "…" if first + _WIDEST_LINE < len(source) else ""
    row = str(diagnostic.location.row)
    gutter = " " * len(row)
    bar = paint("|", "blue")
    return [
        f"{gutter} {bar}",
        f"{paint(row, 'blue')} {bar} {cut}{clean(shown).rstrip()}{tail}",
        f"{gutter} {bar} {' ' * (columns(before) + len(cut))}"
        f"{paint(carets, 'bold', SEVERITY_COLOR[diagnostic.severity])}",
    ]


def _evidence(evidence: Evidence, gutter: str, paint: Painter, width: int | None) -> list[str]:
    """The verdict in words, then the figures that the words leave out."""
    lines = _labelled(
        evidence.verdict.value, clean(said(evidence)), gutter, paint, _VERDICT_COLOR[evidence.verdict], width
    )
    indent = f"{gutter}  "
    figures = _figures(evidence)
    if figures:
        lines += _wrapped(figures, indent, indent, width)
    for name, values in evidence.also.items():
        arms = (" as written", " repaired") if by_arm(name, values) else ("",) * len(values)
        stated = ", ".join(f"{number(value)}{arm}" for value, arm in zip(values, arms, strict=True))
        lines += _wrapped(f"{name}: {stated}", indent, indent, width)
    for note in evidence.notes:
        lines += _wrapped(f"({clean(note)})", indent, indent, width)
    return lines


def by_arm(name: str, values: Sequence[float]) -> bool:
    """Whether further figures are one for each arm; the name of others says which arm they are about."""
    return len(values) == 2 and "as written" not in name and "repaired" not in name


def said(evidence: Evidence) -> str:
    """The summary without the verdict that it may begin with, which stands before it already."""
    head, colon, rest = evidence.summary.partition(": ")
    return rest if colon and head.lower() in _LABELS else evidence.summary


def _figures(evidence: Evidence) -> str:
    """`accuracy 0.512 as written, 0.921 repaired (+0.409); 7 pairs of 400 steps, p = 0.016; 12.3 s on tensorflow`.

    What the summary says already is not said again.
    """
    parts = []
    written = evidence.as_written
    if evidence.statistic is not None and written is not None and number(written) not in evidence.summary:
        text = f"{evidence.statistic} {number(written)} as written"
        if evidence.repaired is not None:
            text += f", {number(evidence.repaired)} repaired"
        if evidence.difference is not None:
            text += f" ({'+' if evidence.difference >= 0 else ''}{number(evidence.difference)})"
        parts.append(text)
    if evidence.pairs and f"{evidence.pairs} pairs" not in evidence.summary:
        text = f"{evidence.pairs} pair{'' if evidence.pairs == 1 else 's'}"
        if evidence.steps:
            text += f" of {evidence.steps:,} steps"
        if evidence.p_value is not None:
            text += f", p = {evidence.p_value:.2g}"
        parts.append(text)
    if evidence.seconds is not None:
        backend = f" on {evidence.backend}" if evidence.backend else ""
        parts.append(f"{evidence.seconds:.1f} s{backend}" + (", in an earlier run" if evidence.cached else ""))
    if evidence.data is not None:
        parts.append(clean(evidence.data))
    return "; ".join(parts)


def number(value: float) -> str:
    """A figure to three digits."""
    return f"{value:.3g}"


def _labelled(label: str, text: str, gutter: str, paint: Painter, color: str, width: int | None) -> list[str]:
    lines = _wrapped(f"{label}: {text}", f"{gutter}= ", f"{gutter}  ", width)
    lines[0] = lines[0].replace(f"= {label}:", f"{paint('=', 'blue')} {paint(label, 'bold', color)}:", 1)
    return lines


def _wrapped(text: str, first: str, rest: str, width: int | None) -> list[str]:
    if width is None:
        return [first + text]
    wrapper = textwrap.TextWrapper(max(width, 40), first, rest, break_long_words=False, break_on_hyphens=False)
    return wrapper.wrap(text) or [first]
