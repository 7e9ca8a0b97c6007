"""Linting in worker processes, of which any may die.

A worker that dies (killed, out of memory, a crash in a parser) costs the file it was on and nothing else.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from cnnlint.lint.discovery import Found
from cnnlint.lint.job import Job
from cnnlint.lint.outcome import Outcome


def lint(job: Job, found: Sequence[Found], count: int) -> Iterator[Outcome]:
    """Lint files in `count` processes; the outcomes in the order of `found`.

    Few files are in flight at a time; when a worker dies, each of these is read again in a process of its own, and
    the one that kills this too is reported.
    """
    done: dict[int, Outcome] = {}
    todo = deque(range(len(found)))
    flying: dict[Future[Outcome], int] = {}
    pool = _pool(count)
    try:
        while todo or flying:
            broken = False
            while todo and len(flying) < 4 * count and not broken:
                try:
                    flying[pool.submit(job.lint, found[todo[0]])] = todo[0]
                    todo.popleft()
                except BrokenProcessPool:
                    broken = True
            suspects: list[int] = []
            for future in wait(flying, return_when=FIRST_COMPLETED).done:
                index = flying.pop(future)
                try:
                    done[index] = future.result()
                except BrokenProcessPool:
                    suspects.append(index)
            if suspects or broken:
                suspects.extend(flying.values())
                flying.clear()
                pool.shutdown(wait=False, cancel_futures=True)
                done.update((index, _alone(job, found[index])) for index in sorted(suspects))
                pool = _pool(count)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return iter([done[index] for index in range(len(found))])


def _alone(job: Job, found: Found) -> Outcome:
    """Lint a file in a process of its own, which it may kill."""
    with _pool(1) as pool:
        try:
            return pool.submit(job.lint, found).result()
        except BrokenProcessPool:
            return job.crashed(found, "the process that read it died")


def _pool(count: int) -> ProcessPoolExecutor:
    """Workers that share nothing with this process: forking one that has threads or tensorflow in it can hang."""
    method = "forkserver" if sys.platform.startswith("linux") else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["cnnlint.lint.many_files", "libcst"])
    return ProcessPoolExecutor(count, mp_context=context)
