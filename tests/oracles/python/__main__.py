"""`python -m oracles.python --count N --seed S [--show 10]`: wrong claims, shortened, and how much is unknown."""

# ruff: noqa: E501
from __future__ import annotations

import argparse
import collections
import pathlib
import sys
import time

if __package__ == "tests.oracles.python":
    sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))

from oracles.python.search import run, shortened


def main() -> int:
    """Run, print, and return 1 if a claim was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--show", type=int, default=8, help="wrong programs to shorten and print")
    parser.add_argument("--unknown", type=int, default=0, help="programs with something unknown to shorten and print")
    args = parser.parse_args()
    started = time.perf_counter()
    found = run(args.count, args.seed)
    for kind, programs, limit in (("wrong", found.wrong, args.show), ("unknown", found.unknown, args.unknown)):
        for number, text in programs[:limit]:
            small, outcome = shortened(text, kind)
            print(f"--- {kind} (program {number})\n{small}    {(outcome.wrong or outcome.unknown)[:2]}\n")
    whys = collections.Counter(why for why in found.whys)
    for why, count in whys.most_common(12):
        print(f"{count:6} {why}")
    share = len(found.unknown) / max(1, found.programs)
    print(
        f"seed {args.seed}: {found.programs} programs ({found.discarded} more did not run), {len(found.wrong)} with a wrong claim, "
        f"{share:.1%} with something unknown, {time.perf_counter() - started:.0f} s"
    )
    return bool(found.wrong)


sys.exit(main())
