"""One file in, one result out: read it, ask the rules, apply severities and suppressions.

Nothing here knows a rule by its name or a model by its kind, and nothing that goes wrong in a reader or a rule
leaves as an exception: it becomes CNN900 and a `RunError`.
"""

from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Iterator
from pathlib import PurePath
from typing import Protocol, cast

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from cnnlint.config import ConfigError, Settings, UnknownSelector, place_of
from cnnlint.diagnostics import Diagnostic, Location, ModelSummary, RunError, Severity
from cnnlint.graph import Model, Origin, Span, Unread
from cnnlint.lint import agreement as readings
from cnnlint.lint import suppressions
from cnnlint.lint.discovery import PathPatterns
from cnnlint.lint.frames import in_one_piece
from cnnlint.lint.summaries import end_place, place, summarize
from cnnlint.lint.wording import translated
from cnnlint.readers import formats
from cnnlint.readers.reading import FileLoader, Problem, Reading
from cnnlint.rule import Finding, Rule, registry
from cnnlint.rule.own_rules import InternalError, PartlyReadModel, UnreadableFile, UnusedSuppression


class Reader(Protocol):
    """Text or bytes to graph."""

    def __call__(self, filename: str, data: bytes, *, load: FileLoader | None = None) -> Reading:
        """Read one file. `load` gives other files of the linted tree."""


Reported = tuple[Diagnostic, Finding, Rule]

MOST_SECONDS = 3.0
"""CPU seconds that the rules may take together, of which nearly all files need a tenth."""


class FileResult(Struct):
    """What came of linting one file."""

    filename: str
    reading: Reading
    #: every finding with its diagnostic, in the order of reports, before suppressions
    findings: list[Reported] = field(default_factory=list)
    #: further findings of the same rule at the same place (a helper that is called twice, a loop), by id of the first
    repeats: dict[int, list[Finding]] = field(default_factory=dict)
    #: what is reported: the findings that no comment silences, and unused comments
    diagnostics: list[Diagnostic] = field(default_factory=list)
    models: list[ModelSummary] = field(default_factory=list)
    errors: list[RunError] = field(default_factory=list)
    #: comments in other files that silenced something found here: (filename, row)
    foreign_uses: set[tuple[str, int]] = field(default_factory=set)
    #: seconds by code of rule; "read" is the reader's
    seconds: dict[str, float] = field(default_factory=dict)
    #: CPU seconds that reading and rules took together
    spent: float = 0.0


def lint_bytes(filename: str, data: bytes, settings: Settings, load: FileLoader | None = None) -> FileResult:
    """Lint the contents of one file. Never raises for what is in the file; ConfigError for unknown selectors."""
    return linter(settings).lint(filename, data, load)


def linter(settings: Settings) -> Linter:
    """The linter for a configuration, made once in a process."""
    return _linter(msgspec.json.encode(settings))


@functools.lru_cache(maxsize=64)
def _linter(encoded: bytes) -> Linter:
    settings = msgspec.json.decode(encoded, type=Settings)
    try:
        return Linter(settings)
    except UnknownSelector as error:
        place = place_of(settings, error.selector)
        raise ConfigError(f"{place}: {error}" if place is not None else str(error)) from None


class Linter:
    """The selected rules and their severities. ConfigError for selectors that match no rule."""

    def __init__(self, settings: Settings) -> None:
        self.rules = registry.load(settings.rule_folders)
        selected = self.rules.selected(settings)
        #: selected rules by code
        self.selected: dict[str, Rule] = {rule.code: rule for rule in selected}
        self._asked_for = self.rules.asked_for(settings)
        self._overrides = self.rules.severities(settings)
        self._per_file = [
            (PathPatterns([pattern], settings.root), frozenset(r.code for s in ignored for r in self.rules.matching(s)))
            for pattern, ignored in settings.per_file_ignores.items()
        ]

    @in_one_piece
    def lint(self, filename: str, data: bytes, load: FileLoader | None = None) -> FileResult:
        """Read a file and ask every selected rule about it."""
        started, begun = time.perf_counter(), time.thread_time()
        try:
            reading = _reader(filename, data)(filename, data, load=load)
        except Exception as error:
            result = FileResult(filename, Reading(filename))
            self._failed(result, None, error)
            return self._finish(result, data, load)
        result = FileResult(filename, reading)
        result.seconds["read"] = time.perf_counter() - started
        for problem in _by_row(reading.problems):
            self._problem(result, problem)
        self._dialects(result, [problem for problem in reading.problems if problem.kind == "dialect"])
        if reading.program is not None:
            self._ask(result)
        result.spent = time.thread_time() - begun
        return self._finish(result, data, load)

    def unreadable(self, filename: str, problem: Problem) -> FileResult:
        """The result for a path that gave no bytes."""
        result = FileResult(filename, Reading(filename, problems=[problem]))
        self._problem(result, problem)
        return self._finish(result, b"", None)

    def passed_over(self, filename: str) -> FileResult:
        """The result for a file that holds no model, found in a folder."""
        return self._finish(FileResult(filename, Reading(filename)), b"", None)

    def crashed(self, filename: str, message: str) -> FileResult:
        """The result for a file whose process died."""
        result = FileResult(filename, Reading(filename))
        self._failed(result, None, RuntimeError(message))
        return self._finish(result, b"", None)

    def _ask(self, result: FileResult) -> None:
        program = result.reading.program
        assert program is not None
        begun = time.thread_time()
        for asked, rule in enumerate(self.selected.values()):
            if time.thread_time() - begun > MOST_SECONDS:
                left = len(self.selected) - asked
                program.notes.append(Unread(f"the time ran out before {left} of {len(self.selected)} rules were asked"))
                program.hurried = True
                break
            started = time.perf_counter()
            try:
                for finding in readings.agreed(rule, program, rule.code in self._asked_for):
                    self._add(result, rule, finding)
            except Exception as error:
                self._failed(result, rule, error)
            result.seconds[rule.code] = time.perf_counter() - started
        twins = readings.Twins(program)
        for model in readings.models(program):
            try:
                fed, disputed = twins.feeds(model), twins.disputed(model)
                result.models.append(summarize(model, result.reading, fed, disputed))
                if not model.complete:
                    self._partly_read(result, model)
            except Exception as error:
                self._failed(result, None, error)
        program.callers = None  # it holds what a reading needs, and all is asked
        for note in program.notes:
            self._note(result, PartlyReadModel, f"this file was read in part: {note.what}", note.origin or Origin())

    def _add(self, result: FileResult, rule: Rule, finding: Finding) -> None:
        """Turn a finding into a diagnostic at its place in the file or cell."""
        origin = finding.origin
        cell, location = place(origin, result.reading)
        node = finding.node
        diagnostic = Diagnostic(
            code=rule.code,
            name=rule.name,
            message=finding.message,
            severity=self._overrides.get(rule.code, finding.severity or rule.severity),
            filename=origin.filename or result.filename,
            location=location,
            end_location=max(location, end_place(origin, result.reading)),
            cell=cell,
            url=rule.url,
            help=translated(_help(finding), result.reading.program.exporter if result.reading.program else ""),
            model=finding.model.name if finding.model is not None else None,
            layer=(node.fused_into or node).name if node is not None else None,
            node=origin.onnx_node,
            op_type=origin.onnx_op,
            written=origin.written,
        )
        result.findings.append((diagnostic, finding, rule))

    def _note(
        self,
        result: FileResult,
        kind: type[Rule],
        message: str,
        origin: Origin,
        model: Model | None = None,
        severity: Severity | None = None,
    ) -> None:
        """A finding of one of cnnlint's own rules, if that rule is selected."""
        rule = self.selected.get(kind.code)
        if rule is not None:
            self._add(result, rule, Finding(message, origin, model=model, severity=severity))

    def _problem(self, result: FileResult, problem: Problem) -> None:
        """CNN901, an error where something is wrong with the text; budgets, loops of links and the like are notes."""
        span = Span(problem.row, problem.column, problem.row, problem.column)
        left_out = problem.partial and problem.kind == "syntax"
        message = f"{problem.message}: left out, the rest was read" if left_out else problem.message
        told = problem.partial and not left_out and problem.kind != "invalid"
        origin = Origin(span, onnx_node=problem.node, onnx_op=problem.op_type)
        self._note(result, UnreadableFile, message, origin, severity=Severity.INFO if told else None)

    def _dialects(self, result: FileResult, problems: list[Problem]) -> None:
        """One note for all that is written for another reader than this Python."""
        if problems:
            whats = list(dict.fromkeys(problem.message for problem in problems))
            counted = [(what, [p.row for p in problems if p.message == what]) for what in whats]
            listed = "; ".join(f"{what} ({_rows(rows, result.reading)})" for what, rows in counted)
            span = Span(problems[0].row, problems[0].column, problems[0].row, problems[0].column)
            message = f"not the language of this Python, read all the same: {listed}"
            self._note(result, UnreadableFile, message, Origin(span), severity=Severity.INFO)

    def _partly_read(self, result: FileResult, model: Model) -> None:
        reasons: dict[str, dict[str, None]] = {}
        for part in model.gaps:
            reasons.setdefault(part.what, {}).update(dict.fromkeys(_where(part.origin, model, result.reading)))
        # the reason that stands in most places first
        parts = [what + _lines(list(at)) for what, at in sorted(reasons.items(), key=lambda one: -len(one[1]))]
        listed = "; ".join(parts[:3]) + (f"; and {len(parts) - 3} more" if len(parts) > 3 else "")
        count = "one thing is" if len(parts) == 1 else f"{len(parts)} things are"
        message = f"`{model.name}` was read in part, {count} unknown: {listed}"
        self._note(result, PartlyReadModel, message, model.origin, model)

    def _failed(self, result: FileResult, rule: Rule | None, error: BaseException) -> None:
        message = f"{type(error).__name__}: {error}".rstrip(": ")
        what = f"{rule.code} {rule.name} failed" if rule is not None else "reading this file failed"
        result.errors.append(RunError(result.filename, f"{what}: {message}", rule.code if rule is not None else None))
        self._note(result, InternalError, f"{what}: {message}", Origin())

    def _finish(self, result: FileResult, data: bytes, load: FileLoader | None) -> FileResult:
        """Leave out repetitions and what is ignored here, apply the comments, and sort."""
        unique: dict[object, Reported] = {}
        for item in result.findings:
            diagnostic = item[0]
            if not self._ignored_here(diagnostic):
                key = (diagnostic.code, diagnostic.filename, diagnostic.cell, diagnostic.location, diagnostic.node)
                # a place of its own is a matter of code and span; house notes without one differ by what they say
                own = diagnostic.message if diagnostic.code.startswith("CNN9") else ""
                first = unique.setdefault((key, own), item)
                if first is not item:
                    result.repeats.setdefault(id(first[1]), []).append(item[1])
        result.findings = sorted(_one_a_row(list(unique.values())), key=lambda item: item[0].sort_key)
        comments = _Comments(result.reading, data, load)
        result.diagnostics = [
            diagnostic
            for diagnostic, finding, _ in result.findings
            if diagnostic.code == InternalError.code or not comments.silence(diagnostic, finding.origin)
        ]
        result.foreign_uses = comments.foreign_uses()
        if UnusedSuppression.code in self.selected:
            result.diagnostics.extend(self._unused(result, comments))
            result.diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
        return result

    def _ignored_here(self, diagnostic: Diagnostic) -> bool:
        return any(diagnostic.code in codes and files.match(diagnostic.filename) for files, codes in self._per_file)

    def _unused(self, result: FileResult, comments: _Comments) -> Iterator[Diagnostic]:
        """CNN902 for comments of this file that nothing needed, as far as their rules were run."""
        rule = self.selected[UnusedSuppression.code]
        for comment in comments.own():
            if comment.identities is None:
                message = None if comment.used else "nothing here needs to be silenced"
            else:
                message = self._unused_message([name for name in comment.identities if name not in comment.used])
            if message is None:
                continue
            span = Span(comment.row, comment.column, comment.row, comment.end_column)
            scratch = FileResult(result.filename, result.reading)
            self._add(scratch, rule, Finding(message, Origin(span), help="remove the comment, or the code from it"))
            diagnostic = scratch.findings[0][0]
            if not self._ignored_here(diagnostic):
                yield diagnostic

    def _unused_message(self, identities: list[str]) -> str | None:
        meant = {
            name: [rule for rule in self.rules if rule.name == name or suppressions.is_prefix(name, rule.code)]
            for name in identities
        }
        unknown = [name for name, rules in meant.items() if not rules]
        always = (UnusedSuppression.code, InternalError.code)
        idle = [
            name
            for name, rules in meant.items()
            if any(rule.code in self.selected and rule.code not in always for rule in rules)
        ]
        parts = []
        if idle:
            parts.append(f"no finding of {_listed(idle)} needs to be silenced here")
        if unknown:
            near = self.rules.suggestion(unknown[0]) if len(unknown) == 1 else ""
            parts.append(f"{_listed(unknown)} {'is no rule' if len(unknown) == 1 else 'are no rules'}{near}")
        return "; ".join(parts) or None


class _Comments:
    """The suppression comments of a file and of those that findings in it point to."""

    def __init__(self, reading: Reading, data: bytes, load: FileLoader | None) -> None:
        self._reading = reading
        self._load = load
        text = reading.text
        self._own: list[suppressions.Suppression] = []
        if text is not None and suppressions.present(data):
            self._own = suppressions.find(text, [(cell.first_row, cell.last_row) for cell in reading.cells])
        self._foreign: dict[str, list[suppressions.Suppression]] = {}

    def own(self) -> list[suppressions.Suppression]:
        return self._own

    def silence(self, diagnostic: Diagnostic, origin: Origin) -> bool:
        """Whether a comment silences a finding; the comment is marked as used."""
        span = origin.span or Span(0, 0, 0, 0)  # row 0: only a comment for the whole file is about it
        comments = self._own
        if origin.filename is not None and origin.filename != self._reading.filename:
            comments = self._of(origin.filename)
        return suppressions.match(comments, diagnostic.code, diagnostic.name, span.start_row, span.end_row)

    def foreign_uses(self) -> set[tuple[str, int]]:
        return {(name, comment.row) for name, comments in self._foreign.items() for comment in comments if comment.used}

    def _of(self, filename: str) -> list[suppressions.Suppression]:
        if filename not in self._foreign:
            data = self._load(filename) if self._load is not None else None
            found: list[suppressions.Suppression] = []
            if data is not None and suppressions.present(data):
                found = suppressions.find(data.decode("utf-8", errors="replace"))
            self._foreign[filename] = found
        return self._foreign[filename]


def _reader(filename: str, data: bytes) -> Reader:
    return cast(Reader, importlib.import_module(formats.reader(filename, data)).read)


def _by_row(problems: list[Problem]) -> list[Problem]:
    """One problem for all of a kind on one row of the text, or about one operator of a graph."""
    rows: dict[object, list[Problem]] = {}
    for problem in problems:
        if problem.kind != "dialect":
            rows.setdefault((problem.row, problem.partial, problem.kind, problem.node), []).append(problem)
    return [
        replace(same[0], message="; ".join(dict.fromkeys(problem.message for problem in same)))
        for same in rows.values()
    ]


def _one_a_row(findings: list[Reported]) -> list[Reported]:
    """The findings, what cannot be read on one row together: as grave as the gravest of it."""
    rows: dict[object, Reported] = {}
    for item in findings:
        one, finding, rule = item
        own = (one.cell, one.location.row, one.node) if one.code == UnreadableFile.code else id(item)
        if own in rows:
            first = rows[own][0]
            severity = max(first.severity, one.severity, key=lambda severity: severity.rank)
            one = msgspec.structs.replace(first, message=f"{first.message}; {one.message}", severity=severity)
            finding = rows[own][1]
        rows[own] = (one, finding, rule)
    return list(rows.values())


def _help(finding: Finding) -> str | None:
    """What to write instead: the rule's own words, else the remedy's title with the reason why it is only advice."""
    if finding.help is not None or finding.remedy is None:
        return finding.help
    advice = finding.remedy.advice
    return f"{finding.remedy.title} ({advice})" if advice else finding.remedy.title


def _where(origin: Origin | None, model: Model, reading: Reading) -> list[str]:
    """The line of a place, within its cell in a notebook, and its file where that is not the model's own; nothing
    where it is not known."""
    if origin is None or origin.span is None:
        return []
    cell, location = place(origin, reading)
    file = origin.filename or reading.filename
    elsewhere = f" of {PurePath(file).name}" if file != (model.origin.filename or reading.filename) else ""
    return [f"{location.row}{f' of cell {cell}' if cell is not None else ''}{elsewhere}"]


def _lines(places: list[str]) -> str:
    """` (line 3)`, ` (lines 3, 7, 9 and 4 more)`, or nothing."""
    more = f" and {len(places) - 3} more" if len(places) > 3 else ""
    return f" (line{'s' * (len(places) > 1)} {', '.join(places[:3])}{more})" if places else ""


def _rows(rows: list[int], reading: Reading) -> str:
    """`lines 3, 7, 9 and 4 more`, within their cells in a notebook."""
    places = []
    for row in rows[:3]:
        cell, own = reading.place(row)
        places.append(str(own) if cell is None else f"{own} of cell {cell}")
    more = f" and {len(rows) - 3} more" if len(rows) > 3 else ""
    return f"line{'s' if len(rows) > 1 else ''} {', '.join(places)}{more}"


def _listed(names: list[str]) -> str:
    return ", ".join(names)


__all__ = ["FileResult", "Linter", "Location", "lint_bytes", "linter"]
