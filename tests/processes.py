"""Child processes that are sent signals, or that may go on for ever."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A child process, killed where a test fails before it has ended. It heeds Ctrl-C and the end of a terminal even
    where this one does not."""
    # in the background of a shell without job control, and under nohup, these are ignored, and children inherit that
    mine = {signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler)}
    if hasattr(signal, "SIGHUP"):
        mine[signal.SIGHUP] = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        process = subprocess.Popen(command, **options)
    finally:
        for number, handler in mine.items():
            signal.signal(number, handler)
    with process:
        try:
            yield process
        finally:
            process.kill()
