"""`python -m oracles.opaque --count N --seed S [--show 10]`: wrong claims, shortened."""

# ruff: noqa: E501
from __future__ import annotations

import argparse
import pathlib
import sys
import time

if __package__ == "tests.oracles.opaque":
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from oracles.opaque.search import run, shortened


def main() -> int:
    """Run, print, and return 1 if a claim was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--show", type=int, default=8, help="wrong programs to shorten and print")
    parser.add_argument("--unknown", type=int, default=0, help="programs with a finding that is not told to print")
    args = parser.parse_args()
    started = time.perf_counter()
    found = run(args.count, args.seed)
    for kind, programs, limit in (("wrong", found.wrong, args.show), ("unknown", found.unknown, args.unknown)):
        for number, text in programs[:limit]:
            small, outcome = shortened(text, f"{args.seed}/{number}", kind)
            print(f"--- {kind} (program {number})\n{small}    {(outcome.wrong or outcome.unknown)[:2]}\n", flush=True)
    print(
        f"seed {args.seed}: {found.programs} programs ({found.discarded} more did not run), {len(found.wrong)} with a wrong claim, "
        f"{len(found.unknown)} with a mistake that every execution makes and nothing tells, {time.perf_counter() - started:.0f} s"
    )
    return bool(found.wrong)


sys.exit(main())
