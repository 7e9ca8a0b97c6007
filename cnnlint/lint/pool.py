"""Linting in worker processes, of which any may die.

A worker is a fresh interpreter that answers on its standard output. It imports nothing from the current folder or from
beside what it reads, has one file at a time, and ends by itself when whoever started it is gone. One that dies (killed,
out of memory, a crash in a parser) costs the file it was on and nothing else.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence

from cnnlint.lint.discovery import Found, size
from cnnlint.lint.job import Job
from cnnlint.lint.outcome import Outcome

_START = "import sys; sys.path[:] = {path!r}; from cnnlint.lint.worker import main; main()"
DIED = "the process that read it died"


def lint(job: Job, found: Sequence[Found], count: int) -> Iterator[tuple[int, Outcome]]:
    """Lint files in `count` processes: the place of each file in `found` and what came of it, as they are done.

    The largest files are handed out first, so that none of them is left over at the end. Closing the iterator ends
    the workers.
    """
    waiting = deque(sorted(range(len(found)), key=lambda index: size(found[index].path), reverse=True))
    done: deque[tuple[int, Outcome]] = deque()
    changed = threading.Condition()
    workers: set[_Worker] = set()
    stopped = False

    def serve() -> None:
        worker: _Worker | None = None
        while not stopped:
            try:
                index = waiting.popleft()
            except IndexError:
                break
            try:
                if worker is None:
                    worker = _Worker(job)
                    workers.add(worker)
                outcome = worker.lint(found[index])
            except OSError as error:
                outcome = job.crashed(found[index], f"no process could be started: {error.strerror}")
            if outcome is None:
                worker = None
                outcome = job.crashed(found[index], DIED)
            with changed:
                done.append((index, outcome))
                changed.notify()
        if worker is not None:
            worker.end()

    threads = [threading.Thread(target=serve, daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
        for _ in range(len(found)):
            with changed:
                while not done:
                    changed.wait()
                result = done.popleft()
            yield result
        for thread in threads:
            thread.join()
    finally:
        stopped = True
        for worker in list(workers):
            worker.kill()


def in_turn(job: Job, found: Sequence[Found], folder: str) -> list[Outcome]:
    """Lint files one after the other in a process that runs in `folder`; one that dies is replaced by another."""
    worker: _Worker | None = None
    made: list[Outcome] = []
    for one in found:
        worker = worker or _Worker(job, folder)
        outcome = worker.lint(one)
        if outcome is None:
            worker, outcome = None, job.crashed(one, DIED)
        made.append(outcome)
    if worker is not None:
        worker.end()
    return made


class _Worker:
    """A process that lints one file after another, in this process's folder or another."""

    def __init__(self, job: Job, folder: str | None = None) -> None:
        command = [sys.executable, "-I", "-X", "utf8", "-c", _START.format(path=import_path())]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder)
        self._first: tuple[Job, ...] = (job,)

    def lint(self, found: Found) -> Outcome | None:
        """What came of a file, or None if the process died over it."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        try:
            for message in (*self._first, found):
                pickle.dump(message, asked)
            asked.flush()
            self._first = ()
            answer = pickle.load(answers)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self.kill()
            return None
        assert isinstance(answer, Outcome)
        return answer

    def end(self) -> None:
        """Let it go."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answers is not None
        asked.close()
        self._process.wait()
        answers.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()


def import_path() -> list[str]:
    """The path that a process of cnnlint's own imports from: this one's, less the folder that it happens to run in.

    cnnlint itself may stand in that folder; then it comes last, where nothing in it can take another module's place.
    """
    here = os.path.realpath(os.curdir)
    own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    path = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    return path if own in path else [*path, own]
