"""Many files in, one report out: one after the other where they are few, in worker processes where they are many."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cnnlint.configured import Configured, for_file, of_all
from cnnlint.lint import discovery as files
from cnnlint.lint import garbage
from cnnlint.lint.discovery import Found
from cnnlint.lint.job import Job
from cnnlint.lint.one_file import linter
from cnnlint.lint.outcome import Outcome, gather
from cnnlint.lint.signals import Stopped

PARALLEL_FROM = 40
"""With fewer files than this, starting workers takes longer than they save."""


def lint_paths(
    paths: Sequence[str],
    configured: Configured,
    *,
    fixes: bool = False,
    jobs: int | None = None,
    cached: bool = False,
    shard: tuple[int, int] | None = None,
    executor: str | None = None,
    layers: bool = True,
) -> Outcome:
    """Lint files and folders, each file by its own settings.

    ConfigError for settings that cannot be used; whatever is wrong with a file is in the outcome.

    `fixes` fills `Diagnostic.fix`. `jobs` is the number of processes: 1 for none, 0 for as many as the machine has,
    None to decide by the number of files. `cached` takes and keeps results (see `cache.py`). A run that is stopped
    gives what is done by then (`Outcome.stopped`). `shard` is the number of a part, and how many parts there are: only
    the files of that part are read. `executor` is the address of a cluster that reads them (see `cluster.py`). Without
    `layers` the models are only counted, as most reports do: theirs are all that is kept of a file without findings.
    """
    found = files.discover(paths, configured)
    settings = of_all(configured, paths)
    for one in {id(one): one for one in (settings, *(each.settings for each in found))}.values():
        linter(one)  # a wrong selector is told before anything is read
    if shard is not None:
        found = _part(found, *shard)
    job = Job(settings, files.tree_roots(paths), fixes, cached)
    done: dict[int, Outcome] = {}
    seconds: Counter[str] = Counter()
    stopped: Stopped | None = None
    try:
        for index, outcome in _each(job, found, jobs, executor):
            # a run holds what its report says, however many files it reads
            seconds.update(outcome.seconds)
            outcome.seconds = {}
            if not layers:
                outcome.models = [replace(one, layers=(), unknown=(), training=None) for one in outcome.models]
            done[index] = outcome
    except Stopped as signal:
        stopped = signal
    job.prune()
    total = gather([done[index] for index in sorted(done)])
    total.seconds = dict(seconds)
    if stopped is not None:
        total.stopped = stopped.number
        total.left_out = len(found) - len(done)
    return total


def _part(found: Sequence[Found], number: int, count: int) -> list[Found]:
    """The files of a part, in their order. The largest are dealt out one by one, so that no part has all of them."""
    dealt = sorted(found, key=lambda one: (-files.size(one.path), one.path))
    mine = {one.path for one in dealt[number - 1 :: count]}
    return [one for one in found if one.path in mine]


def _each(job: Job, found: Sequence[Found], jobs: int | None, executor: str | None) -> Iterator[tuple[int, Outcome]]:
    """What came of each file, in whatever order."""
    if executor is not None:
        from cnnlint.lint import cluster

        return cluster.lint(job, found, executor)
    wanted = jobs or _processors()
    if jobs is None and len(found) < PARALLEL_FROM:
        wanted = 1
    count = min(wanted, len(found))
    # libraries in C++ may die of a graph: where no process can fork, a worker reads it, even if it is the only file
    apart = not hasattr(os, "fork") and any(not one.path.endswith((".py", ".ipynb")) for one in found)
    if count < 2 and not apart:
        return _in_turn(job, found)
    from cnnlint.lint import pool

    return pool.lint(job, found, count)


def _in_turn(job: Job, found: Sequence[Found]) -> Iterator[tuple[int, Outcome]]:
    for index, one in enumerate(found):
        yield index, job.lint(one)
        garbage.between()


def lint_text(filename: str, data: bytes, configured: Configured, *, fixes: bool = False) -> Outcome:
    """Lint contents that come from elsewhere (standard input, an editor) as if they stood in `filename`."""
    settings = for_file(configured, filename)
    return gather([Job(settings, files.tree_roots([filename]), fixes).lint_bytes(filename, data)])


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this platform
        return os.cpu_count() or 1


__all__ = ["Job", "Outcome", "gather", "lint_paths", "lint_text"]
