"""Findings in, evidence out, through child processes: a crash, a kill or a timeout costs one finding.

The parent never imports a framework. A child is started afresh (never forked: TensorFlow does not survive that),
with pinned environment and limited memory, in a session of its own so that Ctrl-C reaches the parent alone.
"""

from __future__ import annotations

import collections
import importlib.util
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any

import msgspec
from msgspec import Struct

from cnnlint.confirm import backend
from cnnlint.confirm.requests import (
    ConfirmUnavailable,
    DataSource,
    Done,
    Job,
    Message,
    Missing,
    Progress,
    Ready,
    Request,
    Step,
)
from cnnlint.confirm.verdicts import undecided
from cnnlint.diagnostics import Evidence
from cnnlint.lint.pool import starting

START = 120.0
"""Seconds within which a child has to have imported the framework."""

FINDING = 120.0
"""Seconds that one finding may take before its clock cuts it off; a child that does not stop then is killed."""

GRACE = 20.0

BEGUN, PROVED = 3.0, 1.0
"""Seconds of a budget that go to the framework's start, and to a finding that nothing is trained for."""

LAST_ROUND = 2
"""Within a budget: the first pairs, further ones (0, 1), and runs of as many steps as the time left allows."""

LEAST = 10.0
"""Seconds that a finding is given of what is left of a budget, however many wait."""

MEMORY = 3 * 2**30
"""Bytes of address space: TensorFlow reserves far more than it uses, and 2 GB are too few to import it."""

REPLACED = 800 * 2**20
"""Bytes in memory beyond which a child is replaced before the next file."""

Callback = Callable[[Progress], None]


def confirm_files(
    requests: Sequence[Request],
    *,
    seed: int = 0,
    budget: float | None = None,
    progress: Callback | None = None,
    memory_limit: int = MEMORY,
    workers: int | None = None,
    seconds_each: float = FINDING,
    data: DataSource | None = None,
) -> Iterator[tuple[int, Evidence]]:
    """Put findings to the test: (index of the request, evidence), as each is done.

    Requests are worked on in their order, except that those of one file follow its first (they share models and
    runs). `budget` is in seconds for the whole, of which each finding has its share, and those that it was too little
    for what the others leave: what it does not reach is undecided, and of one file only those of the same weight are
    kept together. Closing the iterator ends the children. `memory_limit` is in bytes for each of
    `workers` children (None: `children()`), 0 for none; `data` is the user's own in the place of probe sets.

    Raises:
        ConfirmUnavailable: the framework is not installed.
    """
    for package in dict.fromkeys(("keras", backend.environment()["KERAS_BACKEND"], "scipy")):
        if importlib.util.find_spec(package) is None:
            raise ConfirmUnavailable(package)
    workers = max(1, workers or children())
    pool = _Pool(requests, seed, budget, progress or (lambda _: None), memory_limit, seconds_each, data, workers)
    return _evidence(pool, workers)


def children() -> int:
    """How many files are worked on at a time: two where there are two cores and memory for both, else one.

    Each child trains on one core, and its figures are the same beside another one.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            free = next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return 1
    return 2 if cores > 1 and free >= MEMORY else 1


def _evidence(pool: _Pool, workers: int) -> Iterator[tuple[int, Evidence]]:
    try:
        yield from pool.results(workers)
    finally:
        pool.clear()


class _Child(Struct):
    """One child process and the thread that reads what it says."""

    process: subprocess.Popen[bytes]
    messages: queue.Queue[Message | None]
    errors: IO[bytes]
    current: int | None = None
    ready: bool = False
    deadline: float = 0.0
    resident: int = 0


class _Pool:
    """The children, what is left to do, and what came of it."""

    def __init__(
        self,
        requests: Sequence[Request],
        seed: int,
        budget: float | None,
        progress: Callback,
        memory: int,
        seconds_each: float,
        data: DataSource | None,
        workers: int,
    ) -> None:
        self._requests = requests
        self._seed = seed
        self._progress = progress
        self._memory = memory
        self._seconds = seconds_each
        self._end = time.monotonic() + budget if budget is not None else None
        self._data = data
        self._planned = None if budget is None else _planned(requests, budget, workers)
        self._groups = _by_file(requests, weighed=budget is not None)
        #: where children put what libraries write on the side
        self._folder = tempfile.TemporaryDirectory(prefix="cnnlint-", ignore_cleanup_errors=True)
        self._children: list[_Child] = []
        self._queues: dict[int, collections.deque[int]] = {}
        #: what came of findings that go on with what is left of a budget, and in which round each is
        self._cut: dict[int, Evidence] = {}
        self._rounds: collections.Counter[int] = collections.Counter()
        #: the child that has begun a finding: another one would make its runs again
        self._begun: dict[int, int] = {}
        self._decoder: Any = msgspec.json.Decoder(Message)

    def results(self, workers: int) -> Iterator[tuple[int, Evidence]]:
        """Evidence as it comes."""
        for _ in range(min(workers, len(self._groups))):
            self._start()
        left = len(self._requests)
        while left:
            for child in list(self._children):
                for index, evidence in self._listen(child):
                    left -= 1
                    yield index, evidence
            if self._end is not None and time.monotonic() > self._end:
                for index in self._rest():
                    left -= 1
                    late = undecided("the budget for the whole run was used up before its turn")
                    yield index, self._cut.get(index, late)
            if left and not self._children:
                self._start()

    def close(self) -> None:
        """End every child."""
        for child in self._children:
            _end(child)
        self._children.clear()

    def clear(self) -> None:
        """End every child and remove what they left."""
        self.close()
        self._folder.cleanup()

    def _start(self) -> None:
        errors = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the child)
        process = subprocess.Popen(
            [sys.executable, "-c", starting("cnnlint.confirm.worker"), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**backend.environment(), **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)},
            start_new_session=os.name == "posix",
        )
        messages: queue.Queue[Message | None] = queue.Queue()
        child = _Child(process, messages, errors, deadline=time.monotonic() + START)
        threading.Thread(target=self._read, args=(process.stdout, messages), daemon=True).start()
        self._children.append(child)

    def _read(self, pipe: IO[bytes], messages: queue.Queue[Message | None]) -> None:
        with suppress(ValueError, OSError):
            for line in pipe:
                with suppress(msgspec.DecodeError):
                    messages.put(self._decoder.decode(line))
        messages.put(None)

    def _listen(self, child: _Child) -> Iterator[tuple[int, Evidence]]:
        """Take what a child says for a moment; a finding that it dies of is undecided."""
        try:
            message = child.messages.get(timeout=0.2 / len(self._children))
        except queue.Empty:
            if time.monotonic() > child.deadline:
                yield from self._lost(child, "it did not finish within its time")
            return
        if message is None:
            yield from self._lost(child, _reason(child))
        elif isinstance(message, Missing):
            raise ConfirmUnavailable(message.name)
        elif isinstance(message, Ready):
            child.ready = True
            yield from self._next(child)
        elif isinstance(message, Step):
            self._progress(Progress(message.index, message.what, message.share, message.left))
        elif isinstance(message, Done):
            child.current, child.resident = None, message.resident
            before = self._cut.get(message.index)
            # a time that was too short for any figures leaves those of the one before
            evidence = before if before is not None and message.evidence.pairs is None else message.evidence
            if message.cut and self._end is not None and self._rounds[message.index] < LAST_ROUND:
                # it goes on with what is left of the budget once all the others have had their share
                self._cut[message.index] = evidence
                self._rounds[message.index] = LAST_ROUND if message.longer else self._rounds[message.index] + 1
                self._groups.append(collections.deque([message.index]))
            else:
                self._progress(Progress(message.index, "done", 1.0))
                yield message.index, evidence if message.cut else message.evidence
            yield from self._next(child)

    def _next(self, child: _Child) -> Iterator[tuple[int, Evidence]]:
        """Give a child its next finding, or let it go."""
        mine = self._queues.setdefault(id(child), collections.deque())
        if not mine and self._groups and child.resident > REPLACED:
            # what frameworks leave behind from file to file: a fresh child takes the next one
            self._children.remove(child)
            _end(child)
            self._start()
            return
        if not mine and self._groups:
            own = (group for group in self._groups if self._begun.get(group[0], id(child)) == id(child))
            group = next(own, self._groups[0])
            self._groups.remove(group)
            mine.extend(group)
        if not mine:
            self._children.remove(child)
            _end(child)
            return
        index = mine.popleft()
        self._begun[index] = id(child)
        seconds = self._seconds
        if self._end is not None:
            seconds = min(seconds, self._share(max(0.0, self._end - time.monotonic())))
        child.current, child.deadline = index, time.monotonic() + seconds + GRACE
        self._progress(Progress(index, "starts", 0.0))
        planned, brief = _laid_out(self._planned, self._rounds[index], seconds)
        job = Job(index, self._requests[index], self._seed, seconds, self._data, planned, brief)
        try:
            assert child.process.stdin is not None
            child.process.stdin.write(msgspec.json.encode(job) + b"\n")
            child.process.stdin.flush()
        except OSError:
            yield from self._lost(child, _reason(child))

    def _share(self, left: float) -> float:
        """The seconds of what is `left` that the next finding may take: twice its share, so that the rest has some."""
        waiting = 1 + sum(map(len, self._queues.values())) + sum(map(len, self._groups))
        return left if waiting == 1 else max(2 * left / waiting, min(left, LEAST))

    def _lost(self, child: _Child, reason: str) -> Iterator[tuple[int, Evidence]]:
        """A child died or was killed: the finding it was on is undecided, the rest of its file goes on."""
        self._children.remove(child)
        _end(child)
        rest = self._queues.pop(id(child), collections.deque())
        if rest:
            self._groups.appendleft(rest)
        if child.current is not None:
            yield child.current, undecided(reason)
        elif not child.ready:
            # it never got as far as a finding: another child would fare the same
            for index in self._rest():
                yield index, undecided(f"the process that confirms did not start: {reason}")

    def _rest(self) -> list[int]:
        """Everything that has no evidence yet; the children are ended."""
        found = [child.current for child in self._children if child.current is not None]
        found += [index for waiting in self._queues.values() for index in waiting]
        found += [index for group in self._groups for index in group]
        self.close()
        self._queues.clear()
        self._groups.clear()
        return sorted(found)


def _planned(requests: Sequence[Request], budget: float, workers: int) -> float:
    """The seconds of a budget that each finding has which models are trained for, as long as each child has one."""
    trials = sum(request.trains for request in requests)
    left = max(0.0, budget - BEGUN - PROVED * (len(requests) - trials))
    return left * min(workers, max(1, trials)) / max(1, trials)


def _laid_out(planned: float | None, round_: int, seconds: float) -> tuple[float | None, bool]:
    """What a finding's trial is laid out for in a round, and whether it ends with the first look at its pairs.

    Within a budget the first pairs of all findings come before further ones of any, and longer runs last.
    """
    if planned is None:
        return None, False
    # the runs that were made in the planned time are not made again
    return (planned + seconds if round_ == LAST_ROUND else planned), round_ == 0


def _by_file(requests: Sequence[Request], *, weighed: bool) -> collections.deque[collections.deque[int]]:
    """The requests of each file together; where they are `weighed`, those of each file and weight.

    What would be a single group of these is two, so that there is something to do for two children.
    """
    groups: dict[tuple[str, bytes, int], collections.deque[int]] = {}
    for index, request in enumerate(requests):
        key = (request.filename, request.data, request.weight if weighed else 0)
        groups.setdefault(key, collections.deque()).append(index)
    if weighed and len(groups) == 1 and len(requests) > 1:
        return collections.deque(collections.deque(range(start, len(requests), 2)) for start in (0, 1))
    return collections.deque(groups.values())


def _end(child: _Child) -> None:
    with suppress(OSError):
        child.process.kill()
    child.process.wait()
    for pipe in (child.process.stdin, child.process.stdout, child.errors):
        if pipe is not None:
            with suppress(OSError, ValueError):
                pipe.close()


def _reason(child: _Child) -> str:
    """Why a child died, as far as can be told."""
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(timeout=5)
    code = child.process.returncode
    said = _last_words(child.errors)
    if "bad_alloc" in said or "MemoryError" in said or "out of memory" in said.lower():
        return "it needs more memory than it may have"
    if code is not None and code < 0:
        return f"the process that confirms was ended by signal {-code}"
    return f"the process that confirms ended with status {code}" + (f": {said}" if said else "")


def _last_words(errors: IO[bytes]) -> str:
    with suppress(OSError, ValueError):
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 4000))
        lines = [line.strip() for line in errors.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1][:300] if lines else ""
    return ""
