"""What runs in a worker process: it is given a job, then one file after another, and answers each with an outcome."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from typing import BinaryIO

from cnnlint.lint.discovery import Found
from cnnlint.lint.job import Job


def main() -> None:
    """Answer until nobody asks any more; that includes the death of who asked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; who started this one decides
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed gets between the answers
    asked: queue.SimpleQueue[Found] = queue.SimpleQueue()
    job = pickle.load(sys.stdin.buffer)
    assert isinstance(job, Job)
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    while True:
        outcome = job.lint(asked.get())
        try:
            pickle.dump(outcome, answers)
            answers.flush()
        except OSError:
            os._exit(1)


def _listen(source: BinaryIO, asked: queue.SimpleQueue[Found]) -> None:
    """Pass on what is asked. The pipe closes when its other end is gone, however that came about: then this is over."""
    while True:
        try:
            asked.put(pickle.load(source))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)
