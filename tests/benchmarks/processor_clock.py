"""Seconds of the processor in the place of the clock's, for verdicts on a machine that others use: every process that
has this as its `sitecustomize` takes them.

A process that trains goes by what it has used itself; one that waits for others by what the busiest of these has used
since it last looked, as on a machine where each has a core of its own.
"""

import os
import subprocess
import sys
import threading  # noqa: F401 (what waits has taken the clock by then)
import time
from typing import Any, ClassVar

TICK = os.sysconf("SC_CLK_TCK")


class Started(subprocess.Popen):
    """A process that is remembered."""

    running: ClassVar[list[int]] = []

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.running.append(self.pid)


def used() -> dict[int, float]:
    """The seconds of the processor that every child of this process has used."""
    found = {}
    for child in Started.running:
        try:
            with open(f"/proc/{child}/stat", encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[child] = (int(fields[11]) + int(fields[12])) / TICK
    return found


class Waiting:
    """The clock of a process that waits for others."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.before: dict[int, float] = {}

    def __call__(self) -> float:
        now = used()
        self.seconds += max((now[child] - self.before.get(child, 0.0) for child in now), default=0.0)
        self.before = now
        return self.seconds


if "cnnlint.confirm.worker" in " ".join(sys.orig_argv):
    time.monotonic = time.perf_counter = time.process_time
elif sys.orig_argv[1:3] == ["-m", "cnnlint"]:
    subprocess.Popen = Started  # type: ignore[misc]
    time.monotonic = Waiting()
