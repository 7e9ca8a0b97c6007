"""Many programs, and the smallest ones that still show what was wrong."""

from __future__ import annotations

import ast
import random
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from oracles.python.claims import Outcome, judge
from oracles.python.program import program
from oracles.python.standin import execute


@dataclass
class Found:
    """What came of many programs."""

    programs: int = 0
    discarded: int = 0
    wrong: list[tuple[int, str]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)
    whys: list[str] = field(default_factory=list)


class TooLong(BaseException):
    """A generated program does not end."""


def stop(number: int, frame: FrameType | None) -> None:
    raise TooLong


def run(count: int, seed: int) -> Found:
    """Judge `count` programs that run through; a program is the same for the same seed and number."""
    found = Found()
    number = 0
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, stop)
    while found.programs < count:
        number += 1
        text = program(random.Random(f"{seed}/{number}"))
        signal.setitimer(signal.ITIMER_REAL, 2.0)
        try:
            record = execute(text)
        except (Exception, TooLong):
            found.discarded += 1
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        found.programs += 1
        outcome = judge(text, record)
        if outcome.wrong:
            found.wrong.append((number, text))
        elif outcome.unknown:
            found.unknown.append((number, text))
            found.whys.append(outcome.unknown[0])
    return found


def shortened(text: str, kind: str) -> tuple[str, Outcome]:
    """The program with every statement left out that what was found does not need."""
    return less(text, lambda smaller: _still(smaller, kind)) or (text, judge(text))


def less(text: str, still: Callable[[str], Outcome | None]) -> tuple[str, Outcome] | None:
    """A program with every statement left out without which there is `still` an outcome, and that; None if there is
    none of the program as it is."""
    best = ast.unparse(ast.parse(text)) + "\n"
    outcome = still(best)
    if outcome is None:
        return None
    progress = True
    while progress:
        progress = False
        for index in range(_blocks(best) - 1, -1, -1):
            smaller = _without(best, index)
            found = still(smaller) if smaller is not None else None
            if smaller is not None and found is not None:
                best, outcome, progress = smaller, found, True
    return best, outcome


def _still(text: str, kind: str) -> Outcome | None:
    signal.setitimer(signal.ITIMER_REAL, 2.0)
    try:
        record = execute(text)
    except (Exception, TooLong):
        return None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if not record.models:
        return None
    outcome = judge(text, record)
    if kind == "wrong":
        return outcome if outcome.wrong else None
    return outcome if outcome.unknown and not outcome.wrong else None


def _lists(tree: ast.AST) -> list[list[ast.stmt]]:
    return [
        body
        for node in ast.walk(tree)
        for name in ("body", "orelse", "finalbody")
        if isinstance(body := getattr(node, name, None), list)
    ]


def _blocks(text: str) -> int:
    return sum(len(body) for body in _lists(ast.parse(text)))


def _without(text: str, index: int) -> str | None:
    """The program without its statement of that number."""
    tree = ast.parse(text)
    for body in _lists(tree):
        if index < len(body):
            inner = [
                one
                for name in ("body", "orelse")
                for one in getattr(body[index], name, [])
                if isinstance(one, ast.stmt)
            ]
            body[index : index + 1] = (
                inner if inner and not isinstance(body[index], (ast.FunctionDef, ast.ClassDef)) else []
            )
            if not body and body is not tree.body:
                body.append(ast.Pass())
            try:
                made = ast.unparse(tree) + "\n"
                ast.parse(made)
            except (SyntaxError, ValueError):
                return None
            return made if len(made) < len(text) else None
        index -= len(body)
    return None
