"""The `--confirm` part of a run: which findings are put to the test, progress on a terminal, evidence attached."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from cnnlint.config import ConfigError
from cnnlint.configured import Configured, for_file
from cnnlint.confirm import (
    ConfirmUnavailable,
    DataError,
    DataSource,
    Progress,
    Request,
    apply,
    check_data,
    confirm_files,
    not_tested,
    undecided,
)
from cnnlint.confirm.cache import Cache, default_folder, key
from cnnlint.confirm.subjects import Findings
from cnnlint.diagnostics import Diagnostic, Evidence, Severity
from cnnlint.lint import discovery as files
from cnnlint.lint.one_file import linter
from cnnlint.lint.outcome import Outcome
from cnnlint.rule.experiments import NotTestable, Trial
from cnnlint.rule.registry import Registry

if TYPE_CHECKING:
    from rich.progress import TaskID

__all__ = ["ConfirmUnavailable", "DataError", "Plan", "confirm"]

Report = Callable[[Progress], None]
Tell = Callable[[Diagnostic, int], None]
"""Given a finding with its verdict, and how many findings of the same file still wait for theirs."""

LONGEST_NAME = 14
"""Letters of a file's name in the line of progress."""


class Plan(Struct, frozen=True):
    """What `--confirm-...` asked for."""

    seed: int = 0
    #: seconds for all tests together; None is no limit
    budget: float | None = None
    #: selectors; none means every error and warning
    only: tuple[str, ...] = ()
    #: a file or folder with the user's own data
    data: str | None = None
    #: whether verdicts of earlier runs may be used, and those of this one kept
    cache: bool = True
    #: whether models start from the trained weights that a graph or an archive holds
    trained: bool = False


class _Asked(Struct):
    """A finding to be put to the test: its place among the diagnostics, and the key of its verdict."""

    position: int
    request: Request
    key: str | None = None
    #: whether models are trained for it
    trains: bool = True
    #: in how many ways the other findings' repairs go together with its own: each is tried
    ways: int = 1


def confirm(
    outcome: Outcome,
    configured: Configured,
    paths: Sequence[str],
    contents: Mapping[str, bytes],
    plan: Plan,
    *,
    show: bool,
    tell: Tell | None = None,
    progress: Report | None = None,
) -> str:
    """Put the findings of an outcome to the test and attach what came of it; a sentence where that was cut short.

    What needs no training is tested first, then the most severe, and notes last. Verdicts that were reached before
    and still hold are not reached again. An interruption (Ctrl-C, SIGTERM) keeps what is done. `tell` is called as
    soon as a verdict is there. `contents` holds files that do not come from disk; `show` draws progress
    on standard error, `progress` is given it.

    Raises:
        ConfirmUnavailable: the framework is not installed.
        ConfigError: a selector of `plan.only` matches no rule.
        DataError: the file of `plan.data` cannot be used.
    """
    data = check_data(plan.data) if plan.data is not None else None
    chosen = _chosen(outcome, configured, plan)
    evidence: dict[int, Evidence] = {}
    asked: list[_Asked] = []
    roots = files.tree_roots(paths)
    for position in chosen:
        diagnostic = outcome.diagnostics[position]
        name = outcome.read_from.get(
            (diagnostic.code, diagnostic.filename, diagnostic.location.row), diagnostic.filename
        )
        if reason := _not_about_a_model(diagnostic, configured):
            evidence[position] = not_tested(reason)
            continue
        content = contents[name] if name in contents else files.read(name)
        if isinstance(content, bytes):
            settings = msgspec.json.encode(for_file(configured, name))
            asked.append(_Asked(position, _request(diagnostic, name, content, settings, roots, trained=plan.trained)))
        else:
            evidence[position] = undecided(f"the file {content.message}")
    cache = Cache(default_folder()) if plan.cache else None
    asked = _cheapest_first(list(_unanswered(asked, evidence, plan, data, cache)))
    note = ""
    waiting = Counter(outcome.diagnostics[position].filename for position in chosen)

    def say(position: int, found: Evidence) -> None:
        one = outcome.diagnostics[position] = apply(outcome.diagnostics[position], found)
        waiting[one.filename] -= 1
        if tell is not None:
            tell(one, waiting[one.filename])

    for position, found in evidence.items():
        say(position, found)
    if asked:
        requests = [one.request for one in asked]
        labels = [_label(request) for request in requests]
        try:
            with _progress(labels, show) as (report, aside):
                tested = confirm_files(
                    requests, seed=plan.seed, budget=plan.budget, progress=progress or report, data=data
                )
                for index, found in tested:
                    one = asked[index]
                    evidence[one.position] = found
                    with aside():
                        say(one.position, found)
                    if cache is not None and one.key is not None:
                        cache.keep(one.key, found)
        except KeyboardInterrupt:
            left = [one.position for one in asked if one.position not in evidence]
            for position in left:
                outcome.diagnostics[position] = apply(outcome.diagnostics[position], undecided("it was interrupted"))
            note = f"Interrupted: {len(left)} finding{' was' if len(left) == 1 else 's were'} not tested."
        if cache is not None:
            cache.prune()
    return note


def _chosen(outcome: Outcome, configured: Configured, plan: Plan) -> list[int]:
    """The positions of the findings to test, the most severe first: notes where their rule has a trial."""
    only = _codes(plan.only, _registries(outcome, configured))

    def asked(diagnostic: Diagnostic) -> bool:
        if plan.only:
            return diagnostic.code in only
        rule = linter(for_file(configured, diagnostic.filename)).rules.get(diagnostic.code)
        return diagnostic.severity is not Severity.INFO or (rule is not None and isinstance(rule.experiment, Trial))

    positions = [position for position, diagnostic in enumerate(outcome.diagnostics) if asked(diagnostic)]
    return sorted(positions, key=lambda position: -outcome.diagnostics[position].severity.rank)


def _registries(outcome: Outcome, configured: Configured) -> list[Registry]:
    """The rules that the run knows: those of the current folder, and of the files in which something was found."""
    folders = dict.fromkeys(("", *(os.path.dirname(one.filename) for one in outcome.diagnostics)))
    return list({id(rules): rules for rules in (linter(configured.within(f)).rules for f in folders)}.values())


def _codes(selectors: Sequence[str], registries: Sequence[Registry]) -> set[str]:
    """The codes that selectors stand for; ConfigError for one that matches no rule of any of these."""
    codes: set[str] = set()
    for selector in selectors:
        found, wrong = set(), None
        for rules in registries:
            try:
                found |= {rule.code for rule in rules.matching(selector)}
            except ConfigError as error:
                wrong = error
        if not found and wrong is not None:
            raise wrong
        codes |= found
    return codes


def _unanswered(
    asked: Sequence[_Asked], evidence: dict[int, Evidence], plan: Plan, data: DataSource | None, cache: Cache | None
) -> Iterator[_Asked]:
    """The findings that have to be tested; `evidence` takes up what can be told of the others without a framework."""
    findings = Findings()
    for one in asked:
        try:
            experiment, subject = findings.find(one.request)
        except LookupError:
            # told by the process that confirms
            yield one
            continue
        if isinstance(experiment, NotTestable):
            evidence[one.position] = not_tested(experiment.reason)
            continue
        one.trains, one.ways = isinstance(experiment, Trial), max(1, len(subject.settings))
        if cache is not None:
            started = hashlib.sha256(one.request.data).hexdigest() if plan.trained else None
            digest = data.digest if data is not None else None
            one.key = key(one.request.code, experiment, subject, plan.seed, digest, started)
            known = cache.find(one.key) if one.key is not None else None
            if known is not None:
                evidence[one.position] = known
                continue
        yield one


def _cheapest_first(asked: list[_Asked]) -> list[_Asked]:
    """What needs no training first (a second each), then the most severe, those with fewer ways to be tried first.

    Notes come last in any case. The order is that of the requests' weights, which hold across files.
    """
    for one in asked:
        first = not one.trains and one.request.weight > Severity.INFO.rank
        weight = Severity.ERROR.rank + 1 if first else one.request.weight
        one.request = msgspec.structs.replace(one.request, weight=weight, trains=one.trains)
    return sorted(asked, key=lambda one: (-one.request.weight, one.trains, one.ways))


def _not_about_a_model(diagnostic: Diagnostic, configured: Configured) -> str | None:
    """Why a finding is not about a model at all, for those of cnnlint's own rules."""
    rule = linter(for_file(configured, diagnostic.filename)).rules.get(diagnostic.code)
    if rule is not None and rule.code.startswith("CNN9") and isinstance(rule.experiment, NotTestable):
        return rule.experiment.reason
    return None


def _request(
    diagnostic: Diagnostic, name: str, data: bytes, settings: bytes, roots: tuple[str, ...], *, trained: bool
) -> Request:
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
        weight=diagnostic.severity.rank,
        trained=trained,
    )


def told(step: Progress) -> str:
    """What is being done for a finding: arm, pair, and how long that will still take where it was measured."""
    return step.what if step.left is None else f"{step.what}, {math.ceil(step.left)} s left"


def _label(request: Request) -> str:
    """A finding in a few letters, so that what is done about it has its place on the line."""
    name = os.path.basename(request.filename)
    name = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    return f"{request.code} {name}:{request.row}"


@contextlib.contextmanager
def _progress(
    labels: Sequence[str], show: bool
) -> Iterator[tuple[Report, Callable[[], contextlib.AbstractContextManager[None]]]]:
    """A progress bar over the findings, which leaves nothing behind: how to report, and how to set it aside."""
    if not show:
        yield (lambda step: None), contextlib.nullcontext
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars
    from rich.table import Column

    columns = (
        MofNCompleteColumn(table_column=Column(no_wrap=True, min_width=3)),
        BarColumn(8, table_column=Column(no_wrap=True, min_width=8)),
        TimeElapsedColumn(table_column=Column(no_wrap=True, min_width=7)),
        TextColumn("{task.description}", table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)),
    )
    done: set[int] = set()
    with Bars(*columns, console=Console(file=sys.stderr), transient=True, redirect_stdout=False) as bars:
        task: TaskID = bars.add_task("confirming: the framework starts", total=len(labels))

        def report(step: Progress) -> None:
            if step.share >= 1.0 and step.what == "done":
                done.add(step.index)
            bars.update(task, completed=len(done), description=escape(f"{labels[step.index]}: {told(step)}"))

        @contextlib.contextmanager
        def aside() -> Iterator[None]:
            bars.stop()
            yield
            bars.start()

        yield report, aside
