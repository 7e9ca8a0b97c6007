"""What confirming costs: one finding, the findings of one file, and all programs the project began with.

    python tests/benchmarks/confirm.py

Each run is the command a user types, in a process of its own and without the cache. Prints the clock, the processor
time and the peak memory of the largest process of each; docs/confirm-measurements.md has figures.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = {
    "one finding": ("--confirm-only", "CNN101", "fixtures/seeds/3_coloured_mnist/as_asked.py"),
    "the findings of one file": ("fixtures/seeds/1_mnist_overconfident/as_asked.py",),
    "all seeds": ("fixtures/seeds/",),
}


def main() -> None:
    """Run each once and print a row of a table."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "rules"), os.environ.get("PYTHONPATH", "")])
    print("| run | clock | processor | peak memory |\n|---|---|---|---|")
    for name, arguments in RUNS.items():
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "cnnlint", "--isolated", "--confirm", "--no-cache", *arguments],
            env={**os.environ, "PYTHONPATH": path},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            check=False,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        peak = after.ru_maxrss / 1024
        print(f"| {name} | {time.perf_counter() - started:.1f} s | {spent:.1f} s | {peak:.0f} MB |")


if __name__ == "__main__":
    main()
