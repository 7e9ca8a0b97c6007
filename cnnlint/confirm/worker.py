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

from cnnlint.confirm.data.files import OwnData, read_data
from cnnlint.confirm.messages import first_line
from cnnlint.confirm.requests import DataError, Done, Job, Message, Missing, Ready, Request, Step
from cnnlint.confirm.subjects import Findings
from cnnlint.confirm.verdicts import undecided
from cnnlint.diagnostics import Evidence

if TYPE_CHECKING:
    from cnnlint.confirm.models.trained import Trained
    from cnnlint.confirm.trials.lab import Lab


class Worker:
    """Answers jobs. The findings of the last job's file are kept, and what its models have built."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._findings = Findings()
        self._data: OwnData | None = None
        self._lab: Lab | None = None
        self._trained: Trained | None = None

    def say(self, message: Message) -> None:
        """Write one message."""
        self._out.write(msgspec.json.encode(message) + b"\n")
        self._out.flush()

    def answer(self, job: Job) -> Evidence:
        """The evidence for one finding. Whatever goes wrong in it is its own, undecided, evidence."""
        from cnnlint.confirm.trials.assess import assess

        if not self._findings.holds(job.request):
            self._forget()
        if self._lab is not None:
            self._lab.cut = self._lab.longer = False
        try:
            experiment, subject = self._findings.find(job.request)
            lab = self._laboratory(job)
        except (LookupError, DataError) as error:
            return undecided(str(error.args[0]))
        lab.deadline, lab.planned, lab.brief = time.monotonic() + job.seconds, job.planned, job.brief
        lab.progress = lambda what, share, left: self.say(Step(job.index, what, share, left))
        try:
            return assess(experiment, subject, lab)
        except MemoryError:
            return undecided("it needs more memory than it may have")
        except Exception as error:
            return undecided(f"what was read of the model does not run: {first_line(error).rstrip('.')}")

    @property
    def cut(self) -> bool:
        """Whether the clock cut the last answer off."""
        return self._lab is not None and self._lab.cut

    @property
    def longer(self) -> bool:
        """Whether the plan of the last answer had too few steps."""
        return self._lab is not None and self._lab.longer

    def _laboratory(self, job: Job) -> Lab:
        from cnnlint.confirm.trials.lab import Lab

        if job.data is not None and (self._data is None or self._data.digest != job.data.digest):
            self._data = read_data(job.data.path)
            if self._data.digest != job.data.digest:
                raise DataError(f"{self._data.name} changed while it was used")
        data = self._data if job.data is not None else None
        started = self._start(job.request)
        lab = self._lab
        if lab is None or lab.seed != job.seed or lab.data is not data or lab.trained is not started:
            self._lab = lab = Lab(job.seed, data=data, trained=started)
        return lab

    def _start(self, request: Request) -> Trained | None:
        """The weights of the last job's file, where models are to start from them."""
        if request.trained and self._trained is None and self._findings.program is not None:
            from cnnlint.confirm.models.trained import trained

            self._trained = trained(self._findings.program, request.data)
        return self._trained if request.trained else None

    def _forget(self) -> None:
        """Drop what the last file's models hold."""
        self._trained = None
        if self._lab is not None:
            import keras

            self._lab.forget()
            keras.backend.clear_session()
            gc.collect()
            _trim()


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


def _stay_offline(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: nothing that is imported here gets onto the network."""
    if event == "socket.getaddrinfo" or (event in ("socket.connect", "socket.sendto") and _is_internet(arguments)):
        raise OSError("the process that confirms uses no network")


def _is_internet(arguments: tuple[Any, ...]) -> bool:
    return isinstance(arguments[-1], tuple)


def _limit(memory: int) -> None:
    """Limit the address space, where the system can."""
    try:
        import resource
    except ImportError:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


SPARED = ("pandas", "sklearn")
"""What Keras imports where it is installed, and nothing here uses: a second and 80 MB."""


def _import() -> None:
    """Import everything before the first job's clock starts: in 2.6 s of a processor where Keras alone took 4.4.

    A quarter of the time goes to what is spared, and a fifth to the collector, which finds nothing meanwhile.
    """
    for name in SPARED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    gc.disable()
    from cnnlint.confirm import backend

    backend.pin()
    import cnnlint.confirm.trials.assess  # noqa: F401

    gc.enable()
    gc.freeze()


def main() -> int:
    """Serve jobs from standard input until it ends. The first argument is the limit of memory in bytes, or 0."""
    protocol = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.addaudithook(_stay_offline)
    worker = Worker(protocol)
    memory = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    if memory:
        _limit(memory)
    try:
        _import()
        from cnnlint.confirm import backend
    except ModuleNotFoundError as error:
        worker.say(Missing(error.name or str(error)))
        return 0
    worker.say(Ready(backend.description()))
    decoder = msgspec.json.Decoder(Job)
    for line in sys.stdin.buffer:
        job = decoder.decode(line)
        evidence = worker.answer(job)
        worker.say(Done(job.index, evidence, worker.cut, worker.longer, _resident()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
