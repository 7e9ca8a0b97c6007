"""The `--confirm` part of a run: which findings are put to the test, progress on a terminal, evidence attached."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cnnlint import files
from cnnlint.config import Settings
from cnnlint.confirm import ConfirmUnavailable, Progress, Request, apply, confirm_files, inconclusive
from cnnlint.diagnostics import Diagnostic, Evidence, Severity, Verdict
from cnnlint.engine import linter
from cnnlint.experiments import NotTestable
from cnnlint.runs import Outcome

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["ConfirmUnavailable", "Plan", "confirm"]

Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What `--confirm-...` asked for."""

    seed: int = 0
    #: seconds for all tests together; None is no limit
    budget: float | None = None
    #: selectors; none means every error and warning
    only: tuple[str, ...] = ()


def confirm(
    outcome: Outcome, settings: Settings, paths: Sequence[str], contents: Mapping[str, bytes], plan: Plan, *, show: bool
) -> str:
    """Put the findings of an outcome to the test and attach what came of it; a sentence where that was cut short.

    The most severe are tested first. An interruption (Ctrl-C) keeps what is done. `contents` holds files that do
    not come from disk; `show` draws progress on standard error.

    Raises:
        ConfirmUnavailable: the framework is not installed.
        ConfigError: a selector of `plan.only` matches no rule.
    """
    chosen = _chosen(outcome, settings, plan)
    evidence: dict[int, Evidence] = {}
    requests: list[Request] = []
    positions: list[int] = []
    roots = files.tree_roots(paths)
    encoded = msgspec.json.encode(settings)
    for position in chosen:
        diagnostic = outcome.diagnostics[position]
        reason = _not_testable(diagnostic, settings)
        name = outcome.read_from.get(
            (diagnostic.code, diagnostic.filename, diagnostic.location.row), diagnostic.filename
        )
        data = contents[name] if name in contents else files.read(name)
        if reason is not None:
            evidence[position] = Evidence(Verdict.NOT_TESTABLE, "none", reason)
        elif isinstance(data, bytes):
            positions.append(position)
            requests.append(_request(diagnostic, name, data, encoded, roots))
        else:
            evidence[position] = inconclusive(f"the file {data.message}")
    note = ""
    if requests:
        labels = [f"{request.code} {os.path.basename(request.filename)}:{request.row}" for request in requests]
        try:
            with _progress(labels, show) as report:
                for index, found in confirm_files(requests, seed=plan.seed, budget=plan.budget, progress=report):
                    evidence[positions[index]] = found
        except KeyboardInterrupt:
            left = [position for position in positions if position not in evidence]
            evidence.update((position, inconclusive("it was interrupted")) for position in left)
            note = f"Interrupted: {len(left)} finding{' was' if len(left) == 1 else 's were'} not tested."
    for position, found in evidence.items():
        outcome.diagnostics[position] = apply(outcome.diagnostics[position], found)
    return note


def _chosen(outcome: Outcome, settings: Settings, plan: Plan) -> list[int]:
    """The positions of the findings to test, the most severe first."""
    rules = linter(settings).rules
    only = {rule.code for selector in plan.only for rule in rules.matching(selector)}
    positions = [
        position
        for position, diagnostic in enumerate(outcome.diagnostics)
        if (diagnostic.code in only if plan.only else diagnostic.severity is not Severity.INFO)
    ]
    return sorted(positions, key=lambda position: -outcome.diagnostics[position].severity.rank)


def _not_testable(diagnostic: Diagnostic, settings: Settings) -> str | None:
    """Why a finding is not about a model at all, for those of cnnlint's own rules."""
    rule = linter(settings).rules.get(diagnostic.code)
    if rule is not None and rule.code.startswith("CNN9") and isinstance(rule.experiment, NotTestable):
        return rule.experiment.reason
    return None


def _request(diagnostic: Diagnostic, name: str, data: bytes, settings: bytes, roots: tuple[str, ...]) -> Request:
    return Request(
        filename=name,
        data=data,
        code=diagnostic.code,
        row=diagnostic.location.row,
        column=diagnostic.location.column,
        cell=diagnostic.cell,
        node=diagnostic.node,
        settings=settings,
        roots=roots,
    )


@contextlib.contextmanager
def _progress(labels: Sequence[str], show: bool) -> Iterator[Report]:
    """A progress bar over the findings, which leaves nothing behind."""
    if not show:
        yield lambda step: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    columns = (
        TextColumn("confirming", table_column=Column(no_wrap=True, min_width=10)),
        MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=5)),
        BarColumn(16),
        TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
    )
    done: set[int] = set()
    with Bars(*columns, console=Console(file=sys.stderr), transient=True) as bars:
        task: TaskID = bars.add_task("starting", total=len(labels))

        def report(step: Progress) -> None:
            if step.share >= 1.0 and step.what == "done":
                done.add(step.index)
            bars.update(task, completed=len(done), description=escape(f"{labels[step.index]}: {step.what}"))

        yield report
