"""What runs in a worker process: it is given a job, then one file after another, and answers each with an outcome."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO, TypeVar

from cnnlint.lint import garbage
from cnnlint.lint.job import Job

Asked = TypeVar("Asked")
PAUSE = 1.0
"""Seconds: who types is between two keystrokes for a fifth of it."""


def main() -> None:
    """Lint one file after the other. The job comes first."""
    garbage.seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the whole group; who started this one decides
    job = pickle.load(sys.stdin.buffer)
    assert isinstance(job, Job)
    serve(job.lint, garbage.between)


def serve(
    answer: Callable[[Asked], object],
    after: Callable[[], object] = lambda: None,
    idle: Callable[[], object] = lambda: None,
) -> None:
    """Answer until nobody asks any more; that includes the death of who asked.

    `after` is called behind each answer, `idle` behind those that no question follows for `PAUSE` seconds.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that is printed gets between the answers
    asked: queue.SimpleQueue[Asked] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    while True:
        told = answer(_next(asked, idle))
        try:
            pickle.dump(told, answers)
            answers.flush()
        except OSError:
            os._exit(1)
        del told
        after()


def _next(asked: queue.SimpleQueue[Asked], idle: Callable[[], object]) -> Asked:
    try:
        return asked.get(timeout=PAUSE)
    except queue.Empty:
        idle()
        return asked.get()


def _listen(source: BinaryIO, asked: queue.SimpleQueue[Asked]) -> None:
    """Pass on what is asked. The pipe closes when its other end is gone, however that came about: then this is over."""
    while True:
        try:
            asked.put(pickle.load(source))
        except (EOFError, OSError, pickle.UnpicklingError):
            os._exit(0)
