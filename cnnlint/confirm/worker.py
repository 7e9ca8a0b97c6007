"""The process that confirms: jobs in and evidence out, one JSON message a line.

It reads and lints each file itself, so no graph travels between processes, and keeps one laboratory a file. What
the framework prints goes to standard error; the protocol has the original standard output to itself.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

import msgspec

from cnnlint.confirm.requests import Done, Job, Message, Missing, Ready, Request, Step
from cnnlint.confirm.verdicts import inconclusive
from cnnlint.diagnostics import Evidence

if TYPE_CHECKING:
    from cnnlint.confirm.assess import Subject
    from cnnlint.confirm.lab import Lab
    from cnnlint.experiments import Experiment


class Worker:
    """Answers jobs. The findings of the last job's file are kept, and what its models have built."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._file: tuple[Any, ...] | None = None
        self._findings: list[Any] = []
        self._lab: Lab | None = None

    def say(self, message: Message) -> None:
        """Write one message."""
        self._out.write(msgspec.json.encode(message) + b"\n")
        self._out.flush()

    def answer(self, job: Job) -> Evidence:
        """The evidence for one finding. Whatever goes wrong in it is its own, inconclusive, evidence."""
        from cnnlint.confirm.assess import assess

        try:
            experiment, subject = self._find(job.request)
        except LookupError as error:
            return inconclusive(str(error.args[0]))
        lab = self._laboratory(job)
        lab.deadline = time.monotonic() + job.seconds
        lab.progress = lambda what, share: self.say(Step(job.index, what, share))
        try:
            return assess(experiment, subject, lab)
        except MemoryError:
            return inconclusive("it needs more memory than it may have")
        except Exception as error:
            return inconclusive(f"{type(error).__name__}: {error}".splitlines()[0][:300])

    def _laboratory(self, job: Job) -> Lab:
        from cnnlint.confirm.lab import Lab

        if self._lab is None or self._lab.seed != job.seed:
            self._lab = Lab(job.seed)
        return self._lab

    def _find(self, request: Request) -> tuple[Experiment, Subject]:
        """The experiment and model that a request is about. LookupError where the finding is not made again."""
        from cnnlint.confirm.assess import Subject

        key = (request.filename, request.data, request.settings, request.roots)
        if self._file != key:
            self._forget()
            self._file, self._findings = key, _lint(request)
        wanted = (request.code, request.row, request.column, request.cell)
        found = next(
            (
                (finding, rule)
                for diagnostic, finding, rule in self._findings
                if (diagnostic.code, diagnostic.location.row, diagnostic.location.column, diagnostic.cell) == wanted
                and request.node in (None, diagnostic.node)
            ),
            None,
        )
        if found is None:
            raise LookupError("the finding was not made again when the file was read a second time")
        finding, rule = found
        twin, reason = _twin(finding)
        experiment = finding.experiment or rule.experiment
        return experiment, Subject(finding.model, finding.node, twin, reason)

    def _forget(self) -> None:
        """Drop what the last file's models hold."""
        if self._lab is not None:
            import keras

            self._lab.forget()
            keras.backend.clear_session()
            gc.collect()
            _trim()


def _lint(request: Request) -> list[Any]:
    from cnnlint.config import Settings
    from cnnlint.engine import lint_bytes
    from cnnlint.files import TreeLoader

    settings = msgspec.json.decode(request.settings, type=Settings) if request.settings else Settings(select=("ALL",))
    load = TreeLoader(request.roots) if request.roots else None
    return list(lint_bytes(request.filename, request.data, settings, load).findings)


def _twin(finding: Any) -> tuple[Any, str | None]:
    """The repaired twin of a finding's model, or why there is none."""
    if finding.remedy is None or finding.model is None:
        return None, "the rule offers no repair to compare with"
    from cnnlint.twins import repaired

    try:
        return repaired(finding.model, finding.remedy), None
    except Exception as error:
        return None, f"the repaired model could not be made: {error}"


def _trim() -> None:
    """Give freed pages back to the system, where the C library can."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def _resident() -> int:
    """The bytes of this process that are in memory, or 0."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _limit(memory: int) -> None:
    """Limit the address space, where the system can."""
    try:
        import resource
    except ImportError:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def main() -> int:
    """Serve jobs from standard input until it ends. The first argument is the limit of memory in bytes, or 0."""
    protocol = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    worker = Worker(protocol)
    memory = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if memory:
        _limit(memory)
    try:
        from cnnlint.confirm import backend

        backend.pin()
        import cnnlint.confirm.assess  # noqa: F401 (everything is imported before the first job's clock starts)
    except ModuleNotFoundError as error:
        worker.say(Missing(error.name or str(error)))
        return 0
    worker.say(Ready(backend.description()))
    decoder = msgspec.json.Decoder(Job)
    for line in sys.stdin.buffer:
        job = decoder.decode(line)
        worker.say(Done(job.index, worker.answer(job), _resident()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
