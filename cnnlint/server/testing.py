"""A finding put to the test from the editor: progress while it runs, the verdict in the diagnostic."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from cnnlint.confirm import ConfirmUnavailable, Progress
from cnnlint.confirm import session as confirming
from cnnlint.diagnostics import Diagnostic, Evidence
from cnnlint.lint.outcome import Outcome
from cnnlint.server.questions import Key, Lint, Linted, Subject, key_of
from cnnlint.server.session import Entry, Session


async def test(
    session: Session, entry: Entry, finding: Key, report: Callable[[str, float], None], stop: threading.Event
) -> Evidence | None:
    """Put one finding of a document to the test, as the document is now; None where it is no longer found.

    `report` is given what is being done and how much of it, 0..1. Setting `stop` ends the test.

    Raises:
        ConfirmUnavailable: the framework is not installed.
    """
    subject = session.subject(entry.document)
    answer = await session.workshop.ask(Lint(subject, keys=True))
    if not isinstance(answer, Linted):
        return None
    chosen = next((one for one in answer.diagnostics if key_of(one) == finding), None)
    if chosen is None:
        return None
    plan = confirming.Plan(budget=session.preferences.confirm_budget, only=(chosen.code,))
    evidence = await asyncio.to_thread(_evidence, subject, chosen, plan, report, stop)
    key = answer.keys.get(finding)
    if evidence is not None and key is not None and not stop.is_set():
        session.verdicts[key] = evidence
        entry.tested = True
        session.changed(entry.document.uri, typed=False)
    return evidence


def _evidence(
    subject: Subject,
    chosen: Diagnostic,
    plan: confirming.Plan,
    report: Callable[[str, float], None],
    stop: threading.Event,
) -> Evidence | None:
    def progress(step: Progress) -> None:
        if stop.is_set():
            raise KeyboardInterrupt  # as Ctrl-C at the prompt: what is done by then is kept
        report(confirming.told(step), step.share)

    outcome = Outcome(diagnostics=[chosen], files=1)
    contents = {subject.name: subject.data}
    confirming.confirm(outcome, subject.settings, [subject.name], contents, plan, show=False, progress=progress)
    return outcome.diagnostics[0].evidence


__all__ = ["ConfirmUnavailable", "test"]
