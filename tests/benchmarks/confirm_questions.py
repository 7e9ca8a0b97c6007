"""How many errors and warnings of programs in the style of public questions are decided within a budget.

    python tests/benchmarks/confirm_questions.py [--seconds 10] [--jobs 1] [--processor] [NAME ...]

The programs lie in `questions/`. Each is confirmed by the command line within so many seconds for each of its errors
and warnings; a row says what came of them, and why what is undecided is. Seconds are the clock's, so run it on a quiet
machine, or count those of the processor.
"""

from __future__ import annotations

import argparse
import collections
import concurrent.futures
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import confirm_truth
from confirm_truth import environment

QUESTIONS = Path(__file__).parent / "questions"
COMMAND = (sys.executable, "-m", "cnnlint", "--isolated", "--no-cache", "--format", "json")


def said(path: Path, *options: str) -> list[dict[str, Any]]:
    """The errors and warnings of a program, and what was one before it was lowered."""
    run = subprocess.run(
        [*COMMAND, *options, str(path)], capture_output=True, text=True, check=False, env=environment()
    )
    found: list[dict[str, Any]] = json.loads(run.stdout)["diagnostics"]
    return [one for one in found if one["severity"] != "info" or one["evidence"] is not None]


def confirmed(path: Path, seconds: float) -> list[dict[str, Any]]:
    """A program's findings with their evidence, within so many seconds each."""
    return said(path, "--confirm", "--confirm-budget", str(seconds * max(1, len(said(path)))))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="programs of questions/; all where none is named")
    parser.add_argument("--seconds", type=float, default=10.0, help="of budget for each error and warning")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time, each on a core of its own")
    parser.add_argument("--processor", action="store_true", help="count the processor's seconds")
    asked = parser.parse_intermixed_args()
    confirm_truth.CLOCK = asked.processor
    paths = [QUESTIONS / f"{name}.py" for name in asked.names] or sorted(QUESTIONS.glob("*.py"))
    counts: collections.Counter[str] = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        for path, found in zip(paths, pool.map(lambda path: confirmed(path, asked.seconds), paths), strict=True):
            for one in found:
                counts[one["evidence"]["verdict"]] += 1
                print(f"{path.stem}:{one['location']['row']} {one['code']} {one['evidence']['summary']}", flush=True)
    decided = sum(counts.values()) - counts["undecided"]
    print(f"{decided} of {sum(counts.values())} decided within {asked.seconds:g} s each: {dict(counts)}")


if __name__ == "__main__":
    main()
