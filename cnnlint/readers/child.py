"""Code in C++ that hostile input may make crash, run for ever or take all memory, run in a child of this process."""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import time
import warnings
from collections.abc import Callable


class Died(Exception):
    """The child came to no answer: it crashed, or ran into a limit."""


PATIENCE = 10
"""How much longer than its processor time a child may take: other processes may want the machine as well."""


def ask(question: Callable[[], bytes], *, seconds: float, memory: int) -> bytes:
    """What `question` gives, worked out in a forked child with limits; here, without any, where no process can fork:
    `lint.many_files` reads such files in a worker there.

    `seconds` are of processor time, which a busy machine does not use up; it may take `PATIENCE` times as long by the
    clock. `memory` is in bytes, beside what this process has already.

    Raises:
        Died: the child gave no answer. What `question` raises counts as that.
    """
    if not hasattr(os, "fork"):
        return question()
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the child runs no Python of other threads
        pid = os.fork()
    if pid == 0:
        _answer(question, writing, memory, seconds)
    os.close(writing)
    try:
        answer = _collected(reading, time.monotonic() + PATIENCE * seconds)
    finally:
        os.close(reading)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    if not answer.endswith(END):
        raise Died
    return answer[: -len(END)]


END = b"\0whole"
"""What an answer ends with: a child that dies may have written a part of one."""


def _answer(question: Callable[[], bytes], writing: int, memory: int, seconds: float) -> None:
    """The child's life; it never returns."""
    try:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        _limit(memory, math.ceil(seconds))
        with os.fdopen(writing, "wb") as file:
            file.write(question() + END)
    finally:
        os._exit(0)


def _limit(memory: int, seconds: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + memory, hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _collected(reading: int, deadline: float) -> bytes:
    """All that the child writes until it ends or the time is over."""
    parts: list[bytes] = []
    while (left := deadline - time.monotonic()) > 0:
        if not select.select([reading], [], [], left)[0]:
            break
        part = os.read(reading, 1 << 16)
        if not part:
            break
        parts.append(part)
    return b"".join(parts)
