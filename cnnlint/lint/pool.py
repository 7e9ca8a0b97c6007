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

_START = """\
import sys
sys.path[:] = {path!r}
from importlib import util
found = util.spec_from_file_location("cnnlint", {package!r})
if found is not None and found.loader is not None:
    sys.modules["cnnlint"] = util.module_from_spec(found)
    found.loader.exec_module(sys.modules["cnnlint"])
from {module} import main
sys.exit(main())
"""


def lint(job: Job, found: Sequence[Found], count: int) -> Iterator[tuple[int, Outcome]]:
    """Lint files in `count` processes: the place of each file in `found` and what came of it, as they are done.

    The largest files are handed out first, so that none of them is left over at the end. Closing the iterator ends
    the workers.
    """
    waiting = deque(sorted(range(len(found)), key=lambda index: size(found[index].path), reverse=True))
    done: deque[tuple[int, Outcome]] = deque()
    changed = threading.Condition()
    workers = [_Worker(job) for _ in range(count)]
    stopped = False

    def serve(worker: _Worker) -> None:
        while not stopped:
            try:
                index = waiting.popleft()
            except IndexError:
                break
            try:
                outcome = worker.lint(found[index])
            except OSError as error:
                outcome = job.crashed(found[index], f"no process could be started: {error.strerror}")
            with changed:
                done.append((index, outcome))
                changed.notify()
        worker.end()

    threads = [threading.Thread(target=serve, args=(worker,), daemon=True) for worker in workers]
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
        for worker in workers:
            worker.close()
        for thread in threads:
            if thread.is_alive():  # one that lets its process go is not done before that has ended
                thread.join()


def in_turn(job: Job, found: Sequence[Found], folder: str) -> list[Outcome]:
    """Lint files one after the other in a process that runs in `folder`. OSError where none can be started."""
    worker = _Worker(job, folder)
    try:
        return [worker.lint(one) for one in found]
    finally:
        worker.end()


class _Worker:
    """A process that lints one file after another, in this process's folder or another; one that dies is replaced."""

    def __init__(self, job: Job, folder: str | None = None) -> None:
        self._job, self._folder = job, folder
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def lint(self, found: Found) -> Outcome:
        """What came of a file. OSError where no process can be started."""
        first: tuple[Job, ...] = ()
        process = self._process
        if process is None:
            command = [sys.executable, "-I", "-X", "utf8", "-c", starting("cnnlint.lint.worker")]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self._folder)
            self._process, first = process, (self._job,)
            if self._closed:
                self.kill()
        asked, answers = process.stdin, process.stdout
        assert asked is not None
        assert answers is not None
        try:
            for message in (*first, found):
                pickle.dump(message, asked)
            asked.flush()
            answer = pickle.load(answers)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self.kill()
            return self._job.crashed(found, "the process that read it died")
        assert isinstance(answer, Outcome)
        return answer

    def end(self) -> None:
        """Let it go."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.wait()
            process.stdout.close()

    def close(self) -> None:
        """End it at once, and any that is being started in its place."""
        self._closed = True
        self.kill()

    def kill(self) -> None:
        """End it at once; the next file is given to another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def starting(module: str) -> str:
    """The code of a process of cnnlint's own that runs the `main` of one of its modules.

    It is that of this very copy, whichever else is installed: the program may run from a checkout that it stands in.
    """
    return _START.format(path=import_path(), package=os.path.join(_own(), "cnnlint", "__init__.py"), module=module)


def _own() -> str:
    """The folder that this copy of cnnlint lies in."""
    return os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def import_path() -> list[str]:
    """The path that a process of cnnlint's own imports from: this one's, less the folder that it happens to run in.

    cnnlint itself may stand in that folder; then it comes last, where nothing in it can take another module's place.
    """
    here = os.path.realpath(os.curdir)
    own = _own()
    path = [entry for entry in sys.path if entry and os.path.realpath(entry) != here]
    return path if own in path else [*path, own]
