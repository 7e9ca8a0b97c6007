#!/usr/bin/env python3
"""How long one file takes against `import libcst, click`, side by side: `python tests/benchmarks/start.py`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

SEED = Path(__file__).parents[2] / "fixtures" / "seeds" / "3_coloured_mnist" / "as_asked.py"


def best(*arguments: str) -> float:
    """The best of seven runs, in seconds."""
    times = []
    for _ in range(7):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
        times.append(time.perf_counter() - started)
    return min(times)


if __name__ == "__main__":
    base, whole = best("-c", "import libcst, click"), best("-m", "cnnlint", "--isolated", str(SEED))
    print(f"import libcst, click: {base:.3f} s; cnnlint on one file: {whole:.3f} s; ratio {whole / base:.2f}")
