"""JUnit XML: a suite for each file, a failure for each error or warning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cnnlint.diagnostics import Diagnostic, Severity
from cnnlint.lint.outcome import Outcome
from cnnlint.reporters import Options
from cnnlint.reporters.text import place

#: what XML 1.0 cannot hold
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(outcome: Outcome, options: Options) -> Iterator[str]:
    """The document. Notes are no failures: they stand in a passed test's output."""
    failures = sum(diagnostic.severity is not Severity.INFO for diagnostic in outcome.diagnostics)
    tests = max(len(outcome.diagnostics), 1)
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<testsuites name="cnnlint" tests="{tests}" failures="{failures}" errors="{len(outcome.errors)}">\n'
    if not outcome.diagnostics:
        yield '  <testsuite name="cnnlint" tests="1" failures="0" errors="0">\n'
        yield f'    <testcase name="no findings in {outcome.files} files" classname="cnnlint"/>\n  </testsuite>\n'
    for filename, group in groupby(outcome.diagnostics, key=lambda diagnostic: diagnostic.filename):
        own = list(group)
        failed = sum(diagnostic.severity is not Severity.INFO for diagnostic in own)
        yield f'  <testsuite name={_quoted(filename)} tests="{len(own)}" failures="{failed}" errors="0">\n'
        yield from map(_case, own)
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _case(diagnostic: Diagnostic) -> str:
    where = place(diagnostic)
    # Jenkins's schema has no attribute for a line: the place is the name of the class
    head = f"    <testcase name={_quoted(f'{diagnostic.code} {diagnostic.name}')} classname={_quoted(where)}>\n"
    text = f"{where}: {diagnostic.message}" + (f"\nhelp: {diagnostic.help}" if diagnostic.help else "")
    if diagnostic.severity is Severity.INFO:
        inner = f"      <system-out>{_escaped(text)}</system-out>\n"
    else:
        kind = diagnostic.severity.value
        inner = f'      <failure type="{kind}" message={_quoted(diagnostic.message)}>{_escaped(text)}</failure>\n'
    return head + inner + "    </testcase>\n"


def _escaped(text: str) -> str:
    return escape(_FORBIDDEN.sub("�", text))


def _quoted(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("�", text))
