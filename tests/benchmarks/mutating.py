"""What the scripts that change files by the thousand share: each number is a file, and each file has its time."""

from __future__ import annotations

import argparse
import resource
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence

from cnnlint.diagnostics import RunError

SECONDS = 10.0
"""Of processor time for one file."""


class TooLate(BaseException):
    """A file took longer than it may."""


def _late(*_: object) -> None:
    raise TooLate


def options(description: str | None, count: int) -> argparse.Namespace:
    """What the command line asks for: folders, and which numbers."""
    parser = argparse.ArgumentParser(description=(description or "").splitlines()[0])
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--count", type=int, default=count)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--print", action="store_true", help="print each file")
    return parser.parse_args()


def judged(
    asked: argparse.Namespace,
    case: Callable[[int], tuple[str, bytes]],
    lint: Callable[[int, str, bytes], Sequence[RunError]],
) -> tuple[int, int]:
    """How many files ended badly, each printed with its number, and the megabytes that this process took at most.

    `case` gives the name and the contents of a number's file, `lint` what went wrong with it.
    """
    signal.signal(signal.SIGPROF, _late)
    bad, worst = 0, (0.0, asked.first)
    kinds: Counter[str] = Counter()
    for number in range(asked.first, asked.first + asked.count):
        name, data = case(number)
        kinds[name] += 1
        if asked.print:
            print(data.decode(errors="replace"))
        started, ends = time.process_time(), []
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            ends = [error.message for error in lint(number, name, data)]
        except TooLate:
            ends = [f"more than {SECONDS:g} s"]
        except Exception as error:  # none may leave
            ends = [repr(error)]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        worst = max(worst, (time.process_time() - started, number))
        if ends:
            bad += 1
            print(f"{number} {name}: {ends[0][:300]}", flush=True)
    memory = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
    print(f"{asked.count} files {dict(kinds)}: {bad} bad, {worst[0]:.2f} s at most ({worst[1]}), {memory} MB")
    return bad, memory
