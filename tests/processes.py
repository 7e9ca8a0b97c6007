"""Child processes that are sent signals, or that may go on for ever."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """A child process, killed where a test fails before it has ended. It heeds Ctrl-C even where this one does not."""
    # in the background of a shell without job control that is ignored, and children inherit it
    mine = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, **options)
    finally:
        signal.signal(signal.SIGINT, mine)
    with process:
        try:
            yield process
        finally:
            process.kill()
