"""`match` statements: the first case that fits, or that may fit."""

from __future__ import annotations

import libcst as cst

from cnnlint.readers.python.language import operators
from cnnlint.readers.python.run import Run
from cnnlint.readers.python.values import Unknown, Value


def execute(run: Run, node: cst.Match) -> None:
    """Execute a `match` statement; a case that cannot be decided is answered like a condition."""
    subject = run.evaluate(node.subject)
    for case in node.cases:
        answer = _fits(run, case.pattern, subject)
        if case.guard is not None and answer is not False:
            guard = run.truth(run.evaluate(case.guard))
            answer = guard if answer else (False if guard is False else None)
        if answer is None:
            answer = run.decide(Unknown("case", ("case", operators.token(subject), case.pattern.__class__.__name__)))
        if answer:
            run.suite(case.body)
            return


def _fits(run: Run, pattern: cst.MatchPattern, subject: Value) -> bool | None:
    if isinstance(pattern, cst.MatchValue):
        result = operators.compare(run, "Equal", subject, run.evaluate(pattern.value))
        return result if isinstance(result, bool) else None
    if isinstance(pattern, cst.MatchSingleton):
        result = operators.compare(run, "Is", subject, run.evaluate(pattern.value))
        return result if isinstance(result, bool) else None
    if isinstance(pattern, cst.MatchAs):
        inner = True if pattern.pattern is None else _fits(run, pattern.pattern, subject)
        if inner is not False and pattern.name is not None:
            run.scope.bind(pattern.name.value, subject)
        return inner
    if isinstance(pattern, cst.MatchOr):
        answers = [_fits(run, choice.pattern, subject) for choice in pattern.patterns]
        return True if True in answers else (None if None in answers else False)
    return None
