"""Many programs, and the smallest ones that still show what was wrong."""

from __future__ import annotations

import random
import signal
import warnings

from oracles.opaque.claims import Executions, judge
from oracles.opaque.programs import program
from oracles.python.claims import Outcome
from oracles.python.search import Found, TooLong, less, stop


def run(count: int, seed: int) -> Found:
    """Judge `count` programs; a program is the same for the same seed and number."""
    found = Found()
    number = 0
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, stop)
    while found.programs < count:
        number += 1
        try:
            signal.setitimer(signal.ITIMER_REAL, 2.0)
            text = program(random.Random(f"{seed}/{number}"))
            signal.setitimer(signal.ITIMER_REAL, 30.0)
            executions = Executions(text, f"{seed}/{number}")
            outcome = judge(executions) if executions.run else None
        except (Exception, TooLong):
            outcome = None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if outcome is None:
            found.discarded += 1
            continue
        found.programs += 1
        if outcome.wrong:
            found.wrong.append((number, text))
        elif outcome.unknown:
            found.unknown.append((number, text))
    return found


def shortened(text: str, seed: str, kind: str) -> tuple[str, Outcome]:
    """The program with every statement left out that what was found does not need."""
    signal.signal(signal.SIGALRM, stop)

    def still(smaller: str) -> Outcome | None:
        signal.setitimer(signal.ITIMER_REAL, 10.0)
        try:
            executions = Executions(smaller, seed)
            if not executions.run:
                return None
            outcome = judge(executions)
        except (Exception, TooLong):
            return None
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return outcome if (outcome.wrong if kind == "wrong" else outcome.unknown) else None

    return less(text, still) or (text, judge(Executions(text, seed)))
