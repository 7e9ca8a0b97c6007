"""The process that reads for the server: questions in, answers out, one after the other."""

from __future__ import annotations

import gc
import os
from collections import OrderedDict
from collections.abc import Iterator

from msgspec import Struct

from cnnlint.fixes.ignoring import silenced
from cnnlint.fixes.proving import mend_file, with_fixes
from cnnlint.lint import agreement
from cnnlint.lint.cache import Recording, unchanged
from cnnlint.lint.discovery import TreeLoader
from cnnlint.lint.one_file import FileResult, linter
from cnnlint.lint.summaries import end_place, layers_of, place
from cnnlint.lint.worker import serve
from cnnlint.readers.reading import Reading
from cnnlint.rule.registry import load as load_rules
from cnnlint.server.questions import (
    Answer,
    Changed,
    Explain,
    Failed,
    Key,
    Layers,
    Lint,
    Linted,
    Mend,
    Page,
    Question,
    Silence,
    Subject,
    key_of,
)

KEPT = 4
"""Results that are kept, so that a question about fixes need not read the file again."""
MOST_AT_ONE_PLACE = 8
"""Layers of one place in the source that are told of; a loop may make hundreds."""
COLLECT_FROM = 200_000
"""Objects made before garbage is looked for in the midst of an answer: at Python's own 700 that takes two fifths of the
time of reading 1,500 lines. It is looked for behind each answer, when the editor has what it asked for."""
ANSWERS = 64
"""Answers without a rest behind which garbage is looked for among all: a tenth of a second with 1,500 lines, for which
the next keystroke waits. Fourteen answers without it leave no more memory in use than with it behind every fourth."""


class Unsaved:
    """The files of the linted tree, those that the editor holds as it holds them."""

    def __init__(self, subject: Subject) -> None:
        self._unsaved = subject.unsaved
        self._tree = TreeLoader(subject.roots)

    def __call__(self, path: str) -> bytes | None:
        """The bytes of a file, or None where there is none or it lies outside."""
        data = self._tree(path)
        return data if data is None else self._unsaved.get(os.path.realpath(path), data)


class Kept(Struct):
    """A result that stays at hand, for as long as every file that it followed is as it was."""

    result: FileResult
    load: Recording
    has_fixes: bool = False


class Bench:
    """Answers questions; the last few files that were read stay at hand."""

    def __init__(self) -> None:
        self._results: OrderedDict[object, Kept] = OrderedDict()

    def answer(self, question: Question) -> Answer:
        """The answer; whatever goes wrong is one, too."""
        try:
            if isinstance(question, Lint):
                return self._lint(question)
            if isinstance(question, Mend):
                return _mend(question)
            if isinstance(question, Silence):
                return self._silence(question)
            return _explain(question)
        except Exception as error:
            return Failed(f"{type(error).__name__}: {error}")

    def _result(self, subject: Subject, fixes: bool = False) -> Kept:
        key = (subject.name, subject.data, repr(subject.settings), tuple(sorted(subject.unsaved.items())))
        engine, load = linter(subject.settings), Unsaved(subject)
        kept = self._results.pop(key, None)
        if kept is None or not unchanged(kept.load.followed, load):
            recording = Recording(load)
            kept = Kept(engine.lint(subject.name, subject.data, recording), recording)
        if fixes and not kept.has_fixes:
            with_fixes(engine, kept.result, subject.data, load)
            kept.has_fixes = True
        self._results[key] = kept
        while len(self._results) > KEPT:
            self._results.popitem(last=False)
        return kept

    def _lint(self, question: Lint) -> Linted:
        kept = self._result(question.subject, question.fixes)
        result = kept.result
        return Linted(
            diagnostics=result.diagnostics,
            layers=list(_layers(result.reading)),
            broken=any(problem.kind == "syntax" for problem in result.reading.problems),
            errors=[error.message for error in result.errors],
            keys=_verdict_keys(result) if question.keys else {},
            followed=tuple(kept.load.followed),
        )

    def _silence(self, question: Silence) -> Changed:
        subject = question.subject
        wanted = [one for one in self._result(subject).result.diagnostics if key_of(one) == question.finding]
        if not wanted:
            return Changed(None)
        after = silenced(subject.name, subject.data, wanted, subject.settings, Unsaved(subject))
        return Changed(after, len(wanted))


def _mend(question: Mend) -> Changed:
    subject = question.subject
    engine, load = linter(subject.settings), Unsaved(subject)
    after, count, *_ = mend_file(engine, subject.name, subject.data, load, question.unsafe, [])
    return Changed(after if count else None, count)


def _explain(question: Explain) -> Page | Failed:
    rule = load_rules(question.settings.rule_folders).get(question.code)
    if rule is None:
        return Failed(f"there is no rule {question.code}")
    return Page(f"{rule.code} {rule.name}", rule.documentation(), rule.url)


def _layers(reading: Reading) -> Iterator[Layers]:
    """The layers of a reading by the place where they are made."""
    if reading.program is None:
        return
    by_place: dict[object, Layers] = {}
    for model in agreement.models(reading.program):
        for node, layer in layers_of(model, reading):
            origin = node.origin
            if origin.span is None or origin.filename not in (None, reading.filename):
                continue
            cell, start = place(origin, reading)
            found = by_place.get((cell, origin.span))
            if found is None:
                by_place[cell, origin.span] = Layers(cell, start, end_place(origin, reading), model.name, (layer,))
            elif len(found.layers) < MOST_AT_ONE_PLACE and layer not in found.layers:
                by_place[cell, origin.span] = Layers(
                    cell, start, found.end_location, found.model, (*found.layers, layer)
                )
    yield from by_place.values()


def _verdict_keys(result: FileResult) -> dict[Key, str]:
    """What the verdict about each finding depends on, as a digest."""
    from cnnlint.confirm.cache import key
    from cnnlint.confirm.subjects import Findings

    findings = Findings.of(result.findings)
    reported = {id(diagnostic) for diagnostic in result.diagnostics}
    keys: dict[Key, str] = {}
    for diagnostic, finding, rule in result.findings:
        if id(diagnostic) in reported:
            experiment, subject = findings.subject(finding, rule)
            found = key(diagnostic.code, experiment, subject, 0, None)
            if found is not None:
                keys[key_of(diagnostic)] = found
    return keys


class Sweeper:
    """Looks for garbage where nobody waits: behind an answer among what that made, and among all, most of which is
    alive, when nothing is asked for a while."""

    def __init__(self) -> None:
        self._answers = 0

    def sweep(self) -> None:
        """An answer was given."""
        self._answers += 1
        gc.collect(1 if self._answers % ANSWERS else 2)

    def rest(self) -> None:
        """Nothing is asked."""
        gc.collect()


def main() -> None:
    """Answer until nobody asks any more."""
    gc.set_threshold(COLLECT_FROM)
    sweeper = Sweeper()
    serve(Bench().answer, sweeper.sweep, sweeper.rest)


__all__ = ["Bench", "main"]
